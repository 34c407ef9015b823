/* Tables of what changes would cost. */
#include "model/catalog_maker.h"
#include "model/cell.h"
#include "tables/faults.h"
#include "tables/named_table.h"

#include <fitmatch/analysis.h>
#include <math.h>
#include <stdio.h>

enum { OFFERING, ATTRIBUTE, VALUE, COST, COLUMN_COUNT };
static const fm__named_columns COLUMNS = {
    "the costs have", "the costs'", {"offering", "attribute", "value", "cost"}};

struct fm_roadmap_costs {
    fm__arena arena;
    fm_roadmap_cost *costs;
    size_t count;
    size_t capacity;
};

typedef struct reading {
    const fm_catalog *catalog;
    const fm_model_spec *model;
    fm__catalog_maker maker; /* reads the values, as those of offerings */
    fm__names attributes;    /* numbered like the model's */
    fm_table *table;
    fm__fault_log *faults;
    fm_roadmap_costs *costs;
    fm_error *error;
} reading;

static void fault(const reading *r, const fm__batch *batch, size_t row, size_t column, const char *what) {
    fm_position at = r->table->methods->locate(r->table, batch, row, column);
    fm__fault_add(r->faults, r->table->file, at.line, at.column, "%s", what);
}

static fm_status keep(reading *r, uint32_t offering, uint32_t attribute, fm_text value, double cost) {
    fm_roadmap_costs *to = r->costs;
    value = fm__arena_text(&to->arena, value);
    if (value.bytes == NULL ||
        !fm__array_reserve(&to->costs, &to->capacity, to->count + 1, sizeof *to->costs))
        return fm__fail_memory(r->error);
    to->costs[to->count++] = (fm_roadmap_cost){.offering = r->catalog->offerings[offering].id,
                                               .attribute = r->model->attributes[attribute].name,
                                               .value = value,
                                               .cost = cost};
    return FM_OK;
}

static fm_status read_row(void *context, const fm__batch *batch, size_t row) {
    reading *r = context;
    fm_text cells[COLUMN_COUNT];
    char reason[FM_MESSAGE_BYTES];
    double cost = 0;
    unsigned before = r->faults->count;
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        cells[c] = fm__text_trim(batch->texts[c][row]);
    uint32_t offering = fm__names_find(&r->catalog->ids, cells[OFFERING]);
    uint32_t attribute = fm__names_find(&r->attributes, cells[ATTRIBUTE]);
    if (offering == FM__INDEX_NONE)
        fm__name_fault_add(r->table, batch, row, OFFERING, "there is no offering", cells[OFFERING],
                           &r->catalog->ids, r->faults);
    else if (!r->catalog->offerings[offering].own)
        fault(r, batch, row, OFFERING, "a partner's offering; costs are for your own");
    if (attribute == FM__INDEX_NONE) {
        fm__name_fault_add(r->table, batch, row, ATTRIBUTE, "there is no attribute", cells[ATTRIBUTE],
                           &r->attributes, r->faults);
    } else {
        fm__cell_outcome outcome = fm__catalog_maker_cell(&r->maker, attribute, cells[VALUE], reason);
        if (outcome == FM__CELL_NO_MEMORY)
            return fm__fail_memory(r->error);
        if (outcome == FM__CELL_WRONG)
            fault(r, batch, row, VALUE, reason);
    }
    if (cells[COST].length == 0)
        fault(r, batch, row, COST, "the cost is blank; write 0 if there is none");
    else if (!fm__cell_number(cells[COST], "", r->model->decimal, &cost, reason))
        fault(r, batch, row, COST, reason);
    else if (cost < 0)
        fault(r, batch, row, COST, "a cost is 0 or more");
    return r->faults->count > before ? FM_OK : keep(r, offering, attribute, cells[VALUE], cost);
}

static bool prepare(reading *r) {
    if (!fm__catalog_maker_init(&r->maker, r->catalog->model) || r->costs == NULL ||
        fm__catalog_maker_add(&r->maker, fm__text("cost"), fm__text(""), fm__text("")) == SIZE_MAX)
        return false;
    r->costs->costs = fm__array_new(1, sizeof *r->costs->costs);
    r->costs->capacity = 1;
    for (size_t a = 0; a < r->model->attribute_count; a++)
        if (fm__names_add(&r->attributes, fm__text(r->model->attributes[a].name)) == FM__INDEX_NONE)
            return false;
    return r->costs->costs != NULL;
}

fm_status fm_roadmap_costs_read(const fm_catalog *catalog, fm_table *table, const fm_faults *faults,
                                fm_roadmap_costs **out_costs, fm_error *error) {
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    reading r = {.catalog = catalog,
                 .model = fm_model_content(catalog->model),
                 .table = table,
                 .faults = &log,
                 .costs = calloc(1, sizeof *r.costs),
                 .error = error};
    fm_status status =
        prepare(&r) ? fm__named_table_select(r.table, &COLUMNS, r.faults, error) : fm__fail_memory(error);
    if (status == FM_OK)
        status = fm__table_read_rows(r.table, read_row, &r, r.faults, error);
    if (status == FM_OK || (status == FM_ERROR_INPUT && log.count > 0))
        status = fm__fault_log_status(&log, error);
    fm__names_destroy(&r.attributes);
    fm__catalog_maker_destroy(&r.maker);
    if (status != FM_OK) {
        fm_roadmap_costs_free(r.costs);
        return status;
    }
    *out_costs = r.costs;
    return FM_OK;
}

void fm_roadmap_costs_free(fm_roadmap_costs *costs) {
    if (costs == NULL)
        return;
    fm__arena_destroy(&costs->arena);
    free(costs->costs);
    free(costs);
}

const fm_roadmap_cost *fm_roadmap_costs_list(const fm_roadmap_costs *costs, size_t *out_count) {
    *out_count = costs->count;
    return costs->costs;
}
