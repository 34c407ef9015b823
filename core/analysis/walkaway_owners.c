/* The walk-away list by owner. */
#include "analysis/walkaway.h"
#include "support/names.h"

typedef struct owners {
    const fm__unfit *unfit;
    const fm__worth *worth;
    size_t column;
    fm__names names;     /* trimmed */
    uint32_t *of_rows;   /* [unfit row] */
    fm__grouping rows;   /* of each owner */
    fm__ranked *entries; /* [owner] the first entry of each, its place that of the row */
} owners;

static fm_text cell_of(const owners *o, size_t place) {
    return fm__base_carried(o->worth->base, o->column, o->unfit->rows[place].row);
}

static bool number_owners(owners *o) {
    o->of_rows = fm__array_new(o->unfit->count, sizeof *o->of_rows);
    if (o->of_rows == NULL)
        return false;
    for (size_t i = 0; i < o->unfit->count; i++) {
        o->of_rows[i] = fm__names_add(&o->names, fm__text_trim(cell_of(o, i)));
        if (o->of_rows[i] == FM__INDEX_NONE)
            return false;
    }
    return fm__group_places(o->of_rows, o->unfit->count, o->names.count, &o->rows);
}

/* By the first entry of each: the lowest key and, among equals, the lowest place. Sorting by the key leaves
 * equals as they are, so they are sorted by place before. */
static bool sort_owners(owners *o, const fm__ranked *entries) {
    size_t count = o->names.count;
    o->entries = fm__array_new(count, sizeof *o->entries);
    if (o->entries == NULL)
        return false;
    for (size_t owner = 0; owner < count; owner++) {
        size_t first = o->rows.places[o->rows.begins[owner]];
        for (size_t i = o->rows.begins[owner] + 1; i < o->rows.begins[owner + 1]; i++)
            if (entries[o->rows.places[i]].key < entries[first].key)
                first = o->rows.places[i];
        o->entries[owner] = (fm__ranked){first, first};
    }
    if (!fm__rank(o->entries, count, 0))
        return false;
    for (size_t i = 0; i < count; i++)
        o->entries[i].key = entries[o->entries[i].place].key;
    return fm__rank(o->entries, count, 0);
}

static bool put_owner(const owners *o, fm_report *report, size_t table, size_t first) {
    size_t owner = o->of_rows[first];
    fm__tally tally = {0};
    uint64_t overpromised = 0;
    fm_cell *cells = fm__report_add_row(report, table);
    if (cells == NULL)
        return false;
    for (size_t i = o->rows.begins[owner]; i < o->rows.begins[owner + 1]; i++) {
        const fm__unfit_row *row = &o->unfit->rows[o->rows.places[i]];
        fm__tally_add(&tally, o->worth, row->row);
        overpromised += row->overpromise != FM__UNFIT_NONE;
    }
    cells[0] = fm__cell_of_text(cell_of(o, first));
    cells[1] = fm__cell_of_count(tally.rows);
    cells[2] = fm__tally_money(&tally, o->worth);
    cells[3] = fm__tally_expected(&tally, o->worth);
    cells[4] = fm__cell_of_count(overpromised);
    return true;
}

bool fm__walkaway_owners(fm_report *report, size_t table, const fm__unfit *unfit, const fm__worth *worth,
                         const fm__ranked *entries, size_t column) {
    owners o = {.unfit = unfit, .worth = worth, .column = column};
    bool done = number_owners(&o) && sort_owners(&o, entries);
    for (size_t i = 0; done && i < o.names.count; i++)
        done = put_owner(&o, report, table, (size_t)o.entries[i].place);
    fm__names_destroy(&o.names);
    fm__grouping_destroy(&o.rows);
    free(o.of_rows);
    free(o.entries);
    return done;
}
