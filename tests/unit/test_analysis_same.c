/* Analyses are the same for any number of threads, any instruction set, and on an arranged base; and long
 * lists are sorted as the definition says. */
#include "analysis/ranking.h"
#include "fixture.h"
#include "fixture_coffee.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

typedef fm_status (*analyse)(const fm_matches *matches, unsigned threads, fm_report **out_report);

static fm_status walkaway(const fm_matches *matches, unsigned threads, fm_report **out_report) {
    return fm_walkaway(matches, &(fm_walkaway_options){.run.threads = threads}, out_report, NULL);
}

static fm_status walkaway_top(const fm_matches *matches, unsigned threads, fm_report **out_report) {
    return fm_walkaway(matches, &(fm_walkaway_options){.run.threads = threads, .top = 100, .min_value = 1},
                       out_report, NULL);
}

static fm_status segments(const fm_matches *matches, unsigned threads, fm_report **out_report) {
    return fm_segments(matches, &(fm_segments_options){.run.threads = threads, .members = true}, out_report,
                       NULL);
}

static fm_status matrix(const fm_matches *matches, unsigned threads, fm_report **out_report) {
    return fm_matrix(matches, &(fm_analysis_run){.threads = threads}, out_report, NULL);
}

static fm_status questions(const fm_matches *matches, unsigned threads, fm_report **out_report) {
    return fm_questions(matches, &(fm_analysis_run){.threads = threads}, out_report, NULL);
}

static fm_status roadmap(const fm_matches *matches, unsigned threads, fm_report **out_report) {
    const fm_roadmap_options options = {.run.threads = threads, .plan = 3};
    return fm_roadmap(matches, &options, out_report, NULL);
}

static fm_status roadmap_by_money(const fm_matches *matches, unsigned threads, fm_report **out_report) {
    const fm_roadmap_options options = {
        .run.threads = threads, .plan = 3, .by = FM_ROADMAP_BY_EXPECTED_MONEY, .top = 50};
    return fm_roadmap(matches, &options, out_report, NULL);
}

/* All tables behind one another. */
static char *text_of_report(const fixture *f, fm_instruction_set set, unsigned threads, analyse run) {
    fm_matches *matches = fixture_match(f, set, threads);
    fm_report *report = NULL;
    char *text = calloc(1, 1);
    cr_assert_eq(run(matches, threads, &report), FM_OK);
    for (size_t t = 0; t < fm_report_table_count(report); t++) {
        char *table = coffee_table(report, fm_report_table_name(report, t));
        char *both = malloc(strlen(text) + strlen(table) + 1);
        cr_assert_not_null(both);
        strcpy(both, text);
        strcat(both, table);
        free(text);
        free(table);
        text = both;
    }
    fm_report_free(report);
    fm_matches_free(matches);
    return text;
}

static void expect_same(const fixture *f, analyse run, char **expected) {
    for (int set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++)
        for (unsigned threads = 1; threads <= 4; threads += 3) {
            if (!fm_instruction_set_supported((fm_instruction_set)set))
                continue;
            char *found = text_of_report(f, (fm_instruction_set)set, threads, run);
            if (*expected == NULL)
                *expected = found;
            cr_assert(strcmp(found, *expected) == 0, "set %d, %u threads", set, threads);
            if (found != *expected)
                free(found);
        }
}

static void check(analyse run) {
    fixture_options o = {.seed = 11,
                         .rows = 20000,
                         .offerings = 9,
                         .attributes = 7,
                         .need_percent = 35,
                         .want_percent = 20,
                         .unasked_percent = 5,
                         .records_percent = 40,
                         .partner_percent = 40,
                         .weight_max = 9,
                         .ease = 1,
                         .money = true};
    fixture *f = fixture_new(&o);
    char *expected = NULL;
    expect_same(f, run, &expected);
    cr_assert_eq(fm_base_arrange(f->base, f->catalog, 2, NULL), FM_OK);
    expect_same(f, run, &expected);
    free(expected);
    fixture_free(f);
}

Test(same, walkaway) {
    check(walkaway);
}

Test(same, top_of_walkaway) {
    check(walkaway_top);
}

Test(same, segments) {
    check(segments);
}

Test(same, matrix) {
    check(matrix);
}

Test(same, questions) {
    check(questions);
}

Test(same, roadmap) {
    check(roadmap);
}

Test(same, roadmap_by_money) {
    check(roadmap_by_money);
}

/* --- the order of lists --- */

static int by_key_and_place(const void *a, const void *b) {
    const fm__ranked *x = a;
    const fm__ranked *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static void check_ranking(uint64_t seed, size_t count, uint64_t key_mask, uint64_t top) {
    fm__ranked *entries = malloc((count + 1) * sizeof *entries);
    fm__ranked *expected = malloc((count + 1) * sizeof *expected);
    size_t wanted = top == 0 || top > count ? count : (size_t)top;
    for (size_t i = 0; i < count; i++)
        entries[i] = expected[i] = (fm__ranked){fixture_random(&seed) & key_mask, i};
    qsort(expected, count, sizeof *expected, by_key_and_place);
    cr_assert(fm__rank(entries, count, top));
    for (size_t i = 0; i < wanted; i++)
        cr_assert(entries[i].key == expected[i].key && entries[i].place == expected[i].place,
                  "%zu of %zu, mask %llx, top %llu", i, count, (unsigned long long)key_mask,
                  (unsigned long long)top);
    free(entries);
    free(expected);
}

Test(ranking, as_defined) {
    static const uint64_t masks[] = {0, 1, 7, 0xfff, 0xffff0000, UINT64_MAX, UINT64_C(0xff) << 56};
    static const size_t counts[] = {0, 1, 2, 3, 100, 5000};
    for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
            for (uint64_t top = 0; top <= counts[c] + 1; top = top * 3 + 1)
                check_ranking(m * 10 + c, counts[c], masks[m], top);
}

Test(ranking, largest_first) {
    static const double numbers[] = {1e308, 2, 1, 1e-320, 0, -1e-320, -1, -1e308};
    for (size_t i = 1; i < sizeof numbers / sizeof numbers[0]; i++)
        cr_assert_lt(fm__rank_largest_first(numbers[i - 1]), fm__rank_largest_first(numbers[i]), "%g",
                     numbers[i]);
    cr_assert_eq(fm__rank_largest_first(-0.0), fm__rank_largest_first(0.0));
}

Test(ranking, grouping) {
    const uint32_t groups[] = {2, 0, 2, 3, 0, 2};
    const size_t begins[] = {0, 2, 2, 5, 6};
    const size_t places[] = {1, 4, 0, 2, 5, 3};
    fm__grouping g;
    cr_assert(fm__group_places(groups, 6, 4, &g));
    cr_assert(memcmp(g.begins, begins, sizeof begins) == 0);
    cr_assert(memcmp(g.places, places, sizeof places) == 0);
    fm__grouping_destroy(&g);
}
