/* Six customers and three offerings, one of a partner's, with everything that analyses look at. Worked out by
 * hand. */
#ifndef FITMATCH_TESTS_FIXTURE_COFFEE_H
#define FITMATCH_TESTS_FIXTURE_COFFEE_H

#include "fixture_csv.h"

extern const char coffee_offerings[];
extern const char coffee_history[];
extern const char coffee_customers[];

typedef struct coffee {
    workspace_parts parts;
    fm_matches *matches;
} coffee;

/** A base of these customers, matched; `roles` NULL: all roles. */
coffee coffee_new(const char *offerings, const char *customers, const fm_role_column *roles,
                  size_t role_count);
void coffee_free(coffee *c);

/** A table as CSV, header included; free with free(). The report stays. */
char *coffee_table(fm_report *report, const char *name);

/** Fails the test unless the table is this. */
void coffee_expect(fm_report *report, const char *name, const char *csv);

/** Whether some note holds the text. */
bool coffee_notes(const fm_report *report, const char *text);

#endif
