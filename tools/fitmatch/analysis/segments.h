/* fitmatch segments: what its parts share. */
#ifndef FITMATCH_TOOL_SEGMENTS_H
#define FITMATCH_TOOL_SEGMENTS_H

#include "analysis.h"

/* The segments for people; at most `most` of them, 0: all. */
void segments_print(fm_report *report, const session *run, const terminal *to, uint64_t most);

#endif
