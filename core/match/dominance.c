#include "match/dominance.h"

#include "match/signatures.h"

/* Demands times patterns that are looked through to compare offered sets; with more, only equal ones count.
 */
#define COMPARISONS_MAX ((size_t)16 << 20)

/* What is worked with: sets of places are `words` long. */
typedef struct work {
    const fm__plan *plan;
    const uint32_t *plane_of; /* [group][variant] */
    const fm__contest *contest;
    size_t words;
    uint64_t *dominators; /* [place][words] places that are at least as good in all columns so far */
    uint64_t *exact;      /* [pattern + 1][words] places by pattern, those that miss nobody last */
    uint64_t *good;       /* [pattern + 1][words] places that miss no more than a pattern */
    uint64_t
        *worse; /* [pattern][row words] of a set: patterns that miss less than all of what this one does */
} work;

static void set_bit(uint64_t *set, size_t at) {
    set[at / 64] |= UINT64_C(1) << (at % 64);
}

static void unite(uint64_t *set, const uint64_t *other, size_t words) {
    for (size_t w = 0; w < words; w++)
        set[w] |= other[w];
}

static size_t pattern_of(const work *k, uint32_t group, uint32_t place) {
    const fm__group *g = &k->plan->groups[group];
    size_t variant = (size_t)(k->contest->variants[place] - k->plan->variants);
    uint32_t plane = k->plane_of[group * k->plan->variant_count + variant];
    return plane == FM__PLANE_ZERO ? g->plane_count : plane - g->first_plane;
}

/* worse[p] gets the patterns that meet a demand which p misses. */
static bool compare_sets(work *k, const fm__group *group) {
    const fm__signatures *s = &group->signatures;
    size_t comparisons;
    bool few = fm__size_product(s->demands->count, group->plane_count, &comparisons) &&
               comparisons <= COMPARISONS_MAX;
    uint64_t *row = fm__array_new(s->words, sizeof *row);
    k->worse = fm__array_new(group->plane_count * s->words, sizeof *k->worse);
    if (row == NULL || k->worse == NULL) {
        free(row);
        free(k->worse);
        return false;
    }
    if (!few)
        memset(k->worse, 0xff, group->plane_count * s->words * sizeof *k->worse);
    for (uint32_t d = 0; few && d < s->demands->count; d++) {
        fm__signatures_row(s, d, row);
        for (uint32_t p = 0; p < group->plane_count; p++)
            for (size_t w = 0; w < s->words && (row[p / 64] >> (p % 64) & 1) != 0; w++)
                k->worse[p * s->words + w] |= ~row[w];
    }
    free(row);
    return true;
}

/* good[p]: the places whose pattern misses nothing that p meets. */
static bool find_good(work *k, const fm__group *group) {
    size_t patterns = group->plane_count;
    const uint64_t *nobody = k->exact + patterns * k->words;
    memcpy(k->good + patterns * k->words, nobody, k->words * sizeof *nobody);
    if (group->method == FM__METHOD_THRESHOLD) {
        /* Tighter thresholds come later and miss less. */
        for (size_t p = patterns; p-- > 0;) {
            uint64_t *good = k->good + p * k->words;
            memcpy(good, good + k->words, k->words * sizeof *good);
            unite(good, k->exact + p * k->words, k->words);
        }
        return true;
    }
    if (!compare_sets(k, group))
        return false;
    size_t row_words = group->signatures.words;
    for (size_t p = 0; p < patterns; p++) {
        uint64_t *good = k->good + p * k->words;
        memcpy(good, nobody, k->words * sizeof *good);
        for (size_t q = 0; q < patterns; q++)
            if (q == p || (k->worse[q * row_words + p / 64] >> (p % 64) & 1) == 0)
                unite(good, k->exact + q * k->words, k->words);
    }
    free(k->worse);
    return true;
}

/* Keeps, of each place's dominators, those that are as good in one more column. */
static bool compare_column(work *k, uint32_t group_number) {
    const fm__group *group = &k->plan->groups[group_number];
    size_t sets;
    bool done = false;
    if (!fm__size_product((size_t)group->plane_count + 1, k->words, &sets))
        return false;
    k->exact = fm__array_new(sets, sizeof *k->exact);
    k->good = fm__array_new(sets, sizeof *k->good);
    if (k->exact == NULL || k->good == NULL)
        goto cleanup;
    for (uint32_t i = 0; i < k->contest->count; i++)
        set_bit(k->exact + pattern_of(k, group_number, i) * k->words, i);
    if (!find_good(k, group))
        goto cleanup;
    for (uint32_t i = 0; i < k->contest->count; i++)
        for (size_t w = 0; w < k->words; w++)
            k->dominators[i * k->words + w] &= k->good[pattern_of(k, group_number, i) * k->words + w];
    done = true;
cleanup:
    free(k->exact);
    free(k->good);
    return done;
}

bool fm__drop_dominated(const fm__plan *plan, const uint32_t *plane_of, fm__contest *contest) {
    work k = {.plan = plan, .plane_of = plane_of, .contest = contest};
    const fm__side *sides[] = {&plan->needs, &plan->wants};
    size_t cells;
    k.words = ((size_t)contest->count + 63) / 64;
    if (!fm__size_product(contest->count, k.words, &cells))
        return false;
    k.dominators = fm__array_new(cells, sizeof *k.dominators);
    bool done = k.dominators != NULL;
    for (uint32_t i = 0; done && i < contest->count; i++)
        for (uint32_t j = 0; j < i; j++)
            set_bit(k.dominators + i * k.words, j);
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++)
        for (uint32_t c = 0; done && c < sides[s]->column_count; c++)
            done = compare_column(&k, sides[s]->groups[c]);
    uint32_t kept = 0;
    for (uint32_t i = 0; done && i < contest->count; i++) {
        /* Whoever dominates the one that dominates this one does so too, so that it is no matter if that one
         * was dropped. */
        bool dominated = false;
        for (size_t w = 0; w < k.words; w++)
            dominated |= k.dominators[i * k.words + w] != 0;
        contest->variants[kept] = contest->variants[i];
        kept += !dominated;
    }
    if (done)
        contest->count = kept;
    free(k.dominators);
    return done;
}
