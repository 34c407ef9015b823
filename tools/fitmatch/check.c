/* fitmatch check: whether the inputs can be read, and what in them is perhaps not as meant. */
#include "commands.h"
#include "findings.h"

#include <inttypes.h>
#include <string.h>

static const char HELP[] = "Read everything, match it, and say what is wrong or looks like a mistake.\n"
                           "Nothing is written.\n"
                           "\n"
                           "usage: fitmatch check fit.yaml [options]\n"
                           "\n"
                           "      --customers FILE   customers from here instead of those that the model\n"
                           "                         names: a table, a base file, or - for standard input\n"
                           "      --json             as JSON\n"
                           "  -q, --quiet            errors only: for scripts that look at the exit code\n"
                           "      --color WHEN       auto, always or never (NO_COLOR is honoured)\n"
                           "  -h, --help             this page\n"
                           "\n"
                           "It finds: rows that cannot be read, columns that nothing uses or that are\n"
                           "missing, ids that come twice, how many customers ask for what, needs that no\n"
                           "offering meets and values that no offering has, suppliers that are almost the\n"
                           "company, and promises that the delivery records do not bear out.\n"
                           "\n"
                           "JSON, schema 1 (lists of rejects, duplicates, demands and values hold the first\n"
                           "20; without customers what is about them is null or empty):\n"
                           "  command, schema, version, company, offerings {own, partner}, customers, rows,\n"
                           "  rejects {rows, first [{line, column, reason}]}, ignored_columns [...],\n"
                           "  missing_columns [...], duplicates {ids, rows, first [{customer_id, rows}]},\n"
                           "  attributes [{attribute, label, rule,\n"
                           "    need {column_found, stated_rows, none_rows, unasked_rows, distinct},\n"
                           "    want {the same}, offered_by_nobody, needs_nobody_meets [{demand, rows}],\n"
                           "    values_nobody_has [{value, rows}]}],\n"
                           "  suppliers_almost_company [...],\n"
                           "  broken_promises [{offering_id, attribute, nominal, dependable, records}]\n"
                           "\n"
                           "exit codes: 0 everything can be read, 1 error, 2 usage, 3 some customer rows\n"
                           "cannot be read\n"
                           "\n"
                           "examples\n"
                           "  fitmatch check fit.yaml\n"
                           "  fitmatch check fit.yaml --customers new-leads.csv\n"
                           "  fitmatch check fit.yaml -q && fitmatch match fit.yaml -o matches.csv\n";

enum { OPTION_CUSTOMERS = OPTION_FIRST, OPTION_JSON };

static const struct option TABLE[] = {
    {"customers", required_argument, NULL, OPTION_CUSTOMERS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

typedef struct request {
    const char *model;
    const char *customers;
    bool json, quiet, help;
} request;

static int parse(options *of, int count, char **arguments, request *out) {
    for (int code; !out->help && !of->failed && (code = options_next(of, count, arguments)) != -1;) {
        if (code == OPTION_CUSTOMERS)
            out->customers = optarg;
        else if (code == OPTION_JSON)
            out->json = true;
        else if (code == 'q')
            out->quiet = true;
        else if (code == OPTION_COLOUR)
            options_colour(of, optarg);
        else if (code == 'h')
            out->help = true;
    }
    if (of->failed)
        return END_USAGE;
    if (out->help)
        return END_DONE;
    out->model = options_model(of, count, arguments, false);
    return out->model ? END_DONE : END_USAGE;
}

static int check_customers(session *run, findings *in) {
    int code = session_open_customers(run);
    if (code != END_DONE)
        return code;
    if (run->table)
        find_columns(in);
    code = session_read(run, (fm_base_options){.reject = findings_reject, .context = in});
    if (code != END_DONE)
        return code;
    if (run->base_path)
        find_base_columns(in);
    else if (in->reject_count > LISTED_MAX)
        console_note(run->console, "%" PRIu64 " more rows were set aside", in->reject_count - LISTED_MAX);
    find_duplicates(in);
    code = session_match(run, 0, FM_INSTRUCTION_SET_AUTO);
    return code == END_DONE ? find_demands(in) : code;
}

static int check(const request *from, colour_choice colour) {
    console to;
    console_init(&to, colour, from->quiet);
    session run = {.console = &to, .model_path = from->model, .customers_path = from->customers};
    findings found = {.session = &run};
    int code = session_open(&run);
    if (code == END_DONE) {
        find_suppliers(&found);
        find_broken_promises(&found);
        /* A model may stand without customers: then the offerings are all there is to check. */
        if (from->customers || fm_workspace_customers(run.workspace))
            code = check_customers(&run, &found);
    }
    if (code == END_DONE) {
        console_clear(&to);
        if (from->json)
            js_print(findings_json(&found), to.out.stream);
        else if (!from->quiet)
            findings_print(&found, &to.out);
        code = found.reject_count > 0 ? END_REJECTS : END_DONE;
    }
    findings_destroy(&found);
    session_close(&run);
    return code;
}

static int run_check(int count, char **arguments) {
    options of = {.command = "check", .table = TABLE, .letters = ":qh"};
    request wanted = {0};
    int code = parse(&of, count, arguments, &wanted);
    if (code != END_DONE)
        return code;
    if (wanted.help) {
        fputs(HELP, stdout);
        return END_DONE;
    }
    return check(&wanted, of.colour);
}

const command check_command = {
    "check", "Look at the inputs: what is wrong, missing, doubled or asked in vain", run_check};
