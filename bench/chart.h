/* Line charts as SVG, on a background of their own that follows the reader's light or dark setting. */
#ifndef FITMATCH_BENCH_CHART_H
#define FITMATCH_BENCH_CHART_H

#include <stdbool.h>
#include <stddef.h>

/** One line: a value for each place on the x axis, NaN where there is none. */
typedef struct chart_line {
    const char *label; /**< NULL: not named */
    const double *values;
    bool is_guide; /**< thin and grey, to compare the others with */
} chart_line;

/** Lines over a common x axis. */
typedef struct chart_panel {
    const char *title;
    const char *axis;       /**< what is on the x axis; NULL: not said */
    bool logarithmic;       /**< of values */
    bool place_logarithmic; /**< of places, where these have numbers */
    const double *places;   /**< NULL: evenly spaced */
    const char *const *labels;
    size_t place_count;
    const chart_line *lines;
    size_t line_count;
} chart_panel;

typedef enum chart_form {
    CHART_LIST, /**< panels below each other, with room for many long names beside them */
    CHART_GRID, /**< two panels a row, a few short names inside them, top left where growing lines leave room
                 */
} chart_form;

/** Writes panels. Ends the program when it cannot. */
void chart_write(const char *path, chart_form form, const char *title, const chart_panel *panels,
                 size_t panel_count);

#endif
