/* Rows one need away from an offering: counted row by row, whether or not something fits them. */
#include "analysis/one_away.h"
#include "fixture.h"
#include "match/matcher.h"

#include <criterion/criterion.h>

static void check_block(const fm_matches *matches, fm_walk *walk, fm__block *block, size_t number) {
    const fm__plan *plan = matches->plan;
    uint32_t unmet[16];
    fm__block_compute(block, plan, matches->kernel, FM__DEPTH_MATCH, number);
    for (size_t o = 0; o < plan->catalog->offering_count; o++) {
        uint64_t found[FM__BLOCK_WORDS];
        bool some = false;
        bool said = fm__one_away(block, &plan->variants[o], block->valid, found);
        for (size_t at = 0; at < FM__BLOCK_ROWS; at++) {
            uint64_t row = number * FM__BLOCK_ROWS + at;
            bool expected = row < plan->base->row_count && fm_walk_unmet(walk, row, o, unmet) == 1;
            some |= expected;
            cr_assert_eq((bool)(found[at / 64] >> (at % 64) & 1), expected, "row %zu, offering %zu",
                         (size_t)row, o);
        }
        cr_assert_eq(said, some);
    }
}

Test(one_away, as_counted) {
    for (uint64_t seed = 1; seed <= 6; seed++) {
        fixture_options o = {.seed = seed,
                             .rows = 1400,
                             .offerings = 7,
                             .attributes = 8,
                             .need_percent = 30,
                             .partner_percent = 30,
                             .ease = 2};
        fixture *f = fixture_new(&o);
        fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 1);
        fm_walk *walk = NULL;
        fm__block block;
        cr_assert_eq(fm_walk_new(matches, &walk, NULL), FM_OK);
        cr_assert(fm__block_init(&block, matches->plan));
        for (size_t number = 0; number < f->base->block_count; number++)
            check_block(matches, walk, &block, number);
        fm__block_destroy(&block);
        fm_walk_free(walk);
        fm_matches_free(matches);
        fixture_free(f);
    }
}
