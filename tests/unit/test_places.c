/* A folded base, in which customers who demand the same share a place, says what one that is not folded says.
 */
#include "base/order.h"
#include "fixture.h"
#include "fixture_csv.h"
#include "order_checks.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows that repeat `profiles` different ones, with money of their own; not built. */
static fixture *repeating(uint64_t seed, size_t profiles, size_t rows) {
    fixture_options o = {
        .seed = seed,
        .rows = profiles,
        .offerings = 2 + seed % 7,
        .attributes = 1 + seed % 6,
        .need_percent = 40,
        .want_percent = 20,
        .unasked_percent = 8,
        .records_percent = 40,
        .partner_percent = 40,
        .weight_max = 9,
        .ease = 1 + (unsigned)(seed % 3),
        .money = seed % 3 != 0,
    };
    fixture *few = fixture_new(&o);
    fixture *many = fixture_copy(few, rows, few->offering_count);
    uint64_t state = seed;
    for (size_t row = 0; row < rows; row++) {
        fixture_copy_row(many, row, few, (size_t)fixture_below(&state, profiles));
        if (many->values != NULL) {
            many->values[row] = (double)fixture_below(&state, 1000) / 7;
            many->stages[row] = (unsigned)fixture_below(&state, FIXTURE_STAGES + 1);
        }
    }
    fixture_free(few);
    return many;
}

/* One content, read both ways. */
typedef struct pair {
    fixture *plain;
    fixture *folded;
} pair;

static pair pair_new(uint64_t seed, size_t profiles, size_t rows, fm_folding folding) {
    pair p = {.plain = repeating(seed, profiles, rows), .folded = repeating(seed, profiles, rows)};
    p.folded->folding = folding;
    fixture_build(p.plain);
    fixture_build(p.folded);
    return p;
}

static void pair_free(pair *p) {
    fixture_free(p->plain);
    fixture_free(p->folded);
}

/* Every row's codes, side by side, out of a base that is not folded. */
static uint32_t *rows_of(const fm_base *base) {
    uint32_t *rows = calloc(base->row_count * base->demand_count + 1, sizeof *rows);
    for (size_t d = 0; d < base->demand_count; d++) {
        uint32_t *codes = order_codes_of(base, d);
        for (size_t row = 0; row < base->row_count; row++)
            rows[row * base->demand_count + d] = codes[row];
        free(codes);
    }
    return rows;
}

/* The places that rows must have: by first appearance, looked for one after the other. */
static size_t expected_places(const fm_base *base, uint32_t *out_places) {
    uint32_t *rows = rows_of(base);
    size_t bytes = base->demand_count * sizeof *rows;
    size_t *first = calloc(base->row_count + 1, sizeof *first);
    size_t count = 0;
    for (size_t row = 0; row < base->row_count; row++) {
        size_t place = 0;
        while (place < count &&
               memcmp(rows + row * base->demand_count, rows + first[place] * base->demand_count, bytes) != 0)
            place++;
        if (place == count)
            first[count++] = row;
        out_places[row] = (uint32_t)place;
    }
    free(first);
    free(rows);
    return count;
}

static void check_places(const fm_base *plain, const fm_base *folded) {
    uint32_t *places = calloc(plain->row_count + 1, sizeof *places);
    uint32_t *repeats = calloc(plain->row_count + 1, sizeof *repeats);
    size_t count = expected_places(plain, places);
    for (size_t row = 0; row < plain->row_count; row++)
        repeats[places[row]]++;
    cr_assert_eq(fm_base_place_count(folded), count);
    cr_assert_eq(fm_base_row_count(folded), plain->row_count);
    cr_assert_arr_eq(folded->positions, places, plain->row_count * sizeof *places);
    cr_assert_arr_eq(folded->repeats, repeats, count * sizeof *repeats);
    for (size_t d = 0; d < plain->demand_count; d++)
        cr_assert_arr_eq(folded->demands[d].rows, plain->demands[d].rows,
                         (FM__CODE_FIRST + plain->demands[d].count) * sizeof(uint64_t));
    free(places);
    free(repeats);
}

static char *table_text(const fm_matches *matches) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    (void)folder_path(folder, "matches.csv", path);
    cr_assert_eq(fm_match_table_write(matches, path, NULL, NULL), FM_OK);
    char *text = file_read(path);
    folder_free(folder);
    return text;
}

static void check_rows(const pair *p, const fm_matches *plain, const fm_matches *folded) {
    fm_walk *one = NULL;
    fm_walk *other = NULL;
    char gap[400];
    char other_gap[400];
    cr_assert_eq(fm_walk_new(plain, &one, NULL), FM_OK);
    cr_assert_eq(fm_walk_new(folded, &other, NULL), FM_OK);
    for (size_t row = 0; row < p->plain->row_count; row++) {
        fm_match_row expected = fm_walk_row(one, row);
        fm_match_row found = fm_walk_row(other, row);
        cr_assert(fixture_same_row(&expected, &found), "row %zu", row);
        (void)fm_walk_gap(one, row, expected.own, gap, sizeof gap);
        (void)fm_walk_gap(other, row, expected.own, other_gap, sizeof other_gap);
        cr_assert_str_eq(gap, other_gap);
    }
    fm_walk_free(one);
    fm_walk_free(other);
}

/* Totals to the bit, by one instruction set, and only by verdict as well. */
static void check_totals(const pair *p, fm_instruction_set set, unsigned threads) {
    fm_matches *plain = fixture_match(p->plain, set, threads);
    fm_matches *folded = fixture_match(p->folded, set, threads);
    cr_assert_arr_eq(fm_matches_totals(folded), fm_matches_totals(plain), sizeof(fm_match_totals));
    for (size_t a = 0; a < p->plain->attribute_count; a++)
        cr_assert_eq(fm_matches_unmet_rows(folded, a), fm_matches_unmet_rows(plain, a));
    fm_match_options options = {.threads = threads, .instruction_set = set, .verdicts_only = true};
    fm_matches *verdicts = NULL;
    cr_assert_eq(fm_match(p->folded->base, p->folded->catalog, &options, &verdicts, NULL), FM_OK);
    const fm_match_totals *expected = fm_matches_totals(plain);
    const fm_match_totals *found = fm_matches_totals(verdicts);
    cr_assert_arr_eq(found->rows, expected->rows, sizeof found->rows);
    cr_assert_arr_eq(found->money, expected->money, sizeof found->money);
    cr_assert_arr_eq(found->expected, expected->expected, sizeof found->expected);
    fm_matches_free(verdicts);
    fm_matches_free(plain);
    fm_matches_free(folded);
}

static void check_same(const pair *p) {
    for (int set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++)
        if (fm_instruction_set_supported((fm_instruction_set)set))
            check_totals(p, (fm_instruction_set)set, set % 2 ? 1 : 3);
    fm_matches *plain = fixture_match(p->plain, FM_INSTRUCTION_SET_AUTO, 2);
    fm_matches *folded = fixture_match(p->folded, FM_INSTRUCTION_SET_AUTO, 2);
    check_rows(p, plain, folded);
    char *expected = table_text(plain);
    char *found = table_text(folded);
    cr_assert_str_eq(found, expected);
    free(expected);
    free(found);
    fm_matches_free(plain);
    fm_matches_free(folded);
}

Test(places, folded_is_not_folded) {
    for (uint64_t seed = 1; seed <= 24; seed++) {
        pair p = pair_new(seed, 1 + seed * 29 % 700, 40 + seed * 97 % 1900, FM_FOLDING_ALWAYS);
        check_places(p.plain->base, p.folded->base);
        order_check_ranges(p.folded->base);
        check_same(&p);
        pair_free(&p);
    }
}

Test(places, arranged) {
    for (uint64_t seed = 1; seed <= 8; seed++) {
        pair p = pair_new(seed, 900 + seed, 3000, FM_FOLDING_ALWAYS);
        size_t places = (size_t)fm_base_place_count(p.folded->base);
        for (unsigned times = 1; times <= 2; times++) {
            cr_assert_eq(fm_base_arrange(p.folded->base, p.folded->catalog, times, NULL), FM_OK);
            cr_assert_eq(fm_base_place_count(p.folded->base), places);
            order_check_ranges(p.folded->base);
            check_same(&p);
        }
        pair_free(&p);
    }
}

/* A base that was folded, and arranged meanwhile or not, holds bit for bit what one that never was holds. */
Test(places, unfolded) {
    for (uint64_t seed = 1; seed <= 8; seed++) {
        pair p = pair_new(seed, 500, 2000 + seed, FM_FOLDING_ALWAYS);
        order_content before = order_content_of(p.plain->base);
        if (seed % 2)
            cr_assert_eq(fm_base_arrange(p.folded->base, p.folded->catalog, 2, NULL), FM_OK);
        order_check_unsort(p.folded->base, &before);
        cr_assert_eq(fm_base_unfold(p.folded->base, (unsigned)seed % 4, NULL), FM_OK);
        cr_assert(order_has_content(p.folded->base, &before));
        cr_assert_eq(fm_base_place_count(p.folded->base), p.plain->row_count);
        check_same(&p);
        cr_assert_eq(fm_base_unfold(p.folded->base, 1, NULL), FM_OK, "unfolding again does nothing");
        order_content_free(&before);
        pair_free(&p);
    }
}

Test(places, base_file) {
    char folder[FOLDER_BYTES];
    char plain[PATH_BYTES];
    char folded[PATH_BYTES];
    pair p = pair_new(5, 300, 2500, FM_FOLDING_ALWAYS);
    folder_new(folder);
    cr_assert_eq(fm_base_write(p.plain->base, folder_path(folder, "plain", plain), NULL, NULL), FM_OK);
    cr_assert_eq(fm_base_write(p.folded->base, folder_path(folder, "folded", folded), NULL, NULL), FM_OK);
    fm_base *bases[2] = {NULL, NULL};
    cr_assert_eq(fm_base_open(p.plain->model, plain, NULL, NULL, &bases[0], NULL), FM_OK);
    cr_assert_eq(fm_base_open(p.plain->model, folded, NULL, NULL, &bases[1], NULL), FM_OK);
    order_content content = order_content_of(bases[0]);
    cr_assert(order_has_content(bases[1], &content));
    order_content_free(&content);
    fm_base_free(bases[0]);
    fm_base_free(bases[1]);
    folder_free(folder);
    pair_free(&p);
}

/* Analyses look at rows, and say so. */
Test(places, analyses_want_rows) {
    pair p = pair_new(4, 300, 2500, FM_FOLDING_ALWAYS);
    fm_error error = {0};
    fm_report *report = NULL;
    fm_matches *matches = fixture_match(p.folded, FM_INSTRUCTION_SET_AUTO, 1);
    cr_assert_eq(fm_matrix(matches, NULL, &report, &error), FM_ERROR_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "fm_base_unfold"));
    fm_matches_free(matches);
    cr_assert_eq(fm_base_unfold(p.folded->base, 0, NULL), FM_OK);
    matches = fixture_match(p.folded, FM_INSTRUCTION_SET_AUTO, 1);
    cr_assert_eq(fm_matrix(matches, NULL, &report, &error), FM_OK);
    fm_report_free(report);
    fm_matches_free(matches);
    pair_free(&p);
}

/* --- from CSV, by segments and threads --- */

static const fm_attribute hours_and_region[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .weight = 1},
    {.name = "region", .rule = FM_RULE_COVERS, .weight = 1},
};

static char *document_new(size_t rows, size_t profiles, bool in_turn) {
    char *text = malloc(64 + rows * 40);
    size_t length = (size_t)sprintf(text, "customer_id,hours,region\n");
    uint64_t state = 3;
    for (size_t row = 0; row < rows; row++) {
        size_t profile = in_turn ? row % profiles : (size_t)fixture_below(&state, profiles);
        length += (size_t)sprintf(text + length, "c%zu,%zu,r%zu\n", row, profile / 3, profile % 3);
    }
    return text;
}

static fm_base *read_document(const fm_model *model, const char *text, fm_folding folding, unsigned threads) {
    fm_base *base = NULL;
    fm_base_options options = {.threads = threads, .folding = folding, .without_texts = true};
    fm_table *table = table_of(text, "customers.csv");
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, NULL), FM_OK);
    fm_table_free(table);
    return base;
}

static fm_model *model_new(void) {
    fm_model *model = NULL;
    const fm_model_spec spec = {.company = "us", .attributes = hours_and_region, .attribute_count = 2};
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    return model;
}

/* More demands than one byte, and then two, can number: codes get wider while rows are folded. */
Test(places, codes_that_get_wider) {
    enum { PROFILES = 210000, ROWS = 450000 };
    fm_model *model = model_new();
    char *text = document_new(ROWS, PROFILES, true);
    for (unsigned threads = 1; threads <= 3; threads++) {
        fm_base *base = read_document(model, text, FM_FOLDING_ALWAYS, threads);
        cr_assert_eq(fm_base_row_count(base), ROWS);
        cr_assert_eq(fm_base_place_count(base), PROFILES);
        for (size_t row = 0; row < ROWS; row++)
            cr_assert_eq(base->positions[row], row % PROFILES, "row %zu", row);
        for (size_t place = 0; place < PROFILES; place++)
            cr_assert_eq(base->repeats[place], place < ROWS % PROFILES ? 3 : 2, "place %zu", place);
        cr_assert_eq(fm_base_unfold(base, threads, NULL), FM_OK);
        fm_base *plain = read_document(model, text, FM_FOLDING_NEVER, threads);
        order_content content = order_content_of(plain);
        cr_assert(order_has_content(base, &content));
        order_content_free(&content);
        fm_base_free(plain);
        fm_base_free(base);
    }
    free(text);
    fm_model_free(model);
}

/* Rows are folded where fewer than half of them differ, also if that shows late. */
Test(places, if_smaller) {
    fm_model *model = model_new();
    static const struct {
        size_t rows;
        size_t profiles;
        bool is_folded;
    } cases[] = {
        {700000, 200000, true}, {700000, 700000, false}, {700000, 500000, false}, {20000, 10, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = document_new(cases[i].rows, cases[i].profiles, cases[i].profiles > cases[i].rows / 2);
        size_t places[2];
        for (unsigned threads = 1; threads <= 2; threads++) {
            fm_base *base = read_document(model, text, FM_FOLDING_IF_SMALLER, threads);
            places[threads - 1] = (size_t)fm_base_place_count(base);
            cr_assert_eq(base->repeats != NULL, cases[i].is_folded, "case %zu", i);
            fm_base_free(base);
        }
        cr_assert_eq(places[0], places[1]);
        cr_assert(cases[i].is_folded ? places[0] <= cases[i].profiles : places[0] == cases[i].rows);
        free(text);
    }
    fm_model_free(model);
}

/* Parts are folded each by itself. */
Test(places, parts) {
    enum { ROWS = 120000, PROFILES = 40 };
    fm_model *model = model_new();
    char *text = document_new(ROWS, PROFILES, false);
    fm_base_options options = {.folding = FM_FOLDING_ALWAYS, .without_texts = true};
    fm_table *table = table_of(text, "customers.csv");
    fm_customers *customers = NULL;
    fm_base *base = NULL;
    uint64_t rows = 0;
    size_t parts = 0;
    cr_assert_eq(fm_customers_open(model, table, &options, NULL, &customers, NULL), FM_OK);
    while (fm_customers_next(customers, 100000, &base, NULL) == FM_OK && base != NULL) {
        rows += fm_base_row_count(base);
        cr_assert_leq(fm_base_place_count(base), PROFILES);
        parts++;
        fm_base_free(base);
    }
    cr_assert_eq(rows, ROWS);
    cr_assert_gt(parts, 1);
    fm_customers_close(customers);
    fm_table_free(table);
    free(text);
    fm_model_free(model);
}
