#include "tables/csv_index.h"

#include "support/memory.h"
#include "tables/csv_block.h"

static inline bool reserve(fm__csv_offsets *list, size_t more) {
    return list->capacity - list->count >= more ||
           fm__array_reserve(&list->at, &list->capacity, list->count + more, sizeof *list->at);
}

bool fm__csv_index_init(fm__csv_index *index, char delimiter) {
    *index = (fm__csv_index){.delimiter = delimiter, .state = FM__CSV_START};
    if (!reserve(&index->starts, 1))
        return false;
    index->starts.at[index->starts.count++] = 0;
    return true;
}

void fm__csv_index_destroy(fm__csv_index *index) {
    free(index->starts.at);
    free(index->records.at);
    free(index->inner_newlines.at);
    free(index->suspects.at);
    *index = (fm__csv_index){0};
}

/* Bits 0 to count - 1. */
static uint64_t low_bits(size_t count) {
    return count >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
}

/* Bit i: the parity of bits 0 to i. */
static uint64_t prefix_parity(uint64_t bits) {
    for (unsigned shift = 1; shift < 64; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

static void append_bits(fm__csv_offsets *list, uint64_t bits, size_t offset) {
    for (; bits != 0; bits &= bits - 1)
        list->at[list->count++] = (uint32_t)(offset + (size_t)__builtin_ctzll(bits));
}

/* What a block holds, as far as it counts. */
typedef struct block_bits {
    uint64_t separators; /* delimiters and newlines, quoted or not */
    uint64_t newlines;
    uint64_t quotes;
    size_t offset; /* of the block's first byte */
    size_t count;  /* bytes that count */
} block_bits;

/* A byte that is no quote, delimiter or newline has been passed at `offset`. */
static void pass_text(fm__csv_index *index, size_t offset) {
    if (index->state == FM__CSV_CLOSING)
        index->suspects.at[index->suspects.count++] = (uint32_t)offset;
    if (index->state != FM__CSV_QUOTED)
        index->state = FM__CSV_PLAIN;
}

/* The block one quote, delimiter and newline at a time, for blocks in which some quotes mean nothing. */
static uint64_t step_through(fm__csv_index *index, const block_bits *block) {
    uint64_t found = 0;
    size_t passed = 0;
    for (uint64_t events = block->separators | block->quotes; events != 0; events &= events - 1) {
        uint64_t bit = events & -events;
        size_t place = (size_t)__builtin_ctzll(events);
        if (place > passed)
            pass_text(index, block->offset + passed);
        passed = place + 1;
        bool is_quote = (block->quotes & bit) != 0;
        if (index->state == FM__CSV_QUOTED) {
            if (is_quote)
                index->state = FM__CSV_CLOSING;
            else if ((block->newlines & bit) != 0)
                append_bits(&index->inner_newlines, bit, block->offset);
        } else if (is_quote && index->state == FM__CSV_CLOSING) {
            index->state = FM__CSV_QUOTED;
            index->doubled_until = block->offset + block->count;
        } else if (!is_quote) {
            found |= bit;
            index->state = FM__CSV_START;
        } else if (index->state != FM__CSV_PLAIN) {
            index->state = FM__CSV_QUOTED;
        }
    }
    if (block->count > passed)
        pass_text(index, block->offset + passed);
    return found;
}

/* A whole block with quotes, or inside them, by parity: between an odd quote and the next even one all is
 * content. That holds as long as each odd quote opens a cell or is the second of two. The separators that
 * count go to *out_found. */
static bool step_by_parity(fm__csv_index *index, const char *bytes, const block_bits *block,
                           uint64_t *out_found) {
    uint64_t valid = low_bits(block->count);
    uint64_t carry_in = index->state == FM__CSV_QUOTED ? ~UINT64_C(0) : 0;
    uint64_t inside = prefix_parity(block->quotes) ^ carry_in;
    uint64_t closings = block->quotes & ~inside;
    uint64_t found = block->separators & ~inside;
    bool may_open = index->state == FM__CSV_START || index->state == FM__CSV_CLOSING;
    uint64_t openable = ((found | closings) << 1) | may_open;
    if ((block->quotes & inside & ~openable) != 0)
        return false;
    uint64_t behind = (closings << 1) | (index->state == FM__CSV_CLOSING);
    uint64_t wrong = behind & ~(found | block->quotes) & valid;
    if (wrong != 0) /* CRLF is as right as LF */
        wrong &= ~(fm__csv_find(bytes, '\r') & (block->newlines >> 1));
    append_bits(&index->suspects, wrong, block->offset);
    if ((block->quotes & behind) != 0)
        index->doubled_until = block->offset + block->count;
    append_bits(&index->inner_newlines, block->newlines & inside & valid, block->offset);
    uint64_t last = UINT64_C(1) << (block->count - 1);
    index->state = (inside & last) != 0     ? FM__CSV_QUOTED
                   : (closings & last) != 0 ? FM__CSV_CLOSING
                   : (found & last) != 0    ? FM__CSV_START
                                            : FM__CSV_PLAIN;
    *out_found = found;
    return true;
}

/* The separators that count in a block that has a quote or a NUL, or follows one; *count becomes the bytes
 * before the NUL. False when memory ran out. */
__attribute__((noinline)) static bool step_rare(fm__csv_index *index, const char *bytes, size_t *count,
                                                uint64_t separators, uint64_t newlines, uint64_t *out_found) {
    uint64_t nuls = fm__csv_find(bytes, '\0') & low_bits(*count);
    if (nuls != 0) {
        index->has_nul = true;
        *count = (size_t)__builtin_ctzll(nuls);
    }
    *out_found = 0;
    if (*count == 0)
        return true;
    if (!reserve(&index->suspects, FM__CSV_BLOCK_BYTES) ||
        !reserve(&index->inner_newlines, FM__CSV_BLOCK_BYTES))
        return false;
    uint64_t valid = low_bits(*count);
    block_bits block = {
        .separators = separators & valid,
        .newlines = newlines & valid,
        .quotes = fm__csv_find(bytes, '"') & valid,
        .offset = index->scanned,
        .count = *count,
    };
    if (block.quotes != 0)
        index->quoted_until = block.offset + block.count;
    if (!step_by_parity(index, bytes, &block, out_found))
        *out_found = step_through(index, &block);
    return true;
}

/* How many bits are set; without -mpopcnt the compiler would call a function. */
static inline uint32_t count_bits(uint64_t bits) {
#ifdef __POPCNT__
    return (uint32_t)__builtin_popcountll(bits);
#else
    bits -= (bits >> 1) & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + ((bits >> 2) & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)((bits * UINT64_C(0x0101010101010101)) >> 56);
#endif
}

/* Adds the cell starts behind `found`. */
static inline void append_cells(fm__csv_index *index, uint64_t found, uint64_t newlines) {
    size_t first = index->starts.count;
    size_t record = index->records.count;
    size_t count = count_bits(found);
    for (uint64_t ends = newlines & found; ends != 0; ends &= ends - 1) {
        uint64_t up_to = ends ^ (ends - 1); /* the lowest newline and all below */
        index->records.at[record++] = (uint32_t)first + count_bits(found & up_to) - 1;
    }
    index->records.count = record;
    index->starts.count = first + count;
    /* How many separators a block has is data that nobody can predict, so they are written by fours; what is
     * written beyond the last one is not counted and overwritten by the next block's. */
    const uint64_t top = UINT64_C(1) << 63;
    uint32_t behind = (uint32_t)index->scanned + 1;
    uint32_t *starts = index->starts.at + first;
    for (const uint32_t *end = starts + count; starts < end; starts += 4) {
        uint64_t second = found & (found - 1);
        uint64_t third = second & (second - 1);
        uint64_t fourth = third & (third - 1);
        starts[0] = behind + (uint32_t)__builtin_ctzll(found | top);
        starts[1] = behind + (uint32_t)__builtin_ctzll(second | top);
        starts[2] = behind + (uint32_t)__builtin_ctzll(third | top);
        starts[3] = behind + (uint32_t)__builtin_ctzll(fourth | top);
        found = fourth & (fourth - 1);
    }
}

/* A last record that no newline ends. */
static bool finish(fm__csv_index *index) {
    index->is_finished = true;
    size_t last_start = index->starts.at[index->starts.count - 1];
    bool is_record_start = index->records.count == 0
                               ? index->starts.count == 1
                               : index->records.at[index->records.count - 1] == index->starts.count - 1;
    if ((is_record_start && last_start == index->scanned) || index->state == FM__CSV_QUOTED)
        return true;
    if (!reserve(&index->starts, 1) || !reserve(&index->records, 1))
        return false;
    index->records.at[index->records.count++] = (uint32_t)index->starts.count;
    index->starts.at[index->starts.count++] = (uint32_t)index->scanned + 1;
    return true;
}

bool fm__csv_index_feed(fm__csv_index *index, const char *text, size_t length, bool is_end,
                        size_t record_count) {
    char tail[FM__CSV_BLOCK_BYTES];
    while (index->scanned < length && index->records.count < record_count && !index->has_nul) {
        if (!reserve(&index->starts, FM__CSV_BLOCK_BYTES + 4) ||
            !reserve(&index->records, FM__CSV_BLOCK_BYTES + 1))
            return false;
        const char *bytes = text + index->scanned;
        size_t count = length - index->scanned;
        if (count >= FM__CSV_BLOCK_BYTES) {
            count = FM__CSV_BLOCK_BYTES;
        } else {
            memset(tail, 'x', sizeof tail); /* a byte that means nothing */
            memcpy(tail, bytes, count);
            bytes = tail;
        }
        fm__csv_block block = fm__csv_classify(bytes, index->delimiter);
        uint64_t found = block.delimiters | block.newlines;
        if (__builtin_expect(!block.rare && index->state <= FM__CSV_PLAIN, 1))
            index->state = (found >> (count - 1)) & 1 ? FM__CSV_START : FM__CSV_PLAIN;
        else if (!step_rare(index, bytes, &count, found, block.newlines, &found))
            return false;
        append_cells(index, found, block.newlines);
        index->scanned += count;
    }
    bool all_seen = is_end && index->scanned == length && !index->has_nul;
    return !all_seen || index->is_finished || finish(index);
}

/* Keeps what lies at or behind `base`, counted from there. */
static void rebase(fm__csv_offsets *list, uint32_t base) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i] >= base)
            list->at[kept++] = list->at[i] - base;
    list->count = kept;
}

size_t fm__csv_index_drop(fm__csv_index *index, size_t record_count) {
    if (record_count == 0)
        return 0;
    uint32_t place = index->records.at[record_count - 1];
    uint32_t base = index->starts.at[place];
    index->starts.count -= place;
    for (size_t i = 0; i < index->starts.count; i++)
        index->starts.at[i] = index->starts.at[place + i] - base;
    index->records.count -= record_count;
    for (size_t i = 0; i < index->records.count; i++)
        index->records.at[i] = index->records.at[record_count + i] - place;
    rebase(&index->inner_newlines, base);
    rebase(&index->suspects, base);
    index->quoted_until = index->quoted_until > base ? index->quoted_until - base : 0;
    index->doubled_until = index->doubled_until > base ? index->doubled_until - base : 0;
    /* The end that the last record was given lies one byte behind the text. */
    index->scanned = index->scanned > base ? index->scanned - base : 0;
    return base;
}
