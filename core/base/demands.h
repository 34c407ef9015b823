/* Demands: the distinct needs or wants of one attribute, as codes.
 *
 * Code 0 is "no demand", code 1 "unasked", codes from FM__CODE_FIRST on are demands. Finished dictionaries of
 * numeric rules and flags are sorted from the loosest demand to the tightest, so that what an offered value
 * does not meet is always an interval of codes up to the end: "code >= threshold". */
#ifndef FITMATCH_BASE_DEMANDS_H
#define FITMATCH_BASE_DEMANDS_H

#include "support/names.h"

#include <fitmatch/base.h>

#define FM__CODE_NONE 0
#define FM__CODE_UNASKED 1
#define FM__CODE_FIRST 2

/** A dictionary of demands. While reading, codes are in the order of appearance. */
typedef struct fm__demands {
    const fm_attribute *attribute;
    bool want;
    bool column_found;
    uint32_t count; /**< demands: codes FM__CODE_FIRST .. FM__CODE_FIRST + count - 1 */
    uint64_t *rows; /**< [FM__CODE_FIRST + count] rows with each code */
    size_t row_capacity;
    double *numbers; /**< numeric rules: [count] */
    size_t number_capacity;
    fm__names elements; /**< set rules: the folded values that occur; once finished, sorted by their bytes */
    size_t *set_begins; /**< set rules: [count + 1] */
    size_t begin_capacity;
    uint32_t *set_elements; /**< set rules: elements of each demand, ascending, each once */
    size_t element_capacity;
    uint32_t first_slice; /**< where a block keeps the slices of this column's codes */
    uint32_t slice_count;
    /* Only while reading. */
    fm__index values;    /**< from a number's bits or a set's elements to its demand */
    fm__names raw_cells; /**< set rules: cells as they came, to skip parsing the same text again */
    uint32_t *raw_codes; /**< numbered like raw_cells */
    size_t raw_capacity;
    uint32_t *scratch; /**< elements of the set being read */
    size_t scratch_capacity;
    char *folding;
    size_t folding_capacity;
} fm__demands;

void fm__demands_init(fm__demands *demands, const fm_attribute *attribute, bool want);

/** Makes room for the codes that need no demand; before the first cell. False when memory ran out. */
bool fm__demands_prepare(fm__demands *demands);

/** The demand column whose slices are the `place`-th of a block: needs come before wants, so that who looks
 * at needs alone reads one run of memory. `count`: demand columns, needs and wants by turns. */
static inline size_t fm__demand_stored_at(size_t place, size_t count) {
    size_t needs = count / 2;
    return place < needs ? 2 * place : 2 * (place - needs) + 1;
}

/** No code, or none yet. */
#define FM__CODE_UNKNOWN UINT32_MAX

/** What a cell says: a code, or a demand that the dictionary does not hold yet. */
typedef struct fm__reading {
    uint32_t code;
    double number; /**< numeric rules and flags */
    fm_text set;   /**< set rules: the trimmed cell, borrowed */
} fm__reading;

/** The code of a blank cell. */
uint32_t fm__demands_blank_code(const fm__demands *demands);

/**
 * Reads a customer's cell without looking into the dictionary: a demand's code is FM__CODE_UNKNOWN.
 *
 * @param decimal of the tables.
 * @param reason  gets what is wrong (FM__REASON_BYTES of model/cell.h) when the answer is false.
 */
bool fm__demands_read(const fm__demands *demands, fm_text cell, char decimal, fm__reading *out_reading,
                      char *reason);

/** The same for a cell of a numeric column in memory; NaN is blank. */
bool fm__demands_read_number(const fm__demands *demands, double number, fm__reading *out_reading,
                             char *reason);

/** The code of what was read, FM__CODE_UNKNOWN if the dictionary does not hold it. Nothing is changed, so
 * that threads may look at the same time. */
uint32_t fm__demands_find(const fm__demands *demands, const fm__reading *reading);

/** Asks memory for what fm__demands_find is going to look at. */
void fm__demands_prefetch(const fm__demands *demands, const fm__reading *reading);

/** The code of what was read, added to the dictionary if need be; FM__CODE_UNKNOWN when memory ran out. */
uint32_t fm__demands_add(fm__demands *demands, const fm__reading *reading);

/** What demands of numbers and flags are sorted by, the loosest having the most; 0 for sets. */
double fm__demands_looseness(const fm__demands *demands, double number);

/**
 * Ends reading: forgets demands that no row has, sorts the others, frees what only reading needed.
 *
 * @param out_codes receives the new code of every code given out so far, and 0 up to code 255; caller
 * frees.
 * @return false when memory ran out.
 */
bool fm__demands_finish(fm__demands *demands, uint32_t **out_codes);

void fm__demands_destroy(fm__demands *demands);

#endif
