#include "analysis.h"

#include "../paths.h"
#include "../rejects.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Rows of a table that a screen is filled with unless all are asked for. */
#define ROWS_SHOWN 20

enum {
    OPTION_CUSTOMERS = OPTION_FIRST,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_TABLE,
    OPTION_TABLES,
    OPTION_ALL,
    OPTION_REJECTS,
    OPTION_STRICT,
    OPTION_THREADS,
    OPTION_SET,
};

/* What analyses of customers have. */
static const struct option OF_CUSTOMERS[] = {
    {"customers", required_argument, NULL, OPTION_CUSTOMERS},
    {"rejects", required_argument, NULL, OPTION_REJECTS},
    {"strict", no_argument, NULL, OPTION_STRICT},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"instruction-set", required_argument, NULL, OPTION_SET},
};
#define OF_CUSTOMERS_COUNT (sizeof OF_CUSTOMERS / sizeof OF_CUSTOMERS[0])

/* What all have. */
static const struct option COMMON[] = {
    {"output", required_argument, NULL, 'o'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"csv", no_argument, NULL, OPTION_CSV},
    {"table", required_argument, NULL, OPTION_TABLE},
    {"tables", required_argument, NULL, OPTION_TABLES},
    {"all", no_argument, NULL, OPTION_ALL},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};
#define COMMON_COUNT (sizeof COMMON / sizeof COMMON[0] - 1)

static const char CUSTOMERS_HELP[] =
    "what is read\n"
    "      --customers FILE   customers from here instead of those that the model\n"
    "                         names: a table, a base file, or - for standard input\n"
    "      --rejects FILE     customer rows that cannot be read go here\n"
    "      --strict           the first row that cannot be read is an error\n";

static const char COMMON_HELP[] =
    "what is written\n"
    "  -o, --output FILE      write here; - is standard output (the default)\n"
    "      --json             as JSON\n"
    "      --csv              the first table as CSV\n"
    "      --table NAME       with --csv: another one\n"
    "      --tables FOLDER    every table as a CSV file in this folder\n"
    "      --all              on the screen: all rows, not the first 20 of each table\n"
    "how\n"
    "  -q, --quiet            no warnings, notes and progress\n"
    "      --color WHEN       auto, always or never (NO_COLOR is honoured)\n"
    "  -h, --help             this page\n";

static const char SPEED_HELP[] =
    "      --threads N        threads (default: all)\n"
    "      --instruction-set NAME\n"
    "                         scalar, sse, avx2 or avx512 (default: the best here)\n";

static const char COMMON_TAIL[] =
    "JSON, schema 1: analysis, schema, version, company, notes [...], tables {NAME: [rows]};\n"
    "names of tables and columns as in CSV, what there is none of is null.\n"
    "\n"
    "exit codes: 0 done, 1 error, 2 usage";

static const char REJECTS_TAIL[] = ", 3 done and customer rows were set aside";

static void print_help(const analysis *of, FILE *to) {
    fprintf(to, "%s\nusage: fitmatch %s fit.yaml [options]\n", of->does, of->name);
    if (of->usage)
        fprintf(to, "       fitmatch %s\n", of->usage);
    fputc('\n', to);
    if (of->more[0] != '\0')
        fprintf(to, "%s\n%s\n", "what it does", of->more);
    bool customers = !of->needs_no_customers;
    fprintf(to, "%s%s%s\n", customers ? CUSTOMERS_HELP : "", COMMON_HELP, customers ? SPEED_HELP : "");
    fprintf(to, "%s\n%s%s\n", of->tail, COMMON_TAIL, customers ? REJECTS_TAIL : "");
}

typedef struct request {
    const char *model; /* NULL: two tables instead */
    const char *tables[2];
    const char *output; /* NULL: standard output */
    const char *customers;
    const char *rejects;
    const char *table;
    const char *folder;
    unsigned threads;
    fm_instruction_set set;
    bool json, csv, all, strict, quiet, help;
} request;

static void take_common(options *of, int code, request *out) {
    uint64_t number = 0;
    switch (code) {
    case 'o':
        out->output = strcmp(optarg, "-") == 0 ? NULL : optarg;
        break;
    case OPTION_CUSTOMERS:
        out->customers = optarg;
        break;
    case OPTION_JSON:
        out->json = true;
        break;
    case OPTION_CSV:
        out->csv = true;
        break;
    case OPTION_TABLE:
        out->table = optarg;
        break;
    case OPTION_TABLES:
        out->folder = optarg;
        break;
    case OPTION_ALL:
        out->all = true;
        break;
    case OPTION_REJECTS:
        out->rejects = optarg;
        break;
    case OPTION_STRICT:
        out->strict = true;
        break;
    case OPTION_THREADS:
        if (options_number(of, "--threads", optarg, 1, OPTIONS_THREADS_MAX, &number))
            out->threads = (unsigned)number;
        break;
    case OPTION_SET:
        options_instruction_set(of, optarg, &out->set);
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

/* Models are YAML, whose names end so; everything else is a table. */
static bool is_model(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int parse_tables(options *of, int count, char **arguments, request *out) {
    if (count - optind != 2)
        return options_wrong(of, "name two tables, or a model (a .yaml file)");
    out->tables[0] = arguments[optind];
    out->tables[1] = arguments[optind + 1];
    if (out->customers || out->rejects || out->strict)
        return options_wrong(of, "--customers, --rejects and --strict go with a model");
    if (is_model(out->tables[1]))
        return options_wrong(of, "a model comes first, and alone");
    return END_DONE;
}

static int parse(const analysis *which, options *of, int count, char **arguments, request *out,
                 void *wanted) {
    for (int code; !out->help && !of->failed && (code = options_next(of, count, arguments)) != -1;) {
        if (code >= OPTION_OWN)
            which->take(of, code, optarg, wanted);
        else
            take_common(of, code, out);
    }
    if (of->failed)
        return END_USAGE;
    if (out->help)
        return END_DONE;
    if (which->into_folder && which->into_folder(wanted) && out->output && !out->folder) {
        out->folder = out->output;
        out->output = NULL;
    }
    if (out->json + out->csv + (out->folder != NULL) > 1)
        return options_wrong(of, "--json, --csv and --tables: one of them at a time");
    if (out->folder && out->output)
        return options_wrong(of, "--tables names the files itself: leave -o out");
    if (out->table && !out->csv)
        return options_wrong(of, "--table goes with --csv");
    if (out->rejects && strcmp(out->rejects, "-") == 0)
        return options_wrong(of, "--rejects needs the name of a file");
    if (which->into_folder && which->into_folder(wanted) && !out->folder)
        return options_wrong(of, "a file for each needs a folder to write them to: -o FOLDER");
    if (which->report_tables && optind < count && !is_model(arguments[optind]))
        return parse_tables(of, count, arguments, out);
    out->model = options_model(of, count, arguments, false);
    return out->model ? END_DONE : END_USAGE;
}

/* --- where the report goes --- */

/* A stream into an output, so that a file appears whole or not at all. */
static ssize_t cookie_write(void *cookie, const char *bytes, size_t length) {
    fm_error error;
    if (fm_output_write(cookie, bytes, length, &error) == FM_OK)
        return (ssize_t)length;
    errno = EIO;
    return 0;
}

/* Text or JSON, to standard output or a file. */
static int write_readable(const analysis *which, session *run, const request *from, fm_report *report,
                          const void *wanted) {
    terminal to = run->console->out;
    fm_output *output = NULL;
    fm_error error;
    uint64_t most = from->all ? 0 : ROWS_SHOWN;
    bool done = true;
    if (from->output) {
        if (fm_output_open(from->output, &output, &error) != FM_OK)
            return console_failed(run->console, &error);
        cookie_io_functions_t functions = {.write = cookie_write};
        to = (terminal){.stream = fopencookie(output, "w", functions), .width = to.width, .utf8 = to.utf8};
        if (!to.stream) {
            fm_output_discard(output);
            console_error(run->console, "out of memory");
            return END_ERROR;
        }
    }
    if (from->json)
        done = report_json(report, run->model->company, to.stream);
    else if (which->print)
        which->print(report, run, &to, most, wanted);
    else
        report_print(report, run, &to, most);
    if (!from->output)
        return done ? END_DONE : END_ERROR;
    done &= ferror(to.stream) == 0;
    done &= fclose(to.stream) == 0;
    if (!done) {
        fm_output_discard(output);
        console_error(run->console, "cannot write %s", from->output);
        return END_ERROR;
    }
    return fm_output_commit(output, &error) == FM_OK ? END_DONE : console_failed(run->console, &error);
}

static int write_csv(session *run, const request *from, fm_report *report) {
    fm_error error;
    size_t table = from->table ? fm_report_find_table(report, from->table) : 0;
    const char *path = from->output ? from->output : "-";
    return fm_report_write_csv(report, table, path, &error) == FM_OK ? END_DONE
                                                                     : console_failed(run->console, &error);
}

static int write_tables(session *run, const request *from, fm_report *report) {
    fm_error error;
    buffer path = {0};
    int code = END_DONE;
    if (mkdir(from->folder, 0777) != 0 && errno != EEXIST) {
        buffer_show(&path, from->folder, strlen(from->folder));
        console_error(run->console, "cannot make the folder %s: %s", buffer_string(&path), strerror(errno));
        code = END_ERROR;
    }
    for (size_t t = 0; code == END_DONE && t < fm_report_table_count(report); t++) {
        buffer_clear(&path);
        buffer_addf(&path, "%s/%s.csv", from->folder, fm_report_table_name(report, t));
        if (fm_report_write_csv(report, t, buffer_string(&path), &error) != FM_OK)
            code = console_failed(run->console, &error);
    }
    buffer_destroy(&path);
    return code;
}

/* Remarks belong with what people read; beside CSV they are told on standard error. */
static void tell_notes(session *run, const fm_report *report) {
    for (size_t n = 0; n < fm_report_note_count(report); n++) {
        buffer note = {0};
        buffer_show(&note, fm_report_note(report, n), strlen(fm_report_note(report, n)));
        console_note(run->console, "%s", buffer_string(&note));
        buffer_destroy(&note);
    }
}

static int write_report(const analysis *which, options *of, session *run, const request *from,
                        fm_report *report, const void *wanted) {
    console_clear(run->console);
    if (from->table && fm_report_find_table(report, from->table) == SIZE_MAX) {
        buffer message = {0};
        const char *known[16];
        size_t count = fm_report_table_count(report);
        buffer_add(&message, "--table ");
        buffer_show(&message, from->table, strlen(from->table));
        buffer_add(&message, ": there is ");
        for (size_t t = 0; t < count; t++) {
            known[t] = fm_report_table_name(report, t);
            buffer_addf(&message, "%s%s", t == 0 ? "" : t + 1 < count ? ", " : " and ", known[t]);
        }
        options_suggest(&message, from->table, known, count);
        options_wrong(of, "%s", buffer_string(&message));
        buffer_destroy(&message);
        return END_USAGE;
    }
    if (!from->csv && !from->folder)
        return write_readable(which, run, from, report, wanted);
    tell_notes(run, report);
    if (from->csv)
        return write_csv(run, from, report);
    int code = write_tables(run, from, report);
    return code == END_DONE && which->write_more ? which->write_more(run, report, from->folder, wanted)
                                                 : code;
}

/* --- the run --- */

static fm_base_options how_to_read(const request *from, rejects *aside) {
    return (fm_base_options){
        .reject = rejects_add, .context = aside, .strict = from->strict, .threads = from->threads};
}

static int match_customers(session *run, const request *from, rejects *aside) {
    int code = session_open_customers(run);
    if (code == END_DONE)
        code = session_read(run, how_to_read(from, aside));
    if (code == END_DONE)
        code = session_match(run, from->threads, from->set);
    return code;
}

/* Customers of a part: so few that they stay near the processor while they are read, matched and counted;
 * with less, learning their demands anew for each part costs more than that saves. */
#define PART_BYTES ((size_t)32 << 20)

static int add_parts(const analysis *which, session *run, const request *from, const fm_analysis_run *how,
                     rejects *aside, void *wanted) {
    fm_base_options reading = how_to_read(from, aside);
    reading.without_texts = true;
    fm_error error;
    bool more = true;
    int code = session_open_customers(run);
    if (code == END_DONE)
        code = session_begin(run, reading);
    while (code == END_DONE && more) {
        code = session_next_part(run, PART_BYTES, &more);
        if (code != END_DONE || !more)
            break;
        code = session_match(run, from->threads, from->set);
        if (code == END_DONE && which->add(run, how, wanted, &error) != FM_OK)
            code = console_failed(run->console, &error);
    }
    return code;
}

static void tell_rejects(session *run, const rejects *aside) {
    buffer reason = {0};
    if (aside->count == 0)
        return;
    if (aside->earlier) {
        console_note(run->console, "%" PRIu64 " customer rows were set aside when the base file was made",
                     aside->count);
        return;
    }
    buffer_show(&reason, aside->first.message, strlen(aside->first.message));
    console_note(run->console,
                 "%" PRIu64 " customer rows could not be read and are left out, first line %" PRIu64 ": %s",
                 aside->count, aside->first.line, buffer_string(&reason));
    buffer_destroy(&reason);
}

fm_status analysis_wrong(fm_error *error, const char *message) {
    *error = (fm_error){.status = FM_ERROR_ARGUMENT};
    size_t length = strlen(message);
    length = length < sizeof error->message ? length : sizeof error->message - 1;
    memcpy(error->message, message, length);
    return FM_ERROR_ARGUMENT;
}

/* The end code for what an analysis came to, after saying what went wrong. */
static int end_code(options *of, const session *run, fm_status status, const fm_error *error) {
    console_clear(run->console);
    if (status == FM_ERROR_ARGUMENT)
        return options_wrong(of, "%s", error->message);
    return status == FM_OK ? END_DONE : console_failed(run->console, error);
}

static int check_wanted(const analysis *which, options *of, session *run, void *wanted) {
    fm_error error;
    fm_status status = which->check ? which->check(run, wanted, &error) : FM_OK;
    return end_code(of, run, status, &error);
}

static int make_report(const analysis *which, options *of, session *run, const request *from, void *wanted,
                       fm_report **out_report) {
    fm_error error;
    const fm_analysis_run how = {.threads = from->threads, .progress = &run->console->progress};
    fm_status status = from->model
                           ? which->report(run, &how, wanted, out_report, &error)
                           : which->report_tables(run, from->tables, &how, wanted, out_report, &error);
    return end_code(of, run, status, &error);
}

static int run_request(const analysis *which, options *of, const request *from, void *wanted) {
    console to;
    console_init(&to, of->colour, from->quiet);
    static const fm_model_spec nameless = {.company = ""};
    session run = {.console = &to,
                   .model = &nameless,
                   .model_path = from->model,
                   .customers_path = from->customers,
                   .lazy = which->lazy,
                   .no_totals = true,
                   .brief = !from->json && !from->csv && !from->folder && !from->all};
    rejects aside = {.path = from->rejects ? tool_copy(from->rejects, strlen(from->rejects)) : NULL};
    fm_report *report = NULL;
    fm_error error;
    int code = END_DONE;
    if ((from->output && !can_appear(from->output, &error)) ||
        (from->rejects && !can_appear(from->rejects, &error)))
        code = console_failed(&to, &error);
    if (code == END_DONE && from->model)
        code = session_open(&run);
    if (code == END_DONE && from->model)
        code = check_wanted(which, of, &run, wanted);
    fm_analysis_run how = {.threads = from->threads, .progress = which->add ? &session_watch : &to.progress};
    if (code == END_DONE && from->model && !which->needs_no_customers)
        code = which->add ? add_parts(which, &run, from, &how, &aside, wanted)
                          : match_customers(&run, from, &aside);
    if (code == END_DONE)
        code = make_report(which, of, &run, from, wanted, &report);
    if (code == END_DONE && run.base && fm_base_damage(run.base, &error) != FM_OK)
        code = console_failed(&to, &error);
    if (code == END_DONE && !rejects_finish(&aside, &error))
        code = console_failed(&to, &error);
    if (code == END_DONE)
        code = write_report(which, of, &run, from, report, wanted);
    if (code == END_DONE && !rejects_publish(&aside, &error))
        code = console_failed(&to, &error);
    if (code == END_DONE) {
        tell_rejects(&run, &aside);
        code = aside.count > 0 || run.others_aside > 0 ? END_REJECTS : END_DONE;
    }
    if (code == END_INTERRUPTED)
        console_note(&to, "interrupted, nothing was written");
    fm_report_free(report);
    if (which->destroy)
        which->destroy(wanted);
    rejects_destroy(&aside);
    session_close(&run);
    return code;
}

/* The analysis' own options and the common ones as one table. */
static struct option *join_options(const analysis *of) {
    size_t own = 0;
    while (of->own && of->own[own].name)
        own++;
    struct option *all = tool_alloc(own + COMMON_COUNT + OF_CUSTOMERS_COUNT + 1, sizeof *all);
    if (own > 0)
        memcpy(all, of->own, own * sizeof *all);
    memcpy(all + own, COMMON, COMMON_COUNT * sizeof *all);
    if (!of->needs_no_customers)
        memcpy(all + own + COMMON_COUNT, OF_CUSTOMERS, sizeof OF_CUSTOMERS);
    return all;
}

int analysis_run(const analysis *which, int count, char **arguments) {
    struct option *table = join_options(which);
    options of = {.command = which->name, .table = table, .letters = ":o:qh"};
    void *wanted = tool_alloc(which->wanted_bytes + 1, 1);
    request asked = {0};
    int code = parse(which, &of, count, arguments, &asked, wanted);
    if (code == END_DONE && !asked.help)
        code = run_request(which, &of, &asked, wanted);
    else if (which->destroy)
        which->destroy(wanted);
    if (code == END_DONE && asked.help)
        print_help(which, stdout);
    free(wanted);
    free(table);
    return code;
}
