/* The plan of a workload: rules, what the offerings offer, which values customers demand, and how often. */
#ifndef GEN_PLAN_H
#define GEN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "draw.h"
#include "options.h"
#include "sink.h"

enum gen_rule { GEN_AT_MOST, GEN_AT_LEAST, GEN_COVERS, GEN_ANY_OF, GEN_NONE_OF, GEN_FLAG };

/* A value is a number in hundredths, a set as a mask of words, or a flag as 0 or 1. */
typedef uint64_t gen_value;

typedef struct gen_candidate {
    uint64_t order; /* offered values that do not meet it, then a random tie-break */
    gen_value demand;
} gen_candidate;

typedef struct gen_attribute {
    char name[32];
    enum gen_rule rule;
    const char *unit; /* NULL: none */
    unsigned weight;
    uint32_t pattern_count;
    uint32_t level_count;
    gen_value *patterns;
    gen_value *levels;
    uint64_t base, span;       /* of numbers: the offered values reach from base to base + span */
    gen_candidate *candidates; /* of sets: possible demands, the loosest first */
    uint32_t candidate_count;
    gen_slot *needs; /* outcomes: levels, levels in quotes, blank, unasked */
    gen_slot *wants;
} gen_attribute;

/* Outcome codes of an attribute: see gen_attribute.needs. */
static inline uint32_t gen_outcomes(const gen_attribute *attribute) {
    return attribute->level_count * 2 + 2;
}

typedef struct gen_plan {
    const gen_options *options;
    uint32_t attribute_count, offering_count;
    gen_attribute *attributes;
    uint32_t *patterns; /* [offering_count][attribute_count]: which pattern an offering has */
    bool *own;          /* [offering_count] */
    uint32_t fitting;   /* the share of a sample of rows that an own offering fits */
} gen_plan;

bool gen_plan_make(gen_plan *plan, const gen_options *options); /* false: out of memory, or said why */
void gen_plan_destroy(gen_plan *plan);

static inline bool gen_rule_is_number(enum gen_rule rule) {
    return rule == GEN_AT_MOST || rule == GEN_AT_LEAST;
}

/* Longest text of a value, with its end: a set of 64 words of up to seven letters and a bar each. */
#define GEN_TEXT_BYTES 512
void gen_value_text(const gen_attribute *attribute, gen_value value, char out_text[GEN_TEXT_BYTES]);

bool gen_write_model(const gen_plan *plan, gen_sink *sink);
bool gen_write_offerings(const gen_plan *plan, gen_sink *sink);
bool gen_write_history(const gen_plan *plan, gen_sink *sink);

#endif
