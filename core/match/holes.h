/* Questions that cannot be put yet: which of several unasked attributes to ask about depends on the risk
 * over all customers (SPEC 3), and a table that is read in parts is written before all are known.
 *
 * Each such place in the table is a hole. It is filled with the best guess so far, and logged; when all
 * customers are known the guesses are checked, and where one was wrong the table is copied with the right
 * names. */
#ifndef FITMATCH_MATCH_HOLES_H
#define FITMATCH_MATCH_HOLES_H

#include "match/plan.h"
#include "tables/output.h"

/** The risks over all customers so far, as exact counts. */
typedef struct fm__risks {
    size_t attribute_count;
    size_t offering_count;
    uint64_t *stated; /**< [attribute] rows that state a need */
    uint64_t *missed; /**< [offering][attribute] rows whose need an own offering does not meet */
} fm__risks;

/** False when memory ran out; destroy in any case. */
bool fm__risks_init(fm__risks *risks, const fm_catalog *catalog);
void fm__risks_destroy(fm__risks *risks);

/** Adds the customers of a plan's base; false when memory ran out, and the risks are then of no use. */
bool fm__risks_add(fm__risks *risks, const fm__plan *plan);

/** The attribute with the highest risk for an own offering. `set`: fm__risks_words of bits, at least one
 * of them set. */
uint32_t fm__risks_choose(const fm__risks *risks, uint32_t own, const uint64_t *set);

/** Words of a set of attributes. */
static inline size_t fm__risks_words(size_t attribute_count) {
    return (attribute_count + 63) / 64;
}

/** What is known of a hole, and behind it the set of attributes that are unasked there. */
typedef struct fm__hole {
    uint64_t at; /**< in the text: where the guess stands */
    uint32_t own;
    uint32_t guess;
} fm__hole;

/** Holes in the order of the text, in a file of their own. */
typedef struct fm__hole_log {
    fm_output *file; /**< NULL: there are none */
    size_t words;
    uint64_t count;
} fm__hole_log;

/** Bytes of a hole and its set. */
static inline size_t fm__hole_bytes(size_t words) {
    return sizeof(fm__hole) + words * sizeof(uint64_t);
}

/**
 * Adds holes.
 *
 * @param holes [count] holes with their sets, their places counted from `base`; they are changed.
 * @param beside where the file of the log goes, see fm__output_open_spool.
 */
FM_NODISCARD fm_status fm__holes_add(fm__hole_log *log, char *holes, size_t count, uint64_t base,
                                     const fm_output *beside, fm_error *error);

/** Whether the guesses of all holes are what the risks say. */
FM_NODISCARD fm_status fm__holes_check(const fm__hole_log *log, const fm__risks *risks, bool *out_right,
                                       fm_error *error);

/**
 * Copies a text with the right names in its holes.
 *
 * @param names [attribute] what stands in a hole.
 * @param step NULLable: called now and then; an answer other than FM_OK ends the copying with it.
 */
FM_NODISCARD fm_status fm__holes_fill(const fm__hole_log *log, const fm__risks *risks, const fm_text *names,
                                      fm_output *from, fm_output *to,
                                      fm_status (*step)(void *context, fm_error *error), void *context,
                                      fm_error *error);

void fm__holes_destroy(fm__hole_log *log);

#endif
