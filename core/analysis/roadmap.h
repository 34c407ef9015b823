/* Changes of one value of an own offering, and what each of them would win. */
#ifndef FITMATCH_ANALYSIS_ROADMAP_H
#define FITMATCH_ANALYSIS_ROADMAP_H

#include "analysis/roadmap_sets.h"
#include "match/phrases.h"

/** A change; offerings by their place in the catalog. */
typedef struct fm__change {
    fm__weight won;
    uint32_t seed; /**< place among the costs, or: numbers: the code of the demand; sets: see
                      fm__set_list_add_changed */
    uint16_t offering;
    uint16_t attribute;
} fm__change;

/** What stays the same while catalogs change. */
typedef struct fm__roadmap {
    const fm_matches *matches;
    const fm_model_spec *model;
    fm_roadmap_by by;
    fm__worth worth;
    fm__weighing weighing;
    fm__universe *universes; /**< [attribute]; of sets only */
    /* Costs, if there are any: each line's value as that of an offering. */
    bool has_costs;
    size_t line_count;
    fm_catalog *lines;      /**< [line] */
    uint32_t *offerings;    /**< [line] place in the catalog */
    uint16_t *attributes;   /**< [line] */
    double *costs;          /**< [line] */
    bool *taken;            /**< [line] made by an earlier step */
    uint32_t *lines_sorted; /**< lines by offering and attribute, each in their order */
} fm__roadmap;

/** Reads the costs and looks at the money; FM_ERROR_INPUT for a cost of something that does not exist. */
FM_NODISCARD fm_status fm__roadmap_init(fm__roadmap *roadmap, const fm_matches *matches,
                                        const fm_roadmap_options *options, fm_error *error);
void fm__roadmap_destroy(fm__roadmap *roadmap);

/** Is told of the changes; `weight` is what the change wins, exactly. False when memory ran out. */
typedef bool fm__change_found(void *context, const fm__change *change, const void *weight);

/**
 * Finds all changes of a catalog, by offering, attribute and step, the smaller one first. Lines that are
 * taken are left out.
 *
 * @param plan of the matches' catalog, or of one that differs in some values.
 */
FM_NODISCARD fm_status fm__roadmap_changes(const fm__roadmap *roadmap, const fm__plan *plan,
                                           const fm_analysis_run *run, fm__change_found *found, void *context,
                                           fm_error *error);

/** How a change ranks: the greater comes first, by the first difference; all else being equal in the order in
 * which they were found. */
typedef struct fm__change_rank {
    double most;
    double more;
    uint64_t rows;
} fm__change_rank;

fm__change_rank fm__change_rank_of(const fm__roadmap *roadmap, const fm__change *change);

/** Negative if `a` comes first, 0 if neither does. */
int fm__change_rank_compare(const fm__change_rank *a, const fm__change_rank *b);

/**
 * What a change makes of an offering's value.
 *
 * @param catalog that the change is one of.
 * @param as_cell as a cell of the offerings' table that means just that, instead of for people.
 * @param scratch a list that is emptied.
 * @return false when memory ran out; otherwise add to the phrase.
 */
bool fm__change_text(const fm__roadmap *roadmap, const fm_catalog *catalog, const fm__change *change,
                     bool as_cell, fm__set_list *scratch, fm__phrase *phrase);

#endif
