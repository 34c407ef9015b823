#include "summary.h"

#include "grid.h"
#include "numbers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TOP_UNMET 8

/* In the words of somebody who sells. */
static const char *const MEANING[FM_VERDICT_COUNT] = {
    [FM_VERDICT_FIT] = "fit: ours to sell",
    [FM_VERDICT_ASK] = "ask: question open",
    [FM_VERDICT_REFER] = "refer: partner fits",
    [FM_VERDICT_WALK_AWAY] = "walk away: nobody fits",
};

static const style VERDICT_STYLE[FM_VERDICT_COUNT] = {
    [FM_VERDICT_FIT] = STYLE_GOOD,
    [FM_VERDICT_ASK] = STYLE_HINT,
    [FM_VERDICT_REFER] = STYLE_CARE,
    [FM_VERDICT_WALK_AWAY] = STYLE_BAD,
};

double peak_memory_bytes(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? 1024.0 * (double)usage.ru_maxrss : 0;
}

uint64_t unfit_rows(const fm_match_totals *totals) {
    return totals->rows[FM_VERDICT_REFER] + totals->rows[FM_VERDICT_WALK_AWAY];
}

uint64_t written_rows(const match_report *of) {
    const fm_match_totals *totals = fm_match_sum_totals(of->sum);
    uint64_t rows = 0;
    for (unsigned i = 0; i < FM_VERDICT_COUNT; i++) {
        if (of->verdicts == 0 || (of->verdicts & 1u << i))
            rows += totals->rows[i];
    }
    return rows;
}

bool has_expected(const session *of) {
    return fm_base_has_value(of->base) && of->model->stage_count > 0 &&
           session_role_column(of, FM_ROLE_STAGE) != SIZE_MAX;
}

static int more_rows_first(const void *a, const void *b) {
    const unmet_attribute *left = a;
    const unmet_attribute *right = b;
    if (left->rows != right->rows)
        return left->rows < right->rows ? 1 : -1;
    return left->attribute < right->attribute ? -1 : 1;
}

unmet_attribute *top_unmet(const match_report *of, size_t most, size_t *out_count) {
    size_t count = 0;
    unmet_attribute *found = tool_alloc(of->session->model->attribute_count, sizeof *found);
    for (size_t i = 0; i < of->session->model->attribute_count; i++) {
        uint64_t rows = fm_match_sum_unmet_rows(of->sum, i);
        if (rows > 0)
            found[count++] = (unmet_attribute){i, rows};
    }
    qsort(found, count, sizeof *found, more_rows_first);
    *out_count = count < most ? count : most;
    return found;
}

static void add_share_and_bar(grid *to, const terminal *screen, double part, double whole, size_t columns,
                              style how) {
    char number[NUMBER_BYTES];
    buffer bar = {0};
    grid_add(to, number_share(number, part, whole), STYLE_PLAIN);
    terminal_bar(screen, &bar, whole > 0 ? part / whole : 0, columns);
    grid_add(to, buffer_string(&bar), how);
    buffer_destroy(&bar);
}

static void print_verdicts(const match_report *of, const terminal *to) {
    const session *run = of->session;
    const fm_match_totals *totals = fm_match_sum_totals(of->sum);
    bool money = fm_base_has_value(run->base);
    bool expected = has_expected(run);
    size_t columns = 4 + (size_t)money + (size_t)expected;
    size_t bar_columns = to->width >= 100 || !money ? 20 : 10;
    char number[NUMBER_BYTES];
    grid *table = grid_new(columns, 2);
    grid_fixed(table, columns);
    grid_right(table, 1);
    grid_right(table, 2);
    grid_add(table, "", STYLE_DIM);
    grid_add(table, "rows", STYLE_DIM);
    grid_add(table, "share", STYLE_DIM);
    grid_add(table, "", STYLE_DIM);
    if (money) {
        const char *name = fm_model_role_column(fm_workspace_model(run->workspace), FM_ROLE_VALUE);
        grid_right(table, 4);
        grid_show(table, name, strlen(name), STYLE_DIM);
    }
    if (expected) {
        grid_right(table, 5);
        grid_add(table, "expected", STYLE_DIM);
    }
    for (unsigned i = 0; i < FM_VERDICT_COUNT; i++) {
        grid_add(table, MEANING[i], STYLE_PLAIN);
        grid_add_count(table, totals->rows[i]);
        add_share_and_bar(table, to, (double)totals->rows[i], (double)fm_match_sum_row_count(of->sum),
                          bar_columns, VERDICT_STYLE[i]);
        if (money)
            grid_add(table, number_money(number, totals->money[i]), STYLE_PLAIN);
        if (expected)
            grid_add(table, number_money(number, totals->expected[i]), STYLE_PLAIN);
    }
    grid_print(table, to);
    grid_free(table);
}

static void print_unmet(const match_report *of, const terminal *to) {
    const session *run = of->session;
    uint64_t unfit = unfit_rows(fm_match_sum_totals(of->sum));
    size_t count;
    unmet_attribute *top = top_unmet(of, TOP_UNMET, &count);
    char number[NUMBER_BYTES];
    if (count > 0) {
        fprintf(to->stream, "\nWhy we step back: what our closest offering lacks, in %s %s\n",
                number_count(number, unfit), unfit == 1 ? "row" : "rows");
        grid *table = grid_new(4, 2);
        grid_fixed(table, 4);
        grid_right(table, 1);
        grid_right(table, 2);
        for (size_t i = 0; i < count; i++) {
            const char *label = run->model->attributes[top[i].attribute].label;
            grid_show(table, label, strlen(label), STYLE_PLAIN);
            grid_add_count(table, top[i].rows);
            add_share_and_bar(table, to, (double)top[i].rows, (double)unfit, 20, STYLE_BAD);
        }
        grid_print(table, to);
        grid_free(table);
    }
    free(top);
}

static void print_overpromised(const match_report *of, const terminal *to) {
    uint64_t rows = fm_match_sum_totals(of->sum)->overpromised_rows;
    if (rows == 0)
        return;
    char number[NUMBER_BYTES];
    buffer text = {0};
    buffer_addf(
        &text,
        "%s of them could be won only by promising what our delivery records do not show: leave them to "
        "others (column overpromise).",
        number_count(number, rows));
    fputc('\n', to->stream);
    terminal_paragraph(to, buffer_string(&text), 0);
    buffer_destroy(&text);
}

void print_rejects(const session *run, const rejects *from, const terminal *to) {
    if (from->count == 0)
        return;
    char number[NUMBER_BYTES];
    buffer text = {0};
    if (from->earlier) {
        fprintf(to->stream, "\n%s%s %s set aside%s when the base file was encoded\n",
                terminal_style(to, STYLE_CARE), number_count(number, from->count),
                from->count == 1 ? "row was" : "rows were", terminal_style(to, STYLE_PLAIN));
        return;
    }
    fprintf(to->stream, "\n%s%s %s set aside%s, the first at\n", terminal_style(to, STYLE_CARE),
            number_count(number, from->count), from->count == 1 ? "row was" : "rows were",
            terminal_style(to, STYLE_PLAIN));
    const char *name = session_customers_name(run);
    buffer_show(&text, name, strlen(name));
    buffer_addf(&text, ":%" PRIu64, from->first.line);
    if (from->first.column > 0)
        buffer_addf(&text, ":%" PRIu64, from->first.column);
    buffer_add(&text, ": ");
    buffer_show(&text, from->first.message, strlen(from->first.message));
    fprintf(to->stream, "  %s\n", buffer_string(&text));
    buffer_clear(&text);
    if (from->path)
        buffer_show(&text, from->path, strlen(from->path));
    if (from->path)
        fprintf(to->stream, "All of them, with reasons: %s\n", buffer_string(&text));
    else
        fputs("To have all of them in a file, with reasons, add --rejects FILE.\n", to->stream);
    buffer_destroy(&text);
}

static void print_place(const match_report *of, const terminal *to) {
    char number[NUMBER_BYTES];
    buffer text = {0};
    if (of->table_path)
        buffer_show(&text, of->table_path, strlen(of->table_path));
    else
        buffer_add(&text, "standard output");
    fprintf(to->stream, "\nTable: %s%s%s", terminal_style(to, STYLE_BOLD), buffer_string(&text),
            terminal_style(to, STYLE_PLAIN));
    if (of->verdicts != 0) {
        fprintf(to->stream, " (%s rows:", number_count(number, written_rows(of)));
        for (unsigned i = 0, shown = 0; i < FM_VERDICT_COUNT; i++) {
            if (of->verdicts & 1u << i)
                fprintf(to->stream, "%s %s", shown++ ? "," : "", fm_verdict_name((fm_verdict)i));
        }
        fputs(" only)", to->stream);
    }
    fputc('\n', to->stream);
    buffer_destroy(&text);
}

void summary_print(const match_report *of, const terminal *to) {
    const session *run = of->session;
    offering_count offerings = session_offerings(run);
    uint64_t rows = fm_match_sum_row_count(of->sum);
    double pairs = (double)rows * (double)(offerings.own + offerings.partner);
    char number[NUMBER_BYTES];
    buffer text = {0};
    buffer_addf(&text, "%s %s", number_count(number, rows), rows == 1 ? "customer row" : "customer rows");
    buffer_addf(&text, " against %s of our offerings", number_count(number, offerings.own));
    if (offerings.partner > 0) {
        buffer_addf(&text, " and %s of", number_count(number, offerings.partner));
        buffer_addf(&text, " %s %s", number_count(number, offerings.partners),
                    offerings.partners == 1 ? "partner" : "partners");
    }
    buffer_addf(&text, ", in %s", number_seconds(number, of->total_seconds));
    if (of->total_seconds > 0)
        buffer_addf(&text, " (%s rows/s", number_large(number, (double)rows / of->total_seconds));
    if (run->match_seconds > 0)
        buffer_addf(&text, "; the match itself %s pairs/s", number_large(number, pairs / run->match_seconds));
    buffer_add(&text, of->total_seconds > 0 ? ")" : "");
    terminal_paragraph(to, buffer_string(&text), 0);
    buffer_destroy(&text);
    fputc('\n', to->stream);
    print_verdicts(of, to);
    print_unmet(of, to);
    print_overpromised(of, to);
    print_rejects(of->session, of->rejects, to);
    print_place(of, to);
}

void print_timings(const match_report *of, const terminal *to) {
    const session *run = of->session;
    const struct {
        const char *name;
        double seconds;
    } phases[] = {{"open model and offerings", run->open_seconds},
                  {"scan customers", of->read.scan},
                  {"encode customers", of->read.encode},
                  {"sort and slice codes", of->read.slice},
                  {"match", run->match_seconds},
                  {"write", run->write_seconds},
                  {"total", of->total_seconds}};
    char number[NUMBER_BYTES];
    fputc('\n', to->stream);
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
        fprintf(to->stream, "  %-26s %9.4f s\n", phases[i].name, phases[i].seconds);
    fprintf(to->stream, "  %-26s %11s\n", "memory at the peak", number_bytes(number, peak_memory_bytes()));
    fprintf(to->stream, "  %-26s %11s\n", "parts", number_count(number, of->parts));
    fprintf(to->stream, "  %-26s %11s\n", "instruction set",
            fm_instruction_set_name(fm_matches_instruction_set(run->matches)));
    fprintf(to->stream, "  %-26s %11u\n", "threads", of->threads);
}
