#include "grid.h"

#include "numbers.h"

#include <stdlib.h>
#include <string.h>

#define COLUMN_GAP 2

typedef struct cell {
    char *text;
    style how;
} cell;

struct grid {
    size_t columns;
    size_t shown; /* columns printed: the first ones */
    size_t indent;
    size_t fixed;
    size_t widest;
    bool *right;
    size_t *widths;
    cell *cells;
    size_t count;
    size_t capacity;
};

grid *grid_new(size_t columns, size_t indent) {
    grid *made = tool_alloc(1, sizeof *made);
    *made = (grid){.columns = columns, .shown = columns, .indent = indent, .fixed = 1, .widest = 36};
    made->right = tool_alloc(columns, sizeof *made->right);
    made->widths = tool_alloc(columns, sizeof *made->widths);
    return made;
}

void grid_free(grid *of) {
    if (!of)
        return;
    for (size_t i = 0; i < of->count; i++)
        free(of->cells[i].text);
    free(of->cells);
    free(of->widths);
    free(of->right);
    free(of);
}

void grid_right(grid *of, size_t column) {
    of->right[column] = true;
}

void grid_fixed(grid *of, size_t count) {
    of->fixed = count;
}

void grid_widest(grid *of, size_t columns) {
    of->widest = columns;
}

void grid_add(grid *of, const char *text, style how) {
    if (of->count == of->capacity) {
        of->capacity = of->capacity ? of->capacity * 2 : 64;
        of->cells = tool_realloc(of->cells, of->capacity, sizeof *of->cells);
    }
    of->cells[of->count++] = (cell){tool_copy(text, strlen(text)), how};
}

void grid_add_count(grid *of, uint64_t count) {
    char number[NUMBER_BYTES];
    grid_add(of, number_count(number, count), STYLE_PLAIN);
}

void grid_show(grid *of, const char *bytes, size_t length, style how) {
    buffer safe = {0};
    buffer_show(&safe, bytes, length);
    grid_add(of, buffer_string(&safe), how);
    buffer_destroy(&safe);
}

static void measure(grid *of) {
    for (size_t column = 0; column < of->columns; column++) {
        size_t width = 0;
        for (size_t i = column; i < of->count; i += of->columns) {
            size_t needed = text_width(of->cells[i].text);
            width = needed > width ? needed : width;
        }
        of->widths[column] = width > of->widest ? of->widest : width;
    }
}

/* Prints one line of a cell and returns where its text goes on. `last` cells get no blanks behind them. */
static const char *print_piece(const grid *of, const terminal *to, size_t column, const cell *from,
                               const char *rest, bool last) {
    size_t length = text_break(rest, of->widths[column]);
    char *piece = tool_copy(rest, length);
    size_t end = length;
    while (end > 0 && piece[end - 1] == ' ')
        piece[--end] = '\0';
    size_t width = text_width(piece);
    size_t blanks = of->widths[column] > width ? of->widths[column] - width : 0;
    bool styled = from->how != STYLE_PLAIN && *piece && *terminal_style(to, from->how);
    if (of->right[column])
        fprintf(to->stream, "%*s", (int)blanks, "");
    fprintf(to->stream, "%s%s%s", styled ? terminal_style(to, from->how) : "", piece,
            styled ? terminal_style(to, STYLE_PLAIN) : "");
    if (!last)
        fprintf(to->stream, "%*s", (int)(of->right[column] ? 0 : blanks) + COLUMN_GAP, "");
    free(piece);
    return rest + length;
}

/* The columns of one part: the fixed ones, then those from `from` to before `until`. */
static size_t column_at(const grid *of, size_t from, size_t place) {
    return place < of->fixed ? place : from + (place - of->fixed);
}

static void print_row(const grid *of, const terminal *to, const cell *row, size_t from, size_t until,
                      const char **rest) {
    size_t shown = of->fixed + (until - from);
    size_t left = shown;
    for (size_t place = 0; place < shown; place++)
        rest[place] = row[column_at(of, from, place)].text;
    for (bool first = true; first || left > 0; first = false) {
        fprintf(to->stream, "%*s", (int)of->indent, "");
        /* Nothing is printed to the right of the last cell that still has text. */
        size_t last = 0;
        for (size_t place = 0; place < shown; place++)
            last = *rest[place] ? place : last;
        for (size_t place = 0; place <= last; place++) {
            size_t column = column_at(of, from, place);
            rest[place] = print_piece(of, to, column, &row[column], rest[place], place == last);
        }
        fputc('\n', to->stream);
        left = 0;
        for (size_t place = 0; place < shown; place++)
            left += *rest[place] != '\0';
    }
}

static size_t fixed_columns_width(const grid *of) {
    size_t width = of->indent;
    for (size_t column = 0; column < of->fixed; column++)
        width += of->widths[column] + COLUMN_GAP;
    return width;
}

size_t grid_width(grid *of) {
    size_t width = of->indent;
    measure(of);
    for (size_t column = 0; column < of->columns; column++)
        width += of->widths[column] + (column > 0 ? COLUMN_GAP : 0);
    return width;
}

/* Below this width wrapping makes nothing easier to read. */
#define NARROWEST 10

/* The fixed columns and the widest other one must fit beside each other. */
static void squeeze(grid *of, const terminal *to) {
    for (measure(of); of->widest > NARROWEST; measure(of)) {
        size_t other = 0;
        for (size_t column = of->fixed; column < of->shown; column++)
            other = of->widths[column] > other ? of->widths[column] : other;
        size_t width = fixed_columns_width(of) + other;
        /* Behind the last column there is no gap. */
        if (width <= to->width + (of->fixed == of->shown ? COLUMN_GAP : 0))
            break;
        of->widest--;
    }
}

/* Cells this wide still hold most numbers and names in one line. */
#define NARROW_ENOUGH 14

size_t grid_fold(grid *of, size_t least, const terminal *to) {
    size_t until;
    for (measure(of);; measure(of)) {
        size_t width = fixed_columns_width(of);
        until = of->fixed;
        /* Behind the last column there is no gap. */
        while (until < of->columns && width + of->widths[until] <= to->width)
            width += of->widths[until++] + COLUMN_GAP;
        if (until == of->columns || of->widest <= NARROW_ENOUGH)
            break;
        of->widest--;
    }
    if (until < of->fixed + least)
        until = of->fixed + least;
    of->shown = until < of->columns ? until : of->columns;
    return of->columns - of->shown;
}

void grid_print(grid *of, const terminal *to) {
    squeeze(of, to);
    size_t fixed_width = fixed_columns_width(of);
    const char **rest = tool_alloc(of->columns, sizeof *rest);
    size_t from = of->fixed;
    do {
        size_t until = from;
        size_t width = fixed_width;
        while (until < of->shown && (until == from || width + of->widths[until] <= to->width)) {
            width += of->widths[until] + COLUMN_GAP;
            until++;
        }
        if (from > of->fixed)
            fputc('\n', to->stream);
        for (size_t i = 0; i + of->columns <= of->count; i += of->columns)
            print_row(of, to, of->cells + i, from, until, rest);
        from = until;
    } while (from < of->shown);
    free(rest);
}
