/* Customer rows: what each demands, and which cannot be read. */
#include "oracle_internal.h"

struct customer_columns {
    ptrdiff_t *needs; /* per attribute */
    ptrdiff_t *wants; /* per attribute */
};

enum cell_state { CELL_UNREADABLE, CELL_DEMAND, CELL_NO_DEMAND, CELL_BLANK, CELL_UNASKED };

static enum cell_state read_demand(struct oracle *oracle, size_t a, struct oracle_text cell,
                                   struct oracle_demand *out_demand) {
    struct oracle_attribute *attribute = &oracle->model.attributes[a];
    struct oracle_demand demand = {.attribute = a};
    if (cell.length == 0)
        return CELL_BLANK;
    if (oracle_text_equal(cell, oracle_text_of("?")))
        return CELL_UNASKED;
    if (oracle_text_equal(cell, oracle_text_of("-")) || oracle_text_equal_folded(cell, oracle_text_of("any")))
        return CELL_NO_DEMAND;
    enum cell_state state = CELL_DEMAND;
    if (attribute->rule == ORACLE_FLAG) {
        bool yes = false;
        if (!oracle_flag_read(cell, &yes))
            return CELL_UNREADABLE;
        state = yes ? CELL_DEMAND : CELL_NO_DEMAND;
    } else if (attribute->rule == ORACLE_AT_MOST || attribute->rule == ORACLE_AT_LEAST) {
        if (!oracle_number_read(cell, attribute->unit, oracle->model.decimal_comma, &demand.number))
            return CELL_UNREADABLE;
    } else {
        demand.set = oracle_set_read(oracle, &attribute->values, cell, false);
        state = demand.set.count > 0 ? CELL_DEMAND : CELL_BLANK;
    }
    *out_demand = demand;
    return state;
}

static struct oracle_text cell_of(const struct oracle_record *record, ptrdiff_t column) {
    return column == ORACLE_NONE ? oracle_text_of("") : oracle_text_trim(record->cells[column]);
}

static bool is_one_of(struct oracle_text cell, const struct oracle_text *choices, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (oracle_text_equal_folded(cell, choices[i]))
            return true;
    return false;
}

static bool business_good(const struct oracle *oracle, enum oracle_role role, struct oracle_text cell) {
    const struct oracle_text drivers[] = {oracle_text_of("toward"), oracle_text_of("away")};
    const struct oracle_text horizons[] = {oracle_text_of("short"), oracle_text_of("long")};
    double number = 0;
    bool yes = false;
    if (cell.length == 0)
        return true;
    if (role == ORACLE_ROLE_VALUE)
        return oracle_number_read(cell, oracle_text_of(""), oracle->model.decimal_comma, &number) &&
               number >= 0;
    if (role == ORACLE_ROLE_STAGE)
        return oracle->model.stage_count == 0 ||
               is_one_of(cell, oracle->model.stages, oracle->model.stage_count);
    if (role == ORACLE_ROLE_EXISTING || role == ORACLE_ROLE_FAVOURITE)
        return oracle_flag_read(cell, &yes);
    if (role == ORACLE_ROLE_DRIVER)
        return is_one_of(cell, drivers, 2);
    if (role == ORACLE_ROLE_HORIZON)
        return is_one_of(cell, horizons, 2);
    if (role == ORACLE_ROLE_SINCE)
        return oracle_date_read(cell);
    return true;
}

static bool record_good(const struct oracle *oracle, const struct oracle_record *record) {
    if (record->unreadable || record->cell_count != oracle->customers.header.cell_count)
        return false;
    if (oracle_text_trim(record->cells[oracle->id_column]).length == 0)
        return false;
    for (size_t b = 0; b < oracle->model.business_count; b++)
        if (!business_good(oracle, oracle->model.business[b].role,
                           cell_of(record, oracle->business_columns[b])))
            return false;
    return true;
}

/* False when the row is a reject. */
static bool read_row(struct oracle *oracle, const struct oracle_record *record,
                     const struct customer_columns *columns, struct oracle_row *out_row) {
    const size_t attribute_count = oracle->model.attribute_count;
    if (!record_good(oracle, record))
        return false;
    struct oracle_row row = {.record = record};
    row.needs = oracle_alloc(&oracle->heap, attribute_count, sizeof *row.needs);
    row.wants = oracle_alloc(&oracle->heap, attribute_count, sizeof *row.wants);
    row.unasked = oracle_alloc(&oracle->heap, attribute_count, sizeof *row.unasked);
    for (size_t a = 0; a < attribute_count; a++) {
        struct oracle_demand demand = {0};
        const enum cell_state need = read_demand(oracle, a, cell_of(record, columns->needs[a]), &demand);
        if (need == CELL_UNREADABLE)
            return false;
        if (need == CELL_DEMAND)
            row.needs[row.need_count++] = demand;
        if (need == CELL_UNASKED || (need == CELL_BLANK && oracle->model.attributes[a].ask_when_blank))
            row.unasked[row.unasked_count++] = a;
        const enum cell_state want = read_demand(oracle, a, cell_of(record, columns->wants[a]), &demand);
        if (want == CELL_UNREADABLE)
            return false;
        if (want == CELL_DEMAND)
            row.wants[row.want_count++] = demand;
    }
    *out_row = row;
    return true;
}

bool oracle_customers_read(struct oracle *oracle) {
    const struct oracle_model *model = &oracle->model;
    if (!oracle_table_read(oracle, model->customers_path, &oracle->customers))
        return false;
    const struct oracle_csv *csv = &oracle->customers;
    oracle->id_column = oracle_csv_column(csv, model->id_column);
    if (oracle->id_column == ORACLE_NONE)
        return oracle_fail(oracle, "customers: no column for the id");
    for (size_t b = 0; b < model->business_count; b++)
        oracle->business_columns[b] = oracle_csv_column(csv, model->business[b].column);
    struct customer_columns columns;
    columns.needs = oracle_alloc(&oracle->heap, model->attribute_count, sizeof *columns.needs);
    columns.wants = oracle_alloc(&oracle->heap, model->attribute_count, sizeof *columns.wants);
    for (size_t a = 0; a < model->attribute_count; a++) {
        columns.needs[a] = oracle_csv_column(csv, model->attributes[a].need);
        columns.wants[a] = oracle_csv_column(csv, model->attributes[a].want);
    }
    oracle->rows = oracle_alloc(&oracle->heap, csv->record_count, sizeof *oracle->rows);
    oracle->rejected_lines = oracle_alloc(&oracle->heap, csv->record_count, sizeof *oracle->rejected_lines);
    for (size_t i = 0; i < csv->record_count; i++) {
        if (read_row(oracle, &csv->records[i], &columns, &oracle->rows[oracle->row_count]))
            oracle->row_count++;
        else
            oracle->rejected_lines[oracle->rejected_count++] = csv->records[i].line;
    }
    return true;
}
