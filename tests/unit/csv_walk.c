#include "csv_walk.h"

#include <stdlib.h>
#include <string.h>

fm_text csv_row_cell(const csv_row *row, size_t selected) {
    const fm__spans *plain = row->batch->plain;
    if (plain == NULL)
        return row->batch->texts[selected][row->row];
    const uint32_t *start = plain->starts + plain->places[row->row] + plain->columns[selected];
    const char *bytes = plain->text + start[0];
    const fm_text *record = &row->batch->records[row->row];
    bool is_last = plain->columns[selected] == plain->last_column;
    return (fm_text){bytes,
                     is_last ? (size_t)(record->bytes + record->length - bytes) : start[1] - 1 - start[0]};
}

fm_position csv_row_position(const csv_row *row, size_t selected) {
    const fm__table_methods *methods = row->table->methods;
    if (row->parser == NULL)
        return methods->locate(row->table, row->batch, row->row, selected);
    fm_position at = methods->chunks->locate(row->parser, row->batch, row->row, selected);
    at.line += row->line - row->batch->lines[row->row];
    return at;
}

/* *out_goes_on: the visitor wants more. */
static void visit_batch(csv_row *at, uint64_t first_line, csv_visit *visit, void *context,
                        bool *out_goes_on) {
    *out_goes_on = true;
    for (at->row = 0; *out_goes_on && at->row < at->batch->row_count; at->row++) {
        at->line = first_line + at->batch->lines[at->row];
        *out_goes_on = visit(context, at);
    }
}

static fm_status walk_stream(fm_table *table, csv_visit *visit, void *context, fm_error *error) {
    for (bool goes_on = true; goes_on;) {
        fm__batch batch;
        csv_row at = {.table = table, .batch = &batch};
        fm_status status = table->methods->next(table, &batch, error);
        if (status != FM_OK || batch.row_count == 0)
            return status;
        visit_batch(&at, 0, visit, context, &goes_on);
    }
    return FM_OK;
}

static void *must_have(void *memory) {
    if (memory == NULL)
        abort();
    return memory;
}

/* The text that the chunk before left over, and then the table's next. */
static fm_status fill_chunk(fm_table *table, fm__chunk *chunk, size_t done, fm_error *error) {
    size_t rest_length = chunk->length - done;
    char *rest = must_have(malloc(rest_length + 1));
    if (rest_length > 0)
        memcpy(rest, chunk->memory + done, rest_length);
    fm_status status = table->methods->chunks->fill(table, chunk, rest_length, error);
    if (status == FM_OK && rest_length > 0) {
        char *memory = must_have(malloc(rest_length + chunk->length + FM__CELL_SLACK_BYTES));
        memcpy(memory, rest, rest_length);
        if (chunk->length > 0)
            memcpy(memory + rest_length, chunk->memory, chunk->length);
        free(chunk->memory);
        chunk->memory = memory;
        chunk->capacity = chunk->length = rest_length + chunk->length;
    }
    free(rest);
    return status;
}

static fm_status walk_chunks(fm_table *table, csv_visit *visit, void *context, fm_error *error) {
    const fm__chunk_methods *methods = table->methods->chunks;
    fm__chunk_parser *parser = must_have(methods->parser_new(table));
    fm__chunk chunk = {0};
    size_t done = 0;
    uint64_t first_line = methods->first_line(table);
    bool goes_on = true;
    fm_status status = FM_OK;
    do {
        status = fill_chunk(table, &chunk, done, error);
        if (status != FM_OK)
            break;
        fm__batch batch;
        fm__chunk_outcome outcome;
        methods->begin(parser, &chunk);
        while (goes_on && (outcome = methods->next(parser, &batch)) == FM__CHUNK_ROWS) {
            csv_row at = {.table = table, .parser = parser, .batch = &batch};
            visit_batch(&at, first_line, visit, context, &goes_on);
        }
        if (goes_on && outcome != FM__CHUNK_DONE) {
            if (outcome == FM__CHUNK_NO_MEMORY)
                abort();
            status = methods->fail(table, parser, first_line, error);
        }
        done = methods->bytes_done(parser);
        first_line += methods->lines_done(parser);
    } while (status == FM_OK && goes_on && !chunk.is_last);
    methods->parser_free(parser);
    free(chunk.memory);
    return status;
}

fm_status csv_walk(fm_table *table, bool in_chunks, csv_visit *visit, void *context, fm_error *error) {
    return in_chunks ? walk_chunks(table, visit, context, error) : walk_stream(table, visit, context, error);
}
