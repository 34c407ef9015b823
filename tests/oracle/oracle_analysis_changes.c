/* whatif: the same customers with another catalog. */
#include "oracle_analysis.h"

#include <stdlib.h>
#include <string.h>

static bool after_prefix(const char *text, struct oracle_text prefix, const char **out_rest) {
    if (strlen(text) < prefix.length || memcmp(text, prefix.bytes, prefix.length) != 0)
        return false;
    *out_rest = text + prefix.length;
    return true;
}

/* Makes one `--set OFFERING.ATTRIBUTE=VALUE`. */
static bool set_value(struct oracle *oracle, const char *change) {
    for (size_t o = 0; o < oracle->offering_count; o++) {
        const char *rest = NULL;
        if (!after_prefix(change, oracle->offerings[o].id, &rest) || *rest != '.')
            continue;
        for (size_t a = 0; a < oracle->model.attribute_count; a++) {
            const char *value = NULL;
            if (!after_prefix(rest + 1, oracle->model.attributes[a].name, &value) || *value != '=')
                continue;
            struct oracle_offer offer;
            const struct oracle_text cell = oracle_text_trim(oracle_text_of(value + 1));
            char *kept = oracle_alloc(&oracle->heap, cell.length, 1);
            memcpy(kept, cell.bytes, cell.length);
            if (!oracle_offer_read(oracle, &oracle->model.attributes[a],
                                   (struct oracle_text){kept, cell.length}, &offer))
                return oracle_fail(oracle, "%s: not a value", change);
            oracle->offerings[o].nominal[a] = offer;
            oracle->offerings[o].dependable[a] = offer;
            return true;
        }
    }
    return oracle_fail(oracle, "%s: no such offering and attribute", change);
}

static bool drop(struct oracle *oracle, const char *id) {
    size_t kept = 0;
    for (size_t o = 0; o < oracle->offering_count; o++)
        if (!oracle_text_equal(oracle->offerings[o].id, oracle_text_trim(oracle_text_of(id))))
            oracle->offerings[kept++] = oracle->offerings[o];
    const bool found = kept < oracle->offering_count;
    oracle->offering_count = kept;
    bool some_own = false;
    for (size_t o = 0; o < kept; o++)
        some_own = some_own || oracle->offerings[o].own;
    return found && some_own ? true : oracle_fail(oracle, "%s: no such offering, or the last own one", id);
}

static bool change_catalog(const struct oracle_analysis *analysis, struct oracle *after) {
    const char *option = NULL;
    bool good = true;
    for (size_t i = 0; good && (option = oracle_option(analysis, "--set", i)) != NULL; i++)
        good = set_value(after, option);
    for (size_t i = 0; good && (option = oracle_option(analysis, "--add", i)) != NULL; i++) {
        char *full = realpath(option, NULL);
        good = full != NULL && oracle_offerings_read(after, oracle_text_of(full));
        free(full);
    }
    for (size_t i = 0; good && (option = oracle_option(analysis, "--drop", i)) != NULL; i++)
        good = drop(after, option);
    return good;
}

static void put_difference(struct oracle_analysis *analysis, bool known, const struct oracle_sum *before,
                           const struct oracle_sum *after) {
    const double first = oracle_sum_round(before);
    const double second = oracle_sum_round(after);
    oracle_put_number(analysis, known, first);
    oracle_put_number(analysis, known, second);
    oracle_put_number(analysis, known, second - first);
}

static void put_verdicts(struct oracle_analysis *analysis, const struct oracle *after) {
    struct oracle_tally tallies[2][ORACLE_VERDICT_COUNT] = {0};
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        oracle_tally_add(&tallies[0][of->decision->verdict], of);
        oracle_tally_add(&tallies[1][after->decisions[r].verdict], of);
    }
    oracle_start(analysis, "verdicts",
                 "verdict,rows_before,rows_after,rows_change,money_before,money_after,money_change,"
                 "expected_money_before,expected_money_after,expected_money_change");
    for (int verdict = 0; verdict < ORACLE_VERDICT_COUNT; verdict++) {
        const struct oracle_tally *first = &tallies[0][verdict];
        const struct oracle_tally *second = &tallies[1][verdict];
        oracle_put_verdict(analysis, (enum oracle_verdict)verdict);
        oracle_put_count(analysis, first->rows);
        oracle_put_count(analysis, second->rows);
        oracle_put_change(analysis, (int64_t)second->rows - (int64_t)first->rows);
        put_difference(analysis, analysis->has_money, &first->money, &second->money);
        put_difference(analysis, analysis->has_expected, &first->expected, &second->expected);
        oracle_end_row(analysis);
    }
}

static void put_flips(struct oracle_analysis *analysis, const struct oracle *after) {
    oracle_start(analysis, "flips", "from,to,rows,money,expected_money");
    for (int from = 0; from < ORACLE_VERDICT_COUNT; from++) {
        for (int to = 0; to < ORACLE_VERDICT_COUNT; to++) {
            struct oracle_tally tally = {0};
            for (size_t r = 0; r < analysis->case_count; r++)
                if ((int)analysis->cases[r].decision->verdict == from &&
                    (int)after->decisions[r].verdict == to)
                    oracle_tally_add(&tally, &analysis->cases[r]);
            if (from == to || tally.rows == 0)
                continue;
            oracle_put_verdict(analysis, (enum oracle_verdict)from);
            oracle_put_verdict(analysis, (enum oracle_verdict)to);
            oracle_put_count(analysis, tally.rows);
            oracle_put_money(analysis, &tally);
            oracle_put_expected(analysis, &tally);
            oracle_end_row(analysis);
        }
    }
}

static void put_customers(struct oracle_analysis *analysis, const struct oracle *after) {
    oracle_start(analysis, "customers", "customer_id,from,to,offering_before,offering_after,value");
    if (!oracle_option_given(analysis, "--rows"))
        return;
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        if (of->decision->verdict == after->decisions[r].verdict)
            continue;
        oracle_put_text(analysis, oracle_case_id(analysis, of));
        oracle_put_verdict(analysis, of->decision->verdict);
        oracle_put_verdict(analysis, after->decisions[r].verdict);
        oracle_put_text(analysis, of->decision->own->id);
        oracle_put_text(analysis, after->decisions[r].own->id);
        oracle_put_number(analysis, of->has_value, of->value);
        oracle_end_row(analysis);
    }
}

bool oracle_whatif(struct oracle_analysis *analysis) {
    struct oracle after = {0};
    const bool good = oracle_read(&after, analysis->oracle->folder, NULL) && change_catalog(analysis, &after);
    if (good) {
        oracle_decide_all(&after);
        put_verdicts(analysis, &after);
        put_flips(analysis, &after);
        put_customers(analysis, &after);
    } else {
        oracle_analysis_fail(analysis, "%s", after.error);
    }
    oracle_heap_destroy(&after.heap);
    return good;
}
