/* A table of text, aligned, cells wrapped, and parted into several where the terminal is too narrow. */
#ifndef FITMATCH_TOOL_GRID_H
#define FITMATCH_TOOL_GRID_H

#include "terminal.h"

typedef struct grid grid;

/* The first row added is the header. `indent` blanks stand before each line. */
grid *grid_new(size_t columns, size_t indent);
void grid_free(grid *of);

/* Aligns a column's cells to the right: for numbers. */
void grid_right(grid *of, size_t column);
/* The first `count` columns are repeated when the others do not fit beside each other. Default 1. */
void grid_fixed(grid *of, size_t count);
/* No column gets wider than this: longer cells are wrapped. Default 36. */
void grid_widest(grid *of, size_t columns);

/* Leaves columns out at the end, so that the others fit beside each other; cells are rather wrapped somewhat
 * than left out. The fixed columns and `least` more stay in any case. Call when all cells are there; returns
 * how many columns are left out. */
size_t grid_fold(grid *of, size_t least, const terminal *to);

/* The next cell, row by row; must be safe to print. */
void grid_add(grid *of, const char *text, style how);
void grid_add_count(grid *of, uint64_t count);
/* Somebody's data, made safe. */
void grid_show(grid *of, const char *bytes, size_t length, style how);

/* Columns of the screen that it takes when nothing is wrapped or parted. */
size_t grid_width(grid *of);

void grid_print(grid *of, const terminal *to);

#endif
