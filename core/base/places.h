/* Folding: rows that demand the same share one place in the base.
 *
 * While customers are read, the codes of full segments become *records*, one a row, and each record is looked
 * for among those that came before: a known one is counted, a new one gets the next place. So places are in
 * the order of first appearance, whatever the number of threads. Where folding is only wanted if it saves
 * something, rows are *surveyed* until that is clear: of one demand in some hundreds all rows are counted. */
#ifndef FITMATCH_BASE_PLACES_H
#define FITMATCH_BASE_PLACES_H

#include "base/base.h"
#include "base/crew.h"

/** Begins folding the rows of a base that is being read; NULL when memory ran out. */
fm__places *fm__places_new(const fm_base *base, fm_folding folding);

void fm__places_free(fm__places *places);

/**
 * Folds, or surveys, the segments that are full.
 *
 * @param base    whose rows are; codes of segments that were folded are freed.
 * @param crew    idle, and the caller the thread that gives it work.
 * @param is_last no rows follow: the last segment, too.
 * @return FM_OK, FM_ERROR_MEMORY, or FM_ERROR_LIMIT when there are more places than 32 bits number.
 */
FM_NODISCARD fm_status fm__places_advance(fm__places *places, fm_base *base, fm__crew *crew, bool is_last,
                                          fm_error *error);

/** Whether rows share places; if not, codes are in the base's segments. */
bool fm__places_are_shared(const fm__places *places);

/** Bytes that the base under way takes for demands, about. */
size_t fm__places_bytes(const fm__places *places);

/** Adds the rows with each code of a demand column to `rows`. */
void fm__places_count_rows(const fm__places *places, size_t demand, uint64_t *rows);

/** Hands over what the base keeps: the place of each row, and the rows at each place. */
FM_NODISCARD fm_status fm__places_hand_over(fm__places *places, fm_base *base, fm_error *error);

/** Codes of the base's `number`-th run of `segment_rows` places, as a segment of nothing else; NULL when
 * memory ran out. Free with fm__segment_free. */
fm__segment *fm__places_segment(const fm__places *places, const fm_base *base, size_t number);

#endif
