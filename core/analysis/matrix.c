/* The offering/customer matrix: existing and new customers by how far away what they need is. */
#include "analysis/money.h"
#include "analysis/notes.h"
#include "analysis/one_away.h"
#include "analysis/reduction.h"
#include "model/cell.h"

static const fm_report_column CELLS[] = {{"customers", "Customers", FM_CELL_TEXT},
                                         {"reach", "What they need", FM_CELL_TEXT},
                                         {"strategy", "Strategy", FM_CELL_TEXT},
                                         {"rows", "Rows", FM_CELL_COUNT},
                                         {"share", "Share", FM_CELL_SHARE},
                                         {"money", "Money", FM_CELL_MONEY},
                                         {"expected_money", "Expected money", FM_CELL_MONEY}};

enum { SERVED_TODAY, ONE_AWAY, FURTHER, REACH_COUNT };

typedef struct placing {
    const fm__plan *plan;
    fm__worth worth;
    fm_report *report;
    size_t existing_column; /* among those carried, or SIZE_MAX */
} placing;

/* New customers, then existing ones. */
typedef struct sums {
    fm__tally tallies[2][REACH_COUNT];
} sums;

/* The rows of a mask that are one need away from some own offering. Those that can never win need not be
 * looked at: another one misses nothing that they do not, and so is as close. */
static void find_one_away(const fm__plan *plan, const fm__block *block, const uint64_t *mask,
                          uint64_t out_rows[FM__BLOCK_WORDS]) {
    uint64_t open[FM__BLOCK_WORDS];
    uint64_t left = 0;
    memcpy(open, mask, sizeof open);
    memset(out_rows, 0, sizeof open);
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        left |= open[w];
    for (uint32_t i = 0; i < plan->own.count && left != 0; i++) {
        uint64_t here[FM__BLOCK_WORDS];
        if (!fm__one_away(block, plan->own.variants[i], open, here))
            continue;
        left = 0;
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
            out_rows[w] |= here[w];
            open[w] &= ~here[w];
            left |= open[w];
        }
    }
}

static bool is_existing(const placing *p, uint64_t row) {
    char reason[FM__REASON_BYTES];
    bool flag;
    if (p->existing_column == SIZE_MAX)
        return false;
    fm_text cell = fm__text_trim(fm__base_carried(p->plan->base, p->existing_column, row));
    return cell.length > 0 && fm__cell_flag(cell, &flag, reason) && flag;
}

static fm_status add(void *context, void *state, const fm__rows *rows, fm_error *error) {
    (void)error;
    const placing *p = context;
    sums *s = state;
    const fm__block *block = rows->block;
    uint64_t reach[REACH_COUNT][FM__BLOCK_WORDS];
    uint64_t unfit[FM__BLOCK_WORDS];
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        unfit[w] = block->valid[w] & ~block->own_fits[w];
    find_one_away(p->plan, block, unfit, reach[ONE_AWAY]);
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
        reach[SERVED_TODAY][w] = block->own_fits[w];
        reach[FURTHER][w] = unfit[w] & ~reach[ONE_AWAY][w];
    }
    for (size_t r = 0; r < REACH_COUNT; r++)
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            for (uint64_t bits = reach[r][w]; bits != 0; bits &= bits - 1) {
                uint64_t row = rows->numbers[w * 64 + (size_t)__builtin_ctzll(bits)];
                fm__tally_add(&s->tallies[is_existing(p, row)][r], &p->worth, row);
            }
    return FM_OK;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    (void)context;
    (void)error;
    sums *to = into;
    const sums *other = from;
    for (size_t e = 0; e < 2; e++)
        for (size_t r = 0; r < REACH_COUNT; r++)
            fm__tally_merge(&to->tallies[e][r], &other->tallies[e][r]);
    return FM_OK;
}

static fm_status finish(void *context, void *state, fm_error *error) {
    static const char *const reaches[REACH_COUNT] = {"served_today", "one_away", "further"};
    static const char *const strategies[2][2] = {{"create", "adapt"}, {"extend", "manage"}};
    const placing *p = context;
    const sums *s = state;
    size_t table = FM__REPORT_TABLE(p->report, "cells", CELLS);
    for (size_t i = 0; i < (size_t)2 * REACH_COUNT; i++) {
        bool existing = i < REACH_COUNT;
        size_t reach = i % REACH_COUNT;
        const fm__tally *tally = &s->tallies[existing][reach];
        fm_cell *cells = fm__report_add_row(p->report, table);
        if (cells == NULL)
            return fm__fail_memory(error);
        cells[0] = fm__cell_of_string(existing ? "existing" : "new");
        cells[1] = fm__cell_of_string(reaches[reach]);
        cells[2] = fm__cell_of_string(strategies[existing][reach == SERVED_TODAY]);
        cells[3] = fm__cell_of_count(tally->rows);
        cells[4] = fm__cell_of_share(tally->rows, p->plan->base->row_count);
        cells[5] = fm__tally_money(tally, &p->worth);
        cells[6] = fm__tally_expected(tally, &p->worth);
    }
    bool noted = fm__note_lacking(p->report, p->plan->base, FM_ROLE_EXISTING, "all customers count as new");
    return noted ? FM_OK : fm__fail_memory(error);
}

fm_status fm_matrix(const fm_matches *matches, const fm_analysis_run *options, fm_report **out_report,
                    fm_error *error) {
    const fm_base *base = matches->plan->base;
    placing p = {.plan = matches->plan,
                 .report = fm__report_new("matrix"),
                 .existing_column = fm__base_find_role(base, FM_ROLE_EXISTING)};
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.state_bytes = sizeof(sums);
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    fm_status status = FM_ERROR_MEMORY;
    if (!fm__worth_init(&p.worth, base) || p.report == NULL)
        status = fm__fail_memory(error);
    else
        status = fm__reduce(&reduction, options, &p, error);
    fm__worth_destroy(&p.worth);
    return fm__report_end(p.report, status, out_report);
}
