/* What random customers demand: at, just under and just over what is offered. */
#include "workspace_customers.h"

#include <math.h>

/* A number about `offered`. With `met`, one that the rule likes; without, mostly one that it does not. */
static double demand_near(struct workspace_rng *rng, double offered, enum oracle_rule rule, bool met) {
    static const double steps[] = {0.001, 0.001, 0.5, 1, 1e9};
    double value = offered;
    const double loose = rule == ORACLE_AT_MOST ? 1 : -1;
    const double side = met ? loose : -loose;
    const size_t kind = workspace_below(rng, 10);
    if (kind < 3)
        value = met || kind == 0 ? offered : nextafter(offered, side * (double)INFINITY);
    else if (kind < 6)
        value = nextafter(offered, side * (double)INFINITY);
    else
        value = offered + side * WORKSPACE_PICK(rng, steps);
    return isfinite(value) ? value : offered;
}

static bool in_set(const struct workspace_set *set, size_t word) {
    for (size_t i = 0; i < set->count; i++)
        if (set->words[i] == word)
            return true;
    return false;
}

/* A word of the attribute that `set` has not, if a few tries find one; else one that nobody offers. */
static size_t word_outside(struct workspace_rng *rng, const struct workspace_attribute *attribute,
                           const struct workspace_set *set) {
    for (int i = 0; i < 6; i++) {
        const size_t word = workspace_below(rng, attribute->word_count);
        if (!in_set(set, word))
            return word;
    }
    return attribute->word_count - 1;
}

static struct workspace_set demand_set(struct workspace *workspace, struct workspace_rng *rng,
                                       const struct workspace_attribute *attribute,
                                       const struct workspace_set *offered, bool met) {
    const bool inside = attribute->rule == ORACLE_NONE_OF ? !met : met;
    struct workspace_set set = {.count = workspace_between(rng, 1, workspace_chance(rng, 20) ? 6 : 2)};
    set.words = oracle_alloc(&workspace->heap, set.count, sizeof *set.words);
    for (size_t i = 0; i < set.count; i++) {
        /* One word is enough to fail `covers`, to meet `any_of` and to fail `none_of`. */
        const bool decisive = i == 0 || (attribute->rule == ORACLE_COVERS ? inside : !inside);
        bool from_offered = decisive ? inside : workspace_chance(rng, 50);
        if (offered->count == 0)
            from_offered = false;
        set.words[i] = from_offered ? offered->words[workspace_below(rng, offered->count)]
                                    : word_outside(rng, attribute, offered);
    }
    return set;
}

struct workspace_value workspace_demand(struct workspace *workspace, struct workspace_rng *rng,
                                        const struct workspace_attribute *attribute,
                                        const struct workspace_offering *target, bool met) {
    const size_t a = (size_t)(attribute - workspace->attributes);
    const struct workspace_value *offered = &target->values[a];
    struct workspace_value demand = {0};
    if (attribute->rule == ORACLE_FLAG)
        demand.yes = met ? offered->yes && !offered->blank : workspace_chance(rng, 70);
    else if (attribute->rule <= ORACLE_AT_LEAST)
        demand.number = demand_near(rng, offered->number, attribute->rule, met);
    else
        demand.set = demand_set(workspace, rng, attribute, &offered->set, met);
    /* What is not offered at all meets nothing: who is to be served does not ask for it. */
    demand.blank = met && offered->blank && attribute->rule != ORACLE_NONE_OF && workspace_chance(rng, 95);
    return demand;
}
