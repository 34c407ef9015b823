/* The yardstick's preparation: classes of demands, bits, masks of offerings, words of customers. */
#include "support.h"
#include "yardstick.h"

#include <stdlib.h>
#include <string.h>

/* Sums of weights are signed bytes times counts, and keys keep 16 bits for the needs. */
#define WEIGHT_MAX 127
#define NO_BIT UINT32_MAX

/* One demand column: for each code the bit of its class. */
typedef struct column {
    const workload_attribute *attribute;
    uint64_t *rows; /* [code] */
    uint32_t *bits; /* [code]; NO_BIT where every offering meets it or no row states it */
} column;

typedef struct builder {
    const workload *workload;
    yard_plan *plan;
    column *columns;                              /* [2 x attribute + want] */
    unsigned char need_bytes[8 * YARD_WORDS_MAX]; /* weight of each byte */
    unsigned char want_bytes[8 * YARD_WORDS_MAX];
} builder;

static uint32_t code_count(const column *c) {
    return WORKLOAD_FIRST + c->attribute->demand_count;
}

/* How many rows have each code. */
static void count_codes(builder *b) {
    const workload *w = b->workload;
    uint64_t rows = w->options.rows;
    for (uint32_t i = 0; i < 2 * w->options.attributes; i++) {
        column *c = &b->columns[i];
        const uint16_t *codes = w->codes[i];
        uint32_t count;
        c->attribute = &w->attributes[i / 2];
        count = code_count(c);
        c->rows = bench_new(count, sizeof *c->rows);
        c->bits = bench_new(count, sizeof *c->bits);
        if (codes == NULL) {
            c->rows[WORKLOAD_NONE] = rows;
            continue;
        }
#pragma omp parallel default(none) shared(c, codes, rows, count)
        {
            /* Two counters a code, taken in turns: equal neighbours do not wait for each other. */
            uint64_t *counts = bench_new(2 * (size_t)count, sizeof *counts);
#pragma omp for schedule(static) nowait
            for (uint64_t row = 0; row < rows; row++)
                counts[2 * codes[row] + (row & 1)]++;
#pragma omp critical(yard_count)
            for (uint32_t code = 0; code < count; code++)
                c->rows[code] += counts[2 * code] + counts[2 * code + 1];
            free(counts);
        }
    }
}

static void find_used_patterns(builder *b, bool **used) {
    const workload *w = b->workload;
    for (uint32_t i = 0; i < w->options.attributes; i++) {
        used[i] = bench_new(w->attributes[i].pattern_count, sizeof **used);
        for (uint32_t o = 0; o < w->options.offerings; o++) {
            size_t at = (size_t)o * w->options.attributes + i;
            used[i][w->dependable[at]] = true;
            used[i][w->nominal[at]] = true;
        }
    }
}

static bool same_class(const workload_attribute *a, const bool *used, uint32_t x, uint32_t y) {
    for (uint32_t p = 0; p < a->pattern_count; p++)
        if (used[p] && workload_met(a, p, x) != workload_met(a, p, y))
            return false;
    return true;
}

static bool met_by_all(const workload_attribute *a, const bool *used, uint32_t demand) {
    for (uint32_t p = 0; p < a->pattern_count; p++)
        if (used[p] && !workload_met(a, p, demand))
            return false;
    return true;
}

/* Gives each class of a column a bit, in bytes that hold one weight only; returns the next free bit. */
static uint32_t give_bits(column *c, const bool *used, unsigned weight, uint32_t next, unsigned char *bytes) {
    const workload_attribute *a = c->attribute;
    for (uint32_t code = 0; code < code_count(c); code++)
        c->bits[code] = NO_BIT;
    for (uint32_t d = 0; d < a->demand_count; d++) {
        if (c->rows[WORKLOAD_FIRST + d] == 0 || met_by_all(a, used, d))
            continue;
        for (uint32_t e = 0; e < d && c->bits[WORKLOAD_FIRST + d] == NO_BIT; e++)
            if (c->bits[WORKLOAD_FIRST + e] != NO_BIT && same_class(a, used, d, e))
                c->bits[WORKLOAD_FIRST + d] = c->bits[WORKLOAD_FIRST + e];
        if (c->bits[WORKLOAD_FIRST + d] != NO_BIT)
            continue;
        if (next % 8 != 0 && bytes[next / 8] != weight)
            next = (next / 8 + 1) * 8;
        if (next >= 64 * YARD_WORDS_MAX)
            bench_die("the yardstick has no room for so many classes of demands");
        bytes[next / 8] = (unsigned char)weight;
        c->bits[WORKLOAD_FIRST + d] = next++;
    }
    return next;
}

/* Columns of equal weight share bytes, so they get their bits one after the other. */
static void lay_out_bits(builder *b, bool *const *used) {
    const workload *w = b->workload;
    yard_plan *plan = b->plan;
    unsigned heaviest = 0;
    uint32_t next[2] = {0, 0};
    plan->unit = true;
    for (uint32_t i = 0; i < w->options.attributes; i++) {
        heaviest = heaviest < w->attributes[i].weight ? w->attributes[i].weight : heaviest;
        plan->unit &= w->attributes[i].weight == w->attributes[0].weight;
    }
    if (heaviest > WEIGHT_MAX)
        bench_die("the yardstick takes weights up to %d", WEIGHT_MAX);
    for (unsigned weight = 1; weight <= heaviest; weight++)
        for (uint32_t i = 0; i < w->options.attributes; i++)
            for (unsigned want = 0; want < 2 && w->attributes[i].weight == weight; want++)
                next[want] = give_bits(&b->columns[2 * i + want], used[i], plan->unit ? 1 : weight,
                                       next[want], want ? b->want_bytes : b->need_bytes);
    plan->need_words = next[0] == 0 ? 1 : (next[0] + 63) / 64;
    plan->want_words = (next[1] + 63) / 64;
    size_t halves = (next[0] + 31) / 32 > (next[1] + 31) / 32 ? (next[0] + 31) / 32 : (next[1] + 31) / 32;
    plan->half_words = halves == 0 ? 1 : halves;
    if (plan->half_words > YARD_WORDS_MAX)
        bench_die("the yardstick has no room for so many classes of demands");
}

static uint64_t half_of(const uint64_t *needs, size_t need_words, const uint64_t *wants, size_t want_words,
                        size_t half) {
    uint64_t need = half / 2 < need_words ? needs[half / 2] >> (half % 2 * 32) : 0;
    uint64_t want = half / 2 < want_words ? wants[half / 2] >> (half % 2 * 32) : 0;
    return need << 32 | (want & UINT32_MAX);
}

static void set_weights(builder *b) {
    yard_plan *plan = b->plan;
    uint64_t needs[YARD_WORDS_MAX];
    memcpy(needs, b->need_bytes, sizeof needs);
    memcpy(plan->want_weights, b->want_bytes, sizeof plan->want_weights);
    for (size_t h = 0; h < plan->half_words; h++)
        plan->half_weights[h] = half_of(needs, YARD_WORDS_MAX, plan->want_weights, YARD_WORDS_MAX, h);
}

/* The classes that an offering on these patterns misses. */
static void miss_masks(const builder *b, const uint16_t *patterns, bool want, uint64_t *out_words) {
    for (uint32_t i = 0; i < b->workload->options.attributes; i++) {
        const column *c = &b->columns[2 * i + want];
        for (uint32_t d = 0; d < c->attribute->demand_count; d++) {
            uint32_t bit = c->bits[WORKLOAD_FIRST + d];
            if (bit != NO_BIT && !workload_met(c->attribute, patterns[i], d))
                out_words[bit / 64] |= UINT64_C(1) << (bit % 64);
        }
    }
}

static uint64_t hash_of(const yard_group *g, const yard_plan *plan, size_t place) {
    uint64_t hash = 0;
    for (size_t h = 0; h < plan->half_words; h++)
        hash = bench_mix(hash ^ g->half[place * plan->half_words + h]);
    return hash;
}

/* Whether an offering before it in the group misses the same: then it can never be the best. */
static bool is_repeated(const yard_group *g, const yard_plan *plan, size_t place, uint32_t *index,
                        size_t index_mask) {
    size_t bytes = plan->half_words * sizeof *g->half;
    size_t at = hash_of(g, plan, place) & index_mask;
    for (; index[at] != 0; at = (at + 1) & index_mask)
        if (memcmp(g->half + (index[at] - 1) * plan->half_words, g->half + place * plan->half_words, bytes) ==
            0)
            return true;
    index[at] = (uint32_t)place + 1;
    return false;
}

enum { OWN, PARTNER, NOMINAL };

static bool belongs(const workload *w, uint32_t o, int group) {
    size_t row = (size_t)o * w->options.attributes;
    if (group != NOMINAL)
        return w->own[o] == (group == OWN);
    return w->own[o] &&
           memcmp(w->nominal + row, w->dependable + row, w->options.attributes * sizeof *w->nominal) != 0;
}

static void fill_group(builder *b, yard_group *g, int which) {
    const workload *w = b->workload;
    const yard_plan *plan = b->plan;
    size_t most = w->options.offerings;
    size_t index_size = 64;
    while (index_size < 2 * most)
        index_size *= 2;
    uint32_t *index = bench_new(index_size, sizeof *index);
    g->need = bench_new(most * plan->need_words + 8, sizeof *g->need);
    g->want = bench_new(most * plan->want_words + 8, sizeof *g->want);
    g->half = bench_new(most * plan->half_words + 8, sizeof *g->half);
    g->offering = bench_new(most, sizeof *g->offering);
    for (uint32_t o = 0; o < w->options.offerings; o++) {
        if (!belongs(w, o, which))
            continue;
        const uint16_t *patterns =
            (which == NOMINAL ? w->nominal : w->dependable) + (size_t)o * w->options.attributes;
        uint64_t *need = g->need + g->count * plan->need_words;
        uint64_t *want = g->want + g->count * plan->want_words;
        memset(need, 0, plan->need_words * sizeof *need);
        memset(want, 0, plan->want_words * sizeof *want);
        miss_masks(b, patterns, false, need);
        miss_masks(b, patterns, true, want);
        for (size_t h = 0; h < plan->half_words; h++)
            g->half[g->count * plan->half_words + h] =
                half_of(need, plan->need_words, want, plan->want_words, h);
        g->offering[g->count] = o;
        g->count += !is_repeated(g, plan, g->count, index, index_size - 1);
    }
    free(index);
}

typedef struct risk {
    uint64_t missed;
    uint64_t stated;
} risk;

static bool riskier(risk a, risk b) {
    return (unsigned __int128)a.missed * b.stated > (unsigned __int128)b.missed * a.stated;
}

static risk risk_of(const builder *b, uint32_t attribute, uint32_t offering) {
    const column *c = &b->columns[2 * attribute];
    uint32_t pattern =
        b->workload->dependable[(size_t)offering * b->workload->options.attributes + attribute];
    risk r = {0, 0};
    for (uint32_t d = 0; d < c->attribute->demand_count; d++) {
        uint64_t rows = c->rows[WORKLOAD_FIRST + d];
        r.stated += rows;
        r.missed += workload_met(c->attribute, pattern, d) ? 0 : rows;
    }
    r.stated += r.stated == 0; /* nobody states it: no risk */
    return r;
}

/* For each own offering the attributes to ask about, the riskiest first, ties in model order. */
static void order_questions(builder *b) {
    yard_plan *plan = b->plan;
    for (uint32_t i = 0; i < b->workload->options.attributes; i++) {
        if (b->columns[2 * i].rows[WORKLOAD_UNASKED] == 0)
            continue;
        if (plan->unasked_count == sizeof plan->unasked_attributes / sizeof *plan->unasked_attributes)
            bench_die("the yardstick has no room for so many unasked attributes");
        plan->unasked_attributes[plan->unasked_count++] = (uint16_t)i;
    }
    size_t count = plan->unasked_count;
    plan->ask_order = bench_new(plan->own.count * count, sizeof *plan->ask_order);
    for (size_t place = 0; place < plan->own.count; place++) {
        unsigned char *order = plan->ask_order + place * count;
        risk risks[32];
        for (size_t i = 0; i < count; i++) {
            size_t at = i;
            risks[i] = risk_of(b, plan->unasked_attributes[i], plan->own.offering[place]);
            for (; at > 0 && riskier(risks[i], risks[order[at - 1]]); at--)
                order[at] = order[at - 1];
            order[at] = (unsigned char)i;
        }
    }
}

/* Adds the bits of one column to the words of all rows. */
static void add_column(const builder *b, uint32_t index, uint64_t *const *words) {
    const column *c = &b->columns[index];
    const uint16_t *codes = b->workload->codes[index];
    uint64_t rows = b->plan->row_count;
    for (size_t w = 0; w < YARD_WORDS_MAX; w++) {
        uint64_t *of_code = bench_new(code_count(c), sizeof *of_code);
        uint64_t used = 0;
        for (uint32_t code = 0; code < code_count(c); code++) {
            of_code[code] = c->bits[code] / 64 == w ? UINT64_C(1) << (c->bits[code] % 64) : 0;
            used |= of_code[code];
        }
        uint64_t *to = words[w];
        if (used != 0) {
#pragma omp parallel for schedule(static) default(none) shared(to, of_code, codes, rows)
            for (uint64_t row = 0; row < rows; row++)
                to[row] |= of_code[codes[row]];
        }
        free(of_code);
    }
}

static void build_rows(builder *b) {
    yard_plan *plan = b->plan;
    uint64_t padded = (plan->row_count + YARD_TILE - 1) / YARD_TILE * YARD_TILE + YARD_PAD;
    for (size_t w = 0; w < plan->need_words; w++) {
        plan->need[w] = bench_big_new(padded, sizeof **plan->need);
        for (uint64_t row = plan->row_count; row < padded; row++)
            plan->need[w][row] = ~UINT64_C(0);
    }
    for (size_t w = 0; w < plan->want_words; w++)
        plan->want[w] = bench_big_new(padded, sizeof **plan->want);
    plan->unasked = bench_big_new(padded, sizeof *plan->unasked);
    for (uint32_t i = 0; i < 2 * b->workload->options.attributes; i++)
        if (b->workload->codes[i] != NULL)
            add_column(b, i, i % 2 == 0 ? plan->need : plan->want);
    for (size_t i = 0; i < plan->unasked_count; i++) {
        const uint16_t *codes = b->workload->codes[2 * plan->unasked_attributes[i]];
        uint32_t *to = plan->unasked;
        uint64_t rows = plan->row_count;
#pragma omp parallel for schedule(static) default(none) shared(to, codes, rows, i)
        for (uint64_t row = 0; row < rows; row++)
            to[row] |= (uint32_t)(codes[row] == WORKLOAD_UNASKED) << i;
    }
}

yard_plan *yard_plan_new(const workload *w, yard_build *out_build) {
    builder b = {.workload = w, .plan = bench_new(1, sizeof(yard_plan))};
    size_t attributes = w->options.attributes;
    bool **used = bench_new(attributes, sizeof *used);
    b.columns = bench_new(2 * attributes, sizeof *b.columns);
    b.plan->row_count = w->options.rows;
    bench_time start = bench_now();
    count_codes(&b);
    out_build->rows = bench_since(start);
    start = bench_now();
    find_used_patterns(&b, used);
    lay_out_bits(&b, used);
    set_weights(&b);
    fill_group(&b, &b.plan->own, OWN);
    fill_group(&b, &b.plan->partners, PARTNER);
    fill_group(&b, &b.plan->nominal, NOMINAL);
    order_questions(&b);
    out_build->plan = bench_since(start);
    start = bench_now();
    build_rows(&b);
    bench_time rows = bench_since(start);
    out_build->rows.wall += rows.wall;
    out_build->rows.cpu += rows.cpu;
    for (size_t i = 0; i < 2 * attributes; i++) {
        free(b.columns[i].rows);
        free(b.columns[i].bits);
    }
    for (size_t i = 0; i < attributes; i++)
        free(used[i]);
    free(used);
    free(b.columns);
    return b.plan;
}

void yard_plan_free(yard_plan *plan) {
    yard_group *groups[] = {&plan->own, &plan->partners, &plan->nominal};
    for (size_t g = 0; g < 3; g++) {
        free(groups[g]->need);
        free(groups[g]->want);
        free(groups[g]->half);
        free(groups[g]->offering);
    }
    for (size_t w = 0; w < YARD_WORDS_MAX; w++) {
        free(plan->need[w]);
        free(plan->want[w]);
    }
    free(plan->unasked);
    free(plan->ask_order);
    free(plan);
}
