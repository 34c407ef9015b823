/* CSV, one byte at a time: RFC 4180 with the delimiter of choice, LF or CRLF, empty lines skipped. */
#include "oracle_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct oracle_text data;
    size_t at;
    size_t line;
    char delimiter;
};

static bool at_newline(const struct reader *reader) {
    const struct oracle_text data = reader->data;
    if (reader->at < data.length && data.bytes[reader->at] == '\n')
        return true;
    return reader->at + 1 < data.length && data.bytes[reader->at] == '\r' &&
           data.bytes[reader->at + 1] == '\n';
}

static void skip_newline(struct reader *reader) {
    if (reader->data.bytes[reader->at] == '\r')
        reader->at++;
    reader->at++;
    reader->line++;
}

static bool at_cell_end(const struct reader *reader) {
    return reader->at == reader->data.length || reader->data.bytes[reader->at] == reader->delimiter ||
           at_newline(reader);
}

/* The reader stands behind the opening quote, and in the end at the cell's end. */
static struct oracle_text read_quoted(struct oracle_heap *heap, struct reader *reader, bool *out_unreadable) {
    struct oracle_buffer content = {0};
    bool closed = false;
    while (!closed && reader->at < reader->data.length) {
        const char byte = reader->data.bytes[reader->at++];
        const bool doubled =
            byte == '"' && reader->at < reader->data.length && reader->data.bytes[reader->at] == '"';
        if (doubled)
            reader->at++;
        if (byte == '\n')
            reader->line++;
        if (byte == '"' && !doubled)
            closed = true;
        else
            oracle_buffer_add(&content, (struct oracle_text){&byte, 1});
    }
    if (!closed)
        *out_unreadable = true;
    while (!at_cell_end(reader)) {
        const char byte = reader->data.bytes[reader->at++];
        if (byte != ' ' && byte != '\t')
            *out_unreadable = true;
    }
    char *bytes = oracle_alloc(heap, content.length, 1);
    for (size_t i = 0; i < content.length; i++)
        bytes[i] = content.bytes[i];
    free(content.bytes);
    return (struct oracle_text){bytes, content.length};
}

static struct oracle_text read_plain(struct reader *reader) {
    const size_t start = reader->at;
    while (!at_cell_end(reader))
        reader->at++;
    return (struct oracle_text){reader->data.bytes + start, reader->at - start};
}

/* Reads the next record; false at the end of the file. */
static bool read_record(struct oracle_heap *heap, struct reader *reader, struct oracle_record *out_record) {
    while (at_newline(reader))
        skip_newline(reader);
    if (reader->at == reader->data.length)
        return false;
    struct oracle_record record = {.line = reader->line};
    size_t capacity = 0;
    struct oracle_text *cells = NULL;
    for (;;) {
        if (record.cell_count == capacity) {
            capacity = 2 * capacity + 16;
            struct oracle_text *grown = oracle_alloc(heap, capacity, sizeof *grown);
            for (size_t i = 0; i < record.cell_count; i++)
                grown[i] = cells[i];
            cells = grown;
        }
        if (reader->at < reader->data.length && reader->data.bytes[reader->at] == '"') {
            reader->at++;
            cells[record.cell_count++] = read_quoted(heap, reader, &record.unreadable);
        } else {
            cells[record.cell_count++] = read_plain(reader);
        }
        if (reader->at == reader->data.length)
            break;
        if (at_newline(reader)) {
            skip_newline(reader);
            break;
        }
        reader->at++; /* the delimiter */
    }
    record.cells = cells;
    *out_record = record;
    return true;
}

/* The delimiter that the first line has most of, outside of quotes; among equals the earlier in the list. */
static char find_delimiter(struct oracle_text data) {
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t counts[4] = {0, 0, 0, 0};
    size_t at = 0;
    while (at < data.length && (data.bytes[at] == '\n' || data.bytes[at] == '\r'))
        at++;
    bool inside = false;
    for (; at < data.length && (inside || data.bytes[at] != '\n'); at++) {
        if (data.bytes[at] == '"')
            inside = !inside;
        for (size_t c = 0; c < 4; c++)
            if (!inside && data.bytes[at] == candidates[c])
                counts[c]++;
    }
    size_t best = 0;
    for (size_t c = 1; c < 4; c++)
        if (counts[c] > counts[best])
            best = c;
    return candidates[best];
}

bool oracle_csv_parse(struct oracle_heap *heap, struct oracle_text data, char delimiter,
                      struct oracle_csv *out_csv) {
    if (data.length >= 3 && memcmp(data.bytes, "\xEF\xBB\xBF", 3) == 0) {
        data.bytes += 3;
        data.length -= 3;
    }
    struct reader reader = {data, 0, 1, delimiter != 0 ? delimiter : find_delimiter(data)};
    struct oracle_csv csv = {0};
    if (!read_record(heap, &reader, &csv.header) || csv.header.unreadable)
        return false;
    for (size_t i = 0; i < csv.header.cell_count; i++)
        csv.header.cells[i] = oracle_text_trim(csv.header.cells[i]);
    size_t capacity = 0;
    struct oracle_record record;
    while (read_record(heap, &reader, &record)) {
        if (csv.record_count == capacity) {
            capacity = 2 * capacity + 64;
            struct oracle_record *grown = oracle_alloc(heap, capacity, sizeof *grown);
            for (size_t i = 0; i < csv.record_count; i++)
                grown[i] = csv.records[i];
            csv.records = grown;
        }
        csv.records[csv.record_count++] = record;
    }
    *out_csv = csv;
    return true;
}

ptrdiff_t oracle_csv_column(const struct oracle_csv *csv, struct oracle_text name) {
    for (size_t i = 0; i < csv->header.cell_count; i++)
        if (oracle_text_equal(csv->header.cells[i], name))
            return (ptrdiff_t)i;
    return ORACLE_NONE;
}

char *oracle_file_read(const char *path, size_t *out_bytes) {
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *bytes = NULL;
    size_t length = 0;
    size_t capacity = 0;
    for (;;) {
        if (capacity - length < 2) {
            capacity = 2 * capacity + 65536;
            char *grown = realloc(bytes, capacity);
            if (grown == NULL)
                break;
            bytes = grown;
        }
        const size_t got = fread(bytes + length, 1, capacity - length - 1, file);
        length += got;
        if (got == 0 && !ferror(file)) {
            (void)fclose(file); /* only read */
            bytes[length] = '\0';
            *out_bytes = length;
            return bytes;
        }
        if (got == 0)
            break;
    }
    const int why = errno;
    (void)fclose(file);
    free(bytes);
    errno = why;
    return NULL;
}

static bool header_is(const struct oracle_csv *csv, const char *header) {
    struct oracle_buffer joined = {0};
    for (size_t i = 0; i < csv->header.cell_count; i++) {
        if (i > 0)
            oracle_buffer_add_string(&joined, ",");
        oracle_buffer_add(&joined, csv->header.cells[i]);
    }
    const bool same =
        oracle_text_equal((struct oracle_text){joined.bytes, joined.length}, oracle_text_of(header));
    free(joined.bytes);
    return same;
}

bool oracle_first_column_read(const char *path, const char *header, size_t **out_numbers, size_t *out_count) {
    size_t length = 0;
    char *bytes = oracle_file_read(path, &length);
    if (bytes == NULL)
        return false;
    struct oracle_heap heap = {0};
    struct oracle_csv csv;
    size_t *numbers = NULL;
    bool good =
        oracle_csv_parse(&heap, (struct oracle_text){bytes, length}, ',', &csv) && header_is(&csv, header);
    if (good) {
        numbers = calloc(csv.record_count + 1, sizeof *numbers);
        good = numbers != NULL;
    }
    for (size_t i = 0; good && i < csv.record_count; i++) {
        const struct oracle_record *record = &csv.records[i];
        double number = 0;
        good = !record->unreadable && record->cell_count == csv.header.cell_count &&
               oracle_number_read(record->cells[0], oracle_text_of(""), false, &number) && number >= 1 &&
               number < 1e15;
        numbers[i] = good ? (size_t)number : 0;
    }
    oracle_heap_destroy(&heap);
    free(bytes);
    if (!good) {
        free(numbers);
        return false;
    }
    *out_numbers = numbers;
    *out_count = csv.record_count;
    return true;
}
