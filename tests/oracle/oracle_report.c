/* Tables of reports, cell by cell, and what stands in the cells. */
#include "oracle_analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct oracle_buffer *table_of(struct oracle_analysis *analysis) {
    return &analysis->tables[analysis->report->table_count - 1];
}

void oracle_start(struct oracle_analysis *analysis, const char *name, const char *header) {
    struct oracle_report *report = analysis->report;
    if (report->table_count == ORACLE_MOST_TABLES)
        abort();
    report->names[report->table_count++] = name;
    oracle_buffer_add_string(table_of(analysis), header);
    oracle_buffer_add_string(table_of(analysis), "\n");
}

void oracle_put_text(struct oracle_analysis *analysis, struct oracle_text text) {
    if (analysis->in_line)
        oracle_buffer_add_string(table_of(analysis), ",");
    analysis->in_line = true;
    oracle_buffer_add_csv_cell(table_of(analysis), text);
}

void oracle_put_string(struct oracle_analysis *analysis, const char *string) {
    oracle_put_text(analysis, oracle_text_of(string));
}

void oracle_put_null(struct oracle_analysis *analysis) {
    oracle_put_string(analysis, "");
}

void oracle_put_count(struct oracle_analysis *analysis, uint64_t count) {
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    oracle_put_string(analysis, digits);
}

void oracle_put_change(struct oracle_analysis *analysis, int64_t change) {
    char digits[32];
    snprintf(digits, sizeof digits, "%lld", (long long)change);
    oracle_put_string(analysis, digits);
}

void oracle_put_number(struct oracle_analysis *analysis, bool known, double number) {
    char digits[64] = "";
    if (known)
        snprintf(digits, sizeof digits, "%.15g", number == 0 ? 0.0 : number);
    oracle_put_string(analysis, digits);
}

void oracle_put_score(struct oracle_analysis *analysis, double score) {
    char digits[64];
    snprintf(digits, sizeof digits, "%.4f", score);
    oracle_put_string(analysis, digits);
}

void oracle_put_share(struct oracle_analysis *analysis, uint64_t part, uint64_t whole) {
    oracle_put_number(analysis, true, whole == 0 ? 0 : (double)part / (double)whole);
}

void oracle_put_verdict(struct oracle_analysis *analysis, enum oracle_verdict verdict) {
    static const char *const verdicts[] = {"fit", "ask", "refer", "walk_away", ""};
    oracle_put_string(analysis, verdicts[verdict]);
}

void oracle_put_names(struct oracle_analysis *analysis, const size_t *attributes, size_t count) {
    struct oracle_buffer names = {0};
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            oracle_buffer_add_string(&names, ";");
        oracle_buffer_add(&names, analysis->model->attributes[attributes[i]].name);
    }
    oracle_put_buffer(analysis, &names);
}

void oracle_put_gap(struct oracle_analysis *analysis, const struct oracle_case *of) {
    struct oracle_buffer unmet = {0};
    struct oracle_buffer gap = {0};
    oracle_unmet_words(analysis->oracle, of->row, of->decision->own, &unmet, &gap);
    free(unmet.bytes);
    oracle_put_buffer(analysis, &gap);
}

void oracle_put_buffer(struct oracle_analysis *analysis, struct oracle_buffer *buffer) {
    oracle_put_text(analysis, (struct oracle_text){buffer->bytes, buffer->length});
    free(buffer->bytes);
    *buffer = (struct oracle_buffer){0};
}

void oracle_end_row(struct oracle_analysis *analysis) {
    oracle_buffer_add_string(table_of(analysis), "\n");
    analysis->in_line = false;
}

void oracle_plain_number(struct oracle_buffer *buffer, double number, struct oracle_text unit) {
    oracle_number_words(buffer, number == 0 ? 0.0 : number, unit);
}

void oracle_offer_words(struct oracle_analysis *analysis, struct oracle_buffer *buffer, size_t a,
                        const struct oracle_offer *offer) {
    const struct oracle_attribute *attribute = &analysis->model->attributes[a];
    if (attribute->rule == ORACLE_FLAG)
        oracle_buffer_add_string(buffer, offer->yes ? "yes" : "no");
    else if (attribute->rule > ORACLE_AT_LEAST)
        oracle_set_words(analysis->heap, buffer, &attribute->values, offer->set);
    else if (offer->has_number)
        oracle_plain_number(buffer, offer->number, attribute->unit);
    else
        oracle_buffer_add_string(buffer, "nothing");
}

void oracle_demand_words(struct oracle_analysis *analysis, struct oracle_buffer *buffer,
                         const struct oracle_demand *demand) {
    const struct oracle_offer like = {true, true, demand->number, demand->set};
    oracle_offer_words(analysis, buffer, demand->attribute, &like);
}

void oracle_tally_add(struct oracle_tally *tally, const struct oracle_case *of) {
    tally->rows++;
    tally->overpromised += of->decision->overpromise != NULL ? 1 : 0;
    oracle_sum_add(&tally->money, of->value);
    oracle_sum_add(&tally->expected, of->expected);
}

void oracle_put_money(struct oracle_analysis *analysis, const struct oracle_tally *tally) {
    oracle_put_number(analysis, analysis->has_money, oracle_sum_round(&tally->money));
}

void oracle_put_expected(struct oracle_analysis *analysis, const struct oracle_tally *tally) {
    oracle_put_number(analysis, analysis->has_expected, oracle_sum_round(&tally->expected));
}

void oracle_sort(void *items, size_t count, size_t size_bytes, oracle_compare compare, void *context) {
    if (count > 1)
        qsort_r(items, count, size_bytes, compare, context);
}

void oracle_report_destroy(struct oracle_report *report) {
    for (size_t i = 0; i < report->table_count; i++)
        free(report->tables[i]);
    *report = (struct oracle_report){0};
}
