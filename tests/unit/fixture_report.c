#include "fixture_report.h"

#include "fixture_csv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *report_csv(fm_report *report, const char *table) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    size_t place = fm_report_find_table(report, table);
    assert(place != SIZE_MAX);
    folder_new(folder);
    fm_status status = fm_report_write_csv(report, place, folder_path(folder, "table.csv", path), NULL);
    assert(status == FM_OK);
    (void)status;
    char *csv = file_read(path);
    folder_free(folder);
    return csv;
}

bool report_is(fm_report *report, const char *table, const char *csv) {
    char *found = report_csv(report, table);
    bool same = strcmp(found, csv) == 0;
    if (!same)
        (void)fprintf(stderr, "%s %s:\n%s--- instead of\n%s", fm_report_name(report), table, found, csv);
    free(found);
    return same;
}

bool report_notes(const fm_report *report, const char *text) {
    for (size_t n = 0; n < fm_report_note_count(report); n++)
        if (strstr(fm_report_note(report, n), text) != NULL)
            return true;
    return false;
}
