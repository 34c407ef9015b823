#include "drawn_table.h"

#include "support.h"
#include "tables/table.h"

#include <stdlib.h>
#include <string.h>

/* Rows that one thread draws at a time: enough to make handing them out cost nothing, few enough that what
 * all threads hold stays in the third-level cache. */
#define CHUNK_ROWS 4096

/* A chunk's whole "text": where its rows are among the table's. */
typedef struct share {
    uint64_t begin;
    uint64_t end;
} share;

/* What the cells of a column are, by code; one of the two. */
typedef struct drawn_column {
    uint32_t code; /* 2 x attribute + want */
    double *numbers;
    fm_text *texts;
} drawn_column;

typedef struct drawn_table {
    fm_table table; /* first, so that a table can be cast to this */
    const workload *workload;
    drawn_rows rows;
    const char **names;
    bool *numeric;
    drawn_column *columns; /* [column]; the first, the id, has nothing */
    uint32_t *selected;
    size_t selected_count;
    uint64_t next;            /* row that nobody was given yet */
    fm__chunk_parser *reader; /* where the table is read as a whole */
} drawn_table;

/* One thread's place in the table, and its batch. */
struct fm__chunk_parser {
    const drawn_table *drawn;
    share share;
    uint64_t at;         /* the next row */
    uint64_t first_line; /* of the share's first row */
    uint16_t *codes;     /* [attribute] needs, then as many wants */
    double **numbers;    /* [selected][FM__BATCH_ROWS_MAX], one of the two */
    fm_text **texts;
    char *ids;
    unsigned char faults[FM__BATCH_ROWS_MAX]; /* none, ever */
    uint64_t lines[FM__BATCH_ROWS_MAX];
    fm_text records[FM__BATCH_ROWS_MAX]; /* all empty */
    uint32_t cell_counts[FM__BATCH_ROWS_MAX];
};

size_t drawn_id(uint64_t row, uint64_t rows, char out_id[DRAWN_ID_BYTES]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length = 1;
    for (uint64_t last = rows - 1; last >= 64; last /= 64)
        length++;
    for (size_t i = length; i-- > 0; row /= 64)
        out_id[i] = digits[row % 64];
    return length;
}

/* --- a thread --- */

static void parser_free(fm__chunk_parser *p) {
    if (p == NULL)
        return;
    for (size_t s = 0; s < p->drawn->selected_count; s++) {
        free(p->numbers[s]);
        free(p->texts[s]);
    }
    free(p->numbers);
    free(p->texts);
    free(p->codes);
    free(p->ids);
    free(p);
}

static fm__chunk_parser *parser_new(const fm_table *table) {
    const drawn_table *drawn = (const drawn_table *)table;
    fm__chunk_parser *p = bench_new(1, sizeof *p);
    p->drawn = drawn;
    p->codes = bench_new(2 * (size_t)drawn->workload->options.attributes, sizeof *p->codes);
    p->numbers = bench_new(drawn->selected_count, sizeof(double *));
    p->texts = bench_new(drawn->selected_count, sizeof(fm_text *));
    p->ids = bench_new(FM__BATCH_ROWS_MAX * DRAWN_ID_BYTES + FM__CELL_SLACK_BYTES, 1);
    for (size_t s = 0; s < drawn->selected_count; s++) {
        if (drawn->numeric[drawn->selected[s]])
            p->numbers[s] = bench_new(FM__BATCH_ROWS_MAX, sizeof **p->numbers);
        else
            p->texts[s] = bench_new(FM__BATCH_ROWS_MAX, sizeof **p->texts);
    }
    for (size_t i = 0; i < FM__BATCH_ROWS_MAX; i++) {
        p->records[i] = (fm_text){"", 0};
        p->cell_counts[i] = (uint32_t)table->column_count;
    }
    return p;
}

static void begin_share(fm__chunk_parser *p, share rows, uint64_t first_line) {
    p->share = rows;
    p->at = rows.begin;
    p->first_line = first_line;
}

/* Draws one row into place `i` of the batch. */
static void draw(fm__chunk_parser *p, size_t i) {
    const drawn_table *drawn = p->drawn;
    const workload *w = drawn->workload;
    uint64_t row = drawn->rows.first + p->at * drawn->rows.step;
    uint16_t *wants = p->codes + w->options.attributes;
    workload_draw_row(w, row, p->codes, wants);
    for (size_t s = 0; s < drawn->selected_count; s++) {
        const drawn_column *column = &drawn->columns[drawn->selected[s]];
        uint16_t code = (column->code % 2 == 0 ? p->codes : wants)[column->code / 2];
        if (column->numbers != NULL) {
            p->numbers[s][i] = column->numbers[code];
        } else if (column->texts != NULL) {
            p->texts[s][i] = column->texts[code];
        } else {
            char *id = p->ids + i * DRAWN_ID_BYTES;
            p->texts[s][i] = (fm_text){id, drawn_id(row, w->options.rows, id)};
        }
    }
}

static fm__chunk_outcome parser_next(fm__chunk_parser *p, fm__batch *out_batch) {
    uint64_t left = p->share.end - p->at;
    size_t count = left < FM__BATCH_ROWS_MAX ? (size_t)left : FM__BATCH_ROWS_MAX;
    for (size_t i = 0; i < count; i++, p->at++) {
        p->lines[i] = p->first_line + (p->at - p->share.begin);
        draw(p, i);
    }
    *out_batch = (fm__batch){
        .row_count = count,
        .texts = (const fm_text *const *)p->texts,
        .numbers = (const double *const *)p->numbers,
        .faults = p->faults,
        .lines = p->lines,
        .records = p->records,
        .cell_counts = p->cell_counts,
    };
    return count == 0 ? FM__CHUNK_DONE : FM__CHUNK_ROWS;
}

/* --- by several threads: what goes round are shares of the rows --- */

static share take_share(drawn_table *drawn, uint64_t most) {
    uint64_t left = drawn->rows.count - drawn->next;
    share rows = {drawn->next, drawn->next + (left < most ? left : most)};
    drawn->next = rows.end;
    return rows;
}

/* Nothing is ever left over of a chunk, so `least` is 0. */
static fm_status fill(fm_table *table, fm__chunk *chunk, size_t least, fm_error *error) {
    drawn_table *drawn = (drawn_table *)table;
    (void)least;
    (void)error;
    share rows = take_share(drawn, CHUNK_ROWS);
    if (chunk->capacity < sizeof rows) {
        free(chunk->memory);
        chunk->memory = bench_new(sizeof rows + FM__CELL_SLACK_BYTES, 1);
        chunk->capacity = sizeof rows;
    }
    memcpy(chunk->memory, &rows, sizeof rows);
    chunk->length = sizeof rows;
    chunk->is_last = drawn->next == drawn->rows.count;
    return FM_OK;
}

static uint64_t first_line(const fm_table *table) {
    (void)table;
    return 1;
}

static void begin(fm__chunk_parser *p, const fm__chunk *chunk) {
    share rows;
    memcpy(&rows, chunk->memory, sizeof rows);
    begin_share(p, rows, 0);
}

static size_t bytes_done(const fm__chunk_parser *p) {
    (void)p;
    return sizeof(share);
}

static uint64_t lines_done(const fm__chunk_parser *p) {
    return p->at - p->share.begin;
}

static fm_position locate_in_chunk(const fm__chunk_parser *p, const fm__batch *batch, size_t row,
                                   size_t selected) {
    (void)p;
    (void)selected;
    return (fm_position){batch->lines[row], 0};
}

static fm_status fail(const fm_table *table, const fm__chunk_parser *p, uint64_t line, fm_error *error) {
    (void)table;
    (void)p;
    (void)line;
    (void)error;
    bench_die("drawing rows cannot fail");
}

static const fm__chunk_methods chunk_methods = {
    .fill = fill,
    .first_line = first_line,
    .parser_new = parser_new,
    .parser_free = parser_free,
    .begin = begin,
    .next = parser_next,
    .bytes_done = bytes_done,
    .lines_done = lines_done,
    .locate = locate_in_chunk,
    .fail = fail,
};

/* --- the table --- */

static fm_status select_columns(fm_table *table, const uint32_t *columns, size_t count, fm_error *error) {
    drawn_table *drawn = (drawn_table *)table;
    (void)error;
    parser_free(drawn->reader);
    drawn->reader = NULL;
    free(drawn->selected);
    drawn->selected = bench_new(count, sizeof *drawn->selected);
    memcpy(drawn->selected, columns, count * sizeof *columns);
    drawn->selected_count = count;
    return FM_OK;
}

static fm_status next(fm_table *table, fm__batch *out_batch, fm_error *error) {
    drawn_table *drawn = (drawn_table *)table;
    (void)error;
    if (drawn->reader == NULL)
        drawn->reader = parser_new(table);
    uint64_t line = drawn->next + 1;
    begin_share(drawn->reader, take_share(drawn, FM__BATCH_ROWS_MAX), line);
    (void)parser_next(drawn->reader, out_batch);
    return FM_OK;
}

static fm_position locate(const fm_table *table, const fm__batch *batch, size_t row, size_t selected) {
    (void)table;
    (void)selected;
    return (fm_position){batch->lines[row], 0};
}

static void free_table(fm_table *table) {
    drawn_table *drawn = (drawn_table *)table;
    parser_free(drawn->reader);
    for (size_t c = 0; c < table->column_count; c++) {
        free(drawn->columns[c].numbers);
        free(drawn->columns[c].texts);
    }
    free(drawn->columns);
    free(drawn->names);
    free(drawn->numeric);
    free(drawn->selected);
    free(drawn);
}

static const fm__table_methods whole_methods = {
    .select = select_columns,
    .next = next,
    .locate = locate,
    .free = free_table,
};

static const fm__table_methods shared_methods = {
    .select = select_columns,
    .next = next,
    .locate = locate,
    .free = free_table,
    .chunks = &chunk_methods,
};

fm_table *drawn_table_new(const workload *w, drawn_rows rows, bool in_chunks) {
    drawn_table *drawn = bench_new(1, sizeof *drawn);
    size_t most = 1 + 2 * (size_t)w->options.attributes;
    size_t count = 0;
    drawn->workload = w;
    drawn->rows = rows;
    drawn->names = bench_new(most, sizeof(char *));
    drawn->numeric = bench_new(most, sizeof *drawn->numeric);
    drawn->columns = bench_new(most, sizeof *drawn->columns);
    drawn->names[count++] = "customer_id";
    for (uint32_t c = 0; c < 2 * w->options.attributes; c++) {
        const workload_attribute *a = &w->attributes[c / 2];
        if (!workload_has_column(w, c))
            continue;
        drawn->names[count] = c % 2 == 0 ? a->name : a->want_name;
        drawn->numeric[count] = workload_has_numbers(a);
        drawn->columns[count].code = c;
        if (drawn->numeric[count])
            drawn->columns[count++].numbers = workload_numbers(a);
        else
            drawn->columns[count++].texts = workload_texts(a);
    }
    drawn->table = (fm_table){
        .methods = in_chunks ? &shared_methods : &whole_methods,
        .column_count = count,
        .names = drawn->names,
        .numeric = drawn->numeric,
    };
    return &drawn->table;
}
