#include "base/slices.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Transposes an 8 x 8 bit matrix, row i in byte i (Warren, Hacker's Delight, 7-3). */
static uint64_t transpose8(uint64_t x) {
    uint64_t t = (x ^ (x >> 7)) & UINT64_C(0x00aa00aa00aa00aa);
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & UINT64_C(0x0000cccc0000cccc);
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & UINT64_C(0x00000000f0f0f0f0);
    return x ^ t ^ (t << 28);
}

/* Bit s of 64 codes for each s below `here`, at most 8. */
static inline void pack_word(const uint8_t *codes, uint32_t here, uint64_t *out_slices) {
#ifdef __SSE2__
    __m128i lanes[4];
    for (size_t i = 0; i < 4; i++) {
        memcpy(&lanes[i], codes + 16 * i, sizeof lanes[i]);
        lanes[i] = _mm_sll_epi16(lanes[i], _mm_cvtsi32_si128(8 - (int)here));
    }
    /* The highest bit of every byte is the one that is wanted; a byte plus itself brings up the next. */
    for (uint32_t s = here; s-- > 0;) {
        uint64_t bits[4];
        for (size_t i = 0; i < 4; i++) {
            bits[i] = (uint64_t)(unsigned)_mm_movemask_epi8(lanes[i]);
            lanes[i] = _mm_add_epi8(lanes[i], lanes[i]);
        }
        out_slices[s * FM__BLOCK_WORDS] = bits[0] | bits[1] << 16 | bits[2] << 32 | bits[3] << 48;
    }
#else
    uint64_t slices[8] = {0};
    for (unsigned group = 0; group < 64; group += 8) {
        uint64_t matrix = 0;
        for (unsigned i = 0; i < 8; i++)
            matrix |= (uint64_t)codes[group + i] << (8 * i);
        matrix = transpose8(matrix);
        for (unsigned s = 0; s < 8; s++)
            slices[s] |= (matrix >> (8 * s) & 0xff) << group;
    }
    for (uint32_t s = 0; s < here; s++)
        out_slices[s * FM__BLOCK_WORDS] = slices[s];
#endif
}

void fm__slices_pack_bytes(const uint8_t *codes, uint32_t slice_count, uint64_t *out_slices) {
    for (size_t word = 0; word < FM__BLOCK_WORDS; word++)
        pack_word(codes + word * 64, slice_count, out_slices + word);
}

void fm__slices_pack(const uint32_t *codes, uint32_t slice_count, uint64_t *out_slices) {
    for (uint32_t first = 0; first < slice_count; first += 8) {
        uint8_t bytes[FM__BLOCK_ROWS];
        for (size_t i = 0; i < FM__BLOCK_ROWS; i++)
            bytes[i] = (uint8_t)(codes[i] >> first);
        fm__slices_pack_bytes(bytes, slice_count - first < 8 ? slice_count - first : 8,
                              out_slices + (size_t)first * FM__BLOCK_WORDS);
    }
}

void fm__slices_unpack(const uint64_t *slices, uint32_t slice_count, uint32_t *out_codes) {
    memset(out_codes, 0, FM__BLOCK_ROWS * sizeof *out_codes);
    for (uint32_t first = 0; first < slice_count; first += 8) {
        uint32_t here = slice_count - first < 8 ? slice_count - first : 8;
        for (size_t word = 0; word < FM__BLOCK_WORDS; word++) {
            for (unsigned group = 0; group < 64; group += 8) {
                uint64_t matrix = 0;
                for (uint32_t s = 0; s < here; s++)
                    matrix |= (slices[(first + s) * FM__BLOCK_WORDS + word] >> group & 0xff) << (8 * s);
                matrix = transpose8(matrix);
                uint32_t *eight = out_codes + word * 64 + group;
                for (unsigned i = 0; i < 8; i++)
                    eight[i] |= (uint32_t)(matrix >> (8 * i) & 0xff) << first;
            }
        }
    }
}
