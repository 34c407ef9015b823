/* The dictionaries of demands: codes while reading, and their order once finished. */
#include "base/demands.h"
#include "model/cell.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* How a cell could be read. */
typedef enum encoding { ENCODED, ENCODING_FAULT, ENCODING_NO_MEMORY } encoding;

/* What the reader does with a cell that it has not seen: read it, then add what it says. */
static encoding add_reading(fm__demands *d, bool is_read, const fm__reading *reading, uint32_t *out_code) {
    if (!is_read)
        return ENCODING_FAULT;
    uint32_t code = fm__demands_add(d, reading);
    if (code == FM__CODE_UNKNOWN)
        return ENCODING_NO_MEMORY;
    *out_code = code;
    return ENCODED;
}

static encoding encode_text(fm__demands *d, fm_text cell, uint32_t *out_code, char *reason) {
    fm__reading reading;
    bool is_read = fm__demands_read(d, cell, '.', &reading, reason);
    return add_reading(d, is_read, &reading, out_code);
}

static encoding encode_number(fm__demands *d, double number, uint32_t *out_code, char *reason) {
    fm__reading reading;
    bool is_read = fm__demands_read_number(d, number, &reading, reason);
    return add_reading(d, is_read, &reading, out_code);
}

/* A dictionary that is filled by hand, the way the reader of customers does it. */
typedef struct dictionary {
    fm_attribute attribute;
    fm__demands demands;
    uint32_t *codes; /* once finished: from the code given while reading to the final one */
} dictionary;

static void dictionary_init(dictionary *d, fm_rule rule, bool want, bool ask_when_blank) {
    *d =
        (dictionary){.attribute = {.name = "a", .unit = "h", .rule = rule, .ask_when_blank = ask_when_blank}};
    fm__demands_init(&d->demands, &d->attribute, want);
    cr_assert(fm__demands_prepare(&d->demands));
}

static uint32_t encode(dictionary *d, const char *cell) {
    char reason[FM__REASON_BYTES] = "none";
    uint32_t code = 4711;
    cr_assert_eq(encode_text(&d->demands, fm__text(cell), &code, reason), ENCODED, "\"%s\": %s", cell,
                 reason);
    return code;
}

/* Encodes the cell of a row that is kept. */
static uint32_t add(dictionary *d, const char *cell) {
    uint32_t code = encode(d, cell);
    d->demands.rows[code]++;
    return code;
}

static void finish(dictionary *d) {
    cr_assert(fm__demands_finish(&d->demands, &d->codes));
}

static void dictionary_destroy(dictionary *d) {
    fm__demands_destroy(&d->demands);
    free(d->codes);
}

static void expect_fault(dictionary *d, const char *cell, const char *expected) {
    char reason[FM__REASON_BYTES];
    uint32_t code = 4711;
    uint32_t count = d->demands.count;
    cr_assert_eq(encode_text(&d->demands, fm__text(cell), &code, reason), ENCODING_FAULT, "%s", cell);
    cr_assert_str_eq(reason, expected);
    cr_assert_eq(d->demands.count, count, "a fault adds nothing");
}

Test(demands, cells_that_are_no_demand) {
    static const char *const none[] = {"any", " ANY ", "-", "\t-"};
    for (int rule = 0; rule < FM_RULE_COUNT; rule++) {
        for (int want = 0; want < 2; want++) {
            for (int ask = 0; ask < 2; ask++) {
                dictionary d;
                dictionary_init(&d, (fm_rule)rule, want, ask);
                uint32_t blank = ask && !want ? FM__CODE_UNASKED : FM__CODE_NONE;
                cr_assert_eq(encode(&d, ""), blank);
                cr_assert_eq(encode(&d, " \t"), blank);
                cr_assert_eq(fm__demands_blank_code(&d.demands), blank);
                cr_assert_eq(encode(&d, " ? "), want ? FM__CODE_NONE : FM__CODE_UNASKED);
                for (size_t i = 0; i < sizeof none / sizeof *none; i++)
                    cr_assert_eq(encode(&d, none[i]), FM__CODE_NONE);
                if (rule == FM_RULE_FLAG)
                    cr_assert_eq(encode(&d, "no"), FM__CODE_NONE);
                if (fm__rule_is_set((fm_rule)rule))
                    cr_assert_eq(encode(&d, " | | "), blank, "bars alone say nothing");
                cr_assert_eq(d.demands.count, 0);
                finish(&d);
                cr_assert_eq(d.demands.slice_count, 0);
                dictionary_destroy(&d);
            }
        }
    }
}

static void expect_order(fm_rule rule, const double *numbers) {
    static const char *const cells[] = {"3", "-1", "24h", "0", "1e3", "-0", "3.0 H", "2.5"};
    dictionary d;
    uint32_t given[8];
    dictionary_init(&d, rule, false, false);
    for (size_t i = 0; i < 8; i++)
        given[i] = add(&d, cells[i]);
    cr_assert_eq(given[0], FM__CODE_FIRST);
    cr_assert_eq(given[6], given[0], "the same number has the same code");
    cr_assert_neq(given[3], given[5], "0 and -0 are kept apart, as they are written apart");
    finish(&d);
    cr_assert_eq(d.demands.count, 7);
    for (size_t i = 0; i < 7; i++) {
        cr_assert_eq(d.demands.numbers[i], numbers[i], "place %zu: %g", i, d.demands.numbers[i]);
        cr_assert_eq(!signbit(d.demands.numbers[i]), !signbit(numbers[i]), "place %zu", i);
        cr_assert_eq(d.demands.rows[FM__CODE_FIRST + i], numbers[i] == 3 ? 2 : 1);
    }
    for (size_t i = 0; i < 8; i++)
        cr_assert_eq(d.demands.numbers[d.codes[given[i]] - FM__CODE_FIRST], strtod(cells[i], NULL));
    cr_assert_eq(d.codes[FM__CODE_NONE], FM__CODE_NONE);
    cr_assert_eq(d.codes[FM__CODE_UNASKED], FM__CODE_UNASKED);
    cr_assert_eq(d.demands.slice_count, 4, "codes up to 8");
    dictionary_destroy(&d);
}

/* From the loosest to the tightest; 0 and -0 are equally loose, so they stay in the order of their
 * appearance. */
Test(demands, loosest_first) {
    expect_order(FM_RULE_AT_MOST, (const double[]){1000, 24, 3, 2.5, 0, -0.0, -1});
    expect_order(FM_RULE_AT_LEAST, (const double[]){-1, 0, -0.0, 2.5, 3, 24, 1000});
}

/* Demands of rows that were set aside for another cell leave no trace. */
Test(demands, unused_ones_are_dropped) {
    dictionary d;
    dictionary_init(&d, FM_RULE_AT_MOST, false, true);
    uint32_t first = encode(&d, "9");
    uint32_t second = add(&d, "5");
    uint32_t third = encode(&d, "7");
    uint32_t fourth = add(&d, "6");
    (void)add(&d, "?");
    (void)first;
    (void)third;
    finish(&d);
    cr_assert_eq(d.demands.count, 2);
    cr_assert(d.demands.numbers[0] == 6 && d.demands.numbers[1] == 5);
    cr_assert(d.codes[second] == 3 && d.codes[fourth] == 2);
    cr_assert(d.demands.rows[0] == 0 && d.demands.rows[1] == 1 && d.demands.rows[2] == 1 &&
              d.demands.rows[3] == 1);
    dictionary_destroy(&d);
    dictionary_init(&d, FM_RULE_COVERS, false, false);
    (void)encode(&d, "a|b");
    uint32_t kept = add(&d, "c");
    finish(&d);
    cr_assert_eq(d.demands.count, 1);
    cr_assert_eq(d.codes[kept], 2);
    cr_assert_eq(d.demands.set_begins[1], 1);
    cr_assert(fm__text_equal(d.demands.elements.texts[d.demands.set_elements[0]], fm__text("c")));
    dictionary_destroy(&d);
}

/* The set of a demand, spelled out. */
static const char *spell(const fm__demands *d, uint32_t demand) {
    static char text[256];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = d->set_begins[demand]; i < d->set_begins[demand + 1]; i++) {
        fm_text element = d->elements.texts[d->set_elements[i]];
        used +=
            (size_t)sprintf(text + used, "%s%.*s", used == 0 ? "" : "|", (int)element.length, element.bytes);
    }
    return text;
}

Test(demands, sets) {
    dictionary d;
    dictionary_init(&d, FM_RULE_ANY_OF, false, false);
    uint32_t yx = add(&d, "y|x");
    cr_assert_eq(add(&d, " X | Y |x||"), yx, "order, case and repetition make no other demand");
    uint32_t x = add(&d, "x");
    uint32_t zxy = add(&d, "Zürich|x|y");
    uint32_t z = add(&d, "ZüRICH");
    cr_assert_eq(add(&d, "x"), x);
    cr_assert_neq(add(&d, "ZÜRICH"), z, "only ASCII letters are folded");
    finish(&d);
    cr_assert_eq(d.demands.count, 5);
    cr_assert_str_eq(spell(&d.demands, d.codes[yx] - FM__CODE_FIRST), "x|y");
    cr_assert_str_eq(spell(&d.demands, d.codes[x] - FM__CODE_FIRST), "x");
    cr_assert_str_eq(spell(&d.demands, d.codes[zxy] - FM__CODE_FIRST), "x|y|zürich");
    cr_assert_str_eq(spell(&d.demands, d.codes[z] - FM__CODE_FIRST), "zürich");
    for (size_t e = 1; e < d.demands.elements.count; e++)
        cr_assert_lt(fm__text_compare(d.demands.elements.texts[e - 1], d.demands.elements.texts[e]), 0);
    cr_assert_eq(d.demands.rows[d.codes[yx]], 2);
    cr_assert_eq(d.demands.rows[d.codes[x]], 2);
    dictionary_destroy(&d);
}

Test(demands, flags) {
    dictionary d;
    dictionary_init(&d, FM_RULE_FLAG, true, false);
    cr_assert_eq(add(&d, "yes"), FM__CODE_FIRST);
    cr_assert_eq(add(&d, "X"), FM__CODE_FIRST);
    cr_assert_eq(add(&d, "n"), FM__CODE_NONE);
    expect_fault(&d, "maybe", "\"maybe\" is neither yes nor no");
    finish(&d);
    cr_assert(d.demands.count == 1 && d.demands.rows[FM__CODE_FIRST] == 2 && d.demands.slice_count == 2);
    dictionary_destroy(&d);
}

Test(demands, numbers_from_memory) {
    char reason[FM__REASON_BYTES];
    uint32_t code;
    dictionary d;
    dictionary_init(&d, FM_RULE_AT_LEAST, false, true);
    cr_assert_eq(encode_number(&d.demands, (double)NAN, &code, reason), ENCODED);
    cr_assert_eq(code, FM__CODE_UNASKED);
    cr_assert_eq(encode_number(&d.demands, 2.5, &code, reason), ENCODED);
    cr_assert_eq(code, encode(&d, "2.5 h"), "a number is the same from either source");
    cr_assert_eq(encode_number(&d.demands, (double)-INFINITY, &code, reason), ENCODING_FAULT);
    cr_assert_str_eq(reason, "infinite; a finite number is needed");
    dictionary_destroy(&d);
    dictionary_init(&d, FM_RULE_FLAG, false, false);
    cr_assert_eq(encode_number(&d.demands, 0, &code, reason), ENCODED);
    cr_assert_eq(code, FM__CODE_NONE);
    cr_assert_eq(encode_number(&d.demands, (double)NAN, &code, reason), ENCODED);
    cr_assert_eq(code, FM__CODE_NONE);
    cr_assert_eq(encode_number(&d.demands, 1, &code, reason), ENCODED);
    cr_assert_eq(code, FM__CODE_FIRST);
    cr_assert_eq(encode_number(&d.demands, 0.5, &code, reason), ENCODING_FAULT);
    cr_assert_str_eq(reason, "0.5 is neither 0 nor 1");
    dictionary_destroy(&d);
}

Test(demands, faults) {
    dictionary d;
    dictionary_init(&d, FM_RULE_AT_MOST, false, false);
    expect_fault(&d, "soon", "\"soon\" is not a number");
    expect_fault(&d, " 24 days ", "\"24 days\" is not a number in h");
    expect_fault(&d, "1e999", "\"1e999\" is too large for a number");
    dictionary_destroy(&d);
}

/* Many demands, so that everything that grows has grown several times. */
Test(demands, many) {
    enum { COUNT = 70000 };
    dictionary d;
    char cell[32];
    dictionary_init(&d, FM_RULE_AT_MOST, false, false);
    for (uint32_t i = 0; i < COUNT; i++) {
        (void)sprintf(cell, "%u", (i * 7919) % COUNT);
        cr_assert_eq(add(&d, cell), FM__CODE_FIRST + i);
    }
    finish(&d);
    cr_assert_eq(d.demands.count, COUNT);
    cr_assert_eq(d.demands.slice_count, 17);
    for (uint32_t i = 0; i < COUNT; i++) {
        cr_assert_eq(d.demands.numbers[i], COUNT - 1 - i);
        cr_assert_eq(d.codes[FM__CODE_FIRST + i], FM__CODE_FIRST + COUNT - 1 - (i * 7919) % COUNT);
    }
    dictionary_destroy(&d);
}

/* Slices are as few as the largest code needs. */
Test(demands, slices) {
    static const struct {
        unsigned demands;
        bool unasked;
        uint32_t slices;
    } cases[] = {{0, false, 0}, {0, true, 1}, {1, false, 2},  {2, false, 2}, {3, false, 3},
                 {6, true, 3},  {7, true, 4}, {14, false, 4}, {15, false, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dictionary d;
        char cell[32];
        dictionary_init(&d, FM_RULE_AT_LEAST, false, false);
        for (unsigned n = 0; n < cases[i].demands; n++) {
            (void)sprintf(cell, "%u", n);
            (void)add(&d, cell);
        }
        if (cases[i].unasked)
            (void)add(&d, "?");
        finish(&d);
        cr_assert_eq(d.demands.slice_count, cases[i].slices, "%u demands", cases[i].demands);
        dictionary_destroy(&d);
    }
}
