/* Rows of patterns for set rules: which offered sets a demanded set is not met by. */
#ifndef FITMATCH_MATCH_SIGNATURES_H
#define FITMATCH_MATCH_SIGNATURES_H

#include "match/plan.h"

/**
 * The distinct offered sets of an attribute, as far as the elements that customers demand tell them apart.
 *
 * @param out_patterns [offering] receives the pattern of each offering.
 * @param out_count    receives how many patterns there are.
 * @return false when memory ran out; `arena` owns what was made.
 */
bool fm__signatures_build(fm__signatures *signatures, const fm__demands *demands, const fm_catalog *catalog,
                          size_t attribute, fm__arena *arena, uint32_t *out_patterns, uint32_t *out_count);

/** The patterns that a demand (code - FM__CODE_FIRST) misses, as a row of signatures->words words. */
void fm__signatures_row(const fm__signatures *signatures, uint32_t demand, uint64_t *out_row);

/**
 * The miss planes of a block by way of rows: one row of patterns a customer, transposed.
 *
 * @param group of method FM__METHOD_ROWS.
 * @param rows  scratch for FM__BLOCK_ROWS rows.
 */
void fm__signatures_planes(const fm__group *group, const uint64_t *slices, uint64_t *rows, uint64_t *planes);

#endif
