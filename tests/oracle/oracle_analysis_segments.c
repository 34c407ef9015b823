/* segments: the unfit rows by what they miss. */
#include "oracle_analysis.h"

#include <stdio.h>
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

struct segment {
    const struct oracle_case **cases; /* in row order */
    size_t count;
    char name[17];
};

/* By place of the first attribute that differs, a shorter list before one that it begins. */
static int compare_unmet(const struct oracle_case *a, const struct oracle_case *b) {
    for (size_t i = 0; i < a->unmet_count && i < b->unmet_count; i++)
        if (a->unmet[i] != b->unmet[i])
            return a->unmet[i] < b->unmet[i] ? -1 : 1;
    return a->unmet_count < b->unmet_count ? -1 : a->unmet_count > b->unmet_count ? 1 : 0;
}

static int compare_cases(const void *left, const void *right, void *context) {
    const struct oracle_case *a = *(const struct oracle_case *const *)left;
    const struct oracle_case *b = *(const struct oracle_case *const *)right;
    (void)context;
    const int order = compare_unmet(a, b);
    return order != 0 ? order : a < b ? -1 : a > b ? 1 : 0;
}

static int compare_segments(const void *left, const void *right, void *context) {
    const struct segment *a = left;
    const struct segment *b = right;
    (void)context;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return compare_unmet(a->cases[0], b->cases[0]);
}

static void name_segment(const struct oracle_analysis *analysis, struct segment *segment) {
    struct oracle_buffer unmet = {0};
    struct oracle_buffer gap = {0};
    oracle_unmet_words(analysis->oracle, segment->cases[0]->row, segment->cases[0]->decision->own, &unmet,
                       &gap);
    snprintf(segment->name, sizeof segment->name, "%016llx",
             (unsigned long long)XXH3_64bits(unmet.bytes, unmet.length));
    free(unmet.bytes);
    free(gap.bytes);
}

/* Sorted; those of fewer than `least` rows left out. */
static struct segment *find_segments(struct oracle_analysis *analysis, double least, size_t *out_count,
                                     size_t *out_unfit) {
    const struct oracle_case **cases = oracle_alloc(analysis->heap, analysis->case_count, sizeof(void *));
    struct segment *segments = oracle_alloc(analysis->heap, analysis->case_count, sizeof *segments);
    size_t unfit = 0;
    size_t count = 0;
    for (size_t r = 0; r < analysis->case_count; r++)
        if (analysis->cases[r].unfit)
            cases[unfit++] = &analysis->cases[r];
    oracle_sort(cases, unfit, sizeof *cases, compare_cases, NULL);
    for (size_t start = 0; start < unfit;) {
        struct segment segment = {.cases = cases + start};
        while (start + segment.count < unfit &&
               compare_unmet(segment.cases[0], segment.cases[segment.count]) == 0)
            segment.count++;
        start += segment.count;
        if ((double)segment.count < least)
            continue;
        name_segment(analysis, &segment);
        segments[count++] = segment;
    }
    oracle_sort(segments, count, sizeof *segments, compare_segments, NULL);
    *out_count = count;
    *out_unfit = unfit;
    return segments;
}

static void put_partner(struct oracle_analysis *analysis, const struct segment *segment) {
    const struct oracle *oracle = analysis->oracle;
    uint64_t *served = oracle_alloc(analysis->heap, oracle->offering_count, sizeof *served);
    for (size_t i = 0; i < segment->count; i++)
        if (segment->cases[i]->decision->refer_to != NULL)
            served[segment->cases[i]->decision->refer_to - oracle->offerings]++;
    size_t best = 0;
    for (size_t o = 1; o < oracle->offering_count; o++)
        if (served[o] > served[best])
            best = o;
    const struct oracle_text none = oracle_text_of("");
    oracle_put_text(analysis, served[best] > 0 ? oracle->offerings[best].id : none);
    oracle_put_text(analysis, served[best] > 0 ? oracle->offerings[best].supplier : none);
    oracle_put_count(analysis, served[best]);
}

static void put_segment(struct oracle_analysis *analysis, const struct segment *segment, size_t unfit) {
    struct oracle_tally tally = {0};
    for (size_t i = 0; i < segment->count; i++)
        oracle_tally_add(&tally, segment->cases[i]);
    oracle_put_string(analysis, segment->name);
    oracle_put_names(analysis, segment->cases[0]->unmet, segment->cases[0]->unmet_count);
    oracle_put_count(analysis, tally.rows);
    oracle_put_share(analysis, tally.rows, unfit);
    oracle_put_money(analysis, &tally);
    oracle_put_expected(analysis, &tally);
    put_partner(analysis, segment);
    oracle_end_row(analysis);
}

static int compare_numbers(const void *left, const void *right, void *context) {
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    (void)context;
    return a < b ? -1 : a > b ? 1 : 0;
}

static void put_number_words(struct oracle_analysis *analysis, double number, struct oracle_text unit) {
    struct oracle_buffer words = {0};
    oracle_plain_number(&words, number, unit);
    oracle_put_buffer(analysis, &words);
}

static void put_number_demands(struct oracle_analysis *analysis, const struct segment *segment, size_t a) {
    const struct oracle_attribute *attribute = &analysis->model->attributes[a];
    double *numbers = oracle_alloc(analysis->heap, segment->count, sizeof *numbers);
    for (size_t i = 0; i < segment->count; i++)
        numbers[i] = oracle_need_of(segment->cases[i]->row, a)->number;
    oracle_sort(numbers, segment->count, sizeof *numbers, compare_numbers, NULL);
    const size_t rank = segment->count / 2 + segment->count % 2; /* from 1 */
    put_number_words(analysis, numbers[rank - 1], attribute->unit);
    put_number_words(analysis, attribute->rule == ORACLE_AT_MOST ? numbers[0] : numbers[segment->count - 1],
                     attribute->unit);
    oracle_put_null(analysis);
}

static void put_set_demands(struct oracle_analysis *analysis, const struct segment *segment, size_t a) {
    const struct oracle_values *values = &analysis->model->attributes[a].values;
    size_t *naming = calloc(values->count + 1, sizeof *naming);
    struct oracle_buffer wanted = {0};
    if (naming == NULL)
        abort();
    for (size_t i = 0; i < segment->count; i++) {
        const struct oracle_set set = oracle_need_of(segment->cases[i]->row, a)->set;
        for (size_t v = 0; v < set.count; v++)
            naming[set.values[v]]++;
    }
    for (size_t place = 0; place < 3; place++) {
        size_t best = SIZE_MAX;
        for (size_t v = 0; v < values->count; v++) {
            if (naming[v] == 0)
                continue;
            if (best == SIZE_MAX || naming[v] > naming[best] ||
                (naming[v] == naming[best] &&
                 oracle_text_compare(values->folded[v], values->folded[best]) < 0))
                best = v;
        }
        if (best == SIZE_MAX)
            break;
        char rows[32];
        snprintf(rows, sizeof rows, " (%zu)", naming[best]);
        oracle_buffer_add_string(&wanted, place > 0 ? "|" : "");
        oracle_buffer_add(&wanted, values->spelling[best]);
        oracle_buffer_add_string(&wanted, rows);
        naming[best] = 0;
    }
    free(naming);
    oracle_put_null(analysis);
    oracle_put_null(analysis);
    oracle_put_buffer(analysis, &wanted);
}

static void put_demands(struct oracle_analysis *analysis, const struct segment *segment) {
    const struct oracle_case *first = segment->cases[0];
    for (size_t i = 0; i < first->unmet_count; i++) {
        const enum oracle_rule rule = analysis->model->attributes[first->unmet[i]].rule;
        oracle_put_string(analysis, segment->name);
        oracle_put_text(analysis, analysis->model->attributes[first->unmet[i]].name);
        if (rule == ORACLE_FLAG)
            for (int null = 0; null < 3; null++)
                oracle_put_null(analysis);
        else if (rule <= ORACLE_AT_LEAST)
            put_number_demands(analysis, segment, first->unmet[i]);
        else
            put_set_demands(analysis, segment, first->unmet[i]);
        oracle_end_row(analysis);
    }
}

bool oracle_segments(struct oracle_analysis *analysis) {
    size_t count = 0;
    size_t unfit = 0;
    const struct segment *segments =
        find_segments(analysis, oracle_option_number(analysis, "--min-rows"), &count, &unfit);
    oracle_start(analysis, "segments",
                 "segment,unmet,rows,share,money,expected_money,partner,partner_supplier,partner_rows");
    for (size_t s = 0; s < count; s++)
        put_segment(analysis, &segments[s], unfit);
    oracle_start(analysis, "demands", "segment,attribute,median,tightest,wanted");
    for (size_t s = 0; s < count; s++)
        put_demands(analysis, &segments[s]);
    oracle_start(analysis, "members", "segment,customer_id");
    for (size_t s = 0; s < count && oracle_option_given(analysis, "--rows"); s++) {
        for (size_t i = 0; i < segments[s].count; i++) {
            oracle_put_string(analysis, segments[s].name);
            oracle_put_text(analysis, oracle_case_id(analysis, segments[s].cases[i]));
            oracle_end_row(analysis);
        }
    }
    return true;
}
