#include "findings.h"

static json_t *names_json(const names *list) {
    json_t *array = js_array();
    for (size_t i = 0; i < list->count; i++)
        js_push(array, js_string(list->items[i]));
    return array;
}

static json_t *rejects_json(const findings *of) {
    json_t *object = js_object();
    json_t *list = js_array();
    for (size_t i = 0; i < of->reject_count && i < LISTED_MAX && of->rejects[i].status != FM_OK; i++) {
        json_t *entry = js_object();
        js_put(entry, "line", js_count(of->rejects[i].line));
        js_put(entry, "column", js_count(of->rejects[i].column));
        js_put(entry, "reason", js_string(of->rejects[i].message));
        js_push(list, entry);
    }
    js_put(object, "rows", js_count(of->reject_count));
    js_put(object, "first", list);
    return object;
}

static json_t *duplicates_json(const findings *of) {
    json_t *object = js_object();
    json_t *list = js_array();
    for (size_t i = 0; i < of->duplicate_count && i < LISTED_MAX; i++) {
        json_t *entry = js_object();
        js_put(entry, "customer_id",
               js_text(text_trim(fm_base_id(of->session->base, of->duplicates[i].row))));
        js_put(entry, "rows", js_count(of->duplicates[i].times));
        js_push(list, entry);
    }
    js_put(object, "ids", js_count(of->duplicate_count));
    js_put(object, "rows", js_count(of->duplicate_rows));
    js_put(object, "first", list);
    return object;
}

static json_t *demand_json(const session *run, size_t attribute, bool want) {
    fm_demand_count count = fm_base_demand_count(run->base, attribute, want);
    json_t *object = js_object();
    js_put(object, "column_found", json_boolean(count.column_found));
    js_put(object, "stated_rows", js_count(count.rows[FM_DEMAND_STATED]));
    js_put(object, "none_rows", js_count(count.rows[FM_DEMAND_NONE]));
    js_put(object, "unasked_rows", js_count(count.rows[FM_DEMAND_UNASKED]));
    js_put(object, "distinct", js_count(count.distinct));
    return object;
}

/* The first entries of one attribute, which stand together. */
static json_t *nobody_json(const nobody_list *from, size_t attribute, const char *key) {
    json_t *list = js_array();
    for (size_t i = 0; i < from->count && json_array_size(list) < LISTED_MAX; i++) {
        if (from->items[i].attribute != attribute)
            continue;
        json_t *entry = js_object();
        js_put(entry, key, js_string(from->items[i].text));
        js_put(entry, "rows", js_count(from->items[i].rows));
        js_push(list, entry);
    }
    return list;
}

static json_t *attributes_json(const findings *of) {
    const session *run = of->session;
    json_t *list = js_array();
    for (size_t i = 0; i < run->model->attribute_count; i++) {
        const fm_attribute *about = &run->model->attributes[i];
        bool silent = false;
        for (size_t s = 0; s < of->silent_count; s++)
            silent |= of->silent[s] == i;
        json_t *object = js_object();
        js_put(object, "attribute", js_string(about->name));
        js_put(object, "label", js_string(about->label));
        js_put(object, "rule", js_string(fm_rule_name(about->rule)));
        js_put(object, "need", run->base ? demand_json(run, i, false) : json_null());
        js_put(object, "want", run->base ? demand_json(run, i, true) : json_null());
        js_put(object, "offered_by_nobody", run->base ? json_boolean(silent) : json_null());
        js_put(object, "needs_nobody_meets", nobody_json(&of->demands, i, "demand"));
        js_put(object, "values_nobody_has", nobody_json(&of->values, i, "value"));
        js_push(list, object);
    }
    return list;
}

static json_t *broken_json(const findings *of) {
    const session *run = of->session;
    json_t *list = js_array();
    for (size_t i = 0; i < of->broken_count; i++) {
        const broken_promise *one = &of->broken[i];
        json_t *entry = js_object();
        js_put(entry, "offering_id", js_string(fm_catalog_offering(run->catalog, one->offering)->id));
        js_put(entry, "attribute", js_string(run->model->attributes[one->attribute].name));
        js_put(entry, "nominal", js_number(one->promise.nominal));
        js_put(entry, "dependable", js_number(one->promise.dependable));
        js_put(entry, "records", js_count(one->promise.records));
        js_push(list, entry);
    }
    return list;
}

json_t *findings_json(const findings *of) {
    const session *run = of->session;
    offering_count offerings = session_offerings(run);
    json_t *root = js_object();
    js_put(root, "command", js_string("check"));
    js_put(root, "schema", js_count(1));
    js_put(root, "version", js_string(fm_version()));
    js_put(root, "company", js_string(run->model->company));
    json_t *counts = js_object();
    js_put(counts, "own", js_count(offerings.own));
    js_put(counts, "partner", js_count(offerings.partner));
    js_put(root, "offerings", counts);
    js_put(root, "customers", run->base ? js_string(session_customers_name(run)) : json_null());
    js_put(root, "rows", run->base ? js_count(fm_base_row_count(run->base)) : json_null());
    js_put(root, "rejects", rejects_json(of));
    js_put(root, "ignored_columns", names_json(&of->ignored));
    js_put(root, "missing_columns", names_json(&of->missing));
    js_put(root, "duplicates", duplicates_json(of));
    js_put(root, "attributes", attributes_json(of));
    js_put(root, "suppliers_almost_company", names_json(&of->suppliers));
    js_put(root, "broken_promises", broken_json(of));
    return root;
}
