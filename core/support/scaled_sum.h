/* Many exact sums of numbers that are known beforehand: 16 bytes each where the numbers allow it.
 *
 * Doubles are whole multiples of powers of two. If all numbers are multiples of one power of two, and so few
 * and small that no sum of them takes more than 128 bits, a sum is one whole number. Otherwise it is an
 * fm__exact_sum. */
#ifndef FITMATCH_SUPPORT_SCALED_SUM_H
#define FITMATCH_SUPPORT_SCALED_SUM_H

#include "support/exact_sum.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef __int128 fm__int128;

/** What is common to the sums: zero-initialise, show it every number, then settle it. */
typedef struct fm__sum_scale {
    uint64_t count;   /**< numbers other than 0 */
    int lowest;       /**< the lowest bit of any number is worth 2^lowest */
    int highest;      /**< the highest one */
    bool is_settled;  /**< and the following holds */
    bool fits;        /**< sums are whole numbers of 128 bits */
    size_t sum_bytes; /**< of a sum; all zeroes is 0 */
} fm__sum_scale;

/** The mantissa of a finite number, with its sign; its lowest bit is worth 2^*out_exponent. */
static inline int64_t fm__mantissa(double number, int *out_exponent) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    int64_t mantissa = (int64_t)(bits & ((UINT64_C(1) << 52) - 1));
    if (exponent != 0)
        mantissa |= INT64_C(1) << 52;
    *out_exponent = (exponent != 0 ? exponent : 1) - 1075;
    return bits >> 63 ? -mantissa : mantissa;
}

/** Takes note of a finite number. */
static inline void fm__sum_scale_look(fm__sum_scale *scale, double number) {
    int exponent;
    int64_t mantissa = fm__mantissa(number, &exponent);
    if (mantissa == 0)
        return;
    uint64_t magnitude = (uint64_t)(mantissa < 0 ? -mantissa : mantissa);
    int low = exponent + __builtin_ctzll(magnitude);
    int high = exponent + 63 - __builtin_clzll(magnitude);
    scale->lowest = scale->count == 0 || low < scale->lowest ? low : scale->lowest;
    scale->highest = scale->count == 0 || high > scale->highest ? high : scale->highest;
    scale->count++;
}

/** Adds what another scale was shown. */
void fm__sum_scale_merge(fm__sum_scale *scale, const fm__sum_scale *other);

/** Chooses how sums are kept. `additions` is the most that any sum gets, merged ones included. */
void fm__sum_scale_settle(fm__sum_scale *scale, uint64_t additions);

/** Adds one of the numbers to a sum. Sums are 16-byte aligned. */
static inline void fm__scaled_add(const fm__sum_scale *scale, void *sum, double number) {
    if (!scale->fits) {
        fm__exact_sum_add(sum, number);
        return;
    }
    int exponent;
    int64_t mantissa = fm__mantissa(number, &exponent);
    int shift = exponent - scale->lowest;
    /* Bits below the lowest one are zeroes; 0 has any exponent. */
    if (mantissa == 0)
        return;
    *(fm__int128 *)sum +=
        shift >= 0 ? (fm__int128)((unsigned __int128)mantissa << shift) : (fm__int128)(mantissa >> -shift);
}

/** Adds another sum of the same scale. */
static inline void fm__scaled_merge(const fm__sum_scale *scale, void *sum, const void *other) {
    if (scale->fits)
        *(fm__int128 *)sum += *(const fm__int128 *)other;
    else
        fm__exact_sum_merge(sum, other);
}

/** The double nearest to a sum, ties to even; an infinity beyond the largest. */
double fm__scaled_round(const fm__sum_scale *scale, const void *sum);

#endif
