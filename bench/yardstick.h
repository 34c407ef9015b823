/* The yardstick: the matcher that a good C programmer would write, row by row.
 *
 * Demands that no offering tells apart are one class; a class that some offering misses is one bit. A
 * customer is then a word of needs and a word of wants (more words where there are more classes), an offering
 * a word of classes that it misses, and `customer & offering` has one bit for each attribute missed. Rows are
 * gone through in tiles that stay in the first-level cache, several registers of customers at a time against
 * all offerings. Sums of weights come from byte-wise population counts and one multiply-add: each byte holds
 * classes of one weight only. */
#ifndef FITMATCH_BENCH_YARDSTICK_H
#define FITMATCH_BENCH_YARDSTICK_H

#include "support.h"
#include "workload.h"

/** Rows of a tile. */
#define YARD_TILE 512
/** Most words of a customer's needs, and of the wants: 64-byte rows and twice that. */
#define YARD_WORDS_MAX 16
/** Most vectors of customers in registers, times most lanes of one; arrays of rows are padded by this. */
#define YARD_PAD 32
/** No such offering or attribute, as in the engine. */
#define YARD_NOBODY UINT32_MAX

/** Offerings among which one is the best, as masks of what they miss; equal ones but the first are left out.
 */
typedef struct yard_group {
    size_t count;
    uint64_t *need;     /**< [offering][need_words] classes of needs missed */
    uint64_t *want;     /**< [offering][want_words] classes of wants missed */
    uint64_t *half;     /**< [offering][half_words] both, see yard_plan */
    uint32_t *offering; /**< [offering] its place in the catalog */
} yard_group;

/** Everything that a tile needs to know: made from catalog and base, then constant. */
typedef struct yard_plan {
    uint64_t row_count;
    size_t need_words;
    size_t want_words;
    /** Needs in the upper and wants in the lower half of a word: sums over both halves at once are then keys
     * that order by needs first. */
    size_t half_words;
    uint64_t want_weights[YARD_WORDS_MAX]; /**< weight of each byte */
    uint64_t half_weights[YARD_WORDS_MAX];
    bool unit; /**< all weights are equal: a population count is enough */
    yard_group own, partners, nominal;
    uint64_t *need[YARD_WORDS_MAX]; /**< [word][row], padded to whole tiles with rows that fit nothing */
    uint64_t *want[YARD_WORDS_MAX];
    uint32_t *unasked; /**< [row] bit i: the i-th attribute that somebody was not asked */
    size_t unasked_count;
    uint16_t unasked_attributes[32];
    unsigned char *ask_order; /**< [own offering][unasked_count] highest risk first */
    /* Found out by trying. */
    bool one_pass; /**< own offerings: score all at once instead of looking for fitting ones first */
    bool often[2]; /**< partners, nominal: work out what is missed without looking whether any row fits */
} yard_plan;

/** The results of a tile. */
typedef struct yard_results {
    unsigned char verdict[YARD_TILE];
    uint32_t own[YARD_TILE];
    uint32_t refer_to[YARD_TILE];
    uint32_t overpromise[YARD_TILE];
    uint32_t ask[YARD_TILE];
} yard_results;

typedef struct yard_counts {
    uint64_t rows[FM_VERDICT_COUNT];
    uint64_t overpromised;
} yard_counts;

/** What one thread works with. */
typedef struct yard_scratch yard_scratch;

/** One instruction set's unit. */
typedef struct yard_unit {
    const char *name;
    /** Matches the tile from row `first` on and counts its verdicts. */
    void (*match)(const yard_plan *plan, yard_scratch *scratch, uint64_t first, yard_results *out_results,
                  yard_counts *counts);
    /** Only counts the rows that an own offering fits. */
    uint64_t (*fit)(const yard_plan *plan, yard_scratch *scratch, uint64_t first);
} yard_unit;

extern const yard_unit yard_scalar;
#if defined(__x86_64__)
extern const yard_unit yard_sse;
extern const yard_unit yard_avx2;
extern const yard_unit yard_avx512;
#endif

/** The fastest unit that this machine has and `set` allows. */
const yard_unit *yard_unit_choose(fm_instruction_set set);

/** Where the time went that the yardstick needs before it can match. */
typedef struct yard_build {
    bench_time rows; /**< customers: codes to words; on all threads */
    bench_time plan; /**< offerings: masks, order of questions */
} yard_build;

yard_plan *yard_plan_new(const workload *workload, yard_build *out_build);
void yard_plan_free(yard_plan *plan);

/** Bytes of a customer's row. */
size_t yard_row_bytes(const yard_plan *plan);

/** Tries both ways on some tiles and keeps the faster. */
void yard_plan_tune(yard_plan *plan, const yard_unit *unit);

/** Matches all rows. */
yard_counts yard_match(const yard_plan *plan, const yard_unit *unit, unsigned threads);
/** Counts the rows that an own offering fits. */
uint64_t yard_fit(const yard_plan *plan, const yard_unit *unit, unsigned threads);

/** Results of every row. */
typedef struct bench_rows {
    unsigned char *verdict;
    uint32_t *own;
    uint32_t *refer_to;
    uint32_t *overpromise;
    uint32_t *ask;
} bench_rows;

/** The same with the results of every row kept. */
void yard_match_rows(const yard_plan *plan, const yard_unit *unit, unsigned threads, bench_rows *out_rows);

/* --- between the rooms of the yardstick --- */

struct yard_scratch {
    uint64_t need[2][YARD_WORDS_MAX][YARD_TILE + YARD_PAD];
    uint64_t want[2][YARD_WORDS_MAX][YARD_TILE + YARD_PAD];
    uint64_t half[YARD_WORDS_MAX][YARD_TILE + YARD_PAD];
    uint64_t row[2][YARD_TILE + YARD_PAD];
    uint64_t key[2][YARD_TILE + YARD_PAD];
    uint64_t best[YARD_TILE + YARD_PAD]; /* by row of the tile: own, partners, nominal */
    uint64_t partner[YARD_TILE + YARD_PAD];
    uint64_t nominal[YARD_TILE + YARD_PAD];
    uint64_t all_rows[YARD_TILE + YARD_PAD]; /* 0, 1, 2, ... */
};

yard_scratch *yard_scratch_new(void);

#endif
