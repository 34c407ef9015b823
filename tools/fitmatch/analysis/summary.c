/* fitmatch summary. */
#include "analysis.h"

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    (void)wanted;
    return fm_summary(run->matches, how, out_report, error);
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
    .report = report,
    .lazy = FM_BASE_TEXTS,
};

static int run(int count, char **arguments) {
    return analysis_run(&SUMMARY, count, arguments);
}

const command summary_command = {"summary", "Customers and money by verdict and stage", run};
