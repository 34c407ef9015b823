/* Remarks that several analyses make. */
#ifndef FITMATCH_ANALYSIS_NOTES_H
#define FITMATCH_ANALYSIS_NOTES_H

#include "analysis/report.h"
#include "base/base.h"

/**
 * Remarks that customers lack a business column, if they do.
 *
 * @param so  what follows from it, such as "nothing is known about owners".
 * @return false when memory ran out.
 */
bool fm__note_lacking(fm_report *report, const fm_base *base, fm_role role, const char *so);

#endif
