#include "base/slices.h"

#include <string.h>

/* Transposes an 8 x 8 bit matrix, row i in byte i (Warren, Hacker's Delight, 7-3). */
static uint64_t transpose8(uint64_t x) {
    uint64_t t = (x ^ (x >> 7)) & UINT64_C(0x00aa00aa00aa00aa);
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & UINT64_C(0x0000cccc0000cccc);
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & UINT64_C(0x00000000f0f0f0f0);
    return x ^ t ^ (t << 28);
}

void fm__slices_pack(const uint32_t *codes, uint32_t slice_count, uint64_t *out_slices) {
    for (uint32_t first = 0; first < slice_count; first += 8) {
        uint32_t here = slice_count - first < 8 ? slice_count - first : 8;
        for (size_t word = 0; word < FM__BLOCK_WORDS; word++) {
            uint64_t slices[8] = {0};
            for (unsigned group = 0; group < 64; group += 8) {
                const uint32_t *eight = codes + word * 64 + group;
                uint64_t matrix = 0;
                for (unsigned i = 0; i < 8; i++)
                    matrix |= (uint64_t)(eight[i] >> first & 0xff) << (8 * i);
                matrix = transpose8(matrix);
                for (unsigned s = 0; s < 8; s++)
                    slices[s] |= (matrix >> (8 * s) & 0xff) << group;
            }
            for (uint32_t s = 0; s < here; s++)
                out_slices[(first + s) * FM__BLOCK_WORDS + word] = slices[s];
        }
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
