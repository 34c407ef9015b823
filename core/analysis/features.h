/* Features of customers: what their needs name, as the profile counts it. */
#ifndef FITMATCH_ANALYSIS_FEATURES_H
#define FITMATCH_ANALYSIS_FEATURES_H

#include "match/phrases.h"

/** Numbers with more distinct demands are put into levels. */
#define FM__FEATURE_NUMBERS_MAX 8

/** What a feature is among the needs of an attribute. Its bounds are set where it is a level. */
typedef struct fm__feature {
    uint16_t attribute;
    bool is_level;
    bool has_above; /**< above > ... */
    bool has_upto;  /**< ... <= upto */
    double above;
    double upto;      /**< of a number that is no level: the number */
    uint32_t element; /**< of a set: the value */
    uint64_t favourites;
    uint64_t others;
    double log_odds;
} fm__feature;

/** The features of all needs, in the order in which they are shown: attributes in model order, numbers
 * ascending, values of sets by their bytes. Some have no rows. */
typedef struct fm__features {
    const fm__plan *plan;
    fm__feature *list;
    size_t count;
    size_t capacity;
    size_t *begins; /**< [attribute + 1] */
    /** [attribute] -> [code - FM__CODE_FIRST]: the feature of a number or flag; NULL for sets. */
    uint32_t **of_codes;
} fm__features;

/** Finds them; false when memory ran out, and in either case free with fm__features_destroy. */
bool fm__features_find(fm__features *features, const fm__plan *plan);

void fm__features_destroy(fm__features *features);

/** The features of a demand as a run of places: for sets `out_elements` are values of the attribute, to be
 * added to its first feature; for others it is NULL, and the answer is one feature. */
static inline size_t fm__features_of(const fm__features *features, size_t attribute, uint32_t demand,
                                     const uint32_t **out_elements, size_t *out_first) {
    const fm__demands *demands = fm__base_demands(features->plan->base, attribute, false);
    if (features->of_codes[attribute] != NULL) {
        *out_elements = NULL;
        *out_first = features->of_codes[attribute][demand];
        return 1;
    }
    *out_elements = demands->set_elements + demands->set_begins[demand];
    *out_first = features->begins[attribute];
    return demands->set_begins[demand + 1] - demands->set_begins[demand];
}

/** A feature in words, such as "<= 24 h", "> 24 h to 48 h", "North", "yes". */
void fm__feature_phrase(fm__phrase *phrase, const fm__features *features, const fm__feature *feature);

#endif
