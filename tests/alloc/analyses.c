/* Every allocation of the analyses, refused once each, over matches that were made before. */
#include "analyses.h"

#include "failing.h"
#include "tables/csv.h"

#include <fitmatch/fitmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char test[] = "analyses";

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

static void must(fm_status status) {
    if (status != FM_OK)
        failing_die(test, 0, "the matches cannot be made");
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
    fm_base *poor; /* the same without money */
    fm_matches *poor_matches;
    fm_catalog *after;
} made;

/* Values, offerings and sets that there were not before. */
static fm_status change(const fm_catalog *catalog, fm_catalog **out_catalog, fm_error *error) {
    static const fm_catalog_set sets[] = {{"a", "hours", {"12 h", 4}}, {"b", "region", {"Moon|North", 10}}};
    static const char *const drops[] = {"c", "e"};
    static const char added[] = "offering_id,supplier,hours,region,install\n"
                                "d,,36,South|Islands,yes\ne,Them,1,,\n";
    fm_table *add = NULL;
    fm_status status =
        fm__table_open_csv_memory((fm_text){added, strlen(added)}, "added.csv", NULL, &add, error);
    if (status != FM_OK)
        return status;
    const fm_catalog_change_options how = {
        .sets = sets, .set_count = 2, .add = add, .drops = drops, .drop_count = 2};
    status = fm_catalog_change(catalog, &how, NULL, out_catalog, error);
    fm_table_free(add);
    return status;
}

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
    char *no_money = strdup(many_customers());
    if (no_money == NULL)
        failing_die(test, 0, "no memory");
    *strstr(no_money, "money") = 'M';
    customer_table = table_of(no_money);
    must(fm_base_read(m.model, customer_table, NULL, NULL, &m.poor, NULL));
    must(fm_match(m.poor, m.catalog, NULL, &m.poor_matches, NULL));
    fm_table_free(customer_table);
    free(no_money);
    must(change(m.catalog, &m.after, NULL));
    return m;
}

enum {
    PROMISES,
    DEALS,
    CARE,
    PROFILE,
    PROFILE_TOP,
    SUMMING,
    WHATIF,
    CHANGED,
    ROADMAP,
    ROADMAP_WITHOUT_MONEY,
    ROADMAP_COSTS,
    DIFF,
    DIFF_TABLES,
    ANALYSIS_COUNT
};

static char untouched[1];
#define UNTOUCHED(type) ((type *)(void *)untouched)

/* What a failed call was to make must be what it was before. */
static bool is_made(fm_status status, const void *output) {
    if (status != FM_OK && output != untouched)
        failing_die(test, 0, "an output was touched");
    return output != untouched;
}

static fm_status run_summing(const made *m, const fm_analysis_run *how, fm_report **out_report,
                             fm_error *error) {
    fm_summing *summing = UNTOUCHED(fm_summing);
    fm_status status = fm_summing_new(m->model, &summing, error);
    if (!is_made(status, summing))
        return status;
    status = fm_summing_add(summing, m->matches, how, error);
    if (status == FM_OK)
        status = fm_summing_add(summing, m->poor_matches, how, error);
    if (status == FM_OK)
        status = fm_summing_report(summing, out_report, error);
    fm_summing_free(summing);
    return status;
}

static fm_status run_changed(const made *m, fm_report **out_report, fm_error *error) {
    fm_catalog *after = UNTOUCHED(fm_catalog);
    fm_status status = change(m->catalog, &after, error);
    if (!is_made(status, after))
        return status;
    status = fm_promises(after, out_report, error);
    if (status == FM_OK)
        status = fm_report_row_count(*out_report, 0) > 0 ? FM_OK : FM_ERROR_INPUT;
    /* It borrows from the catalog, so that it cannot be shown. */
    if (status == FM_OK) {
        fm_report_free(*out_report);
        *out_report = UNTOUCHED(fm_report);
    }
    fm_catalog_free(after);
    return status;
}

static fm_status run_costs(const made *m, fm_roadmap_options *options, fm_report **out_report,
                           fm_error *error) {
    static const char document[] = "offering,attribute,value,cost\n"
                                   "a,hours,10,5\nb,region,North|South|East,7\na,region,Moon,1\n"
                                   "b,install,yes,0\nb,hours,1 h,100\n";
    fm_table *table = NULL;
    fm_roadmap_costs *costs = UNTOUCHED(fm_roadmap_costs);
    fm_status status =
        fm__table_open_csv_memory((fm_text){document, strlen(document)}, "costs.csv", NULL, &table, error);
    if (status != FM_OK)
        return status;
    status = fm_roadmap_costs_read(m->catalog, table, NULL, &costs, error);
    fm_table_free(table);
    if (!is_made(status, costs))
        return status;
    options->costs = fm_roadmap_costs_list(costs, &options->cost_count);
    status = fm_roadmap(m->matches, options, out_report, error);
    fm_roadmap_costs_free(costs);
    return status;
}

static fm_status run_diff_tables(fm_report **out_report, fm_error *error) {
    static const char *const documents[] = {
        "customer_id,verdict,unmet\n1,fit,\n2,walk_away,hours;region\n3,refer,region\n1,ask,\n",
        "customer_id,verdict,unmet\n2,fit,\n1,walk_away,install\n4,refer,region\n1,ask,\n"};
    fm_table *tables[2] = {NULL, NULL};
    fm_status status = FM_OK;
    for (size_t i = 0; status == FM_OK && i < 2; i++)
        status = fm__table_open_csv_memory((fm_text){documents[i], strlen(documents[i])}, "diff.csv", NULL,
                                           &tables[i], error);
    if (status == FM_OK)
        status = fm_diff_tables(tables[0], tables[1], NULL, out_report, error);
    fm_table_free(tables[0]);
    fm_table_free(tables[1]);
    return status;
}

static fm_status run_roadmap(const made *m, int analysis, fm_report **out_report, fm_error *error) {
    fm_roadmap_options options = {.run.threads = 2, .plan = 3, .by = FM_ROADMAP_BY_EXPECTED_MONEY};
    if (analysis == ROADMAP_COSTS)
        return run_costs(m, &options, out_report, error);
    if (analysis == ROADMAP_WITHOUT_MONEY)
        options.by = FM_ROADMAP_BY_ROWS;
    return fm_roadmap(analysis == ROADMAP ? m->matches : m->poor_matches, &options, out_report, error);
}

static fm_status run(const made *m, int analysis, fm_report **out_report, fm_error *error) {
    const fm_analysis_run how = {.threads = 2};
    const fm_care_options care = {.run = how, .today = "2026-06-01"};
    const fm_profile_options profile = {.run = how, .top = analysis == PROFILE_TOP ? 7 : 0};
    const fm_whatif_options whatif = {.run = how, .customers = true};
    switch (analysis) {
    case PROMISES:
        return fm_promises(m->catalog, out_report, error);
    case DEALS:
        return fm_deals(m->matches, &how, out_report, error);
    case CARE:
        return fm_care(m->matches, &care, out_report, error);
    case SUMMING:
        return run_summing(m, &how, out_report, error);
    case WHATIF:
        return fm_whatif(m->matches, m->after, &whatif, out_report, error);
    case CHANGED:
        return run_changed(m, out_report, error);
    case DIFF:
        return fm_diff(m->matches, m->poor_matches, &how, out_report, error);
    case DIFF_TABLES:
        return run_diff_tables(out_report, error);
    case PROFILE:
    case PROFILE_TOP:
        return fm_profile(m->matches, &profile, out_report, error);
    default:
        return run_roadmap(m, analysis, out_report, error);
    }
}

static fm_status show(fm_report *report, fm_error *error) {
    fm_cell cells[16];
    char path[64];
    fm_status status = FM_OK;
    for (size_t t = 0; t < fm_report_table_count(report); t++)
        for (uint64_t row = 0; row < fm_report_row_count(report, t) && status == FM_OK; row++)
            status = fm_report_row(report, t, row, cells, error);
    for (size_t t = 0; t < fm_report_table_count(report) && status == FM_OK; t++) {
        (void)snprintf(path, sizeof path, "/tmp/fitmatch-alloc-%ld.csv", (long)getpid());
        status = fm_report_write_csv(report, t, path, error);
        if ((status == FM_OK) != (remove(path) == 0))
            failing_die(test, 0, "a file that failed is there, or one that was written is not");
    }
    return status;
}

/* Whether there were fewer allocations than `refuse`. */
static bool run_refused(const made *m, int analysis, size_t refuse, bool all) {
    fm_report *const before = UNTOUCHED(fm_report);
    fm_report *report = before;
    fm_error error = {0};
    failing_arm(refuse, all);
    fm_status status = run(m, analysis, &report, &error);
    if (status != FM_OK && report != before)
        failing_die(test, refuse, "the output was touched");
    if (status == FM_OK && report != before)
        status = show(report, &error);
    failing_disarm();
    if (report != before)
        fm_report_free(report);
    return !failing_check(test, refuse, status, &error);
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
    fm_catalog_free(m.after);
    fm_matches_free(m.poor_matches);
    fm_base_free(m.poor);
    fm_matches_free(m.matches);
    fm_base_free(m.base);
    fm_catalog_free(m.catalog);
    fm_model_free(m.model);
    return refused;
}
