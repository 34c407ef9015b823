/* Sets by truth tables: every number of slices that has code of its own, and more. */
#include "match/kernel.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { OFFERINGS = 9 };

/* Whether an offering has an element, mixed so that patterns differ and some elements are offered by nobody.
 */
static bool offers(size_t offering, size_t element) {
    return fm__hash_word(offering * 1000003 + element) % 3 == 0;
}

/* The rows come back to each demand once: row r demands element r % demands, and the next one if r is odd. */
static bool demands_element(size_t row, size_t demands, size_t element) {
    return row % demands == element || (row % 2 == 1 && demands > 2 && (row + 1) % demands == element);
}

static bool misses(fm_rule rule, size_t offering, size_t row, size_t demands) {
    bool shares = false;
    bool covers = true;
    for (size_t e = 0; e < demands; e++) {
        if (!demands_element(row, demands, e))
            continue;
        shares |= offers(offering, e);
        covers &= offers(offering, e);
    }
    return rule == FM_RULE_COVERS ? !covers : rule == FM_RULE_ANY_OF ? !shares : shares;
}

typedef struct set_case {
    fm_model *model;
    fm_table *offerings;
    fm_table *customers;
    fm_catalog *catalog;
    fm_base *base;
    fm__plan *plan;
} set_case;

static void build(set_case *c, fm_rule rule, size_t demands, size_t rows) {
    const fm_attribute attribute = {.name = "set", .rule = rule};
    const fm_model_spec spec = {.attributes = &attribute, .attribute_count = 1};
    fm_text *ids = calloc(rows + OFFERINGS, sizeof *ids);
    fm_text *sets = calloc(rows, sizeof *sets);
    fm_text offered[OFFERINGS];
    char *storage = calloc(rows * 64 + OFFERINGS * demands * 8 + 1, 1);
    char *at = storage;
    for (size_t o = 0; o < OFFERINGS; o++) {
        offered[o] = (fm_text){at, 0};
        for (size_t e = 0; e < demands; e++)
            if (offers(o, e))
                at += sprintf(at, "e%zu|", e);
        offered[o].length = (size_t)(at - offered[o].bytes);
        ids[rows + o] = (fm_text){at, (size_t)sprintf(at, "o%zu", o)};
        at += 8;
    }
    for (size_t r = 0; r < rows; r++, at += 64) {
        ids[r] = (fm_text){"c", 1};
        sets[r] = (fm_text){at, 0};
        for (size_t e = 0; e < demands; e++)
            if (demands_element(r, demands, e))
                sets[r].length += (size_t)sprintf(at + sets[r].length, "e%zu|", e);
    }
    const fm_column offering_columns[] = {{.name = "offering_id", .texts = ids + rows},
                                          {.name = "set", .texts = offered}};
    const fm_column customer_columns[] = {{.name = "customer_id", .texts = ids},
                                          {.name = "set", .texts = sets}};
    cr_assert_eq(fm_model_new(&spec, NULL, &c->model, NULL), FM_OK);
    cr_assert_eq(fm_table_from_columns(offering_columns, 2, OFFERINGS, &c->offerings, NULL), FM_OK);
    cr_assert_eq(fm_catalog_read(c->model, c->offerings, NULL, NULL, &c->catalog, NULL), FM_OK);
    cr_assert_eq(fm_table_from_columns(customer_columns, 2, rows, &c->customers, NULL), FM_OK);
    cr_assert_eq(fm_base_read(c->model, c->customers, NULL, NULL, &c->base, NULL), FM_OK);
    cr_assert_eq(fm__plan_new(c->base, c->catalog, &c->plan, NULL), FM_OK);
    free(ids);
    free(sets);
    free(storage);
}

static void destroy(set_case *c) {
    fm__plan_free(c->plan);
    fm_base_free(c->base);
    fm_catalog_free(c->catalog);
    fm_table_free(c->customers);
    fm_table_free(c->offerings);
    fm_model_free(c->model);
}

static void check_planes(const set_case *c, const fm__kernel *kernel, fm_rule rule, size_t demands,
                         size_t rows) {
    fm__block block;
    cr_assert(fm__block_init(&block, c->plan));
    for (size_t b = 0; b * FM__BLOCK_ROWS < rows; b++) {
        fm__block_compute(&block, c->plan, kernel, FM__DEPTH_MATCH, b);
        for (size_t o = 0; o < OFFERINGS; o++) {
            uint32_t plane = fm__variant_plane(&c->plan->variants[o], 0, false);
            for (size_t r = b * FM__BLOCK_ROWS; r < rows && r < (b + 1) * FM__BLOCK_ROWS; r++) {
                size_t at = r % FM__BLOCK_ROWS;
                bool missed = block.planes[plane * FM__BLOCK_WORDS + at / 64] >> (at % 64) & 1;
                cr_assert_eq(missed, misses(rule, o, r, demands), "%s, %zu demands, offering %zu, row %zu",
                             fm_rule_name(rule), demands, o, r);
            }
        }
    }
    fm__block_destroy(&block);
}

/* Codes fill their slices exactly, miss that by one, or have one too many. */
Test(truth_tables, every_number_of_slices) {
    static const size_t counts[] = {1,  2,  3,  5,  6,   7,   13,  14,  15, 30,
                                    31, 61, 62, 63, 126, 127, 254, 255, 300};
    const fm_rule rules[] = {FM_RULE_COVERS, FM_RULE_ANY_OF, FM_RULE_NONE_OF};
    bool slices_met[33] = {false};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
            size_t rows = counts[i] * 2 + 3;
            set_case c = {0};
            build(&c, rules[k], counts[i], rows);
            const fm__group *group = fm__plan_group(c.plan, 0, false);
            cr_assert_eq(group->method, FM__METHOD_TABLE);
            slices_met[group->slice_count] = true;
            for (int set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++) {
                const fm__kernel *kernel = fm__kernel_choose((fm_instruction_set)set);
                if (kernel != NULL)
                    check_planes(&c, kernel, rules[k], counts[i], rows);
            }
            destroy(&c);
        }
    }
    for (size_t slices = 2; slices <= 9; slices++)
        cr_assert(slices_met[slices], "no column had %zu slices", slices);
}
