/* Reasons of loss: the unfit rows grouped by what they miss. */
#include "analysis/segments.h"

#include "analysis/gaps.h"
#include "analysis/ranking.h"
#include "analysis/unfit.h"

#include <inttypes.h>
#include <stdio.h>

static const fm_report_column SEGMENTS[] = {
    {"segment", "Segment", FM_CELL_TEXT},       {"unmet", "What they miss", FM_CELL_TEXT},
    {"rows", "Customers", FM_CELL_COUNT},       {"share", "Share", FM_CELL_SHARE},
    {"money", "Money", FM_CELL_MONEY},          {"expected_money", "Expected money", FM_CELL_MONEY},
    {"partner", "Refer to", FM_CELL_TEXT},      {"partner_supplier", "Of", FM_CELL_TEXT},
    {"partner_rows", "Referred", FM_CELL_COUNT}};
static const fm_report_column DEMANDS[] = {{"segment", "Segment", FM_CELL_TEXT},
                                           {"attribute", "Attribute", FM_CELL_TEXT},
                                           {"median", "Median need", FM_CELL_TEXT},
                                           {"tightest", "Tightest need", FM_CELL_TEXT},
                                           {"wanted", "Most wanted", FM_CELL_TEXT}};
static const fm_report_column MEMBERS[] = {{"segment", "Segment", FM_CELL_TEXT},
                                           {"customer_id", "Customer", FM_CELL_TEXT}};

/* What the members are looked up in, as long as the report lives. */
typedef struct source {
    const fm_base *base;
    size_t *begins;    /* [segments + 1] in `rows` */
    fm_text *segments; /* kept by the report */
    size_t segment_count;
    uint64_t *rows; /* of the base, by segment */
} source;

/* A segment in numbers. */
typedef struct segment {
    size_t demands; /* of its first attribute, among all that were found */
    fm_cell money;
    fm_cell expected;
    size_t partner; /* offering, or SIZE_MAX */
    uint64_t partner_rows;
} segment;

/* What a thread counts in. */
typedef struct counter {
    fm__demand_summary demands;
    uint64_t *partners; /* [offering] rows referred to it; all zero between segments */
    uint16_t *referred; /* [offering] those that some row of a segment is referred to */
    uint16_t *list;     /* [attribute] of a segment */
} counter;

typedef struct segmenting {
    const fm__plan *plan;
    fm_report *report;
    fm__worth worth;
    fm__unfit unfit;
    fm__grouping rows; /* of each set of unmet attributes */
    fm__ranked *order; /* [order_count] of segments listed, most rows first; the place is a set's number */
    size_t order_count;
    segment *segments;       /* [order_count] */
    fm__demand_found *found; /* of all segments' attributes */
    counter *counters;       /* [counter_count] */
    unsigned counter_count;
    fm__gaps names;
    source *source;
} segmenting;

static void source_free(void *of) {
    source *s = of;
    free(s->begins);
    free(s->segments);
    free(s->rows);
    free(s);
}

static fm_status work_member_out(void *of, uint64_t row, fm_cell *cells, fm_error *error) {
    (void)error;
    const source *s = of;
    size_t low = 0;
    size_t high = s->segment_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->begins[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    cells[0] = fm__cell_of_text(s->segments[low]);
    cells[1] = fm__cell_of_text(fm_base_id(s->base, s->rows[row]));
    return FM_OK;
}

static uint64_t customer_of(const void *of, uint64_t row) {
    return ((const source *)of)->rows[row];
}

/* --- the order of segments --- */

/* Lists of attributes place by place: at the first place where they differ, which is the lowest attribute
 * that only one of them has, that one is lower; unless the other ends there. */
static int compare_sets(const uint64_t *a, const uint64_t *b, size_t words) {
    for (size_t w = 0; w < words; w++) {
        uint64_t differ = a[w] ^ b[w];
        if (differ == 0)
            continue;
        uint64_t lowest = differ & -differ;
        const uint64_t *without = (a[w] & lowest) != 0 ? b : a;
        uint64_t more = without[w] & ~(lowest | (lowest - 1));
        for (size_t v = w + 1; v < words; v++)
            more |= without[v];
        /* Who lacks it has a higher attribute at this place, or none and is a beginning of the other. */
        return (more != 0) == (without == b) ? -1 : 1;
    }
    return 0;
}

typedef struct sorting {
    const fm__unmet_sets *sets;
} sorting;

static int by_list(const void *a, const void *b, void *context) {
    const fm__unmet_sets *sets = ((const sorting *)context)->sets;
    const fm__ranked *x = a;
    const fm__ranked *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return compare_sets(fm__unmet_set(sets, (uint32_t)x->place), fm__unmet_set(sets, (uint32_t)y->place),
                        sets->words);
}

/* Groups the rows and sorts the segments of at least `min_rows`. */
static bool sort_segments(segmenting *g, uint64_t min_rows) {
    const fm__unfit *unfit = &g->unfit;
    sorting by = {&unfit->sets};
    uint32_t *groups = fm__array_new(unfit->count, sizeof *groups);
    g->order = fm__array_new(unfit->sets.count, sizeof *g->order);
    for (size_t i = 0; groups != NULL && i < unfit->count; i++)
        groups[i] = unfit->rows[i].unmet;
    bool done = groups != NULL && g->order != NULL &&
                fm__group_places(groups, unfit->count, unfit->sets.count, &g->rows);
    free(groups);
    for (size_t i = 0; done && i < unfit->sets.count; i++) {
        uint64_t rows = g->rows.begins[i + 1] - g->rows.begins[i];
        if (rows >= min_rows)
            g->order[g->order_count++] = (fm__ranked){UINT64_MAX - rows, i};
    }
    if (g->order_count > 1)
        qsort_r(g->order, g->order_count, sizeof *g->order, by_list, &by);
    return done;
}

/* --- counting --- */

/* Additions that take about as long as memory takes to answer. */
#define AHEAD_ROWS 16

/* Whom most of the segment's rows are referred to, ties in file order; takes the counts back. */
static void find_partner(counter *c, size_t referred, segment *out) {
    out->partner = SIZE_MAX;
    for (size_t i = 0; i < referred; i++) {
        size_t partner = c->referred[i];
        uint64_t rows = c->partners[partner];
        if (rows > out->partner_rows || (rows == out->partner_rows && partner < out->partner)) {
            out->partner = partner;
            out->partner_rows = rows;
        }
        c->partners[partner] = 0;
    }
}

/* Counts one segment: its money, whom it is referred to, and what it demands. */
static bool count_segment(void *context, unsigned slot, size_t number) {
    segmenting *g = context;
    counter *c = &g->counters[slot];
    segment *of = &g->segments[number];
    uint32_t set = (uint32_t)g->order[number].place;
    const size_t *places = g->rows.places + g->rows.begins[set];
    size_t count = g->rows.begins[set + 1] - g->rows.begins[set];
    uint64_t *rows = g->source->rows + g->source->begins[number];
    fm__tally tally = {0};
    size_t referred = 0;
    for (size_t i = 0; i < count; i++) {
        const fm__unfit_row *row = &g->unfit.rows[places[i]];
        rows[i] = row->row;
        if (row->refer_to != FM__UNFIT_NONE && c->partners[row->refer_to]++ == 0)
            c->referred[referred++] = row->refer_to;
    }
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD_ROWS < count)
            fm__worth_prefetch(&g->worth, rows[i + AHEAD_ROWS]);
        fm__tally_add(&tally, &g->worth, rows[i]);
    }
    of->money = fm__tally_money(&tally, &g->worth);
    of->expected = fm__tally_expected(&tally, &g->worth);
    find_partner(c, referred, of);
    size_t attributes = fm__unmet_set_list(&g->unfit.sets, set, c->list);
    for (size_t i = 0; i < attributes; i++)
        if (!fm__demand_summary_find(&c->demands, c->list[i], rows, count, &g->found[of->demands + i]))
            return false;
    return true;
}

static bool prepare_counters(segmenting *g, unsigned slots) {
    g->counters = fm__array_new(slots, sizeof *g->counters);
    bool done = g->counters != NULL;
    for (unsigned slot = 0; done && slot < slots; slot++) {
        counter *c = &g->counters[slot];
        g->counter_count = slot + 1;
        c->demands.plan = g->plan;
        c->partners = fm__array_new(g->plan->catalog->offering_count, sizeof *c->partners);
        c->referred = fm__array_new(g->plan->catalog->offering_count, sizeof *c->referred);
        c->list = fm__array_new(g->plan->model->attribute_count, sizeof *c->list);
        done = c->partners != NULL && c->referred != NULL && c->list != NULL;
    }
    return done;
}

/* Counts all segments. Each is a count of its own, so that it does not matter which thread has which. */
static bool count_segments(segmenting *g, unsigned threads) {
    source *s = g->source;
    size_t demands = 0;
    s->begins = fm__array_new(g->order_count + 1, sizeof *s->begins);
    g->segments = fm__array_new(g->order_count, sizeof *g->segments);
    if (s->begins == NULL || g->segments == NULL || !prepare_counters(g, fm__matcher_slots(threads)))
        return false;
    for (size_t i = 0; i < g->order_count; i++) {
        uint32_t set = (uint32_t)g->order[i].place;
        g->segments[i].demands = demands;
        demands += fm__unmet_set_list(&g->unfit.sets, set, g->counters[0].list);
        s->begins[i + 1] = s->begins[i] + (g->rows.begins[set + 1] - g->rows.begins[set]);
    }
    s->rows = fm__array_new(s->begins[g->order_count], sizeof *s->rows);
    g->found = fm__array_new(demands, sizeof *g->found);
    return s->rows != NULL && g->found != NULL &&
           fm__matcher_items(fm__matcher_slots(threads), g->order_count, count_segment, g);
}

/* --- tables --- */

static bool put_demands(segmenting *g, size_t table, fm_cell name, size_t number) {
    counter *c = &g->counters[0];
    size_t attributes = fm__unmet_set_list(&g->unfit.sets, (uint32_t)g->order[number].place, c->list);
    for (size_t i = 0; i < attributes; i++) {
        fm_cell *cells = fm__report_add_row(g->report, table);
        if (cells == NULL)
            return false;
        cells[0] = name;
        cells[1] = fm__cell_of_string(g->plan->model->attributes[c->list[i]].name);
        if (!fm__demand_summary_put(&c->demands, g->report, c->list[i],
                                    &g->found[g->segments[number].demands + i], cells + 2))
            return false;
    }
    return true;
}

/* A row of the first table. */
static bool put_segment(segmenting *g, size_t table, size_t number, fm_cell *out_name) {
    const segment *of = &g->segments[number];
    const size_t *begins = g->source->begins;
    char digits[17];
    fm_text names;
    fm_cell *cells = fm__report_add_row(g->report, table);
    if (cells == NULL ||
        !fm__gaps_names(&g->names, fm__unmet_set(&g->unfit.sets, (uint32_t)g->order[number].place), &names))
        return false;
    (void)snprintf(digits, sizeof digits, "%016" PRIx64, fm__hash_bytes(names.bytes, names.length));
    if (!fm__report_keep(g->report, fm__text(digits), &cells[0]) ||
        !fm__report_keep(g->report, names, &cells[1]))
        return false;
    cells[2] = fm__cell_of_count(begins[number + 1] - begins[number]);
    cells[3] = fm__cell_of_share(begins[number + 1] - begins[number], g->unfit.count);
    cells[4] = of->money;
    cells[5] = of->expected;
    cells[8] = fm__cell_of_count(of->partner_rows);
    if (of->partner != SIZE_MAX) {
        cells[6] = fm__cell_of_string(g->plan->catalog->offerings[of->partner].id);
        cells[7] = fm__cell_of_string(g->plan->catalog->offerings[of->partner].supplier);
    }
    *out_name = cells[0];
    return true;
}

static bool put_tables(segmenting *g, bool members) {
    source *s = g->source;
    size_t segments = FM__REPORT_TABLE(g->report, "segments", SEGMENTS);
    size_t demands = FM__REPORT_TABLE(g->report, "demands", DEMANDS);
    size_t table = FM__REPORT_TABLE(g->report, "members", MEMBERS);
    s->segments = fm__array_new(g->order_count, sizeof *s->segments);
    if (s->segments == NULL)
        return false;
    for (size_t i = 0; i < g->order_count; i++) {
        fm_cell name;
        if (!put_segment(g, segments, i, &name) || !put_demands(g, demands, name, i))
            return false;
        s->segments[i] = name.text;
    }
    s->segment_count = g->order_count;
    g->report->tables[table].row = work_member_out;
    g->report->tables[table].customer = customer_of;
    g->report->tables[table].row_count = members ? s->begins[g->order_count] : 0;
    return true;
}

static bool prepare(segmenting *g, const fm_matches *matches) {
    g->plan = matches->plan;
    g->names.plan = g->plan;
    g->report = fm__report_new_of("segments", sizeof(source), source_free);
    bool done = fm__worth_init(&g->worth, g->plan->base) && g->report != NULL;
    if (g->report != NULL) {
        g->source = g->report->source;
        g->source->base = g->plan->base;
    }
    return done;
}

static void destroy(segmenting *g) {
    fm__worth_destroy(&g->worth);
    fm__unfit_destroy(&g->unfit);
    fm__grouping_destroy(&g->rows);
    fm__gaps_destroy(&g->names);
    for (unsigned slot = 0; slot < g->counter_count; slot++) {
        fm__demand_summary_destroy(&g->counters[slot].demands);
        free(g->counters[slot].partners);
        free(g->counters[slot].referred);
        free(g->counters[slot].list);
    }
    free(g->counters);
    free(g->segments);
    free(g->found);
    free(g->order);
}

fm_status fm_segments(const fm_matches *matches, const fm_segments_options *options, fm_report **out_report,
                      fm_error *error) {
    static const fm_segments_options defaults;
    options = options == NULL ? &defaults : options;
    fm__unfit_filter all = {.reason = SIZE_MAX, .rows_only = true};
    segmenting g = {0};
    fm_status status = prepare(&g, matches) ? FM_OK : fm__fail_memory(error);
    if (status == FM_OK)
        status = fm__unfit_collect(matches, &g.worth, &all, &options->run, &g.unfit, error);
    if (status == FM_OK && !(sort_segments(&g, options->min_rows) &&
                             count_segments(&g, options->run.threads) && put_tables(&g, options->members)))
        status = fm__fail_memory(error);
    destroy(&g);
    return fm__report_end(g.report, status, out_report);
}
