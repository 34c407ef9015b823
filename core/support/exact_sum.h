/* Sums of doubles without rounding: the same in whatever order they are added (Neal, "Fast exact summation
 * using small and large superaccumulators", 2015: the small one). */
#ifndef FITMATCH_SUPPORT_EXACT_SUM_H
#define FITMATCH_SUPPORT_EXACT_SUM_H

#include <stdint.h>

/** Digits of 32 bits: all that doubles span, 2^-1074 to 2^1024, and room for sums of 2^64 of them. */
#define FM__SUM_DIGITS 68

/** A sum; all zeroes is 0. A digit holds 64 bits, so that carrying can wait. */
typedef struct fm__exact_sum {
    int64_t digits[FM__SUM_DIGITS];
    uint32_t waiting; /**< additions since digits were last carried */
} fm__exact_sum;

/** Adds a finite number. */
void fm__exact_sum_add(fm__exact_sum *sum, double number);

/** Adds another sum. */
void fm__exact_sum_merge(fm__exact_sum *sum, const fm__exact_sum *other);

/** The double nearest to the sum, ties to even; an infinity beyond the largest. */
double fm__exact_sum_round(const fm__exact_sum *sum);

#endif
