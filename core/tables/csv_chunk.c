#include "support/error.h"
#include "tables/csv_cell.h"
#include "tables/csv_table.h"

#include <string.h>

/* Bytes at a chunk's end in which the last record's end is looked for, first and if there is none. */
static const size_t tails[] = {(size_t)4 << 10, (size_t)64 << 10};

static bool reserve(fm__chunk *chunk, size_t capacity) {
    if (capacity <= chunk->capacity)
        return true;
    if (capacity > SIZE_MAX - FM__CELL_SLACK_BYTES)
        return false;
    char *memory = realloc(chunk->memory, capacity + FM__CELL_SLACK_BYTES);
    if (memory == NULL)
        return false;
    chunk->memory = memory;
    chunk->capacity = capacity;
    return true;
}

static size_t last_newline(fm_text text) {
    const char *at = text.length == 0 ? NULL : memrchr(text.bytes, '\n', text.length);
    return at == NULL ? 0 : (size_t)(at - text.bytes) + 1;
}

/* How well the records that an index holds fit the table, and where the last one ends. */
typedef struct guess {
    int64_t score;
    size_t end;
} guess;

static bool try_state(fm__csv_index *index, fm__csv_state state, fm_text tail, size_t column_count,
                      guess *out_guess) {
    guess found = {0, 0};
    *out_guess = found;
    fm__csv_index_reset(index, state);
    if (!fm__csv_index_feed(index, tail.bytes, tail.length, false, SIZE_MAX))
        return false;
    if (index->records.count == 0)
        return true;
    /* Of what begins inside quotes the first record is only the rest of one. */
    size_t first = state == FM__CSV_QUOTED;
    for (size_t i = first; i < index->records.count; i++) {
        size_t cells = index->records.at[i] - (i == 0 ? 0 : index->records.at[i - 1]);
        found.score += cells == column_count ? 1 : -1;
    }
    found.score -= (int64_t)index->suspects.count;
    found.end = index->starts.at[index->records.at[index->records.count - 1]];
    *out_guess = found;
    return true;
}

/* Where the last record of a text probably ends, 0 for nowhere. Newlines may be quoted, and what is quoted
 * cannot be told from the end of a text alone: both are tried, and what looks more like the table is
 * believed. False when memory ran out. */
static bool guess_end(fm__csv_table *csv, fm_text text, size_t *out_end) {
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        size_t skip = text.length > tails[i] ? text.length - tails[i] : 0;
        fm_text tail = {text.bytes + skip, text.length - skip};
        size_t newline = last_newline(tail);
        if (tail.length == 0 || memchr(tail.bytes, '"', tail.length) == NULL) {
            *out_end = skip + newline;
            if (newline > 0)
                return true;
            continue;
        }
        const char *first = memchr(tail.bytes, '\n', tail.length);
        if (first == NULL)
            continue;
        size_t begin = (size_t)(first - tail.bytes) + 1;
        fm_text lines = {tail.bytes + begin, tail.length - begin};
        guess outside, inside;
        if (!try_state(&csv->outside, FM__CSV_START, lines, csv->table.column_count, &outside) ||
            !try_state(&csv->inside, FM__CSV_QUOTED, lines, csv->table.column_count, &inside))
            return false;
        const guess *better = inside.score > outside.score ? &inside : &outside;
        *out_end = skip + begin + better->end;
        if (better->end > 0)
            return true;
    }
    *out_end = last_newline(text);
    return true;
}

/* Reads until the chunk holds `wanted` bytes or the table is at its end. */
static fm_status read_up_to(fm__csv_table *csv, fm__chunk *chunk, size_t wanted, fm_error *error) {
    if (!reserve(chunk, wanted))
        return fm__fail_memory(error);
    while (chunk->length < wanted) {
        size_t taken;
        fm_status status = fm__csv_source_take(&csv->source, chunk->memory + chunk->length,
                                               wanted - chunk->length, &taken, error);
        if (status != FM_OK)
            return status;
        chunk->length += taken;
        if (taken == 0) {
            chunk->is_last = true;
            break;
        }
    }
    return FM_OK;
}

static bool set_aside(fm__csv_table *csv, fm__chunk *chunk, size_t end) {
    size_t rest = chunk->length - end;
    if (!reserve(&csv->carry, rest))
        return false;
    if (rest > 0)
        memcpy(csv->carry.memory, chunk->memory + end, rest);
    csv->carry.length = rest;
    chunk->length = end;
    return true;
}

static fm_status fill(fm_table *table, fm__chunk *chunk, size_t least, fm_error *error) {
    fm__csv_table *csv = (fm__csv_table *)table;
    size_t wanted = least > csv->chunk_bytes ? least : csv->chunk_bytes;
    chunk->length = 0;
    chunk->is_last = false;
    if (csv->outside.scanner == NULL &&
        (!fm__csv_index_init(&csv->outside, csv->parser.index.scanner, csv->parser.delimiter) ||
         !fm__csv_index_init(&csv->inside, csv->parser.index.scanner, csv->parser.delimiter)))
        return fm__fail_memory(error);
    if (!reserve(chunk, csv->carry.length > wanted ? csv->carry.length : wanted))
        return fm__fail_memory(error);
    if (csv->carry.length > 0)
        memcpy(chunk->memory, csv->carry.memory, csv->carry.length);
    chunk->length = csv->carry.length;
    csv->carry.length = 0;
    for (;;) {
        fm_status status = read_up_to(csv, chunk, wanted, error);
        if (status != FM_OK)
            return status;
        fm_text text = {chunk->memory, chunk->length};
        size_t end = chunk->length;
        if (!chunk->is_last && !csv->cuts_blindly && !guess_end(csv, text, &end))
            return fm__fail_memory(error);
        /* Beyond the longest record allowed the parser settles it. */
        if (end == 0 && chunk->length >= csv->parser.record_bytes + 2)
            end = chunk->length;
        if (end > 0 || chunk->is_last) {
            if (!set_aside(csv, chunk, end))
                return fm__fail_memory(error);
            return fm__csv_source_progress(&csv->source, error);
        }
        wanted = chunk->length * 2;
    }
}

static uint64_t first_line(const fm_table *table) {
    return ((const fm__csv_table *)table)->parser.line;
}

struct fm__chunk_parser {
    fm__csv_parser csv;
    fm_text text;
    bool is_last;
    size_t done;
    fm__csv_outcome outcome;
};

static void parser_free(fm__chunk_parser *parser) {
    if (parser != NULL)
        fm__csv_parser_destroy(&parser->csv);
    free(parser);
}

static fm__chunk_parser *parser_new(const fm_table *table) {
    const fm__csv_table *csv = (const fm__csv_table *)table;
    const fm__csv_parser *like = &csv->parser;
    fm__chunk_parser *parser = calloc(1, sizeof *parser);
    if (parser != NULL &&
        fm__csv_parser_init(&parser->csv, like->delimiter, like->column_count, like->record_bytes, 0) &&
        fm__csv_parser_select(&parser->csv, like->selected, like->selected_count)) {
        parser->csv.leaves_plain = true;
        return parser;
    }
    parser_free(parser);
    return NULL;
}

static void begin(fm__chunk_parser *parser, const fm__chunk *chunk) {
    fm__csv_parser_restart(&parser->csv, 0);
    parser->text = (fm_text){chunk->memory, chunk->length};
    parser->is_last = chunk->is_last;
    parser->done = 0;
}

static fm_text rest_of(const fm__chunk_parser *parser) {
    return (fm_text){parser->text.bytes + parser->done, parser->text.length - parser->done};
}

static fm__chunk_outcome next(fm__chunk_parser *parser, fm__batch *out_batch) {
    size_t passed;
    parser->outcome = fm__csv_parse(&parser->csv, rest_of(parser), parser->is_last, out_batch, &passed);
    parser->done += passed;
    switch (parser->outcome) {
    case FM__CSV_ROWS:
        return FM__CHUNK_ROWS;
    case FM__CSV_MORE:
    case FM__CSV_END:
        return FM__CHUNK_DONE;
    case FM__CSV_NO_MEMORY:
        return FM__CHUNK_NO_MEMORY;
    case FM__CSV_NUL:
    case FM__CSV_LONG:
    case FM__CSV_OPEN:
        break;
    }
    return FM__CHUNK_FAILED;
}

static size_t bytes_done(const fm__chunk_parser *parser) {
    return parser->done;
}

static uint64_t lines_done(const fm__chunk_parser *parser) {
    return parser->csv.line;
}

static fm_position locate(const fm__chunk_parser *parser, const fm__batch *batch, size_t row,
                          size_t selected) {
    return fm__csv_parser_locate(&parser->csv, batch, row, selected);
}

static fm_status fail(const fm_table *table, const fm__chunk_parser *parser, uint64_t line, fm_error *error) {
    return fm__csv_fail(&parser->csv, table->file, parser->outcome, rest_of(parser), line + parser->csv.line,
                        error);
}

/* Below that a chunk would mostly be looking for its end. */
#define CHUNK_BYTES_MIN ((size_t)64)

static void shrink(fm_table *table, size_t chunk_bytes) {
    fm__csv_table *csv = (fm__csv_table *)table;
    size_t wanted = chunk_bytes > CHUNK_BYTES_MIN ? chunk_bytes : CHUNK_BYTES_MIN;
    csv->chunk_bytes = wanted < csv->chunk_bytes ? wanted : csv->chunk_bytes;
}

const fm__chunk_methods fm__csv_chunk_methods = {
    .fill = fill,
    .shrink = shrink,
    .first_line = first_line,
    .parser_new = parser_new,
    .parser_free = parser_free,
    .begin = begin,
    .next = next,
    .bytes_done = bytes_done,
    .lines_done = lines_done,
    .locate = locate,
    .fail = fail,
};
