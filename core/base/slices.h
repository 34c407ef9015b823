/* Bit slicing: codes of 512 rows, turned by 90 degrees.
 *
 * Slice s of a block holds bit s of every row's code: row r of the block is bit r % 64 of word r / 64. This
 * is the vertical layout of BitWeaving/V (Li and Patel, SIGMOD 2013): comparing all 512 codes with a constant
 * takes one logic operation a slice. */
#ifndef FITMATCH_BASE_SLICES_H
#define FITMATCH_BASE_SLICES_H

#include <stddef.h>
#include <stdint.h>

#define FM__BLOCK_ROWS 512
#define FM__BLOCK_WORDS (FM__BLOCK_ROWS / 64)

/** Slices needed for codes up to `largest`: 0 for 0. */
static inline uint32_t fm__slice_count(uint32_t largest) {
    return largest == 0 ? 0 : 32 - (uint32_t)__builtin_clz(largest);
}

/**
 * Writes `slice_count` slices, [slice][FM__BLOCK_WORDS], of FM__BLOCK_ROWS codes.
 *
 * @param codes each below 2^slice_count.
 */
void fm__slices_pack(const uint32_t *codes, uint32_t slice_count, uint64_t *out_slices);

/** The same for codes of one byte; `slice_count` is at most 8. */
void fm__slices_pack_bytes(const uint8_t *codes, uint32_t slice_count, uint64_t *out_slices);

/** The inverse: FM__BLOCK_ROWS codes out of `slice_count` slices. */
void fm__slices_unpack(const uint64_t *slices, uint32_t slice_count, uint32_t *out_codes);

/** The code of one row of a block. */
static inline uint32_t fm__slices_code(const uint64_t *slices, uint32_t slice_count, size_t row) {
    uint32_t code = 0;
    for (uint32_t s = 0; s < slice_count; s++)
        code |= (uint32_t)(slices[s * FM__BLOCK_WORDS + row / 64] >> (row % 64) & 1) << s;
    return code;
}

#endif
