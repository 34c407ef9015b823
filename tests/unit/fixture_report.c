#include "fixture_report.h"

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

fm_matches *parts_match(const workspace_parts *parts, fm_instruction_set set) {
    fm_matches *matches = NULL;
    fm_match_options options = {.instruction_set = set};
    fm_status status = fm_match(parts->base, parts->catalog, &options, &matches, NULL);
    assert(status == FM_OK);
    (void)status;
    return matches;
}

static fm_report *make_report(const fm_matches *matches, report_maker *make, unsigned threads) {
    fm_report *report = NULL;
    fm_analysis_run run = {.threads = threads};
    fm_status status = make(matches, &run, &report);
    assert(status == FM_OK);
    (void)status;
    return report;
}

fm_report *report_of(const fm_matches *matches, report_maker *make) {
    return make_report(matches, make, 1);
}

static bool same_tables(fm_report *one, fm_report *other) {
    bool same = fm_report_table_count(one) == fm_report_table_count(other);
    for (size_t t = 0; same && t < fm_report_table_count(one); t++) {
        char *csv = report_csv(one, fm_report_table_name(one, t));
        same = report_is(other, fm_report_table_name(one, t), csv);
        free(csv);
    }
    return same;
}

/* The expected one is of a base as it was read. */
static bool is_same_now(const workspace_parts *parts, report_maker *make, fm_report *expected) {
    bool same = true;
    for (unsigned set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++) {
        if (!fm_instruction_set_supported((fm_instruction_set)set))
            continue;
        fm_matches *matches = parts_match(parts, (fm_instruction_set)set);
        for (unsigned threads = 1; threads <= 4; threads += 3) {
            fm_report *report = make_report(matches, make, threads);
            same &= same_tables(expected, report);
            fm_report_free(report);
        }
        fm_matches_free(matches);
    }
    return same;
}

static void copy_tables(fm_report *from, char **out_tables) {
    for (size_t t = 0; t < fm_report_table_count(from); t++)
        out_tables[t] = report_csv(from, fm_report_table_name(from, t));
}

bool report_is_steady(workspace_parts *parts, report_maker *make) {
    char *tables[8] = {NULL};
    fm_matches *matches = parts_match(parts, FM_INSTRUCTION_SET_SCALAR);
    fm_report *expected = report_of(matches, make);
    size_t count = fm_report_table_count(expected);
    copy_tables(expected, tables);
    bool same = is_same_now(parts, make, expected);
    fm_report_free(expected);
    fm_matches_free(matches);
    fm_status status = fm_base_arrange(parts->base, parts->catalog, 1, NULL);
    assert(status == FM_OK);
    (void)status;
    matches = parts_match(parts, FM_INSTRUCTION_SET_SCALAR);
    expected = report_of(matches, make);
    for (size_t t = 0; t < count; t++) {
        same &= report_is(expected, fm_report_table_name(expected, t), tables[t]);
        free(tables[t]);
    }
    same &= is_same_now(parts, make, expected);
    fm_report_free(expected);
    fm_matches_free(matches);
    return same;
}
