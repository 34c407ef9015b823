/* The plan: a catalog compiled against a base.
 *
 * For every demand column (the needs or the wants of an attribute) the plan says how to derive, from the
 * slices of a block of 512 customers, one plane per pattern (distinct offered value): bit r is set when row r
 * states a demand there that the pattern does not meet. A variant (an offering on its dependable or on its
 * nominal values) is then a list of planes; patterns that miss nobody in this base are left out. */
#ifndef FITMATCH_MATCH_PLAN_H
#define FITMATCH_MATCH_PLAN_H

#include "base/base.h"
#include "match/bundles.h"
#include "model/catalog.h"

/** The plane that is always zero. */
#define FM__PLANE_ZERO 0

/** How the miss planes of a column come out of its slices. */
typedef enum fm__method {
    FM__METHOD_THRESHOLD, /**< numbers and flags: code >= threshold, one logic operation a slice and pattern
                           */
    FM__METHOD_TABLE, /**< sets with few codes: a truth table over the bits of the code, folded slice by slice
                       */
    FM__METHOD_ROWS,  /**< sets with many codes: a row of patterns per customer, turned by 90 degrees */
} fm__method;

/** For sets: which patterns miss which element; the patterns that a demand misses are the OR over its
 * elements. */
typedef struct fm__signatures {
    const fm__demands *demands;
    size_t words;         /**< 64-bit words of a row of patterns */
    uint64_t *of_element; /**< [element][words] */
    bool invert; /**< any_of: missed are the patterns that share no element, the complement of the OR */
    uint64_t last_mask; /**< patterns that exist in the last word */
} fm__signatures;

/** The column of a group that no offering misses. */
#define FM__NO_COLUMN UINT32_MAX

/** One demand column: what its slices turn into. */
typedef struct fm__group {
    size_t attribute;
    bool want;
    size_t demand;   /**< its place among the base's demands */
    uint32_t column; /**< its place among the columns of its side, or FM__NO_COLUMN */
    uint32_t first_slice;
    uint32_t slice_count;
    uint32_t stated_plane;  /**< rows that state a demand; FM__PLANE_ZERO if none does */
    uint32_t unasked_plane; /**< rows still unasked; FM__PLANE_ZERO if none is */
    uint32_t first_plane;   /**< miss planes, one a pattern */
    uint32_t plane_count;
    fm__method method;
    bool met_by_some; /**< some offering meets every demand of this column */
    /* FM__METHOD_THRESHOLD */
    uint32_t *thresholds;       /**< [pattern] first code that the pattern does not meet, ascending */
    uint32_t *classes;          /**< [code] thresholds up to it */
    uint32_t loosest_threshold; /**< the highest one of an offering on its dependable values */
    uint64_t *not_bits;         /**< [pattern][slice] all ones where the threshold's bit is 0 */
    /* FM__METHOD_TABLE */
    uint8_t
        *tables; /**< [pattern][fm__table_bytes] four codes each, bit set where the pattern misses the code */
    /* FM__METHOD_TABLE and FM__METHOD_ROWS */
    fm__signatures signatures;
} fm__group;

/** Bytes of a truth table over codes of so many slices (at least 2). */
static inline size_t fm__table_bytes(uint32_t slice_count) {
    return (size_t)1 << (slice_count - 2);
}

/** A plane that a variant misses, with the attribute's weight. */
typedef struct fm__term {
    uint32_t plane;
    uint16_t attribute;
    uint8_t weight;
} fm__term;

/** Digits of a weight. */
#define FM__WEIGHT_BITS 8

/** One side, needs or wants, of all variants: the columns in which some variant misses somebody. */
typedef struct fm__side {
    uint32_t *groups;         /**< [column_count] */
    uint8_t *weights;         /**< [column_count] */
    uint32_t *first_patterns; /**< [column_count] where the column begins in fm__contest.members */
    uint32_t column_count;
    uint32_t pattern_count;
    uint32_t sum_slices;   /**< slices of a sum of weights */
    uint32_t most;         /**< the largest sum of a variant */
    uint8_t weight_digits; /**< binary digits that occur in some weight */
} fm__side;

/** Columns of a side that a sum goes over: an addend for every one in the binary digits of their weights, by
 * digit, the lowest first. */
typedef struct fm__adder {
    uint32_t column_count;
    uint32_t *columns;                /**< [column_count] */
    uint32_t counts[FM__WEIGHT_BITS]; /**< addends of each digit */
    uint32_t *addends;                /**< columns of the addends; one more than there can be */
} fm__adder;

/** An offering on its dependable or nominal values: its terms, needs and wants apart, in model order. */
typedef struct fm__variant {
    uint32_t offering;
    const fm__term *needs;
    uint32_t need_count;
    const fm__term *wants;
    uint32_t want_count;
} fm__variant;

/** Variants among which the best is looked for, in order of preference; a place is an index into one.
 *
 * Sets of places have a bit for each and are whole vectors long. Planes are given as words behind the first
 * one. */
typedef struct fm__contest {
    const fm__variant **variants;
    uint32_t count;
    size_t place_words;    /**< words of a set of places */
    uint64_t *places;      /**< all of them */
    uint32_t *need_planes; /**< [place][need column] */
    uint32_t *want_planes; /**< [place][want column] */
    /** [pattern][place_words], by column: places that miss whatever the pattern misses. Of sets, those with
     * just that pattern. */
    uint64_t *members;
} fm__contest;

/** What own offerings share, where they are many. */
typedef struct fm__shares {
    bool useful;             /**< otherwise nothing else is there */
    uint16_t *need_patterns; /**< [need column][64 x place_words] pattern of each own offering */
    fm__span *need_spans;    /**< [need column] patterns that own offerings have */
    fm__bundles wants;       /**< all want columns */
} fm__shares;

typedef struct fm__plan {
    const fm_base *base;
    const fm_catalog *catalog;
    const fm_model_spec *model;
    fm__arena arena;
    fm__group *groups;
    size_t group_count;
    uint32_t *group_of; /**< [2 x attribute + want]: group, or UINT32_MAX when nobody states anything */
    size_t plane_count;
    size_t row_words;      /**< most words of a FM__METHOD_ROWS group */
    uint64_t *plane_rows;  /**< [plane] rows with the bit set: needs of attributes with unasked rows only */
    fm__variant *variants; /**< [offering], then the nominal ones */
    size_t variant_count;
    uint32_t *nominal_of; /**< [offering] its variant on nominal values; itself where there is none */
    /* Variants that can never win are left out. */
    fm__contest own;      /**< own offerings, dependable values */
    fm__contest partners; /**< partners' offerings, dependable values */
    fm__contest nominal;  /**< own offerings that promise other than they deliver, nominal values */
    fm__shares shares;
    fm__side needs;
    fm__side wants;
    fm__side stated;         /**< the stated planes of needs and wants */
    uint32_t *stated_planes; /**< [column] as words behind the first plane */
    fm__adder stated_adder;
    bool is_straight;  /**< deciding goes straight through everything, see fm__kernel.decide_straight */
    uint32_t slices;   /**< enough for sums of needs or wants, and for a number above all of them */
    uint32_t *unasked; /**< [unasked_count] groups with unasked rows, attributes in model order */
    size_t unasked_count;
    uint16_t *ask_order; /**< [own place][unasked_count] places in `unasked`, highest risk first */
} fm__plan;

/** The risk of leaving an attribute unasked, as a fraction: rows whose need is not met, of rows that state
 * one. */
typedef struct fm__risk {
    uint64_t missed;
    uint64_t stated;
    uint32_t place; /**< ties go to the lower one */
} fm__risk;

static inline fm__risk fm__risk_of(uint64_t missed, uint64_t stated, uint32_t place) {
    /* Nobody states it: risk 0, written 0/1 so that comparing needs no special case. */
    return (fm__risk){missed, stated == 0 ? 1 : stated, place};
}

/** Orders risks, the highest first, exactly; for qsort. */
int fm__risk_compare(const void *a, const void *b);

/**
 * Counts, over the dictionary, the rows that each plane of a group misses.
 *
 * @param plane_rows [plan->plane_count] zeroes where the group's planes are.
 * @return false when memory ran out.
 */
bool fm__plan_count_missed(const fm__plan *plan, const fm__group *group, uint64_t *plane_rows);

/** Memory for an adder over any columns of a side; false when it ran out. */
bool fm__adder_init(fm__adder *adder, const fm__side *side, fm__arena *arena);

/** Works out in which order to add adder->columns up. */
void fm__adder_plan(fm__adder *adder, const fm__side *side);

/** Compiles; the plan is immutable afterwards. On failure out_plan is untouched. */
FM_NODISCARD fm_status fm__plan_new(const fm_base *base, const fm_catalog *catalog, fm__plan **out_plan,
                                    fm_error *error);

void fm__plan_free(fm__plan *plan);

/** The group of a demand column, or NULL when nobody states anything in it. */
static inline const fm__group *fm__plan_group(const fm__plan *plan, size_t attribute, bool want) {
    uint32_t group = plan->group_of[2 * attribute + want];
    return group == UINT32_MAX ? NULL : &plan->groups[group];
}

/** The first code whose demand an offered number does not meet, NaN being none; demands are sorted from loose
 * to tight. */
uint32_t fm__number_threshold(const fm__demands *demands, double offered);

/** The plane of rows whose need or want on an attribute a variant does not meet; FM__PLANE_ZERO where none.
 */
uint32_t fm__variant_plane(const fm__variant *variant, size_t attribute, bool want);

#endif
