/* Matching every customer against every offering, and the reasons why (SPEC 3 and 4). */
#ifndef FITMATCH_MATCH_H
#define FITMATCH_MATCH_H

#include <fitmatch/base.h>
#include <fitmatch/catalog.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which kernel does the work. Every one gives the same answers. */
typedef enum fm_instruction_set {
    FM_INSTRUCTION_SET_AUTO, /**< the best that this processor and operating system have */
    FM_INSTRUCTION_SET_SCALAR,
    FM_INSTRUCTION_SET_SSE, /**< x86-64-v2 */
    FM_INSTRUCTION_SET_AVX2,
    FM_INSTRUCTION_SET_AVX512,
} fm_instruction_set;
#define FM_INSTRUCTION_SET_COUNT 5

/** A lower-case name, such as "avx512". Static. */
FM_API const char *fm_instruction_set_name(fm_instruction_set set);

/** The best one that this machine has; never AUTO. */
FM_API fm_instruction_set fm_instruction_set_best(void);

/** Whether this machine can run it. */
FM_API bool fm_instruction_set_supported(fm_instruction_set set);

/** Threads that a call with `threads` 0 would use. */
FM_API unsigned fm_thread_count_default(void);

/**
 * Puts customers who demand alike, as far as a catalog tells their demands apart, side by side inside a base.
 *
 * Matching against many offerings then becomes several times faster, as most of them are ruled out for
 * hundreds of customers at once. Nothing else changes: rows keep their numbers, results are the same. It
 * helps most with the catalog given and hardly less with one that differs in some values.
 *
 * @param base    nobody else may use it meanwhile; no matches of it may exist.
 * @param threads 0: all that OpenMP would use.
 * @return FM_OK, FM_ERROR_ARGUMENT (models differ), FM_ERROR_LIMIT (more than 2^32 - 1 rows),
 * FM_ERROR_MEMORY; the base is as it was on failure.
 */
FM_API FM_NODISCARD fm_status fm_base_arrange(fm_base *base, const fm_catalog *catalog, unsigned threads,
                                              fm_error *error);

typedef enum fm_verdict {
    FM_VERDICT_FIT,       /**< an own offering meets every need, and every question was asked */
    FM_VERDICT_ASK,       /**< an own offering meets every need stated, but a question is open */
    FM_VERDICT_REFER,     /**< no own offering fits, a partner's does */
    FM_VERDICT_WALK_AWAY, /**< nobody's fits */
} fm_verdict;
#define FM_VERDICT_COUNT 4

/** The verdict's name in the match table, such as "walk_away". Static. */
FM_API const char *fm_verdict_name(fm_verdict verdict);

typedef struct fm_match_options {
    unsigned threads;                   /**< 0: all that OpenMP would use */
    fm_instruction_set instruction_set; /**< one that the machine lacks is FM_ERROR_ARGUMENT */
    const fm_progress *progress;        /**< NULLable */
    /** Only rows and money by verdict are wanted: no closest misses are looked for, several times faster. The
     * other totals stay 0. */
    bool verdicts_only;
    /** Nothing is counted and no row is looked at: all totals stay 0. What is left costs the same for any
     * number of rows, and a walk then works on the blocks that it is asked for alone; for looking at a few
     * rows of a large base. */
    bool no_totals;
} fm_match_options;

/** Rows and money of a match, over the whole base. */
typedef struct fm_match_totals {
    uint64_t rows[FM_VERDICT_COUNT];
    double money[FM_VERDICT_COUNT];    /**< sum of `value`; 0 without a value column */
    double expected[FM_VERDICT_COUNT]; /**< sum of value x the stage's chance; 0 without value or stages */
    uint64_t overpromised_rows;        /**< refer and walk_away rows that a nominal promise would have won */
} fm_match_totals;

/** A finished match: immutable, so any number of threads may read it. */
typedef struct fm_matches fm_matches;

/**
 * Matches every row of a base against every offering of a catalog.
 *
 * Results are the same to the byte for any number of threads and any instruction set. Per-row results are not
 * stored: they are worked out again, block by block, as fast as they could be read (see fm_walk).
 *
 * @param base, catalog made from the same model; both must outlive the matches.
 * @param options NULLable: all threads, best instruction set.
 * @param out_matches receives the matches; free with fm_matches_free.
 * @return FM_OK, FM_ERROR_ARGUMENT, FM_ERROR_MEMORY, FM_ERROR_LIMIT, FM_ERROR_CANCELLED; FM_ERROR_INPUT when
 * the base was opened from a file that turns out to be damaged.
 */
FM_API FM_NODISCARD fm_status fm_match(const fm_base *base, const fm_catalog *catalog,
                                       const fm_match_options *options, fm_matches **out_matches,
                                       fm_error *error);

/** Frees matches; NULL does nothing. */
FM_API void fm_matches_free(fm_matches *matches);

/** Rows and money by verdict. Owned by the matches. */
FM_API const fm_match_totals *fm_matches_totals(const fm_matches *matches);

/** Rows whose `own` offering leaves the need on this attribute unmet. Constant time. */
FM_API uint64_t fm_matches_unmet_rows(const fm_matches *matches, size_t attribute);

/** The instruction set that did the work; never AUTO. */
FM_API fm_instruction_set fm_matches_instruction_set(const fm_matches *matches);

/** No offering, no attribute. */
#define FM_NONE UINT32_MAX

/** The verdict of one customer row; offerings and attributes by their place in catalog and model, or FM_NONE.
 */
typedef struct fm_match_row {
    fm_verdict verdict;
    uint32_t own;         /**< the offering to sell, or the closest miss; never FM_NONE */
    uint32_t refer_to;    /**< the partner's offering, for `refer` */
    uint32_t overpromise; /**< the own offering that would fit on its nominal values */
    uint32_t ask;         /**< attribute to ask about, for `ask` */
    unsigned score;       /**< 0..100 */
} fm_match_row;

/** A reader of per-row results and reasons; one per thread. Going forward is fast, jumping costs one block of
 * rows. */
typedef struct fm_walk fm_walk;

/** @param out_walk receives the walk; free with fm_walk_free, before the matches. */
FM_API FM_NODISCARD fm_status fm_walk_new(const fm_matches *matches, fm_walk **out_walk, fm_error *error);

/** Frees a walk; NULL does nothing. */
FM_API void fm_walk_free(fm_walk *walk);

/** The verdict of a row. `row` < row count of the base. */
FM_API fm_match_row fm_walk_row(fm_walk *walk, uint64_t row);

/**
 * The stated needs of a row that an offering does not meet, as attributes in model order.
 *
 * @param out_attributes room for as many entries as the model has attributes.
 * @return how many.
 */
FM_API size_t fm_walk_unmet(fm_walk *walk, uint64_t row, size_t offering, uint32_t *out_attributes);

/** One attribute of one row against one offering. */
typedef struct fm_fit_cell {
    fm_demand_state need;
    fm_demand_state want;
    bool need_met; /**< true where no need is stated */
    bool want_met; /**< true where no want is stated */
} fm_fit_cell;

/** `offering` and `attribute` by their place in catalog and model. */
FM_API fm_fit_cell fm_walk_cell(fm_walk *walk, uint64_t row, size_t offering, size_t attribute);

/**
 * Texts as the match table shows them, written like snprintf: at most `capacity` bytes with a final NUL.
 *
 * gap: the unmet needs of a row against an offering, such as "price needs <= 90 EUR, offers 100 EUR", joined
 * by "; ". demand: the need or want, such as "24 h", "de|fr", "yes"; "" when none is stated. offer: what an
 * offering dependably offers, such as "48 h", "North|South", "yes", "nothing".
 *
 * @return the length of the whole text, without the NUL, also when it did not fit.
 */
FM_API size_t fm_walk_gap(fm_walk *walk, uint64_t row, size_t offering, char *buffer, size_t capacity);
FM_API size_t fm_walk_demand(fm_walk *walk, uint64_t row, size_t attribute, bool want, char *buffer,
                             size_t capacity);
FM_API size_t fm_walk_offer(fm_walk *walk, size_t offering, size_t attribute, char *buffer, size_t capacity);

/**
 * What no offering has: calls back for every demand of a need that no offering of the catalog meets, the most
 * rows first within an attribute, attributes in model order.
 *
 * @param unmet gets the attribute, the demand as text and its rows; a view valid during the call.
 */
FM_API FM_NODISCARD fm_status fm_matches_demands_nobody_meets(const fm_matches *matches,
                                                              void (*unmet)(void *context, size_t attribute,
                                                                            fm_text demand, uint64_t rows),
                                                              void *context, fm_error *error);

/** What to write of the matches. */
typedef struct fm_match_table_options {
    unsigned verdicts;           /**< bit 1 << fm_verdict for each verdict wanted; 0: all rows */
    unsigned threads;            /**< 0: all that OpenMP would use */
    const fm_progress *progress; /**< NULLable; reports FM_PHASE_WRITE */
} fm_match_table_options;

/**
 * Writes the match table of SPEC 4 as CSV, rows in input order.
 *
 * @param path a file, which appears whole or not at all, or "-" for standard output.
 * @param options NULLable: every row.
 * @return FM_OK, FM_ERROR_IO (message with the system's reason), FM_ERROR_PIPE, FM_ERROR_MEMORY,
 * FM_ERROR_CANCELLED; FM_ERROR_ARGUMENT for customers that were read without their texts.
 */
FM_API FM_NODISCARD fm_status fm_match_table_write(const fm_matches *matches, const char *path,
                                                   const fm_match_table_options *options, fm_error *error);

/** A match table being written from the matches of several bases; not for two threads at a time. */
typedef struct fm_match_table fm_match_table;

/**
 * Begins a match table.
 *
 * @param path, options like those of fm_match_table_write; both are copied.
 * @param out_table receives the table; end with fm_match_table_commit or fm_match_table_discard.
 */
FM_API FM_NODISCARD fm_status fm_match_table_new(const char *path, const fm_match_table_options *options,
                                                 fm_match_table **out_table, fm_error *error);

/**
 * Writes the rows of a base, behind those added before.
 *
 * Bases that fm_customers_next read have to be added all and in their order. The table is then the same as
 * if they were one: which attribute to ask about is decided when all are known. Where that matters, the
 * table, or a file beside it or in TMPDIR, is gone over again in the end; memory does not grow with rows.
 *
 * @param matches may be freed afterwards; all of the same catalog, which must outlive the table.
 * @return like fm_match_table_write, and FM_ERROR_ARGUMENT for another catalog; after a failure the table can
 * only be discarded.
 */
FM_API FM_NODISCARD fm_status fm_match_table_add(fm_match_table *table, const fm_matches *matches,
                                                 fm_error *error);

/** Completes the table and gives the file its name; frees the table, also when it fails. Something must have
 * been added. */
FM_API FM_NODISCARD fm_status fm_match_table_commit(fm_match_table *table, fm_error *error);

/** Gives up: no file appears; frees the table; NULL does nothing. */
FM_API void fm_match_table_discard(fm_match_table *table);

/** Totals over the matches of several bases: the same, to the last bit, as if they were one. */
typedef struct fm_match_sum fm_match_sum;

/** @param out_sum receives a sum of nothing; free with fm_match_sum_free. */
FM_API FM_NODISCARD fm_status fm_match_sum_new(const fm_model *model, fm_match_sum **out_sum,
                                               fm_error *error);

/** Frees a sum; NULL does nothing. */
FM_API void fm_match_sum_free(fm_match_sum *sum);

/** Adds matches of the sum's model. */
FM_API void fm_match_sum_add(fm_match_sum *sum, const fm_matches *matches);

/** Customer rows, those set aside not counted. */
FM_API uint64_t fm_match_sum_row_count(const fm_match_sum *sum);

/** Rows set aside. */
FM_API uint64_t fm_match_sum_reject_count(const fm_match_sum *sum);

/** Rows and money by verdict; owned by the sum, and changed by adding. */
FM_API const fm_match_totals *fm_match_sum_totals(const fm_match_sum *sum);

/** Like fm_matches_unmet_rows. */
FM_API uint64_t fm_match_sum_unmet_rows(const fm_match_sum *sum, size_t attribute);

#ifdef __cplusplus
}
#endif

#endif
