/* The roadmap as those who decide read it. Most changes of one value of an offering are near-copies of one
 * another, so each offering and attribute has one line. */
#include "numbering.h"
#include "roadmap.h"

#include <stdlib.h>
#include <string.h>

enum { OFFERING, ATTRIBUTE, FROM, TO, ROWS, MONEY, EXPECTED, HALF, OTHERS, COLUMNS };

/* Columns of the report: OFFERING..EXPECTED, cost and per_cost. */
#define REPORT_COLUMNS 9

/* An offering and an attribute. */
typedef struct line {
    uint64_t best;   /* row of the report: the change that wins most, the smallest of those */
    uint64_t half;   /* row: the smallest that wins half as much; `best` where there is none or no order */
    uint64_t others; /* changes besides `best` */
    double won;      /* by `best` */
} line;

typedef struct listing {
    fm_report *report;
    const session *run;
    fm_roadmap_by by;
    line *lines;
    size_t count;
    size_t capacity;
    numbering keys;
    buffer half; /* the cell of the row that is shown */
} listing;

static double won(const listing *l, const fm_cell *cells) {
    switch (l->by) {
    case FM_ROADMAP_BY_MONEY:
        return cells[MONEY].number;
    case FM_ROADMAP_BY_EXPECTED_MONEY:
        return cells[EXPECTED].number;
    case FM_ROADMAP_BY_ROWS:
        break;
    }
    return (double)cells[ROWS].count;
}

/* Numbers are changed by more or by less; of sets it cannot be said which of two changes is the smaller one.
 */
static bool has_steps(const listing *l, fm_text attribute) {
    const fm_model_spec *model = l->run->model;
    for (size_t a = 0; a < model->attribute_count; a++)
        if (text_equal(text_of(model->attributes[a].name), attribute))
            return model->attributes[a].rule == FM_RULE_AT_MOST ||
                   model->attributes[a].rule == FM_RULE_AT_LEAST;
    return false;
}

/* Adds a change; they come in the report's order, those of numbers therefore from the largest step that wins
 * something to the smallest. */
static void add(listing *l, uint64_t row, const fm_cell *cells) {
    buffer key = {0};
    bool is_new;
    buffer_add_bytes(&key, cells[OFFERING].text.bytes, cells[OFFERING].text.length);
    buffer_add(&key, "\x1f");
    buffer_add_bytes(&key, cells[ATTRIBUTE].text.bytes, cells[ATTRIBUTE].text.length);
    size_t number = numbering_add(&l->keys, (fm_text){key.bytes, key.length}, &is_new);
    buffer_destroy(&key);
    if (is_new) {
        if (l->count == l->capacity) {
            l->capacity = l->capacity ? l->capacity * 2 : 64;
            l->lines = tool_realloc(l->lines, l->capacity, sizeof *l->lines);
        }
        l->lines[l->count++] = (line){.best = row, .half = row, .won = won(l, cells)};
        return;
    }
    line *to = &l->lines[number];
    to->others++;
    if (2 * won(l, cells) >= to->won && has_steps(l, cells[ATTRIBUTE].text))
        to->half = row;
}

static bool load(void *context, uint64_t row, fm_cell *out_cells) {
    listing *l = context;
    const line *of = &l->lines[row];
    fm_cell cells[REPORT_COLUMNS];
    fm_error error;
    buffer_clear(&l->half);
    if (of->half != of->best) {
        if (fm_report_row(l->report, 0, of->half, cells, &error) != FM_OK)
            return false;
        buffer_add_bytes(&l->half, cells[TO].text.bytes, cells[TO].text.length);
    }
    if (fm_report_row(l->report, 0, of->best, cells, &error) != FM_OK)
        return false;
    memcpy(out_cells, cells, (EXPECTED + 1) * sizeof *cells);
    if (l->half.length > 0)
        out_cells[HALF] = (fm_cell){.text = {l->half.bytes, l->half.length}};
    out_cells[OTHERS] = (fm_cell){.count = of->others};
    return true;
}

static void print_changes(listing *l, const terminal *to, uint64_t most) {
    static const fm_report_column added[] = {{"half", "Half at", FM_CELL_TEXT},
                                             {"others", "Others", FM_CELL_COUNT}};
    fm_report_column columns[COLUMNS];
    uint64_t shown = most > 0 && l->count > most ? most : l->count;
    memcpy(columns, fm_report_columns(l->report, 0), (EXPECTED + 1) * sizeof *columns);
    memcpy(columns + HALF, added, sizeof added);
    const report_view changes = {.title = fm_report_table_name(l->report, 0),
                                 .model = l->run->model,
                                 .columns = columns,
                                 .column_count = COLUMNS,
                                 .rows = shown,
                                 .load = load,
                                 .context = l};
    report_print_view(&changes, to, 0);
    if (fm_report_row_count(l->report, 0) > shown)
        report_print_more(to, fm_report_row_count(l->report, 0) - shown,
                          "--all shows every change, --csv writes them", 2);
}

void roadmap_print(fm_report *report, const session *run, const terminal *to, uint64_t most,
                   fm_roadmap_by by) {
    listing l = {.report = report, .run = run, .by = by};
    fm_cell cells[REPORT_COLUMNS];
    fm_error error;
    size_t plan = fm_report_find_table(report, "plan");
    uint64_t rows = fm_report_row_count(report, 0);
    for (uint64_t row = 0; row < rows && fm_report_row(report, 0, row, cells, &error) == FM_OK; row++)
        add(&l, row, cells);
    if (report_print_head(report, run, to))
        fputc('\n', to->stream);
    print_changes(&l, to, most);
    if (fm_report_row_count(report, plan) > 0) {
        fputc('\n', to->stream);
        report_print_table(report, plan, run, to, most);
    }
    report_print_notes(report, to);
    numbering_destroy(&l.keys);
    buffer_destroy(&l.half);
    free(l.lines);
}
