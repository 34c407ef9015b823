#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: bench_match [options]\n"
    "Measures building a base and matching it, beside a row-by-row matcher in the same program.\n"
    "\n"
    "What is matched (lists are parted by commas: every combination is measured)\n"
    "  --rows LIST          customers (1000000; 50k and 10M are understood)\n"
    "  --offerings LIST     offerings (20,200,1000)\n"
    "  --attributes LIST    attributes (12)\n"
    "  --patterns N         distinct offered values of an attribute (5)\n"
    "  --demands N          distinct demanded values of a number (30)\n"
    "  --blank SHARE        needs that are blank (0.4)\n"
    "  --wants SHARE        cells with a want (0.15)\n"
    "  --duplicates SHARE   customers who want what others want (0)\n"
    "  --fitting SHARE      customers whom an own offering fits (0.5)\n"
    "  --unasked SHARE      blank sets and flags that were not asked (0.02)\n"
    "  --weights N          weights are 1 to N, at most 127 (5)\n"
    "  --seed N             another workload of the same kind (1)\n"
    "\n"
    "Which cells\n"
    "  --quick              a few in a minute\n"
    "  --grid               all: offerings x attributes x cache, then one property after the other\n"
    "  --in-cache N         rows of the grids' small cells (50k)\n"
    "  --out-of-cache N     rows of the grids' large cells (10M)\n"
    "\n"
    "How\n"
    "  --threads N          (all)\n"
    "  --instruction-set S  scalar, sse, avx2, avx512 (the best)\n"
    "  --jobs LIST          fit, full, rows, match (all)\n"
    "  --repeat N           measurements of each (7)\n"
    "  --seconds N          a cell that takes longer has three (20)\n"
    "  --clock C            wall, or cpu: processor time over threads, for busy machines (wall)\n"
    "  --memory-bytes N     buffer for plain reading (1G; 0: not measured)\n"
    "  --as-read            rows stay in the order in which they were read (fm_base_arrange is left out)\n"
    "  --no-yardstick       the engine alone: nothing is compared or verified\n"
    "\n"
    "Results beside the printed ones\n"
    "  --json FILE          github-action-benchmark, bigger is better\n"
    "  --bmf FILE           Bencher Metric Format\n"
    "  --csv FILE           every cell and job\n";

enum {
    OPTION_ROWS = 256,
    OPTION_OFFERINGS,
    OPTION_ATTRIBUTES,
    OPTION_PATTERNS,
    OPTION_DEMANDS,
    OPTION_BLANK,
    OPTION_WANTS,
    OPTION_DUPLICATES,
    OPTION_FITTING,
    OPTION_UNASKED,
    OPTION_WEIGHTS,
    OPTION_SEED,
    OPTION_QUICK,
    OPTION_GRID,
    OPTION_IN_CACHE,
    OPTION_OUT_OF_CACHE,
    OPTION_THREADS,
    OPTION_INSTRUCTION_SET,
    OPTION_JOBS,
    OPTION_REPEAT,
    OPTION_SECONDS,
    OPTION_CLOCK,
    OPTION_MEMORY_BYTES,
    OPTION_AS_READ,
    OPTION_NO_YARDSTICK,
    OPTION_JSON,
    OPTION_BMF,
    OPTION_CSV,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"rows", required_argument, NULL, OPTION_ROWS},
    {"offerings", required_argument, NULL, OPTION_OFFERINGS},
    {"attributes", required_argument, NULL, OPTION_ATTRIBUTES},
    {"patterns", required_argument, NULL, OPTION_PATTERNS},
    {"demands", required_argument, NULL, OPTION_DEMANDS},
    {"blank", required_argument, NULL, OPTION_BLANK},
    {"wants", required_argument, NULL, OPTION_WANTS},
    {"duplicates", required_argument, NULL, OPTION_DUPLICATES},
    {"fitting", required_argument, NULL, OPTION_FITTING},
    {"unasked", required_argument, NULL, OPTION_UNASKED},
    {"weights", required_argument, NULL, OPTION_WEIGHTS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"quick", no_argument, NULL, OPTION_QUICK},
    {"grid", no_argument, NULL, OPTION_GRID},
    {"in-cache", required_argument, NULL, OPTION_IN_CACHE},
    {"out-of-cache", required_argument, NULL, OPTION_OUT_OF_CACHE},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"instruction-set", required_argument, NULL, OPTION_INSTRUCTION_SET},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"repeat", required_argument, NULL, OPTION_REPEAT},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"clock", required_argument, NULL, OPTION_CLOCK},
    {"memory-bytes", required_argument, NULL, OPTION_MEMORY_BYTES},
    {"as-read", no_argument, NULL, OPTION_AS_READ},
    {"no-yardstick", no_argument, NULL, OPTION_NO_YARDSTICK},
    {"json", required_argument, NULL, OPTION_JSON},
    {"bmf", required_argument, NULL, OPTION_BMF},
    {"csv", required_argument, NULL, OPTION_CSV},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static double read_share(const char *text) {
    char *end;
    double share = strtod(text, &end);
    if (end == text || *end != '\0' || !(share >= 0 && share <= 1))
        bench_die("`%s` is not a share from 0 to 1", text);
    return share;
}

static void read_list(const char *text, uint64_t most, uint64_t **out_numbers, size_t *out_count) {
    size_t count = 1;
    for (const char *c = text; *c != '\0'; c++)
        count += *c == ',';
    free(*out_numbers);
    *out_numbers = bench_new(count, sizeof **out_numbers);
    *out_count = count;
    for (size_t i = 0; i < count; i++) {
        char *end;
        (*out_numbers)[i] = bench_read_count(text, 1, most, &end);
        if (*end != (i + 1 < count ? ',' : '\0'))
            bench_die("`%s` is not a list of numbers", text);
        text = end + 1;
    }
}

static fm_instruction_set read_instruction_set(const char *text) {
    for (int set = 0; set < FM_INSTRUCTION_SET_COUNT; set++)
        if (strcmp(text, fm_instruction_set_name((fm_instruction_set)set)) == 0) {
            if (!fm_instruction_set_supported((fm_instruction_set)set))
                bench_die("this machine does not have %s", text);
            return (fm_instruction_set)set;
        }
    bench_die("`%s` is no instruction set: scalar, sse, avx2 or avx512", text);
}

static unsigned read_jobs(const char *text) {
    unsigned jobs = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        unsigned job = 0;
        while (job < BENCH_JOB_COUNT && (strlen(bench_job_name((bench_job)job)) != length ||
                                         strncmp(bench_job_name((bench_job)job), text, length) != 0))
            job++;
        if (job == BENCH_JOB_COUNT)
            bench_die("`%s`: jobs are fit, full, rows and match", text);
        jobs |= 1U << job;
        text += length + (text[length] == ',');
    }
    return jobs;
}

static bool read_workload_option(int option, const char *value, bench_options *o) {
    workload_options *w = &o->workload;
    switch (option) {
    case OPTION_ROWS:
        read_list(value, UINT64_C(1) << 32, &o->rows, &o->rows_count);
        return true;
    case OPTION_OFFERINGS:
        read_list(value, FM_OFFERINGS_MAX, &o->offerings, &o->offerings_count);
        return true;
    case OPTION_ATTRIBUTES:
        read_list(value, 64, &o->attributes, &o->attributes_count);
        return true;
    case OPTION_PATTERNS:
        w->patterns = (uint32_t)bench_read_number(value, 1, 1000);
        return true;
    case OPTION_DEMANDS:
        w->demands = (uint32_t)bench_read_number(value, 1, 60000);
        return true;
    case OPTION_BLANK:
        w->blank = read_share(value);
        return true;
    case OPTION_WANTS:
        w->wants = read_share(value);
        return true;
    case OPTION_DUPLICATES:
        w->duplicates = read_share(value);
        return true;
    case OPTION_FITTING:
        w->fitting = read_share(value);
        return true;
    case OPTION_UNASKED:
        w->unasked = read_share(value);
        return true;
    case OPTION_WEIGHTS:
        w->weight_max = (unsigned)bench_read_number(value, 1, 127);
        return true;
    case OPTION_SEED:
        w->seed = bench_read_number(value, 0, UINT64_MAX);
        return true;
    default:
        return false;
    }
}

static void read_other_option(int option, const char *value, bench_options *o) {
    switch (option) {
    case OPTION_QUICK:
        o->grid = GRID_QUICK;
        break;
    case OPTION_GRID:
        o->grid = GRID_FULL;
        break;
    case OPTION_IN_CACHE:
        o->rows_in_cache = bench_read_number(value, 1, UINT64_C(1) << 32);
        break;
    case OPTION_OUT_OF_CACHE:
        o->rows_out_of_cache = bench_read_number(value, 1, UINT64_C(1) << 32);
        break;
    case OPTION_THREADS:
        o->how.threads = (unsigned)bench_read_number(value, 1, 1024);
        break;
    case OPTION_INSTRUCTION_SET:
        o->how.set = read_instruction_set(value);
        break;
    case OPTION_JOBS:
        o->how.jobs = read_jobs(value);
        break;
    case OPTION_REPEAT:
        o->how.repeat = bench_read_number(value, 1, BENCH_SAMPLES_MAX);
        break;
    case OPTION_SECONDS:
        o->how.seconds = (double)bench_read_number(value, 0, 100000);
        break;
    case OPTION_CLOCK:
        o->clock = bench_read_clock(value);
        break;
    case OPTION_MEMORY_BYTES:
        o->memory_bytes = bench_read_number(value, 0, UINT64_C(1) << 40);
        break;
    case OPTION_AS_READ:
        o->how.as_read = true;
        break;
    case OPTION_NO_YARDSTICK:
        o->how.yardstick = false;
        break;
    case OPTION_JSON:
        o->json = value;
        break;
    case OPTION_BMF:
        o->bmf = value;
        break;
    case OPTION_CSV:
        o->csv = value;
        break;
    case OPTION_HELP:
        (void)fputs(help, stdout);
        exit(0);
    default:
        (void)fputs("bench_match --help lists the options\n", stderr);
        exit(2);
    }
}

void bench_options_read(int count, char **arguments, bench_options *o) {
    *o = (bench_options){
        .workload = workload_usual(),
        .how = {.threads = fm_thread_count_default(),
                .jobs = (1U << BENCH_JOB_COUNT) - 1,
                .repeat = 7,
                .seconds = 20,
                .yardstick = true,
                .bandwidth = true},
        .rows_in_cache = 50000,
        .rows_out_of_cache = 10000000,
        .memory_bytes = 1000000000,
    };
    read_list("1M", UINT64_MAX, &o->rows, &o->rows_count);
    read_list("20,200,1000", UINT64_MAX, &o->offerings, &o->offerings_count);
    read_list("12", UINT64_MAX, &o->attributes, &o->attributes_count);
    for (int option; (option = getopt_long(count, arguments, "", long_options, NULL)) != -1;)
        if (!read_workload_option(option, optarg, o))
            read_other_option(option, optarg, o);
    if (optind < count)
        bench_die("`%s`: there are options only", arguments[optind]);
    o->how.bandwidth = o->memory_bytes > 0;
}
