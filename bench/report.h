/* What bench_match prints and writes. */
#ifndef FITMATCH_BENCH_REPORT_H
#define FITMATCH_BENCH_REPORT_H

#include "cell.h"
#include "figures.h"

/** Prints machine, build and handicaps. */
void report_head(const cell_options *how, bench_clock clock);

/** Prints a cell. */
void report_cell(const cell_result *result, bench_clock clock);

/** Prints the ratios of all cells in one table. */
void report_summary(const cell_result *results, size_t count, bench_clock clock);

/** Adds speeds, and ratios to the yardstick, of all jobs. */
void report_figures(const cell_result *results, size_t count, bench_clock clock, figures *out_figures);

/** Writes everything that was measured as CSV; ends the benchmark when it cannot. */
void report_csv(const cell_result *results, size_t count, const char *path);

/** A measured time on a clock: processor time is spread over the threads. */
double report_seconds(const cell_result *result, const bench_samples *samples, bench_clock clock,
                      bool median);

/** Names a cell in a few characters. */
void report_name(const cell_result *result, bench_job job, char name[FIGURE_NAME_BYTES]);

#endif
