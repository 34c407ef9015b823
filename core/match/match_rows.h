/* The rows of the match table as text (SPEC 4): ready pieces put side by side.
 *
 * Pieces are copied FM__PIECE_BYTES at a time, whatever their length: behind every piece so many bytes can be
 * read, and behind every row so many be written. */
#ifndef FITMATCH_MATCH_MATCH_ROWS_H
#define FITMATCH_MATCH_MATCH_ROWS_H

#include "match/holes.h"
#include "match/kernel.h"

#define FM__PIECE_BYTES 32

/** Highest score, and how many there are. */
#define FM__SCORES 101

/** The pieces that do not depend on customers; immutable once made, shared by all threads. */
typedef struct fm__pieces {
    const fm_catalog *catalog;
    const fm_model_spec *model;
    fm__arena arena;
    fm_text *leads;          /**< [verdict][offering] ",refer,o1," */
    fm_text *scores;         /**< [FM__SCORES] "87," */
    fm_text *fitting_scores; /**< [FM__SCORES] "87,,,,,,": all up to the question */
    fm_text *referrals;      /**< [offering] "o7,Partner,"; nobody behind the last */
    fm_text *promises;       /**< [offering] "o3,"; none behind the last */
    fm_text *names;          /**< [attribute] ";name", quotes doubled */
    fm_text *questions;      /**< [attribute] the name as a cell */
    bool *is_quoted;         /**< [attribute] the name has to stand in quotes */
    size_t row_bytes;        /**< enough for a row without its cells and its gap */
} fm__pieces;

/** False when memory ran out; destroy in any case. */
bool fm__pieces_init(fm__pieces *pieces, const fm_catalog *catalog);
void fm__pieces_destroy(fm__pieces *pieces);

/** A carried column of the block under way. */
typedef struct fm__column_view {
    const char *bytes;
    const uint32_t *ends; /**< [row of the block] */
    uint32_t begin;       /**< of the first row's cell */
    uint32_t wide_end;    /**< cells that begin before it can be read FM__PIECE_BYTES at a time */
    bool is_plain;        /**< nothing in the block has to be quoted */
} fm__column_view;

/** What one thread writes with. */
typedef struct fm__row_writer {
    const fm__pieces *pieces;
    char *buffer;
    size_t length;
    size_t capacity;
    size_t slack;  /**< bytes that a row may take beside its gap, and those behind it */
    char *scratch; /**< for phrases */
    size_t scratch_capacity;
    fm__arena lasting;    /**< what depends on offerings */
    fm__arena passing;    /**< what depends on the base */
    size_t passing_bytes; /**< kept in it */
    fm_text **needs;      /**< [attribute] -> [demand] "; price needs <= 90 EUR", quotes doubled */
    fm_text **shortfalls; /**< [attribute] -> [offering] ", offers 100 EUR" */
    uint32_t *codes;      /**< [attribute][FM__BLOCK_ROWS], where `has_codes` */
    bool *has_codes;      /**< [attribute] */
    uint16_t *missed;     /**< [FM__BLOCK_ROWS][attribute] needs that `own` does not meet, in model order */
    uint16_t missed_counts[FM__BLOCK_ROWS];
    const fm__risks *risks; /**< NULL: the base holds all customers, and its plan knows what to ask */
    char *holes;            /**< [hole_count] in the buffer, each with its set of attributes */
    size_t hole_count;
    size_t hole_capacity;     /**< bytes */
    uint64_t *unasked;        /**< a set of attributes */
    fm__column_view *columns; /**< [carried column], the id first */
    size_t column_capacity;
    fm_match_row rows[FM__BLOCK_ROWS];
} fm__row_writer;

/** False when memory ran out; destroy in any case. */
bool fm__row_writer_init(fm__row_writer *writer, const fm__pieces *pieces);
void fm__row_writer_destroy(fm__row_writer *writer);

/** Forgets what was kept of one base, before another. `risks`: NULL, or what guesses are made from. */
void fm__row_writer_begin(fm__row_writer *writer, const fm__risks *risks);

/** Adds the header to the buffer. False when memory ran out. */
bool fm__row_writer_header(fm__row_writer *writer, const fm_base *base);

/**
 * Adds the rows of a block, matched and in the order of the table, that have one of the verdicts.
 *
 * @param verdicts bit mask.
 * @return false when memory ran out.
 */
bool fm__row_writer_block(fm__row_writer *writer, const fm__plan *plan, const fm__kernel *kernel,
                          fm__block *block, unsigned verdicts);

#endif
