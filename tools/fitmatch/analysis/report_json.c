/* Reports as JSON: {"analysis", "schema", "version", "company", "notes", "tables": {NAME: [{COLUMN: CELL}]}}.
 */
#include "../json.h"
#include "../text.h"
#include "analysis.h"

#include <stdlib.h>

static json_t *cell_json(fm_cell_kind kind, const fm_cell *cell) {
    if (cell->is_null)
        return json_null();
    switch (kind) {
    case FM_CELL_TEXT:
        return js_text(cell->text);
    case FM_CELL_COUNT:
        return js_count(cell->count);
    case FM_CELL_CHANGE:
        return json_integer((json_int_t)cell->change);
    case FM_CELL_NUMBER:
    case FM_CELL_MONEY:
    case FM_CELL_SHARE:
    case FM_CELL_SCORE:
        break;
    }
    return js_number(cell->number);
}

static void put(json_t *value, FILE *to) {
    json_dumpf(value, to, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    json_decref(value);
}

static void put_member(const char *name, json_t *value, FILE *to) {
    fprintf(to, "  \"%s\": ", name);
    put(value, to);
    fputs(",\n", to);
}

/* Long tables are not held in memory: a row is written before the next one is made. */
static bool put_table(fm_report *report, size_t table, fm_cell *cells, FILE *to) {
    const fm_report_column *columns = fm_report_columns(report, table);
    size_t column_count = fm_report_column_count(report, table);
    uint64_t rows = fm_report_row_count(report, table);
    fprintf(to, "    \"%s\": [", fm_report_table_name(report, table));
    for (uint64_t row = 0; row < rows; row++) {
        fm_error error;
        if (fm_report_row(report, table, row, cells, &error) != FM_OK)
            return false;
        json_t *object = js_object();
        for (size_t c = 0; c < column_count; c++)
            js_put(object, columns[c].name, cell_json(columns[c].kind, &cells[c]));
        fputs(row == 0 ? "\n      " : ",\n      ", to);
        put(object, to);
    }
    fputs(rows > 0 ? "\n    ]" : "]", to);
    return true;
}

bool report_json(fm_report *report, const char *company, FILE *to) {
    size_t most = 0;
    size_t tables = fm_report_table_count(report);
    for (size_t t = 0; t < tables; t++)
        if (fm_report_column_count(report, t) > most)
            most = fm_report_column_count(report, t);
    fm_cell *cells = tool_alloc(most, sizeof *cells);
    json_t *notes = js_array();
    for (size_t n = 0; n < fm_report_note_count(report); n++)
        js_push(notes, js_string(fm_report_note(report, n)));
    fputs("{\n", to);
    put_member("analysis", js_string(fm_report_name(report)), to);
    put_member("schema", js_count(FM_REPORT_SCHEMA), to);
    put_member("version", js_string(fm_version()), to);
    put_member("company", js_string(company), to);
    put_member("notes", notes, to);
    fputs("  \"tables\": {\n", to);
    bool done = true;
    for (size_t t = 0; done && t < tables; t++) {
        done = put_table(report, t, cells, to);
        fputs(t + 1 < tables ? ",\n" : "\n", to);
    }
    fputs("  }\n}\n", to);
    free(cells);
    return done;
}
