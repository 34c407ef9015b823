/* fitmatch matrix. */
#include "analysis.h"

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    (void)wanted;
    return fm_matrix(run->matches, how, out_report, error);
}

static const analysis MATRIX = {
    .name = "matrix",
    .does = "Place customers by whether they buy already and how far away what they need is, with a\n"
            "strategy for each place.\n",
    .more = "",
    .tail = "table\n"
            "  cells      customers, reach, strategy, rows, share, money, expected_money\n"
            "\n"
            "  served_today   one of our offerings fits\n"
            "  one_away       none does, but one of ours misses just one need\n"
            "  further        each of ours misses more\n"
            "\n"
            "  manage   keep serving those who buy and are served\n"
            "  extend   offer more to those who buy and are not\n"
            "  adapt    win new customers with what we have\n"
            "  create   new customers who need something new\n"
            "\n"
            "examples\n"
            "  fitmatch matrix fit.yaml\n"
            "  fitmatch matrix fit.yaml --csv -o matrix.csv\n",
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&MATRIX, count, arguments);
}

const command matrix_command = {"matrix", "Existing and new customers by how far we are from serving them",
                                run};
