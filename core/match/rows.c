#include "match/rows.h"

void fm__verdict_planes_of(const fm__block *block, fm__verdict_planes *out_verdicts) {
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
        uint64_t fits = block->own_fits[w];
        uint64_t others = block->valid[w] & ~fits;
        out_verdicts->planes[FM_VERDICT_FIT][w] = fits & ~block->unasked[w];
        out_verdicts->planes[FM_VERDICT_ASK][w] = fits & block->unasked[w];
        out_verdicts->planes[FM_VERDICT_REFER][w] = others & block->partner_fits[w];
        out_verdicts->planes[FM_VERDICT_WALK_AWAY][w] = others & ~block->partner_fits[w];
    }
}

static bool bit(const uint64_t *plane, size_t row) {
    return plane[row / 64] >> (row % 64) & 1;
}

/* The unasked attribute with the highest risk for the offering at `place`. */
static uint32_t ask_about(const fm__plan *plan, const fm__block *block, uint32_t place, size_t row) {
    const uint16_t *order = plan->ask_order + (size_t)place * plan->unasked_count;
    for (size_t i = 0; i < plan->unasked_count; i++) {
        const fm__group *group = &plan->groups[plan->unasked[order[i]]];
        if (bit(block->planes + (size_t)group->unasked_plane * FM__BLOCK_WORDS, row))
            return (uint32_t)group->attribute;
    }
    return FM_NONE;
}

/* 100 x met / stated, rounded half up in whole numbers; 100 where nothing is stated. */
static unsigned score_of(uint32_t stated, uint32_t missed) {
    if (stated == 0)
        return 100;
    return (unsigned)((UINT64_C(200) * (stated - missed) + stated) / (UINT64_C(2) * stated));
}

void fm__rows_of(const fm__plan *plan, const fm__kernel *kernel, fm__block *block,
                 fm_match_row out_rows[FM__BLOCK_ROWS]) {
    uint32_t own[FM__BLOCK_ROWS];
    uint32_t partner[FM__BLOCK_ROWS];
    uint32_t nominal[FM__BLOCK_ROWS];
    uint32_t need_miss[FM__BLOCK_ROWS];
    uint32_t want_miss[FM__BLOCK_ROWS];
    uint32_t stated[FM__BLOCK_ROWS];
    kernel->stated(plan, block);
    fm__slices_unpack(block->own, plan->own.place_slices, own);
    fm__slices_unpack(block->partner, plan->partners.place_slices, partner);
    fm__slices_unpack(block->nominal, plan->nominal.place_slices, nominal);
    fm__slices_unpack(block->need_miss, plan->needs.sum_slices, need_miss);
    fm__slices_unpack(block->want_miss, plan->wants.sum_slices, want_miss);
    fm__slices_unpack(block->stated, plan->stated.sum_slices, stated);
    for (size_t r = 0; r < FM__BLOCK_ROWS && bit(block->valid, r); r++) {
        bool fits = bit(block->own_fits, r);
        bool unasked = bit(block->unasked, r);
        bool referred = !fits && bit(block->partner_fits, r);
        bool overpromised = !fits && bit(block->overpromised, r);
        fm_verdict unfit = referred ? FM_VERDICT_REFER : FM_VERDICT_WALK_AWAY;
        out_rows[r] = (fm_match_row){
            .verdict = !fits     ? unfit
                       : unasked ? FM_VERDICT_ASK
                                 : FM_VERDICT_FIT,
            .own = plan->own.variants[own[r]]->offering,
            .refer_to = referred ? plan->partners.variants[partner[r]]->offering : FM_NONE,
            .overpromise = overpromised ? plan->nominal.variants[nominal[r]]->offering : FM_NONE,
            .ask = fits && unasked ? ask_about(plan, block, own[r], r) : FM_NONE,
            .score = score_of(stated[r], need_miss[r] + want_miss[r]),
        };
    }
}
