#include "analysis/roadmap_sets.h"

#include "match/signatures.h"

/* Words of rows of patterns that are built at once: 32 MiB. */
#define PATTERN_WORDS_MAX ((size_t)4 << 20)

/* --- universes --- */

bool fm__universe_init(fm__universe *universe, const fm__offered *offered, const fm__demands *demands) {
    size_t elements = demands->elements.count;
    size_t most = offered->value_count + elements;
    *universe = (fm__universe){
        .folded = fm__array_new(most, sizeof *universe->folded),
        .spelled = fm__array_new(most, sizeof *universe->spelled),
        .of_element = fm__array_new(elements, sizeof *universe->of_element),
    };
    if (universe->folded == NULL || universe->spelled == NULL || universe->of_element == NULL)
        return false;
    for (size_t v = 0, e = 0; v < offered->value_count || e < elements;) {
        int order = v == offered->value_count ? 1
                    : e == elements           ? -1
                                    : fm__text_compare(offered->folded[v], demands->elements.texts[e]);
        universe->folded[universe->count] = order <= 0 ? offered->folded[v] : demands->elements.texts[e];
        universe->spelled[universe->count] = order <= 0 ? offered->spelled[v] : demands->elements.texts[e];
        if (order >= 0)
            universe->of_element[e] = (uint32_t)universe->count;
        v += order <= 0;
        e += order >= 0;
        universe->count++;
    }
    return true;
}

void fm__universe_destroy(fm__universe *universe) {
    free(universe->folded);
    free(universe->spelled);
    free(universe->of_element);
    *universe = (fm__universe){0};
}

static uint32_t find_value(const fm__universe *universe, fm_text folded) {
    size_t low = 0;
    for (size_t high = universe->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (fm__text_compare(universe->folded[middle], folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

/* --- lists of sets --- */

void fm__set_list_destroy(fm__set_list *list) {
    free(list->begins);
    free(list->values);
    fm__index_destroy(&list->index);
    *list = (fm__set_list){0};
}

uint32_t *fm__set_list_room(fm__set_list *list, size_t length) {
    if (!fm__array_reserve(&list->begins, &list->begin_capacity, list->count + 2, sizeof *list->begins))
        return NULL;
    if (list->count == 0)
        list->begins[0] = 0;
    size_t begin = list->begins[list->count];
    if (!fm__array_reserve(&list->values, &list->value_capacity, begin + length + 1, sizeof *list->values))
        return NULL;
    return list->values + begin;
}

void fm__set_list_add(fm__set_list *list, size_t length) {
    list->begins[list->count + 1] = list->begins[list->count] + length;
    list->count++;
}

bool fm__set_list_add_new(fm__set_list *list, size_t length) {
    const uint32_t *values = list->values + list->begins[list->count];
    uint64_t hash = fm__hash_bytes(values, length * sizeof *values);
    size_t cursor = 0;
    uint32_t known;
    do
        known = fm__index_next(&list->index, hash, &cursor);
    while (known != FM__INDEX_NONE &&
           (fm__set_length(list, known) != length ||
            (length > 0 && memcmp(fm__set_values(list, known), values, length * sizeof *values) != 0)));
    if (known != FM__INDEX_NONE)
        return true;
    if (list->count >= FM__INDEX_NONE || !fm__index_add(&list->index, hash, (uint32_t)list->count))
        return false;
    fm__set_list_add(list, length);
    return true;
}

bool fm__set_list_add_offered(fm__set_list *list, const fm__universe *universe, const fm__offered *offered,
                              size_t offering) {
    size_t begin = offered->set_begins[offering];
    size_t length = offered->set_begins[offering + 1] - begin;
    uint32_t *values = fm__set_list_room(list, length);
    if (values == NULL)
        return false;
    for (size_t i = 0; i < length; i++)
        values[i] = find_value(universe, offered->folded[offered->set_values[begin + i]]);
    fm__set_list_add(list, length);
    return true;
}

/* Both sets as one, or the first without the second; returns how many values there are. */
static size_t combine(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, bool without,
                      uint32_t *out_values) {
    size_t count = 0;
    for (size_t i = 0, j = 0; i < a_count || j < b_count;) {
        bool in_a = i < a_count && (j == b_count || a[i] <= b[j]);
        bool in_b = j < b_count && (i == a_count || b[j] <= a[i]);
        uint32_t value = in_a ? a[i] : b[j];
        if (without ? in_a && !in_b : true)
            out_values[count++] = value;
        i += in_a;
        j += in_b;
    }
    return count;
}

bool fm__set_list_add_changed(fm__set_list *list, const fm__universe *universe, const fm__demands *demands,
                              const uint32_t *offered, size_t offered_count, uint32_t seed) {
    bool one = demands->attribute->rule == FM_RULE_ANY_OF;
    size_t begin = one ? 0 : demands->set_begins[seed];
    size_t length = one ? 1 : demands->set_begins[seed + 1] - begin;
    uint32_t *values = fm__set_list_room(list, offered_count + 2 * length);
    if (values == NULL)
        return false;
    /* The demand's values stand behind where the new set ends at most. Elements are sorted like values. */
    uint32_t *demand = values + offered_count + length;
    for (size_t i = 0; i < length; i++)
        demand[i] = universe->of_element[one ? seed : demands->set_elements[begin + i]];
    return fm__set_list_add_new(list, combine(offered, offered_count, demand, length,
                                              demands->attribute->rule == FM_RULE_NONE_OF, values));
}

/* --- order --- */

typedef struct sorted_set {
    const fm__universe *universe;
    const uint32_t *values;
    size_t count;
    size_t changed;
    uint32_t set;
} sorted_set;

/* Values that are in one of two sets only. */
static size_t count_changed(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count) {
    size_t both = 0;
    for (size_t i = 0, j = 0; i < a_count && j < b_count;) {
        both += a[i] == b[j];
        uint32_t x = a[i];
        i += x <= b[j];
        j += b[j] <= x;
    }
    return a_count + b_count - 2 * both;
}

/* The byte at a place of a set's folded values joined with bars; moves on. -1 at the end. */
static int next_byte(const sorted_set *of, size_t *value, size_t *at) {
    if (*value == of->count)
        return -1;
    fm_text text = of->universe->folded[of->values[*value]];
    if (*at < text.length)
        return (unsigned char)text.bytes[(*at)++];
    ++*value;
    *at = 0;
    return *value == of->count ? -1 : '|';
}

static int by_step(const void *a, const void *b) {
    const sorted_set *x = a;
    const sorted_set *y = b;
    if (x->changed != y->changed)
        return x->changed < y->changed ? -1 : 1;
    size_t same = 0; /* values that both begin with say nothing */
    while (same < x->count && same < y->count && x->values[same] == y->values[same])
        same++;
    if (same == x->count && same == y->count)
        return (x->set > y->set) - (x->set < y->set);
    same -= same > 0;
    size_t x_value = same;
    size_t y_value = same;
    size_t x_at = 0;
    size_t y_at = 0;
    for (;;) {
        int one = next_byte(x, &x_value, &x_at);
        int other = next_byte(y, &y_value, &y_at);
        if (one != other)
            return one < other ? -1 : 1;
        if (one < 0)
            return (x->set > y->set) - (x->set < y->set);
    }
}

uint32_t *fm__set_list_order(const fm__set_list *list, const fm__universe *universe, const uint32_t *offered,
                             size_t offered_count) {
    sorted_set *sets = fm__array_new(list->count, sizeof *sets);
    uint32_t *order = fm__array_new(list->count, sizeof *order);
    if (sets == NULL || order == NULL) {
        free(sets);
        free(order);
        return NULL;
    }
    for (size_t i = 0; i < list->count; i++) {
        const uint32_t *values = fm__set_values(list, i);
        size_t count = fm__set_length(list, i);
        sets[i] = (sorted_set){universe, values, count, count_changed(values, count, offered, offered_count),
                               (uint32_t)i};
    }
    if (list->count > 0)
        qsort(sets, list->count, sizeof *sets, by_step);
    for (size_t i = 0; i < list->count; i++)
        order[i] = sets[i].set;
    free(sets);
    return order;
}

/* --- weights --- */

/* The sets first .. first + count as the offerings of a catalog with one attribute. */
typedef struct piece {
    const fm__set_list *list;
    size_t first;
    size_t count;
    fm_catalog catalog;
    fm__arena arena;
} piece;

static bool make_catalog(piece *p, const fm__universe *universe, const fm__plan *plan, size_t attribute) {
    p->catalog = (fm_catalog){.model = plan->base->model, .offering_count = p->count};
    p->catalog.offered = fm__arena_array(&p->arena, plan->model->attribute_count, sizeof *p->catalog.offered);
    size_t *begins = fm__arena_array(&p->arena, p->count + 1, sizeof *begins);
    if (p->catalog.offered == NULL || begins == NULL)
        return false;
    size_t begin = p->list->begins[p->first];
    for (size_t i = 0; i <= p->count; i++)
        begins[i] = p->list->begins[p->first + i] - begin;
    p->catalog.offered[attribute] = (fm__offered){.folded = universe->folded,
                                                  .spelled = universe->spelled,
                                                  .value_count = universe->count,
                                                  .set_begins = begins,
                                                  .set_values = p->list->values + begin};
    return true;
}

/* Adds the demands up for each pattern that meets them, then gives each set its pattern's weight. */
static bool weigh_piece(piece *p, const fm__plan *plan, size_t attribute, const fm__histogram *h,
                        const fm__weighing *weighing, char *out_weights) {
    fm__signatures signatures;
    uint32_t count = 0;
    uint32_t *patterns = fm__arena_array(&p->arena, p->count, sizeof *patterns);
    if (patterns == NULL || !fm__signatures_build(&signatures, fm__base_demands(plan->base, attribute, false),
                                                  &p->catalog, attribute, &p->arena, patterns, &count))
        return false;
    uint64_t *row = fm__arena_array(&p->arena, signatures.words, sizeof *row);
    char *weights = fm__weights_new(weighing, count);
    bool done = row != NULL && weights != NULL;
    for (size_t i = 0; done && i < h->count; i++) {
        fm__signatures_row(&signatures, h->codes[i] - FM__CODE_FIRST, row);
        for (size_t w = 0; w < signatures.words; w++) {
            uint64_t met = ~row[w] & (w + 1 == signatures.words ? signatures.last_mask : ~UINT64_C(0));
            for (; met != 0; met &= met - 1)
                fm__weight_merge(weighing,
                                 weights + (w * 64 + (size_t)__builtin_ctzll(met)) * weighing->bytes,
                                 fm__histogram_weight(h, weighing, i));
        }
    }
    for (size_t i = 0; done && i < p->count; i++)
        memcpy(out_weights + (p->first + i) * weighing->bytes, weights + patterns[i] * weighing->bytes,
               weighing->bytes);
    fm__region_free(weights);
    return done;
}

bool fm__set_list_weigh(const fm__set_list *list, const fm__universe *universe, const fm__plan *plan,
                        size_t attribute, const fm__histogram *histogram, const fm__weighing *weighing,
                        char *out_weights) {
    size_t elements = fm__base_demands(plan->base, attribute, false)->elements.count;
    size_t words = PATTERN_WORDS_MAX / (elements + 1);
    size_t most = words == 0 ? 64 : 64 * words;
    bool done = true;
    for (size_t first = 0; done && first < list->count; first += most) {
        piece p = {.list = list, .first = first};
        p.count = list->count - first < most ? list->count - first : most;
        done = make_catalog(&p, universe, plan, attribute) &&
               weigh_piece(&p, plan, attribute, histogram, weighing, out_weights);
        fm__arena_destroy(&p.arena);
    }
    return done;
}
