#include "analysis/unfit.h"

#include "match/rows.h"

typedef struct collecting {
    const fm__plan *plan;
    const fm__kernel *kernel;
    const fm__worth *worth;
    const fm__unfit_filter *filter;
    fm__unfit *result;
} collecting;

/* What one thread has found. */
typedef struct state {
    fm__unfit found;
    uint64_t *scratch;
} state;

void fm__unfit_destroy(fm__unfit *unfit) {
    free(unfit->rows);
    fm__unmet_sets_destroy(&unfit->sets);
    *unfit = (fm__unfit){0};
}

static fm_status begin(void *context, void *of, fm_error *error) {
    const collecting *c = context;
    state *s = of;
    fm__unmet_sets_init(&s->found.sets, c->plan);
    s->scratch = fm__array_new(s->found.sets.words, FM__BLOCK_ROWS * sizeof *s->scratch);
    return s->scratch == NULL ? fm__fail_memory(error) : FM_OK;
}

static void end(void *context, void *of) {
    (void)context;
    state *s = of;
    free(s->scratch);
    fm__unfit_destroy(&s->found);
}

/* Whether a row is wanted as far as its business columns say. */
static bool is_wanted(const collecting *c, uint64_t row) {
    const fm__unfit_filter *f = c->filter;
    if (f->owner.bytes != NULL && f->owner_column == SIZE_MAX)
        return false;
    if ((f->stage > 0 && fm__worth_stage(c->worth, row) != f->stage) ||
        fm__worth_value(c->worth, row) < f->min_value)
        return false;
    return f->owner.bytes == NULL ||
           fm__text_equal(fm__text_trim(fm__base_carried(c->plan->base, f->owner_column, row)), f->owner);
}

/* The rows of a block that are wanted; whether there are any. */
static bool find_wanted(const collecting *c, const fm__rows *rows, uint64_t out_mask[FM__BLOCK_WORDS]) {
    const fm__block *block = rows->block;
    bool look = c->filter->stage > 0 || c->filter->min_value > 0 || c->filter->owner.bytes != NULL;
    uint64_t some = 0;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
        out_mask[w] = block->valid[w] & ~block->own_fits[w];
        if (c->filter->reason != SIZE_MAX)
            out_mask[w] &= block->unmet[c->filter->reason * FM__BLOCK_WORDS + w];
        for (uint64_t bits = out_mask[w]; look && bits != 0; bits &= bits - 1)
            if (!is_wanted(c, rows->numbers[w * 64 + (size_t)__builtin_ctzll(bits)]))
                out_mask[w] &= ~(bits & -bits);
        some |= out_mask[w];
    }
    return some != 0;
}

static void count_row(const collecting *c, fm__unfit *found, const fm__unfit_row *row) {
    bool refer = row->refer_to != FM__UNFIT_NONE;
    bool overpromised = row->overpromise != FM__UNFIT_NONE;
    fm__tally_add(refer ? &found->refer : &found->walk_away, c->worth, row->row);
    *(refer ? &found->refer_overpromised_rows : &found->walk_away_overpromised_rows) += overpromised;
}

static fm_status add(void *context, void *of, const fm__rows *rows, fm_error *error) {
    const collecting *c = context;
    state *s = of;
    fm__unfit *found = &s->found;
    uint64_t mask[FM__BLOCK_WORDS];
    uint32_t own[FM__BLOCK_ROWS];
    uint32_t partners[FM__BLOCK_ROWS];
    uint32_t nominal[FM__BLOCK_ROWS];
    uint32_t unmet[FM__BLOCK_ROWS];
    c->kernel->unmet(c->plan, rows->block);
    if (!find_wanted(c, rows, mask))
        return FM_OK;
    memset(partners, 0xff, sizeof partners);
    memset(nominal, 0xff, sizeof nominal);
    fm__winners_offerings(&c->plan->own, &rows->block->own, own);
    fm__winners_offerings(&c->plan->partners, &rows->block->partners, partners);
    fm__winners_offerings(&c->plan->nominal, &rows->block->nominal, nominal);
    if (!fm__unmet_sets_of_rows(&found->sets, c->plan, rows->block, mask, s->scratch, unmet) ||
        !fm__array_reserve(&found->rows, &found->capacity, found->count + rows->count, sizeof *found->rows))
        return fm__fail_memory(error);
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        for (uint64_t bits = mask[w]; bits != 0; bits &= bits - 1) {
            size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
            fm__unfit_row *row = &found->rows[found->count++];
            *row = (fm__unfit_row){rows->numbers[at], unmet[at], (uint16_t)own[at], (uint16_t)partners[at],
                                   (uint16_t)nominal[at]};
            if (!c->filter->rows_only)
                count_row(c, found, row);
        }
    return FM_OK;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    (void)context;
    fm__unfit *to = &((state *)into)->found;
    fm__unfit *other = &((state *)from)->found;
    uint32_t *numbers = NULL;
    if (!fm__unmet_sets_merge(&to->sets, &other->sets, &numbers))
        return fm__fail_memory(error);
    if (!fm__array_reserve(&to->rows, &to->capacity, to->count + other->count, sizeof *to->rows)) {
        free(numbers);
        return fm__fail_memory(error);
    }
    for (size_t i = 0; i < other->count; i++) {
        to->rows[to->count] = other->rows[i];
        to->rows[to->count++].unmet = numbers[other->rows[i].unmet];
    }
    fm__tally_merge(&to->refer, &other->refer);
    fm__tally_merge(&to->walk_away, &other->walk_away);
    to->refer_overpromised_rows += other->refer_overpromised_rows;
    to->walk_away_overpromised_rows += other->walk_away_overpromised_rows;
    free(numbers);
    fm__unfit_destroy(other);
    return FM_OK;
}

/* Puts the rows in their order: a row's place is the number of rows before it, counted in a set of all. */
static bool put_in_order(fm__unfit *unfit, uint64_t row_count) {
    size_t words = (size_t)(row_count / 64) + 1;
    uint64_t *set = fm__array_new(words, sizeof *set);
    uint64_t *before = fm__array_new(words, sizeof *before);
    fm__unfit_row *ordered = fm__array_new(unfit->count, sizeof *ordered);
    bool done = set != NULL && before != NULL && ordered != NULL;
    for (size_t i = 0; done && i < unfit->count; i++)
        set[unfit->rows[i].row / 64] |= UINT64_C(1) << (unfit->rows[i].row % 64);
    for (size_t w = 1; done && w < words; w++)
        before[w] = before[w - 1] + (uint64_t)__builtin_popcountll(set[w - 1]);
    for (size_t i = 0; done && i < unfit->count; i++) {
        uint64_t row = unfit->rows[i].row;
        uint64_t lower = set[row / 64] & ((UINT64_C(1) << (row % 64)) - 1);
        ordered[before[row / 64] + (uint64_t)__builtin_popcountll(lower)] = unfit->rows[i];
    }
    free(set);
    free(before);
    if (!done) {
        free(ordered);
        return false;
    }
    free(unfit->rows);
    unfit->rows = ordered;
    unfit->capacity = unfit->count;
    return true;
}

static fm_status finish(void *context, void *of, fm_error *error) {
    const collecting *c = context;
    state *s = of;
    if (!put_in_order(&s->found, c->plan->base->row_count))
        return fm__fail_memory(error);
    *c->result = s->found;
    s->found = (fm__unfit){0};
    return FM_OK;
}

fm_status fm__unfit_collect(const fm_matches *matches, const fm__worth *worth, const fm__unfit_filter *filter,
                            const fm_analysis_run *run, fm__unfit *out_unfit, fm_error *error) {
    collecting c = {matches->plan, matches->kernel, worth, filter, out_unfit};
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.state_bytes = sizeof(state);
    reduction.begin = begin;
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    reduction.end = end;
    return fm__reduce(&reduction, run, &c, error);
}
