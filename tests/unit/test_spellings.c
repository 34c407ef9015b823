/* Spellings: short cells and what was made of them. */
#include "base/spellings.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* A cell with readable bytes behind it that must not matter. */
static uint32_t find(const fm__spellings *spellings, const char *cell, size_t length, int behind) {
    char padded[128];
    memset(padded, behind, sizeof padded);
    memcpy(padded, cell, length);
    return fm__spellings_find(spellings, spellings, spellings->width, padded, length);
}

static void add(fm__spellings *spellings, const char *cell, size_t length, uint32_t value) {
    fm__spelling key;
    cr_assert(fm__spelling_of((fm_text){cell, length}, &key));
    cr_assert(fm__spellings_add(spellings, &key, value));
}

/* Every length, and cells that are each other's beginnings. */
Test(spellings, lengths) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ";
    fm__spellings spellings = {0};
    cr_assert(fm__spellings_reserve(&spellings));
    for (size_t length = 0; length <= FM__SPELLING_BYTES; length++) {
        cr_assert_eq(find(&spellings, letters, length, 'x'), FM__SPELLING_NONE, "length %zu", length);
        add(&spellings, letters, length, (uint32_t)length * 7);
        cr_assert_eq(find(&spellings, letters, length, 'x'), length * 7, "length %zu", length);
    }
    for (size_t length = 0; length <= FM__SPELLING_BYTES; length++) {
        cr_assert_eq(find(&spellings, letters, length, 0), length * 7);
        cr_assert_eq(find(&spellings, letters, length, letters[length]), length * 7);
        cr_assert_eq(find(&spellings, letters + 1, length, 0), length == 0 ? 0 : FM__SPELLING_NONE);
    }
    cr_assert_eq(find(&spellings, letters, FM__SPELLING_BYTES + 1, 0), FM__SPELLING_NONE);
    fm__spelling key;
    cr_assert_not(fm__spelling_of((fm_text){letters, FM__SPELLING_BYTES + 1}, &key));
    cr_assert_not(fm__spelling_of((fm_text){"a\0b", 3}, &key), "a NUL would look like padding");
    fm__spellings_destroy(&spellings);
}

/* One byte more or less, in each place, is another cell. */
Test(spellings, every_byte_counts) {
    fm__spellings spellings = {0};
    cr_assert(fm__spellings_reserve(&spellings));
    char cell[FM__SPELLING_BYTES];
    for (size_t length = 1; length <= FM__SPELLING_BYTES; length++) {
        memset(cell, 'm', sizeof cell);
        add(&spellings, cell, length, 1);
        for (size_t at = 0; at < length; at++) {
            cell[at] = 'n';
            cr_assert_eq(find(&spellings, cell, length, 'm'), FM__SPELLING_NONE, "byte %zu of %zu", at,
                         length);
            cell[at] = 'm';
        }
    }
    fm__spellings_destroy(&spellings);
}

/* Up to the limit all are kept, however the table grows; then none is added, and they stay right. */
Test(spellings, many) {
    fm__spellings spellings = {0};
    cr_assert(fm__spellings_reserve(&spellings));
    char cell[32];
    for (uint32_t i = 0; i < FM__SPELLINGS_MAX + 100; i++) {
        size_t length = (size_t)snprintf(cell, sizeof cell, i % 3 == 0 ? "a rather long one: %u" : "%u", i);
        add(&spellings, cell, length, i);
    }
    for (uint32_t i = 0; i < FM__SPELLINGS_MAX + 100; i++) {
        size_t length = (size_t)snprintf(cell, sizeof cell, i % 3 == 0 ? "a rather long one: %u" : "%u", i);
        cr_assert_eq(find(&spellings, cell, length, '7'), i < FM__SPELLINGS_MAX ? i : FM__SPELLING_NONE, "%u",
                     i);
    }
    cr_assert_not(spellings.is_off);
    fm__spellings_judge(&spellings, 1000, 100);
    cr_assert_not(spellings.is_off, "nine of ten are found");
    fm__spellings_judge(&spellings, 1000, 600);
    cr_assert(spellings.is_off);
    fm__spellings_destroy(&spellings);
}

/* A column that is only beginning to fill is not given up. */
Test(spellings, new_ones_are_not_judged) {
    fm__spellings spellings = {0};
    cr_assert(fm__spellings_reserve(&spellings));
    add(&spellings, "a", 1, 1);
    fm__spellings_judge(&spellings, 1000, 1000);
    cr_assert_not(spellings.is_off);
    fm__spellings_destroy(&spellings);
}
