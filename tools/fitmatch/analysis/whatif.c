/* fitmatch whatif. */
#include "analysis.h"

#include <stdlib.h>
#include <string.h>

enum { OPTION_CHANGE = OPTION_OWN, OPTION_ADD, OPTION_DROP, OPTION_ROWS };

static const struct option OWN[] = {
    {"set", required_argument, NULL, OPTION_CHANGE},
    {"add", required_argument, NULL, OPTION_ADD},
    {"drop", required_argument, NULL, OPTION_DROP},
    {"rows", no_argument, NULL, OPTION_ROWS},
    {NULL, 0, NULL, 0},
};

typedef struct wish {
    names sets;
    names drop_lists;
    names drops;  /* the same as ids */
    names pieces; /* offerings and attributes of the sets */
    const char *add;
    bool rows;
    fm_catalog *after;
} wish;

static bool take(options *of, int code, const char *value, void *wanted) {
    wish *w = wanted;
    if (code == OPTION_ROWS)
        w->rows = true;
    else if (code == OPTION_CHANGE)
        names_add(&w->sets, value, strlen(value));
    else if (code == OPTION_DROP)
        names_add(&w->drop_lists, value, strlen(value));
    else if (w->add)
        options_wrong(of, "--add: one table at a time");
    else
        w->add = value;
    return !of->failed;
}

static void destroy(void *wanted) {
    wish *w = wanted;
    names_destroy(&w->sets);
    names_destroy(&w->drop_lists);
    names_destroy(&w->drops);
    names_destroy(&w->pieces);
    fm_catalog_free(w->after);
    w->after = NULL;
}

/* --- what --set says --- */

static size_t find_attribute(const session *run, fm_text name) {
    for (size_t a = 0; a < run->model->attribute_count; a++)
        if (text_equal(text_of(run->model->attributes[a].name), name))
            return a;
    return SIZE_MAX;
}

static size_t find_offering(const session *run, fm_text id) {
    for (size_t o = 0; o < fm_catalog_offering_count(run->catalog); o++)
        if (text_equal(text_of(fm_catalog_offering(run->catalog, o)->id), id))
            return o;
    return SIZE_MAX;
}

/* A way to cut OFFERING.ATTRIBUTE=VALUE into pieces. */
typedef struct cut {
    fm_text offering;
    fm_text attribute;
    fm_text value;
} cut;

/* How well a cut can be meant: an offering that exists, with an attribute that exists. */
static unsigned sense_of(const session *run, const cut *of) {
    bool offering = find_offering(run, of->offering) != SIZE_MAX;
    bool attribute = find_attribute(run, of->attribute) != SIZE_MAX;
    return offering && attribute ? 3 : attribute ? 2 : offering;
}

/* The cut that makes most sense; ids and names may hold dots and equals signs themselves. Returns how many
 * there are that exist, or 0 with the nearest one; *out is untouched where there is none at all. */
static size_t find_cut(const session *run, const char *text, cut *out) {
    size_t found = 0;
    unsigned best = 0;
    bool first = true;
    for (const char *dot = strchr(text, '.'); dot; dot = strchr(dot + 1, '.'))
        for (const char *equals = strchr(dot, '='); equals; equals = strchr(equals + 1, '=')) {
            cut at = {text_trim((fm_text){text, (size_t)(dot - text)}),
                      text_trim((fm_text){dot + 1, (size_t)(equals - dot - 1)}),
                      text_trim(text_of(equals + 1))};
            unsigned sense = sense_of(run, &at);
            found += sense == 3;
            if (first || sense > best)
                *out = at;
            best = sense > best ? sense : best;
            first = false;
        }
    return found;
}

/* Says what is wrong with a --set that no offering and attribute fit. */
static fm_status fail_set(const session *run, const char *text, const cut *nearest, size_t found,
                          fm_error *error) {
    buffer message = {0};
    const char *known[64];
    size_t count = 0;
    buffer_add(&message, "--set ");
    buffer_show(&message, text, strlen(text));
    if (!nearest->offering.bytes) {
        buffer_add(&message, ": write OFFERING.ATTRIBUTE=VALUE");
    } else if (found > 1) {
        buffer_add(&message, ": more than one offering and attribute could be meant");
    } else if (find_offering(run, nearest->offering) == SIZE_MAX) {
        buffer_add(&message, ": there is no offering `");
        buffer_show(&message, nearest->offering.bytes, nearest->offering.length);
        buffer_add(&message, "`");
        char *wanted = tool_copy(nearest->offering.bytes, nearest->offering.length);
        for (; count < 64 && count < fm_catalog_offering_count(run->catalog); count++)
            known[count] = fm_catalog_offering(run->catalog, count)->id;
        options_suggest(&message, wanted, known, count);
        free(wanted);
    } else {
        buffer_add(&message, ": there is no attribute `");
        buffer_show(&message, nearest->attribute.bytes, nearest->attribute.length);
        buffer_add(&message, "`");
        char *wanted = tool_copy(nearest->attribute.bytes, nearest->attribute.length);
        for (; count < 64 && count < run->model->attribute_count; count++)
            known[count] = run->model->attributes[count].name;
        options_suggest(&message, wanted, known, count);
        free(wanted);
    }
    analysis_wrong(error, buffer_string(&message));
    buffer_destroy(&message);
    return FM_ERROR_ARGUMENT;
}

static fm_status parse_sets(const session *run, wish *w, fm_catalog_set *out_sets, fm_error *error) {
    for (size_t i = 0; i < w->sets.count; i++) {
        cut at = {0};
        size_t found = find_cut(run, w->sets.items[i], &at);
        if (found != 1)
            return fail_set(run, w->sets.items[i], &at, found, error);
        names_add(&w->pieces, at.offering.bytes, at.offering.length);
        names_add(&w->pieces, at.attribute.bytes, at.attribute.length);
        out_sets[i].value = at.value;
    }
    for (size_t i = 0; i < w->sets.count; i++) {
        out_sets[i].offering = w->pieces.items[2 * i];
        out_sets[i].attribute = w->pieces.items[2 * i + 1];
    }
    return FM_OK;
}

/* What is the id of an offering as a whole is no list, whatever commas it has. */
static void parse_drops(const session *run, wish *w) {
    for (size_t i = 0; i < w->drop_lists.count; i++) {
        const char *list = w->drop_lists.items[i];
        if (find_offering(run, text_trim(text_of(list))) == SIZE_MAX) {
            names_add_list(&w->drops, list);
        } else {
            fm_text id = text_trim(text_of(list));
            names_add(&w->drops, id.bytes, id.length);
        }
    }
}

/* --- the run --- */

/* Keeps the first fault that has no file: one of what was typed. */
typedef struct typed_fault {
    const fm_faults *next;
    fm_error first;
    bool found;
} typed_fault;

static void report_fault(void *context, const fm_error *fault) {
    typed_fault *t = context;
    if (fault->file[0] != '\0' || fault->line > 0) {
        t->next->report(t->next->context, fault);
    } else if (!t->found) {
        t->first = *fault;
        t->found = true;
    }
}

static fm_status change_catalog(session *run, wish *w, const fm_catalog_set *sets, fm_error *error) {
    fm_table *add = NULL;
    const fm_csv_options csv = {.delimiter = run->model->delimiter};
    if (w->add && fm_table_open_csv(w->add, &csv, &add, error) != FM_OK)
        return error->status;
    typed_fault typed = {.next = &run->console->faults};
    fm_faults faults = {.report = report_fault, .context = &typed};
    fm_catalog_change_options change = {.sets = sets,
                                        .set_count = w->sets.count,
                                        .add = add,
                                        .drops = (const char *const *)w->drops.items,
                                        .drop_count = w->drops.count};
    fm_status status = fm_catalog_change(run->catalog, &change, &faults, &w->after, error);
    fm_table_free(add);
    if (status == FM_ERROR_INPUT && typed.found) {
        buffer message = {0};
        buffer_addf(&message, "--%s", typed.first.message);
        analysis_wrong(error, buffer_string(&message));
        buffer_destroy(&message);
        return FM_ERROR_ARGUMENT;
    }
    return status;
}

static fm_status check(session *run, void *wanted, fm_error *error) {
    wish *w = wanted;
    fm_catalog_set *sets = tool_alloc(w->sets.count + 1, sizeof *sets);
    fm_status status = FM_OK;
    if (w->sets.count + w->drop_lists.count == 0 && !w->add) {
        analysis_wrong(error, "what changes? Give --set, --add or --drop");
        status = FM_ERROR_ARGUMENT;
    }
    if (status == FM_OK)
        status = parse_sets(run, w, sets, error);
    parse_drops(run, w);
    if (status == FM_OK)
        status = change_catalog(run, w, sets, error);
    free(sets);
    return status;
}

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    const wish *w = wanted;
    const fm_whatif_options how_to = {.run = *how, .customers = w->rows};
    return fm_whatif(run->matches, w->after, &how_to, out_report, error);
}

static const analysis WHATIF = {
    .name = "whatif",
    .does = "Change what is offered, and see before and after: who is won, who is lost, in customers and\n"
            "money. Files stay as they are.\n",
    .more = "      --set OFFERING.ATTRIBUTE=VALUE\n"
            "                         promise and deliver this; the value is written as in the\n"
            "                         table of offerings, blank offers nothing; may be repeated\n"
            "      --add FILE         offer these as well: a table like that of the offerings\n"
            "      --drop ID,...      leave these out; the last ones of your own must stay\n"
            "      --rows             list the customers whose verdict changes\n",
    .tail = "tables\n"
            "  verdicts   verdict, rows_before, rows_after, rows_change, money_before,\n"
            "             money_after, money_change, expected_money_before,\n"
            "             expected_money_after, expected_money_change\n"
            "  flips      from, to, rows, money, expected_money\n"
            "  customers  customer_id, from, to, offering_before, offering_after, value;\n"
            "             with --rows only\n"
            "\n"
            "examples\n"
            "  fitmatch whatif fit.yaml --set express.delivery_hours=24\n"
            "  fitmatch whatif fit.yaml --set 'express.region=North|South|Islands' --rows\n"
            "  fitmatch whatif fit.yaml --add next-year.csv --drop basic,classic --json\n",
    .own = OWN,
    .take = take,
    .wanted_bytes = sizeof(wish),
    .destroy = destroy,
    .check = check,
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&WHATIF, count, arguments);
}

const command whatif_command = {"whatif", "Before and after a change of what is offered", run};
