/* The verdict of one row: every offering, every demand, one after the other. */
#include "oracle_internal.h"

#include <stdlib.h>
#include <string.h>

static bool has_all(struct oracle_set offered, struct oracle_set demanded) {
    size_t at = 0;
    for (size_t i = 0; i < demanded.count; i++) {
        while (at < offered.count && offered.values[at] < demanded.values[i])
            at++;
        if (at == offered.count || offered.values[at] != demanded.values[i])
            return false;
    }
    return true;
}

static bool shares_one(struct oracle_set offered, struct oracle_set demanded) {
    size_t at = 0;
    for (size_t i = 0; i < demanded.count; i++) {
        while (at < offered.count && offered.values[at] < demanded.values[i])
            at++;
        if (at < offered.count && offered.values[at] == demanded.values[i])
            return true;
    }
    return false;
}

bool oracle_meets(const struct oracle_attribute *attribute, const struct oracle_offer *offer,
                  const struct oracle_demand *demand) {
    switch (attribute->rule) {
    case ORACLE_AT_MOST:
        return offer->has_number && offer->number <= demand->number;
    case ORACLE_AT_LEAST:
        return offer->has_number && offer->number >= demand->number;
    case ORACLE_COVERS:
        return has_all(offer->set, demand->set);
    case ORACLE_ANY_OF:
        return shares_one(offer->set, demand->set);
    case ORACLE_NONE_OF:
        return !shares_one(offer->set, demand->set);
    case ORACLE_FLAG:
        return offer->yes;
    }
    return false;
}

struct standing {
    const struct oracle_offering *offering; /* NULL: none yet */
    uint64_t needs_met;
    uint64_t wants_met;
};

static uint64_t weight_met(const struct oracle_model *model, const struct oracle_offer *offers,
                           const struct oracle_demand *demands, size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t a = demands[i].attribute;
        if (oracle_meets(&model->attributes[a], &offers[a], &demands[i]))
            sum += model->attributes[a].weight;
    }
    return sum;
}

static uint64_t weight_stated(const struct oracle_model *model, const struct oracle_demand *demands,
                              size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += model->attributes[demands[i].attribute].weight;
    return sum;
}

/* The first of a group in the order of SPEC 3. */
static struct standing best_of(const struct oracle *oracle, const struct oracle_row *row, bool own,
                               bool nominal) {
    struct standing best = {0};
    for (size_t o = 0; o < oracle->offering_count; o++) {
        const struct oracle_offering *offering = &oracle->offerings[o];
        if (offering->own != own)
            continue;
        const struct oracle_offer *offers = nominal ? offering->nominal : offering->dependable;
        const uint64_t needs = weight_met(&oracle->model, offers, row->needs, row->need_count);
        const uint64_t wants = weight_met(&oracle->model, offers, row->wants, row->want_count);
        const bool better = best.offering == NULL || needs > best.needs_met ||
                            (needs == best.needs_met && wants > best.wants_met);
        if (better)
            best = (struct standing){offering, needs, wants};
    }
    return best;
}

/* Of the rows that state a need on `a`, how many `offering` does not meet. Counted once. */
static uint64_t risk_misses(struct oracle *oracle, const struct oracle_offering *offering, size_t a) {
    const size_t o = (size_t)(offering - oracle->offerings);
    uint64_t *misses = &oracle->risk_misses[o * oracle->model.attribute_count + a];
    if (*misses != UINT64_MAX)
        return *misses;
    *misses = 0;
    for (size_t r = 0; r < oracle->row_count; r++) {
        const struct oracle_row *row = &oracle->rows[r];
        for (size_t n = 0; n < row->need_count; n++)
            if (row->needs[n].attribute == a &&
                !oracle_meets(&oracle->model.attributes[a], &offering->dependable[a], &row->needs[n]))
                ++*misses;
    }
    return *misses;
}

/* The unasked attribute of the highest risk, the first in model order among equals. */
static ptrdiff_t attribute_to_ask(struct oracle *oracle, const struct oracle_row *row,
                                  const struct oracle_offering *own) {
    ptrdiff_t best = ORACLE_NONE;
    uint64_t best_misses = 0;
    uint64_t best_rows = 1;
    for (size_t i = 0; i < row->unasked_count; i++) {
        const size_t a = row->unasked[i];
        const uint64_t misses = risk_misses(oracle, own, a);
        const uint64_t rows = oracle->need_rows[a] == 0 ? 1 : oracle->need_rows[a];
        if (best == ORACLE_NONE || misses * best_rows > best_misses * rows) {
            best = (ptrdiff_t)a;
            best_misses = misses;
            best_rows = rows;
        }
    }
    return best;
}

static struct oracle_decision decide(struct oracle *oracle, const struct oracle_row *row) {
    const uint64_t needed = weight_stated(&oracle->model, row->needs, row->need_count);
    const uint64_t stated = needed + weight_stated(&oracle->model, row->wants, row->want_count);
    const struct standing own = best_of(oracle, row, true, false);
    const struct standing partner = best_of(oracle, row, false, false);
    if (own.offering == NULL)
        abort(); /* oracle_offerings_read has made sure of one */
    const bool own_fits = own.needs_met == needed;
    const bool partner_fits = partner.offering != NULL && partner.needs_met == needed;
    struct oracle_decision decision = {.own = own.offering, .ask = ORACLE_NONE};
    if (own_fits)
        decision.verdict = row->unasked_count == 0 ? ORACLE_FIT : ORACLE_ASK;
    else
        decision.verdict = partner_fits ? ORACLE_REFER : ORACLE_WALK_AWAY;
    decision.score = stated == 0 ? 100 : (200 * (own.needs_met + own.wants_met) + stated) / (2 * stated);
    if (decision.verdict == ORACLE_REFER)
        decision.refer_to = partner.offering;
    if (!own_fits) {
        const struct standing promised = best_of(oracle, row, true, true);
        if (promised.needs_met == needed)
            decision.overpromise = promised.offering;
    }
    if (decision.verdict == ORACLE_ASK)
        decision.ask = attribute_to_ask(oracle, row, own.offering);
    return decision;
}

static void prepare_risks(struct oracle *oracle) {
    const size_t attribute_count = oracle->model.attribute_count;
    const size_t pairs = oracle->offering_count * attribute_count;
    oracle->risk_misses = oracle_alloc(&oracle->heap, pairs, sizeof *oracle->risk_misses);
    for (size_t i = 0; i < pairs; i++)
        oracle->risk_misses[i] = UINT64_MAX;
    oracle->need_rows = oracle_alloc(&oracle->heap, attribute_count, sizeof *oracle->need_rows);
    for (size_t r = 0; r < oracle->row_count; r++)
        for (size_t n = 0; n < oracle->rows[r].need_count; n++)
            oracle->need_rows[oracle->rows[r].needs[n].attribute]++;
}

bool oracle_read(struct oracle *oracle, const char *folder, const char *customers) {
    oracle->folder = folder;
    if (!oracle_model_read(oracle))
        return false;
    if (customers != NULL)
        oracle->model.customers_path = oracle_text_of(customers);
    return oracle_offerings_read(oracle, oracle->model.offerings_path) && oracle_history_read(oracle) &&
           oracle_customers_read(oracle);
}

void oracle_decide_all(struct oracle *oracle) {
    prepare_risks(oracle);
    oracle->decisions = oracle_alloc(&oracle->heap, oracle->row_count, sizeof *oracle->decisions);
    for (size_t r = 0; r < oracle->row_count; r++)
        oracle->decisions[r] = decide(oracle, &oracle->rows[r]);
}

struct oracle *oracle_open(const char *folder, char error[ORACLE_ERROR_BYTES]) {
    return oracle_open_with(folder, NULL, error);
}

struct oracle *oracle_open_with(const char *folder, const char *customers, char error[ORACLE_ERROR_BYTES]) {
    struct oracle *oracle = calloc(1, sizeof *oracle);
    if (oracle == NULL)
        abort();
    if (oracle_read(oracle, folder, customers)) {
        oracle_decide_all(oracle);
        return oracle;
    }
    memcpy(error, oracle->error, sizeof oracle->error);
    oracle_close(oracle);
    return NULL;
}

void oracle_close(struct oracle *oracle) {
    if (oracle != NULL)
        oracle_heap_destroy(&oracle->heap);
    free(oracle);
}

size_t oracle_rejected_count(const struct oracle *oracle) {
    return oracle->rejected_count;
}

struct oracle_result oracle_result_of(struct oracle *oracle) {
    struct oracle_result result = {0};
    struct oracle_buffer table = {0};
    oracle_match_table(oracle, &table);
    result.table = table.bytes;
    result.table_bytes = table.length;
    result.row_count = oracle->row_count;
    result.offering_count = oracle->offering_count;
    result.rejected_count = oracle->rejected_count;
    result.rejected_lines = calloc(oracle->rejected_count + 1, sizeof *result.rejected_lines);
    if (result.rejected_lines == NULL)
        abort();
    for (size_t i = 0; i < oracle->rejected_count; i++)
        result.rejected_lines[i] = oracle->rejected_lines[i];
    return result;
}

void oracle_result_destroy(struct oracle_result *result) {
    free(result->table);
    free(result->rejected_lines);
    result->table = NULL;
    result->rejected_lines = NULL;
}
