/* Sixty-four bytes of CSV text as bits: where delimiters and newlines stand, and whether anything rarer is
 * there.
 *
 * SSE2 is part of every x86-64; elsewhere eight bytes at a time in plain integers. */
#ifndef FITMATCH_TABLES_CSV_BLOCK_H
#define FITMATCH_TABLES_CSV_BLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(FM_CSV_PORTABLE)
#include <emmintrin.h>
#define FM__CSV_SSE2 1
#else
#define FM__CSV_SSE2 0
#endif

#define FM__CSV_BLOCK_BYTES ((size_t)64)

/** Bit i stands for byte i. */
typedef struct fm__csv_block {
    uint64_t delimiters;
    uint64_t newlines;
    bool rare; /**< the block holds a quote or a NUL */
} fm__csv_block;

#if FM__CSV_SSE2

typedef struct fm__csv_lanes {
    __m128i lane[4];
} fm__csv_lanes;

static inline fm__csv_lanes fm__csv_load(const char *bytes) {
    fm__csv_lanes lanes;
    for (int i = 0; i < 4; i++)
        memcpy(&lanes.lane[i], bytes + 16 * i, 16);
    return lanes;
}

static inline uint64_t fm__csv_equal(const fm__csv_lanes *lanes, __m128i wanted) {
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        unsigned part = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lanes->lane[i], wanted));
        mask |= (uint64_t)part << (16 * i);
    }
    return mask;
}

/** Where `byte` stands in a block. */
static inline uint64_t fm__csv_find(const char *bytes, char byte) {
    fm__csv_lanes lanes = fm__csv_load(bytes);
    return fm__csv_equal(&lanes, _mm_set1_epi8(byte));
}

static inline fm__csv_block fm__csv_classify(const char *bytes, char delimiter) {
    fm__csv_lanes lanes = fm__csv_load(bytes);
    const __m128i quote = _mm_set1_epi8('"');
    /* A NUL is the one byte that the unsigned minimum of all lanes cannot hide. */
    __m128i low =
        _mm_min_epu8(_mm_min_epu8(lanes.lane[0], lanes.lane[1]), _mm_min_epu8(lanes.lane[2], lanes.lane[3]));
    __m128i rare = _mm_cmpeq_epi8(low, _mm_setzero_si128());
    for (int i = 0; i < 4; i++)
        rare = _mm_or_si128(rare, _mm_cmpeq_epi8(lanes.lane[i], quote));
    return (fm__csv_block){
        .delimiters = fm__csv_equal(&lanes, _mm_set1_epi8(delimiter)),
        .newlines = fm__csv_equal(&lanes, _mm_set1_epi8('\n')),
        .rare = _mm_movemask_epi8(rare) != 0,
    };
}

#else

/** Where `byte` stands in a block. */
static inline uint64_t fm__csv_find(const char *bytes, char byte) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t low_seven = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t mask = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t word;
        memcpy(&word, bytes + 8 * i, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        uint64_t difference = word ^ (ones * (unsigned char)byte);
        /* The high bit of a byte ends up set where, and only where, the byte of `difference` is zero. */
        uint64_t equal = ~(((difference & low_seven) + low_seven) | difference | low_seven);
        /* Bit 8k moves to bit 56 + k: the factor holds 2^(56 - 7k) for each k, and no two products meet. */
        mask |= (((equal >> 7) * UINT64_C(0x0102040810204080)) >> 56) << (8 * i);
    }
    return mask;
}

static inline fm__csv_block fm__csv_classify(const char *bytes, char delimiter) {
    return (fm__csv_block){
        .delimiters = fm__csv_find(bytes, delimiter),
        .newlines = fm__csv_find(bytes, '\n'),
        .rare = (fm__csv_find(bytes, '"') | fm__csv_find(bytes, '\0')) != 0,
    };
}

#endif

#endif
