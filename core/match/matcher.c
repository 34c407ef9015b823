#include "match/matcher.h"

#include "base/crew.h"

#include <omp.h>
#include <stdatomic.h>

/* Blocks of a tile: 16 x 512 rows, long enough (about 20 microseconds of matching) to make handing tiles out
 * cheap, short enough that a base of some hundred thousand rows still spreads over the threads. */
#define TILE_BLOCKS 16

/* A run, shared by its threads. Once `status` is not FM_OK the rest of the tiles is skipped. */
typedef struct run {
    const fm__plan *plan;
    const fm__kernel *kernel;
    const fm__visitor *visitor;
    fm__block *blocks; /* [slot] */
    _Atomic size_t tiles_done;
    _Atomic int status;
    atomic_flag is_stopping; /* somebody has failed, and sets the error and the status */
    fm_error *error;
} run;

unsigned fm__matcher_slots(unsigned threads) {
    int most = omp_get_max_threads();
    return threads > 0 ? threads : most > 0 ? (unsigned)most : 1;
}

unsigned fm_thread_count_default(void) {
    return fm__matcher_slots(0);
}

static bool stopped(const run *r) {
    return r->status != FM_OK;
}

/* The first failure wins; its error is the one that the caller sees. */
static void stop(run *r, fm_status status, const fm_error *error) {
    if (atomic_flag_test_and_set(&r->is_stopping))
        return;
    if (r->error != NULL)
        *r->error = *error;
    r->status = (int)status;
}

static void visit_tile(run *r, unsigned slot, size_t tile) {
    const fm__visitor *visitor = r->visitor;
    size_t begin = tile * TILE_BLOCKS;
    size_t left = r->plan->base->block_count - begin;
    size_t end = begin + (left < TILE_BLOCKS ? left : TILE_BLOCKS);
    for (size_t number = begin; number < end && !stopped(r); number++) {
        fm_error error;
        fm__block_compute(&r->blocks[slot], r->plan, r->kernel, visitor->depth, number);
        fm_status status = visitor->visit(visitor->context, slot, &r->blocks[slot], number, &error);
        if (status != FM_OK)
            stop(r, status, &error);
    }
}

/* Slot 0 is the thread that made the call, the one that progress is promised to. */
static void report_progress(run *r, unsigned slot, size_t tiles_done) {
    const fm_progress *progress = r->visitor->progress;
    uint64_t rows = fm__base_place_count(r->plan->base);
    uint64_t done = (uint64_t)tiles_done * TILE_BLOCKS * FM__BLOCK_ROWS;
    fm_error error;
    if (progress != NULL && slot == 0 &&
        !progress->step(progress->context, r->visitor->phase, done < rows ? done : rows, rows))
        stop(r, fm__fail(&error, FM_ERROR_CANCELLED, "cancelled"), &error);
}

static void commit_tile(run *r, unsigned slot) {
    fm_error error;
    fm_status status = r->visitor->commit(r->visitor->context, slot, &error);
    if (status != FM_OK)
        stop(r, status, &error);
}

/* Tiles in any order: nobody waits for anybody. */
static void run_tile(void *context, size_t slot, size_t tile) {
    run *r = context;
    if (stopped(r))
        return;
    visit_tile(r, (unsigned)slot, tile);
    size_t done = ++r->tiles_done;
    if (!stopped(r))
        report_progress(r, (unsigned)slot, done);
}

/* Tiles are committed in their order. */
static void run_ordered(run *r, unsigned slots, size_t tiles) {
#pragma omp parallel for schedule(dynamic, 1) ordered num_threads(slots) default(none) shared(r, tiles)
    for (size_t tile = 0; tile < tiles; tile++) {
        unsigned slot = (unsigned)omp_get_thread_num();
        if (!stopped(r))
            visit_tile(r, slot, tile);
#pragma omp ordered
        {
            if (!stopped(r))
                commit_tile(r, slot);
            if (!stopped(r))
                report_progress(r, slot, tile + 1);
        }
    }
}

fm_status fm__matcher_run(const fm__plan *plan, const fm__kernel *kernel, unsigned slots,
                          const fm__visitor *visitor, fm_error *error) {
    run r = {.plan = plan,
             .kernel = kernel,
             .visitor = visitor,
             .status = FM_OK,
             .is_stopping = ATOMIC_FLAG_INIT,
             .error = error};
    r.blocks = fm__array_new(slots, sizeof *r.blocks);
    bool ready = r.blocks != NULL;
    for (unsigned slot = 0; ready && slot < slots; slot++)
        ready = fm__block_init(&r.blocks[slot], plan);
    size_t tiles = (plan->base->block_count + TILE_BLOCKS - 1) / TILE_BLOCKS;
    if (ready && visitor->commit != NULL)
        run_ordered(&r, slots, tiles);
    else if (ready)
        ready = fm__crew_run(slots, run_tile, &r, tiles);
    for (unsigned slot = 0; r.blocks != NULL && slot < slots; slot++)
        fm__block_destroy(&r.blocks[slot]);
    free(r.blocks);
    return ready ? (fm_status)r.status : fm__fail_memory(error);
}

bool fm__matcher_items(unsigned slots, size_t count, bool (*work)(void *context, unsigned slot, size_t item),
                       void *context) {
    bool done = true;
#pragma omp parallel for schedule(dynamic, 1) num_threads(slots) default(none) shared(count, work, context) \
    reduction(&& : done) if (slots > 1 && count > 1)
    for (size_t item = 0; item < count; item++)
        done = done && work(context, (unsigned)omp_get_thread_num(), item);
    return done;
}
