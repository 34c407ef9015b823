/* Sets that an offering might offer instead, and whose needs they meet. */
#ifndef FITMATCH_ANALYSIS_ROADMAP_SETS_H
#define FITMATCH_ANALYSIS_ROADMAP_SETS_H

#include "analysis/roadmap_counts.h"

/** The values of one attribute that are offered or demanded, sorted by their folded bytes. Texts are borrowed
 * from the catalog and the base. */
typedef struct fm__universe {
    size_t count;
    fm_text *folded;
    fm_text *spelled;
    uint32_t *of_element; /**< [element of the needs] */
} fm__universe;

/** False when memory ran out. */
bool fm__universe_init(fm__universe *universe, const fm__offered *offered, const fm__demands *demands);
void fm__universe_destroy(fm__universe *universe);

/** Sets of values of a universe, each ascending. Zero-initialise; free with fm__set_list_destroy. */
typedef struct fm__set_list {
    size_t *begins; /**< [count + 1] */
    size_t begin_capacity;
    uint32_t *values;
    size_t value_capacity;
    size_t count;
    fm__index index; /**< of those that fm__set_list_add_new added */
} fm__set_list;

void fm__set_list_destroy(fm__set_list *list);

/** Room for a set of `length` values behind the others, to be filled in and then added; NULL when memory ran
 * out. */
uint32_t *fm__set_list_room(fm__set_list *list, size_t length);

/** Adds the set of `length` values that was filled in. */
void fm__set_list_add(fm__set_list *list, size_t length);

/** The same unless the set is there already; false when memory ran out. */
bool fm__set_list_add_new(fm__set_list *list, size_t length);

static inline size_t fm__set_length(const fm__set_list *list, size_t set) {
    return list->begins[set + 1] - list->begins[set];
}

static inline const uint32_t *fm__set_values(const fm__set_list *list, size_t set) {
    return list->values + list->begins[set];
}

/** Adds the set of an offering, its values being in the universe; false when memory ran out. */
bool fm__set_list_add_offered(fm__set_list *list, const fm__universe *universe, const fm__offered *offered,
                              size_t offering);

/**
 * Adds what an offering would offer to meet a demand, or, for any_of, to have an element as well.
 *
 * @param offered  the offering's set.
 * @param seed     demand (code - FM__CODE_FIRST) or element.
 * @return false when memory ran out.
 */
bool fm__set_list_add_changed(fm__set_list *list, const fm__universe *universe, const fm__demands *demands,
                              const uint32_t *offered, size_t offered_count, uint32_t seed);

/** Sorts sets by how many values differ from `offered`, then by their folded values joined with bars, by
 * bytes; those that are the same stay in their order. Caller frees; NULL when memory ran out. */
uint32_t *fm__set_list_order(const fm__set_list *list, const fm__universe *universe, const uint32_t *offered,
                             size_t offered_count);

/**
 * Adds up the weights of the demands that each set meets.
 *
 * @param out_weights [set] none before.
 * @return false when memory ran out.
 */
bool fm__set_list_weigh(const fm__set_list *list, const fm__universe *universe, const fm__plan *plan,
                        size_t attribute, const fm__histogram *histogram, const fm__weighing *weighing,
                        char *out_weights);

#endif
