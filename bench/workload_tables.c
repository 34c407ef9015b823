/* A workload as the engine's public interface wants it: model, offerings, delivery records, customers. */
#include "support.h"
#include "workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_BYTES 8 /* of a customer */
#define OFFERING_ID_BYTES 12
#define COMPANY "Own"

static void check(fm_status status, const fm_error *error) {
    if (status != FM_OK)
        bench_die("the engine refused the workload: %s", error->message);
}

fm_model *workload_model(const workload *w) {
    fm_attribute *attributes = bench_new(w->options.attributes, sizeof *attributes);
    for (uint32_t i = 0; i < w->options.attributes; i++)
        attributes[i] = (fm_attribute){
            .name = w->attributes[i].name,
            .rule = w->attributes[i].rule,
            .weight = w->attributes[i].weight,
            /* How a number in memory says "unasked"; asked without a demand is then the number 0. */
            .ask_when_blank = w->attributes[i].may_be_unasked && w->attributes[i].rule == FM_RULE_FLAG,
        };
    fm_model_spec spec = {
        .company = COMPANY,
        .attributes = attributes,
        .attribute_count = w->options.attributes,
        .percentile = 95,
        .min_records = 1, /* one delivery record is the dependable value */
    };
    fm_model *model;
    fm_error error;
    check(fm_model_new(&spec, NULL, &model, &error), &error);
    free(attributes);
    return model;
}

static fm_text text_of(const char *string) {
    return (fm_text){string, strlen(string)};
}

static fm_table *table_of(const fm_column *columns, size_t count, uint64_t rows) {
    fm_table *table;
    fm_error error;
    check(fm_table_from_columns(columns, count, rows, &table, &error), &error);
    return table;
}

/* The delivery records: one for each value that is not delivered as promised. */
static size_t list_records(const workload *w, char (*ids)[OFFERING_ID_BYTES], fm_text *columns[3]) {
    size_t count = 0;
    for (uint32_t o = 0; o < w->options.offerings; o++) {
        for (uint32_t i = 0; i < w->options.attributes; i++) {
            size_t at = (size_t)o * w->options.attributes + i;
            if (w->nominal[at] == w->dependable[at])
                continue;
            columns[0][count] = text_of(ids[o]);
            columns[1][count] = text_of(w->attributes[i].name);
            columns[2][count++] = text_of(w->attributes[i].pattern_cells[w->dependable[at]]);
        }
    }
    return count;
}

fm_catalog *workload_catalog(const workload *w, const fm_model *model) {
    uint32_t offerings = w->options.offerings;
    size_t column_count = 2 + (size_t)w->options.attributes;
    size_t cells = (size_t)offerings * column_count;
    char(*ids)[OFFERING_ID_BYTES] = bench_new(offerings, sizeof *ids);
    fm_text *texts = bench_new(cells, sizeof *texts);
    fm_column *columns = bench_new(column_count, sizeof *columns);
    fm_text *records[3];
    for (size_t c = 0; c < column_count; c++)
        columns[c] = (fm_column){.name = c == 0   ? "offering_id"
                                         : c == 1 ? "supplier"
                                                  : w->attributes[c - 2].name,
                                 .texts = texts + c * offerings};
    for (uint32_t o = 0; o < offerings; o++) {
        (void)snprintf(ids[o], sizeof ids[o], "o%u", o);
        texts[o] = text_of(ids[o]);
        texts[offerings + o] = text_of(w->own[o] ? COMPANY : "Partner");
        for (uint32_t i = 0; i < w->options.attributes; i++)
            texts[(2 + (size_t)i) * offerings + o] =
                text_of(w->attributes[i].pattern_cells[w->nominal[(size_t)o * w->options.attributes + i]]);
    }
    for (size_t c = 0; c < 3; c++)
        records[c] = bench_new(cells, sizeof *records[c]);
    size_t record_count = list_records(w, ids, records);
    fm_column history_columns[] = {
        {"offering_id", records[0], NULL}, {"attribute", records[1], NULL}, {"value", records[2], NULL}};
    fm_table *offering_table = table_of(columns, column_count, offerings);
    fm_table *history_table = table_of(history_columns, 3, record_count);
    fm_catalog *catalog;
    fm_error error;
    check(fm_catalog_read(model, offering_table, history_table, NULL, &catalog, &error), &error);
    fm_table_free(offering_table);
    fm_table_free(history_table);
    for (size_t c = 0; c < 3; c++)
        free(records[c]);
    free(columns);
    free(texts);
    free(ids);
    return catalog;
}

struct workload_columns {
    uint64_t rows;
    size_t count;
    fm_column *columns;
    char *ids;
};

double *workload_numbers(const workload_attribute *a) {
    double *numbers = bench_new((size_t)WORKLOAD_FIRST + a->demand_count, sizeof *numbers);
    numbers[WORKLOAD_NONE] = a->rule == FM_RULE_FLAG ? 0 : (double)NAN;
    numbers[WORKLOAD_UNASKED] = (double)NAN;
    memcpy(numbers + WORKLOAD_FIRST, a->demand_numbers, a->demand_count * sizeof *numbers);
    return numbers;
}

fm_text *workload_texts(const workload_attribute *a) {
    /* As long as the others, so that all may be read beyond their ends. */
    static const char nothing[WORKLOAD_CELL_BYTES];
    static const char unasked[WORKLOAD_CELL_BYTES] = "?";
    fm_text *texts = bench_new((size_t)WORKLOAD_FIRST + a->demand_count, sizeof *texts);
    texts[WORKLOAD_NONE] = text_of(nothing);
    texts[WORKLOAD_UNASKED] = text_of(unasked);
    for (uint32_t d = 0; d < a->demand_count; d++)
        texts[WORKLOAD_FIRST + d] = text_of(a->demand_cells[d]);
    return texts;
}

static const double *expand_numbers(const workload_attribute *a, const uint16_t *codes, uint64_t rows) {
    double *numbers = bench_big_new(rows, sizeof *numbers);
    double *of_code = workload_numbers(a);
#pragma omp parallel for schedule(static) default(none) shared(numbers, of_code, codes, rows)
    for (uint64_t row = 0; row < rows; row++)
        numbers[row] = of_code[codes[row]];
    free(of_code);
    return numbers;
}

static const fm_text *expand_texts(const workload_attribute *a, const uint16_t *codes, uint64_t rows) {
    fm_text *texts = bench_big_new(rows, sizeof *texts);
    fm_text *of_code = workload_texts(a);
#pragma omp parallel for schedule(static) default(none) shared(texts, of_code, codes, rows)
    for (uint64_t row = 0; row < rows; row++)
        texts[row] = of_code[codes[row]];
    free(of_code);
    return texts;
}

/* Ids of eight bytes. */
static const fm_text *expand_ids(workload_columns *columns, uint64_t rows) {
    fm_text *texts = bench_big_new(rows, sizeof *texts);
    char *ids = bench_big_new(rows, ID_BYTES);
#pragma omp parallel for schedule(static) default(none) shared(texts, ids, rows)
    for (uint64_t row = 0; row < rows; row++) {
        for (unsigned digit = 0; digit < ID_BYTES; digit++)
            ids[row * ID_BYTES + digit] = "0123456789abcdef"[row >> (4 * (ID_BYTES - 1 - digit)) & 15];
        texts[row] = (fm_text){ids + row * ID_BYTES, ID_BYTES};
    }
    columns->ids = ids;
    return texts;
}

fm_table *workload_customers(const workload *w, workload_columns **out_columns) {
    workload_columns *columns = bench_new(1, sizeof *columns);
    columns->rows = w->options.rows;
    columns->columns = bench_new(1 + 2 * (size_t)w->options.attributes, sizeof *columns->columns);
    columns->columns[columns->count++] =
        (fm_column){.name = "customer_id", .texts = expand_ids(columns, columns->rows)};
    for (uint32_t c = 0; c < 2 * w->options.attributes; c++) {
        const workload_attribute *a = &w->attributes[c / 2];
        fm_column *column = &columns->columns[columns->count];
        if (w->codes[c] == NULL)
            continue;
        column->name = c % 2 == 0 ? a->name : a->want_name;
        if (workload_has_numbers(a))
            column->numbers = expand_numbers(a, w->codes[c], columns->rows);
        else
            column->texts = expand_texts(a, w->codes[c], columns->rows);
        columns->count++;
    }
    *out_columns = columns;
    return table_of(columns->columns, columns->count, columns->rows);
}

void workload_customers_free(fm_table *table, workload_columns *columns) {
    fm_table_free(table);
    for (size_t c = 0; c < columns->count; c++) {
        bench_free(columns->columns[c].numbers);
        bench_free(columns->columns[c].texts);
    }
    free(columns->ids);
    free(columns->columns);
    free(columns);
}
