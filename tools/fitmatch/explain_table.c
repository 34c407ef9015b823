/* Every attribute against every offering, for people and for programs. */
#include "explain.h"
#include "grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_number(fm_rule rule) {
    return rule == FM_RULE_AT_MOST || rule == FM_RULE_AT_LEAST;
}

/* How the table is laid out. */
typedef struct layout {
    bool utf8;
    bool wishes;      /* the customer wishes for something: if not, nothing is said about wishes */
    bool want_column; /* wishes have a column of their own; else they stand below the needs */
} layout;

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
static void add_offer(grid *to, const explained *of, size_t offering, size_t attribute, layout how) {
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
    walk_offer(&text, of->walk, offering, attribute);
    grid_add(to, buffer_string(&text), colour);
    buffer_destroy(&text);
}

static void add_attribute(grid *to, const explained *of, size_t attribute, layout how) {
    const char *label = of->session->model->attributes[attribute].label;
    grid_show(to, label, strlen(label), STYLE_PLAIN);
    buffer need = {0};
    buffer want = {0};
    fm_fit_cell cell = fm_walk_cell(of->walk, of->row, of->result.own, attribute);
    explain_demand(&need, of, attribute, false);
    explain_demand(&want, of, attribute, true);
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
        add_offer(to, of, of->offerings[i], attribute, how);
}

/* The last line: what it comes to. */
static void add_result(grid *to, const explained *of, layout how) {
    uint32_t *unmet = tool_alloc(of->session->model->attribute_count, sizeof *unmet);
    grid_add(to, "meets every need", STYLE_BOLD);
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

static void add_number(grid *to, double number, const char *unit) {
    buffer text = {0};
    if (isnan(number))
        buffer_add(&text, "nothing");
    else
        buffer_addf(&text, "%.15g%s", number, *unit ? " " : "");
    if (!isnan(number))
        buffer_show(&text, unit, strlen(unit));
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

static void add_promise(grid *to, const explained *of, size_t offering, size_t attribute,
                        fm_promise promise) {
    const fm_attribute *about = &of->session->model->attributes[attribute];
    const char *id = fm_catalog_offering(of->session->catalog, offering)->id;
    bool bad = worse(about->rule, promise);
    bool same = promise.nominal == promise.dependable;
    bool too_few = promise.records < of->session->model->min_records;
    grid_show(to, id, strlen(id), STYLE_PLAIN);
    grid_show(to, about->label, strlen(about->label), STYLE_PLAIN);
    add_number(to, promise.nominal, about->unit);
    add_number(to, promise.dependable, about->unit);
    grid_add_count(to, promise.records);
    if (too_few)
        grid_add(to, "too few to tell", STYLE_DIM);
    else
        grid_add(to, bad ? "not kept" : same ? "kept" : "better than promised", bad ? STYLE_BAD : STYLE_GOOD);
}

static void print_promises(const explained *of, const terminal *to) {
    const session *run = of->session;
    static const char *const header[] = {"offering", "attribute", "promised", "delivered", "records", ""};
    grid *table = grid_new(6, 2);
    grid_fixed(table, 6);
    grid_right(table, 2);
    grid_right(table, 3);
    grid_right(table, 4);
    for (size_t i = 0; i < 6; i++)
        grid_add(table, header[i], STYLE_BOLD);
    size_t count = 0;
    for (size_t i = 0; i < of->offering_count; i++) {
        for (size_t a = 0; a < run->model->attribute_count; a++) {
            fm_promise promise = {0};
            if (is_number(run->model->attributes[a].rule))
                promise = fm_catalog_promise(run->catalog, of->offerings[i], a);
            if (promise.records > 0) {
                add_promise(table, of, of->offerings[i], a, promise);
                count++;
            }
        }
    }
    if (count > 0) {
        fprintf(to->stream, "\n%sPromise and record%s: what %u %% of deliveries keep\n",
                terminal_style(to, STYLE_BOLD), terminal_style(to, STYLE_PLAIN), run->model->percentile);
        grid_print(table, to);
    }
    grid_free(table);
}

void explain_tables(const explained *of, const terminal *to) {
    layout how = {.utf8 = to->utf8, .wishes = has_wishes(of)};
    /* Wrapped cells are easier to compare than tables below each other. */
    bool wide = to->width >= 120;
    how.want_column = how.wishes && wide;
    size_t fixed = how.want_column ? 3 : 2;
    grid *table = grid_new(fixed + of->offering_count, 2);
    grid_fixed(table, fixed);
    grid_widest(table, wide ? 24 : 18);
    add_header(table, of, how);
    for (size_t i = 0; i < of->session->model->attribute_count; i++)
        add_attribute(table, of, i, how);
    add_result(table, of, how);
    grid_print(table, to);
    grid_free(table);
    fprintf(to->stream, "\n  %s%s meets the need, %s does not%s%s\n", terminal_style(to, STYLE_DIM),
            to->utf8 ? "✓" : "ok", to->utf8 ? "✗" : "NO", how.wishes ? "; + grants the wish, - does not" : "",
            terminal_style(to, STYLE_PLAIN));
    print_promises(of, to);
}

static json_t *demand_json(const explained *of, size_t attribute, bool want, fm_demand_state state) {
    static const char *const states[] = {"none", "unasked", "stated"};
    buffer text = {0};
    walk_demand(&text, of->walk, of->row, attribute, want);
    json_t *object = js_object();
    js_put(object, "state", js_string(states[state]));
    js_put(object, "text", text.length ? js_string(buffer_string(&text)) : json_null());
    buffer_destroy(&text);
    return object;
}

static json_t *offer_json(const explained *of, size_t offering, size_t attribute) {
    const session *run = of->session;
    fm_fit_cell cell = fm_walk_cell(of->walk, of->row, offering, attribute);
    buffer text = {0};
    walk_offer(&text, of->walk, offering, attribute);
    json_t *object = js_object();
    js_put(object, "offering_id", js_string(fm_catalog_offering(run->catalog, offering)->id));
    js_put(object, "own", json_boolean(fm_catalog_offering(run->catalog, offering)->own));
    js_put(object, "offers", js_string(buffer_string(&text)));
    js_put(object, "need_met", json_boolean(cell.need_met));
    js_put(object, "want_met", json_boolean(cell.want_met));
    if (is_number(run->model->attributes[attribute].rule)) {
        fm_promise promise = fm_catalog_promise(run->catalog, offering, attribute);
        js_put(object, "nominal", js_number(promise.nominal));
        js_put(object, "dependable", js_number(promise.dependable));
        js_put(object, "records", js_count(promise.records));
    }
    buffer_destroy(&text);
    return object;
}

static json_t *attributes_json(const explained *of) {
    json_t *list = js_array();
    for (size_t a = 0; a < of->session->model->attribute_count; a++) {
        const fm_attribute *about = &of->session->model->attributes[a];
        fm_fit_cell cell = fm_walk_cell(of->walk, of->row, of->result.own, a);
        json_t *object = js_object();
        js_put(object, "attribute", js_string(about->name));
        js_put(object, "label", js_string(about->label));
        js_put(object, "unit", js_string(about->unit));
        js_put(object, "rule", js_string(fm_rule_name(about->rule)));
        js_put(object, "weight", js_count(about->weight));
        js_put(object, "need", demand_json(of, a, false, cell.need));
        js_put(object, "want", demand_json(of, a, true, cell.want));
        json_t *offers = js_array();
        for (size_t i = 0; i < of->offering_count; i++)
            js_push(offers, offer_json(of, of->offerings[i], a));
        js_put(object, "offerings", offers);
        js_push(list, object);
    }
    return list;
}

static json_t *offering_json(const explained *of, uint32_t offering) {
    return offering == FM_NONE ? json_null()
                               : js_string(fm_catalog_offering(of->session->catalog, offering)->id);
}

static json_t *unmet_json(const explained *of) {
    uint32_t *unmet = tool_alloc(of->session->model->attribute_count, sizeof *unmet);
    size_t count = fm_walk_unmet(of->walk, of->row, of->result.own, unmet);
    json_t *list = js_array();
    for (size_t i = 0; i < count; i++)
        js_push(list, js_string(of->session->model->attributes[unmet[i]].name));
    free(unmet);
    return list;
}

json_t *explain_json(const explained *of) {
    const session *run = of->session;
    const fm_match_row *result = &of->result;
    buffer text = {0};
    json_t *object = js_object();
    js_put(object, "row", js_count(of->row + 1));
    js_put(object, "customer_id", js_text(fm_base_id(run->base, of->row)));
    json_t *columns = js_object();
    for (size_t i = 0; i < fm_base_column_count(run->base); i++) {
        buffer_clear(&text);
        const char *name = fm_base_column_name(run->base, i);
        buffer_show(&text, name, strlen(name));
        js_put(columns, buffer_string(&text), js_text(fm_base_cell(run->base, i, of->row)));
    }
    js_put(object, "columns", columns);
    js_put(object, "verdict", js_string(fm_verdict_name(result->verdict)));
    js_put(object, "offering_id", offering_json(of, result->own));
    js_put(object, "score", js_count(result->score));
    js_put(object, "unmet", unmet_json(of));
    buffer_clear(&text);
    walk_gap(&text, of->walk, of->row, result->own);
    js_put(object, "gap", js_string(buffer_string(&text)));
    js_put(object, "refer_to", offering_json(of, result->refer_to));
    const char *supplier =
        result->refer_to == FM_NONE ? NULL : fm_catalog_offering(run->catalog, result->refer_to)->supplier;
    js_put(object, "refer_supplier", supplier ? js_string(supplier) : json_null());
    js_put(object, "overpromise", offering_json(of, result->overpromise));
    js_put(object, "ask",
           result->ask == FM_NONE ? json_null() : js_string(run->model->attributes[result->ask].name));
    buffer_clear(&text);
    explain_words(&text, of);
    js_put(object, "words", js_string(buffer_string(&text)));
    js_put(object, "attributes", attributes_json(of));
    buffer_destroy(&text);
    return object;
}
