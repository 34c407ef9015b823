/* fitmatch segments. */
#include "segments.h"

enum { OPTION_MIN_ROWS = OPTION_OWN, OPTION_ROWS };

static const struct option OWN[] = {
    {"min-rows", required_argument, NULL, OPTION_MIN_ROWS},
    {"rows", no_argument, NULL, OPTION_ROWS},
    {NULL, 0, NULL, 0},
};

static bool take(options *of, int code, const char *value, void *wanted) {
    fm_segments_options *to = wanted;
    if (code == OPTION_MIN_ROWS)
        return options_number(of, "--min-rows", value, 1, UINT64_MAX, &to->min_rows);
    return to->members = true;
}

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    fm_segments_options *asked = wanted;
    asked->run = *how;
    return fm_segments(run->matches, asked, out_report, error);
}

static void print(fm_report *made, const session *run, const terminal *to, uint64_t most,
                  const void *wanted) {
    (void)wanted;
    segments_print(made, run, to, most);
}

static const analysis SEGMENTS = {
    .name = "segments",
    .does = "Group the customers that nothing of ours fits by what they miss: how many, how much money, who\n"
            "could serve them instead, and what they ask for.\n",
    .more = "      --min-rows N       only segments of at least N customers\n"
            "      --rows             list the customers of each segment too\n",
    .tail = "tables\n"
            "  segments   segment, unmet, rows, share, money, expected_money, partner, partner_supplier,\n"
            "             partner_rows\n"
            "  demands    segment, attribute, median, tightest, wanted\n"
            "  members    segment, customer_id; empty without --rows\n"
            "\n"
            "A segment's name depends on nothing but what its customers miss, so that it is the same in\n"
            "every run. Share is of the customers that nothing of ours fits.\n"
            "\n"
            "examples\n"
            "  fitmatch segments fit.yaml\n"
            "  fitmatch segments fit.yaml --min-rows 50 --json\n"
            "  fitmatch segments fit.yaml --rows --tables segments\n",
    .own = OWN,
    .take = take,
    .wanted_bytes = sizeof(fm_segments_options),
    .print = print,
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&SEGMENTS, count, arguments);
}

const command segments_command = {"segments", "Why nothing fits: customers by what they miss", run};
