/* Drawing one of n outcomes with given shares, in constant time and whole numbers only. */
#ifndef GEN_DRAW_H
#define GEN_DRAW_H

#include <stdbool.h>
#include <stdint.h>

/* Shares of a table add up to this; a table has at most 2^22 outcomes, so that share x outcomes fits 64 bits.
 */
#define GEN_DRAW_ONE ((uint64_t)1 << 40)

typedef struct gen_slot {
    uint32_t threshold; /* the slot's own outcome below it, the alias from it on */
    uint32_t alias;
} gen_slot;

/* Builds the alias table of `count` outcomes; `shares` are used up. False: out of memory. */
bool gen_draw_build(uint64_t *shares, uint32_t count, gen_slot *out_slots);

/* Zipf-like weights of ranks 0 .. count-1: (rank + 1) to the power of -skew/1000, in units of 2^-23. */
void gen_draw_zipf(uint64_t skew, uint32_t count, uint64_t *out_weights);

/* One 32-bit draw gives both the slot (high part of the product) and the coin (low part). */
static inline uint32_t gen_draw(const gen_slot *slots, uint32_t count, uint32_t random) {
    uint64_t product = (uint64_t)random * count;
    uint32_t slot = (uint32_t)(product >> 32);
    return (uint32_t)product < slots[slot].threshold ? slot : slots[slot].alias;
}

#endif
