/* The walk-away list as somebody who acts on it reads it. */
#include "../explain.h"
#include "../numbers.h"
#include "walkaway.h"

#include <stdlib.h>
#include <string.h>

/* Blanks before the lines of a customer. */
#define INDENT 6

typedef struct printing {
    fm_report *report;
    const session *run;
    const terminal *to;
    fm_walk *walk;
    fm_cell cells[WALKAWAY_COLUMNS];
} printing;

static void show(buffer *to, const fm_cell *cell) {
    fm_text text = text_trim(cell->text);
    buffer_show(to, text.bytes, text.length);
}

static void add_money(buffer *to, double money) {
    char number[NUMBER_BYTES];
    buffer_add(to, number_money(number, money));
}

static void print_line(const printing *p, const char *label, style how, const char *text) {
    buffer line = {0};
    if (*label)
        buffer_addf(&line, "%s %s", label, text);
    else
        buffer_add(&line, text);
    fputs(terminal_style(p->to, how), p->to->stream);
    terminal_paragraph(p->to, buffer_string(&line), INDENT);
    fputs(terminal_style(p->to, STYLE_PLAIN), p->to->stream);
    buffer_destroy(&line);
}

/* " 12  Hotel Rebgarten (K0012)" */
static void print_who(const printing *p, uint64_t place) {
    buffer who = {0};
    char number[NUMBER_BYTES];
    bool named = !p->cells[WALKAWAY_NAME].is_null && text_trim(p->cells[WALKAWAY_NAME].text).length > 0;
    show(&who, &p->cells[named ? WALKAWAY_NAME : WALKAWAY_ID]);
    if (named) {
        buffer_add(&who, " (");
        show(&who, &p->cells[WALKAWAY_ID]);
        buffer_add(&who, ")");
    }
    fprintf(p->to->stream, "%*s  %s%s%s\n", INDENT - 2, number_count(number, place + 1),
            terminal_style(p->to, STYLE_BOLD), buffer_string(&who), terminal_style(p->to, STYLE_PLAIN));
    buffer_destroy(&who);
}

/* "40,500 at stage action, 36,450 expected. Owner: Jonas Reuter." */
static void print_deal(const printing *p) {
    buffer deal = {0};
    const fm_cell *stage = &p->cells[WALKAWAY_STAGE];
    if (!p->cells[WALKAWAY_VALUE].is_null) {
        add_money(&deal, p->cells[WALKAWAY_VALUE].number);
        buffer_add(&deal, " at stake");
    }
    if (!stage->is_null) {
        buffer_add(&deal, deal.length ? ", stage " : "Stage ");
        show(&deal, stage);
    }
    if (!p->cells[WALKAWAY_EXPECTED].is_null) {
        buffer_add(&deal, ", ");
        add_money(&deal, p->cells[WALKAWAY_EXPECTED].number);
        buffer_add(&deal, " expected");
    }
    if (!p->cells[WALKAWAY_OWNER].is_null) {
        buffer_add(&deal, deal.length ? ". Owner: " : "Owner: ");
        show(&deal, &p->cells[WALKAWAY_OWNER]);
    }
    if (deal.length > 0)
        print_line(p, "", STYLE_DIM, buffer_string(&deal));
    buffer_destroy(&deal);
}

static void print_why(const printing *p, uint64_t place) {
    explained about = {.session = p->run, .walk = p->walk};
    buffer why = {0};
    about.row = fm_report_customer(p->report, 0, place);
    about.result = fm_walk_row(p->walk, about.row);
    buffer_add(&why, "`");
    show(&why, &p->cells[WALKAWAY_OFFERING]);
    buffer_add(&why, "` comes closest. ");
    explain_reasons(&why, &about, about.result.own);
    print_line(p, "Why:", STYLE_PLAIN, buffer_string(&why));
    buffer_destroy(&why);
}

static void print_what_to_do(const printing *p) {
    buffer what = {0};
    if (p->cells[WALKAWAY_REFER_TO].is_null) {
        print_line(p, "Do:", STYLE_BAD, "walk away; nobody's offering fits");
    } else {
        buffer_add(&what, "refer them to ");
        show(&what, &p->cells[WALKAWAY_REFER_SUPPLIER]);
        buffer_add(&what, "; `");
        show(&what, &p->cells[WALKAWAY_REFER_TO]);
        buffer_add(&what, "` fits");
        print_line(p, "Do:", STYLE_CARE, buffer_string(&what));
    }
    if (!p->cells[WALKAWAY_OVERPROMISE].is_null) {
        buffer_clear(&what);
        buffer_add(&what, "`");
        show(&what, &p->cells[WALKAWAY_OVERPROMISE]);
        buffer_add(&what, "` would fit on what it promises, not on what it delivers");
        print_line(p, "Overpromise!", STYLE_BAD, buffer_string(&what));
    }
    buffer_destroy(&what);
}

/* "834 customers that nothing of ours fits: 13,911,500 at stake, 4,073,267 expected." */
static void print_head(const printing *p) {
    size_t table = fm_report_find_table(p->report, "totals");
    fm_error error;
    fm_cell cells[5];
    uint64_t rows = 0;
    buffer head = {0};
    char number[NUMBER_BYTES];
    for (uint64_t row = 0; row < fm_report_row_count(p->report, table); row++)
        if (fm_report_row(p->report, table, row, cells, &error) == FM_OK)
            rows += cells[1].count;
    if (p->run->model->company[0] != '\0') {
        buffer_show(&head, p->run->model->company, strlen(p->run->model->company));
        buffer_add(&head, ": ");
    }
    buffer_addf(&head, "%s customer%s that nothing of ours fits", number_count(number, rows),
                rows == 1 ? "" : "s");
    fprintf(p->to->stream, "%s%s%s\n", terminal_style(p->to, STYLE_BOLD), buffer_string(&head),
            terminal_style(p->to, STYLE_PLAIN));
    buffer_destroy(&head);
    if (rows > 0)
        fputc('\n', p->to->stream);
    if (rows > 0)
        report_print_table(p->report, table, p->run, p->to, 0);
}

static void print_customers(printing *p, uint64_t most) {
    uint64_t rows = fm_report_row_count(p->report, 0);
    uint64_t shown = most > 0 && rows > most ? most : rows;
    fm_error error;
    for (uint64_t row = 0; row < shown && fm_report_row(p->report, 0, row, p->cells, &error) == FM_OK;
         row++) {
        fputc('\n', p->to->stream);
        print_who(p, row);
        print_deal(p);
        print_why(p, row);
        print_what_to_do(p);
    }
    if (rows > shown) {
        fputc('\n', p->to->stream);
        report_print_more(p->to, rows - shown,
                          "--all shows them, --csv writes them, --by owner a file for each owner", INDENT);
    }
}

void walkaway_print(fm_report *report, const session *run, const terminal *to, uint64_t most) {
    printing p = {.report = report, .run = run, .to = to};
    size_t owners = fm_report_find_table(report, "owners");
    fm_error error;
    print_head(&p);
    if (fm_walk_new(run->matches, &p.walk, &error) != FM_OK)
        return;
    print_customers(&p, most);
    fm_walk_free(p.walk);
    if (fm_report_row_count(report, owners) > 0) {
        fputc('\n', to->stream);
        report_print_table(report, owners, run, to, most);
    }
    if (fm_report_note_count(report) > 0)
        fputc('\n', to->stream);
    report_print_notes(report, to);
}
