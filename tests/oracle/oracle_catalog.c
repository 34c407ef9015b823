/* Offerings, what they nominally are, and what history says they dependably are. */
#include "oracle_internal.h"

#include <stdlib.h>

static uint64_t text_hash(struct oracle_text text) {
    uint64_t hash = 0;
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.bytes[i]) * 0x9E3779B97F4A7C15u + (hash >> 29);
    return hash ^ (hash >> 31);
}

/* The slot that holds `folded`, or the free one where it would go. */
static size_t find_slot(const struct oracle_values *values, struct oracle_text folded) {
    size_t slot = (size_t)(text_hash(folded) % (2 * values->capacity));
    while (values->slots[slot] != 0 && !oracle_text_equal(values->folded[values->slots[slot] - 1], folded))
        slot = (slot + 1) % (2 * values->capacity);
    return slot;
}

static void grow_values(struct oracle_heap *heap, struct oracle_values *values) {
    struct oracle_values grown = {.count = values->count, .capacity = 2 * values->capacity + 16};
    grown.folded = oracle_alloc(heap, grown.capacity, sizeof *grown.folded);
    grown.spelling = oracle_alloc(heap, grown.capacity, sizeof *grown.spelling);
    grown.slots = oracle_alloc(heap, 2 * grown.capacity, sizeof *grown.slots);
    for (size_t i = 0; i < values->count; i++) {
        grown.folded[i] = values->folded[i];
        grown.spelling[i] = values->spelling[i];
        grown.slots[find_slot(&grown, grown.folded[i])] = (uint32_t)(i + 1);
    }
    *values = grown;
}

static uint32_t value_number(struct oracle_heap *heap, struct oracle_values *values, struct oracle_text value,
                             bool from_offering) {
    if (values->count == values->capacity)
        grow_values(heap, values);
    const struct oracle_text folded = oracle_text_fold(heap, value);
    const size_t slot = find_slot(values, folded);
    if (values->slots[slot] == 0) {
        values->folded[values->count] = folded;
        values->spelling[values->count] = from_offering ? value : folded;
        values->count++;
        values->slots[slot] = (uint32_t)values->count;
    }
    return values->slots[slot] - 1;
}

static int compare_numbers(const void *left, const void *right) {
    const uint32_t a = *(const uint32_t *)left;
    const uint32_t b = *(const uint32_t *)right;
    return a < b ? -1 : a > b ? 1 : 0;
}

struct oracle_set oracle_set_read(struct oracle *oracle, struct oracle_values *values,
                                  struct oracle_text text, bool from_offering) {
    size_t parts = 1;
    for (size_t i = 0; i < text.length; i++)
        parts += text.bytes[i] == '|' ? 1 : 0;
    uint32_t *numbers = oracle_alloc(&oracle->heap, parts, sizeof *numbers);
    size_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= text.length; i++) {
        if (i < text.length && text.bytes[i] != '|')
            continue;
        const struct oracle_text part = oracle_text_trim((struct oracle_text){text.bytes + start, i - start});
        if (part.length > 0)
            numbers[count++] = value_number(&oracle->heap, values, part, from_offering);
        start = i + 1;
    }
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        if (distinct == 0 || numbers[distinct - 1] != numbers[i])
            numbers[distinct++] = numbers[i];
    return (struct oracle_set){numbers, distinct};
}

bool oracle_offer_read(struct oracle *oracle, struct oracle_attribute *attribute, struct oracle_text cell,
                       struct oracle_offer *out_offer) {
    struct oracle_offer offer = {0};
    if (attribute->rule == ORACLE_FLAG) {
        if (!oracle_flag_read(cell, &offer.yes))
            return false;
    } else if (attribute->rule == ORACLE_AT_MOST || attribute->rule == ORACLE_AT_LEAST) {
        offer.has_number = cell.length > 0;
        if (offer.has_number &&
            !oracle_number_read(cell, attribute->unit, oracle->model.decimal_comma, &offer.number))
            return false;
    } else {
        offer.set = oracle_set_read(oracle, &attribute->values, cell, true);
    }
    *out_offer = offer;
    return true;
}

struct offering_columns {
    ptrdiff_t id;
    ptrdiff_t supplier;
    ptrdiff_t *attributes;
};

static bool read_offering(struct oracle *oracle, const struct oracle_record *record,
                          const struct offering_columns *columns, struct oracle_offering *out_offering) {
    struct oracle_model *model = &oracle->model;
    struct oracle_offering offering = {0};
    offering.id = oracle_text_trim(record->cells[columns->id]);
    offering.supplier = columns->supplier == ORACLE_NONE ? oracle_text_of("")
                                                         : oracle_text_trim(record->cells[columns->supplier]);
    offering.own = offering.supplier.length == 0 || oracle_text_equal(offering.supplier, model->company);
    if (offering.id.length == 0)
        return oracle_fail(oracle, "offerings, line %zu: no offering_id", record->line);
    offering.nominal = oracle_alloc(&oracle->heap, model->attribute_count, sizeof *offering.nominal);
    offering.dependable = oracle_alloc(&oracle->heap, model->attribute_count, sizeof *offering.dependable);
    for (size_t a = 0; a < model->attribute_count; a++) {
        const struct oracle_text cell = oracle_text_trim(record->cells[columns->attributes[a]]);
        if (!oracle_offer_read(oracle, &model->attributes[a], cell, &offering.nominal[a]))
            return oracle_fail(oracle, "offerings, line %zu: attribute %zu cannot be read", record->line,
                               a + 1);
        offering.dependable[a] = offering.nominal[a];
    }
    *out_offering = offering;
    return true;
}

bool oracle_offerings_read(struct oracle *oracle, struct oracle_text path) {
    struct oracle_model *model = &oracle->model;
    struct oracle_csv csv;
    if (!oracle_table_read(oracle, path, &csv))
        return false;
    struct offering_columns columns = {0};
    columns.id = oracle_csv_column(&csv, oracle_text_of("offering_id"));
    columns.supplier = oracle_csv_column(&csv, oracle_text_of("supplier"));
    columns.attributes = oracle_alloc(&oracle->heap, model->attribute_count, sizeof *columns.attributes);
    bool complete = columns.id != ORACLE_NONE;
    for (size_t a = 0; a < model->attribute_count; a++) {
        columns.attributes[a] = oracle_csv_column(&csv, model->attributes[a].offer);
        complete = complete && columns.attributes[a] != ORACLE_NONE;
    }
    if (!complete)
        return oracle_fail(oracle, "offerings: a column is missing");
    const size_t before = oracle->offering_count;
    struct oracle_offering *offerings =
        oracle_alloc(&oracle->heap, before + csv.record_count, sizeof *offerings);
    for (size_t i = 0; i < before; i++)
        offerings[i] = oracle->offerings[i];
    bool some_own = before > 0;
    for (size_t i = 0; i < csv.record_count; i++) {
        const struct oracle_record *record = &csv.records[i];
        if (record->unreadable || record->cell_count != csv.header.cell_count)
            return oracle_fail(oracle, "offerings, line %zu: wrong number of cells", record->line);
        if (!read_offering(oracle, record, &columns, &offerings[before + i]))
            return false;
        some_own = some_own || offerings[before + i].own;
    }
    oracle->offerings = offerings;
    oracle->offering_count = before + csv.record_count;
    return some_own || oracle_fail(oracle, "offerings: none is own");
}

static int compare_doubles(const void *left, const void *right) {
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return a < b ? -1 : a > b ? 1 : 0;
}

/* Nearest rank on the side that is kept. Sorted ascending, exactly k + 1 or more observations are <= seen[k],
 * so the first k with 100 (k + 1) >= percentile x count is the smallest x asked for; the same from the other
 * end. */
static double dependable(double *seen, size_t count, double percentile, enum oracle_rule rule) {
    qsort(seen, count, sizeof *seen, compare_doubles);
    size_t k = 0;
    while (k + 1 < count && 100.0 * (double)(k + 1) < percentile * (double)count)
        k++;
    return rule == ORACLE_AT_MOST ? seen[k] : seen[count - 1 - k];
}

static void add_observation(struct oracle_heap *heap, struct oracle_observations *seen, double value) {
    if (seen->count == seen->capacity) {
        seen->capacity = 2 * seen->capacity + 8;
        double *grown = oracle_alloc(heap, seen->capacity, sizeof *grown);
        for (size_t i = 0; i < seen->count; i++)
            grown[i] = seen->values[i];
        seen->values = grown;
    }
    seen->values[seen->count++] = value;
}

static bool read_observation(struct oracle *oracle, const struct oracle_record *record,
                             const ptrdiff_t columns[3], struct oracle_observations *seen) {
    const struct oracle_model *model = &oracle->model;
    const struct oracle_text id = oracle_text_trim(record->cells[columns[0]]);
    const struct oracle_text name = oracle_text_trim(record->cells[columns[1]]);
    const struct oracle_text cell = oracle_text_trim(record->cells[columns[2]]);
    size_t offering = 0;
    while (offering < oracle->offering_count && !oracle_text_equal(oracle->offerings[offering].id, id))
        offering++;
    size_t a = 0;
    while (a < model->attribute_count && !oracle_text_equal(model->attributes[a].name, name))
        a++;
    if (offering == oracle->offering_count || a == model->attribute_count ||
        model->attributes[a].rule > ORACLE_AT_LEAST)
        return oracle_fail(oracle, "history, line %zu: unknown offering or attribute", record->line);
    double value = 0;
    if (!oracle_number_read(cell, model->attributes[a].unit, model->decimal_comma, &value))
        return oracle_fail(oracle, "history, line %zu: not a number", record->line);
    add_observation(&oracle->heap, &seen[offering * model->attribute_count + a], value);
    return true;
}

bool oracle_history_read(struct oracle *oracle) {
    const struct oracle_model *model = &oracle->model;
    if (model->history_path.length == 0)
        return true;
    struct oracle_csv csv;
    if (!oracle_table_read(oracle, model->history_path, &csv))
        return false;
    const ptrdiff_t columns[3] = {oracle_csv_column(&csv, oracle_text_of("offering_id")),
                                  oracle_csv_column(&csv, oracle_text_of("attribute")),
                                  oracle_csv_column(&csv, oracle_text_of("value"))};
    if (columns[0] == ORACLE_NONE || columns[1] == ORACLE_NONE || columns[2] == ORACLE_NONE)
        return oracle_fail(oracle, "history: a column is missing");
    struct oracle_observations *seen =
        oracle_alloc(&oracle->heap, oracle->offering_count * model->attribute_count, sizeof *seen);
    for (size_t i = 0; i < csv.record_count; i++) {
        const struct oracle_record *record = &csv.records[i];
        if (record->unreadable || record->cell_count != csv.header.cell_count)
            return oracle_fail(oracle, "history, line %zu: wrong number of cells", record->line);
        if (!read_observation(oracle, record, columns, seen))
            return false;
    }
    oracle->observations = seen;
    for (size_t o = 0; o < oracle->offering_count; o++) {
        for (size_t a = 0; a < model->attribute_count; a++) {
            struct oracle_observations *of = &seen[o * model->attribute_count + a];
            if (of->count == 0 || (double)of->count < model->min_records)
                continue;
            struct oracle_offer *offer = &oracle->offerings[o].dependable[a];
            offer->number = dependable(of->values, of->count, model->percentile, model->attributes[a].rule);
            offer->has_number = true;
        }
    }
    return true;
}
