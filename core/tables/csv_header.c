#include "tables/csv_header.h"

#include "support/error.h"
#include "support/text.h"
#include "tables/csv_cell.h"

#include <inttypes.h>

fm_status fm__csv_fail_nul(fm_error *error, const char *file, fm_position at) {
    return fm__fail_at(
        error, FM_ERROR_INPUT, file, at.line, at.column,
        "NUL byte: this is not UTF-8 text; is it UTF-16 or a spreadsheet? save it as CSV UTF-8");
}

fm_status fm__csv_fail_open(fm_error *error, const char *file, fm_position at) {
    return fm__fail_at(error, FM_ERROR_INPUT, file, at.line, at.column,
                       "the quote that opens here is never closed");
}

fm_status fm__csv_fail_long(fm_error *error, const char *file, fm_text text, uint64_t line, char delimiter,
                            size_t record_bytes) {
    fm_text allowed = {text.bytes, text.length < record_bytes + 1 ? text.length : record_bytes + 1};
    fm__csv_walk walk = fm__csv_walk_begin(allowed, line, delimiter);
    fm__csv_cell cell = {.open = false};
    while (fm__csv_walk_next(&walk, &cell))
        continue;
    if (cell.open)
        return fm__fail_at(error, FM_ERROR_LIMIT, file, line, 1,
                           "this record is longer than %zu bytes: the quote that opens at line %" PRIu64
                           ", column %" PRIu64 " is not closed",
                           record_bytes, cell.at.line, cell.at.column);
    return fm__fail_at(error, FM_ERROR_LIMIT, file, line, 1, "this record is longer than %zu bytes",
                       record_bytes);
}

/* The delimiter that the text's first record has most of outside quotes. Which cells are quoted depends on
 * the delimiter, so here each candidate is taken for one. *out_is_whole: the record ends within the text. */
static char find_delimiter(fm_text text, bool *out_is_whole) {
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t counts[sizeof candidates] = {0};
    bool is_cell_start = true;
    bool is_quoted = false;
    size_t i = 0;
    for (; i < text.length && (is_quoted || text.bytes[i] != '\n'); i++) {
        char byte = text.bytes[i];
        if (is_quoted) {
            bool is_doubled = byte == '"' && i + 1 < text.length && text.bytes[i + 1] == '"';
            i += is_doubled;
            is_quoted = byte != '"' || is_doubled;
        } else if (byte == '"' && is_cell_start) {
            is_quoted = true;
            is_cell_start = false;
        } else {
            const char *candidate = memchr(candidates, byte, sizeof candidates);
            is_cell_start = candidate != NULL;
            if (candidate != NULL)
                counts[candidate - candidates]++;
        }
    }
    *out_is_whole = i < text.length;
    size_t best = 0;
    for (size_t k = 1; k < sizeof candidates; k++)
        if (counts[k] > counts[best])
            best = k;
    return candidates[best];
}

/* The header as it stands in the window. */
typedef struct extent {
    size_t length; /* with its line end */
    size_t record_length;
    size_t cell_count;
    fm__csv_cell last_cell;
    bool is_whole; /* a newline ends it */
    bool is_blank; /* an empty line, passed over */
    uint64_t next_line;
} extent;

static extent measure(fm_text text, uint64_t line, char delimiter) {
    extent header = {0};
    fm__csv_walk walk = fm__csv_walk_begin(text, line, delimiter);
    while (fm__csv_walk_next(&walk, &header.last_cell))
        header.cell_count++;
    fm_text last = header.last_cell.raw;
    header.length = (size_t)(walk.at - text.bytes);
    header.record_length = (size_t)(last.bytes + last.length - text.bytes);
    header.is_whole = walk.at_newline;
    header.next_line = walk.line + walk.at_newline;
    header.is_blank = header.cell_count == 1 && !header.last_cell.quoted && fm__text_trim(last).length == 0;
    return header;
}

/* A header that cannot be one, whatever its cells are. */
static fm_status check_extent(const extent *header, const char *file, fm_text text, uint64_t line,
                              char delimiter, size_t record_bytes, fm_error *error) {
    size_t length = header->length < record_bytes + 1 ? header->length : record_bytes + 1;
    const char *nul = memchr(text.bytes, '\0', length);
    if (nul != NULL)
        return fm__csv_fail_nul(error, file, fm__csv_position(text.bytes, (size_t)(nul - text.bytes), line));
    if (header->record_length > record_bytes)
        return fm__csv_fail_long(error, file, text, line, delimiter, record_bytes);
    if (header->last_cell.open)
        return fm__csv_fail_open(error, file, header->last_cell.at);
    return FM_OK;
}

/* A name to be compared with the others. */
typedef struct name_entry {
    fm_text name;
    size_t column;
} name_entry;

static int compare_names(const void *a, const void *b) {
    const name_entry *x = a;
    const name_entry *y = b;
    int order = fm__text_compare(x->name, y->name);
    return order != 0 ? order : (x->column > y->column) - (x->column < y->column);
}

static fm_status check_unique(const char *file, const fm__csv_header *header, fm_error *error) {
    name_entry *entries = fm__array_new(header->column_count, sizeof *entries);
    if (entries == NULL)
        return fm__fail_memory(error);
    for (size_t i = 0; i < header->column_count; i++)
        entries[i] = (name_entry){fm__text_trim(fm__text(header->names[i])), i};
    qsort(entries, header->column_count, sizeof *entries, compare_names);
    /* Of all second ones the first in the file; equal names are in the order of their columns. */
    size_t second = SIZE_MAX;
    size_t first = 0;
    for (size_t i = 1; i < header->column_count; i++) {
        if (entries[i].name.length == 0 || !fm__text_equal(entries[i].name, entries[i - 1].name))
            continue;
        bool is_second = i == 1 || !fm__text_equal(entries[i].name, entries[i - 2].name);
        if (is_second && entries[i].column < second) {
            second = entries[i].column;
            first = entries[i - 1].column;
        }
    }
    free(entries);
    if (second == SIZE_MAX)
        return FM_OK;
    char shown[FM__SHOW_BYTES];
    fm_position at = header->positions[second];
    return fm__fail_at(error, FM_ERROR_INPUT, file, at.line, at.column,
                       "column `%s` stands twice (first at column %zu)",
                       fm__text_show(fm__text_trim(fm__text(header->names[second])), shown), first + 1);
}

static fm_status read_names(const char *file, fm_text text, uint64_t line, size_t column_count,
                            fm__arena *arena, fm__csv_header *header, fm_error *error) {
    const char **names = fm__arena_array(arena, column_count, sizeof *names);
    fm_position *positions = fm__arena_array(arena, column_count, sizeof *positions);
    if (names == NULL || positions == NULL)
        return fm__fail_memory(error);
    fm__csv_walk walk = fm__csv_walk_begin(text, line, header->delimiter);
    fm__csv_cell cell;
    for (size_t i = 0; fm__csv_walk_next(&walk, &cell); i++) {
        if (cell.stray)
            return fm__fail_at(error, FM_ERROR_INPUT, file, cell.stray_at.line, cell.stray_at.column,
                               "text after the closing quote of a column name; a quote inside quotes is "
                               "written twice");
        char *name = fm__arena_new(arena, cell.raw.length + 1);
        if (name == NULL)
            return fm__fail_memory(error);
        size_t length = cell.raw.length;
        if (cell.quoted)
            length = fm__csv_unquote(cell.raw, name);
        else
            memcpy(name, cell.raw.bytes, length);
        name[length] = '\0';
        names[i] = name;
        positions[i] = cell.at;
    }
    header->column_count = column_count;
    header->names = names;
    header->positions = positions;
    return check_unique(file, header, error);
}

fm_status fm__csv_header_read(fm__csv_source *source, char delimiter, size_t record_bytes, fm__arena *arena,
                              fm__csv_header *out_header, fm_error *error) {
    uint64_t line = 1;
    for (;;) {
        fm_text text = fm__csv_source_text(source);
        /* Two bytes more than allowed settle everything, whatever the window holds beyond them. */
        bool is_all = source->is_at_end || text.length >= record_bytes + 2;
        bool is_whole = true;
        size_t limit = text.length < record_bytes + 2 ? text.length : record_bytes + 2;
        char found = delimiter == 0 ? find_delimiter((fm_text){text.bytes, limit}, &is_whole) : delimiter;
        extent header = measure(text, line, found);
        if (!is_all && (!is_whole || !header.is_whole)) {
            fm_status status = fm__csv_source_more(source, error);
            if (status != FM_OK)
                return status;
            continue;
        }
        if (header.is_blank && header.record_length <= record_bytes) {
            if (!header.is_whole)
                return fm__fail_at(error, FM_ERROR_INPUT, source->file, 1, 1,
                                   "the file is empty; a header line with column names is needed");
            source->begin += header.length;
            line = header.next_line;
            continue;
        }
        fm_status status = check_extent(&header, source->file, text, line, found, record_bytes, error);
        if (status != FM_OK)
            return status;
        fm__csv_header result = {.delimiter = found, .next_line = header.next_line};
        status = read_names(source->file, text, line, header.cell_count, arena, &result, error);
        if (status == FM_OK) {
            source->begin += header.length;
            *out_header = result;
        }
        return status;
    }
}
