/* The scanners: each instruction set finds what the plainest does, wherever feeding stops and goes on. */
#include "tables/csv_index.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static uint64_t random_state;

static uint64_t below(uint64_t bound) {
    random_state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64, Vigna 2015 */
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % bound;
}

static void expect_offsets(const fm__csv_offsets *found, const fm__csv_offsets *expected, const char *scanner,
                           const char *what) {
    cr_assert_eq(found->count, expected->count, "%s: %zu %s, not %zu", scanner, found->count, what,
                 expected->count);
    for (size_t i = 0; i < found->count; i++)
        cr_assert_eq(found->at[i], expected->at[i], "%s: %s %zu is %u, not %u", scanner, what, i,
                     found->at[i], expected->at[i]);
}

static void expect_same(const fm__csv_index *found, const fm__csv_index *expected, bool is_whole) {
    const char *name = found->scanner->name;
    expect_offsets(&found->starts, &expected->starts, name, "cell starts");
    expect_offsets(&found->records, &expected->records, name, "records");
    expect_offsets(&found->inner_newlines, &expected->inner_newlines, name, "quoted newlines");
    if (is_whole) /* a return at the end of a piece is suspected until its newline is seen */
        expect_offsets(&found->suspects, &expected->suspects, name, "suspects");
    cr_assert_eq(found->scanned, expected->scanned, "%s", name);
    cr_assert_eq(found->has_nul, expected->has_nul, "%s", name);
    cr_assert_eq(found->is_finished, expected->is_finished, "%s", name);
    cr_assert_eq(found->state, expected->state, "%s", name);
    cr_assert_eq(found->quoted_until > 0, expected->quoted_until > 0, "%s", name);
    cr_assert_eq(found->doubled_until > 0, expected->doubled_until > 0, "%s", name);
}

/* `pieces` of the text, one after the other. */
static void feed_in_pieces(fm__csv_index *index, const char *text, const size_t *pieces, size_t piece_count) {
    for (size_t i = 0; i < piece_count; i++)
        cr_assert(fm__csv_index_feed(index, text, pieces[i], i + 1 == piece_count, SIZE_MAX));
}

static void compare(const char *text, size_t length) {
    size_t pieces[3] = {below(length + 1), 0, length};
    pieces[1] = pieces[0] + below(length - pieces[0] + 1);
    fm__csv_index expected;
    cr_assert(fm__csv_index_init(&expected, fm__csv_scanner_at(0), ','));
    feed_in_pieces(&expected, text, pieces + 2, 1);
    for (size_t i = 0; fm__csv_scanner_at(i) != NULL; i++) {
        for (size_t whole = 0; whole < 2; whole++) {
            fm__csv_index index;
            cr_assert(fm__csv_index_init(&index, fm__csv_scanner_at(i), ','));
            feed_in_pieces(&index, text, pieces + 2 * whole, whole ? 1 : 3);
            expect_same(&index, &expected, whole);
            fm__csv_index_destroy(&index);
        }
    }
    fm__csv_index_destroy(&expected);
}

Test(csv_index, all_scanners_agree, .timeout = 120) {
    static const char *const alphabets[] = {"abcdefghi,\n",
                                            ",\n",
                                            "abcdefghijklmnopqrstuvwxyz0123456789,\n",
                                            "ab,\"\"\"\r\n",
                                            "abcdefghijkl,\"\n",
                                            "\"\n",
                                            ",,,,,,,,,,,,,,,,\n"};
    static char text[1200];
    random_state = 77;
    for (size_t i = 0; i < 20000; i++) {
        const char *alphabet = alphabets[below(sizeof alphabets / sizeof *alphabets)];
        size_t length = below(4) == 0 ? below(1200) : below(300);
        for (size_t k = 0; k < length; k++)
            text[k] = alphabet[below(strlen(alphabet))];
        if (length > 0 && below(10) == 0)
            text[below(length)] = '\0';
        compare(text, length);
    }
}

/* What a scanner finds, spelled out: nothing is left to the agreement of all. */
Test(csv_index, spelled_out) {
    static const char text[] = "a,\"b\n,c\"\nd,e\n\"x\" y,\"\"\"\"";
    static const uint32_t starts[] = {0, 2, 9, 11, 13, 19, 24};
    static const uint32_t records[] = {2, 4, 6};
    for (size_t i = 0; fm__csv_scanner_at(i) != NULL; i++) {
        fm__csv_index index;
        cr_assert(fm__csv_index_init(&index, fm__csv_scanner_at(i), ','));
        cr_assert(fm__csv_index_feed(&index, text, strlen(text), true, SIZE_MAX));
        cr_assert_eq(index.starts.count, 7);
        cr_assert_arr_eq(index.starts.at, starts, sizeof starts);
        cr_assert_eq(index.records.count, 3);
        cr_assert_arr_eq(index.records.at, records, sizeof records);
        cr_assert(index.inner_newlines.count == 1 && index.inner_newlines.at[0] == 4);
        cr_assert(index.suspects.count == 1 && index.suspects.at[0] == 16);
        cr_assert_gt(index.doubled_until, 0);
        fm__csv_index_destroy(&index);
    }
}

/* The widest one that the machine has is the one that is used. */
Test(csv_index, best_is_the_last) {
    size_t count = 0;
    while (fm__csv_scanner_at(count) != NULL)
        count++;
    cr_assert_eq(fm__csv_scanner_best(), fm__csv_scanner_at(count - 1));
    cr_assert_str_eq(fm__csv_scanner_at(0)->name, "portable");
}
