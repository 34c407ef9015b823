/* A workload: a model, a catalog and customers, drawn from a seed.
 *
 * Customers are kept as codes, one 16-bit number a cell; what the engine reads (columns of numbers and of
 * ready texts) is made from them and thrown away again once the base is built. The yardstick starts from the
 * codes themselves. A row depends on nothing but the seed and its number, so that bases too large to be kept
 * twice can be drawn while they are read (drawn_table.h). */
#ifndef FITMATCH_BENCH_WORKLOAD_H
#define FITMATCH_BENCH_WORKLOAD_H

#include <fitmatch/fitmatch.h>

/** Codes of a cell: nothing, not asked yet, and from 2 on a demand, the loosest first. */
#define WORKLOAD_NONE 0
#define WORKLOAD_UNASKED 1
#define WORKLOAD_FIRST 2

#define WORKLOAD_CELL_BYTES 96

typedef struct workload_options {
    uint64_t rows;
    uint32_t offerings;
    uint32_t attributes;
    uint32_t patterns;   /**< distinct offered values of an attribute */
    uint32_t demands;    /**< distinct demanded values of a numeric attribute */
    double blank;        /**< share of needs that are blank */
    double wants;        /**< share of cells with a want; 0: no want columns */
    double duplicates;   /**< share of rows that repeat a profile */
    uint64_t profiles;   /**< how many there are of these; 0: a thousandth as many as rows */
    double fitting;      /**< share of rows that an own offering should fit; reached approximately */
    double unasked;      /**< share of blank sets and flags that are unasked */
    unsigned weight_max; /**< weights are 1..weight_max */
    uint64_t seed;
} workload_options;

/** What every benchmark starts from; rows are its own affair. */
static inline workload_options workload_usual(void) {
    return (workload_options){
        .offerings = 20,
        .attributes = 12,
        .patterns = 5,
        .demands = 30,
        .blank = 0.4,
        .wants = 0.15,
        .fitting = 0.5,
        .unasked = 0.02,
        .weight_max = 5,
        .seed = 1,
    };
}

/** One attribute, its offered values (patterns) and its demands, the loosest demand first. */
typedef struct workload_attribute {
    fm_rule rule;
    unsigned weight;
    bool may_be_unasked;
    char name[16];
    char want_name[24];
    uint32_t pattern_count; /**< the last one is the blank cell */
    double *pattern_numbers;
    uint32_t *pattern_sets; /**< bit set of elements; of a flag, 1 is yes */
    char (*pattern_cells)[WORKLOAD_CELL_BYTES];
    uint32_t demand_count;
    double *demand_numbers;
    uint32_t *demand_sets;
    char (*demand_cells)[WORKLOAD_CELL_BYTES];
    bool *met; /**< [pattern][demand] */
} workload_attribute;

typedef struct workload {
    workload_options options;
    workload_attribute *attributes;
    bool *own;            /**< [offering] */
    uint16_t *nominal;    /**< [offering][attribute] pattern that is promised */
    uint16_t *dependable; /**< [offering][attribute] pattern that is delivered */
    double tightness;     /**< how hard the demands are; found so that `fitting` comes out */
    uint16_t **codes;     /**< [2 x attribute + want][row]; NULL where nobody wants anything, and
                             everywhere if rows are not kept */
} workload;

static inline bool workload_met(const workload_attribute *attribute, uint32_t pattern, uint32_t demand) {
    return attribute->met[(size_t)pattern * attribute->demand_count + demand];
}

static inline bool workload_is_numeric(const workload_attribute *attribute) {
    return attribute->rule == FM_RULE_AT_MOST || attribute->rule == FM_RULE_AT_LEAST;
}

/** Draws a workload, customers' codes included. Free with workload_free. */
workload *workload_new(const workload_options *options);

/** The same without keeping any customers: workload_draw_row has them. */
workload *workload_new_without_rows(const workload_options *options);
void workload_free(workload *workload);

/** Model and catalog of a workload; ends the benchmark if the engine refuses them. */
fm_model *workload_model(const workload *workload);
fm_catalog *workload_catalog(const workload *workload, const fm_model *model);

/** Draws one customer, [attribute] codes of needs and of wants; every time the same. */
void workload_draw_row(const workload *workload, uint64_t row, uint16_t *out_needs, uint16_t *out_wants);

/** Whether there is such a column of customers: `column` is 2 x attribute + want. */
static inline bool workload_has_column(const workload *w, uint32_t column) {
    return column % 2 == 0 || w->options.wants > 0;
}

/** Whether customers' cells of an attribute are numbers in memory, not texts. */
static inline bool workload_has_numbers(const workload_attribute *attribute) {
    return workload_is_numeric(attribute) || attribute->rule == FM_RULE_FLAG;
}

/** What customers' cells say, by code: of WORKLOAD_FIRST + demand_count; free() it. */
double *workload_numbers(const workload_attribute *attribute);
/** The same as texts, with 64 readable bytes behind each. */
fm_text *workload_texts(const workload_attribute *attribute);

/** The customers as a table, expanded from the codes into `*out_columns`; both freed by
 * workload_customers_free. */
typedef struct workload_columns workload_columns;
fm_table *workload_customers(const workload *workload, workload_columns **out_columns);
void workload_customers_free(fm_table *table, workload_columns *columns);

/* Between the rooms of the workload. */

/** Draws attributes, patterns and demands; workload_values.c. */
void workload_draw_values(workload *workload, uint64_t *random);

#endif
