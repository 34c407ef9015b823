/* Inside of a catalog, for the rooms above. */
#ifndef FITMATCH_MODEL_CATALOG_H
#define FITMATCH_MODEL_CATALOG_H

#include "support/names.h"

#include <fitmatch/catalog.h>

/** The offered values of one attribute, one entry an offering; only the member of the attribute's rule is
 * set. */
typedef struct fm__offered {
    /* at_most, at_least */
    double *nominal;    /**< NaN where blank */
    double *dependable; /**< what matching uses */
    uint64_t *records;
    uint64_t *kept; /**< records that keep the nominal value */
    /* flag */
    bool *flags;
    /* covers, any_of, none_of */
    fm_text *folded;  /**< [value_count] folded values, sorted by their bytes */
    fm_text *spelled; /**< [value_count] as the table first spells them */
    size_t value_count;
    size_t *set_begins;   /**< [offering_count + 1] */
    uint32_t *set_values; /**< values of each offering, ascending, each once */
} fm__offered;

struct fm_catalog {
    const fm_model *model;
    fm__arena arena;
    fm_offering *offerings;
    size_t offering_count;
    fm__names ids;        /**< numbered like the offerings */
    fm__offered *offered; /**< [attribute] */
};

/** The number of a folded value among an attribute's offered values, or FM__INDEX_NONE. */
uint32_t fm__offered_find(const fm__offered *offered, fm_text folded);

#endif
