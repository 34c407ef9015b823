/* What all analyses need to know of the rows, and the choice of the analysis. */
#include "oracle_analysis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool oracle_analysis_fail(struct oracle_analysis *analysis, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(analysis->error, ORACLE_ERROR_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

void oracle_note(struct oracle_analysis *analysis, const char *note) {
    struct oracle_report *report = analysis->report;
    if (report->note_count < ORACLE_MOST_NOTES)
        report->notes[report->note_count++] = note;
}

struct oracle_text oracle_role_cell(const struct oracle_analysis *analysis, const struct oracle_case *of,
                                    enum oracle_role role) {
    const ptrdiff_t column = analysis->columns[role];
    return column == ORACLE_NONE ? oracle_text_of("") : of->row->record->cells[column];
}

struct oracle_text oracle_role_key(const struct oracle_analysis *analysis, const struct oracle_case *of,
                                   enum oracle_role role) {
    return oracle_text_trim(oracle_role_cell(analysis, of, role));
}

struct oracle_text oracle_case_id(const struct oracle_analysis *analysis, const struct oracle_case *of) {
    return of->row->record->cells[analysis->oracle->id_column];
}

const struct oracle_demand *oracle_need_of(const struct oracle_row *row, size_t a) {
    for (size_t n = 0; n < row->need_count; n++)
        if (row->needs[n].attribute == a)
            return &row->needs[n];
    return NULL;
}

bool oracle_case_misses(const struct oracle_case *of, size_t a) {
    for (size_t i = 0; i < of->unmet_count; i++)
        if (of->unmet[i] == a)
            return true;
    return false;
}

const char *oracle_option(const struct oracle_analysis *analysis, const char *name, size_t n) {
    for (size_t i = 0; analysis->options[i] != NULL; i++)
        if (strcmp(analysis->options[i], name) == 0 && n-- == 0)
            return analysis->options[i + 1];
    return NULL;
}

bool oracle_option_given(const struct oracle_analysis *analysis, const char *name) {
    for (size_t i = 0; analysis->options[i] != NULL; i++)
        if (strcmp(analysis->options[i], name) == 0)
            return true;
    return false;
}

double oracle_option_number(const struct oracle_analysis *analysis, const char *name) {
    const char *text = oracle_option(analysis, name, 0);
    return text == NULL ? 0 : strtod(text, NULL);
}

/* Days since 1970-01-01 of a date that oracle_date_read has accepted: counted year by year, month by month.
 */
int64_t oracle_day_number(struct oracle_text date) {
    static const int months[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int parts[3] = {0, 0, 0};
    for (size_t i = 0, part = 0; i < date.length; i++) {
        if (date.bytes[i] == '-')
            part++;
        else
            parts[part] = 10 * parts[part] + (date.bytes[i] - '0');
    }
    int64_t days = -719528; /* from 0000-01-01 to 1970-01-01 */
    for (int year = 0; year < parts[0]; year++)
        days += (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
    const bool leap = (parts[0] % 4 == 0 && parts[0] % 100 != 0) || parts[0] % 400 == 0;
    for (int month = 1; month < parts[1]; month++)
        days += months[month - 1] + (month == 2 && leap ? 1 : 0);
    return days + parts[2] - 1;
}

static void read_business(const struct oracle_analysis *analysis, struct oracle_case *of) {
    const struct oracle_model *model = analysis->model;
    const struct oracle_text value = oracle_role_key(analysis, of, ORACLE_ROLE_VALUE);
    of->has_value = value.length > 0;
    if (of->has_value)
        oracle_number_read(value, oracle_text_of(""), model->decimal_comma, &of->value);
    const struct oracle_text stage = oracle_role_key(analysis, of, ORACLE_ROLE_STAGE);
    of->stage = ORACLE_NONE;
    for (size_t s = 0; s < model->stage_count && of->stage == ORACLE_NONE; s++)
        if (stage.length > 0 && oracle_text_equal_folded(stage, model->stages[s]))
            of->stage = (ptrdiff_t)s;
    if (of->stage != ORACLE_NONE)
        of->expected = of->value * (model->stage_percents[of->stage] / 100);
    oracle_flag_read(oracle_role_key(analysis, of, ORACLE_ROLE_EXISTING), &of->existing);
    oracle_flag_read(oracle_role_key(analysis, of, ORACLE_ROLE_FAVOURITE), &of->favourite);
    const struct oracle_text since = oracle_role_key(analysis, of, ORACLE_ROLE_SINCE);
    of->has_since = since.length > 0;
    if (of->has_since)
        of->since = oracle_day_number(since);
}

static void read_unmet(const struct oracle_analysis *analysis, struct oracle_case *of) {
    of->unfit = of->decision->verdict == ORACLE_REFER || of->decision->verdict == ORACLE_WALK_AWAY;
    of->unmet = oracle_alloc(analysis->heap, of->row->need_count, sizeof *of->unmet);
    for (size_t n = 0; n < of->row->need_count; n++) {
        const struct oracle_demand *need = &of->row->needs[n];
        if (!oracle_meets(&analysis->model->attributes[need->attribute],
                          &of->decision->own->dependable[need->attribute], need))
            of->unmet[of->unmet_count++] = need->attribute;
    }
}

void oracle_analysis_prepare(struct oracle_analysis *analysis, struct oracle *oracle) {
    analysis->oracle = oracle;
    analysis->heap = &oracle->heap;
    analysis->model = &oracle->model;
    for (size_t role = 0; role < ORACLE_ROLE_COUNT; role++)
        analysis->columns[role] = ORACLE_NONE;
    for (size_t b = 0; b < oracle->model.business_count; b++)
        analysis->columns[oracle->model.business[b].role] = oracle->business_columns[b];
    analysis->has_money = analysis->columns[ORACLE_ROLE_VALUE] != ORACLE_NONE;
    analysis->has_stages =
        analysis->columns[ORACLE_ROLE_STAGE] != ORACLE_NONE && oracle->model.stage_count > 0;
    analysis->has_expected = analysis->has_money && analysis->has_stages;
    analysis->case_count = oracle->row_count;
    analysis->cases = oracle_alloc(&oracle->heap, oracle->row_count, sizeof *analysis->cases);
    for (size_t r = 0; r < oracle->row_count; r++) {
        struct oracle_case *of = &analysis->cases[r];
        of->row = &oracle->rows[r];
        of->decision = &oracle->decisions[r];
        read_business(analysis, of);
        read_unmet(analysis, of);
    }
}

static const struct {
    const char *name;
    bool (*run)(struct oracle_analysis *analysis);
} analyses[] = {
    {"summary", oracle_summary}, {"walkaway", oracle_walkaway},   {"segments", oracle_segments},
    {"matrix", oracle_matrix},   {"roadmap", oracle_roadmap},     {"promises", oracle_promises},
    {"profile", oracle_profile}, {"questions", oracle_questions}, {"deals", oracle_deals},
    {"care", oracle_care},       {"whatif", oracle_whatif},       {"diff", oracle_diff},
};

void oracle_analysis_finish(struct oracle_analysis *analysis, bool good, struct oracle_report *out_report) {
    struct oracle_report report = *analysis->report;
    for (size_t i = 0; i < report.table_count; i++) {
        report.tables[i] = analysis->tables[i].bytes;
        report.table_bytes[i] = analysis->tables[i].length;
    }
    if (good)
        *out_report = report;
    else
        oracle_report_destroy(&report);
}

bool oracle_analyse(struct oracle *oracle, const char *name, const char *const *options,
                    struct oracle_report *out_report, char error[ORACLE_ERROR_BYTES]) {
    struct oracle_report report = {0};
    struct oracle_analysis analysis = {.options = options, .report = &report, .error = error};
    size_t which = 0;
    while (which < sizeof analyses / sizeof *analyses && strcmp(analyses[which].name, name) != 0)
        which++;
    if (which == sizeof analyses / sizeof *analyses)
        return oracle_analysis_fail(&analysis, "no analysis %s", name);
    oracle_analysis_prepare(&analysis, oracle);
    const bool good = analyses[which].run(&analysis);
    oracle_analysis_finish(&analysis, good, out_report);
    return good;
}
