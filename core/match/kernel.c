#include "match/kernel.h"

const char *fm_instruction_set_name(fm_instruction_set set) {
    static const char *const names[FM_INSTRUCTION_SET_COUNT] = {"auto", "scalar", "sse", "avx2", "avx512"};
    return names[set];
}

/* __builtin_cpu_supports asks CPUID and, for the wide registers, XCR0: whether the system saves them. */
bool fm_instruction_set_supported(fm_instruction_set set) {
    switch (set) {
    case FM_INSTRUCTION_SET_AUTO:
    case FM_INSTRUCTION_SET_SCALAR:
        return true;
#if defined(__x86_64__)
    case FM_INSTRUCTION_SET_SSE:
        return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
    case FM_INSTRUCTION_SET_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
               __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    case FM_INSTRUCTION_SET_AVX512:
        return fm_instruction_set_supported(FM_INSTRUCTION_SET_AVX2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vl");
#else
    case FM_INSTRUCTION_SET_SSE:
    case FM_INSTRUCTION_SET_AVX2:
    case FM_INSTRUCTION_SET_AVX512:
        break;
#endif
    }
    return false;
}

fm_instruction_set fm_instruction_set_best(void) {
    for (int set = FM_INSTRUCTION_SET_COUNT - 1; set > FM_INSTRUCTION_SET_SCALAR; set--)
        if (fm_instruction_set_supported((fm_instruction_set)set))
            return (fm_instruction_set)set;
    return FM_INSTRUCTION_SET_SCALAR;
}

const fm__kernel *fm__kernel_choose(fm_instruction_set set) {
    if (set == FM_INSTRUCTION_SET_AUTO)
        set = fm_instruction_set_best();
    if ((unsigned)set >= FM_INSTRUCTION_SET_COUNT || !fm_instruction_set_supported(set))
        return NULL;
    switch (set) {
#if defined(__x86_64__)
    case FM_INSTRUCTION_SET_SSE:
        return &fm__kernel_sse;
    case FM_INSTRUCTION_SET_AVX2:
        return &fm__kernel_avx2;
    case FM_INSTRUCTION_SET_AVX512:
        return &fm__kernel_avx512;
#endif
    default:
        return &fm__kernel_scalar;
    }
}

/* Sets of places: as long as the longest contest's. */
static size_t most_place_words(const fm__plan *plan) {
    size_t words = plan->own.place_words;
    if (words < plan->partners.place_words)
        words = plan->partners.place_words;
    return words < plan->nominal.place_words ? plan->nominal.place_words : words;
}

/* Variants of the longest contest. */
static size_t most_places(const fm__plan *plan) {
    size_t count = plan->own.count;
    if (count < plan->partners.count)
        count = plan->partners.count;
    return count < plan->nominal.count ? plan->nominal.count : count;
}

/* Lays the planes of a block out, the tables last, or only adds them up while `memory` is NULL. */
static size_t lay_out(fm__block *block, const fm__plan *plan, uint64_t *memory) {
    size_t set_planes = most_place_words(plan) / FM__BLOCK_WORDS;
    bool shares = plan->shares.useful;
    const struct {
        uint64_t **planes;
        size_t count;
    } parts[] = {
        {&block->planes, plan->plane_count},
        {&block->valid, 1},
        {&block->own_fits, 1},
        {&block->unasked, 1},
        {&block->partner_fits, 1},
        {&block->overpromised, 1},
        {&block->need_miss, plan->needs.sum_slices},
        {&block->want_miss, plan->wants.sum_slices},
        {&block->unmet, plan->model->attribute_count},
        {&block->stated, plan->stated.sum_slices},
        {&block->own.rows, FM__BLOCK_ROWS},
        {&block->partners.rows, FM__BLOCK_ROWS},
        {&block->nominal.rows, FM__BLOCK_ROWS},
        {&block->bounds, plan->needs.sum_slices * set_planes},
        {&block->constants, plan->needs.sum_slices * set_planes},
        {&block->contenders, set_planes},
        {&block->pool, set_planes},
        {&block->candidates, set_planes},
        {&block->some, set_planes},
        {&block->takes, most_places(plan)},
        {&block->ties, most_places(plan)},
        {&block->rows, plan->row_words * FM__BLOCK_ROWS / FM__BLOCK_WORDS},
        {&block->tables, shares ? (size_t)FM__BUNDLES * FM__BUNDLE_ENTRIES * FM__ENTRY_SLICES : 0},
    };
    size_t planes = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (memory != NULL)
            *parts[i].planes = memory + planes * FM__BLOCK_WORDS;
        planes += parts[i].count;
    }
    return planes;
}

/* Lists and sets that are not planes; false when memory ran out. */
static bool init_lists(fm__block *block, const fm__plan *plan) {
    fm__arena *arena = &block->arena;
    size_t shared_places = plan->shares.useful ? plan->own.place_words * 64 : 0;
    block->own.places = fm__arena_array(arena, FM__BLOCK_ROWS, sizeof *block->own.places);
    block->partners.places = fm__arena_array(arena, FM__BLOCK_ROWS, sizeof *block->partners.places);
    block->nominal.places = fm__arena_array(arena, FM__BLOCK_ROWS, sizeof *block->nominal.places);
    block->states = fm__arena_array(arena, plan->plane_count, sizeof *block->states);
    block->common = fm__arena_array(arena, plan->needs.pattern_count, sizeof *block->common);
    block->sharing = fm__arena_array(arena, plan->needs.pattern_count, sizeof *block->sharing);
    block->spans = fm__arena_array(arena, plan->needs.column_count, sizeof *block->spans);
    block->taken = fm__arena_array(arena, most_places(plan), sizeof *block->taken);
    block->bundles.entries =
        fm__arena_array(arena, shared_places * FM__BUNDLES, sizeof *block->bundles.entries);
    return block->own.places != NULL && block->partners.places != NULL && block->nominal.places != NULL &&
           block->states != NULL && block->common != NULL && block->sharing != NULL && block->spans != NULL &&
           block->taken != NULL && block->bundles.entries != NULL &&
           fm__adder_init(&block->needs, &plan->needs, arena) &&
           fm__adder_init(&block->wants, &plan->wants, arena);
}

bool fm__block_init(fm__block *block, const fm__plan *plan) {
    size_t bytes;
    *block = (fm__block){0};
    if (!fm__size_product(lay_out(block, plan, NULL), FM__BLOCK_WORDS * sizeof(uint64_t), &bytes))
        return false;
    block->memory = fm__region_new(bytes);
    if (block->memory == NULL || !init_lists(block, plan)) {
        fm__block_destroy(block);
        return false;
    }
    (void)lay_out(block, plan, block->memory);
    /* Tables are as large as all else, and written before they are read. */
    memset(block->memory, 0, (size_t)((char *)block->tables - (char *)block->memory));
    return true;
}

void fm__block_destroy(fm__block *block) {
    fm__region_free(block->memory);
    fm__arena_destroy(&block->arena);
    *block = (fm__block){0};
}

void fm__block_compute(fm__block *block, const fm__plan *plan, const fm__kernel *kernel, fm__depth depth,
                       size_t number) {
    const fm_base *base = plan->base;
    block->number = number;
    uint64_t rows = fm__base_place_count(base) - (uint64_t)number * FM__BLOCK_ROWS;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
        uint64_t left = rows > w * 64 ? rows - w * 64 : 0;
        block->valid[w] = left >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1;
    }
    if (depth == FM__DEPTH_DECIDE && plan->is_straight) {
        kernel->decide_straight(plan, fm__base_block(base, number), block);
        return;
    }
    kernel->derive(plan, fm__base_block(base, number), fm__base_ranges(base, number),
                   depth == FM__DEPTH_MATCH, block);
    if (depth == FM__DEPTH_MATCH)
        kernel->match(plan, block);
    else
        kernel->decide(plan, block);
}
