#include "match/match_rows.h"

#include "base/base.h"
#include "match/phrases.h"
#include "match/rows.h"
#include "tables/csv_put.h"

/* What a thread keeps of phrases at most, so that demands that are all different take no memory beside the
 * base; and demands of a column that it keeps phrases for, since where there are more, each comes seldom. */
#define KEPT_BYTES_MAX ((size_t)16 << 20)
#define KEPT_DEMANDS_MAX ((uint32_t)1 << 16)

/* Between the needs of a gap, and so at the beginning of each that is kept. */
#define SEPARATOR "; "
#define SEPARATOR_BYTES (sizeof SEPARATOR - 1)

bool fm__row_writer_init(fm__row_writer *w, const fm__pieces *pieces) {
    size_t attributes = pieces->model->attribute_count;
    size_t cells;
    *w = (fm__row_writer){.pieces = pieces};
    if (!fm__size_product(attributes, FM__BLOCK_ROWS, &cells))
        return false;
    w->needs = fm__arena_array(&w->lasting, attributes, sizeof *w->needs);
    w->shortfalls = fm__arena_array(&w->lasting, attributes, sizeof *w->shortfalls);
    w->has_codes = fm__arena_array(&w->lasting, attributes, sizeof *w->has_codes);
    w->codes = fm__array_new(cells, sizeof *w->codes);
    w->missed = fm__array_new(cells, sizeof *w->missed);
    w->unasked = fm__arena_array(&w->lasting, fm__risks_words(attributes), sizeof *w->unasked);
    return w->unasked != NULL && w->needs != NULL && w->shortfalls != NULL && w->has_codes != NULL &&
           w->codes != NULL && w->missed != NULL;
}

void fm__row_writer_destroy(fm__row_writer *w) {
    free(w->buffer);
    free(w->scratch);
    free(w->codes);
    free(w->missed);
    free(w->columns);
    free(w->holes);
    fm__arena_destroy(&w->lasting);
    fm__arena_destroy(&w->passing);
}

void fm__row_writer_begin(fm__row_writer *w, const fm__risks *risks) {
    w->risks = risks;
    fm__arena_destroy(&w->passing);
    w->passing_bytes = 0;
    memset(w->needs, 0, w->pieces->model->attribute_count * sizeof *w->needs);
}

/* --- room --- */

static bool grow(fm__row_writer *w, size_t bytes) {
    return bytes <= SIZE_MAX - w->length && fm__array_reserve(&w->buffer, &w->capacity, w->length + bytes, 1);
}

/* Room for a row and `more` bytes behind w->length. */
static inline bool reserve(fm__row_writer *w, size_t more) {
    if (__builtin_expect(w->capacity - w->length >= w->slack && w->capacity - w->length - w->slack >= more,
                         1))
        return true;
    return more <= SIZE_MAX - w->slack && grow(w, w->slack + more);
}

static inline char *put(char *at, fm_text piece) {
    memcpy(at, piece.bytes, FM__PIECE_BYTES);
    if (__builtin_expect(piece.length > FM__PIECE_BYTES, 0))
        memcpy(at + FM__PIECE_BYTES, piece.bytes + FM__PIECE_BYTES, piece.length - FM__PIECE_BYTES);
    return at + piece.length;
}

/* --- phrases --- */

/* The phrase in w->scratch, behind `begin` bytes of it. */
static bool phrase_in_scratch(fm__row_writer *w, const char *begin, size_t attribute,
                              const fm__demands *demands, uint32_t which, size_t *out_length) {
    for (;;) {
        fm__phrase phrase = {.buffer = w->scratch, .capacity = w->scratch_capacity};
        fm__phrase_add(&phrase, fm__text(begin));
        if (demands != NULL)
            fm__phrase_need(&phrase, w->pieces->catalog, attribute, demands, which);
        else
            fm__phrase_shortfall(&phrase, w->pieces->catalog, attribute, which);
        *out_length = phrase.length;
        if (phrase.length <= w->scratch_capacity)
            return true;
        if (!fm__array_reserve(&w->scratch, &w->scratch_capacity, phrase.length, 1))
            return false;
    }
}

/* The phrase with its quotes doubled, in the arena. */
static bool keep_phrase(fm__row_writer *w, fm__arena *arena, size_t length, fm_text *out_phrase) {
    size_t most = length > (SIZE_MAX - FM__PIECE_BYTES) / 2 ? SIZE_MAX : 2 * length + FM__PIECE_BYTES;
    char *copy = most == SIZE_MAX ? NULL : fm__arena_new(arena, most);
    if (copy == NULL)
        return false;
    char *end = fm__csv_double_quotes(copy, (fm_text){w->scratch, length});
    memset(end, 0, FM__PIECE_BYTES);
    *out_phrase = (fm_text){copy, (size_t)(end - copy)};
    return true;
}

static bool make_shortfall(fm__row_writer *w, size_t attribute, uint32_t offering, fm_text *out_phrase) {
    fm_text **known = &w->shortfalls[attribute];
    size_t length;
    if (*known == NULL &&
        (*known = fm__arena_array(&w->lasting, w->pieces->catalog->offering_count, sizeof **known)) == NULL)
        return false;
    if ((*known)[offering].bytes == NULL && (!phrase_in_scratch(w, "", attribute, NULL, offering, &length) ||
                                             !keep_phrase(w, &w->lasting, length, &(*known)[offering])))
        return false;
    *out_phrase = (*known)[offering];
    return true;
}

static inline bool shortfall_of(fm__row_writer *w, size_t attribute, uint32_t offering, fm_text *out_phrase) {
    const fm_text *known = w->shortfalls[attribute];
    if (__builtin_expect(known == NULL || known[offering].bytes == NULL, 0))
        return make_shortfall(w, attribute, offering, out_phrase);
    *out_phrase = known[offering];
    return true;
}

/* Writes a need that is not kept straight into the row. */
static bool write_need(fm__row_writer *w, size_t attribute, const fm__demands *demands, uint32_t demand,
                       size_t skip) {
    size_t length;
    if (!phrase_in_scratch(w, skip > 0 ? "" : SEPARATOR, attribute, demands, demand, &length) ||
        length > SIZE_MAX / 2 || !reserve(w, 2 * length))
        return false;
    char *end = fm__csv_double_quotes(w->buffer + w->length, (fm_text){w->scratch, length});
    w->length = (size_t)(end - w->buffer);
    return true;
}

static inline char *put_behind(char *at, fm_text piece, size_t skip) {
    return put(at, (fm_text){piece.bytes + skip, piece.length - skip});
}

static bool make_need(fm__row_writer *w, size_t attribute, const fm__demands *demands, uint32_t demand,
                      size_t skip) {
    fm_text **known = &w->needs[attribute];
    size_t length;
    if (demands->count > KEPT_DEMANDS_MAX || w->passing_bytes > KEPT_BYTES_MAX)
        return write_need(w, attribute, demands, demand, skip);
    if (*known == NULL) {
        *known = fm__arena_array(&w->passing, demands->count, sizeof **known);
        w->passing_bytes += demands->count * sizeof **known;
        if (*known == NULL)
            return false;
    }
    fm_text *one = &(*known)[demand];
    if (!phrase_in_scratch(w, SEPARATOR, attribute, demands, demand, &length) ||
        !keep_phrase(w, &w->passing, length, one) || !reserve(w, one->length))
        return false;
    w->passing_bytes += one->length + FM__PIECE_BYTES;
    w->length = (size_t)(put_behind(w->buffer + w->length, *one, skip) - w->buffer);
    return true;
}

/* A need, less the `skip` bytes at its beginning, and what the offering has instead. */
static inline bool put_phrases(fm__row_writer *w, size_t attribute, const fm__demands *demands,
                               uint32_t demand, uint32_t offering, size_t skip) {
    const fm_text *known = w->needs[attribute];
    fm_text shortfall;
    if (!shortfall_of(w, attribute, offering, &shortfall))
        return false;
    if (__builtin_expect(known != NULL && known[demand].bytes != NULL, 1)) {
        if (!reserve(w, known[demand].length + shortfall.length))
            return false;
        w->length = (size_t)(put_behind(w->buffer + w->length, known[demand], skip) - w->buffer);
    } else if (!make_need(w, attribute, demands, demand, skip) || !reserve(w, shortfall.length)) {
        return false;
    }
    w->length = (size_t)(put(w->buffer + w->length, shortfall) - w->buffer);
    return true;
}

/* --- a block --- */

/* Bytes among which any has to be quoted. */
static bool is_plain(const char *bytes, size_t length) {
    unsigned char found = 0;
    for (size_t i = 0; i < length; i++) {
        char byte = bytes[i];
        found |= (unsigned char)((byte == ',') | (byte == '"') | (byte == '\r') | (byte == '\n'));
    }
    return found == 0;
}

/* The carried columns of a block, and the room that a row of it takes. */
static bool view_columns(fm__row_writer *w, const fm_base *base, size_t first, size_t count) {
    const fm__segment *segment = base->segments[first / base->segment_rows];
    size_t at = first % base->segment_rows;
    size_t cell_bytes = 0;
    if (!fm__array_reserve(&w->columns, &w->column_capacity, base->carried_count, sizeof *w->columns))
        return false;
    for (size_t c = 0; c < base->carried_count; c++) {
        const fm__cells *cells = &segment->cells[c];
        fm__column_view *view = &w->columns[c];
        uint32_t begin = at == 0 ? 0 : cells->ends[at - 1];
        size_t length = cells->ends[at + count - 1] - begin;
        *view = (fm__column_view){cells->bytes, cells->ends + at, begin, 0, true};
        /* A column of empty cells has no bytes at all. */
        if (cells->bytes != NULL) {
            view->is_plain = is_plain(cells->bytes + begin, length);
            view->wide_end =
                cells->length > FM__PIECE_BYTES ? (uint32_t)(cells->length - FM__PIECE_BYTES) + 1 : 0;
        }
        cell_bytes += 2 * length + 3;
    }
    w->slack = w->pieces->row_bytes + cell_bytes + FM__PIECE_BYTES;
    return true;
}

/* The needs that `own` does not meet, turned from planes to rows. */
static void list_missed(fm__row_writer *w, const fm__plan *plan, const fm__block *block) {
    size_t attributes = plan->model->attribute_count;
    memset(w->missed_counts, 0, sizeof w->missed_counts);
    memset(w->has_codes, 0, attributes * sizeof *w->has_codes);
    for (size_t a = 0; a < attributes; a++) {
        const uint64_t *plane = block->unmet + a * FM__BLOCK_WORDS;
        bool any = false;
        for (size_t word = 0; word < FM__BLOCK_WORDS; word++) {
            any |= plane[word] != 0;
            for (uint64_t rows = plane[word]; rows != 0; rows &= rows - 1) {
                size_t row = word * 64 + (size_t)__builtin_ctzll(rows);
                w->missed[row * attributes + w->missed_counts[row]++] = (uint16_t)a;
            }
        }
        w->has_codes[a] = any;
    }
}

static void unpack_codes(fm__row_writer *w, const fm__plan *plan, const fm__kernel *kernel, size_t number) {
    const uint64_t *slices = fm__base_block(plan->base, number);
    for (size_t a = 0; a < plan->model->attribute_count; a++) {
        const fm__demands *demands = fm__base_demands(plan->base, a, false);
        if (w->has_codes[a])
            kernel->unpack(slices + (size_t)demands->first_slice * FM__BLOCK_WORDS, demands->slice_count,
                           w->codes + a * FM__BLOCK_ROWS);
    }
}

static inline char *put_cell(char *to, const fm__column_view *view, size_t at) {
    uint32_t begin = at == 0 ? view->begin : view->ends[at - 1];
    size_t length = view->ends[at] - begin;
    if (__builtin_expect(view->is_plain && begin < view->wide_end, 1))
        return put(to, (fm_text){view->bytes + begin, length});
    return length == 0 ? to : fm__csv_put(to, (fm_text){view->bytes + begin, length});
}

/* The names of the unmet needs, joined with ';'. */
static char *put_unmet(const fm__pieces *p, char *to, const uint16_t *missed, size_t count) {
    bool is_quoted = false;
    for (size_t i = 0; i < count; i++)
        is_quoted |= p->is_quoted[missed[i]];
    if (is_quoted)
        *to++ = '"';
    for (size_t i = 0; i < count; i++) {
        fm_text name = p->names[missed[i]];
        if (i == 0)
            name = (fm_text){name.bytes + 1, name.length - 1};
        to = put(to, name);
    }
    if (is_quoted)
        *to++ = '"';
    return to;
}

/* What follows the score where nothing of ours fits. A gap always holds a comma, so it is always quoted. */
static bool put_reasons(fm__row_writer *w, const fm__plan *plan, size_t at) {
    const fm__pieces *p = w->pieces;
    const fm_match_row *row = &w->rows[at];
    const uint16_t *missed = w->missed + at * p->model->attribute_count;
    size_t count = w->missed_counts[at];
    char *to = put_unmet(p, w->buffer + w->length, missed, count);
    *to++ = ',';
    if (count > 0)
        *to++ = '"';
    w->length = (size_t)(to - w->buffer);
    for (size_t i = 0; i < count; i++) {
        size_t a = missed[i];
        uint32_t demand = w->codes[a * FM__BLOCK_ROWS + at] - FM__CODE_FIRST;
        const fm__demands *demands = fm__base_demands(plan->base, a, false);
        if (!put_phrases(w, a, demands, demand, row->own, i == 0 ? SEPARATOR_BYTES : 0))
            return false;
    }
    if (!reserve(w, 0))
        return false;
    to = w->buffer + w->length;
    if (count > 0)
        *to++ = '"';
    *to++ = ',';
    size_t nobody = p->catalog->offering_count;
    to = put(to, p->referrals[row->refer_to == FM_NONE ? nobody : row->refer_to]);
    to = put(to, p->promises[row->overpromise == FM_NONE ? nobody : row->overpromise]);
    w->length = (size_t)(to - w->buffer);
    return true;
}

/* What to ask in a row of a base that does not hold all customers: the one attribute that is unasked, or the
 * best guess, which is then a hole at `place` in the buffer. */
static bool guess_question(fm__row_writer *w, const fm__plan *plan, const fm__block *block, size_t at,
                           size_t place, uint32_t *out_attribute) {
    size_t words = fm__risks_words(plan->model->attribute_count);
    size_t bytes = fm__hole_bytes(words);
    size_t count = 0;
    memset(w->unasked, 0, words * sizeof *w->unasked);
    for (size_t i = 0; i < plan->unasked_count; i++) {
        const fm__group *group = &plan->groups[plan->unasked[i]];
        const uint64_t *plane = block->planes + (size_t)group->unasked_plane * FM__BLOCK_WORDS;
        if (!(plane[at / 64] >> (at % 64) & 1))
            continue;
        w->unasked[group->attribute / 64] |= UINT64_C(1) << (group->attribute % 64);
        *out_attribute = (uint32_t)group->attribute;
        count++;
    }
    if (count <= 1)
        return true;
    if (!fm__array_reserve(&w->holes, &w->hole_capacity, (w->hole_count + 1) * bytes, 1))
        return false;
    *out_attribute = fm__risks_choose(w->risks, w->rows[at].own, w->unasked);
    const fm__hole hole = {.at = place, .own = w->rows[at].own, .guess = *out_attribute};
    char *to = w->holes + w->hole_count++ * bytes;
    memcpy(to, &hole, sizeof hole);
    memcpy(to + sizeof hole, w->unasked, words * sizeof *w->unasked);
    return true;
}

static bool put_row(fm__row_writer *w, const fm__plan *plan, const fm__block *block, size_t at) {
    const fm__pieces *p = w->pieces;
    const fm_match_row *row = &w->rows[at];
    if (!reserve(w, 0))
        return false;
    char *to = put_cell(w->buffer + w->length, &w->columns[0], at);
    to = put(to, p->leads[row->verdict * p->catalog->offering_count + row->own]);
    if (row->verdict == FM_VERDICT_FIT || row->verdict == FM_VERDICT_ASK) {
        to = put(to, p->fitting_scores[row->score]);
        if (row->verdict == FM_VERDICT_ASK) {
            uint32_t ask = row->ask;
            if (w->risks != NULL && !guess_question(w, plan, block, at, (size_t)(to - w->buffer), &ask))
                return false;
            to = put(to, p->questions[ask]);
        }
    } else {
        w->length = (size_t)(put(to, p->scores[row->score]) - w->buffer);
        if (!put_reasons(w, plan, at))
            return false;
        to = w->buffer + w->length;
    }
    for (size_t c = 1; c < plan->base->carried_count; c++) {
        *to++ = ',';
        to = put_cell(to, &w->columns[c], at);
    }
    *to++ = '\n';
    w->length = (size_t)(to - w->buffer);
    return true;
}

bool fm__row_writer_block(fm__row_writer *w, const fm__plan *plan, const fm__kernel *kernel, fm__block *block,
                          unsigned verdicts) {
    size_t first = block->number * FM__BLOCK_ROWS;
    uint64_t left = plan->base->row_count - first;
    size_t count = left < FM__BLOCK_ROWS ? (size_t)left : FM__BLOCK_ROWS;
    if (!view_columns(w, plan->base, first, count))
        return false;
    fm__rows_of(plan, kernel, block, w->rows);
    kernel->unmet(plan, block);
    list_missed(w, plan, block);
    unpack_codes(w, plan, kernel, block->number);
    for (size_t at = 0; at < count; at++)
        if ((verdicts >> w->rows[at].verdict & 1) && !put_row(w, plan, block, at))
            return false;
    return true;
}

bool fm__row_writer_header(fm__row_writer *w, const fm_base *base) {
    static const char fixed[] = "customer_id,verdict,offering_id,score,unmet,gap,refer_to,refer_supplier,"
                                "overpromise,ask";
    size_t most = sizeof fixed + 1;
    for (size_t c = 1; c < base->carried_count; c++)
        most += 2 * strlen(base->carried[c].name) + 3;
    if (!grow(w, most))
        return false;
    char *to = w->buffer + w->length;
    memcpy(to, fixed, sizeof fixed - 1);
    to += sizeof fixed - 1;
    for (size_t c = 1; c < base->carried_count; c++) {
        *to++ = ',';
        to = fm__csv_put(to, fm__text(base->carried[c].name));
    }
    *to++ = '\n';
    w->length = (size_t)(to - w->buffer);
    return true;
}
