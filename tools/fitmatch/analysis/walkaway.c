/* fitmatch walkaway. */
#include "walkaway.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_STAGE = OPTION_OWN, OPTION_MIN_VALUE, OPTION_REASON, OPTION_OWNER, OPTION_TOP, OPTION_BY };

static const struct option OWN[] = {
    {"stage", required_argument, NULL, OPTION_STAGE},
    {"min-value", required_argument, NULL, OPTION_MIN_VALUE},
    {"reason", required_argument, NULL, OPTION_REASON},
    {"owner", required_argument, NULL, OPTION_OWNER},
    {"top", required_argument, NULL, OPTION_TOP},
    {"by", required_argument, NULL, OPTION_BY},
    {NULL, 0, NULL, 0},
};

typedef struct wanted {
    fm_walkaway_options options;
    bool by_owner;
} wanted;

static bool take_value(options *of, const char *text, double *out_value) {
    char *end = NULL;
    double value = strtod(text, &end);
    if (end != text && *end == '\0' && isfinite(value) && value >= 0) {
        *out_value = value;
        return true;
    }
    buffer shown = {0};
    buffer_show(&shown, text, strlen(text));
    options_wrong(of, "--min-value %s: not a number of 0 or more", buffer_string(&shown));
    buffer_destroy(&shown);
    return false;
}

static bool take_by(options *of, const char *text, bool *out_by_owner) {
    if (strcmp(text, "owner") == 0)
        return *out_by_owner = true;
    buffer shown = {0};
    buffer_show(&shown, text, strlen(text));
    options_wrong(of, "--by %s: only owner", buffer_string(&shown));
    buffer_destroy(&shown);
    return false;
}

static bool take(options *of, int code, const char *value, void *to) {
    wanted *w = to;
    switch (code) {
    case OPTION_STAGE:
        w->options.stage = value;
        return true;
    case OPTION_MIN_VALUE:
        return take_value(of, value, &w->options.min_value);
    case OPTION_REASON:
        w->options.reason = value;
        return true;
    case OPTION_OWNER:
        w->options.owner = value;
        return true;
    case OPTION_TOP:
        return options_number(of, "--top", value, 1, UINT64_MAX, &w->options.top);
    default:
        return take_by(of, value, &w->by_owner);
    }
}

static bool into_folder(const void *of) {
    return ((const wanted *)of)->by_owner;
}

/* Whether some customer has this owner. */
static bool owner_exists(const session *run, const char *owner) {
    size_t column = session_role_column(run, FM_ROLE_OWNER);
    fm_text name = text_trim(text_of(owner));
    uint64_t rows = fm_base_row_count(run->base);
    bool found = column == SIZE_MAX; /* then a note says what is wrong */
    for (uint64_t row = 0; row < rows && !found; row++)
        found = text_equal(text_trim(fm_base_cell(run->base, column, row)), name);
    return found;
}

/* Nobody of that name: looks for the one who was meant among those who have somebody on the list. */
static fm_status refuse_owner(session *run, const char *owner, fm_error *error) {
    const fm_walkaway_options all = {.top = 1};
    fm_report *report = NULL;
    fm_cell cells[8];
    names known = {0};
    buffer message = {0};
    fm_status status = fm_walkaway(run->matches, &all, &report, error);
    if (status != FM_OK)
        return status;
    size_t table = fm_report_find_table(report, "owners");
    for (uint64_t row = 0; status == FM_OK && row < fm_report_row_count(report, table); row++) {
        status = fm_report_row(report, table, row, cells, error);
        fm_text name = text_trim(cells[0].text);
        if (status == FM_OK && !cells[0].is_null)
            names_add(&known, name.bytes, name.length);
    }
    buffer_add(&message, "--owner ");
    buffer_show(&message, owner, strlen(owner));
    buffer_add(&message, ": no customer has this owner");
    options_suggest(&message, owner, (const char *const *)known.items, known.count);
    *error = (fm_error){.status = FM_ERROR_ARGUMENT};
    snprintf(error->message, sizeof error->message, "%s", buffer_string(&message));
    buffer_destroy(&message);
    names_destroy(&known);
    fm_report_free(report);
    return FM_ERROR_ARGUMENT;
}

static fm_status check(session *run, void *of, fm_error *error) {
    return fm_walkaway_check(fm_workspace_model(run->workspace), &((const wanted *)of)->options, error);
}

static fm_status report(session *run, const fm_analysis_run *how, void *of, fm_report **out_report,
                        fm_error *error) {
    wanted *w = of;
    w->options.run = *how;
    fm_status status = fm_walkaway(run->matches, &w->options, out_report, error);
    if (status != FM_OK || !w->options.owner || fm_report_row_count(*out_report, 0) > 0 ||
        owner_exists(run, w->options.owner))
        return status;
    fm_report_free(*out_report);
    *out_report = NULL;
    return refuse_owner(run, w->options.owner, error);
}

static void print(fm_report *made, const session *run, const terminal *to, uint64_t most, const void *of) {
    /* Who asks for a number of customers wants to see them. */
    walkaway_print(made, run, to, ((const wanted *)of)->options.top > 0 ? 0 : most);
}

static int write_more(session *run, fm_report *made, const char *folder, const void *of) {
    return ((const wanted *)of)->by_owner ? walkaway_write_owners(run, made, folder) : END_DONE;
}

static const analysis WALKAWAY = {
    .name = "walkaway",
    .does = "List the customers that nothing of ours dependably fits: why, whom to refer them to, and which\n"
            "deals overpromise. The most expected money comes first.\n",
    .more = "      --stage STAGE      only customers at this stage of the sale\n"
            "      --min-value MONEY  only customers worth at least that\n"
            "      --reason ATTRIBUTE only customers who miss this\n"
            "      --owner NAME       only the customers of this salesperson\n"
            "      --top N            only the first N\n"
            "      --by owner         a file for each salesperson, in the folder of -o (or\n"
            "                         --tables): OWNER.csv, and no-owner.csv for the others\n",
    .tail = "tables\n"
            "  rows       customer_id, name, owner, stage, value, expected_money, verdict, offering_id,\n"
            "             gap, refer_to, refer_supplier, overpromise\n"
            "  totals     verdict, rows, money, expected_money, overpromised_rows\n"
            "  owners     owner, rows, money, expected_money, overpromised_rows\n"
            "\n"
            "Options that narrow the list go together: all of them must hold. They narrow totals and\n"
            "owners too, --top does not.\n"
            "A deal overpromises if one of our offerings would fit on what it promises, but not on\n"
            "what it delivers: the column overpromise names it.\n"
            "\n"
            "examples\n"
            "  fitmatch walkaway fit.yaml\n"
            "  fitmatch walkaway fit.yaml --stage desire --min-value 10000\n"
            "  fitmatch walkaway fit.yaml --reason region --top 50 --csv -o region.csv\n"
            "  fitmatch walkaway fit.yaml --by owner -o lists\n",
    .own = OWN,
    .take = take,
    .wanted_bytes = sizeof(wanted),
    .print = print,
    .into_folder = into_folder,
    .write_more = write_more,
    .check = check,
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&WALKAWAY, count, arguments);
}

const command walkaway_command = {"walkaway", "Whom to walk away from, why, and whom to refer them to", run};
