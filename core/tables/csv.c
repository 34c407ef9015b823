#include "tables/csv.h"

#include "support/error.h"
#include "support/text.h"
#include "tables/csv_cell.h"
#include "tables/csv_header.h"
#include "tables/csv_table.h"

#define RECORD_BYTES ((size_t)16 << 20)

/* Text that a thread reads at a time: with what becomes of it, it stays in a second-level cache. */
#define CHUNK_BYTES ((size_t)128 << 10)

static fm_status csv_select(fm_table *table, const uint32_t *columns, size_t count, fm_error *error) {
    fm__csv_table *csv = (fm__csv_table *)table;
    for (size_t i = 0; i < count; i++)
        if (columns[i] >= table->column_count)
            return fm__fail(error, FM_ERROR_ARGUMENT, "column %u of a table of %zu columns", columns[i] + 1,
                            table->column_count);
    return fm__csv_parser_select(&csv->parser, columns, count) ? FM_OK : fm__fail_memory(error);
}

fm_status fm__csv_fail(const fm__csv_parser *parser, const char *file, fm__csv_outcome outcome, fm_text text,
                       uint64_t line, fm_error *error) {
    if (outcome == FM__CSV_NO_MEMORY)
        return fm__fail_memory(error);
    if (outcome == FM__CSV_NUL)
        return fm__csv_fail_nul(error, file, fm__csv_position(text.bytes, parser->nul_at, line));
    if (outcome == FM__CSV_LONG)
        return fm__csv_fail_long(error, file, text, line, parser->delimiter, parser->record_bytes);
    fm__csv_walk walk = fm__csv_walk_begin(text, line, parser->delimiter);
    fm__csv_cell cell = {.open = false};
    while (fm__csv_walk_next(&walk, &cell))
        continue;
    return fm__csv_fail_open(error, file, cell.at);
}

static fm_status read_batch(fm__csv_table *csv, fm__batch *out_batch, fm_error *error) {
    fm__csv_source *source = &csv->source;
    if (csv->parser.rows == NULL && !fm__csv_parser_select(&csv->parser, NULL, 0))
        return fm__fail_memory(error);
    for (;;) {
        size_t consumed;
        fm__csv_outcome outcome =
            fm__csv_parse(&csv->parser, fm__csv_source_text(source), source->is_at_end, out_batch, &consumed);
        source->begin += consumed;
        if (outcome == FM__CSV_ROWS)
            return FM_OK;
        if (outcome == FM__CSV_END) {
            *out_batch = (fm__batch){.row_count = 0};
            return FM_OK;
        }
        if (outcome != FM__CSV_MORE)
            return fm__csv_fail(&csv->parser, csv->table.file, outcome, fm__csv_source_text(source),
                                csv->parser.line, error);
        fm_status status = fm__csv_source_more(source, error);
        if (status != FM_OK)
            return status;
    }
}

static fm_status csv_next(fm_table *table, fm__batch *out_batch, fm_error *error) {
    fm__csv_table *csv = (fm__csv_table *)table;
    /* What failed once stays failed: the parser may have stopped in the middle of a record. */
    if (csv->failure.status == FM_OK) {
        fm_status status = read_batch(csv, out_batch, &csv->failure);
        csv->failure.status = status;
    }
    if (csv->failure.status != FM_OK && error != NULL)
        *error = csv->failure;
    return csv->failure.status;
}

static fm_position csv_locate(const fm_table *table, const fm__batch *batch, size_t row, size_t selected) {
    return fm__csv_parser_locate(&((const fm__csv_table *)table)->parser, batch, row, selected);
}

static void csv_free(fm_table *table) {
    fm__csv_table *csv = (fm__csv_table *)table;
    fm__csv_parser_destroy(&csv->parser);
    fm__csv_source_close(&csv->source);
    fm__csv_index_destroy(&csv->outside);
    fm__csv_index_destroy(&csv->inside);
    free(csv->carry.memory);
    fm__arena_destroy(&csv->arena);
    free(csv);
}

static const fm__table_methods csv_methods = {
    .select = csv_select,
    .next = csv_next,
    .locate = csv_locate,
    .free = csv_free,
    .chunks = &fm__csv_chunk_methods,
};

static fm_status check_options(const fm_csv_options *options, fm_error *error) {
    if (options == NULL)
        return FM_OK;
    if (options->delimiter != 0 && memchr(",;\t|", options->delimiter, 4) == NULL)
        return fm__fail(error, FM_ERROR_ARGUMENT, "the delimiter is one of , ; tab |");
    if (options->record_bytes > FM__CSV_RECORD_BYTES_MAX)
        return fm__fail(error, FM_ERROR_ARGUMENT, "record_bytes is at most %zu", FM__CSV_RECORD_BYTES_MAX);
    return FM_OK;
}

static fm_status skip_byte_order_mark(fm__csv_source *source, fm_error *error) {
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    while (!source->is_at_end && fm__csv_source_text(source).length < sizeof mark) {
        fm_status status = fm__csv_source_more(source, error);
        if (status != FM_OK)
            return status;
    }
    fm_text text = fm__csv_source_text(source);
    if (text.length >= sizeof mark && memcmp(text.bytes, mark, sizeof mark) == 0)
        source->begin += sizeof mark;
    return FM_OK;
}

/* From `path`, or from `document` when that is NULL. */
static fm_status open_table(const char *path, fm_text document, const char *file,
                            const fm_csv_options *options, fm_table **out_table, fm_error *error) {
    fm_status status = check_options(options, error);
    if (status != FM_OK)
        return status;
    fm__csv_table *csv = calloc(1, sizeof *csv);
    if (csv == NULL)
        return fm__fail_memory(error);
    csv->table.methods = &csv_methods;
    csv->chunk_bytes = options == NULL || options->window_bytes == 0 ? CHUNK_BYTES : options->window_bytes;
    if (csv->chunk_bytes > FM__CSV_RECORD_BYTES_MAX)
        csv->chunk_bytes = FM__CSV_RECORD_BYTES_MAX;
    char *name = fm__arena_string(&csv->arena, file);
    if (name == NULL) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    csv->table.file = name;
    status = path == NULL ? fm__csv_source_open_memory(document, name, options, &csv->source, error)
                          : fm__csv_source_open(path, name, options, &csv->source, error);
    if (status != FM_OK)
        goto cleanup;
    status = skip_byte_order_mark(&csv->source, error);
    if (status != FM_OK)
        goto cleanup;
    size_t record_bytes =
        options == NULL || options->record_bytes == 0 ? RECORD_BYTES : options->record_bytes;
    fm__csv_header header;
    status = fm__csv_header_read(&csv->source, options == NULL ? 0 : options->delimiter, record_bytes,
                                 &csv->arena, &header, error);
    if (status != FM_OK)
        goto cleanup;
    csv->table.column_count = header.column_count;
    csv->table.names = header.names;
    csv->table.name_positions = header.positions;
    if (!fm__csv_parser_init(&csv->parser, header.delimiter, header.column_count, record_bytes,
                             header.next_line)) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    *out_table = &csv->table;
    return FM_OK;
cleanup:
    csv_free(&csv->table);
    return status;
}

fm_status fm_table_open_csv(const char *path, const fm_csv_options *options, fm_table **out_table,
                            fm_error *error) {
    const char *file = strcmp(path, "-") == 0 ? "<stdin>" : path;
    return open_table(path, (fm_text){NULL, 0}, file, options, out_table, error);
}

fm_status fm__table_open_csv_memory(fm_text document, const char *file, const fm_csv_options *options,
                                    fm_table **out_table, fm_error *error) {
    return open_table(NULL, document, file, options, out_table, error);
}

void fm__table_cut_blindly(fm_table *table) {
    if (table->methods == &csv_methods)
        ((fm__csv_table *)table)->cuts_blindly = true;
}
