/* Many readers at once of the same base, catalog and matches, each with OpenMP threads of its own.
 *
 * A plain program, because the thread sanitizer bears no forks; it also checks that all readers see the same.
 */
#include "../unit/fixture.h"
#include "tables/csv.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READERS 4
#define ROUNDS 3

/* What everybody reads, and what one thread alone found before. */
typedef struct shared {
    const fixture *f;
    const fm_base *opened;
    const fm_matches *matches;
    const fixture_row *expected;
    const char *table;
    uint64_t unmet_demands;
    char folder[64];
    pthread_barrier_t start;
} shared;

typedef struct reader {
    const shared *s;
    unsigned number;
    pthread_t thread;
} reader;

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    assert(file != NULL);
    (void)fseek(file, 0, SEEK_END);
    size_t length = (size_t)ftell(file);
    (void)fseek(file, 0, SEEK_SET);
    char *content = malloc(length + 1);
    assert(content != NULL);
    size_t got = fread(content, 1, length, file);
    assert(got == length);
    content[got] = '\0';
    (void)fclose(file);
    return content;
}

static char *write_table(const fm_matches *matches, const char *folder, unsigned number, unsigned threads) {
    char path[128];
    fm_match_table_options options = {.threads = threads};
    (void)snprintf(path, sizeof path, "%s/%u.csv", folder, number);
    fm_status status = fm_match_table_write(matches, path, &options, NULL);
    assert(status == FM_OK);
    (void)status;
    char *table = read_file(path);
    (void)remove(path);
    return table;
}

static void check_totals(const fm_matches *a, const fm_matches *b) {
    const fm_match_totals *x = fm_matches_totals(a);
    const fm_match_totals *y = fm_matches_totals(b);
    assert(memcmp(x, y, sizeof *x) == 0);
    (void)x;
    (void)y;
}

static void count_demands(void *context, size_t attribute, fm_text demand, uint64_t rows) {
    *(uint64_t *)context += rows * (attribute + 1) + demand.length;
}

static void walk(const shared *s, uint64_t *seed) {
    fm_walk *w = NULL;
    char text[1024];
    uint32_t unmet[16];
    fm_status status = fm_walk_new(s->matches, &w, NULL);
    assert(status == FM_OK);
    for (int i = 0; i < 300; i++) {
        size_t row = (size_t)fixture_below(seed, s->f->row_count);
        fm_match_row found = fm_walk_row(w, row);
        assert(fixture_same_row(&found, &s->expected[row].match));
        size_t count = fm_walk_unmet(w, row, found.own, unmet);
        size_t length = fm_walk_gap(w, row, found.own, text, sizeof text);
        assert((count == 0) == (length == 0));
        (void)count;
        (void)length;
    }
    (void)status;
    fm_walk_free(w);
}

static void match(const shared *s, unsigned round) {
    static const fm_instruction_set sets[] = {FM_INSTRUCTION_SET_SCALAR, FM_INSTRUCTION_SET_AUTO};
    fm_matches *matches = fixture_match(s->f, sets[round % 2], 1 + round % 3);
    check_totals(matches, s->matches);
    uint64_t demands = 0;
    fm_status status = fm_matches_demands_nobody_meets(matches, count_demands, &demands, NULL);
    assert(status == FM_OK && demands == s->unmet_demands);
    (void)status;
    fm_matches_free(matches);
}

static void *read_all(void *context) {
    reader *r = context;
    const shared *s = r->s;
    uint64_t seed = r->number;
    (void)pthread_barrier_wait((pthread_barrier_t *)(uintptr_t)&s->start);
    for (unsigned round = 0; round < ROUNDS; round++) {
        walk(s, &seed);
        match(s, round + r->number);
        char *table = write_table(s->matches, s->folder, r->number, 1 + (round + r->number) % 3);
        assert(strcmp(table, s->table) == 0);
        free(table);
        uint64_t row = fm_base_find(s->f->base, "c77", 0);
        assert(row == 77 && fm_catalog_find(s->f->catalog, "o1") == 1);
        (void)row;
    }
    return NULL;
}

/* Each thread makes, matches and frees a workspace of its own: nothing is shared behind the curtain. */
static void *make_own(void *context) {
    const reader *r = context;
    fixture_options o = {
        .seed = r->number,
        .rows = 600,
        .offerings = 5,
        .attributes = 6,
        .need_percent = 30,
        .unasked_percent = 5,
        .records_percent = 30,
        .partner_percent = 40,
    };
    fixture *f = fixture_new(&o);
    fixture_row *expected = fixture_expect(f);
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 2);
    uint64_t rows[FM_VERDICT_COUNT] = {0};
    for (size_t row = 0; row < f->row_count; row++)
        rows[expected[row].match.verdict]++;
    assert(memcmp(rows, fm_matches_totals(matches)->rows, sizeof rows) == 0);
    (void)rows;
    fm_matches_free(matches);
    free(expected);
    fixture_free(f);
    return NULL;
}

/* Customers as CSV text: repeating and ever new demands, quoted line ends, rows set aside. */
static char *customers_text(size_t rows, size_t *out_length) {
    char *text = malloc(rows * 80 + 100);
    assert(text != NULL);
    size_t used = (size_t)sprintf(text, "customer_id,hours,where,install,note\n");
    for (size_t row = 0; row < rows; row++)
        used +=
            (size_t)sprintf(text + used, "c%zu,%zu,%s,%s,%s\n", row, row % 2 == 0 ? row % 40 : row,
                            row % 3 == 0   ? "north|south"
                            : row % 5 == 0 ? ""
                                           : "a place with a longer name",
                            row % 97 == 0 ? "perhaps" : "yes", row % 11 == 0 ? "\"two\nlines\"" : "plain");
    *out_length = used;
    return text;
}

static fm_status add_line(void *context, const fm_reject *reject, fm_error *error) {
    (void)error;
    *(uint64_t *)context = *(uint64_t *)context * 31 + reject->line;
    return FM_OK;
}

/* A number that stands for all that reading gave. */
static uint64_t read_text(const fm_model *model, const char *text, size_t length, unsigned threads) {
    uint64_t sum = 0;
    fm_csv_options csv = {.window_bytes = 2000};
    fm_base_options options = {.reject = add_line, .context = &sum, .threads = threads};
    fm_table *table = NULL;
    fm_base *base = NULL;
    fm_status status = fm__table_open_csv_memory((fm_text){text, length}, "c.csv", &csv, &table, NULL);
    assert(status == FM_OK);
    status = fm_base_read(model, table, &options, NULL, &base, NULL);
    assert(status == FM_OK);
    (void)status;
    for (uint64_t row = 0; row < fm_base_row_count(base); row++) {
        fm_text id = fm_base_id(base, row);
        for (size_t i = 0; i < id.length; i++)
            sum = sum * 31 + (unsigned char)id.bytes[i];
    }
    for (size_t a = 0; a < 3; a++) {
        fm_demand_count count = fm_base_demand_count(base, a, false);
        sum = sum * 31 + count.distinct;
        sum = sum * 31 + count.rows[FM_DEMAND_STATED];
    }
    fm_base_free(base);
    fm_table_free(table);
    return sum;
}

/* Several callers, each with threads of its own, read the same text in chunks. */
static void *read_chunks(void *context) {
    static const fm_attribute attributes[] = {{.name = "hours", .rule = FM_RULE_AT_MOST},
                                              {.name = "where", .rule = FM_RULE_COVERS},
                                              {.name = "install", .rule = FM_RULE_FLAG}};
    const reader *r = context;
    const fm_model_spec spec = {.attributes = attributes, .attribute_count = 3};
    fm_model *model = NULL;
    size_t length;
    char *text = customers_text(6000, &length);
    fm_status status = fm_model_new(&spec, NULL, &model, NULL);
    assert(status == FM_OK);
    (void)status;
    uint64_t expected = read_text(model, text, length, 1);
    for (unsigned threads = 2; threads < 5; threads++) {
        uint64_t found = read_text(model, text, length, threads + r->number % 2);
        assert(found == expected);
        (void)found;
    }
    (void)expected;
    fm_model_free(model);
    free(text);
    return NULL;
}

/* A workspace in which two needs are unasked in many rows, and the one to ask about turns with the last rows.
 */
static const fm_attribute asked[] = {{.name = "hours", .rule = FM_RULE_AT_MOST, .ask_when_blank = true},
                                     {.name = "days, all", .rule = FM_RULE_AT_MOST, .ask_when_blank = true}};
static const char asked_offerings[] = "offering_id,hours,\"days, all\"\no1,10,10\n";

static char *asked_customers(size_t rows, size_t *out_length) {
    char *text = malloc(rows * 40 + 100);
    assert(text != NULL);
    size_t used = (size_t)sprintf(text, "customer_id,hours,\"days, all\"\n");
    for (size_t row = 0; row < rows; row++)
        used += (size_t)sprintf(text + used, "c%zu,%s\n", row,
                                row % 2 == 0     ? ","
                                : row * 3 < rows ? "5,50"
                                                 : "50,5");
    *out_length = used;
    return text;
}

/* The table of customers that come in parts of so many bytes; 0: as a whole. */
static char *table_in_parts(const fm_catalog *catalog, const fm_model *model, fm_text text, size_t part_bytes,
                            unsigned threads, const char *path) {
    fm_match_options how = {.threads = threads};
    fm_match_table_options options = {.threads = threads};
    fm_base_options reading = {.threads = threads};
    fm_csv_options csv = {.window_bytes = 2000};
    fm_table *table = NULL;
    fm_customers *customers = NULL;
    fm_match_table *to = NULL;
    fm_base *base = NULL;
    fm_status status = fm__table_open_csv_memory(text, "c.csv", &csv, &table, NULL);
    assert(status == FM_OK);
    status = fm_customers_open(model, table, &reading, NULL, &customers, NULL);
    assert(status == FM_OK);
    status = fm_match_table_new(path, &options, &to, NULL);
    assert(status == FM_OK);
    while ((status = fm_customers_next(customers, part_bytes, &base, NULL)) == FM_OK && base != NULL) {
        fm_matches *matches = NULL;
        status = fm_match(base, catalog, &how, &matches, NULL);
        assert(status == FM_OK);
        status = fm_match_table_add(to, matches, NULL);
        assert(status == FM_OK);
        fm_matches_free(matches);
        fm_base_free(base);
    }
    assert(status == FM_OK);
    status = fm_match_table_commit(to, NULL);
    assert(status == FM_OK);
    (void)status;
    fm_customers_close(customers);
    fm_table_free(table);
    char *written = read_file(path);
    (void)remove(path);
    return written;
}

/* Several callers, each with threads of its own, read, match and write in parts. */
static void *write_parts(void *context) {
    const reader *r = context;
    const fm_model_spec spec = {.attributes = asked, .attribute_count = 2};
    fm_model *model = NULL;
    fm_catalog *catalog = NULL;
    fm_table *table = NULL;
    char path[128];
    size_t length;
    char *text = asked_customers(4000, &length);
    fm_text document = {text, length};
    fm_text offers = {asked_offerings, sizeof asked_offerings - 1};
    (void)snprintf(path, sizeof path, "%s/parts%u.csv", r->s->folder, r->number);
    fm_status status = fm_model_new(&spec, NULL, &model, NULL);
    assert(status == FM_OK);
    status = fm__table_open_csv_memory(offers, "o.csv", NULL, &table, NULL);
    assert(status == FM_OK);
    status = fm_catalog_read(model, table, NULL, NULL, &catalog, NULL);
    assert(status == FM_OK);
    (void)status;
    char *whole = table_in_parts(catalog, model, document, 0, 1, path);
    for (unsigned threads = 1; threads < 4; threads++) {
        char *parts = table_in_parts(catalog, model, document, 9000, threads, path);
        assert(strcmp(parts, whole) == 0);
        free(parts);
    }
    free(whole);
    fm_catalog_free(catalog);
    fm_table_free(table);
    fm_model_free(model);
    free(text);
    return NULL;
}

/* A base file that was opened lazily, which everybody checks as they go and some as a whole. */
static void *read_opened(void *context) {
    const reader *r = context;
    fm_match_options options = {.threads = 2, .no_totals = r->number % 2 == 0};
    fm_matches *matches = NULL;
    fm_walk *w = NULL;
    (void)pthread_barrier_wait((pthread_barrier_t *)(uintptr_t)&r->s->start);
    fm_status status = fm_match(r->s->opened, r->s->f->catalog, &options, &matches, NULL);
    assert(status == FM_OK);
    status = fm_walk_new(matches, &w, NULL);
    assert(status == FM_OK);
    (void)status;
    for (uint64_t i = 0; i < 2000; i++) {
        uint64_t row = (i * 7919 + r->number) % r->s->f->row_count;
        fm_match_row got = fm_walk_row(w, row);
        fm_text id = fm_base_id(r->s->opened, row);
        fm_text wanted = fm_base_id(r->s->f->base, row);
        assert(fixture_same_row(&got, &r->s->expected[row].match));
        assert(id.length == wanted.length && memcmp(id.bytes, wanted.bytes, id.length) == 0);
        (void)got;
        (void)id;
        (void)wanted;
    }
    fm_walk_free(w);
    fm_matches_free(matches);
    return NULL;
}

/* A number that stands for all cells of a report, which is freed. */
static uint64_t sum_report(fm_report *report) {
    uint64_t sum = 0;
    for (size_t t = 0; t < fm_report_table_count(report); t++)
        for (uint64_t row = 0; row < fm_report_row_count(report, t); row++) {
            fm_cell cells[16];
            fm_status status = fm_report_row(report, t, row, cells, NULL);
            assert(status == FM_OK);
            (void)status;
            for (size_t c = 0; c < fm_report_column_count(report, t); c++) {
                uint64_t bits;
                memcpy(&bits, &cells[c].number, sizeof bits);
                sum = sum * 31 + bits + cells[c].count + (uint64_t)cells[c].change;
                for (size_t i = 0; i < cells[c].text.length; i++)
                    sum = sum * 31 + (unsigned char)cells[c].text.bytes[i];
            }
        }
    fm_report_free(report);
    return sum;
}

static uint64_t analyse_with(const fm_matches *matches, unsigned threads) {
    const fm_analysis_run run = {.threads = threads};
    const fm_segments_options segments = {.run = run, .members = true};
    const fm_roadmap_options roadmap = {.run = run, .plan = 2};
    fm_report *reports[3] = {NULL};
    fm_status status = fm_summary(matches, &run, &reports[0], NULL);
    assert(status == FM_OK);
    status = fm_segments(matches, &segments, &reports[1], NULL);
    assert(status == FM_OK);
    status = fm_roadmap(matches, &roadmap, &reports[2], NULL);
    assert(status == FM_OK);
    (void)status;
    uint64_t sum = 0;
    for (size_t i = 0; i < 3; i++)
        sum = sum * 31 + sum_report(reports[i]);
    return sum;
}

/* Everybody analyses the same matches, with as many threads as they like. */
static void *analyse(void *context) {
    const reader *r = context;
    uint64_t expected = analyse_with(r->s->matches, 1);
    for (unsigned threads = 2; threads < 4; threads++) {
        uint64_t found = analyse_with(r->s->matches, threads + r->number % 2);
        assert(found == expected);
        (void)found;
    }
    (void)expected;
    return NULL;
}

static fm_base *open_lazily(const fixture *f, const char *folder) {
    char path[128];
    fm_base *base = NULL;
    fm_base_open_options options = {.lazy = FM_BASE_ALL_PARTS};
    (void)snprintf(path, sizeof path, "%s/base", folder);
    fm_status status = fm_base_write(f->base, path, NULL, NULL);
    assert(status == FM_OK);
    status = fm_base_open(f->model, path, &options, NULL, &base, NULL);
    assert(status == FM_OK);
    (void)status;
    (void)remove(path);
    return base;
}

static void run_threads(const shared *s, void *(*work)(void *)) {
    reader readers[READERS];
    for (unsigned i = 0; i < READERS; i++) {
        readers[i] = (reader){.s = s, .number = i};
        int failed = pthread_create(&readers[i].thread, NULL, work, &readers[i]);
        assert(failed == 0);
        (void)failed;
    }
    for (unsigned i = 0; i < READERS; i++)
        (void)pthread_join(readers[i].thread, NULL);
}

int main(void) {
    fixture_options o = {
        .seed = 1,
        .rows = 20000,
        .offerings = 9,
        .attributes = 6,
        .need_percent = 30,
        .want_percent = 20,
        .unasked_percent = 5,
        .records_percent = 30,
        .partner_percent = 40,
        .money = true,
    };
    shared s = {.folder = "/tmp/fitmatch-thread-XXXXXX"};
    char *made = mkdtemp(s.folder);
    assert(made != NULL);
    (void)made;
    fixture *f = fixture_new(&o);
    fixture_row *expected = fixture_expect(f);
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 1);
    char *table = write_table(matches, s.folder, READERS, 1);
    s.f = f;
    s.expected = expected;
    s.matches = matches;
    s.table = table;
    fm_status status = fm_matches_demands_nobody_meets(matches, count_demands, &s.unmet_demands, NULL);
    assert(status == FM_OK);
    (void)status;
    (void)pthread_barrier_init(&s.start, NULL, READERS);
    run_threads(&s, read_all);
    run_threads(&s, make_own);
    run_threads(&s, read_chunks);
    run_threads(&s, write_parts);
    run_threads(&s, analyse);
    fm_base *opened = open_lazily(f, s.folder);
    s.opened = opened;
    run_threads(&s, read_opened);
    fm_base_free(opened);
    (void)pthread_barrier_destroy(&s.start);
    free(table);
    fm_matches_free(matches);
    free(expected);
    fixture_free(f);
    int left = rmdir(s.folder);
    assert(left == 0);
    (void)printf("%d threads read the same\n", READERS);
    return left == 0 ? 0 : 1;
}
