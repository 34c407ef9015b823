#include "match/bundles.h"

#include "match/plan.h"

bool fm__bundles_form(fm__bundles *bundles, const fm__span *spans, uint32_t count, const uint8_t *weights,
                      uint32_t shared) {
    /* Without any column there is one entry, of nothing. */
    bundles->count = 1;
    bundles->list[0] = (fm__bundle){.entries = 1};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t choices = spans[i].highest - spans[i].lowest + 1;
        uint32_t weight = weights[spans[i].column];
        if (choices > FM__BUNDLE_ENTRIES || weight >= 1U << FM__ENTRY_SLICES)
            return false;
        uint32_t b = 0;
        while (b < bundles->count && bundles->list[b].column_count > 0 &&
               (bundles->list[b].entries * choices > shared ||
                bundles->list[b].column_count == FM__BUNDLE_COLUMNS ||
                bundles->list[b].weight + weight >= 1U << FM__ENTRY_SLICES))
            b++;
        if (b == FM__BUNDLES)
            return false;
        if (b == bundles->count)
            bundles->list[bundles->count++] = (fm__bundle){.entries = 1};
        fm__bundle *bundle = &bundles->list[b];
        bundle->spans[bundle->column_count++] = spans[i];
        bundle->entries *= choices;
        bundle->weight += weight;
    }
    return true;
}
