/* Every allocation of the analyses, refused once each, over matches that were made before. */
#include "analyses.h"

#include "failing.h"
#include "tables/csv.h"

#include <fitmatch/fitmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "install", .rule = FM_RULE_FLAG},
};
static const fm_stage stages[] = {{"late", 90, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_NAME, "name", {0, 0}},           {FM_ROLE_VALUE, "money", {0, 0}},
    {FM_ROLE_STAGE, "stage", {0, 0}},         {FM_ROLE_OWNER, "owner", {0, 0}},
    {FM_ROLE_FAVOURITE, "favourite", {0, 0}}, {FM_ROLE_OFFERED, "offered", {0, 0}},
    {FM_ROLE_SINCE, "since", {0, 0}},
};
static const fm_model_spec spec = {.company = "Us",
                                   .attributes = attributes,
                                   .attribute_count = 3,
                                   .stages = stages,
                                   .stage_count = 1,
                                   .roles = roles,
                                   .role_count = 7,
                                   .min_records = 2};
static const char offerings[] = "offering_id,supplier,hours,region,install\n"
                                "a,,24,North|South,yes\nb,,72,North,no\nc,Them,12,North|East,yes\n";
static const char history[] = "offering_id,attribute,value\na,hours,30\na,hours,48\nb,hours,60\nc,hours,98\n";

static void die(const char *what, size_t n) {
    (void)fprintf(stderr, "analyses, allocation %zu: %s\n", n, what);
    exit(1);
}

static void must(fm_status status) {
    if (status != FM_OK)
        die("the matches cannot be made", 0);
}

static fm_table *table_of(const char *document) {
    fm_table *table = NULL;
    must(fm__table_open_csv_memory((fm_text){document, strlen(document)}, "table.csv", NULL, &table, NULL));
    return table;
}

/* Several blocks of rows, many owners, and names long enough that buffers grow. */
static const char *many_customers(void) {
    static char text[1 << 18];
    static const char *const offered[] = {"a", "b", "c", "nobody", ""};
    static const char *const regions[] = {"North", "", "East|South",
                                          "a-very-long-name-of-a-region-indeed|North"};
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "customer_id,name,money,stage,owner,favourite,offered,since,"
                                   "hours,region,install\n");
    for (unsigned i = 0; i < 1100; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "c%u,n,%u,%s,o%u,%s,%s,2026-0%u-01,%u,%s,%s\n",
                             i, i, i % 2 ? "late" : "", i % 40, i % 9 ? "" : "yes", offered[i % 5], 1 + i % 9,
                             i * i % 97, regions[i / 3 % 4], i % 4 ? "" : "x");
    return text;
}

typedef struct made {
    fm_model *model;
    fm_catalog *catalog;
    fm_base *base;
    fm_matches *matches;
} made;

static made make(void) {
    made m = {0};
    must(fm_model_new(&spec, NULL, &m.model, NULL));
    fm_table *offering_table = table_of(offerings);
    fm_table *history_table = table_of(history);
    fm_table *customer_table = table_of(many_customers());
    must(fm_catalog_read(m.model, offering_table, history_table, NULL, &m.catalog, NULL));
    must(fm_base_read(m.model, customer_table, NULL, NULL, &m.base, NULL));
    must(fm_match(m.base, m.catalog, NULL, &m.matches, NULL));
    fm_table_free(offering_table);
    fm_table_free(history_table);
    fm_table_free(customer_table);
    return m;
}

enum { PROMISES, DEALS, CARE, PROFILE, PROFILE_TOP, ANALYSIS_COUNT };

static fm_status run(const made *m, int analysis, fm_report **out_report, fm_error *error) {
    const fm_analysis_run how = {.threads = 2};
    const fm_care_options care = {.run = how, .today = "2026-06-01"};
    const fm_profile_options profile = {.run = how, .top = analysis == PROFILE_TOP ? 7 : 0};
    switch (analysis) {
    case PROMISES:
        return fm_promises(m->catalog, out_report, error);
    case DEALS:
        return fm_deals(m->matches, &how, out_report, error);
    case CARE:
        return fm_care(m->matches, &care, out_report, error);
    default:
        return fm_profile(m->matches, &profile, out_report, error);
    }
}

static fm_status show(fm_report *report, fm_error *error) {
    fm_cell cells[16];
    fm_status status = FM_OK;
    for (size_t t = 0; t < fm_report_table_count(report); t++)
        for (uint64_t row = 0; row < fm_report_row_count(report, t) && status == FM_OK; row++)
            status = fm_report_row(report, t, row, cells, error);
    return status;
}

/* Whether there were fewer allocations than `refuse`. */
static bool run_refused(const made *m, int analysis, size_t refuse, bool all) {
    static char untouched[1];
    fm_report *const before = (fm_report *)(void *)untouched;
    fm_report *report = before;
    fm_error error = {0};
    size_t live = failing_live();
    failing_arm(refuse, all);
    fm_status status = run(m, analysis, &report, &error);
    if (status != FM_OK && report != before)
        die("the output was touched", refuse);
    if (status == FM_OK)
        status = show(report, &error);
    bool refused = failing_refused();
    (void)failing_disarm();
    if (report != before)
        fm_report_free(report);
    if (failing_live() != live)
        die("memory is leaked", refuse);
    if (refused && status != FM_ERROR_MEMORY)
        die(status == FM_OK ? "its failure went unnoticed" : error.message, refuse);
    if (refused && (error.status != FM_ERROR_MEMORY || error.message[0] == '\0'))
        die("the error does not say it", refuse);
    if (!refused && status != FM_OK)
        die(error.message, refuse);
    return !refused;
}

size_t analyses_refused(void) {
    made m = make();
    size_t refused = 0;
    for (int analysis = 0; analysis < ANALYSIS_COUNT; analysis++) {
        size_t n = 1;
        while (!run_refused(&m, analysis, n, false))
            n++;
        for (size_t i = 1; i < n; i++)
            (void)run_refused(&m, analysis, i, true);
        refused += n - 1;
    }
    fm_matches_free(m.matches);
    fm_base_free(m.base);
    fm_catalog_free(m.catalog);
    fm_model_free(m.model);
    return refused;
}
