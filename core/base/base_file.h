/* Inside of base files. BASE_FILE.md has the format; what is written there and what stands here is the same.
 */
#ifndef FITMATCH_BASE_BASE_FILE_H
#define FITMATCH_BASE_BASE_FILE_H

#include "base/base.h"
#include "support/error.h"

/** Not text, and damaged by whoever takes it for text: a byte above 127, both line ends, DOS's end of file.
 */
#define FM__FILE_MAGIC \
    "\x89"             \
    "FMB\r\n\x1a\n"
#define FM__FILE_MAGIC_BYTES 8
/** So many say that it was meant to be a base file. */
#define FM__FILE_SIGN_BYTES 4
#define FM__FILE_VERSION 1
#define FM__FILE_HEADER_BYTES 128
#define FM__FILE_ENTRY_BYTES 32
/** Sections begin at multiples of this. */
#define FM__FILE_ALIGNMENT 64
/** Bytes that have a checksum of their own: few enough that one row costs little, enough that the checksums
 * of a large file are a few hundred kilobytes. */
#define FM__FILE_PIECE_BYTES ((size_t)64 << 10)
#define FM__FILE_PIECE_BYTES_MIN ((size_t)64)
#define FM__FILE_PIECE_BYTES_MAX ((size_t)1 << 20)

/** Sections, in their order in the file; all are there, also where they are empty. */
typedef enum fm__section_id {
    FM__SECTION_CHECKSUMS,    /**< of the pieces of all other sections */
    FM__SECTION_SCHEMA,       /**< columns, what is carried, roles, stages */
    FM__SECTION_DICTIONARIES, /**< by demand column */
    FM__SECTION_EXTENTS,      /**< [segment][carried] where its cells end in CELLS */
    FM__SECTION_RANGES,       /**< [block][column] */
    FM__SECTION_SLICES,       /**< [block][slice][FM__BLOCK_WORDS] */
    FM__SECTION_VALUES,       /**< [row] */
    FM__SECTION_STAGES,       /**< [row] */
    FM__SECTION_ENDS,         /**< [segment][carried][row] */
    FM__SECTION_CELLS,
    FM__SECTION_ID_BEGINS, /**< [bucket + 1] where a bucket begins in ID_ROWS */
    FM__SECTION_ID_ROWS,   /**< rows by bucket of their id, in a bucket ascending */
} fm__section_id;
#define FM__SECTION_COUNT 12

/** A section's name in messages. */
const char *fm__section_name(size_t section);

typedef struct fm__section {
    uint64_t offset; /**< in the file */
    uint64_t length;
    size_t first_piece; /**< among the checksums */
    size_t piece_count;
} fm__section;

static inline size_t fm__file_align(size_t bytes, size_t alignment) {
    return (bytes + alignment - 1) / alignment * alignment;
}

/** What the lengths of sections follow from. */
typedef struct fm__file_shape {
    uint64_t row_count;
    size_t segment_rows;
    size_t segment_count;
    size_t block_count;
    size_t block_words;
    size_t column_count;
    size_t carried_count;
    bool has_value;
    bool has_stage;
} fm__file_shape;

/** Length of a section of fixed length for its shape (RANGES .. ENDS without CELLS, EXTENTS, ID_*); false
 * when it does not fit. */
bool fm__file_section_length(const fm__file_shape *shape, fm__section_id section, uint64_t *out_length);

/** Buckets of ids are 2 to this power: two to four ids each. */
unsigned fm__file_bucket_bits(uint64_t row_count);

/** The bucket of a trimmed id. */
uint32_t fm__file_bucket(fm_text id, unsigned bits);

/** A demand column as the file describes it. Views of the mapping. */
typedef struct fm__file_column {
    fm_text attribute;
    fm_text column;
    fm_text unit;
    fm_rule rule;
    bool want;
    bool ask_when_blank;
    bool found;
    fm__demands demands; /**< arrays of the mapping; elements.texts NULL */
    const uint32_t *text_ends;
    const char *texts; /**< of the elements, end to end */
} fm__file_column;

typedef struct fm__file_role {
    fm_role role;
    bool found;
    fm_text column;
} fm__file_role;

typedef struct fm__file_stage {
    uint64_t rows;
    fm_text name;
} fm__file_stage;

/** An open file. What is const after opening is read by all threads; the rest is atomic. */
typedef struct fm__base_file {
    char *path;
    unsigned char *bytes; /**< the mapping, read-only */
    size_t length;
    fm__section sections[FM__SECTION_COUNT];
    const uint64_t *checksums;
    size_t piece_bytes;
    size_t piece_count;
    fm__file_shape shape;
    char decimal;
    fm__file_column *columns;
    fm_text *carried;
    fm__file_role *roles;
    size_t role_count;
    fm__file_stage *stages;
    size_t stage_count;
    size_t *carried_from; /**< [carried of the base] its place in the file */
    uint64_t *no_block;   /**< what a damaged block reads as */
    fm__range *no_ranges;
    unsigned char *own_stages; /**< stages by the model's numbers, where these differ; else NULL */
    bool owns_slices;
    bool owns_ranges;
    _Atomic uint64_t *seen;     /**< bit by piece: its checksum is right */
    _Atomic unsigned unchecked; /**< fm_base_part */
    _Atomic unsigned damaged;   /**< 1 + a section that was found damaged; 0: none */
} fm__base_file;

static inline unsigned char *fm__file_section(const fm__base_file *file, fm__section_id section) {
    return file->bytes + file->sections[section].offset;
}

/** FM_ERROR_INPUT: the file is damaged, in some section. */
fm_status fm__file_damaged(const fm__base_file *file, size_t section, fm_error *error);

/* --- base_file_check.c --- */

/** Whether the checksums of all pieces that hold some bytes of a section are right; notes it when they are
 * not. */
bool fm__file_touch(fm__base_file *file, fm__section_id section, uint64_t offset, uint64_t length);

/** fm_base_check that reports progress. */
FM_NODISCARD fm_status fm__base_file_check_parts(const fm_base *base, unsigned parts, unsigned threads,
                                                 const fm_progress *progress, fm_error *error);

/* --- base_file_schema.c --- */

/** Reads columns, roles and stages, and checks the dictionaries; everything in `arena`. */
FM_NODISCARD fm_status fm__file_read_schema(fm__base_file *file, fm__arena *arena, fm_error *error);

/** The text of an element of a set column. */
fm_text fm__file_element(const fm__file_column *column, size_t element);

/* --- base_file_model.c --- */

/** Fills a base in with what the model asks for out of the file, or adds to the log what is wrong. */
FM_NODISCARD fm_status fm__file_fit_model(fm_base *base, const fm_base_open_options *options,
                                          fm__fault_log *log, fm_error *error);

/* --- for the base --- */

/** Takes what points into the mapping out of a base and closes the file; nothing for a base that was read. */
void fm__base_file_release(fm_base *base);

/** fm_base_find for an opened base; `id` is trimmed. */
uint64_t fm__base_file_find(const fm_base *base, fm_text id, uint64_t from);

/** Makes the demands of a base its own, so that they can be rearranged; nothing for a base that was read. */
FM_NODISCARD fm_status fm__base_file_own_demands(fm_base *base, unsigned threads, fm_error *error);

/* --- base_file_ids.c --- */

/** The index of ids: `out_begins` of 2^bits + 1 entries, `out_rows` of all rows; caller frees. False when
 * memory ran out. */
bool fm__file_index_ids(const fm_base *base, unsigned threads, uint32_t **out_begins, uint32_t **out_rows);

/* --- base_file_write.c --- */

/** fm_base_write with pieces of another size (a power of two between the limits), for tests of their seams.
 */
FM_NODISCARD fm_status fm__base_write_pieces(const fm_base *base, const char *path, size_t piece_bytes,
                                             const fm_base_write_options *options, fm_error *error);

#endif
