/* Allocation failures while customers are read, matched and written in parts. */
#ifndef FITMATCH_TESTS_PARTS_H
#define FITMATCH_TESTS_PARTS_H

#include <stddef.h>

/** Refuses every allocation of the way in parts once, to a file in `folder` and to what cannot be read back;
 * returns how many there are. Ends the program at a fault. */
size_t parts_refused(const char *folder);

#endif
