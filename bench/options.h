/* What bench_match is asked for. */
#ifndef FITMATCH_BENCH_OPTIONS_H
#define FITMATCH_BENCH_OPTIONS_H

#include "cell.h"

typedef enum bench_grid {
    GRID_CELL,  /**< one cell, or the product of the lists given */
    GRID_QUICK, /**< a few cells in some seconds */
    GRID_FULL,  /**< offerings x attributes x in and out of cache, then each other property by itself */
} bench_grid;

typedef struct bench_options {
    workload_options workload; /**< what is not a list; of lists the first */
    uint64_t *rows;
    size_t rows_count;
    uint64_t *offerings;
    size_t offerings_count;
    uint64_t *attributes;
    size_t attributes_count;
    cell_options how;
    bench_grid grid;
    uint64_t rows_in_cache, rows_out_of_cache; /**< of the grids */
    size_t memory_bytes;                       /**< buffer that plain reading goes over */
    bench_clock clock;
    const char *json, *bmf, *csv;
} bench_options;

/** Reads the command line; ends the program after --help and after mistakes. */
void bench_options_read(int count, char **arguments, bench_options *out_options);

#endif
