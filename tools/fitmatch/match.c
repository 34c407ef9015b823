/* fitmatch match: the match table, the rows that could not be read, and a summary. */
#include "commands.h"
#include "interrupt.h"
#include "options.h"
#include "paths.h"
#include "reading.h"
#include "summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "Match every customer against every offering and write one line for each.\n"
    "\n"
    "usage: fitmatch match fit.yaml [options]\n"
    "\n"
    "what is read and written\n"
    "  -o, --output FILE      the match table; - is standard output (the default)\n"
    "      --customers FILE   customers from here instead of those that the model\n"
    "                         names: a table, a base file, or - for standard input\n"
    "      --rejects FILE     rows that cannot be read go here\n"
    "                         (default: matches.csv -> matches.rejects.csv)\n"
    "      --keep COL,COL     carry these columns of the customers' table too\n"
    "                         (\\, stands for a comma in a name)\n"
    "      --verdict LIST     write only these rows, such as refer,walk_away\n"
    "      --strict           the first row that cannot be read is an error\n"
    "how\n"
    "      --threads N        threads (default: all)\n"
    "      --memory SIZE      about as much memory as may be used, such as 512M or 2G\n"
    "                         (default: 1G, least: 32M); customers are read, matched\n"
    "                         and written in parts, however many they are\n"
    "      --instruction-set NAME\n"
    "                         scalar, sse, avx2 or avx512 (default: the best here);\n"
    "                         the answer is always the same\n"
    "what is said\n"
    "      --json             the summary as JSON, on standard output, or on\n"
    "                         standard error when the table is on standard output\n"
    "      --timings          seconds of each phase, and memory\n"
    "  -q, --quiet            no summary, warnings and progress\n"
    "      --color WHEN       auto, always or never (NO_COLOR is honoured)\n"
    "  -h, --help             this page\n"
    "\n"
    "The table has one row for each customer, in their order: customer_id, verdict\n"
    "(fit, ask, refer, walk_away), offering_id, score, unmet, gap, refer_to,\n"
    "refer_supplier, overpromise, ask, and then the business columns that the model\n"
    "names. Files appear whole or not at all; standard output gets rows as soon as\n"
    "they are known, so an error may come behind some of them.\n"
    "\n"
    "JSON summary, schema 1 (what there is none of is null):\n"
    "  command, schema, version, company, customers, rows, attributes,\n"
    "  offerings {own, partner},\n"
    "  verdicts {fit, ask, refer, walk_away: {rows, share, money, expected_money}},\n"
    "  overpromised_rows, unmet [{attribute, label, rows, share_of_unfit}],\n"
    "  rejects {rows, file, first {line, column, reason}}, table, rows_written,\n"
    "  seconds {open, read, scan, encode, slice, match, write, total},\n"
    "  rows_per_second, pairs_per_second, peak_memory_bytes, parts, threads,\n"
    "  instruction_set\n"
    "\n"
    "exit codes: 0 done, 1 error, 2 usage, 3 done and rows were set aside\n"
    "\n"
    "examples\n"
    "  fitmatch match fit.yaml -o matches.csv\n"
    "  fitmatch match fit.yaml --verdict refer,walk_away --keep phone -o no.csv\n"
    "  zcat crm.csv.gz | fitmatch match fit.yaml --customers - | head\n"
    "  fitmatch match fit.yaml -o matches.csv --json | jq .verdicts.fit.share\n";

enum {
    OPTION_CUSTOMERS = OPTION_FIRST,
    OPTION_REJECTS,
    OPTION_KEEP,
    OPTION_VERDICT,
    OPTION_STRICT,
    OPTION_THREADS,
    OPTION_MEMORY,
    OPTION_PART,
    OPTION_SET,
    OPTION_JSON,
    OPTION_TIMINGS,
};

static const struct option TABLE[] = {
    {"output", required_argument, NULL, 'o'},
    {"customers", required_argument, NULL, OPTION_CUSTOMERS},
    {"rejects", required_argument, NULL, OPTION_REJECTS},
    {"keep", required_argument, NULL, OPTION_KEEP},
    {"verdict", required_argument, NULL, OPTION_VERDICT},
    {"strict", no_argument, NULL, OPTION_STRICT},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"memory", required_argument, NULL, OPTION_MEMORY},
    {"x-part-bytes", required_argument, NULL, OPTION_PART}, /* for tests of the seams between parts */
    {"instruction-set", required_argument, NULL, OPTION_SET},
    {"json", no_argument, NULL, OPTION_JSON},
    {"timings", no_argument, NULL, OPTION_TIMINGS},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

#define MEMORY_DEFAULT ((uint64_t)1 << 30)
#define MEMORY_MIN ((uint64_t)32 << 20)
/* Customers matched at a time: so few that they stay near the processor, so many that learning their demands
 * anew for each part costs little. */
#define PART_BYTES ((uint64_t)64 << 20)
_Static_assert(MEMORY_DEFAULT / 8 >= PART_BYTES, "the default memory holds parts of the usual size");
/* Two parts at most are in memory, with what reading them, matching and writing take. */
#define PARTS_OF_MEMORY 8

typedef struct request {
    const char *model;
    const char *output;    /* NULL: standard output */
    const char *customers; /* NULL: the model's */
    const char *rejects;   /* NULL: the usual place */
    names keep;
    unsigned verdicts;
    unsigned threads;
    size_t part_bytes;
    fm_instruction_set set;
    bool strict, json, timings, quiet, help;
} request;

static bool parse_verdicts(options *of, const char *list, unsigned *out_bits) {
    names wanted = {0};
    names_add_list(&wanted, list);
    bool right = wanted.count > 0;
    if (!right)
        options_wrong(of, "--verdict: name one or more of fit, ask, refer, walk_away");
    for (size_t i = 0; i < wanted.count && right; i++) {
        const char *known[FM_VERDICT_COUNT];
        bool found = false;
        for (unsigned v = 0; v < FM_VERDICT_COUNT; v++) {
            known[v] = fm_verdict_name((fm_verdict)v);
            if (strcmp(known[v], wanted.items[i]) == 0) {
                *out_bits |= 1u << v;
                found = true;
            }
        }
        if (!found) {
            buffer message = {0};
            buffer_show(&message, wanted.items[i], strlen(wanted.items[i]));
            buffer_add(&message, ": no such verdict");
            if (!options_suggest(&message, wanted.items[i], known, FM_VERDICT_COUNT))
                buffer_add(&message, "; there are fit, ask, refer and walk_away");
            options_wrong(of, "--verdict %s", buffer_string(&message));
            buffer_destroy(&message);
            right = false;
        }
    }
    names_destroy(&wanted);
    return right;
}

/* A size with a binary unit, such as 512M. */
static void parse_memory(options *of, const char *text, size_t *out_part_bytes) {
    static const char units[] = "kmgt";
    char *end = NULL;
    errno = 0;
    bool digits = text[0] >= '0' && text[0] <= '9';
    unsigned long long number = digits ? strtoull(text, &end, 10) : 0;
    const char *unit = digits && *end != '\0' ? strchr(units, *end | 0x20) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    bool right = digits && errno == 0 && (*end == '\0' || (unit && end[1] == '\0'));
    if (!right || number > UINT64_MAX >> shift || number << shift < MEMORY_MIN) {
        buffer shown = {0};
        buffer_show(&shown, text, strlen(text));
        options_wrong(of, "--memory %s: not a size from 32M on, such as 512M or 2G", buffer_string(&shown));
        buffer_destroy(&shown);
        return;
    }
    uint64_t part = (number << shift) / PARTS_OF_MEMORY;
    *out_part_bytes = (size_t)(part < PART_BYTES ? part : PART_BYTES);
}

static void parse_option(options *of, int code, request *out) {
    uint64_t number = 0;
    switch (code) {
    case 'o':
        out->output = strcmp(optarg, "-") == 0 ? NULL : optarg;
        break;
    case OPTION_CUSTOMERS:
        out->customers = optarg;
        break;
    case OPTION_REJECTS:
        out->rejects = optarg;
        break;
    case OPTION_KEEP:
        names_add_list(&out->keep, optarg);
        break;
    case OPTION_VERDICT:
        parse_verdicts(of, optarg, &out->verdicts);
        break;
    case OPTION_STRICT:
        out->strict = true;
        break;
    case OPTION_THREADS:
        if (options_number(of, "--threads", optarg, 1, OPTIONS_THREADS_MAX, &number))
            out->threads = (unsigned)number;
        break;
    case OPTION_MEMORY:
        parse_memory(of, optarg, &out->part_bytes);
        break;
    case OPTION_PART:
        if (options_number(of, "--x-part-bytes", optarg, 1, SIZE_MAX, &number))
            out->part_bytes = (size_t)number;
        break;
    case OPTION_SET:
        options_instruction_set(of, optarg, &out->set);
        break;
    case OPTION_JSON:
        out->json = true;
        break;
    case OPTION_TIMINGS:
        out->timings = true;
        break;
    case 'q':
        out->quiet = true;
        break;
    case OPTION_COLOUR:
        options_colour(of, optarg);
        break;
    default:
        out->help = true;
        break;
    }
}

static int parse(options *of, int count, char **arguments, request *out) {
    for (int code; !out->help && !of->failed && (code = options_next(of, count, arguments)) != -1;)
        parse_option(of, code, out);
    if (of->failed)
        return END_USAGE;
    if (out->help)
        return END_DONE;
    out->model = options_model(of, count, arguments, false);
    if (!out->model)
        return END_USAGE;
    return reading_check_rejects(of, out->output, out->rejects);
}

/* The names that every match table has. */
static const char *const FIXED[] = {"verdict",  "offering_id",    "score",       "unmet", "gap",
                                    "refer_to", "refer_supplier", "overpromise", "ask"};

/* What comes of the customers, part by part. */
typedef struct result {
    fm_match_sum *sum;
    fm_match_table *table; /* NULL before the first part, and once it is done */
    fm_base_timings read;
    uint64_t parts;
} result;

static void result_destroy(result *of) {
    fm_match_table_discard(of->table);
    fm_match_sum_free(of->sum);
    *of = (result){0};
}

static int open_customers(options *of, session *run, const request *from, rejects *aside) {
    return reading_open(of, run,
                        &(reading_request){.keep = &from->keep,
                                           .taken = FIXED,
                                           .taken_count = sizeof FIXED / sizeof FIXED[0],
                                           .strict = from->strict,
                                           .threads = from->threads},
                        aside);
}

static void add_timings(fm_base_timings *to, fm_base_timings part) {
    to->scan += part.scan;
    to->encode += part.encode;
    to->slice += part.slice;
}

/* Matches the session's part and writes it. */
static fm_status add_part(session *run, const request *from, result *to, fm_error *error) {
    const fm_progress *watch = &session_watch;
    const fm_match_options how = {.threads = from->threads, .instruction_set = from->set, .progress = watch};
    const fm_match_table_options table = {from->verdicts, from->threads, watch};
    double before = console_clock();
    fm_status status = fm_match(run->base, run->catalog, &how, &run->matches, error);
    double matched = console_clock();
    run->match_seconds += matched - before;
    if (status == FM_OK && !to->table)
        status = fm_match_table_new(from->output ? from->output : "-", &table, &to->table, error);
    if (status == FM_OK) {
        fm_match_sum_add(to->sum, run->matches);
        status = fm_match_table_add(to->table, run->matches, error);
    }
    run->write_seconds += console_clock() - matched;
    return status;
}

/* Both files are complete on the disk before either gets its name. */
static fm_status publish(session *run, rejects *aside, result *to, fm_error *error) {
    double before = console_clock();
    if (!rejects_finish(aside, error))
        return error->status;
    fm_match_table *table = to->table;
    to->table = NULL;
    fm_status status = fm_match_table_commit(table, error);
    if (status == FM_OK && !rejects_publish(aside, error))
        status = error->status;
    run->write_seconds += console_clock() - before;
    return status;
}

static int match_customers(options *of, session *run, const request *from, rejects *aside, result *to) {
    fm_error error;
    bool more;
    int code = open_customers(of, run, from, aside);
    if (code != END_DONE)
        return code;
    fm_status status = fm_match_sum_new(fm_workspace_model(run->workspace), &to->sum, &error);
    while (status == FM_OK) {
        code = session_next_part(run, from->part_bytes, &more);
        if (code != END_DONE)
            return code;
        if (!more)
            break;
        add_timings(&to->read, fm_base_read_timings(run->base));
        to->parts++;
        status = add_part(run, from, to, &error);
    }
    if (status == FM_OK)
        status = publish(run, aside, to, &error);
    if (status != FM_OK)
        return console_failed(run->console, &error);
    console_clear(run->console);
    return END_DONE;
}

static void say(const session *run, const request *from, const rejects *aside, const result *what) {
    const console *to = run->console;
    match_report report = {run,
                           what->sum,
                           what->read,
                           what->parts,
                           aside,
                           from->output,
                           from->verdicts,
                           from->threads ? from->threads : fm_thread_count_default(),
                           console_clock() - to->started};
    if (from->json)
        js_print(summary_json(&report), from->output ? to->out.stream : to->err.stream);
    else if (!from->quiet)
        summary_print(&report, &to->err);
    if (from->timings)
        print_timings(&report, &to->err);
}

static int run_request(options *of, const request *from) {
    console to;
    console_init(&to, of->colour, from->quiet);
    session run = {.console = &to, .model_path = from->model, .customers_path = from->customers};
    rejects aside = {0};
    result what = {0};
    /* Beside a pipe or a device no file is expected. */
    if (from->rejects)
        aside.path = tool_copy(from->rejects, strlen(from->rejects));
    else if (from->output && !is_special(from->output))
        aside.path = rejects_path_for(from->output);
    int code = reading_check_places(&to, from->output, &aside);
    if (code == END_DONE)
        code = session_open(&run);
    if (code == END_DONE)
        code = reading_check_inputs(&to, &run, from->output, "table", &aside);
    if (code == END_DONE)
        code = match_customers(of, &run, from, &aside, &what);
    if (code == END_DONE) {
        say(&run, from, &aside, &what);
        code = aside.count > 0 ? END_REJECTS : END_DONE;
    }
    if (code == END_INTERRUPTED)
        console_note(&to, "interrupted, nothing was written");
    result_destroy(&what);
    rejects_destroy(&aside);
    session_close(&run);
    return code;
}

static int run_match(int count, char **arguments) {
    options of = {.command = "match", .table = TABLE, .letters = ":o:qh"};
    request wanted = {.part_bytes = PART_BYTES};
    int code = parse(&of, count, arguments, &wanted);
    if (wanted.help && code == END_DONE)
        fputs(HELP, stdout);
    else if (code == END_DONE)
        code = run_request(&of, &wanted);
    names_destroy(&wanted.keep);
    return code;
}

const command match_command = {"match", "Write what to do for each customer, and why, as a CSV table",
                               run_match};
