#include "cell.h"

#include "support/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A measurement repeats short work until it takes about this long: a hundred thousand times the clock's grain
 * and long against starting the threads. */
#define SAMPLE_SECONDS 0.01
/* Measurements of a cell that takes longer than it should. */
#define REPEAT_LEAST 3

const char *bench_job_name(bench_job job) {
    static const char *const names[BENCH_JOB_COUNT] = {"fit", "full", "rows", "match"};
    return names[job];
}

/* All that a measurement may need; which of it a job uses is in `contestants`. */
typedef struct bench {
    const engine *engine;
    const yard_plan *plan;
    const yard_unit *unit;
    const memory_bandwidth *memory;
    unsigned threads;
} bench;

static yard_counts only_fitting(uint64_t fitting) {
    return (yard_counts){.rows = {fitting}};
}

static yard_counts run_fit(const bench *b) {
    return only_fitting(engine_fit(b->engine, b->threads));
}
static yard_counts run_full(const bench *b) {
    return engine_full(b->engine, b->threads);
}
static yard_counts run_rows(const bench *b) {
    return engine_rows(b->engine, b->threads);
}
static yard_counts run_match(const bench *b) {
    return engine_match(b->engine, b->threads);
}
static yard_counts run_yard_fit(const bench *b) {
    return only_fitting(yard_fit(b->plan, b->unit, b->threads));
}
static yard_counts run_yard_full(const bench *b) {
    return yard_match(b->plan, b->unit, b->threads);
}

/* Somebody who runs in turns with the others. */
typedef struct contestant {
    yard_counts (*run)(const bench *b);
    bench_samples *samples;
    bool only_fit;
    size_t times; /* runs of one measurement */
} contestant;

static void compare_counts(const yard_counts *counts, const yard_counts *expected, bool only_fit) {
    uint64_t fitting = expected->rows[FM_VERDICT_FIT] + expected->rows[FM_VERDICT_ASK];
    if (only_fit ? counts->rows[0] != fitting : memcmp(counts, expected, sizeof *counts) != 0)
        bench_die("MISMATCH: a measured run counted other verdicts than the verified one");
}

static void measure(contestant *c, const bench *b, const yard_counts *expected) {
    yard_counts counts = {{0}, 0};
    bench_time start = bench_now();
    for (size_t i = 0; i < c->times; i++)
        counts = c->run(b);
    bench_time time = bench_since(start);
    compare_counts(&counts, expected, c->only_fit);
    time.wall /= (double)c->times;
    time.cpu /= (double)c->times;
    bench_sample(c->samples, time);
}

static void measure_reading(const bench *b, cell_result *result) {
    bench_sample(&result->reading[0], memory_bandwidth_read(b->memory, 1));
    bench_sample(&result->reading[1], memory_bandwidth_read(b->memory, b->threads));
}

/* Everybody in turns, so that whatever disturbs the machine disturbs all alike. */
static void measure_in_turns(contestant *contestants, size_t count, const bench *b, cell_result *result) {
    bench_time start = bench_now();
    for (size_t i = 0; i < count; i++) { /* to warm up, and to see how long it takes */
        contestants[i].times = 1;
        measure(&contestants[i], b, &result->counts);
        double seconds = contestants[i].samples->wall[0];
        contestants[i].samples->count = 0;
        contestants[i].times = seconds >= SAMPLE_SECONDS ? 1 : (size_t)(SAMPLE_SECONDS / seconds) + 1;
    }
    for (size_t round = 0; round < result->how.repeat; round++) {
        if (round >= REPEAT_LEAST && bench_since(start).wall > result->how.seconds)
            break;
        for (size_t i = 0; i < count; i++)
            measure(&contestants[i], b, &result->counts);
        if (b->memory != NULL)
            measure_reading(b, result);
    }
}

static bench_rows rows_new(uint64_t rows) {
    return (bench_rows){bench_big_new(rows, 1), bench_big_new(rows, 4), bench_big_new(rows, 4),
                        bench_big_new(rows, 4), bench_big_new(rows, 4)};
}

static void rows_free(bench_rows *rows) {
    free(rows->verdict);
    free(rows->own);
    free(rows->refer_to);
    free(rows->overpromise);
    free(rows->ask);
}

static uint64_t checksum_of(const bench_rows *rows, uint64_t count) {
    uint64_t sums[] = {fm__hash_bytes(rows->verdict, count), fm__hash_bytes(rows->own, 4 * count),
                       fm__hash_bytes(rows->refer_to, 4 * count),
                       fm__hash_bytes(rows->overpromise, 4 * count), fm__hash_bytes(rows->ask, 4 * count)};
    return fm__hash_bytes(sums, sizeof sums);
}

static _Noreturn void tell_difference(const bench_rows *a, const bench_rows *b, uint64_t count) {
    uint64_t row = 0;
    while (row + 1 < count && a->verdict[row] == b->verdict[row] && a->own[row] == b->own[row] &&
           a->refer_to[row] == b->refer_to[row] && a->overpromise[row] == b->overpromise[row] &&
           a->ask[row] == b->ask[row])
        row++;
    bench_die("MISMATCH in row %llu: engine %s own %d refer %d overpromise %d ask %d, "
              "yardstick %s own %d refer %d overpromise %d ask %d",
              (unsigned long long)row, fm_verdict_name((fm_verdict)a->verdict[row]), (int)a->own[row],
              (int)a->refer_to[row], (int)a->overpromise[row], (int)a->ask[row],
              fm_verdict_name((fm_verdict)b->verdict[row]), (int)b->own[row], (int)b->refer_to[row],
              (int)b->overpromise[row], (int)b->ask[row]);
}

/* Every row of both, by checksum. */
static void verify(const bench *b, cell_result *result) {
    uint64_t count = result->workload.rows;
    bench_rows of_engine = rows_new(count);
    bench_rows of_yardstick = rows_new(count);
    engine_match_rows(b->engine, b->threads, &of_engine);
    yard_match_rows(b->plan, b->unit, b->threads, &of_yardstick);
    result->checksum = checksum_of(&of_yardstick, count);
    if (checksum_of(&of_engine, count) != result->checksum)
        tell_difference(&of_engine, &of_yardstick, count);
    rows_free(&of_engine);
    rows_free(&of_yardstick);
}

static size_t list_contestants(cell_result *result, contestant *out) {
    yard_counts (*const runs[BENCH_JOB_COUNT])(const bench *) = {run_fit, run_full, run_rows, run_match};
    size_t count = 0;
    for (unsigned job = 0; job < BENCH_JOB_COUNT; job++)
        if (result->how.jobs >> job & 1)
            out[count++] = (contestant){runs[job], &result->engine[job], job == BENCH_FIT, 1};
    if (!result->how.yardstick || result->how.only_verify)
        return count;
    if (result->how.jobs >> BENCH_FIT & 1)
        out[count++] = (contestant){run_yard_fit, &result->yard[0], true, 1};
    if (result->how.jobs >> BENCH_FULL != 0)
        out[count++] = (contestant){run_yard_full, &result->yard[1], false, 1};
    return count;
}

void cell_run(const workload_options *options, const cell_options *how, const memory_bandwidth *memory,
              cell_result *out_result) {
    contestant contestants[BENCH_JOB_COUNT + 2];
    *out_result = (cell_result){.workload = *options, .how = *how};
    out_result->set = how->set == FM_INSTRUCTION_SET_AUTO ? fm_instruction_set_best() : how->set;
    /* Only the yardstick and columns in memory need rows to be kept. */
    workload *w = how->drawn && !how->yardstick ? workload_new_without_rows(options) : workload_new(options);
    bench b = {.memory = how->bandwidth ? memory : NULL, .threads = how->threads};
    b.unit = yard_unit_choose(how->set);
    yard_plan *plan = NULL;
    if (how->yardstick) {
        b.plan = plan = yard_plan_new(w, &out_result->yard_build);
        yard_plan_tune(plan, b.unit);
        out_result->yardstick = b.unit->name;
        out_result->yard_row_bytes = yard_row_bytes(plan);
        out_result->yard_words[0] = plan->need_words;
        out_result->yard_words[1] = plan->want_words;
        out_result->one_pass = plan->one_pass;
        out_result->counts = yard_match(plan, b.unit, how->threads);
    }
    engine_options engine_how = {out_result->set, how->as_read, how->drawn, how->threads};
    engine *e = engine_new(w, &engine_how, &out_result->engine_build);
    b.engine = e;
    workload_free(w);
    if (how->yardstick)
        verify(&b, out_result);
    else
        out_result->counts = engine_full(e, how->threads);
    out_result->reading_bytes = b.memory == NULL ? 0 : memory_bandwidth_bytes(b.memory);
    measure_in_turns(contestants, list_contestants(out_result, contestants), &b, out_result);
    engine_free(e);
    if (plan != NULL)
        yard_plan_free(plan);
}
