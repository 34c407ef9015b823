/* Existing customers by days since purchase. */
#include "analysis/carried.h"
#include "analysis/gaps.h"
#include "analysis/notes.h"
#include "analysis/ranking.h"
#include "analysis/reduction.h"
#include "match/rows.h"
#include "support/date.h"
#include "support/text.h"

static const fm_report_column PHASES[] = {{"phase", "Phase", FM_CELL_TEXT},
                                          {"verdict", "Verdict", FM_CELL_TEXT},
                                          {"rows", "Customers", FM_CELL_COUNT},
                                          {"money", "Money", FM_CELL_MONEY},
                                          {"expected_money", "Expected money", FM_CELL_MONEY}};
static const fm_report_column NEEDS[] = {{"phase", "Phase", FM_CELL_TEXT},
                                         {"attribute", "Attribute", FM_CELL_TEXT},
                                         {"stated_rows", "Need it", FM_CELL_COUNT},
                                         {"unmet_rows", "Miss it", FM_CELL_COUNT}};
static const fm_report_column CUSTOMERS[] = {
    {"customer_id", "Customer", FM_CELL_TEXT}, {"name", "Name", FM_CELL_TEXT},
    {"owner", "Owner", FM_CELL_TEXT},          {"since", "Since", FM_CELL_TEXT},
    {"days", "Days", FM_CELL_CHANGE},          {"phase", "Phase", FM_CELL_TEXT},
    {"verdict", "Verdict", FM_CELL_TEXT},      {"gap", "Why", FM_CELL_TEXT}};
enum { PHASE_TABLE, NEED_TABLE, CUSTOMER_TABLE };

typedef enum phase { NOVELTY, LEARNING, EFFECTIVENESS, NOT_YET, UNKNOWN, PHASE_COUNT } phase;

static const char *const PHASE_NAMES[PHASE_COUNT] = {"novelty", "learning", "effectiveness", "not_yet",
                                                     "unknown"};

/* A customer in the list. */
typedef struct customer {
    uint64_t row;
    int32_t days;   /* 0 in the phase UNKNOWN */
    uint32_t unmet; /* number of the set that `own` misses */
    uint16_t own;
    uint8_t phase;
    uint8_t verdict;
} customer;

/* What one thread finds, and in the end all of it. */
typedef struct found {
    customer *customers;
    size_t count;
    size_t capacity;
    fm__unmet_sets sets;
    uint64_t *scratch; /* for fm__unmet_sets_of_rows */
    uint64_t *stated;  /* [phase][attribute] */
    uint64_t *unmet;   /* [phase][attribute] */
    fm__tally tallies[PHASE_COUNT][FM_VERDICT_COUNT];
} found;

typedef struct source {
    const fm__plan *plan;
    const fm_base *base;
    const fm__kernel *kernel;
    fm_report *report;
    fm__worth worth;
    fm__gaps gaps;
    int64_t today;
    size_t existing_column; /* among those carried, or SIZE_MAX */
    size_t since_column;
    size_t name_column;
    size_t owner_column;
    found all;
} source;

static void found_destroy(found *f) {
    free(f->customers);
    free(f->scratch);
    free(f->stated);
    free(f->unmet);
    fm__unmet_sets_destroy(&f->sets);
}

static void source_free(void *of) {
    source *s = of;
    found_destroy(&s->all);
    fm__gaps_destroy(&s->gaps);
    fm__worth_destroy(&s->worth);
    free(s);
}

/* --- finding them --- */

static fm_status begin(void *context, void *state, fm_error *error) {
    const source *s = context;
    found *f = state;
    size_t counts = PHASE_COUNT * s->plan->model->attribute_count;
    fm__unmet_sets_init(&f->sets, s->plan);
    f->scratch = fm__array_new(FM__BLOCK_ROWS * f->sets.words, sizeof *f->scratch);
    f->stated = fm__array_new(counts, sizeof *f->stated);
    f->unmet = fm__array_new(counts, sizeof *f->unmet);
    return f->scratch != NULL && f->stated != NULL && f->unmet != NULL ? FM_OK : fm__fail_memory(error);
}

static void end(void *context, void *state) {
    (void)context;
    found_destroy(state);
}

/* The days since a row's purchase; false without a date. */
static bool days_of(const source *s, uint64_t row, int32_t *out_days) {
    int64_t since;
    if (!fm__date_read(fm__carried_trimmed(s->base, s->since_column, row), &since))
        return false;
    *out_days = (int32_t)(s->today - since);
    return true;
}

static phase phase_of(int32_t days) {
    return days < 0 ? NOT_YET : days <= 30 ? NOVELTY : days <= 90 ? LEARNING : EFFECTIVENESS;
}

static bool is_customer(const source *s, uint64_t row) {
    size_t column = s->existing_column;
    return column != SIZE_MAX ? fm__carried_flag(s->base, column, row)
                              : fm__carried_trimmed(s->base, s->since_column, row).length > 0;
}

/* The rows of each phase as planes, and all of them; whether there is any. */
static bool find_phases(const source *s, const fm__rows *rows, uint64_t planes[][FM__BLOCK_WORDS],
                        uint64_t *out_all, int32_t *out_days) {
    bool any = false;
    for (size_t at = 0; at < rows->count; at++) {
        if (!is_customer(s, rows->numbers[at]))
            continue;
        out_days[at] = 0;
        uint64_t bit = UINT64_C(1) << (at % 64);
        phase of = days_of(s, rows->numbers[at], &out_days[at]) ? phase_of(out_days[at]) : UNKNOWN;
        planes[of][at / 64] |= bit;
        out_all[at / 64] |= bit;
        any = true;
    }
    return any;
}

static void count_needs(const source *s, found *f, fm__block *block, phase of, const uint64_t *plane) {
    size_t attributes = s->plan->model->attribute_count;
    for (size_t a = 0; a < attributes; a++) {
        const fm__group *group = fm__plan_group(s->plan, a, false);
        if (group == NULL || group->stated_plane == FM__PLANE_ZERO)
            continue;
        f->stated[of * attributes + a] +=
            s->kernel->count(block->planes + (size_t)group->stated_plane * FM__BLOCK_WORDS, plane);
        f->unmet[of * attributes + a] += s->kernel->count(block->unmet + a * FM__BLOCK_WORDS, plane);
    }
}

static void take(const source *s, found *f, const fm__rows *rows, size_t at, customer new) {
    const fm__block *block = rows->block;
    bool fits = block->own_fits[at / 64] >> (at % 64) & 1;
    bool unasked = block->unasked[at / 64] >> (at % 64) & 1;
    bool partner = block->partner_fits[at / 64] >> (at % 64) & 1;
    fm_verdict unfit = partner ? FM_VERDICT_REFER : FM_VERDICT_WALK_AWAY;
    fm_verdict fit = unasked ? FM_VERDICT_ASK : FM_VERDICT_FIT;
    new.verdict = (uint8_t)(fits ? fit : unfit);
    fm__tally_add(&f->tallies[new.phase][new.verdict], &s->worth, new.row);
    f->customers[f->count++] = new;
}

static fm_status add(void *context, void *state, const fm__rows *rows, fm_error *error) {
    const source *s = context;
    found *f = state;
    uint64_t planes[PHASE_COUNT][FM__BLOCK_WORDS] = {{0}};
    _Alignas(64) uint64_t plane[FM__BLOCK_WORDS];
    uint64_t all[FM__BLOCK_WORDS] = {0};
    int32_t days[FM__BLOCK_ROWS];
    uint32_t own[FM__BLOCK_ROWS];
    uint32_t unmet[FM__BLOCK_ROWS];
    if (!find_phases(s, rows, planes, all, days))
        return FM_OK;
    s->kernel->unmet(s->plan, rows->block);
    s->kernel->stated(s->plan, fm__base_block(s->base, rows->block->number), rows->block);
    fm__winners_offerings(&s->plan->own, &rows->block->own, own);
    if (!fm__unmet_sets_of_rows(&f->sets, s->plan, rows->block, all, f->scratch, unmet) ||
        !fm__array_reserve(&f->customers, &f->capacity, f->count + rows->count, sizeof *f->customers))
        return fm__fail_memory(error);
    for (size_t p = 0; p < PHASE_COUNT; p++) {
        memcpy(plane, planes[p], sizeof plane);
        count_needs(s, f, rows->block, (phase)p, plane);
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            for (uint64_t bits = plane[w]; bits != 0; bits &= bits - 1) {
                size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
                take(s, f, rows, at,
                     (customer){.row = rows->numbers[at],
                                .days = days[at],
                                .unmet = unmet[at],
                                .own = (uint16_t)own[at],
                                .phase = (uint8_t)p});
            }
    }
    return FM_OK;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    const source *s = context;
    found *to = into;
    found *other = from;
    uint32_t *sets = NULL;
    if (!fm__unmet_sets_merge(&to->sets, &other->sets, &sets) ||
        !fm__array_reserve(&to->customers, &to->capacity, to->count + other->count, sizeof *to->customers)) {
        free(sets);
        return fm__fail_memory(error);
    }
    for (size_t i = 0; i < other->count; i++) {
        to->customers[to->count] = other->customers[i];
        to->customers[to->count++].unmet = sets[other->customers[i].unmet];
    }
    for (size_t i = 0; i < PHASE_COUNT * s->plan->model->attribute_count; i++) {
        to->stated[i] += other->stated[i];
        to->unmet[i] += other->unmet[i];
    }
    for (size_t p = 0; p < PHASE_COUNT; p++)
        for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
            fm__tally_merge(&to->tallies[p][v], &other->tallies[p][v]);
    free(sets);
    free(other->customers);
    other->customers = NULL;
    return FM_OK;
}

/* --- the tables --- */

static bool put_phases(const source *s) {
    for (size_t p = 0; p < PHASE_COUNT; p++)
        for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
            const fm__tally *tally = &s->all.tallies[p][v];
            if (tally->rows == 0)
                continue;
            fm_cell *cells = fm__report_add_row(s->report, PHASE_TABLE);
            if (cells == NULL)
                return false;
            cells[0] = fm__cell_of_string(PHASE_NAMES[p]);
            cells[1] = fm__cell_of_string(fm_verdict_name((fm_verdict)v));
            cells[2] = fm__cell_of_count(tally->rows);
            cells[3] = fm__tally_money(tally, &s->worth);
            cells[4] = fm__tally_expected(tally, &s->worth);
        }
    return true;
}

static bool put_needs(const source *s) {
    size_t attributes = s->plan->model->attribute_count;
    for (size_t i = 0; i < PHASE_COUNT * attributes; i++) {
        if (s->all.stated[i] == 0)
            continue;
        fm_cell *cells = fm__report_add_row(s->report, NEED_TABLE);
        if (cells == NULL)
            return false;
        cells[0] = fm__cell_of_string(PHASE_NAMES[i / attributes]);
        cells[1] = fm__cell_of_string(s->plan->model->attributes[i % attributes].name);
        cells[2] = fm__cell_of_count(s->all.stated[i]);
        cells[3] = fm__cell_of_count(s->all.unmet[i]);
    }
    return true;
}

/* Phases in their order, within them fewest days first, ties in row order. */
static bool sort_customers(found *f) {
    fm__ranked *entries = fm__array_new(f->count, sizeof *entries);
    for (size_t i = 0; entries != NULL && i < f->count; i++)
        entries[i] = (fm__ranked){f->customers[i].row, i};
    bool done = entries != NULL && fm__rank(entries, f->count, 0);
    for (size_t i = 0; done && i < f->count; i++) {
        const customer *c = &f->customers[entries[i].place];
        entries[i].key = (uint64_t)c->phase << 32 | (uint64_t)((int64_t)c->days - INT32_MIN);
    }
    done = done && fm__rank(entries, f->count, 0);
    customer *sorted = done ? fm__ranked_copy(entries, f->count, f->customers, sizeof *sorted) : NULL;
    free(entries);
    if (sorted == NULL)
        return false;
    free(f->customers);
    f->customers = sorted;
    return true;
}

static fm_status work_row_out(void *from, uint64_t place, fm_cell *cells, fm_error *error) {
    source *s = from;
    const customer *c = &s->all.customers[place];
    fm_text gap;
    if (!fm__gaps_text(&s->gaps, c->row, c->own, fm__unmet_set(&s->all.sets, c->unmet), &gap))
        return fm__fail_memory(error);
    cells[0] = fm__cell_of_text(fm_base_id(s->base, c->row));
    cells[1] = fm__carried_as_cell(s->base, s->name_column, c->row);
    cells[2] = fm__carried_as_cell(s->base, s->owner_column, c->row);
    cells[3] = fm__carried_as_cell(s->base, s->since_column, c->row);
    if (c->phase != UNKNOWN)
        cells[4] = fm__cell_of_change(c->days);
    cells[5] = fm__cell_of_string(PHASE_NAMES[c->phase]);
    cells[6] = fm__cell_of_string(fm_verdict_name((fm_verdict)c->verdict));
    cells[7] = fm__cell_of_text(gap);
    return FM_OK;
}

static fm_status finish(void *context, void *state, fm_error *error) {
    source *s = context;
    s->all = *(found *)state;
    *(found *)state = (found){0};
    if (!put_phases(s) || !put_needs(s) || !sort_customers(&s->all))
        return fm__fail_memory(error);
    s->report->tables[CUSTOMER_TABLE].row_count = s->all.count;
    s->report->tables[CUSTOMER_TABLE].row = work_row_out;
    return FM_OK;
}

static bool prepare(source *s, const fm_matches *matches, int64_t today, fm_report *report) {
    s->plan = matches->plan;
    s->base = s->plan->base;
    s->kernel = matches->kernel;
    s->gaps.plan = s->plan;
    s->report = report;
    s->today = today;
    s->existing_column = fm__base_find_role(s->base, FM_ROLE_EXISTING);
    s->since_column = fm__base_find_role(s->base, FM_ROLE_SINCE);
    s->name_column = fm__base_find_role(s->base, FM_ROLE_NAME);
    s->owner_column = fm__base_find_role(s->base, FM_ROLE_OWNER);
    return fm__worth_init(&s->worth, s->base);
}

static bool put_notes(const source *s) {
    bool dated = s->since_column != SIZE_MAX;
    return fm__note_lacking(s->report, s->base, FM_ROLE_EXISTING,
                            dated ? "those with a date of purchase count as existing customers"
                                  : "no existing customers are known") &&
           fm__note_lacking(s->report, s->base, FM_ROLE_SINCE, "it is unknown how long ago customers bought");
}

fm_status fm_care(const fm_matches *matches, const fm_care_options *options, fm_report **out_report,
                  fm_error *error) {
    int64_t today;
    if (options == NULL || options->today == NULL || !fm__date_read(fm__text(options->today), &today))
        return fm__fail(error, FM_ERROR_ARGUMENT, "today is a date like 2026-03-31");
    fm_report *report = fm__report_new_of("care", sizeof(source), source_free);
    if (report == NULL)
        return fm__fail_memory(error);
    source *s = report->source;
    (void)FM__REPORT_TABLE(report, "phases", PHASES);
    (void)FM__REPORT_TABLE(report, "needs", NEEDS);
    (void)FM__REPORT_TABLE(report, "customers", CUSTOMERS);
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.state_bytes = sizeof(found);
    reduction.begin = begin;
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    reduction.end = end;
    fm_status status = prepare(s, matches, today, report) && put_notes(s) ? FM_OK : fm__fail_memory(error);
    if (status == FM_OK && (s->existing_column != SIZE_MAX || s->since_column != SIZE_MAX))
        status = fm__reduce(&reduction, &options->run, s, error);
    return fm__report_end(report, status, out_report);
}
