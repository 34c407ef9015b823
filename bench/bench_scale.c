/* bench_scale: how the cost of matching grows with rows, offerings and attributes, and falls with threads. */
#include "chart.h"
#include "machine.h"
#include "report.h"

#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#define POINTS_MAX 16

/* Jobs that are measured, in the order of columns and colours. */
static const bench_job jobs[] = {BENCH_FULL, BENCH_FIT};
#define JOBS (sizeof jobs / sizeof *jobs)

typedef enum axis { AXIS_ROWS, AXIS_OFFERINGS, AXIS_ATTRIBUTES, AXIS_THREADS, AXIS_COUNT } axis;

static const char *const axis_names[] = {"rows", "offerings", "attributes", "threads"};

/* Cells that differ in one thing. */
typedef struct series {
    axis axis;
    bench_clock clock;
    size_t count;
    uint64_t values[POINTS_MAX];
    cell_result *results; /* [count] */
    double exponents[JOBS];
} series;

typedef struct scale_options {
    workload_options workload; /* what an axis does not say */
    cell_options how;
    uint64_t verify_rows;
    double tolerance;
    bench_clock clock;
    bool quick;
    const char *json, *svg;
} scale_options;

static const char help[] =
    "usage: bench_scale [options]\n"
    "Measures jobs `full` and `fit` on arranged bases that grow along one axis at a time.\n"
    "  --quick            smaller bases, in less than a minute\n"
    "  --threads N        threads of the axes other than threads, and the most of that one (all)\n"
    "  --verify-rows N    cells of up to N rows are verified against the yardstick (1M)\n"
    "  --tolerance N      in hundredths: an exponent up to 1 plus this is \"linear or better\" (15)\n"
    "  --repeat N         measurements of each, of which the fastest counts (15)\n"
    "  --clock C          wall, or cpu: processor time over threads, for busy machines (wall)\n"
    "  --json FILE        github-action-benchmark, bigger is better (but for exponents)\n"
    "  --svg FILE         the chart\n"
    "exit codes: 0 all linear or better, 1 something grows faster, or an error, 2 usage\n";

static const struct option long_options[] = {{"quick", no_argument, NULL, 'q'},
                                             {"threads", required_argument, NULL, 't'},
                                             {"verify-rows", required_argument, NULL, 'v'},
                                             {"tolerance", required_argument, NULL, 'T'},
                                             {"repeat", required_argument, NULL, 'r'},
                                             {"clock", required_argument, NULL, 'c'},
                                             {"json", required_argument, NULL, 'j'},
                                             {"svg", required_argument, NULL, 's'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

static void read_option(int option, const char *value, scale_options *o) {
    switch (option) {
    case 'q':
        o->quick = true;
        break;
    case 't':
        o->how.threads = (unsigned)bench_read_number(value, 1, 1024);
        break;
    case 'v':
        o->verify_rows = bench_read_number(value, 0, UINT64_C(1) << 32);
        break;
    case 'T':
        o->tolerance = (double)bench_read_number(value, 0, 100) / 100;
        break;
    case 'r':
        o->how.repeat = bench_read_number(value, 1, BENCH_SAMPLES_MAX);
        break;
    case 'c':
        o->clock = bench_read_clock(value);
        break;
    case 'j':
        o->json = value;
        break;
    case 's':
        o->svg = value;
        break;
    case 'h':
        (void)fputs(help, stdout);
        exit(0);
    default:
        (void)fputs("bench_scale --help lists the options\n", stderr);
        exit(2);
    }
}

static scale_options read_options(int count, char **arguments) {
    scale_options o = {
        .workload = workload_usual(),
        .how = {.threads = fm_thread_count_default(), .repeat = 15, .seconds = 3, .drawn = true},
        .verify_rows = 1000000,
        .tolerance = 0.15,
    };
    for (size_t j = 0; j < JOBS; j++)
        o.how.jobs |= 1U << jobs[j];
    for (int option; (option = getopt_long(count, arguments, "", long_options, NULL)) != -1;)
        read_option(option, optarg, &o);
    if (optind < count)
        bench_die("`%s`: there are options only", arguments[optind]);
    o.workload.rows = o.quick ? 250000 : 1000000;
    return o;
}

/* --- measuring --- */

static void list_values(const scale_options *o, axis which, series *out) {
    static const uint64_t all[][POINTS_MAX] = {
        [AXIS_ROWS] = {250000, 500000, 1000000, 2000000, 4000000, 8000000, 16000000},
        [AXIS_OFFERINGS] = {8, 20, 50, 100, 200, 500, 1000},
        [AXIS_ATTRIBUTES] = {4, 8, 12, 16, 24, 32},
    };
    static const uint64_t few[][POINTS_MAX] = {
        [AXIS_ROWS] = {125000, 250000, 500000, 1000000, 2000000},
        [AXIS_OFFERINGS] = {8, 40, 200, 1000},
        [AXIS_ATTRIBUTES] = {4, 12, 20, 32},
    };
    /* Processor time does not fall with threads. */
    *out = (series){.axis = which, .clock = which == AXIS_THREADS ? BENCH_WALL : o->clock};
    if (which == AXIS_THREADS) { /* doubled, and all */
        for (unsigned threads = 1; threads < o->how.threads && out->count + 1 < POINTS_MAX; threads *= 2)
            out->values[out->count++] = threads;
        out->values[out->count++] = o->how.threads;
        return;
    }
    const uint64_t *values = o->quick ? few[which] : all[which];
    for (; out->count < POINTS_MAX && values[out->count] > 0; out->count++)
        out->values[out->count] = values[out->count];
}

static void run_cell(const scale_options *o, const series *s, size_t i, cell_result *out) {
    workload_options w = o->workload;
    cell_options how = o->how;
    uint64_t value = s->values[i];
    if (s->axis == AXIS_ROWS)
        w.rows = value;
    else if (s->axis == AXIS_OFFERINGS)
        w.offerings = (uint32_t)value;
    else if (s->axis == AXIS_ATTRIBUTES)
        w.attributes = (uint32_t)value;
    else { /* enough work for a thread to be worth starting */
        how.threads = (unsigned)value;
        w.offerings = 200;
    }
    how.yardstick = w.rows <= o->verify_rows;
    how.only_verify = true;
    cell_run(&w, &how, NULL, out);
}

static double seconds_of(const series *s, size_t i, size_t job) {
    return report_seconds(&s->results[i], &s->results[i].engine[jobs[job]], s->clock, false);
}

/* The exponent of time = constant x value^exponent, by least squares of logarithms. */
static double exponent_of(const series *s, size_t job) {
    double n = (double)s->count;
    double x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < s->count; i++) {
        double value = log((double)s->values[i]);
        double time = log(seconds_of(s, i, job));
        x += value;
        y += time;
        xx += value * value;
        xy += value * time;
    }
    double spread = n * xx - x * x;
    return spread > 0 ? (n * xy - x * y) / spread : 0; /* one point has no slope */
}

/* How many times as fast as with one thread. */
static double speed_up(const series *s, size_t i, size_t job) {
    return seconds_of(s, 0, job) / seconds_of(s, i, job);
}

static void tell_series_head(const series *s) {
    printf("\nby %s\n%10s", axis_names[s->axis], axis_names[s->axis]);
    for (size_t j = 0; j < JOBS; j++)
        printf("   %8s ms %9s %9s", bench_job_name(jobs[j]), "ns/cust.", "ps/pair");
    printf("   %s\n", s->axis == AXIS_THREADS ? "speed-up" : "");
}

static void tell_point(const series *s, size_t i) {
    const cell_result *r = &s->results[i];
    printf("%10llu", (unsigned long long)s->values[i]);
    for (size_t j = 0; j < JOBS; j++) {
        double seconds = seconds_of(s, i, j);
        printf("   %11.3f %9.3f %9.2f", 1e3 * seconds, 1e9 * seconds / (double)r->workload.rows,
               1e12 * seconds / cell_pairs(r));
    }
    if (s->axis == AXIS_THREADS)
        printf("   %s %.2f, %s %.2f", bench_job_name(jobs[0]), speed_up(s, i, 0), bench_job_name(jobs[1]),
               speed_up(s, i, 1));
    printf("   %s\n", r->how.yardstick ? "verified" : "fit and full agree");
    (void)fflush(stdout);
}

/* Measures an axis; whether it is linear or better. */
static bool run_series(const scale_options *o, series *s) {
    bool good = true;
    s->results = bench_new(s->count, sizeof *s->results);
    tell_series_head(s);
    for (size_t i = 0; i < s->count; i++) {
        run_cell(o, s, i, &s->results[i]);
        tell_point(s, i);
    }
    if (s->axis == AXIS_THREADS)
        return true;
    for (size_t j = 0; j < JOBS; j++) {
        s->exponents[j] = exponent_of(s, j);
        bool is_linear = s->exponents[j] <= 1 + o->tolerance;
        printf("%10s %s grows with the power %.3f of %s: %s\n", "", bench_job_name(jobs[j]), s->exponents[j],
               axis_names[s->axis], is_linear ? "linear or better" : "WORSE THAN LINEAR");
        good &= is_linear;
    }
    return good;
}

/* --- results --- */

static void add_point(figures *out, const series *s, size_t i, size_t job) {
    const cell_result *r = &s->results[i];
    char name[FIGURE_NAME_BYTES];
    figure *f = figures_add(out);
    report_name(r, jobs[job], name);
    (void)snprintf(f->name, sizeof f->name, "scale by %s, %.150s", axis_names[s->axis], name);
    (void)snprintf(f->extra, sizeof f->extra, "%s", r->how.yardstick ? "verified" : "not verified");
    double rows = (double)r->workload.rows;
    f->measure = "customers-per-second";
    f->unit = "customers/s";
    f->value = f->high = rows / seconds_of(s, i, job);
    f->low = rows / report_seconds(r, &r->engine[jobs[job]], s->clock, true);
}

static void add_slope(figures *out, const series *s, size_t job) {
    figure *f = figures_add(out);
    bool threads = s->axis == AXIS_THREADS;
    (void)snprintf(f->name, sizeof f->name, "scale by %s, %s", axis_names[s->axis],
                   bench_job_name(jobs[job]));
    f->measure = threads ? "speed-up" : "exponent";
    f->unit = threads ? "times one thread" : "exponent";
    f->value = f->low = f->high = threads ? speed_up(s, s->count - 1, job) : s->exponents[job];
}

static void write_json(const series *all, const char *path) {
    figures list = {NULL, 0};
    for (size_t a = 0; a < AXIS_COUNT; a++) {
        for (size_t j = 0; j < JOBS; j++) {
            for (size_t i = 0; i < all[a].count; i++)
                add_point(&list, &all[a], i, j);
            add_slope(&list, &all[a], j);
        }
    }
    figures_write_json(&list, path);
    free(list.list);
}

/* What a panel is drawn from. */
typedef struct sketch {
    char title[96], axis[96];
    char line_names[JOBS][48];
    double places[POINTS_MAX];
    char label_texts[POINTS_MAX][24];
    const char *labels[POINTS_MAX];
    double values[2 * JOBS][POINTS_MAX]; /* of the jobs, then of their guides */
    chart_line lines[2 * JOBS];
} sketch;

static void put_label(char text[24], uint64_t value) {
    if (value >= 1000000)
        (void)snprintf(text, 24, "%gM", (double)value / 1e6);
    else if (value >= 10000)
        (void)snprintf(text, 24, "%gk", (double)value / 1e3);
    else
        (void)snprintf(text, 24, "%llu", (unsigned long long)value);
}

/* The chart's value: milliseconds where rows grow, nanoseconds a customer where offerings or attributes do,
 * the speed-up where threads do. */
static double charted(const series *s, size_t i, size_t job) {
    if (s->axis == AXIS_THREADS)
        return speed_up(s, i, job);
    double seconds = seconds_of(s, i, job);
    return s->axis == AXIS_ROWS ? 1e3 * seconds : 1e9 * seconds / (double)s->results[i].workload.rows;
}

static void put_words(const series *s, sketch *out) {
    static const char *const titles[] = {"milliseconds for all customers", "nanoseconds a customer",
                                         "nanoseconds a customer", "times as fast as one thread"};
    const workload_options *w = &s->results[0].workload;
    char rows[24];
    put_label(rows, w->rows);
    (void)snprintf(out->title, sizeof out->title, "by %s: %s", axis_names[s->axis], titles[s->axis]);
    if (s->axis == AXIS_ROWS)
        (void)snprintf(out->axis, sizeof out->axis, "customers, with %u offerings and %u attributes",
                       w->offerings, w->attributes);
    else if (s->axis == AXIS_OFFERINGS)
        (void)snprintf(out->axis, sizeof out->axis, "offerings, with %s customers and %u attributes", rows,
                       w->attributes);
    else if (s->axis == AXIS_ATTRIBUTES)
        (void)snprintf(out->axis, sizeof out->axis, "attributes, with %s customers and %u offerings", rows,
                       w->offerings);
    else
        (void)snprintf(out->axis, sizeof out->axis, "threads, with %s customers, %u offerings", rows,
                       w->offerings);
    for (size_t j = 0; j < JOBS; j++)
        if (s->axis == AXIS_THREADS)
            (void)snprintf(out->line_names[j], sizeof *out->line_names, "%s: %.2f with all",
                           bench_job_name(jobs[j]), speed_up(s, s->count - 1, j));
        else
            (void)snprintf(out->line_names[j], sizeof *out->line_names, "%s: power %.2f",
                           bench_job_name(jobs[j]), s->exponents[j]);
}

static chart_panel draw_panel(const series *s, sketch *out) {
    bool threads = s->axis == AXIS_THREADS;
    size_t guides = threads ? 1 : JOBS; /* one for both where both begin at 1 */
    put_words(s, out);
    for (size_t i = 0; i < s->count; i++) {
        out->places[i] = (double)s->values[i];
        put_label(out->label_texts[i], s->values[i]);
        out->labels[i] = out->label_texts[i];
        for (size_t j = 0; j < JOBS; j++) {
            out->values[j][i] = charted(s, i, j);
            out->values[JOBS + j][i] = charted(s, 0, j) * (double)s->values[i] / (double)s->values[0];
        }
    }
    for (size_t j = 0; j < JOBS; j++) {
        out->lines[j] = (chart_line){.label = out->line_names[j], .values = out->values[j]};
        out->lines[JOBS + j] = (chart_line){
            .label = j > 0 ? NULL : "linear: power 1", .values = out->values[JOBS + j], .is_guide = true};
    }
    if (threads)
        out->lines[JOBS].label = "ideal";
    return (chart_panel){.title = out->title,
                         .axis = out->axis,
                         .logarithmic = !threads,
                         .place_logarithmic = !threads,
                         .places = out->places,
                         .labels = out->labels,
                         .place_count = s->count,
                         .lines = out->lines,
                         .line_count = JOBS + guides};
}

static void write_chart(const scale_options *o, const series *all, const char *path) {
    sketch *sketches = bench_new(AXIS_COUNT, sizeof *sketches);
    chart_panel panels[AXIS_COUNT];
    char cpu[256];
    char title[512];
    machine_cpu(cpu, sizeof cpu);
    (void)snprintf(title, sizeof title, "Cost of matching, arranged base, %s, %u thread%s; %s",
                   fm_instruction_set_name(fm_instruction_set_best()), o->how.threads,
                   o->how.threads == 1 ? "" : "s", cpu);
    for (size_t a = 0; a < AXIS_COUNT; a++)
        panels[a] = draw_panel(&all[a], &sketches[a]);
    chart_write(path, CHART_GRID, title, panels, AXIS_COUNT);
    free(sketches);
}

int main(int count, char **arguments) {
    scale_options options = read_options(count, arguments);
    series all[AXIS_COUNT];
    bool good = true;
    char cpu[256];
    if (options.how.threads > 1)
        bench_wait_passively(arguments);
    omp_set_num_threads((int)options.how.threads);
    machine_cpu(cpu, sizeof cpu);
    printf("processor  %s, %d usable, load %.1f\n", cpu, machine_processors(), machine_load());
    printf("build      %s, %s, commit %s\n", machine_compiler(), machine_flags(), machine_commit());
    printf("measured   %s, %u threads, %s time, the fastest of %zu; bases arranged\n",
           fm_instruction_set_name(fm_instruction_set_best()), options.how.threads,
           options.clock == BENCH_CPU ? "processor" : "wall", options.how.repeat);
    for (size_t a = 0; a < AXIS_COUNT; a++) {
        list_values(&options, (axis)a, &all[a]);
        good &= run_series(&options, &all[a]);
    }
    if (options.json != NULL)
        write_json(all, options.json);
    if (options.svg != NULL)
        write_chart(&options, all, options.svg);
    for (size_t a = 0; a < AXIS_COUNT; a++)
        free(all[a].results);
    return good ? 0 : 1;
}
