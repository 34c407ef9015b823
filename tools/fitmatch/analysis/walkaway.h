/* fitmatch walkaway: what its parts share. */
#ifndef FITMATCH_TOOL_WALKAWAY_H
#define FITMATCH_TOOL_WALKAWAY_H

#include "analysis.h"

/* Columns of the table `rows`. */
enum {
    WALKAWAY_ID,
    WALKAWAY_NAME,
    WALKAWAY_OWNER,
    WALKAWAY_STAGE,
    WALKAWAY_VALUE,
    WALKAWAY_EXPECTED,
    WALKAWAY_VERDICT,
    WALKAWAY_OFFERING,
    WALKAWAY_GAP,
    WALKAWAY_REFER_TO,
    WALKAWAY_REFER_SUPPLIER,
    WALKAWAY_OVERPROMISE,
    WALKAWAY_COLUMNS
};

/* The list as somebody who acts on it reads it; at most `most` customers, 0: all. */
void walkaway_print(fm_report *report, const session *run, const terminal *to, uint64_t most);

/* A file for each owner; gives an end code after saying what went wrong. */
int walkaway_write_owners(const session *run, fm_report *report, const char *folder);

#endif
