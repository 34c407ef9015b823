#include "draw.h"

#include <stdlib.h>

/* A. J. Walker's alias method (1977) in M. D. Vose's linear form (1991). */
bool gen_draw_build(uint64_t *shares, uint32_t count, gen_slot *out_slots) {
    uint32_t *stack = malloc(count * sizeof *stack); /* small ones from the left, large ones from the right */
    if (!stack)
        return false;
    uint32_t small = 0;
    uint32_t large = count;
    for (uint32_t i = 0; i < count; i++) {
        shares[i] *= count;
        if (shares[i] < GEN_DRAW_ONE)
            stack[small++] = i;
        else
            stack[--large] = i;
    }
    while (small > 0 && large < count) {
        uint32_t lesser = stack[--small];
        uint32_t greater = stack[large];
        out_slots[lesser] = (gen_slot){(uint32_t)(shares[lesser] >> 8), greater};
        shares[greater] -= GEN_DRAW_ONE - shares[lesser];
        if (shares[greater] < GEN_DRAW_ONE) {
            large++;
            stack[small++] = greater;
        }
    }
    /* What is left over is full, up to rounding. */
    while (small > 0 || large < count) {
        uint32_t full = small > 0 ? stack[--small] : stack[large++];
        out_slots[full] = (gen_slot){UINT32_MAX, full};
    }
    free(stack);
    return true;
}

/* log2(x) in units of 2^-32, for 1 <= x < 2^31: squaring the mantissa yields one bit at a time. */
static uint64_t log2_fixed(uint32_t x) {
    unsigned whole = 31u - (unsigned)__builtin_clz(x);
    uint64_t mantissa = (uint64_t)x << (31 - whole); /* 2^31 is 1 */
    uint64_t fraction = 0;
    for (int bit = 0; bit < 32; bit++) {
        mantissa = (mantissa * mantissa) >> 31;
        fraction <<= 1;
        if (mantissa >> 32) {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    return ((uint64_t)whole << 32) | fraction;
}

static uint64_t root(uint64_t square) {
    uint64_t result = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1) {
        uint64_t next = result | bit;
        if (next * next <= square)
            result = next;
    }
    return result;
}

void gen_draw_zipf(uint64_t skew, uint32_t count, uint64_t *out_weights) {
    uint64_t factor[32]; /* 2 to the power of -1/2, -1/4, ...; 2^31 is 1 */
    uint64_t power = (uint64_t)1 << 30;
    for (int i = 0; i < 32; i++)
        factor[i] = power = root(power << 31);
    /* No pow(): its last bit differs between C libraries, and with it the workload would. */
    for (uint32_t rank = 0; rank < count; rank++) {
        uint64_t exponent = log2_fixed(rank + 1) * skew / 1000;
        uint64_t value = (uint64_t)1 << 31;
        for (int i = 0; i < 32; i++)
            if (exponent >> (31 - i) & 1)
                value = (value * factor[i]) >> 31;
        uint64_t whole = exponent >> 32;
        out_weights[rank] = whole > 31 ? 0 : value >> (8 + whole);
    }
}
