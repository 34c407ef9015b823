/* Segments as somebody who decides about them reads them: their names are for programs. */
#include "../grid.h"
#include "../numbers.h"
#include "segments.h"

#include <inttypes.h>
#include <string.h>

enum { UNMET = 1, ROWS, SHARE, MONEY, EXPECTED, PARTNER, SUPPLIER, PARTNER_ROWS, COLUMNS };
enum { ATTRIBUTE = 1, MEDIAN, TIGHTEST, WANTED, DEMAND_COLUMNS };

typedef struct printing {
    fm_report *report;
    const session *run;
    size_t demands; /* table */
    uint64_t next;  /* row of it */
} printing;

static const char *label_of(const session *run, fm_text name) {
    for (size_t a = 0; a < run->model->attribute_count; a++)
        if (text_equal(text_of(run->model->attributes[a].name), name))
            return run->model->attributes[a].label;
    return "";
}

static void show(buffer *to, fm_text text) {
    buffer_show(to, text.bytes, text.length);
}

static void show_string(buffer *to, const char *string) {
    buffer_show(to, string, strlen(string));
}

/* "median 24 h, tightest 12 h", "Islands (95)|Benelux (34)" */
static void add_demand(buffer *to, const fm_cell *cells) {
    if (!cells[MEDIAN].is_null) {
        buffer_add(to, "median ");
        show(to, cells[MEDIAN].text);
        buffer_add(to, ", tightest ");
        show(to, cells[TIGHTEST].text);
    } else if (!cells[WANTED].is_null) {
        show(to, cells[WANTED].text);
    }
}

/* The attributes of a segment, each with what is demanded. The table of demands has the segments in the same
 * order. */
static void add_demands(printing *p, fm_text segment, buffer *missed, buffer *demands) {
    fm_cell cells[DEMAND_COLUMNS];
    fm_error error;
    for (; p->next < fm_report_row_count(p->report, p->demands); p->next++) {
        if (fm_report_row(p->report, p->demands, p->next, cells, &error) != FM_OK ||
            !text_equal(cells[0].text, segment))
            return;
        size_t before = demands->length;
        if (missed->length > 0)
            buffer_add(missed, "; ");
        show_string(missed, label_of(p->run, cells[ATTRIBUTE].text));
        if (before > 0 && (!cells[MEDIAN].is_null || !cells[WANTED].is_null))
            buffer_add(demands, "; ");
        add_demand(demands, cells);
    }
}

/* "Insula Cucine: `insula` (61)" */
static void add_partner(buffer *to, const fm_cell *cells) {
    if (cells[PARTNER].is_null)
        return;
    show(to, cells[SUPPLIER].text);
    buffer_add(to, ": `");
    show(to, cells[PARTNER].text);
    buffer_addf(to, "` (%" PRIu64 ")", cells[PARTNER_ROWS].count);
}

static void add_segment(printing *p, grid *to, const fm_cell *cells) {
    const fm_cell *money = &cells[cells[EXPECTED].is_null ? MONEY : EXPECTED];
    char number[NUMBER_BYTES];
    buffer missed = {0};
    buffer demands = {0};
    buffer partner = {0};
    add_demands(p, cells[0].text, &missed, &demands);
    add_partner(&partner, cells);
    grid_add(to, buffer_string(&missed), STYLE_PLAIN);
    grid_add_count(to, cells[ROWS].count);
    grid_add(to, number_share(number, cells[SHARE].number, 1), STYLE_PLAIN);
    grid_add(to, money->is_null ? "" : number_money(number, money->number), STYLE_PLAIN);
    grid_add(to, buffer_string(&demands), STYLE_PLAIN);
    grid_add(to, buffer_string(&partner), STYLE_PLAIN);
    buffer_destroy(&missed);
    buffer_destroy(&demands);
    buffer_destroy(&partner);
}

static void print_head(const session *run, const terminal *to) {
    buffer head = {0};
    if (run->model->company[0] != '\0') {
        show_string(&head, run->model->company);
        buffer_add(&head, ": ");
    }
    buffer_add(&head, "what keeps customers from fitting");
    fprintf(to->stream, "%s%s%s\n\n", terminal_style(to, STYLE_BOLD), buffer_string(&head),
            terminal_style(to, STYLE_PLAIN));
    buffer_destroy(&head);
}

void segments_print(fm_report *report, const session *run, const terminal *to, uint64_t most) {
    static const char *const titles[] = {"What they miss", "Customers",      "Share",
                                         "Expected",       "What they need", "Refer to"};
    printing p = {.report = report, .run = run, .demands = fm_report_find_table(report, "demands")};
    uint64_t rows = fm_report_row_count(report, 0);
    uint64_t shown = most > 0 && rows > most ? most : rows;
    fm_cell cells[COLUMNS];
    fm_error error;
    bool expected = fm_base_has_value(run->base) && run->model->stage_count > 0 &&
                    session_role_column(run, FM_ROLE_STAGE) != SIZE_MAX;
    print_head(run, to);
    grid *table = grid_new(sizeof titles / sizeof titles[0], 2);
    for (size_t c = 0; c < sizeof titles / sizeof titles[0]; c++)
        grid_add(table, c == 3 && !expected ? "Money" : titles[c], STYLE_DIM);
    for (size_t c = 1; c <= 3; c++)
        grid_right(table, c);
    grid_widest(table, 28);
    for (uint64_t row = 0; row < shown && fm_report_row(report, 0, row, cells, &error) == FM_OK; row++)
        add_segment(&p, table, cells);
    if (rows > 0)
        grid_print(table, to);
    else
        fputs("  Every customer is served.\n", to->stream);
    grid_free(table);
    if (rows > shown)
        report_print_more(to, rows - shown, "--all shows them, --csv writes them", 2);
    if (fm_report_row_count(report, 2) > 0) {
        fputc('\n', to->stream);
        report_print_table(report, 2, run, to, most);
    }
    report_print_notes(report, to);
}
