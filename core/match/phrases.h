/* What people read: demands, offers and gaps in words (SPEC 3, `gap`). */
#ifndef FITMATCH_MATCH_PHRASES_H
#define FITMATCH_MATCH_PHRASES_H

#include "match/plan.h"

/** A text being written like snprintf does: cut at the capacity, its whole length counted. */
typedef struct fm__phrase {
    char *buffer;
    size_t capacity;
    size_t length;
} fm__phrase;

void fm__phrase_add(fm__phrase *phrase, fm_text text);

/** Ends the text with a NUL, as far as there is room; returns the length of the whole. */
size_t fm__phrase_end(fm__phrase *phrase);

/** A number with its unit, such as "24 h"; NaN, an offering's blank, is "nothing". */
void fm__phrase_number(fm__phrase *phrase, double number, const char *unit);

/** A demand, such as "24 h", "de|fr", "yes". `demand` is code - FM__CODE_FIRST. */
void fm__phrase_demand(fm__phrase *phrase, const fm_catalog *catalog, size_t attribute,
                       const fm__demands *demands, uint32_t demand);

/** What an offering dependably offers, such as "48 h", "North|South", "yes", "nothing". */
void fm__phrase_offer(fm__phrase *phrase, const fm_catalog *catalog, size_t attribute, size_t offering);

/** The first half of a gap, such as "price needs <= 90 EUR". */
void fm__phrase_need(fm__phrase *phrase, const fm_catalog *catalog, size_t attribute,
                     const fm__demands *demands, uint32_t demand);

/** Its second half, such as ", offers 100 EUR (nominal 85 EUR)". */
void fm__phrase_shortfall(fm__phrase *phrase, const fm_catalog *catalog, size_t attribute, size_t offering);

#endif
