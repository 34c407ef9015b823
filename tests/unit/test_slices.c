#include "base/slices.h"
#include "fixture.h"

#include <criterion/criterion.h>
#include <string.h>

/* Two words of garbage on either side of what may be written. */
#define EDGE 2

static void check_round_trip(const uint32_t *codes, uint32_t count) {
    uint64_t slices[32 * FM__BLOCK_WORDS + 2 * EDGE];
    uint32_t unpacked[FM__BLOCK_ROWS + 2 * EDGE];
    memset(slices, 0xa5, sizeof slices);
    memset(unpacked, 0xa5, sizeof unpacked);
    fm__slices_pack(codes, count, slices + EDGE);
    for (size_t s = 0; s < count; s++)
        for (size_t r = 0; r < FM__BLOCK_ROWS; r++)
            cr_assert_eq(slices[EDGE + s * FM__BLOCK_WORDS + r / 64] >> (r % 64) & 1, codes[r] >> s & 1,
                         "%u slices, slice %zu, row %zu", count, s, r);
    for (size_t r = 0; r < FM__BLOCK_ROWS; r++)
        cr_assert_eq(fm__slices_code(slices + EDGE, count, r), codes[r], "%u slices, row %zu", count, r);
    fm__slices_unpack(slices + EDGE, count, unpacked + EDGE);
    cr_assert_eq(memcmp(unpacked + EDGE, codes, FM__BLOCK_ROWS * sizeof *codes), 0, "%u slices", count);
    for (size_t i = 0; i < EDGE; i++) {
        cr_assert_eq(slices[i], UINT64_C(0xa5a5a5a5a5a5a5a5));
        cr_assert_eq(slices[EDGE + count * FM__BLOCK_WORDS + i], UINT64_C(0xa5a5a5a5a5a5a5a5));
        cr_assert_eq(unpacked[i], 0xa5a5a5a5);
        cr_assert_eq(unpacked[EDGE + FM__BLOCK_ROWS + i], 0xa5a5a5a5);
    }
}

Test(slices, round_trip) {
    uint64_t seed = 1;
    for (uint32_t count = 0; count <= 32; count++) {
        uint32_t mask = count == 0 ? 0 : UINT32_MAX >> (32 - count);
        for (int round = 0; round < 10; round++) {
            uint32_t codes[FM__BLOCK_ROWS];
            for (size_t r = 0; r < FM__BLOCK_ROWS; r++)
                codes[r] = round == 0 ? mask : (uint32_t)fixture_random(&seed) & mask;
            check_round_trip(codes, count);
        }
    }
}

/* Each bit of each row on its own, so that no two mistakes can cancel out. */
Test(slices, single_bits) {
    for (size_t r = 0; r < FM__BLOCK_ROWS; r++) {
        uint32_t codes[FM__BLOCK_ROWS] = {0};
        codes[r] = UINT32_C(1) << (r % 32);
        check_round_trip(codes, (uint32_t)(r % 32) + 1);
    }
}

Test(slices, count_for_a_largest_code) {
    cr_assert_eq(fm__slice_count(0), 0);
    for (uint32_t bits = 1; bits <= 32; bits++) {
        cr_assert_eq(fm__slice_count(UINT32_C(1) << (bits - 1)), bits);
        cr_assert_eq(fm__slice_count(UINT32_MAX >> (32 - bits)), bits);
    }
}
