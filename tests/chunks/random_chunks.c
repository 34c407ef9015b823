/* random_chunks: customers read in chunks of any size, cut anywhere, by any number of threads, are the
 * customers read in one piece, and those are what the obvious CSV reader finds.
 *
 *     SEED=7 COUNT=1000000 random_chunks
 *
 * The scanner alone first: as a stream and in chunks, with seams anywhere, it gives the obvious reader's
 * names, records, faults, lines, fields, places of fields and error, byte for byte; from customers and from
 * documents of any kind. Then the reader of customers: everything that reading gives is written down as text
 * and compared: the status and the message, rows, carried cells, money, rows set aside with their lines and
 * reasons, dictionaries, counts; for some inputs the match table as well. */
#include "../unit/obvious_csv.h"
#include "base/base.h"
#include "support/text.h"
#include "tables/csv.h"

#include <fitmatch/fitmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_BYTES_DEFAULT ((size_t)16 << 20)

static uint64_t random_state;

static uint64_t below(uint64_t bound) {
    random_state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64, Vigna 2015 */
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % bound;
}

static _Noreturn void die(const char *what, const char *detail) {
    (void)fprintf(stderr, "random_chunks: %s%s\n", what, detail);
    exit(1);
}

/* --- documents --- */

typedef struct text {
    char *bytes;
    size_t length;
    size_t capacity;
} text;

__attribute__((format(printf, 2, 3))) static void add(text *to, const char *format, ...) {
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        size_t room = to->capacity - to->length;
        int length = vsnprintf(to->bytes == NULL ? NULL : to->bytes + to->length, room, format, arguments);
        va_end(arguments);
        if (length < 0)
            die("nothing can be printed", "");
        if ((size_t)length < room) {
            to->length += (size_t)length;
            return;
        }
        to->capacity = 2 * to->capacity + (size_t)length + 256;
        to->bytes = realloc(to->bytes, to->capacity);
        if (to->bytes == NULL)
            die("out of memory", "");
    }
}

static const char *pick(const char *const *words, size_t count) {
    return words[below(count)];
}

#define PICK(words) pick(words, sizeof(words) / sizeof *(words))

/* Cells of each column, mostly right; some are read alike and written differently. */
static void add_cell(text *to, unsigned column, unsigned wrong) {
    static const char *const hours[] = {"",  "24", "24h", "24 h", "48",     "-0",
                                        "0", "?",  "any", "1e3",  "\"24\"", "0.5"};
    static const char *const regions[] = {"",
                                          "North",
                                          "north|South",
                                          "South|NORTH",
                                          "|",
                                          "\"North\"",
                                          "a|b|c|d|e",
                                          "-",
                                          "one long name of a region",
                                          "one long name of a region|and another one of those",
                                          "\"East \"\"End\"\"\""};
    static const char *const installs[] = {"", "yes", "no", "x", "0", "\"yes\"", "?"};
    static const char *const moneys[] = {"", "1", "2.5", "1000000", "0", "33"};
    static const char *const stages[] = {"", "early", "LATE", "late"};
    static const char *const notes[] = {
        "",         "note", "\"two\nlines\"", "\"a, b\"", "\"say \"\"x\"\"\"", "\"\n\n\"", "\"1,2,3\n4,5,6\"",
        "5\" pipe", "\"\"", "\"\r\n\""};
    static const char *const faults[] = {"soon", "-1",    "\"x\" y", "1,2", "\"",
                                         "\r",   "1e999", "\n",      "'",   "24 hours"};
    if (below(1000) < wrong)
        add(to, "%s", PICK(faults));
    else if (column == 0)
        add(to, below(20) == 0 ? "\"c%u\"" : "c%u", (unsigned)below(100000));
    else if (column == 1 && below(4) == 0)
        add(to, "%u.%u", (unsigned)below(300), (unsigned)below(100));
    else
        add(to, "%s",
            column == 1   ? PICK(hours)
            : column == 2 ? PICK(regions)
            : column == 3 ? PICK(installs)
            : column == 4 ? PICK(moneys)
            : column == 5 ? PICK(stages)
                          : PICK(notes));
}

/* Bytes that mean something, in different mixtures. */
static void add_noise(text *to, size_t length) {
    static const char *const alphabets[] = {"a,;\"\r\n ", "abcdefgh,\n", "\"\",,\n", "1,\"\n", "a \",\r\n"};
    const char *alphabet = PICK(alphabets);
    for (size_t i = 0; i < length; i++)
        add(to, "%c", alphabet[below(strlen(alphabet))]);
}

static void make_document(text *to) {
    static const unsigned shares[] = {0, 0, 2, 20, 200};
    unsigned wrong = shares[below(5)];
    bool plain = below(3) == 0;
    size_t rows = below(3) == 0 ? below(60) : below(12);
    const char *end = below(4) == 0 ? "\r\n" : "\n";
    to->length = 0;
    add(to, "id,hours,where,install,money,stage,note%s", end);
    for (size_t row = 0; row < rows; row++) {
        for (unsigned column = 0; column < 7; column++) {
            add(to, "%s", column == 0 ? "" : ",");
            if (plain && column > 0)
                add(to, "%s", below(2) == 0 ? "" : "1");
            else
                add_cell(to, column, wrong);
        }
        add(to, "%s", below(200) < wrong ? "" : end);
        if (below(30) == 0)
            add(to, "%s", end);
    }
    if (below(5) == 0)
        add_noise(to, below(200));
    if (below(200) == 0 && to->length > 0)
        to->bytes[below(to->length)] = '\0';
    if (below(10) == 0)
        to->length -= below(to->length / 2 + 1);
}

/* Nothing but bytes that mean something, with any delimiter, or any bytes. */
static void make_wild_document(text *to) {
    static const char *const pieces[] = {"a",    ",",
                                         ";",    "\t",
                                         "|",    "\"",
                                         "\"\"", "\n",
                                         "\r\n", "\r",
                                         " ",    "\xff",
                                         "é",    "1",
                                         "\",",  ",\"",
                                         "\"\n", "b,c\n",
                                         "\n\n", "x\"y",
                                         "\" ",  "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\n"};
    size_t kinds = below(3) == 0 ? sizeof pieces / sizeof *pieces : 2 + below(12);
    size_t first = below(sizeof pieces / sizeof *pieces);
    size_t length = below(20) == 0 ? below(2000) : below(120);
    to->length = 0;
    add(to, "%s", below(20) == 0 ? "\xef\xbb\xbf" : "");
    add(to, "%s", below(2) == 0 ? "a,b\n" : "");
    while (to->length < length)
        add(to, "%s", pieces[(first + 5 * below(kinds)) % (sizeof pieces / sizeof *pieces)]);
    if (below(50) == 0 && to->length > 0)
        to->bytes[below(to->length)] = (char)below(256);
}

/* --- the scanner alone --- */

/* How many fields' worth of comparing was done is told at the end. */
static uint64_t compared_records, compared_fields, compared_readings;

static void expect_fields(fm_text document, char delimiter, size_t record_bytes, uint64_t number) {
    obvious_csv csv =
        obvious_read(document, delimiter, record_bytes == 0 ? RECORD_BYTES_DEFAULT : record_bytes);
    for (unsigned i = 0; i < 5; i++) {
        static const obvious_way ways[] = {OBVIOUS_IN_STREAM, OBVIOUS_IN_STREAM, OBVIOUS_IN_CHUNKS,
                                           OBVIOUS_IN_BLIND_CHUNKS, OBVIOUS_IN_BLIND_CHUNKS};
        fm_csv_options options = {.delimiter = delimiter, .record_bytes = record_bytes};
        options.window_bytes = i == 0 ? document.length + 1 : 1 + below(2 + below(document.length + 70));
        uint64_t seed = below(3) == 0 ? 1 + below(1000) : 0; /* 0: all columns, in order */
        char why[256];
        if (!obvious_agrees(&csv, document, &options, ways[i], seed, why)) {
            (void)fprintf(stderr,
                          "random_chunks: input %" PRIu64 ", window %zu, way %d, columns %" PRIu64
                          ", delimiter %d, record limit %zu: %s\n--- document\n%.*s\n",
                          number, options.window_bytes, (int)ways[i], seed, delimiter, record_bytes, why,
                          (int)document.length, document.bytes);
            exit(1);
        }
        compared_readings++;
    }
    compared_records += csv.record_count;
    for (size_t i = 0; i < csv.record_count; i++)
        compared_fields += csv.records[i].cell_count;
    obvious_free(&csv);
}

/* --- reading --- */

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true, .want_column = "money"},
    {.name = "region", .rule = FM_RULE_COVERS, .need_column = "where"},
    {.name = "install", .rule = FM_RULE_FLAG, .want_column = "install"},
};
static const fm_stage stage_list[] = {{"early", 10, {0, 0}}, {"late", 90, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_ID, "id", {0, 0}}, {FM_ROLE_VALUE, "money", {0, 0}}, {FM_ROLE_STAGE, "stage", {0, 0}}};
static const char offerings[] = "offering_id,hours,region,install\na,24,north|south,yes\nb,12,north,no\n";

typedef struct way {
    size_t record_bytes;
    size_t window_bytes; /* 0: all in one piece */
    bool cuts_blindly;
    unsigned threads;
    bool strict;
} way;

static fm_status write_aside(void *context, const fm_reject *reject, fm_error *error) {
    (void)error;
    add(context, "aside %" PRIu64 ":%" PRIu64 " %.*s [%.*s]\n", reject->line, reject->column,
        (int)reject->reason.length, reject->reason.bytes, (int)reject->record.length, reject->record.bytes);
    return FM_OK;
}

static void write_demands(const fm_base *base, text *to) {
    for (size_t i = 0; i < 6; i++) {
        const fm__demands *d = fm__base_demands(base, i / 2, i % 2);
        fm_demand_count count = fm_base_demand_count(base, i / 2, i % 2);
        add(to, "demand %zu: %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", i, count.rows[0], count.rows[1],
            count.distinct);
        for (uint32_t k = 0; k < d->count; k++) {
            add(to, " %" PRIu64 " x", d->rows[FM__CODE_FIRST + k]);
            if (d->numbers != NULL)
                add(to, " %a", d->numbers[k]);
            for (size_t e = d->set_begins == NULL ? 0 : d->set_begins[k];
                 d->set_begins != NULL && e < d->set_begins[k + 1]; e++)
                add(to, " %s", d->elements.texts[d->set_elements[e]].bytes);
        }
    }
}

static void write_base(const fm_base *base, text *to) {
    add(to, "\n%" PRIu64 " rows, %" PRIu64 " aside\n", fm_base_row_count(base), fm_base_reject_count(base));
    for (uint64_t row = 0; row < fm_base_row_count(base); row++) {
        const fm__segment *segment = base->segments[row / base->segment_rows];
        fm_text id = fm_base_id(base, row);
        add(to, "row %.*s", (int)id.length, id.bytes);
        for (size_t c = 0; c < fm_base_column_count(base); c++) {
            fm_text cell = fm_base_cell(base, c, row);
            add(to, ",%.*s", (int)cell.length, cell.bytes);
        }
        add(to, " %a %u\n", segment->values[row % base->segment_rows],
            (unsigned)segment->stages[row % base->segment_rows]);
    }
    write_demands(base, to);
}

/* What all rows come to, through the public face: the demands that the codes stand for, and what is decided.
 */
static void write_matches(const fm_base *base, const fm_catalog *catalog, text *to) {
    fm_match_options options = {.threads = 1};
    fm_matches *matches = NULL;
    fm_walk *walk = NULL;
    if (fm_match(base, catalog, &options, &matches, NULL) != FM_OK ||
        fm_walk_new(matches, &walk, NULL) != FM_OK)
        die("matching failed", "");
    for (uint64_t row = 0; row < fm_base_row_count(base); row++) {
        fm_match_row found = fm_walk_row(walk, row);
        char demand[256];
        add(to, "match %d %zu %u", (int)found.verdict, (size_t)found.own, (unsigned)found.score);
        for (size_t i = 0; i < 6; i++) {
            (void)fm_walk_demand(walk, row, i / 2, i % 2, demand, sizeof demand);
            add(to, ",%s", demand);
        }
        add(to, "\n");
    }
    fm_walk_free(walk);
    fm_matches_free(matches);
}

static void read_in(const way *how, const fm_model *model, const fm_catalog *catalog, bool matches,
                    fm_text document, text *to) {
    static const char *const keep[] = {"note", "where"};
    fm_csv_options csv = {.delimiter = ',', .record_bytes = how->record_bytes};
    csv.window_bytes = how->window_bytes == 0 ? document.length + 1 : how->window_bytes;
    fm_base_options options = {.keep = keep,
                               .keep_count = 2,
                               .reject = write_aside,
                               .context = to,
                               .strict = how->strict,
                               .threads = how->threads};
    fm_error error = {0};
    fm_table *table = NULL;
    fm_base *base = NULL;
    to->length = 0;
    add(to, "%s", "");
    fm_status status = fm__table_open_csv_memory(document, "t.csv", &csv, &table, &error);
    if (status == FM_OK) {
        if (how->cuts_blindly)
            fm__table_cut_blindly(table);
        status = fm_base_read(model, table, &options, NULL, &base, &error);
    }
    if (status != FM_OK)
        add(to, "status %d %s:%" PRIu64 ":%" PRIu64 " %s\n", (int)status, error.file, error.line,
            error.column, error.message);
    else
        write_base(base, to);
    if (status == FM_OK && matches)
        write_matches(base, catalog, to);
    fm_base_free(base);
    fm_table_free(table);
}

/* --- what the obvious reader says --- */

/* Every record is a row, with its id as it stands, or was set aside, with its line and its bytes. */
static void expect_obvious(fm_text document, size_t record_bytes, const text *found) {
    obvious_csv csv = obvious_read(document, ',', record_bytes == 0 ? RECORD_BYTES_DEFAULT : record_bytes);
    const char *rows = strstr(found->bytes, "\nrow ");
    const char *asides = found->bytes;
    bool is_whole = csv.ending == OBVIOUS_END && strstr(found->bytes, " rows, ") != NULL;
    for (size_t i = 0; is_whole && i < csv.record_count; i++) {
        const obvious_record *record = &csv.records[i];
        text aside = {0};
        text row = {0};
        add(&aside, "aside %" PRIu64 ":", record->line);
        if (record->cell_count == csv.header.cell_count && !record->is_stray)
            add(&row, "\nrow %.*s,", (int)record->cells[0].content.length, record->cells[0].content.bytes);
        if (strncmp(asides, aside.bytes, aside.length) == 0) {
            add(&aside, "%s", "");
            text end = {0};
            add(&end, " [%.*s]\n", (int)record->raw.length, record->raw.bytes);
            const char *at = strstr(asides, end.bytes);
            if (at == NULL)
                die("a row set aside is not what stands there:\n", found->bytes);
            asides = at + end.length;
            free(end.bytes);
        } else {
            if (row.bytes == NULL || rows == NULL || strncmp(rows, row.bytes, row.length) != 0)
                die("a row is not what stands there:\n", found->bytes);
            rows = strstr(rows + row.length, "\nrow ");
        }
        free(aside.bytes);
        free(row.bytes);
    }
    if (is_whole && rows != NULL)
        die("there are more rows than records:\n", found->bytes);
    obvious_free(&csv);
}

static void compare(fm_text document, const text *one, const text *other, const way *how, uint64_t number) {
    if (one->length == other->length && memcmp(one->bytes, other->bytes, one->length) == 0)
        return;
    (void)fprintf(stderr,
                  "random_chunks: input %" PRIu64 ", window %zu, %s cuts, %u threads, record limit %zu\n"
                  "--- document\n%.*s\n--- in one piece\n%s\n--- in chunks\n%s\n",
                  number, how->window_bytes, how->cuts_blindly ? "blind" : "guessed", how->threads,
                  how->record_bytes, (int)document.length, document.bytes, one->bytes, other->bytes);
    exit(1);
}

static void run(uint64_t number, const fm_model *model, const fm_catalog *catalog) {
    static text document, one, other;
    make_document(&document);
    fm_text content = {document.bytes, document.length};
    bool matches = below(16) == 0;
    size_t record_bytes = below(8) == 0 ? 1 + below(60) : 0;
    way whole = {.record_bytes = record_bytes, .threads = 1, .strict = below(10) == 0};
    read_in(&whole, model, catalog, matches, content, &one);
    if (memchr(content.bytes, '\0', content.length) == NULL)
        expect_obvious(content, record_bytes, &one);
    for (unsigned i = 0; i < 2; i++) {
        way how = whole;
        how.window_bytes = 1 + (below(2) == 0 ? below(16) : below(document.length + 1));
        how.cuts_blindly = below(2) == 0;
        how.threads = 1 + (unsigned)(below(4) == 0 ? below(3) : 0);
        read_in(&how, model, catalog, matches, content, &other);
        compare(content, &one, &other, &how, number);
    }
    expect_fields(content, ',', record_bytes, number);
    static const char delimiters[] = {0, 0, ',', ';', '\t', '|'};
    make_wild_document(&other);
    expect_fields((fm_text){other.bytes, other.length}, delimiters[below(sizeof delimiters)],
                  below(8) == 0 ? 1 + below(60) : 0, number);
}

static uint64_t number_of(const char *name, uint64_t otherwise) {
    const char *given = getenv(name);
    return given == NULL || *given == '\0' ? otherwise : strtoull(given, NULL, 10);
}

int main(void) {
    const uint64_t seed = number_of("SEED", 20240607);
    const uint64_t count = number_of("COUNT", 2000);
    const fm_model_spec spec = {.attributes = attributes,
                                .attribute_count = 3,
                                .stages = stage_list,
                                .stage_count = 2,
                                .roles = roles,
                                .role_count = 3};
    fm_model *model = NULL;
    fm_table *table = NULL;
    fm_catalog *catalog = NULL;
    if (fm_model_new(&spec, NULL, &model, NULL) != FM_OK ||
        fm__table_open_csv_memory(fm__text(offerings), "o.csv", NULL, &table, NULL) != FM_OK ||
        fm_catalog_read(model, table, NULL, NULL, &catalog, NULL) != FM_OK)
        die("the model cannot be made", "");
    (void)printf("SEED=%" PRIu64 " COUNT=%" PRIu64 "\n", seed, count);
    for (uint64_t number = 0; number < count; number++) {
        /* Each input from a seed of its own, so that COUNT=1 SEED=... repeats one. */
        random_state = seed + number;
        run(number, model, catalog);
    }
    fm_catalog_free(catalog);
    fm_table_free(table);
    fm_model_free(model);
    (void)printf(
        "%" PRIu64
        " inputs were read alike in chunks and in one piece; the scanner and the obvious reader agree on "
        "%" PRIu64 " documents with %" PRIu64 " records and %" PRIu64 " fields, in %" PRIu64 " readings\n",
        count, 2 * count, compared_records, compared_fields, compared_readings);
    return 0;
}
