#include "analysis/roadmap.h"
#include "model/catalog_maker.h"
#include "model/cell.h"

#include <math.h>
#include <stdio.h>

/* --- costs --- */

static size_t find_attribute(const fm_model_spec *model, const char *name) {
    for (size_t a = 0; a < model->attribute_count; a++)
        if (strcmp(model->attributes[a].name, name) == 0)
            return a;
    return SIZE_MAX;
}

static fm_status fail_offering(const fm_catalog *catalog, const char *id, fm_error *error) {
    char shown[FM__SHOW_BYTES];
    char text[FM__SUGGESTION_BYTES];
    fm__suggestion near;
    size_t place = fm_catalog_find(catalog, id);
    fm__suggestion_init(&near, fm__text(id));
    for (size_t o = 0; o < catalog->offering_count; o++)
        if (catalog->offerings[o].own)
            fm__suggestion_offer(&near, catalog->offerings[o].id);
    fm__text_show(fm__text(id), shown);
    if (place != SIZE_MAX)
        return fm__fail(error, FM_ERROR_INPUT, "offering `%s` is a partner's; costs are for your own", shown);
    return fm__fail(error, FM_ERROR_INPUT, "there is no offering `%s`%s", shown,
                    fm__suggestion_text(&near, text));
}

static fm_status fail_attribute(const fm_model_spec *model, const char *name, fm_error *error) {
    char shown[FM__SHOW_BYTES];
    char text[FM__SUGGESTION_BYTES];
    fm__suggestion near;
    fm__suggestion_init(&near, fm__text(name));
    for (size_t a = 0; a < model->attribute_count; a++)
        fm__suggestion_offer(&near, model->attributes[a].name);
    return fm__fail(error, FM_ERROR_INPUT, "there is no attribute `%s`%s",
                    fm__text_show(fm__text(name), shown), fm__suggestion_text(&near, text));
}

/* Takes one cost for an offering of the lines' catalog. */
static fm_status take_line(fm__roadmap *r, fm__catalog_maker *maker, const fm_roadmap_cost *cost, size_t line,
                           fm_error *error) {
    const fm_catalog *catalog = r->matches->plan->catalog;
    char name[32];
    char reason[FM_MESSAGE_BYTES];
    size_t offering = fm_catalog_find(catalog, cost->offering);
    size_t attribute = find_attribute(r->model, cost->attribute);
    if (offering == SIZE_MAX || !catalog->offerings[offering].own)
        return fail_offering(catalog, cost->offering, error);
    if (attribute == SIZE_MAX)
        return fail_attribute(r->model, cost->attribute, error);
    if (!isfinite(cost->cost) || cost->cost < 0)
        return fm__fail(error, FM_ERROR_ARGUMENT, "a cost is a number of 0 or more");
    (void)snprintf(name, sizeof name, "%zu", line);
    if (fm__catalog_maker_add(maker, fm__text(name), fm__text(""), fm__text("")) == SIZE_MAX)
        return fm__fail_memory(error);
    fm__cell_outcome outcome = fm__catalog_maker_cell(maker, attribute, fm__text_trim(cost->value), reason);
    if (outcome == FM__CELL_NO_MEMORY)
        return fm__fail_memory(error);
    if (outcome == FM__CELL_WRONG)
        return fm__fail(error, FM_ERROR_INPUT, "%s", reason);
    r->offerings[line] = (uint32_t)offering;
    r->attributes[line] = (uint16_t)attribute;
    r->costs[line] = cost->cost + 0.0;
    return FM_OK;
}

typedef struct sorted_line {
    uint32_t offering;
    uint16_t attribute;
    uint32_t line;
} sorted_line;

static int by_place(const void *a, const void *b) {
    const sorted_line *x = a;
    const sorted_line *y = b;
    if (x->offering != y->offering)
        return x->offering < y->offering ? -1 : 1;
    if (x->attribute != y->attribute)
        return x->attribute < y->attribute ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static bool sort_lines(fm__roadmap *r) {
    sorted_line *sorted = fm__array_new(r->line_count, sizeof *sorted);
    if (sorted == NULL)
        return false;
    for (size_t i = 0; i < r->line_count; i++)
        sorted[i] = (sorted_line){r->offerings[i], r->attributes[i], (uint32_t)i};
    if (r->line_count > 0)
        qsort(sorted, r->line_count, sizeof *sorted, by_place);
    for (size_t i = 0; i < r->line_count; i++)
        r->lines_sorted[i] = sorted[i].line;
    free(sorted);
    return true;
}

static fm_status take_costs(fm__roadmap *r, const fm_roadmap_options *options, fm_error *error) {
    fm__catalog_maker maker;
    r->has_costs = true;
    r->line_count = options->cost_count;
    r->offerings = fm__array_new(r->line_count, sizeof *r->offerings);
    r->attributes = fm__array_new(r->line_count, sizeof *r->attributes);
    r->costs = fm__array_new(r->line_count, sizeof *r->costs);
    r->taken = fm__array_new(r->line_count, sizeof *r->taken);
    r->lines_sorted = fm__array_new(r->line_count, sizeof *r->lines_sorted);
    bool ready = fm__catalog_maker_init(&maker, r->matches->plan->catalog->model) && r->offerings != NULL &&
                 r->attributes != NULL && r->costs != NULL && r->taken != NULL && r->lines_sorted != NULL &&
                 fm__catalog_maker_spell(&maker, r->matches->plan->catalog);
    fm_status status = ready ? FM_OK : fm__fail_memory(error);
    maker.fold_newcomers = true;
    if (r->line_count >= FM__INDEX_NONE)
        status = fm__fail(error, FM_ERROR_ARGUMENT, "too many costs");
    for (size_t i = 0; status == FM_OK && i < r->line_count; i++)
        status = take_line(r, &maker, &options->costs[i], i, error);
    if (status == FM_OK && (!fm__catalog_maker_settle(&maker) || !sort_lines(r)))
        status = fm__fail_memory(error);
    if (status == FM_OK)
        r->lines = fm__catalog_maker_take(&maker);
    fm__catalog_maker_destroy(&maker);
    return status;
}

/* --- beginning and end --- */

fm_status fm__roadmap_init(fm__roadmap *roadmap, const fm_matches *matches, const fm_roadmap_options *options,
                           fm_error *error) {
    const fm__plan *plan = matches->plan;
    *roadmap = (fm__roadmap){.matches = matches, .model = plan->model, .by = options->by};
    roadmap->universes = fm__array_new(plan->model->attribute_count, sizeof *roadmap->universes);
    if (!fm__worth_init(&roadmap->worth, plan->base) || roadmap->universes == NULL)
        return fm__fail_memory(error);
    if (options->costs != NULL) {
        fm_status status = take_costs(roadmap, options, error);
        if (status != FM_OK)
            return status;
    }
    const fm_catalog *catalog = roadmap->has_costs ? roadmap->lines : plan->catalog;
    for (size_t a = 0; a < plan->model->attribute_count; a++)
        if (fm__rule_is_set(plan->model->attributes[a].rule) &&
            !fm__universe_init(&roadmap->universes[a], &catalog->offered[a],
                               fm__base_demands(plan->base, a, false)))
            return fm__fail_memory(error);
    fm__weighing_init(&roadmap->weighing, &roadmap->worth);
    return FM_OK;
}

void fm__roadmap_destroy(fm__roadmap *roadmap) {
    for (size_t a = 0; roadmap->universes != NULL && a < roadmap->model->attribute_count; a++)
        fm__universe_destroy(&roadmap->universes[a]);
    free(roadmap->universes);
    fm__worth_destroy(&roadmap->worth);
    fm_catalog_free(roadmap->lines);
    free(roadmap->offerings);
    free(roadmap->attributes);
    free(roadmap->costs);
    free(roadmap->taken);
    free(roadmap->lines_sorted);
    *roadmap = (fm__roadmap){0};
}

/* --- rank --- */

fm__change_rank fm__change_rank_of(const fm__roadmap *roadmap, const fm__change *change) {
    double by = roadmap->by == FM_ROADMAP_BY_ROWS    ? (double)change->won.rows
                : roadmap->by == FM_ROADMAP_BY_MONEY ? change->won.money
                                                     : change->won.expected;
    fm__change_rank rank = {.most = by, .rows = change->won.rows};
    if (roadmap->has_costs) {
        double cost = roadmap->costs[change->seed];
        rank.more = cost == 0 ? by : 0;
        rank.most = cost == 0 ? (double)INFINITY : by / cost;
    }
    return rank;
}

int fm__change_rank_compare(const fm__change_rank *a, const fm__change_rank *b) {
    if (a->most != b->most)
        return a->most > b->most ? -1 : 1;
    if (a->more != b->more)
        return a->more > b->more ? -1 : 1;
    return (a->rows < b->rows) - (a->rows > b->rows);
}

/* --- changes --- */

typedef struct finding {
    const fm__roadmap *roadmap;
    const fm__plan *plan;
    const fm__demands *demands;
    fm__histogram histogram; /* of the offering and attribute */
    fm__change change;       /* the same */
    const uint32_t *lines;   /* [line_count] of them */
    size_t line_count;
    fm__change_found *found;
    void *context;
} finding;

static bool tell(finding *f, uint32_t seed, const void *weight) {
    f->change.seed = seed;
    f->change.won = fm__weight_round(&f->roadmap->weighing, weight);
    return f->found(f->context, &f->change, weight);
}

/* Each weight becomes the sum of those up to it. */
static void cumulate(finding *f) {
    const fm__weighing *weighing = &f->roadmap->weighing;
    for (size_t i = 1; i < f->histogram.count; i++)
        fm__weight_merge(weighing, fm__histogram_weight(&f->histogram, weighing, i),
                         fm__histogram_weight(&f->histogram, weighing, i - 1));
}

/* Numbers: an offer that meets a demand meets all looser ones. */
static bool find_numbers(finding *f) {
    const fm__histogram *h = &f->histogram;
    for (size_t i = 0; i < h->count; i++) {
        bool last = i + 1 == h->count || f->demands->numbers[h->codes[i] - FM__CODE_FIRST] !=
                                             f->demands->numbers[h->codes[i + 1] - FM__CODE_FIRST];
        if (last && !tell(f, h->codes[i], fm__histogram_weight(h, &f->roadmap->weighing, i)))
            return false;
    }
    return true;
}

typedef struct number_line {
    double looseness;
    uint32_t line;
} number_line;

static int by_looseness(const void *a, const void *b) {
    const number_line *x = a;
    const number_line *y = b;
    if (x->looseness != y->looseness)
        return x->looseness > y->looseness ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

/* The weight of the demands below a code, of weights that were cumulated. */
static const void *weight_below(const finding *f, uint32_t code, const void *none) {
    size_t low = 0;
    for (size_t high = f->histogram.count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (f->histogram.codes[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? none : fm__histogram_weight(&f->histogram, &f->roadmap->weighing, low - 1);
}

/* Lines of a number or a flag, the loosest first; a blank offers nothing and is no step at all. */
static bool find_value_lines(finding *f) {
    const fm__roadmap *r = f->roadmap;
    const fm__offered *offered = &r->lines->offered[f->change.attribute];
    fm_rule rule = r->model->attributes[f->change.attribute].rule;
    number_line *lines = fm__array_new(f->line_count, sizeof *lines);
    void *none = fm__weights_new(&r->weighing, 1);
    bool done = lines != NULL && none != NULL;
    for (size_t i = 0; done && i < f->line_count; i++) {
        double number = rule == FM_RULE_FLAG ? 0 : offered->nominal[f->lines[i]];
        double looseness = rule == FM_RULE_AT_LEAST ? -number : number;
        lines[i] = (number_line){isnan(number) ? (double)INFINITY : looseness, f->lines[i]};
    }
    if (done)
        qsort(lines, f->line_count, sizeof *lines, by_looseness);
    for (size_t i = 0; done && i < f->line_count; i++) {
        uint32_t line = lines[i].line;
        uint32_t beyond = FM__CODE_FIRST + f->demands->count;
        uint32_t threshold = rule != FM_RULE_FLAG   ? fm__number_threshold(f->demands, offered->nominal[line])
                             : offered->flags[line] ? beyond
                                                    : FM__CODE_FIRST;
        done = tell(f, line, weight_below(f, threshold, none));
    }
    free(lines);
    fm__region_free(none);
    return done;
}

/* Adds the sets that could be offered instead; *out_seeds says where each came from, caller frees. */
static bool list_sets(const finding *f, const fm__universe *universe, const uint32_t *offered, size_t count,
                      fm__set_list *list, uint32_t **out_seeds) {
    const fm__histogram *h = &f->histogram;
    const fm__demands *d = f->demands;
    bool elements = d->attribute->rule == FM_RULE_ANY_OF;
    uint32_t *seeds = fm__array_new(elements ? d->elements.count : h->count, sizeof *seeds);
    bool *seen = fm__array_new(d->elements.count, sizeof *seen);
    bool done = seeds != NULL && seen != NULL;
    for (size_t i = 0; done && i < h->count; i++) {
        uint32_t demand = h->codes[i] - FM__CODE_FIRST;
        for (size_t e = d->set_begins[demand]; done && elements && e < d->set_begins[demand + 1]; e++) {
            uint32_t element = d->set_elements[e];
            if (seen[element])
                continue;
            seen[element] = true;
            seeds[list->count] = element;
            done = fm__set_list_add_changed(list, universe, d, offered, count, element);
        }
        if (!elements) {
            if (list->count < h->count)
                seeds[list->count] = demand;
            done = fm__set_list_add_changed(list, universe, d, offered, count, demand);
        }
    }
    free(seen);
    *out_seeds = seeds;
    return done;
}

/* The lines' sets; those that come out equal are lines nevertheless. */
static bool list_line_sets(const finding *f, const fm__universe *universe, fm__set_list *list,
                           uint32_t **out_seeds) {
    uint32_t *seeds = fm__array_new(f->line_count, sizeof *seeds);
    bool done = seeds != NULL;
    for (size_t i = 0; done && i < f->line_count; i++) {
        seeds[i] = f->lines[i];
        done = fm__set_list_add_offered(list, universe, &f->roadmap->lines->offered[f->change.attribute],
                                        f->lines[i]);
    }
    *out_seeds = seeds;
    return done;
}

static bool find_sets(finding *f) {
    const fm__roadmap *r = f->roadmap;
    size_t attribute = f->change.attribute;
    const fm__universe *universe = &r->universes[attribute];
    fm__set_list now = {0};
    fm__set_list list = {0};
    uint32_t *seeds = NULL;
    uint32_t *order = NULL;
    char *weights = NULL;
    bool done =
        fm__set_list_add_offered(&now, universe, &f->plan->catalog->offered[attribute], f->change.offering);
    const uint32_t *offered = done ? fm__set_values(&now, 0) : NULL;
    size_t count = done ? fm__set_length(&now, 0) : 0;
    if (done)
        done = r->has_costs ? list_line_sets(f, universe, &list, &seeds)
                            : list_sets(f, universe, offered, count, &list, &seeds);
    if (done) {
        order = fm__set_list_order(&list, universe, offered, count);
        weights = fm__weights_new(&r->weighing, list.count);
        done = order != NULL && weights != NULL &&
               fm__set_list_weigh(&list, universe, f->plan, attribute, &f->histogram, &r->weighing, weights);
    }
    for (size_t i = 0; done && i < list.count; i++)
        done = tell(f, seeds[order[i]], weights + order[i] * r->weighing.bytes);
    fm__region_free(weights);
    free(order);
    free(seeds);
    fm__set_list_destroy(&list);
    fm__set_list_destroy(&now);
    return done;
}

/* The changes of one attribute of one offering. */
static bool find_changes(finding *f, const fm__roadmap_counts *counts, size_t own) {
    fm_rule rule = f->roadmap->model->attributes[f->change.attribute].rule;
    bool done = fm__histogram_init(&f->histogram, counts, own, f->change.attribute);
    if (done && fm__rule_is_set(rule)) {
        done = find_sets(f);
    } else if (done) {
        cumulate(f);
        if (f->roadmap->has_costs)
            done = find_value_lines(f);
        else if (rule == FM_RULE_FLAG)
            done = f->histogram.count == 0 || tell(f, f->histogram.codes[0], f->histogram.weights);
        else
            done = find_numbers(f);
    }
    fm__histogram_destroy(&f->histogram);
    return done;
}

/* The lines of an offering and attribute that are not taken; asked for in order. */
static size_t next_lines(const fm__roadmap *r, size_t offering, size_t attribute, size_t *at,
                         uint32_t *out_lines) {
    size_t count = 0;
    for (; *at < r->line_count && r->offerings[r->lines_sorted[*at]] == offering &&
           r->attributes[r->lines_sorted[*at]] == attribute;
         (*at)++)
        if (!r->taken[r->lines_sorted[*at]])
            out_lines[count++] = r->lines_sorted[*at];
    return count;
}

fm_status fm__roadmap_changes(const fm__roadmap *roadmap, const fm__plan *plan, const fm_analysis_run *run,
                              fm__change_found *found, void *context, fm_error *error) {
    fm__roadmap_counts counts;
    fm_status status =
        fm__roadmap_count(plan, roadmap->matches->kernel, &roadmap->weighing, run, &counts, error);
    if (status != FM_OK)
        return status;
    uint32_t *lines = fm__array_new(roadmap->line_count, sizeof *lines);
    finding f = {.roadmap = roadmap, .plan = plan, .lines = lines, .found = found, .context = context};
    size_t at = 0;
    bool done = lines != NULL;
    for (size_t own = 0; done && own < counts.own_count; own++)
        for (size_t a = 0; done && a < counts.attribute_count; a++) {
            f.demands = fm__base_demands(plan->base, a, false);
            f.change = (fm__change){.offering = (uint16_t)counts.own[own], .attribute = (uint16_t)a};
            f.line_count = roadmap->has_costs ? next_lines(roadmap, counts.own[own], a, &at, lines) : 0;
            if (!roadmap->has_costs || f.line_count > 0)
                done = find_changes(&f, &counts, own);
        }
    free(lines);
    fm__roadmap_counts_destroy(&counts);
    return done ? FM_OK : fm__fail_memory(error);
}

/* --- in words --- */

static void add_set(const fm__universe *universe, const fm__set_list *list, bool as_cell,
                    fm__phrase *phrase) {
    const uint32_t *values = fm__set_values(list, 0);
    if (fm__set_length(list, 0) == 0 && !as_cell)
        fm__phrase_add(phrase, fm__text("nothing"));
    for (size_t i = 0; i < fm__set_length(list, 0); i++) {
        if (i > 0)
            fm__phrase_add(phrase, fm__text("|"));
        fm__phrase_add(phrase, as_cell ? universe->folded[values[i]] : universe->spelled[values[i]]);
    }
}

static bool add_changed_set(const fm__roadmap *roadmap, const fm_catalog *catalog, const fm__change *change,
                            bool as_cell, fm__set_list *scratch, fm__phrase *phrase) {
    const fm__universe *universe = &roadmap->universes[change->attribute];
    fm__set_list now = {0};
    scratch->count = 0;
    fm__index_destroy(&scratch->index);
    bool done;
    if (roadmap->has_costs)
        done = fm__set_list_add_offered(scratch, universe, &roadmap->lines->offered[change->attribute],
                                        change->seed);
    else
        done =
            fm__set_list_add_offered(&now, universe, &catalog->offered[change->attribute],
                                     change->offering) &&
            fm__set_list_add_changed(scratch, universe,
                                     fm__base_demands(roadmap->matches->plan->base, change->attribute, false),
                                     fm__set_values(&now, 0), fm__set_length(&now, 0), change->seed);
    if (done)
        add_set(universe, scratch, as_cell, phrase);
    fm__set_list_destroy(&now);
    return done;
}

/* A number with all its digits, and a point whatever the locale says. */
static void add_exact_number(fm__phrase *phrase, double number) {
    char digits[64];
    int length = snprintf(digits, sizeof digits, "%.17g", number);
    for (int i = 0; i < length; i++) {
        bool point = strchr("0123456789+-e", digits[i]) == NULL;
        fm__phrase_add(phrase, point ? fm__text(".") : (fm_text){digits + i, 1});
    }
}

bool fm__change_text(const fm__roadmap *roadmap, const fm_catalog *catalog, const fm__change *change,
                     bool as_cell, fm__set_list *scratch, fm__phrase *phrase) {
    const fm_attribute *a = &roadmap->model->attributes[change->attribute];
    if (fm__rule_is_set(a->rule))
        return add_changed_set(roadmap, catalog, change, as_cell, scratch, phrase);
    if (a->rule == FM_RULE_FLAG) {
        bool yes = !roadmap->has_costs || roadmap->lines->offered[change->attribute].flags[change->seed];
        fm__phrase_add(phrase, fm__text(yes ? "yes" : "no"));
        return true;
    }
    double number = roadmap->has_costs
                        ? roadmap->lines->offered[change->attribute].nominal[change->seed]
                        : fm__base_demands(roadmap->matches->plan->base, change->attribute, false)
                              ->numbers[change->seed - FM__CODE_FIRST];
    if (!as_cell)
        fm__phrase_number(phrase, number + 0.0, a->unit); /* minus zero is zero */
    else if (!isnan(number))
        add_exact_number(phrase, number);
    return true;
}
