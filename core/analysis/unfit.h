/* The rows that nothing own fits, with all that lists of them say, in a few bytes each. */
#ifndef FITMATCH_ANALYSIS_UNFIT_H
#define FITMATCH_ANALYSIS_UNFIT_H

#include "analysis/money.h"
#include "analysis/reduction.h"
#include "analysis/unmet_sets.h"

/** No offering; FM_OFFERINGS_MAX is one less than there are numbers. */
#define FM__UNFIT_NONE UINT16_MAX

/** An unfit row; offerings by their place in the catalog. */
typedef struct fm__unfit_row {
    uint64_t row;
    uint32_t unmet; /**< number of the set of what `own` misses */
    uint16_t own;
    uint16_t refer_to;    /**< or FM__UNFIT_NONE: walk away */
    uint16_t overpromise; /**< or FM__UNFIT_NONE */
} fm__unfit_row;

/** Unfit rows and their money. */
typedef struct fm__unfit {
    fm__unfit_row *rows; /**< [count] in row order */
    size_t count;
    size_t capacity;
    fm__unmet_sets sets;
    fm__tally refer; /**< totals, from here on */
    fm__tally walk_away;
    uint64_t refer_overpromised_rows;
    uint64_t walk_away_overpromised_rows;
} fm__unfit;

/** Which unfit rows are wanted. Zeroes but for `reason` are all. */
typedef struct fm__unfit_filter {
    unsigned stage;      /**< 0: all, else 1 + its place in the model's stages */
    double min_value;    /**< at least that */
    size_t reason;       /**< attribute that they miss, or SIZE_MAX */
    size_t owner_column; /**< among the carried ones, if `owner` is asked for */
    fm_text owner;       /**< trimmed; bytes NULL: all */
    bool rows_only;      /**< totals are not wanted: they stay 0 */
} fm__unfit_filter;

/**
 * Collects them, in parallel.
 *
 * @param out_unfit free with fm__unfit_destroy; untouched on failure.
 */
FM_NODISCARD fm_status fm__unfit_collect(const fm_matches *matches, const fm__worth *worth,
                                         const fm__unfit_filter *filter, const fm_analysis_run *run,
                                         fm__unfit *out_unfit, fm_error *error);

void fm__unfit_destroy(fm__unfit *unfit);

#endif
