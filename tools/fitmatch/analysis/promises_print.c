/* Promises as those who sell read them: the worst of their own first. */
#include "promises.h"

#include <stdlib.h>

enum { OFFERING, STATE = 7, COLUMNS };

/* In the order in which they are shown. */
static const char *const STATES[] = {"broken", "better", "kept", "too few records"};
#define STATE_COUNT (sizeof STATES / sizeof STATES[0])
#define BROKEN 0

/* A row of the report, and what its place depends on. */
typedef struct place {
    uint64_t row;
    size_t state;
    double kept_share;
    bool partner;
} place;

typedef struct listing {
    fm_report *report;
    place *places; /* [count] */
    uint64_t count;
    uint64_t counts[STATE_COUNT][2]; /* [state][partner] */
} listing;

static size_t state_of(fm_text text) {
    size_t state = 0;
    while (state + 1 < STATE_COUNT && !text_equal(text, text_of(STATES[state])))
        state++;
    return state;
}

static bool is_partners(const session *run, fm_text id) {
    char *name = tool_copy(id.bytes, id.length);
    bool own = fm_catalog_offering(run->catalog, fm_catalog_find(run->catalog, name))->own;
    free(name);
    return !own;
}

static int compare_places(const void *a, const void *b) {
    const place *x = a;
    const place *y = b;
    if (x->partner != y->partner)
        return x->partner ? 1 : -1;
    if (x->state != y->state)
        return x->state < y->state ? -1 : 1;
    if (x->state == BROKEN && x->kept_share != y->kept_share)
        return x->kept_share < y->kept_share ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void collect(listing *l, const session *run) {
    fm_cell cells[COLUMNS];
    fm_error error;
    uint64_t rows = fm_report_row_count(l->report, 0);
    l->places = tool_alloc((size_t)rows, sizeof *l->places);
    for (uint64_t row = 0; row < rows && fm_report_row(l->report, 0, row, cells, &error) == FM_OK; row++) {
        place *new = &l->places[l->count++];
        *new = (place){.row = row,
                       .state = state_of(cells[STATE].text),
                       .kept_share = cells[STATE - 1].number,
                       .partner = is_partners(run, cells[OFFERING].text)};
        l->counts[new->state][new->partner]++;
    }
    if (l->count > 0)
        qsort(l->places, (size_t)l->count, sizeof *l->places, compare_places);
}

static bool load_promise(void *context, uint64_t row, fm_cell *out_cells) {
    const listing *l = context;
    fm_error error;
    return fm_report_row(l->report, 0, l->places[row].row, out_cells, &error) == FM_OK;
}

static bool load_state(void *context, uint64_t row, fm_cell *out_cells) {
    const listing *l = context;
    bool partners = false;
    for (size_t s = 0; s < STATE_COUNT; s++)
        partners |= l->counts[s][true] > 0;
    out_cells[0] = (fm_cell){.text = text_of(STATES[row])};
    out_cells[1] = (fm_cell){.count = l->counts[row][false]};
    if (partners)
        out_cells[2] = (fm_cell){.count = l->counts[row][true]};
    return true;
}

void promises_print(fm_report *report, const session *run, const terminal *to, uint64_t most) {
    static const fm_report_column states[] = {{"state", "State", FM_CELL_TEXT},
                                              {"own", "Ours", FM_CELL_COUNT},
                                              {"partners", "Partners'", FM_CELL_COUNT}};
    listing l = {.report = report};
    collect(&l, run);
    const report_view counts = {.title = "promises by state",
                                .model = run->model,
                                .columns = states,
                                .column_count = 3,
                                .rows = STATE_COUNT,
                                .load = load_state,
                                .context = &l};
    const report_view list = {.title = "promises, ours first, the worst broken first",
                              .model = run->model,
                              .columns = fm_report_columns(report, 0),
                              .column_count = COLUMNS,
                              .rows = l.count,
                              .load = load_promise,
                              .context = &l,
                              .more = "--all shows them, --csv writes them"};
    if (l.count == 0) {
        report_print(report, run, to, most);
    } else {
        if (report_print_head(report, run, to))
            fputc('\n', to->stream);
        report_print_view(&counts, to, 0);
        fputc('\n', to->stream);
        report_print_view(&list, to, most);
        report_print_notes(report, to);
    }
    free(l.places);
}
