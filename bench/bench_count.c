/* bench_count: a fixed small workload, each job done once on one thread, for programs that count
 * instructions.
 *
 * What is counted are the functions engine_build_base, engine_fit, engine_full and engine_rows, so that
 * drawing the workload does not matter. */
#include "engine.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **arguments) {
    const workload_options options = {.rows = 20000,
                                      .offerings = 200,
                                      .attributes = 12,
                                      .patterns = 5,
                                      .demands = 30,
                                      .blank = 0.4,
                                      .wants = 0.15,
                                      .fitting = 0.5,
                                      .unasked = 0.02,
                                      .weight_max = 5,
                                      .seed = 1};
    fm_instruction_set set = FM_INSTRUCTION_SET_AVX2;
    engine_build build;
    if (count > 1)
        set = strcmp(arguments[1], "sse") == 0 ? FM_INSTRUCTION_SET_SSE : FM_INSTRUCTION_SET_AVX2;
    if (!fm_instruction_set_supported(set))
        bench_die("this machine does not have %s", fm_instruction_set_name(set));
    omp_set_num_threads(1);
    workload *w = workload_new(&options);
    engine *e = engine_new(w, set, false, 1, &build);
    workload_free(w);
    uint64_t fitting = engine_fit(e, 1);
    yard_counts full = engine_full(e, 1);
    yard_counts rows = engine_rows(e, 1);
    engine_free(e);
    if (fitting != full.rows[FM_VERDICT_FIT] + full.rows[FM_VERDICT_ASK] ||
        memcmp(&full, &rows, sizeof full) != 0)
        bench_die("MISMATCH between the jobs");
    printf("%s, %llu rows fit\n", fm_instruction_set_name(set), (unsigned long long)fitting);
    return 0;
}
