/* SPEC 2 and 3 over a fixture, as plainly as they can be written. */
#include "fixture.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

bool fixture_meets(const fixture *f, size_t offering, bool nominal, size_t attribute,
                   const fixture_demand *demand) {
    const fixture_offer *offer = &f->offers[offering * f->attribute_count + attribute];
    double number = nominal ? offer->nominal : offer->dependable;
    if (demand->state != FM_DEMAND_STATED)
        return true;
    switch (f->attributes[attribute].rule) {
    case FM_RULE_AT_MOST:
        return !isnan(number) && number <= demand->number;
    case FM_RULE_AT_LEAST:
        return !isnan(number) && number >= demand->number;
    case FM_RULE_COVERS:
        return (demand->set & ~offer->set) == 0;
    case FM_RULE_ANY_OF:
        return (demand->set & offer->set) != 0;
    case FM_RULE_NONE_OF:
        return (demand->set & offer->set) == 0;
    case FM_RULE_FLAG:
        break;
    }
    return offer->flag;
}

typedef struct sums {
    uint32_t need_miss;
    uint32_t want_miss;
    bool fits;
} sums;

static sums sums_of(const fixture *f, size_t row, size_t offering, bool nominal) {
    sums s = {0, 0, true};
    for (size_t a = 0; a < f->attribute_count; a++) {
        uint32_t weight = f->attributes[a].weight;
        if (!fixture_meets(f, offering, nominal, a, fixture_demand_of(f, row, a, false))) {
            s.need_miss += weight;
            s.fits = false;
        }
        if (!fixture_meets(f, offering, nominal, a, fixture_demand_of(f, row, a, true)))
            s.want_miss += weight;
    }
    return s;
}

/* The best of the own or of the partners' offerings; what is missed least is what is met most. */
static uint32_t best_of(const fixture *f, size_t row, bool own, bool nominal, sums *out_sums) {
    uint32_t best = FM_NONE;
    for (size_t o = 0; o < f->offering_count; o++) {
        if (f->own[o] != own)
            continue;
        sums s = sums_of(f, row, o, nominal);
        bool better = best == FM_NONE || s.need_miss < out_sums->need_miss ||
                      (s.need_miss == out_sums->need_miss && s.want_miss < out_sums->want_miss);
        if (better) {
            best = (uint32_t)o;
            *out_sums = s;
        }
    }
    return best;
}

/* The rows that state a need on an attribute, and those of them that an offering fails. */
static uint64_t count_stated(const fixture *f, size_t attribute, size_t offering, uint64_t *out_missed) {
    uint64_t stated = 0;
    *out_missed = 0;
    for (size_t row = 0; row < f->row_count; row++) {
        const fixture_demand *need = fixture_demand_of(f, row, attribute, false);
        stated += need->state == FM_DEMAND_STATED;
        *out_missed += !fixture_meets(f, offering, false, attribute, need);
    }
    return stated;
}

/* [offering][attribute], the share of missed needs as two counts. */
typedef struct risk {
    uint64_t missed;
    uint64_t stated;
} risk;

static risk *all_risks(const fixture *f) {
    risk *risks = calloc(f->offering_count * f->attribute_count, sizeof *risks);
    assert(risks != NULL);
    for (size_t a = 0; a < f->attribute_count; a++) {
        bool open = false;
        for (size_t row = 0; row < f->row_count; row++)
            open |= fixture_demand_of(f, row, a, false)->state == FM_DEMAND_UNASKED;
        for (size_t o = 0; open && o < f->offering_count; o++) {
            risk *r = &risks[o * f->attribute_count + a];
            r->stated = count_stated(f, a, o, &r->missed);
        }
    }
    return risks;
}

static uint32_t ask_about(const fixture *f, size_t row, uint32_t own, const risk *risks) {
    uint32_t ask = FM_NONE;
    risk highest = {0, 1};
    for (size_t a = 0; a < f->attribute_count; a++) {
        if (fixture_demand_of(f, row, a, false)->state != FM_DEMAND_UNASKED)
            continue;
        risk r = risks[own * f->attribute_count + a];
        if (r.stated == 0)
            r = (risk){0, 1};
        if (ask == FM_NONE || r.missed * highest.stated > highest.missed * r.stated) {
            ask = (uint32_t)a;
            highest = r;
        }
    }
    return ask;
}

static fixture_row expect_row(const fixture *f, size_t row, const risk *risks) {
    sums own = {0};
    sums partner = {0};
    sums nominal = {0};
    uint32_t partner_offering = best_of(f, row, false, false, &partner);
    uint32_t nominal_offering = best_of(f, row, true, true, &nominal);
    fixture_row r = {.match = {.own = best_of(f, row, true, false, &own)}};
    r.need_miss = own.need_miss;
    r.want_miss = own.want_miss;
    for (size_t a = 0; a < f->attribute_count; a++)
        for (int want = 0; want < 2; want++)
            if (fixture_demand_of(f, row, a, want)->state == FM_DEMAND_STATED)
                r.stated += f->attributes[a].weight;
    bool refer = !own.fits && partner_offering != FM_NONE && partner.fits;
    uint32_t ask = own.fits ? ask_about(f, row, r.match.own, risks) : FM_NONE;
    r.match.verdict = refer            ? FM_VERDICT_REFER
                      : !own.fits      ? FM_VERDICT_WALK_AWAY
                      : ask != FM_NONE ? FM_VERDICT_ASK
                                       : FM_VERDICT_FIT;
    r.match.refer_to = refer ? partner_offering : FM_NONE;
    r.match.overpromise = !own.fits && nominal.fits ? nominal_offering : FM_NONE;
    r.match.ask = ask;
    uint64_t met = r.stated - r.need_miss - r.want_miss;
    r.match.score = r.stated == 0 ? 100 : (unsigned)((200 * met + r.stated) / (2 * (uint64_t)r.stated));
    return r;
}

fixture_row *fixture_expect(const fixture *f) {
    fixture_row *rows = calloc(f->row_count + 1, sizeof *rows);
    risk *risks = all_risks(f);
    assert(rows != NULL);
    for (size_t row = 0; row < f->row_count; row++)
        rows[row] = expect_row(f, row, risks);
    free(risks);
    return rows;
}

bool fixture_same_row(const fm_match_row *a, const fm_match_row *b) {
    return a->verdict == b->verdict && a->own == b->own && a->refer_to == b->refer_to &&
           a->overpromise == b->overpromise && a->ask == b->ask && a->score == b->score;
}
