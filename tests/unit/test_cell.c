#include "model/cell.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

typedef struct number_cell {
    const char *cell;
    const char *unit;
    char decimal;
    double number;      /* where `reason` is NULL */
    const char *reason; /* what the reason must be */
} number_cell;

Test(cell, numbers) {
    static const number_cell cells[] = {
        {"24", "h", '.', 24, NULL},
        {"24h", "h", '.', 24, NULL},
        {"24 h", "h", '.', 24, NULL},
        {"24\t H", "h", '.', 24, NULL},
        {"24 h", "H", '.', 24, NULL},
        {"99.5%", "%", '.', 99.5, NULL},
        {"-3e2EUR", "eur", '.', -300, NULL},
        {"2e", "e", '.', 2, NULL},
        {"5 km/h", "km/h", '.', 5, NULL},
        {"1,5", "", ',', 1.5, NULL},
        {"1.5", "", ',', 1.5, NULL},
        {"1,5h", "h", ',', 1.5, NULL},
        {"", "h", '.', 0, "\"\" is not a number"},
        {"h", "h", '.', 0, "\"h\" is not a number"},
        {"abc", "", '.', 0, "\"abc\" is not a number"},
        {"nan", "", '.', 0, "\"nan\" is not a number"},
        {"inf", "", '.', 0, "\"inf\" is not a number"},
        {"1 2", "", '.', 0, "\"1 2\" is not a number"},
        {"24 hh", "h", '.', 0, "\"24 hh\" is not a number in h"},
        {"24 days", "h", '.', 0, "\"24 days\" is not a number in h"},
        {"24 h", "", '.', 0, "\"24 h\" is not a number"},
        {"1e999", "", '.', 0, "\"1e999\" is too large for a number"},
        {"-1e999 h", "h", '.', 0, "\"-1e999 h\" is too large for a number"},
        {"1,5", "", '.', 0,
         "\"1,5\" is not a number (decimal commas need `csv: {decimal: \",\"}` in the model)"},
        {"1,5 h", "h", '.', 0,
         "\"1,5 h\" is not a number in h (decimal commas need `csv: {decimal: \",\"}` in the model)"},
        {"1,5,5", "", ',', 0, "\"1,5,5\" is not a number"},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        const number_cell *c = &cells[i];
        char reason[FM__REASON_BYTES] = "none";
        double number = 4711;
        bool read = fm__cell_number(fm__text(c->cell), c->unit, c->decimal, &number, reason);
        cr_assert_eq(read, c->reason == NULL, "\"%s\"", c->cell);
        cr_assert_eq(number, c->reason == NULL ? c->number : 4711, "\"%s\": %g", c->cell, number);
        cr_assert_str_eq(reason, c->reason == NULL ? "none" : c->reason);
    }
}

/* A reason always fits, whatever the cell and the unit. */
Test(cell, long_reasons) {
    char cell[1000];
    char unit[1000];
    memset(cell, '\1', sizeof cell);
    memset(unit, 'u', sizeof unit);
    unit[sizeof unit - 1] = '\0';
    cell[0] = '1';
    cell[1] = ',';
    char *reason = malloc(FM__REASON_BYTES);
    double number;
    cr_assert(!fm__cell_number((fm_text){cell, sizeof cell}, unit, '.', &number, reason));
    cr_assert_lt(strlen(reason), FM__REASON_BYTES);
    bool flag;
    cr_assert(!fm__cell_flag((fm_text){cell, sizeof cell}, &flag, reason));
    cr_assert_lt(strlen(reason), FM__REASON_BYTES);
    free(reason);
}

Test(cell, flags) {
    static const char *const yes[] = {"yes", "YES", "true", "True", "y", "Y", "1", "x", "X"};
    static const char *const no[] = {"no", "No", "false", "FALSE", "n", "N", "0"};
    static const char *const neither[] = {"", "ye", "yess", "2", "01", "ja", "x x", "-1", "\xff"};
    char reason[FM__REASON_BYTES] = "none";
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        bool flag = false;
        cr_assert(fm__cell_flag(fm__text(yes[i]), &flag, reason) && flag, "%s", yes[i]);
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        bool flag = true;
        cr_assert(fm__cell_flag(fm__text(no[i]), &flag, reason) && !flag, "%s", no[i]);
    }
    cr_assert_str_eq(reason, "none");
    for (size_t i = 0; i < sizeof neither / sizeof *neither; i++) {
        bool flag = true;
        cr_assert(!fm__cell_flag(fm__text(neither[i]), &flag, reason), "%s", neither[i]);
        cr_assert(flag, "the flag is untouched");
    }
    bool flag;
    cr_assert(!fm__cell_flag(fm__text("ja"), &flag, reason));
    cr_assert_str_eq(reason, "\"ja\" is neither yes nor no");
}

static void expect_set(const char *cell, const char *const *values, size_t count) {
    fm_text rest = fm__text(cell);
    fm_text value;
    for (size_t i = 0; i < count; i++) {
        cr_assert(fm__cell_set_next(&rest, &value), "\"%s\" value %zu", cell, i);
        cr_assert(fm__text_equal(value, fm__text(values[i])), "\"%s\" value %zu", cell, i);
    }
    cr_assert(!fm__cell_set_next(&rest, &value), "\"%s\"", cell);
    cr_assert(!fm__cell_set_next(&rest, &value), "\"%s\" stays at its end", cell);
}

Test(cell, sets) {
    expect_set("", NULL, 0);
    expect_set("|", NULL, 0);
    expect_set(" | \t| ", NULL, 0);
    expect_set("a", (const char *const[]){"a"}, 1);
    expect_set("a|b", (const char *const[]){"a", "b"}, 2);
    expect_set("|a||b|", (const char *const[]){"a", "b"}, 2);
    expect_set(" New York |\tBerlin ", (const char *const[]){"New York", "Berlin"}, 2);
    expect_set("b|a|b", (const char *const[]){"b", "a", "b"}, 3);
}

Test(cell, words_instead_of_demands) {
    static const char *const any[] = {"any", "ANY", "aNy", "-"};
    static const char *const not_any[] = {"", "an", "anyy", "--", "all", "?"};
    for (size_t i = 0; i < sizeof any / sizeof *any; i++)
        cr_assert(fm__cell_is_any(fm__text(any[i])) && !fm__cell_is_unasked(fm__text(any[i])), "%s", any[i]);
    for (size_t i = 0; i < sizeof not_any / sizeof *not_any; i++)
        cr_assert(!fm__cell_is_any(fm__text(not_any[i])), "%s", not_any[i]);
    cr_assert(fm__cell_is_unasked(fm__text("?")));
    cr_assert(!fm__cell_is_unasked(fm__text("??")) && !fm__cell_is_unasked(fm__text("")));
}

Test(cell, kinds_of_rules) {
    for (int rule = 0; rule < FM_RULE_COUNT; rule++) {
        bool numeric = rule == FM_RULE_AT_MOST || rule == FM_RULE_AT_LEAST;
        cr_assert_eq(fm__rule_is_numeric((fm_rule)rule), numeric);
        cr_assert_eq(fm__rule_is_set((fm_rule)rule), !numeric && rule != FM_RULE_FLAG);
    }
}
