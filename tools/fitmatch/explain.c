/* fitmatch explain: one customer, every attribute, every offering, and what to say. */
#include "explain.h"
#include "commands.h"
#include "explain_rows.h"
#include "numbers.h"
#include "options.h"
#include "paths.h"

#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "Explain one customer: the verdict in words to say aloud, and every attribute\n"
    "against every offering.\n"
    "\n"
    "usage: fitmatch explain fit.yaml ID... [options]\n"
    "\n"
    "which customer\n"
    "      --customers FILE   customers from here instead of those that the model\n"
    "                         names: a table, a base file, or - for standard input\n"
    "      --row N            the customer in row N, as shown behind the name, where\n"
    "                         several rows have the ID; the ID may be left out then\n"
    "      --all-rows         all rows of the ID; else the first one\n"
    "which offerings\n"
    "      --offering ID,ID   these only\n"
    "      --all              all, in tables below each other where they do not fit;\n"
    "                         else those of the verdict, and the closest others that\n"
    "                         there is room for\n"
    "what is written\n"
    "      --json             as JSON\n"
    "      --csv              as CSV: a line for each attribute and offering\n"
    "  -o, --output FILE      JSON or CSV go there; - is standard output\n"
    "                         (the default)\n"
    "  -q, --quiet            no warnings and progress\n"
    "      --color WHEN       auto, always or never (NO_COLOR is honoured)\n"
    "  -h, --help             this page\n"
    "\n"
    "An ID that begins with - goes behind --, as in: fitmatch explain fit.yaml -- -7\n"
    "\n"
    "The talk track says, of the three weightiest needs that are met (where we refer,\n"
    "by the partner's offering), the texts that the model gives them: `avoid` where\n"
    "the driver is away, `reach` where it is toward; where no driver is known,\n"
    "`avoid` where the horizon is short, `reach` where it is long, else both.\n"
    "\n"
    "CSV: row, customer_id, attribute, demand (? not asked yet), kind (need or want;\n"
    "wants only where one is stated), offering_id, offer, met (yes, no, or nothing\n"
    "where nothing is demanded).\n"
    "\n"
    "JSON, schema 1 (what there is none of is null; nominal, dependable and records\n"
    "with numbers only; need_met and want_met are true where nothing is demanded):\n"
    "  command, schema, version, customers, rows [{row, customer_id, rows_with_id,\n"
    "    columns {...}, verdict, offering_id, score, unmet [...], gap, refer_to,\n"
    "    refer_supplier, overpromise, ask, words, talk_track {driver, horizon,\n"
    "      offering_id, question, opening, say [{attribute, avoid, reach}],\n"
    "      change [{attribute, text}]},\n"
    "    attributes [{attribute, label, unit, rule, weight,\n"
    "      need {state, text}, want {state, text}, offerings [{offering_id, own,\n"
    "        offers, need_met, want_met, nominal, dependable, records}]}]}]\n"
    "\n"
    "exit codes: 0 done, 1 error (no such customer), 2 usage\n"
    "\n"
    "examples\n"
    "  fitmatch explain fit.yaml C1042\n"
    "  fitmatch explain fit.yaml C1042 --offering express,standard\n"
    "  fitmatch explain fit.yaml C1042 C1043 --csv -o two.csv\n"
    "  fitmatch explain fit.yaml C1042 --json | jq -r '.rows[0].words'\n";

enum {
    OPTION_CUSTOMERS = OPTION_FIRST,
    OPTION_ROW,
    OPTION_ALL_ROWS,
    OPTION_OFFERING,
    OPTION_ALL,
    OPTION_JSON,
    OPTION_CSV,
};

static const struct option TABLE[] = {
    {"customers", required_argument, NULL, OPTION_CUSTOMERS},
    {"row", required_argument, NULL, OPTION_ROW},
    {"all-rows", no_argument, NULL, OPTION_ALL_ROWS},
    {"offering", required_argument, NULL, OPTION_OFFERING},
    {"all", no_argument, NULL, OPTION_ALL},
    {"json", no_argument, NULL, OPTION_JSON},
    {"csv", no_argument, NULL, OPTION_CSV},
    {"output", required_argument, NULL, 'o'},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

typedef struct request {
    const char *model;
    names ids;
    const char *customers;
    const char *output; /* NULL: standard output */
    names offerings;
    uint64_t row; /* 0: none asked for */
    bool all_rows, all, json, csv, quiet, help;
} request;

static void parse_option(options *of, int code, request *out) {
    switch (code) {
    case OPTION_CUSTOMERS:
        out->customers = optarg;
        break;
    case OPTION_ROW:
        options_number(of, "--row", optarg, 1, UINT64_MAX - 1, &out->row);
        break;
    case OPTION_ALL_ROWS:
        out->all_rows = true;
        break;
    case OPTION_OFFERING:
        names_add_list(&out->offerings, optarg);
        if (out->offerings.count == 0)
            options_wrong(of, "--offering: name one or more offerings");
        break;
    case OPTION_ALL:
        out->all = true;
        break;
    case OPTION_JSON:
        out->json = true;
        break;
    case OPTION_CSV:
        out->csv = true;
        break;
    case 'o':
        out->output = optarg;
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

static int check_request(options *of, const request *from) {
    for (size_t i = 0; i < from->ids.count; i++) {
        if (text_trim(text_of(from->ids.items[i])).length == 0)
            return options_wrong(of, "which customer? An id is blank");
    }
    if (from->ids.count == 0 && from->row == 0)
        return options_wrong(of, "which customer? Add an id, as in: fitmatch explain fit.yaml C1042");
    if (from->row > 0 && (from->all_rows || from->ids.count > 1))
        return options_wrong(of, from->all_rows ? "--row and --all-rows: choose one"
                                                : "--row goes with one customer");
    if (from->json && from->csv)
        return options_wrong(of, "--json and --csv: choose one");
    if (from->output && !from->json && !from->csv)
        return options_wrong(of, "-o needs --csv or --json");
    return END_DONE;
}

static int parse(options *of, int count, char **arguments, request *out) {
    for (int code; !out->help && !of->failed && (code = options_next(of, count, arguments)) != -1;)
        parse_option(of, code, out);
    if (of->failed)
        return END_USAGE;
    if (out->help)
        return END_DONE;
    out->model = options_model(of, count, arguments, true);
    if (!out->model)
        return END_USAGE;
    for (; optind < count; optind++)
        names_add(&out->ids, arguments[optind], strlen(arguments[optind]));
    if (out->output && strcmp(out->output, "-") == 0)
        out->output = NULL;
    return check_request(of, out);
}

/* The offerings asked for, by their places; NULL after saying which is unknown. */
static size_t *asked_offerings(const session *run, const names *asked) {
    size_t *places = tool_alloc(asked->count, sizeof *places);
    for (size_t i = 0; i < asked->count; i++) {
        places[i] = fm_catalog_find(run->catalog, asked->items[i]);
        if (places[i] != SIZE_MAX)
            continue;
        size_t count = fm_catalog_offering_count(run->catalog);
        const char **known = tool_alloc(count, sizeof *known);
        for (size_t o = 0; o < count; o++)
            known[o] = fm_catalog_offering(run->catalog, o)->id;
        buffer message = {0};
        buffer_add(&message, "no offering ");
        buffer_show(&message, asked->items[i], strlen(asked->items[i]));
        options_suggest(&message, asked->items[i], known, count);
        console_error(run->console, "%s", buffer_string(&message));
        buffer_destroy(&message);
        free(known);
        free(places);
        return NULL;
    }
    return places;
}

/* No more offerings than this can stand beside each other: a column takes a mark, a blank, a character and a
 * gap. */
static size_t most_beside(const terminal *to) {
    return to->width / 5;
}

/* The offerings to show of a row; `places` gets what the caller frees. */
static void choose_offerings(explained *of, const request *from, const size_t *asked, size_t **places) {
    *places = NULL;
    of->offerings = asked;
    of->offering_count = from->offerings.count;
    if (asked)
        return;
    size_t all = fm_catalog_offering_count(of->session->catalog);
    if (from->json || from->csv) {
        *places = tool_alloc(all, sizeof **places);
        for (size_t i = 0; i < all; i++)
            (*places)[i] = i;
        of->offering_count = all;
    } else {
        *places = explain_rank(of, from->all ? all : most_beside(&of->session->console->out),
                               &of->offering_count, &of->least);
        of->folds = !from->all;
    }
    of->offerings = *places;
}

static json_t *document(const session *run) {
    json_t *root = js_object();
    js_put(root, "command", js_string("explain"));
    js_put(root, "schema", js_count(1));
    js_put(root, "version", js_string(fm_version()));
    js_put(root, "customers", js_string(session_customers_name(run)));
    js_put(root, "rows", js_array());
    return root;
}

/* Where the explanations go. */
typedef struct writer {
    const request *from;
    fm_output *table;
    json_t *document;
} writer;

/* Explains one row. */
static fm_status write_row(writer *to, explained *one, const size_t *asked, bool first, fm_error *error) {
    size_t *places;
    fm_status status = FM_OK;
    const terminal *out = &one->session->console->out;
    choose_offerings(one, to->from, asked, &places);
    if (to->document) {
        js_push(json_object_get(to->document, "rows"), explain_json(one));
    } else if (to->table) {
        status = explain_csv(to->table, one, error);
    } else {
        if (!first)
            fputc('\n', out->stream);
        explain_print(one, out, one->rows_with_id > 1 && !to->from->all_rows && to->from->row == 0);
    }
    free(places);
    return status;
}

/* A document on its way into an output. */
typedef struct json_sink {
    fm_output *output;
    fm_status status;
    fm_error *error;
} json_sink;

static int write_piece(const char *bytes, size_t length, void *context) {
    json_sink *to = context;
    to->status = fm_output_write(to->output, bytes, length, to->error);
    return to->status == FM_OK ? 0 : -1;
}

static fm_status write_document(const json_t *document, const char *path, fm_error *error) {
    json_sink to = {.error = error};
    to.status = fm_output_open(path, &to.output, error);
    if (to.status == FM_OK)
        json_dump_callback(document, write_piece, &to, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    if (to.status == FM_OK)
        write_piece("\n", 1, &to);
    if (to.status == FM_OK)
        return fm_output_commit(to.output, error);
    fm_output_discard(to.output);
    return to.status;
}

static fm_status begin(writer *to, const session *run, fm_error *error) {
    if (to->from->json)
        to->document = document(run);
    if (!to->from->csv)
        return FM_OK;
    fm_status status = fm_output_open(to->from->output ? to->from->output : "-", &to->table, error);
    return status == FM_OK ? explain_csv_header(to->table, error) : status;
}

static fm_status finish(writer *to, const session *run, fm_error *error) {
    fm_status status = FM_OK;
    if (to->table)
        status = fm_output_commit(to->table, error);
    to->table = NULL;
    if (to->document && to->from->output)
        status = write_document(to->document, to->from->output, error);
    else if (to->document)
        js_print(json_incref(to->document), run->console->out.stream);
    return status;
}

/* Of a base file only what is looked at is checked: whether all of that is sound. */
static fm_status check_row(const session *run, uint64_t row, fm_error *error) {
    for (size_t i = 0; i < fm_base_column_count(run->base); i++)
        (void)fm_base_cell(run->base, i, row);
    return fm_base_damage(run->base, error);
}

static int explain_rows(const session *run, fm_walk *walk, const request *from, const chosen_rows *rows) {
    size_t *asked = NULL;
    if (from->offerings.count > 0 && !(asked = asked_offerings(run, &from->offerings)))
        return END_ERROR;
    fm_error error;
    writer to = {.from = from};
    fm_status status = begin(&to, run, &error);
    for (size_t i = 0; i < rows->count && status == FM_OK; i++) {
        uint64_t row = rows->items[i].row;
        explained one = {.session = run, .walk = walk, .row = row};
        one.rows_with_id = rows->items[i].rows_with_id;
        one.result = fm_walk_row(walk, row);
        status = check_row(run, row, &error);
        if (status == FM_OK)
            status = write_row(&to, &one, asked, i == 0, &error);
    }
    if (status == FM_OK)
        status = finish(&to, run, &error);
    fm_output_discard(to.table);
    json_decref(to.document);
    free(asked);
    return status == FM_OK ? END_DONE : console_failed(run->console, &error);
}

/* Programs get the first row as people do, and are told elsewhere that there are more. */
static void note_other_rows(const session *run, const request *from, const chosen_rows *rows) {
    if (from->all_rows || from->row > 0 || !(from->json || from->csv))
        return;
    for (size_t i = 0; i < rows->count; i++) {
        char number[NUMBER_BYTES];
        if (rows->items[i].rows_with_id == 1)
            continue;
        buffer line = {0};
        buffer_show(&line, from->ids.items[i], strlen(from->ids.items[i]));
        buffer_addf(&line, " has %s rows, of which the first is explained",
                    number_count(number, rows->items[i].rows_with_id));
        explain_list_rows(&line, run, from->ids.items[i]);
        console_note(run->console, "%s (--all-rows, --row N)", buffer_string(&line));
        buffer_destroy(&line);
    }
}

/* Only the blocks of these rows are worked on, however large the base is. */
static int explain_chosen(session *run, const request *from, const chosen_rows *rows) {
    fm_error error;
    fm_match_options how = {.threads = 1, .no_totals = true};
    if (fm_match(run->base, run->catalog, &how, &run->matches, &error) != FM_OK)
        return console_failed(run->console, &error);
    fm_walk *walk = NULL;
    if (fm_walk_new(run->matches, &walk, &error) != FM_OK)
        return console_failed(run->console, &error);
    console_clear(run->console);
    int code = explain_rows(run, walk, from, rows);
    fm_walk_free(walk);
    if (code == END_DONE)
        note_other_rows(run, from, rows);
    return code;
}

/* Long work must not end in a place that cannot be written to, nor overwrite what was read. */
static int check_output(const session *run, const request *from) {
    fm_error error;
    const char *inputs[] = {run->model_path, session_customers_name(run),
                            fm_workspace_offerings(run->workspace), fm_workspace_history(run->workspace)};
    if (!from->output)
        return END_DONE;
    if (!can_appear(from->output, &error))
        return console_failed(run->console, &error);
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        if (!inputs[i] || !same_file(from->output, inputs[i]) || is_special(from->output))
            continue;
        buffer shown = {0};
        buffer_show(&shown, from->output, strlen(from->output));
        console_error(run->console, "%s is an input of this run: write to another file",
                      buffer_string(&shown));
        buffer_destroy(&shown);
        return END_ERROR;
    }
    return END_DONE;
}

static int run_request(const options *of, const request *from) {
    console to;
    console_init(&to, of->colour, from->quiet);
    session run = {.console = &to,
                   .model_path = from->model,
                   .customers_path = from->customers,
                   .lazy = FM_BASE_ALL_PARTS};
    chosen_rows rows = {0};
    int code = session_open(&run);
    if (code == END_DONE)
        code = check_output(&run, from);
    if (code == END_DONE)
        code = session_open_customers(&run);
    if (code == END_DONE)
        code = session_read(&run, (fm_base_options){0});
    if (code == END_DONE)
        code = explain_choose(&run, &from->ids, from->row, from->all_rows, &rows);
    if (code == END_DONE)
        code = explain_chosen(&run, from, &rows);
    free(rows.items);
    session_close(&run);
    return code;
}

static int run_explain(int count, char **arguments) {
    options of = {.command = "explain", .table = TABLE, .letters = ":o:qh"};
    request wanted = {0};
    int code = parse(&of, count, arguments, &wanted);
    if (wanted.help && code == END_DONE)
        fputs(HELP, stdout);
    else if (code == END_DONE)
        code = run_request(&of, &wanted);
    names_destroy(&wanted.ids);
    names_destroy(&wanted.offerings);
    return code;
}

const command explain_command = {"explain", "Say why, for one customer, in words to read aloud", run_explain};
