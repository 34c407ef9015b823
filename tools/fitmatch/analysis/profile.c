/* fitmatch profile. */
#include "analysis.h"

enum { OPTION_TOP = OPTION_OWN };

static const struct option OWN[] = {{"top", required_argument, NULL, OPTION_TOP}, {NULL, 0, NULL, 0}};

typedef struct wanted {
    uint64_t top;
} wanted;

static bool take(options *of, int code, const char *value, void *to) {
    (void)code;
    return options_number(of, "--top", value, 0, UINT32_MAX, &((wanted *)to)->top);
}

static fm_status report(session *run, const fm_analysis_run *how, void *of, fm_report **out_report,
                        fm_error *error) {
    fm_profile_options asked = {.run = *how, .top = ((const wanted *)of)->top};
    return fm_profile(run->matches, &asked, out_report, error);
}

static const analysis PROFILE = {
    .name = "profile",
    .does = "Describe the ideal customer: what is needed more often by favourites than by\n"
            "others, and which prospects are most like favourites.\n",
    .more = "      --top N            only the N prospects that score highest (default: all)\n",
    .tail = "tables\n"
            "  features    attribute, demand, favourites, others, log_odds, low, high\n"
            "  prospects   customer_id, name, score, raised, lowered\n"
            "\n"
            "log_odds is above 0 where favourites need it more often than others do: +0.7\n"
            "doubles the odds, -0.7 halves them. `low` to `high` is where it lies in 95 of 100\n"
            "cases: if that spans 0, it may be chance. A prospect's score is the sum of the\n"
            "log odds of all that it needs; raised and lowered name what moved it most.\n"
            "\n"
            "The model names the columns: `favourite` marks customers that you would clone,\n"
            "`existing` those that bought already. At least 20 favourites are needed.\n"
            "\n"
            "examples\n"
            "  fitmatch profile fit.yaml\n"
            "  fitmatch profile fit.yaml --top 100 --csv --table prospects -o call-first.csv\n",
    .own = OWN,
    .take = take,
    .wanted_bytes = sizeof(wanted),
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&PROFILE, count, arguments);
}

const command profile_command = {"profile", "What favourites have in common, and who is like them", run};
