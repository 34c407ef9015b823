/* Not yet: which one change of an own offering would win most of the unfit rows, and which K in a row. */
#include "analysis/roadmap.h"

static const fm_report_column CHANGES[] = {{"offering_id", "Offering", FM_CELL_TEXT},
                                           {"attribute", "Attribute", FM_CELL_TEXT},
                                           {"from", "From", FM_CELL_TEXT},
                                           {"to", "To", FM_CELL_TEXT},
                                           {"rows", "Customers", FM_CELL_COUNT},
                                           {"money", "Money", FM_CELL_MONEY},
                                           {"expected_money", "Expected money", FM_CELL_MONEY},
                                           {"cost", "Cost", FM_CELL_NUMBER},
                                           {"per_cost", "Per cost", FM_CELL_NUMBER}};
static const fm_report_column PLAN[] = {{"step", "Step", FM_CELL_COUNT},
                                        {"offering_id", "Offering", FM_CELL_TEXT},
                                        {"attribute", "Attribute", FM_CELL_TEXT},
                                        {"from", "From", FM_CELL_TEXT},
                                        {"to", "To", FM_CELL_TEXT},
                                        {"rows", "Customers", FM_CELL_COUNT},
                                        {"money", "Money", FM_CELL_MONEY},
                                        {"expected_money", "Expected money", FM_CELL_MONEY},
                                        {"cost", "Cost", FM_CELL_NUMBER},
                                        {"total_rows", "Customers so far", FM_CELL_COUNT},
                                        {"total_money", "Money", FM_CELL_MONEY},
                                        {"total_expected_money", "Expected money", FM_CELL_MONEY},
                                        {"total_cost", "Cost", FM_CELL_NUMBER}};

/* What the rows of the report's long table are made of. */
typedef struct source {
    fm__roadmap roadmap;
    fm__change *changes; /* in order */
    size_t count;
    size_t capacity;
    fm__set_list scratch;
    char *from; /* texts of the last row */
    size_t from_capacity;
    char *to;
    size_t to_capacity;
} source;

static void source_free(void *of) {
    source *s = of;
    if (s == NULL)
        return;
    fm__roadmap_destroy(&s->roadmap);
    fm__set_list_destroy(&s->scratch);
    free(s->changes);
    free(s->from);
    free(s->to);
    free(s);
}

/* --- texts --- */

/* What an offering offers before a change, in a buffer that grows. */
static bool write_from(const fm_catalog *catalog, const fm__change *change, char **buffer, size_t *capacity,
                       fm_text *out_text) {
    const fm__offered *offered = &catalog->offered[change->attribute];
    const fm_attribute *a = &fm_model_content(catalog->model)->attributes[change->attribute];
    for (;;) {
        fm__phrase phrase = {.buffer = *buffer, .capacity = *capacity};
        if (offered->dependable != NULL) /* minus zero is zero */
            fm__phrase_number(&phrase, offered->dependable[change->offering] + 0.0, a->unit);
        else
            fm__phrase_offer(&phrase, catalog, change->attribute, change->offering);
        *out_text = (fm_text){*buffer, fm__phrase_end(&phrase)};
        if (out_text->length < *capacity)
            return true;
        if (!fm__array_reserve(buffer, capacity, out_text->length + 1, 1))
            return false;
    }
}

/* The same for what it offers then. */
static bool write_to(source *s, const fm_catalog *catalog, const fm__change *change, bool as_cell,
                     fm_text *out_text) {
    for (;;) {
        fm__phrase phrase = {.buffer = s->to, .capacity = s->to_capacity};
        if (!fm__change_text(&s->roadmap, catalog, change, as_cell, &s->scratch, &phrase))
            return false;
        *out_text = (fm_text){s->to, fm__phrase_end(&phrase)};
        if (out_text->length < s->to_capacity)
            return true;
        if (!fm__array_reserve(&s->to, &s->to_capacity, out_text->length + 1, 1))
            return false;
    }
}

static fm_cell cost_of(const fm__roadmap *r, const fm__change *change) {
    return r->has_costs ? fm__cell_of_number(r->costs[change->seed]) : (fm_cell){.is_null = true};
}

static fm_status change_row(void *of, uint64_t row, fm_cell *out_cells, fm_error *error) {
    source *s = of;
    const fm__change *change = &s->changes[row];
    const fm_catalog *catalog = s->roadmap.matches->plan->catalog;
    fm_text from;
    fm_text to;
    if (!write_from(catalog, change, &s->from, &s->from_capacity, &from) ||
        !write_to(s, catalog, change, false, &to))
        return fm__fail_memory(error);
    out_cells[0] = fm__cell_of_string(catalog->offerings[change->offering].id);
    out_cells[1] = fm__cell_of_string(s->roadmap.model->attributes[change->attribute].name);
    out_cells[2] = fm__cell_of_text(from);
    out_cells[3] = fm__cell_of_text(to);
    out_cells[4] = fm__cell_of_count(change->won.rows);
    fm__weight_cells(&s->roadmap.weighing, &change->won, out_cells + 5);
    out_cells[7] = cost_of(&s->roadmap, change);
    if (s->roadmap.has_costs && s->roadmap.costs[change->seed] > 0)
        out_cells[8] = fm__cell_of_number(fm__change_rank_of(&s->roadmap, change).most);
    return FM_OK;
}

/* --- collecting changes --- */

typedef struct collecting {
    source *source;
    bool list;       /* keep all of them */
    bool has_best;   /* of those that win somebody */
    fm__change best; /* the first one in order */
    void *best_weight;
} collecting;

static bool collect(void *context, const fm__change *change, const void *weight) {
    collecting *c = context;
    source *s = c->source;
    if (c->list) {
        if (!fm__array_reserve(&s->changes, &s->capacity, s->count + 1, sizeof *s->changes))
            return false;
        s->changes[s->count++] = *change;
    }
    if (change->won.rows == 0)
        return true;
    fm__change_rank rank = fm__change_rank_of(&s->roadmap, change);
    fm__change_rank best = c->has_best ? fm__change_rank_of(&s->roadmap, &c->best) : rank;
    if (c->has_best && fm__change_rank_compare(&rank, &best) >= 0)
        return true;
    c->has_best = true;
    c->best = *change;
    memcpy(c->best_weight, weight, s->roadmap.weighing.bytes);
    return true;
}

typedef struct ranked {
    fm__change_rank rank;
    size_t place;
} ranked;

static int by_rank(const void *a, const void *b) {
    const ranked *x = a;
    const ranked *y = b;
    int order = fm__change_rank_compare(&x->rank, &y->rank);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/* Sorts the changes and keeps the first `top`, 0: all. */
static bool sort_changes(source *s, uint64_t top) {
    size_t kept = top > 0 && top < s->count ? (size_t)top : s->count;
    ranked *order = fm__array_new(s->count, sizeof *order);
    fm__change *sorted = fm__array_new(kept, sizeof *sorted);
    if (order == NULL || sorted == NULL) {
        free(order);
        free(sorted);
        return false;
    }
    for (size_t i = 0; i < s->count; i++)
        order[i] = (ranked){fm__change_rank_of(&s->roadmap, &s->changes[i]), i};
    if (s->count > 0)
        qsort(order, s->count, sizeof *order, by_rank);
    for (size_t i = 0; i < kept; i++)
        sorted[i] = s->changes[order[i].place];
    free(order);
    free(s->changes);
    s->changes = sorted;
    s->count = kept;
    return true;
}

/* --- the plan --- */

typedef struct planning {
    source *source;
    fm_report *report;
    size_t table;
    const fm_roadmap_options *options;
    const fm_catalog *catalog; /* as it is by now */
    fm_catalog *own_catalog;   /* the same, unless it is the matches' */
    void *total;               /* weight of all that was won */
    double total_cost;
} planning;

static bool put_step(planning *p, uint64_t step, const fm__change *change) {
    source *s = p->source;
    fm_text from;
    fm_text to;
    fm__weight total = fm__weight_round(&s->roadmap.weighing, p->total);
    fm_cell *cells = fm__report_add_row(p->report, p->table);
    if (cells == NULL || !write_from(p->catalog, change, &s->from, &s->from_capacity, &from) ||
        !write_to(s, p->catalog, change, false, &to) || !fm__report_keep(p->report, from, &cells[3]) ||
        !fm__report_keep(p->report, to, &cells[4]))
        return false;
    cells[0] = fm__cell_of_count(step);
    cells[1] = fm__cell_of_string(
        s->roadmap.matches->plan->catalog->offerings[change->offering].id); /* outlives the report */
    cells[2] = fm__cell_of_string(s->roadmap.model->attributes[change->attribute].name);
    cells[5] = fm__cell_of_count(change->won.rows);
    fm__weight_cells(&s->roadmap.weighing, &change->won, cells + 6);
    cells[8] = cost_of(&s->roadmap, change);
    cells[9] = fm__cell_of_count(total.rows);
    fm__weight_cells(&s->roadmap.weighing, &total, cells + 10);
    if (s->roadmap.has_costs)
        cells[12] = fm__cell_of_number(p->total_cost);
    return true;
}

/* Makes a change. */
static fm_status make_change(planning *p, const fm__change *change, fm_error *error) {
    source *s = p->source;
    fm_text value;
    fm_catalog *changed;
    if (!write_to(s, p->catalog, change, true, &value))
        return fm__fail_memory(error);
    const fm_catalog_set set = {p->catalog->offerings[change->offering].id,
                                s->roadmap.model->attributes[change->attribute].name, value};
    const fm_catalog_change_options options = {.sets = &set, .set_count = 1};
    fm_status status = fm_catalog_change(p->catalog, &options, NULL, &changed, error);
    if (status != FM_OK)
        return status;
    fm_catalog_free(p->own_catalog);
    p->own_catalog = changed;
    p->catalog = changed;
    return FM_OK;
}

/* Looks for the best change of the catalog as it is by now. */
static fm_status find_best(planning *p, collecting *c, fm_error *error) {
    fm__plan *plan;
    fm_status status = fm__plan_new(p->source->roadmap.matches->plan->base, p->catalog, &plan, error);
    if (status != FM_OK)
        return status;
    c->list = false;
    c->has_best = false;
    status = fm__roadmap_changes(&p->source->roadmap, plan, &p->options->run, collect, c, error);
    fm__plan_free(plan);
    return status;
}

/* Step by step; the best first change is known. */
static fm_status put_plan(planning *p, collecting *c, fm_error *error) {
    fm__roadmap *r = &p->source->roadmap;
    fm_status status = FM_OK;
    for (uint64_t step = 1; status == FM_OK && step <= p->options->plan && c->has_best; step++) {
        fm__weight_merge(&r->weighing, p->total, c->best_weight);
        if (r->has_costs) {
            p->total_cost += r->costs[c->best.seed];
            r->taken[c->best.seed] = true;
        }
        if (!put_step(p, step, &c->best))
            return fm__fail_memory(error);
        if (step == p->options->plan)
            break;
        status = make_change(p, &c->best, error);
        if (status == FM_OK)
            status = find_best(p, c, error);
    }
    return status;
}

static fm_status work_out(source *s, fm_report *report, const fm_matches *matches,
                          const fm_roadmap_options *options, fm_error *error) {
    fm_status status = fm__roadmap_init(&s->roadmap, matches, options, error);
    if (status != FM_OK)
        return status;
    size_t changes = FM__REPORT_TABLE(report, "changes", CHANGES);
    planning p = {.source = s, .report = report, .options = options, .catalog = matches->plan->catalog};
    collecting c = {.source = s, .list = true};
    p.table = FM__REPORT_TABLE(report, "plan", PLAN);
    p.total = fm__weights_new(&s->roadmap.weighing, 1);
    c.best_weight = fm__weights_new(&s->roadmap.weighing, 1);
    if (p.total == NULL || c.best_weight == NULL)
        status = fm__fail_memory(error);
    if (status == FM_OK)
        status = fm__roadmap_changes(&s->roadmap, matches->plan, &options->run, collect, &c, error);
    if (status == FM_OK && !sort_changes(s, options->top))
        status = fm__fail_memory(error);
    if (status == FM_OK)
        status = put_plan(&p, &c, error);
    report->tables[changes].row = change_row;
    report->tables[changes].row_count = s->count;
    fm_catalog_free(p.own_catalog);
    fm__region_free(p.total);
    fm__region_free(c.best_weight);
    return status;
}

fm_status fm_roadmap(const fm_matches *matches, const fm_roadmap_options *options, fm_report **out_report,
                     fm_error *error) {
    static const fm_roadmap_options defaults;
    options = options == NULL ? &defaults : options;
    if ((unsigned)options->by > FM_ROADMAP_BY_EXPECTED_MONEY)
        return fm__fail(error, FM_ERROR_ARGUMENT, "changes are ranked by rows, money or expected money");
    fm_report *report = fm__report_new_of("roadmap", sizeof(source), source_free);
    if (report == NULL)
        return fm__fail_memory(error);
    fm_status status = work_out(report->source, report, matches, options, error);
    return fm__report_end(report, status, out_report);
}
