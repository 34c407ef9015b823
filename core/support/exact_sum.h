/* Sums of doubles without rounding: the same in whatever order they are added (Neal, "Fast exact summation
 * using small and large superaccumulators", 2015: the small one). */
#ifndef FITMATCH_SUPPORT_EXACT_SUM_H
#define FITMATCH_SUPPORT_EXACT_SUM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** Digits of 32 bits: all that doubles span, 2^-1074 to 2^1024, and room for sums of 2^64 of them. */
#define FM__SUM_DIGITS 68

/** A sum; all zeroes is 0. A digit holds 64 bits, so that carrying can wait. */
typedef struct fm__exact_sum {
    int64_t digits[FM__SUM_DIGITS];
    uint32_t waiting; /**< additions since digits were last carried */
} fm__exact_sum;

/** Adds a finite number. */
void fm__exact_sum_add(fm__exact_sum *sum, double number);

/** Numbers that an fm__short_sum has room for. */
#define FM__SHORT_SUM_MAX 65536

/** A sum of numbers of ordinary size, multiples of 2^-FM__SHORT_SUM_BITS below 2^50, as a whole number; all
 * zeroes is 0. */
typedef struct fm__short_sum {
    uint64_t low;
    uint64_t high;
} fm__short_sum;

#define FM__SHORT_SUM_BITS 60

/** Adds a number that is not negative; false, and nothing is done, when it is not of ordinary size. */
static inline bool fm__short_sum_add(fm__short_sum *sum, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    uint64_t shift = (bits >> 52) - (1075 - FM__SHORT_SUM_BITS);
    uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    bool is_zero = bits == 0;
    shift = is_zero ? 0 : shift;
    mantissa = is_zero ? 0 : mantissa;
    if (__builtin_expect(shift > 57, 0))
        return false;
    uint64_t low = mantissa << shift;
    uint64_t high = mantissa >> 7 >> (57 - shift);
    sum->high += high + __builtin_add_overflow(sum->low, low, &sum->low);
    return true;
}

/** Adds a short sum. */
void fm__exact_sum_add_short(fm__exact_sum *sum, const fm__short_sum *other);

/** Adds another sum. */
void fm__exact_sum_merge(fm__exact_sum *sum, const fm__exact_sum *other);

/** The double nearest to the sum, ties to even; an infinity beyond the largest. */
double fm__exact_sum_round(const fm__exact_sum *sum);

#endif
