/* Kernels: what is done with a block of 512 customers, in one body compiled for each instruction set.
 *
 * A plane is FM__BLOCK_WORDS words, one bit a row. Kernels work on vectors of 8, 16, 32 or 64 bytes and go
 * over a block in as many lanes as it takes; they allocate nothing and cannot fail. */
#ifndef FITMATCH_MATCH_KERNEL_H
#define FITMATCH_MATCH_KERNEL_H

#include "match/plan.h"

#include <fitmatch/match.h>

/** Most slices of a sum of weights: 4096 attributes of weight 255 need 20 bits, needs and wants together 21.
 */
#define FM__SUM_SLICES_MAX 21
/** Most slices of a place in a contest: 65,535 offerings. */
#define FM__PLACE_SLICES_MAX 16

/** The results for one block, with the planes they came from; one per thread. All planes are 64-byte aligned.
 */
typedef struct fm__block {
    uint64_t *planes;       /**< [plan->plane_count] planes, see fm__group */
    uint64_t *valid;        /**< 1: rows that exist */
    uint64_t *own_fits;     /**< 1: rows that an own offering fits */
    uint64_t *unasked;      /**< 1: rows with an unasked attribute */
    uint64_t *partner_fits; /**< 1: of the others, those that a partner's offering fits */
    uint64_t *overpromised; /**< 1: of the others, those that an own offering would fit on nominal values */
    uint64_t *own;          /**< [plan->own.place_slices] place of `own` */
    uint64_t *partner;      /**< [plan->partners.place_slices] where partner_fits */
    uint64_t *nominal;      /**< [plan->nominal.place_slices] where overpromised */
    uint64_t *need_miss;    /**< [plan->needs.sum_slices] weights of the needs that `own` does not meet */
    uint64_t *want_miss;    /**< [plan->wants.sum_slices] the same for wants */
    uint64_t *unmet;        /**< [attribute] needs that `own` does not meet */
    uint64_t
        *stated; /**< [plan->stated.sum_slices] weights of everything stated; by fm__kernel.stated only */
    uint64_t *one_hot; /**< scratch: [plan->one_hot_codes] planes */
    uint64_t *rows;    /**< scratch: FM__BLOCK_ROWS rows of plan->row_words words */
    uint32_t *closest; /**< scratch: [own offerings] places that were the closest miss of some row */
    void *memory;
} fm__block;

typedef struct fm__kernel {
    fm_instruction_set instruction_set;
    /** Derives block->planes from the slices of a block of the base. */
    void (*derive)(const fm__plan *plan, const uint64_t *slices, fm__block *block);
    /** Fills the results in from block->planes and block->valid. */
    void (*match)(const fm__plan *plan, fm__block *block);
    /** Fills block->stated in. */
    void (*stated)(const fm__plan *plan, fm__block *block);
    /** Rows of a plane that are in `mask` as well. */
    uint64_t (*count)(const uint64_t *plane, const uint64_t *mask);
} fm__kernel;

extern const fm__kernel fm__kernel_scalar;
#if defined(__x86_64__)
extern const fm__kernel fm__kernel_sse;
extern const fm__kernel fm__kernel_avx2;
extern const fm__kernel fm__kernel_avx512;
#endif

/** The kernel for an instruction set, AUTO being the best; NULL when this machine lacks it. */
const fm__kernel *fm__kernel_choose(fm_instruction_set set);

/** Memory for one block; false when it ran out. */
bool fm__block_init(fm__block *block, const fm__plan *plan);
void fm__block_destroy(fm__block *block);

/** Derives and matches block `number` of the plan's base. */
void fm__block_compute(fm__block *block, const fm__plan *plan, const fm__kernel *kernel, size_t number);

#endif
