#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum purpose { FOR_ATTRIBUTES = 1, FOR_OFFERINGS, FOR_SHARES, FOR_SAMPLE };

#define SET_LEVELS_MOST 20000u

/* Tightness in thousandths: up to 1000 the tightest demand grows, from there on the loosest one does too. */
#define TIGHTNESS_LEAST 10u
#define TIGHTNESS_MOST 1990u
/* Strictness: the share of the span of offered values that a demand rules out. The strictest demands reach
 * this far (in thousandths), beyond the best offered value, so that there are demands that nobody meets. */
#define STRICTEST 1100u

static bool meets(enum gen_rule rule, gen_value offered, gen_value demand) {
    switch (rule) {
    case GEN_AT_MOST:
        return offered <= demand;
    case GEN_AT_LEAST:
        return offered >= demand;
    case GEN_COVERS:
        return (demand & ~offered) == 0;
    case GEN_ANY_OF:
        return (demand & offered) != 0;
    case GEN_NONE_OF:
        return (demand & offered) == 0;
    case GEN_FLAG:
        break;
    }
    return !demand || offered;
}

static int candidates_compare(const void *left, const void *right) {
    const gen_candidate *a = left;
    const gen_candidate *b = right;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return (a->demand > b->demand) - (a->demand < b->demand);
}

static void numbers_offer(gen_attribute *attribute) {
    uint32_t steps = attribute->pattern_count > 1 ? attribute->pattern_count - 1 : 1;
    /* The narrowest window of demands (TIGHTNESS_LEAST of STRICTEST, 1.1 % of the span) still has room for
     * every level, and every offered value falls on a whole number. */
    uint64_t step = ((uint64_t)attribute->level_count * 100 + 500) / steps + 1;
    attribute->span = step * steps;
    attribute->base =
        attribute->span / 4 + 100; /* more than the 10 % beyond the best, so nothing is negative */
    for (uint32_t p = 0; p < attribute->pattern_count; p++)
        attribute->patterns[p] = attribute->base + p * step;
}

/* Words 0 .. are offered by all (refused by none_of: by nobody), the last ones by nobody, the rest by some.
 */
static void sets_offer(gen_attribute *attribute, uint32_t words, gen_random *random) {
    uint32_t common = words / 4;
    uint32_t rare = words / 16;
    uint64_t all = words == 64 ? ~(uint64_t)0 : ((uint64_t)1 << words) - 1;
    for (uint32_t p = 0; p < attribute->pattern_count; p++) {
        bool again = true;
        for (int attempt = 0; again && attempt < 1000; attempt++) {
            uint32_t density = 35 + gen_random_below(random, 60);
            gen_value offered = ((uint64_t)1 << common) - 1;
            for (uint32_t word = common; word < words - rare; word++)
                if (gen_random_below(random, 100) < density)
                    offered |= (uint64_t)1 << word;
            attribute->patterns[p] = attribute->rule == GEN_NONE_OF ? all & ~offered : offered;
            again = false;
            for (uint32_t before = 0; before < p && !again; before++)
                again = attribute->patterns[before] == attribute->patterns[p];
        }
    }
}

static bool candidates_make(gen_attribute *attribute, uint32_t words, gen_random *random) {
    uint32_t tries = attribute->level_count * 4 + 64;
    gen_candidate *all = malloc(tries * sizeof *all);
    if (!all)
        return false;
    for (uint32_t i = 0; i < tries; i++) {
        gen_value demand = 0;
        for (uint32_t size = gen_random_below(random, 4) + 1; size > 0; size--)
            demand |= (uint64_t)1 << gen_random_below(random, words);
        uint64_t unmet = 0;
        for (uint32_t p = 0; p < attribute->pattern_count; p++)
            unmet += !meets(attribute->rule, attribute->patterns[p], demand);
        /* Equal demands get equal order, so that sorting brings them together. */
        gen_random tie = {demand};
        all[i] = (gen_candidate){unmet << 32 | gen_random_next(&tie) >> 32, demand};
    }
    qsort(all, tries, sizeof *all, candidates_compare);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < tries; i++)
        if (kept == 0 || all[kept - 1].demand != all[i].demand)
            all[kept++] = all[i];
    attribute->candidates = all;
    attribute->candidate_count = kept;
    if (attribute->level_count > kept)
        attribute->level_count = kept;
    return true;
}

static void numbers_demand(gen_attribute *attribute, uint64_t loosest, uint64_t tightest) {
    uint64_t levels = attribute->level_count;
    /* Strictness in units of span / (levels x 1000). */
    for (uint64_t i = 0; i < levels; i++) {
        uint64_t strictness = loosest * levels + (tightest - loosest) * i;
        uint64_t distance = attribute->span * strictness / (levels * 1000);
        attribute->levels[i] =
            attribute->base + (attribute->rule == GEN_AT_MOST ? attribute->span - distance : distance);
    }
    /* People demand what is on offer: the level next to an offered value takes that value exactly. */
    uint64_t steps = attribute->pattern_count > 1 ? attribute->pattern_count - 1 : 1;
    for (uint64_t p = 0; p < attribute->pattern_count; p++) {
        if (p * 1000 < loosest * steps || p * 1000 > tightest * steps || levels < steps * 2)
            continue;
        uint64_t i = (p * 1000 * levels / steps - loosest * levels) / (tightest - loosest);
        uint64_t pattern = attribute->rule == GEN_AT_MOST ? attribute->pattern_count - 1 - p : p;
        if (i < levels)
            attribute->levels[i] = attribute->patterns[pattern];
    }
}

static void sets_demand(gen_attribute *attribute, uint64_t tightness) {
    uint64_t levels = attribute->level_count;
    uint64_t spare = attribute->candidate_count - levels;
    uint64_t first = tightness > 1000 ? spare * (tightness - 1000) / 1000 : 0;
    uint64_t end = tightness < 1000 ? levels + spare * tightness / 1000 : attribute->candidate_count;
    for (uint64_t i = 0; i < levels; i++)
        attribute->levels[i] = attribute->candidates[first + (end - first) * i / levels].demand;
}

static void demands_set(gen_plan *plan, uint64_t tightness) {
    uint64_t loosest = tightness > 1000 ? STRICTEST * (tightness - 1000) / 1000 : 0;
    uint64_t tightest = tightness < 1000 ? STRICTEST * tightness / 1000 : STRICTEST;
    for (uint32_t a = 0; a < plan->attribute_count; a++) {
        gen_attribute *attribute = &plan->attributes[a];
        if (gen_rule_is_number(attribute->rule)) {
            numbers_demand(attribute, loosest, tightest);
        } else if (attribute->rule == GEN_FLAG) {
            for (uint64_t i = 0; i < attribute->level_count; i++)
                attribute->levels[i] = i * 2 * STRICTEST < (loosest + tightest) * attribute->level_count;
        } else {
            sets_demand(attribute, tightness);
        }
    }
}

static bool attribute_make(gen_plan *plan, uint32_t index) {
    static const enum gen_rule MIXED[] = {GEN_AT_MOST, GEN_AT_LEAST, GEN_COVERS,  GEN_AT_MOST,
                                          GEN_ANY_OF,  GEN_AT_LEAST, GEN_FLAG,    GEN_AT_MOST,
                                          GEN_NONE_OF, GEN_AT_MOST,  GEN_AT_LEAST};
    static const char *const RULES[] = {"at_most", "at_least", "covers", "any_of", "none_of", "flag"};
    static const char *const UNITS[] = {"h", "%", "EUR", NULL, "km", "kg"};
    const gen_options *options = plan->options;
    gen_attribute *attribute = &plan->attributes[index];
    gen_random random = gen_random_stream(options->seed, (uint64_t)FOR_ATTRIBUTES << 32 | index);
    attribute->rule = options->numbers_only ? (index % 2 ? GEN_AT_LEAST : GEN_AT_MOST)
                                            : MIXED[index % (sizeof MIXED / sizeof *MIXED)];
    (void)snprintf(attribute->name, sizeof attribute->name, "a%02u_%s", index + 1, RULES[attribute->rule]);
    bool number = gen_rule_is_number(attribute->rule);
    bool set = !number && attribute->rule != GEN_FLAG;
    attribute->unit = number ? UNITS[gen_random_below(&random, sizeof UNITS / sizeof *UNITS)] : NULL;
    attribute->weight = gen_random_below(&random, 5) + 1;
    attribute->pattern_count = (uint32_t)options->patterns;
    if (attribute->rule == GEN_FLAG && attribute->pattern_count > 2)
        attribute->pattern_count = 2;
    attribute->level_count = (uint32_t)options->levels;
    if (set && attribute->level_count > SET_LEVELS_MOST)
        attribute->level_count = SET_LEVELS_MOST;
    attribute->patterns = calloc(attribute->pattern_count, sizeof *attribute->patterns);
    attribute->levels = calloc(attribute->level_count, sizeof *attribute->levels);
    if (!attribute->patterns || !attribute->levels)
        return false;
    if (number) {
        numbers_offer(attribute);
    } else if (set) {
        uint32_t words = options->levels > 1000 || options->patterns > 1000 ? 64 : 32;
        sets_offer(attribute, words, &random);
        if (!candidates_make(attribute, words, &random))
            return false;
    } else {
        for (uint32_t p = 0; p < attribute->pattern_count; p++)
            attribute->patterns[p] = p + 1 == attribute->pattern_count;
    }
    return true;
}

static void shuffle(uint32_t *items, uint32_t count, gen_random *random) {
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = gen_random_below(random, i);
        uint32_t kept = items[i - 1];
        items[i - 1] = items[other];
        items[other] = kept;
    }
}

/* Every pattern is offered where there are offerings enough; whose is random. */
static bool offerings_make(gen_plan *plan) {
    uint32_t count = plan->offering_count;
    gen_random random = gen_random_stream(plan->options->seed, FOR_OFFERINGS);
    uint32_t *order = malloc(count * sizeof *order);
    plan->patterns = malloc((size_t)count * plan->attribute_count * sizeof *plan->patterns);
    plan->own = calloc(count, sizeof *plan->own);
    if (!order || !plan->patterns || !plan->own) {
        free(order);
        return false;
    }
    for (uint32_t a = 0; a < plan->attribute_count; a++) {
        for (uint32_t o = 0; o < count; o++)
            order[o] = o % plan->attributes[a].pattern_count;
        shuffle(order, count, &random);
        for (uint32_t o = 0; o < count; o++)
            plan->patterns[(size_t)o * plan->attribute_count + a] = order[o];
    }
    uint64_t partners = (count * plan->options->partners + GEN_SHARE_ALL / 2) / GEN_SHARE_ALL;
    if (partners >= count)
        partners = count - 1;
    for (uint32_t o = 0; o < count; o++)
        order[o] = o;
    shuffle(order, count, &random);
    for (uint32_t o = 0; o < count; o++)
        plan->own[order[o]] = o >= partners;
    free(order);
    return true;
}

/* Shares of the outcomes: levels by popularity, plain or in quotes; then blank; then unasked. */
static bool outcomes_make(const gen_attribute *attribute, const uint64_t *popularity, uint64_t demanded,
                          uint64_t unasked, uint64_t quoted, gen_slot **out_slots) {
    uint32_t levels = attribute->level_count;
    uint32_t outcomes = gen_outcomes(attribute);
    uint64_t *shares = calloc(outcomes, sizeof *shares);
    *out_slots = malloc(outcomes * sizeof **out_slots);
    bool ok = shares && *out_slots;
    if (ok) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < levels; i++)
            sum += popularity[i];
        uint64_t blank = GEN_DRAW_ONE * (GEN_SHARE_ALL - demanded - unasked) / GEN_SHARE_ALL;
        shares[levels * 2 + 1] = GEN_DRAW_ONE * unasked / GEN_SHARE_ALL;
        uint64_t left = demanded > 0 ? GEN_DRAW_ONE - blank - shares[levels * 2 + 1] : 0;
        shares[levels * 2] = GEN_DRAW_ONE - left - shares[levels * 2 + 1];
        for (uint64_t i = 0, all = left; i < levels; i++) {
            uint64_t share = all * popularity[i] / sum; /* 2^40 x 2^23 */
            shares[levels + i] = share * quoted / GEN_SHARE_ALL;
            shares[i] = share - shares[levels + i];
            left -= share;
        }
        shares[quoted == GEN_SHARE_ALL ? levels : 0] += left; /* what rounding left stays a demand */
        ok = gen_draw_build(shares, outcomes, *out_slots);
    }
    free(shares);
    return ok;
}

static bool shares_make(gen_plan *plan) {
    const gen_options *options = plan->options;
    uint32_t most = (uint32_t)options->levels;
    uint64_t *zipf = malloc(most * sizeof *zipf);
    uint64_t *popularity = malloc(most * sizeof *popularity);
    uint32_t *order = malloc(most * sizeof *order);
    bool ok = zipf && popularity && order;
    if (ok)
        gen_draw_zipf(options->skew, most, zipf);
    gen_random random = gen_random_stream(options->seed, FOR_SHARES);
    for (uint32_t a = 0; ok && a < plan->attribute_count; a++) {
        gen_attribute *attribute = &plan->attributes[a];
        /* Levels go from loose to tight; how popular one is has nothing to do with that. */
        for (uint32_t i = 0; i < attribute->level_count; i++)
            order[i] = i;
        shuffle(order, attribute->level_count, &random);
        for (uint32_t i = 0; i < attribute->level_count; i++)
            popularity[order[i]] = zipf[i];
        uint64_t demanded = GEN_SHARE_ALL - options->blank - options->unasked;
        ok = outcomes_make(attribute, popularity, demanded, options->unasked, options->quoted,
                           &attribute->needs) &&
             outcomes_make(attribute, popularity, options->wants, 0, options->quoted, &attribute->wants);
    }
    free(zipf);
    free(popularity);
    free(order);
    return ok;
}

static bool row_fits(const gen_plan *plan, const uint32_t *outcomes, uint32_t offering) {
    const uint32_t *patterns = plan->patterns + (size_t)offering * plan->attribute_count;
    for (uint32_t a = 0; a < plan->attribute_count; a++) {
        const gen_attribute *attribute = &plan->attributes[a];
        uint32_t levels = attribute->level_count;
        if (outcomes[a] >= levels * 2)
            continue;
        gen_value demand = attribute->levels[outcomes[a] % levels];
        if (!meets(attribute->rule, attribute->patterns[patterns[a]], demand))
            return false;
    }
    return true;
}

static uint32_t sample_fitting(const gen_plan *plan, const uint32_t *sample, uint32_t rows) {
    uint32_t fitting = 0;
    for (uint32_t row = 0; row < rows; row++) {
        bool fits = false;
        for (uint32_t o = 0; o < plan->offering_count && !fits; o++)
            fits = plan->own[o] && row_fits(plan, sample + (size_t)row * plan->attribute_count, o);
        fitting += fits;
    }
    return (uint32_t)((uint64_t)fitting * GEN_SHARE_ALL / rows);
}

/* Looks for the tightness at which the wished share of a sample fits: looser never fits fewer numbers. */
static bool demands_tune(gen_plan *plan) {
    uint64_t affordable = 40000000 / ((uint64_t)plan->offering_count * plan->attribute_count);
    uint32_t rows = affordable > 4000 ? 4000 : affordable < 100 ? 100 : (uint32_t)affordable;
    uint32_t *sample = malloc((size_t)rows * plan->attribute_count * sizeof *sample);
    if (!sample)
        return false;
    gen_random random = gen_random_stream(plan->options->seed, FOR_SAMPLE);
    for (size_t i = 0; i < (size_t)rows * plan->attribute_count; i++) {
        const gen_attribute *attribute = &plan->attributes[i % plan->attribute_count];
        sample[i] =
            gen_draw(attribute->needs, gen_outcomes(attribute), (uint32_t)(gen_random_next(&random) >> 32));
    }
    uint64_t loose = TIGHTNESS_LEAST;
    uint64_t tight = TIGHTNESS_MOST;
    while (tight - loose > 1) {
        uint64_t middle = (loose + tight) / 2;
        demands_set(plan, middle);
        plan->fitting = sample_fitting(plan, sample, rows);
        if (plan->fitting >= plan->options->fitting)
            loose = middle;
        else
            tight = middle;
    }
    demands_set(plan, plan->options->fitting > 0 ? loose : tight);
    plan->fitting = sample_fitting(plan, sample, rows);
    free(sample);
    return true;
}

bool gen_plan_make(gen_plan *plan, const gen_options *options) {
    *plan = (gen_plan){.options = options,
                       .attribute_count = (uint32_t)options->attributes,
                       .offering_count = (uint32_t)options->offerings};
    plan->attributes = calloc(plan->attribute_count, sizeof *plan->attributes);
    bool ok = plan->attributes != NULL;
    for (uint32_t a = 0; ok && a < plan->attribute_count; a++)
        ok = attribute_make(plan, a);
    ok = ok && offerings_make(plan) && shares_make(plan) && demands_tune(plan);
    if (!ok)
        (void)fprintf(stderr, "error: out of memory\n");
    return ok;
}

void gen_plan_destroy(gen_plan *plan) {
    for (uint32_t a = 0; plan->attributes && a < plan->attribute_count; a++) {
        gen_attribute *attribute = &plan->attributes[a];
        free(attribute->patterns);
        free(attribute->levels);
        free(attribute->candidates);
        free(attribute->needs);
        free(attribute->wants);
    }
    free(plan->attributes);
    free(plan->patterns);
    free(plan->own);
    *plan = (gen_plan){0};
}
