/* Every allocation of reading, matching and writing customers in parts, refused once each. The table has
 * holes from the first part on, and what was guessed for them is wrong in the end. */
#include "parts.h"

#include "failing.h"
#include "tables/csv.h"

#include <fitmatch/fitmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PARTS_MIN 3

static const char test[] = "parts";

static const fm_attribute attributes[] = {
    {.name = "a, first",
     .need_column = "a",
     .offer_column = "a",
     .rule = FM_RULE_AT_MOST,
     .ask_when_blank = true},
    {.name = "b", .rule = FM_RULE_AT_MOST, .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS},
};
static const fm_role_column roles[] = {{FM_ROLE_VALUE, "money", {0, 0}}};
static const fm_model_spec spec = {.company = "Us",
                                   .attributes = attributes,
                                   .attribute_count = 3,
                                   .roles = roles,
                                   .role_count = 1,
                                   .min_records = 1};
static const char offerings[] = "offering_id,supplier,a,b,region\no1,,10,10,North\no2,Them,20,20,South\n";

static fm_status table_of(const char *document, fm_table **out_table, fm_error *error) {
    /* So small that there are many chunks, and seams inside of quotes. */
    const fm_csv_options options = {.window_bytes = 400};
    return fm__table_open_csv_memory((fm_text){document, strlen(document)}, "table.csv", &options, out_table,
                                     error);
}

/* First `a` is missed more often, in the end `b`. */
static const char *customers(void) {
    static char text[1 << 14];
    size_t used = (size_t)snprintf(text, sizeof text, "customer_id,a,b,region,money\n");
    for (unsigned i = 0; i < 16; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "\"h,\n%u\",,,North,0.%u\nx%u,%u,%u,\"r\"\"%u\",1\n", i, i, i,
                                 i < 5 ? 5 : 50, i < 5 ? 50 : 5, i);
    (void)snprintf(text + used, sizeof text - used, "bad,x,,,\nlast,,,,\n");
    return text;
}

typedef struct made {
    fm_model *model;
    fm_catalog *catalog;
} made;

static made make(void) {
    made m = {0};
    fm_table *table = NULL;
    if (fm_model_new(&spec, NULL, &m.model, NULL) != FM_OK || table_of(offerings, &table, NULL) != FM_OK ||
        fm_catalog_read(m.model, table, NULL, NULL, &m.catalog, NULL) != FM_OK)
        failing_die(test, 0, "the catalog cannot be made");
    fm_table_free(table);
    return m;
}

/* What a run makes; every pointer starts as `untouched`. */
typedef struct outputs {
    fm_table *customers;
    fm_customers *reading;
    fm_match_table *table;
    fm_match_sum *sum;
    size_t parts;
} outputs;

static char untouched[1];
#define UNTOUCHED(type) ((type *)(void *)untouched)

/* Reads a part, matches and adds it; *out_more: there was one. */
static fm_status add_part(outputs *o, const made *m, bool *out_more, fm_error *error) {
    const fm_match_options how = {.threads = 2};
    fm_base *base = UNTOUCHED(fm_base);
    fm_matches *matches = UNTOUCHED(fm_matches);
    fm_status status = fm_customers_next(o->reading, 700, &base, error);
    if (status != FM_OK && base != UNTOUCHED(fm_base))
        failing_die(test, 0, "the base was touched");
    *out_more = status == FM_OK && base != NULL;
    if (!*out_more)
        return status;
    status = fm_match(base, m->catalog, &how, &matches, error);
    if (status == FM_OK) {
        fm_match_sum_add(o->sum, matches);
        status = fm_match_table_add(o->table, matches, error);
        fm_matches_free(matches);
    } else if (matches != UNTOUCHED(fm_matches)) {
        failing_die(test, 0, "the matches were touched");
    }
    fm_base_free(base);
    o->parts++;
    return status;
}

static fm_status run(outputs *o, const made *m, const char *path, fm_error *error) {
    const fm_base_options reading = {.threads = 2};
    const fm_match_table_options writing = {.threads = 2};
    fm_status status = table_of(customers(), &o->customers, error);
    if (status == FM_OK)
        status = fm_customers_open(m->model, o->customers, &reading, NULL, &o->reading, error);
    if (status == FM_OK)
        status = fm_match_sum_new(m->model, &o->sum, error);
    if (status == FM_OK)
        status = fm_match_table_new(path, &writing, &o->table, error);
    for (bool more = true; status == FM_OK && more;)
        status = add_part(o, m, &more, error);
    if (status != FM_OK)
        return status;
    fm_match_table *table = o->table;
    o->table = NULL;
    return fm_match_table_commit(table, error);
}

static void clean_up(outputs *o) {
    if (o->table != UNTOUCHED(fm_match_table))
        fm_match_table_discard(o->table);
    if (o->sum != UNTOUCHED(fm_match_sum))
        fm_match_sum_free(o->sum);
    if (o->reading != UNTOUCHED(fm_customers))
        fm_customers_close(o->reading);
    if (o->customers != UNTOUCHED(fm_table))
        fm_table_free(o->customers);
}

/* Whether there were fewer allocations than `refuse`. */
static bool run_refused(const made *m, const char *path, size_t refuse, bool all) {
    outputs o = {UNTOUCHED(fm_table), UNTOUCHED(fm_customers), UNTOUCHED(fm_match_table),
                 UNTOUCHED(fm_match_sum), 0};
    struct stat about;
    fm_error error = {0};
    failing_arm(refuse, all);
    fm_status status = run(&o, m, path, &error);
    failing_disarm();
    clean_up(&o);
    const bool refused = failing_check(test, refuse, status, &error);
    if (!refused && o.parts < PARTS_MIN)
        failing_die(test, refuse, "there are too few parts");
    bool is_there = stat(path, &about) == 0;
    if (is_there && S_ISREG(about.st_mode) && refused)
        failing_die(test, refuse, "a file was left");
    if (!is_there && !refused)
        failing_die(test, refuse, "there is no file");
    if (is_there && S_ISREG(about.st_mode))
        (void)remove(path);
    return !refused;
}

size_t parts_refused(const char *folder) {
    char file[256];
    (void)snprintf(file, sizeof file, "%s/parts.csv", folder);
    /* A device cannot be read back, so the text is held beside it. */
    const char *const places[] = {file, "/dev/null"};
    made m = make();
    size_t refused = 0;
    for (size_t p = 0; p < 2; p++) {
        size_t n = 1;
        while (!run_refused(&m, places[p], n, false))
            n++;
        for (size_t i = 1; i < n; i++)
            (void)run_refused(&m, places[p], i, true);
        refused += n - 1;
    }
    fm_catalog_free(m.catalog);
    fm_model_free(m.model);
    return refused;
}
