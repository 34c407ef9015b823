#include "history.h"

#include "chart.h"
#include "machine.h"
#include "support.h"

#include <fitmatch/status.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES 1024

/* Units that are charted. */
#define RATIO "x yardstick"
#define INSTRUCTIONS "instructions"

struct history_writer {
    FILE *file;
    const char *path;
    char run[64]; /* when and of what */
    char cpu[256];
};

history_writer *history_begin(const char *path) {
    history_writer *w = bench_new(1, sizeof *w);
    time_t now = time(NULL);
    struct tm utc;
    char date[32];
    (void)gmtime_r(&now, &utc);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    (void)snprintf(w->run, sizeof w->run, "%s,%s", date, machine_commit());
    machine_cpu(w->cpu, sizeof w->cpu);
    w->path = path;
    w->file = fopen(path, "a");
    if (w->file == NULL)
        bench_die("%s cannot be written", path);
    if (ftell(w->file) == 0)
        (void)fputs("time,commit,unit,value,name,processor,compiler\n", w->file);
    return w;
}

void history_add(history_writer *w, const char *name, const char *unit, double value) {
    (void)fprintf(w->file, "%s,%s,%.10g,\"%s\",\"%s\",\"%s\"\n", w->run, unit, value, name, w->cpu,
                  machine_compiler());
}

void history_end(history_writer *w) {
    bool failed = ferror(w->file) != 0;
    if (fclose(w->file) != 0 || failed)
        bench_die("%s cannot be written", w->path);
    free(w);
}

/* --- the chart --- */

typedef struct record {
    size_t run;
    char unit[24];
    double value;
    char name[256];
} record;

typedef struct run_log {
    record *records;
    size_t record_count;
    char (*runs)[64];
    size_t run_count;
} run_log;

/* Takes a line apart; names stand in quotes. */
static bool read_line(char *line, char run[64], record *out) {
    char *time_end = strchr(line, ',');
    char *commit_end = time_end == NULL ? NULL : strchr(time_end + 1, ',');
    char *unit_end = commit_end == NULL ? NULL : strchr(commit_end + 1, ',');
    char *name = unit_end == NULL ? NULL : strchr(unit_end, '"');
    char *name_end = name == NULL ? NULL : strchr(name + 1, '"');
    if (name_end == NULL)
        return false;
    *commit_end = *unit_end = *name_end = '\0';
    (void)snprintf(run, 64, "%.63s", line);
    (void)snprintf(out->unit, sizeof out->unit, "%.23s", commit_end + 1);
    (void)snprintf(out->name, sizeof out->name, "%.255s", name + 1);
    out->value = strtod(unit_end + 1, NULL);
    return true;
}

static void *grow(void *list, size_t count, size_t bytes) {
    list = realloc(list, (count + 1) * bytes);
    if (list == NULL)
        bench_die("out of memory");
    return list;
}

static run_log read_log(const char *path) {
    run_log all = {NULL, 0, NULL, 0};
    char line[LINE_BYTES];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        bench_die("%s cannot be read", path);
    while (fgets(line, sizeof line, file) != NULL) {
        char run[64];
        record one;
        if (!read_line(line, run, &one))
            continue;
        if (all.run_count == 0 || strcmp(all.runs[all.run_count - 1], run) != 0) {
            all.runs = grow(all.runs, all.run_count, sizeof *all.runs);
            memcpy(all.runs[all.run_count++], run, sizeof run);
        }
        one.run = all.run_count - 1;
        all.records = grow(all.records, all.record_count, sizeof *all.records);
        all.records[all.record_count++] = one;
    }
    (void)fclose(file);
    return all;
}

/* The job that a name is about: "fit" of "ratio-to-yardstick: fit 20x12x5, ...". */
static fm_text job_of(const char *name) {
    const char *colon = strstr(name, ": ");
    const char *begin = colon == NULL ? name : colon + 2;
    return (fm_text){begin, strcspn(begin, " ")};
}

static bool is_of(const record *r, const char *unit, fm_text job) {
    fm_text mine = job_of(r->name);
    return strcmp(r->unit, unit) == 0 && mine.length == job.length &&
           memcmp(mine.bytes, job.bytes, job.length) == 0;
}

/* What tells the lines of a panel apart: the name without the job, and without the shares that the workloads
 * of one history have in common. Freed by the caller. */
static char *label_of(const char *name) {
    fm_text job = job_of(name);
    char *label = strdup(job.bytes + job.length + (job.bytes[job.length] == ' '));
    if (label == NULL)
        bench_die("out of memory");
    char *shares = strstr(label, ", blank ");
    char *last = shares == NULL ? NULL : strstr(shares, ", fitting ");
    if (last != NULL) {
        const char *rest = last + 2 + strcspn(last + 2, ",");
        memmove(shares, rest, strlen(rest) + 1);
    }
    return label;
}

/* The values of one name over all runs. */
static double *values_of(const run_log *all, const char *name, bool relative) {
    double *values = bench_new(all->run_count, sizeof *values);
    double first = (double)NAN;
    for (size_t run = 0; run < all->run_count; run++)
        values[run] = (double)NAN;
    for (size_t i = 0; i < all->record_count; i++) {
        const record *r = &all->records[i];
        if (strcmp(r->name, name) != 0)
            continue;
        first = isnan(first) ? r->value : first;
        values[r->run] = relative ? r->value / first : r->value;
    }
    return values;
}

/* The panel of a unit and a job, with all that the last run has measured of it: what is no longer measured
 * would only be in the way. */
static chart_panel panel_of(const run_log *all, const char *unit, fm_text job, const char *const *labels) {
    bool counted = strcmp(unit, INSTRUCTIONS) == 0;
    chart_line *lines = NULL;
    size_t count = 0;
    size_t bytes = job.length + 96;
    char *title = bench_new(bytes, 1);
    (void)snprintf(title, bytes, "%.*s: %s", (int)job.length, job.bytes,
                   counted ? "counted instructions, against the first run (lower is better)"
                           : "times the yardstick (higher is better)");
    for (size_t i = 0; i < all->record_count; i++) {
        const record *r = &all->records[i];
        if (r->run + 1 != all->run_count || !is_of(r, unit, job))
            continue;
        lines = grow(lines, count, sizeof *lines);
        lines[count++] = (chart_line){.label = label_of(r->name), .values = values_of(all, r->name, counted)};
    }
    return (chart_panel){.title = title,
                         .logarithmic = !counted,
                         .labels = labels,
                         .place_count = all->run_count,
                         .lines = lines,
                         .line_count = count};
}

static void free_panel(const chart_panel *panel) {
    for (size_t l = 0; l < panel->line_count; l++) {
        bench_free(panel->lines[l].values);
        bench_free(panel->lines[l].label);
    }
    bench_free(panel->lines);
    bench_free(panel->title);
}

/* A panel for each job of a unit, as the last run's lines name them. */
static chart_panel *add_panels(const run_log *all, const char *unit, const char *const *labels,
                               chart_panel *panels, size_t *count) {
    for (size_t i = 0; i < all->record_count; i++) {
        const record *r = &all->records[i];
        fm_text job = job_of(r->name);
        bool known = r->run + 1 != all->run_count || strcmp(r->unit, unit) != 0;
        for (size_t before = 0; before < i && !known; before++)
            known = all->records[before].run == r->run && is_of(&all->records[before], unit, job);
        if (known)
            continue;
        panels = grow(panels, *count, sizeof *panels);
        panels[(*count)++] = panel_of(all, unit, job, labels);
    }
    return panels;
}

void history_draw(const char *history_path, const char *chart_path) {
    run_log all = read_log(history_path);
    const char **labels = bench_new(all.run_count, sizeof(char *));
    chart_panel *panels = NULL;
    size_t count = 0;
    for (size_t run = 0; run < all.run_count; run++) {
        char *comma = strchr(all.runs[run], ',');
        labels[run] = comma != NULL && comma[1] != '\0' ? comma + 1 : all.runs[run];
    }
    panels = add_panels(&all, RATIO, labels, panels, &count);
    panels = add_panels(&all, INSTRUCTIONS, labels, panels, &count);
    chart_write(chart_path, CHART_LIST, NULL, panels, count);
    for (size_t p = 0; p < count; p++)
        free_panel(&panels[p]);
    free(panels);
    free(labels);
    free(all.records);
    free(all.runs);
}
