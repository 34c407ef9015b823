/* Inside of the walk-away list: what its parts share. */
#ifndef FITMATCH_ANALYSIS_WALKAWAY_H
#define FITMATCH_ANALYSIS_WALKAWAY_H

#include "analysis/gaps.h"
#include "analysis/ranking.h"
#include "analysis/unfit.h"

/** Fills the owners' table in: most urgent first, in the order of each one's first entry.
 *
 * @param entries [unfit->count] in row order, keys as the list is sorted by.
 * @param column  of the owner among those carried.
 * @return false when memory ran out.
 */
bool fm__walkaway_owners(fm_report *report, size_t table, const fm__unfit *unfit, const fm__worth *worth,
                         const fm__ranked *entries, size_t column);

#endif
