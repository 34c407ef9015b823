#include "support/scaled_sum.h"

#include <math.h>

/* Below this a rounded sum might be rounded once more, as a number that is not normal. */
#define LOWEST_EXPONENT (-1000)

/* Bits of a sum without its sign. */
#define SUM_BITS 127

void fm__sum_scale_merge(fm__sum_scale *scale, const fm__sum_scale *other) {
    if (other->count == 0)
        return;
    scale->lowest = scale->count == 0 || other->lowest < scale->lowest ? other->lowest : scale->lowest;
    scale->highest = scale->count == 0 || other->highest > scale->highest ? other->highest : scale->highest;
    scale->count += other->count;
}

void fm__sum_scale_settle(fm__sum_scale *scale, uint64_t additions) {
    int carries = additions == 0 ? 0 : 64 - __builtin_clzll(additions);
    scale->fits = scale->count == 0 || (scale->lowest >= LOWEST_EXPONENT &&
                                        scale->highest - scale->lowest + 1 + carries <= SUM_BITS);
    scale->sum_bytes = scale->fits ? sizeof(fm__int128) : sizeof(fm__exact_sum);
    scale->is_settled = true;
}

double fm__scaled_round(const fm__sum_scale *scale, const void *sum) {
    /* The conversion rounds once, to even; the power of two changes nothing but the exponent. */
    return scale->fits ? ldexp((double)*(const fm__int128 *)sum, scale->lowest) : fm__exact_sum_round(sum);
}
