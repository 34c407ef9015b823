/* A catalog made from another one. */
#include "model/catalog_maker.h"

/* A value to be set, found in the catalog. */
typedef struct target {
    size_t offering;
    size_t attribute;
    size_t set; /* its place in the options: of several the last one counts */
} target;

typedef struct changing {
    const fm_catalog *from;
    const fm_catalog_change_options *options;
    const fm_model_spec *model;
    fm__fault_log *faults;
    target *targets; /* [target_count], by offering, attribute and place */
    size_t target_count;
    bool *dropped; /* [offering of both catalogs together] */
} changing;

static size_t find_attribute(const fm_model_spec *model, const char *name) {
    for (size_t a = 0; a < model->attribute_count; a++)
        if (strcmp(model->attributes[a].name, name) == 0)
            return a;
    return SIZE_MAX;
}

static void fault_offering(const changing *c, const fm_catalog *among, const char *doing, const char *id) {
    char shown[FM__SHOW_BYTES];
    char text[FM__SUGGESTION_BYTES];
    fm__suggestion near;
    fm__suggestion_init(&near, fm__text(id));
    for (size_t o = 0; o < among->offering_count; o++)
        fm__suggestion_offer(&near, among->offerings[o].id);
    fm__fault_add(c->faults, NULL, 0, 0, "%s: there is no offering `%s`%s", doing,
                  fm__text_show(fm__text(id), shown), fm__suggestion_text(&near, text));
}

static void fault_attribute(const changing *c, const char *name) {
    char shown[FM__SHOW_BYTES];
    char text[FM__SUGGESTION_BYTES];
    fm__suggestion near;
    fm__suggestion_init(&near, fm__text(name));
    for (size_t a = 0; a < c->model->attribute_count; a++)
        fm__suggestion_offer(&near, c->model->attributes[a].name);
    fm__fault_add(c->faults, NULL, 0, 0, "set: there is no attribute `%s`%s",
                  fm__text_show(fm__text(name), shown), fm__suggestion_text(&near, text));
}

static int by_target(const void *a, const void *b) {
    const target *x = a;
    const target *y = b;
    if (x->offering != y->offering)
        return x->offering < y->offering ? -1 : 1;
    if (x->attribute != y->attribute)
        return x->attribute < y->attribute ? -1 : 1;
    return (x->set > y->set) - (x->set < y->set);
}

static void find_targets(changing *c) {
    for (size_t i = 0; i < c->options->set_count; i++) {
        const fm_catalog_set *set = &c->options->sets[i];
        size_t offering = fm_catalog_find(c->from, set->offering);
        size_t attribute = find_attribute(c->model, set->attribute);
        if (offering == SIZE_MAX)
            fault_offering(c, c->from, "set", set->offering);
        if (attribute == SIZE_MAX)
            fault_attribute(c, set->attribute);
        if (offering != SIZE_MAX && attribute != SIZE_MAX)
            c->targets[c->target_count++] = (target){offering, attribute, i};
    }
    if (c->target_count > 0)
        qsort(c->targets, c->target_count, sizeof *c->targets, by_target);
}

/* The target of an offering and attribute, or NULL; they are asked for in order, `at` is where that got to.
 */
static const target *next_target(const changing *c, size_t offering, size_t attribute, size_t *at) {
    const target *found = NULL;
    for (; *at < c->target_count && c->targets[*at].offering == offering &&
           c->targets[*at].attribute == attribute;
         (*at)++)
        found = &c->targets[*at];
    return found;
}

/* Gives the last offering of the new catalog a value of the options. */
static fm__cell_outcome set_value(const changing *c, fm__catalog_maker *maker, const target *to) {
    const fm_catalog_set *set = &c->options->sets[to->set];
    char offering[FM__SHOW_BYTES];
    char attribute[FM__SHOW_BYTES];
    char reason[FM_MESSAGE_BYTES];
    fm__cell_outcome outcome =
        fm__catalog_maker_cell(maker, to->attribute, fm__text_trim(set->value), reason);
    if (outcome == FM__CELL_WRONG)
        fm__fault_add(c->faults, NULL, 0, 0, "set %s of %s: %s",
                      fm__text_show(fm__text(set->attribute), attribute),
                      fm__text_show(fm__text(set->offering), offering), reason);
    return outcome;
}

/* The offerings that there were, with the values set. */
static bool copy_offerings(const changing *c, fm__catalog_maker *maker) {
    if (!fm__catalog_maker_spell(maker, c->from))
        return false;
    size_t at = 0;
    maker->fold_newcomers = true;
    for (size_t o = 0; o < c->from->offering_count; o++) {
        const fm_offering *old = &c->from->offerings[o];
        if (fm__catalog_maker_add(maker, fm__text(old->id), fm__text(old->supplier), fm__text(old->name)) ==
            SIZE_MAX)
            return false;
        for (size_t a = 0; a < c->model->attribute_count; a++) {
            const target *to = next_target(c, o, a, &at);
            if (to == NULL ? !fm__catalog_maker_copy(maker, a, c->from, o)
                           : set_value(c, maker, to) == FM__CELL_NO_MEMORY)
                return false;
        }
    }
    maker->fold_newcomers = false;
    return true;
}

/* What was delivered so far still is, but where a value was set. */
static void copy_records(const changing *c, fm_catalog *to) {
    size_t at = 0;
    for (size_t o = 0; o < c->from->offering_count; o++)
        for (size_t a = 0; a < c->model->attribute_count; a++) {
            const fm__offered *old = &c->from->offered[a];
            if (next_target(c, o, a, &at) == NULL && old->nominal != NULL) {
                to->offered[a].dependable[o] = old->dependable[o];
                to->offered[a].records[o] = old->records[o];
                to->offered[a].kept[o] = old->kept[o];
            }
        }
}

static bool find_drops(changing *c, const fm_catalog *among) {
    c->dropped = fm__array_new(among->offering_count, sizeof *c->dropped);
    for (size_t i = 0; c->dropped != NULL && i < c->options->drop_count; i++) {
        size_t offering = fm_catalog_find(among, c->options->drops[i]);
        if (offering == SIZE_MAX)
            fault_offering(c, among, "drop", c->options->drops[i]);
        else
            c->dropped[offering] = true;
    }
    return c->dropped != NULL;
}

/* A catalog without the offerings that are dropped; all else stays as it is. */
static bool leave_out(const changing *c, const fm_catalog *from, fm__catalog_maker *maker) {
    if (!fm__catalog_maker_spell(maker, from))
        return false;
    for (size_t o = 0; o < from->offering_count; o++) {
        const fm_offering *old = &from->offerings[o];
        if (c->dropped[o])
            continue;
        if (fm__catalog_maker_add(maker, fm__text(old->id), fm__text(old->supplier), fm__text(old->name)) ==
            SIZE_MAX)
            return false;
        for (size_t a = 0; a < c->model->attribute_count; a++)
            if (!fm__catalog_maker_copy(maker, a, from, o))
                return false;
    }
    if (!fm__catalog_maker_settle(maker))
        return false;
    for (size_t o = 0, kept = 0; o < from->offering_count; o++) {
        for (size_t a = 0; a < c->model->attribute_count && !c->dropped[o]; a++)
            if (from->offered[a].nominal != NULL) {
                maker->catalog->offered[a].dependable[kept] = from->offered[a].dependable[o];
                maker->catalog->offered[a].records[kept] = from->offered[a].records[o];
                maker->catalog->offered[a].kept[kept] = from->offered[a].kept[o];
            }
        kept += !c->dropped[o];
    }
    return true;
}

static void check_own(const changing *c, const fm_catalog *catalog) {
    for (size_t o = 0; o < catalog->offering_count; o++)
        if (catalog->offerings[o].own && !c->dropped[o])
            return;
    fm__fault_add(c->faults, NULL, 0, 0,
                  "drop: no own offering would be left; at least one is needed to compare with");
}

/* Sets, then adds, then drops; FM_OK also where there are faults. */
static fm_status change(changing *c, fm__catalog_maker *maker, fm__catalog_maker *rest, fm_error *error) {
    const fm_catalog_change_options *options = c->options;
    c->targets = fm__array_new(options->set_count, sizeof *c->targets);
    if (c->targets == NULL)
        return fm__fail_memory(error);
    find_targets(c);
    if (!copy_offerings(c, maker))
        return fm__fail_memory(error);
    if (options->add != NULL) {
        fm_status status = fm__catalog_read_table(maker, options->add, c->faults, error);
        if (status != FM_OK)
            return status;
    }
    if (!fm__catalog_maker_settle(maker) || !find_drops(c, maker->catalog))
        return fm__fail_memory(error);
    copy_records(c, maker->catalog);
    check_own(c, maker->catalog);
    if (c->faults->count == 0 && options->drop_count > 0 && !leave_out(c, maker->catalog, rest))
        return fm__fail_memory(error);
    return FM_OK;
}

fm_status fm_catalog_change(const fm_catalog *catalog, const fm_catalog_change_options *options,
                            const fm_faults *faults, fm_catalog **out_catalog, fm_error *error) {
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    changing c = {
        .from = catalog, .options = options, .model = fm_model_content(catalog->model), .faults = &log};
    fm__catalog_maker maker;
    fm__catalog_maker rest = {0};
    fm_status status = FM_OK;
    if (!fm__catalog_maker_init(&maker, catalog->model) ||
        (options->drop_count > 0 && !fm__catalog_maker_init(&rest, catalog->model)))
        status = fm__fail_memory(error);
    if (status == FM_OK)
        status = change(&c, &maker, &rest, error);
    if (status == FM_OK)
        status = fm__fault_log_status(&log, error);
    if (status == FM_OK)
        *out_catalog = fm__catalog_maker_take(options->drop_count > 0 ? &rest : &maker);
    free(c.targets);
    free(c.dropped);
    fm__catalog_maker_destroy(&maker);
    fm__catalog_maker_destroy(&rest);
    return status;
}
