/* A line chart as SVG. */
#ifndef FITMATCH_BENCH_CHART_H
#define FITMATCH_BENCH_CHART_H

#include <stdbool.h>
#include <stddef.h>

/** One line: a value for each place on the x axis, NaN where there is none. */
typedef struct chart_line {
    const char *label;
    const double *values;
} chart_line;

/** Lines over a common x axis. */
typedef struct chart_panel {
    const char *title;
    bool logarithmic;
    const chart_line *lines;
    size_t line_count;
} chart_panel;

/** Writes panels below each other; `labels` name the places of the x axis. Ends the program when it cannot.
 */
void chart_write(const char *path, const chart_panel *panels, size_t panel_count, const char *const *labels,
                 size_t place_count);

#endif
