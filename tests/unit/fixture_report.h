/* Reports in tests: their tables as CSV, compared with what was worked out by hand. */
#ifndef FITMATCH_TESTS_FIXTURE_REPORT_H
#define FITMATCH_TESTS_FIXTURE_REPORT_H

#include <fitmatch/fitmatch.h>

/** A table as CSV; free with free(). Ends the program when there is no such table. */
char *report_csv(fm_report *report, const char *table);

/** Says on standard error how a table differs from `csv`, header included; true when it does not. */
bool report_is(fm_report *report, const char *table, const char *csv);

/** Whether some note holds the text. */
bool report_notes(const fm_report *report, const char *text);

#endif
