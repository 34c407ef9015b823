/* bench_track: compares rounds of measurements with the baseline, says what moved, and keeps the history. */
#include "history.h"
#include "machine.h"
#include "support.h"

#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is gated. Ratios to the yardstick of one run cancel most of what differs between machines and hours;
 * instructions repeat. Speeds are charted by others and never gated. */
#define RATIO "x yardstick"
#define INSTRUCTIONS "instructions"

/* A change counts when it is beyond four standard deviations of the rounds that the baseline was made from
 * (one false alarm in some ten thousand comparisons if the noise were normal), and never when it is below
 * what a harmless change of code layout or a neighbour in the caches does: instructions tell smaller changes.
 */
#define SIGMAS 4
#define LEAST_RATIO_TOLERANCE 0.10
#define LEAST_INSTRUCTION_TOLERANCE 0.005

/* One figure over all rounds. */
typedef struct series {
    char *name;
    char *unit;
    double values[BENCH_SAMPLES_MAX];
    size_t count;
} series;

typedef struct rounds {
    series *list;
    size_t count;
} rounds;

typedef struct track_options {
    const char *baseline, *move, *history, *chart;
} track_options;

/* How a figure compares with the baseline's. */
typedef enum outcome { SAME, BETTER, WORSE, ELSEWHERE, NOT_MEASURED, NEW, OUTCOME_COUNT } outcome;

static const char *const outcome_names[] = {"same", "better", "WORSE", "elsewhere", "not measured", "new"};

static json_t *load(const char *path) {
    json_error_t error;
    json_t *json = json_load_file(path, 0, &error);
    if (json == NULL)
        bench_die("%s:%d: %s", path, error.line, error.text);
    return json;
}

static series *find(rounds *r, const char *name) {
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->list[i].name, name) == 0)
            return &r->list[i];
    return NULL;
}

static void add_round(rounds *r, const char *path) {
    json_t *json = load(path);
    size_t index;
    json_t *entry;
    json_array_foreach(json, index, entry) {
        const char *name = json_string_value(json_object_get(entry, "name"));
        const char *unit = json_string_value(json_object_get(entry, "unit"));
        if (name == NULL || unit == NULL)
            bench_die("%s: entry %zu has no name or unit", path, index + 1);
        series *s = find(r, name);
        if (s == NULL) {
            r->list = realloc(r->list, (r->count + 1) * sizeof *r->list);
            if (r->list == NULL)
                bench_die("out of memory");
            s = &r->list[r->count++];
            *s = (series){.name = strdup(name), .unit = strdup(unit)};
        }
        if (s->count < BENCH_SAMPLES_MAX)
            s->values[s->count++] = json_number_value(json_object_get(entry, "value"));
    }
    json_decref(json);
}

static double median_of(const series *s) {
    double values[BENCH_SAMPLES_MAX];
    memcpy(values, s->values, s->count * sizeof *values);
    return bench_median_of(values, s->count);
}

/* The standard deviation as a share of the median, estimated from the range: for a few rounds as good as any
 * other way. The factors are the expected ranges of 2, 3, ... normal values with deviation 1. */
static double spread_of(const series *s) {
    static const double ranges[] = {1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.970, 3.078};
    size_t last = sizeof ranges / sizeof *ranges - 1;
    double low = (double)INFINITY;
    double high = -(double)INFINITY;
    if (s->count < 2)
        return 0;
    for (size_t i = 0; i < s->count; i++) {
        low = fmin(low, s->values[i]);
        high = fmax(high, s->values[i]);
    }
    return (high - low) / ranges[s->count - 2 < last ? s->count - 2 : last] / median_of(s);
}

static bool gated(const char *unit) {
    return strcmp(unit, RATIO) == 0 || strcmp(unit, INSTRUCTIONS) == 0;
}

static double tolerance_of(const series *s) {
    double least = strcmp(s->unit, RATIO) == 0 ? LEAST_RATIO_TOLERANCE : LEAST_INSTRUCTION_TOLERANCE;
    return fmax(least, SIGMAS * spread_of(s));
}

static void move_baseline(const rounds *r, const track_options *o) {
    char cpu[256];
    json_t *all = json_object();
    json_t *list = json_object();
    machine_cpu(cpu, sizeof cpu);
    json_object_set_new(all, "schema", json_integer(1));
    json_object_set_new(all, "processor", json_string(cpu));
    json_object_set_new(all, "compiler", json_string(machine_compiler()));
    json_object_set_new(all, "flags", json_string(machine_flags()));
    json_object_set_new(all, "commit", json_string(machine_commit()));
    json_object_set_new(all, "reason", json_string(o->move));
    for (size_t i = 0; i < r->count; i++) {
        const series *s = &r->list[i];
        if (!gated(s->unit))
            continue;
        json_t *entry = json_object();
        json_object_set_new(entry, "unit", json_string(s->unit));
        json_object_set_new(entry, "value", json_real(median_of(s)));
        json_object_set_new(entry, "rounds", json_integer((json_int_t)s->count));
        json_object_set_new(entry, "spread", json_real(spread_of(s)));
        json_object_set_new(entry, "tolerance", json_real(tolerance_of(s)));
        json_object_set_new(list, s->name, entry);
    }
    json_object_set_new(all, "figures", list);
    if (json_dump_file(all, o->baseline, JSON_INDENT(2) | JSON_REAL_PRECISION(8)) != 0)
        bench_die("%s cannot be written", o->baseline);
    json_decref(all);
    printf("the baseline is moved: %s\n", o->move);
}

static bool same(const json_t *baseline, const char *key, const char *here) {
    const char *there = json_string_value(json_object_get(baseline, key));
    return there != NULL && strcmp(there, here) == 0;
}

/* Compares one figure. Tolerated is what the baseline's rounds were apart, or these rounds where the machine
 * is less quiet than it was. */
static outcome compare_one(const char *name, const json_t *entry, rounds *r, bool comparable) {
    const char *unit = json_string_value(json_object_get(entry, "unit"));
    double before = json_number_value(json_object_get(entry, "value"));
    const series *s = find(r, name);
    if (s == NULL || unit == NULL) {
        printf("  %-13s %s\n", outcome_names[NOT_MEASURED], name);
        return NOT_MEASURED;
    }
    double tolerance = fmax(json_number_value(json_object_get(entry, "tolerance")), tolerance_of(s));
    double now = median_of(s);
    double change = now / before - 1;
    double better = strcmp(unit, INSTRUCTIONS) == 0 ? -change : change;
    outcome is = !comparable ? ELSEWHERE : better < -tolerance ? WORSE : better > tolerance ? BETTER : SAME;
    printf("  %-13s %+7.2f %% (within %.2f %%): %.6g, was %.6g %s: %s\n", outcome_names[is], 100 * change,
           100 * tolerance, now, before, unit, name);
    return is;
}

static void tell_new(const rounds *r, const json_t *figures, size_t counts[OUTCOME_COUNT]) {
    for (size_t i = 0; i < r->count; i++) {
        const series *s = &r->list[i];
        if (!gated(s->unit) || json_object_get(figures, s->name) != NULL)
            continue;
        printf("  %-13s %.6g %s: %s\n", outcome_names[NEW], median_of(s), s->unit, s->name);
        counts[NEW]++;
    }
}

/* The last word: what a log's reader looks for. */
static bool judge(const size_t counts[OUTCOME_COUNT]) {
    size_t judged = counts[SAME] + counts[BETTER] + counts[WORSE];
    printf("summary:");
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        printf("%s %zu %s", i == 0 ? "" : ",", counts[i], outcome_names[i]);
    if (counts[WORSE] > 0)
        printf(": FAILED, figures got worse beyond their tolerance\n");
    else if (judged == 0)
        printf(": PASSED WITHOUT JUDGING, no figure can be compared with the baseline's here\n");
    else
        printf(": passed%s\n", counts[BETTER] > 0 ? "; move the baseline, so that it stays so good" : "");
    return counts[WORSE] == 0;
}

static const char *text_of(const json_t *baseline, const char *key) {
    const char *text = json_string_value(json_object_get(baseline, key));
    return text == NULL ? "?" : text;
}

/* Ratios are compared on the processor that the baseline is from, instructions with its compiler. */
static bool compare(rounds *r, const track_options *o) {
    char cpu[256];
    json_t *baseline = access(o->baseline, F_OK) == 0 ? load(o->baseline) : json_object();
    json_t *figures = json_object_get(baseline, "figures");
    size_t counts[OUTCOME_COUNT] = {0};
    const char *name;
    json_t *entry;
    machine_cpu(cpu, sizeof cpu);
    bool same_cpu = same(baseline, "processor", cpu);
    bool same_compiler =
        same(baseline, "compiler", machine_compiler()) && same(baseline, "flags", machine_flags());
    printf("baseline   commit %s, %s, %s\n", text_of(baseline, "commit"), text_of(baseline, "processor"),
           text_of(baseline, "compiler"));
    printf("here       commit %s, %s, %s\n", machine_commit(), cpu, machine_compiler());
    if (figures == NULL)
        printf("there is no baseline: nothing is judged\n");
    else if (!same_compiler)
        printf("another compiler%s than the baseline's: nothing is judged\n",
               same_cpu ? "" : " and processor");
    else if (!same_cpu)
        printf("another processor than the baseline's: ratios are not judged, instructions are\n");
    json_object_foreach(figures, name, entry) {
        const char *unit = json_string_value(json_object_get(entry, "unit"));
        bool counted = unit != NULL && strcmp(unit, INSTRUCTIONS) == 0;
        counts[compare_one(name, entry, r, counted ? same_compiler : same_cpu && same_compiler)]++;
    }
    tell_new(r, figures, counts);
    json_decref(baseline);
    return judge(counts);
}

static const char help[] = "usage: bench_track --baseline FILE [options] ROUND.json ...\n"
                           "  --move REASON   the rounds become the baseline\n"
                           "  --history FILE  append the medians of the rounds\n"
                           "  --chart FILE    draw the history as SVG\n"
                           "exit codes: 0 nothing got worse, 1 something did, or an error, 2 usage\n";

static track_options read_options(int count, char **arguments) {
    static const struct option long_options[] = {
        {"baseline", required_argument, NULL, 'b'}, {"move", required_argument, NULL, 'm'},
        {"history", required_argument, NULL, 'h'},  {"chart", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, '?'},           {NULL, 0, NULL, 0}};
    track_options o = {NULL, NULL, NULL, NULL};
    for (int option; (option = getopt_long(count, arguments, "", long_options, NULL)) != -1;) {
        const char **to = option == 'b'   ? &o.baseline
                          : option == 'm' ? &o.move
                          : option == 'h' ? &o.history
                          : option == 'c' ? &o.chart
                                          : NULL;
        if (to == NULL)
            break;
        *to = optarg;
    }
    if (o.baseline == NULL || optind >= count) {
        (void)fputs(help, stderr);
        exit(2);
    }
    return o;
}

int main(int count, char **arguments) {
    track_options options = read_options(count, arguments);
    rounds all = {NULL, 0};
    bool good = true;
    for (int i = optind; i < count; i++)
        add_round(&all, arguments[i]);
    if (options.move != NULL)
        move_baseline(&all, &options);
    else
        good = compare(&all, &options);
    if (options.history != NULL) {
        history_writer *writer = history_begin(options.history);
        for (size_t i = 0; i < all.count; i++)
            history_add(writer, all.list[i].name, all.list[i].unit, median_of(&all.list[i]));
        history_end(writer);
        if (options.chart != NULL)
            history_draw(options.history, options.chart);
    }
    for (size_t i = 0; i < all.count; i++) {
        free(all.list[i].name);
        free(all.list[i].unit);
    }
    free(all.list);
    return good ? 0 : 1;
}
