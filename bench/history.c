#include "history.h"

#include "chart.h"
#include "machine.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES 1024

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

/* The lines of one unit, each name once in the order of appearance. */
static chart_line *lines_of(const run_log *all, const char *unit, bool relative, size_t *out_count) {
    chart_line *lines = NULL;
    size_t count = 0;
    for (size_t i = 0; i < all->record_count; i++) {
        const record *r = &all->records[i];
        size_t l = 0;
        if (strcmp(r->unit, unit) != 0)
            continue;
        while (l < count && strcmp(lines[l].label, r->name) != 0)
            l++;
        if (l == count) {
            double *values = bench_new(all->run_count, sizeof *values);
            for (size_t run = 0; run < all->run_count; run++)
                values[run] = (double)NAN;
            lines = grow(lines, count, sizeof *lines);
            lines[count++] = (chart_line){r->name, values};
        }
        ((double *)(uintptr_t)lines[l].values)[r->run] = r->value;
    }
    for (size_t l = 0; l < count && relative; l++) {
        double *values = (double *)(uintptr_t)lines[l].values;
        size_t first = 0;
        while (isnan(values[first]))
            first++;
        for (size_t run = all->run_count; run-- > first;)
            values[run] /= values[first];
    }
    *out_count = count;
    return lines;
}

void history_draw(const char *history_path, const char *chart_path) {
    run_log all = read_log(history_path);
    const char **labels = bench_new(all.run_count, sizeof *labels);
    chart_panel panels[2] = {{.title = "times the yardstick (higher is better)", .logarithmic = true},
                             {.title = "counted instructions, against the first run (lower is better)"}};
    for (size_t run = 0; run < all.run_count; run++) {
        char *comma = strchr(all.runs[run], ',');
        labels[run] = comma != NULL && comma[1] != '\0' ? comma + 1 : all.runs[run];
    }
    panels[0].lines = lines_of(&all, "x yardstick", false, &panels[0].line_count);
    panels[1].lines = lines_of(&all, "instructions", true, &panels[1].line_count);
    chart_write(chart_path, panels, 2, labels, all.run_count);
    for (size_t p = 0; p < 2; p++) {
        for (size_t l = 0; l < panels[p].line_count; l++)
            free((void *)(uintptr_t)panels[p].lines[l].values);
        free((void *)(uintptr_t)panels[p].lines);
    }
    free(labels);
    free(all.records);
    free(all.runs);
}
