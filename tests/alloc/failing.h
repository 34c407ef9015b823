/* Allocations of the library, counted, and one of them refused. */
#ifndef FITMATCH_TESTS_FAILING_H
#define FITMATCH_TESTS_FAILING_H

#include <stdbool.h>
#include <stddef.h>

/** From now on: the allocation number `refuse` (from 1) fails, and with `all` every later one too; 0: none
 * does. */
void failing_arm(size_t refuse, bool all);

/** Ends that; returns the allocations asked for since failing_arm. */
size_t failing_disarm(void);

/** Whether an allocation was refused since failing_arm. */
bool failing_refused(void);

/** Allocations made while armed that are not freed yet. */
size_t failing_live(void);

#endif
