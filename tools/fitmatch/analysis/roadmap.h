/* fitmatch roadmap: what its parts share. */
#ifndef FITMATCH_TOOL_ROADMAP_H
#define FITMATCH_TOOL_ROADMAP_H

#include "analysis.h"

/* A line for each offering and attribute instead of all changes; at most `most` lines, 0: all. `by` is what
 * the report is ranked by. */
void roadmap_print(fm_report *report, const session *run, const terminal *to, uint64_t most,
                   fm_roadmap_by by);

#endif
