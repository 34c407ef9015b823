/* Matches two customers against two offerings, all in memory. */
#include <fitmatch/fitmatch.h>
#include <stdio.h>

int main(void) {
    const fm_attribute attributes[] = {
        {.name = "delivery_hours", .unit = "h", .rule = FM_RULE_AT_MOST, .weight = 5},
        {.name = "region", .rule = FM_RULE_COVERS},
    };
    const fm_model_spec spec = {.company = "Nordlicht", .attributes = attributes, .attribute_count = 2};

    const fm_text offering_ids[] = {{"standard", 8}, {"blitz", 5}};
    const fm_text suppliers[] = {{"Nordlicht", 9}, {"Blitz Kurier", 12}};
    const fm_text offered_regions[] = {{"North|South", 11}, {"North", 5}};
    const fm_column offering_columns[] = {{"offering_id", offering_ids, NULL},
                                          {"supplier", suppliers, NULL},
                                          {"delivery_hours", NULL, (const double[]){48, 12}},
                                          {"region", offered_regions, NULL}};

    const fm_text customer_ids[] = {{"Hofmann", 7}, {"Kessler", 7}};
    const fm_text regions[] = {{"South", 5}, {"North", 5}};
    const fm_column customer_columns[] = {{"customer_id", customer_ids, NULL},
                                          {"delivery_hours", NULL, (const double[]){72, 24}},
                                          {"region", regions, NULL}};

    fm_error error;
    fm_model *model = NULL;
    fm_table *offerings = NULL, *customers = NULL;
    fm_catalog *catalog = NULL;
    fm_base *base = NULL;
    fm_matches *matches = NULL;
    fm_walk *walk = NULL;
    int failed = fm_model_new(&spec, NULL, &model, &error) ||
                 fm_table_from_columns(offering_columns, 4, 2, &offerings, &error) ||
                 fm_catalog_read(model, offerings, NULL, NULL, &catalog, &error) ||
                 fm_table_from_columns(customer_columns, 3, 2, &customers, &error) ||
                 fm_base_read(model, customers, NULL, NULL, &base, &error) ||
                 fm_match(base, catalog, NULL, &matches, &error) || fm_walk_new(matches, &walk, &error);
    if (failed)
        fprintf(stderr, "%s\n", error.message);

    for (uint64_t row = 0; !failed && row < fm_base_row_count(base); row++) {
        fm_match_row match = fm_walk_row(walk, row);
        char gap[256];
        fm_walk_gap(walk, row, match.own, gap, sizeof gap);
        printf("%s: %s, score %u%s%s\n", customer_ids[row].bytes, fm_verdict_name(match.verdict), match.score,
               *gap ? ": " : "", gap);
    }

    fm_walk_free(walk);
    fm_matches_free(matches);
    fm_base_free(base);
    fm_catalog_free(catalog);
    fm_table_free(customers);
    fm_table_free(offerings);
    fm_model_free(model);
    return failed ? 1 : 0;
}
