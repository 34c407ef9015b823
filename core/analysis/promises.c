/* Which promises are kept: from the delivery records alone. */
#include "analysis/report.h"
#include "match/phrases.h"

#include <fitmatch/analysis.h>
#include <math.h>

static const fm_report_column PROMISES[] = {
    {"offering_id", "Offering", FM_CELL_TEXT}, {"attribute", "Attribute", FM_CELL_TEXT},
    {"nominal", "Promised", FM_CELL_TEXT},     {"dependable", "Delivers", FM_CELL_TEXT},
    {"records", "Records", FM_CELL_COUNT},     {"kept_records", "Kept", FM_CELL_COUNT},
    {"kept_share", "Share", FM_CELL_SHARE},    {"state", "State", FM_CELL_TEXT}};

/* A value as offers are written. */
static bool put_value(fm_report *report, double value, const char *unit, fm_cell *out_cell) {
    fm__phrase phrase = {0};
    fm__phrase_number(&phrase, value, unit);
    phrase = (fm__phrase){.buffer = fm__arena_new(&report->arena, phrase.length + 1),
                          .capacity = phrase.length + 1};
    if (phrase.buffer == NULL)
        return false;
    /* 0 is written without a sign, so that it looks as it compares. */
    fm__phrase_number(&phrase, value == 0 ? 0 : value, unit);
    *out_cell = fm__cell_of_text((fm_text){phrase.buffer, phrase.length});
    return true;
}

static const char *state_of(const fm_model_spec *model, fm_rule rule, const fm_promise *promise) {
    if (promise->records < model->min_records)
        return "too few records";
    bool better = rule == FM_RULE_AT_MOST ? promise->dependable < promise->nominal
                                          : promise->dependable > promise->nominal;
    if (better || isnan(promise->nominal))
        return "better";
    /* Records were held in memory, so that a hundred times their number is no overflow. */
    return 100 * promise->kept >= model->percentile * promise->records ? "kept" : "broken";
}

static bool put_promise(fm_report *report, size_t table, const fm_catalog *catalog, size_t offering,
                        size_t attribute) {
    const fm_model_spec *model = fm_model_content(catalog->model);
    const fm_attribute *a = &model->attributes[attribute];
    fm_promise promise = fm_catalog_promise(catalog, offering, attribute);
    if (promise.records == 0)
        return true;
    fm_cell *cells = fm__report_add_row(report, table);
    if (cells == NULL || !put_value(report, promise.nominal, a->unit, &cells[2]) ||
        !put_value(report, promise.dependable, a->unit, &cells[3]))
        return false;
    cells[0] = fm__cell_of_string(catalog->offerings[offering].id);
    cells[1] = fm__cell_of_string(a->name);
    cells[4] = fm__cell_of_count(promise.records);
    if (!isnan(promise.nominal)) {
        cells[5] = fm__cell_of_count(promise.kept);
        cells[6] = fm__cell_of_share(promise.kept, promise.records);
    }
    cells[7] = fm__cell_of_string(state_of(model, a->rule, &promise));
    return true;
}

fm_status fm_promises(const fm_catalog *catalog, fm_report **out_report, fm_error *error) {
    fm_report *report = fm__report_new("promises");
    if (report == NULL)
        return fm__fail_memory(error);
    size_t attributes = fm_model_content(catalog->model)->attribute_count;
    size_t table = FM__REPORT_TABLE(report, "promises", PROMISES);
    bool done = true;
    for (size_t o = 0; done && o < catalog->offering_count; o++)
        for (size_t a = 0; done && a < attributes; a++)
            done = put_promise(report, table, catalog, o, a);
    if (done && fm_report_row_count(report, table) == 0)
        done = fm__report_add_note(report,
                                   "There are no delivery records: what is promised is taken to be kept.");
    return fm__report_end(report, done ? FM_OK : fm__fail_memory(error), out_report);
}
