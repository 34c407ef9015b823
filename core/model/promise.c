#include "model/promise.h"

#include "model/cell.h"
#include "tables/faults.h"
#include "tables/named_table.h"

#include <stdio.h>

typedef struct observation {
    uint32_t attribute;
    uint32_t offering;
    double value;
} observation;

typedef struct observations {
    observation *items;
    size_t count;
    size_t capacity;
} observations;

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static int descending(const void *a, const void *b) {
    return ascending(b, a);
}

double fm__promise_dependable(double *values, size_t count, bool at_least, unsigned percentile) {
    qsort(values, count, sizeof *values, at_least ? descending : ascending);
    /* rank = ceil(percentile x count / 100), written so that it cannot overflow */
    size_t whole = count / 100 * percentile;
    size_t rank = whole + (count % 100 * percentile + 99) / 100;
    return values[rank - 1];
}

static int by_offering(const void *a, const void *b) {
    const observation *x = a;
    const observation *y = b;
    if (x->attribute != y->attribute)
        return x->attribute < y->attribute ? -1 : 1;
    return (x->offering > y->offering) - (x->offering < y->offering);
}

/* The columns of a history table, in the order in which they are selected. */
enum { OFFERING, ATTRIBUTE, VALUE, COLUMN_COUNT };
static const fm__named_columns COLUMNS = {
    "the delivery records have", "the records'", {"offering_id", "attribute", "value"}};

typedef struct reading {
    fm_catalog *catalog;
    fm_table *table;
    fm__names attributes; /* numbered like the model's */
    observations found;
    fm__fault_log *faults;
    fm_error *error;
} reading;

/* Says what is wrong with the cell in `column` of a row. */
static void fault(const reading *r, const fm__batch *batch, size_t row, size_t column, const char *what) {
    fm_position at = r->table->methods->locate(r->table, batch, row, column);
    fm__fault_add(r->faults, r->table->file, at.line, at.column, "%s", what);
}

static fm_status read_row(void *context, const fm__batch *batch, size_t row) {
    reading *r = context;
    const fm_model_spec *model = fm_model_content(r->catalog->model);
    fm_text cells[COLUMN_COUNT];
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        cells[c] = fm__text_trim(batch->texts[c][row]);
    uint32_t offering = fm__names_find(&r->catalog->ids, cells[OFFERING]);
    uint32_t attribute = fm__names_find(&r->attributes, cells[ATTRIBUTE]);
    if (offering == FM__INDEX_NONE)
        fm__name_fault_add(r->table, batch, row, OFFERING, "unknown offering", cells[OFFERING],
                           &r->catalog->ids, r->faults);
    if (attribute == FM__INDEX_NONE) {
        fm__name_fault_add(r->table, batch, row, ATTRIBUTE, "unknown attribute", cells[ATTRIBUTE],
                           &r->attributes, r->faults);
        return FM_OK;
    }
    const fm_attribute *a = &model->attributes[attribute];
    char reason[FM__REASON_BYTES];
    double value = 0;
    if (!fm__rule_is_numeric(a->rule)) {
        (void)snprintf(reason, sizeof reason, "`%.80s` has the rule %s; records are for at_most and at_least",
                       a->name, fm_rule_name(a->rule));
        fault(r, batch, row, ATTRIBUTE, reason);
    } else if (cells[VALUE].length == 0) {
        fault(r, batch, row, VALUE, "the value is missing; a number is needed");
    } else if (!fm__cell_number(cells[VALUE], a->unit, model->decimal, &value, reason)) {
        fault(r, batch, row, VALUE, reason);
    } else if (offering != FM__INDEX_NONE) {
        observations *o = &r->found;
        if (!fm__array_reserve(&o->items, &o->capacity, o->count + 1, sizeof *o->items))
            return fm__fail_memory(r->error);
        o->items[o->count++] = (observation){attribute, offering, value};
    }
    return FM_OK;
}

/* The observations that are at least as good as a nominal value; none is where that is blank (NaN). */
static uint64_t count_kept(const double *values, size_t count, bool at_least, double nominal) {
    uint64_t kept = 0;
    for (size_t i = 0; i < count; i++)
        kept += at_least ? values[i] >= nominal : values[i] <= nominal;
    return kept;
}

/* Turns the sorted observations into dependable values, a run of one offering and attribute at a time. */
static fm_status settle(reading *r) {
    const fm_model_spec *model = fm_model_content(r->catalog->model);
    observations *o = &r->found;
    double *values = fm__array_new(o->count, sizeof *values);
    if (values == NULL)
        return fm__fail_memory(r->error);
    if (o->count > 0)
        qsort(o->items, o->count, sizeof *o->items, by_offering);
    for (size_t begin = 0, end; begin < o->count; begin = end) {
        const observation *first = &o->items[begin];
        for (end = begin; end < o->count && by_offering(first, &o->items[end]) == 0; end++)
            values[end - begin] = o->items[end].value;
        fm__offered *offered = &r->catalog->offered[first->attribute];
        bool at_least = model->attributes[first->attribute].rule == FM_RULE_AT_LEAST;
        offered->records[first->offering] = end - begin;
        offered->kept[first->offering] =
            count_kept(values, end - begin, at_least, offered->nominal[first->offering]);
        if (end - begin >= model->min_records) {
            offered->dependable[first->offering] =
                fm__promise_dependable(values, end - begin, at_least, model->percentile);
        }
    }
    free(values);
    return FM_OK;
}

fm_status fm__promise_read(fm_catalog *catalog, fm_table *history, fm__fault_log *faults, fm_error *error) {
    const fm_model_spec *model = fm_model_content(catalog->model);
    reading r = {.catalog = catalog, .table = history, .faults = faults, .error = error};
    fm_status status = FM_OK;
    for (size_t a = 0; a < model->attribute_count; a++) {
        if (fm__names_add(&r.attributes, fm__text(model->attributes[a].name)) == FM__INDEX_NONE) {
            status = fm__fail_memory(error);
            goto cleanup;
        }
    }
    status = fm__named_table_select(r.table, &COLUMNS, r.faults, error);
    if (status == FM_OK)
        status = fm__table_read_rows(r.table, read_row, &r, r.faults, error);
    else if (status == FM_ERROR_INPUT)
        status = FM_OK; /* the fault log has it */
    if (status == FM_OK && faults->count == 0)
        status = settle(&r);
cleanup:
    fm__names_destroy(&r.attributes);
    free(r.found.items);
    return status;
}
