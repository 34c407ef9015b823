/* The one body of the yardstick's units. A unit defines LANES, vec and the operations on it, UNIT (its name
 * as a symbol) and UNIT_NAME, then includes this.
 *
 * A key orders offerings for a row: bits 48 to 63 the weights of unmet needs, 16 to 47 those of unmet wants,
 * 0 to 15 the place in the group, so that the least key is the best offering and ties go to the first. */
#include "yardstick.h"

#include <string.h>

/* Vectors of customers in registers at a time. */
#define BLOCK 4
#define STEP (BLOCK * LANES)
/* Offerings tried before rows that are done are dropped: at first, and at most. */
#define FIRST_CHUNK 16
#define LAST_CHUNK 64
#define INLINE static inline __attribute__((always_inline))

#define KEY_NONE ((uint64_t)INT64_MAX)
#define KEY_PLACE 0xffff
#define KEY_PERFECT (UINT64_C(1) << 16)
#define KEY_FITS (UINT64_C(1) << 48)

_Static_assert(STEP <= YARD_PAD && YARD_TILE % STEP == 0, "blocks are whole and padding covers one");

/* Rows still of interest: views of the base at first, of scratch once rows were dropped. */
typedef struct rowset {
    const uint64_t *need[YARD_WORDS_MAX];
    const uint64_t *want[YARD_WORDS_MAX];
    const uint64_t *row;
    size_t count;
} rowset;

INLINE vec key_of(vec sums, uint64_t place) {
    return either(shift_left(sums, 16), all(place));
}

/* The weights of wants missed by the rows from `at` on, as a key of an offering that fits. */
INLINE vec want_key(const yard_plan *plan, const rowset *set, const uint64_t *miss, size_t at,
                    uint64_t place) {
    vec sum = all(0);
    for (size_t w = 0; w < plan->want_words; w++) {
        vec missed = both(load(set->want[w] + at), all(miss[w]));
        sum = weigh(sum, missed, all(plan->want_weights[w]));
    }
    /* Two sums of 32 bits each: their total. */
    sum = add(shift_right(sum, 32), both(sum, all(UINT32_MAX)));
    return key_of(sum, place);
}

/* Which of the rows from `at` on an offering fits; few words are in `need`. */
INLINE unsigned fitting(const rowset *set, const vec *need, const uint64_t *miss, size_t at, size_t words) {
    if (words == 1)
        return apart(need[0], all(miss[0]));
    vec missed = all(0);
    for (size_t w = 0; w < words; w++)
        missed = either(missed, both(words <= 4 ? need[w] : load(set->need[w] + at), all(miss[w])));
    return apart(missed, missed);
}

INLINE void load_needs(const rowset *set, size_t at, size_t words, vec out_need[BLOCK][4]) {
    for (size_t v = 0; v < BLOCK; v++)
        for (size_t w = 0; w < words && words <= 4; w++)
            out_need[v][w] = load(set->need[w] + at + v * LANES);
}

/* What a pass over offerings is for. */
typedef enum yard_pass {
    PASS_RARE,  /* keys of the best; few offerings fit, so look before working out what they miss */
    PASS_OFTEN, /* the same where so many fit that a branch costs more than the work */
    PASS_ANY,   /* only whether one fits: keys become 0 */
} yard_pass;

/* Offerings first .. last - 1 of a group against all rows: keys of those that fit and are better. */
INLINE void try_offerings(const yard_plan *plan, const yard_group *g, size_t first, size_t last,
                          const rowset *set, uint64_t *keys, size_t words, yard_pass pass) {
    for (size_t at = 0; at < set->count; at += STEP) {
        vec need[BLOCK][4];
        vec best[BLOCK];
        unsigned found[BLOCK] = {0};
        load_needs(set, at, words, need);
        for (size_t v = 0; v < BLOCK; v++)
            best[v] = load(keys + at + v * LANES);
        for (size_t o = first; o < last; o++) {
            const uint64_t *want = g->want + o * plan->want_words;
            unsigned fits[BLOCK];
            unsigned some = 0;
            for (size_t v = 0; v < BLOCK; v++) {
                fits[v] = fitting(set, need[v], g->need + o * words, at + v * LANES, words);
                found[v] |= fits[v];
                some |= fits[v];
            }
            if (pass == PASS_ANY || (pass == PASS_RARE && some == 0))
                continue;
            for (size_t v = 0; v < BLOCK; v++)
                if (pass == PASS_OFTEN || fits[v] != 0)
                    best[v] = least_where(best[v], want_key(plan, set, want, at + v * LANES, o), fits[v]);
        }
        for (size_t v = 0; v < BLOCK; v++)
            save(keys + at + v * LANES, pass == PASS_ANY ? least_where(best[v], all(0), found[v]) : best[v]);
    }
}

/* The words of a row are few: constants let the compiler keep them in registers. */
INLINE void try_pass(const yard_plan *plan, const yard_group *g, size_t first, size_t last, const rowset *set,
                     uint64_t *keys, yard_pass pass) {
    switch (plan->need_words) {
    case 1:
        try_offerings(plan, g, first, last, set, keys, 1, pass);
        break;
    case 2:
        try_offerings(plan, g, first, last, set, keys, 2, pass);
        break;
    case 3:
        try_offerings(plan, g, first, last, set, keys, 3, pass);
        break;
    case 4:
        try_offerings(plan, g, first, last, set, keys, 4, pass);
        break;
    default:
        try_offerings(plan, g, first, last, set, keys, plan->need_words, pass);
    }
}

static void try_group(const yard_plan *plan, const yard_group *g, size_t first, size_t last,
                      const rowset *set, uint64_t *keys, yard_pass pass) {
    if (pass == PASS_ANY)
        try_pass(plan, g, first, last, set, keys, PASS_ANY);
    else if (pass == PASS_OFTEN)
        try_pass(plan, g, first, last, set, keys, PASS_OFTEN);
    else
        try_pass(plan, g, first, last, set, keys, PASS_RARE);
}

/* Rows behind the last fit nothing, so that whole blocks can be tried. */
static void pad(const yard_plan *plan, uint64_t (*need)[YARD_TILE + YARD_PAD], size_t count) {
    for (size_t w = 0; w < plan->need_words; w++)
        for (size_t i = 0; i < STEP; i += LANES)
            save(need[w] + count + i, all(~UINT64_C(0)));
}

/* Keeps the rows whose key is `limit` or above: they move up, into `buffer` of the scratch; the keys move
 * with them unless they are NULL. */
static void keep_rows_from(const yard_plan *plan, yard_scratch *s, rowset *set, const uint64_t *keys,
                           uint64_t *out_keys, int buffer, uint64_t limit) {
    size_t kept = 0;
    for (size_t at = 0; at < set->count; at += LANES) {
        size_t left = set->count - at;
        unsigned valid = (unsigned)((UINT64_C(1) << (left < LANES ? left : LANES)) - 1);
        vec key = load(keys + at);
        unsigned keep = valid & ~below(key, all(limit));
        for (size_t w = 0; w < plan->need_words; w++)
            pack(s->need[buffer][w] + kept, load(set->need[w] + at), keep);
        for (size_t w = 0; w < plan->want_words; w++)
            pack(s->want[buffer][w] + kept, load(set->want[w] + at), keep);
        pack(s->row[buffer] + kept, load(set->row + at), keep);
        if (out_keys != NULL)
            pack(out_keys + kept, key, keep);
        kept += (size_t)__builtin_popcount(keep);
    }
    pad(plan, s->need[buffer], kept);
    for (size_t w = 0; w < plan->need_words; w++)
        set->need[w] = s->need[buffer][w];
    for (size_t w = 0; w < plan->want_words; w++)
        set->want[w] = s->want[buffer][w];
    set->row = s->row[buffer];
    set->count = kept;
}

static void hand_out(const rowset *set, const uint64_t *keys, uint64_t *out_keys) {
    for (size_t i = 0; i < set->count; i++)
        out_keys[set->row[i]] = keys[i];
}

/* The best fitting offering of a group for each row of the set, KEY_NONE where there is none, to out_keys
 * (not for PASS_ANY). Rows that found one without a want missed are done: every so often, at first soon, they
 * are dropped from the set. */
static void best_fitting(const yard_plan *plan, yard_scratch *s, const yard_group *g, rowset *set, int buffer,
                         yard_pass pass, uint64_t *out_keys) {
    uint64_t *keys = s->key[buffer];
    size_t chunk = FIRST_CHUNK;
    for (size_t i = 0; i < set->count; i += LANES)
        save(keys + i, all(KEY_NONE));
    for (size_t first = 0; first < g->count && set->count > 0; first += chunk) {
        chunk = first == 0 ? FIRST_CHUNK : first < LAST_CHUNK ? first : LAST_CHUNK;
        size_t last = g->count - first < chunk ? g->count : first + chunk;
        try_group(plan, g, first, last, set, keys, pass);
        if (last == g->count)
            break;
        if (pass != PASS_ANY)
            hand_out(set, keys, out_keys);
        keep_rows_from(plan, s, set, keys, keys, buffer, KEY_PERFECT);
    }
    if (pass != PASS_ANY)
        hand_out(set, keys, out_keys);
}

/* Needs above, wants below. */
static void build_halves(const yard_plan *plan, yard_scratch *s, const rowset *set) {
    for (size_t h = 0; h < plan->half_words; h++) {
        size_t w = h / 2;
        for (size_t at = 0; at < set->count; at += LANES) {
            vec need = w < plan->need_words ? load(set->need[w] + at) : all(0);
            vec want = w < plan->want_words ? load(set->want[w] + at) : all(0);
            need = h % 2 == 0 ? shift_left(need, 32) : both(need, all((uint64_t)UINT32_MAX << 32));
            want = h % 2 == 0 ? both(want, all(UINT32_MAX)) : shift_right(want, 32);
            save(s->half[h] + at, either(need, want));
        }
    }
}

/* The least key of every row over a whole group: closest miss, or fit where there is one. Keys are in the
 * order of the set. */
INLINE void score(const yard_plan *plan, const yard_group *g, const yard_scratch *s, const rowset *set,
                  uint64_t *out_keys, size_t words, bool unit) {
    for (size_t at = 0; at < set->count; at += STEP) {
        vec half[BLOCK][4];
        vec weights[4];
        vec best[BLOCK];
        for (size_t v = 0; v < BLOCK; v++) {
            best[v] = all(KEY_NONE);
            for (size_t h = 0; h < words && words <= 4; h++)
                half[v][h] = load(s->half[h] + at + v * LANES);
        }
        for (size_t h = 0; h < words && words <= 4; h++)
            weights[h] = all(plan->half_weights[h]);
        for (size_t o = 0; o < g->count; o++) {
            const uint64_t *miss = g->half + o * words;
            for (size_t v = 0; v < BLOCK; v++) {
                vec sums = all(0);
                for (size_t h = 0; h < words; h++) {
                    vec missed =
                        both(words <= 4 ? half[v][h] : load(s->half[h] + at + v * LANES), all(miss[h]));
                    sums = unit ? count_halves(sums, missed)
                                : weigh(sums, missed, words <= 4 ? weights[h] : all(plan->half_weights[h]));
                }
                best[v] = least(best[v], key_of(sums, o));
            }
        }
        for (size_t v = 0; v < BLOCK; v++)
            save(out_keys + at + v * LANES, best[v]);
    }
}

static void score_own(const yard_plan *plan, yard_scratch *s, const rowset *set, uint64_t *out_keys) {
    build_halves(plan, s, set);
    switch (2 * plan->half_words + plan->unit) {
    case 2:
        score(plan, &plan->own, s, set, out_keys, 1, false);
        break;
    case 3:
        score(plan, &plan->own, s, set, out_keys, 1, true);
        break;
    case 4:
        score(plan, &plan->own, s, set, out_keys, 2, false);
        break;
    case 5:
        score(plan, &plan->own, s, set, out_keys, 2, true);
        break;
    case 6:
        score(plan, &plan->own, s, set, out_keys, 3, false);
        break;
    case 7:
        score(plan, &plan->own, s, set, out_keys, 3, true);
        break;
    case 8:
        score(plan, &plan->own, s, set, out_keys, 4, false);
        break;
    case 9:
        score(plan, &plan->own, s, set, out_keys, 4, true);
        break;
    default:
        score(plan, &plan->own, s, set, out_keys, plan->half_words, plan->unit);
    }
}

static rowset whole_tile(const yard_plan *plan, const yard_scratch *s, uint64_t first) {
    rowset set = {.row = s->all_rows};
    uint64_t left = plan->row_count - first;
    set.count = left < YARD_TILE ? (size_t)left : YARD_TILE;
    for (size_t w = 0; w < plan->need_words; w++)
        set.need[w] = plan->need[w] + first;
    for (size_t w = 0; w < plan->want_words; w++)
        set.want[w] = plan->want[w] + first;
    return set;
}

/* Partners and nominal promises for the rows that nothing own fits. */
static void unfit_rows(const yard_plan *plan, yard_scratch *s, const rowset *unfit, yard_results *out,
                       yard_counts *counts) {
    rowset set = *unfit;
    uint64_t referred = 0;
    uint64_t overpromised = 0;
    best_fitting(plan, s, &plan->partners, &set, 1, plan->often[0] ? PASS_OFTEN : PASS_RARE, s->partner);
    set = *unfit;
    best_fitting(plan, s, &plan->nominal, &set, 1, plan->often[1] ? PASS_OFTEN : PASS_RARE, s->nominal);
    for (size_t i = 0; i < unfit->count; i++) {
        size_t row = unfit->row[i];
        bool refer = s->partner[row] != KEY_NONE;
        bool overpromise = s->nominal[row] != KEY_NONE;
        out->verdict[row] = refer ? FM_VERDICT_REFER : FM_VERDICT_WALK_AWAY;
        if (refer)
            out->refer_to[row] = plan->partners.offering[s->partner[row] & KEY_PLACE];
        if (overpromise)
            out->overpromise[row] = plan->nominal.offering[s->nominal[row] & KEY_PLACE];
        referred += refer;
        overpromised += overpromise;
    }
    counts->rows[FM_VERDICT_REFER] += referred;
    counts->rows[FM_VERDICT_WALK_AWAY] += unfit->count - referred;
    counts->overpromised += overpromised;
}

static uint32_t ask_about(const yard_plan *plan, size_t place, uint32_t unasked) {
    const unsigned char *order = plan->ask_order + place * plan->unasked_count;
    while ((unasked >> *order & 1) == 0)
        order++;
    return plan->unasked_attributes[*order];
}

/* The best own offering of each row, fitting or not, to s->best; leaves the rows that none fits in the set.
 */
static void own_offerings(const yard_plan *plan, yard_scratch *s, rowset *set) {
    if (plan->one_pass) {
        score_own(plan, s, set, s->best);
        keep_rows_from(plan, s, set, s->best, NULL, 0, KEY_FITS);
        return;
    }
    rowset tile = *set;
    best_fitting(plan, s, &plan->own, set, 0, PASS_RARE, s->best);
    *set = tile;
    keep_rows_from(plan, s, set, s->best, NULL, 0, KEY_NONE);
    score_own(plan, s, set, s->key[0]);
    hand_out(set, s->key[0], s->best);
}

static uint64_t ask_rows(const yard_plan *plan, const yard_scratch *s, const uint32_t *unasked, size_t rows,
                         yard_results *out) {
    uint16_t asks[YARD_TILE];
    size_t count = 0;
    /* Listed first: the few rows that ask are no branches that the processor could guess. */
    for (size_t i = 0; i < rows && plan->unasked_count > 0; i++) {
        asks[count] = (uint16_t)i;
        count += (unsigned)(unasked[i] != 0) & (s->best[i] < KEY_FITS);
    }
    for (size_t a = 0; a < count; a++) {
        size_t i = asks[a];
        out->verdict[i] = FM_VERDICT_ASK;
        out->ask[i] = ask_about(plan, s->best[i] & KEY_PLACE, unasked[i]);
    }
    return count;
}

static void match_tile(const yard_plan *plan, yard_scratch *s, uint64_t first, yard_results *restrict out,
                       yard_counts *counts) {
    rowset set = whole_tile(plan, s, first);
    size_t rows = set.count;
    const uint32_t *restrict offering = plan->own.offering;
    const uint64_t *restrict best = s->best;
    own_offerings(plan, s, &set);
    for (size_t i = 0; i < rows; i++)
        out->own[i] = offering[best[i] & KEY_PLACE];
    memset(out->refer_to, 0xff, rows * sizeof *out->refer_to);
    memset(out->overpromise, 0xff, rows * sizeof *out->overpromise);
    memset(out->ask, 0xff, rows * sizeof *out->ask);
    memset(out->verdict, FM_VERDICT_FIT, rows);
    uint64_t asks = ask_rows(plan, s, plan->unasked + first, rows, out);
    unfit_rows(plan, s, &set, out, counts);
    counts->rows[FM_VERDICT_ASK] += asks;
    counts->rows[FM_VERDICT_FIT] += rows - set.count - asks;
}

static uint64_t fit_tile(const yard_plan *plan, yard_scratch *s, uint64_t first) {
    rowset set = whole_tile(plan, s, first);
    size_t rows = set.count;
    best_fitting(plan, s, &plan->own, &set, 0, PASS_ANY, NULL);
    for (size_t i = 0; i < set.count; i += LANES) {
        size_t left = set.count - i;
        unsigned valid = (unsigned)((UINT64_C(1) << (left < LANES ? left : LANES)) - 1);
        rows -= (size_t)__builtin_popcount(valid & ~below(load(s->key[0] + i), all(KEY_NONE)));
    }
    return rows;
}

const yard_unit UNIT = {UNIT_NAME, match_tile, fit_tile};
