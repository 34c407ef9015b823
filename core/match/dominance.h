/* Offerings that can never win. */
#ifndef FITMATCH_MATCH_DOMINANCE_H
#define FITMATCH_MATCH_DOMINANCE_H

#include "match/plan.h"

/**
 * Takes those variants out of a contest that come behind one which is met with at least as much in every
 * column: whatever a row demands, they miss no less, so they lose to it or tie and come later.
 *
 * @param plane_of [group][variant] plane of the variant's pattern, FM__PLANE_ZERO where it misses nobody.
 * @return false when memory ran out.
 */
bool fm__drop_dominated(const fm__plan *plan, const uint32_t *plane_of, fm__contest *contest);

#endif
