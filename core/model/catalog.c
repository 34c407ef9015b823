#include "model/catalog.h"

#include "model/catalog_maker.h"
#include "model/cell.h"
#include "model/promise.h"
#include "tables/faults.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* The offerings' columns, in the order in which they are selected; the attributes' follow. */
enum { ID, SUPPLIER, NAME, FIRST_ATTRIBUTE };

/* A table of offerings being read. */
typedef struct reading {
    fm__catalog_maker *maker;
    const fm_model_spec *model;
    fm_table *table;
    fm__fault_log *faults;
    fm_error *error;
    size_t *selected; /* [FIRST_ATTRIBUTE + attributes]: place in a batch, or SIZE_MAX */
    uint64_t *lines;  /* [offering]: where it stands, 0 for those that were there before */
    size_t line_capacity;
} reading;

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

static fm_status read_value(reading *r, const fm__batch *batch, size_t row, size_t attribute) {
    size_t column = FIRST_ATTRIBUTE + attribute;
    const double *numbers = batch->numbers[r->selected[column]];
    char reason[FM_MESSAGE_BYTES];
    fm__cell_outcome outcome =
        numbers == NULL ? fm__catalog_maker_cell(r->maker, attribute, cell_of(r, batch, row, column), reason)
                        : fm__catalog_maker_number(r->maker, attribute, numbers[row], reason);
    if (outcome == FM__CELL_WRONG)
        fault(r, batch, row, column, "%s: %s", r->model->attributes[attribute].offer_column, reason);
    return outcome == FM__CELL_NO_MEMORY ? fm__fail_memory(r->error) : FM_OK;
}

/* Says that an id is not the first of its name. */
static void fault_twice(const reading *r, const fm__batch *batch, size_t row, fm_text id, uint32_t known) {
    char shown[FM__SHOW_BYTES];
    fm__text_show(id, shown);
    if (r->lines[known] > 0)
        fault(r, batch, row, ID, "offering `%s` stands twice (first in line %llu)", shown,
              (unsigned long long)r->lines[known]);
    else
        fault(r, batch, row, ID, "there is an offering `%s` already; give the new one another id", shown);
}

static fm_status read_row(void *context, const fm__batch *batch, size_t row) {
    reading *r = context;
    fm_catalog *catalog = r->maker->catalog;
    fm_text id = cell_of(r, batch, row, ID);
    if (id.length == 0) {
        fault(r, batch, row, ID, "offering_id is blank; every offering needs one");
        return FM_OK;
    }
    uint32_t known = fm__names_find(&catalog->ids, id);
    if (known != FM__INDEX_NONE) {
        fault_twice(r, batch, row, id, known);
        return FM_OK;
    }
    size_t offering = catalog->offering_count;
    if (offering == FM_OFFERINGS_MAX)
        return fm__fail_at(r->error, FM_ERROR_LIMIT, r->table->file, batch->lines[row], 1,
                           "more than %d offerings", FM_OFFERINGS_MAX);
    if (!fm__array_reserve(&r->lines, &r->line_capacity, offering + 1, sizeof *r->lines) ||
        fm__catalog_maker_add(r->maker, id, cell_of(r, batch, row, SUPPLIER), cell_of(r, batch, row, NAME)) ==
            SIZE_MAX)
        return fm__fail_memory(r->error);
    r->lines[offering] = batch->lines[row];
    for (size_t a = 0; a < r->model->attribute_count; a++) {
        fm_status status = read_value(r, batch, row, a);
        if (status != FM_OK)
            return status;
    }
    return FM_OK;
}

fm_status fm__catalog_read_table(fm__catalog_maker *maker, fm_table *table, fm__fault_log *faults,
                                 fm_error *error) {
    size_t before = maker->catalog->offering_count;
    reading r = {.maker = maker, .model = maker->model, .table = table, .faults = faults, .error = error};
    r.selected = fm__array_new(FIRST_ATTRIBUTE + r.model->attribute_count, sizeof *r.selected);
    bool ready = r.selected != NULL && fm__array_reserve(&r.lines, &r.line_capacity, before, sizeof *r.lines);
    fm_status status = ready ? select_columns(&r) : fm__fail_memory(error);
    if (before > 0 && ready)
        memset(r.lines, 0, before * sizeof *r.lines);
    if (status == FM_OK)
        status = fm__table_read_rows(r.table, read_row, &r, r.faults, error);
    else if (status == FM_ERROR_INPUT)
        status = FM_OK; /* the fault log has it */
    free(r.selected);
    free(r.lines);
    return status;
}

/* At least one offering must be own; says which suppliers there are when none is. */
static void check_own(const fm_catalog *catalog, const fm_table *table, fm__fault_log *faults) {
    const char *company = fm_model_content(catalog->model)->company;
    fm__suggestion near;
    char text[FM__SUGGESTION_BYTES];
    fm__suggestion_init(&near, fm__text(company));
    for (size_t o = 0; o < catalog->offering_count; o++) {
        if (catalog->offerings[o].own)
            return;
        fm__suggestion_offer(&near, catalog->offerings[o].supplier);
    }
    if (catalog->offering_count == 0)
        fm__fault_add(faults, table->file, 1, 1,
                      "there are no offerings; at least one own offering is needed");
    else if (company[0] == '\0')
        fm__fault_add(
            faults, table->file, 1, 1,
            "no offering is own: leave the supplier of your own offerings blank, or name your `company` in "
            "the model");
    else
        fm__fault_add(faults, table->file, 1, 1,
                      "no offering is own: none has a blank supplier or the company's name, \"%.100s\"%s",
                      company, fm__suggestion_text(&near, text));
}

fm_status fm_catalog_read(const fm_model *model, fm_table *offerings, fm_table *history,
                          const fm_faults *faults, fm_catalog **out_catalog, fm_error *error) {
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    fm__catalog_maker maker;
    fm_status status = fm__catalog_maker_init(&maker, model) ? FM_OK : fm__fail_memory(error);
    if (status == FM_OK)
        status = fm__catalog_read_table(&maker, offerings, &log, error);
    if (status == FM_OK && log.count == 0)
        check_own(maker.catalog, offerings, &log);
    if (status == FM_OK && !fm__catalog_maker_settle(&maker))
        status = fm__fail_memory(error);
    /* Records of offerings that were not understood would only add noise to the faults. */
    if (status == FM_OK && history != NULL && log.count == 0)
        status = fm__promise_read(maker.catalog, history, &log, error);
    if (status == FM_OK)
        status = fm__fault_log_status(&log, error);
    if (status == FM_OK)
        *out_catalog = fm__catalog_maker_take(&maker);
    fm__catalog_maker_destroy(&maker);
    return status;
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
