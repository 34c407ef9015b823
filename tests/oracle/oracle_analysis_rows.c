/* summary, walkaway and matrix: counts and lists of rows. */
#include "oracle_analysis.h"

#include <stdlib.h>

static void put_stages(struct oracle_analysis *analysis) {
    oracle_start(analysis, "stages", "stage,verdict,rows,money,expected_money");
    if (!analysis->has_stages) {
        oracle_note(analysis, "no stages");
        return;
    }
    const size_t stages = analysis->model->stage_count;
    for (size_t s = 0; s <= stages; s++) {
        for (int verdict = 0; verdict < ORACLE_VERDICT_COUNT; verdict++) {
            struct oracle_tally tally = {0};
            for (size_t r = 0; r < analysis->case_count; r++) {
                const struct oracle_case *of = &analysis->cases[r];
                const size_t stage = of->stage == ORACLE_NONE ? stages : (size_t)of->stage;
                if (stage == s && (int)of->decision->verdict == verdict)
                    oracle_tally_add(&tally, of);
            }
            if (tally.rows == 0)
                continue;
            oracle_put_text(analysis, s < stages ? analysis->model->stages[s] : oracle_text_of(""));
            oracle_put_verdict(analysis, (enum oracle_verdict)verdict);
            oracle_put_count(analysis, tally.rows);
            oracle_put_money(analysis, &tally);
            oracle_put_expected(analysis, &tally);
            oracle_end_row(analysis);
        }
    }
}

bool oracle_summary(struct oracle_analysis *analysis) {
    struct oracle_tally verdicts[ORACLE_VERDICT_COUNT] = {0};
    struct oracle_tally all = {0};
    uint64_t overpromised = 0;
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        oracle_tally_add(&verdicts[of->decision->verdict], of);
        oracle_tally_add(&all, of);
        overpromised += of->unfit && of->decision->overpromise != NULL ? 1 : 0;
    }
    oracle_start(analysis, "verdicts", "verdict,rows,share,money,expected_money");
    for (int verdict = 0; verdict < ORACLE_VERDICT_COUNT; verdict++) {
        oracle_put_verdict(analysis, (enum oracle_verdict)verdict);
        oracle_put_count(analysis, verdicts[verdict].rows);
        oracle_put_share(analysis, verdicts[verdict].rows, all.rows);
        oracle_put_money(analysis, &verdicts[verdict]);
        oracle_put_expected(analysis, &verdicts[verdict]);
        oracle_end_row(analysis);
    }
    put_stages(analysis);
    oracle_start(analysis, "totals", "rows,money,expected_money,fit_share,overpromised_rows");
    oracle_put_count(analysis, all.rows);
    oracle_put_money(analysis, &all);
    oracle_put_expected(analysis, &all);
    oracle_put_share(analysis, verdicts[ORACLE_FIT].rows, all.rows);
    oracle_put_count(analysis, overpromised);
    oracle_end_row(analysis);
    return true;
}

struct chosen {
    const struct oracle_case **cases;
    size_t count;
};

static bool passes(const struct oracle_analysis *analysis, const struct oracle_case *of) {
    const char *stage = oracle_option(analysis, "--stage", 0);
    const char *reason = oracle_option(analysis, "--reason", 0);
    const char *owner = oracle_option(analysis, "--owner", 0);
    const double least = oracle_option_number(analysis, "--min-value");
    if (!of->unfit)
        return false;
    if (stage != NULL &&
        (of->stage == ORACLE_NONE ||
         !oracle_text_equal_folded(analysis->model->stages[of->stage], oracle_text_of(stage))))
        return false;
    if (of->value < least)
        return false;
    if (owner != NULL && !oracle_text_equal(oracle_role_key(analysis, of, ORACLE_ROLE_OWNER),
                                            oracle_text_trim(oracle_text_of(owner))))
        return false;
    bool has_reason = reason == NULL;
    for (size_t i = 0; i < of->unmet_count; i++)
        if (!has_reason)
            has_reason =
                oracle_text_equal(analysis->model->attributes[of->unmet[i]].name, oracle_text_of(reason));
    return has_reason;
}

static int compare_worth(const void *left, const void *right, void *context) {
    const struct oracle_analysis *analysis = context;
    const struct oracle_case *a = *(const struct oracle_case *const *)left;
    const struct oracle_case *b = *(const struct oracle_case *const *)right;
    const double worth_a = analysis->has_expected ? a->expected : analysis->has_stages ? 0 : a->value;
    const double worth_b = analysis->has_expected ? b->expected : analysis->has_stages ? 0 : b->value;
    if (worth_a != worth_b)
        return worth_a > worth_b ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
}

static void put_walkaway_row(struct oracle_analysis *analysis, const struct oracle_case *of) {
    const struct oracle_decision *decision = of->decision;
    const struct oracle_text none = oracle_text_of("");
    oracle_put_text(analysis, oracle_case_id(analysis, of));
    oracle_put_text(analysis, oracle_role_cell(analysis, of, ORACLE_ROLE_NAME));
    oracle_put_text(analysis, oracle_role_cell(analysis, of, ORACLE_ROLE_OWNER));
    oracle_put_text(analysis, of->stage == ORACLE_NONE ? none : analysis->model->stages[of->stage]);
    oracle_put_number(analysis, analysis->has_money && of->has_value, of->value);
    oracle_put_number(analysis, analysis->has_expected && of->has_value, of->expected);
    oracle_put_verdict(analysis, decision->verdict);
    oracle_put_text(analysis, decision->own->id);
    oracle_put_gap(analysis, of);
    oracle_put_text(analysis, decision->refer_to == NULL ? none : decision->refer_to->id);
    oracle_put_text(analysis, decision->refer_to == NULL ? none : decision->refer_to->supplier);
    oracle_put_text(analysis, decision->overpromise == NULL ? none : decision->overpromise->id);
    oracle_end_row(analysis);
}

static void put_owners(struct oracle_analysis *analysis, struct chosen chosen) {
    oracle_start(analysis, "owners", "owner,rows,money,expected_money,overpromised_rows");
    if (analysis->columns[ORACLE_ROLE_OWNER] == ORACLE_NONE) {
        oracle_note(analysis, "no owners");
        return;
    }
    bool *done = oracle_alloc(analysis->heap, chosen.count, sizeof *done);
    for (size_t i = 0; i < chosen.count; i++) {
        if (done[i])
            continue;
        const struct oracle_text owner = oracle_role_key(analysis, chosen.cases[i], ORACLE_ROLE_OWNER);
        struct oracle_tally tally = {0};
        for (size_t j = i; j < chosen.count; j++) {
            if (!oracle_text_equal(oracle_role_key(analysis, chosen.cases[j], ORACLE_ROLE_OWNER), owner))
                continue;
            done[j] = true;
            oracle_tally_add(&tally, chosen.cases[j]);
        }
        oracle_put_text(analysis, oracle_role_cell(analysis, chosen.cases[i], ORACLE_ROLE_OWNER));
        oracle_put_count(analysis, tally.rows);
        oracle_put_money(analysis, &tally);
        oracle_put_expected(analysis, &tally);
        oracle_put_count(analysis, tally.overpromised);
        oracle_end_row(analysis);
    }
}

bool oracle_walkaway(struct oracle_analysis *analysis) {
    struct chosen chosen = {oracle_alloc(analysis->heap, analysis->case_count, sizeof *chosen.cases), 0};
    struct oracle_tally tallies[ORACLE_VERDICT_COUNT] = {0};
    for (size_t r = 0; r < analysis->case_count; r++) {
        if (!passes(analysis, &analysis->cases[r]))
            continue;
        chosen.cases[chosen.count++] = &analysis->cases[r];
        oracle_tally_add(&tallies[analysis->cases[r].decision->verdict], &analysis->cases[r]);
    }
    oracle_sort(chosen.cases, chosen.count, sizeof(void *), compare_worth, analysis);
    const double top = oracle_option_number(analysis, "--top");
    oracle_start(analysis, "rows",
                 "customer_id,name,owner,stage,value,expected_money,verdict,offering_id,gap,refer_to,"
                 "refer_supplier,overpromise");
    for (size_t i = 0; i < chosen.count && (top == 0 || (double)i < top); i++)
        put_walkaway_row(analysis, chosen.cases[i]);
    oracle_start(analysis, "totals", "verdict,rows,money,expected_money,overpromised_rows");
    for (int verdict = ORACLE_REFER; verdict < ORACLE_VERDICT_COUNT; verdict++) {
        oracle_put_verdict(analysis, (enum oracle_verdict)verdict);
        oracle_put_count(analysis, tallies[verdict].rows);
        oracle_put_money(analysis, &tallies[verdict]);
        oracle_put_expected(analysis, &tallies[verdict]);
        oracle_put_count(analysis, tallies[verdict].overpromised);
        oracle_end_row(analysis);
    }
    put_owners(analysis, chosen);
    return true;
}

/* Whether some own offering misses exactly one need. */
static bool one_away(const struct oracle_analysis *analysis, const struct oracle_row *row) {
    for (size_t o = 0; o < analysis->oracle->offering_count; o++) {
        const struct oracle_offering *offering = &analysis->oracle->offerings[o];
        size_t missed = 0;
        for (size_t n = 0; offering->own && n < row->need_count; n++) {
            const size_t a = row->needs[n].attribute;
            if (!oracle_meets(&analysis->model->attributes[a], &offering->dependable[a], &row->needs[n]))
                missed++;
        }
        if (offering->own && missed == 1)
            return true;
    }
    return false;
}

bool oracle_matrix(struct oracle_analysis *analysis) {
    static const char *const reaches[] = {"served_today", "one_away", "further"};
    static const char *const strategies[2][2] = {{"manage", "extend"}, {"adapt", "create"}};
    struct oracle_tally cells[2][3] = {0};
    if (analysis->columns[ORACLE_ROLE_EXISTING] == ORACLE_NONE)
        oracle_note(analysis, "all customers are new");
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        const size_t reach = !of->unfit ? 0 : one_away(analysis, of->row) ? 1 : 2;
        oracle_tally_add(&cells[of->existing ? 0 : 1][reach], of);
    }
    oracle_start(analysis, "cells", "customers,reach,strategy,rows,share,money,expected_money");
    for (size_t customers = 0; customers < 2; customers++) {
        for (size_t reach = 0; reach < 3; reach++) {
            const struct oracle_tally *tally = &cells[customers][reach];
            oracle_put_string(analysis, customers == 0 ? "existing" : "new");
            oracle_put_string(analysis, reaches[reach]);
            oracle_put_string(analysis, strategies[customers][reach == 0 ? 0 : 1]);
            oracle_put_count(analysis, tally->rows);
            oracle_put_share(analysis, tally->rows, analysis->case_count);
            oracle_put_money(analysis, tally);
            oracle_put_expected(analysis, tally);
            oracle_end_row(analysis);
        }
    }
    return true;
}
