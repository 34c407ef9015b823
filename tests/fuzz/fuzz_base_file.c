/* Any bytes as a base file: opening and using them never crashes, and a file that is not made right first is
 * refused or gives what a right one gives.
 *
 * The first byte says how: bit 0, the checksums are made right, so that what lies behind them is reached; bit
 * 1, it is opened lazily. The rest is the file. The model is that of tests/golden/base-v1. */
#include "../unit/reseal.h"
#include "tables/csv.h"

#include <assert.h>
#include <fitmatch/fitmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const fm_stage stages[] = {{"interest", 25, {0, 0}}, {"desire", 75, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_NAME, "name", {0, 0}}, {FM_ROLE_VALUE, "deal_value", {0, 0}}, {FM_ROLE_STAGE, "stage", {0, 0}}};
static const fm_attribute attributes[] = {
    {.name = "repair_hours", .rule = FM_RULE_AT_MOST, .unit = "h", .weight = 3, .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "price",
     .rule = FM_RULE_AT_MOST,
     .unit = "EUR",
     .need_column = "max_price",
     .want_column = "hoped_price"},
    {.name = "training", .rule = FM_RULE_FLAG},
};
static const fm_model_spec spec = {.company = "Harbour Coffee",
                                   .attributes = attributes,
                                   .attribute_count = 4,
                                   .stages = stages,
                                   .stage_count = 2,
                                   .roles = roles,
                                   .role_count = 3,
                                   .min_records = 3};
static const char offerings[] = "offering_id,supplier,name,repair_hours,region,price,training\n"
                                "basic,,Basic,48,North|South,40,no\n"
                                "swift,Harbour Coffee,Swift,24 h,North,80,yes\n"
                                "island,Isle Crew,Island,30,Islands,90,no\n";

static char folder[] = "/tmp/fitmatch-fuzz-XXXXXX";
static char file_path[64];
static char other_path[64];
static fm_model *model;
static fm_catalog *catalog;

static void tear_down(void) {
    (void)remove(file_path);
    (void)remove(other_path);
    (void)rmdir(folder);
    fm_catalog_free(catalog);
    fm_model_free(model);
}

static void set_up(void) {
    fm_table *table = NULL;
    if (model != NULL)
        return;
    bool done = mkdtemp(folder) != NULL && fm_model_new(&spec, NULL, &model, NULL) == FM_OK &&
                fm__table_open_csv_memory((fm_text){offerings, sizeof offerings - 1}, "offerings", NULL,
                                          &table, NULL) == FM_OK &&
                fm_catalog_read(model, table, NULL, NULL, &catalog, NULL) == FM_OK && atexit(tear_down) == 0;
    if (!done)
        abort();
    fm_table_free(table);
    (void)snprintf(file_path, sizeof file_path, "%s/base", folder);
    (void)snprintf(other_path, sizeof other_path, "%s/other", folder);
}

static void write_file(const unsigned char *bytes, size_t length) {
    FILE *file = fopen(file_path, "wb");
    if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
        abort();
}

static void walk_rows(const fm_base *base, const fm_matches *matches) {
    fm_walk *walk = NULL;
    char text[64];
    if (fm_walk_new(matches, &walk, NULL) != FM_OK)
        abort();
    for (uint64_t row = 0; row < fm_base_row_count(base) && row < 2000; row++) {
        fm_match_row one = fm_walk_row(walk, row);
        assert(one.own < fm_catalog_offering_count(catalog) && one.score <= 100);
        (void)fm_walk_gap(walk, row, one.own, text, sizeof text);
        for (size_t a = 0; a < spec.attribute_count; a++) {
            (void)fm_walk_demand(walk, row, a, false, text, sizeof text);
            (void)fm_walk_demand(walk, row, a, true, text, sizeof text);
        }
        for (size_t c = 0; c < fm_base_column_count(base); c++)
            (void)fm_base_cell(base, c, row);
    }
    fm_walk_free(walk);
}

static void use(fm_base *base) {
    fm_match_options options = {.threads = 1, .no_totals = true};
    fm_matches *matches = NULL;
    (void)fm_base_find(base, "K3", 0);
    (void)fm_base_find(base, "", 1);
    if (fm_match(base, catalog, &options, &matches, NULL) == FM_OK)
        walk_rows(base, matches);
    fm_matches_free(matches);
    matches = NULL;
    options.no_totals = false;
    if (fm_match(base, catalog, &options, &matches, NULL) == FM_OK &&
        fm_base_check(base, FM_BASE_ALL_PARTS, 1, NULL) == FM_OK) {
        fm_match_table_options how = {.threads = 1};
        fm_status status = fm_match_table_write(matches, other_path, &how, NULL);
        assert(status == FM_OK);
        (void)status;
    }
    fm_matches_free(matches);
    if (fm_base_arrange(base, catalog, 1, NULL) == FM_OK &&
        fm_base_write(base, other_path, NULL, NULL) == FM_OK) {
        fm_base *again = NULL;
        fm_status status = fm_base_open(model, other_path, NULL, NULL, &again, NULL);
        assert(status == FM_OK && fm_base_row_count(again) == fm_base_row_count(base));
        (void)status;
        fm_base_free(again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0)
        return 0;
    set_up();
    unsigned char *file = malloc(length);
    if (file == NULL)
        abort();
    memcpy(file, bytes + 1, length - 1);
    if (bytes[0] & 1)
        reseal(file, length - 1);
    write_file(file, length - 1);
    free(file);
    fm_base *base = NULL;
    fm_error error = {0};
    fm_base_open_options options = {.threads = 1, .lazy = bytes[0] & 2 ? FM_BASE_ALL_PARTS : 0};
    if (fm_base_open(model, file_path, &options, NULL, &base, &error) == FM_OK)
        use(base);
    else
        assert(base == NULL && error.status != FM_OK && error.message[0] != '\0');
    fm_base_free(base);
    return 0;
}
