/* The order of rows inside a base. */
#ifndef FITMATCH_BASE_ORDER_H
#define FITMATCH_BASE_ORDER_H

#include "base/base.h"

/** Digits of the number of a place in its window. */
#define FM__WINDOW_BITS 22
/** Places that are sorted among themselves: so many that larger windows gain little, so few that a window and
 * what sorting it needs (16 bytes a row) are small beside the base. */
#define FM__WINDOW_ROWS ((size_t)1 << FM__WINDOW_BITS)
/** Digits of a key. */
#define FM__KEY_BITS (64 - FM__WINDOW_BITS)

/**
 * Sorts places by keys, window by window; equal keys stay in the order in which they are.
 *
 * @param window_rows FM__WINDOW_ROWS, or fewer whole blocks.
 * @param keys [demand column] -> [code] digits that the code adds to the key of its row (an OR), below
 * 2^FM__KEY_BITS; NULL for columns that add none.
 * @return false when memory ran out; the base is then as it was.
 */
bool fm__base_sort(fm_base *base, uint64_t *const *keys, size_t window_rows, unsigned threads);

/**
 * A view of a sorted or folded base with every row at a place of its own, in the order of the table: slices
 * and ranges are its own, all else is borrowed.
 *
 * @return false when memory ran out.
 */
bool fm__base_unsort(const fm_base *base, unsigned threads, fm_base *out_view);

void fm__base_view_destroy(fm_base *view);

#endif
