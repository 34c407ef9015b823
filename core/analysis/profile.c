/* The ideal customer: what favourites have in common, and how every prospect scores by it. */
#include "analysis/carried.h"
#include "analysis/features.h"
#include "analysis/notes.h"
#include "analysis/ranking.h"
#include "analysis/reduction.h"
#include "support/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* With fewer favourites their features are accidents. */
#define FAVOURITES_MIN 20
/* Features named beside a score. */
#define NAMED_MAX 3

static const fm_report_column FEATURES[] = {{"attribute", "Attribute", FM_CELL_TEXT},
                                            {"demand", "Demand", FM_CELL_TEXT},
                                            {"favourites", "Favourites", FM_CELL_COUNT},
                                            {"others", "Others", FM_CELL_COUNT},
                                            {"log_odds", "Log odds", FM_CELL_SCORE},
                                            {"low", "from", FM_CELL_SCORE},
                                            {"high", "to", FM_CELL_SCORE}};
static const fm_report_column PROSPECTS[] = {{"customer_id", "Customer", FM_CELL_TEXT},
                                             {"name", "Name", FM_CELL_TEXT},
                                             {"score", "Score", FM_CELL_SCORE},
                                             {"raised", "Raised by", FM_CELL_TEXT},
                                             {"lowered", "Lowered by", FM_CELL_TEXT}};
enum { FEATURE_TABLE, PROSPECT_TABLE };

typedef struct prospect {
    double score;
    uint64_t row;
} prospect;

typedef struct source {
    const fm__plan *plan;
    const fm_base *base;
    const fm__kernel *kernel;
    fm_report *report;
    size_t name_column; /* among those carried, or SIZE_MAX */
    size_t favourite_column;
    size_t existing_column;
    fm__features features;
    uint64_t favourites;
    uint64_t (*prospects)[FM__BLOCK_WORDS]; /* [block] rows that are neither favourite nor existing */
    double **scores;                        /* [attribute] -> [code]: of numbers and flags; NULL for sets */
    uint64_t top;                           /* 0: all */
    prospect *list;                         /* [prospect_count] as shown */
    size_t list_count;
    char *texts[2]; /* raised and lowered of one row */
    size_t capacities[2];
} source;

static void scores_free(source *s) {
    for (size_t a = 0; s->scores != NULL && a < s->plan->model->attribute_count; a++)
        free(s->scores[a]);
    free(s->scores);
    free(s->prospects);
    s->scores = NULL;
    s->prospects = NULL;
}

static void source_free(void *of) {
    source *s = of;
    scores_free(s);
    fm__features_destroy(&s->features);
    free(s->list);
    free(s->texts[0]);
    free(s->texts[1]);
    free(s);
}

/* --- the favourites: counting who has what --- */

/* What one thread counts. */
typedef struct counts {
    uint64_t favourites;
    uint64_t *of_features;
} counts;

static fm_status begin_counting(void *context, void *state, fm_error *error) {
    const source *s = context;
    counts *c = state;
    c->of_features = fm__array_new(s->features.count, sizeof *c->of_features);
    return c->of_features != NULL ? FM_OK : fm__fail_memory(error);
}

static void end_counting(void *context, void *state) {
    (void)context;
    free(((counts *)state)->of_features);
}

static void count_favourite(const source *s, counts *c, const fm__block *block, size_t at) {
    c->favourites++;
    for (size_t a = 0; a < s->plan->model->attribute_count; a++) {
        uint32_t code = fm__block_code(s->base, block, fm__base_demands(s->base, a, false), at);
        const uint32_t *elements;
        size_t first;
        if (code < FM__CODE_FIRST)
            continue;
        size_t count = fm__features_of(&s->features, a, code - FM__CODE_FIRST, &elements, &first);
        for (size_t i = 0; i < count; i++)
            c->of_features[first + (elements == NULL ? 0 : elements[i])]++;
    }
}

static fm_status count_rows(void *context, void *state, const fm__rows *rows, fm_error *error) {
    (void)error;
    const source *s = context;
    uint64_t *prospects = s->prospects[rows->block->number];
    for (size_t at = 0; at < rows->count; at++) {
        uint64_t row = rows->numbers[at];
        if (fm__carried_flag(s->base, s->favourite_column, row))
            count_favourite(s, state, rows->block, at);
        else if (!fm__carried_flag(s->base, s->existing_column, row))
            prospects[at / 64] |= UINT64_C(1) << (at % 64);
    }
    return FM_OK;
}

static fm_status merge_counts(void *context, void *into, void *from, fm_error *error) {
    (void)error;
    const source *s = context;
    counts *to = into;
    const counts *other = from;
    to->favourites += other->favourites;
    for (size_t i = 0; i < s->features.count; i++)
        to->of_features[i] += other->of_features[i];
    return FM_OK;
}

/* Rows of all features; those of the dictionaries are the rows of the base. */
static void count_all(const fm__features *features, const fm_base *base) {
    for (size_t a = 0; a < features->plan->model->attribute_count; a++) {
        const fm__demands *demands = fm__base_demands(base, a, false);
        for (uint32_t d = 0; d < demands->count; d++) {
            const uint32_t *elements;
            size_t first;
            size_t count = fm__features_of(features, a, d, &elements, &first);
            for (size_t i = 0; i < count; i++)
                features->list[first + (elements == NULL ? 0 : elements[i])].others +=
                    demands->rows[FM__CODE_FIRST + d];
        }
    }
}

static double log_odds_of(const fm__feature *feature, double favourites, double others) {
    double f = (double)feature->favourites;
    double r = (double)feature->others;
    return log((f + .5) / (favourites - f + .5)) - log((r + .5) / (others - r + .5));
}

static fm_status finish_counting(void *context, void *state, fm_error *error) {
    (void)error;
    source *s = context;
    const counts *c = state;
    count_all(&s->features, s->base);
    s->favourites = c->favourites;
    for (size_t i = 0; i < s->features.count; i++) {
        fm__feature *feature = &s->features.list[i];
        feature->favourites = c->of_features[i];
        feature->others -= c->of_features[i];
        feature->log_odds =
            log_odds_of(feature, (double)s->favourites, (double)(s->base->row_count - s->favourites));
    }
    return FM_OK;
}

static fm_status count_favourites(source *s, const fm_matches *matches, const fm_analysis_run *run,
                                  fm_error *error) {
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.depth = FM__DEPTH_DECIDE;
    reduction.state_bytes = sizeof(counts);
    reduction.begin = begin_counting;
    reduction.add = count_rows;
    reduction.merge = merge_counts;
    reduction.finish = finish_counting;
    reduction.end = end_counting;
    return fm__reduce(&reduction, run, s, error);
}

/* A feature in words, kept by the report. */
static bool put_feature_text(fm_report *report, const fm__features *features, const fm__feature *feature,
                             fm_cell *out_cell) {
    fm__phrase phrase = {0};
    fm__feature_phrase(&phrase, features, feature);
    size_t bytes = phrase.length + 1;
    phrase = (fm__phrase){.buffer = fm__arena_new(&report->arena, bytes), .capacity = bytes};
    if (phrase.buffer == NULL)
        return false;
    fm__feature_phrase(&phrase, features, feature);
    *out_cell = fm__cell_of_text((fm_text){phrase.buffer, phrase.length});
    return true;
}

static bool put_features(const source *s) {
    double all = (double)s->favourites;
    double rest = (double)(s->base->row_count - s->favourites);
    for (size_t i = 0; i < s->features.count; i++) {
        const fm__feature *feature = &s->features.list[i];
        double f = (double)feature->favourites;
        double r = (double)feature->others;
        if (feature->favourites + feature->others == 0)
            continue;
        fm_cell *cells = fm__report_add_row(s->report, FEATURE_TABLE);
        if (cells == NULL || !put_feature_text(s->report, &s->features, feature, &cells[1]))
            return false;
        double error = 1.96 * sqrt(1 / (f + .5) + 1 / (all - f + .5) + 1 / (r + .5) + 1 / (rest - r + .5));
        cells[0] = fm__cell_of_string(s->plan->model->attributes[feature->attribute].name);
        cells[2] = fm__cell_of_count(feature->favourites);
        cells[3] = fm__cell_of_count(feature->others);
        cells[4] = fm__cell_of_number(feature->log_odds);
        cells[5] = fm__cell_of_number(feature->log_odds - error);
        cells[6] = fm__cell_of_number(feature->log_odds + error);
    }
    return true;
}

/* --- the prospects: adding up what they have --- */

/* What one thread has scored. */
typedef struct scored {
    prospect *list;
    size_t count;
    size_t capacity;
} scored;

static bool prepare_scores(source *s) {
    size_t attributes = s->plan->model->attribute_count;
    s->scores = fm__array_new(attributes, sizeof *s->scores);
    for (size_t a = 0; s->scores != NULL && a < attributes; a++) {
        const fm__demands *demands = fm__base_demands(s->base, a, false);
        if (s->features.of_codes[a] == NULL)
            continue;
        s->scores[a] = fm__array_new((size_t)demands->count + FM__CODE_FIRST, sizeof **s->scores);
        if (s->scores[a] == NULL)
            return false;
        for (uint32_t d = 0; d < demands->count; d++)
            s->scores[a][FM__CODE_FIRST + d] = s->features.list[s->features.of_codes[a][d]].log_odds;
    }
    return s->scores != NULL;
}

/* Adds what the rows of a block have of one attribute. The values of a set are added one after the other, as
 * sums of doubles depend on their order. */
static void add_scores(const source *s, size_t attribute, const uint32_t *codes, size_t count,
                       double *scores) {
    const fm__demands *demands = fm__base_demands(s->base, attribute, false);
    if (s->scores[attribute] != NULL) {
        for (size_t at = 0; at < count; at++)
            scores[at] += s->scores[attribute][codes[at]];
        return;
    }
    const fm__feature *features = s->features.list + s->features.begins[attribute];
    for (size_t at = 0; at < count; at++) {
        if (codes[at] < FM__CODE_FIRST)
            continue;
        size_t end = demands->set_begins[codes[at] - FM__CODE_FIRST + 1];
        for (size_t i = demands->set_begins[codes[at] - FM__CODE_FIRST]; i < end; i++)
            scores[at] += features[demands->set_elements[i]].log_odds;
    }
}

static int by_score(const void *a, const void *b) {
    const prospect *x = a;
    const prospect *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Moves a prospect down in a heap that has the last one in the order of the list on top. */
static void sift(prospect *heap, size_t count, size_t at) {
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        child += child + 1 < count && by_score(&heap[child], &heap[child + 1]) < 0;
        if (by_score(&heap[at], &heap[child]) >= 0)
            return;
        prospect other = heap[at];
        heap[at] = heap[child];
        heap[child] = other;
        at = child;
    }
}

/* Keeps a prospect, or the first `top` so far; false when memory ran out. */
static bool keep(scored *to, uint64_t top, prospect new) {
    if (top > 0 && to->count == top) {
        if (by_score(&new, &to->list[0]) < 0) {
            to->list[0] = new;
            sift(to->list, to->count, 0);
        }
        return true;
    }
    if (!fm__array_reserve(&to->list, &to->capacity, to->count + 1, sizeof *to->list))
        return false;
    to->list[to->count++] = new;
    for (size_t at = to->count / 2; to->count == top && at-- > 0;)
        sift(to->list, to->count, at);
    return true;
}

static fm_status score_rows(void *context, void *state, const fm__rows *rows, fm_error *error) {
    const source *s = context;
    double scores[FM__BLOCK_ROWS] = {0};
    uint32_t codes[FM__BLOCK_ROWS];
    const uint64_t *prospects = s->prospects[rows->block->number];
    const uint64_t *slices = fm__base_block(s->base, rows->block->number);
    for (size_t a = 0; a < s->plan->model->attribute_count; a++) {
        const fm__demands *demands = fm__base_demands(s->base, a, false);
        if (demands->count == 0)
            continue;
        s->kernel->unpack(slices + (size_t)demands->first_slice * FM__BLOCK_WORDS, demands->slice_count,
                          codes);
        add_scores(s, a, codes, rows->count, scores);
    }
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        for (uint64_t bits = prospects[w]; bits != 0; bits &= bits - 1) {
            size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
            if (!keep(state, s->top, (prospect){scores[at], rows->numbers[at]}))
                return fm__fail_memory(error);
        }
    return FM_OK;
}

static fm_status merge_scored(void *context, void *into, void *from, fm_error *error) {
    const source *s = context;
    scored *other = from;
    for (size_t i = 0; i < other->count; i++)
        if (!keep(into, s->top, other->list[i]))
            return fm__fail_memory(error);
    free(other->list);
    other->list = NULL;
    return FM_OK;
}

static void end_scoring(void *context, void *state) {
    (void)context;
    free(((scored *)state)->list);
}

/* Puts the list in its order: highest score first, ties in row order. */
static bool sort_prospects(scored *f) {
    fm__ranked *entries = fm__array_new(f->count, sizeof *entries);
    for (size_t i = 0; entries != NULL && i < f->count; i++)
        entries[i] = (fm__ranked){f->list[i].row, i};
    bool done = entries != NULL && fm__rank(entries, f->count, 0);
    for (size_t i = 0; done && i < f->count; i++)
        entries[i].key = fm__rank_largest_first(f->list[entries[i].place].score);
    done = done && fm__rank(entries, f->count, 0);
    prospect *sorted = done ? fm__ranked_copy(entries, f->count, f->list, sizeof *sorted) : NULL;
    free(entries);
    if (sorted == NULL)
        return false;
    free(f->list);
    f->list = sorted;
    return true;
}

static fm_status finish_scoring(void *context, void *state, fm_error *error) {
    source *s = context;
    scored *f = state;
    if (!sort_prospects(f))
        return fm__fail_memory(error);
    s->list = f->list;
    s->list_count = f->count;
    f->list = NULL;
    return FM_OK;
}

static fm_status score_prospects(source *s, const fm_matches *matches, const fm_analysis_run *run,
                                 fm_error *error) {
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.depth = FM__DEPTH_DECIDE;
    reduction.state_bytes = sizeof(scored);
    reduction.add = score_rows;
    reduction.merge = merge_scored;
    reduction.finish = finish_scoring;
    reduction.end = end_scoring;
    return fm__reduce(&reduction, run, s, error);
}

/* --- the list --- */

/* Puts a feature among the first ones by how far `sign` times its log odds is above 0; equal ones stay in
 * their order. */
static void name_feature(const fm__feature **named, size_t *count, const fm__feature *feature, double sign) {
    size_t at = *count;
    if (!(sign * feature->log_odds > 0))
        return;
    while (at > 0 && sign * named[at - 1]->log_odds < sign * feature->log_odds)
        at--;
    if (at == NAMED_MAX)
        return;
    *count += *count < NAMED_MAX;
    for (size_t i = *count - 1; i > at; i--)
        named[i] = named[i - 1];
    named[at] = feature;
}

static void name_features(const source *s, uint64_t row, double sign, const fm__feature **named,
                          size_t *out_count) {
    uint64_t position = fm__base_position(s->base, row);
    const uint64_t *slices = fm__base_block(s->base, (size_t)(position / FM__BLOCK_ROWS));
    *out_count = 0;
    for (size_t a = 0; a < s->plan->model->attribute_count; a++) {
        const fm__demands *demands = fm__base_demands(s->base, a, false);
        uint32_t code = fm__slices_code(slices + (size_t)demands->first_slice * FM__BLOCK_WORDS,
                                        demands->slice_count, (size_t)(position % FM__BLOCK_ROWS));
        const uint32_t *elements;
        size_t first;
        if (code < FM__CODE_FIRST)
            continue;
        size_t count = fm__features_of(&s->features, a, code - FM__CODE_FIRST, &elements, &first);
        for (size_t i = 0; i < count; i++)
            name_feature(named, out_count, &s->features.list[first + (elements == NULL ? 0 : elements[i])],
                         sign);
    }
}

/* "delivery_hours <= 24 h (+1.2345); region North (+0.9000)" */
static size_t write_named(const source *s, const fm__feature *const *named, size_t count, char *buffer,
                          size_t capacity) {
    fm__phrase phrase = {.buffer = buffer, .capacity = capacity};
    for (size_t i = 0; i < count; i++) {
        char number[FM__NUMBER_BYTES];
        size_t length = fm__number_format_score(named[i]->log_odds, number);
        fm__phrase_add(&phrase, fm__text(i > 0 ? "; " : ""));
        fm__phrase_add(&phrase, fm__text(s->plan->model->attributes[named[i]->attribute].name));
        fm__phrase_add(&phrase, fm__text(" "));
        fm__feature_phrase(&phrase, &s->features, named[i]);
        fm__phrase_add(&phrase, fm__text(named[i]->log_odds > 0 ? " (+" : " ("));
        fm__phrase_add(&phrase, (fm_text){number, length});
        fm__phrase_add(&phrase, fm__text(")"));
    }
    return phrase.length;
}

static bool put_named(source *s, uint64_t row, size_t which, fm_cell *out_cell) {
    const fm__feature *named[NAMED_MAX];
    size_t count;
    name_features(s, row, which == 0 ? 1 : -1, named, &count);
    size_t length = write_named(s, named, count, s->texts[which], s->capacities[which]);
    if (length > s->capacities[which]) {
        if (!fm__array_reserve(&s->texts[which], &s->capacities[which], length, 1))
            return false;
        (void)write_named(s, named, count, s->texts[which], s->capacities[which]);
    }
    *out_cell = fm__cell_of_text((fm_text){s->texts[which], length});
    return true;
}

static fm_status work_row_out(void *from, uint64_t place, fm_cell *cells, fm_error *error) {
    source *s = from;
    const prospect *p = &s->list[place];
    cells[0] = fm__cell_of_text(fm_base_id(s->base, p->row));
    cells[1] = fm__carried_as_cell(s->base, s->name_column, p->row);
    cells[2] = fm__cell_of_number(p->score);
    return put_named(s, p->row, 0, &cells[3]) && put_named(s, p->row, 1, &cells[4]) ? FM_OK
                                                                                    : fm__fail_memory(error);
}

/* --- the report --- */

static bool prepare(source *s, const fm_matches *matches, fm_report *report) {
    s->plan = matches->plan;
    s->base = s->plan->base;
    s->kernel = matches->kernel;
    s->report = report;
    s->name_column = fm__base_find_role(s->base, FM_ROLE_NAME);
    s->favourite_column = fm__base_find_role(s->base, FM_ROLE_FAVOURITE);
    s->existing_column = fm__base_find_role(s->base, FM_ROLE_EXISTING);
    s->prospects = fm__array_new(s->base->block_count, sizeof *s->prospects);
    return s->prospects != NULL && fm__features_find(&s->features, s->plan);
}

static fm_status fill_in(source *s, const fm_matches *matches, const fm_analysis_run *run, fm_error *error) {
    if (s->favourite_column == SIZE_MAX)
        return fm__note_lacking(s->report, s->base, FM_ROLE_FAVOURITE, "no favourites are known")
                   ? FM_OK
                   : fm__fail_memory(error);
    fm_status status = count_favourites(s, matches, run, error);
    if (status != FM_OK)
        return status;
    uint64_t others = s->base->row_count - s->favourites;
    if (s->favourites < FAVOURITES_MIN || others == 0)
        return fm__report_add_note(s->report,
                                   "There are %" PRIu64 " favourites and %" PRIu64
                                   " other customers: a profile needs at least %d and one other.",
                                   s->favourites, others, FAVOURITES_MIN)
                   ? FM_OK
                   : fm__fail_memory(error);
    if (!put_features(s) || !prepare_scores(s) ||
        !fm__note_lacking(s->report, s->base, FM_ROLE_EXISTING, "all but favourites count as prospects"))
        return fm__fail_memory(error);
    status = score_prospects(s, matches, run, error);
    s->report->tables[PROSPECT_TABLE].row_count = s->list_count;
    s->report->tables[PROSPECT_TABLE].row = work_row_out;
    scores_free(s);
    return status;
}

fm_status fm_profile(const fm_matches *matches, const fm_profile_options *options, fm_report **out_report,
                     fm_error *error) {
    static const fm_profile_options defaults;
    options = options == NULL ? &defaults : options;
    fm_report *report = fm__report_new_of("profile", sizeof(source), source_free);
    if (report == NULL)
        return fm__fail_memory(error);
    source *s = report->source;
    s->top = options->top;
    (void)FM__REPORT_TABLE(report, "features", FEATURES);
    (void)FM__REPORT_TABLE(report, "prospects", PROSPECTS);
    fm_status status = prepare(s, matches, report) ? FM_OK : fm__fail_memory(error);
    if (status == FM_OK)
        status = fill_in(s, matches, &options->run, error);
    return fm__report_end(report, status, out_report);
}
