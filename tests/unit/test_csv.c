#include "obvious_csv.h"
#include "support/text.h"
#include "tables/csv.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_RECORD_BYTES ((size_t)16 << 20)

static fm_text lit(const char *string) {
    return fm__text(string);
}

/* One document, through every window in [first, last], as a stream and in chunks. */
static void compare(fm_text document, char delimiter, size_t record_bytes, size_t first, size_t last,
                    uint64_t seed) {
    obvious_csv expected =
        obvious_read(document, delimiter, record_bytes == 0 ? DEFAULT_RECORD_BYTES : record_bytes);
    for (size_t window = first; window <= last; window++) {
        fm_csv_options options = {
            .delimiter = delimiter, .record_bytes = record_bytes, .window_bytes = window};
        char why[256];
        /* Chunks have a test of their own, random_chunks; here every fifth window must do. */
        for (obvious_way way = OBVIOUS_IN_STREAM; way <= OBVIOUS_IN_BLIND_CHUNKS;
             way += window % 5 == 3 ? 1 : 3)
            cr_assert(obvious_agrees(&expected, document, &options, way, seed, why),
                      "window %zu, way %d, limit %zu, delimiter %d, seed %llu: %s\nin: %.*s", window,
                      (int)way, record_bytes, delimiter, (unsigned long long)seed, why,
                      (int)(document.length % 2000), document.bytes);
    }
    obvious_free(&expected);
}

/* Through every window from one byte to more than all, so that a seam falls behind every byte. */
static void compare_all(fm_text document, char delimiter, size_t record_bytes) {
    compare(document, delimiter, record_bytes, 1, document.length + 1, 0);
}

static const char *const nasty[] = {
    "",
    "\n",
    "\r",
    "\r\n\r\n",
    " \t \n\n",
    "a",
    "a\r",
    "a\n",
    "a\n\n\n",
    "\n\r\n  \na,b\n1,2\n",
    "a,b\n1,2",
    "a,b\n1,2\r",
    "a,b\n1,\r",
    "a,b\n1,",
    "a,b\n,",
    "a,b\n,\n",
    "a,b\n\r\r\n",
    "a,b\n1,2\r\r\n",
    "a,b\n1\r,\r2\n",
    "a,b\n\r1,2\n",
    "a,b\n1\n1,2,3\n1,2\n",
    "a,b\n   \n \t\n,\n",
    "a\n   \n \t\n\n\"\"\n",
    "a\tb\n\t\n \n\t\t\n",
    "a\n\"\"\n\" \"\n",
    "a,b\n\"\"\n",
    "a,b\n\"\",\"\"\n",
    "a,b\n\"\",\"\"",
    "a,b\n\"\"\"\",\"\"\"\"\"\"\n",
    "a,b\n\"x\"\"\",\"\"\"x\"\n",
    "a,b\n\"1,2\",3\n",
    "a,b\n\"1\n2\n\n3\",\"4\r\n5\"\n6,7\n",
    "a,b\n\"1\"  ,\"2\"\t \r\n",
    "a,b\n\"1\" x,2\n3,4\n",
    "a,b\n\"1\"x\"y,2\n3,4\n",
    "a,b\n\"1\"\"x\"y\"\"z,2\n3,4\n",
    "a,b\n\"1\"x,\"2,\n3\"\n3,4\n",
    "a,b\n\"1\"\r,2\n",
    "a,b\n1,\"2\"\r\n",
    "a,b\n1,\"2\"\r\r\n",
    "a,b\n1,\"2\"\r",
    "a,b\n1,\"2\"\rx",
    "a,b\n1,\"2\"\r3,\n4,5\n",
    "a,b\n 1, \"2\"\n",
    "a,b\n5\" pipe,3\"\"\n\"x\",y\"z\"\n",
    "a,b\n\"1\" , 2\n\"3\"\t,4\n",
    "a\tb\n\"1\"\t\"2\" \n\"3\" \t4\n",
    "a,b\n\"never closes,2\n3,4\n",
    "a,b\n1,2\n3,\"never\"\" closes\n\n",
    "a,b\n1,2\n3,\"",
    "a,b\n\"x\",\"\"\"",
    "\"never closes",
    "\"a",
    "\"a\r",
    "a,b\n1,\"x\r",
    "\"a\"x,b\n",
    "a,\"b\" \"c\"\n1,2\n",
    "\"a\" ,\"b\"\"c\"\n1,2\n",
    "\"a\nb\",c\n1,2\n",
    "\"a\nb\",\"c\nd\",c\n1,2,3\n",
    "a,b,a\n1,2,3\n",
    "a,b,c,b,a\n1,2,3\n",
    "a,b,a,b\n1,2,3\n",
    "b,a,a,a,b\n1,2,3\n",
    "a, a\n1,2\n",
    "a,,\n1,2,3\n",
    " ,\t,\"\"\n1,2,3\n",
    "a;b,c;d\n1;2,3;4\n",
    "a|b\n1|2\n",
    "a\tb\n1\t2\n",
    "a;b,c\n1;2\n",
    "\"a;b;c;d\",e\n1,2\n",
    "\"a\"\";;;\",e\n1,2\n",
    "x\"a;b;c\",e\n1,2\n",
    "a|\"b,c,d\"|e\n1|2|3\n",
    "\xef\xbb\xbf"
    "a,b\n1,2\n",
    "\xef\xbb\xbf\"a\",b\n1,2\n",
    "\xef\xbb\xbf",
    "\xef\xbb",
    "\xef\xbb"
    "a,b\n1,2\n",
    "a,b\n\xef\xbb\xbf,\xff\xfe\x80\n",
    "\xef\xbb\xbf\xef\xbb\xbf"
    "a,a\n",
};

Test(csv, nasty_documents) {
    for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++)
        for (size_t d = 0; d < 5; d++)
            compare_all(lit(nasty[i]), "\0,;\t|"[d], 0);
}

/* Every limit that a document can hit, at every window. */
Test(csv, nasty_documents_with_limits) {
    for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++)
        for (size_t limit = 1; limit <= strlen(nasty[i]); limit++)
            compare_all(lit(nasty[i]), 0, limit);
}

/* A NUL put in place of each byte of each document. */
Test(csv, nul_anywhere) {
    for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++) {
        size_t length = strlen(nasty[i]);
        char *copy = malloc(length + 1);
        cr_assert_not_null(copy);
        for (size_t at = 0; at < length; at++) {
            memcpy(copy, nasty[i], length);
            copy[at] = '\0';
            compare((fm_text){copy, length}, 0, 0, 1, length + 1, 0);
            for (size_t limit = 1; limit <= length; limit++) {
                compare((fm_text){copy, length}, ',', limit, 1, 1, 0);
                compare((fm_text){copy, length}, ',', limit, length + 1, length + 1, 0);
            }
        }
        free(copy);
    }
}

static uint64_t random_state;

static uint64_t random_below(uint64_t bound) {
    random_state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64, Vigna 2015 */
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % bound;
}

static void seed_random(uint64_t salt) {
    const char *given = getenv("SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20240607;
    (void)fprintf(stderr, "SEED=%llu\n", (unsigned long long)seed);
    random_state = seed * 1000 + salt;
}

/* Bytes that mean something, mostly, and in different mixtures: some without quotes, some full of them. */
static void random_bytes(char *bytes, size_t length) {
    static const char *const alphabets[] = {"a,;\"\r\n ",       "abcdefgh,\n", "\"\",,\n",
                                            "ab,\"\"\"\r\n\t|", "\"a,\n",      "a \",\r\n"};
    const char *alphabet = alphabets[random_below(sizeof alphabets / sizeof *alphabets)];
    size_t letters = strlen(alphabet);
    for (size_t i = 0; i < length; i++)
        bytes[i] = alphabet[random_below(letters)];
}

/* A header of one to four columns in front, so that most documents get as far as rows. */
static size_t random_document(char *bytes, size_t length) {
    static const char *const headers[] = {"a\n", "a,b\n", "a;b;c\r\n", "\"a\",b,\"c\nd\"\n", "a\tb\n", ""};
    const char *header = headers[random_below(sizeof headers / sizeof *headers)];
    size_t used = strlen(header);
    memcpy(bytes, header, used);
    random_bytes(bytes + used, length);
    return used + length;
}

/* Records that are mostly right, as files are: cells of all kinds, quoted ones closed. */
static size_t likely_document(char *bytes, size_t length) {
    static const char *const cells[] = {
        "",     "1",          "24 h",  "\"a,b\"", "\"x\"\"y\"", "\"line\nbreak\"",
        "5\"x", "North|West", "\"\" ", "\"q\"",   "\"\"\"\"",   "long text in a cell"};
    size_t used = (size_t)sprintf(bytes, "id,b,c\n");
    while (used + 100 < length) {
        size_t kind_count = random_below(4) == 0 ? 12 : 3;
        for (size_t i = 0; i < 3; i++)
            used += (size_t)sprintf(bytes + used, "%s%s", i == 0 ? "" : ",", cells[random_below(kind_count)]);
        used += (size_t)sprintf(bytes + used, "%s", random_below(9) == 0 ? "\r\n" : "\n");
    }
    return used;
}

Test(csv, random_small_documents, .timeout = 240) {
    seed_random(1);
    char bytes[128];
    for (size_t i = 0; i < 4000; i++) {
        size_t length = random_document(bytes, random_below(40));
        size_t limit = random_below(4) == 0 ? 1 + random_below(20) : 0;
        compare((fm_text){bytes, length}, 0, limit, 1, length + 1, random_below(3));
    }
}

/* Longer than several blocks of 64 bytes, with a seam behind every byte. */
Test(csv, random_documents, .timeout = 240) {
    seed_random(2);
    char bytes[512];
    for (size_t i = 0; i < 300; i++) {
        size_t length =
            i % 2 == 0 ? random_document(bytes, 100 + random_below(200)) : likely_document(bytes, 400);
        compare((fm_text){bytes, length}, 0, i % 5 == 0 ? 150 : 0, 1, length + 1, 0);
    }
}

/* Many batches, and more text than is indexed at a time. */
Test(csv, long_documents, .timeout = 240) {
    seed_random(3);
    size_t room = (size_t)1 << 20;
    char *bytes = malloc(room);
    cr_assert_not_null(bytes);
    static const size_t windows[] = {0, 1, 4099, 65536, 300000};
    for (size_t i = 0; i < 10; i++) {
        size_t length = i % 2 == 0 ? likely_document(bytes, room - 512)
                                   : random_document(bytes, 200000 + random_below(500000));
        size_t window = windows[i % 5];
        compare((fm_text){bytes, length}, 0, 0, window, window, random_below(4));
    }
    free(bytes);
}

/* Lines of many lengths without any quote: the fast path, and rows that end on each bit of a block. */
Test(csv, plain_rows) {
    char *bytes = malloc(200000);
    cr_assert_not_null(bytes);
    for (size_t width = 0; width < 80; width++) {
        size_t used = (size_t)sprintf(bytes, "a,b\n");
        for (size_t row = 0; row < 1500; row++)
            used += (size_t)sprintf(
                bytes + used, "%.*s,%zu\n", (int)width,
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", row % 10);
        compare((fm_text){bytes, used}, 0, 0, 0, 0, 0);
    }
    free(bytes);
}

/* More unescaped text in a batch than its scratch memory begins with, in cells of many lengths. */
Test(csv, doubled_quotes) {
    size_t rows = 1500;
    char *bytes = malloc(rows * 1000);
    cr_assert_not_null(bytes);
    size_t used = (size_t)sprintf(bytes, "a,b\n");
    for (size_t row = 0; row < rows; row++) {
        bytes[used++] = '"';
        for (size_t i = 0; i < row % 300; i++)
            used += (size_t)sprintf(bytes + used, "\"\"%zu", i % 10);
        used += (size_t)sprintf(bytes + used, "\",\"\"\"%zu\"\n", row);
    }
    for (uint64_t seed = 0; seed < 4; seed++)
        compare((fm_text){bytes, used}, 0, 0, 0, 0, seed);
    free(bytes);
}

/* More columns than a batch of all rows has room for, some chosen, some twice. */
Test(csv, many_columns) {
    size_t columns = 1200;
    char *bytes = malloc(columns * 8 * 41);
    cr_assert_not_null(bytes);
    size_t used = 0;
    for (size_t row = 0; row < 41; row++)
        for (size_t i = 0; i < columns; i++)
            used += (size_t)sprintf(bytes + used,
                                    row == 0       ? "c%zu%c"
                                    : row % 3 == 0 ? "\"%zu\"%c"
                                                   : "%zu%c",
                                    i, i + 1 == columns ? '\n' : ';');
    for (uint64_t seed = 0; seed < 4; seed++)
        compare((fm_text){bytes, used}, 0, 0, 0, 0, seed * 1000003);
    free(bytes);
}

static fm_table *open_text(const char *document, const fm_csv_options *options) {
    fm_table *table = NULL;
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm__table_open_csv_memory(lit(document), "t.csv", options, &table, &error), FM_OK, "%s",
                 error.message);
    return table;
}

static fm__batch next_of(fm_table *table) {
    fm__batch batch;
    fm_error error = {.status = FM_OK};
    cr_assert_eq(table->methods->next(table, &batch, &error), FM_OK, "%s", error.message);
    return batch;
}

static void assert_text(fm_text found, const char *wanted) {
    cr_assert(fm__text_equal(found, lit(wanted)), "`%.*s` is not `%s`", (int)found.length, found.bytes,
              wanted);
}

/* Not left to the comparison alone: what a document means, spelled out. */
Test(csv, spelled_out) {
    fm_table *table = open_text(
        "\xef\xbb\xbf id ;\"na;me\";x\r\n1;\"a \"\"b\"\" c\" ;5\"\r\n\r\n2;\"two\nlines\"; z \n3\n\"4\"x;y;z",
        NULL);
    cr_assert_eq(fm_table_column_count(table), 3);
    cr_assert_str_eq(fm_table_column_name(table, 0), " id ");
    cr_assert_str_eq(fm_table_column_name(table, 1), "na;me");
    cr_assert_eq(fm__table_find(table, "id"), 0);
    cr_assert_eq(fm__table_find(table, "x"), 2);
    cr_assert_eq(fm__table_find(table, "na"), SIZE_MAX);
    cr_assert_eq(fm__table_find(table, "na;me2"), SIZE_MAX);
    cr_assert_eq(table->name_positions[1].column, 6);
    static const uint32_t columns[] = {2, 1, 2};
    cr_assert_eq(table->methods->select(table, columns, 3, NULL), FM_OK);
    fm__batch batch = next_of(table);
    cr_assert_eq(batch.row_count, 4);
    assert_text(batch.texts[0][0], "5\"");
    assert_text(batch.texts[1][0], "a \"b\" c");
    assert_text(batch.texts[2][0], "5\"");
    assert_text(batch.texts[0][1], " z ");
    assert_text(batch.texts[1][1], "two\nlines");
    assert_text(batch.records[0], "1;\"a \"\"b\"\" c\" ;5\"");
    assert_text(batch.records[1], "2;\"two\nlines\"; z ");
    assert_text(batch.records[3], "\"4\"x;y;z");
    static const unsigned char faults[] = {FM__RECORD_OK, FM__RECORD_OK, FM__RECORD_TOO_FEW_CELLS,
                                           FM__RECORD_TEXT_AFTER_QUOTE};
    static const uint64_t lines[] = {2, 4, 6, 7};
    for (size_t row = 0; row < 4; row++) {
        cr_assert_eq(batch.faults[row], faults[row]);
        cr_assert_eq(batch.lines[row], lines[row]);
        cr_assert_eq(batch.cell_counts[row], row == 2 ? 1 : 3);
    }
    fm_position at = table->methods->locate(table, &batch, 1, 0);
    cr_assert(at.line == 5 && at.column == 8);
    at = table->methods->locate(table, &batch, 2, 0);
    cr_assert(at.line == 6 && at.column == 0);
    cr_assert_eq(next_of(table).row_count, 0);
    cr_assert_eq(next_of(table).row_count, 0);
    fm_table_free(table);
}

Test(csv, blank_names_cannot_be_found) {
    fm_table *table = open_text("a,, ,\"\"\n1,2,3,4\n", NULL);
    cr_assert_eq(fm__table_find(table, ""), SIZE_MAX);
    cr_assert_eq(fm__table_find(table, " "), SIZE_MAX);
    cr_assert_eq(fm__table_find(table, "a"), 0);
    fm_table_free(table);
    fm_table_free(NULL);
}

/* Quoted cells without doubled quotes, and plain ones, are not copied. */
Test(csv, views_into_the_window) {
    fm_table *table = open_text("a,b\n\"x, y\",z\n", NULL);
    static const uint32_t columns[] = {0, 1};
    cr_assert_eq(table->methods->select(table, columns, 2, NULL), FM_OK);
    fm__batch batch = next_of(table);
    cr_assert_eq(batch.texts[0][0].bytes, batch.records[0].bytes + 1);
    cr_assert_eq(batch.texts[1][0].bytes, batch.records[0].bytes + 7);
    cr_assert_null(batch.numbers[0]);
    fm_table_free(table);
}

static void assert_open_fails(fm_text document, const fm_csv_options *options, fm_status status,
                              uint64_t line, uint64_t column, const char *message) {
    fm_table *table = NULL;
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm__table_open_csv_memory(document, "t.csv", options, &table, &error), status);
    cr_assert_null(table);
    cr_assert_eq(error.status, status);
    cr_assert_str_eq(error.message, message);
    cr_assert(error.line == line && error.column == column, "%zu:%zu", (size_t)error.line,
              (size_t)error.column);
    if (status != FM_ERROR_ARGUMENT)
        cr_assert_str_eq(error.file, "t.csv");
    cr_assert_eq(fm__table_open_csv_memory(document, "t.csv", options, &table, NULL), status);
}

Test(csv, header_errors) {
    assert_open_fails(lit(""), NULL, FM_ERROR_INPUT, 1, 1,
                      "the file is empty; a header line with column names is needed");
    assert_open_fails(lit("a,b, a \n"), NULL, FM_ERROR_INPUT, 1, 5,
                      "column `a` stands twice (first at column 1)");
    assert_open_fails(lit("a,\"b\nc\",\x1b,\x1b\n"), NULL, FM_ERROR_INPUT, 2, 6,
                      "column `\\x1b` stands twice (first at column 3)");
    assert_open_fails(
        lit("a,\"b\" c\n"), NULL, FM_ERROR_INPUT, 1, 7,
        "text after the closing quote of a column name; a quote inside quotes is written twice");
    assert_open_fails(lit("a,\"b\n1,2\n"), NULL, FM_ERROR_INPUT, 1, 3,
                      "the quote that opens here is never closed");
    assert_open_fails(
        (fm_text){"\xff\xfe"
                  "a\0,\0b\0\n\0",
                  10},
        NULL, FM_ERROR_INPUT, 1, 4,
        "NUL byte: this is not UTF-8 text; is it UTF-16 or a spreadsheet? save it as CSV UTF-8");
    fm_csv_options options = {.record_bytes = 5};
    assert_open_fails(lit("\nabc,def\n"), &options, FM_ERROR_LIMIT, 2, 1,
                      "this record is longer than 5 bytes");
    options = (fm_csv_options){.delimiter = ':'};
    assert_open_fails(lit("a:b\n"), &options, FM_ERROR_ARGUMENT, 0, 0, "the delimiter is one of , ; tab |");
    options = (fm_csv_options){.record_bytes = SIZE_MAX};
    assert_open_fails(lit("a:b\n"), &options, FM_ERROR_ARGUMENT, 0, 0, "record_bytes is at most 1073741824");
}

static void assert_next_fails(const char *document, const fm_csv_options *options, fm_status status,
                              uint64_t line, uint64_t column, const char *message) {
    fm_table *table = open_text(document, options);
    fm__batch batch = {.row_count = 1};
    fm_error error = {.status = FM_OK};
    while (error.status == FM_OK && batch.row_count > 0)
        if (table->methods->next(table, &batch, &error) != FM_OK)
            break;
    cr_assert_eq(error.status, status);
    cr_assert_str_eq(error.message, message);
    cr_assert(error.line == line && error.column == column, "%zu:%zu", (size_t)error.line,
              (size_t)error.column);
    /* It stays failed. */
    memset(&error, 0, sizeof error);
    cr_assert_eq(table->methods->next(table, &batch, &error), status);
    cr_assert_str_eq(error.message, message);
    cr_assert_eq(table->methods->next(table, &batch, NULL), status);
    fm_table_free(table);
}

Test(csv, record_errors) {
    assert_next_fails("a,b\n1,2\n3,\"4\n\n5,6\n", NULL, FM_ERROR_INPUT, 3, 3,
                      "the quote that opens here is never closed");
    assert_next_fails("a,b\n\"1\n1\",\"2\n3,4", NULL, FM_ERROR_INPUT, 3, 4,
                      "the quote that opens here is never closed");
    fm_csv_options options = {.record_bytes = 4};
    assert_next_fails("a,b\n1,22\n1,222\n", &options, FM_ERROR_LIMIT, 3, 1,
                      "this record is longer than 4 bytes");
    assert_next_fails(
        "a,b\n1,22\r\n1,\"2\n2\"\n", &options, FM_ERROR_LIMIT, 3, 1,
        "this record is longer than 4 bytes: the quote that opens at line 3, column 3 is not closed");
}

/* The limit that stands when none is given, met by a line of 100 MB. */
Test(csv, endless_line) {
    size_t length = 100000000;
    char *bytes = malloc(length);
    cr_assert_not_null(bytes);
    memset(bytes, 'x', length);
    assert_open_fails((fm_text){bytes, length}, NULL, FM_ERROR_LIMIT, 1, 1,
                      "this record is longer than 16777216 bytes");
    memcpy(bytes, "a,b\n", 4);
    fm_table *table = NULL;
    cr_assert_eq(fm__table_open_csv_memory((fm_text){bytes, length}, "t.csv", NULL, &table, NULL), FM_OK);
    fm__batch batch;
    fm_error error;
    cr_assert_eq(table->methods->next(table, &batch, &error), FM_ERROR_LIMIT);
    cr_assert(error.line == 2 && error.column == 1);
    fm_table_free(table);
    free(bytes);
}

Test(csv, longest_record) {
    size_t length = DEFAULT_RECORD_BYTES;
    char *bytes = malloc(length + 8);
    cr_assert_not_null(bytes);
    memset(bytes, 'x', length + 8);
    memcpy(bytes, "a\n", 2);
    bytes[2 + length] = '\n';
    bytes[3 + length] = 'y';
    fm_table *table = NULL;
    cr_assert_eq(fm__table_open_csv_memory((fm_text){bytes, length + 4}, "t.csv", NULL, &table, NULL), FM_OK);
    static const uint32_t first = 0;
    cr_assert_eq(table->methods->select(table, &first, 1, NULL), FM_OK);
    fm__batch batch = next_of(table);
    cr_assert_eq(batch.texts[0][0].length, length);
    if (batch.row_count == 1)
        batch = next_of(table);
    assert_text(batch.texts[0][batch.row_count - 1], "y");
    fm_table_free(table);
    free(bytes);
}

Test(csv, select_checks_columns) {
    fm_table *table = open_text("a,b\n1,2\n", NULL);
    static const uint32_t columns[] = {0, 2};
    fm_error error;
    cr_assert_eq(table->methods->select(table, columns, 2, &error), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, "column 3 of a table of 2 columns");
    cr_assert_eq(next_of(table).row_count, 1);
    fm_table_free(table);
}
