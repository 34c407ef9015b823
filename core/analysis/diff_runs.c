#include "analysis/diff.h"
#include "analysis/reduction.h"
#include "analysis/unmet_sets.h"
#include "match/rows.h"
#include "tables/faults.h"
#include "tables/named_table.h"

#include <stdio.h>

fm_text fm__diff_id(const fm__diff_run *run, uint64_t row) {
    if (run->base != NULL)
        return fm_base_id(run->base, row);
    uint64_t begin = row == 0 ? 0 : run->id_ends[row - 1];
    return (fm_text){run->ids + begin, (size_t)(run->id_ends[row] - begin)};
}

void fm__diff_run_destroy(fm__diff_run *run) {
    free(run->ids);
    free(run->id_ends);
    free(run->verdicts);
    free(run->unmet);
    *run = (fm__diff_run){0};
}

/* --- runs of matches --- */

typedef struct matching {
    fm__diff_run *run;
    const fm__plan *plan;
    const fm__kernel *kernel;
    fm__names *sets;
    uint16_t *states_of; /* [block] number of the state that saw it */
    uint32_t **numbers;  /* [state] -> [set of the state] the set's number */
    unsigned state_count;
} matching;

/* A thread has sets of its own. */
typedef struct state {
    fm__unmet_sets sets;
    uint64_t *scratch;
    uint16_t number;
    bool began;
} state;

static fm_status begin(void *context, void *state_of, fm_error *error) {
    matching *m = context;
    state *s = state_of;
    fm__unmet_sets_init(&s->sets, m->plan);
    s->began = true;
    s->number = (uint16_t)m->state_count++;
    s->scratch = fm__array_new(FM__BLOCK_ROWS * s->sets.words, sizeof *s->scratch);
    return s->scratch == NULL ? fm__fail_memory(error) : FM_OK;
}

static void end(void *context, void *state_of) {
    (void)context;
    state *s = state_of;
    if (s->began)
        fm__unmet_sets_destroy(&s->sets);
    free(s->scratch);
}

static fm_status add(void *context, void *state_of, const fm__rows *rows, fm_error *error) {
    matching *m = context;
    state *s = state_of;
    uint32_t unmet[FM__BLOCK_ROWS];
    fm__verdict_planes verdicts;
    fm__verdict_planes_of(rows->block, &verdicts);
    m->kernel->unmet(m->plan, rows->block);
    if (!fm__unmet_sets_of_rows(&s->sets, m->plan, rows->block, rows->block->valid, s->scratch, unmet))
        return fm__fail_memory(error);
    m->states_of[rows->block->number] = s->number;
    for (size_t i = 0; i < rows->count; i++)
        m->run->unmet[rows->numbers[i]] = unmet[i];
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            for (uint64_t bits = verdicts.planes[v][w]; bits != 0; bits &= bits - 1)
                m->run->verdicts[rows->numbers[w * 64 + (size_t)__builtin_ctzll(bits)]] = (unsigned char)v;
    return FM_OK;
}

/* The numbers that all threads' sets have in common. */
static bool number_sets(matching *m, const state *s) {
    uint32_t *numbers = fm__array_new(s->sets.count, sizeof *numbers);
    uint16_t *list = fm__array_new(m->plan->model->attribute_count, sizeof *list);
    uint32_t *wide = fm__array_new(m->plan->model->attribute_count, sizeof *wide);
    bool done = numbers != NULL && list != NULL && wide != NULL;
    m->numbers[s->number] = numbers;
    for (uint32_t i = 0; done && i < s->sets.count; i++) {
        size_t count = fm__unmet_set_list(&s->sets, i, list);
        for (size_t a = 0; a < count; a++)
            wide[a] = list[a];
        numbers[i] = fm__names_add(m->sets, (fm_text){(const char *)wide, count * sizeof *wide});
        done = numbers[i] != FM__INDEX_NONE;
    }
    free(list);
    free(wide);
    return done;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    (void)into;
    return number_sets(context, from) ? FM_OK : fm__fail_memory(error);
}

static fm_status finish(void *context, void *state_of, fm_error *error) {
    matching *m = context;
    const fm_base *base = m->plan->base;
    if (!number_sets(m, state_of))
        return fm__fail_memory(error);
    for (uint64_t position = 0; position < base->row_count; position++) {
        uint32_t *unmet = &m->run->unmet[fm__base_row_at(base, position)];
        *unmet = m->numbers[m->states_of[position / FM__BLOCK_ROWS]][*unmet];
    }
    return FM_OK;
}

fm_status fm__diff_run_match(fm__diff_run *run, const fm_matches *matches, fm__names *sets,
                             const fm_analysis_run *how, fm_error *error) {
    const fm_base *base = matches->plan->base;
    unsigned slots = fm__matcher_slots(how == NULL ? 0 : how->threads);
    matching m = {.run = run, .plan = matches->plan, .kernel = matches->kernel, .sets = sets};
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.state_bytes = sizeof(state);
    reduction.begin = begin;
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    reduction.end = end;
    run->base = base;
    run->row_count = base->row_count;
    run->verdicts = fm__array_new(base->row_count, sizeof *run->verdicts);
    run->unmet = fm__array_new(base->row_count, sizeof *run->unmet);
    m.states_of = fm__array_new(base->block_count, sizeof *m.states_of);
    m.numbers = fm__array_new(slots, sizeof *m.numbers);
    fm_status status = FM_OK;
    if (run->verdicts == NULL || run->unmet == NULL || m.states_of == NULL || m.numbers == NULL)
        status = fm__fail_memory(error);
    if (status == FM_OK)
        status = fm__reduce(&reduction, how, &m, error);
    for (unsigned slot = 0; m.numbers != NULL && slot < slots; slot++)
        free(m.numbers[slot]);
    free(m.numbers);
    free(m.states_of);
    return status;
}

/* --- runs of match tables --- */

enum { ID, VERDICT, UNMET, COLUMN_COUNT };
static const fm__named_columns COLUMNS = {
    "the match table has", "the match table's", {"customer_id", "verdict", "unmet"}};

typedef struct reading {
    fm__diff_run *run;
    fm_table *table;
    fm__names *sets;
    fm__names *attributes;
    fm__fault_log *faults;
    uint32_t *list; /* scratch for a set */
    size_t list_capacity;
    fm_error *error;
} reading;

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The number of the set that a cell names, FM__INDEX_NONE when memory ran out. */
static uint32_t read_unmet(reading *r, fm_text cell) {
    size_t count = 0;
    while (cell.length > 0) {
        const char *end = memchr(cell.bytes, ';', cell.length);
        size_t length = end == NULL ? cell.length : (size_t)(end - cell.bytes);
        if (!fm__array_reserve(&r->list, &r->list_capacity, count + 1, sizeof *r->list))
            return FM__INDEX_NONE;
        if (length > 0) {
            r->list[count] = fm__names_add(r->attributes, (fm_text){cell.bytes, length});
            if (r->list[count++] == FM__INDEX_NONE)
                return FM__INDEX_NONE;
        }
        size_t skip = end == NULL ? length : length + 1;
        cell.bytes += skip;
        cell.length -= skip;
    }
    size_t kept = 0;
    if (count > 1)
        qsort(r->list, count, sizeof *r->list, by_number);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || r->list[kept - 1] != r->list[i])
            r->list[kept++] = r->list[i];
    return fm__names_add(r->sets,
                         kept == 0 ? fm__text("") : (fm_text){(const char *)r->list, kept * sizeof *r->list});
}

static unsigned find_verdict(fm_text cell) {
    unsigned v = 0;
    while (v < FM_VERDICT_COUNT && !fm__text_equal(cell, fm__text(fm_verdict_name((fm_verdict)v))))
        v++;
    return v;
}

static void fault_verdict(const reading *r, const fm__batch *batch, size_t row, fm_text cell) {
    char shown[FM__SHOW_BYTES];
    fm_position at = r->table->methods->locate(r->table, batch, row, VERDICT);
    fm__fault_add(r->faults, r->table->file, at.line, at.column,
                  "\"%s\" is no verdict; there are fit, ask, refer and walk_away",
                  fm__text_show(cell, shown));
}

static bool add_row(reading *r, fm_text id, unsigned verdict, fm_text unmet) {
    fm__diff_run *run = r->run;
    size_t rows = (size_t)run->row_count + 1;
    if (!fm__array_reserve(&run->ids, &run->id_capacity, run->id_bytes + id.length + 1, 1) ||
        !fm__array_reserve(&run->id_ends, &run->end_capacity, rows, sizeof *run->id_ends) ||
        !fm__array_reserve(&run->verdicts, &run->verdict_capacity, rows, sizeof *run->verdicts) ||
        !fm__array_reserve(&run->unmet, &run->unmet_capacity, rows, sizeof *run->unmet))
        return false;
    if (id.length > 0)
        memcpy(run->ids + run->id_bytes, id.bytes, id.length);
    run->id_bytes += id.length;
    run->id_ends[rows - 1] = run->id_bytes;
    run->verdicts[rows - 1] = (unsigned char)verdict;
    run->unmet[rows - 1] = read_unmet(r, unmet);
    run->row_count = rows;
    return run->unmet[rows - 1] != FM__INDEX_NONE;
}

static fm_status read_row(void *context, const fm__batch *batch, size_t row) {
    reading *r = context;
    fm_text cell = fm__text_trim(batch->texts[VERDICT][row]);
    unsigned verdict = find_verdict(cell);
    if (verdict == FM_VERDICT_COUNT)
        fault_verdict(r, batch, row, cell);
    else if (!add_row(r, batch->texts[ID][row], verdict, fm__text_trim(batch->texts[UNMET][row])))
        return fm__fail_memory(r->error);
    return FM_OK;
}

fm_status fm__diff_run_read(fm__diff_run *run, fm_table *table, fm__names *sets, fm__names *attributes,
                            fm__fault_log *faults, fm_error *error) {
    reading r = {
        .run = run, .table = table, .sets = sets, .attributes = attributes, .faults = faults, .error = error};
    fm_status status = fm__named_table_select(r.table, &COLUMNS, r.faults, error);
    if (status == FM_OK)
        status = fm__table_read_rows(r.table, read_row, &r, r.faults, error);
    else if (status == FM_ERROR_INPUT && faults->count > 0)
        status = FM_OK; /* the fault log has it */
    free(r.list);
    return status;
}
