#include "support/exact_sum.h"

#include <math.h>
#include <string.h>

#define DIGIT_BITS 32
#define DIGIT_MASK INT64_C(0xffffffff)
/* The lowest digit's lowest bit is worth 2^-1074, like that of a double. */
#define LOWEST_EXPONENT (-1074)
/* An addition changes a digit by less than 2^53, so that many cannot overflow it. */
#define WAITING_MAX 512

/* Makes all digits but the highest 0 .. 2^32 - 1; the highest has the sign. */
static void carry(fm__exact_sum *sum) {
    for (int i = 0; i + 1 < FM__SUM_DIGITS; i++) {
        int64_t low = sum->digits[i] & DIGIT_MASK;
        sum->digits[i + 1] += (sum->digits[i] - low) / (DIGIT_MASK + 1);
        sum->digits[i] = low;
    }
    sum->waiting = 0;
}

void fm__exact_sum_add(fm__exact_sum *sum, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    unsigned exponent = (unsigned)(bits >> 52 & 0x7ff);
    uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
    if (exponent != 0)
        mantissa |= UINT64_C(1) << 52;
    else
        exponent = 1;
    /* The mantissa's lowest bit is worth 2^(exponent - 1075). */
    unsigned shift = (exponent - 1) % DIGIT_BITS;
    int64_t *digit = &sum->digits[(exponent - 1) / DIGIT_BITS];
    int64_t low = (int64_t)(mantissa << shift & (uint64_t)DIGIT_MASK);
    int64_t high = (int64_t)(mantissa >> (DIGIT_BITS - shift));
    digit[0] += bits >> 63 ? -low : low;
    digit[1] += bits >> 63 ? -high : high;
    if (++sum->waiting >= WAITING_MAX)
        carry(sum);
}

void fm__exact_sum_add_short(fm__exact_sum *sum, const fm__short_sum *other) {
    const uint64_t half = UINT64_C(0xffffffff);
    /* Each half of a word is exact as a double, and so is its product with a power of two. */
    const uint64_t halves[] = {other->low & half, other->low >> 32, other->high & half, other->high >> 32};
    for (int i = 0; i < 4; i++)
        if (halves[i] != 0)
            fm__exact_sum_add(sum, ldexp((double)halves[i], 32 * i - FM__SHORT_SUM_BITS));
}

void fm__exact_sum_merge(fm__exact_sum *sum, const fm__exact_sum *other) {
    fm__exact_sum settled = *other;
    carry(&settled);
    carry(sum);
    for (int i = 0; i < FM__SUM_DIGITS; i++)
        sum->digits[i] += settled.digits[i];
    carry(sum);
}

/* The magnitude of a carried sum; returns whether it was negative. */
static int take_sign(fm__exact_sum *sum) {
    if (sum->digits[FM__SUM_DIGITS - 1] >= 0)
        return 0;
    for (int i = 0; i < FM__SUM_DIGITS; i++)
        sum->digits[i] = -sum->digits[i];
    carry(sum);
    return 1;
}

double fm__exact_sum_round(const fm__exact_sum *sum) {
    fm__exact_sum s = *sum;
    carry(&s);
    int negative = take_sign(&s);
    int top = FM__SUM_DIGITS - 1;
    while (top > 0 && s.digits[top] == 0)
        top--;
    /* 64 to 96 bits from the highest digit on hold a double's 53 and one for rounding, unless the number is
     * so small that it is exact anyway; whether anything is below goes into the lowest bit. */
    unsigned __int128 high = 0;
    int lowest = top >= 2 ? top - 2 : 0;
    for (int i = top; i >= lowest; i--)
        high = high << DIGIT_BITS | (unsigned __int128)s.digits[i];
    int sticky = 0;
    for (int i = 0; i < lowest; i++)
        sticky |= s.digits[i] != 0;
    int exponent = lowest * DIGIT_BITS + LOWEST_EXPONENT;
    int excess = 0; /* bits beyond 53 */
    while (high >> excess >= (unsigned __int128)1 << 53)
        excess++;
    uint64_t kept = (uint64_t)(high >> excess);
    if (excess > 0) {
        unsigned __int128 rest = high & (((unsigned __int128)1 << excess) - 1);
        unsigned __int128 half = (unsigned __int128)1 << (excess - 1);
        if (rest > half || (rest == half && (sticky || kept % 2 == 1)))
            kept++;
    }
    double result = ldexp((double)kept, exponent + excess);
    return negative ? -result : result;
}
