#include "figures.h"

#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

figure *figures_add(figures *f) {
    f->list = realloc(f->list, (f->count + 1) * sizeof *f->list);
    if (f->list == NULL)
        bench_die("out of memory");
    f->list[f->count] = (figure){.measure = "", .unit = ""};
    return &f->list[f->count++];
}

static FILE *begin(const char *path) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        bench_die("%s cannot be written", path);
    return file;
}

static void end(FILE *file, const char *path) {
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        bench_die("%s cannot be written", path);
}

/* A string of a JSON document; file names may hold anything. */
static void put_string(FILE *file, const char *string) {
    (void)fputc('"', file);
    for (; *string != '\0'; string++) {
        unsigned char c = (unsigned char)*string;
        if (c < ' ')
            (void)fprintf(file, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            (void)fprintf(file, "\\%c", c);
        else
            (void)fputc(c, file);
    }
    (void)fputc('"', file);
}

void figures_write_json(const figures *f, const char *path) {
    FILE *file = begin(path);
    char cpu[256];
    machine_cpu(cpu, sizeof cpu);
    (void)fputc('[', file);
    for (size_t i = 0; i < f->count; i++) {
        const figure *one = &f->list[i];
        char text[1024];
        (void)snprintf(text, sizeof text, "%s: %s", one->measure, one->name);
        (void)fprintf(file, "%s\n  {\"name\": ", i == 0 ? "" : ",");
        put_string(file, text);
        (void)fputs(", \"unit\": ", file);
        put_string(file, one->unit);
        (void)fprintf(file, ", \"value\": %.10g, \"range\": \"%.6g .. %.6g\", \"extra\": ", one->value,
                      one->low, one->high);
        (void)snprintf(text, sizeof text, "%s; %s; %s; commit %s; %s", cpu, machine_compiler(),
                       machine_flags(), machine_commit(), one->extra);
        put_string(file, text);
        (void)fputc('}', file);
    }
    (void)fputs("\n]\n", file);
    end(file, path);
}

void figures_write_bmf(const figures *f, const char *path) {
    FILE *file = begin(path);
    (void)fputc('{', file);
    for (size_t i = 0; i < f->count; i++) {
        const figure *one = &f->list[i];
        bool first = i == 0 || strcmp(one->name, f->list[i - 1].name) != 0;
        if (first) {
            (void)fprintf(file, "%s\n  ", i == 0 ? "" : "\n  },");
            put_string(file, one->name);
            (void)fputs(": {", file);
        }
        (void)fprintf(file,
                      "%s\n    \"%s\": {\"value\": %.10g, \"lower_value\": %.6g, \"upper_value\": %.6g}",
                      first ? "" : ",", one->measure, one->value, one->low, one->high);
    }
    (void)fputs(f->count == 0 ? "}\n" : "\n  }\n}\n", file);
    end(file, path);
}
