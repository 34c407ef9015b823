#include "support/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer numbers than this are not read: no decimal that anybody writes needs more digits. */
#define NUMBER_TEXT_MAX 1024

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* What the scan over the characters found: mantissa x 10^exponent, exact when `exact`. */
typedef struct scan {
    size_t used;
    uint64_t mantissa;
    int exponent;
    bool exact;
    bool negative;
} scan;

/* The exponent part at `text[at]`, if one is there; returns where the number ends. */
static size_t scan_exponent(fm_text text, size_t at, int *out_exponent) {
    size_t i = at;
    if (i == text.length || (text.bytes[i] | 0x20) != 'e')
        return at;
    i++;
    bool negative = i < text.length && text.bytes[i] == '-';
    if (i < text.length && (text.bytes[i] == '-' || text.bytes[i] == '+'))
        i++;
    if (i == text.length || !is_digit(text.bytes[i]))
        return at;
    int exponent = 0;
    for (; i < text.length && is_digit(text.bytes[i]); i++)
        if (exponent < 100000)
            exponent = exponent * 10 + (text.bytes[i] - '0');
    *out_exponent = negative ? -exponent : exponent;
    return i;
}

static scan scan_number(fm_text text, bool comma) {
    scan s = {.exact = true};
    size_t i = 0;
    size_t digits = 0;
    bool point = false;
    if (i < text.length && (text.bytes[i] == '-' || text.bytes[i] == '+'))
        s.negative = text.bytes[i++] == '-';
    for (; i < text.length; i++) {
        char c = text.bytes[i];
        if (!point && (c == '.' || (comma && c == ','))) {
            point = true;
            continue;
        }
        if (!is_digit(c))
            break;
        digits++;
        /* 2^53 > 9.0e15: one more digit after 9.0e14 still fits and stays exact as a double. */
        if (s.mantissa > UINT64_C(900000000000000))
            s.exact = false;
        else
            s.mantissa = s.mantissa * 10 + (uint64_t)(c - '0');
        s.exponent -= point;
    }
    if (digits == 0)
        return s;
    int exponent = 0;
    s.used = scan_exponent(text, i, &exponent);
    s.exponent += exponent;
    return s;
}

/* The slow, always right way: strtod on a copy with a point, in the C locale. */
static size_t parse_slow(fm_text text, size_t used, double *out_number) {
    char copy[NUMBER_TEXT_MAX + 1];
    if (used > NUMBER_TEXT_MAX)
        return 0;
    memcpy(copy, text.bytes, used);
    copy[used] = '\0';
    char *comma = strchr(copy, ',');
    if (comma != NULL)
        *comma = '.';
    /* glibc and musl answer with a static object for the plain C locale: nothing to free, nothing that can
     * fail. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *out_number = strtod_l(copy, NULL, c_locale);
    return used;
}

size_t fm__number_parse(fm_text text, bool comma, double *out_number) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    scan s = scan_number(text, comma);
    if (s.used == 0)
        return 0;
    if (!s.exact || s.exponent < -22 || s.exponent > 22)
        return parse_slow(text, s.used, out_number);
    double magnitude = (double)s.mantissa;
    magnitude = s.exponent < 0 ? magnitude / powers[-s.exponent] : magnitude * powers[s.exponent];
    *out_number = s.negative ? -magnitude : magnitude;
    return s.used;
}

/* Whole numbers and amounts with up to two decimals, as nearly all are, without printf: 0 for others, and
 * where "%.15g" would round. Below 10^12 a hundredth is many times wider than the gap between doubles, so
 * that only one double comes out of the division for each number of hundredths. */
static size_t format_plain(double number, char *buffer) {
    char digits[24];
    double hundredths = number * 100;
    if (!(number >= 0 && number < 1e12) || signbit(number) || hundredths != floor(hundredths) ||
        hundredths / 100 != number)
        return 0;
    uint64_t left = (uint64_t)hundredths;
    size_t decimals = left % 100 == 0 ? 0 : left % 10 == 0 ? 1 : 2;
    size_t begin = sizeof digits;
    size_t place = 0;
    left /= decimals == 0 ? 100 : decimals == 1 ? 10 : 1;
    do {
        if (place == decimals && place > 0)
            digits[--begin] = '.';
        digits[--begin] = (char)('0' + left % 10);
        left /= 10;
        place++;
    } while (left != 0 || place <= decimals);
    memcpy(buffer, digits + begin, sizeof digits - begin);
    buffer[sizeof digits - begin] = '\0';
    return sizeof digits - begin;
}

size_t fm__number_format(double number, char *buffer) {
    size_t plain = format_plain(number, buffer);
    if (plain > 0)
        return plain;
    locale_t before = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    int length = snprintf(buffer, FM__NUMBER_BYTES, "%.15g", number);
    uselocale(before);
    return (size_t)length;
}

size_t fm__number_format_score(double number, char *buffer) {
    /* Longer ones have no decimals anyway. */
    if (fabs(number) >= 1e15)
        return fm__number_format(number, buffer);
    locale_t before = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    int length = snprintf(buffer, FM__NUMBER_BYTES, "%.4f", number);
    uselocale(before);
    return (size_t)length;
}
