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

/** What a plane says about the rows of a block. Planes of the first two kinds hold nothing but zeroes or
 * ones, also for rows that do not exist. */
enum { FM__STATE_NONE, FM__STATE_ALL, FM__STATE_MIXED };

/** The variants that won a contest, each with its rows: sets of rows that share none. A variant may come more
 * than once. */
typedef struct fm__winners {
    uint32_t count;
    uint32_t *places; /**< [FM__BLOCK_ROWS] */
    uint64_t *rows;   /**< [FM__BLOCK_ROWS] planes */
} fm__winners;

/** A pattern of a need column that misses every row of a block. */
typedef struct fm__common {
    uint32_t column;
    uint32_t pattern;
} fm__common;

/** The results for one block, with the planes they came from; one per thread. All planes are 64-byte aligned.
 */
typedef struct fm__block {
    size_t number;          /**< its place in the base */
    uint64_t *planes;       /**< [plan->plane_count] planes, see fm__group */
    uint8_t *states;        /**< [plan->plane_count] FM__STATE of the miss planes */
    uint64_t *valid;        /**< 1: rows that exist */
    uint64_t *own_fits;     /**< 1: rows that an own offering fits */
    uint64_t *unasked;      /**< 1: rows with an unasked attribute */
    uint64_t *partner_fits; /**< 1: of the others, those that a partner's offering fits */
    uint64_t *overpromised; /**< 1: of the others, those that an own offering would fit on nominal values */
    uint64_t *need_miss;    /**< [plan->needs.sum_slices] weights of the needs that `own` does not meet */
    uint64_t *want_miss;    /**< [plan->wants.sum_slices] the same for wants */
    uint64_t *unmet;        /**< [attribute] needs that `own` does not meet; by fm__kernel.unmet only */
    uint64_t
        *stated;     /**< [plan->stated.sum_slices] weights of everything stated; by fm__kernel.stated only */
    fm__winners own; /**< of every row: the offering that fits, or the closest miss */
    fm__winners partners; /**< where partner_fits */
    fm__winners nominal;  /**< where overpromised */
    /* Scratch. */
    fm__adder needs;    /**< need columns whose planes are not all alike in every row */
    fm__adder wants;    /**< want columns in which somebody misses something */
    fm__common *common; /**< needs that no row of the block has met by some pattern, by column */
    uint32_t common_count;
    uint64_t *bounds;     /**< [need sum slice][place_words] weights of the needs that no row has met */
    uint64_t *constants;  /**< the same over the columns that `needs` leaves out */
    uint64_t *contenders; /**< [place_words] own offerings that no other one beats in every row */
    uint64_t *pool;       /**< [place_words] */
    uint64_t *sharing;    /**< [need pattern] patterns that miss all that it misses, bit by bit; 0 where it
                             misses nobody */
    uint64_t *candidates; /**< [place_words] */
    uint64_t *some;       /**< [place_words] */
    uint64_t *takes;      /**< [places] planes: rows that a variant took over */
    uint64_t *ties;       /**< [places] planes: rows in which no other misses less needs */
    uint32_t *taken;      /**< [places] */
    uint64_t *rows;       /**< FM__BLOCK_ROWS rows of plan->row_words words */
    fm__span *spans;      /**< [need column] patterns that differ in this block */
    /* For plan->shares.useful only. */
    fm__bundles bundles; /**< of the columns of `needs` */
    uint64_t *tables;    /**< [entry][slice] sums of bundles, in parts of planes */
    fm__arena arena;
    void *memory;
} fm__block;

typedef struct fm__kernel {
    fm_instruction_set instruction_set;
    /** Derives block->planes and the columns of its adders from the slices of a block of the base; those of
     * wants only if asked to. */
    void (*derive)(const fm__plan *plan, const uint64_t *slices, const fm__range *ranges, bool wants,
                   fm__block *block);
    /** Fills the results in from block->planes and block->valid. */
    void (*match)(const fm__plan *plan, fm__block *block);
    /** Less than that: own_fits, unasked, partner_fits and nothing else. Needs no planes of wants. */
    void (*decide)(const fm__plan *plan, fm__block *block);
    /** The same from the slices, without `derive`: everything is derived and every variant looked at, which
     * is faster where that is not much and hardly any of it could be left out. Only if plan->is_straight. */
    void (*decide_straight)(const fm__plan *plan, const uint64_t *slices, fm__block *block);
    /** Fills block->unmet in, after `match`. */
    void (*unmet)(const fm__plan *plan, fm__block *block);
    /** Derives the planes of what is stated, and fills block->stated in. */
    void (*stated)(const fm__plan *plan, const uint64_t *slices, fm__block *block);
    /** The numbers of all rows out of their slices: fm__slices_unpack. */
    void (*unpack)(const uint64_t *slices, uint32_t slice_count, uint32_t *out_numbers);
    /** Rows of a plane that are in `mask` as well. */
    uint64_t (*count)(const uint64_t *plane, const uint64_t *mask);
    /** The sum of FM__BLOCK_ROWS weights over the rows of a plane that are in `mask` as well. */
    uint64_t (*weigh)(const uint64_t *plane, const uint64_t *mask, const uint32_t *weights);
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

/** How much of a block is worked out. */
typedef enum fm__depth {
    FM__DEPTH_MATCH,  /**< fm__kernel.match */
    FM__DEPTH_DECIDE, /**< fm__kernel.decide */
} fm__depth;

/** Derives block `number` of the plan's base and works it out. */
void fm__block_compute(fm__block *block, const fm__plan *plan, const fm__kernel *kernel, fm__depth depth,
                       size_t number);

#endif
