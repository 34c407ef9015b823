/* Makes the checksums of a changed base file right again, so that what lies behind them is tested. Shared
 * with the fuzzer. */
#ifndef FITMATCH_TESTS_RESEAL_H
#define FITMATCH_TESTS_RESEAL_H

#include "base/base_file.h"

static inline uint64_t reseal_load(const unsigned char *at) {
    uint64_t number;
    memcpy(&number, at, sizeof number);
    return number;
}

static inline void reseal_store(unsigned char *at, uint64_t number) {
    memcpy(at, &number, sizeof number);
}

/** The place of a section's entry in the directory. */
static inline unsigned char *reseal_entry(unsigned char *bytes, size_t section) {
    return bytes + FM__FILE_HEADER_BYTES + section * FM__FILE_ENTRY_BYTES;
}

static inline void reseal_section(unsigned char *bytes, size_t length, size_t section, size_t piece_bytes,
                                  unsigned char *sums, size_t sum_count, size_t *next) {
    unsigned char *entry = reseal_entry(bytes, section);
    uint64_t offset = reseal_load(entry + 8);
    uint64_t left = reseal_load(entry + 16);
    size_t first = *next;
    if (offset > length || left > length - offset)
        return;
    for (; left > 0 && *next < sum_count; ++*next) {
        size_t here = left < piece_bytes ? (size_t)left : piece_bytes;
        reseal_store(sums + *next * 8, fm__hash_bytes(bytes + offset, here));
        offset += here;
        left -= here;
    }
    reseal_store(entry + 24, fm__hash_bytes(sums + first * 8, (*next - first) * 8));
}

/** As far as the directory makes sense; the rest stays wrong. */
static inline void reseal(unsigned char *bytes, size_t length) {
    size_t directory_bytes = (size_t)FM__SECTION_COUNT * FM__FILE_ENTRY_BYTES;
    if (length < FM__FILE_HEADER_BYTES + directory_bytes)
        return;
    size_t piece_bytes = (size_t)(reseal_load(bytes + 48) & UINT32_MAX);
    unsigned char *entry = reseal_entry(bytes, FM__SECTION_CHECKSUMS);
    uint64_t offset = reseal_load(entry + 8);
    uint64_t sum_bytes = reseal_load(entry + 16);
    if (piece_bytes > 0 && offset <= length && sum_bytes <= length - offset) {
        size_t next = 0;
        for (size_t s = 1; s < FM__SECTION_COUNT; s++)
            reseal_section(bytes, length, s, piece_bytes, bytes + offset, (size_t)sum_bytes / 8, &next);
        reseal_store(entry + 24, fm__hash_bytes(bytes + offset, (size_t)sum_bytes));
    }
    reseal_store(bytes + FM__FILE_HEADER_BYTES - 16,
                 fm__hash_bytes(bytes + FM__FILE_HEADER_BYTES, directory_bytes));
    reseal_store(bytes + FM__FILE_HEADER_BYTES - 8, fm__hash_bytes(bytes, FM__FILE_HEADER_BYTES - 8));
}

#endif
