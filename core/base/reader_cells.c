#include "base/business.h"
#include "base/reader.h"
#include "model/cell.h"
#include "support/number.h"

#include <math.h>

fm_text fm__carried_cell(const fm__batch *batch, size_t s, size_t row, char *buffer) {
    if (!fm__is_numeric(batch, s))
        return fm__text_cell(batch, s, row);
    double number = batch->numbers[s][row];
    return (fm_text){buffer, isnan(number) ? 0 : fm__number_format(number, buffer)};
}

/* Remembers a bad cell; of several in a row, the leftmost is told. */
static void note_fault(const fm__reader *r, fm__worker *w, size_t row, size_t s) {
    uint32_t *fault = &w->row_faults[row];
    w->has_faults = true;
    if (*fault == FM__NO_FAULT || r->sources[s].column < r->sources[*fault].column)
        *fault = (uint32_t)s;
}

bool fm__read_demand(const fm__reader *r, const fm__batch *batch, size_t s, size_t row,
                     fm__reading *out_reading, char *reason) {
    const fm__demands *demands = &r->base->demands[r->sources[s].target];
    if (fm__is_numeric(batch, s))
        return fm__demands_read_number(demands, batch->numbers[s][row], out_reading, reason);
    return fm__demands_read(demands, fm__text_cell(batch, s, row), r->model->decimal, out_reading, reason);
}

/* The rows without a code go to `out_missed`; returns how many. */
static size_t list_missed(const fm__batch *batch, const uint32_t *codes, uint32_t *out_missed) {
    size_t missed = 0;
    for (size_t row = 0; row < batch->row_count; row++) {
        out_missed[missed] = (uint32_t)row;
        missed += codes[row] == FM__SPELLING_NONE && batch->faults[row] == FM__RECORD_OK;
    }
    return missed;
}

/* Codes of the cells of a column that are among the spellings, FM__SPELLING_NONE for others; whether all are.
 */
static inline bool find_plain(const fm__spellings *spellings, unsigned width, const fm__batch *batch,
                              uint32_t column, uint32_t *out_codes) {
    const fm__spellings local = *spellings;
    const fm__spans *plain = batch->plain;
    const char *text = plain->text;
    const size_t row_count = batch->row_count;
    const uint32_t *start = plain->starts + plain->places[0] + column;
    size_t stride = plain->last_column + 1;
    bool is_regular = plain->places[row_count - 1] - plain->places[0] == (row_count - 1) * stride;
    bool any = false;
    for (size_t row = 0; row < row_count; row++, start += stride) {
        if (!is_regular) /* there are empty lines between the records */
            start = plain->starts + plain->places[row] + column;
        size_t length = start[1] - 1 - start[0];
        out_codes[row] = fm__spellings_find(spellings, &local, width, text + start[0], length);
        any |= out_codes[row] == FM__SPELLING_NONE;
    }
    return !any;
}

/* The same where some cells are quoted or rows faulty, or in the last column. */
static inline bool find_cells(const fm__spellings *spellings, unsigned width, const fm__batch *batch,
                              size_t s, uint32_t *out_codes) {
    const fm__spellings local = *spellings;
    bool any = false;
    for (size_t row = 0; row < batch->row_count; row++) {
        out_codes[row] = FM__SPELLING_NONE;
        if (batch->faults[row] == FM__RECORD_OK) {
            fm_text cell = fm__text_cell(batch, s, row);
            out_codes[row] = fm__spellings_find(spellings, &local, width, cell.bytes, cell.length);
        }
        any |= out_codes[row] == FM__SPELLING_NONE;
    }
    return !any;
}

/* The rows whose cells are not among the spellings go to `out_missed`; returns how many. */
static size_t find_spellings(const fm__spellings *spellings, const fm__batch *batch, size_t s,
                             uint32_t *out_codes, uint32_t *out_missed) {
    const fm__spans *plain = batch->plain;
    bool is_plain = plain != NULL && plain->columns[s] != plain->last_column;
    uint32_t column = is_plain ? plain->columns[s] : 0;
    unsigned width = spellings->width;
    bool all = is_plain ? (width == 1   ? find_plain(spellings, 1, batch, column, out_codes)
                           : width == 2 ? find_plain(spellings, 2, batch, column, out_codes)
                                        : find_plain(spellings, 4, batch, column, out_codes))
                        : (width == 1   ? find_cells(spellings, 1, batch, s, out_codes)
                           : width == 2 ? find_cells(spellings, 2, batch, s, out_codes)
                                        : find_cells(spellings, 4, batch, s, out_codes));
    return all ? 0 : list_missed(batch, out_codes, out_missed);
}

/* The same where cells belong to the caller and nothing may be read behind them. */
static size_t find_exactly(const fm__spellings *spellings, const fm__batch *batch, size_t s,
                           uint32_t *out_codes, uint32_t *out_missed) {
    for (size_t row = 0; row < batch->row_count; row++) {
        fm__spelling key;
        out_codes[row] = FM__SPELLING_NONE;
        if (fm__spelling_of(fm__text_cell(batch, s, row), &key))
            out_codes[row] = fm__spellings_find_key(spellings, key);
    }
    return list_missed(batch, out_codes, out_missed);
}

static size_t all_rows(const fm__batch *batch, uint32_t *out_rows) {
    size_t count = 0;
    for (size_t row = 0; row < batch->row_count; row++)
        if (batch->faults[row] == FM__RECORD_OK)
            out_rows[count++] = (uint32_t)row;
    return count;
}

static bool add_newcomer(fm__piece *piece, fm__newcomers *to, const fm__reading *reading,
                         const fm__spelling *key, size_t row) {
    fm__newcomer one = {.has_key = key != NULL,
                        .is_set = reading->set.bytes != NULL,
                        .row = (uint32_t)(piece->row_count + row),
                        .code = reading->code,
                        .number = reading->number,
                        .set_length = reading->set.length};
    if (key != NULL)
        one.key = *key;
    if (one.is_set && one.code == FM__CODE_UNKNOWN && !fm__piece_add_text(piece, reading->set, &one.set))
        return false;
    if (!fm__array_reserve(&to->list, &to->capacity, to->count + 1, sizeof *to->list))
        return false;
    to->list[to->count++] = one;
    return true;
}

/* Cells read before the first of them is looked for in its dictionary, which may be far away in memory. */
#define READ_AHEAD 32

static bool read_missed(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch,
                        size_t s, const uint32_t *rows, size_t count, bool spelled) {
    size_t target = r->sources[s].target;
    const fm__demands *demands = &r->base->demands[target];
    fm__reading readings[READ_AHEAD];
    bool is_read[READ_AHEAD];
    char reason[FM__REASON_BYTES];
    for (size_t i = 0; i < count; i++) {
        is_read[i] = fm__read_demand(r, batch, s, rows[i], &readings[i], reason);
        if (!is_read[i])
            note_fault(r, w, rows[i], s);
        else if (readings[i].code == FM__CODE_UNKNOWN)
            fm__demands_prefetch(demands, &readings[i]);
    }
    for (size_t i = 0; i < count; i++) {
        fm__reading *reading = &readings[i];
        fm__spelling key;
        if (!is_read[i])
            continue;
        if (reading->code == FM__CODE_UNKNOWN)
            reading->code = fm__demands_find(demands, reading);
        piece->codes[target][piece->row_count + rows[i]] = reading->code;
        bool has_key = spelled && fm__spelling_of(fm__text_cell(batch, s, rows[i]), &key);
        if ((has_key || reading->code == FM__CODE_UNKNOWN) &&
            !add_newcomer(piece, &piece->newcomers[target], reading, has_key ? &key : NULL, rows[i]))
            return false;
    }
    return true;
}

/* Columns of numbers in memory: most are demands that the dictionary holds. */
static size_t find_numbers(const fm__demands *demands, const double *numbers, size_t count,
                           uint32_t *out_codes, uint32_t *out_missed) {
    const uint32_t blank = fm__demands_blank_code(demands);
    size_t missed = 0;
    for (size_t row = 0; row < count; row++) {
        fm__reading reading = {.code = FM__CODE_UNKNOWN, .number = numbers[row]};
        out_codes[row] = isnan(numbers[row]) ? blank : fm__demands_find(demands, &reading);
        out_missed[missed] = (uint32_t)row;
        missed += out_codes[row] == FM__CODE_UNKNOWN;
    }
    return missed;
}

static bool read_demands(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch,
                         size_t s) {
    size_t target = r->sources[s].target;
    const fm__spellings *spellings = &r->spellings[target];
    uint32_t *codes = piece->codes[target] + piece->row_count;
    const fm__demands *demands = &r->base->demands[target];
    bool has_numbers = fm__is_numeric(batch, s);
    bool spelled = !spellings->is_off && !has_numbers;
    /* Few numbers stay in the cache; many are better asked for in advance. */
    bool few_numbers =
        has_numbers && demands->count <= FM__SPELLINGS_MAX && demands->attribute->rule != FM_RULE_FLAG;
    size_t missed = few_numbers ? find_numbers(demands, batch->numbers[s], batch->row_count, codes, w->rows)
                    : !spelled  ? all_rows(batch, w->rows)
                    : r->is_padded ? find_spellings(spellings, batch, s, codes, w->rows)
                                   : find_exactly(spellings, batch, s, codes, w->rows);
    piece->newcomers[target].cells += batch->row_count;
    piece->newcomers[target].misses += missed;
    for (size_t i = 0; i < missed; i += READ_AHEAD) {
        size_t count = missed - i < READ_AHEAD ? missed - i : READ_AHEAD;
        if (!read_missed(r, w, piece, batch, s, w->rows + i, count, spelled))
            return false;
    }
    return true;
}

/* --- business columns --- */

bool fm__read_business(const fm__reader *r, const fm__batch *batch, size_t s, size_t row,
                       fm__business *out_business, char *reason) {
    char number[FM__NUMBER_BYTES];
    if (r->sources[s].role == FM_ROLE_VALUE && fm__is_numeric(batch, s))
        return fm__business_money(batch->numbers[s][row], out_business, reason);
    return fm__business_read(r->model, r->sources[s].role, fm__carried_cell(batch, s, row, number),
                             out_business, reason);
}

/* Whether any cell is right, so that there is nothing to check. */
static bool is_free(fm_role role) {
    return role == FM_ROLE_COUNT || role == FM_ROLE_NAME || role == FM_ROLE_OWNER || role == FM_ROLE_OFFERED;
}

static void check_row(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch, size_t s,
                      size_t row) {
    fm__business business = {0};
    char reason[FM__REASON_BYTES];
    fm_role role = r->sources[s].role;
    if (!fm__read_business(r, batch, s, row, &business, reason)) {
        note_fault(r, w, row, s);
        return;
    }
    if (role == FM_ROLE_VALUE)
        piece->values[piece->row_count + row] = business.value;
    else if (role == FM_ROLE_STAGE && piece->stages != NULL)
        piece->stages[piece->row_count + row] = business.stage;
}

/* Whether all ids of a plain batch begin with a letter or digit, or what else is above a blank: they need no
 * closer look then. */
static bool has_plain_ids(const fm__batch *batch, size_t s) {
    const fm__spans *plain = batch->plain;
    bool all = plain != NULL && plain->columns[s] != plain->last_column;
    for (size_t row = 0; all && row < batch->row_count; row++) {
        /* An empty cell begins with the delimiter, which may be above a blank. */
        const uint32_t *start = plain->starts + plain->places[row] + plain->columns[s];
        all = start[1] - 1 > start[0] && (unsigned char)plain->text[start[0]] > ' ';
    }
    return all;
}

/* Columns of which most cells differ: each is read by itself. */
static void check_each(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch,
                       size_t s) {
    bool is_id = r->sources[s].role == FM_ROLE_ID && !fm__is_numeric(batch, s);
    bool is_money = r->sources[s].role == FM_ROLE_VALUE && !fm__is_numeric(batch, s);
    if (is_id && has_plain_ids(batch, s))
        return;
    for (size_t row = 0; row < batch->row_count; row++) {
        if (batch->faults[row] != FM__RECORD_OK)
            continue;
        fm_text cell = is_id || is_money ? fm__text_cell(batch, s, row) : (fm_text){"", 0};
        if (is_id && cell.length > 0 && (unsigned char)cell.bytes[0] > ' ')
            continue;
        double *money = is_money ? &piece->values[piece->row_count + row] : NULL;
        if (is_money && ((r->is_padded && fm__business_short_money(cell, money)) ||
                         fm__business_plain_money(cell, money)))
            continue;
        check_row(r, w, piece, batch, s, row);
    }
}

/* Columns of few words; false when memory ran out. */
static bool check_words(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch,
                        size_t s) {
    fm__spellings *checked = &w->checked[s];
    unsigned char *stages = r->sources[s].role == FM_ROLE_STAGE ? piece->stages : NULL;
    uint32_t found[FM__BATCH_ROWS_MAX];
    size_t missed = find_spellings(checked, batch, s, found, w->rows);
    for (size_t row = 0; stages != NULL && row < batch->row_count; row++)
        stages[piece->row_count + row] = (unsigned char)found[row];
    for (size_t i = 0; i < missed; i++) {
        size_t row = w->rows[i];
        fm__spelling key;
        check_row(r, w, piece, batch, s, row);
        if (w->row_faults[row] == FM__NO_FAULT && fm__spelling_of(fm__text_cell(batch, s, row), &key) &&
            fm__spellings_find_key(checked, key) == FM__SPELLING_NONE &&
            !fm__spellings_add(checked, &key, stages == NULL ? 0 : stages[piece->row_count + row]))
            return false;
    }
    fm__spellings_judge(checked, batch->row_count, missed);
    return true;
}

bool fm__read_column(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch, size_t s) {
    fm_role role = r->sources[s].role;
    if (r->sources[s].is_demand)
        return read_demands(r, w, piece, batch, s);
    if (is_free(role))
        return true;
    bool few = role != FM_ROLE_ID && role != FM_ROLE_VALUE && !w->checked[s].is_off;
    if (few && r->is_padded)
        return check_words(r, w, piece, batch, s);
    check_each(r, w, piece, batch, s);
    return true;
}
