/* Reports for people: aligned tables that fit the width, with bars for shares. */
#include "../grid.h"
#include "../numbers.h"
#include "analysis.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BAR_COLUMNS 16

/* Cells are wrapped, to no less than the second and never within a word, where that puts all columns side by
 * side. */
#define WIDEST_CELL 36
#define NARROWEST_CELL 12

/* A table as it is going to be shown. */
typedef struct view {
    fm_report *report;
    size_t table;
    const fm_report_column *columns;
    size_t column_count;
    uint64_t rows;       /* shown */
    bool *used;          /* [column] some cell shown is not null */
    bool bars;           /* shares are also drawn */
    size_t longest_word; /* columns of the longest text that wrapping would cut through */
    fm_cell *cells;
} view;

static bool load(const view *of, uint64_t row) {
    fm_error error;
    return fm_report_row(of->report, of->table, row, of->cells, &error) == FM_OK;
}

static style verdict_style(fm_text text) {
    static const struct {
        const char *word;
        style how;
    } styles[] = {{"fit", STYLE_GOOD},         {"ask", STYLE_HINT},  {"refer", STYLE_CARE},
                  {"walk_away", STYLE_BAD},    {"kept", STYLE_GOOD}, {"broken", STYLE_BAD},
                  {"overpromises", STYLE_BAD}, {"fits", STYLE_GOOD}};
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++)
        if (text_equal(text, text_of(styles[i].word)))
            return styles[i].how;
    return STYLE_PLAIN;
}

static void add_number(grid *to, const fm_report_column *column, const fm_cell *cell) {
    char number[NUMBER_BYTES];
    switch (column->kind) {
    case FM_CELL_COUNT:
        grid_add(to, number_count(number, cell->count), STYLE_PLAIN);
        return;
    case FM_CELL_CHANGE:
        (void)snprintf(number, sizeof number, "%+" PRId64, cell->change);
        break;
    case FM_CELL_MONEY:
        grid_add(to, number_money(number, cell->number), STYLE_PLAIN);
        return;
    case FM_CELL_SHARE:
        grid_add(to, number_share(number, cell->number, 1), STYLE_PLAIN);
        return;
    case FM_CELL_SCORE:
        (void)snprintf(number, sizeof number, "%+.2f", cell->number);
        break;
    case FM_CELL_NUMBER:
    case FM_CELL_TEXT:
        (void)snprintf(number, sizeof number, "%.10g", cell->number);
        break;
    }
    grid_add(to, number, STYLE_PLAIN);
}

static void add_bar(grid *to, const terminal *screen, const fm_cell *cell) {
    buffer bar = {0};
    if (!cell->is_null)
        terminal_bar(screen, &bar, cell->number, BAR_COLUMNS);
    grid_add(to, buffer_string(&bar), STYLE_HINT);
    buffer_destroy(&bar);
}

static void add_row(const view *of, grid *to, const terminal *screen) {
    for (size_t c = 0; c < of->column_count; c++) {
        const fm_cell *cell = &of->cells[c];
        if (!of->used[c])
            continue;
        if (cell->is_null)
            grid_add(to, "", STYLE_PLAIN);
        else if (of->columns[c].kind == FM_CELL_TEXT)
            grid_show(to, cell->text.bytes, cell->text.length, verdict_style(cell->text));
        else
            add_number(to, &of->columns[c], cell);
        if (of->bars && of->columns[c].kind == FM_CELL_SHARE)
            add_bar(to, screen, cell);
    }
}

static grid *grid_for(const view *of) {
    size_t shown = 0;
    for (size_t c = 0; c < of->column_count; c++)
        if (of->used[c])
            shown += of->bars && of->columns[c].kind == FM_CELL_SHARE ? 2 : 1;
    grid *made = grid_new(shown, 2);
    size_t place = 0;
    for (size_t c = 0; c < of->column_count; c++) {
        if (!of->used[c])
            continue;
        if (of->columns[c].kind != FM_CELL_TEXT)
            grid_right(made, place);
        grid_add(made, of->columns[c].title, STYLE_DIM);
        place++;
        if (of->bars && of->columns[c].kind == FM_CELL_SHARE) {
            grid_add(made, "", STYLE_DIM);
            place++;
        }
    }
    return made;
}

/* Bytes between two places where text_break parts a text: no fewer than the columns that are printed. */
static size_t longest_word(fm_text text) {
    size_t longest = 0;
    size_t word = 0;
    for (size_t at = 0; at < text.length; at++) {
        bool blank = text.bytes[at] == ' ';
        word += !blank;
        longest = word > longest ? word : longest;
        if (blank || text.bytes[at] == '|' || text.bytes[at] == ',' || text.bytes[at] == ';')
            word = 0;
    }
    return longest;
}

/* Finds the columns that are not empty, and how narrow they may get. */
static bool look_through(view *of) {
    for (uint64_t row = 0; row < of->rows; row++) {
        if (!load(of, row))
            return false;
        for (size_t c = 0; c < of->column_count; c++) {
            if (of->cells[c].is_null)
                continue;
            of->used[c] = true;
            size_t word = of->columns[c].kind == FM_CELL_TEXT ? longest_word(of->cells[c].text) : 0;
            of->longest_word = word > of->longest_word ? word : of->longest_word;
        }
    }
    return true;
}

static grid *fill_grid(const view *of, const terminal *to) {
    grid *table = grid_for(of);
    for (uint64_t row = 0; row < of->rows && load(of, row); row++)
        add_row(of, table, to);
    return table;
}

/* Columns of text at the front that are shown: one or two. */
static size_t leading_texts(const view *of) {
    size_t texts = 0;
    for (size_t c = 0; c < of->column_count && of->columns[c].kind == FM_CELL_TEXT && texts < 2; c++)
        texts += of->used[c];
    return texts > 0 ? texts : 1;
}

static void print_title(const char *name, const terminal *to) {
    buffer title = {0};
    buffer_add(&title, name);
    title.bytes[0] = (char)toupper((unsigned char)title.bytes[0]);
    for (size_t i = 0; i < title.length; i++)
        if (title.bytes[i] == '_')
            title.bytes[i] = ' ';
    fprintf(to->stream, "%s%s%s\n", terminal_style(to, STYLE_BOLD), buffer_string(&title),
            terminal_style(to, STYLE_PLAIN));
    buffer_destroy(&title);
}

void report_print_more(const terminal *to, uint64_t rows, const char *how, size_t indent) {
    char number[NUMBER_BYTES];
    buffer more = {0};
    buffer_addf(&more, "and %s more: %s", number_count(number, rows), how);
    fputs(terminal_style(to, STYLE_DIM), to->stream);
    terminal_paragraph(to, buffer_string(&more), indent);
    fputs(terminal_style(to, STYLE_PLAIN), to->stream);
    buffer_destroy(&more);
}

static void print_table(view *of, const terminal *to) {
    const char *name = fm_report_table_name(of->report, of->table);
    uint64_t rows = fm_report_row_count(of->report, of->table);
    if (!look_through(of))
        return;
    print_title(name, to);
    of->bars = true;
    grid *table = fill_grid(of, to);
    if (grid_width(table) > to->width) {
        /* Bars are worth less than having all columns side by side. */
        grid_free(table);
        of->bars = false;
        table = fill_grid(of, to);
    }
    size_t least = of->longest_word > NARROWEST_CELL ? of->longest_word : NARROWEST_CELL;
    for (size_t widest = WIDEST_CELL; widest >= least && grid_width(table) > to->width; widest--)
        grid_widest(table, widest);
    if (grid_width(table) > to->width) {
        /* It is parted: what names a row, often two texts, stands in each part. */
        grid_widest(table, WIDEST_CELL);
        grid_fixed(table, leading_texts(of));
    }
    grid_print(table, to);
    grid_free(table);
    if (rows > of->rows) {
        buffer how = {0};
        buffer_addf(&how, "--all shows them, --csv --table %s writes them", name);
        report_print_more(to, rows - of->rows, buffer_string(&how), 2);
        buffer_destroy(&how);
    }
}

void report_print_table(fm_report *report, size_t table, const terminal *to, uint64_t most) {
    view of = {.report = report,
               .table = table,
               .columns = fm_report_columns(report, table),
               .column_count = fm_report_column_count(report, table),
               .rows = fm_report_row_count(report, table)};
    if (most > 0 && of.rows > most)
        of.rows = most;
    of.used = tool_alloc(of.column_count, sizeof *of.used);
    of.cells = tool_alloc(of.column_count, sizeof *of.cells);
    print_table(&of, to);
    free(of.used);
    free(of.cells);
}

void report_print_notes(const fm_report *report, const terminal *to) {
    for (size_t n = 0; n < fm_report_note_count(report); n++) {
        buffer note = {0};
        buffer_show(&note, fm_report_note(report, n), strlen(fm_report_note(report, n)));
        terminal_paragraph(to, buffer_string(&note), 2);
        buffer_destroy(&note);
    }
}

void report_print(fm_report *report, const session *run, const terminal *to, uint64_t most) {
    const char *company = run->model->company;
    bool printed = false;
    bool any_rows = false;
    if (company[0] != '\0') {
        buffer shown = {0};
        buffer_show(&shown, company, strlen(company));
        fprintf(to->stream, "%s%s%s: %s\n", terminal_style(to, STYLE_BOLD), buffer_string(&shown),
                terminal_style(to, STYLE_PLAIN), fm_report_name(report));
        buffer_destroy(&shown);
        printed = true;
    }
    for (size_t t = 0; t < fm_report_table_count(report); t++) {
        if (fm_report_row_count(report, t) == 0)
            continue;
        if (printed)
            fputc('\n', to->stream);
        report_print_table(report, t, to, most);
        printed = true;
        any_rows = true;
    }
    if (fm_report_note_count(report) > 0 && printed)
        fputc('\n', to->stream);
    report_print_notes(report, to);
    if (!any_rows && fm_report_note_count(report) == 0)
        fprintf(to->stream, "%s  There is nothing to list.\n", printed ? "\n" : "");
}
