#include "analysis/roadmap_counts.h"

#include "analysis/one_away.h"

/* A thread's weights by demand take no more than this; attributes with the fewest demands come first. */
#define WEIGHTS_BYTES_MAX ((size_t)48 << 20)

/* What a thread counts. */
typedef struct state {
    char *weights;        /* like fm__roadmap_counts */
    fm__near_rows *lists; /* like fm__roadmap_counts */
    uint32_t *codes;      /* [attribute][FM__BLOCK_ROWS] of the block, as they are needed */
    size_t *codes_of;     /* [attribute] 1 + the block that they are of */
} state;

static fm_status begin(void *context, void *state_of, fm_error *error) {
    const fm__roadmap_counts *c = context;
    state *s = state_of;
    size_t codes;
    size_t cells;
    if (!fm__size_product(c->attribute_count, FM__BLOCK_ROWS, &codes) ||
        !fm__size_product(c->own_count, c->demand_count, &cells))
        return fm__fail_memory(error);
    s->codes = fm__array_new(codes, sizeof *s->codes);
    s->codes_of = fm__array_new(c->attribute_count, sizeof *s->codes_of);
    s->weights = fm__weights_new(c->weighing, cells);
    s->lists = fm__array_new(c->own_count * c->attribute_count, sizeof *s->lists);
    bool complete = s->codes != NULL && s->codes_of != NULL && s->weights != NULL && s->lists != NULL;
    return complete ? FM_OK : fm__fail_memory(error);
}

static void lists_free(const fm__roadmap_counts *c, fm__near_rows *lists) {
    for (size_t i = 0; lists != NULL && i < c->own_count * c->attribute_count; i++)
        free(lists[i].rows);
    free(lists);
}

static void end(void *context, void *state_of) {
    state *s = state_of;
    lists_free(context, s->lists);
    fm__region_free(s->weights);
    free(s->codes);
    free(s->codes_of);
}

/* The codes of a block's rows in the needs of an attribute. */
static const uint32_t *codes_of(const fm__roadmap_counts *c, state *s, const fm__rows *rows,
                                const fm__kernel *kernel, size_t attribute) {
    uint32_t *codes = s->codes + attribute * FM__BLOCK_ROWS;
    const fm__demands *demands = fm__base_demands(c->plan->base, attribute, false);
    if (s->codes_of[attribute] != rows->block->number + 1)
        kernel->unpack(fm__base_block(c->plan->base, rows->block->number) +
                           (size_t)demands->first_slice * FM__BLOCK_WORDS,
                       demands->slice_count, codes);
    s->codes_of[attribute] = rows->block->number + 1;
    return codes;
}

/* The rows of a plane that lack one attribute only. */
typedef struct near_plane {
    size_t own;
    size_t attribute;
    const uint32_t *codes;
    uint64_t rows[FM__BLOCK_WORDS];
} near_plane;

static void count_by_demand(const fm__roadmap_counts *c, state *s, const near_plane *near,
                            const double *values, const double *expected) {
    char *weights =
        s->weights + (near->own * c->demand_count + c->begins[near->attribute]) * c->weighing->bytes;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        for (uint64_t bits = near->rows[w]; bits != 0; bits &= bits - 1) {
            size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
            fm__weight_add(c->weighing, weights + (near->codes[at] - FM__CODE_FIRST) * c->weighing->bytes,
                           values[at], expected[at]);
        }
}

static bool keep_rows(const fm__roadmap_counts *c, state *s, const near_plane *near, const fm__rows *rows) {
    fm__near_rows *list = &s->lists[near->own * c->attribute_count + near->attribute];
    if (!fm__array_reserve(&list->rows, &list->capacity, list->count + FM__BLOCK_ROWS, sizeof *list->rows))
        return false;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        for (uint64_t bits = near->rows[w]; bits != 0; bits &= bits - 1) {
            size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
            list->rows[list->count++] = (fm__near_row){rows->numbers[at], near->codes[at]};
        }
    return true;
}

typedef struct counting {
    fm__roadmap_counts *counts;
    const fm__kernel *kernel;
} counting;

/* The rows of a block that are one change away from an offering. */
static bool count_offering(const counting *k, state *s, const fm__rows *rows, size_t own,
                           const uint64_t *near_rows, const double *values, const double *expected) {
    const fm__roadmap_counts *c = k->counts;
    const fm__variant *variant = &c->plan->variants[c->own[own]];
    near_plane near = {.own = own};
    for (uint32_t i = 0; i < variant->need_count; i++) {
        const uint64_t *plane = rows->block->planes + (size_t)variant->needs[i].plane * FM__BLOCK_WORDS;
        uint64_t some = 0;
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            some |= near.rows[w] = plane[w] & near_rows[w];
        if (some == 0)
            continue;
        near.attribute = variant->needs[i].attribute;
        near.codes = codes_of(c, s, rows, k->kernel, near.attribute);
        if (c->begins[near.attribute] != SIZE_MAX)
            count_by_demand(c, s, &near, values, expected);
        else if (!keep_rows(c, s, &near, rows))
            return false;
    }
    return true;
}

static fm_status begin_state(void *context, void *state_of, fm_error *error) {
    const counting *k = context;
    return begin(k->counts, state_of, error);
}

static void end_state(void *context, void *state_of) {
    const counting *k = context;
    end(k->counts, state_of);
}

static fm_status add(void *context, void *state_of, const fm__rows *rows, fm_error *error) {
    const counting *k = context;
    const fm__block *block = rows->block;
    double values[FM__BLOCK_ROWS] = {0};
    double expected[FM__BLOCK_ROWS] = {0};
    uint64_t unfit[FM__BLOCK_WORDS];
    uint64_t near[FM__BLOCK_WORDS];
    uint64_t some = 0;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        some |= unfit[w] = block->valid[w] & ~block->own_fits[w];
    if (some == 0)
        return FM_OK;
    fm__worth_rows(k->counts->weighing->worth, rows->numbers, rows->count, values, expected);
    for (size_t own = 0; own < k->counts->own_count; own++)
        if (fm__one_away(block, &k->counts->plan->variants[k->counts->own[own]], unfit, near) &&
            !count_offering(k, state_of, rows, own, near, values, expected))
            return fm__fail_memory(error);
    return FM_OK;
}

static bool append(fm__near_rows *to, const fm__near_rows *from) {
    if (!fm__array_reserve(&to->rows, &to->capacity, to->count + from->count, sizeof *to->rows))
        return false;
    if (from->count > 0)
        memcpy(to->rows + to->count, from->rows, from->count * sizeof *to->rows);
    to->count += from->count;
    return true;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    const counting *k = context;
    const fm__roadmap_counts *c = k->counts;
    state *to = into;
    state *other = from;
    for (size_t i = 0; i < c->own_count * c->demand_count; i++)
        fm__weight_merge(c->weighing, to->weights + i * c->weighing->bytes,
                         other->weights + i * c->weighing->bytes);
    for (size_t i = 0; i < c->own_count * c->attribute_count; i++) {
        if (!append(&to->lists[i], &other->lists[i]))
            return fm__fail_memory(error);
        free(other->lists[i].rows);
        other->lists[i] = (fm__near_rows){0};
    }
    return FM_OK;
}

static fm_status finish(void *context, void *state_of, fm_error *error) {
    (void)error;
    const counting *k = context;
    state *s = state_of;
    k->counts->weights = s->weights;
    k->counts->lists = s->lists;
    s->weights = NULL;
    s->lists = NULL;
    return FM_OK;
}

/* --- what is counted by demand --- */

typedef struct dictionary {
    size_t demands;
    size_t attribute;
} dictionary;

static int by_size(const void *a, const void *b) {
    const dictionary *x = a;
    const dictionary *y = b;
    if (x->demands != y->demands)
        return x->demands < y->demands ? -1 : 1;
    return (x->attribute > y->attribute) - (x->attribute < y->attribute);
}

/* Gives weights to attributes as far as they go. */
static bool lay_out(fm__roadmap_counts *c) {
    dictionary *order = fm__array_new(c->attribute_count, sizeof *order);
    size_t room = WEIGHTS_BYTES_MAX / c->weighing->bytes / c->own_count;
    if (order == NULL)
        return false;
    for (size_t a = 0; a < c->attribute_count; a++)
        order[a] = (dictionary){fm__base_demands(c->plan->base, a, false)->count, a};
    qsort(order, c->attribute_count, sizeof *order, by_size);
    for (size_t i = 0; i < c->attribute_count; i++) {
        bool fits = order[i].demands <= room - c->demand_count;
        c->begins[order[i].attribute] = fits ? c->demand_count : SIZE_MAX;
        c->demand_count += fits ? order[i].demands : 0;
    }
    free(order);
    return true;
}

static bool prepare(fm__roadmap_counts *c) {
    const fm_catalog *catalog = c->plan->catalog;
    c->attribute_count = c->plan->model->attribute_count;
    c->own = fm__array_new(catalog->offering_count, sizeof *c->own);
    c->begins = fm__array_new(c->attribute_count, sizeof *c->begins);
    if (c->own == NULL || c->begins == NULL)
        return false;
    for (size_t o = 0; o < catalog->offering_count; o++)
        if (catalog->offerings[o].own)
            c->own[c->own_count++] = (uint32_t)o;
    return lay_out(c);
}

fm_status fm__roadmap_count(const fm__plan *plan, const fm__kernel *kernel, const fm__weighing *weighing,
                            const fm_analysis_run *run, fm__roadmap_counts *out_counts, fm_error *error) {
    fm__roadmap_counts counts = {.plan = plan, .weighing = weighing};
    counting k = {&counts, kernel};
    fm__reduction reduction = {
        .plan = plan,
        .kernel = kernel,
        .depth = FM__DEPTH_DECIDE,
        .state_bytes = sizeof(state),
        .begin = begin_state,
        .add = add,
        .merge = merge,
        .finish = finish,
        .end = end_state,
    };
    fm_status status = prepare(&counts) ? FM_OK : fm__fail_memory(error);
    if (status == FM_OK)
        status = fm__reduce(&reduction, run, &k, error);
    if (status != FM_OK) {
        fm__roadmap_counts_destroy(&counts);
        return status;
    }
    *out_counts = counts;
    return FM_OK;
}

void fm__roadmap_counts_destroy(fm__roadmap_counts *counts) {
    lists_free(counts, counts->lists);
    fm__region_free(counts->weights);
    free(counts->own);
    free(counts->begins);
    *counts = (fm__roadmap_counts){0};
}

/* --- histograms --- */

static bool histogram_reserve(fm__histogram *h, const fm__weighing *weighing, size_t count) {
    h->codes = fm__array_new(count, sizeof *h->codes);
    h->weights = fm__weights_new(weighing, count);
    return h->codes != NULL && h->weights != NULL;
}

static int by_code(const void *a, const void *b) {
    const fm__near_row *x = a;
    const fm__near_row *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

static bool histogram_of_rows(fm__histogram *h, const fm__weighing *weighing, fm__near_rows *list) {
    size_t distinct = 0;
    if (list->count > 0)
        qsort(list->rows, list->count, sizeof *list->rows, by_code);
    for (size_t i = 0; i < list->count; i++)
        distinct += i == 0 || list->rows[i - 1].code != list->rows[i].code;
    if (!histogram_reserve(h, weighing, distinct))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        uint64_t row = list->rows[i].row;
        if (i == 0 || list->rows[i - 1].code != list->rows[i].code)
            h->codes[h->count++] = list->rows[i].code;
        fm__weight_add(weighing, fm__histogram_weight(h, weighing, h->count - 1),
                       fm__worth_value(weighing->worth, row), fm__worth_expected(weighing->worth, row));
    }
    return true;
}

bool fm__histogram_init(fm__histogram *histogram, const fm__roadmap_counts *counts, size_t own,
                        size_t attribute) {
    const fm__weighing *weighing = counts->weighing;
    size_t demands = fm__base_demands(counts->plan->base, attribute, false)->count;
    *histogram = (fm__histogram){0};
    if (counts->begins[attribute] == SIZE_MAX)
        return histogram_of_rows(histogram, weighing,
                                 &counts->lists[own * counts->attribute_count + attribute]);
    const char *weights =
        counts->weights + (own * counts->demand_count + counts->begins[attribute]) * weighing->bytes;
    size_t count = 0;
    for (size_t d = 0; d < demands; d++)
        count += *(const uint64_t *)(const void *)(weights + d * weighing->bytes) > 0;
    if (!histogram_reserve(histogram, weighing, count))
        return false;
    for (size_t d = 0; d < demands; d++) {
        const char *weight = weights + d * weighing->bytes;
        if (*(const uint64_t *)(const void *)weight == 0)
            continue;
        histogram->codes[histogram->count] = FM__CODE_FIRST + (uint32_t)d;
        memcpy(fm__histogram_weight(histogram, weighing, histogram->count++), weight, weighing->bytes);
    }
    return true;
}

void fm__histogram_destroy(fm__histogram *histogram) {
    free(histogram->codes);
    fm__region_free(histogram->weights);
    *histogram = (fm__histogram){0};
}
