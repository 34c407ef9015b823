/* One customer row explained, for people. */
#include "explain.h"
#include "explain_rows.h"
#include "numbers.h"

#include <stdlib.h>
#include <string.h>

static void print_heading(const explained *of, const terminal *to) {
    const fm_base *base = of->session->base;
    size_t name_column = session_role_column(of->session, FM_ROLE_NAME);
    char number[NUMBER_BYTES];
    buffer line = {0};
    explain_customer(&line, of);
    buffer_add(&line, " (");
    fm_text id = fm_base_id(base, of->row);
    buffer_show(&line, id.bytes, id.length);
    buffer_addf(&line, ", row %s)", number_count(number, of->row + 1));
    fprintf(to->stream, "%s", terminal_style(to, STYLE_BOLD));
    terminal_paragraph(to, buffer_string(&line), 0);
    fprintf(to->stream, "%s", terminal_style(to, STYLE_PLAIN));
    buffer_clear(&line);
    for (size_t i = 0; i < fm_base_column_count(base); i++) {
        fm_text cell = text_trim(fm_base_cell(base, i, of->row));
        if (i == name_column || cell.length == 0)
            continue;
        const char *name = fm_base_column_name(base, i);
        buffer_add(&line, line.length ? ", " : "");
        buffer_show(&line, name, strlen(name));
        buffer_add(&line, ": ");
        buffer_show(&line, cell.bytes, cell.length);
    }
    terminal_paragraph(to, buffer_string(&line), 0);
    buffer_destroy(&line);
}

/* The id comes again: which rows, and how to see them. */
static void print_other_rows(const explained *of, const terminal *to) {
    char number[NUMBER_BYTES];
    fm_text id = fm_base_id(of->session->base, of->row);
    char *copy = tool_copy(id.bytes, id.length);
    buffer line = {0};
    buffer_addf(&line, "%s rows have this id", number_count(number, of->rows_with_id));
    explain_list_rows(&line, of->session, copy);
    buffer_add(&line, ". --all-rows explains them all, --row N one of them.");
    fputc('\n', to->stream);
    terminal_paragraph(to, buffer_string(&line), 2);
    buffer_destroy(&line);
    free(copy);
}

void explain_print(const explained *of, const terminal *to, bool others) {
    static const style styles[] = {STYLE_GOOD, STYLE_HINT, STYLE_CARE, STYLE_BAD};
    static const char *const verdicts[] = {"FIT", "ASK", "REFER", "WALK AWAY"};
    print_heading(of, to);
    fprintf(to->stream, "\n%s%s%s, score %u of 100\n\n", terminal_style(to, styles[of->result.verdict]),
            verdicts[of->result.verdict], terminal_style(to, STYLE_PLAIN), of->result.score);
    buffer words = {0};
    explain_words(&words, of);
    for (char *line = words.bytes, *end; line && *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        terminal_paragraph(to, line, 2);
    }
    buffer_destroy(&words);
    fputc('\n', to->stream);
    explain_tables(of, to);
    if (others)
        print_other_rows(of, to);
}
