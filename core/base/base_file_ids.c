#include "base/base_file.h"

#include <omp.h>

unsigned fm__file_bucket_bits(uint64_t row_count) {
    unsigned bits = 0;
    while ((row_count >> bits) > 4)
        bits++;
    return bits;
}

uint32_t fm__file_bucket(fm_text id, unsigned bits) {
    return bits == 0 ? 0 : (uint32_t)(fm__hash_bytes(id.bytes, id.length) >> (64 - bits));
}

bool fm__file_index_ids(const fm_base *base, unsigned threads, uint32_t **out_begins, uint32_t **out_rows) {
    size_t rows = (size_t)base->row_count;
    unsigned bits = fm__file_bucket_bits(rows);
    size_t buckets = (size_t)1 << bits;
    uint32_t *begins = fm__array_new(buckets + 2, sizeof *begins);
    uint32_t *order = fm__array_new(rows, sizeof *order);
    uint32_t *bucket_of = fm__array_new(rows, sizeof *bucket_of);
    if (begins == NULL || order == NULL || bucket_of == NULL) {
        free(begins);
        free(order);
        free(bucket_of);
        return false;
    }
#pragma omp parallel for schedule(static) num_threads(threads) default(none) \
    shared(base, rows, bits, bucket_of)
    for (size_t row = 0; row < rows; row++)
        bucket_of[row] = fm__file_bucket(fm__text_trim(fm__base_carried(base, 0, row)), bits);
    /* Counted two places on, so that after the sums begins[b + 1] is where the next row of b goes, and at the
     * end where b + 1 begins. */
    for (size_t row = 0; row < rows; row++)
        begins[bucket_of[row] + 2]++;
    for (size_t b = 2; b < buckets + 2; b++)
        begins[b] += begins[b - 1];
    for (size_t row = 0; row < rows; row++)
        order[begins[bucket_of[row] + 1]++] = (uint32_t)row;
    free(bucket_of);
    *out_begins = begins;
    *out_rows = order;
    return true;
}

/* Rows of the bucket from `from` on; they ascend. */
static uint32_t first_from(const uint32_t *rows, uint32_t begin, uint32_t end, uint64_t from) {
    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;
        if (rows[middle] < from)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

uint64_t fm__base_file_find(const fm_base *base, fm_text id, uint64_t from) {
    fm__base_file *file = base->file;
    const uint32_t *begins = (const uint32_t *)(void *)fm__file_section(file, FM__SECTION_ID_BEGINS);
    const uint32_t *rows = (const uint32_t *)(void *)fm__file_section(file, FM__SECTION_ID_ROWS);
    uint64_t bucket = fm__file_bucket(id, fm__file_bucket_bits(base->row_count));
    if (!fm__file_touch(file, FM__SECTION_ID_BEGINS, bucket * sizeof *begins, 2 * sizeof *begins))
        return UINT64_MAX;
    uint32_t begin = begins[bucket];
    uint32_t end = begins[bucket + 1];
    /* A file made to deceive may say anything here: it finds nothing, but never looks elsewhere. */
    if (begin > end || end > base->row_count ||
        !fm__file_touch(file, FM__SECTION_ID_ROWS, begin * (uint64_t)sizeof *rows,
                        (end - begin) * (uint64_t)sizeof *rows))
        return UINT64_MAX;
    for (uint32_t i = first_from(rows, begin, end, from); i < end; i++)
        if (rows[i] >= from && rows[i] < base->row_count &&
            fm__text_equal(fm__text_trim(fm__base_carried(base, 0, rows[i])), id))
            return rows[i];
    return UINT64_MAX;
}
