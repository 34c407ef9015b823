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
    const report_view *of;
    uint64_t rows;       /* shown */
    bool *used;          /* [column] some cell shown is not null */
    buffer *labelled;    /* [column] the row's text with labels for names */
    bool bars;           /* shares are also drawn */
    size_t longest_word; /* columns of the longest text that wrapping would cut through */
    fm_cell *cells;
} view;

/* Whether the texts of a column name attributes: programs read names, people labels. */
static bool names_attributes(const fm_report_column *column) {
    static const char *const known[] = {"attribute", "unmet",  "newly_unmet", "no_longer_unmet",
                                        "gap",       "raised", "lowered"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(column->name, known[i]) == 0)
            return true;
    return false;
}

/* The attribute that a text begins with the name of, or NULL. One name may begin another: the longest counts.
 */
static const fm_attribute *attribute_before(const fm_model_spec *model, const char *bytes, size_t length) {
    const fm_attribute *found = NULL;
    size_t longest = 0;
    for (size_t a = 0; a < model->attribute_count; a++) {
        size_t name = strlen(model->attributes[a].name);
        bool whole = name <= length && memcmp(bytes, model->attributes[a].name, name) == 0 &&
                     (name == length || bytes[name] == ' ' || bytes[name] == ';');
        if (whole && name > longest) {
            longest = name;
            found = &model->attributes[a];
        }
    }
    return found;
}

void report_add_labelled(buffer *to, const fm_model_spec *model, fm_text text) {
    for (size_t at = 0; at < text.length;) {
        size_t skip = at == 0 ? 0 : text.bytes[at] != ';' ? SIZE_MAX : 1;
        if (skip == 1 && at + 1 < text.length && text.bytes[at + 1] == ' ')
            skip = 2;
        const fm_attribute *attribute =
            skip > text.length - at
                ? NULL
                : attribute_before(model, text.bytes + at + skip, text.length - at - skip);
        if (attribute) {
            buffer_add(to, skip > 0 ? "; " : "");
            buffer_add(to, attribute->label);
            at += skip + strlen(attribute->name);
        } else {
            buffer_add_bytes(to, text.bytes + at++, 1);
        }
    }
}

static bool load(const view *v, uint64_t row) {
    for (size_t c = 0; c < v->of->column_count; c++)
        v->cells[c] = (fm_cell){.is_null = true};
    if (!v->of->load(v->of->context, row, v->cells))
        return false;
    for (size_t c = 0; c < v->of->column_count; c++) {
        const fm_report_column *column = &v->of->columns[c];
        if (v->cells[c].is_null || column->kind != FM_CELL_TEXT || !names_attributes(column))
            continue;
        buffer_clear(&v->labelled[c]);
        report_add_labelled(&v->labelled[c], v->of->model, v->cells[c].text);
        v->cells[c].text = (fm_text){buffer_string(&v->labelled[c]), v->labelled[c].length};
    }
    return true;
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

static void add_row(const view *v, grid *to, const terminal *screen) {
    for (size_t c = 0; c < v->of->column_count; c++) {
        const fm_cell *cell = &v->cells[c];
        if (!v->used[c])
            continue;
        if (cell->is_null)
            grid_add(to, "", STYLE_PLAIN);
        else if (v->of->columns[c].kind == FM_CELL_TEXT)
            grid_show(to, cell->text.bytes, cell->text.length, verdict_style(cell->text));
        else
            add_number(to, &v->of->columns[c], cell);
        if (v->bars && v->of->columns[c].kind == FM_CELL_SHARE)
            add_bar(to, screen, cell);
    }
}

static grid *grid_for(const view *v) {
    size_t shown = 0;
    for (size_t c = 0; c < v->of->column_count; c++)
        if (v->used[c])
            shown += v->bars && v->of->columns[c].kind == FM_CELL_SHARE ? 2 : 1;
    grid *made = grid_new(shown, 2);
    size_t place = 0;
    for (size_t c = 0; c < v->of->column_count; c++) {
        if (!v->used[c])
            continue;
        if (v->of->columns[c].kind != FM_CELL_TEXT)
            grid_right(made, place);
        grid_add(made, v->of->columns[c].title, STYLE_DIM);
        place++;
        if (v->bars && v->of->columns[c].kind == FM_CELL_SHARE) {
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
static bool look_through(view *v) {
    for (uint64_t row = 0; row < v->rows; row++) {
        if (!load(v, row))
            return false;
        for (size_t c = 0; c < v->of->column_count; c++) {
            if (v->cells[c].is_null)
                continue;
            v->used[c] = true;
            size_t word = v->of->columns[c].kind == FM_CELL_TEXT ? longest_word(v->cells[c].text) : 0;
            v->longest_word = word > v->longest_word ? word : v->longest_word;
        }
    }
    return true;
}

static grid *fill_grid(const view *v, const terminal *to) {
    grid *table = grid_for(v);
    for (uint64_t row = 0; row < v->rows && load(v, row); row++)
        add_row(v, table, to);
    return table;
}

/* Columns of text at the front that are shown: one or two. */
static size_t leading_texts(const view *v) {
    size_t texts = 0;
    for (size_t c = 0; c < v->of->column_count && v->of->columns[c].kind == FM_CELL_TEXT && texts < 2; c++)
        texts += v->used[c];
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

static void print_view(view *v, const terminal *to) {
    if (!look_through(v))
        return;
    print_title(v->of->title, to);
    v->bars = true;
    grid *table = fill_grid(v, to);
    if (grid_width(table) > to->width) {
        /* Bars are worth less than having all columns side by side. */
        grid_free(table);
        v->bars = false;
        table = fill_grid(v, to);
    }
    size_t least = v->longest_word > NARROWEST_CELL ? v->longest_word : NARROWEST_CELL;
    for (size_t widest = WIDEST_CELL; widest >= least && grid_width(table) > to->width; widest--)
        grid_widest(table, widest);
    if (grid_width(table) > to->width) {
        /* It is parted: what names a row, often two texts, stands in each part. */
        grid_widest(table, WIDEST_CELL);
        grid_fixed(table, leading_texts(v));
    }
    grid_print(table, to);
    grid_free(table);
    if (v->of->rows > v->rows)
        report_print_more(to, v->of->rows - v->rows, v->of->more, 2);
}

void report_print_view(const report_view *of, const terminal *to, uint64_t most) {
    view v = {.of = of, .rows = most > 0 && of->rows > most ? most : of->rows};
    v.used = tool_alloc(of->column_count, sizeof *v.used);
    v.cells = tool_alloc(of->column_count, sizeof *v.cells);
    v.labelled = tool_alloc(of->column_count, sizeof *v.labelled);
    print_view(&v, to);
    for (size_t c = 0; c < of->column_count; c++)
        buffer_destroy(&v.labelled[c]);
    free(v.labelled);
    free(v.used);
    free(v.cells);
}

typedef struct table_rows {
    fm_report *report;
    size_t table;
} table_rows;

static bool load_row(void *context, uint64_t row, fm_cell *out_cells) {
    const table_rows *from = context;
    fm_error error;
    return fm_report_row(from->report, from->table, row, out_cells, &error) == FM_OK;
}

void report_print_table(fm_report *report, size_t table, const session *run, const terminal *to,
                        uint64_t most) {
    table_rows from = {report, table};
    const char *name = fm_report_table_name(report, table);
    buffer more = {0};
    buffer_addf(&more, "--all shows them, --csv --table %s writes them", name);
    const report_view of = {.title = name,
                            .model = run->model,
                            .columns = fm_report_columns(report, table),
                            .column_count = fm_report_column_count(report, table),
                            .rows = fm_report_row_count(report, table),
                            .load = load_row,
                            .context = &from,
                            .more = buffer_string(&more)};
    report_print_view(&of, to, most);
    buffer_destroy(&more);
}

void report_print_notes(const fm_report *report, const terminal *to) {
    for (size_t n = 0; n < fm_report_note_count(report); n++) {
        buffer note = {0};
        buffer_show(&note, fm_report_note(report, n), strlen(fm_report_note(report, n)));
        terminal_paragraph(to, buffer_string(&note), 2);
        buffer_destroy(&note);
    }
}

bool report_print_head(const fm_report *report, const session *run, const terminal *to) {
    const char *company = run->model->company;
    buffer shown = {0};
    if (company[0] == '\0')
        return false;
    buffer_show(&shown, company, strlen(company));
    fprintf(to->stream, "%s%s%s: %s\n", terminal_style(to, STYLE_BOLD), buffer_string(&shown),
            terminal_style(to, STYLE_PLAIN), fm_report_name(report));
    buffer_destroy(&shown);
    return true;
}

void report_print(fm_report *report, const session *run, const terminal *to, uint64_t most) {
    bool printed = report_print_head(report, run, to);
    bool any_rows = false;
    for (size_t t = 0; t < fm_report_table_count(report); t++) {
        if (fm_report_row_count(report, t) == 0)
            continue;
        if (printed)
            fputc('\n', to->stream);
        report_print_table(report, t, run, to, most);
        printed = true;
        any_rows = true;
    }
    if (fm_report_note_count(report) > 0 && printed)
        fputc('\n', to->stream);
    report_print_notes(report, to);
    if (!any_rows && fm_report_note_count(report) == 0)
        fprintf(to->stream, "%s  There is nothing to list.\n", printed ? "\n" : "");
}
