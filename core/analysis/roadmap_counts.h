/* Who is one change away: for each own offering and attribute the rows that miss nothing else, by demand. */
#ifndef FITMATCH_ANALYSIS_ROADMAP_COUNTS_H
#define FITMATCH_ANALYSIS_ROADMAP_COUNTS_H

#include "analysis/reduction.h"
#include "analysis/weights.h"

/** A row that is one change away, kept by itself where a dictionary is too large to count by demand. */
typedef struct fm__near_row {
    uint64_t row;
    uint32_t code;
} fm__near_row;

typedef struct fm__near_rows {
    fm__near_row *rows;
    size_t count;
    size_t capacity;
} fm__near_rows;

/** What is counted, of one catalog. */
typedef struct fm__roadmap_counts {
    const fm__plan *plan;
    const fm__weighing *weighing;
    uint32_t *own; /**< [own_count] places of the own offerings in the catalog */
    size_t own_count;
    size_t attribute_count;
    /** [attribute] where the weights of its demands begin among those of an offering; SIZE_MAX: rows are kept
     * one by one */
    size_t *begins;
    size_t demand_count;  /**< weights of an offering */
    char *weights;        /**< [own][demand_count] */
    fm__near_rows *lists; /**< [own][attribute] */
} fm__roadmap_counts;

/** The weights of the demands on one attribute that keep rows from one offering. */
typedef struct fm__histogram {
    uint32_t *codes; /**< [count] ascending */
    char *weights;   /**< [count] */
    size_t count;
} fm__histogram;

/**
 * Counts, in parallel.
 *
 * @param out_counts free with fm__roadmap_counts_destroy; untouched on failure.
 */
FM_NODISCARD fm_status fm__roadmap_count(const fm__plan *plan, const fm__kernel *kernel,
                                         const fm__weighing *weighing, const fm_analysis_run *run,
                                         fm__roadmap_counts *out_counts, fm_error *error);

void fm__roadmap_counts_destroy(fm__roadmap_counts *counts);

/** The counts of an own offering (its place in counts->own) and an attribute; false when memory ran out. */
bool fm__histogram_init(fm__histogram *histogram, const fm__roadmap_counts *counts, size_t own,
                        size_t attribute);

void fm__histogram_destroy(fm__histogram *histogram);

static inline void *fm__histogram_weight(const fm__histogram *histogram, const fm__weighing *weighing,
                                         size_t at) {
    return histogram->weights + at * weighing->bytes;
}

#endif
