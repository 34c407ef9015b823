/* Base files: what is opened is what was written, and nothing else is taken for it. */
#include "base/base_file.h"
#include "fixture.h"
#include "fixture_csv.h"
#include "reseal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[FOLDER_BYTES];
static char path[PATH_BYTES];

static void set_up(void) {
    folder_new(folder);
    folder_path(folder, "customers.fmb", path);
}

static void tear_down(void) {
    folder_free(folder);
}

TestSuite(base_file, .init = set_up, .fini = tear_down);

static void expect_status(fm_status status, fm_status wanted, const fm_error *error) {
    cr_assert_eq(status, wanted, "status %d: %s", (int)status, error->message);
}

static char *table_text(const fm_base *base, const fm_catalog *catalog, unsigned threads) {
    char table[PATH_BYTES];
    fm_match_options options = {.threads = threads};
    fm_match_table_options how = {.threads = threads};
    fm_matches *matches = NULL;
    fm_error error = {0};
    expect_status(fm_match(base, catalog, &options, &matches, &error), FM_OK, &error);
    expect_status(fm_match_table_write(matches, folder_path(folder, "table", table), &how, &error), FM_OK,
                  &error);
    fm_matches_free(matches);
    return file_read(table);
}

static fm_base *open_base(const fm_model *model, const fm_base_open_options *options) {
    fm_base *base = NULL;
    fm_error error = {0};
    expect_status(fm_base_open(model, path, options, NULL, &base, &error), FM_OK, &error);
    return base;
}

/* Whatever can be asked of a base has the same answer. */
static void compare(const fm_base *a, const fm_base *b, const fm_catalog *catalog, unsigned threads) {
    cr_assert_eq(fm_base_row_count(a), fm_base_row_count(b));
    cr_assert_eq(fm_base_reject_count(a), fm_base_reject_count(b));
    cr_assert_eq(fm_base_column_count(a), fm_base_column_count(b));
    cr_assert_eq(fm_base_has_value(a), fm_base_has_value(b));
    for (size_t c = 0; c < fm_base_column_count(a); c++)
        cr_assert_str_eq(fm_base_column_name(a, c), fm_base_column_name(b, c));
    for (size_t d = 0; d < a->demand_count; d++) {
        fm_demand_count x = fm_base_demand_count(a, d / 2, d % 2 == 1);
        fm_demand_count y = fm_base_demand_count(b, d / 2, d % 2 == 1);
        cr_assert(x.column_found == y.column_found && x.distinct == y.distinct &&
                  memcmp(x.rows, y.rows, sizeof x.rows) == 0);
    }
    char *left = table_text(a, catalog, 1);
    char *right = table_text(b, catalog, threads);
    cr_assert_str_eq(left, right);
    free(left);
    free(right);
    for (uint64_t row = 0; row < fm_base_row_count(a); row += 1 + fm_base_row_count(a) / 97) {
        fm_text id = fm_base_id(a, row);
        char name[64];
        (void)snprintf(name, sizeof name, " %.*s\t", (int)id.length, id.bytes);
        cr_assert_eq(fm_base_find(a, name, 0), fm_base_find(b, name, 0));
        cr_assert_eq(fm_base_find(a, name, row + 1), fm_base_find(b, name, row + 1));
    }
    cr_assert_eq(fm_base_find(b, "nobody has this id", 0), UINT64_MAX);
}

static void check_round_trip(const fixture *f, size_t piece_bytes, unsigned lazy) {
    fm_error error = {0};
    expect_status(fm__base_write_pieces(f->base, path, piece_bytes, NULL, &error), FM_OK, &error);
    cr_assert(fm_base_is_file(path));
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        fm_base_open_options options = {.lazy = lazy, .threads = threads};
        fm_base *base = open_base(f->model, &options);
        compare(f->base, base, f->catalog, threads);
        expect_status(fm_base_damage(base, &error), FM_OK, &error);
        fm_base_free(base);
    }
}

static fixture *random_fixture(uint64_t seed, size_t rows) {
    fixture_options options = {.seed = seed,
                               .rows = rows,
                               .offerings = 7,
                               .attributes = 1 + (size_t)(seed % 8),
                               .values = seed % 3 == 0 ? 40 : 5,
                               .weight_max = 9,
                               .need_percent = 40,
                               .want_percent = 25,
                               .unasked_percent = 10,
                               .records_percent = 20,
                               .partner_percent = 30,
                               .money = seed % 2 == 0};
    return fixture_new(&options);
}

Test(base_file, holds_what_was_read) {
    static const size_t sizes[] = {1, 2, 63, 511, 512, 513, 1500, 40000};
    static const size_t pieces[] = {64, 4096, FM__FILE_PIECE_BYTES};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fixture *f = random_fixture(i + 1, sizes[i]);
        for (size_t p = sizes[i] > 10000; p < 3; p++) {
            check_round_trip(f, pieces[p], 0);
            check_round_trip(f, pieces[p], FM_BASE_ALL_PARTS);
        }
        fixture_free(f);
    }
}

Test(base_file, is_the_same_for_any_number_of_threads_and_when_written_again) {
    fixture *f = random_fixture(4, 3000);
    fm_error error = {0};
    char *first = NULL;
    size_t length = 0;
    for (unsigned threads = 1; threads <= 4; threads++) {
        fm_base_write_options options = {.threads = threads};
        expect_status(fm_base_write(f->base, path, &options, &error), FM_OK, &error);
        fm_base *base = open_base(f->model, NULL);
        length = base->file->length;
        expect_status(fm_base_write(base, path, &options, &error), FM_OK, &error);
        char *bytes = file_read(path);
        cr_assert_eq(base->file->length, length);
        fm_base_free(base);
        if (first != NULL)
            cr_assert_eq(memcmp(first, bytes, length), 0);
        free(first);
        first = bytes;
    }
    free(first);
    fixture_free(f);
}

Test(base_file, can_be_arranged_and_an_arranged_base_can_be_written) {
    fixture *f = random_fixture(6, 2500);
    fm_error error = {0};
    expect_status(fm_base_write(f->base, path, NULL, &error), FM_OK, &error);
    for (unsigned lazy = 0; lazy <= FM_BASE_ALL_PARTS; lazy += FM_BASE_ALL_PARTS) {
        fm_base_open_options options = {.lazy = lazy};
        fm_base *base = open_base(f->model, &options);
        expect_status(fm_base_arrange(base, f->catalog, 2, &error), FM_OK, &error);
        compare(f->base, base, f->catalog, 2);
        char *before = file_read(path);
        size_t length = base->file->length;
        expect_status(fm_base_write(base, path, NULL, &error), FM_OK, &error);
        fm_base_free(base);
        char *after = file_read(path);
        cr_assert_eq(memcmp(before, after, length), 0, "rows are written in their order");
        free(before);
        free(after);
    }
    fixture_free(f);
}

Test(base_file, no_totals_walks_without_counting) {
    fixture *f = random_fixture(2, 2000);
    fm_error error = {0};
    fm_matches *matches = NULL;
    fm_walk *walk = NULL;
    fm_match_options no_totals = {.no_totals = true};
    fixture_row *expected = fixture_expect(f);
    expect_status(fm_base_write(f->base, path, NULL, &error), FM_OK, &error);
    fm_base *base = open_base(f->model, &(fm_base_open_options){.lazy = FM_BASE_ALL_PARTS});
    expect_status(fm_match(base, f->catalog, &no_totals, &matches, &error), FM_OK, &error);
    cr_assert_eq(fm_matches_totals(matches)->rows[FM_VERDICT_FIT], 0);
    expect_status(fm_walk_new(matches, &walk, &error), FM_OK, &error);
    for (uint64_t row = 0; row < 2000; row += 7) {
        fm_match_row got = fm_walk_row(walk, row);
        cr_assert(fixture_same_row(&got, &expected[row].match), "row %d", (int)row);
    }
    cr_assert(fm__base_is_unchecked(base, FM_BASE_DEMANDS), "few rows are looked at one by one");
    fm_walk_free(walk);
    fm_matches_free(matches);
    fm_base_free(base);
    free(expected);
    fixture_free(f);
}

/* --- files that are none, or no longer --- */

static void write_bytes(const void *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

/* Opening must fail, with a message that has some words, and leave the output alone. */
static void expect_refused(const fm_model *model, fm_status wanted, const char *words) {
    fm_base *base = (fm_base *)(void *)folder;
    fm_error error = {0};
    expect_status(fm_base_open(model, path, NULL, NULL, &base, &error), wanted, &error);
    cr_assert(strstr(error.message, words) != NULL, "%s: %s", words, error.message);
    cr_assert(strstr(error.file, "customers.fmb") != NULL || strstr(error.message, "customers.fmb") != NULL);
    cr_assert_eq((void *)base, (void *)folder);
}

static unsigned char *small_file(const fixture *f, size_t *out_length) {
    fm_error error = {0};
    expect_status(fm__base_write_pieces(f->base, path, 256, NULL, &error), FM_OK, &error);
    fm_base *base = open_base(f->model, NULL);
    *out_length = base->file->length;
    fm_base_free(base);
    return (unsigned char *)file_read(path);
}

Test(base_file, cut_short_anywhere_is_an_error) {
    fixture *f = random_fixture(8, 20);
    size_t length;
    unsigned char *bytes = small_file(f, &length);
    for (size_t cut = 0; cut < length; cut++) {
        write_bytes(bytes, cut);
        expect_refused(f->model, FM_ERROR_INPUT, cut == 0 ? "empty" : "file");
    }
    unsigned char *longer = calloc(length + 64, 1);
    memcpy(longer, bytes, length);
    write_bytes(longer, length + 64);
    expect_refused(f->model, FM_ERROR_INPUT, "bytes, it should have");
    free(longer);
    free(bytes);
    fixture_free(f);
}

Test(base_file, every_flipped_bit_is_an_error) {
    fixture *f = random_fixture(8, 20);
    size_t length;
    unsigned char *bytes = small_file(f, &length);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1U << (bit % 8));
        write_bytes(bytes, length);
        expect_refused(f->model, FM_ERROR_INPUT, "file");
        bytes[bit / 8] ^= (unsigned char)(1U << (bit % 8));
    }
    free(bytes);
    fixture_free(f);
}

Test(base_file, damage_of_what_was_opened_lazily_is_told) {
    fixture *f = random_fixture(8, 600);
    size_t length;
    unsigned char *bytes = small_file(f, &length);
    for (size_t s = FM__SECTION_RANGES; s < FM__SECTION_COUNT; s++) {
        uint64_t offset = reseal_load(reseal_entry(bytes, s) + 8);
        fm_error error = {0};
        fm_matches *matches = NULL;
        bytes[offset + 1] ^= 4;
        write_bytes(bytes, length);
        fm_base *base = open_base(f->model, &(fm_base_open_options){.lazy = FM_BASE_ALL_PARTS});
        expect_status(fm_base_damage(base, &error), FM_OK, &error);
        bool is_text = s >= FM__SECTION_ENDS;
        expect_status(fm_match(base, f->catalog, NULL, &matches, &error), is_text ? FM_OK : FM_ERROR_INPUT,
                      &error);
        fm_matches_free(matches);
        for (uint64_t row = 0; row < 600; row++) {
            char name[64];
            fm_text id = fm_base_id(f->base, row);
            (void)snprintf(name, sizeof name, "%.*s", (int)id.length, id.bytes);
            (void)fm_base_find(base, name, 0);
            (void)fm__base_block(base, (size_t)row / FM__BLOCK_ROWS);
        }
        expect_status(fm_base_damage(base, &error), FM_ERROR_INPUT, &error);
        cr_assert(strstr(error.message, fm__section_name(s)) != NULL, "%s: %s", fm__section_name(s),
                  error.message);
        expect_status(fm_base_check(base, FM_BASE_ALL_PARTS, 2, &error), FM_ERROR_INPUT, &error);
        fm_base_free(base);
        bytes[offset + 1] ^= 4;
    }
    free(bytes);
    fixture_free(f);
}

Test(base_file, foreign_files_are_told_apart) {
    fixture *f = random_fixture(2, 20);
    size_t length;
    unsigned char *bytes = small_file(f, &length);
    static const char csv[] = "customer_id,a\n1,2\n";
    write_bytes(csv, sizeof csv - 1);
    cr_assert(!fm_base_is_file(path));
    expect_refused(f->model, FM_ERROR_INPUT, "no base file");
    write_bytes("\x89PNG\r\n\x1a\n----------", 18);
    cr_assert(!fm_base_is_file(path));
    expect_refused(f->model, FM_ERROR_INPUT, "no base file");
    bytes[8] = 2;
    write_bytes(bytes, length);
    expect_refused(f->model, FM_ERROR_INPUT, "version 2");
    bytes[8] = 1;
    bytes[12] = 1;
    reseal(bytes, length);
    write_bytes(bytes, length);
    expect_refused(f->model, FM_ERROR_INPUT, "features");
    bytes[12] = 0;
    memmove(bytes + 4, bytes + 5, length - 5); /* CR LF made LF */
    write_bytes(bytes, length - 1);
    cr_assert(fm_base_is_file(path));
    expect_refused(f->model, FM_ERROR_INPUT, "took it for text");
    cr_assert_eq(remove(path), 0);
    cr_assert(!fm_base_is_file(path));
    expect_refused(f->model, FM_ERROR_IO, "No such file");
    cr_assert(!fm_base_is_file(folder));
    fm_base *base = NULL;
    fm_error error = {0};
    expect_status(fm_base_open(f->model, folder, NULL, NULL, &base, &error), FM_ERROR_IO, &error);
    free(bytes);
    fixture_free(f);
}

/* Everything that a base can be asked for, for the sanitizers to watch. */
static void use(const fm_base *base, const fm_catalog *catalog) {
    fm_matches *matches = NULL;
    char table[PATH_BYTES];
    if (fm_match(base, catalog, NULL, &matches, NULL) == FM_OK) {
        /* What only the table looks at may be found damaged here. */
        fm_status status = fm_match_table_write(matches, folder_path(folder, "table", table), NULL, NULL);
        cr_assert(status == FM_OK || status == FM_ERROR_INPUT);
    }
    fm_matches_free(matches);
    for (uint64_t row = 0; row < fm_base_row_count(base); row++)
        for (size_t c = 0; c < fm_base_column_count(base); c++)
            (void)fm_base_cell(base, c, row);
    (void)fm_base_find(base, "r1", 0);
    (void)fm_base_find(base, "", 0);
}

Test(base_file, files_made_to_deceive_do_no_harm, .timeout = 120) {
    size_t accepted = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        fixture *f = random_fixture(seed, seed % 2 == 0 ? 30 : 700);
        size_t length;
        unsigned char *bytes = small_file(f, &length);
        unsigned char *forged = malloc(length);
        uint64_t state = seed;
        for (int i = 0; i < 400; i++) {
            memcpy(forged, bytes, length);
            for (uint64_t changes = 1 + fixture_below(&state, 3); changes > 0; changes--) {
                uint64_t section = fixture_below(&state, FM__SECTION_COUNT);
                uint64_t offset = reseal_load(reseal_entry(bytes, section) + 8);
                uint64_t bytes_of = reseal_load(reseal_entry(bytes, section) + 16);
                static const unsigned char telling[] = {0, 1, 2, 0x7f, 0x80, 0xff};
                if (bytes_of > 0)
                    forged[offset + fixture_below(&state, bytes_of)] =
                        telling[fixture_below(&state, sizeof telling)];
                if (fixture_below(&state, 8) == 0)
                    forged[fixture_below(&state, 512)] ^= (unsigned char)(1U << fixture_below(&state, 8));
            }
            reseal(forged, length);
            write_bytes(forged, length);
            fm_base *base = NULL;
            fm_base_open_options options = {.lazy = i % 2 == 0 ? 0 : FM_BASE_ALL_PARTS};
            if (fm_base_open(f->model, path, &options, NULL, &base, NULL) == FM_OK) {
                accepted++;
                use(base, f->catalog);
            }
            fm_base_free(base);
        }
        free(forged);
        free(bytes);
        fixture_free(f);
    }
    cr_assert_gt(accepted, 100, "hardly any file came as far as being used: %zu", accepted);
}
