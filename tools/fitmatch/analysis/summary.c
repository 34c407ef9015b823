/* fitmatch summary. */
#include "analysis.h"

typedef struct wanted {
    fm_summing *summing;
} wanted;

static fm_status add(session *run, const fm_analysis_run *how, void *of, fm_error *error) {
    wanted *to = of;
    fm_status status = FM_OK;
    if (!to->summing)
        status = fm_summing_new(fm_workspace_model(run->workspace), &to->summing, error);
    return status == FM_OK ? fm_summing_add(to->summing, run->matches, how, error) : status;
}

static fm_status report(session *run, const fm_analysis_run *how, void *of, fm_report **out_report,
                        fm_error *error) {
    (void)run;
    (void)how;
    return fm_summing_report(((wanted *)of)->summing, out_report, error);
}

static void destroy(void *of) {
    fm_summing_free(((wanted *)of)->summing);
}

static const analysis SUMMARY = {
    .name = "summary",
    .does = "Count customers and money: by verdict, and by stage of the sale and verdict.\n",
    .more = "",
    .tail = "tables\n"
            "  verdicts   verdict, rows, share, money, expected_money\n"
            "  stages     stage, verdict, rows, money, expected_money\n"
            "  totals     rows, money, expected_money, fit_share, overpromised_rows\n"
            "\n"
            "Expected money is each customer's value times the chance of its stage.\n"
            "\n"
            "examples\n"
            "  fitmatch summary fit.yaml\n"
            "  fitmatch summary fit.yaml --customers new-leads.csv --json\n"
            "  fitmatch summary fit.yaml --csv --table stages -o stages.csv\n",
    .wanted_bytes = sizeof(wanted),
    .destroy = destroy,
    .add = add,
    .report = report,
    .lazy = FM_BASE_TEXTS,
};

static int run(int count, char **arguments) {
    return analysis_run(&SUMMARY, count, arguments);
}

const command summary_command = {"summary", "Customers and money by verdict and stage", run};
