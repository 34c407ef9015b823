#include "fixture.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 35 / 100 is another double than 35 * 0.01. */
const fm_stage fixture_stages[FIXTURE_STAGES] = {
    {"early", 10, {0, 0}}, {"middle", 35, {0, 0}}, {"late", 90, {0, 0}}};

uint64_t fixture_random(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t fixture_below(uint64_t *state, uint64_t bound) {
    return fixture_random(state) % bound;
}

static bool chance(uint64_t *state, unsigned percent) {
    return fixture_below(state, 100) < percent;
}

static void *array(size_t count, size_t bytes) {
    void *memory = calloc(count == 0 ? 1 : count, bytes);
    assert(memory != NULL);
    return memory;
}

static fixture *allocate(size_t rows, size_t offerings, size_t attributes, bool money) {
    fixture *f = array(1, sizeof *f);
    f->row_count = rows;
    f->offering_count = offerings;
    f->attribute_count = attributes;
    f->attributes = array(attributes, sizeof *f->attributes);
    f->own = array(offerings, sizeof *f->own);
    f->offers = array(offerings * attributes, sizeof *f->offers);
    f->needs = array(rows * attributes, sizeof *f->needs);
    f->wants = array(rows * attributes, sizeof *f->wants);
    f->values = money ? array(rows, sizeof *f->values) : NULL;
    f->stages = money ? array(rows, sizeof *f->stages) : NULL;
    return f;
}

static unsigned value_count(const fixture_options *o) {
    return o->values == 0 ? 5 : o->values;
}

static unsigned set_value_count(const fixture_options *o) {
    return value_count(o) < FIXTURE_VALUES_MAX ? value_count(o) : FIXTURE_VALUES_MAX;
}

/* Quarters around 0, few enough that demands and offers collide. */
static double draw_number(const fixture_options *o, uint64_t *seed) {
    unsigned values = value_count(o);
    double number = 0.25 * ((double)fixture_below(seed, values) - values / 2);
    return number == 0 && chance(seed, 50) ? -0.0 : number;
}

static uint64_t draw_set(const fixture_options *o, uint64_t *seed, unsigned percent) {
    uint64_t set = 0;
    for (unsigned v = 0; v < set_value_count(o); v++)
        if (chance(seed, percent))
            set |= UINT64_C(1) << v;
    return set;
}

static void draw_attributes(fixture *f, const fixture_options *o, uint64_t *seed) {
    static const char *const units[] = {"h", "%", ""};
    for (size_t a = 0; a < f->attribute_count; a++) {
        fm_attribute *attribute = &f->attributes[a];
        do
            attribute->rule = (fm_rule)fixture_below(seed, FM_RULE_COUNT);
        while (o->rules != 0 && (o->rules >> attribute->rule & 1) == 0);
        attribute->weight = 1 + (unsigned)fixture_below(seed, o->weight_max == 0 ? 1 : o->weight_max);
        attribute->ask_when_blank = chance(seed, 50);
        attribute->unit = units[fixture_below(seed, 3)];
        char *name = array(24, 1);
        (void)snprintf(name, 24, "a%zu", a);
        attribute->name = name;
    }
}

static void draw_offer(const fixture_options *o, fm_rule rule, uint64_t *seed, fixture_offer *out_offer) {
    /* What none_of is content with is little, what the others are content with is much. */
    *out_offer = (fixture_offer){
        .nominal = chance(seed, 5) ? (double)NAN : draw_number(o, seed),
        .set = draw_set(o, seed, rule == FM_RULE_NONE_OF ? 20 : 70),
        .flag = chance(seed, 70),
    };
    double kept = draw_number(o, seed);
    /* A record that says the same would not be written; 0 and -0 are the same. */
    bool differs = chance(seed, o->records_percent) && kept != out_offer->nominal;
    out_offer->dependable = differs ? kept : out_offer->nominal;
}

static void draw_offers(fixture *f, const fixture_options *o, uint64_t *seed) {
    size_t attributes = f->attribute_count;
    for (size_t i = 0; i < f->offering_count; i++) {
        f->own[i] = !chance(seed, o->partner_percent);
        if (i > 0 && chance(seed, o->twin_percent)) {
            size_t twin = (size_t)fixture_below(seed, i);
            memcpy(f->offers + i * attributes, f->offers + twin * attributes, attributes * sizeof *f->offers);
            continue;
        }
        for (size_t a = 0; a < attributes; a++)
            draw_offer(o, f->attributes[a].rule, seed, &f->offers[i * attributes + a]);
    }
    f->own[fixture_below(seed, f->offering_count)] = true;
}

static void draw_demand(const fixture_options *o, fm_rule rule, uint64_t *seed, fixture_demand *out_demand) {
    out_demand->state = FM_DEMAND_STATED;
    out_demand->number = draw_number(o, seed);
    for (unsigned i = 0; i < o->ease; i++) {
        double other = draw_number(o, seed);
        bool easier = rule == FM_RULE_AT_MOST ? other > out_demand->number : other < out_demand->number;
        out_demand->number = easier ? other : out_demand->number;
    }
    for (size_t i = 0, count = 1 + (size_t)fixture_below(seed, 3); i < count; i++)
        out_demand->set |= UINT64_C(1) << fixture_below(seed, set_value_count(o));
}

static void draw_rows(fixture *f, const fixture_options *o, uint64_t *seed) {
    for (size_t i = 0; i < f->row_count * f->attribute_count; i++) {
        fm_rule rule = f->attributes[i % f->attribute_count].rule;
        if (chance(seed, o->need_percent))
            draw_demand(o, rule, seed, &f->needs[i]);
        else if (chance(seed, o->unasked_percent))
            f->needs[i].state = FM_DEMAND_UNASKED;
        if (chance(seed, o->want_percent))
            draw_demand(o, rule, seed, &f->wants[i]);
    }
    for (size_t row = 0; f->values != NULL && row < f->row_count; row++) {
        /* Cents that no double holds exactly, of very different sizes: sums depend on their order. */
        double cents = (double)fixture_below(seed, 1000000);
        double money = chance(seed, 10) ? cents * 1e7 : cents / 100;
        f->values[row] = chance(seed, 10) ? (double)NAN : money;
        f->stages[row] = (unsigned)fixture_below(seed, FIXTURE_STAGES + 1);
    }
}

fixture *fixture_new(const fixture_options *options) {
    uint64_t seed = options->seed;
    fixture *f = allocate(options->rows, options->offerings, options->attributes, options->money);
    draw_attributes(f, options, &seed);
    draw_offers(f, options, &seed);
    draw_rows(f, options, &seed);
    fixture_build(f);
    return f;
}

static void unbuild(fixture *f) {
    fm_base_free(f->base);
    fm_catalog_free(f->catalog);
    fm_model_free(f->model);
    f->base = NULL;
    f->catalog = NULL;
    f->model = NULL;
}

void fixture_free(fixture *f) {
    if (f == NULL)
        return;
    unbuild(f);
    for (size_t a = 0; a < f->attribute_count; a++)
        free((void *)(uintptr_t)f->attributes[a].name);
    free(f->attributes);
    free(f->own);
    free(f->offers);
    free(f->needs);
    free(f->wants);
    free(f->values);
    free(f->stages);
    free(f);
}

void fixture_copy_row(fixture *to, size_t to_row, const fixture *from, size_t from_row) {
    size_t count = from->attribute_count;
    memcpy(to->needs + to_row * count, from->needs + from_row * count, count * sizeof *to->needs);
    memcpy(to->wants + to_row * count, from->wants + from_row * count, count * sizeof *to->wants);
    if (to->values != NULL && from->values != NULL) {
        to->values[to_row] = from->values[from_row];
        to->stages[to_row] = from->stages[from_row];
    }
}

fixture *fixture_copy(const fixture *f, size_t rows, size_t offerings) {
    fixture *copy = allocate(rows, offerings, f->attribute_count, f->values != NULL);
    for (size_t a = 0; a < f->attribute_count; a++) {
        copy->attributes[a] = f->attributes[a];
        copy->attributes[a].name = strdup(f->attributes[a].name);
        assert(copy->attributes[a].name != NULL);
    }
    size_t kept = offerings < f->offering_count ? offerings : f->offering_count;
    memcpy(copy->own, f->own, kept * sizeof *copy->own);
    memcpy(copy->offers, f->offers, kept * f->attribute_count * sizeof *copy->offers);
    for (size_t row = 0; row < rows && row < f->row_count; row++)
        fixture_copy_row(copy, row, f, row);
    return copy;
}

fm_matches *fixture_match(const fixture *f, fm_instruction_set set, unsigned threads) {
    fm_matches *matches = NULL;
    fm_match_options options = {.threads = threads, .instruction_set = set};
    fm_status status = fm_match(f->base, f->catalog, &options, &matches, NULL);
    assert(status == FM_OK);
    (void)status;
    return matches;
}

/* The tables are made in a file of their own; fixture_build is its one entry. */
void fixture_make_tables(fixture *f);

void fixture_build(fixture *f) {
    unbuild(f);
    fixture_make_tables(f);
}
