/* The one body of all scanners. A unit defines FM__CSV_SCANNER, its name, and includes it. */
#include "tables/csv_block.h"
#include "tables/csv_index.h"

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
    if (!fm__csv_offsets_reserve(&index->suspects, FM__CSV_BLOCK_BYTES) ||
        !fm__csv_offsets_reserve(&index->inner_newlines, FM__CSV_BLOCK_BYTES))
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

/* Adds the ends of records, bits of `ends`; `first` is the place of the block's first cell start. Lines are
 * mostly longer than half a block, so that two at a time leave nothing to guess for the processor; what is
 * written beyond the last one is not counted and overwritten by the next block's. */
static inline uint32_t *append_records(uint32_t *records, uint64_t ends, uint64_t found, uint32_t first) {
    uint32_t *last = records + count_bits(ends);
    do {
        uint64_t second = ends & (ends - 1);
        records[0] = first + count_bits(found & (ends ^ (ends - 1))) - 1;
        records[1] = first + count_bits(found & (second ^ (second - 1))) - 1;
        ends = second & (second - 1);
        records += 2;
    } while (records < last);
    return last;
}

/* Writes the cell starts behind `found`, and up to STARTS_BEYOND more that do not count. */
#define STARTS_BEYOND 32
static inline void append_starts(uint32_t *starts, uint64_t found, size_t count, uint32_t behind) {
#if FM__CSV_WIDTH == 64
    const __m512i places =
        _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928, 0x2726252423222120,
                         0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100);
    __m512i packed = _mm512_maskz_compress_epi8(found, places);
    __m512i base = _mm512_set1_epi32((int)behind);
    __m512i first = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
    __m512i second = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1));
    _mm512_storeu_si512(starts, _mm512_add_epi32(first, base));
    _mm512_storeu_si512(starts + 16, _mm512_add_epi32(second, base));
    if (__builtin_expect(count > 32, 0)) {
        first = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2));
        second = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3));
        _mm512_storeu_si512(starts + 32, _mm512_add_epi32(first, base));
        _mm512_storeu_si512(starts + 48, _mm512_add_epi32(second, base));
    }
#else
    /* How many separators a block has is data that nobody can predict, so they are written by fours. */
    const uint64_t top = UINT64_C(1) << 63;
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
#endif
}

/* Adds the cell starts behind `found`. */
static inline void append_cells(fm__csv_index *index, uint64_t found, uint64_t newlines) {
    size_t first = index->starts.count;
    size_t count = count_bits(found);
    uint32_t *records = index->records.at + index->records.count;
    records = append_records(records, newlines & found, found, (uint32_t)first);
    index->records.count = (size_t)(records - index->records.at);
    index->starts.count = first + count;
    append_starts(index->starts.at + first, found, count, (uint32_t)index->scanned + 1);
}

#define STARTS_ROOM (FM__CSV_BLOCK_BYTES + STARTS_BEYOND)
#define RECORDS_ROOM (FM__CSV_BLOCK_BYTES + 2)

/* Whole blocks without quotes, quoted text or NULs, as long as there are lists to write to. */
static void feed_plain(fm__csv_index *index, const char *text, size_t length, size_t record_count) {
    const char delimiter = index->delimiter;
    size_t scanned = index->scanned;
    size_t last_found = 0;
    uint32_t *const all_starts = index->starts.at;
    uint32_t *const all_records = index->records.at;
    uint32_t *starts = all_starts + index->starts.count;
    uint32_t *records = all_records + index->records.count;
    const uint32_t *starts_end = all_starts + index->starts.capacity;
    const uint32_t *records_end = all_records + index->records.capacity;
    const uint32_t *enough = records_end;
    if (record_count < index->records.capacity)
        enough = all_records + record_count;
    while (length - scanned >= FM__CSV_BLOCK_BYTES && records < enough &&
           (size_t)(starts_end - starts) >= STARTS_ROOM && (size_t)(records_end - records) >= RECORDS_ROOM) {
        fm__csv_block block = fm__csv_classify(text + scanned, delimiter);
        if (__builtin_expect(block.rare, 0))
            break;
        uint64_t found = block.delimiters | block.newlines;
        size_t count = count_bits(found);
        records = append_records(records, block.newlines, found, (uint32_t)(starts - all_starts));
        append_starts(starts, found, count, (uint32_t)scanned + 1);
        starts += count;
        scanned += FM__CSV_BLOCK_BYTES;
        last_found = found >> 63;
    }
    if (scanned > index->scanned)
        index->state = last_found ? FM__CSV_START : FM__CSV_PLAIN;
    index->starts.count = (size_t)(starts - all_starts);
    index->records.count = (size_t)(records - all_records);
    index->scanned = scanned;
}

static bool feed(fm__csv_index *index, const char *text, size_t length, bool is_end, size_t record_count) {
    char tail[FM__CSV_BLOCK_BYTES];
    while (index->scanned < length && index->records.count < record_count && !index->has_nul) {
        if (!fm__csv_offsets_reserve(&index->starts, STARTS_ROOM) ||
            !fm__csv_offsets_reserve(&index->records, RECORDS_ROOM))
            return false;
        if (index->state <= FM__CSV_PLAIN) {
            size_t before = index->scanned;
            feed_plain(index, text, length, record_count);
            if (index->scanned > before)
                continue;
        }
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
    return !all_seen || index->is_finished || fm__csv_index_finish(index);
}

const fm__csv_scanner FM__CSV_SCANNER;
const fm__csv_scanner FM__CSV_SCANNER = {.name = FM__CSV_SCANNER_NAME, .feed = feed};
