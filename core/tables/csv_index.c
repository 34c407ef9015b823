#include "tables/csv_index.h"

extern const fm__csv_scanner fm__csv_scanner_portable;
#if defined(__x86_64__)
extern const fm__csv_scanner fm__csv_scanner_sse2;
extern const fm__csv_scanner fm__csv_scanner_avx2;
extern const fm__csv_scanner fm__csv_scanner_avx512;
#endif

/* __builtin_cpu_supports asks CPUID and, for the wide registers, XCR0. */
static bool is_supported(const fm__csv_scanner *scanner) {
#if defined(__x86_64__)
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    if (scanner == &fm__csv_scanner_avx2)
        return avx2;
    if (scanner == &fm__csv_scanner_avx512)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
#endif
    (void)scanner;
    return true;
}

const fm__csv_scanner *fm__csv_scanner_at(size_t place) {
    static const fm__csv_scanner *const scanners[] = {
        &fm__csv_scanner_portable,
#if defined(__x86_64__)
        &fm__csv_scanner_sse2,
        &fm__csv_scanner_avx2,
        &fm__csv_scanner_avx512,
#endif
    };
    for (size_t i = 0; i < sizeof scanners / sizeof *scanners; i++)
        if (is_supported(scanners[i]) && place-- == 0)
            return scanners[i];
    return NULL;
}

const fm__csv_scanner *fm__csv_scanner_best(void) {
    const fm__csv_scanner *best = fm__csv_scanner_at(0);
    for (size_t i = 1; fm__csv_scanner_at(i) != NULL; i++)
        best = fm__csv_scanner_at(i);
    return best;
}

bool fm__csv_index_init(fm__csv_index *index, const fm__csv_scanner *scanner, char delimiter) {
    *index = (fm__csv_index){.scanner = scanner, .delimiter = delimiter};
    if (!fm__csv_offsets_reserve(&index->starts, 1))
        return false;
    fm__csv_index_reset(index, FM__CSV_START);
    return true;
}

void fm__csv_index_reset(fm__csv_index *index, fm__csv_state state) {
    index->starts.at[0] = 0;
    index->starts.count = 1;
    index->records.count = index->inner_newlines.count = index->suspects.count = 0;
    index->scanned = index->quoted_until = index->doubled_until = 0;
    index->has_nul = index->is_finished = false;
    index->state = state;
}

void fm__csv_index_destroy(fm__csv_index *index) {
    free(index->starts.at);
    free(index->records.at);
    free(index->inner_newlines.at);
    free(index->suspects.at);
    *index = (fm__csv_index){0};
}

bool fm__csv_index_finish(fm__csv_index *index) {
    index->is_finished = true;
    size_t last_start = index->starts.at[index->starts.count - 1];
    bool is_record_start = index->records.count == 0
                               ? index->starts.count == 1
                               : index->records.at[index->records.count - 1] == index->starts.count - 1;
    if ((is_record_start && last_start == index->scanned) || index->state == FM__CSV_QUOTED)
        return true;
    if (!fm__csv_offsets_reserve(&index->starts, 1) || !fm__csv_offsets_reserve(&index->records, 1))
        return false;
    index->records.at[index->records.count++] = (uint32_t)index->starts.count;
    index->starts.at[index->starts.count++] = (uint32_t)index->scanned + 1;
    return true;
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
