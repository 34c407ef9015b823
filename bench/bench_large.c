/* bench_large: bases too large for their tables to be in memory. Customers are drawn while they are read. */
#include "drawn_table.h"
#include "engine.h"
#include "figures.h"
#include "machine.h"
#include "plain.h"

#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Rows on which the offering to change is tried out. */
#define TRIAL_ROWS 2000
/* By how many standard deviations all rows may differ from what a sample lets expect. Beyond six is one
 * comparison in five hundred million. */
#define SIGMAS 6

typedef struct large_options {
    workload_options workload;
    unsigned threads;
    bool arrange;
    bool fold;
    bool without_texts;
    uint64_t sample;
    bool check_all;
    const char *json;
} large_options;

/* Everything that is measured with. */
typedef struct large {
    const large_options *options;
    workload *workload;
    fm_model *model;
    fm_catalog *catalog;
    fm_base *base;
    figures figures;
} large;

/* What is tried: another value for one cell of one own offering. */
typedef struct what_if {
    uint32_t offering;
    uint32_t attribute;
    uint16_t before;
    uint16_t after;
} what_if;

static const char help[] =
    "usage: bench_large [options]\n"
    "Reads, matches and matches again after a change a base whose rows are drawn while they are read.\n"
    "  --rows N         customers (100M; k, M and G are understood)\n"
    "  --offerings N    offerings (20)\n"
    "  --attributes N   attributes (12)\n"
    "  --threads N      (all)\n"
    "  --distinct N     customers repeat N profiles (all differ)\n"
    "  --fold           let customers who demand the same share a place, if that saves something\n"
    "  --without-texts  keep no ids\n"
    "  --arrange        arrange the base before it is matched\n"
    "  --sample N       rows that are checked one by one (100k)\n"
    "  --check-all      count all rows by plain loops as well\n"
    "  --seed N         another workload of the same kind (1)\n"
    "  --quick          2M rows, all checked\n"
    "  --json FILE      github-action-benchmark, bigger is better\n";

static const struct option long_options[] = {{"rows", required_argument, NULL, 'r'},
                                             {"offerings", required_argument, NULL, 'o'},
                                             {"attributes", required_argument, NULL, 'a'},
                                             {"threads", required_argument, NULL, 't'},
                                             {"distinct", required_argument, NULL, 'd'},
                                             {"fold", no_argument, NULL, 'f'},
                                             {"without-texts", no_argument, NULL, 'w'},
                                             {"arrange", no_argument, NULL, 'A'},
                                             {"sample", required_argument, NULL, 's'},
                                             {"check-all", no_argument, NULL, 'c'},
                                             {"seed", required_argument, NULL, 'S'},
                                             {"quick", no_argument, NULL, 'q'},
                                             {"json", required_argument, NULL, 'j'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

static void read_option(int option, const char *value, large_options *o) {
    switch (option) {
    case 'r':
        o->workload.rows = bench_read_number(value, 1, UINT64_C(1) << 40);
        break;
    case 'o':
        o->workload.offerings = (uint32_t)bench_read_number(value, 1, FM_OFFERINGS_MAX);
        break;
    case 'a':
        o->workload.attributes = (uint32_t)bench_read_number(value, 1, 64);
        break;
    case 't':
        o->threads = (unsigned)bench_read_number(value, 1, 1024);
        break;
    case 'd':
        o->workload.profiles = bench_read_number(value, 1, UINT64_C(1) << 40);
        o->workload.duplicates = 1;
        break;
    case 'f':
        o->fold = true;
        break;
    case 'w':
        o->without_texts = true;
        break;
    case 'A':
        o->arrange = true;
        break;
    case 's':
        o->sample = bench_read_number(value, 1, UINT64_C(1) << 40);
        break;
    case 'c':
        o->check_all = true;
        break;
    case 'S':
        o->workload.seed = bench_read_number(value, 0, UINT64_MAX);
        break;
    case 'q':
        o->workload.rows = 2000000;
        o->check_all = true;
        break;
    case 'j':
        o->json = value;
        break;
    case 'h':
        (void)fputs(help, stdout);
        exit(0);
    default:
        (void)fputs("bench_large --help lists the options\n", stderr);
        exit(2);
    }
}

static large_options read_options(int count, char **arguments) {
    large_options o = {.workload = workload_usual(), .threads = fm_thread_count_default(), .sample = 100000};
    o.workload.rows = 100000000;
    for (int option; (option = getopt_long(count, arguments, "", long_options, NULL)) != -1;)
        read_option(option, optarg, &o);
    if (optind < count)
        bench_die("`%s`: there are options only", arguments[optind]);
    if (o.sample > o.workload.rows)
        o.sample = o.workload.rows;
    return o;
}

static void check(fm_status status, const fm_error *error) {
    if (status != FM_OK)
        bench_die("the engine failed: %s", error->message);
}

/* Most memory that the process ever had, in bytes. */
static double peak_bytes(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? 1024.0 * (double)usage.ru_maxrss : 0;
}

static void add_figure(large *l, const char *what, const char *measure, const char *unit, double value) {
    const workload_options *w = &l->options->workload;
    figure *f = figures_add(&l->figures);
    int length = snprintf(f->name, sizeof f->name, "large %s %ux%ux%u, %llu rows", what, w->offerings,
                          w->attributes, w->patterns, (unsigned long long)w->rows);
    size_t at = length < 0 ? 0 : (size_t)length;
    if (w->profiles > 0 && at < sizeof f->name)
        at += (size_t)snprintf(f->name + at, sizeof f->name - at, ", %llu profiles",
                               (unsigned long long)w->profiles);
    if (at < sizeof f->name)
        (void)snprintf(f->name + at, sizeof f->name - at, ", %s, %u threads",
                       l->options->arrange ? "arranged" : "as read", l->options->threads);
    f->measure = measure;
    f->unit = unit;
    f->value = f->low = f->high = value;
}

/* Seconds of a step over all rows, printed and kept. */
static void tell_time(large *l, const char *step, bench_time time) {
    double rows = (double)l->options->workload.rows;
    printf("%-10s %9.3f s  %8.3g customers/s", step, time.wall, rows / time.wall);
    add_figure(l, step, "customers-per-second", "customers/s", rows / time.wall);
}

static void tell_counts(const fm_match_totals *totals, double rows) {
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        printf("%s %s %llu (%.1f %%)", v == 0 ? "" : ",", fm_verdict_name((fm_verdict)v),
               (unsigned long long)totals->rows[v], 100 * (double)totals->rows[v] / rows);
    printf("\n");
}

static void build(large *l) {
    const large_options *o = l->options;
    fm_base_options how = {
        .threads = o->threads,
        .without_texts = o->without_texts,
        .folding = o->fold ? FM_FOLDING_IF_SMALLER : FM_FOLDING_NEVER,
    };
    fm_error error;
    fm_table *table = drawn_table_new(l->workload, (drawn_rows){0, 1, o->workload.rows}, true);
    bench_time start = bench_now();
    check(fm_base_read(l->model, table, &how, NULL, &l->base, &error), &error);
    bench_time time = bench_since(start);
    fm_table_free(table);
    if (fm_base_row_count(l->base) != o->workload.rows)
        bench_die("the engine set rows of the workload aside");
    fm_base_timings phases = fm_base_read_timings(l->base);
    tell_time(l, "build", time);
    printf(": drawing rows %.3f, encode %.3f, slice %.3f s\n", phases.scan, phases.encode, phases.slice);
    if (!o->arrange)
        return;
    start = bench_now();
    check(fm_base_arrange(l->base, l->catalog, o->threads, &error), &error);
    tell_time(l, "arrange", bench_since(start));
    printf("\n");
}

static void tell_memory(large *l) {
    double rows = (double)l->options->workload.rows;
    engine_bytes bytes = engine_demand_bytes(l->base);
    double all = (double)(bytes.slices + bytes.ranges + bytes.positions + bytes.repeats);
    printf("memory     %9.2f bytes a customer for demands: slices %.2f, ranges %.2f, positions %.2f, "
           "repeats %.2f\n",
           all / rows, (double)bytes.slices / rows, (double)bytes.ranges / rows,
           (double)bytes.positions / rows, (double)bytes.repeats / rows);
    printf("           %9.0f MB at most so far, %s what only reading needs included\n", peak_bytes() * 1e-6,
           l->options->without_texts ? "no ids, but" : "ids and");
    printf("places     %9llu: %s\n", (unsigned long long)fm_base_place_count(l->base),
           fm_base_place_count(l->base) < l->options->workload.rows
               ? "shared by customers who demand the same"
               : "one a customer");
    add_figure(l, "demands", "customers-per-gigabyte", "customers/GB", rows / all * 1e9);
    (void)fflush(stdout);
}

static fm_matches *match(const fm_base *base, const fm_catalog *catalog, unsigned threads, bool verdicts_only,
                         bench_time *out_time) {
    fm_match_options options = {.threads = threads, .verdicts_only = verdicts_only};
    fm_matches *matches;
    fm_error error;
    bench_time start = bench_now();
    check(fm_match(base, catalog, &options, &matches, &error), &error);
    *out_time = bench_since(start);
    return matches;
}

/* --- checks --- */

static uint64_t step_of(const large_options *o) {
    return o->workload.rows / o->sample;
}

/* What a cell says as the engine tells it. */
static const char *cell_of(const workload_attribute *a, uint16_t code) {
    if (code < WORKLOAD_FIRST)
        return "";
    return a->rule == FM_RULE_FLAG ? "yes" : a->demand_cells[code - WORKLOAD_FIRST];
}

/* One cell as it was read and as it is drawn again. */
static void check_cell(const large *l, fm_walk *walk, uint64_t row, uint32_t i, bool want, uint16_t code) {
    const workload_attribute *a = &l->workload->attributes[i];
    fm_demand_state expected = code == WORKLOAD_NONE      ? FM_DEMAND_NONE
                               : code == WORKLOAD_UNASKED ? FM_DEMAND_UNASKED
                                                          : FM_DEMAND_STATED;
    char text[WORKLOAD_CELL_BYTES];
    fm_fit_cell cell = fm_walk_cell(walk, row, 0, i);
    (void)fm_walk_demand(walk, row, i, want, text, sizeof text);
    if ((want ? cell.want : cell.need) != expected || strcmp(text, cell_of(a, code)) != 0)
        bench_die("MISMATCH in row %llu: %s of `%s` was read as `%s`, and drawn again it is `%s`",
                  (unsigned long long)row, want ? "the want" : "the need", a->name, text, cell_of(a, code));
}

static void check_row(const large *l, fm_walk *walk, uint64_t row, const uint16_t *needs,
                      const uint16_t *wants) {
    char id[DRAWN_ID_BYTES];
    fm_text id_read = fm_base_id(l->base, row);
    size_t length = l->options->without_texts ? 0 : drawn_id(row, l->options->workload.rows, id);
    if (id_read.length != length || memcmp(id_read.bytes, id, length) != 0)
        bench_die("MISMATCH in row %llu: its id is another row's", (unsigned long long)row);
    for (uint32_t i = 0; i < l->options->workload.attributes; i++) {
        check_cell(l, walk, row, i, false, needs[i]);
        check_cell(l, walk, row, i, true, wants[i]);
    }
    plain_verdict expected = plain_match(l->workload, needs);
    fm_match_row found = fm_walk_row(walk, row);
    if (found.verdict != expected.verdict || (found.overpromise != FM_NONE) != expected.overpromised)
        bench_die("MISMATCH in row %llu: engine %s, plain loops %s", (unsigned long long)row,
                  fm_verdict_name(found.verdict), fm_verdict_name(expected.verdict));
}

/* Rows of the sample, one by one: cells, id and verdict. */
static void check_rows(const large *l, const fm_matches *matches) {
    const large_options *o = l->options;
    uint64_t step = step_of(o);
#pragma omp parallel default(none) shared(l, o, matches, step)
    {
        fm_walk *walk;
        fm_error error;
        check(fm_walk_new(matches, &walk, &error), &error);
        uint16_t *codes = bench_new(2 * (size_t)o->workload.attributes, sizeof *codes);
#pragma omp for schedule(static)
        for (uint64_t i = 0; i < o->sample; i++) {
            workload_draw_row(l->workload, i * step, codes, codes + o->workload.attributes);
            check_row(l, walk, i * step, codes, codes + o->workload.attributes);
        }
        free(codes);
        fm_walk_free(walk);
    }
}

static void compare(const fm_match_totals *found, const plain_counts *expected, bool verdicts_only,
                    const char *what) {
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        if (found->rows[v] != expected->rows[v])
            bench_die("MISMATCH of %s: engine %llu rows %s, plain loops %llu", what,
                      (unsigned long long)found->rows[v], fm_verdict_name((fm_verdict)v),
                      (unsigned long long)expected->rows[v]);
    if (!verdicts_only && found->overpromised_rows != expected->overpromised)
        bench_die("MISMATCH of %s: engine %llu rows overpromised, plain loops %llu", what,
                  (unsigned long long)found->overpromised_rows, (unsigned long long)expected->overpromised);
}

/* The sample as a base of its own, read as a whole by one thread, and matched. */
static plain_counts check_sample(const large *l, const fm_catalog *catalog, const char *what) {
    const large_options *o = l->options;
    plain_counts expected = plain_count(l->workload, 0, step_of(o), o->sample);
    fm_table *table = drawn_table_new(l->workload, (drawn_rows){0, step_of(o), o->sample}, false);
    fm_base *base;
    fm_error error;
    bench_time time;
    check(fm_base_read(l->model, table, NULL, NULL, &base, &error), &error);
    fm_table_free(table);
    for (unsigned verdicts_only = 0; verdicts_only < 2; verdicts_only++) {
        fm_matches *matches = match(base, catalog, o->threads, verdicts_only, &time);
        compare(fm_matches_totals(matches), &expected, verdicts_only, what);
        fm_matches_free(matches);
    }
    fm_base_free(base);
    return expected;
}

/* Whether counts of all rows are what the sample's let expect. */
static void check_shares(const large_options *o, const fm_match_totals *found, const plain_counts *sample) {
    double rows = (double)o->workload.rows;
    double n = (double)o->sample;
    uint64_t sum = 0;
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        double share = (double)found->rows[v] / rows;
        double allowed = SIGMAS * sqrt(share * (1 - share) / n) + 1 / n;
        sum += found->rows[v];
        if (fabs((double)sample->rows[v] / n - share) > allowed)
            bench_die("MISMATCH: %.3f %% of all rows are %s, and of the sample %.3f %%", 100 * share,
                      fm_verdict_name((fm_verdict)v), 100 * (double)sample->rows[v] / n);
    }
    if (sum != o->workload.rows)
        bench_die("MISMATCH: verdicts of %llu rows were counted", (unsigned long long)sum);
}

static void check_counts(const large *l, const fm_catalog *catalog, const fm_match_totals *found,
                         bool verdicts_only, const char *what) {
    plain_counts sample = check_sample(l, catalog, what);
    check_shares(l->options, found, &sample);
    if (l->options->check_all) {
        plain_counts all = plain_count(l->workload, 0, 1, l->options->workload.rows);
        compare(found, &all, verdicts_only, what);
    }
}

/* --- what if --- */

static uint16_t *cell_at(uint16_t *values, const workload *w, const what_if *change) {
    return &values[(size_t)change->offering * w->options.attributes + change->attribute];
}

/* Promises the new value, and delivers it. */
static void apply(workload *w, const what_if *change) {
    *cell_at(w->nominal, w, change) = change->after;
    *cell_at(w->dependable, w, change) = change->after;
}

/* The cell of the first offering, an own one, whose change moves most verdicts of some rows; of cells that
 * deliver what they promise, so that one value changes. */
static what_if choose_change(workload *w) {
    what_if best = {0, 0, 0, 0};
    uint64_t most = 0;
    bool found = false;
    uint64_t rows = w->options.rows < TRIAL_ROWS ? w->options.rows : TRIAL_ROWS;
    plain_counts now = plain_count(w, 0, 1, rows);
    for (uint32_t i = 0; i < w->options.attributes; i++) {
        uint16_t before = w->nominal[i];
        for (uint16_t p = 0; p + 1U < w->attributes[i].pattern_count && w->dependable[i] == before; p++) {
            what_if change = {0, i, before, p};
            apply(w, &change);
            plain_counts then = plain_count(w, 0, 1, rows);
            uint64_t moved = 0;
            for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
                moved += then.rows[v] > now.rows[v] ? then.rows[v] - now.rows[v] : 0;
            if (p != before && (moved > most || !found)) {
                best = change;
                most = moved;
                found = true;
            }
            change.after = before;
            apply(w, &change);
        }
    }
    if (!found)
        bench_die("the first offering has no value to change: try another --seed");
    return best;
}

/* One value changed: a new catalog, and the whole base matched against it. */
static void try_change(large *l, const fm_match_totals *before) {
    workload *w = l->workload;
    what_if change = choose_change(w);
    const workload_attribute *a = &w->attributes[change.attribute];
    bench_time time;
    apply(w, &change);
    bench_time start = bench_now();
    fm_catalog *catalog = workload_catalog(w, l->model);
    bench_time reading = bench_since(start);
    fm_matches *matches = match(l->base, catalog, l->options->threads, true, &time);
    const fm_match_totals *after = fm_matches_totals(matches);
    tell_time(l, "what-if", time);
    printf(", compiling included; reading the offerings %.3f ms\n", 1e3 * reading.wall);
    const char *was = a->pattern_cells[change.before];
    printf("           %s of offering %s: %s -> %s\n          ", a->name,
           fm_catalog_offering(catalog, change.offering)->id, *was == '\0' ? "nothing" : was,
           a->pattern_cells[change.after]);
    tell_counts(after, (double)w->options.rows);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        printf("%s %s %+lld", v == 0 ? "           changed:" : ",", fm_verdict_name((fm_verdict)v),
               (long long)after->rows[v] - (long long)before->rows[v]);
    printf("\n");
    (void)fflush(stdout);
    check_rows(l, matches);
    check_counts(l, catalog, after, true, "the base after the change");
    fm_matches_free(matches);
    fm_catalog_free(catalog);
}

static void match_all(large *l) {
    bench_time time;
    double rows = (double)l->options->workload.rows;
    fm_matches *matches = match(l->base, l->catalog, l->options->threads, false, &time);
    fm_match_totals totals = *fm_matches_totals(matches);
    tell_time(l, "full", time);
    printf(":");
    tell_counts(&totals, rows);
    fm_matches *verdicts = match(l->base, l->catalog, l->options->threads, true, &time);
    tell_time(l, "verdicts", time);
    printf("\n");
    (void)fflush(stdout);
    if (memcmp(totals.rows, fm_matches_totals(verdicts)->rows, sizeof totals.rows) != 0)
        bench_die("MISMATCH: other counts when only verdicts are wanted");
    fm_matches_free(verdicts);
    check_rows(l, matches);
    check_counts(l, l->catalog, &totals, false, "the base");
    fm_matches_free(matches);
    try_change(l, &totals);
}

static void tell_head(const large_options *o) {
    char cpu[256];
    machine_cpu(cpu, sizeof cpu);
    printf("processor  %s, %d usable, load %.1f\n", cpu, machine_processors(), machine_load());
    printf("build      %s, %s, commit %s\n", machine_compiler(), machine_flags(), machine_commit());
    printf("measured   %s, %u threads, wall time, once\n", fm_instruction_set_name(fm_instruction_set_best()),
           o->threads);
    printf("base       %llu customers x %u offerings x %u attributes, %s; drawn while read\n",
           (unsigned long long)o->workload.rows, o->workload.offerings, o->workload.attributes,
           o->arrange ? "arranged" : "as read");
    if (o->workload.profiles > 0)
        printf("           who repeat %llu profiles\n", (unsigned long long)o->workload.profiles);
    (void)fflush(stdout);
}

int main(int count, char **arguments) {
    large_options options = read_options(count, arguments);
    omp_set_num_threads((int)options.threads);
    tell_head(&options);
    large l = {.options = &options, .workload = workload_new_without_rows(&options.workload)};
    l.model = workload_model(l.workload);
    l.catalog = workload_catalog(l.workload, l.model);
    build(&l);
    tell_memory(&l);
    match_all(&l);
    printf("peak       %9.0f MB resident\n", peak_bytes() * 1e-6);
    printf("checked    %llu rows one by one, before and after; counts of %s\n",
           (unsigned long long)options.sample,
           options.check_all ? "all rows by plain loops"
                             : "the sample exactly, of all rows within its error");
    if (options.json != NULL)
        figures_write_json(&l.figures, options.json);
    free(l.figures.list);
    fm_base_free(l.base);
    fm_catalog_free(l.catalog);
    fm_model_free(l.model);
    workload_free(l.workload);
    return 0;
}
