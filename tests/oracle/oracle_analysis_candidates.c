/* Which changes of one value would win which of the unfit rows. */
#include "oracle_roadmap.h"

#include <stdlib.h>
#include <string.h>

static void *grown(void *list, size_t capacity, size_t size_bytes) {
    void *more = realloc(list, capacity * size_bytes);
    if (more == NULL)
        abort();
    return more;
}

/* Misses of one offering, counted up to two; *out_need is the last one. */
static size_t misses(const struct oracle_analysis *analysis, const struct oracle_offering *offering,
                     const struct oracle_row *row, const struct oracle_demand **out_need) {
    size_t missed = 0;
    for (size_t n = 0; n < row->need_count && missed < 2; n++) {
        const size_t a = row->needs[n].attribute;
        if (oracle_meets(&analysis->model->attributes[a], &offering->dependable[a], &row->needs[n]))
            continue;
        missed++;
        *out_need = &row->needs[n];
    }
    return missed;
}

static int compare_near(const void *left, const void *right, void *context) {
    const struct oracle_near *a = left;
    const struct oracle_near *b = right;
    (void)context;
    if (a->offering != b->offering)
        return a->offering < b->offering ? -1 : 1;
    if (a->need->attribute != b->need->attribute)
        return a->need->attribute < b->need->attribute ? -1 : 1;
    return a->of < b->of ? -1 : a->of > b->of ? 1 : 0;
}

struct oracle_near *oracle_near_rows(const struct oracle_analysis *analysis, size_t *out_count) {
    const struct oracle *oracle = analysis->oracle;
    struct oracle_near *near = NULL;
    size_t count = 0;
    size_t capacity = 0;
    for (size_t r = 0; r < analysis->case_count; r++) {
        const size_t before = count;
        bool fits = false;
        for (size_t o = 0; o < oracle->offering_count && !fits; o++) {
            const struct oracle_demand *need = NULL;
            if (!oracle->offerings[o].own)
                continue;
            const size_t missed = misses(analysis, &oracle->offerings[o], analysis->cases[r].row, &need);
            fits = missed == 0;
            if (missed != 1)
                continue;
            if (count == capacity) {
                capacity = 2 * capacity + 256;
                near = grown(near, capacity, sizeof *near);
            }
            near[count++] = (struct oracle_near){o, need, &analysis->cases[r]};
        }
        if (fits)
            count = before;
    }
    oracle_sort(near, count, sizeof *near, compare_near, NULL);
    *out_count = count;
    return near;
}

void oracle_change_count(struct oracle_analysis *analysis, const struct oracle_near *near, size_t count,
                         struct oracle_change *change) {
    const struct oracle_attribute *attribute = &analysis->model->attributes[change->attribute];
    change->tally = (struct oracle_tally){0};
    for (size_t i = 0; i < count; i++)
        if (&analysis->oracle->offerings[near[i].offering] == change->offering &&
            near[i].need->attribute == change->attribute &&
            oracle_meets(attribute, &change->to, near[i].need))
            oracle_tally_add(&change->tally, near[i].of);
    change->money = oracle_sum_round(&change->tally.money);
    change->expected = oracle_sum_round(&change->tally.expected);
}

/* `near` and `count` are those of the change's offering and attribute. */
static void add_change(struct oracle_analysis *analysis, struct oracle_changes *changes,
                       const struct oracle_near *near, size_t count, struct oracle_offer to) {
    struct oracle_change change = {.offering = &analysis->oracle->offerings[near->offering],
                                   .attribute = near->need->attribute,
                                   .to = to};
    oracle_change_count(analysis, near, count, &change);
    if (changes->count == changes->capacity) {
        changes->capacity = 2 * changes->capacity + 64;
        changes->list = grown(changes->list, changes->capacity, sizeof *changes->list);
    }
    changes->list[changes->count++] = change;
}

static struct oracle_set set_with(struct oracle_heap *heap, struct oracle_set set, const uint32_t *more,
                                  size_t count) {
    uint32_t *values = oracle_alloc(heap, set.count + count, sizeof *values);
    size_t have = 0;
    size_t i = 0;
    size_t j = 0;
    while (i < set.count || j < count) {
        const bool first = j == count || (i < set.count && set.values[i] <= more[j]);
        const uint32_t value = first ? set.values[i] : more[j];
        i += i < set.count && set.values[i] == value ? 1 : 0;
        j += j < count && more[j] == value ? 1 : 0;
        values[have++] = value;
    }
    return (struct oracle_set){values, have};
}

static struct oracle_set set_without(struct oracle_heap *heap, struct oracle_set set,
                                     struct oracle_set less) {
    uint32_t *values = oracle_alloc(heap, set.count, sizeof *values);
    size_t have = 0;
    for (size_t i = 0; i < set.count; i++) {
        bool dropped = false;
        for (size_t j = 0; j < less.count; j++)
            dropped = dropped || less.values[j] == set.values[i];
        if (!dropped)
            values[have++] = set.values[i];
    }
    return (struct oracle_set){values, have};
}

static int compare_offers(const void *left, const void *right, void *context) {
    const struct oracle_offer *a = left;
    const struct oracle_offer *b = right;
    (void)context;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    if (a->set.count != b->set.count)
        return a->set.count < b->set.count ? -1 : 1;
    return a->set.count == 0 ? 0 : memcmp(a->set.values, b->set.values, a->set.count * sizeof(uint32_t));
}

/* What would meet one of the near rows' need; `any_of` has several ways. */
static size_t offers_for(struct oracle_analysis *analysis, const struct oracle_near *near,
                         struct oracle_offer *out_offers) {
    const enum oracle_rule rule = analysis->model->attributes[near->need->attribute].rule;
    const struct oracle_set offered =
        analysis->oracle->offerings[near->offering].dependable[near->need->attribute].set;
    const struct oracle_set demanded = near->need->set;
    struct oracle_offer to = {0};
    size_t count = 1;
    if (rule == ORACLE_FLAG) {
        to.yes = true;
    } else if (rule <= ORACLE_AT_LEAST) {
        to.has_number = true;
        to.number = near->need->number;
    } else if (rule == ORACLE_COVERS) {
        to.set = set_with(analysis->heap, offered, demanded.values, demanded.count);
    } else if (rule == ORACLE_NONE_OF) {
        to.set = set_without(analysis->heap, offered, demanded);
    } else {
        for (count = 0; count < demanded.count; count++)
            out_offers[count].set = set_with(analysis->heap, offered, demanded.values + count, 1);
        return count;
    }
    out_offers[0] = to;
    return count;
}

/* The candidates of one offering and attribute, each value once. */
static void add_candidates(struct oracle_analysis *analysis, struct oracle_changes *changes,
                           const struct oracle_near *near, size_t count) {
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += near[i].need->set.count + 1;
    struct oracle_offer *offers = calloc(most, sizeof *offers);
    if (offers == NULL)
        abort();
    size_t have = 0;
    for (size_t i = 0; i < count; i++)
        have += offers_for(analysis, &near[i], offers + have);
    oracle_sort(offers, have, sizeof *offers, compare_offers, NULL);
    for (size_t i = 0; i < have; i++)
        if (i == 0 || compare_offers(&offers[i - 1], &offers[i], NULL) != 0)
            add_change(analysis, changes, near, count, offers[i]);
    free(offers);
}

struct oracle_changes oracle_candidates(struct oracle_analysis *analysis, const struct oracle_near *near,
                                        size_t count) {
    struct oracle_changes changes = {0};
    for (size_t start = 0; start < count;) {
        size_t end = start + 1;
        while (end < count && near[end].offering == near[start].offering &&
               near[end].need->attribute == near[start].need->attribute)
            end++;
        add_candidates(analysis, &changes, near + start, end - start);
        start = end;
    }
    return changes;
}

static size_t values_changed(struct oracle_set from, struct oracle_set to) {
    size_t shared = 0;
    for (size_t i = 0; i < from.count; i++)
        for (size_t j = 0; j < to.count; j++)
            shared += from.values[i] == to.values[j] ? 1 : 0;
    return from.count + to.count - 2 * shared;
}

static int compare_texts(const void *left, const void *right, void *context) {
    (void)context;
    return oracle_text_compare(*(const struct oracle_text *)left, *(const struct oracle_text *)right);
}

static struct oracle_text key_of(struct oracle_analysis *analysis, struct oracle_change *change) {
    if (change->key != NULL)
        return *change->key;
    const struct oracle_values *values = &analysis->model->attributes[change->attribute].values;
    const struct oracle_set set = change->to.set;
    struct oracle_text *folded = oracle_alloc(analysis->heap, set.count, sizeof *folded);
    size_t length = set.count;
    for (size_t i = 0; i < set.count; i++) {
        folded[i] = values->folded[set.values[i]];
        length += folded[i].length;
    }
    oracle_sort(folded, set.count, sizeof *folded, compare_texts, NULL);
    char *bytes = oracle_alloc(analysis->heap, length + 1, 1);
    size_t have = 0;
    for (size_t i = 0; i < set.count; i++) {
        if (i > 0)
            bytes[have++] = '|';
        for (size_t j = 0; j < folded[i].length; j++)
            bytes[have++] = folded[i].bytes[j];
    }
    change->key = oracle_alloc(analysis->heap, 1, sizeof *change->key);
    *change->key = (struct oracle_text){bytes, have};
    return *change->key;
}

int oracle_change_compare_steps(struct oracle_analysis *analysis, struct oracle_change *a,
                                struct oracle_change *b) {
    const enum oracle_rule rule = analysis->model->attributes[a->attribute].rule;
    if (rule == ORACLE_FLAG)
        return 0;
    if (rule <= ORACLE_AT_LEAST) {
        if (a->to.number == b->to.number)
            return 0;
        return (a->to.number > b->to.number) == (rule == ORACLE_AT_MOST) ? -1 : 1;
    }
    const size_t changed_a = values_changed(a->offering->dependable[a->attribute].set, a->to.set);
    const size_t changed_b = values_changed(b->offering->dependable[b->attribute].set, b->to.set);
    if (changed_a != changed_b)
        return changed_a < changed_b ? -1 : 1;
    return oracle_text_compare(key_of(analysis, a), key_of(analysis, b));
}
