/* Report card: what each owner is offering to whom. */
#include "analysis/carried.h"
#include "analysis/gaps.h"
#include "analysis/notes.h"
#include "analysis/ranking.h"
#include "analysis/reduction.h"
#include "match/rows.h"

static const fm_report_column OWNERS[] = {{"owner", "Owner", FM_CELL_TEXT},
                                          {"deals", "Deals", FM_CELL_COUNT},
                                          {"fits", "Fit", FM_CELL_COUNT},
                                          {"overpromises", "Overpromise", FM_CELL_COUNT},
                                          {"does_not_fit", "Do not fit", FM_CELL_COUNT},
                                          {"referrals", "Referrals", FM_CELL_COUNT},
                                          {"unknown", "Unknown", FM_CELL_COUNT},
                                          {"money", "Money", FM_CELL_MONEY},
                                          {"fits_money", "that fits", FM_CELL_MONEY},
                                          {"overpromises_money", "overpromised", FM_CELL_MONEY},
                                          {"does_not_fit_money", "that does not fit", FM_CELL_MONEY},
                                          {"referrals_money", "referred", FM_CELL_MONEY}};
static const fm_report_column DEALS[] = {
    {"customer_id", "Customer", FM_CELL_TEXT},  {"owner", "Owner", FM_CELL_TEXT},
    {"offered", "Offered", FM_CELL_TEXT},       {"state", "State", FM_CELL_TEXT},
    {"value", "Value", FM_CELL_MONEY},          {"unmet", "Misses", FM_CELL_TEXT},
    {"fitting", "What would fit", FM_CELL_TEXT}};

typedef enum deal_state { FITS, OVERPROMISES, DOES_NOT_FIT, REFERRAL, UNKNOWN, STATE_COUNT } deal_state;

static const char *const STATE_NAMES[STATE_COUNT] = {"fits", "overpromises", "does_not_fit", "referral",
                                                     "unknown"};

/* No offering; FM_OFFERINGS_MAX is one less than there are numbers. */
#define NO_OFFERING UINT16_MAX

/* A row that something is offered to. */
typedef struct deal {
    uint64_t row;
    uint32_t owner;   /* its number among the names */
    uint32_t unmet;   /* number of the set that the offered offering misses; of listed deals only */
    uint16_t fitting; /* offering, or NO_OFFERING */
    uint8_t state;
} deal;

static bool is_listed(const deal *of) {
    return of->state == OVERPROMISES || of->state == DOES_NOT_FIT;
}

/* Deals, while they are found and as they are shown. */
typedef struct found {
    deal *deals;
    size_t count;
    size_t capacity;
    fm__names owners;
    fm__unmet_sets sets;
    uint64_t *unmet; /* scratch: a set */
} found;

/* What the list is worked out from, as long as the report lives. */
typedef struct source {
    const fm__plan *plan;
    const fm_base *base;
    fm__worth worth;
    fm__gaps gaps;
    size_t owner_column; /* among those carried, or SIZE_MAX */
    size_t offered_column;
    found all;
    fm_report *report;
} source;

static void found_destroy(found *of) {
    free(of->deals);
    free(of->unmet);
    fm__names_destroy(&of->owners);
    fm__unmet_sets_destroy(&of->sets);
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
    fm__unmet_sets_init(&f->sets, s->plan);
    f->unmet = fm__array_new(f->sets.words, sizeof *f->unmet);
    return f->unmet != NULL ? FM_OK : fm__fail_memory(error);
}

static void end(void *context, void *state) {
    (void)context;
    found_destroy(state);
}

static bool misses(const fm__variant *variant, const fm__block *block, size_t at) {
    for (uint32_t i = 0; i < variant->need_count; i++)
        if (fm__block_bit(block, variant->needs[i].plane, at))
            return true;
    return false;
}

static deal_state state_of(const fm__plan *plan, const fm__block *block, size_t at, uint32_t offering) {
    if (offering == FM__INDEX_NONE)
        return UNKNOWN;
    if (!plan->catalog->offerings[offering].own)
        return REFERRAL;
    if (!misses(&plan->variants[offering], block, at))
        return FITS;
    return misses(&plan->variants[plan->nominal_of[offering]], block, at) ? DOES_NOT_FIT : OVERPROMISES;
}

static uint32_t unmet_of(found *f, const fm__variant *variant, const fm__block *block, size_t at) {
    memset(f->unmet, 0, f->sets.words * sizeof *f->unmet);
    for (uint32_t i = 0; i < variant->need_count; i++)
        if (fm__block_bit(block, variant->needs[i].plane, at))
            f->unmet[variant->needs[i].attribute / 64] |= UINT64_C(1) << (variant->needs[i].attribute % 64);
    return fm__unmet_sets_add(&f->sets, f->unmet);
}

/* Adds the deal of a row; false when memory ran out. `fitting` is an offering or FM_NONE. */
static bool add_deal(const source *s, found *f, const fm__rows *rows, size_t at, fm_text offered,
                     uint32_t fitting) {
    uint32_t offering = fm__names_find(&s->plan->catalog->ids, offered);
    uint64_t row = rows->numbers[at];
    deal new = {.row = row,
                .owner = fm__names_add(&f->owners, fm__carried_trimmed(s->base, s->owner_column, row)),
                .state = (uint8_t)state_of(s->plan, rows->block, at, offering),
                .fitting = fitting == FM_NONE ? NO_OFFERING : (uint16_t)fitting};
    if (new.owner == FM__INDEX_NONE ||
        !fm__array_reserve(&f->deals, &f->capacity, f->count + 1, sizeof *f->deals))
        return false;
    if (is_listed(&new)) {
        new.unmet = unmet_of(f, &s->plan->variants[offering], rows->block, at);
        if (new.unmet == FM__INDEX_NONE)
            return false;
    }
    f->deals[f->count++] = new;
    return true;
}

static fm_status add(void *context, void *state, const fm__rows *rows, fm_error *error) {
    const source *s = context;
    uint32_t own[FM__BLOCK_ROWS];
    uint32_t partners[FM__BLOCK_ROWS];
    memset(partners, 0xff, sizeof partners);
    fm__winners_offerings(&s->plan->own, &rows->block->own, own);
    fm__winners_offerings(&s->plan->partners, &rows->block->partners, partners);
    for (size_t at = 0; at < rows->count; at++) {
        fm_text offered = fm__carried_trimmed(s->base, s->offered_column, rows->numbers[at]);
        bool fits = rows->block->own_fits[at / 64] >> (at % 64) & 1;
        if (offered.length > 0 && !add_deal(s, state, rows, at, offered, fits ? own[at] : partners[at]))
            return fm__fail_memory(error);
    }
    return FM_OK;
}

static bool merge_deals(found *to, const found *other, const uint32_t *sets) {
    uint32_t *owners = fm__array_new(other->owners.count, sizeof *owners);
    bool done = owners != NULL &&
                fm__array_reserve(&to->deals, &to->capacity, to->count + other->count, sizeof *to->deals);
    for (size_t o = 0; done && o < other->owners.count; o++) {
        owners[o] = fm__names_add(&to->owners, other->owners.texts[o]);
        done = owners[o] != FM__INDEX_NONE;
    }
    for (size_t i = 0; done && i < other->count; i++) {
        deal *added = &to->deals[to->count++];
        *added = other->deals[i];
        added->owner = owners[added->owner];
        if (is_listed(added))
            added->unmet = sets[added->unmet];
    }
    free(owners);
    return done;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    (void)context;
    found *to = into;
    found *other = from;
    uint32_t *sets = NULL;
    bool done = fm__unmet_sets_merge(&to->sets, &other->sets, &sets) && merge_deals(to, other, sets);
    free(sets);
    free(other->deals);
    other->deals = NULL;
    return done ? FM_OK : fm__fail_memory(error);
}

/* Puts the deals in the order of their rows. */
static bool sort_deals(found *f) {
    fm__ranked *entries = fm__array_new(f->count, sizeof *entries);
    for (size_t i = 0; entries != NULL && i < f->count; i++)
        entries[i] = (fm__ranked){f->deals[i].row, i};
    bool done = entries != NULL && fm__rank(entries, f->count, 0);
    deal *sorted = done ? fm__ranked_copy(entries, f->count, f->deals, sizeof *sorted) : NULL;
    free(entries);
    if (sorted == NULL)
        return false;
    free(f->deals);
    f->deals = sorted;
    return true;
}

/* --- owners --- */

/* One row of the table; `places` are the owner's deals in row order. */
static bool put_owner(const source *s, size_t table, const size_t *places, size_t count) {
    uint64_t counts[STATE_COUNT] = {0};
    fm__exact_sum sums[STATE_COUNT] = {0};
    fm__exact_sum all = {0};
    fm_cell *cells = fm__report_add_row(s->report, table);
    if (cells == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const deal *d = &s->all.deals[places[i]];
        counts[d->state]++;
        fm__exact_sum_add(&sums[d->state], fm__worth_value(&s->worth, d->row));
    }
    if (count > 0)
        cells[0] = fm__carried_as_cell(s->base, s->owner_column, s->all.deals[places[0]].row);
    cells[1] = fm__cell_of_count(count);
    for (size_t state = 0; state < STATE_COUNT; state++) {
        cells[2 + state] = fm__cell_of_count(counts[state]);
        fm__exact_sum_merge(&all, &sums[state]);
    }
    if (!s->worth.has_value)
        return true;
    cells[7] = fm__cell_of_number(fm__exact_sum_round(&all));
    for (size_t state = 0; state < UNKNOWN; state++)
        cells[8 + state] = fm__cell_of_number(fm__exact_sum_round(&sums[state]));
    return true;
}

/* Owners with the most deals first, ties by their first deal. */
static bool put_owners(const source *s, size_t table) {
    const found *f = &s->all;
    size_t owners = f->owners.count;
    uint32_t *owner_of = fm__array_new(f->count, sizeof *owner_of);
    fm__ranked *entries = fm__array_new(owners, sizeof *entries);
    fm__grouping by_owner = {0};
    bool done = owner_of != NULL && entries != NULL;
    for (size_t i = 0; done && i < f->count; i++)
        owner_of[i] = f->deals[i].owner;
    done = done && fm__group_places(owner_of, f->count, owners, &by_owner);
    for (size_t o = 0; done && o < owners; o++)
        entries[o] = (fm__ranked){by_owner.places[by_owner.begins[o]], o};
    /* Sorting leaves ties as they are. */
    done = done && fm__rank(entries, owners, 0);
    for (size_t i = 0; done && i < owners; i++) {
        size_t o = (size_t)entries[i].place;
        entries[i].key = f->count - (by_owner.begins[o + 1] - by_owner.begins[o]);
    }
    done = done && fm__rank(entries, owners, 0);
    for (size_t i = 0; done && i < owners; i++) {
        size_t o = (size_t)entries[i].place;
        done = put_owner(s, table, by_owner.places + by_owner.begins[o],
                         by_owner.begins[o + 1] - by_owner.begins[o]);
    }
    /* Without owners there is one line for everybody. */
    if (done && s->owner_column == SIZE_MAX && owners == 0)
        done = put_owner(s, table, NULL, 0);
    fm__grouping_destroy(&by_owner);
    free(entries);
    free(owner_of);
    return done;
}

/* --- the list --- */

static fm_status work_row_out(void *from, uint64_t place, fm_cell *cells, fm_error *error) {
    source *s = from;
    const deal *d = &s->all.deals[place];
    fm_text unmet;
    if (!fm__gaps_names(&s->gaps, fm__unmet_set(&s->all.sets, d->unmet), &unmet))
        return fm__fail_memory(error);
    cells[0] = fm__cell_of_text(fm_base_id(s->base, d->row));
    cells[1] = fm__carried_as_cell(s->base, s->owner_column, d->row);
    cells[2] = fm__carried_as_cell(s->base, s->offered_column, d->row);
    cells[3] = fm__cell_of_string(STATE_NAMES[d->state]);
    cells[4] = fm__worth_cell(&s->worth, d->row);
    cells[5] = fm__cell_of_text(unmet);
    if (d->fitting != NO_OFFERING)
        cells[6] = fm__cell_of_string(s->plan->catalog->offerings[d->fitting].id);
    return FM_OK;
}

/* Keeps the deals that are listed. */
static void keep_listed(found *f) {
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++)
        if (is_listed(&f->deals[i]))
            f->deals[kept++] = f->deals[i];
    f->count = kept;
}

static fm_status finish(void *context, void *state, fm_error *error) {
    source *s = context;
    s->all = *(found *)state;
    *(found *)state = (found){0};
    if (!sort_deals(&s->all) || !put_owners(s, 0))
        return fm__fail_memory(error);
    keep_listed(&s->all);
    s->report->tables[1].row_count = s->all.count;
    s->report->tables[1].row = work_row_out;
    return FM_OK;
}

static bool prepare(source *s, const fm_matches *matches, fm_report *report) {
    s->plan = matches->plan;
    s->base = s->plan->base;
    s->gaps.plan = s->plan;
    s->report = report;
    s->owner_column = fm__base_find_role(s->base, FM_ROLE_OWNER);
    s->offered_column = fm__base_find_role(s->base, FM_ROLE_OFFERED);
    return fm__worth_init(&s->worth, s->base);
}

static bool put_notes(const source *s) {
    return fm__note_lacking(s->report, s->base, FM_ROLE_OFFERED, "no deals are known") &&
           (s->offered_column == SIZE_MAX ||
            (fm__note_lacking(s->report, s->base, FM_ROLE_OWNER, "all deals are counted together") &&
             fm__note_lacking(s->report, s->base, FM_ROLE_VALUE, "money is unknown")));
}

fm_status fm_deals(const fm_matches *matches, const fm_analysis_run *options, fm_report **out_report,
                   fm_error *error) {
    fm_report *report = fm__report_new_of("deals", sizeof(source), source_free);
    if (report == NULL)
        return fm__fail_memory(error);
    source *s = report->source;
    (void)FM__REPORT_TABLE(report, "owners", OWNERS);
    (void)FM__REPORT_TABLE(report, "deals", DEALS);
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.state_bytes = sizeof(found);
    reduction.begin = begin;
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    reduction.end = end;
    fm_status status = prepare(s, matches, report) && put_notes(s) ? FM_OK : fm__fail_memory(error);
    if (status == FM_OK && s->offered_column != SIZE_MAX)
        status = fm__reduce(&reduction, options, s, error);
    return fm__report_end(report, status, out_report);
}
