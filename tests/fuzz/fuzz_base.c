/* A small model and three documents out of any bytes: reading and matching them never crashes, and two
 * instruction sets agree on the match table, the totals and every row.
 *
 * The first line says what the model is like: for each attribute a rule (0 to 5), then `!` where a blank is
 * asked for, then `,` for decimal commas and a percentile of 1 to 9 tens; a form feed parts the offerings,
 * the delivery records and the customers. Attributes are called a, b, c ... */
#include "tables/csv.h"

#include <assert.h>
#include <fitmatch/fitmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define ATTRIBUTES_MAX 10

static const fm_stage stages[] = {{"early", 10, {0, 0}}, {"late", 90, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_VALUE, "money", {0, 0}}, {FM_ROLE_STAGE, "stage", {0, 0}}, {FM_ROLE_SINCE, "since", {0, 0}}};

/* Takes the text up to `end`, which is dropped. */
static fm_text take(fm_text *rest, char end) {
    const char *at = rest->length == 0 ? NULL : memchr(rest->bytes, end, rest->length);
    size_t length = at == NULL ? rest->length : (size_t)(at - rest->bytes);
    fm_text taken = {rest->bytes, length};
    size_t skip = at == NULL ? length : length + 1;
    rest->bytes += skip;
    rest->length -= skip;
    return taken;
}

static fm_model *make_model(fm_text line) {
    static const char *const names[ATTRIBUTES_MAX] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    static const char *const units[] = {"h", "", "%"};
    fm_attribute attributes[ATTRIBUTES_MAX] = {0};
    fm_model_spec spec = {.company = "us",
                          .attributes = attributes,
                          .stages = stages,
                          .stage_count = 2,
                          .roles = roles,
                          .role_count = 3,
                          .min_records = 2};
    for (size_t i = 0; i < line.length; i++) {
        char c = line.bytes[i];
        size_t count = spec.attribute_count;
        if (c >= '0' && c < '0' + FM_RULE_COUNT && count < ATTRIBUTES_MAX) {
            attributes[count] = (fm_attribute){.name = names[count],
                                               .rule = (fm_rule)(c - '0'),
                                               .unit = units[count % 3],
                                               .weight = 1 + (unsigned)(i * 37 % FM_WEIGHT_MAX)};
            spec.attribute_count++;
        } else if (c == '!' && count > 0) {
            attributes[count - 1].ask_when_blank = true;
        } else if (c == ',') {
            spec.decimal = ',';
        } else if (c > '5' && c <= '9') {
            spec.percentile = (unsigned)(c - '0') * 10;
        }
    }
    fm_model *model = NULL;
    return fm_model_new(&spec, NULL, &model, NULL) == FM_OK ? model : NULL;
}

static fm_catalog *read_catalog(const fm_model *model, fm_text offerings, fm_text history) {
    fm_table *offering_table = NULL;
    fm_table *history_table = NULL;
    fm_catalog *catalog = NULL;
    fm_error error = {0};
    if (fm__table_open_csv_memory(offerings, "offerings", NULL, &offering_table, NULL) == FM_OK &&
        (history.length == 0 ||
         fm__table_open_csv_memory(history, "history", NULL, &history_table, NULL) == FM_OK) &&
        fm_catalog_read(model, offering_table, history_table, NULL, &catalog, &error) != FM_OK)
        assert(catalog == NULL && error.status != FM_OK && error.message[0] != '\0');
    fm_table_free(offering_table);
    fm_table_free(history_table);
    return catalog;
}

static fm_status check_reject(void *context, const fm_reject *reject, fm_error *error) {
    (void)error;
    assert(reject->line > 1 && reject->reason.length > 0);
    ++*(uint64_t *)context;
    return FM_OK;
}

static fm_base *read_base(const fm_model *model, fm_text customers) {
    fm_table *table = NULL;
    fm_base *base = NULL;
    uint64_t rejects = 0;
    fm_base_options options = {.reject = check_reject, .context = &rejects};
    if (fm__table_open_csv_memory(customers, "customers", NULL, &table, NULL) == FM_OK &&
        fm_base_read(model, table, &options, NULL, &base, NULL) == FM_OK)
        assert(fm_base_reject_count(base) == rejects);
    fm_table_free(table);
    return base;
}

/* --- comparing two matches --- */

/* Two files for the tables, made once and taken away at the end. */
static char folder[] = "/tmp/fitmatch-fuzz-XXXXXX";

static void remove_folder(void) {
    char path[64];
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%d", folder, i);
        (void)remove(path);
    }
    (void)rmdir(folder);
}

static void make_folder(void) {
    static bool is_made;
    if (is_made)
        return;
    is_made = mkdtemp(folder) != NULL && atexit(remove_folder) == 0;
    assert(is_made);
}

static FILE *write_table(const fm_matches *matches, int which) {
    char path[64];
    fm_match_table_options options = {.threads = 1};
    (void)snprintf(path, sizeof path, "%s/%d", folder, which);
    fm_status status = fm_match_table_write(matches, path, &options, NULL);
    assert(status == FM_OK);
    (void)status;
    FILE *file = fopen(path, "rb");
    assert(file != NULL);
    return file;
}

static void compare_tables(const fm_matches *a, const fm_matches *b) {
    make_folder();
    FILE *x = write_table(a, 0);
    FILE *y = write_table(b, 1);
    int c;
    do {
        c = fgetc(x);
        int d = fgetc(y);
        if (c != d)
            abort();
    } while (c != EOF);
    (void)fclose(x);
    (void)fclose(y);
}

static void ignore_demand(void *context, size_t attribute, fm_text demand, uint64_t rows) {
    assert(demand.length > 0 && rows > 0 && attribute < ATTRIBUTES_MAX);
    (void)context;
    (void)attribute;
    (void)demand;
    (void)rows;
}

/* The reasons of one row hang together. */
static void check_row(fm_walk *walk, const fm_base *base, const fm_catalog *catalog, uint64_t row,
                      size_t attributes) {
    fm_match_row r = fm_walk_row(walk, row);
    char text[64];
    uint32_t unmet[ATTRIBUTES_MAX];
    assert(r.own < fm_catalog_offering_count(catalog) && fm_catalog_offering(catalog, r.own)->own &&
           r.score <= 100);
    size_t count = fm_walk_unmet(walk, row, r.own, unmet);
    bool fits = r.verdict == FM_VERDICT_FIT || r.verdict == FM_VERDICT_ASK;
    assert(fits == (count == 0) && (r.verdict == FM_VERDICT_REFER) == (r.refer_to != FM_NONE));
    assert((r.verdict == FM_VERDICT_ASK) == (r.ask != FM_NONE) && (!fits || r.overpromise == FM_NONE));
    assert((fm_walk_gap(walk, row, r.own, text, sizeof text) > 0) == (count > 0));
    for (size_t a = 0; a < attributes; a++) {
        fm_fit_cell cell = fm_walk_cell(walk, row, r.own, a);
        assert((fm_walk_demand(walk, row, a, false, text, sizeof text) > 0) ==
               (cell.need == FM_DEMAND_STATED));
        assert((fm_walk_demand(walk, row, a, true, text, sizeof text) > 0) ==
               (cell.want == FM_DEMAND_STATED));
        (void)cell;
    }
    (void)fm_base_find(base, "1", row);
    (void)fits;
}

static void check_matches(const fm_base *base, const fm_catalog *catalog, const fm_matches *a,
                          const fm_matches *b, size_t attributes) {
    fm_walk *walk = NULL;
    if (memcmp(fm_matches_totals(a), fm_matches_totals(b), sizeof(fm_match_totals)) != 0)
        abort();
    fm_status status = fm_walk_new(b, &walk, NULL);
    assert(status == FM_OK);
    for (uint64_t row = 0; row < fm_base_row_count(base); row++)
        check_row(walk, base, catalog, row, attributes);
    fm_walk_free(walk);
    status = fm_matches_demands_nobody_meets(a, ignore_demand, NULL, NULL);
    assert(status == FM_OK);
    (void)status;
    compare_tables(a, b);
}

static void match_both_ways(const fm_model *model, const fm_base *base, const fm_catalog *catalog) {
    fm_matches *matches[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        fm_match_options options = {
            .threads = 1, .instruction_set = i == 0 ? FM_INSTRUCTION_SET_SCALAR : FM_INSTRUCTION_SET_AUTO};
        fm_status status = fm_match(base, catalog, &options, &matches[i], NULL);
        assert(status == FM_OK);
        (void)status;
    }
    check_matches(base, catalog, matches[0], matches[1], fm_model_content(model)->attribute_count);
    fm_matches_free(matches[0]);
    fm_matches_free(matches[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    fm_text rest = {(const char *)bytes, length};
    fm_text line = take(&rest, '\n');
    fm_text offerings = take(&rest, '\f');
    fm_text history = take(&rest, '\f');
    fm_model *model = make_model(line);
    if (model == NULL)
        return 0;
    fm_catalog *catalog = read_catalog(model, offerings, history);
    fm_base *base = catalog == NULL ? NULL : read_base(model, rest);
    if (base != NULL)
        match_both_ways(model, base, catalog);
    fm_base_free(base);
    fm_catalog_free(catalog);
    fm_model_free(model);
    return 0;
}
