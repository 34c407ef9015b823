#include "model/catalog.h"

#include "model/cell.h"
#include "model/promise.h"
#include "tables/faults.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* The offerings' columns, in the order in which they are selected; the attributes' follow. */
enum { ID, SUPPLIER, NAME, FIRST_ATTRIBUTE };

/* One value of a set cell, before the values of its attribute are sorted. */
typedef struct set_value {
    uint32_t offering;
    uint32_t value;
} set_value;

/* The set cells of one attribute, as they come. */
typedef struct set_reading {
    fm__names folded;
    fm_text *spelled; /* numbered like folded */
    size_t spelled_capacity;
    set_value *values;
    size_t value_count;
    size_t value_capacity;
} set_reading;

typedef struct reading {
    fm_catalog *catalog;
    const fm_model_spec *model;
    fm_table *table;
    fm__fault_log *faults;
    fm_error *error;
    size_t *selected;  /* [FIRST_ATTRIBUTE + attributes]: place in a batch, or SIZE_MAX */
    set_reading *sets; /* [attribute] */
    uint64_t *lines;   /* [offering]: where it stands */
    char *folding;     /* scratch for folded values */
    size_t folding_capacity;
    size_t offering_capacity;
    size_t line_capacity;
} reading;

/* Numeric and flag values grow with the offerings; sets are collected apart. */
static bool reserve_values(reading *r, size_t offerings) {
    size_t before = r->offering_capacity;
    if (offerings <= before)
        return true;
    if (!fm__array_reserve(&r->catalog->offerings, &r->offering_capacity, offerings, sizeof(fm_offering)))
        return false;
    for (size_t a = 0; a < r->model->attribute_count; a++) {
        fm__offered *o = &r->catalog->offered[a];
        size_t capacity = before;
        if (fm__rule_is_numeric(r->model->attributes[a].rule)) {
            if (!fm__array_reserve(&o->nominal, &capacity, r->offering_capacity, sizeof *o->nominal))
                return false;
        } else if (r->model->attributes[a].rule == FM_RULE_FLAG) {
            if (!fm__array_reserve(&o->flags, &capacity, r->offering_capacity, sizeof *o->flags))
                return false;
        }
    }
    return true;
}

static fm_status select_columns(reading *r) {
    static const char *const fixed[FIRST_ATTRIBUTE] = {"offering_id", "supplier", "name"};
    size_t count = FIRST_ATTRIBUTE + r->model->attribute_count;
    uint32_t *columns = fm__array_new(count, sizeof *columns);
    if (columns == NULL)
        return fm__fail_memory(r->error);
    size_t selected = 0;
    unsigned before = r->faults->count;
    for (size_t c = 0; c < count; c++) {
        const char *name =
            c < FIRST_ATTRIBUTE ? fixed[c] : r->model->attributes[c - FIRST_ATTRIBUTE].offer_column;
        size_t at = fm__table_find(r->table, name);
        bool optional = c == SUPPLIER || c == NAME;
        char near[FM__SUGGESTION_BYTES];
        if (at == SIZE_MAX && !optional)
            fm__fault_add(r->faults, r->table->file, 1, 1, "the offerings have no column `%s`%s", name,
                          fm__table_suggest(r->table, name, near));
        bool takes_numbers =
            c >= FIRST_ATTRIBUTE && fm__rule_is_numeric(r->model->attributes[c - FIRST_ATTRIBUTE].rule);
        if (at != SIZE_MAX && fm__table_is_numeric(r->table, at) && !takes_numbers)
            fm__fault_add(r->faults, r->table->file, 0, 0, "the offerings' column `%s` must hold texts",
                          name);
        r->selected[c] = at == SIZE_MAX ? SIZE_MAX : selected;
        if (at != SIZE_MAX)
            columns[selected++] = (uint32_t)at;
    }
    fm_status status = FM_ERROR_INPUT;
    if (r->faults->count == before)
        status = r->table->methods->select(r->table, columns, selected, r->error);
    free(columns);
    return status;
}

/* A cell of the current row, trimmed; empty where the table lacks the column. */
static fm_text cell_of(const reading *r, const fm__batch *batch, size_t row, size_t column) {
    size_t at = r->selected[column];
    if (at == SIZE_MAX || batch->texts[at] == NULL)
        return (fm_text){"", 0};
    return fm__text_trim(batch->texts[at][row]);
}

__attribute__((format(printf, 5, 6))) static void fault(const reading *r, const fm__batch *batch, size_t row,
                                                        size_t column, const char *format, ...) {
    char message[FM_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    fm_position at = r->table->methods->locate(r->table, batch, row, r->selected[column]);
    fm__fault_add(r->faults, r->table->file, at.line, at.column, "%s", message);
}

static fm_status read_set(reading *r, size_t attribute, uint32_t offering, fm_text cell) {
    set_reading *set = &r->sets[attribute];
    fm_text spelled;
    while (fm__cell_set_next(&cell, &spelled)) {
        if (!fm__array_reserve(&r->folding, &r->folding_capacity, spelled.length, 1))
            return fm__fail_memory(r->error);
        for (size_t i = 0; i < spelled.length; i++)
            r->folding[i] = fm__fold(spelled.bytes[i]);
        size_t known = set->folded.count;
        uint32_t value = fm__names_add(&set->folded, (fm_text){r->folding, spelled.length});
        if (value == FM__INDEX_NONE ||
            !fm__array_reserve(&set->spelled, &set->spelled_capacity, known + 1, sizeof *set->spelled) ||
            !fm__array_reserve(&set->values, &set->value_capacity, set->value_count + 1, sizeof *set->values))
            return fm__fail_memory(r->error);
        if (value == known) {
            set->spelled[value] = fm__arena_text(&r->catalog->arena, spelled);
            if (set->spelled[value].bytes == NULL)
                return fm__fail_memory(r->error);
        }
        set->values[set->value_count++] = (set_value){offering, value};
    }
    return FM_OK;
}

static fm_status read_value(reading *r, const fm__batch *batch, size_t row, size_t attribute,
                            uint32_t offering) {
    const fm_attribute *a = &r->model->attributes[attribute];
    fm__offered *offered = &r->catalog->offered[attribute];
    size_t column = FIRST_ATTRIBUTE + attribute;
    fm_text cell = cell_of(r, batch, row, column);
    char reason[FM__REASON_BYTES];
    if (fm__rule_is_set(a->rule))
        return read_set(r, attribute, offering, cell);
    if (a->rule == FM_RULE_FLAG) {
        offered->flags[offering] = false;
        if (cell.length > 0 && !fm__cell_flag(cell, &offered->flags[offering], reason))
            fault(r, batch, row, column, "%s: %s; write yes, no, or leave it blank", a->offer_column, reason);
        return FM_OK;
    }
    const double *numbers = batch->numbers[r->selected[column]];
    offered->nominal[offering] = numbers == NULL ? (double)NAN : numbers[row];
    if (isinf(offered->nominal[offering]))
        fault(r, batch, row, column, "%s: infinite; a finite number is needed", a->offer_column);
    if (cell.length > 0 &&
        !fm__cell_number(cell, a->unit, r->model->decimal, &offered->nominal[offering], reason))
        fault(r, batch, row, column, "%s: %s", a->offer_column, reason);
    return FM_OK;
}

static fm_status read_row(reading *r, const fm__batch *batch, size_t row) {
    fm_catalog *catalog = r->catalog;
    fm_text id = cell_of(r, batch, row, ID);
    char shown[FM__SHOW_BYTES];
    if (id.length == 0) {
        fault(r, batch, row, ID, "offering_id is blank; every offering needs one");
        return FM_OK;
    }
    uint32_t known = fm__names_find(&catalog->ids, id);
    if (known != FM__INDEX_NONE) {
        fault(r, batch, row, ID, "offering `%s` stands twice (first in line %llu)", fm__text_show(id, shown),
              (unsigned long long)r->lines[known]);
        return FM_OK;
    }
    size_t offering = catalog->offering_count;
    if (offering == FM_OFFERINGS_MAX)
        return fm__fail_at(r->error, FM_ERROR_LIMIT, r->table->file, batch->lines[row], 1,
                           "more than %d offerings", FM_OFFERINGS_MAX);
    fm_text supplier = fm__arena_text(&catalog->arena, cell_of(r, batch, row, SUPPLIER));
    fm_text name = fm__arena_text(&catalog->arena, cell_of(r, batch, row, NAME));
    if (supplier.bytes == NULL || name.bytes == NULL || !reserve_values(r, offering + 1) ||
        !fm__array_reserve(&r->lines, &r->line_capacity, offering + 1, sizeof *r->lines) ||
        fm__names_add(&catalog->ids, id) == FM__INDEX_NONE)
        return fm__fail_memory(r->error);
    r->lines[offering] = batch->lines[row];
    catalog->offerings[offering] = (fm_offering){
        .id = catalog->ids.texts[offering].bytes,
        .supplier = supplier.bytes,
        .name = name.bytes,
        .own = supplier.length == 0 || fm__text_equal(supplier, fm__text(r->model->company)),
    };
    catalog->offering_count++;
    for (size_t a = 0; a < r->model->attribute_count; a++) {
        fm_status status = read_value(r, batch, row, a, (uint32_t)offering);
        if (status != FM_OK)
            return status;
    }
    return FM_OK;
}

static fm_status read_rows(reading *r) {
    for (;;) {
        fm__batch batch;
        fm_status status = r->table->methods->next(r->table, &batch, r->error);
        if (status != FM_OK || batch.row_count == 0)
            return status;
        for (size_t row = 0; row < batch.row_count; row++) {
            if (fm__fault_log_full(r->faults))
                return FM_OK;
            if (fm__record_fault_add(r->table, &batch, row, r->faults))
                continue;
            status = read_row(r, &batch, row);
            if (status != FM_OK)
                return status;
        }
    }
}

static int by_offering(const void *a, const void *b) {
    const set_value *x = a;
    const set_value *y = b;
    if (x->offering != y->offering)
        return x->offering < y->offering ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Sorts the values of one attribute by their folded bytes and lays the offerings' sets out, each value once.
 */
static bool settle_set(reading *r, size_t attribute) {
    set_reading *set = &r->sets[attribute];
    fm__offered *offered = &r->catalog->offered[attribute];
    fm__arena *arena = &r->catalog->arena;
    size_t count = set->folded.count;
    uint32_t *order = fm__names_order(&set->folded);
    uint32_t *rank = fm__array_new(count, sizeof *rank);
    bool done = false;
    offered->folded = fm__arena_array(arena, count, sizeof *offered->folded);
    offered->spelled = fm__arena_array(arena, count, sizeof *offered->spelled);
    offered->set_begins = fm__arena_array(arena, r->catalog->offering_count + 1, sizeof *offered->set_begins);
    offered->set_values = fm__arena_array(arena, set->value_count, sizeof *offered->set_values);
    if (order == NULL || rank == NULL || offered->folded == NULL || offered->spelled == NULL ||
        offered->set_begins == NULL || offered->set_values == NULL)
        goto cleanup;
    for (size_t i = 0; i < count; i++) {
        rank[order[i]] = (uint32_t)i;
        offered->folded[i] = fm__arena_text(arena, set->folded.texts[order[i]]);
        offered->spelled[i] = set->spelled[order[i]];
        if (offered->folded[i].bytes == NULL)
            goto cleanup;
    }
    offered->value_count = count;
    for (size_t i = 0; i < set->value_count; i++)
        set->values[i].value = rank[set->values[i].value];
    if (set->value_count > 0)
        qsort(set->values, set->value_count, sizeof *set->values, by_offering);
    size_t kept = 0;
    for (size_t o = 0, i = 0; o < r->catalog->offering_count; o++) {
        offered->set_begins[o] = kept;
        for (; i < set->value_count && set->values[i].offering == o; i++)
            if (kept == offered->set_begins[o] || offered->set_values[kept - 1] != set->values[i].value)
                offered->set_values[kept++] = set->values[i].value;
    }
    offered->set_begins[r->catalog->offering_count] = kept;
    done = true;
cleanup:
    free(order);
    free(rank);
    return done;
}

/* Before the delivery records are read, what is promised is what is delivered. */
static bool settle(reading *r) {
    size_t offerings = r->catalog->offering_count;
    for (size_t a = 0; a < r->model->attribute_count; a++) {
        fm__offered *offered = &r->catalog->offered[a];
        if (fm__rule_is_set(r->model->attributes[a].rule)) {
            if (!settle_set(r, a))
                return false;
        } else if (fm__rule_is_numeric(r->model->attributes[a].rule)) {
            offered->dependable = fm__arena_array(&r->catalog->arena, offerings, sizeof *offered->dependable);
            offered->records = fm__arena_array(&r->catalog->arena, offerings, sizeof *offered->records);
            offered->kept = fm__arena_array(&r->catalog->arena, offerings, sizeof *offered->kept);
            if (offered->dependable == NULL || offered->records == NULL || offered->kept == NULL)
                return false;
            if (offerings > 0)
                memcpy(offered->dependable, offered->nominal, offerings * sizeof *offered->nominal);
        }
    }
    return true;
}

/* At least one offering must be own; says which suppliers there are when none is. */
static void check_own(const reading *r) {
    fm__suggestion near;
    char text[FM__SUGGESTION_BYTES];
    fm__suggestion_init(&near, fm__text(r->model->company));
    for (size_t o = 0; o < r->catalog->offering_count; o++) {
        if (r->catalog->offerings[o].own)
            return;
        fm__suggestion_offer(&near, r->catalog->offerings[o].supplier);
    }
    if (r->catalog->offering_count == 0)
        fm__fault_add(r->faults, r->table->file, 1, 1,
                      "there are no offerings; at least one own offering is needed");
    else if (r->model->company[0] == '\0')
        fm__fault_add(
            r->faults, r->table->file, 1, 1,
            "no offering is own: leave the supplier of your own offerings blank, or name your `company` in "
            "the model");
    else
        fm__fault_add(r->faults, r->table->file, 1, 1,
                      "no offering is own: none has a blank supplier or the company's name, \"%.100s\"%s",
                      r->model->company, fm__suggestion_text(&near, text));
}

static void reading_destroy(reading *r) {
    for (size_t a = 0; r->sets != NULL && a < r->model->attribute_count; a++) {
        fm__names_destroy(&r->sets[a].folded);
        free(r->sets[a].spelled);
        free(r->sets[a].values);
    }
    free(r->sets);
    free(r->selected);
    free(r->lines);
    free(r->folding);
}

static fm_status read_offerings(reading *r) {
    fm_status status = select_columns(r);
    if (status != FM_OK)
        return status == FM_ERROR_INPUT ? FM_OK : status; /* the fault log has it */
    status = read_rows(r);
    if (status != FM_OK)
        return status;
    if (r->faults->count == 0)
        check_own(r);
    return settle(r) ? FM_OK : fm__fail_memory(r->error);
}

fm_status fm_catalog_read(const fm_model *model, fm_table *offerings, fm_table *history,
                          const fm_faults *faults, fm_catalog **out_catalog, fm_error *error) {
    const fm_model_spec *content = fm_model_content(model);
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    fm_catalog *catalog = calloc(1, sizeof *catalog);
    reading r = {.catalog = catalog, .model = content, .table = offerings, .faults = &log, .error = error};
    fm_status status = FM_OK;
    if (catalog != NULL) {
        catalog->model = model;
        catalog->offered =
            fm__arena_array(&catalog->arena, content->attribute_count, sizeof *catalog->offered);
    }
    r.selected = fm__array_new(FIRST_ATTRIBUTE + content->attribute_count, sizeof *r.selected);
    r.sets = fm__array_new(content->attribute_count, sizeof *r.sets);
    if (catalog == NULL || catalog->offered == NULL || r.selected == NULL || r.sets == NULL) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    status = read_offerings(&r);
    /* Records of offerings that were not understood would only add noise to the faults. */
    if (status == FM_OK && history != NULL && log.count == 0)
        status = fm__promise_read(catalog, history, &log, error);
    if (status == FM_OK)
        status = fm__fault_log_status(&log, error);
cleanup:
    reading_destroy(&r);
    if (status != FM_OK) {
        fm_catalog_free(catalog);
        return status;
    }
    *out_catalog = catalog;
    return FM_OK;
}

void fm_catalog_free(fm_catalog *catalog) {
    if (catalog == NULL)
        return;
    size_t attributes = catalog->offered == NULL ? 0 : fm_model_content(catalog->model)->attribute_count;
    for (size_t a = 0; a < attributes; a++) {
        free(catalog->offered[a].nominal);
        free(catalog->offered[a].flags);
    }
    free(catalog->offerings);
    fm__names_destroy(&catalog->ids);
    fm__arena_destroy(&catalog->arena);
    free(catalog);
}

size_t fm_catalog_offering_count(const fm_catalog *catalog) {
    return catalog->offering_count;
}

const fm_offering *fm_catalog_offering(const fm_catalog *catalog, size_t offering) {
    return &catalog->offerings[offering];
}

size_t fm_catalog_find(const fm_catalog *catalog, const char *id) {
    uint32_t found = fm__names_find(&catalog->ids, fm__text(id));
    return found == FM__INDEX_NONE ? SIZE_MAX : found;
}

fm_promise fm_catalog_promise(const fm_catalog *catalog, size_t offering, size_t attribute) {
    const fm__offered *offered = &catalog->offered[attribute];
    if (offered->nominal == NULL)
        return (fm_promise){0};
    return (fm_promise){offered->nominal[offering], offered->dependable[offering], offered->records[offering],
                        offered->kept[offering]};
}

uint32_t fm__offered_find(const fm__offered *offered, fm_text folded) {
    size_t low = 0;
    for (size_t high = offered->value_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (fm__text_compare(offered->folded[middle], folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < offered->value_count && fm__text_equal(offered->folded[low], folded);
    return found ? (uint32_t)low : FM__INDEX_NONE;
}
