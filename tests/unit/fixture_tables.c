/* From the content of a fixture to the tables that the engine reads, in all the ways in which a cell can say
 * the same thing. */
#include "fixture.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fixture_make_tables(fixture *f);

/* Columns being made; everything is freed at once. */
typedef struct maker {
    fm_column *columns;
    size_t count;
    void **owned;
    size_t owned_count;
    size_t owned_capacity;
    char *piece; /* texts are cut from pieces */
    size_t left;
} maker;

static void *own(maker *m, size_t bytes) {
    if (m->owned_count == m->owned_capacity) {
        m->owned_capacity = m->owned_capacity * 2 + 64;
        m->owned = realloc(m->owned, m->owned_capacity * sizeof *m->owned);
        assert(m->owned != NULL);
    }
    void *memory = calloc(1, bytes == 0 ? 1 : bytes);
    assert(memory != NULL);
    m->owned[m->owned_count++] = memory;
    return memory;
}

static fm_text text(maker *m, const char *string) {
    size_t length = strlen(string);
    if (length > m->left || m->piece == NULL) {
        m->left = length + 65536;
        m->piece = own(m, m->left);
    }
    fm_text copy = {m->piece, length};
    memcpy(m->piece, string, length);
    m->piece += length;
    m->left -= length;
    return copy;
}

static void maker_init(maker *m, size_t columns) {
    *m = (maker){0};
    m->columns = own(m, columns * sizeof *m->columns);
}

static void maker_free(maker *m) {
    for (size_t i = 0; i < m->owned_count; i++)
        free(m->owned[i]);
    free(m->owned);
}

static fm_text *add_texts(maker *m, const char *name, size_t rows) {
    fm_text *texts = own(m, rows * sizeof *texts);
    m->columns[m->count++] = (fm_column){.name = name, .texts = texts};
    return texts;
}

static double *add_numbers(maker *m, const char *name, size_t rows) {
    double *numbers = own(m, rows * sizeof *numbers);
    m->columns[m->count++] = (fm_column){.name = name, .numbers = numbers};
    return numbers;
}

static fm_table *open_table(const maker *m, size_t rows) {
    fm_table *table = NULL;
    fm_status status = fm_table_from_columns(m->columns, m->count, rows, &table, NULL);
    assert(status == FM_OK);
    (void)status;
    return table;
}

/* --- cells --- */

static fm_text number_text(maker *m, double number, const char *unit, size_t way) {
    static const char *const formats[] = {"%.17g", "%.17g%s", " %.17g %s ", "%.17g\t%s"};
    char cell[64];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
    (void)snprintf(cell, sizeof cell, formats[way % 4], number, unit);
#pragma GCC diagnostic pop
    return text(m, cell);
}

/* Values repeat, come in either case, backwards, with empty ones between. */
static fm_text set_text(maker *m, uint64_t set, size_t way) {
    char cell[8 * FIXTURE_VALUES_MAX + 16] = "";
    size_t used = 0;
    for (unsigned i = 0; i < FIXTURE_VALUES_MAX; i++) {
        unsigned v = way % 3 == 0 ? FIXTURE_VALUES_MAX - 1 - i : i;
        if (set >> v & 1)
            used += (size_t)snprintf(cell + used, sizeof cell - used, "%s%c%02u",
                                     used == 0 ? ""
                                     : way % 5 ? "|"
                                               : " | | ",
                                     (way + v) % 2 ? 'v' : 'V', v);
    }
    if (way % 7 == 0 && set != 0)
        (void)snprintf(cell + used, sizeof cell - used, "|v%02u", (unsigned)__builtin_ctzll(set));
    return text(m, cell);
}

static fm_text flag_text(maker *m, bool flag, size_t way) {
    static const char *const yes[] = {"yes", "X", "true", "1", "Y"};
    static const char *const no[] = {"no", "False", "n", "0", ""};
    return text(m, flag ? yes[way % 5] : no[way % 5]);
}

static fm_text demand_text(maker *m, const fm_attribute *a, const fixture_demand *d, bool want, size_t way) {
    static const char *const none[] = {"any", "-", "ANY", ""};
    static const char *const none_of_want[] = {"any", "-", "?", ""};
    bool asks = a->ask_when_blank && !want;
    if (d->state == FM_DEMAND_UNASKED)
        return text(m, asks && way % 2 ? " " : "?");
    if (d->state == FM_DEMAND_NONE && a->rule == FM_RULE_FLAG && way % 2)
        return text(m, "no");
    if (d->state == FM_DEMAND_NONE)
        return text(m, want ? none_of_want[way % 4] : none[way % (asks ? 3 : 4)]);
    switch (a->rule) {
    case FM_RULE_AT_MOST:
    case FM_RULE_AT_LEAST:
        return number_text(m, d->number, a->unit, way);
    case FM_RULE_FLAG:
        return flag_text(m, true, way);
    default:
        return set_text(m, d->set, way);
    }
}

/* --- tables --- */

static bool is_numeric(fm_rule rule) {
    return rule == FM_RULE_AT_MOST || rule == FM_RULE_AT_LEAST;
}

static void make_catalog(fixture *f) {
    const fm_model_spec *model = fm_model_content(f->model);
    maker m;
    maker_init(&m, 2 + f->attribute_count);
    fm_text *ids = add_texts(&m, "offering_id", f->offering_count);
    fm_text *suppliers = add_texts(&m, "supplier", f->offering_count);
    for (size_t o = 0; o < f->offering_count; o++) {
        char id[32];
        (void)snprintf(id, sizeof id, "o%zu", o);
        ids[o] = text(&m, id);
        suppliers[o] = text(&m, !f->own[o] ? "them" : o % 2 ? "us" : "");
    }
    for (size_t a = 0; a < f->attribute_count; a++) {
        fm_rule rule = f->attributes[a].rule;
        bool numbers = is_numeric(rule) && a % 2 == 0;
        double *as_numbers = numbers ? add_numbers(&m, model->attributes[a].name, f->offering_count) : NULL;
        fm_text *as_texts = numbers ? NULL : add_texts(&m, model->attributes[a].name, f->offering_count);
        for (size_t o = 0; o < f->offering_count; o++) {
            const fixture_offer *offer = &f->offers[o * f->attribute_count + a];
            if (numbers)
                as_numbers[o] = offer->nominal;
            else if (is_numeric(rule))
                as_texts[o] = isnan(offer->nominal)
                                  ? text(&m, "")
                                  : number_text(&m, offer->nominal, f->attributes[a].unit, o);
            else
                as_texts[o] =
                    rule == FM_RULE_FLAG ? flag_text(&m, offer->flag, o) : set_text(&m, offer->set, o);
        }
    }
    /* One record where what is delivered differs from what is promised. */
    maker h;
    size_t most = f->offering_count * f->attribute_count;
    size_t records = 0;
    maker_init(&h, 3);
    fm_text *offerings = add_texts(&h, "offering_id", most);
    fm_text *attributes = add_texts(&h, "attribute", most);
    fm_text *values = add_texts(&h, "value", most);
    for (size_t i = 0; i < most; i++) {
        size_t a = i % f->attribute_count;
        const fixture_offer *offer = &f->offers[i];
        bool same = offer->nominal == offer->dependable || isnan(offer->dependable);
        if (!is_numeric(f->attributes[a].rule) || same)
            continue;
        offerings[records] = ids[i / f->attribute_count];
        attributes[records] = text(&h, f->attributes[a].name);
        values[records++] = number_text(&h, offer->dependable, f->attributes[a].unit, i);
    }
    fm_table *offering_table = open_table(&m, f->offering_count);
    fm_table *record_table = open_table(&h, records);
    fm_status status = fm_catalog_read(f->model, offering_table, record_table, NULL, &f->catalog, NULL);
    assert(status == FM_OK);
    (void)status;
    fm_table_free(offering_table);
    fm_table_free(record_table);
    maker_free(&m);
    maker_free(&h);
}

/* Whether a column of demands can be handed over as numbers: NaN must be able to say all that is not one. */
static bool fits_numbers(const fixture *f, size_t attribute, bool want) {
    const fm_attribute *a = &f->attributes[attribute];
    fm_demand_state blank = a->ask_when_blank && !want ? FM_DEMAND_UNASKED : FM_DEMAND_NONE;
    if (a->rule == FM_RULE_COVERS || a->rule == FM_RULE_ANY_OF || a->rule == FM_RULE_NONE_OF || attribute % 2)
        return false;
    for (size_t row = 0; row < f->row_count; row++) {
        fm_demand_state state = fixture_demand_of(f, row, attribute, want)->state;
        if (state != FM_DEMAND_STATED && state != blank)
            return false;
    }
    return true;
}

static bool somebody_says_something(const fixture *f, size_t attribute, bool want) {
    for (size_t row = 0; row < f->row_count; row++)
        if (fixture_demand_of(f, row, attribute, want)->state != FM_DEMAND_NONE)
            return true;
    return false;
}

static void add_demands(fixture *f, maker *m, size_t attribute, bool want) {
    const fm_attribute *a = &fm_model_content(f->model)->attributes[attribute];
    const char *name = want ? a->want_column : a->need_column;
    if (want && !somebody_says_something(f, attribute, want))
        return; /* a column that is not there is one without wants */
    if (fits_numbers(f, attribute, want)) {
        double *numbers = add_numbers(m, name, f->row_count);
        for (size_t row = 0; row < f->row_count; row++) {
            const fixture_demand *d = fixture_demand_of(f, row, attribute, want);
            double stated = a->rule == FM_RULE_FLAG ? 1 : d->number;
            numbers[row] = d->state == FM_DEMAND_STATED ? stated : (double)NAN;
        }
        return;
    }
    fm_text *texts = add_texts(m, name, f->row_count);
    for (size_t row = 0; row < f->row_count; row++)
        texts[row] = demand_text(m, a, fixture_demand_of(f, row, attribute, want), want, row * 7 + attribute);
}

static void make_base(fixture *f) {
    maker m;
    maker_init(&m, 3 + 2 * f->attribute_count);
    fm_text *ids = add_texts(&m, "customer_id", f->row_count);
    for (size_t row = 0; row < f->row_count; row++) {
        char id[32];
        (void)snprintf(id, sizeof id, "c%zu", row);
        ids[row] = text(&m, id);
    }
    if (f->values != NULL) {
        memcpy(add_numbers(&m, "value", f->row_count), f->values, f->row_count * sizeof *f->values);
        fm_text *stages = add_texts(&m, "stage", f->row_count);
        for (size_t row = 0; row < f->row_count; row++)
            stages[row] = text(&m, f->stages[row] == 0 ? "" : fixture_stages[f->stages[row] - 1].name);
    }
    for (size_t a = 0; a < f->attribute_count; a++) {
        add_demands(f, &m, a, false);
        add_demands(f, &m, a, true);
    }
    fm_table *table = open_table(&m, f->row_count);
    fm_base_options options = {.folding = f->folding};
    fm_status status = fm_base_read(f->model, table, &options, NULL, &f->base, NULL);
    assert(status == FM_OK && fm_base_reject_count(f->base) == 0);
    (void)status;
    fm_table_free(table);
    maker_free(&m);
}

void fixture_make_tables(fixture *f) {
    static const fm_role_column roles[] = {{FM_ROLE_VALUE, "value", {0, 0}},
                                           {FM_ROLE_STAGE, "stage", {0, 0}}};
    fm_model_spec spec = {
        .company = "us",
        .attributes = f->attributes,
        .attribute_count = f->attribute_count,
        .stages = fixture_stages,
        .stage_count = FIXTURE_STAGES,
        .roles = roles,
        .role_count = f->values == NULL ? 0 : 2,
        .min_records = 1,
    };
    fm_status status = fm_model_new(&spec, NULL, &f->model, NULL);
    assert(status == FM_OK);
    (void)status;
    make_catalog(f);
    make_base(f);
}
