/* Inside of a base, for the rooms above. */
#ifndef FITMATCH_BASE_BASE_H
#define FITMATCH_BASE_BASE_H

#include "base/demands.h"
#include "base/slices.h"

#include <fitmatch/base_file.h>
#include <stdatomic.h>

/** Most rows of a segment; a power of two and whole blocks. */
#define FM__SEGMENT_ROWS_MAX 32768

/** The cells of one carried column in one segment, end to end. */
typedef struct fm__cells {
    char *bytes;
    size_t length;
    size_t capacity;
    uint32_t *ends; /**< [row]: where the row's cell ends; it begins where the one before ends */
} fm__cells;

/** A run of rows with what is carried for them. */
typedef struct fm__segment {
    size_t row_count;
    fm__cells *cells;      /**< [carried column]; 0 is the id */
    double *values;        /**< money, 0 where blank; NULL without a value column */
    unsigned char *stages; /**< 1 + place in the model's stages, 0 where blank; NULL without stages */
    void **codes; /**< only while reading, and not once folded: [demand column] codes of `widths` bytes */
    unsigned char *widths;
} fm__segment;

/** A carried column; role is FM_ROLE_COUNT for those that are only kept. */
typedef struct fm__carried {
    const char *name;
    fm_role role;
} fm__carried;

/** The lowest and the highest code of some rows in one column. */
typedef struct fm__range {
    uint32_t lowest;
    uint32_t highest;
} fm__range;

/** The range of `count` codes, at least one. */
fm__range fm__range_of(const uint32_t *codes, size_t count);

typedef struct fm__places fm__places;

struct fm_base {
    const fm_model *model;
    fm__arena arena;
    uint64_t row_count;
    uint64_t reject_count;
    bool is_part;         /**< its table has, or may have, rows that are in other bases */
    fm__demands *demands; /**< [2 x attributes]: need of attribute a at 2a, its want at 2a + 1 */
    size_t demand_count;
    fm__carried *carried; /**< [carried_count]; 0 is the id */
    size_t carried_count;
    bool has_value;
    bool has_stage;
    fm__segment **segments;
    size_t segment_rows; /**< rows of every segment but the last: a power of two, at least a block */
    size_t segment_count;
    size_t segment_capacity;
    uint64_t *slices;   /**< [block][slice][FM__BLOCK_WORDS]; places behind the last have code 0 everywhere */
    fm__range *ranges;  /**< [block][demand column], over the places that exist */
    size_t block_words; /**< words of one block: all its slices */
    size_t block_count;
    uint32_t *positions; /**< [row] the place of its demands: bit `place % 512` of block `place / 512`; NULL:
                            the row itself */
    uint32_t *rows_at;   /**< [place] the inverse; NULL if there is none, or places are shared */
    uint32_t *repeats;   /**< [place] its rows, up to the end of the last block; NULL: one each */
    size_t place_count;  /**< of a base with repeats */
    bool is_arranged;    /**< places are in an order that a catalog gave them */
    fm_base_timings timings;
    struct fm__base_file
        *file; /**< NULL for bases that were read; else owner of what points into the mapping */
    _Atomic unsigned *unchecked; /**< parts of the file (fm_base_part) that were not checked as a whole: they
                                    are checked where they are looked at; NULL for bases that were read */
};

/** Whether rows of a part must be checked one by one. Where they need not be, readers may use the arrays of a
 * base as they are. */
static inline bool fm__base_is_unchecked(const fm_base *base, fm_base_part part) {
    return base->unchecked != NULL &&
           (atomic_load_explicit(base->unchecked, memory_order_acquire) & (unsigned)part) != 0;
}

/* For unchecked parts (base_file_check.c): what is damaged reads as nothing and is noted for fm_base_damage.
 */
const uint64_t *fm__base_file_block(const fm_base *base, size_t block);
const fm__range *fm__base_file_ranges(const fm_base *base, size_t block);
fm_text fm__base_file_cell(const fm_base *base, size_t carried, uint64_t row);

/** The dictionary of an attribute's needs or wants. */
static inline const fm__demands *fm__base_demands(const fm_base *base, size_t attribute, bool want) {
    return &base->demands[2 * attribute + want];
}

/** The slices of a block. */
static inline const uint64_t *fm__base_block(const fm_base *base, size_t block) {
    return fm__base_is_unchecked(base, FM_BASE_DEMANDS) ? fm__base_file_block(base, block)
                                                        : base->slices + block * base->block_words;
}

/** The range of codes in a block, by demand column. */
static inline const fm__range *fm__base_ranges(const fm_base *base, size_t block) {
    return fm__base_is_unchecked(base, FM_BASE_DEMANDS) ? fm__base_file_ranges(base, block)
                                                        : base->ranges + block * base->demand_count;
}

/** Places of demands: one a row, fewer in a folded base. */
static inline uint64_t fm__base_place_count(const fm_base *base) {
    return base->repeats == NULL ? base->row_count : base->place_count;
}

/** Where the demands of a row are. */
static inline uint64_t fm__base_position(const fm_base *base, uint64_t row) {
    return base->positions == NULL ? row : base->positions[row];
}

/** The row whose demands are there; of a base that is not folded. */
static inline uint64_t fm__base_row_at(const fm_base *base, uint64_t position) {
    return base->rows_at == NULL ? position : base->rows_at[position];
}

/** A carried cell. */
static inline fm_text fm__base_carried(const fm_base *base, size_t carried, uint64_t row) {
    if (fm__base_is_unchecked(base, FM_BASE_TEXTS))
        return fm__base_file_cell(base, carried, row);
    const fm__segment *segment = base->segments[row / base->segment_rows];
    const fm__cells *cells = &segment->cells[carried];
    size_t at = row % base->segment_rows;
    uint32_t begin = at == 0 ? 0 : cells->ends[at - 1];
    /* A column of empty cells has no bytes at all. */
    return cells->bytes == NULL ? (fm_text){"", 0} : (fm_text){cells->bytes + begin, cells->ends[at] - begin};
}

/** The place of a role's column among those carried, or SIZE_MAX when the base has none. */
size_t fm__base_find_role(const fm_base *base, fm_role role);

/**
 * Builds the slices out of the codes of all segments, or of all places of a folded base, and frees these.
 *
 * @param places    NULL where rows do not share places.
 * @param threads at least 1.
 */
FM_NODISCARD fm_status fm__base_finish(fm_base *base, const fm__places *places, unsigned threads,
                                       const fm_progress *progress, fm_error *error);

/** Room for the codes of a segment of the base, as wide as its dictionaries are now, not zeroed. False when
 * memory ran out; the segment is then to be freed. */
bool fm__segment_make_codes(fm__segment *segment, const fm_base *base);

void fm__segment_free_codes(fm__segment *segment, size_t demand_count);

void fm__segment_free(fm__segment *segment, size_t carried_count, size_t demand_count);

#endif
