/* What is true of every base, sorted or not, and what sorting must keep. */
#ifndef FITMATCH_TESTS_ORDER_CHECKS_H
#define FITMATCH_TESTS_ORDER_CHECKS_H

#include "base/base.h"

/* What a base holds of demands, and where. */
typedef struct order_content {
    uint64_t *slices;
    fm__range *ranges;
    uint32_t *positions; /* NULL: as in the base */
    uint32_t *rows_at;
} order_content;

/** The codes of a column as the slices have them, by position; caller frees. */
uint32_t *order_codes_of(const fm_base *base, size_t column);

/** Ranges are those of the rows that exist, and the others demand nothing. */
void order_check_ranges(const fm_base *base);

/** Rows and positions are one to one, and rows stay in their windows. */
void order_check_places(const fm_base *base, size_t window_rows);

/** Bytes of all slices. */
size_t order_slice_bytes(const fm_base *base);

/** A copy; free with order_content_free. */
order_content order_content_of(const fm_base *base);
bool order_has_content(const fm_base *base, const order_content *content);
void order_content_free(order_content *content);

/** A sorted base gives back, by any number of threads, what it held before, and keeps what it holds. */
void order_check_unsort(const fm_base *base, const order_content *before);

#endif
