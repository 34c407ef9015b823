/* promises, questions, deals and care. */
#include "oracle_analysis.h"

#include <stdlib.h>
#include <string.h>

/* Whether `number` is as good as `mark` or better; `strictly`: better. */
static bool reaches(enum oracle_rule rule, double number, double mark, bool strictly) {
    if (number == mark)
        return !strictly;
    return rule == ORACLE_AT_MOST ? number < mark : number > mark;
}

static void put_promise(struct oracle_analysis *analysis, const struct oracle_offering *offering, size_t a,
                        const struct oracle_observations *seen) {
    const struct oracle_model *model = analysis->model;
    const enum oracle_rule rule = model->attributes[a].rule;
    const struct oracle_offer nominal = offering->nominal[a];
    struct oracle_buffer words[2] = {0};
    uint64_t kept = 0;
    for (size_t i = 0; i < seen->count; i++)
        kept += nominal.has_number && reaches(rule, seen->values[i], nominal.number, false) ? 1 : 0;
    const char *state = "broken";
    if ((double)seen->count < model->min_records)
        state = "too few records";
    else if (!nominal.has_number || reaches(rule, offering->dependable[a].number, nominal.number, true))
        state = "better";
    else if (100.0 * (double)kept >= model->percentile * (double)seen->count)
        state = "kept";
    oracle_offer_words(analysis, &words[0], a, &nominal);
    oracle_offer_words(analysis, &words[1], a, &offering->dependable[a]);
    oracle_put_text(analysis, offering->id);
    oracle_put_text(analysis, model->attributes[a].name);
    oracle_put_buffer(analysis, &words[0]);
    oracle_put_buffer(analysis, &words[1]);
    oracle_put_count(analysis, seen->count);
    if (nominal.has_number) {
        oracle_put_count(analysis, kept);
        oracle_put_share(analysis, kept, seen->count);
    } else {
        oracle_put_null(analysis);
        oracle_put_null(analysis);
    }
    oracle_put_string(analysis, state);
    oracle_end_row(analysis);
}

bool oracle_promises(struct oracle_analysis *analysis) {
    const struct oracle *oracle = analysis->oracle;
    const size_t attribute_count = analysis->model->attribute_count;
    oracle_start(analysis, "promises",
                 "offering_id,attribute,nominal,dependable,records,kept_records,kept_share,state");
    for (size_t o = 0; oracle->observations != NULL && o < oracle->offering_count; o++)
        for (size_t a = 0; a < attribute_count; a++)
            if (oracle->observations[o * attribute_count + a].count > 0)
                put_promise(analysis, &oracle->offerings[o], a,
                            &oracle->observations[o * attribute_count + a]);
    return true;
}

struct question {
    size_t attribute;
    uint64_t unasked;
    uint64_t first;
    struct oracle_tally hinge;
    double money;
    double expected;
};

static int compare_questions(const void *left, const void *right, void *context) {
    const struct question *a = left;
    const struct question *b = right;
    (void)context;
    if (a->expected != b->expected)
        return a->expected > b->expected ? -1 : 1;
    if (a->money != b->money)
        return a->money > b->money ? -1 : 1;
    if (a->hinge.rows != b->hinge.rows)
        return a->hinge.rows > b->hinge.rows ? -1 : 1;
    return a->attribute < b->attribute ? -1 : a->attribute > b->attribute ? 1 : 0;
}

static struct question count_question(const struct oracle_analysis *analysis, size_t a) {
    struct question question = {.attribute = a};
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        bool unasked = false;
        for (size_t i = 0; i < of->row->unasked_count; i++)
            unasked = unasked || of->row->unasked[i] == a;
        question.unasked += unasked ? 1 : 0;
        if (unasked && of->decision->verdict == ORACLE_ASK)
            oracle_tally_add(&question.hinge, of);
        question.first += of->decision->ask == (ptrdiff_t)a ? 1 : 0;
    }
    question.money = analysis->has_money ? oracle_sum_round(&question.hinge.money) : 0;
    question.expected = analysis->has_expected ? oracle_sum_round(&question.hinge.expected) : 0;
    return question;
}

bool oracle_questions(struct oracle_analysis *analysis) {
    const size_t attribute_count = analysis->model->attribute_count;
    struct question *questions = oracle_alloc(analysis->heap, attribute_count, sizeof *questions);
    for (size_t a = 0; a < attribute_count; a++)
        questions[a] = count_question(analysis, a);
    oracle_sort(questions, attribute_count, sizeof *questions, compare_questions, NULL);
    oracle_start(analysis, "questions",
                 "attribute,question,unasked_rows,hinge_rows,hinge_money,hinge_expected_money,first_rows");
    for (size_t i = 0; i < attribute_count; i++) {
        const struct question *question = &questions[i];
        if (question->unasked == 0)
            continue;
        oracle_put_text(analysis, analysis->model->attributes[question->attribute].name);
        oracle_put_text(analysis, analysis->model->attributes[question->attribute].question);
        oracle_put_count(analysis, question->unasked);
        oracle_put_count(analysis, question->hinge.rows);
        oracle_put_money(analysis, &question->hinge);
        oracle_put_expected(analysis, &question->hinge);
        oracle_put_count(analysis, question->first);
        oracle_end_row(analysis);
    }
    return true;
}

enum deal_state { DEAL_FITS, DEAL_OVERPROMISES, DEAL_DOES_NOT_FIT, DEAL_REFERRAL, DEAL_UNKNOWN, DEAL_STATES };

struct deal {
    const struct oracle_case *of;
    const struct oracle_offering *offered; /* or NULL */
    enum deal_state state;
};

static bool meets_all(const struct oracle_analysis *analysis, const struct oracle_row *row,
                      const struct oracle_offer *offers) {
    for (size_t n = 0; n < row->need_count; n++) {
        const size_t a = row->needs[n].attribute;
        if (!oracle_meets(&analysis->model->attributes[a], &offers[a], &row->needs[n]))
            return false;
    }
    return true;
}

static struct deal judge(const struct oracle_analysis *analysis, const struct oracle_case *of,
                         struct oracle_text offered) {
    struct deal deal = {.of = of, .state = DEAL_UNKNOWN};
    for (size_t o = 0; o < analysis->oracle->offering_count; o++)
        if (oracle_text_equal(analysis->oracle->offerings[o].id, offered))
            deal.offered = &analysis->oracle->offerings[o];
    if (deal.offered == NULL)
        deal.state = DEAL_UNKNOWN;
    else if (!deal.offered->own)
        deal.state = DEAL_REFERRAL;
    else if (meets_all(analysis, of->row, deal.offered->dependable))
        deal.state = DEAL_FITS;
    else if (meets_all(analysis, of->row, deal.offered->nominal))
        deal.state = DEAL_OVERPROMISES;
    else
        deal.state = DEAL_DOES_NOT_FIT;
    return deal;
}

struct owner {
    const struct oracle_case *first;
    struct oracle_tally all;
    struct oracle_tally states[DEAL_STATES];
    size_t place;
};

static int compare_owners(const void *left, const void *right, void *context) {
    const struct owner *a = left;
    const struct owner *b = right;
    (void)context;
    if (a->all.rows != b->all.rows)
        return a->all.rows > b->all.rows ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place ? 1 : 0;
}

static void put_owners(struct oracle_analysis *analysis, const struct owner *owners, size_t count) {
    static const enum deal_state states[] = {DEAL_FITS, DEAL_OVERPROMISES, DEAL_DOES_NOT_FIT, DEAL_REFERRAL,
                                             DEAL_UNKNOWN};
    for (size_t i = 0; i < count; i++) {
        const struct owner *owner = &owners[i];
        oracle_put_text(analysis, owner->first == NULL
                                      ? oracle_text_of("")
                                      : oracle_role_cell(analysis, owner->first, ORACLE_ROLE_OWNER));
        oracle_put_count(analysis, owner->all.rows);
        for (size_t s = 0; s < DEAL_STATES; s++)
            oracle_put_count(analysis, owner->states[states[s]].rows);
        oracle_put_money(analysis, &owner->all);
        for (size_t s = 0; states[s] != DEAL_UNKNOWN; s++)
            oracle_put_money(analysis, &owner->states[states[s]]);
        oracle_end_row(analysis);
    }
}

static void put_report_card(struct oracle_analysis *analysis, const struct deal *deals, size_t deal_count) {
    const bool has_owners = analysis->columns[ORACLE_ROLE_OWNER] != ORACLE_NONE;
    struct owner *owners = oracle_alloc(analysis->heap, deal_count + 1, sizeof *owners);
    size_t count = has_owners ? 0 : 1;
    if (!has_owners)
        oracle_note(analysis, "no owners");
    for (size_t i = 0; i < deal_count; i++) {
        const struct oracle_text key = oracle_role_key(analysis, deals[i].of, ORACLE_ROLE_OWNER);
        size_t o = 0;
        while (has_owners && o < count &&
               !oracle_text_equal(oracle_role_key(analysis, owners[o].first, ORACLE_ROLE_OWNER), key))
            o++;
        if (o == count)
            owners[count++] = (struct owner){.first = deals[i].of, .place = o};
        oracle_tally_add(&owners[o].all, deals[i].of);
        oracle_tally_add(&owners[o].states[deals[i].state], deals[i].of);
    }
    oracle_sort(owners, count, sizeof *owners, compare_owners, NULL);
    put_owners(analysis, owners, count);
}

static void put_deal(struct oracle_analysis *analysis, const struct deal *deal) {
    const struct oracle_case *of = deal->of;
    const struct oracle_decision *decision = of->decision;
    struct oracle_buffer unmet = {0};
    struct oracle_buffer gap = {0};
    oracle_unmet_words(analysis->oracle, of->row, deal->offered, &unmet, &gap);
    free(gap.bytes);
    oracle_put_text(analysis, oracle_case_id(analysis, of));
    oracle_put_text(analysis, oracle_role_cell(analysis, of, ORACLE_ROLE_OWNER));
    oracle_put_text(analysis, oracle_role_cell(analysis, of, ORACLE_ROLE_OFFERED));
    oracle_put_string(analysis, deal->state == DEAL_OVERPROMISES ? "overpromises" : "does_not_fit");
    oracle_put_number(analysis, of->has_value, of->value);
    oracle_put_buffer(analysis, &unmet);
    if (!of->unfit)
        oracle_put_text(analysis, decision->own->id);
    else
        oracle_put_text(analysis, decision->refer_to == NULL ? oracle_text_of("") : decision->refer_to->id);
    oracle_end_row(analysis);
}

bool oracle_deals(struct oracle_analysis *analysis) {
    struct deal *deals = oracle_alloc(analysis->heap, analysis->case_count, sizeof *deals);
    size_t count = 0;
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_text offered =
            oracle_role_key(analysis, &analysis->cases[r], ORACLE_ROLE_OFFERED);
        if (offered.length > 0)
            deals[count++] = judge(analysis, &analysis->cases[r], offered);
    }
    oracle_start(analysis, "owners",
                 "owner,deals,fits,overpromises,does_not_fit,referrals,unknown,money,fits_money,"
                 "overpromises_money,does_not_fit_money,referrals_money");
    if (analysis->columns[ORACLE_ROLE_OFFERED] == ORACLE_NONE)
        oracle_note(analysis, "nothing is offered");
    else
        put_report_card(analysis, deals, count);
    oracle_start(analysis, "deals", "customer_id,owner,offered,state,value,unmet,fitting");
    for (size_t i = 0; i < count; i++)
        if (deals[i].state == DEAL_OVERPROMISES || deals[i].state == DEAL_DOES_NOT_FIT)
            put_deal(analysis, &deals[i]);
    return true;
}
