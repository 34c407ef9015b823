/* fitmatch explain: one customer, every attribute, every offering, and what to say. */
#include "explain.h"

#include "commands.h"
#include "numbers.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>

static const char HELP[] = "Explain one customer: the verdict in words to say aloud, and every attribute\n"
                           "against every offering.\n"
                           "\n"
                           "usage: fitmatch explain fit.yaml ID [options]\n"
                           "\n"
                           "      --customers FILE   customers from here instead of those that the model\n"
                           "                         names; - is standard input\n"
                           "      --offering ID,ID   show these offerings only\n"
                           "      --all              show all offerings; else, of more than 12, the 8 that\n"
                           "                         matter most\n"
                           "      --json             as JSON\n"
                           "  -q, --quiet            no warnings and progress\n"
                           "      --color WHEN       auto, always or never (NO_COLOR is honoured)\n"
                           "  -h, --help             this page\n"
                           "\n"
                           "An id that comes several times is explained several times, once for each row.\n"
                           "\n"
                           "JSON, schema 1 (what there is none of is null; nominal, dependable and records\n"
                           "with numbers only):\n"
                           "  command, schema, version, customers, rows [{row, customer_id, columns {...},\n"
                           "    verdict, offering_id, score, unmet [...], gap, refer_to, refer_supplier,\n"
                           "    overpromise, ask, words, attributes [{attribute, label, unit, rule, weight,\n"
                           "      need {state, text}, want {state, text}, offerings [{offering_id, own,\n"
                           "        offers, need_met, want_met, nominal, dependable, records}]}]}]\n"
                           "\n"
                           "exit codes: 0 done, 1 error (no such customer), 2 usage\n"
                           "\n"
                           "examples\n"
                           "  fitmatch explain fit.yaml C1042\n"
                           "  fitmatch explain fit.yaml C1042 --offering express,standard\n"
                           "  fitmatch explain fit.yaml C1042 --json | jq -r '.rows[0].words'\n";

enum { OPTION_CUSTOMERS = OPTION_FIRST, OPTION_OFFERING, OPTION_ALL, OPTION_JSON };

static const struct option TABLE[] = {
    {"customers", required_argument, NULL, OPTION_CUSTOMERS},
    {"offering", required_argument, NULL, OPTION_OFFERING},
    {"all", no_argument, NULL, OPTION_ALL},
    {"json", no_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

#define SHOW_ALL_UP_TO 12
#define SHOW_AT_LEAST 8
#define NEAR_IDS 3

typedef struct request {
    const char *model;
    const char *id;
    const char *customers;
    names offerings;
    bool all, json, quiet, help;
} request;

static int parse(options *of, int count, char **arguments, request *out) {
    for (int code; !out->help && !of->failed && (code = options_next(of, count, arguments)) != -1;) {
        if (code == OPTION_CUSTOMERS)
            out->customers = optarg;
        else if (code == OPTION_OFFERING)
            names_add_list(&out->offerings, optarg);
        else if (code == OPTION_ALL)
            out->all = true;
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
    out->model = options_model(of, count, arguments, true);
    if (!out->model)
        return END_USAGE;
    if (optind >= count)
        return options_wrong(of, "which customer? Add an id, as in: fitmatch explain fit.yaml C1042");
    if (optind + 1 < count)
        return options_wrong(of, "one customer at a time, please");
    out->id = arguments[optind];
    return END_DONE;
}

typedef struct near_id {
    char *id;
    size_t distance;
} near_id;

/* Keeps the nearest few ids, each once, the nearest first. */
static void offer_near(near_id *near, fm_text id, size_t distance) {
    for (size_t i = 0; i < NEAR_IDS; i++) {
        if (near[i].id && text_equal(text_of(near[i].id), id))
            return;
    }
    for (size_t i = 0; i < NEAR_IDS; i++) {
        if (near[i].id && near[i].distance <= distance)
            continue;
        free(near[NEAR_IDS - 1].id);
        memmove(near + i + 1, near + i, (NEAR_IDS - 1 - i) * sizeof *near);
        near[i] = (near_id){tool_copy(id.bytes, id.length), distance};
        return;
    }
}

static int unknown_customer(const session *run, const char *id) {
    near_id near[NEAR_IDS] = {{NULL, 0}};
    fm_text wanted = text_trim(text_of(id));
    size_t most = wanted.length < 4 ? 1 : 2;
    for (uint64_t row = 0; row < fm_base_row_count(run->base); row++) {
        fm_text candidate = text_trim(fm_base_id(run->base, row));
        size_t distance = text_distance(wanted, candidate, most);
        if (distance <= most)
            offer_near(near, candidate, distance);
    }
    buffer message = {0};
    buffer_add(&message, "no customer ");
    buffer_show(&message, id, strlen(id));
    buffer_add(&message, " in ");
    const char *file = session_customers_name(run);
    buffer_show(&message, file, strlen(file));
    for (size_t i = 0; i < NEAR_IDS; i++) {
        if (!near[i].id)
            continue;
        buffer_add(&message, i ? ", " : "; near it: ");
        buffer_show(&message, near[i].id, strlen(near[i].id));
        free(near[i].id);
    }
    uint64_t aside = fm_base_reject_count(run->base);
    char number[NUMBER_BYTES];
    if (aside > 0)
        buffer_addf(&message, "; %s %s set aside, which `fitmatch check` lists", number_count(number, aside),
                    aside == 1 ? "row was" : "rows were");
    console_error(run->console, "%s", buffer_string(&message));
    buffer_destroy(&message);
    return END_ERROR;
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

typedef struct candidate {
    size_t offering;
    size_t rank; /* 0: part of the verdict; else more with every need that it does not meet, own before
                    partners */
} candidate;

static int by_rank(const void *a, const void *b) {
    const candidate *left = a;
    const candidate *right = b;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return left->offering < right->offering ? -1 : left->offering > right->offering;
}

static int by_place(const void *a, const void *b) {
    size_t left = *(const size_t *)a;
    size_t right = *(const size_t *)b;
    return left < right ? -1 : left > right;
}

/* All offerings, or of very many the ones in the verdict and then the nearest, in the order of the table. */
static size_t *chosen_offerings(const explained *of, bool all, size_t *out_count) {
    size_t count = fm_catalog_offering_count(of->session->catalog);
    candidate *ranked = tool_alloc(count, sizeof *ranked);
    uint32_t *unmet = tool_alloc(of->session->model->attribute_count, sizeof *unmet);
    for (size_t i = 0; i < count; i++) {
        bool named = i == of->result.own || i == of->result.refer_to || i == of->result.overpromise;
        size_t lacks = fm_walk_unmet(of->walk, of->row, i, unmet);
        size_t partner = !fm_catalog_offering(of->session->catalog, i)->own;
        ranked[i] = (candidate){i, named ? 0 : 1 + 2 * lacks + partner};
    }
    free(unmet);
    size_t shown = all || count <= SHOW_ALL_UP_TO ? count : SHOW_AT_LEAST;
    if (shown < count)
        qsort(ranked, count, sizeof *ranked, by_rank);
    size_t *places = tool_alloc(shown, sizeof *places);
    for (size_t i = 0; i < shown; i++)
        places[i] = ranked[i].offering;
    qsort(places, shown, sizeof *places, by_place);
    free(ranked);
    *out_count = shown;
    return places;
}

static void print_heading(const explained *of, const terminal *to) {
    const fm_base *base = of->session->base;
    size_t name_column = session_role_column(of->session, FM_ROLE_NAME);
    char number[NUMBER_BYTES];
    buffer line = {0};
    explain_customer(&line, of);
    fprintf(to->stream, "%s%s%s", terminal_style(to, STYLE_BOLD), buffer_string(&line),
            terminal_style(to, STYLE_PLAIN));
    buffer_clear(&line);
    fm_text id = fm_base_id(base, of->row);
    buffer_show(&line, id.bytes, id.length);
    fprintf(to->stream, "  (%s, row %s)\n", buffer_string(&line), number_count(number, of->row + 1));
    buffer_clear(&line);
    for (size_t i = 0; i < fm_base_column_count(base); i++) {
        fm_text cell = text_trim(fm_base_cell(base, i, of->row));
        if (i == name_column || cell.length == 0)
            continue;
        const char *name = fm_base_column_name(base, i);
        buffer_add(&line, line.length ? ", " : "");
        buffer_show(&line, name, strlen(name));
        buffer_add(&line, ": ");
        buffer_show(&line, cell.bytes, cell.length);
    }
    terminal_paragraph(to, buffer_string(&line), 0);
    buffer_destroy(&line);
}

static void print_explained(const explained *of, const terminal *to) {
    static const style styles[] = {STYLE_GOOD, STYLE_HINT, STYLE_CARE, STYLE_BAD};
    static const char *const verdicts[] = {"FIT", "ASK", "REFER", "WALK AWAY"};
    print_heading(of, to);
    fprintf(to->stream, "\n%s%s%s, score %u of 100\n\n", terminal_style(to, styles[of->result.verdict]),
            verdicts[of->result.verdict], terminal_style(to, STYLE_PLAIN), of->result.score);
    buffer words = {0};
    explain_words(&words, of);
    for (char *line = words.bytes, *end; line && *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        terminal_paragraph(to, line, 2);
    }
    buffer_destroy(&words);
    fputc('\n', to->stream);
    explain_tables(of, to);
    size_t count = fm_catalog_offering_count(of->session->catalog);
    if (of->offering_count < count)
        fprintf(to->stream, "\n  %zu of %zu offerings shown; --all shows all, --offering ID chooses\n",
                of->offering_count, count);
}

static json_t *document(const session *run) {
    json_t *root = js_object();
    js_put(root, "command", js_string("explain"));
    js_put(root, "schema", js_count(1));
    js_put(root, "version", js_string(fm_version()));
    js_put(root, "customers", js_string(session_customers_name(run)));
    return root;
}

/* Explains every row of the id. */
static int explain_rows(const session *run, fm_walk *walk, const request *from) {
    size_t *asked = NULL;
    if (from->offerings.count > 0 && !(asked = asked_offerings(run, &from->offerings)))
        return END_ERROR;
    json_t *rows = from->json ? js_array() : NULL;
    uint64_t row = fm_base_find(run->base, from->id, 0);
    for (bool first = true; row != UINT64_MAX; first = false) {
        explained one = {run, walk, row, fm_walk_row(walk, row), asked, from->offerings.count};
        size_t *chosen = asked ? NULL : chosen_offerings(&one, from->all, &one.offering_count);
        one.offerings = asked ? asked : chosen;
        if (!rows && !first)
            fprintf(run->console->out.stream, "\n");
        if (rows)
            js_push(rows, explain_json(&one));
        else
            print_explained(&one, &run->console->out);
        free(chosen);
        row = fm_base_find(run->base, from->id, row + 1);
    }
    if (rows) {
        json_t *root = document(run);
        js_put(root, "rows", rows);
        js_print(root, run->console->out.stream);
    }
    free(asked);
    return END_DONE;
}

static int explain_customer_id(session *run, const request *from) {
    if (fm_base_find(run->base, from->id, 0) == UINT64_MAX)
        return unknown_customer(run, from->id);
    int code = session_match(run, 0, FM_INSTRUCTION_SET_AUTO);
    if (code != END_DONE)
        return code;
    fm_error error;
    fm_walk *walk = NULL;
    if (fm_walk_new(run->matches, &walk, &error) != FM_OK)
        return console_failed(run->console, &error);
    console_clear(run->console);
    code = explain_rows(run, walk, from);
    fm_walk_free(walk);
    return code;
}

static int run_explain(int count, char **arguments) {
    options of = {.command = "explain", .table = TABLE, .letters = ":qh"};
    request wanted = {0};
    int code = parse(&of, count, arguments, &wanted);
    if (wanted.help && code == END_DONE)
        fputs(HELP, stdout);
    else if (code == END_DONE) {
        console to;
        console_init(&to, of.colour, wanted.quiet);
        session run = {.console = &to, .model_path = wanted.model, .customers_path = wanted.customers};
        code = session_open(&run);
        if (code == END_DONE)
            code = session_open_customers(&run);
        if (code == END_DONE)
            code = session_read(&run, (fm_base_options){0});
        if (code == END_DONE)
            code = explain_customer_id(&run, &wanted);
        session_close(&run);
    }
    names_destroy(&wanted.offerings);
    return code;
}

const command explain_command = {"explain", "Say why, for one customer, in words to read aloud", run_explain};
