/* What a stream can show: colour, width, and characters beyond ASCII. */
#ifndef FITMATCH_TOOL_TERMINAL_H
#define FITMATCH_TOOL_TERMINAL_H

#include "text.h"

#include <stdio.h>

typedef enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER } colour_choice;

typedef enum style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_CARE,
    STYLE_HINT
} style;

typedef struct terminal {
    FILE *stream;
    size_t width; /* columns */
    bool is_terminal;
    bool colour;
    bool utf8;
} terminal;

/* Sets the character locale; call once, before any terminal_init. */
void terminal_locale(void);

/* Finds out about a stream. NO_COLOR and TERM=dumb are honoured, COLUMNS overrides the width. */
void terminal_init(terminal *out_terminal, FILE *stream, colour_choice colour);

/* The sequence that begins a style (or ends all with STYLE_PLAIN); "" without colour. */
const char *terminal_style(const terminal *to, style which);

/* Adds a bar of `share` (0..1) of `columns`; partly filled cells where the terminal has UTF-8, "#" elsewhere.
 */
void terminal_bar(const terminal *to, buffer *line, double share, size_t columns);

/* Prints text broken into lines at the terminal's width, each after `indent` blanks. */
void terminal_paragraph(const terminal *to, const char *text, size_t indent);

#endif
