/* Every allocation of the way from files to the match table, refused once each: the call that needed it must
 * fail with FM_ERROR_MEMORY, leave its output alone, leak nothing, and leave no file behind. */
#include "analyses.h"
#include "failing.h"
#include "parts.h"
#include "support/text.h"

#include <fitmatch/fitmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char test[] = "whole way";

static const fm_attribute attributes[] = {
    {.name = "hours",
     .rule = FM_RULE_AT_MOST,
     .unit = "h",
     .weight = 5,
     .ask_when_blank = true,
     .question = "When?",
     .avoid = "No waiting",
     .reach = "Back to work"},
    {.name = "uptime", .rule = FM_RULE_AT_LEAST, .unit = "%", .want_column = "hoped"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "language", .rule = FM_RULE_ANY_OF, .ask_when_blank = true},
    {.name = "pays, how", .rule = FM_RULE_NONE_OF, .need_column = "refuses", .offer_column = "payment"},
    {.name = "install", .rule = FM_RULE_FLAG},
};
static const fm_stage stages[] = {{"early", 10, {0, 0}}, {"late", 90, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_NAME, "name", {0, 0}}, {FM_ROLE_VALUE, "money", {0, 0}}, {FM_ROLE_STAGE, "stage", {0, 0}}};
static const fm_model_spec spec = {
    .company = "Us",
    .attributes = attributes,
    .attribute_count = 6,
    .stages = stages,
    .stage_count = 2,
    .roles = roles,
    .role_count = 3,
    .min_records = 2,
};

static const char offerings[] = "offering_id,supplier,name,hours,uptime,region,language,payment,install\n"
                                "a,Us,Quick,24,99.5,North|South,de|en,check,yes\n"
                                "b,,Slow,72 h,99,North,en,,no\n"
                                "c,\"Them, Ltd\",Far,12,99.9,Islands|North|South,de|en|fr,card|check,yes\n";
static const char history[] =
    "offering_id,attribute,value\na,hours,30\na,hours,48\nb,hours,60\nb,hours,70\nc,uptime,98\n";
static const char customers[] =
    "customer_id,name,money,stage,hours,hoped,region,language,refuses,install,note\n"
    "1,Ann,10,early,24 h,99.9,north|South,de,,x,n1\n"
    "2,\"Bob, B\",20,late,50,,Islands,fr|it,check,,n2\n"
    "3,Cy,5,,,99,any,?,card,no,\"n\n3\"\n"
    "4,Di,x,,1,,,,,,broken\n"
    "5,Ed,7,early,90,,,,,yes,\"quo\"\"te\"\n"
    "6,Flo,1,late,26,100,Mars,es,check|cash,yes,\n";

#define REPORTS 4

/* What a run makes; every pointer starts as `untouched`. */
typedef struct outputs {
    fm_model *model;
    fm_table *offering_table;
    fm_table *history_table;
    fm_table *customer_table;
    fm_catalog *catalog;
    fm_base *base;
    fm_base *opened;
    fm_matches *matches;
    fm_walk *walk;
    fm_report *reports[REPORTS];
} outputs;

static char untouched[1];
#define UNTOUCHED(type) ((type *)(void *)untouched)

typedef struct paths {
    char folder[64];
    char offerings[128];
    char history[128];
    char customers[128];
    char table[128];
    char file[128];
} paths;

static void ignore_demand(void *context, size_t attribute, fm_text demand, uint64_t rows) {
    (void)context;
    (void)attribute;
    (void)demand;
    (void)rows;
}

/* The customers as columns in memory, numbers where numbers can be. */
static fm_status open_columns(fm_table **out_table, fm_error *error) {
    static const double hours[] = {24, 50, 0.0 / 1, 90};
    static fm_text ids[4];
    static fm_text regions[4];
    static fm_column columns[3];
    for (size_t i = 0; i < 4; i++) {
        ids[i] = fm__text("id");
        regions[i] = fm__text(i % 2 ? "North|Mars" : "south");
    }
    columns[0] = (fm_column){.name = "customer_id", .texts = ids};
    columns[1] = (fm_column){.name = "hours", .numbers = hours};
    columns[2] = (fm_column){.name = "region", .texts = regions};
    return fm_table_from_columns(columns, 3, 4, out_table, error);
}

/* Where the customers come from. */
typedef enum way { FROM_A_FILE, FROM_COLUMNS, FROM_CHUNKS, BY_WAY_OF_A_BASE_FILE, FOLDED, WAY_COUNT } way;

/* What was read is written to a base file and opened; then `base` is the
 * opened one. */
static fm_status go_by_file(outputs *o, const paths *p, const fm_model *model, fm_error *error) {
    static const char *const keep[] = {"note"};
    fm_base_open_options options = {.keep = keep, .keep_count = 1, .threads = 2, .lazy = FM_BASE_TEXTS};
    fm_base_write_options how = {.threads = 2};
    fm_status status = fm_base_write(o->base, p->file, &how, error);
    if (status == FM_OK)
        status = fm_base_open(model, p->file, &options, NULL, &o->opened, error);
    if (status == FM_OK)
        status = fm_base_arrange(o->opened, o->catalog, 2, error);
    if (status == FM_OK)
        status = fm_base_write(o->opened, p->file, &how, error);
    if (status != FM_OK)
        return status;
    fm_base *read = o->base;
    o->base = o->opened;
    o->opened = read;
    return FM_OK;
}

/* Every analysis, and every row of what it gives. */
static fm_status run_analyses(outputs *o, fm_error *error) {
    const fm_walkaway_options walkaway = {.run.threads = 2};
    const fm_segments_options segments = {.run.threads = 2, .members = true};
    const fm_analysis_run how = {.threads = 2};
    fm_cell cells[16];
    fm_status status = fm_walkaway(o->matches, &walkaway, &o->reports[0], error);
    if (status == FM_OK)
        status = fm_segments(o->matches, &segments, &o->reports[1], error);
    if (status == FM_OK)
        status = fm_matrix(o->matches, &how, &o->reports[2], error);
    if (status == FM_OK)
        status = fm_questions(o->matches, &how, &o->reports[3], error);
    for (size_t i = 0; i < REPORTS && status == FM_OK; i++)
        for (size_t t = 0; t < fm_report_table_count(o->reports[i]); t++)
            for (uint64_t row = 0; row < fm_report_row_count(o->reports[i], t) && status == FM_OK; row++)
                status = fm_report_row(o->reports[i], t, row, cells, error);
    return status;
}

static fm_status run(outputs *o, const paths *p, way from, fm_error *error) {
    static const char *const keep[] = {"note"};
    fm_base_options base_options = {
        .keep = keep,
        .keep_count = from == FROM_COLUMNS ? 0 : 1,
        .threads = 2,
        .folding = from == FOLDED ? FM_FOLDING_ALWAYS : FM_FOLDING_NEVER,
    };
    /* So small that two threads read many chunks side by side. */
    const fm_csv_options csv_options = {.window_bytes = from == FROM_CHUNKS || from == FOLDED ? 150 : 0};
    fm_match_options match_options = {.threads = 2};
    fm_match_table_options table_options = {.threads = 2};
    fm_status status = fm_model_new(&spec, NULL, &o->model, error);
    if (status == FM_OK)
        status = fm_table_open_csv(p->offerings, NULL, &o->offering_table, error);
    if (status == FM_OK)
        status = fm_table_open_csv(p->history, NULL, &o->history_table, error);
    if (status == FM_OK)
        status = fm_catalog_read(o->model, o->offering_table, o->history_table, NULL, &o->catalog, error);
    if (status == FM_OK)
        status = from == FROM_COLUMNS
                     ? open_columns(&o->customer_table, error)
                     : fm_table_open_csv(p->customers, &csv_options, &o->customer_table, error);
    if (status == FM_OK)
        status = fm_base_read(o->model, o->customer_table, &base_options, NULL, &o->base, error);
    if (status == FM_OK && from == BY_WAY_OF_A_BASE_FILE)
        status = go_by_file(o, p, o->model, error);
    if (status == FM_OK && from == FOLDED)
        status = fm_base_arrange(o->base, o->catalog, 2, error);
    if (status == FM_OK)
        status = fm_match(o->base, o->catalog, &match_options, &o->matches, error);
    if (status == FM_OK)
        status = fm_matches_demands_nobody_meets(o->matches, ignore_demand, NULL, error);
    if (status == FM_OK)
        status = fm_walk_new(o->matches, &o->walk, error);
    if (status == FM_OK && from != FOLDED)
        status = run_analyses(o, error);
    if (status == FM_OK)
        status = fm_match_table_write(o->matches, p->table, &table_options, error);
    return status;
}

/* Frees what was made. What a failed call was to make must be what it was before. */
static void clean_up(outputs *o) {
    for (size_t i = 0; i < REPORTS; i++)
        if (o->reports[i] != UNTOUCHED(fm_report))
            fm_report_free(o->reports[i]);
    if (o->walk != UNTOUCHED(fm_walk))
        fm_walk_free(o->walk);
    if (o->matches != UNTOUCHED(fm_matches))
        fm_matches_free(o->matches);
    if (o->base != UNTOUCHED(fm_base))
        fm_base_free(o->base);
    if (o->opened != UNTOUCHED(fm_base))
        fm_base_free(o->opened);
    if (o->catalog != UNTOUCHED(fm_catalog))
        fm_catalog_free(o->catalog);
    if (o->customer_table != UNTOUCHED(fm_table))
        fm_table_free(o->customer_table);
    if (o->history_table != UNTOUCHED(fm_table))
        fm_table_free(o->history_table);
    if (o->offering_table != UNTOUCHED(fm_table))
        fm_table_free(o->offering_table);
    if (o->model != UNTOUCHED(fm_model))
        fm_model_free(o->model);
}

static bool exists(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

/* Runs with the allocation number `refuse` failing; whether there were fewer. */
static bool run_refused(const paths *p, way from, size_t refuse, bool all) {
    outputs o = {UNTOUCHED(fm_model),
                 UNTOUCHED(fm_table),
                 UNTOUCHED(fm_table),
                 UNTOUCHED(fm_table),
                 UNTOUCHED(fm_catalog),
                 UNTOUCHED(fm_base),
                 UNTOUCHED(fm_base),
                 UNTOUCHED(fm_matches),
                 UNTOUCHED(fm_walk),
                 {UNTOUCHED(fm_report), UNTOUCHED(fm_report), UNTOUCHED(fm_report), UNTOUCHED(fm_report)}};
    fm_error error = {0};
    failing_arm(refuse, all);
    fm_status status = run(&o, p, from, &error);
    failing_disarm();
    clean_up(&o);
    const bool refused = failing_check(test, refuse, status, &error);
    if (refused == exists(p->table))
        failing_die(test, refuse, refused ? "a file was left" : "there is no file");
    (void)remove(p->table);
    (void)remove(p->file);
    return !refused;
}

/* So many customers more that every index and array grows. */
static const char *more_customers(void) {
    static char text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", customers);
    for (int i = 0; i < 100; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "m%d,,,,%d h,,r%d,de,,,\n", i, i, i);
    return text;
}

static void write_file(const char *folder, const char *name, const char *content, char path[static 128]) {
    (void)snprintf(path, 128, "%.60s/%s", folder, name);
    FILE *file = content == NULL ? NULL : fopen(path, "wb");
    if (content != NULL && (file == NULL || fputs(content, file) < 0 || fclose(file) != 0))
        failing_die(test, 0, path);
}

int main(void) {
    paths p = {.folder = "/tmp/fitmatch-alloc-XXXXXX"};
    if (mkdtemp(p.folder) == NULL)
        failing_die(test, 0, "no folder");
    write_file(p.folder, "offerings.csv", offerings, p.offerings);
    write_file(p.folder, "history.csv", history, p.history);
    write_file(p.folder, "customers.csv", more_customers(), p.customers);
    write_file(p.folder, "matches.csv", NULL, p.table);
    write_file(p.folder, "customers.fmb", NULL, p.file);
    size_t counts[WAY_COUNT];
    (void)printf("%zu allocations of analyses were refused\n", analyses_refused());
    (void)printf("%zu allocations of parts were refused\n", parts_refused(p.folder));
    for (int from = 0; from < WAY_COUNT; from++) {
        size_t n = 1;
        while (!run_refused(&p, (way)from, n, false))
            n++;
        counts[from] = n - 1;
        for (n = 1; n <= counts[from]; n++)
            (void)run_refused(&p, (way)from, n, true);
    }
    (void)remove(p.offerings);
    (void)remove(p.history);
    (void)remove(p.customers);
    if (rmdir(p.folder) != 0)
        failing_die(test, 0, "a file was left in the folder");
    (void)printf("%zu allocations from files, %zu from columns, %zu from chunks, %zu by way of a base file "
                 "and %zu of a "
                 "folded base were refused\n",
                 counts[FROM_A_FILE], counts[FROM_COLUMNS], counts[FROM_CHUNKS],
                 counts[BY_WAY_OF_A_BASE_FILE], counts[FOLDED]);
    return counts[FROM_A_FILE] > 100 && counts[FROM_COLUMNS] > 100 && counts[FROM_CHUNKS] > 100 &&
                   counts[BY_WAY_OF_A_BASE_FILE] > counts[FROM_A_FILE] + 20 && counts[FOLDED] > 100
               ? 0
               : 1;
}
