/* One customer row explained, for programs. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

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
    if (explain_is_number(run->model->attributes[attribute].rule)) {
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

static json_t *text_json(const char *text) {
    if (!text)
        return json_null();
    buffer plain = {0};
    explain_spoken(&plain, text);
    json_t *value = js_string(buffer_string(&plain));
    buffer_destroy(&plain);
    return value;
}

static json_t *string_json(const char *string) {
    return string && *string ? js_string(string) : json_null();
}

/* What would have to change before our closest offering fits. */
static json_t *changes_json(const explained *of) {
    json_t *list = js_array();
    if (of->result.verdict != FM_VERDICT_WALK_AWAY)
        return list;
    uint32_t *unmet = tool_alloc(of->session->model->attribute_count, sizeof *unmet);
    size_t count = fm_walk_unmet(of->walk, of->row, of->result.own, unmet);
    for (size_t i = 0; i < count; i++) {
        buffer text = {0};
        explain_change(&text, of, unmet[i]);
        json_t *object = js_object();
        js_put(object, "attribute", js_string(of->session->model->attributes[unmet[i]].name));
        js_put(object, "text", js_string(buffer_string(&text)));
        js_push(list, object);
        buffer_destroy(&text);
    }
    free(unmet);
    return list;
}

static json_t *talk_json(const explained *of) {
    talk_track talk;
    explain_talk(of, &talk);
    buffer opening = {0};
    explain_opening(&opening, &talk);
    const fm_attribute *attributes = of->session->model->attributes;
    json_t *say = js_array();
    for (size_t i = 0; i < talk.line_count; i++) {
        json_t *line = js_object();
        js_put(line, "attribute", js_string(attributes[talk.lines[i].attribute].name));
        js_put(line, "avoid", text_json(talk.lines[i].avoid));
        js_put(line, "reach", text_json(talk.lines[i].reach));
        js_push(say, line);
    }
    const char *question = of->result.ask == FM_NONE ? "" : attributes[of->result.ask].question;
    json_t *object = js_object();
    js_put(object, "driver", string_json(talk.driver));
    js_put(object, "horizon", string_json(talk.horizon));
    js_put(object, "offering_id",
           offering_json(of, talk.offering == SIZE_MAX ? FM_NONE : (uint32_t)talk.offering));
    js_put(object, "question", *question ? text_json(question) : json_null());
    js_put(object, "opening", string_json(buffer_string(&opening)));
    js_put(object, "say", say);
    js_put(object, "change", changes_json(of));
    buffer_destroy(&opening);
    return object;
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
    js_put(object, "rows_with_id", js_count(of->rows_with_id));
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
    js_put(object, "talk_track", talk_json(of));
    js_put(object, "attributes", attributes_json(of));
    buffer_destroy(&text);
    return object;
}
