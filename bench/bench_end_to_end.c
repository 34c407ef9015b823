/* bench_end_to_end: from files to the match table, through the tool that people use. */
#include "figures.h"
#include "machine.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

/* Phases as the tool names them; "process" is what a clock beside it sees, starting it included. */
static const char *const phases[] = {"open", "scan", "encode", "slice", "match", "write", "total", "process"};
#define PHASE_COUNT (sizeof phases / sizeof *phases)

typedef struct e2e_options {
    const char *fitmatch, *generate, *rows, *offerings, *attributes, *threads, *json, *bmf;
    size_t repeat;
} e2e_options;

typedef struct e2e_result {
    bench_samples phases[PHASE_COUNT];
    double rows;
    double input_bytes, output_bytes;
    double memory_bytes;
} e2e_result;

static const char help[] =
    "usage: bench_end_to_end [options]\n"
    "Generates a workspace in a temporary folder and measures `fitmatch match` on it.\n"
    "  --rows N         customers (1000000)\n"
    "  --offerings N    offerings (20)\n"
    "  --attributes N   attributes (12)\n"
    "  --threads N      threads of the tool (all)\n"
    "  --repeat N       measurements (5)\n"
    "  --fitmatch FILE  the tool; --generate FILE: fitmatch-generate (those of this build)\n"
    "  --json FILE      github-action-benchmark, bigger is better\n"
    "  --bmf FILE       Bencher Metric Format\n";

static const struct option long_options[] = {{"rows", required_argument, NULL, 'r'},
                                             {"offerings", required_argument, NULL, 'o'},
                                             {"attributes", required_argument, NULL, 'a'},
                                             {"threads", required_argument, NULL, 't'},
                                             {"repeat", required_argument, NULL, 'n'},
                                             {"fitmatch", required_argument, NULL, 'f'},
                                             {"generate", required_argument, NULL, 'g'},
                                             {"json", required_argument, NULL, 'j'},
                                             {"bmf", required_argument, NULL, 'm'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

static e2e_options read_options(int count, char **arguments) {
    e2e_options o = {.fitmatch = BENCH_FITMATCH,
                     .generate = BENCH_GENERATE,
                     .rows = "1000000",
                     .offerings = "20",
                     .attributes = "12",
                     .threads = "0",
                     .repeat = 5};
    const struct {
        int option;
        const char **to;
    } texts[] = {{'r', &o.rows},     {'o', &o.offerings}, {'a', &o.attributes}, {'t', &o.threads},
                 {'f', &o.fitmatch}, {'g', &o.generate},  {'j', &o.json},       {'m', &o.bmf}};
    for (int option; (option = getopt_long(count, arguments, "", long_options, NULL)) != -1;) {
        bool known = option == 'n';
        if (known)
            o.repeat = strtoull(optarg, NULL, 10);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            if (texts[i].option == option) {
                *texts[i].to = optarg;
                known = true;
            }
        if (!known) {
            (void)fputs(help, option == 'h' ? stdout : stderr);
            exit(option == 'h' ? 0 : 2);
        }
    }
    if (o.repeat == 0 || o.repeat > BENCH_SAMPLES_MAX)
        bench_die("--repeat is 1 to %d", BENCH_SAMPLES_MAX);
    return o;
}

static double bytes_of(const char *folder, const char *name) {
    char path[2 * PATH_BYTES];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &info) == 0 ? (double)info.st_size : 0;
}

/* Runs a command and keeps what it prints; ends the benchmark when it fails. */
static char *output_of(const char *command) {
    size_t length = 0;
    size_t capacity = 1 << 16;
    char *text = bench_new(capacity, 1);
    FILE *pipe = popen(command, "re");
    if (pipe == NULL)
        bench_die("%s cannot be run", command);
    for (size_t got; (got = fread(text + length, 1, capacity - length - 1, pipe)) > 0;) {
        length += got;
        if (capacity - length < 2 && (text = realloc(text, capacity *= 2)) == NULL)
            bench_die("out of memory");
    }
    text[length] = '\0';
    if (pclose(pipe) != 0)
        bench_die("failed: %s", command);
    return text;
}

static void measure(const char *command, bool keep, e2e_result *out) {
    json_error_t error;
    bench_time start = bench_now();
    char *text = output_of(command);
    bench_time process = bench_since(start);
    json_t *summary = json_loads(text, 0, &error);
    if (summary == NULL)
        bench_die("the tool's summary cannot be read: %s", error.text);
    const json_t *seconds = json_object_get(summary, "seconds");
    for (size_t p = 0; p < PHASE_COUNT && keep; p++) {
        double time =
            p + 1 == PHASE_COUNT ? process.wall : json_number_value(json_object_get(seconds, phases[p]));
        bench_sample(&out->phases[p], (bench_time){time, time});
    }
    out->rows = json_number_value(json_object_get(summary, "rows"));
    out->memory_bytes = json_number_value(json_object_get(summary, "peak_memory_bytes"));
    json_decref(summary);
    free(text);
}

static void run(const e2e_options *o, e2e_result *out) {
    const char *temporary = getenv("TMPDIR");
    char folder[PATH_BYTES];
    char command[8 * PATH_BYTES];
    (void)snprintf(folder, sizeof folder, "%.2000s/bench_end_to_end.XXXXXX",
                   temporary == NULL || *temporary == '\0' ? "/tmp" : temporary);
    if (mkdtemp(folder) == NULL)
        bench_die("no folder can be made in %s", folder);
    (void)snprintf(command, sizeof command, "'%s' '%s' --rows '%s' --offerings '%s' --attributes '%s' -q",
                   o->generate, folder, o->rows, o->offerings, o->attributes);
    free(output_of(command));
    (void)snprintf(command, sizeof command,
                   "'%s' match '%s/fit.yaml' -o '%s/matches.csv' --json --timings --threads '%s' 2>/dev/null",
                   o->fitmatch, folder, folder, strcmp(o->threads, "0") == 0 ? "" : o->threads);
    char *threads = strstr(command, " --threads ''");
    if (threads != NULL)
        memset(threads, ' ', strlen(" --threads ''"));
    for (size_t i = 0; i <= o->repeat; i++)
        measure(command, i > 0, out); /* the first fills the page cache */
    out->input_bytes = bytes_of(folder, "customers.csv");
    out->output_bytes = bytes_of(folder, "matches.csv");
    static const char *const files[] = {"customers.csv", "offerings.csv", "fit.yaml", "matches.csv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        (void)snprintf(command, sizeof command, "%s/%s", folder, files[i]);
        (void)unlink(command);
    }
    (void)rmdir(folder);
}

static void report(const e2e_options *o, const e2e_result *r, figures *all) {
    char cpu[256];
    machine_cpu(cpu, sizeof cpu);
    printf("processor  %s, %d usable, load %.1f\nbuild      %s, %s, commit %s\n", cpu, machine_processors(),
           machine_load(), machine_compiler(), machine_flags(), machine_commit());
    printf("%.0f rows, %.1f MB in, %.1f MB out, %s offerings, %s attributes; memory %.1f MB\n"
           "handicaps  files are in the page cache; the table is written to disk and synchronised\n",
           r->rows, r->input_bytes * 1e-6, r->output_bytes * 1e-6, o->offerings, o->attributes,
           r->memory_bytes * 1e-6);
    for (size_t p = 0; p < PHASE_COUNT; p++) {
        double seconds = bench_minimum(&r->phases[p], BENCH_WALL);
        double median = bench_median(&r->phases[p], BENCH_WALL);
        printf("  %-8s %9.4f s (%9.4f median) %10.3g rows/s\n", phases[p], seconds, median,
               seconds > 0 ? r->rows / seconds : 0);
        figure *f = figures_add(all);
        (void)snprintf(f->name, sizeof f->name, "end to end %s, %s rows, %s offerings, %s attributes",
                       phases[p], o->rows, o->offerings, o->attributes);
        f->measure = "rows-per-second";
        f->unit = "rows/s";
        f->value = f->high = seconds > 0 ? r->rows / seconds : 0;
        f->low = median > 0 ? r->rows / median : 0;
    }
}

int main(int count, char **arguments) {
    e2e_options options = read_options(count, arguments);
    e2e_result result = {.rows = 0};
    figures all = {NULL, 0};
    run(&options, &result);
    report(&options, &result, &all);
    if (options.json != NULL)
        figures_write_json(&all, options.json);
    if (options.bmf != NULL)
        figures_write_bmf(&all, options.bmf);
    free(all.list);
    return 0;
}
