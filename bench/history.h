/* The history file: a CSV that grows by some lines a run, and the chart of it. */
#ifndef FITMATCH_BENCH_HISTORY_H
#define FITMATCH_BENCH_HISTORY_H

/** Opens the history for one more run; NULL ends nothing, the file is made where there is none. */
typedef struct history_writer history_writer;

history_writer *history_begin(const char *path);
void history_add(history_writer *writer, const char *name, const char *unit, double value);
void history_end(history_writer *writer);

/** Draws ratios and counted instructions of all runs. */
void history_draw(const char *history_path, const char *chart_path);

#endif
