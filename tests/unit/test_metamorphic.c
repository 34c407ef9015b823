/* What must not change, or change one way only, when a workspace is changed. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 40

static fixture *random_fixture(uint64_t seed) {
    fixture_options o = {
        .seed = seed,
        .rows = 40 + seed * 37 % 700,
        .offerings = 2 + seed % 11,
        .attributes = 1 + seed % 8,
        .need_percent = 20 + (unsigned)(seed % 3) * 15,
        .want_percent = 25,
        .unasked_percent = 8,
        .records_percent = 40,
        .partner_percent = 40,
        .twin_percent = 20,
        .weight_max = seed % 2 ? 3 : 25,
        .ease = 1 + (unsigned)(seed % 4),
        .money = true,
    };
    return fixture_new(&o);
}

/* All rows of a match. */
typedef struct results {
    fm_match_totals totals;
    fm_match_row *rows;
} results;

static results results_of(const fixture *f, unsigned threads) {
    results r;
    fm_walk *walk = NULL;
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, threads);
    r.totals = *fm_matches_totals(matches);
    r.rows = calloc(f->row_count, sizeof *r.rows);
    cr_assert_eq(fm_walk_new(matches, &walk, NULL), FM_OK);
    for (size_t row = 0; row < f->row_count; row++)
        r.rows[row] = fm_walk_row(walk, row);
    fm_walk_free(walk);
    fm_matches_free(matches);
    return r;
}

static bool fits(const fm_match_row *row) {
    return row->verdict == FM_VERDICT_FIT || row->verdict == FM_VERDICT_ASK;
}

/* What a fixture and a changed copy of it come to. */
typedef struct pair {
    fixture *before;
    fixture *after;
    results was;
    results is;
} pair;

static pair pair_new(uint64_t seed, size_t more_offerings) {
    pair p = {.before = random_fixture(seed)};
    p.was = results_of(p.before, 2);
    p.after = fixture_copy(p.before, p.before->row_count, p.before->offering_count + more_offerings);
    return p;
}

static void pair_match(pair *p) {
    fixture_build(p->after);
    p->is = results_of(p->after, 2);
}

static void pair_free(pair *p) {
    free(p->was.rows);
    free(p->is.rows);
    fixture_free(p->before);
    fixture_free(p->after);
}

static void expect_same_rows(const pair *p, uint64_t seed) {
    for (size_t row = 0; row < p->before->row_count; row++)
        cr_assert(fixture_same_row(&p->was.rows[row], &p->is.rows[row]), "seed %d row %zu", (int)seed, row);
}

Test(metamorphic, permuted_rows_give_permuted_results) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        pair p = pair_new(seed, 0);
        size_t count = p.before->row_count;
        size_t *from = calloc(count, sizeof *from);
        uint64_t state = seed;
        for (size_t i = 0; i < count; i++) {
            size_t j = (size_t)fixture_below(&state, i + 1);
            from[i] = from[j];
            from[j] = i;
        }
        for (size_t i = 0; i < count; i++)
            fixture_copy_row(p.after, i, p.before, from[i]);
        pair_match(&p);
        for (size_t i = 0; i < count; i++)
            cr_assert(fixture_same_row(&p.is.rows[i], &p.was.rows[from[i]]), "seed %d row %zu", (int)seed, i);
        cr_assert_arr_eq(p.is.totals.rows, p.was.totals.rows, sizeof p.is.totals.rows);
        free(from);
        pair_free(&p);
    }
}

/* Another attribute's need or want for a row that had none. */
static void add_demand(fixture *f, size_t row, bool want, uint64_t *state) {
    size_t a = (size_t)fixture_below(state, f->attribute_count);
    fixture_demand *d = &(want ? f->wants : f->needs)[row * f->attribute_count + a];
    if (d->state == FM_DEMAND_NONE)
        *d = (fixture_demand){FM_DEMAND_STATED, 0.25 * (double)fixture_below(state, 5) - 0.5,
                              1 + fixture_below(state, 30)};
}

Test(metamorphic, one_more_need_never_makes_a_fit) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        pair p = pair_new(seed, 0);
        uint64_t state = seed;
        for (size_t row = 0; row < p.after->row_count; row++)
            add_demand(p.after, row, false, &state);
        pair_match(&p);
        for (size_t row = 0; row < p.after->row_count; row++) {
            cr_assert(!fits(&p.is.rows[row]) || fits(&p.was.rows[row]), "seed %d row %zu", (int)seed, row);
            cr_assert(p.is.rows[row].verdict != FM_VERDICT_REFER ||
                      p.was.rows[row].verdict != FM_VERDICT_WALK_AWAY);
        }
        cr_assert_leq(p.is.totals.rows[FM_VERDICT_FIT] + p.is.totals.rows[FM_VERDICT_ASK],
                      p.was.totals.rows[FM_VERDICT_FIT] + p.was.totals.rows[FM_VERDICT_ASK]);
        pair_free(&p);
    }
}

/* The copy of an offering comes last, so that it is never preferred to the original. */
Test(metamorphic, a_duplicate_offering_changes_nothing) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        pair p = pair_new(seed, 1);
        size_t last = p.before->offering_count;
        size_t original = (size_t)(seed % last);
        size_t attributes = p.before->attribute_count;
        p.after->own[last] = p.before->own[original];
        memcpy(p.after->offers + last * attributes, p.before->offers + original * attributes,
               attributes * sizeof *p.after->offers);
        pair_match(&p);
        expect_same_rows(&p, seed);
        cr_assert_eq(memcmp(&p.was.totals, &p.is.totals, sizeof p.is.totals), 0);
        pair_free(&p);
    }
}

Test(metamorphic, a_want_never_changes_a_verdict) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        pair p = pair_new(seed, 0);
        uint64_t state = seed;
        for (size_t row = 0; row < p.after->row_count; row++)
            add_demand(p.after, row, true, &state);
        pair_match(&p);
        for (size_t row = 0; row < p.after->row_count; row++)
            cr_assert_eq(p.is.rows[row].verdict, p.was.rows[row].verdict, "seed %d row %zu", (int)seed, row);
        pair_free(&p);
    }
}

/* Without partners there is nobody to refer to; what was own and overpromised stays. */
Test(metamorphic, without_partners) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        pair p = pair_new(seed, 0);
        size_t attributes = p.before->attribute_count;
        uint32_t *place = calloc(p.before->offering_count, sizeof *place);
        size_t kept = 0;
        for (size_t o = 0; o < p.before->offering_count; o++) {
            if (!p.before->own[o])
                continue;
            place[o] = (uint32_t)kept;
            p.after->own[kept] = true;
            memmove(p.after->offers + kept++ * attributes, p.before->offers + o * attributes,
                    attributes * sizeof *p.after->offers);
        }
        p.after->offering_count = kept;
        pair_match(&p);
        for (size_t row = 0; row < p.after->row_count; row++) {
            fm_match_row expected = p.was.rows[row];
            expected.own = place[expected.own];
            expected.overpromise = expected.overpromise == FM_NONE ? FM_NONE : place[expected.overpromise];
            expected.refer_to = FM_NONE;
            if (expected.verdict == FM_VERDICT_REFER)
                expected.verdict = FM_VERDICT_WALK_AWAY;
            cr_assert(fixture_same_row(&p.is.rows[row], &expected), "seed %d row %zu", (int)seed, row);
        }
        free(place);
        pair_free(&p);
    }
}

/* One partner less: nobody is referred who was sent away before, and own offerings do not care. */
Test(metamorphic, one_partner_less) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        pair p = pair_new(seed, 0);
        size_t last = p.before->offering_count - 1;
        if (!p.before->own[last]) {
            p.after->offering_count = last;
            pair_match(&p);
            for (size_t row = 0; row < p.after->row_count; row++) {
                const fm_match_row *was = &p.was.rows[row];
                const fm_match_row *is = &p.is.rows[row];
                cr_assert(was->verdict != FM_VERDICT_WALK_AWAY || is->verdict == FM_VERDICT_WALK_AWAY);
                cr_assert(fits(was) == fits(is) && was->own == is->own && was->score == is->score);
                cr_assert(was->refer_to == FM_NONE || was->refer_to == last || was->refer_to == is->refer_to);
            }
        }
        pair_free(&p);
    }
}

/* Weights are ratios: 10 times all of them is none of them. */
Test(metamorphic, scaled_weights_change_nothing) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        pair p = pair_new(seed, 0);
        for (size_t a = 0; a < p.after->attribute_count; a++)
            p.after->attributes[a].weight *= 10; /* at most 250 */
        pair_match(&p);
        expect_same_rows(&p, seed);
        pair_free(&p);
    }
}

Test(metamorphic, any_number_of_threads) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        pair p = pair_new(seed, 0);
        results one = results_of(p.before, 1);
        results many = results_of(p.before, 5);
        cr_assert_eq(memcmp(&one.totals, &many.totals, sizeof one.totals), 0);
        for (size_t row = 0; row < p.before->row_count; row++)
            cr_assert(fixture_same_row(&one.rows[row], &many.rows[row]) &&
                      fixture_same_row(&one.rows[row], &p.was.rows[row]));
        free(one.rows);
        free(many.rows);
        pair_free(&p);
    }
}
