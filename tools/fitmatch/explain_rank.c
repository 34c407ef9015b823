/* Which offerings to show of very many. */
#include "explain.h"

#include <stdlib.h>

typedef struct candidate {
    uint64_t
        distance; /* below VERDICT_PARTS: part of the verdict; else by the weight of what it does not meet */
    bool partner;
    size_t offering;
} candidate;

/* Own, partner, overpromise, and what the customer is being offered now. */
#define VERDICT_PARTS 4

static int by_distance(const void *a, const void *b) {
    const candidate *left = a;
    const candidate *right = b;
    if (left->distance != right->distance)
        return left->distance < right->distance ? -1 : 1;
    if (left->partner != right->partner)
        return left->partner ? 1 : -1;
    return (left->offering > right->offering) - (left->offering < right->offering);
}

/* The offering being sold to the customer now, or SIZE_MAX. */
static size_t offered_now(const explained *of) {
    size_t column = session_role_column(of->session, FM_ROLE_OFFERED);
    if (column == SIZE_MAX)
        return SIZE_MAX;
    fm_text id = text_trim(fm_base_cell(of->session->base, column, of->row));
    char *name = tool_copy(id.bytes, id.length);
    size_t offering = id.length ? fm_catalog_find(of->session->catalog, name) : SIZE_MAX;
    free(name);
    return offering;
}

size_t *explain_rank(const explained *of, size_t most, size_t *out_count, size_t *out_least) {
    const fm_catalog *catalog = of->session->catalog;
    const fm_attribute *attributes = of->session->model->attributes;
    size_t count = fm_catalog_offering_count(catalog);
    const size_t named[VERDICT_PARTS] = {of->result.own, of->result.refer_to, of->result.overpromise,
                                         offered_now(of)};
    candidate *ranked = tool_alloc(count, sizeof *ranked);
    uint32_t *unmet = tool_alloc(of->session->model->attribute_count, sizeof *unmet);
    size_t least = 0;
    for (size_t o = 0; o < count; o++) {
        ranked[o] = (candidate){VERDICT_PARTS, !fm_catalog_offering(catalog, o)->own, o};
        size_t lacks = fm_walk_unmet(of->walk, of->row, o, unmet);
        for (size_t i = 0; i < lacks; i++)
            ranked[o].distance += attributes[unmet[i]].weight;
        for (size_t part = VERDICT_PARTS; part-- > 0;)
            ranked[o].distance = named[part] == o ? part : ranked[o].distance;
        least += ranked[o].distance < VERDICT_PARTS;
    }
    qsort(ranked, count, sizeof *ranked, by_distance);
    free(unmet);
    size_t shown = most > least ? most : least;
    shown = shown < count ? shown : count;
    size_t *places = tool_alloc(shown, sizeof *places);
    for (size_t i = 0; i < shown; i++)
        places[i] = ranked[i].offering;
    free(ranked);
    *out_count = shown;
    *out_least = least;
    return places;
}
