#include "summary.h"

#include <stdlib.h>

/* Programs depend on these names: new ones may come, none goes or changes its meaning without a new number.
 */
#define SCHEMA 1

static json_t *verdicts_json(const match_report *of) {
    const session *run = of->session;
    const fm_match_totals *totals = fm_match_sum_totals(of->sum);
    double rows = (double)fm_match_sum_row_count(of->sum);
    json_t *verdicts = js_object();
    for (unsigned i = 0; i < FM_VERDICT_COUNT; i++) {
        json_t *verdict = js_object();
        js_put(verdict, "rows", js_count(totals->rows[i]));
        js_put(verdict, "share", js_number(rows > 0 ? (double)totals->rows[i] / rows : 0));
        js_put(verdict, "money", fm_base_has_value(run->base) ? js_number(totals->money[i]) : json_null());
        js_put(verdict, "expected_money", has_expected(run) ? js_number(totals->expected[i]) : json_null());
        js_put(verdicts, fm_verdict_name((fm_verdict)i), verdict);
    }
    return verdicts;
}

static json_t *unmet_json(const match_report *of) {
    const session *run = of->session;
    uint64_t unfit = unfit_rows(fm_match_sum_totals(of->sum));
    size_t count;
    unmet_attribute *top = top_unmet(of, SIZE_MAX, &count);
    json_t *list = js_array();
    for (size_t i = 0; i < count; i++) {
        const fm_attribute *attribute = &run->model->attributes[top[i].attribute];
        json_t *entry = js_object();
        js_put(entry, "attribute", js_string(attribute->name));
        js_put(entry, "label", js_string(attribute->label));
        js_put(entry, "rows", js_count(top[i].rows));
        js_put(entry, "share_of_unfit", js_number(unfit > 0 ? (double)top[i].rows / (double)unfit : 0));
        js_push(list, entry);
    }
    free(top);
    return list;
}

json_t *rejects_json(const rejects *from) {
    json_t *object = js_object();
    js_put(object, "rows", js_count(from->count));
    js_put(object, "file", from->path && from->count > 0 ? js_string(from->path) : json_null());
    json_t *first = json_null();
    if (from->count > 0 && !from->earlier) {
        first = js_object();
        js_put(first, "line", js_count(from->first.line));
        js_put(first, "column", js_count(from->first.column));
        js_put(first, "reason", js_string(from->first.message));
    }
    js_put(object, "first", first);
    return object;
}

static json_t *seconds_json(const match_report *of) {
    json_t *object = js_object();
    js_put(object, "open", js_number(of->session->open_seconds));
    js_put(object, "read", js_number(of->session->read_seconds));
    js_put(object, "scan", js_number(of->read.scan));
    js_put(object, "encode", js_number(of->read.encode));
    js_put(object, "slice", js_number(of->read.slice));
    js_put(object, "match", js_number(of->session->match_seconds));
    js_put(object, "write", js_number(of->session->write_seconds));
    js_put(object, "total", js_number(of->total_seconds));
    return object;
}

json_t *summary_json(const match_report *of) {
    const session *run = of->session;
    offering_count offerings = session_offerings(run);
    double rows = (double)fm_match_sum_row_count(of->sum);
    double pairs = rows * (double)(offerings.own + offerings.partner);
    json_t *root = js_object();
    js_put(root, "command", js_string("match"));
    js_put(root, "schema", js_count(SCHEMA));
    js_put(root, "version", js_string(fm_version()));
    js_put(root, "company", js_string(run->model->company));
    js_put(root, "customers", js_string(session_customers_name(run)));
    js_put(root, "rows", js_count(fm_match_sum_row_count(of->sum)));
    js_put(root, "attributes", js_count(run->model->attribute_count));
    json_t *offering_counts = js_object();
    js_put(offering_counts, "own", js_count(offerings.own));
    js_put(offering_counts, "partner", js_count(offerings.partner));
    js_put(root, "offerings", offering_counts);
    js_put(root, "verdicts", verdicts_json(of));
    js_put(root, "overpromised_rows", js_count(fm_match_sum_totals(of->sum)->overpromised_rows));
    js_put(root, "unmet", unmet_json(of));
    js_put(root, "rejects", rejects_json(of->rejects));
    js_put(root, "table", of->table_path ? js_string(of->table_path) : json_null());
    js_put(root, "rows_written", js_count(written_rows(of)));
    js_put(root, "seconds", seconds_json(of));
    js_put(root, "rows_per_second", js_number(of->total_seconds > 0 ? rows / of->total_seconds : 0));
    js_put(root, "pairs_per_second", js_number(run->match_seconds > 0 ? pairs / run->match_seconds : 0));
    js_put(root, "peak_memory_bytes", js_number(peak_memory_bytes()));
    js_put(root, "parts", js_count(of->parts));
    js_put(root, "threads", js_count(of->threads));
    js_put(root, "instruction_set",
           js_string(fm_instruction_set_name(fm_matches_instruction_set(run->matches))));
    return root;
}
