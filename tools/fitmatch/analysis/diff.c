/* fitmatch diff. */
#include "analysis.h"

#include <inttypes.h>

enum { OPTION_AGAINST = OPTION_OWN };

static const struct option OWN[] = {
    {"against", required_argument, NULL, OPTION_AGAINST},
    {NULL, 0, NULL, 0},
};

typedef struct wish {
    const char *against;
    fm_base *base; /* those that are compared with */
    fm_matches *matches;
} wish;

static bool take(options *of, int code, const char *value, void *wanted) {
    (void)of;
    (void)code;
    ((wish *)wanted)->against = value;
    return true;
}

static void destroy(void *wanted) {
    wish *w = wanted;
    fm_matches_free(w->matches);
    fm_base_free(w->base);
    w->matches = NULL;
    w->base = NULL;
}

static fm_status read_others(session *run, const fm_analysis_run *how, wish *w, fm_error *error) {
    const fm_model *model = fm_workspace_model(run->workspace);
    fm_table *table;
    if (fm_base_is_file(w->against)) {
        const fm_base_open_options opening = {.threads = how->threads, .progress = how->progress};
        return fm_base_open(model, w->against, &opening, &run->console->faults, &w->base, error);
    }
    fm_status status = fm_workspace_open_customers(run->workspace, w->against, how->progress, &table, error);
    if (status != FM_OK)
        return status;
    const fm_base_options reading = {.progress = how->progress, .threads = how->threads};
    status = fm_base_read(model, table, &reading, &run->console->faults, &w->base, error);
    fm_table_free(table);
    return status;
}

/* The customers that are compared with, matched like the others. */
static fm_status match_others(session *run, const fm_analysis_run *how, wish *w, fm_error *error) {
    session others = {.console = run->console,
                      .workspace = run->workspace,
                      .model = run->model,
                      .catalog = run->catalog,
                      .model_path = run->model_path,
                      .customers_path = w->against};
    fm_status status = read_others(run, how, w, error);
    if (status != FM_OK)
        return status;
    run->others_aside = fm_base_reject_count(w->base);
    if (run->others_aside > 0)
        console_note(run->console, "%" PRIu64 " rows of %s could not be read and are left out",
                     run->others_aside, session_customers_name(&others));
    const fm_match_options matching = {.threads = how->threads,
                                       .instruction_set = fm_matches_instruction_set(run->matches),
                                       .progress = how->progress,
                                       .no_totals = true};
    return fm_match(w->base, run->catalog, &matching, &w->matches, error);
}

static fm_status check(session *run, void *wanted, fm_error *error) {
    (void)run;
    return ((const wish *)wanted)->against
               ? FM_OK
               : analysis_wrong(error, "compared with what? Give --against FILE, or name two match tables");
}

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    wish *w = wanted;
    fm_status status = match_others(run, how, w, error);
    return status == FM_OK ? fm_diff(w->matches, run->matches, how, out_report, error) : status;
}

static fm_status report_tables(session *run, const char *const *paths, const fm_analysis_run *how,
                               void *wanted, fm_report **out_report, fm_error *error) {
    const fm_csv_options csv = {.progress = how->progress};
    fm_table *tables[2] = {NULL, NULL};
    fm_status status = FM_OK;
    if (((wish *)wanted)->against)
        return analysis_wrong(error, "--against goes with a model");
    for (size_t i = 0; status == FM_OK && i < 2; i++)
        status = fm_table_open_csv(paths[i], &csv, &tables[i], error);
    if (status == FM_OK)
        status = fm_diff_tables(tables[0], tables[1], &run->console->faults, out_report, error);
    fm_table_free(tables[0]);
    fm_table_free(tables[1]);
    return status;
}

static const analysis DIFF = {
    .name = "diff",
    .does = "Compare two runs by the customers' ids: whose verdict changed, from what to what, and why.\n",
    .usage = "diff before.csv after.csv [options]",
    .more = "      --against FILE     with a model: the customers before, a table; those of now are\n"
            "                         the model's, or those of --customers\n",
    .tail = "An id that comes several times is compared first with first, second with second.\n"
            "\n"
            "tables\n"
            "  transitions  from, to, rows; blank where the customer is not in that run\n"
            "  attributes   attribute, newly_unmet, no_longer_unmet\n"
            "  customers    customer_id, from, to, newly_unmet, no_longer_unmet\n"
            "\n"
            "examples\n"
            "  fitmatch diff monday.csv friday.csv\n"
            "  fitmatch diff fit.yaml --against last-year.csv\n"
            "  fitmatch diff fit.yaml --customers new.csv --against old.csv --json\n",
    .own = OWN,
    .take = take,
    .wanted_bytes = sizeof(wish),
    .destroy = destroy,
    .check = check,
    .report = report,
    .report_tables = report_tables,
};

static int run(int count, char **arguments) {
    return analysis_run(&DIFF, count, arguments);
}

const command diff_command = {"diff", "Whose verdict changed between two runs", run};
