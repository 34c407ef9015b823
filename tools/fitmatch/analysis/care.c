/* fitmatch care. */
#define _GNU_SOURCE
#include "analysis.h"

#include <string.h>
#include <time.h>

enum { OPTION_TODAY = OPTION_OWN };

static const struct option OWN[] = {{"today", required_argument, NULL, OPTION_TODAY}, {NULL, 0, NULL, 0}};

typedef struct wanted {
    char today[sizeof "YYYY-MM-DD"]; /* "": ask the clock */
} wanted;

/* A date is one when counting its day from the epoch and back gives the same text. */
static bool is_date(const char *text) {
    struct tm day = {0};
    char again[64];
    const char *end = strlen(text) == sizeof "YYYY-MM-DD" - 1 ? strptime(text, "%Y-%m-%d", &day) : NULL;
    if (!end || *end != '\0')
        return false;
    (void)timegm(&day);
    (void)snprintf(again, sizeof again, "%04d-%02d-%02d", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
    return strcmp(again, text) == 0;
}

static bool take(options *of, int code, const char *value, void *to) {
    (void)code;
    wanted *w = to;
    if (!is_date(value)) {
        buffer shown = {0};
        buffer_show(&shown, value, strlen(value));
        options_wrong(of, "--today %s: not a date like 2026-03-31", buffer_string(&shown));
        buffer_destroy(&shown);
        return false;
    }
    memcpy(w->today, value, sizeof w->today);
    return true;
}

static fm_status report(session *run, const fm_analysis_run *how, void *of, fm_report **out_report,
                        fm_error *error) {
    wanted *w = of;
    time_t now = time(NULL);
    struct tm day;
    if (w->today[0] == '\0' && gmtime_r(&now, &day))
        (void)strftime(w->today, sizeof w->today, "%Y-%m-%d", &day);
    fm_care_options asked = {.run = *how, .today = w->today};
    return fm_care(run->matches, &asked, out_report, error);
}

static const analysis CARE = {
    .name = "care",
    .does = "Look after existing customers: how long ago they bought, whether they fit what\n"
            "is offered today, and what they need in each phase.\n",
    .more = "      --today DATE       count days until then, YYYY-MM-DD (default: today, UTC)\n",
    .tail = "tables\n"
            "  phases      phase, verdict, rows, money, expected_money\n"
            "  needs       phase, attribute, stated_rows, unmet_rows\n"
            "  customers   customer_id, name, owner, since, days, phase, verdict, gap\n"
            "\n"
            "phases\n"
            "  novelty         0 to 30 days since the purchase\n"
            "  learning        31 to 90 days: when motivation dips, and help is worth most\n"
            "  effectiveness   91 days and more\n"
            "  not_yet         the date of purchase is still to come\n"
            "  unknown         there is no date of purchase\n"
            "\n"
            "The model names the columns: `existing` says who is a customer, `since` when they\n"
            "bought. Without the first, all with a date are customers.\n"
            "\n"
            "examples\n"
            "  fitmatch care fit.yaml\n"
            "  fitmatch care fit.yaml --today 2026-03-31 --csv --table customers -o care.csv\n",
    .own = OWN,
    .take = take,
    .wanted_bytes = sizeof(wanted),
    .report = report,
};

static int run(int count, char **arguments) {
    return analysis_run(&CARE, count, arguments);
}

const command care_command = {"care", "Existing customers by days since purchase", run};
