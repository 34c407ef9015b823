/* Allocation failures in the analyses. */
#ifndef FITMATCH_TESTS_ANALYSES_H
#define FITMATCH_TESTS_ANALYSES_H

#include <stddef.h>

/** Refuses every allocation of the analyses once; returns how many there are. Ends the program at a fault. */
size_t analyses_refused(void);

#endif
