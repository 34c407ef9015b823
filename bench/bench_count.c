/* bench_count: a fixed small workload, each job done once on one thread, for programs that count
 * instructions.
 *
 * What is counted are the functions engine_build_base, engine_arrange, engine_fit, engine_full and
 * engine_rows, so that drawing the workload does not matter. */
#include "engine.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void refuse(void) {
    (void)fputs("usage: bench_count sse|avx2 arranged|as-read OFFERINGS\n", stderr);
    exit(2);
}

int main(int count, char **arguments) {
    workload_options options = workload_usual();
    options.rows = 20000;
    engine_options how = {.threads = 1};
    engine_build build;
    if (count != 4)
        refuse();
    how.set = strcmp(arguments[1], "sse") == 0 ? FM_INSTRUCTION_SET_SSE : FM_INSTRUCTION_SET_AVX2;
    how.as_read = strcmp(arguments[2], "as-read") == 0;
    if ((how.set == FM_INSTRUCTION_SET_AVX2 && strcmp(arguments[1], "avx2") != 0) ||
        (!how.as_read && strcmp(arguments[2], "arranged") != 0))
        refuse();
    options.offerings = (uint32_t)bench_read_number(arguments[3], 1, FM_OFFERINGS_MAX);
    if (!fm_instruction_set_supported(how.set))
        bench_die("this machine does not have %s", fm_instruction_set_name(how.set));
    omp_set_num_threads(1);
    workload *w = workload_new(&options);
    engine *e = engine_new(w, &how, &build);
    workload_free(w);
    uint64_t fitting = engine_fit(e, 1);
    yard_counts full = engine_full(e, 1);
    yard_counts rows = engine_rows(e, 1);
    engine_free(e);
    if (fitting != full.rows[FM_VERDICT_FIT] + full.rows[FM_VERDICT_ASK] ||
        memcmp(&full, &rows, sizeof full) != 0)
        bench_die("MISMATCH between the jobs");
    printf("%s, %s, %u offerings: %llu rows fit\n", fm_instruction_set_name(how.set), arguments[2],
           options.offerings, (unsigned long long)fitting);
    return 0;
}
