/* What can be offered and demanded on each attribute, and which offer meets which demand. */
#include "support.h"
#include "workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Elements of a set attribute: single letters, so that a bit set says it all. */
#define ELEMENTS 16
/* Demanded sets are fewer than demanded numbers: people pick from a list. */
#define SET_DEMANDS_MAX 14

/* The mix of rules, repeated: numbers are the most frequent in practice. */
static const fm_rule rule_mix[] = {FM_RULE_AT_MOST, FM_RULE_AT_LEAST, FM_RULE_COVERS,   FM_RULE_FLAG,
                                   FM_RULE_AT_MOST, FM_RULE_ANY_OF,   FM_RULE_AT_LEAST, FM_RULE_NONE_OF};

static uint32_t draw_subset(uint64_t *random, uint32_t least, uint32_t most) {
    uint32_t wanted = least + bench_below(random, most - least + 1);
    uint32_t set = 0;
    while ((uint32_t)__builtin_popcount(set) < wanted)
        set |= 1U << bench_below(random, ELEMENTS);
    return set;
}

/* A subset that is not among the `count` before it, as far as a hundred attempts find one. */
static uint32_t draw_new_subset(uint64_t *random, uint32_t least, uint32_t most, const uint32_t *sets,
                                uint32_t count) {
    uint32_t set = 0;
    for (int attempt = 0; attempt < 100; attempt++) {
        bool known = false;
        set = draw_subset(random, least, most);
        for (uint32_t i = 0; i < count; i++)
            known |= sets[i] == set;
        if (!known)
            break;
    }
    return set;
}

static void write_set(uint32_t set, char *out_cell) {
    size_t length = 0;
    for (uint32_t e = 0; e < ELEMENTS; e++) {
        if (set >> e & 1) {
            if (length > 0)
                out_cell[length++] = '|';
            out_cell[length++] = (char)('a' + e);
        }
    }
    out_cell[length] = '\0';
}

static void draw_patterns(workload_attribute *a, uint32_t patterns, uint64_t *random) {
    a->pattern_count = (a->rule == FM_RULE_FLAG ? 2 : patterns) + 1;
    a->pattern_numbers = bench_new(a->pattern_count, sizeof *a->pattern_numbers);
    a->pattern_sets = bench_new(a->pattern_count, sizeof *a->pattern_sets);
    a->pattern_cells = bench_new(a->pattern_count, sizeof *a->pattern_cells);
    for (uint32_t p = 0; p + 1 < a->pattern_count; p++) {
        if (workload_is_numeric(a)) {
            a->pattern_numbers[p] = 10.0 * (p + 1);
            (void)snprintf(a->pattern_cells[p], WORKLOAD_CELL_BYTES, "%.15g", a->pattern_numbers[p]);
        } else if (a->rule == FM_RULE_FLAG) {
            a->pattern_sets[p] = p;
            (void)snprintf(a->pattern_cells[p], WORKLOAD_CELL_BYTES, "%s", p == 1 ? "yes" : "no");
        } else {
            a->pattern_sets[p] = draw_new_subset(random, 5, 10, a->pattern_sets, p);
            write_set(a->pattern_sets[p], a->pattern_cells[p]);
        }
    }
    a->pattern_numbers[a->pattern_count - 1] = (double)NAN;
}

static void draw_demands(workload_attribute *a, const workload_options *options, uint64_t *random) {
    uint32_t count = options->demands;
    if (a->rule == FM_RULE_FLAG)
        count = 1;
    else if (!workload_is_numeric(a))
        count = count < SET_DEMANDS_MAX ? count : SET_DEMANDS_MAX;
    a->demand_count = count;
    a->demand_numbers = bench_new(count, sizeof *a->demand_numbers);
    a->demand_sets = bench_new(count, sizeof *a->demand_sets);
    a->demand_cells = bench_new(count, sizeof *a->demand_cells);
    double span = 10.0 * (options->patterns + 1); /* a little looser and tighter than anything offered */
    for (uint32_t d = 0; d < count; d++) {
        if (workload_is_numeric(a)) {
            /* Whole fives, so that many demands are exactly an offered value. */
            a->demand_numbers[d] = 5 + floor(span * d / count * 2) / 2;
            (void)snprintf(a->demand_cells[d], WORKLOAD_CELL_BYTES, "%.15g", a->demand_numbers[d]);
        } else if (a->rule == FM_RULE_FLAG) {
            a->demand_sets[d] = 1;
            a->demand_numbers[d] = 1;
        } else {
            a->demand_sets[d] =
                draw_new_subset(random, 1, a->rule == FM_RULE_COVERS ? 3 : 2, a->demand_sets, d);
            write_set(a->demand_sets[d], a->demand_cells[d]);
        }
    }
}

static bool meets(const workload_attribute *a, uint32_t pattern, uint32_t demand) {
    double offered = a->pattern_numbers[pattern];
    uint32_t has = a->pattern_sets[pattern];
    uint32_t asked = a->demand_sets[demand];
    switch (a->rule) {
    case FM_RULE_AT_MOST: /* comparisons with a blank, NaN, are false */
        return offered <= a->demand_numbers[demand];
    case FM_RULE_AT_LEAST:
        return offered >= a->demand_numbers[demand];
    case FM_RULE_ANY_OF:
        return (has & asked) != 0;
    case FM_RULE_NONE_OF:
        return (has & asked) == 0;
    default:
        return (asked & ~has) == 0;
    }
}

/* Swaps demands so that the ones which most patterns meet come first. */
static void sort_demands(workload_attribute *a) {
    uint32_t *met_by = bench_new(a->demand_count, sizeof *met_by);
    for (uint32_t d = 0; d < a->demand_count; d++)
        for (uint32_t p = 0; p < a->pattern_count; p++)
            met_by[d] += meets(a, p, d);
    for (uint32_t d = 1; d < a->demand_count; d++) {
        for (uint32_t i = d; i > 0 && met_by[i - 1] < met_by[i]; i--) {
            uint32_t met = met_by[i];
            double number = a->demand_numbers[i];
            uint32_t set = a->demand_sets[i];
            char cell[WORKLOAD_CELL_BYTES];
            memcpy(cell, a->demand_cells[i], sizeof cell);
            met_by[i] = met_by[i - 1];
            a->demand_numbers[i] = a->demand_numbers[i - 1];
            a->demand_sets[i] = a->demand_sets[i - 1];
            memcpy(a->demand_cells[i], a->demand_cells[i - 1], sizeof cell);
            met_by[i - 1] = met;
            a->demand_numbers[i - 1] = number;
            a->demand_sets[i - 1] = set;
            memcpy(a->demand_cells[i - 1], cell, sizeof cell);
        }
    }
    free(met_by);
}

void workload_draw_values(workload *w, uint64_t *random) {
    w->attributes = bench_new(w->options.attributes, sizeof *w->attributes);
    for (uint32_t i = 0; i < w->options.attributes; i++) {
        workload_attribute *a = &w->attributes[i];
        a->rule = rule_mix[i % (sizeof rule_mix / sizeof *rule_mix)];
        a->weight = 1 + bench_below(random, w->options.weight_max);
        /* Numbers in memory can say "blank" but not "unasked"; sets and flags can say both. */
        a->may_be_unasked = w->options.unasked > 0 && !workload_is_numeric(a) && i < 48;
        (void)snprintf(a->name, sizeof a->name, "a%u", i);
        (void)snprintf(a->want_name, sizeof a->want_name, "want_a%u", i);
        draw_patterns(a, w->options.patterns, random);
        draw_demands(a, &w->options, random);
        sort_demands(a);
        a->met = bench_new((size_t)a->pattern_count * a->demand_count, sizeof *a->met);
        for (uint32_t p = 0; p < a->pattern_count; p++)
            for (uint32_t d = 0; d < a->demand_count; d++)
                a->met[(size_t)p * a->demand_count + d] = meets(a, p, d);
    }
}
