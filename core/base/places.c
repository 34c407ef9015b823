#include "base/places.h"

#include "base/codes.h"
#include "support/error.h"
#include "support/hash.h"

#include <inttypes.h>

/* Rows that a thread takes at a time: their records stay in the second-level cache. */
#define ITEM_ROWS ((size_t)4096)

/* A record begins with the number of its rows, so that finding and counting touch one line of the cache. */
#define COUNT_BYTES sizeof(uint32_t)

/* How far ahead of the row that is looked for memory is asked for its slot of the index and, when that has
 * come, for the record that it names. */
#define SLOT_AHEAD 24
#define RECORD_AHEAD 12

/* One demand in 2^SURVEYED_BITS is surveyed. */
#define SURVEYED_BITS 8
/* Rows surveyed before the first judgement: enough to be right within a few percent. */
#define SURVEYED_LEAST 2048

/* Different records, in the order in which they came. */
typedef struct store {
    unsigned char *widths;  /* [demand] of a code */
    size_t *offsets;        /* [demand] where in a record */
    size_t record_bytes;    /* 0: nothing is laid out yet */
    unsigned char *records; /* [place][record_bytes] */
    size_t place_capacity;
    size_t place_count;
    fm__index index; /* from a record's hash to its place */
} store;

/* The records of a segment's rows, or the hashes of those that are surveyed. */
typedef struct segment_records {
    unsigned char *bytes; /* [row][record_bytes] */
    size_t byte_capacity;
    uint64_t *hashes; /* [row] */
    size_t hash_capacity;
    size_t counts[FM__SEGMENT_ROWS_MAX / ITEM_ROWS]; /* of the hashes of an item */
} segment_records;

struct fm__places {
    size_t demand_count;
    store store;
    uint32_t *positions; /* [row] its place */
    size_t position_capacity;
    uint64_t row_count;   /* that were folded */
    size_t segment_count; /* that were folded or, until folding is on, surveyed */
    bool is_on;
    segment_records ahead[2]; /* of the segment that is folded, and of the one behind it */
    fm__index surveyed;
    uint64_t surveyed_rows;
    uint64_t judged_at; /* surveyed rows at the next judgement */
};

/* --- records --- */

static void store_destroy(store *s) {
    free(s->widths);
    free(s->offsets);
    free(s->records);
    fm__index_destroy(&s->index);
    *s = (store){0};
}

/* A store without places, for codes of the dictionaries as they are now. */
static bool store_init(store *s, const fm_base *base) {
    *s = (store){
        .widths = fm__array_new(base->demand_count, sizeof *s->widths),
        .offsets = fm__array_new(base->demand_count, sizeof *s->offsets),
        .record_bytes = COUNT_BYTES,
    };
    if (s->widths == NULL || s->offsets == NULL) {
        store_destroy(s);
        return false;
    }
    for (size_t d = 0; d < base->demand_count; d++) {
        s->widths[d] = fm__code_width(&base->demands[d]);
        s->offsets[d] = s->record_bytes;
        s->record_bytes += s->widths[d];
    }
    return true;
}

static unsigned char *record_at(const store *s, size_t place) {
    return s->records + place * s->record_bytes;
}

static uint64_t hash_of(const store *s, const unsigned char *record) {
    return fm__hash_bytes(record + COUNT_BYTES, s->record_bytes - COUNT_BYTES);
}

static uint32_t repeats_of(const unsigned char *record) {
    return fm__code_load(record, COUNT_BYTES);
}

/* Codes of one column, `stride` bytes apart. */
typedef struct column {
    unsigned char *bytes;
    unsigned char width;
    size_t stride;
} column;

static column column_of_segment(const fm__segment *segment, size_t d, size_t first) {
    unsigned char width = segment->widths[d];
    return (column){(unsigned char *)segment->codes[d] + first * width, width, width};
}

static column column_of_records(const store *s, unsigned char *records, size_t d) {
    return (column){records + s->offsets[d], s->widths[d], s->record_bytes};
}

/* Inlined with constant widths, which makes it a loop of a few instructions. */
static inline void copy_codes_as(column from, unsigned char from_width, column to, unsigned char to_width,
                                 size_t count) {
    for (size_t i = 0; i < count; i++)
        fm__code_store(to.bytes + i * to.stride, to_width,
                       fm__code_load(from.bytes + i * from.stride, from_width));
}

/* Copies codes into a column of at least their width. */
static void copy_codes(column from, column to, size_t count) {
    if (from.width == 1 && to.width == 1)
        copy_codes_as(from, 1, to, 1, count);
    else if (from.width == 2 && to.width == 2)
        copy_codes_as(from, 2, to, 2, count);
    else
        copy_codes_as(from, from.width, to, to.width, count);
}

/* Lays the records out as wide as the dictionaries have become; false when memory ran out. */
static bool widen(fm__places *places, const fm_base *base) {
    const store *narrow = &places->store;
    store wide;
    size_t bytes;
    bool is_same = narrow->record_bytes > 0;
    for (size_t d = 0; is_same && d < places->demand_count; d++)
        is_same = narrow->widths[d] == fm__code_width(&base->demands[d]);
    if (is_same)
        return true;
    if (!store_init(&wide, base))
        return false;
    wide.place_count = wide.place_capacity = narrow->place_count;
    bool done = fm__size_product(wide.place_capacity, wide.record_bytes, &bytes) &&
                (wide.records = malloc(bytes == 0 ? 1 : bytes)) != NULL;
    for (size_t d = 0; done && d < places->demand_count && narrow->place_count > 0; d++)
        copy_codes(column_of_records(narrow, narrow->records, d), column_of_records(&wide, wide.records, d),
                   narrow->place_count);
    for (size_t place = 0; done && place < wide.place_count; place++) {
        unsigned char *record = record_at(&wide, place);
        memcpy(record, record_at(narrow, place), COUNT_BYTES);
        done = fm__index_add(&wide.index, hash_of(&wide, record), (uint32_t)place);
    }
    if (done)
        store_destroy(&places->store);
    else
        store_destroy(&wide);
    if (done)
        places->store = wide;
    return done;
}

/* --- what threads do: items of a segment's rows --- */

typedef struct making {
    const fm__places *places;
    const fm__segment *segment;
    segment_records *to;
} making;

static size_t item_count(const fm__segment *segment) {
    return (segment->row_count + ITEM_ROWS - 1) / ITEM_ROWS;
}

static size_t item_rows(const fm__segment *segment, size_t first) {
    size_t left = segment->row_count - first;
    return left < ITEM_ROWS ? left : ITEM_ROWS;
}

static void make_records(void *context, size_t slot, size_t item) {
    const making *m = context;
    const store *s = &m->places->store;
    size_t first = item * ITEM_ROWS;
    size_t count = item_rows(m->segment, first);
    unsigned char *records = m->to->bytes + first * s->record_bytes;
    (void)slot;
    for (size_t d = 0; d < m->places->demand_count; d++)
        copy_codes(column_of_segment(m->segment, d, first), column_of_records(s, records, d), count);
    for (size_t i = 0; i < count; i++)
        m->to->hashes[first + i] = hash_of(s, records + i * s->record_bytes);
}

/* Adds a column's codes, times an odd number, to sums; a loop over vectors, for which 16 bits are the width
 * that every processor multiplies well. */
static inline void add_codes_as(column from, unsigned char width, uint16_t factor, uint16_t *sums,
                                size_t count) {
    for (size_t i = 0; i < count; i++)
        sums[i] = (uint16_t)(sums[i] + (fm__code_load(from.bytes + i * width, width) & UINT16_MAX) * factor);
}

static void add_codes(column from, uint16_t factor, uint16_t *sums, size_t count) {
    if (from.width == 1)
        add_codes_as(from, 1, factor, sums, count);
    else if (from.width == 2)
        add_codes_as(from, 2, factor, sums, count);
    else
        add_codes_as(from, 4, factor, sums, count);
}

/* A row's demands as 64 bits that do not depend on how wide codes are by now. */
static uint64_t hash_row(const making *m, size_t row) {
    uint64_t hash = 0;
    for (size_t d = 0; d < m->places->demand_count; d++)
        hash = fm__hash_word(
            hash + fm__code_load(column_of_segment(m->segment, d, row).bytes, m->segment->widths[d]));
    return hash;
}

/* Which demands are surveyed is told by sums that cost a row some instructions; what they are, only for
 * those.
 */
static void survey_rows(void *context, size_t slot, size_t item) {
    const making *m = context;
    uint16_t sums[ITEM_ROWS] = {0};
    size_t first = item * ITEM_ROWS;
    size_t count = item_rows(m->segment, first);
    size_t chosen = 0;
    (void)slot;
    for (size_t d = 0; d < m->places->demand_count; d++)
        add_codes(column_of_segment(m->segment, d, first), (uint16_t)(fm__hash_word(d + 1) | 1), sums, count);
    for (size_t i = 0; i < count; i++)
        if (sums[i] >> (16 - SURVEYED_BITS) == 0)
            m->to->hashes[first + chosen++] = hash_row(m, first + i);
    m->to->counts[item] = chosen;
}

/* --- what is done in order --- */

/* The place of a record; FM__INDEX_NONE when memory ran out or there are no more places. */
static uint32_t place_of(store *s, const unsigned char *record, uint64_t hash) {
    size_t cursor = 0;
    uint32_t place;
    while ((place = fm__index_next(&s->index, hash, &cursor)) != FM__INDEX_NONE) {
        const unsigned char *known = record_at(s, place);
        /* A place that can count no further gets a second one beside it. */
        if (memcmp(known + COUNT_BYTES, record + COUNT_BYTES, s->record_bytes - COUNT_BYTES) == 0 &&
            repeats_of(known) < UINT32_MAX)
            return place;
    }
    if (s->place_count >= FM__INDEX_NONE ||
        !fm__array_reserve(&s->records, &s->place_capacity, s->place_count + 1, s->record_bytes) ||
        !fm__index_add(&s->index, hash, (uint32_t)s->place_count))
        return FM__INDEX_NONE;
    place = (uint32_t)s->place_count++;
    memcpy(record_at(s, place), record, s->record_bytes);
    fm__code_store(record_at(s, place), COUNT_BYTES, 0);
    return place;
}

static void look_ahead(const store *s, const uint64_t *hashes, size_t at, size_t count) {
    size_t cursor = 0;
    if (at + SLOT_AHEAD < count)
        fm__index_prefetch(&s->index, hashes[at + SLOT_AHEAD]);
    if (at + RECORD_AHEAD >= count)
        return;
    uint32_t place = fm__index_next(&s->index, hashes[at + RECORD_AHEAD], &cursor);
    if (place != FM__INDEX_NONE)
        __builtin_prefetch(record_at(s, place), 1, 3);
}

/* Gives the rows of a segment their places. */
static fm_status take_records(fm__places *places, const segment_records *from, size_t count,
                              fm_error *error) {
    store *s = &places->store;
    if (places->row_count + count > SIZE_MAX ||
        !fm__array_reserve(&places->positions, &places->position_capacity, (size_t)places->row_count + count,
                           sizeof *places->positions))
        return fm__fail_memory(error);
    for (size_t i = 0; i < count; i++) {
        look_ahead(s, from->hashes, i, count);
        uint32_t place = place_of(s, from->bytes + i * s->record_bytes, from->hashes[i]);
        if (place == FM__INDEX_NONE)
            return s->place_count < FM__INDEX_NONE
                       ? fm__fail_memory(error)
                       : fm__fail(error, FM_ERROR_LIMIT,
                                  "more than %" PRIu32 " different demands cannot be folded",
                                  FM__INDEX_NONE - 1);
        unsigned char *record = record_at(s, place);
        fm__code_store(record, COUNT_BYTES, repeats_of(record) + 1);
        places->positions[places->row_count + i] = place;
    }
    places->row_count += count;
    return FM_OK;
}

static bool make_room(const fm__places *places, const fm__segment *segment, segment_records *to) {
    size_t bytes;
    return fm__size_product(segment->row_count, places->store.record_bytes, &bytes) &&
           fm__array_reserve(&to->bytes, &to->byte_capacity, bytes, 1) &&
           fm__array_reserve(&to->hashes, &to->hash_capacity, segment->row_count, sizeof *to->hashes);
}

/* Folds the segments up to `end`; while one gets its places, the records of the next are made. */
static fm_status fold_segments(fm__places *places, fm_base *base, fm__crew *crew, size_t end,
                               fm_error *error) {
    size_t begin = places->segment_count;
    fm_status status = begin == end || widen(places, base) ? FM_OK : fm__fail_memory(error);
    for (size_t s = begin; status == FM_OK && s <= end && begin < end; s++) {
        making next = {places, s < end ? base->segments[s] : NULL, &places->ahead[s % 2]};
        if (s < end && !make_room(places, next.segment, next.to))
            return fm__fail_memory(error);
        fm__crew_start(crew, make_records, &next, s < end ? item_count(next.segment) : 0);
        if (s > begin) {
            status =
                take_records(places, &places->ahead[(s - 1) % 2], base->segments[s - 1]->row_count, error);
            fm__segment_free_codes(base->segments[s - 1], base->demand_count);
            places->segment_count = s;
        }
        fm__crew_finish(crew);
    }
    return status;
}

/* Whether fewer than half of the rows differ; with less gained, finding out costs more than it saves. */
static bool saves(fm__places *places) {
    if (places->surveyed_rows < places->judged_at)
        return false;
    places->judged_at = 2 * places->surveyed_rows;
    return 2 * places->surveyed.count <= places->surveyed_rows;
}

static bool take_survey(fm__places *places, const segment_records *from, size_t items) {
    for (size_t item = 0; item < items; item++) {
        const uint64_t *hashes = from->hashes + item * ITEM_ROWS;
        places->surveyed_rows += from->counts[item];
        for (size_t i = 0; i < from->counts[item]; i++) {
            size_t cursor = 0;
            if (fm__index_next(&places->surveyed, hashes[i], &cursor) == FM__INDEX_NONE &&
                !fm__index_add(&places->surveyed, hashes[i], 0))
                return false;
        }
    }
    return true;
}

/* Surveys the segments up to `end`, or to where it is clear that folding saves something. */
static fm_status survey_segments(fm__places *places, const fm_base *base, fm__crew *crew, size_t end,
                                 fm_error *error) {
    for (; places->segment_count < end && !places->is_on; places->segment_count++) {
        making m = {places, base->segments[places->segment_count], &places->ahead[0]};
        if (!make_room(places, m.segment, m.to))
            return fm__fail_memory(error);
        fm__crew_start(crew, survey_rows, &m, item_count(m.segment));
        fm__crew_finish(crew);
        if (!take_survey(places, m.to, item_count(m.segment)))
            return fm__fail_memory(error);
        places->is_on = saves(places);
    }
    if (places->is_on)
        places->segment_count = 0;
    return FM_OK;
}

fm_status fm__places_advance(fm__places *places, fm_base *base, fm__crew *crew, bool is_last,
                             fm_error *error) {
    size_t end = is_last ? base->segment_count : (size_t)(base->row_count / base->segment_rows);
    fm_status status = places->is_on ? FM_OK : survey_segments(places, base, crew, end, error);
    return status == FM_OK && places->is_on ? fold_segments(places, base, crew, end, error) : status;
}

/* --- the whole --- */

fm__places *fm__places_new(const fm_base *base, fm_folding folding) {
    fm__places *places = calloc(1, sizeof *places);
    if (places == NULL)
        return NULL;
    places->demand_count = base->demand_count;
    places->is_on = folding == FM_FOLDING_ALWAYS;
    places->judged_at = SURVEYED_LEAST;
    return places;
}

void fm__places_free(fm__places *places) {
    if (places == NULL)
        return;
    for (size_t i = 0; i < 2; i++) {
        free(places->ahead[i].bytes);
        free(places->ahead[i].hashes);
    }
    store_destroy(&places->store);
    fm__index_destroy(&places->surveyed);
    free(places->positions);
    free(places);
}

bool fm__places_are_shared(const fm__places *places) {
    return places->is_on;
}

size_t fm__places_bytes(const fm__places *places) {
    return places->store.place_count * (places->store.record_bytes + 2 * sizeof(fm__index_slot)) +
           (size_t)places->row_count * sizeof *places->positions;
}

void fm__places_count_rows(const fm__places *places, size_t demand, uint64_t *rows) {
    const store *s = &places->store;
    for (size_t place = 0; place < s->place_count; place++) {
        const unsigned char *record = record_at(s, place);
        rows[fm__code_load(record + s->offsets[demand], s->widths[demand])] += repeats_of(record);
    }
}

fm__segment *fm__places_segment(const fm__places *places, const fm_base *base, size_t number) {
    const store *s = &places->store;
    size_t first = number * base->segment_rows;
    size_t left = s->place_count - first;
    fm__segment *segment = calloc(1, sizeof *segment);
    if (segment == NULL)
        return NULL;
    segment->row_count = left < base->segment_rows ? left : base->segment_rows;
    if (!fm__segment_make_codes(segment, base)) {
        fm__segment_free(segment, 0, base->demand_count);
        return NULL;
    }
    for (size_t d = 0; d < places->demand_count; d++)
        copy_codes(column_of_records(s, record_at(s, first), d), column_of_segment(segment, d, 0),
                   segment->row_count);
    return segment;
}

fm_status fm__places_hand_over(fm__places *places, fm_base *base, fm_error *error) {
    const store *s = &places->store;
    /* Whole blocks, as the kernels look at them. */
    size_t blocks = (s->place_count + FM__BLOCK_ROWS - 1) / FM__BLOCK_ROWS;
    base->repeats = fm__array_new(blocks, FM__BLOCK_ROWS * sizeof *base->repeats);
    if (base->repeats == NULL)
        return fm__fail_memory(error);
    for (size_t place = 0; place < s->place_count; place++)
        base->repeats[place] = repeats_of(record_at(s, place));
    base->place_count = s->place_count;
    base->positions = places->positions;
    places->positions = NULL;
    return FM_OK;
}
