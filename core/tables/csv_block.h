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

/* Four vectors by name, not an array: compilers keep names in registers. */
typedef struct fm__csv_lanes {
    __m128i a, b, c, d;
} fm__csv_lanes;

static inline fm__csv_lanes fm__csv_load(const char *bytes) {
    fm__csv_lanes lanes;
    memcpy(&lanes.a, bytes, 16);
    memcpy(&lanes.b, bytes + 16, 16);
    memcpy(&lanes.c, bytes + 32, 16);
    memcpy(&lanes.d, bytes + 48, 16);
    return lanes;
}

static inline uint64_t fm__csv_equal(fm__csv_lanes lanes, __m128i wanted) {
    uint64_t a = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lanes.a, wanted));
    uint64_t b = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lanes.b, wanted));
    uint64_t c = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lanes.c, wanted));
    uint64_t d = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lanes.d, wanted));
    return a | b << 16 | c << 32 | d << 48;
}

/** Where `byte` stands in a block. */
static inline uint64_t fm__csv_find(const char *bytes, char byte) {
    return fm__csv_equal(fm__csv_load(bytes), _mm_set1_epi8(byte));
}

static inline fm__csv_block fm__csv_classify(const char *bytes, char delimiter) {
    fm__csv_lanes lanes = fm__csv_load(bytes);
    /* The unsigned minimum of all lanes shows every NUL, and hides everything else that matters. */
    __m128i low = _mm_min_epu8(_mm_min_epu8(lanes.a, lanes.b), _mm_min_epu8(lanes.c, lanes.d));
    __m128i nul = _mm_cmpeq_epi8(low, _mm_setzero_si128());
    const __m128i quote = _mm_set1_epi8('"');
    __m128i quotes =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(lanes.a, quote), _mm_cmpeq_epi8(lanes.b, quote)),
                     _mm_or_si128(_mm_cmpeq_epi8(lanes.c, quote), _mm_cmpeq_epi8(lanes.d, quote)));
    return (fm__csv_block){
        .delimiters = fm__csv_equal(lanes, _mm_set1_epi8(delimiter)),
        .newlines = fm__csv_equal(lanes, _mm_set1_epi8('\n')),
        .rare = _mm_movemask_epi8(_mm_or_si128(quotes, nul)) != 0,
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
