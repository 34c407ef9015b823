/* fitmatch promises. */
#include "promises.h"

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    (void)how;
    (void)wanted;
    return fm_promises(run->catalog, out_report, error);
}

static void print(fm_report *made, const session *run, const terminal *to, uint64_t most,
                  const void *wanted) {
    (void)wanted;
    promises_print(made, run, to, most);
}

static const analysis PROMISES = {
    .name = "promises",
    .does = "Show which promises are kept: what each offering promises, what the delivery\n"
            "records say it dependably delivers, and how many of them kept the promise.\n",
    .more = "",
    .tail = "table\n"
            "  promises   offering_id, attribute, nominal, dependable, records, kept_records,\n"
            "             kept_share, state\n"
            "\n"
            "states\n"
            "  kept               enough of the records kept the promise (promise: percentile\n"
            "                     in the model, 95 of 100 unless it says otherwise)\n"
            "  broken             too few of them did: customers are matched against what is\n"
            "                     dependable, not against the promise\n"
            "  better             more is delivered than promised: say so\n"
            "  too few records    fewer than min_records: the promise is believed\n"
            "\n"
            "On the screen promises of your own come first: the broken ones, the fewest kept first,\n"
            "then better, kept, and those with too few records; CSV and JSON have the order of the\n"
            "offerings.\n"
            "\n"
            "Customers are not read: only the offerings and the delivery records (history).\n"
            "\n"
            "examples\n"
            "  fitmatch promises fit.yaml\n"
            "  fitmatch promises fit.yaml --csv -o promises.csv\n",
    .needs_no_customers = true,
    .print = print,
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&PROMISES, count, arguments);
}

const command promises_command = {"promises", "Which promises the delivery records bear out", run};
