#include "base/reader.h"
#include "model/cell.h"

/* A spelling that the next base begins with. */
typedef struct known {
    fm__spelling key;
    double looseness;
    uint32_t code; /* in the base before */
} known;

/* In the order that a finished dictionary has, so that mostly nothing is left to be put in order. */
static int by_looseness(const void *a, const void *b) {
    const known *x = a;
    const known *y = b;
    if (x->looseness != y->looseness)
        return x->looseness > y->looseness ? -1 : 1;
    return (x->code > y->code) - (x->code < y->code);
}

/* Reads a spelling anew; it was right before, and so it is now. */
static fm__reading read_again(const fm__reader *r, const fm__demands *demands, const fm__spelling *key) {
    fm__reading reading;
    char reason[FM__REASON_BYTES];
    const char *bytes = (const char *)key->words;
    fm_text cell = {bytes, strnlen(bytes, FM__SPELLING_BYTES)};
    if (!fm__demands_read(demands, cell, r->model->decimal, &reading, reason))
        reading = (fm__reading){.code = FM__CODE_NONE};
    return reading;
}

/* Gives all spellings of a column the codes of the new base; false when memory ran out. */
static bool keep_spellings(const fm__reader *r, fm__spellings *spellings, fm__demands *demands) {
    known *list = fm__array_new(spellings->count, sizeof *list);
    size_t count = 0;
    size_t place = 0;
    known one;
    if (list == NULL)
        return false;
    while (fm__spellings_next(spellings, &place, &one.key, &one.code)) {
        fm__reading reading = read_again(r, demands, &one.key);
        one.looseness = fm__demands_looseness(demands, reading.number);
        list[count++] = one;
    }
    qsort(list, count, sizeof *list, by_looseness);
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        fm__reading reading = read_again(r, demands, &list[i].key);
        uint32_t code = fm__demands_add(demands, &reading);
        done = code != FM__CODE_UNKNOWN;
        if (done)
            fm__spellings_change(spellings, &list[i].key, code);
    }
    free(list);
    return done;
}

/* Spellings are worth keeping where most rows come with ones that are known; a part of few rows would rather
 * learn its own than all that ever were. */
#define ROWS_A_SPELLING 4

bool fm__reader_renew(fm__reader *r, uint64_t rows_before, bool *out_knows_all) {
    *out_knows_all = true;
    for (size_t d = 0; d < r->base->demand_count; d++) {
        fm__spellings *spellings = &r->spellings[d];
        fm__demands *demands = &r->base->demands[d];
        if (!demands->column_found)
            continue;
        if (spellings->count == 0 || spellings->is_off || rows_before / ROWS_A_SPELLING < spellings->count) {
            *out_knows_all = false;
            fm__spellings_destroy(spellings);
            if (!fm__spellings_reserve(spellings))
                return false;
        } else if (!keep_spellings(r, spellings, demands)) {
            return false;
        }
    }
    return true;
}
