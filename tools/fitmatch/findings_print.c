#include "findings.h"
#include "grid.h"
#include "numbers.h"

#include <string.h>

/* Demands and values shown for each attribute. */
#define SHOWN_PER_ATTRIBUTE 5

static void add_safe(buffer *to, const char *string) {
    buffer_show(to, string, strlen(string));
}

static void heading(const terminal *to, const char *text) {
    fprintf(to->stream, "\n%s%s%s\n", terminal_style(to, STYLE_BOLD), text, terminal_style(to, STYLE_PLAIN));
}

static const char *label_of(const findings *of, size_t attribute) {
    return of->session->model->attributes[attribute].label;
}

static void print_overview(const findings *of, const terminal *to) {
    const session *run = of->session;
    offering_count offerings = session_offerings(run);
    char number[NUMBER_BYTES];
    buffer text = {0};
    add_safe(&text, run->model_path);
    buffer_add(&text, *run->model->company ? ": " : "");
    add_safe(&text, run->model->company);
    buffer_addf(&text, ", %zu %s", run->model->attribute_count,
                run->model->attribute_count == 1 ? "attribute" : "attributes");
    fprintf(to->stream, "Model      %s\n", buffer_string(&text));
    fprintf(to->stream, "Offerings  %s of our own", number_count(number, offerings.own));
    if (offerings.partner > 0) {
        fprintf(to->stream, ", %s", number_count(number, offerings.partner));
        fprintf(to->stream, " of %s %s", number_count(number, offerings.partners),
                offerings.partners == 1 ? "partner" : "partners");
    }
    fputc('\n', to->stream);
    buffer_clear(&text);
    add_safe(&text, session_customers_name(run));
    fprintf(to->stream, "Customers  %s", buffer_string(&text));
    if (run->base) {
        fprintf(to->stream, ": %s %s", number_count(number, fm_base_row_count(run->base)),
                fm_base_row_count(run->base) == 1 ? "row" : "rows");
        fprintf(to->stream, ", %s%s set aside%s",
                terminal_style(to, of->reject_count ? STYLE_CARE : STYLE_PLAIN),
                of->reject_count ? number_count(number, of->reject_count) : "none",
                terminal_style(to, STYLE_PLAIN));
    }
    fputc('\n', to->stream);
    buffer_destroy(&text);
}

static void print_names(const terminal *to, const char *title, const names *list) {
    if (list->count == 0)
        return;
    heading(to, title);
    buffer text = {0};
    for (size_t i = 0; i < list->count; i++) {
        buffer_add(&text, i ? ", " : "");
        add_safe(&text, list->items[i]);
    }
    terminal_paragraph(to, buffer_string(&text), 2);
    buffer_destroy(&text);
}

static void print_duplicates(const findings *of, const terminal *to) {
    if (of->duplicate_count == 0)
        return;
    char number[NUMBER_BYTES];
    heading(to, "Ids that come more than once (each row is matched by itself)");
    buffer text = {0};
    buffer_addf(&text, "%s %s", number_count(number, of->duplicate_count),
                of->duplicate_count == 1 ? "id" : "ids");
    buffer_addf(&text, " in %s rows: ", number_count(number, of->duplicate_rows));
    for (size_t i = 0; i < of->duplicate_count && i < SHOWN_PER_ATTRIBUTE; i++) {
        fm_text id = fm_base_id(of->session->base, of->duplicates[i].row);
        buffer_add(&text, i ? ", " : "");
        buffer_show(&text, id.bytes, id.length);
        buffer_addf(&text, " (%s times)", number_count(number, of->duplicates[i].times));
    }
    buffer_add(&text, of->duplicate_count > SHOWN_PER_ATTRIBUTE ? ", ..." : "");
    terminal_paragraph(to, buffer_string(&text), 2);
    buffer_destroy(&text);
}

static void add_share(grid *to, uint64_t part, uint64_t whole) {
    char number[NUMBER_BYTES];
    grid_add(to, part ? number_share(number, (double)part, (double)whole) : "", STYLE_PLAIN);
}

static void print_demands(const findings *of, const terminal *to) {
    const session *run = of->session;
    static const char *const header[] = {"attribute", "rule",  "need", "no need",
                                         "not asked", "kinds", "want", "kinds"};
    heading(to, "What customers ask for (share of rows; \"no need\" is blank or any)");
    grid *table = grid_new(8, 2);
    grid_fixed(table, 8);
    for (size_t i = 0; i < 8; i++) {
        grid_add(table, header[i], STYLE_DIM);
        if (i >= 2)
            grid_right(table, i);
    }
    uint64_t rows = fm_base_row_count(run->base);
    for (size_t i = 0; i < run->model->attribute_count; i++) {
        fm_demand_count need = fm_base_demand_count(run->base, i, false);
        fm_demand_count want = fm_base_demand_count(run->base, i, true);
        grid_show(table, label_of(of, i), strlen(label_of(of, i)), STYLE_PLAIN);
        grid_add(table, fm_rule_name(run->model->attributes[i].rule), STYLE_DIM);
        if (need.column_found)
            add_share(table, need.rows[FM_DEMAND_STATED], rows);
        else
            grid_add(table, "no column", STYLE_CARE);
        add_share(table, need.rows[FM_DEMAND_NONE], rows);
        add_share(table, need.rows[FM_DEMAND_UNASKED], rows);
        grid_add_count(table, need.distinct);
        add_share(table, want.column_found ? want.rows[FM_DEMAND_STATED] : 0, rows);
        if (want.column_found)
            grid_add_count(table, want.distinct);
        else
            grid_add(table, "", STYLE_PLAIN);
    }
    grid_print(table, to);
    grid_free(table);
}

static void print_nobody(const findings *of, const terminal *to, const char *title, const nobody_list *list) {
    if (list->count == 0)
        return;
    char number[NUMBER_BYTES];
    heading(to, title);
    for (size_t i = 0; i < list->count;) {
        size_t attribute = list->items[i].attribute;
        buffer text = {0};
        add_safe(&text, label_of(of, attribute));
        buffer_add(&text, ": ");
        size_t shown = 0;
        size_t more = 0;
        for (; i < list->count && list->items[i].attribute == attribute; i++) {
            if (shown == SHOWN_PER_ATTRIBUTE) {
                more++;
                continue;
            }
            buffer_addf(&text, "%s%s", shown++ ? ", " : "", list->items[i].text);
            buffer_addf(&text, " (%s %s)", number_count(number, list->items[i].rows),
                        list->items[i].rows == 1 ? "row" : "rows");
        }
        if (more > 0)
            buffer_addf(&text, " and %s more", number_count(number, more));
        terminal_paragraph(to, buffer_string(&text), 2);
        buffer_destroy(&text);
    }
}

static void print_silent(const findings *of, const terminal *to) {
    names labels = {0};
    for (size_t i = 0; i < of->silent_count; i++) {
        const char *label = label_of(of, of->silent[i]);
        names_add(&labels, label, strlen(label));
    }
    print_names(to, "No offering says anything about", &labels);
    names_destroy(&labels);
}

static void print_broken(const findings *of, const terminal *to) {
    const session *run = of->session;
    static const char *const header[] = {"offering", "attribute", "promised", "delivered", "records"};
    if (of->broken_count == 0)
        return;
    heading(to, "Promises that the delivery records do not bear out");
    grid *table = grid_new(5, 2);
    grid_fixed(table, 5);
    for (size_t i = 0; i < 5; i++) {
        grid_add(table, header[i], STYLE_DIM);
        if (i >= 2)
            grid_right(table, i);
    }
    for (size_t i = 0; i < of->broken_count && i < LISTED_MAX; i++) {
        const broken_promise *one = &of->broken[i];
        const char *id = fm_catalog_offering(run->catalog, one->offering)->id;
        const char *unit = run->model->attributes[one->attribute].unit;
        buffer text = {0};
        grid_show(table, id, strlen(id), STYLE_PLAIN);
        grid_show(table, label_of(of, one->attribute), strlen(label_of(of, one->attribute)), STYLE_PLAIN);
        buffer_addf(&text, "%.15g%s%s", one->promise.nominal, *unit ? " " : "", unit);
        grid_show(table, buffer_string(&text), text.length, STYLE_PLAIN);
        buffer_clear(&text);
        buffer_addf(&text, "%.15g%s%s", one->promise.dependable, *unit ? " " : "", unit);
        grid_show(table, buffer_string(&text), text.length, STYLE_BAD);
        grid_add_count(table, one->promise.records);
        buffer_destroy(&text);
    }
    grid_print(table, to);
    grid_free(table);
    if (of->broken_count > LISTED_MAX)
        fprintf(to->stream, "  and %zu more\n", of->broken_count - LISTED_MAX);
}

void findings_print(const findings *of, const terminal *to) {
    print_overview(of, to);
    print_names(to, "Columns that the model names and the table does not have", &of->missing);
    print_names(to, "Columns that the model does not use (--keep carries them along)", &of->ignored);
    print_names(to, "Suppliers written almost like the company: are these offerings not our own?",
                &of->suppliers);
    if (of->session->base) {
        print_duplicates(of, to);
        print_demands(of, to);
        print_nobody(of, to, "Needs that no offering meets", &of->demands);
        print_nobody(of, to, "Values that customers need and no offering has", &of->values);
        print_silent(of, to);
    }
    print_broken(of, to);
}
