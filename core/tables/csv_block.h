/* Sixty-four bytes of CSV text as bits: where delimiters and newlines stand, and whether anything rarer is
 * there.
 *
 * Every unit that includes this gets the widest form that its compiler flags allow; the plainest works eight
 * bytes at a time in integers. */
#ifndef FITMATCH_TABLES_CSV_BLOCK_H
#define FITMATCH_TABLES_CSV_BLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(FM_CSV_PORTABLE)
#define FM__CSV_WIDTH 8
#elif defined(__AVX512BW__) && defined(__AVX512VBMI2__)
#include <immintrin.h>
#define FM__CSV_WIDTH 64
#elif defined(__AVX2__)
#include <immintrin.h>
#define FM__CSV_WIDTH 32
#elif defined(__SSE2__)
#include <emmintrin.h>
#define FM__CSV_WIDTH 16
#else
#define FM__CSV_WIDTH 8
#endif

#define FM__CSV_BLOCK_BYTES ((size_t)64)

/** Bit i stands for byte i. */
typedef struct fm__csv_block {
    uint64_t delimiters;
    uint64_t newlines;
    bool rare; /**< the block holds a quote or a NUL */
} fm__csv_block;

#if FM__CSV_WIDTH == 64

/** Where `byte` stands in a block. */
static inline uint64_t fm__csv_find(const char *bytes, char byte) {
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(bytes), _mm512_set1_epi8(byte));
}

static inline fm__csv_block fm__csv_classify(const char *bytes, char delimiter) {
    __m512i block = _mm512_loadu_si512(bytes);
    uint64_t quotes = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('"'));
    uint64_t nuls = _mm512_testn_epi8_mask(block, block);
    return (fm__csv_block){
        .delimiters = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(delimiter)),
        .newlines = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\n')),
        .rare = (quotes | nuls) != 0,
    };
}

#elif FM__CSV_WIDTH == 32

static inline uint64_t fm__csv_equal(__m256i low, __m256i high, char byte) {
    __m256i wanted = _mm256_set1_epi8(byte);
    uint64_t a = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted));
    uint64_t b = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted));
    return a | b << 32;
}

static inline __m256i fm__csv_load(const char *bytes) {
    __m256i lane;
    memcpy(&lane, bytes, sizeof lane);
    return lane;
}

/** Where `byte` stands in a block. */
static inline uint64_t fm__csv_find(const char *bytes, char byte) {
    return fm__csv_equal(fm__csv_load(bytes), fm__csv_load(bytes + 32), byte);
}

static inline fm__csv_block fm__csv_classify(const char *bytes, char delimiter) {
    __m256i low = fm__csv_load(bytes);
    __m256i high = fm__csv_load(bytes + 32);
    /* The unsigned minimum of both lanes shows every NUL, and hides everything else that matters. */
    __m256i nul = _mm256_cmpeq_epi8(_mm256_min_epu8(low, high), _mm256_setzero_si256());
    const __m256i quote = _mm256_set1_epi8('"');
    __m256i quotes = _mm256_or_si256(_mm256_cmpeq_epi8(low, quote), _mm256_cmpeq_epi8(high, quote));
    __m256i rare = _mm256_or_si256(quotes, nul);
    return (fm__csv_block){
        .delimiters = fm__csv_equal(low, high, delimiter),
        .newlines = fm__csv_equal(low, high, '\n'),
        .rare = _mm256_testz_si256(rare, rare) == 0,
    };
}

#elif FM__CSV_WIDTH == 16

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
