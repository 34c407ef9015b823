/* fitmatch deals. */
#include "analysis.h"

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    (void)wanted;
    return fm_deals(run->matches, how, out_report, error);
}

static const analysis DEALS = {
    .name = "deals",
    .does = "Report card of open deals: what each salesperson is offering, and whether it\n"
            "fits the customer.\n",
    .more = "",
    .tail = "tables\n"
            "  owners     owner, deals, fits, overpromises, does_not_fit, referrals, unknown,\n"
            "             money, fits_money, overpromises_money, does_not_fit_money,\n"
            "             referrals_money\n"
            "  deals      customer_id, owner, offered, state, value, unmet, fitting: the deals\n"
            "             that overpromise or do not fit\n"
            "\n"
            "states\n"
            "  fits           the offering dependably meets every need of the customer\n"
            "  overpromises   it would if promises were kept, but they are not\n"
            "  does_not_fit   it would not even then\n"
            "  referral       it is a partner's offering\n"
            "  unknown        there is no offering of that id\n"
            "\n"
            "A deal is a customer with something in the column that the model names as\n"
            "`offered`; `owner` names the salesperson's. `fitting` is what would fit instead.\n"
            "\n"
            "examples\n"
            "  fitmatch deals fit.yaml\n"
            "  fitmatch deals fit.yaml --csv --table deals -o talk-about.csv\n",
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&DEALS, count, arguments);
}

const command deals_command = {"deals", "What each salesperson offers, and whether it fits", run};
