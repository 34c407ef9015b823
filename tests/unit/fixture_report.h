/* Reports in tests: their tables as CSV, compared with what was worked out by hand. */
#ifndef FITMATCH_TESTS_FIXTURE_REPORT_H
#define FITMATCH_TESTS_FIXTURE_REPORT_H

#include "fixture_csv.h"

/** A table as CSV; free with free(). Ends the program when there is no such table. */
char *report_csv(fm_report *report, const char *table);

/** Says on standard error how a table differs from `csv`, header included; true when it does not. */
bool report_is(fm_report *report, const char *table, const char *csv);

/** Whether some note holds the text. */
bool report_notes(const fm_report *report, const char *text);

/** Makes the report under test. */
typedef fm_status report_maker(const fm_matches *matches, const fm_analysis_run *run, fm_report **out_report);

/** The report of one thread. */
fm_report *report_of(const fm_matches *matches, report_maker *make);

/** Whether a report is the same with every instruction set, with 1 and 4 threads, and when the base is
 * arranged. Leaves the base arranged. */
bool report_is_steady(workspace_parts *parts, report_maker *make);

/** The matches of some parts. */
fm_matches *parts_match(const workspace_parts *parts, fm_instruction_set set);

#endif
