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

/* The largest sum of weights fits the arithmetic of a score. */
_Static_assert(UINT64_C(201) << FM__SUM_SLICES_MAX <= UINT32_MAX, "a score is worked out in 32 bits");

/* 100 x met / stated, rounded half up in whole numbers; 100 where nothing is stated. */
static unsigned score_of(uint32_t stated, uint32_t missed) {
    if (stated == 0)
        return 100;
    return (200 * (stated - missed) + stated) / (2 * stated);
}

/* The weights of needs and wants missed, by row: added up as slices, turned once. */
static void missed_of(const fm__plan *plan, const fm__kernel *kernel, const fm__block *block,
                      uint32_t out_missed[FM__BLOCK_ROWS]) {
    uint32_t needs = plan->needs.sum_slices;
    uint32_t wants = plan->wants.sum_slices;
    uint32_t slices = (needs > wants ? needs : wants) + 1;
    uint64_t sum[(FM__SUM_SLICES_MAX + 1) * FM__BLOCK_WORDS];
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
        uint64_t carry = 0;
        for (uint32_t s = 0; s < slices; s++) {
            uint64_t need = s < needs ? block->need_miss[s * FM__BLOCK_WORDS + w] : 0;
            uint64_t want = s < wants ? block->want_miss[s * FM__BLOCK_WORDS + w] : 0;
            sum[s * FM__BLOCK_WORDS + w] = need ^ want ^ carry;
            carry = (need & want) | (carry & (need | want));
        }
    }
    kernel->unpack(sum, slices, out_missed);
}

void fm__winners_offerings(const fm__contest *contest, const fm__winners *winners,
                           uint32_t out_offerings[FM__BLOCK_ROWS]) {
    for (uint32_t i = 0; i < winners->count; i++) {
        uint32_t offering = contest->variants[winners->places[i]]->offering;
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            for (uint64_t rows = winners->rows[i * FM__BLOCK_WORDS + w]; rows != 0; rows &= rows - 1)
                out_offerings[w * 64 + (size_t)__builtin_ctzll(rows)] = offering;
    }
}

/* The attribute to ask about in the rows that a fitting offering won. */
static void ask_winners(const fm__plan *plan, const fm__block *block, fm_match_row *rows) {
    for (uint32_t i = 0; i < block->own.count; i++)
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            for (uint64_t bits =
                     block->own.rows[i * FM__BLOCK_WORDS + w] & block->own_fits[w] & block->unasked[w];
                 bits != 0; bits &= bits - 1) {
                size_t row = w * 64 + (size_t)__builtin_ctzll(bits);
                rows[row].ask = ask_about(plan, block, block->own.places[i], row);
            }
}

void fm__rows_of(const fm__plan *plan, const fm__kernel *kernel, fm__block *block,
                 fm_match_row out_rows[FM__BLOCK_ROWS]) {
    uint32_t own[FM__BLOCK_ROWS];
    uint32_t partner[FM__BLOCK_ROWS];
    uint32_t nominal[FM__BLOCK_ROWS];
    uint32_t missed[FM__BLOCK_ROWS];
    uint32_t stated[FM__BLOCK_ROWS];
    kernel->stated(plan, fm__base_block(plan->base, block->number), block);
    for (size_t r = 0; r < FM__BLOCK_ROWS; r++)
        partner[r] = nominal[r] = FM_NONE;
    fm__winners_offerings(&plan->own, &block->own, own);
    fm__winners_offerings(&plan->partners, &block->partners, partner);
    fm__winners_offerings(&plan->nominal, &block->nominal, nominal);
    missed_of(plan, kernel, block, missed);
    kernel->unpack(block->stated, plan->stated.sum_slices, stated);
    for (size_t r = 0; r < FM__BLOCK_ROWS && bit(block->valid, r); r++) {
        bool fits = bit(block->own_fits, r);
        bool unasked = bit(block->unasked, r);
        fm_verdict unfit = partner[r] != FM_NONE ? FM_VERDICT_REFER : FM_VERDICT_WALK_AWAY;
        out_rows[r] = (fm_match_row){
            .verdict = !fits     ? unfit
                       : unasked ? FM_VERDICT_ASK
                                 : FM_VERDICT_FIT,
            .own = own[r],
            .refer_to = partner[r],
            .overpromise = nominal[r],
            .ask = FM_NONE,
            .score = score_of(stated[r], missed[r]),
        };
    }
    ask_winners(plan, block, out_rows);
}
