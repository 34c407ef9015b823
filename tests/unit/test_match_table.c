/* The match table and the totals of customers that come in parts are those of the whole. */
#include "fixture_csv.h"
#include "tables/csv.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* More attributes than a word has bits, and their number no multiple of it. */
#define ATTRIBUTES 70
#define OWN 3
#define NAME_BYTES 48

/* A text that grows. */
typedef struct document {
    char *bytes;
    size_t length;
    size_t capacity;
} document;

__attribute__((format(printf, 2, 3))) static void add(document *to, const char *format, ...) {
    va_list arguments;
    if (to->capacity - to->length < 1024) {
        to->capacity = 2 * to->capacity + 4096;
        to->bytes = realloc(to->bytes, to->capacity);
        cr_assert_not_null(to->bytes);
    }
    va_start(arguments, format);
    to->length += (size_t)vsnprintf(to->bytes + to->length, 1024, format, arguments);
    va_end(arguments);
}

static uint64_t draw(uint64_t *seed, uint64_t below) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed >> 33) % below;
}

/* --- a workspace whose holes are guessed wrong --- */

typedef struct world {
    char names[ATTRIBUTES + 1][NAME_BYTES];
    char columns[ATTRIBUTES][8];
    fm_attribute attributes[ATTRIBUTES + 1];
    workspace_parts made;
    document customers;
} world;

/* Names of many lengths, some of which must be quoted: a right name may be shorter or longer than the guess.
 */
static void make_model(world *w, size_t attributes) {
    static const fm_role_column roles[] = {{FM_ROLE_VALUE, "money", {0, 0}}};
    for (size_t a = 0; a < attributes; a++) {
        (void)snprintf(w->names[a], NAME_BYTES, "%s%zu%.*s", a % 5 == 1 ? "a, \"" : "", a, (int)(a % 37),
                       "-name-of-an-attribute-that-is-long----");
        (void)snprintf(w->columns[a], sizeof w->columns[a], "a%zu", a);
        w->attributes[a] = (fm_attribute){.name = w->names[a],
                                          .need_column = w->columns[a],
                                          .offer_column = w->columns[a],
                                          .rule = FM_RULE_AT_MOST,
                                          .ask_when_blank = true};
    }
    w->attributes[attributes] = (fm_attribute){.name = "region", .rule = FM_RULE_COVERS};
    const fm_model_spec spec = {.company = "Us",
                                .attributes = w->attributes,
                                .attribute_count = attributes + 1,
                                .roles = roles,
                                .role_count = 1,
                                .min_records = 1};
    cr_assert_eq(fm_model_new(&spec, NULL, &w->made.model, NULL), FM_OK);
}

/* Each own offering is the only one for its region, and offers something else of every attribute, so that
 * they differ in what is the risk. */
static void make_catalog(world *w, size_t attributes, uint64_t *seed) {
    document d = {0};
    add(&d, "offering_id,supplier,region");
    for (size_t a = 0; a < attributes; a++)
        add(&d, ",a%zu", a);
    for (size_t o = 0; o <= OWN; o++) {
        add(&d, "\no%zu,%s,r%zu", o, o == OWN ? "Them" : "", o);
        for (size_t a = 0; a < attributes; a++)
            add(&d, ",%u", 1 + (unsigned)draw(seed, 9));
    }
    add(&d, "\n");
    fm_table *table = table_of(d.bytes, "offerings.csv");
    cr_assert_eq(fm_catalog_read(w->made.model, table, NULL, NULL, &w->made.catalog, NULL), FM_OK);
    fm_table_free(table);
    free(d.bytes);
}

/* A row that fits its region's offering but for some unasked needs, or one that has needs like nobody meets,
 * in one half of the attributes at first and in the other half near the end. */
static void add_row(world *w, size_t attributes, size_t row, size_t rows, uint64_t *seed) {
    static const char *const money[] = {"0.1", "1e15", "1e-300", "-0", "", "0.3", "123456.789"};
    document *d = &w->customers;
    bool has_holes = row == 0 || row + 1 == rows || draw(seed, 3) > 0;
    size_t half = row * 8 > rows * 7;
    add(d, row % 7 == 0 ? "\"c,\n%zu\"" : "c%zu", row);
    add(d, ",%s,r%u", money[draw(seed, 7)], (unsigned)draw(seed, has_holes ? OWN : OWN + 1));
    for (size_t a = 0; a < attributes; a++) {
        if (has_holes)
            add(d, draw(seed, 4) == 0 ? "," : draw(seed, 2) ? ",9" : ",any");
        else if (a % 2 == half && draw(seed, 2))
            add(d, ",%u", (unsigned)draw(seed, 10) / (1 + (unsigned)(a % 4)));
        else
            add(d, ",any");
    }
    add(d, "\n");
}

static world *world_new(uint64_t seed, size_t attributes, size_t rows) {
    world *w = calloc(1, sizeof *w);
    cr_assert_not_null(w);
    make_model(w, attributes);
    make_catalog(w, attributes, &seed);
    add(&w->customers, "customer_id,money,region");
    for (size_t a = 0; a < attributes; a++)
        add(&w->customers, ",a%zu", a);
    add(&w->customers, "\n");
    for (size_t row = 0; row < rows; row++)
        add_row(w, attributes, row, rows, &seed);
    return w;
}

static void world_free(world *w) {
    parts_free(&w->made);
    free(w->customers.bytes);
    free(w);
}

/* --- parts --- */

/* How a table is made. */
typedef struct way {
    size_t part_bytes; /* 0: the whole */
    unsigned threads;
    unsigned verdicts;
    bool arrange;
} way;

typedef struct made_parts {
    size_t parts;
    fm_match_sum *sum; /* NULLable */
} made_parts;

static fm_status add_part(const world *w, way how, fm_base *base, fm_match_table *to, made_parts *made,
                          fm_error *error) {
    const fm_match_options options = {.threads = how.threads};
    fm_matches *matches = NULL;
    if (how.arrange)
        cr_assert_eq(fm_base_arrange(base, w->made.catalog, how.threads, NULL), FM_OK);
    cr_assert_eq(fm_match(base, w->made.catalog, &options, &matches, NULL), FM_OK);
    if (made->sum != NULL)
        fm_match_sum_add(made->sum, matches);
    fm_status status = to == NULL ? FM_OK : fm_match_table_add(to, matches, error);
    fm_matches_free(matches);
    made->parts++;
    return status;
}

/* `to` is ended; NULL: only the sum is made. */
static fm_status add_table(const world *w, way how, fm_table *table, fm_match_table *to, made_parts *made,
                           fm_error *error) {
    const fm_base_options reading = {.threads = how.threads};
    fm_customers *customers = NULL;
    fm_base *base = NULL;
    fm_status status = FM_OK;
    cr_assert_eq(fm_customers_open(w->made.model, table, &reading, NULL, &customers, NULL), FM_OK);
    for (;;) {
        cr_assert_eq(fm_customers_next(customers, how.part_bytes, &base, NULL), FM_OK);
        if (base == NULL)
            break;
        if (status == FM_OK)
            status = add_part(w, how, base, to, made, error);
        fm_base_free(base);
    }
    fm_customers_close(customers);
    if (to != NULL && status == FM_OK)
        return fm_match_table_commit(to, error);
    fm_match_table_discard(to);
    return status;
}

static fm_status write_parts(const world *w, way how, const char *path, made_parts *made, fm_error *error) {
    const fm_match_table_options options = {.threads = how.threads, .verdicts = how.verdicts};
    fm_table *table = table_of(w->customers.bytes, "customers.csv");
    fm_match_table *to = NULL;
    if (path != NULL)
        cr_assert_eq(fm_match_table_new(path, &options, &to, NULL), FM_OK);
    fm_status status = add_table(w, how, table, to, made, error);
    fm_table_free(table);
    return status;
}

/* The table of one base, which knows nothing of parts. */
static char *whole_table(const world *w, unsigned verdicts, const char *path) {
    const fm_match_table_options options = {.verdicts = verdicts};
    fm_table *table = table_of(w->customers.bytes, "customers.csv");
    fm_base *base = NULL;
    fm_matches *matches = NULL;
    cr_assert_eq(fm_base_read(w->made.model, table, NULL, NULL, &base, NULL), FM_OK);
    cr_assert_eq(fm_match(base, w->made.catalog, NULL, &matches, NULL), FM_OK);
    cr_assert_eq(fm_match_table_write(matches, path, &options, NULL), FM_OK);
    fm_matches_free(matches);
    fm_base_free(base);
    fm_table_free(table);
    return file_read(path);
}

static void expect_same_text(const char *got, const char *wanted, const char *what) {
    size_t at = 0;
    while (got[at] != '\0' && got[at] == wanted[at])
        at++;
    cr_assert(got[at] == wanted[at], "%s differs at byte %zu: \"%.60s\", expected \"%.60s\"", what, at,
              got + at, wanted + at);
}

static const way WAYS[] = {
    {1, 1, 0, false},
    {4000, 1, 0, false},
    {20000, 3, 0, false},
    {20000, 2, 0, true},
    {4000, 2, 1U << FM_VERDICT_ASK, false},
    {4000, 3, ~(1U << FM_VERDICT_ASK), false},
    {150000, 1, 0, false},
    {0, 2, 0, true},
};
#define WAY_COUNT (sizeof WAYS / sizeof WAYS[0])

Test(match_table, parts_to_a_file) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    folder_path(folder, "m.csv", path);
    for (size_t attributes = 2; attributes <= ATTRIBUTES; attributes += ATTRIBUTES - 2) {
        world *w = world_new(attributes, attributes, attributes == 2 ? 2000 : 900);
        for (size_t i = 0; i < WAY_COUNT; i++) {
            made_parts made = {0};
            char *wanted = whole_table(w, WAYS[i].verdicts, path);
            (void)remove(path);
            cr_assert_eq(write_parts(w, WAYS[i], path, &made, NULL), FM_OK);
            char *got = file_read(path);
            expect_same_text(got, wanted, "the file");
            cr_assert(WAYS[i].part_bytes == 0 ? made.parts == 1 : made.parts > 1 || attributes == 2,
                      "%zu parts", made.parts);
            cr_assert_eq(folder_count(folder), 1);
            free(got);
            free(wanted);
        }
        world_free(w);
    }
    folder_free(folder);
}

/* The guesses of the first parts are wrong: without that the other tests here would prove little. */
Test(match_table, the_risk_turns) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    folder_path(folder, "m.csv", path);
    world *w = world_new(ATTRIBUTES, ATTRIBUTES, 1100);
    char *whole = whole_table(w, 1U << FM_VERDICT_ASK, path);
    /* Without the rows behind the middle other attributes are asked about. */
    w->customers.bytes[w->customers.length / 2] = '\0';
    *strrchr(w->customers.bytes, '\n') = '\0';
    char *half = whole_table(w, 1U << FM_VERDICT_ASK, path);
    char *end = strrchr(half, '\n');
    *end = '\0';
    cr_assert_gt(strlen(half), 10000);
    cr_assert_neq(strncmp(half, whole, strlen(half)), 0);
    free(half);
    free(whole);
    world_free(w);
    folder_free(folder);
}

/* --- what cannot be read back --- */

static void *read_pipe(void *context) {
    return file_read(context);
}

Test(match_table, parts_to_a_pipe) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    char pipe[PATH_BYTES];
    folder_new(folder);
    folder_path(folder, "m.csv", path);
    cr_assert_eq(mkfifo(folder_path(folder, "pipe", pipe), 0600), 0);
    cr_assert_eq(setenv("TMPDIR", folder, 1), 0);
    world *w = world_new(5, ATTRIBUTES, 1100);
    for (size_t i = 0; i < WAY_COUNT; i++) {
        made_parts made = {0};
        pthread_t reader;
        void *got;
        char *wanted = whole_table(w, WAYS[i].verdicts, path);
        cr_assert_eq(pthread_create(&reader, NULL, read_pipe, pipe), 0);
        cr_assert_eq(write_parts(w, WAYS[i], pipe, &made, NULL), FM_OK);
        cr_assert_eq(pthread_join(reader, &got), 0);
        expect_same_text(got, wanted, "what came through the pipe");
        cr_assert_eq(folder_count(folder), 2);
        free(got);
        free(wanted);
    }
    world_free(w);
    folder_free(folder);
}

/* --- columns in memory --- */

#define MEMORY_ROWS 5000

Test(match_table, columns_in_memory_in_parts) {
    static double a[MEMORY_ROWS];
    static double b[MEMORY_ROWS];
    static fm_text ids[MEMORY_ROWS];
    static fm_text regions[MEMORY_ROWS];
    const fm_column columns[] = {{.name = "customer_id", .texts = ids},
                                 {.name = "region", .texts = regions},
                                 {.name = "a0", .numbers = a},
                                 {.name = "a1", .numbers = b}};
    const double blank = strtod("nan", NULL);
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    char *tables[3];
    folder_new(folder);
    folder_path(folder, "m.csv", path);
    world *w = world_new(2, 2, 1);
    for (size_t row = 0; row < MEMORY_ROWS; row++) {
        bool is_hole = row % 3 == 0 || row + 1 == MEMORY_ROWS;
        bool is_late = row > MEMORY_ROWS - 1900;
        ids[row] = (fm_text){"customer", 1 + row % 8};
        regions[row] = (fm_text){row % 2 ? "r0" : "r1", 2};
        a[row] = is_hole ? blank : is_late ? 9 : 0;
        b[row] = is_hole ? blank : is_late ? 0 : row % 300 == 1 ? 0 : 9;
    }
    for (size_t i = 0; i < 3; i++) {
        static const size_t sizes[] = {0, 1, 30000};
        made_parts made = {0};
        fm_table *table = NULL;
        fm_match_table *to = NULL;
        cr_assert_eq(fm_table_from_columns(columns, 4, MEMORY_ROWS, &table, NULL), FM_OK);
        cr_assert_eq(fm_match_table_new(path, NULL, &to, NULL), FM_OK);
        cr_assert_eq(add_table(w, (way){.part_bytes = sizes[i]}, table, to, &made, NULL), FM_OK);
        cr_assert(i == 0 ? made.parts == 1 : made.parts > 1);
        fm_table_free(table);
        tables[i] = file_read(path);
        expect_same_text(tables[i], tables[0], "the table of columns");
    }
    cr_assert_not_null(strstr(tables[0], ",ask,"));
    for (size_t i = 0; i < 3; i++)
        free(tables[i]);
    world_free(w);
    folder_free(folder);
}

/* --- sums --- */

static made_parts sum_of(const world *w, way how) {
    made_parts made = {0};
    cr_assert_eq(fm_match_sum_new(w->made.model, &made.sum, NULL), FM_OK);
    cr_assert_eq(fm_match_sum_row_count(made.sum), 0);
    cr_assert_eq(fm_match_sum_totals(made.sum)->rows[FM_VERDICT_FIT], 0);
    cr_assert_eq(write_parts(w, how, NULL, &made, NULL), FM_OK);
    return made;
}

/* The bits of money, so that -0 and 0 are not the same. */
static void expect_same_money(const double *got, const double *wanted) {
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        cr_assert(memcmp(&got[v], &wanted[v], sizeof *got) == 0, "%.17g, expected %.17g", got[v], wanted[v]);
}

static void expect_same_sum(const world *w, const fm_match_sum *sum, const fm_matches *whole) {
    const fm_match_totals *got = fm_match_sum_totals(sum);
    const fm_match_totals *wanted = fm_matches_totals(whole);
    expect_same_money(got->money, wanted->money);
    expect_same_money(got->expected, wanted->expected);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        cr_assert_eq(got->rows[v], wanted->rows[v]);
    cr_assert_eq(got->overpromised_rows, wanted->overpromised_rows);
    for (size_t a = 0; a < fm_model_content(w->made.model)->attribute_count; a++)
        cr_assert_eq(fm_match_sum_unmet_rows(sum, a), fm_matches_unmet_rows(whole, a));
}

Test(match_table, sums_to_the_last_bit) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        world *w = world_new(seed, 1 + seed, 300);
        /* At the end more that cannot be read than fits into a part: a base without rows. */
        for (size_t i = 0; i < 400; i++)
            add(&w->customers, "bad,1,r0,nonsense%s\n",
                seed == 1   ? ",1"
                : seed == 2 ? ",1,1"
                : seed == 3 ? ",1,1,1"
                            : ",1,1,1,1");
        fm_table *table = table_of(w->customers.bytes, "customers.csv");
        fm_base *base = NULL;
        fm_matches *matches = NULL;
        cr_assert_eq(fm_base_read(w->made.model, table, NULL, NULL, &base, NULL), FM_OK);
        cr_assert_eq(fm_match(base, w->made.catalog, NULL, &matches, NULL), FM_OK);
        cr_assert_gt(fm_matches_totals(matches)->money[FM_VERDICT_ASK], 0);
        cr_assert_eq(fm_base_reject_count(base), 400);
        for (size_t i = 0; i < 3; i++) {
            static const size_t sizes[] = {1, 3000, 9000};
            made_parts made = sum_of(w, (way){.part_bytes = sizes[i], .threads = 1 + (unsigned)(i % 2)});
            cr_assert_gt(made.parts, 1);
            expect_same_sum(w, made.sum, matches);
            cr_assert_eq(fm_match_sum_row_count(made.sum), 300);
            cr_assert_eq(fm_match_sum_reject_count(made.sum), 400);
            fm_match_sum_free(made.sum);
        }
        fm_matches_free(matches);
        fm_base_free(base);
        fm_table_free(table);
        world_free(w);
    }
    fm_match_sum_free(NULL);
}

/* --- failures --- */

Test(match_table, wrong_arguments) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    fm_error error = {0};
    fm_match_table *to = NULL;
    folder_new(folder);
    folder_path(folder, "m.csv", path);
    world *w = world_new(1, 2, 20);
    world *other = world_new(2, 2, 20);
    cr_assert_eq(fm_match_table_new(path, NULL, &to, NULL), FM_OK);
    cr_assert_eq(fm_match_table_commit(to, &error), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, "no matches were added to the table");
    cr_assert_eq(folder_count(folder), 0);

    made_parts made = {0};
    fm_table *table = table_of(w->customers.bytes, "customers.csv");
    fm_base *base = NULL;
    cr_assert_eq(fm_base_read(w->made.model, table, NULL, NULL, &base, NULL), FM_OK);
    cr_assert_eq(fm_match_table_new(path, NULL, &to, NULL), FM_OK);
    cr_assert_eq(add_part(w, (way){0}, base, to, &made, NULL), FM_OK);
    fm_table *others = table_of(other->customers.bytes, "customers.csv");
    cr_assert_eq(add_table(other, (way){.part_bytes = 1}, others, to, &made, &error), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, "all matches of a table must be of the same catalog");
    cr_assert_eq(folder_count(folder), 0);
    fm_match_table_discard(NULL);
    fm_base_free(base);
    fm_table_free(others);
    fm_table_free(table);

    char missing[PATH_BYTES];
    char unmade[1];
    to = (fm_match_table *)(void *)unmade;
    folder_path(folder, "nowhere/m.csv", missing);
    cr_assert_eq(fm_match_table_new(missing, NULL, &to, &error), FM_ERROR_IO);
    cr_assert_eq((void *)to, (void *)unmade);
    world_free(other);
    world_free(w);
    folder_free(folder);
}

/* The kernel refuses to let files grow, wherever that happens: in the table, in the log of holes, in what is
 * held beside a pipe, in the copy with the right names. */
Test(match_table, a_failing_write_leaves_nothing) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    struct rlimit old;
    struct rlimit limit;
    size_t failures = 0;
    folder_new(folder);
    folder_path(folder, "m.csv", path);
    cr_assert_eq(setenv("TMPDIR", folder, 1), 0);
    world *w = world_new(3, ATTRIBUTES, 9000);
    /* OpenMP begins by making a file of its own, in shared memory: before there is a limit. */
    made_parts before = {0};
    cr_assert_eq(write_parts(w, (way){.threads = 2}, NULL, &before, NULL), FM_OK);
    cr_assert_neq(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    for (rlim_t bytes = 0; bytes <= (rlim_t)1 << 20; bytes = bytes == 0 ? 4096 : 8 * bytes) {
        for (size_t device = 0; device < 2; device++) {
            made_parts made = {0};
            fm_error error = {0};
            limit = (struct rlimit){bytes, old.rlim_max};
            cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
            fm_status status = write_parts(w, (way){.part_bytes = 200000, .threads = 2},
                                           device ? "/dev/null" : path, &made, &error);
            cr_assert_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
            failures += status != FM_OK;
            cr_assert(status == FM_ERROR_IO || (device && status == FM_OK), "%d with %zu bytes", (int)status,
                      (size_t)bytes);
            if (status != FM_OK)
                cr_assert_not_null(strstr(error.message, "cannot write"), "%s", error.message);
            cr_assert_eq(folder_count(folder), 0);
        }
    }
    cr_assert_gt(failures, 6);
    world_free(w);
    folder_free(folder);
}

/* --- cancelling --- */

typedef struct countdown {
    long left;
} countdown;

static bool count_down(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    countdown *c = context;
    (void)phase;
    cr_assert_leq(done, total);
    return c->left-- > 0;
}

Test(match_table, cancelled_at_any_step) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    folder_path(folder, "m.csv", path);
    world *w = world_new(3, 5, 1200);
    long steps = 0;
    for (fm_status status = FM_ERROR_CANCELLED; status != FM_OK; steps++) {
        countdown left = {steps};
        const fm_progress progress = {count_down, &left};
        const fm_match_table_options options = {.threads = 1, .progress = &progress};
        fm_table *table = table_of(w->customers.bytes, "customers.csv");
        fm_match_table *to = NULL;
        made_parts made = {0};
        cr_assert_eq(fm_match_table_new(path, &options, &to, NULL), FM_OK);
        status = add_table(w, (way){.part_bytes = 5000, .threads = 1}, table, to, &made, NULL);
        cr_assert(status == FM_OK || status == FM_ERROR_CANCELLED);
        cr_assert_eq(folder_count(folder), status == FM_OK);
        fm_table_free(table);
    }
    cr_assert_gt(steps, 2);
    world_free(w);
    folder_free(folder);
}
