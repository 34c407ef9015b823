/* Figures in the forms that trackers read. */
#ifndef FITMATCH_BENCH_FIGURES_H
#define FITMATCH_BENCH_FIGURES_H

#include "support.h"

#define FIGURE_NAME_BYTES 192

/** One figure; bigger is better for all units but "instructions", "exponent" and "s". */
typedef struct figure {
    char name[FIGURE_NAME_BYTES]; /**< of what was measured; figures of one thing follow each other */
    const char *measure;          /**< Bencher's word for what was counted, such as "pairs-per-second" */
    const char *unit;
    double value, low, high;
    char extra[160];
} figure;

/** A growing list; zero-initialise, free `list`. */
typedef struct figures {
    figure *list;
    size_t count;
} figures;

/** Adds a figure with name, measure and unit set to "" and the rest zero, to be filled in. */
figure *figures_add(figures *figures);

/** Writes github-action-benchmark's form (`[{"name", "unit", "value", "range", "extra"}]`); machine and build
 * go to "extra". */
void figures_write_json(const figures *figures, const char *path);

/** Writes Bencher Metric Format. */
void figures_write_bmf(const figures *figures, const char *path);

#endif
