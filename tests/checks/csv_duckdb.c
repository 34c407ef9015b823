/* csv_duckdb: DuckDB's CSV reader finds the same columns, rows and fields as fitmatch's scanner, byte for
 * byte.
 *
 *     csv_duckdb libduckdb.so FILE...
 *
 * Every file is read once by DuckDB, and by the scanner as a stream and in chunks, each in its own size of
 * window and in a small one. Both must give the same names, the same rows in the same order, and the same
 * bytes in every field; an empty cell is DuckDB's NULL. Rows that one of the two does not read are listed,
 * and must be rows that the other one does not read either, but for the differences of dialect that `kind_of`
 * names.
 *
 * How DuckDB is told to read (and why):
 *   auto_detect=false, columns, header=false   nothing is guessed from a sample, and the names come as the
 * first row, as they stand in the file, instead of made unique and completed VARCHAR fields stay bytes delim
 * the one that the scanner found quote, escape                              RFC 4180, as SPEC 2 asks for
 *   comment='', skip=0                         no line is anything but data
 *   null_padding=false                         a row with too few cells is an error, as in the scanner
 *   max_line_size                              the scanner's longest record
 *   strict_mode=true                           text behind a closing quote and unclosed quotes are errors,
 * and so is a row with too many cells. DuckDB may refuse a whole file in that mode, then strict_mode=false is
 * tried, and said ignore_errors, store_rejects               a row that cannot be read is put aside instead
 * of ending everything The kind of line end is left to DuckDB: told '\r\n' it no longer ends lines at LF. */
#include "../unit/csv_walk.h"
#include "tables/csv.h"

#include <ctype.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_BYTES (16 << 20)

static _Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("csv_duckdb: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

/* --- DuckDB's C interface, as far as it is used: its header does not come with the library --- */

typedef struct duck_result {
    uint64_t words[6];
} duck_result;

typedef struct duck_string {
    uint32_t length;
    char begin[4]; /* texts of up to 12 bytes stand here and in the pointer's place */
    const char *bytes;
} duck_string;

static struct {
    int (*open)(const char *path, void **out_database);
    int (*connect)(void *database, void **out_connection);
    int (*query)(void *connection, const char *statement, duck_result *out_result);
    const char *(*result_error)(duck_result *result);
    void (*destroy_result)(duck_result *result);
    void *(*fetch_chunk)(duck_result result);
    void (*destroy_data_chunk)(void **chunk);
    uint64_t (*data_chunk_get_size)(void *chunk);
    void *(*data_chunk_get_vector)(void *chunk, uint64_t column);
    void *(*vector_get_data)(void *vector);
    uint64_t *(*vector_get_validity)(void *vector);
    const char *(*library_version)(void);
} duck;

static void *connection;

static void find(void *library, const char *name, void *place) {
    void *function = dlsym(library, name);
    if (function == NULL)
        die("the library has no %s", name);
    memcpy(place, &function, sizeof function);
}

static void open_duck(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        die("%s", dlerror());
    find(library, "duckdb_open", &duck.open);
    find(library, "duckdb_connect", &duck.connect);
    find(library, "duckdb_query", &duck.query);
    find(library, "duckdb_result_error", &duck.result_error);
    find(library, "duckdb_destroy_result", &duck.destroy_result);
    find(library, "duckdb_fetch_chunk", &duck.fetch_chunk);
    find(library, "duckdb_destroy_data_chunk", &duck.destroy_data_chunk);
    find(library, "duckdb_data_chunk_get_size", &duck.data_chunk_get_size);
    find(library, "duckdb_data_chunk_get_vector", &duck.data_chunk_get_vector);
    find(library, "duckdb_vector_get_data", &duck.vector_get_data);
    find(library, "duckdb_vector_get_validity", &duck.vector_get_validity);
    find(library, "duckdb_library_version", &duck.library_version);
    void *database;
    if (duck.open(NULL, &database) != 0 || duck.connect(database, &connection) != 0)
        die("DuckDB does not open a database in memory");
}

/* NULL, or what went wrong (belongs to the result, which is destroyed later). */
static const char *ask(const char *statement, duck_result *out_result) {
    return duck.query(connection, statement, out_result) == 0 ? NULL : duck.result_error(out_result);
}

static void must_do(const char *statement) {
    duck_result result;
    const char *message = ask(statement, &result);
    if (message != NULL)
        die("%s: %s", statement, message);
    duck.destroy_result(&result);
}

static uint64_t count_of(const char *statement) {
    duck_result result;
    const char *message = ask(statement, &result);
    if (message != NULL)
        die("%s: %s", statement, message);
    void *chunk = duck.fetch_chunk(result);
    if (chunk == NULL)
        die("%s: no row", statement);
    uint64_t count = *(const uint64_t *)duck.vector_get_data(duck.data_chunk_get_vector(chunk, 0));
    duck.destroy_data_chunk(&chunk);
    duck.destroy_result(&result);
    return count;
}

/* Rows of a result, one after the other. */
typedef struct duck_rows {
    duck_result *result;
    void *chunk;
    uint64_t count; /* in the chunk */
    uint64_t row;
    size_t column_count;
    const duck_string **texts; /* [column] */
    uint64_t **valid;          /* [column], NULL: all */
} duck_rows;

static bool next_duck_row(duck_rows *rows) {
    if (++rows->row < rows->count)
        return true;
    do {
        if (rows->chunk != NULL)
            duck.destroy_data_chunk(&rows->chunk);
        rows->chunk = duck.fetch_chunk(*rows->result);
        rows->count = rows->chunk == NULL ? 0 : duck.data_chunk_get_size(rows->chunk);
    } while (rows->chunk != NULL && rows->count == 0);
    rows->row = 0;
    for (size_t c = 0; rows->chunk != NULL && c < rows->column_count; c++) {
        void *vector = duck.data_chunk_get_vector(rows->chunk, c);
        rows->texts[c] = duck.vector_get_data(vector);
        rows->valid[c] = duck.vector_get_validity(vector);
    }
    return rows->chunk != NULL;
}

static fm_text duck_cell(const duck_rows *rows, size_t column) {
    const uint64_t *valid = rows->valid[column];
    if (valid != NULL && (valid[rows->row / 64] >> (rows->row % 64) & 1) == 0)
        return (fm_text){"", 0};
    const duck_string *text = &rows->texts[column][rows->row];
    return (fm_text){text->length <= 12 ? text->begin : text->bytes, text->length};
}

/* --- one file --- */

typedef enum row_kind { KIND_READ, KIND_FEW, KIND_MANY, KIND_STRAY, KIND_NOT_UTF8, KIND_COUNT } row_kind;

static const char *const kind_names[] = {
    [KIND_FEW] = "too few cells: both set it aside",
    [KIND_MANY] = "too many cells: both set it aside",
    [KIND_STRAY] = "text behind a closing quote: both set it aside",
    [KIND_NOT_UTF8] = "no UTF-8: fitmatch keeps its bytes (SPEC 2), DuckDB sets it aside",
};

static size_t utf8_length(const unsigned char *s, size_t left) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80   ? 1
                    : s[0] < 0xc0 ? 0
                    : s[0] < 0xe0 ? 2
                    : s[0] < 0xf0 ? 3
                    : s[0] < 0xf8 ? 4
                                  : 0;
    if (length <= 1 || length > left)
        return length > left ? 0 : length;
    uint32_t code = s[0] & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    return code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : length;
}

static bool is_utf8(fm_text text) {
    for (size_t i = 0; i < text.length;) {
        size_t length = utf8_length((const unsigned char *)text.bytes + i, text.length - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

static row_kind kind_of(const csv_row *row) {
    switch (row->batch->faults[row->row]) {
    case FM__RECORD_OK:
        return is_utf8(row->batch->records[row->row]) ? KIND_READ : KIND_NOT_UTF8;
    case FM__RECORD_TOO_FEW_CELLS:
        return KIND_FEW;
    case FM__RECORD_TOO_MANY_CELLS:
        return KIND_MANY;
    default:
        return KIND_STRAY;
    }
}

typedef struct comparison {
    const char *path;
    duck_rows duck;
    bool is_listed; /* rows set aside were listed before */
    bool differs;
    uint64_t rows, fields, bytes;
    uint64_t kinds[KIND_COUNT];
    row_kind listed; /* of the row before, and its line: neighbours are listed as a range */
    uint64_t listed_line;
    bool in_range;
} comparison;

static void end_range(comparison *c) {
    if (c->in_range)
        printf("-%" PRIu64, c->listed_line);
    c->in_range = false;
}

/* Lists a row that one of the two does not read; KIND_READ ends the list. */
static void list(comparison *c, row_kind kind, uint64_t line) {
    if (c->is_listed || (kind == KIND_READ && c->listed == KIND_READ))
        return;
    if (kind == c->listed && line == c->listed_line + 1) {
        c->in_range = true;
        c->listed_line = line;
        return;
    }
    end_range(c);
    if (kind != c->listed && c->listed != KIND_READ)
        printf("\n");
    if (kind != c->listed && kind != KIND_READ)
        printf("  %s, %s: lines", c->path, kind_names[kind]);
    if (kind != KIND_READ)
        printf(" %" PRIu64, line);
    c->listed = kind;
    c->listed_line = line;
}

static void show(const char *whose, fm_text text) {
    printf("    %s ", whose);
    for (size_t i = 0; i < text.length && i < 200; i++)
        printf(isprint((unsigned char)text.bytes[i]) ? "%c" : "\\x%02x", (unsigned char)text.bytes[i]);
    printf("%s (%zu bytes)\n", text.length > 200 ? "..." : "", text.length);
}

static bool compare_row(void *context, const csv_row *row) {
    comparison *c = context;
    row_kind kind = kind_of(row);
    c->kinds[kind]++;
    if (kind != KIND_READ) {
        list(c, kind, row->line);
        return true;
    }
    if (!next_duck_row(&c->duck)) {
        printf("DIFFERENT %s:%" PRIu64 ": DuckDB has no more rows\n", c->path, row->line);
        c->differs = true;
        return false;
    }
    c->rows++;
    for (size_t i = 0; i < c->duck.column_count; i++) {
        fm_text ours = csv_row_cell(row, i);
        fm_text theirs = duck_cell(&c->duck, i);
        c->fields++;
        c->bytes += ours.length;
        if (ours.length == theirs.length &&
            (ours.length == 0 || memcmp(ours.bytes, theirs.bytes, ours.length) == 0))
            continue;
        printf("DIFFERENT %s:%" PRIu64 ": column %zu (%s)\n", c->path, row->line, i + 1,
               row->table->names[i]);
        show("fitmatch", ours);
        show("DuckDB  ", theirs);
        c->differs = true;
        return false;
    }
    return true;
}

static void compare_names(comparison *c, const fm_table *table) {
    if (!next_duck_row(&c->duck)) {
        printf("DIFFERENT %s: DuckDB finds no header\n", c->path);
        c->differs = true;
    }
    for (size_t i = 0; !c->differs && i < c->duck.column_count; i++) {
        fm_text ours = {table->names[i], strlen(table->names[i])};
        fm_text theirs = duck_cell(&c->duck, i);
        if (ours.length != theirs.length || memcmp(ours.bytes, theirs.bytes, ours.length) != 0) {
            printf("DIFFERENT %s: name of column %zu\n", c->path, i + 1);
            show("fitmatch", ours);
            show("DuckDB  ", theirs);
            c->differs = true;
        }
    }
}

/* A path within SQL. */
static void add_quoted(FILE *to, const char *path) {
    (void)fputc('\'', to);
    for (; *path != '\0'; path++)
        (void)fprintf(to, *path == '\'' ? "''" : "%c", *path);
    (void)fputc('\'', to);
}

static char *statement_for(const char *path, size_t column_count, char delimiter, bool strict) {
    char *statement = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&statement, &size);
    if (to == NULL)
        die("out of memory");
    (void)fputs("SELECT * FROM read_csv(", to);
    add_quoted(to, path);
    (void)fputs(", auto_detect=false, header=false, columns={", to);
    for (size_t i = 0; i < column_count; i++)
        (void)fprintf(to, "%s'c%zu': 'VARCHAR'", i == 0 ? "" : ", ", i);
    (void)fprintf(
        to,
        "}, delim='%c', quote='\"', escape='\"', comment='', skip=0, null_padding=false, "
        "max_line_size=%d, strict_mode=%s, ignore_errors=true, store_rejects=true, rejects_limit=0)",
        delimiter, RECORD_BYTES, strict ? "true" : "false");
    if (fclose(to) != 0)
        die("out of memory");
    return statement;
}

static fm_table *open_table(const char *path, size_t window_bytes) {
    fm_csv_options options = {.record_bytes = RECORD_BYTES, .window_bytes = window_bytes};
    fm_table *table;
    fm_error error;
    if (fm_table_open_csv(path, &options, &table, &error) != FM_OK)
        die("%s:%" PRIu64 ": %s", path, error.line, error.message);
    uint32_t *columns = malloc(table->column_count * sizeof *columns);
    if (columns == NULL)
        die("out of memory");
    for (size_t i = 0; i < table->column_count; i++)
        columns[i] = (uint32_t)i;
    if (table->methods->select(table, columns, table->column_count, &error) != FM_OK)
        die("%s: %s", path, error.message);
    free(columns);
    return table;
}

/* The delimiter is what stands in the file before the second name. */
static char delimiter_of(const char *path, const fm_table *table) {
    if (table->column_count < 2)
        return ',';
    fm_position second = table->name_positions[1];
    char mark[3] = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL || second.line != 1)
        die("%s: the delimiter cannot be looked up", path);
    /* Columns are counted from 1, behind a byte order mark. */
    bool has_mark = fread(mark, 1, 3, file) == 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0;
    bool is_there = fseek(file, (long)second.column - 2 + (has_mark ? 3 : 0), SEEK_SET) == 0;
    int delimiter = is_there ? fgetc(file) : EOF;
    (void)fclose(file);
    if (delimiter <= 0 || strchr(",;\t|", delimiter) == NULL)
        die("%s: what stands before the second name is no delimiter", path);
    return (char)delimiter;
}

/* Reads with DuckDB; rows that it did not read stay in reject_errors. */
static void read_with_duck(comparison *c, const fm_table *table, duck_result *out_result, bool is_strict) {
    must_do("DROP TABLE IF EXISTS reject_errors");
    must_do("DROP TABLE IF EXISTS reject_scans");
    char delimiter = delimiter_of(c->path, table);
    char *statement = statement_for(c->path, table->column_count, delimiter, is_strict);
    const char *message = ask(statement, out_result);
    free(statement);
    if (message == NULL)
        return;
    if (!is_strict)
        die("%s: DuckDB: %s", c->path, message);
    if (!c->is_listed)
        printf("  %s: read with strict_mode=false, for with true DuckDB says: %.*s\n", c->path,
               (int)strcspn(message, "\n"), message);
    duck.destroy_result(out_result);
    read_with_duck(c, table, out_result, false);
}

/* What DuckDB put aside must be what the scanner did, and what is no UTF-8. */
static void compare_asides(comparison *c) {
    uint64_t ours = c->kinds[KIND_FEW] + c->kinds[KIND_MANY] + c->kinds[KIND_STRAY] + c->kinds[KIND_NOT_UTF8];
    uint64_t blank = count_of("SELECT count(DISTINCT line_byte_position) FROM reject_errors "
                              "WHERE trim(csv_line, E' \\t\\r\\n') = ''");
    uint64_t theirs = count_of("SELECT count(DISTINCT line_byte_position) FROM reject_errors") - blank;
    if (blank > 0 && !c->is_listed)
        printf("  %s: %" PRIu64 " lines of nothing but blanks: fitmatch skips them, DuckDB sets them aside\n",
               c->path, blank);
    if (ours != theirs) {
        printf("DIFFERENT %s: fitmatch sets aside, or has no UTF-8 in, %" PRIu64 " rows, DuckDB %" PRIu64
               "\n",
               c->path, ours, theirs);
        c->differs = true;
    }
}

static void compare_file(comparison *c, size_t window_bytes, bool in_chunks, bool cuts_blindly) {
    fm_table *table = open_table(c->path, window_bytes);
    if (cuts_blindly)
        fm__table_cut_blindly(table);
    duck_result result;
    read_with_duck(c, table, &result, true);
    c->duck = (duck_rows){.result = &result, .column_count = table->column_count};
    c->duck.texts = calloc(table->column_count, sizeof *c->duck.texts);
    c->duck.valid = calloc(table->column_count, sizeof *c->duck.valid);
    if (c->duck.texts == NULL || c->duck.valid == NULL)
        die("out of memory");
    compare_names(c, table);
    fm_error error;
    fm_status status = c->differs ? FM_OK : csv_walk(table, in_chunks, compare_row, c, &error);
    list(c, KIND_READ, 0);
    if (status != FM_OK) {
        printf("DIFFERENT %s:%" PRIu64 ": fitmatch stops here: %s\n", c->path, error.line, error.message);
        c->differs = true;
    }
    if (!c->differs && next_duck_row(&c->duck)) {
        printf("DIFFERENT %s: DuckDB has more than %" PRIu64 " rows\n", c->path, c->rows);
        c->differs = true;
    }
    if (c->duck.chunk != NULL)
        duck.destroy_data_chunk(&c->duck.chunk);
    if (!c->differs)
        compare_asides(c);
    duck.destroy_result(&result);
    free(c->duck.texts);
    free(c->duck.valid);
    fm_table_free(table);
}

int main(int count, char **arguments) {
    static const struct {
        size_t window_bytes;
        bool in_chunks;
        bool cuts_blindly;
    } ways[] = {
        {0, false, false}, {0, true, false}, {4096, false, false}, {4096, true, false}, {1500, true, true}};
    if (count < 3) {
        (void)fputs("usage: csv_duckdb LIBRARY FILE...\n", stderr);
        return 2;
    }
    open_duck(arguments[1]);
    comparison all = {0};
    int different = 0;
    for (int i = 2; i < count; i++) {
        bool differs = false;
        for (size_t way = 0; way < sizeof ways / sizeof *ways && !differs; way++) {
            comparison one = {.path = arguments[i], .is_listed = way > 0};
            compare_file(&one, ways[way].window_bytes, ways[way].in_chunks, ways[way].cuts_blindly);
            differs = one.differs;
            if (way > 0)
                continue;
            all.rows += one.rows;
            all.fields += one.fields;
            all.bytes += one.bytes;
            for (row_kind k = KIND_READ; k < KIND_COUNT; k++)
                all.kinds[k] += one.kinds[k];
        }
        different += differs;
    }
    for (row_kind k = KIND_FEW; k < KIND_COUNT; k++)
        if (all.kinds[k] > 0)
            printf("%" PRIu64 " rows with %s\n", all.kinds[k], kind_names[k]);
    printf("%d files, %" PRIu64 " rows, %" PRIu64 " fields, %" PRIu64
           " bytes in them compared with DuckDB %s, each in %zu ways; %d files differ\n",
           count - 2, all.rows, all.fields, all.bytes, duck.library_version(), sizeof ways / sizeof *ways,
           different);
    return different == 0 ? 0 : 1;
}
