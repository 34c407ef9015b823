#include "model/catalog_maker.h"

#include "model/cell.h"

#include <math.h>
#include <stdio.h>

bool fm__catalog_maker_init(fm__catalog_maker *maker, const fm_model *model) {
    *maker = (fm__catalog_maker){.model = fm_model_content(model)};
    size_t attributes = maker->model->attribute_count;
    fm_catalog *catalog = calloc(1, sizeof *catalog);
    maker->catalog = catalog;
    maker->sets = fm__array_new(attributes, sizeof *maker->sets);
    if (catalog == NULL || maker->sets == NULL)
        return false;
    catalog->model = model;
    catalog->offered = fm__arena_array(&catalog->arena, attributes, sizeof *catalog->offered);
    return catalog->offered != NULL;
}

void fm__catalog_maker_destroy(fm__catalog_maker *maker) {
    for (size_t a = 0; maker->sets != NULL && a < maker->model->attribute_count; a++) {
        fm__names_destroy(&maker->sets[a].folded);
        free(maker->sets[a].spelled);
        free(maker->sets[a].values);
    }
    free(maker->sets);
    free(maker->folding);
    fm_catalog_free(maker->catalog);
    *maker = (fm__catalog_maker){0};
}

fm_catalog *fm__catalog_maker_take(fm__catalog_maker *maker) {
    fm_catalog *catalog = maker->catalog;
    maker->catalog = NULL;
    return catalog;
}

/* --- offerings --- */

/* Numeric and flag values grow with the offerings; sets are collected apart. */
static bool reserve_values(fm__catalog_maker *maker, size_t offerings) {
    size_t before = maker->offering_capacity;
    if (offerings <= before)
        return true;
    if (!fm__array_reserve(&maker->catalog->offerings, &maker->offering_capacity, offerings,
                           sizeof(fm_offering)))
        return false;
    for (size_t a = 0; a < maker->model->attribute_count; a++) {
        fm__offered *o = &maker->catalog->offered[a];
        size_t capacity = before;
        if (fm__rule_is_numeric(maker->model->attributes[a].rule)) {
            if (!fm__array_reserve(&o->nominal, &capacity, maker->offering_capacity, sizeof *o->nominal))
                return false;
        } else if (maker->model->attributes[a].rule == FM_RULE_FLAG) {
            if (!fm__array_reserve(&o->flags, &capacity, maker->offering_capacity, sizeof *o->flags))
                return false;
        }
    }
    return true;
}

size_t fm__catalog_maker_add(fm__catalog_maker *maker, fm_text id, fm_text supplier, fm_text name) {
    fm_catalog *catalog = maker->catalog;
    size_t offering = catalog->offering_count;
    supplier = fm__arena_text(&catalog->arena, supplier);
    name = fm__arena_text(&catalog->arena, name);
    if (supplier.bytes == NULL || name.bytes == NULL || !reserve_values(maker, offering + 1) ||
        fm__names_add(&catalog->ids, id) == FM__INDEX_NONE)
        return SIZE_MAX;
    catalog->offerings[offering] = (fm_offering){
        .id = catalog->ids.texts[offering].bytes,
        .supplier = supplier.bytes,
        .name = name.bytes,
        .own = supplier.length == 0 || fm__text_equal(supplier, fm__text(maker->model->company)),
    };
    for (size_t a = 0; a < maker->model->attribute_count; a++) {
        if (catalog->offered[a].nominal != NULL)
            catalog->offered[a].nominal[offering] = (double)NAN;
        if (catalog->offered[a].flags != NULL)
            catalog->offered[a].flags[offering] = false;
    }
    catalog->offering_count++;
    return offering;
}

/* --- values --- */

/* The number of a value among those of its attribute, spelled as it comes if it is new; FM__INDEX_NONE when
 * memory ran out. */
static uint32_t find_value(fm__catalog_maker *maker, fm__set_cells *set, fm_text folded, fm_text spelled) {
    size_t known = set->folded.count;
    uint32_t value = fm__names_add(&set->folded, folded);
    if (value == FM__INDEX_NONE || value < known)
        return value;
    if (!fm__array_reserve(&set->spelled, &set->spelled_capacity, known + 1, sizeof *set->spelled))
        return FM__INDEX_NONE;
    set->spelled[value] = fm__arena_text(&maker->catalog->arena, spelled);
    return set->spelled[value].bytes == NULL ? FM__INDEX_NONE : value;
}

bool fm__catalog_maker_spell(fm__catalog_maker *maker, const fm_catalog *like) {
    for (size_t a = 0; a < maker->model->attribute_count; a++) {
        const fm__offered *offered = &like->offered[a];
        for (size_t v = 0; v < offered->value_count; v++)
            if (find_value(maker, &maker->sets[a], offered->folded[v], offered->spelled[v]) == FM__INDEX_NONE)
                return false;
    }
    return true;
}

/* Adds a value to the set of the last offering. */
static bool add_value(fm__catalog_maker *maker, fm__set_cells *set, uint32_t value) {
    if (!fm__array_reserve(&set->values, &set->value_capacity, set->value_count + 1, sizeof *set->values))
        return false;
    set->values[set->value_count++] = (fm__set_value){(uint32_t)(maker->catalog->offering_count - 1), value};
    return true;
}

static fm__cell_outcome read_set(fm__catalog_maker *maker, size_t attribute, fm_text cell) {
    fm__set_cells *set = &maker->sets[attribute];
    fm_text spelled;
    while (fm__cell_set_next(&cell, &spelled)) {
        if (!fm__array_reserve(&maker->folding, &maker->folding_capacity, spelled.length, 1))
            return FM__CELL_NO_MEMORY;
        for (size_t i = 0; i < spelled.length; i++)
            maker->folding[i] = fm__fold(spelled.bytes[i]);
        fm_text folded = {maker->folding, spelled.length};
        uint32_t value = find_value(maker, set, folded, maker->fold_newcomers ? folded : spelled);
        if (value == FM__INDEX_NONE || !add_value(maker, set, value))
            return FM__CELL_NO_MEMORY;
    }
    return FM__CELL_TAKEN;
}

fm__cell_outcome fm__catalog_maker_cell(fm__catalog_maker *maker, size_t attribute, fm_text cell,
                                        char *reason) {
    const fm_attribute *a = &maker->model->attributes[attribute];
    fm__offered *offered = &maker->catalog->offered[attribute];
    size_t offering = maker->catalog->offering_count - 1;
    if (fm__rule_is_set(a->rule))
        return read_set(maker, attribute, cell);
    if (cell.length == 0)
        return FM__CELL_TAKEN;
    if (a->rule != FM_RULE_FLAG)
        return fm__cell_number(cell, a->unit, maker->model->decimal, &offered->nominal[offering], reason)
                   ? FM__CELL_TAKEN
                   : FM__CELL_WRONG;
    char why[FM__REASON_BYTES];
    if (fm__cell_flag(cell, &offered->flags[offering], why))
        return FM__CELL_TAKEN;
    (void)snprintf(reason, FM_MESSAGE_BYTES, "%s; write yes, no, or leave it blank", why);
    return FM__CELL_WRONG;
}

fm__cell_outcome fm__catalog_maker_number(fm__catalog_maker *maker, size_t attribute, double number,
                                          char *reason) {
    maker->catalog->offered[attribute].nominal[maker->catalog->offering_count - 1] = number;
    if (!isinf(number))
        return FM__CELL_TAKEN;
    (void)snprintf(reason, FM_MESSAGE_BYTES, "infinite; a finite number is needed");
    return FM__CELL_WRONG;
}

bool fm__catalog_maker_copy(fm__catalog_maker *maker, size_t attribute, const fm_catalog *from,
                            size_t offering) {
    const fm__offered *source = &from->offered[attribute];
    fm__offered *offered = &maker->catalog->offered[attribute];
    size_t to = maker->catalog->offering_count - 1;
    if (source->nominal != NULL)
        offered->nominal[to] = source->nominal[offering];
    if (source->flags != NULL)
        offered->flags[to] = source->flags[offering];
    /* Values have the numbers that they had: they were spelled in their order. */
    for (size_t i = source->set_begins == NULL ? 0 : source->set_begins[offering];
         source->set_begins != NULL && i < source->set_begins[offering + 1]; i++)
        if (!add_value(maker, &maker->sets[attribute], source->set_values[i]))
            return false;
    return true;
}

/* --- settling --- */

static int by_offering(const void *a, const void *b) {
    const fm__set_value *x = a;
    const fm__set_value *y = b;
    if (x->offering != y->offering)
        return x->offering < y->offering ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Sorts the values of one attribute by their folded bytes and lays the offerings' sets out, each value once.
 */
static bool settle_set(fm__catalog_maker *maker, size_t attribute) {
    fm__set_cells *set = &maker->sets[attribute];
    fm__offered *offered = &maker->catalog->offered[attribute];
    fm__arena *arena = &maker->catalog->arena;
    size_t offerings = maker->catalog->offering_count;
    size_t count = set->folded.count;
    uint32_t *order = fm__names_order(&set->folded);
    uint32_t *rank = fm__array_new(count, sizeof *rank);
    bool done = false;
    offered->folded = fm__arena_array(arena, count, sizeof *offered->folded);
    offered->spelled = fm__arena_array(arena, count, sizeof *offered->spelled);
    offered->set_begins = fm__arena_array(arena, offerings + 1, sizeof *offered->set_begins);
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
    for (size_t o = 0, i = 0; o < offerings; o++) {
        offered->set_begins[o] = kept;
        for (; i < set->value_count && set->values[i].offering == o; i++)
            if (kept == offered->set_begins[o] || offered->set_values[kept - 1] != set->values[i].value)
                offered->set_values[kept++] = set->values[i].value;
    }
    offered->set_begins[offerings] = kept;
    done = true;
cleanup:
    free(order);
    free(rank);
    return done;
}

bool fm__catalog_maker_settle(fm__catalog_maker *maker) {
    fm_catalog *catalog = maker->catalog;
    size_t offerings = catalog->offering_count;
    for (size_t a = 0; a < maker->model->attribute_count; a++) {
        fm__offered *offered = &catalog->offered[a];
        if (fm__rule_is_set(maker->model->attributes[a].rule)) {
            if (!settle_set(maker, a))
                return false;
        } else if (fm__rule_is_numeric(maker->model->attributes[a].rule)) {
            offered->dependable = fm__arena_array(&catalog->arena, offerings, sizeof *offered->dependable);
            offered->records = fm__arena_array(&catalog->arena, offerings, sizeof *offered->records);
            offered->kept = fm__arena_array(&catalog->arena, offerings, sizeof *offered->kept);
            if (offered->dependable == NULL || offered->records == NULL || offered->kept == NULL)
                return false;
            if (offerings > 0)
                memcpy(offered->dependable, offered->nominal, offerings * sizeof *offered->nominal);
        }
    }
    return true;
}
