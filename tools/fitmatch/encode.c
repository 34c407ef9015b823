/* fitmatch encode: a table of customers as a base file, which the other commands open instead of reading it.
 */
#include "commands.h"
#include "interrupt.h"
#include "numbers.h"
#include "options.h"
#include "paths.h"
#include "reading.h"
#include "summary.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char HELP[] =
    "Read the customers once and write them as a base file, which every command takes\n"
    "in place of the table and opens in milliseconds.\n"
    "\n"
    "usage: fitmatch encode fit.yaml [options]\n"
    "\n"
    "what is read and written\n"
    "  -o, --output FILE      the base file (default: customers.csv -> customers.fmb)\n"
    "      --customers FILE   customers from here instead of those that the model\n"
    "                         names; - is standard input\n"
    "      --rejects FILE     rows that cannot be read go here\n"
    "                         (default: customers.fmb -> customers.rejects.csv)\n"
    "      --keep COL,COL     carry these columns of the customers' table too\n"
    "                         (\\, stands for a comma in a name)\n"
    "      --strict           the first row that cannot be read is an error\n"
    "how\n"
    "      --threads N        threads (default: all); the file is always the same\n"
    "what is said\n"
    "      --json             the summary as JSON on standard output\n"
    "  -q, --quiet            no summary, warnings and progress\n"
    "      --color WHEN       auto, always or never (NO_COLOR is honoured)\n"
    "  -h, --help             this page\n"
    "\n"
    "The file holds what the model asks of the table: demands, ids and business columns.\n"
    "Offerings, delivery records, weights, labels and the promise may change afterwards;\n"
    "with other attributes, rules, units or columns the table has to be encoded again,\n"
    "and whoever opens the file is told so. It is checked whenever it is opened, and\n"
    "appears whole or not at all.\n"
    "\n"
    "JSON summary, schema 1 (what there is none of is null):\n"
    "  command, schema, version, customers, base, rows, attributes, columns,\n"
    "  rejects {rows, file, first {line, column, reason}}, file_bytes, bytes_per_row,\n"
    "  seconds {open, read, scan, encode, slice, write, total}, rows_per_second,\n"
    "  peak_memory_bytes, threads\n"
    "\n"
    "exit codes: 0 done, 1 error, 2 usage, 3 done and rows were set aside\n"
    "\n"
    "examples\n"
    "  fitmatch encode fit.yaml\n"
    "  fitmatch summary fit.yaml --customers customers.fmb\n"
    "  fitmatch encode fit.yaml --keep phone -o may.fmb\n"
    "  zcat crm.csv.gz | fitmatch encode fit.yaml --customers - -o crm.fmb\n";

enum {
    OPTION_CUSTOMERS = OPTION_FIRST,
    OPTION_REJECTS,
    OPTION_KEEP,
    OPTION_STRICT,
    OPTION_THREADS,
    OPTION_JSON,
};

static const struct option TABLE[] = {
    {"output", required_argument, NULL, 'o'},
    {"customers", required_argument, NULL, OPTION_CUSTOMERS},
    {"rejects", required_argument, NULL, OPTION_REJECTS},
    {"keep", required_argument, NULL, OPTION_KEEP},
    {"strict", no_argument, NULL, OPTION_STRICT},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

typedef struct request {
    const char *model;
    const char *output;    /* NULL: beside the customers */
    const char *customers; /* NULL: the model's */
    const char *rejects;   /* NULL: the usual place */
    names keep;
    unsigned threads;
    bool strict, json, quiet, help;
} request;

static void parse_option(options *of, int code, request *out) {
    uint64_t number = 0;
    switch (code) {
    case 'o':
        out->output = optarg;
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
    case OPTION_STRICT:
        out->strict = true;
        break;
    case OPTION_THREADS:
        if (options_number(of, "--threads", optarg, 1, OPTIONS_THREADS_MAX, &number))
            out->threads = (unsigned)number;
        break;
    case OPTION_JSON:
        out->json = true;
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
    if (out->output && strcmp(out->output, "-") == 0)
        return options_wrong(of, "-o needs the name of a file: a base file is opened in place");
    return reading_check_rejects(of, out->output, out->rejects);
}

/* A run under way. */
typedef struct encoding {
    session run;
    rejects aside;
    char *output;
    double bytes; /* of the file */
    unsigned threads;
    double total_seconds;
} encoding;

/* customers.csv -> customers.fmb; NULL after saying that there is no name to go by. */
static char *choose_output(const encoding *of, const request *from) {
    if (from->output)
        return tool_copy(from->output, strlen(from->output));
    const char *path = from->customers ? from->customers : fm_workspace_customers(of->run.workspace);
    if (!path || strcmp(path, "-") == 0) {
        console_error(of->run.console, "where to? Name the base file with -o FILE");
        return NULL;
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    buffer output = {0};
    buffer_add_bytes(&output, path, dot && dot != name ? (size_t)(dot - path) : strlen(path));
    buffer_add(&output, ".fmb");
    return output.bytes;
}

/* The places of both files, before the work. */
static int choose_places(encoding *of, const request *from) {
    of->output = choose_output(of, from);
    if (!of->output)
        return END_ERROR;
    if (from->rejects)
        of->aside.path = tool_copy(from->rejects, strlen(from->rejects));
    else if (!is_special(of->output))
        of->aside.path = rejects_path_for(of->output);
    int code = reading_check_places(of->run.console, of->output, &of->aside);
    return code == END_DONE
               ? reading_check_inputs(of->run.console, &of->run, of->output, "base file", &of->aside)
               : code;
}

/* Both files are complete on the disk before either gets its name. */
static int write_results(encoding *of) {
    fm_error error;
    double before = console_clock();
    fm_base_write_options how = {.threads = of->threads, .progress = &of->run.console->progress};
    if (!rejects_finish(&of->aside, &error) ||
        fm_base_write(of->run.base, of->output, &how, &error) != FM_OK ||
        !rejects_publish(&of->aside, &error))
        return console_failed(of->run.console, &error);
    of->run.write_seconds = console_clock() - before;
    struct stat about;
    of->bytes = stat(of->output, &about) == 0 ? (double)about.st_size : 0;
    console_clear(of->run.console);
    return END_DONE;
}

static void print_summary(const encoding *of, const terminal *to) {
    char number[NUMBER_BYTES];
    uint64_t rows = fm_base_row_count(of->run.base);
    buffer text = {0};
    buffer_addf(&text, "%s %s encoded", number_count(number, rows),
                rows == 1 ? "customer row" : "customer rows");
    buffer_addf(&text, " in %s", number_seconds(number, of->total_seconds));
    if (of->total_seconds > 0)
        buffer_addf(&text, " (%s rows/s)", number_large(number, (double)rows / of->total_seconds));
    terminal_paragraph(to, buffer_string(&text), 0);
    print_rejects(&of->run, &of->aside, to);
    buffer_clear(&text);
    buffer_add(&text, "Base file: ");
    buffer_show(&text, of->output, strlen(of->output));
    buffer_addf(&text, ", %s", number_bytes(number, of->bytes));
    if (rows > 0)
        buffer_addf(&text, ", %.1f bytes a row", of->bytes / (double)rows);
    fprintf(to->stream, "\n%s\n", buffer_string(&text));
    buffer_destroy(&text);
}

static json_t *document(const encoding *of) {
    double rows = (double)fm_base_row_count(of->run.base);
    fm_base_timings read = fm_base_read_timings(of->run.base);
    json_t *root = js_object();
    js_put(root, "command", js_string("encode"));
    js_put(root, "schema", js_count(1));
    js_put(root, "version", js_string(fm_version()));
    js_put(root, "customers", js_string(session_customers_name(&of->run)));
    js_put(root, "base", js_string(of->output));
    js_put(root, "rows", js_count(fm_base_row_count(of->run.base)));
    js_put(root, "attributes", js_count(of->run.model->attribute_count));
    js_put(root, "columns", js_count(fm_base_column_count(of->run.base)));
    js_put(root, "rejects", rejects_json(&of->aside));
    js_put(root, "file_bytes", js_number(of->bytes));
    js_put(root, "bytes_per_row", rows > 0 ? js_number(of->bytes / rows) : json_null());
    json_t *seconds = js_object();
    js_put(seconds, "open", js_number(of->run.open_seconds));
    js_put(seconds, "read", js_number(of->run.read_seconds));
    js_put(seconds, "scan", js_number(read.scan));
    js_put(seconds, "encode", js_number(read.encode));
    js_put(seconds, "slice", js_number(read.slice));
    js_put(seconds, "write", js_number(of->run.write_seconds));
    js_put(seconds, "total", js_number(of->total_seconds));
    js_put(root, "seconds", seconds);
    js_put(root, "rows_per_second", js_number(of->total_seconds > 0 ? rows / of->total_seconds : 0));
    js_put(root, "peak_memory_bytes", js_number(peak_memory_bytes()));
    js_put(root, "threads", js_count(of->threads));
    return root;
}

static int run_request(options *of, const request *from) {
    console to;
    console_init(&to, of->colour, from->quiet);
    encoding now = {
        .run = {.console = &to, .model_path = from->model, .customers_path = from->customers},
        .threads = from->threads ? from->threads : fm_thread_count_default(),
    };
    int code = session_open(&now.run);
    if (code == END_DONE)
        code = choose_places(&now, from);
    if (code == END_DONE)
        code = reading_customers(
            of, &now.run,
            &(reading_request){.keep = &from->keep, .strict = from->strict, .threads = from->threads},
            &now.aside);
    if (code == END_DONE)
        code = write_results(&now);
    if (code == END_DONE) {
        now.total_seconds = console_clock() - to.started;
        if (from->json)
            js_print(document(&now), to.out.stream);
        else if (!from->quiet)
            print_summary(&now, &to.err);
        code = now.aside.count > 0 ? END_REJECTS : END_DONE;
    }
    if (code == END_INTERRUPTED)
        console_note(&to, "interrupted, nothing was written");
    rejects_destroy(&now.aside);
    free(now.output);
    session_close(&now.run);
    return code;
}

static int run_encode(int count, char **arguments) {
    options of = {.command = "encode", .table = TABLE, .letters = ":o:qh"};
    request wanted = {0};
    int code = parse(&of, count, arguments, &wanted);
    if (wanted.help && code == END_DONE)
        fputs(HELP, stdout);
    else if (code == END_DONE)
        code = run_request(&of, &wanted);
    names_destroy(&wanted.keep);
    return code;
}

const command encode_command = {"encode", "Write the customers as a file that opens in milliseconds",
                                run_encode};
