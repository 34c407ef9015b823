#include "base/base.h"
#include "base/business.h"
#include "model/cell.h"
#include "support/number.h"
#include "tables/faults.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

/* A column of the table that the base reads: carried, a demand, or both (then it is selected twice). */
typedef struct source {
    uint32_t column; /* in the table */
    bool is_demand;
    size_t target; /* demand or carried column of the base */
    fm_role role;  /* of a carried column; FM_ROLE_COUNT if only kept */
} source;

#define NO_FAULT SIZE_MAX

/* Codes that the segment being filled may hold: 16 MiB of them, so that thousands of attributes stay
 * affordable. */
#define SEGMENT_CODES_MAX ((size_t)4 << 20)

typedef struct reader {
    fm_base *base;
    const fm_model_spec *model;
    fm_table *table;
    const fm_base_options *options;
    fm__fault_log *faults;
    fm_error *error;
    source *sources;
    size_t source_count;
    size_t source_capacity;
    /* What the current batch says, before rows are taken over. */
    uint32_t *codes;                       /* [demand][FM__BATCH_ROWS_MAX] */
    size_t row_faults[FM__BATCH_ROWS_MAX]; /* source whose cell is wrong, or NO_FAULT */
    double values[FM__BATCH_ROWS_MAX];
    unsigned char stages[FM__BATCH_ROWS_MAX];
    /* The segment being filled. */
    uint32_t *segment_codes; /* [demand][segment_rows] */
} reader;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static fm_status add_source(reader *r, size_t column, bool is_demand, size_t target, fm_role role) {
    if (!fm__array_reserve(&r->sources, &r->source_capacity, r->source_count + 1, sizeof *r->sources))
        return fm__fail_memory(r->error);
    r->sources[r->source_count++] = (source){(uint32_t)column, is_demand, target, role};
    return FM_OK;
}

/* Carries a column under its header name, unless it is carried already. */
static fm_status carry(reader *r, size_t column, fm_role role) {
    fm_base *base = r->base;
    for (size_t i = 0; i < r->source_count; i++) {
        if (!r->sources[i].is_demand && r->sources[i].column == column) {
            /* Two roles in one column: check both, carry once. */
            return role == FM_ROLE_COUNT ? FM_OK : add_source(r, column, false, SIZE_MAX, role);
        }
    }
    base->carried[base->carried_count].name = fm__arena_string(&base->arena, r->table->names[column]);
    base->carried[base->carried_count].role = role;
    if (base->carried[base->carried_count].name == NULL)
        return fm__fail_memory(r->error);
    return add_source(r, column, false, base->carried_count++, role);
}

static fm_status choose_carried(reader *r) {
    char near[FM__SUGGESTION_BYTES];
    const char *id_name = fm_model_role_column(r->base->model, FM_ROLE_ID);
    size_t id = fm__table_find(r->table, id_name);
    if (id == SIZE_MAX) {
        fm__fault_add(r->faults, r->table->file, 1, 1, "the customers have no column `%s` for their id%s",
                      id_name, fm__table_suggest(r->table, id_name, near));
        return FM_OK;
    }
    fm_status status = carry(r, id, FM_ROLE_ID);
    for (size_t i = 0; status == FM_OK && i < r->model->role_count; i++) {
        const fm_role_column *role = &r->model->roles[i];
        size_t column = fm__table_find(r->table, role->column);
        if (column == SIZE_MAX) {
            fm__fault_warn(r->faults, r->table->file, 1, 0, "the customers have no column `%s` (%s)%s",
                           role->column, fm_role_name(role->role),
                           fm__table_suggest(r->table, role->column, near));
            continue;
        }
        r->base->has_value |= role->role == FM_ROLE_VALUE;
        r->base->has_stage |= role->role == FM_ROLE_STAGE && r->model->stage_count > 0;
        if (role->role != FM_ROLE_ID)
            status = carry(r, column, role->role);
    }
    for (size_t i = 0; status == FM_OK && i < r->options->keep_count; i++) {
        const char *name = r->options->keep[i];
        size_t column = fm__table_find(r->table, name);
        if (column == SIZE_MAX)
            fm__fault_add(r->faults, r->table->file, 1, 1, "there is no column `%s` to keep%s", name,
                          fm__table_suggest(r->table, name, near));
        else
            status = carry(r, column, FM_ROLE_COUNT);
    }
    return status;
}

static fm_status choose_demand(reader *r, size_t attribute, bool want) {
    const fm_attribute *a = &r->model->attributes[attribute];
    const char *name = want ? a->want_column : a->need_column;
    size_t column = fm__table_find(r->table, name);
    fm__demands *demands = &r->base->demands[2 * attribute + want];
    char near[FM__SUGGESTION_BYTES];
    fm__demands_init(demands, a, want);
    demands->column_found = column != SIZE_MAX;
    if (column == SIZE_MAX) {
        if (want ? a->want_column_given : a->need_column_given)
            fm__fault_warn(r->faults, r->table->file, 1, 0,
                           "the customers have no column `%s` (%s of `%s`)%s", name, want ? "want" : "need",
                           a->name, fm__table_suggest(r->table, name, near));
        return FM_OK;
    }
    if (fm__table_is_numeric(r->table, column) && fm__rule_is_set(a->rule)) {
        fm__fault_add(r->faults, r->table->file, 0, 0, "the customers' column `%s` must hold texts", name);
        return FM_OK;
    }
    return add_source(r, column, true, 2 * attribute + want, FM_ROLE_COUNT);
}

static fm_status choose_columns(reader *r) {
    fm_base *base = r->base;
    size_t most_carried = 1 + r->model->role_count + r->options->keep_count;
    base->carried = fm__arena_array(&base->arena, most_carried, sizeof *base->carried);
    base->demands = fm__array_new(2 * r->model->attribute_count, sizeof *base->demands);
    if (base->carried == NULL || base->demands == NULL)
        return fm__fail_memory(r->error);
    base->demand_count = 2 * r->model->attribute_count;
    base->segment_rows = FM__SEGMENT_ROWS_MAX;
    while (base->segment_rows > FM__BLOCK_ROWS && base->segment_rows * base->demand_count > SEGMENT_CODES_MAX)
        base->segment_rows /= 2;
    fm_status status = choose_carried(r);
    for (size_t a = 0; status == FM_OK && a < r->model->attribute_count; a++) {
        status = choose_demand(r, a, false);
        if (status == FM_OK)
            status = choose_demand(r, a, true);
        const fm__demands *need = &base->demands[2 * a];
        if (status == FM_OK && !need[0].column_found && !need[1].column_found &&
            !need->attribute->need_column_given && !need->attribute->want_column_given) {
            char near[FM__SUGGESTION_BYTES];
            fm__fault_warn(r->faults, r->table->file, 1, 0,
                           "the customers have no column `%s`: it is blank for everybody%s",
                           need->attribute->need_column,
                           fm__table_suggest(r->table, need->attribute->need_column, near));
        }
    }
    if (status == FM_OK)
        status = fm__fault_log_status(r->faults, r->error);
    if (status != FM_OK)
        return status;
    uint32_t *columns = fm__array_new(r->source_count, sizeof *columns);
    if (columns == NULL)
        return fm__fail_memory(r->error);
    for (size_t i = 0; i < r->source_count; i++)
        columns[i] = r->sources[i].column;
    status = r->table->methods->select(r->table, columns, r->source_count, r->error);
    free(columns);
    return status;
}

static fm__segment *segment_new(const fm_base *base) {
    fm__segment *segment = calloc(1, sizeof *segment);
    if (segment == NULL)
        return NULL;
    segment->cells = fm__array_new(base->carried_count, sizeof *segment->cells);
    segment->codes = fm__array_new(base->demand_count, sizeof *segment->codes);
    segment->widths = fm__array_new(base->demand_count, sizeof *segment->widths);
    bool complete = segment->cells != NULL && segment->codes != NULL && segment->widths != NULL;
    for (size_t c = 0; complete && c < base->carried_count; c++) {
        segment->cells[c].ends = fm__array_new(base->segment_rows, sizeof *segment->cells[c].ends);
        complete = segment->cells[c].ends != NULL;
    }
    if (complete && base->has_value)
        complete = (segment->values = fm__array_new(base->segment_rows, sizeof *segment->values)) != NULL;
    if (complete && base->has_stage)
        complete = (segment->stages = fm__array_new(base->segment_rows, sizeof *segment->stages)) != NULL;
    if (complete)
        return segment;
    fm__segment_free(segment, base->carried_count, base->demand_count);
    return NULL;
}

static bool segment_begin(reader *r) {
    fm_base *base = r->base;
    if (!fm__array_reserve(&base->segments, &base->segment_capacity, base->segment_count + 1,
                           sizeof *base->segments))
        return false;
    fm__segment *segment = segment_new(base);
    if (segment == NULL)
        return false;
    base->segments[base->segment_count++] = segment;
    return true;
}

/* Narrows the codes of the finished segment to the bytes that they need. */
static bool segment_end(reader *r) {
    fm__segment *segment = r->base->segments[r->base->segment_count - 1];
    for (size_t d = 0; d < r->base->demand_count; d++) {
        uint32_t largest = r->base->demands[d].count + FM__CODE_FIRST - 1;
        unsigned char width = largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : 4;
        const uint32_t *from = r->segment_codes + d * r->base->segment_rows;
        void *to = fm__array_new(segment->row_count, width);
        if (to == NULL)
            return false;
        segment->codes[d] = to;
        segment->widths[d] = width;
        for (size_t i = 0; i < segment->row_count; i++) {
            if (width == 1)
                ((uint8_t *)to)[i] = (uint8_t)from[i];
            else if (width == 2)
                ((uint16_t *)to)[i] = (uint16_t)from[i];
            else
                ((uint32_t *)to)[i] = from[i];
        }
    }
    return true;
}

/* Remembers a bad cell; of several in a row, the leftmost is told. */
static void note_fault(reader *r, size_t row, size_t source_index) {
    size_t *fault = &r->row_faults[row];
    if (*fault == NO_FAULT || r->sources[source_index].column < r->sources[*fault].column)
        *fault = source_index;
}

static fm__encoding encode_cell(const reader *r, const fm__batch *batch, size_t s, size_t row,
                                uint32_t *out_code, char *reason) {
    fm__demands *demands = &r->base->demands[r->sources[s].target];
    if (batch->numbers[s] != NULL)
        return fm__demands_encode_number(demands, batch->numbers[s][row], out_code, reason);
    return fm__demands_encode(demands, batch->texts[s][row], r->model->decimal, out_code, reason);
}

/* A carried cell as text; numbers of a column in memory are written as the match table shows them. */
static fm_text carried_cell(const fm__batch *batch, size_t s, size_t row, char *buffer) {
    if (batch->numbers[s] == NULL)
        return batch->texts[s][row];
    double number = batch->numbers[s][row];
    return (fm_text){buffer, isnan(number) ? 0 : fm__number_format(number, buffer)};
}

static bool read_business(const reader *r, const fm__batch *batch, size_t s, size_t row,
                          fm__business *out_business, char *reason) {
    char number[FM__NUMBER_BYTES];
    if (r->sources[s].role == FM_ROLE_VALUE && batch->numbers[s] != NULL)
        return fm__business_money(batch->numbers[s][row], out_business, reason);
    return fm__business_read(r->model, r->sources[s].role, carried_cell(batch, s, row, number), out_business,
                             reason);
}

/* Reads one column of the batch. */
static fm_status read_column(reader *r, const fm__batch *batch, size_t s) {
    const source *from = &r->sources[s];
    char reason[FM__REASON_BYTES];
    if (from->is_demand) {
        uint32_t *codes = r->codes + from->target * FM__BATCH_ROWS_MAX;
        for (size_t row = 0; row < batch->row_count; row++) {
            if (batch->faults[row] != FM__RECORD_OK)
                continue;
            fm__encoding encoding = encode_cell(r, batch, s, row, &codes[row], reason);
            if (encoding == FM__ENCODING_NO_MEMORY)
                return fm__fail_memory(r->error);
            if (encoding == FM__ENCODING_FAULT)
                note_fault(r, row, s);
        }
        return FM_OK;
    }
    for (size_t row = 0; from->role != FM_ROLE_COUNT && row < batch->row_count; row++) {
        fm__business business = {0};
        if (batch->faults[row] != FM__RECORD_OK)
            continue;
        if (!read_business(r, batch, s, row, &business, reason))
            note_fault(r, row, s);
        if (from->role == FM_ROLE_VALUE)
            r->values[row] = business.value;
        else if (from->role == FM_ROLE_STAGE)
            r->stages[row] = business.stage;
    }
    return FM_OK;
}

/* Why the row was set aside: the same reading again, this time for its words. */
static void describe_fault(const reader *r, const fm__batch *batch, size_t row, char *out_text) {
    size_t s = r->row_faults[row];
    char reason[FM__REASON_BYTES] = "";
    char shown[FM__SHOW_BYTES];
    if (r->sources[s].is_demand) {
        uint32_t code;
        (void)encode_cell(r, batch, s, row, &code, reason);
    } else {
        fm__business business;
        (void)read_business(r, batch, s, row, &business, reason);
    }
    (void)snprintf(out_text, FM_MESSAGE_BYTES, "%s: %s",
                   fm__text_show(fm__text(r->table->names[r->sources[s].column]), shown), reason);
}

static fm_status reject_row(reader *r, const fm__batch *batch, size_t row) {
    char text[FM_MESSAGE_BYTES];
    fm_position at = {batch->lines[row], 0};
    if (batch->faults[row] != FM__RECORD_OK) {
        char fault[FM__RECORD_FAULT_BYTES];
        (void)snprintf(text, sizeof text, "%s", fm__record_fault_text(r->table, batch, row, fault));
    } else {
        describe_fault(r, batch, row, text);
        at = r->table->methods->locate(r->table, batch, row, r->row_faults[row]);
    }
    if (r->options->strict)
        return fm__fail_at(r->error, FM_ERROR_INPUT, r->table->file, at.line, at.column, "%s", text);
    r->base->reject_count++;
    if (r->options->reject == NULL)
        return FM_OK;
    /* The line of the row, not of the cell: that is where people look for it. */
    fm_reject reject = {
        .line = batch->lines[row],
        .column = at.column,
        .reason = fm__text(text),
        .record = batch->records == NULL ? (fm_text){"", 0} : batch->records[row],
    };
    return r->options->reject(r->options->context, &reject, r->error);
}

static bool append_cell(fm__cells *cells, size_t row, fm_text cell) {
    if (cell.length > UINT32_MAX - cells->length ||
        !fm__array_reserve(&cells->bytes, &cells->capacity, cells->length + cell.length, 1))
        return false;
    if (cell.length > 0)
        memcpy(cells->bytes + cells->length, cell.bytes, cell.length);
    cells->length += cell.length;
    cells->ends[row] = (uint32_t)cells->length;
    return true;
}

/* Takes over `count` rows of the batch, a column at a time, into the current segment. */
static bool append_rows(reader *r, const fm__batch *batch, const uint32_t *rows, size_t count) {
    fm_base *base = r->base;
    fm__segment *segment = base->segments[base->segment_count - 1];
    size_t at = segment->row_count;
    for (size_t d = 0; d < base->demand_count; d++) {
        fm__demands *demands = &base->demands[d];
        const uint32_t *from = r->codes + d * FM__BATCH_ROWS_MAX;
        uint32_t *to = r->segment_codes + d * base->segment_rows + at;
        for (size_t i = 0; i < count; i++) {
            to[i] = from[rows[i]];
            demands->rows[to[i]]++;
        }
    }
    for (size_t s = 0; s < r->source_count; s++) {
        if (r->sources[s].is_demand || r->sources[s].target == SIZE_MAX)
            continue;
        for (size_t i = 0; i < count; i++) {
            char number[FM__NUMBER_BYTES];
            if (!append_cell(&segment->cells[r->sources[s].target], at + i,
                             carried_cell(batch, s, rows[i], number)))
                return false;
        }
    }
    for (size_t i = 0; i < count && segment->values != NULL; i++)
        segment->values[at + i] = r->values[rows[i]];
    for (size_t i = 0; i < count && segment->stages != NULL; i++)
        segment->stages[at + i] = r->stages[rows[i]];
    segment->row_count += count;
    base->row_count += count;
    return true;
}

/* Takes over the good rows of the batch, segment by segment. */
static bool accept_rows(reader *r, const fm__batch *batch, const uint32_t *rows, size_t count) {
    fm_base *base = r->base;
    while (count > 0) {
        size_t filled = (size_t)(base->row_count % base->segment_rows);
        if (filled == 0 && !segment_begin(r))
            return false;
        size_t here = count < base->segment_rows - filled ? count : base->segment_rows - filled;
        if (!append_rows(r, batch, rows, here))
            return false;
        if (filled + here == base->segment_rows && !segment_end(r))
            return false;
        rows += here;
        count -= here;
    }
    return true;
}

static fm_status read_batch(reader *r, const fm__batch *batch) {
    uint32_t accepted[FM__BATCH_ROWS_MAX];
    size_t accepted_count = 0;
    for (size_t row = 0; row < batch->row_count; row++)
        r->row_faults[row] = NO_FAULT;
    for (size_t s = 0; s < r->source_count; s++) {
        fm_status status = read_column(r, batch, s);
        if (status != FM_OK)
            return status;
    }
    for (size_t row = 0; row < batch->row_count; row++) {
        if (batch->faults[row] == FM__RECORD_OK && r->row_faults[row] == NO_FAULT) {
            accepted[accepted_count++] = (uint32_t)row;
            continue;
        }
        fm_status status = reject_row(r, batch, row);
        if (status != FM_OK)
            return status;
    }
    return accept_rows(r, batch, accepted, accepted_count) ? FM_OK : fm__fail_memory(r->error);
}

static fm_status read_rows(reader *r) {
    fm_base_timings *timings = &r->base->timings;
    double last = now();
    for (;;) {
        fm__batch batch;
        fm_status status = r->table->methods->next(r->table, &batch, r->error);
        double scanned = now();
        timings->scan += scanned - last;
        if (status != FM_OK)
            return status;
        if (batch.row_count == 0)
            break;
        status = read_batch(r, &batch);
        last = now();
        timings->encode += last - scanned;
        if (status != FM_OK)
            return status;
    }
    if (r->base->row_count == 0 && r->base->reject_count == 0)
        return fm__fail_at(r->error, FM_ERROR_INPUT, r->table->file, 1, 1,
                           "the table has a header but no customers");
    if (r->base->row_count % r->base->segment_rows != 0 && !segment_end(r))
        return fm__fail_memory(r->error);
    last = now();
    fm_status status = fm__base_finish(r->base, r->options->progress, r->error);
    timings->slice = now() - last;
    return status;
}

static bool reader_prepare(reader *r) {
    size_t count;
    for (size_t d = 0; d < r->base->demand_count; d++)
        if (!fm__demands_prepare(&r->base->demands[d]))
            return false;
    if (!fm__size_product(r->base->demand_count, r->base->segment_rows, &count))
        return false;
    r->codes = fm__array_new(r->base->demand_count * FM__BATCH_ROWS_MAX, sizeof *r->codes);
    r->segment_codes = fm__array_new(count, sizeof *r->segment_codes);
    if (r->codes == NULL || r->segment_codes == NULL)
        return false;
    /* A column that the table lacks is blank in every row. */
    for (size_t d = 0; d < r->base->demand_count; d++)
        for (size_t i = 0; i < FM__BATCH_ROWS_MAX && !r->base->demands[d].column_found; i++)
            r->codes[d * FM__BATCH_ROWS_MAX + i] = fm__demands_blank_code(&r->base->demands[d]);
    return true;
}

fm_status fm_base_read(const fm_model *model, fm_table *table, const fm_base_options *options,
                       const fm_faults *faults, fm_base **out_base, fm_error *error) {
    static const fm_base_options defaults;
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    fm_base *base = calloc(1, sizeof *base);
    reader *r = calloc(1, sizeof *r);
    fm_status status = FM_OK;
    if (base == NULL || r == NULL) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    base->model = model;
    r->base = base;
    r->model = fm_model_content(model);
    r->table = table;
    r->options = options == NULL ? &defaults : options;
    r->faults = &log;
    r->error = error;
    status = choose_columns(r);
    if (status == FM_OK && !reader_prepare(r))
        status = fm__fail_memory(error);
    if (status == FM_OK)
        status = read_rows(r);
cleanup:
    if (r != NULL) {
        free(r->sources);
        free(r->codes);
        free(r->segment_codes);
        free(r);
    }
    if (status != FM_OK) {
        fm_base_free(base);
        return status;
    }
    *out_base = base;
    return FM_OK;
}
