/* Numbers against the C library's own reader and writer in the C locale, bit for bit. */
#include "fixture.h"
#include "support/number.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static uint64_t bits_of(double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* What is read of `text` followed by `tail` is `used` bytes of the very double that strtod finds. */
static void expect_strtod(const char *text, const char *tail) {
    char whole[2048];
    size_t length = strlen(text);
    int total = snprintf(whole, sizeof whole, "%s%s", text, tail);
    double number = (double)NAN;
    size_t used = fm__number_parse((fm_text){whole, (size_t)total}, false, &number);
    double expected = strtod(text, NULL);
    if (used != length || bits_of(number) != bits_of(expected))
        cr_assert_fail("\"%s\": %zu of %zu bytes, %a instead of %a", whole, used, length, number, expected);
    /* The same with a decimal comma, which the C library does not read. */
    char *point = strchr(whole, '.');
    if (point == NULL)
        return;
    *point = ',';
    number = (double)NAN;
    used = fm__number_parse((fm_text){whole, (size_t)total}, true, &number);
    if (used != length || bits_of(number) != bits_of(expected))
        cr_assert_fail("\"%s\": %zu of %zu bytes, %a instead of %a", whole, used, length, number, expected);
    used = fm__number_parse((fm_text){whole, (size_t)total}, false, &number);
    cr_assert_eq(used, strpbrk(whole, "0123456789") < point ? (size_t)(point - whole) : 0, "\"%s\"", whole);
}

static size_t put_digits(char *at, size_t count, uint64_t *seed) {
    for (size_t i = 0; i < count; i++)
        at[i] = (char)('0' + fixture_below(seed, 10));
    return count;
}

/* A decimal of up to `most` digits, with or without sign, point and exponent. */
static void random_decimal(char *text, size_t most, uint64_t *seed) {
    static const char *const signs[] = {"", "", "-", "+"};
    size_t used = (size_t)sprintf(text, "%s", signs[fixture_below(seed, 4)]);
    size_t digits = 1 + (size_t)fixture_below(seed, most);
    size_t before = (size_t)fixture_below(seed, digits + 1);
    bool point = before < digits || fixture_below(seed, 4) == 0;
    used += put_digits(text + used, before, seed);
    if (point)
        text[used++] = '.';
    used += put_digits(text + used, digits - before, seed);
    text[used] = '\0';
    if (fixture_below(seed, 3) != 0)
        return;
    static const char *const exponents[] = {"e", "E", "e-", "E-", "e+"};
    static const unsigned limits[] = {5, 25, 40, 330};
    unsigned exponent = (unsigned)fixture_below(seed, limits[fixture_below(seed, 4)]);
    (void)sprintf(text + used, "%s%s%u", exponents[fixture_below(seed, 5)],
                  fixture_below(seed, 9) ? "" : "00", exponent);
}

/* What may stand behind a number and does not belong to it. */
static const char *const tails[] = {"",   "",  "",  " h", "%", "|",  "e",  "e+", "E-",
                                    "ex", "x", ".", ",",  "-", "+1", "..", "EUR"};
#define TAILS (sizeof tails / sizeof *tails)

static void check_random(size_t most, int count, uint64_t seed) {
    char text[2048];
    for (int i = 0; i < count; i++) {
        random_decimal(text, most, &seed);
        const char *tail = tails[fixture_below(&seed, TAILS)];
        /* A separator would still belong to a number without one, a letter e to one whose exponent follows.
         */
        if ((tail[0] == '.' || tail[0] == ',') && strpbrk(text, ".eE") == NULL)
            tail = "";
        expect_strtod(text, tail);
    }
}

Test(number, short_decimals) {
    check_random(8, 1200000, 1);
}

Test(number, around_the_exact_limit) {
    check_random(18, 1200000, 2);
}

Test(number, long_decimals) {
    check_random(40, 300000, 3);
    check_random(900, 3000, 4);
}

/* Decimals that lie exactly halfway between two doubles, and one digit to either side of that. */
Test(number, halfway) {
    uint64_t seed = 5;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = fixture_random(&seed);
        bits = (bits & ~(UINT64_C(0x7ff) << 52)) | (1023 - 60 + fixture_below(&seed, 120)) << 52;
        double number;
        memcpy(&number, &bits, sizeof number);
        double next = nextafter(number, (double)INFINITY);
        long double middle = ((long double)number + (long double)next) / 2;
        char text[512];
        (void)snprintf(text, sizeof text, "%.200Lf", middle);
        expect_strtod(text, "");
        (void)snprintf(text, sizeof text, "%.200Lf1", middle);
        expect_strtod(text, "");
        (void)snprintf(text, sizeof text, "%.16e", number);
        expect_strtod(text, "");
    }
}

typedef struct example {
    const char *text;
    bool comma;
    size_t used;
    double number;
} example;

Test(number, examples) {
    static const example examples[] = {
        {"", false, 0, 0},
        {"-", false, 0, 0},
        {"+", false, 0, 0},
        {".", false, 0, 0},
        {"-.", false, 0, 0},
        {"e5", false, 0, 0},
        {" 1", false, 0, 0},
        {"nan", false, 0, 0},
        {"inf", false, 0, 0},
        {"-infinity", false, 0, 0},
        {"0x10", false, 1, 0},
        {"5.", false, 2, 5},
        {".5", false, 2, 0.5},
        {"-.5e1", false, 5, -5},
        {"+7", false, 2, 7},
        {"--7", false, 0, 0},
        {"-0", false, 2, -0.0},
        {"-0.0e0", false, 6, -0.0},
        {"1e", false, 1, 1},
        {"1e+", false, 1, 1},
        {"1e5x", false, 3, 1e5},
        {"1,5", false, 1, 1},
        {"1,5", true, 3, 1.5},
        {"1.5", true, 3, 1.5},
        {"1,5.2", true, 3, 1.5},
        {"1.5,2", true, 3, 1.5},
        {",", true, 0, 0},
        {",5", true, 2, 0.5},
        {"-1,25e2h", true, 7, -125},
        {"900000000000000", false, 15, 900000000000000.0},
        {"9000000000000009", false, 16, 9000000000000009.0},
        {"9007199254740993", false, 16, 9007199254740992.0},
        {"9007199254740993.0000000001", false, 27, 9007199254740994.0},
        {"123456789012345678901234567890", false, 30, 123456789012345678901234567890.0},
        {"1e22", false, 4, 1e22},
        {"1e23", false, 4, 1e23},
        {"1e-22", false, 5, 1e-22},
        {"1e-23", false, 5, 1e-23},
        {"4.9e-324", false, 8, 0x1p-1074},
        {"1e-400", false, 6, 0},
        {"1.7976931348623157e308", false, 22, DBL_MAX},
        {"1e309", false, 5, (double)INFINITY},
        {"-1e999999999999999999999", false, 24, (double)-INFINITY},
        {"0e999999999999999999999", false, 23, 0},
        {"1e-999999999999999999999", false, 24, 0},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const example *e = &examples[i];
        double number = 0;
        cr_assert_eq(fm__number_parse(fm__text(e->text), e->comma, &number), e->used, "\"%s\"", e->text);
        cr_assert_eq(bits_of(number), bits_of(e->number), "\"%s\": %a", e->text, number);
    }
}

/* Text is a view: nothing behind its end is looked at. */
Test(number, ends_where_the_text_ends) {
    static const char text[] = "-12.5e10";
    static const size_t used[] = {0, 0, 2, 3, 4, 5, 5, 7, 8};
    for (size_t length = 0; length < sizeof used / sizeof *used; length++) {
        char *exact = malloc(length + 1);
        double number = 0;
        memcpy(exact, text, length);
        exact[length] = '7';
        cr_assert_eq(fm__number_parse((fm_text){exact, length}, false, &number), used[length], "%zu bytes",
                     length);
        free(exact);
    }
}

Test(number, longest) {
    char digits[2048];
    memset(digits, '1', sizeof digits);
    double number = 0;
    cr_assert_eq(fm__number_parse((fm_text){digits, 300}, false, &number), 300);
    cr_assert(number > 1.1e299 && number < 1.2e299);
    cr_assert_eq(fm__number_parse((fm_text){digits, 1024}, false, &number), 1024);
    cr_assert_eq(number, (double)INFINITY);
    cr_assert_eq(fm__number_parse((fm_text){digits, 1025}, false, &number), 0);
}

static void expect_format(double number) {
    char written[FM__NUMBER_BYTES];
    char expected[64];
    int length = snprintf(expected, sizeof expected, "%.15g", number);
    cr_assert_eq(fm__number_format(number, written), (size_t)length);
    cr_assert_str_eq(written, expected);
    double back = (double)NAN;
    cr_assert_eq(fm__number_parse(fm__text(written), false, &back), (size_t)length);
    cr_assert_eq(bits_of(back), bits_of(strtod(expected, NULL)), "%s", expected);
}

Test(number, format) {
    uint64_t seed = 6;
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = fixture_random(&seed);
        double number;
        memcpy(&number, &bits, sizeof number);
        if (!isfinite(number))
            continue;
        expect_format(number);
        expect_format((double)(int64_t)bits / 100);
        expect_format((double)fixture_below(&seed, 100000) / 1000);
    }
    static const double special[] = {0,    -0.0, DBL_MAX,         -DBL_MAX, DBL_MIN, 0x1p-1074,
                                     1e15, 1e16, 123456789012345, 0.1,      24,      99.5};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        expect_format(special[i]);
}

/* A locale with a decimal comma: German where the machine has it, else one made on the spot. */
static bool enter_comma_locale(char folder[static 64]) {
    folder[0] = '\0';
    if (setlocale(LC_ALL, "de_DE.UTF-8") != NULL && strcmp(localeconv()->decimal_point, ",") == 0)
        return true;
    char command[512];
    (void)snprintf(folder, 64, "%s", "/tmp/fitmatch-locale-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return false;
    (void)snprintf(
        command, sizeof command,
        "cd %s && printf 'LC_NUMERIC\\ndecimal_point \"<U002C>\"\\nthousands_sep \"\"\\ngrouping -1\\n"
        "END LC_NUMERIC\\n' >source && localedef -c -i source ./comma >/dev/null 2>&1",
        folder);
    (void)system(command);
    setenv("LOCPATH", folder, 1);
    return setlocale(LC_NUMERIC, "comma") != NULL && strcmp(localeconv()->decimal_point, ",") == 0;
}

Test(number, any_locale) {
    char folder[64];
    if (enter_comma_locale(folder)) {
        static const char *const texts[] = {"1.5", "-123456789012345678.25", "1e-30", "0.1e25", "99.75 h"};
        static const double numbers[] = {1.5, -123456789012345678.25, 1e-30, 0.1e25, 99.75};
        char written[FM__NUMBER_BYTES];
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            double number = 0;
            size_t length = strcspn(texts[i], " ");
            cr_assert_eq(fm__number_parse(fm__text(texts[i]), false, &number), length);
            cr_assert_eq(bits_of(number), bits_of(numbers[i]), "%s", texts[i]);
        }
        (void)fm__number_format(0.25, written);
        cr_assert_str_eq(written, "0.25");
        (void)snprintf(written, sizeof written, "%.2f", 0.25);
        cr_assert_str_eq(written, "0,25", "formatting must leave the locale as it was");
    } else {
        (void)fprintf(stderr, "number/any_locale: skipped, there is no locale with a decimal comma\n");
    }
    if (folder[0] != '\0') {
        char command[128];
        (void)snprintf(command, sizeof command, "rm -rf %s", folder);
        (void)system(command);
    }
}
