/* Inside of the segments: what their parts share. */
#ifndef FITMATCH_ANALYSIS_SEGMENTS_H
#define FITMATCH_ANALYSIS_SEGMENTS_H

#include "analysis/report.h"
#include "match/phrases.h"

/** What the rows of a segment demand of one attribute after another; with room that is used again. One thread
 * at a time. */
typedef struct fm__demand_summary {
    const fm__plan *plan;
    uint64_t *counts; /**< by demand or by element; all zero between calls */
    size_t capacity;
    uint32_t *codes; /**< of the rows */
    size_t code_capacity;
    char *buffer;
    size_t buffer_capacity;
} fm__demand_summary;

/** Most values of a set that are named. */
#define FM__DEMAND_VALUES 3

/** What some rows demand of an attribute, in numbers of its dictionary. */
typedef struct fm__demand_found {
    uint32_t median; /**< demands; of attributes that are numbers */
    uint32_t tightest;
    size_t value_count;                 /**< values that are named; of attributes that are sets */
    uint32_t values[FM__DEMAND_VALUES]; /**< most rows first */
    uint64_t rows[FM__DEMAND_VALUES];   /**< that name them */
} fm__demand_found;

/**
 * Finds out what some rows demand of an attribute.
 *
 * @param rows [count] of the base, at least one; all state a need on the attribute.
 * @return false when memory ran out.
 */
bool fm__demand_summary_find(fm__demand_summary *summary, size_t attribute, const uint64_t *rows,
                             size_t count, fm__demand_found *out_found);

/**
 * Fills in `median`, `tightest` and `wanted` as cells; those without an answer stay null.
 *
 * @param out_cells three; their texts are kept by the report.
 * @return false when memory ran out.
 */
bool fm__demand_summary_put(fm__demand_summary *summary, fm_report *report, size_t attribute,
                            const fm__demand_found *found, fm_cell *out_cells);

void fm__demand_summary_destroy(fm__demand_summary *summary);

#endif
