/* fitmatch roadmap. */
#include "roadmap.h"

#include <string.h>

enum { OPTION_PLAN = OPTION_OWN, OPTION_BY, OPTION_COST, OPTION_TOP };

static const struct option OWN[] = {
    {"plan", required_argument, NULL, OPTION_PLAN},
    {"by", required_argument, NULL, OPTION_BY},
    {"cost", required_argument, NULL, OPTION_COST},
    {"top", required_argument, NULL, OPTION_TOP},
    {NULL, 0, NULL, 0},
};

typedef struct wish {
    uint64_t plan;
    uint64_t top;
    fm_roadmap_by by;
    const char *cost;
    fm_roadmap_costs *costs; /* what `cost` says; NULL without it */
} wish;

static void take_by(options *of, const char *value, wish *out) {
    static const char *const known[] = {"rows", "money", "expected_money"};
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(known[i], value) == 0) {
            out->by = (fm_roadmap_by)i;
            return;
        }
    }
    buffer message = {0};
    buffer_add(&message, "--by ");
    buffer_show(&message, value, strlen(value));
    buffer_add(&message, ": rows, money or expected_money");
    options_suggest(&message, value, known, 3);
    options_wrong(of, "%s", buffer_string(&message));
    buffer_destroy(&message);
}

static bool take(options *of, int code, const char *value, void *wanted) {
    wish *w = wanted;
    if (code == OPTION_PLAN)
        options_number(of, "--plan", value, 1, 1000000, &w->plan);
    else if (code == OPTION_TOP)
        options_number(of, "--top", value, 1, UINT64_MAX, &w->top);
    else if (code == OPTION_BY)
        take_by(of, value, w);
    else
        w->cost = value;
    return !of->failed;
}

static fm_status read_costs(const session *run, const char *path, fm_roadmap_costs **out_costs,
                            fm_error *error) {
    fm_table *table;
    const fm_csv_options csv = {.delimiter = run->model->delimiter};
    fm_status status = fm_table_open_csv(path, &csv, &table, error);
    if (status != FM_OK)
        return status;
    status = fm_roadmap_costs_read(run->catalog, table, &run->console->faults, out_costs, error);
    fm_table_free(table);
    return status;
}

static fm_status check(session *run, void *wanted, fm_error *error) {
    wish *w = wanted;
    return w->cost ? read_costs(run, w->cost, &w->costs, error) : FM_OK;
}

static void destroy(void *wanted) {
    fm_roadmap_costs_free(((wish *)wanted)->costs);
}

/* What something costs is asked of changes one by one. */
static bool is_brief(const session *run, const wish *w) {
    return run->brief && !w->cost;
}

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    const wish *w = wanted;
    fm_roadmap_options asked = {.run = *how, .plan = w->plan, .by = w->by, .top = w->top};
    if (is_brief(run, w))
        asked.top = 0; /* lines are counted, and a line stands for several changes */
    if (w->costs)
        asked.costs = fm_roadmap_costs_list(w->costs, &asked.cost_count);
    return fm_roadmap(run->matches, &asked, out_report, error);
}

static void print(fm_report *made, const session *run, const terminal *to, uint64_t most,
                  const void *wanted) {
    const wish *w = wanted;
    /* Who asks for a number of changes wants to see them. */
    most = w->top > 0 ? w->top : most;
    if (is_brief(run, w) && fm_report_row_count(made, 0) > 0)
        roadmap_print(made, run, to, most, w->by);
    else
        report_print(made, run, to, most);
}

static const analysis ROADMAP = {
    .name = "roadmap",
    .does = "Find the one change of an offering of yours that would win most customers of those whom\n"
            "nothing fits, counting only customers who miss nothing else.\n",
    .more = "      --plan K           the best changes in a row, each counted after those before\n"
            "      --by WHAT          most first of rows (the default), money, expected_money\n"
            "      --cost FILE        weigh only these changes, by what is won for their cost:\n"
            "                         a table with the columns offering, attribute, value, cost\n"
            "      --top N            list only so many changes\n",
    .tail = "tables\n"
            "  changes    offering_id, attribute, from, to, rows, money, expected_money, cost,\n"
            "             per_cost\n"
            "  plan       step, offering_id, attribute, from, to, rows, money, expected_money,\n"
            "             cost, total_rows, total_money, total_expected_money, total_cost\n"
            "\n"
            "On the screen an offering and an attribute have one line: the change that wins most\n"
            "customers (or what --by says), and of those the smallest. `Half at` is the smallest\n"
            "change of a number that wins at least half of that, `Others` counts the changes not\n"
            "shown. --all, --cost, --csv and --json give every change.\n"
            "\n"
            "examples\n"
            "  fitmatch roadmap fit.yaml\n"
            "  fitmatch roadmap fit.yaml --plan 5 --by expected_money\n"
            "  fitmatch roadmap fit.yaml --cost quotes.csv --plan 3 --csv --table plan\n",
    .own = OWN,
    .take = take,
    .wanted_bytes = sizeof(wish),
    .destroy = destroy,
    .check = check,
    .print = print,
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&ROADMAP, count, arguments);
}

const command roadmap_command = {"roadmap", "Which change of an offering would win most", run};
