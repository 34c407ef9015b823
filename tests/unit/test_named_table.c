/* Columns chosen by name, and what the readers of such tables say when one is not there. */
#include "fault_lines.h"
#include "fixture_csv.h"

#include <criterion/criterion.h>
#include <string.h>

static const fm_attribute attributes[] = {{.name = "hours", .rule = FM_RULE_AT_MOST}};
static const fm_model_spec spec = {.attributes = attributes, .attribute_count = 1};
static const char offerings[] = "offering_id,hours\na,48\n";

typedef fm_status (*reader)(fm_table *table, const fm_faults *faults);

static fm_status read_history(fm_table *table, const fm_faults *faults) {
    fm_model *model = NULL;
    fm_catalog *catalog = NULL;
    fm_table *own = table_of(offerings, "offerings");
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    fm_status status = fm_catalog_read(model, own, table, faults, &catalog, NULL);
    fm_catalog_free(catalog);
    fm_table_free(own);
    fm_model_free(model);
    return status;
}

static fm_status read_costs(fm_table *table, const fm_faults *faults) {
    workspace_parts p = parts_new(&spec, offerings, NULL, NULL);
    fm_roadmap_costs *costs = NULL;
    fm_status status = fm_roadmap_costs_read(p.catalog, table, faults, &costs, NULL);
    fm_roadmap_costs_free(costs);
    parts_free(&p);
    return status;
}

static fm_status read_matches(fm_table *table, const fm_faults *faults) {
    fm_table *before = table_of("customer_id,verdict,unmet\n", "before");
    fm_report *report = NULL;
    fm_status status = fm_diff_tables(before, table, faults, &report, NULL);
    fm_report_free(report);
    fm_table_free(before);
    return status;
}

/* Reads a table and frees it; every fault told must be expected. */
static void expect_faults(reader read, fm_table *table, const char *expected) {
    fault_lines lines = {0};
    fm_faults faults = {.report = add_line, .context = &lines};
    cr_assert_eq(read(table, &faults), *expected == '\0' ? FM_OK : FM_ERROR_INPUT);
    cr_assert_str_eq(lines.text, expected);
    fm_table_free(table);
}

Test(named_table, missing_columns) {
    expect_faults(read_history, table_of("attribut,value\n", "history"),
                  "1:1 the delivery records have no column `offering_id`\n"
                  "1:1 the delivery records have no column `attribute`; did you mean `attribut`?\n");
    expect_faults(read_costs, table_of("offering,values,x,cost\n", "costs"),
                  "1:1 the costs have no column `attribute`\n"
                  "1:1 the costs have no column `value`; did you mean `values`?\n");
    expect_faults(read_matches, table_of("customer,unmet\n", "after"),
                  "1:1 the match table has no column `customer_id`; did you mean `customer`?\n"
                  "1:1 the match table has no column `verdict`\n");
}

/* Whatever stands between them and in whatever order they come. */
Test(named_table, columns_in_any_order) {
    expect_faults(read_history, table_of("value,note,attribute, offering_id \n5,x,hours,a\n", "history"), "");
    expect_faults(read_costs, table_of("cost,value,attribute,note,offering\n5,1,hours,x,a\n", "costs"), "");
    expect_faults(read_matches, table_of("unmet,note,verdict,customer_id\n,x,fit,1\n", "after"), "");
}

/* Two columns: one is of numbers and one is missing. */
static fm_table *table_of_numbers(const char *first, const char *second) {
    static const double numbers[] = {1};
    static const fm_text texts[] = {{"a", 1}};
    const fm_column columns[] = {{.name = first, .numbers = numbers}, {.name = second, .texts = texts}};
    fm_table *table = NULL;
    cr_assert_eq(fm_table_from_columns(columns, 2, 1, &table, NULL), FM_OK);
    return table;
}

Test(named_table, columns_of_numbers) {
    expect_faults(read_history, table_of_numbers("value", "offering_id"),
                  "1:1 the delivery records have no column `attribute`\n"
                  "0:0 the records' column `value` must hold texts\n");
    expect_faults(read_costs, table_of_numbers("cost", "offering"),
                  "1:1 the costs have no column `attribute`\n"
                  "1:1 the costs have no column `value`\n"
                  "0:0 the costs' column `cost` must hold texts\n");
    expect_faults(read_matches, table_of_numbers("customer_id", "verdict"),
                  "0:0 the match table's column `customer_id` must hold texts\n"
                  "1:1 the match table has no column `unmet`\n");
}
