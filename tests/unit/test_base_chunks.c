/* Reading customers in chunks: whatever the size of the chunks, where they are cut, and how many threads read
 * them, the base, the rows set aside and the errors are the same. */
#include "base/base.h"
#include "support/text.h"
#include "tables/csv.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS, .need_column = "where"},
    {.name = "install", .rule = FM_RULE_FLAG},
};
static const fm_stage stages[] = {{"Lead", 10, {0, 0}}, {"Won", 90, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_ID, "id", {0, 0}},       {FM_ROLE_OWNER, "who", {0, 0}},     {FM_ROLE_VALUE, "money", {0, 0}},
    {FM_ROLE_STAGE, "stage", {0, 0}}, {FM_ROLE_DRIVER, "driver", {0, 0}}, {FM_ROLE_SINCE, "since", {0, 0}},
};
static const fm_model_spec spec = {.attributes = attributes,
                                   .attribute_count = 3,
                                   .stages = stages,
                                   .stage_count = 2,
                                   .roles = roles,
                                   .role_count = 6};

static const char customers[] =
    "id,hours,where,install,who,money,stage,driver,since\n"
    "a,1,x,yes,Ann,5,won,toward,2024-01-31\n"
    "b,soon,x,yes,Ann,5,won,,\r\n"
    "\"c,\n\nc\",0,\"x|\"\"y\"\"\",perhaps,Ann,5,won,,\n"
    " ,1,x,yes,Ann,5,won,,\n"
    "e,-0,x,yes,\"A\n\"\"n\"\"\nn\",5,won,,\n"
    "\n"
    "f,1,x,yes,Ann,5,wan,,\n"
    "g,1\n"
    "h,0,x,\"y\nes\",Ann,much,won,,\n"
    "i,24 h,Z|y,no,\"Ann\nid,hours,where,install,who,money,stage,driver,since\n\n\",5,won,away,\n"
    "k,1,\"x\" y,yes,Ann,5,won,,\n"
    "l,24h,y | z,?,\"1,2,3,4,5,6,7,8,9\n1,2,3,4,5,6,7,8,9\n\",5,lead,,\n"
    "m,1e999,x,no,Ann,1e9,won,,\n"
    "n,2,,no,Bob,7,lead,Away,2023-12-31";

typedef struct log {
    size_t used;
    char text[8000];
} log;

__attribute__((format(printf, 2, 3))) static void note(log *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    to->used += (size_t)vsnprintf(to->text + to->used, sizeof to->text - to->used, format, arguments);
    va_end(arguments);
    cr_assert_lt(to->used, sizeof to->text);
}

static fm_status note_reject(void *context, const fm_reject *reject, fm_error *error) {
    (void)error;
    note(context, "%u:%u %.*s [%.*s]\n", (unsigned)reject->line, (unsigned)reject->column,
         (int)reject->reason.length, reject->reason.bytes, (int)reject->record.length, reject->record.bytes);
    return FM_OK;
}

typedef struct way {
    size_t window_bytes;
    bool cuts_blindly;
    bool strict;
    unsigned threads;
} way;

static void note_base(log *to, const fm_base *base) {
    for (uint64_t row = 0; row < fm_base_row_count(base); row++) {
        fm_text id = fm_base_id(base, row);
        note(to, "%.*s", (int)id.length, id.bytes);
        for (size_t c = 0; c < fm_base_column_count(base); c++) {
            fm_text cell = fm_base_cell(base, c, row);
            note(to, "|%.*s", (int)cell.length, cell.bytes);
        }
        note(to, "|%g %u\n", base->segments[0]->values[row], base->segments[0]->stages[row]);
    }
    for (size_t i = 0; i < 6; i++) {
        const fm__demands *d = fm__base_demands(base, i / 2, i % 2);
        note(to, "%zu: %u %u", i, (unsigned)d->rows[FM__CODE_NONE], (unsigned)d->rows[FM__CODE_UNASKED]);
        for (uint32_t k = 0; k < d->count; k++)
            note(to, " %ux%g", (unsigned)d->rows[FM__CODE_FIRST + k], d->numbers == NULL ? 0 : d->numbers[k]);
        note(to, "\n");
    }
}

/* A row with what it demands, whatever the codes of its base are. */
static void note_row(log *to, const fm_base *base, uint64_t row) {
    const fm__segment *segment = base->segments[row / base->segment_rows];
    fm_text id = fm_base_id(base, row);
    note(to, "%.*s", (int)id.length, id.bytes);
    for (size_t c = 0; c < fm_base_column_count(base); c++) {
        fm_text cell = fm_base_cell(base, c, row);
        note(to, "|%.*s", (int)cell.length, cell.bytes);
    }
    note(to, "|%g %u:", segment->values[row], segment->stages[row]);
    for (size_t i = 0; i < 6; i++) {
        const fm__demands *d = fm__base_demands(base, i / 2, i % 2);
        const uint64_t *slices = fm__base_block(base, (size_t)(row / FM__BLOCK_ROWS));
        uint32_t code = fm__slices_code(slices + (size_t)d->first_slice * FM__BLOCK_WORDS, d->slice_count,
                                        (size_t)(row % FM__BLOCK_ROWS));
        note(to, code < FM__CODE_FIRST ? " %u" : " =", (unsigned)code);
        if (code >= FM__CODE_FIRST && d->numbers != NULL)
            note(to, "%g", d->numbers[code - FM__CODE_FIRST]);
        for (size_t e = 0;
             code >= FM__CODE_FIRST && d->set_begins != NULL &&
             e < d->set_begins[code - FM__CODE_FIRST + 1] - d->set_begins[code - FM__CODE_FIRST];
             e++) {
            fm_text text = d->elements.texts[d->set_elements[d->set_begins[code - FM__CODE_FIRST] + e]];
            note(to, "/%.*s", (int)text.length, text.bytes);
        }
    }
    note(to, "\n");
}

static unsigned read_parts_to(log *to, const fm_model *model, const char *document, way how,
                              size_t memory_bytes) {
    fm_csv_options csv = {.window_bytes = how.window_bytes};
    fm_base_options options = {
        .reject = note_reject, .context = to, .strict = how.strict, .threads = how.threads};
    fm_error error = {0};
    fm_table *table = NULL;
    fm_customers *reading = NULL;
    fm_base *base = NULL;
    unsigned parts = 0;
    uint64_t rejects = 0;
    static log rows;
    to->used = rows.used = 0;
    cr_assert_eq(fm__table_open_csv_memory(fm__text(document), "c.csv", &csv, &table, NULL), FM_OK);
    if (how.cuts_blindly)
        fm__table_cut_blindly(table);
    cr_assert_eq(fm_customers_open(model, table, &options, NULL, &reading, NULL), FM_OK);
    fm_status status;
    while ((status = fm_customers_next(reading, memory_bytes, &base, &error)) == FM_OK && base != NULL) {
        for (uint64_t row = 0; row < fm_base_row_count(base); row++)
            note_row(&rows, base, row);
        rejects += fm_base_reject_count(base);
        cr_assert(memory_bytes > 0 || !base->is_part);
        parts++;
        fm_base_free(base);
        base = NULL;
    }
    if (status != FM_OK)
        note(to, "%d %s:%u:%u %s", (int)status, error.file, (unsigned)error.line, (unsigned)error.column,
             error.message);
    else
        note(to, "%u set aside\n%s", (unsigned)rejects, rows.text);
    fm_customers_close(reading);
    fm_table_free(table);
    return parts;
}

static void read_to(log *to, const fm_model *model, const char *document, way how) {
    fm_csv_options csv = {.window_bytes = how.window_bytes};
    fm_base_options options = {
        .reject = note_reject, .context = to, .strict = how.strict, .threads = how.threads};
    fm_error error = {0};
    fm_table *table = NULL;
    fm_base *base = NULL;
    to->used = 0;
    cr_assert_eq(fm__table_open_csv_memory(fm__text(document), "c.csv", &csv, &table, NULL), FM_OK);
    if (how.cuts_blindly)
        fm__table_cut_blindly(table);
    fm_status status = fm_base_read(model, table, &options, NULL, &base, &error);
    if (status == FM_OK)
        note_base(to, base);
    else
        note(to, "%d %s:%u:%u %s", (int)status, error.file, (unsigned)error.line, (unsigned)error.column,
             error.message);
    fm_base_free(base);
    fm_table_free(table);
}

/* Every chunk size, cut where a record seems to end and cut anywhere, by one thread and by more. */
static void check_all_ways(const fm_model *model, const char *document, bool strict) {
    static log expected, found;
    size_t length = strlen(document);
    read_to(&expected, model, document, (way){.window_bytes = length + 1, .strict = strict, .threads = 1});
    for (size_t window = 1; window <= length + 1; window++) {
        for (unsigned k = 0; k < 4; k++) {
            way how = {window, k % 2 == 1, strict, k < 2 ? 1 : 3};
            read_to(&found, model, document, how);
            cr_assert_str_eq(found.text, expected.text, "chunks of %zu, %s cuts, %u threads", window,
                             how.cuts_blindly ? "blind" : "guessed", how.threads);
        }
    }
}

Test(base_chunks, any_seam, .timeout = 120) {
    fm_model *model = NULL;
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    check_all_ways(model, customers, false);
    check_all_ways(model, customers, true);
    fm_model_free(model);
}

/* Tables that cannot be read to their end: what comes before the failure is the same, and so is its message.
 */
Test(base_chunks, failures, .timeout = 240) {
    static const char *const endings[] = {"o,1,\"never closed,\n\n2,3\n4", "o,1,x,\"\n", "\"", "\n\n\n"};
    fm_model *model = NULL;
    char document[2000];
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        (void)snprintf(document, sizeof document, "%.500s\n%s", customers, endings[i]);
        check_all_ways(model, document, false);
    }
    fm_model_free(model);
}

/* The same rows, whatever the size of the parts in which they are read. */
static void check_parts(const fm_model *model, const char *document, bool strict, unsigned least_parts) {
    static log expected, found;
    unsigned most = 0;
    (void)read_parts_to(&expected, model, document, (way){0, false, strict, 1}, 0);
    for (size_t window = 1; window < 400; window += window < 70 ? 7 : 50) {
        for (size_t memory = 1; memory < 1000; memory = memory * 2 + 30) {
            way how = {window, window % 2 == 1, strict, memory == 32 ? 3 : 1};
            unsigned parts = read_parts_to(&found, model, document, how, memory);
            most = parts > most ? parts : most;
            cr_assert_str_eq(found.text, expected.text, "chunks of %zu, parts of %zu bytes", window, memory);
        }
    }
    cr_assert_geq(most, least_parts);
}

Test(base_chunks, parts, .timeout = 120) {
    static const char *const endings[] = {"", "\n", "\no,1,\"never closed,\n\n2,3\n4", "\n,,\n\n\n\n"};
    fm_model *model = NULL;
    char document[2000];
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        (void)snprintf(document, sizeof document, "%.1500s%s", customers, endings[i]);
        check_parts(model, document, false, 4);
        check_parts(model, document, true, 1);
    }
    check_parts(model, "id,hours\n", false, 0);
    check_parts(model, "id,hours\n,1\n,2\n,3\n", false, 1);
    fm_model_free(model);
}

/* Not left to the comparison alone: the order and the lines of what is set aside. */
Test(base_chunks, spelled_out) {
    static log found;
    fm_model *model = NULL;
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    for (unsigned blind = 0; blind < 2; blind++) {
        read_to(&found, model, customers, (way){40, blind, false, 2});
        cr_assert_not_null(strstr(found.text,
                                  "3:3 hours: \"soon\" is not a number [b,soon,x,yes,Ann,5,won,,]\n"
                                  "4:16 install: \"perhaps\" is neither yes nor no [\"c,\n\nc\""));
        cr_assert_not_null(strstr(found.text, "\n12:17 stage: unknown stage \"wan\"; did you mean `Won`? "));
        cr_assert_not_null(strstr(found.text, "\n13:0 2 cells, but the header has 9 columns [g,1]\n"));
        cr_assert_not_null(strstr(found.text, "\n0: 0 0 2x24 1x2 1x1 1x-0\n"), "%s", found.text);
    }
    fm_model_free(model);
}

/* More rows than a segment and than a round of chunks holds, most of them alike, a column all different. */
Test(base_chunks, long_tables, .timeout = 120) {
    /* New demands from the middle of a segment on: its codes get wider twice on the way. */
    enum { ROWS = 200000, NEW = 90000 };
    char *document = malloc((size_t)ROWS * 64);
    cr_assert_not_null(document);
    size_t used = (size_t)sprintf(document, "id,hours,where,install,money\n");
    for (unsigned row = 0; row < ROWS; row++)
        used += (size_t)sprintf(document + used, "c%u,%u,%s,%s,%u.5\n", row, row < NEW ? row % 50 : row,
                                row % 3 == 0 ? "North|the far South of it" : "south",
                                row % 7 == 0 ? "yes" : "", row);
    fm_model *model = NULL;
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    for (unsigned threads = 1; threads <= 3; threads++) {
        fm_csv_options csv = {.window_bytes = threads == 3 ? 5000 : 0};
        fm_base_options options = {.threads = threads};
        fm_table *table = NULL;
        fm_base *base = NULL;
        cr_assert_eq(fm__table_open_csv_memory((fm_text){document, used}, "c.csv", &csv, &table, NULL),
                     FM_OK);
        cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, NULL), FM_OK);
        cr_assert_eq(fm_base_row_count(base), ROWS);
        for (unsigned row = 0; row < ROWS; row += 1 + row % 13) {
            char id[16];
            (void)sprintf(id, "c%u", row);
            cr_assert(fm__text_equal(fm_base_id(base, row), fm__text(id)), "row %u", row);
            cr_assert_eq(base->segments[row / base->segment_rows]->values[row % base->segment_rows],
                         row + 0.5);
        }
        fm_demand_count hours = fm_base_demand_count(base, 0, false);
        cr_assert(hours.distinct == 50 + ROWS - NEW && hours.rows[FM_DEMAND_STATED] == ROWS);
        cr_assert_eq(fm_base_demand_count(base, 2, false).rows[FM_DEMAND_STATED], (ROWS + 6) / 7);
        const fm__demands *where = fm__base_demands(base, 1, false);
        cr_assert(where->count == 2 && where->rows[2] == (ROWS + 2) / 3 &&
                  where->rows[3] == ROWS - (ROWS + 2) / 3);
        fm_base_free(base);
        fm_table_free(table);
    }
    fm_model_free(model);
    free(document);
}

/* Stopping while chunks are read, at any of them. */
static bool stop_at(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    (void)total;
    (void)done;
    unsigned *left = context;
    return phase != FM_PHASE_READ || (*left)-- > 0;
}

Test(base_chunks, cancelled) {
    fm_model *model = NULL;
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    for (unsigned steps = 5; steps < 9; steps++) {
        unsigned left = steps;
        fm_progress progress = {stop_at, &left};
        fm_csv_options csv = {.window_bytes = 16, .progress = &progress};
        fm_base_options options = {.threads = 2};
        fm_table *table = NULL;
        fm_base *base = NULL;
        fm_error error = {0};
        cr_assert_eq(fm__table_open_csv_memory(fm__text(customers), "c.csv", &csv, &table, NULL), FM_OK);
        cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, &error), FM_ERROR_CANCELLED);
        cr_assert_str_eq(error.message, "reading was cancelled");
        cr_assert_null(base);
        fm_table_free(table);
    }
    fm_model_free(model);
}

/* So many rounds whose ends are all guessed right that whatever grows with each of them would overflow. */
Test(base_chunks, many_rounds) {
    enum { MANY = 20000 };
    fm_model *model = NULL;
    fm_table *table = NULL;
    fm_base *base = NULL;
    const fm_csv_options csv = {.window_bytes = 64};
    const fm_base_options options = {.threads = 2};
    char *document = malloc(32 + 24 * (size_t)MANY);
    cr_assert_not_null(document);
    size_t used = (size_t)sprintf(document, "id,hours\n");
    for (unsigned row = 0; row < MANY; row++)
        used += (size_t)sprintf(document + used, "c%u,%u\n", row, row % 40);
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_OK);
    cr_assert_eq(fm__table_open_csv_memory((fm_text){document, used}, "c.csv", &csv, &table, NULL), FM_OK);
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, NULL), FM_OK);
    cr_assert_eq(fm_base_row_count(base), MANY);
    fm_base_free(base);
    fm_table_free(table);
    fm_model_free(model);
    free(document);
}
