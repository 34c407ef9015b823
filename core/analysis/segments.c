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

typedef struct segmenting {
    const fm__plan *plan;
    fm_report *report;
    fm__worth worth;
    fm__unfit unfit;
    fm__grouping rows;  /* of each set of unmet attributes */
    fm__ranked *order;  /* [segments] the place is a set's number */
    size_t order_count; /* of those listed */
    fm__gaps names;
    fm__demand_summary demands;
    uint64_t *partners; /* [offering] rows referred to it; all zero between segments */
    uint16_t *list;     /* [attribute] of a segment */
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

/* --- tables --- */

/* Whom most of the segment's rows are referred to. */
static void put_partner(segmenting *g, const fm__unfit_row *const *rows, size_t count, fm_cell *cells) {
    const fm_offering *offerings = g->plan->catalog->offerings;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (rows[i]->refer_to != FM__UNFIT_NONE)
            g->partners[rows[i]->refer_to]++;
    for (size_t i = 0; i < count; i++) {
        size_t partner = rows[i]->refer_to;
        if (partner != FM__UNFIT_NONE && (best == SIZE_MAX || g->partners[partner] > g->partners[best] ||
                                          (g->partners[partner] == g->partners[best] && partner < best)))
            best = partner;
    }
    cells[2] = fm__cell_of_count(best == SIZE_MAX ? 0 : g->partners[best]);
    if (best != SIZE_MAX) {
        cells[0] = fm__cell_of_string(offerings[best].id);
        cells[1] = fm__cell_of_string(offerings[best].supplier);
    }
    for (size_t i = 0; i < count; i++)
        if (rows[i]->refer_to != FM__UNFIT_NONE)
            g->partners[rows[i]->refer_to] = 0;
}

static bool put_demands(segmenting *g, size_t table, fm_cell segment, uint32_t set, const uint64_t *rows,
                        size_t count) {
    size_t attributes = fm__unmet_set_list(&g->unfit.sets, set, g->list);
    for (size_t i = 0; i < attributes; i++) {
        fm_cell *cells = fm__report_add_row(g->report, table);
        if (cells == NULL)
            return false;
        cells[0] = segment;
        cells[1] = fm__cell_of_string(g->plan->model->attributes[g->list[i]].name);
        if (!fm__demand_summary_put(&g->demands, g->report, g->list[i], rows, count, cells + 2))
            return false;
    }
    return true;
}

/* A row of the first table. */
static bool put_segment(segmenting *g, size_t table, uint32_t set, const fm__unfit_row *const *rows,
                        size_t count, fm_cell *out_segment) {
    char digits[17];
    fm_text names;
    fm__tally tally = {0};
    fm_cell *cells = fm__report_add_row(g->report, table);
    if (cells == NULL || !fm__gaps_names(&g->names, fm__unmet_set(&g->unfit.sets, set), &names))
        return false;
    (void)snprintf(digits, sizeof digits, "%016" PRIx64, fm__hash_bytes(names.bytes, names.length));
    if (!fm__report_keep(g->report, fm__text(digits), &cells[0]) ||
        !fm__report_keep(g->report, names, &cells[1]))
        return false;
    for (size_t i = 0; i < count; i++)
        fm__tally_add(&tally, &g->worth, rows[i]->row);
    cells[2] = fm__cell_of_count(count);
    cells[3] = fm__cell_of_share(count, g->unfit.count);
    cells[4] = fm__tally_money(&tally, &g->worth);
    cells[5] = fm__tally_expected(&tally, &g->worth);
    put_partner(g, rows, count, cells + 6);
    *out_segment = cells[0];
    return true;
}

static bool put_tables(segmenting *g, bool members) {
    size_t segments = FM__REPORT_TABLE(g->report, "segments", SEGMENTS);
    size_t demands = FM__REPORT_TABLE(g->report, "demands", DEMANDS);
    size_t table = FM__REPORT_TABLE(g->report, "members", MEMBERS);
    const fm__unfit_row **unfit = fm__array_new(g->unfit.count, sizeof *unfit);
    uint64_t *listed = g->source->rows = fm__array_new(g->unfit.count, sizeof *listed);
    size_t *begins = g->source->begins = fm__array_new(g->order_count + 1, sizeof *begins);
    fm_text *names = g->source->segments = fm__array_new(g->order_count, sizeof *names);
    bool done = unfit != NULL && listed != NULL && begins != NULL && names != NULL;
    for (size_t i = 0; done && i < g->order_count; i++) {
        uint32_t set = (uint32_t)g->order[i].place;
        size_t count = g->rows.begins[set + 1] - g->rows.begins[set];
        fm_cell segment;
        for (size_t r = 0; r < count; r++) {
            unfit[r] = &g->unfit.rows[g->rows.places[g->rows.begins[set] + r]];
            listed[begins[i] + r] = unfit[r]->row;
        }
        done = put_segment(g, segments, set, unfit, count, &segment) &&
               put_demands(g, demands, segment, set, listed + begins[i], count);
        names[i] = done ? segment.text : (fm_text){0};
        begins[i + 1] = begins[i] + count;
    }
    g->source->segment_count = g->order_count;
    g->report->tables[table].row = work_member_out;
    g->report->tables[table].customer = customer_of;
    g->report->tables[table].row_count = done && members ? begins[g->order_count] : 0;
    free(unfit);
    return done;
}

static bool prepare(segmenting *g, const fm_matches *matches) {
    g->plan = matches->plan;
    g->names.plan = g->demands.plan = g->plan;
    g->report = fm__report_new_of("segments", sizeof(source), source_free);
    g->partners = fm__array_new(g->plan->catalog->offering_count, sizeof *g->partners);
    g->list = fm__array_new(g->plan->model->attribute_count, sizeof *g->list);
    bool done = fm__worth_init(&g->worth, g->plan->base) && g->report != NULL && g->partners != NULL &&
                g->list != NULL;
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
    fm__demand_summary_destroy(&g->demands);
    free(g->order);
    free(g->partners);
    free(g->list);
}

fm_status fm_segments(const fm_matches *matches, const fm_segments_options *options, fm_report **out_report,
                      fm_error *error) {
    static const fm_segments_options defaults;
    options = options == NULL ? &defaults : options;
    fm__unfit_filter all = {.reason = SIZE_MAX};
    segmenting g = {0};
    fm_status status = prepare(&g, matches) ? FM_OK : fm__fail_memory(error);
    if (status == FM_OK)
        status = fm__unfit_collect(matches, &g.worth, &all, &options->run, &g.unfit, error);
    if (status == FM_OK && !(sort_segments(&g, options->min_rows) && put_tables(&g, options->members)))
        status = fm__fail_memory(error);
    destroy(&g);
    return fm__report_end(g.report, status, out_report);
}
