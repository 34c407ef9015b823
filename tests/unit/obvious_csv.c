#include "obvious_csv.h"

#include "csv_walk.h"
#include "tables/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory) {
    if (memory == NULL)
        abort();
    return memory;
}

/* An array with room for one more; it doubles each time that its length reaches a power of two. */
static void *widen(void *array, size_t count, size_t size) {
    return (count & (count - 1)) == 0 ? must(realloc(array, (count == 0 ? 1 : 2 * count) * size)) : array;
}

typedef struct reader {
    const char *bytes;
    size_t length;
    size_t at;
    uint64_t line;
    uint64_t column;
    char delimiter;
    size_t record_bytes;
    char *contents; /* room for every byte of the document */
    size_t content_length;
    fm_position failed_at;
} reader;

static fm_position here(const reader *r) {
    return (fm_position){r->line, r->column};
}

static void step(reader *r) {
    r->column++;
    if (r->bytes[r->at++] == '\n') {
        r->line++;
        r->column = 1;
    }
}

/* LF, CRLF, or a CR that is the document's last byte. */
static bool at_line_end(const reader *r) {
    if (r->bytes[r->at] == '\n')
        return true;
    return r->bytes[r->at] == '\r' && (r->at + 1 == r->length || r->bytes[r->at + 1] == '\n');
}

static void add_content(reader *r, obvious_record *record, char byte) {
    r->contents[r->content_length++] = byte;
    record->cells[record->cell_count - 1].content.length++;
}

static void begin_cell(reader *r, obvious_record *record) {
    record->cells = widen(record->cells, record->cell_count, sizeof *record->cells);
    record->cells[record->cell_count++] =
        (obvious_cell){.content = {r->contents + r->content_length, 0}, .at = here(r)};
}

typedef enum cell_state { CELL_START, CELL_PLAIN, CELL_QUOTED, CELL_QUOTE, CELL_BLANKS } cell_state;

/* One byte of a record, not of its line end. */
static cell_state take_byte(reader *r, obvious_record *record, cell_state state, char byte, fm_position at,
                            fm_position after) {
    obvious_cell *cell = &record->cells[record->cell_count - 1];
    if (state == CELL_QUOTED) {
        if (byte == '"')
            return CELL_QUOTE;
        add_content(r, record, byte);
        return CELL_QUOTED;
    }
    if (state == CELL_QUOTE && byte == '"') {
        add_content(r, record, '"');
        return CELL_QUOTED;
    }
    if (byte == r->delimiter) {
        begin_cell(r, record);
        record->cells[record->cell_count - 1].at = after;
        return CELL_START;
    }
    if (state == CELL_START && byte == '"') {
        cell->is_quoted = true;
        return CELL_QUOTED;
    }
    if (state == CELL_QUOTE || state == CELL_BLANKS) {
        if (byte == ' ' || byte == '\t')
            return CELL_BLANKS;
        if (!record->is_stray)
            record->stray_at = at;
        record->is_stray = true;
        return CELL_PLAIN;
    }
    add_content(r, record, byte);
    return CELL_PLAIN;
}

static obvious_ending read_record(reader *r, obvious_record *record) {
    *record = (obvious_record){.line = r->line, .raw = {r->bytes + r->at, 0}};
    begin_cell(r, record);
    cell_state state = CELL_START;
    fm_position start = here(r);
    fm_position quote = start;
    while (r->at < r->length && (state == CELL_QUOTED || !at_line_end(r))) {
        fm_position at = here(r);
        char byte = r->bytes[r->at];
        if (byte == '\0') {
            r->failed_at = at;
            return OBVIOUS_NUL;
        }
        if (++record->raw.length > r->record_bytes) {
            r->failed_at = start;
            return OBVIOUS_LONG;
        }
        step(r);
        if (state == CELL_START)
            quote = at;
        state = take_byte(r, record, state, byte, at, here(r));
    }
    if (state == CELL_QUOTED) {
        r->failed_at = quote;
        return OBVIOUS_OPEN;
    }
    if (r->at < r->length && r->bytes[r->at] == '\r')
        step(r);
    if (r->at < r->length && r->bytes[r->at] == '\n')
        step(r);
    return OBVIOUS_END;
}

/* Of comma, semicolon, tab and bar the one that the next record has most of outside quotes. */
static char guess_delimiter(const reader *r) {
    size_t commas = 0, semicolons = 0, tabs = 0, bars = 0;
    char before = ',';
    bool quoted = false;
    size_t end = r->length - r->at > r->record_bytes + 2 ? r->at + r->record_bytes + 2 : r->length;
    for (size_t i = r->at; i < end; i++) {
        char byte = r->bytes[i];
        if (quoted) {
            if (byte == '"' && i + 1 < end && r->bytes[i + 1] == '"')
                i++;
            else if (byte == '"')
                quoted = false;
            before = '"';
            continue;
        }
        if (byte == '\n')
            break;
        quoted = byte == '"' && (before == ',' || before == ';' || before == '\t' || before == '|');
        commas += byte == ',';
        semicolons += byte == ';';
        tabs += byte == '\t';
        bars += byte == '|';
        before = byte;
    }
    char best = ',';
    size_t most = commas;
    if (semicolons > most)
        best = ';', most = semicolons;
    if (tabs > most)
        best = '\t', most = tabs;
    if (bars > most)
        best = '|';
    return best;
}

static bool is_blank(const obvious_record *record) {
    if (record->cell_count != 1 || record->cells[0].is_quoted)
        return false;
    for (size_t i = 0; i < record->raw.length; i++)
        if (record->raw.bytes[i] != ' ' && record->raw.bytes[i] != '\t')
            return false;
    return true;
}

static fm_text trimmed(fm_text text) {
    while (text.length > 0 && (text.bytes[0] == ' ' || text.bytes[0] == '\t')) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && (text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t'))
        text.length--;
    return text;
}

static bool is_same(fm_text a, fm_text b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static obvious_ending check_header(obvious_csv *csv) {
    const obvious_record *header = &csv->header;
    csv->ending_at = header->stray_at;
    if (header->is_stray)
        return OBVIOUS_HEADER_STRAY;
    for (size_t i = 1; i < header->cell_count; i++)
        for (size_t k = 0; k < i; k++) {
            fm_text name = trimmed(header->cells[i].content);
            csv->ending_at = header->cells[i].at;
            if (name.length > 0 && is_same(name, trimmed(header->cells[k].content)))
                return OBVIOUS_TWICE;
        }
    return OBVIOUS_END;
}

obvious_csv obvious_read(fm_text document, char delimiter, size_t record_bytes) {
    obvious_csv csv = {.contents = must(malloc(document.length + 1))};
    reader r = {.bytes = document.bytes,
                .length = document.length,
                .line = 1,
                .column = 1,
                .record_bytes = record_bytes,
                .contents = csv.contents};
    if (r.length >= 3 && memcmp(r.bytes, "\xef\xbb\xbf", 3) == 0)
        r.at = 3;
    bool has_header = false;
    while (csv.ending == OBVIOUS_END && r.at < r.length) {
        if (!has_header)
            csv.delimiter = r.delimiter = delimiter == 0 ? guess_delimiter(&r) : delimiter;
        obvious_record record;
        csv.ending = read_record(&r, &record);
        csv.ending_at = r.failed_at;
        bool is_skipped =
            is_blank(&record) && (record.raw.length == 0 || !has_header || csv.header.cell_count > 1);
        if (csv.ending != OBVIOUS_END || is_skipped) {
            free(record.cells);
        } else if (!has_header) {
            has_header = true;
            csv.header = record;
            csv.ending = check_header(&csv);
        } else {
            csv.records = widen(csv.records, csv.record_count, sizeof record);
            csv.records[csv.record_count++] = record;
        }
    }
    if (csv.ending == OBVIOUS_END && !has_header) {
        csv.ending = OBVIOUS_EMPTY;
        csv.ending_at = (fm_position){1, 1};
    }
    return csv;
}

void obvious_free(obvious_csv *csv) {
    for (size_t i = 0; i < csv->record_count; i++)
        free(csv->records[i].cells);
    free(csv->records);
    free(csv->header.cells);
    free(csv->contents);
}

/* The first words of the scanner's message for each ending. */
static const char *const messages[] = {
    [OBVIOUS_END] = "",
    [OBVIOUS_EMPTY] = "the file is empty; a header line with column names is needed",
    [OBVIOUS_NUL] = "NUL byte: this is not UTF-8 text;",
    [OBVIOUS_LONG] = "this record is longer than ",
    [OBVIOUS_OPEN] = "the quote that opens here is never closed",
    [OBVIOUS_HEADER_STRAY] = "text after the closing quote of a column name;",
    [OBVIOUS_TWICE] = "column `",
};

#define WHY_BYTES ((size_t)256)

static bool error_agrees(const obvious_csv *expected, fm_status status, const fm_error *error, char *why) {
    fm_status wanted = expected->ending == OBVIOUS_END    ? FM_OK
                       : expected->ending == OBVIOUS_LONG ? FM_ERROR_LIMIT
                                                          : FM_ERROR_INPUT;
    const char *message = messages[expected->ending];
    if (status == wanted &&
        (status == FM_OK ||
         (error->status == status && strncmp(error->message, message, strlen(message)) == 0 &&
          error->line == expected->ending_at.line && error->column == expected->ending_at.column)))
        return true;
    (void)snprintf(why, WHY_BYTES, "status %d at %zu:%zu `%.100s`, not %d at %zu:%zu `%s`", (int)status,
                   (size_t)error->line, (size_t)error->column, status == FM_OK ? "" : error->message,
                   (int)wanted, (size_t)expected->ending_at.line, (size_t)expected->ending_at.column,
                   message);
    return false;
}

static bool names_agree(const obvious_record *header, const fm_table *table, char *why) {
    (void)snprintf(why, WHY_BYTES, "%zu columns, not %zu", table->column_count, header->cell_count);
    if (table->column_count != header->cell_count)
        return false;
    for (size_t i = 0; i < header->cell_count; i++) {
        const obvious_cell *cell = &header->cells[i];
        fm_text name = {table->names[i], strlen(table->names[i])};
        (void)snprintf(why, WHY_BYTES, "name or place of column %zu", i + 1);
        if (!is_same(name, cell->content) || table->name_positions[i].line != cell->at.line ||
            table->name_positions[i].column != cell->at.column)
            return false;
    }
    return true;
}

/* A walk beside the records that are expected. */
typedef struct agreement {
    const obvious_csv *expected;
    const uint32_t *selected;
    size_t selected_count;
    size_t done;
    bool agrees;
    char *why;
} agreement;

static bool cells_agree(const agreement *a, const obvious_record *record, const csv_row *row,
                        bool is_faulty) {
    for (size_t i = 0; i < a->selected_count; i++) {
        if (a->selected[i] >= record->cell_count)
            continue;
        const obvious_cell *cell = &record->cells[a->selected[i]];
        fm_position at = csv_row_position(row, i);
        fm_text found = is_faulty ? cell->content : csv_row_cell(row, i);
        if (at.line == cell->at.line && at.column == cell->at.column && is_same(found, cell->content))
            continue;
        (void)snprintf(a->why, WHY_BYTES, "line %zu, column %u: `%.*s` at %zu:%zu, not `%.*s` at %zu:%zu",
                       (size_t)record->line, (unsigned)a->selected[i] + 1, (int)(found.length % 80),
                       found.bytes, (size_t)at.line, (size_t)at.column, (int)(cell->content.length % 80),
                       cell->content.bytes, (size_t)cell->at.line, (size_t)cell->at.column);
        return false;
    }
    return true;
}

static bool row_agrees(void *context, const csv_row *row) {
    agreement *a = context;
    const fm__batch *batch = row->batch;
    size_t column_count = a->expected->header.cell_count;
    a->agrees = a->done < a->expected->record_count;
    if (!a->agrees) {
        (void)snprintf(a->why, WHY_BYTES, "more than %zu rows", a->done);
        return false;
    }
    const obvious_record *record = &a->expected->records[a->done++];
    unsigned fault = record->is_stray                    ? FM__RECORD_TEXT_AFTER_QUOTE
                     : record->cell_count < column_count ? FM__RECORD_TOO_FEW_CELLS
                     : record->cell_count > column_count ? FM__RECORD_TOO_MANY_CELLS
                                                         : FM__RECORD_OK;
    a->agrees = row->line == record->line && batch->faults[row->row] == fault &&
                batch->cell_counts[row->row] == record->cell_count &&
                is_same(batch->records[row->row], record->raw);
    if (!a->agrees)
        (void)snprintf(a->why, WHY_BYTES,
                       "line %zu: line %zu, fault %u not %u, %u cells not %zu, %zu bytes not %zu",
                       (size_t)record->line, (size_t)row->line, (unsigned)batch->faults[row->row], fault,
                       (unsigned)batch->cell_counts[row->row], record->cell_count,
                       batch->records[row->row].length, record->raw.length);
    else
        a->agrees = cells_agree(a, record, row, fault != FM__RECORD_OK);
    return a->agrees;
}

static bool rows_agree(const obvious_csv *expected, fm_table *table, bool in_chunks, const uint32_t *selected,
                       size_t selected_count, char *why) {
    agreement a = {expected, selected, selected_count, 0, true, why};
    fm_error error = {.status = FM_OK};
    fm_status status = csv_walk(table, in_chunks, row_agrees, &a, &error);
    if (a.agrees && a.done != expected->record_count) {
        (void)snprintf(why, WHY_BYTES, "%zu rows, not %zu", a.done, expected->record_count);
        return false;
    }
    return a.agrees && error_agrees(expected, status, &error, why);
}

bool obvious_agrees(const obvious_csv *expected, fm_text document, const fm_csv_options *options,
                    obvious_way way, uint64_t seed, char *why) {
    fm_table *table = NULL;
    fm_error error = {.status = FM_OK};
    fm_status status = fm__table_open_csv_memory(document, "test.csv", options, &table, &error);
    if (expected->header.cells == NULL || status != FM_OK || expected->ending >= OBVIOUS_HEADER_STRAY) {
        bool agrees = error_agrees(expected, status, &error, why);
        fm_table_free(status == FM_OK ? table : NULL);
        return agrees;
    }
    size_t column_count = expected->header.cell_count;
    size_t selected_count = seed == 0 ? column_count : seed % (column_count + 2);
    uint32_t *selected = must(malloc((selected_count + 1) * sizeof *selected));
    for (size_t i = 0; i < selected_count; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407) * (seed != 0);
        selected[i] = (uint32_t)(seed == 0 ? i : (seed >> 33) % column_count);
    }
    if (way == OBVIOUS_IN_BLIND_CHUNKS)
        fm__table_cut_blindly(table);
    bool agrees = names_agree(&expected->header, table, why);
    if (agrees) {
        agrees = table->methods->select(table, selected, selected_count, &error) == FM_OK &&
                 rows_agree(expected, table, way != OBVIOUS_IN_STREAM, selected, selected_count, why);
    }
    free(selected);
    fm_table_free(table);
    return agrees;
}
