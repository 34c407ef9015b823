#include "yardstick.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Tiles that a thread takes at a time, and tiles that are tried before the way of matching is chosen. */
#define TILES_AT_A_TIME 4
#define TUNING_TILES 64

const yard_unit *yard_unit_choose(fm_instruction_set set) {
    if (set == FM_INSTRUCTION_SET_AUTO)
        set = fm_instruction_set_best();
#if defined(__x86_64__)
    if (set == FM_INSTRUCTION_SET_AVX512 && __builtin_cpu_supports("avx512vpopcntdq") &&
        __builtin_cpu_supports("avx512bitalg") && __builtin_cpu_supports("avx512vnni"))
        return &yard_avx512;
    if (set >= FM_INSTRUCTION_SET_AVX2)
        return &yard_avx2;
    if (set == FM_INSTRUCTION_SET_SSE)
        return &yard_sse;
#endif
    return &yard_scalar;
}

yard_scratch *yard_scratch_new(void) {
    yard_scratch *s = aligned_alloc(64, (sizeof *s + 63) / 64 * 64);
    if (s == NULL)
        bench_die("out of memory");
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < YARD_TILE + YARD_PAD; i++)
        s->all_rows[i] = i;
    return s;
}

size_t yard_row_bytes(const yard_plan *plan) {
    return 8 * (plan->need_words + plan->want_words) + (plan->unasked_count > 0 ? 4 : 0);
}

static uint64_t tile_count(const yard_plan *plan) {
    return (plan->row_count + YARD_TILE - 1) / YARD_TILE;
}

static void add_counts(yard_counts *to, const yard_counts *from) {
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        to->rows[v] += from->rows[v];
    to->overpromised += from->overpromised;
}

static void keep_rows(const yard_plan *plan, const yard_results *tile, uint64_t first, bench_rows *out_rows) {
    uint64_t left = plan->row_count - first;
    size_t count = left < YARD_TILE ? (size_t)left : YARD_TILE;
    memcpy(out_rows->verdict + first, tile->verdict, count);
    memcpy(out_rows->own + first, tile->own, count * sizeof *tile->own);
    memcpy(out_rows->refer_to + first, tile->refer_to, count * sizeof *tile->refer_to);
    memcpy(out_rows->overpromise + first, tile->overpromise, count * sizeof *tile->overpromise);
    memcpy(out_rows->ask + first, tile->ask, count * sizeof *tile->ask);
}

static yard_counts match_tiles(const yard_plan *plan, const yard_unit *unit, unsigned threads, uint64_t tiles,
                               bench_rows *out_rows) {
    yard_counts counts = {0};
#pragma omp parallel num_threads(threads) default(none) shared(plan, unit, tiles, out_rows, counts)
    {
        yard_scratch *scratch = yard_scratch_new();
        yard_results *results = bench_new(1, sizeof *results);
        yard_counts mine = {0};
#pragma omp for schedule(dynamic, TILES_AT_A_TIME) nowait
        for (uint64_t tile = 0; tile < tiles; tile++) {
            unit->match(plan, scratch, tile * YARD_TILE, results, &mine);
            if (out_rows != NULL)
                keep_rows(plan, results, tile * YARD_TILE, out_rows);
        }
#pragma omp critical(yard_match)
        add_counts(&counts, &mine);
        free(results);
        free(scratch);
    }
    return counts;
}

yard_counts yard_match(const yard_plan *plan, const yard_unit *unit, unsigned threads) {
    return match_tiles(plan, unit, threads, tile_count(plan), NULL);
}

void yard_match_rows(const yard_plan *plan, const yard_unit *unit, unsigned threads, bench_rows *out_rows) {
    (void)match_tiles(plan, unit, threads, tile_count(plan), out_rows);
}

uint64_t yard_fit(const yard_plan *plan, const yard_unit *unit, unsigned threads) {
    uint64_t tiles = tile_count(plan);
    uint64_t fitting = 0;
#pragma omp parallel num_threads(threads) default(none) shared(plan, unit, tiles) reduction(+ : fitting)
    {
        yard_scratch *scratch = yard_scratch_new();
#pragma omp for schedule(dynamic, TILES_AT_A_TIME) nowait
        for (uint64_t tile = 0; tile < tiles; tile++)
            fitting += unit->fit(plan, scratch, tile * YARD_TILE);
        free(scratch);
    }
    return fitting;
}

static double time_tiles(const yard_plan *plan, const yard_unit *unit, uint64_t tiles) {
    double least = 1e30;
    for (int round = 0; round < 5; round++) {
        bench_time start = bench_now();
        (void)match_tiles(plan, unit, 1, tiles, NULL);
        double seconds = bench_since(start).cpu;
        least = seconds < least ? seconds : least;
    }
    return least;
}

void yard_plan_tune(yard_plan *plan, const yard_unit *unit) {
    uint64_t tiles = tile_count(plan) < TUNING_TILES ? tile_count(plan) : TUNING_TILES;
    bool *choices[] = {&plan->one_pass, &plan->often[0], &plan->often[1]};
    for (size_t c = 0; c < sizeof choices / sizeof *choices; c++) {
        double without = time_tiles(plan, unit, tiles);
        *choices[c] = true;
        *choices[c] = time_tiles(plan, unit, tiles) < without;
    }
}
