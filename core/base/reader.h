/* Inside of the reader of customers: rows are read in pieces, by any number of threads, and taken over in
 * order.
 *
 * While threads read, the dictionaries stand still: cells whose demands they do not hold are newcomers, kept
 * with the piece. Settling a piece gives its newcomers their codes, row by row, so that dictionaries, faults
 * and messages do not depend on how the table was cut into pieces or who read them. */
#ifndef FITMATCH_BASE_READER_H
#define FITMATCH_BASE_READER_H

#include "base/base.h"
#include "base/business.h"
#include "base/crew.h"
#include "base/places.h"
#include "base/spellings.h"
#include "support/error.h"
#include "tables/table.h"

/** Most pieces of a round, which are read at the same time. */
#define FM__ROUND_PIECES 32
/** Of these for a thread: enough that nobody waits long for the last one, few enough that what is between
 * reading and taking over stays in the caches (with two threads 16 took 5 to 9 % less time than 32 or 64). */
#define FM__THREAD_PIECES 8

/** Batches in a piece of a table that is not cut into chunks. */
#define FM__PIECE_BATCHES 8

/** A column of the table that the base reads: carried, a demand, or both (then it is selected twice). */
typedef struct fm__source {
    uint32_t column; /**< in the table */
    bool is_demand;
    size_t target; /**< demand or carried column of the base; SIZE_MAX: only checked */
    fm_role role;  /**< of a carried column; FM_ROLE_COUNT if only kept */
} fm__source;

#define FM__NO_ROW UINT32_MAX

/** A cell that its dictionary or its column's spellings do not know yet. */
typedef struct fm__newcomer {
    fm__spelling key;
    bool has_key;
    bool is_set;
    uint32_t row;  /**< of the piece; FM__NO_ROW when it was set aside for another cell */
    uint32_t code; /**< FM__CODE_UNKNOWN: to be added */
    double number;
    size_t set; /**< where the piece's texts keep it */
    size_t set_length;
} fm__newcomer;

typedef struct fm__newcomers {
    fm__newcomer *list;
    size_t count;
    size_t capacity;
    size_t cells;  /**< looked for in this piece */
    size_t misses; /**< of these, not among the spellings */
} fm__newcomers;

/** A row set aside. */
typedef struct fm__aside {
    uint64_t line;  /**< where the row starts, counted from the piece's first */
    fm_position at; /**< of the cell, its line counted likewise; column 0: the row as a whole */
    size_t reason;  /**< where the piece's texts keep it */
    size_t reason_length;
    fm_text record; /**< in the chunk */
} fm__aside;

/** Some rows of the table on their way into the base. */
typedef struct fm__piece {
    fm__chunk chunk;  /**< all zeroes for a table that is not cut */
    size_t row_count; /**< rows to be taken over */
    size_t row_capacity;
    uint32_t **codes;         /**< [demand][row_count]; NULL where the table lacks the column */
    fm__newcomers *newcomers; /**< [demand] */
    double *values;           /**< NULL without a value column */
    unsigned char *stages;    /**< NULL without stages */
    fm__cells *cells;         /**< [carried] */
    fm__aside *asides;
    size_t aside_count;
    size_t aside_capacity;
    char *texts; /**< of newcomers and reasons */
    size_t text_length;
    size_t text_capacity;
    size_t bytes_done; /**< of the chunk's whole records */
    uint64_t lines;
    bool is_last;
    bool has_failed;  /**< the record behind these rows ends the reading of the table */
    fm_status status; /**< FM_OK, or why reading stopped somewhere */
    fm_error error;
    uint64_t first_row; /**< in the base, once settled */
    double scan_seconds;
    double encode_seconds;
} fm__piece;

/** What a thread needs to read pieces. */
typedef struct fm__worker {
    fm__chunk_parser *parser;
    fm__spellings *checked; /**< [source]: cells of business columns that are right; the value is the stage */
    uint32_t row_faults[FM__BATCH_ROWS_MAX]; /**< source whose cell is wrong, or FM__NO_FAULT */
    uint32_t rows[FM__BATCH_ROWS_MAX];       /**< scratch: rows not found, then rows accepted */
    bool has_faults;
} fm__worker;

#define FM__NO_FAULT UINT32_MAX

typedef struct fm__reader {
    fm_base *base; /**< under way; between two of them, what all begin as */
    const fm_model_spec *model;
    fm_table *table;
    const fm_base_options *options;
    fm__fault_log *faults; /**< only while columns are chosen */
    fm_error *error;
    fm__source *sources;
    size_t source_count;
    size_t source_capacity;
    fm__spellings *spellings; /**< [demand]; the values are codes */
    uint64_t line;            /**< the next piece's first */
    bool is_padded;           /**< cells have FM__CELL_SLACK_BYTES behind them, and no NUL in them */
    size_t piece_batches;     /**< batches in a piece of a table that is not cut into chunks */
    fm__places *places;       /**< NULL: rows are not folded */
    unsigned thread_count;
    fm__worker *workers; /**< [thread_count] */
    fm__crew crew;
} fm__reader;

double fm__reader_clock(void);

/* --- cells of a batch --- */

/* A cell of a text column; `row` is not faulty. */
static inline fm_text fm__text_cell(const fm__batch *batch, size_t s, size_t row) {
    const fm__spans *plain = batch->plain;
    if (plain == NULL)
        return batch->texts[s][row];
    const uint32_t *start = plain->starts + plain->places[row] + plain->columns[s];
    const char *bytes = plain->text + start[0];
    if (plain->columns[s] == plain->last_column)
        return (fm_text){bytes, (size_t)(batch->records[row].bytes + batch->records[row].length - bytes)};
    return (fm_text){bytes, (size_t)(start[1] - 1 - start[0])};
}

static inline bool fm__is_numeric(const fm__batch *batch, size_t s) {
    return batch->plain == NULL && batch->numbers[s] != NULL;
}

/* --- reader_cells.c: what a batch's columns say --- */

/** A carried cell as text; numbers of a column in memory are written as the match table shows them, into
 * `buffer` (FM__NUMBER_BYTES). */
fm_text fm__carried_cell(const fm__batch *batch, size_t s, size_t row, char *buffer);

/** Reads one cell of a demand's column; `reason` (FM__REASON_BYTES) gets what is wrong when the answer is
 * false. */
bool fm__read_demand(const fm__reader *r, const fm__batch *batch, size_t s, size_t row,
                     fm__reading *out_reading, char *reason);

/** The same for a business column. */
bool fm__read_business(const fm__reader *r, const fm__batch *batch, size_t s, size_t row,
                       fm__business *out_business, char *reason);

/** Reads one column of a batch into the piece, behind its rows; notes faults with the worker. False when
 * memory ran out. */
bool fm__read_column(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch, size_t s);

/* --- reader_piece.c: what threads do --- */

/** Keeps a text with the piece; false when memory ran out. */
bool fm__piece_add_text(fm__piece *piece, fm_text text, size_t *out_at);

bool fm__piece_init(fm__piece *piece, const fm__reader *reader);
void fm__piece_destroy(fm__piece *piece, const fm__reader *reader);

bool fm__worker_init(fm__worker *worker, const fm__reader *reader);
void fm__worker_destroy(fm__worker *worker, const fm__reader *reader);

/** Reads the piece's chunk, or, where the table is not cut, its next batches. */
void fm__piece_read(const fm__reader *reader, fm__worker *worker, fm__piece *piece);

/* --- reader_renew.c: from one base to the next --- */

/** Fills the dictionaries of a new base with what the spellings of the base before say, for codes mean other
 * demands in every base; spellings that were of no use, or are too many for the rows of that base, are
 * forgotten. *out_knows_all: none of them was. False when memory ran out. */
bool fm__reader_renew(fm__reader *reader, uint64_t rows_before, bool *out_knows_all);

/* --- reader_settle.c: what is done in order, by the calling thread --- */

/** Gives newcomers their codes, hands rows set aside to the caller, counts the rows. */
fm_status fm__piece_settle(fm__reader *reader, fm__piece *piece);

/** Copies the rows of settled pieces, which follow each other, into segments; by all threads. */
fm_status fm__pieces_take_over(fm__reader *reader, fm__piece *pieces, size_t count);

/** Counts the rows of every code; by all threads. */
void fm__reader_count_rows(fm__reader *reader);

#endif
