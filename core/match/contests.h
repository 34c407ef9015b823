/* The part of the plan that says who competes with whom, and on which columns. */
#ifndef FITMATCH_MATCH_CONTESTS_H
#define FITMATCH_MATCH_CONTESTS_H

#include "match/plan.h"

/**
 * Fills in the plan's variants' terms, sides and contests.
 *
 * @param plane_of [group][variant] plane of the variant's pattern, FM__PLANE_ZERO where it misses nobody.
 * @return false when memory ran out.
 */
bool fm__contests_build(fm__plan *plan, const uint32_t *plane_of);

#endif
