/* Every attribute against every offering, for people and for programs. */
#include "explain.h"
#include "grid.h"
#include "numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool explain_is_number(fm_rule rule) {
    return rule == FM_RULE_AT_MOST || rule == FM_RULE_AT_LEAST;
}

/* How the table is laid out. */
typedef struct layout {
    bool utf8;
    bool wishes;      /* the customer wishes for something: if not, nothing is said about wishes */
    bool want_column; /* wishes have a column of their own; else they stand below the needs */
    size_t need_ends; /* where whole numbers end in the cells of a column, so that they stand aligned */
    size_t want_ends;
    size_t *offer_ends; /* [shown offering] */
} layout;

/* Where the whole part of the first number in a text ends; 0 without a number. */
static size_t number_end(const char *text) {
    size_t begin = strcspn(text, "-0123456789");
    return text[begin] ? begin + strspn(text + begin, "-0123456789") : 0;
}

/* Adds a text with blanks before its first number, so that the number's whole part ends at `end`. */
static void add_aligned(buffer *to, const char *text, size_t end) {
    size_t own_end = number_end(text);
    size_t begin = own_end ? strcspn(text, "-0123456789") : 0;
    buffer_add_bytes(to, text, begin);
    if (own_end > 0 && own_end < end)
        buffer_addf(to, "%*s", (int)(end - own_end), "");
    buffer_add(to, text + begin);
}

static size_t demand_end(const explained *of, size_t attribute, bool want) {
    buffer text = {0};
    explain_demand(&text, of, attribute, want);
    size_t end = number_end(buffer_string(&text));
    buffer_destroy(&text);
    return end;
}

static size_t offer_end(const explained *of, size_t offering, size_t attribute) {
    buffer text = {0};
    walk_offer(&text, of->walk, offering, attribute);
    size_t end = number_end(buffer_string(&text));
    buffer_destroy(&text);
    return end;
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static void measure_numbers(layout *how, const explained *of) {
    how->offer_ends = tool_alloc(of->offering_count, sizeof *how->offer_ends);
    for (size_t a = 0; a < of->session->model->attribute_count; a++) {
        if (!explain_is_number(of->session->model->attributes[a].rule))
            continue;
        how->need_ends = larger(how->need_ends, demand_end(of, a, false));
        how->want_ends = larger(how->want_ends, demand_end(of, a, true));
        for (size_t i = 0; i < of->offering_count; i++)
            how->offer_ends[i] = larger(how->offer_ends[i], offer_end(of, of->offerings[i], a));
    }
}

static bool has_wishes(const explained *of) {
    for (size_t i = 0; i < of->session->model->attribute_count; i++) {
        if (fm_walk_cell(of->walk, of->row, of->result.own, i).want == FM_DEMAND_STATED)
            return true;
    }
    return false;
}

static void add_header(grid *to, const explained *of, layout how) {
    const fm_catalog *catalog = of->session->catalog;
    grid_add(to, "attribute", STYLE_BOLD);
    grid_add(to, how.wishes && !how.want_column ? "need, wish" : "need", STYLE_BOLD);
    if (how.want_column)
        grid_add(to, "wish", STYLE_BOLD);
    for (size_t i = 0; i < of->offering_count; i++) {
        const char *id = fm_catalog_offering(catalog, of->offerings[i])->id;
        grid_show(to, id, strlen(id), STYLE_BOLD);
    }
    for (size_t i = 0; i < (how.want_column ? 3 : 2); i++)
        grid_add(to, "", STYLE_DIM);
    for (size_t i = 0; i < of->offering_count; i++) {
        const fm_offering *offering = fm_catalog_offering(catalog, of->offerings[i]);
        buffer who = {0};
        buffer_add(&who, offering->own ? "own" : "partner: ");
        if (!offering->own)
            buffer_show(&who, offering->supplier, strlen(offering->supplier));
        grid_add(to, buffer_string(&who), STYLE_DIM);
        buffer_destroy(&who);
    }
}

/* The marks stand in front, under each other, so that the eye finds them. */
static void add_offer(grid *to, const explained *of, size_t place, size_t attribute, layout how) {
    size_t offering = of->offerings[place];
    bool number = explain_is_number(of->session->model->attributes[attribute].rule);
    fm_fit_cell cell = fm_walk_cell(of->walk, of->row, offering, attribute);
    style colour = cell.want == FM_DEMAND_STATED ? STYLE_PLAIN : STYLE_DIM;
    buffer text = {0};
    if (cell.need == FM_DEMAND_STATED) {
        colour = cell.need_met ? STYLE_GOOD : STYLE_BAD;
        buffer_add(&text, cell.need_met ? (how.utf8 ? "✓" : "ok") : (how.utf8 ? "✗" : "NO"));
    } else {
        buffer_add(&text, how.utf8 ? " " : "  ");
    }
    if (how.wishes)
        buffer_add(&text, cell.want != FM_DEMAND_STATED ? " " : cell.want_met ? "+" : "-");
    buffer_add(&text, " ");
    buffer offer = {0};
    walk_offer(&offer, of->walk, offering, attribute);
    add_aligned(&text, buffer_string(&offer), number ? how.offer_ends[place] : 0);
    grid_add(to, buffer_string(&text), colour);
    buffer_destroy(&offer);
    buffer_destroy(&text);
}

static void add_demand(buffer *to, const explained *of, size_t attribute, bool want, size_t end) {
    buffer text = {0};
    explain_demand(&text, of, attribute, want);
    bool number = explain_is_number(of->session->model->attributes[attribute].rule);
    add_aligned(to, buffer_string(&text), number ? end : 0);
    buffer_destroy(&text);
}

static void add_attribute(grid *to, const explained *of, size_t attribute, layout how) {
    const char *label = of->session->model->attributes[attribute].label;
    grid_show(to, label, strlen(label), STYLE_PLAIN);
    buffer need = {0};
    buffer want = {0};
    fm_fit_cell cell = fm_walk_cell(of->walk, of->row, of->result.own, attribute);
    add_demand(&need, of, attribute, false, how.need_ends);
    add_demand(&want, of, attribute, true, how.want_column ? how.want_ends : 0);
    if (cell.need == FM_DEMAND_UNASKED)
        buffer_add(&need, "? not asked yet");
    if (!how.want_column && want.length > 0)
        buffer_addf(&need, "%swish: %s", need.length ? ", " : "", buffer_string(&want));
    grid_add(to, buffer_string(&need), cell.need == FM_DEMAND_UNASKED ? STYLE_CARE : STYLE_PLAIN);
    if (how.want_column)
        grid_add(to, buffer_string(&want), STYLE_PLAIN);
    buffer_destroy(&need);
    buffer_destroy(&want);
    for (size_t i = 0; i < of->offering_count; i++)
        add_offer(to, of, i, attribute, how);
}

/* The last line: what it comes to. */
static void add_result(grid *to, const explained *of, layout how) {
    uint32_t *unmet = tool_alloc(of->session->model->attribute_count, sizeof *unmet);
    grid_add(to, "all needs met", STYLE_BOLD);
    for (size_t i = 1; i < (how.want_column ? 3 : 2); i++)
        grid_add(to, "", STYLE_PLAIN);
    for (size_t i = 0; i < of->offering_count; i++) {
        size_t count = fm_walk_unmet(of->walk, of->row, of->offerings[i], unmet);
        buffer text = {0};
        if (count == 0)
            buffer_add(&text, "yes");
        else
            buffer_addf(&text, "no, lacks %zu", count);
        grid_add(to, buffer_string(&text), count == 0 ? STYLE_GOOD : STYLE_BAD);
        buffer_destroy(&text);
    }
    free(unmet);
}

static void write_number(buffer *to, double number, const char *unit) {
    if (isnan(number))
        buffer_add(to, "nothing");
    else
        buffer_addf(to, "%.15g%s", number, *unit ? " " : "");
    if (!isnan(number))
        buffer_show(to, unit, strlen(unit));
}

static void add_number(grid *to, double number, const char *unit) {
    buffer text = {0};
    write_number(&text, number, unit);
    grid_add(to, buffer_string(&text), STYLE_PLAIN);
    buffer_destroy(&text);
}

/* Whether the dependable value is worse for the customer than the promised one. */
static bool worse(fm_rule rule, fm_promise promise) {
    if (isnan(promise.nominal) || isnan(promise.dependable))
        return isnan(promise.dependable) && !isnan(promise.nominal);
    return rule == FM_RULE_AT_MOST ? promise.dependable > promise.nominal
                                   : promise.dependable < promise.nominal;
}

/* One row of the table of promises, or one sentence of it where a table would not fit. */
typedef struct promise_row {
    size_t offering;
    size_t attribute;
    fm_promise promise;
} promise_row;

static const char *judgement(const explained *of, const promise_row *row, style *out_style) {
    bool bad = worse(of->session->model->attributes[row->attribute].rule, row->promise);
    bool too_few = row->promise.records < of->session->model->min_records;
    *out_style = too_few ? STYLE_DIM : bad ? STYLE_BAD : STYLE_GOOD;
    if (too_few)
        return "too few to tell";
    return bad                                               ? "not kept"
           : row->promise.nominal == row->promise.dependable ? "kept"
                                                             : "better than promised";
}

static void add_promise(grid *to, const explained *of, const promise_row *row) {
    const fm_attribute *about = &of->session->model->attributes[row->attribute];
    const char *id = fm_catalog_offering(of->session->catalog, row->offering)->id;
    style how;
    const char *words = judgement(of, row, &how);
    grid_show(to, id, strlen(id), STYLE_PLAIN);
    grid_show(to, about->label, strlen(about->label), STYLE_PLAIN);
    add_number(to, row->promise.nominal, about->unit);
    add_number(to, row->promise.dependable, about->unit);
    grid_add_count(to, row->promise.records);
    grid_add(to, words, how);
}

static void say_promise(const terminal *to, const explained *of, const promise_row *row) {
    const fm_attribute *about = &of->session->model->attributes[row->attribute];
    char number[NUMBER_BYTES];
    style how;
    buffer text = {0};
    explain_offering(&text, of, row->offering);
    buffer_add(&text, ", ");
    buffer_show(&text, about->label, strlen(about->label));
    buffer_add(&text, ": promised ");
    write_number(&text, row->promise.nominal, about->unit);
    buffer_add(&text, ", delivered ");
    write_number(&text, row->promise.dependable, about->unit);
    buffer_addf(&text, ", %s records: %s", number_count(number, row->promise.records),
                judgement(of, row, &how));
    terminal_paragraph(to, buffer_string(&text), 2);
    buffer_destroy(&text);
}

/* Six columns need this much room. */
#define PROMISES_WIDTH 76

static void print_promise_rows(const explained *of, const terminal *to, const promise_row *rows,
                               size_t count) {
    static const char *const header[] = {"offering", "attribute", "promised", "delivered", "records", ""};
    buffer title = {0};
    buffer_addf(&title, "Promise and record: what %u %% of deliveries keep", of->session->model->percentile);
    fprintf(to->stream, "\n%s", terminal_style(to, STYLE_BOLD));
    terminal_paragraph(to, buffer_string(&title), 0);
    fprintf(to->stream, "%s", terminal_style(to, STYLE_PLAIN));
    buffer_destroy(&title);
    if (to->width < PROMISES_WIDTH) {
        for (size_t i = 0; i < count; i++)
            say_promise(to, of, &rows[i]);
        return;
    }
    grid *table = grid_new(6, 2);
    grid_fixed(table, 6);
    for (size_t column = 2; column < 5; column++)
        grid_right(table, column);
    for (size_t i = 0; i < 6; i++)
        grid_add(table, header[i], STYLE_BOLD);
    for (size_t i = 0; i < count; i++)
        add_promise(table, of, &rows[i]);
    grid_print(table, to);
    grid_free(table);
}

/* Of the first `offerings` ones that are shown. */
static void print_promises(const explained *of, const terminal *to, size_t offerings) {
    const session *run = of->session;
    promise_row *rows = NULL;
    size_t count = 0;
    size_t capacity = 0;
    for (size_t i = 0; i < offerings; i++) {
        for (size_t a = 0; a < run->model->attribute_count; a++) {
            promise_row row = {.offering = of->offerings[i], .attribute = a};
            if (explain_is_number(run->model->attributes[a].rule))
                row.promise = fm_catalog_promise(run->catalog, row.offering, a);
            if (row.promise.records == 0)
                continue;
            if (count == capacity) {
                capacity = capacity ? capacity * 2 : 16;
                rows = tool_realloc(rows, capacity, sizeof *rows);
            }
            rows[count++] = row;
        }
    }
    if (count > 0)
        print_promise_rows(of, to, rows, count);
    free(rows);
}

static void print_legend(const terminal *to, layout how) {
    buffer legend = {0};
    buffer_addf(&legend, "%s meets the need, %s does not%s", how.utf8 ? "✓" : "ok", how.utf8 ? "✗" : "NO",
                how.wishes ? "; + grants the wish, - does not" : "");
    fprintf(to->stream, "\n%s", terminal_style(to, STYLE_DIM));
    terminal_paragraph(to, buffer_string(&legend), 2);
    fprintf(to->stream, "%s", terminal_style(to, STYLE_PLAIN));
    buffer_destroy(&legend);
}

static void print_left_out(const terminal *to, size_t left_out, size_t all) {
    buffer line = {0};
    buffer_addf(&line, "%zu of %zu offerings are left out; --all shows them all, --offering ID,ID chooses.",
                left_out, all);
    terminal_paragraph(to, buffer_string(&line), 2);
    buffer_destroy(&line);
}

void explain_tables(const explained *of, const terminal *to) {
    layout how = {.utf8 = to->utf8, .wishes = has_wishes(of)};
    /* Wrapped cells are easier to compare than tables below each other. */
    bool wide = to->width >= 120;
    how.want_column = how.wishes && wide;
    measure_numbers(&how, of);
    size_t fixed = how.want_column ? 3 : 2;
    grid *table = grid_new(fixed + of->offering_count, 2);
    grid_fixed(table, fixed);
    grid_widest(table, wide ? 24 : 18);
    add_header(table, of, how);
    for (size_t i = 0; i < of->session->model->attribute_count; i++)
        add_attribute(table, of, i, how);
    add_result(table, of, how);
    size_t shown = of->offering_count;
    if (of->folds)
        shown -= grid_fold(table, of->least, to);
    grid_print(table, to);
    grid_free(table);
    free(how.offer_ends);
    print_legend(to, how);
    size_t all = fm_catalog_offering_count(of->session->catalog);
    if (of->folds && shown < all)
        print_left_out(to, all - shown, all);
    print_promises(of, to, shown);
}
