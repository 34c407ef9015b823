#include "tables/csv_cell.h"

#include <string.h>

fm__csv_walk fm__csv_walk_begin(fm_text text, uint64_t line, char delimiter) {
    return (fm__csv_walk){
        .at = text.bytes,
        .end = text.bytes + text.length,
        .line_start = text.bytes,
        .line = line,
        .delimiter = delimiter,
    };
}

static fm_position position_of(const fm__csv_walk *walk, const char *at) {
    return (fm_position){walk->line, (uint64_t)(at - walk->line_start) + 1};
}

/* From the opening quote to behind the closing one, or to the end of the text. */
static const char *skip_quoted(fm__csv_walk *walk, const char *at, bool *out_open) {
    *out_open = false;
    for (at++; at < walk->end; at++) {
        if (*at == '\n') {
            walk->line++;
            walk->line_start = at + 1;
        } else if (*at == '"') {
            if (at + 1 == walk->end || at[1] != '"')
                return at + 1;
            at++;
        }
    }
    *out_open = true;
    return walk->end;
}

static bool is_cell_end(const fm__csv_walk *walk, const char *at) {
    return at == walk->end || *at == walk->delimiter || *at == '\n' ||
           (*at == '\r' && (at + 1 == walk->end || at[1] == '\n'));
}

bool fm__csv_walk_next(fm__csv_walk *walk, fm__csv_cell *out_cell) {
    if (walk->ended)
        return false;
    const char *start = walk->at;
    const char *at = start;
    fm__csv_cell cell = {.at = position_of(walk, start)};
    if (at < walk->end && *at == '"') {
        cell.quoted = true;
        at = skip_quoted(walk, at, &cell.open);
        while (at < walk->end && (*at == ' ' || *at == '\t') && *at != walk->delimiter)
            at++;
        cell.stray = !is_cell_end(walk, at);
        cell.stray_at = position_of(walk, at);
    }
    /* Outside quotes, and behind them, a quote is a byte like any other. */
    const char *literal = at;
    while (at < walk->end && *at != walk->delimiter && *at != '\n')
        at++;
    walk->at_newline = at < walk->end && *at == '\n';
    walk->ended = at == walk->end || walk->at_newline;
    bool has_return = walk->ended && at > literal && at[-1] == '\r';
    cell.raw = (fm_text){start, (size_t)(at - start) - has_return};
    walk->at = at == walk->end ? at : at + 1;
    *out_cell = cell;
    return true;
}

bool fm__csv_has_stray(fm_text text, char delimiter) {
    fm__csv_walk walk = fm__csv_walk_begin(text, 1, delimiter);
    fm__csv_cell cell;
    while (fm__csv_walk_next(&walk, &cell))
        if (cell.stray)
            return true;
    return false;
}

size_t fm__csv_unquote(fm_text raw, char *to) {
    const char *at = raw.bytes + 1;
    const char *end = raw.bytes + raw.length;
    char *start = to;
    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        const char *stop = quote == NULL ? end : quote;
        memcpy(to, at, (size_t)(stop - at));
        to += stop - at;
        if (quote == NULL || quote + 1 == end || quote[1] != '"')
            break;
        *to++ = '"';
        at = quote + 2;
    }
    return (size_t)(to - start);
}

fm_position fm__csv_position(const char *bytes, size_t length, uint64_t line) {
    const char *line_start = bytes;
    const char *end = bytes + length;
    for (;;) {
        const char *newline = memchr(line_start, '\n', (size_t)(end - line_start));
        if (newline == NULL)
            return (fm_position){line, (uint64_t)(end - line_start) + 1};
        line++;
        line_start = newline + 1;
    }
}
