#include "tables/csv_parse.h"

#include "support/memory.h"
#include "support/text.h"
#include "tables/csv_cell.h"

/* Views in a batch at most, so that they stay in the second-level cache however many columns are selected. */
#define VIEWS_MAX ((size_t)32 << 10)
#define ROWS_MIN ((size_t)16)

/* Text indexed at most before its cells are read again, while it is still in the second-level cache. */
#define STRETCH_BYTES ((size_t)256 << 10)

#define SCRATCH_BYTES ((size_t)64 << 10)

static void scratch_reset(fm__csv_scratch *scratch) {
    while (scratch->full_count > 0)
        free(scratch->full[--scratch->full_count]);
    scratch->used = 0;
}

static char *scratch_take(fm__csv_scratch *scratch, size_t bytes) {
    if (bytes > scratch->capacity - scratch->used) {
        if (!fm__array_reserve(&scratch->full, &scratch->full_capacity, scratch->full_count + 1,
                               sizeof *scratch->full))
            return NULL;
        size_t wanted = scratch->capacity < SCRATCH_BYTES ? SCRATCH_BYTES : scratch->capacity;
        size_t capacity = bytes > wanted ? bytes : wanted;
        char *piece =
            capacity > SIZE_MAX - FM__CELL_SLACK_BYTES ? NULL : malloc(capacity + FM__CELL_SLACK_BYTES);
        if (piece == NULL)
            return NULL;
        if (scratch->piece != NULL)
            scratch->full[scratch->full_count++] = scratch->piece;
        scratch->piece = piece;
        scratch->capacity = capacity;
        scratch->used = 0;
    }
    char *memory = scratch->piece + scratch->used;
    scratch->used += bytes;
    return memory;
}

bool fm__csv_parser_init(fm__csv_parser *parser, char delimiter, size_t column_count, size_t record_bytes,
                         uint64_t line) {
    *parser = (fm__csv_parser){
        .delimiter = delimiter,
        .column_count = column_count,
        .record_bytes = record_bytes,
        .line = line,
    };
    return fm__csv_index_init(&parser->index, fm__csv_scanner_best(), delimiter);
}

void fm__csv_parser_restart(fm__csv_parser *parser, uint64_t line) {
    fm__csv_index_reset(&parser->index, FM__CSV_START);
    parser->line = line;
    parser->handed_out = 0;
}

void fm__csv_parser_destroy(fm__csv_parser *parser) {
    fm__csv_index_destroy(&parser->index);
    fm__region_free(parser->rows);
    scratch_reset(&parser->scratch);
    free(parser->scratch.full);
    free(parser->scratch.piece);
    *parser = (fm__csv_parser){0};
}

/* The next array of a region, taken in the order of falling alignment. */
static void *carve(char **at, size_t count, size_t element_bytes) {
    char *array = *at;
    *at += count * element_bytes;
    return array;
}

bool fm__csv_parser_select(fm__csv_parser *parser, const uint32_t *columns, size_t count) {
    size_t rows = count == 0 ? FM__BATCH_ROWS_MAX : VIEWS_MAX / count;
    rows = rows > FM__BATCH_ROWS_MAX ? FM__BATCH_ROWS_MAX : rows < ROWS_MIN ? ROWS_MIN : rows;
    /* One cache line more than a power of two: else the same row of all columns would compete for one cache
     * set. */
    size_t stride = rows + 64 / sizeof(fm_text);
    size_t column_bytes = stride * sizeof(fm_text) + sizeof(fm_text *) + sizeof(double *) + sizeof(uint32_t);
    size_t row_bytes = sizeof(fm_text) + sizeof(uint64_t) + 2 * sizeof(uint32_t) + sizeof(unsigned char);
    size_t bytes;
    if (!fm__size_product(count, column_bytes, &bytes) || bytes > SIZE_MAX - rows * row_bytes)
        return false;
    char *at = fm__region_new(bytes + rows * row_bytes);
    if (at == NULL)
        return false;
    fm__region_free(parser->rows);
    parser->rows = at;
    parser->row_capacity = rows;
    parser->row_stride = stride;
    parser->selected_count = count;
    parser->cells = carve(&at, count * stride, sizeof *parser->cells);
    parser->records = carve(&at, rows, sizeof *parser->records);
    parser->lines = carve(&at, rows, sizeof *parser->lines);
    parser->texts = carve(&at, count, sizeof *parser->texts);
    parser->numbers = carve(&at, count, sizeof *parser->numbers);
    parser->cell_counts = carve(&at, rows, sizeof *parser->cell_counts);
    parser->first_cells = carve(&at, rows, sizeof *parser->first_cells);
    parser->selected = carve(&at, count, sizeof *parser->selected);
    parser->faults = carve(&at, rows, sizeof *parser->faults);
    parser->spans.places = parser->first_cells;
    parser->spans.columns = parser->selected;
    parser->spans.last_column = (uint32_t)(parser->column_count - 1);
    for (size_t i = 0; i < count; i++) {
        parser->selected[i] = columns[i];
        parser->texts[i] = parser->cells + i * stride;
        parser->numbers[i] = NULL;
    }
    return true;
}

/* How far a batch has come. */
typedef struct batch_fill {
    const char *text;
    size_t row_count;
    size_t record;   /* whole records of the index dealt with */
    size_t place;    /* of the next one's first cell among the starts */
    size_t newline;  /* newlines inside quotes dealt with */
    size_t suspect;  /* suspects dealt with */
    bool has_faults; /* a row of the batch is faulty */
} batch_fill;

/* A line without content is no record: an empty one, and one of blanks where a record has several cells. */
static bool is_empty_line(const fm__csv_parser *parser, fm_text record, size_t cell_count) {
    if (record.length == 0)
        return true;
    return cell_count == 1 && parser->column_count > 1 && fm__text_trim(record).length == 0;
}

static unsigned char record_fault(fm__csv_parser *parser, batch_fill *fill, fm_text record, size_t end,
                                  size_t cell_count) {
    const fm__csv_offsets *suspects = &parser->index.suspects;
    if (fill->suspect < suspects->count && suspects->at[fill->suspect] < end) {
        while (fill->suspect < suspects->count && suspects->at[fill->suspect] < end)
            fill->suspect++;
        /* Up to the newline, so with the return before it: only there is that not text. */
        size_t start = (size_t)(record.bytes - fill->text);
        if (fm__csv_has_stray((fm_text){record.bytes, end - 1 - start}, parser->delimiter))
            return FM__RECORD_TEXT_AFTER_QUOTE;
    }
    if (cell_count == parser->column_count)
        return FM__RECORD_OK;
    return cell_count < parser->column_count ? FM__RECORD_TOO_FEW_CELLS : FM__RECORD_TOO_MANY_CELLS;
}

/* Turns the index's next whole record into a row, or passes over an empty line; false when the record is too
 * long. */
static bool take_record(fm__csv_parser *parser, batch_fill *fill) {
    const fm__csv_index *index = &parser->index;
    size_t next_place = index->records.at[fill->record];
    size_t start = index->starts.at[fill->place];
    size_t end = index->starts.at[next_place];
    size_t cell_count = next_place - fill->place;
    fm_text record = {fill->text + start, end - 1 - start};
    if (record.length > 0 && record.bytes[record.length - 1] == '\r')
        record.length--;
    if (record.length > parser->record_bytes)
        return false;
    if (!is_empty_line(parser, record, cell_count)) {
        size_t row = fill->row_count++;
        unsigned char fault = record_fault(parser, fill, record, end, cell_count);
        fill->has_faults |= fault != FM__RECORD_OK;
        parser->faults[row] = fault;
        parser->lines[row] = parser->line;
        parser->records[row] = record;
        parser->cell_counts[row] = (uint32_t)cell_count;
        parser->first_cells[row] = (uint32_t)fill->place;
    }
    parser->line++;
    for (; fill->newline < index->inner_newlines.count && index->inner_newlines.at[fill->newline] < end;
         fill->newline++)
        parser->line++;
    fill->record++;
    fill->place = next_place;
    return true;
}

/* Turns records into rows as long as nothing about them is special, which is nearly always. */
static void take_regular_records(fm__csv_parser *parser, batch_fill *fill) {
    const fm__csv_index *index = &parser->index;
    const uint32_t *starts = index->starts.at;
    const char *text = fill->text;
    const size_t column_count = parser->column_count;
    const size_t record_bytes = parser->record_bytes;
    /* The first record that needs a second look is the one that ends behind this. */
    size_t special = SIZE_MAX;
    if (fill->suspect < index->suspects.count)
        special = index->suspects.at[fill->suspect];
    if (fill->newline < index->inner_newlines.count && index->inner_newlines.at[fill->newline] < special)
        special = index->inner_newlines.at[fill->newline];
    size_t row = fill->row_count;
    size_t left = index->records.count - fill->record;
    size_t room = parser->row_capacity - row;
    size_t last = row + (left < room ? left : room);
    /* The next record is as many behind the next row's place as it was in the beginning. */
    const uint32_t *places = index->records.at;
    const size_t behind = fill->record - row; /* modulo the word, as sizes count */
    size_t place = fill->place;
    uint64_t line = parser->line - row;
    uint64_t *lines = parser->lines;
    fm_text *records = parser->records;
    uint32_t *first_cells = parser->first_cells;
    for (; row < last; row++) {
        size_t next_place = places[row + behind];
        size_t start = starts[place];
        size_t end = starts[next_place];
        size_t length = end - 1 - start;
        if (next_place - place != column_count || end > special || length == 0)
            break;
        length -= text[end - 2] == '\r';
        if (length == 0 || length > record_bytes)
            break;
        lines[row] = line + row;
        records[row] = (fm_text){text + start, length};
        first_cells[row] = (uint32_t)place;
        place = next_place;
    }
    size_t taken = row - fill->row_count;
    memset(parser->faults + fill->row_count, FM__RECORD_OK, taken);
    for (size_t i = fill->row_count; i < row; i++)
        parser->cell_counts[i] = (uint32_t)column_count;
    fill->row_count = row;
    fill->record += taken;
    fill->place = place;
    parser->line += taken;
}

/* All rows that the index has records for and the batch has room for; false when the next record is too long.
 */
static bool take_records(fm__csv_parser *parser, batch_fill *fill) {
    const fm__csv_offsets *records = &parser->index.records;
    while (fill->record < records->count && fill->row_count < parser->row_capacity) {
        size_t done = fill->record;
        take_regular_records(parser, fill);
        if (fill->record == done && !take_record(parser, fill))
            return false;
    }
    return true;
}

/* A quoted cell of a record without fault. bytes is NULL when memory ran out. */
static fm_text quoted_cell(fm__csv_parser *parser, fm_text raw) {
    const char *content = raw.bytes + 1;
    const char *quote = memchr(content, '"', raw.length - 1);
    bool is_doubled = quote + 1 < raw.bytes + raw.length && quote[1] == '"';
    if (!is_doubled)
        return (fm_text){content, (size_t)(quote - content)};
    char *to = scratch_take(&parser->scratch, raw.length);
    return (fm_text){to, to == NULL ? 0 : fm__csv_unquote(raw, to)};
}

/* The cells of one column when no record of the batch has a quote or a fault. */
static void fill_plain(const fm__csv_parser *parser, const batch_fill *fill, size_t column, fm_text *cells) {
    const uint32_t *starts = parser->index.starts.at + column;
    const char *text = fill->text;
    for (size_t row = 0; row < fill->row_count; row++) {
        const uint32_t *cell = starts + parser->first_cells[row];
        cells[row] = (fm_text){text + cell[0], (size_t)(cell[1] - 1 - cell[0])};
    }
}

/* The last column ends where the record does, before a return. */
static void fill_last(const fm__csv_parser *parser, const batch_fill *fill, size_t column, fm_text *cells) {
    const uint32_t *starts = parser->index.starts.at + column;
    for (size_t row = 0; row < fill->row_count; row++) {
        const char *start = fill->text + starts[parser->first_cells[row]];
        fm_text record = parser->records[row];
        cells[row] = (fm_text){start, (size_t)(record.bytes + record.length - start)};
    }
}

/* The cells of one column when quotes are there, but only ones that open and close cells. */
static void fill_quoted(const fm__csv_parser *parser, const batch_fill *fill, size_t column, fm_text *cells) {
    const uint32_t *starts = parser->index.starts.at + column;
    const char *text = fill->text;
    bool is_last = column + 1 == parser->column_count;
    for (size_t row = 0; row < fill->row_count; row++) {
        const uint32_t *cell = starts + parser->first_cells[row];
        fm_text record = parser->records[row];
        const char *start = text + cell[0];
        const char *end = is_last ? record.bytes + record.length : text + cell[1] - 1;
        /* Which cells are quoted is data that nobody can predict: no branch. At the text's end may be any
         * byte. */
        size_t quote = (size_t)(*start == '"') & (size_t)(end > start);
        cells[row] = (fm_text){start + quote, (size_t)(end - start) - 2 * quote};
    }
}

/* The cells of one column with everything that may be in them; false when memory ran out. */
static bool fill_careful(fm__csv_parser *parser, const batch_fill *fill, size_t column, fm_text *cells) {
    const uint32_t *starts = parser->index.starts.at + column;
    bool is_last = column + 1 == parser->column_count;
    for (size_t row = 0; row < fill->row_count; row++) {
        if (parser->faults[row] != FM__RECORD_OK) {
            cells[row] = (fm_text){"", 0};
            continue;
        }
        const uint32_t *place = starts + parser->first_cells[row];
        fm_text record = parser->records[row];
        const char *start = fill->text + place[0];
        const char *end = is_last ? record.bytes + record.length : fill->text + place[1] - 1;
        cells[row] = (fm_text){start, (size_t)(end - start)};
        if (*start == '"' && end > start) {
            cells[row] = quoted_cell(parser, cells[row]);
            if (cells[row].bytes == NULL)
                return false;
        }
    }
    return true;
}

static bool is_careful(const fm__csv_parser *parser, const batch_fill *fill) {
    return fill->has_faults || parser->index.suspects.count > 0 || parser->index.doubled_until > 0;
}

static bool is_all_plain(const fm__csv_parser *parser, const batch_fill *fill) {
    return !is_careful(parser, fill) && parser->index.quoted_until == 0;
}

static bool fill_cells(fm__csv_parser *parser, const batch_fill *fill) {
    for (size_t i = 0; i < parser->selected_count; i++) {
        size_t column = parser->selected[i];
        fm_text *cells = parser->cells + i * parser->row_stride;
        if (is_careful(parser, fill)) {
            if (!fill_careful(parser, fill, column, cells))
                return false;
        } else if (!is_all_plain(parser, fill)) {
            fill_quoted(parser, fill, column, cells);
        } else if (column + 1 == parser->column_count) {
            fill_last(parser, fill, column, cells);
        } else {
            fill_plain(parser, fill, column, cells);
        }
    }
    return true;
}

/* What the text that no whole record ends in comes to. */
static fm__csv_outcome outcome_without_rows(fm__csv_parser *parser, size_t length, bool is_end) {
    const fm__csv_index *index = &parser->index;
    if (index->records.count > 0)
        return FM__CSV_LONG;
    /* Byte by byte, the one that makes the record too long comes at record_bytes; what is first, counts. */
    if (index->has_nul && index->scanned <= parser->record_bytes) {
        parser->nul_at = index->scanned;
        return FM__CSV_NUL;
    }
    if (index->has_nul)
        return FM__CSV_LONG;
    /* Two bytes more than allowed, of which no return and newline end the record. */
    bool is_open = is_end && index->is_finished && index->state == FM__CSV_QUOTED && length > 0;
    if (length >= parser->record_bytes + 2 || (is_open && length > parser->record_bytes))
        return FM__CSV_LONG;
    if (is_open)
        return FM__CSV_OPEN;
    return is_end ? FM__CSV_END : FM__CSV_MORE;
}

fm__csv_outcome fm__csv_parse(fm__csv_parser *parser, fm_text text, bool is_end, fm__batch *out_batch,
                              size_t *out_consumed) {
    fm__csv_index *index = &parser->index;
    scratch_reset(&parser->scratch);
    (void)fm__csv_index_drop(index, parser->handed_out);
    parser->handed_out = 0;
    *out_consumed = 0;
    batch_fill fill;
    for (;;) {
        fill = (batch_fill){.text = text.bytes};
        size_t length = text.length < STRETCH_BYTES ? text.length : STRETCH_BYTES;
        bool is_all = length == text.length;
        if (!fm__csv_index_feed(index, text.bytes, length, is_end && is_all, parser->row_capacity))
            return FM__CSV_NO_MEMORY;
        if (index->records.count == 0 && !is_all &&
            !fm__csv_index_feed(index, text.bytes, text.length, is_end, 1))
            return FM__CSV_NO_MEMORY;
        bool is_allowed = take_records(parser, &fill);
        if (fill.row_count > 0)
            break;
        size_t passed = fm__csv_index_drop(index, fill.record);
        passed = passed < text.length ? passed : text.length;
        *out_consumed += passed;
        text.bytes += passed;
        text.length -= passed;
        /* Empty lines and nothing else: there may be more in the same text. */
        if (!is_allowed || fill.record == 0)
            return outcome_without_rows(parser, text.length, is_end);
    }
    bool is_plain = parser->leaves_plain && is_all_plain(parser, &fill);
    if (!is_plain && !fill_cells(parser, &fill))
        return FM__CSV_NO_MEMORY;
    parser->spans.text = text.bytes;
    parser->spans.starts = index->starts.at;
    *out_batch = (fm__batch){
        .row_count = fill.row_count,
        .plain = is_plain ? &parser->spans : NULL,
        .texts = parser->texts,
        .numbers = parser->numbers,
        .faults = parser->faults,
        .lines = parser->lines,
        .records = parser->records,
        .cell_counts = parser->cell_counts,
    };
    /* The batch may refer to the index: its records are dropped when the next one is asked for. */
    parser->handed_out = fill.record;
    size_t passed = index->starts.at[fill.place];
    *out_consumed += passed < text.length ? passed : text.length;
    return FM__CSV_ROWS;
}

fm_position fm__csv_parser_locate(const fm__csv_parser *parser, const fm__batch *batch, size_t row,
                                  size_t selected) {
    fm__csv_walk walk = fm__csv_walk_begin(batch->records[row], batch->lines[row], parser->delimiter);
    fm__csv_cell cell;
    for (size_t i = 0; fm__csv_walk_next(&walk, &cell); i++)
        if (i == parser->selected[selected])
            return cell.at;
    return (fm_position){batch->lines[row], 0};
}
