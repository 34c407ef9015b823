/* fitmatch promises: what its parts share. */
#ifndef FITMATCH_TOOL_PROMISES_H
#define FITMATCH_TOOL_PROMISES_H

#include "analysis.h"

/* How many there are of each state, and the promises in the order in which to look after them; at most
 * `most`, 0: all. */
void promises_print(fm_report *report, const session *run, const terminal *to, uint64_t most);

#endif
