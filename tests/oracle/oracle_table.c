/* The match table of SPEC 4, with the gap in words. */
#include "oracle_internal.h"

#include <stdio.h>
#include <stdlib.h>

void oracle_number_words(struct oracle_buffer *buffer, double number, struct oracle_text unit) {
    char digits[64];
    snprintf(digits, sizeof digits, "%.15g", number);
    oracle_buffer_add_string(buffer, digits);
    if (unit.length > 0) {
        oracle_buffer_add_string(buffer, " ");
        oracle_buffer_add(buffer, unit);
    }
}

static void add_offered_number(struct oracle_buffer *buffer, const struct oracle_offer *offer,
                               struct oracle_text unit) {
    if (offer->has_number)
        oracle_number_words(buffer, offer->number, unit);
    else
        oracle_buffer_add_string(buffer, "nothing");
}

/* The set's values by the bytes of their folded form, each as it is spelled. Sorted by picking the least that
 * is left: the sets are small. */
void oracle_set_words(struct oracle_heap *heap, struct oracle_buffer *buffer,
                      const struct oracle_values *values, struct oracle_set set) {
    uint32_t *left = oracle_alloc(heap, set.count, sizeof *left);
    for (size_t i = 0; i < set.count; i++)
        left[i] = set.values[i];
    for (size_t i = 0; i < set.count; i++) {
        size_t least = i;
        for (size_t j = i + 1; j < set.count; j++)
            if (oracle_text_compare(values->folded[left[j]], values->folded[left[least]]) < 0)
                least = j;
        const uint32_t value = left[least];
        left[least] = left[i];
        if (i > 0)
            oracle_buffer_add_string(buffer, "|");
        oracle_buffer_add(buffer, values->spelling[value]);
    }
    if (set.count == 0)
        oracle_buffer_add_string(buffer, "nothing");
}

static void add_gap(struct oracle *oracle, struct oracle_buffer *buffer, const struct oracle_demand *need,
                    const struct oracle_offering *own) {
    const struct oracle_attribute *attribute = &oracle->model.attributes[need->attribute];
    const struct oracle_offer *offer = &own->dependable[need->attribute];
    const struct oracle_offer *nominal = &own->nominal[need->attribute];
    oracle_buffer_add(buffer, attribute->name);
    switch (attribute->rule) {
    case ORACLE_FLAG:
        oracle_buffer_add_string(buffer, " needed, not offered");
        return;
    case ORACLE_AT_MOST:
    case ORACLE_AT_LEAST:
        oracle_buffer_add_string(buffer, attribute->rule == ORACLE_AT_MOST ? " needs <= " : " needs >= ");
        oracle_number_words(buffer, need->number, attribute->unit);
        oracle_buffer_add_string(buffer, ", offers ");
        add_offered_number(buffer, offer, attribute->unit);
        if (offer->has_number != nominal->has_number || offer->number != nominal->number) {
            oracle_buffer_add_string(buffer, " (nominal ");
            add_offered_number(buffer, nominal, attribute->unit);
            oracle_buffer_add_string(buffer, ")");
        }
        return;
    case ORACLE_COVERS:
        oracle_buffer_add_string(buffer, " needs ");
        break;
    case ORACLE_ANY_OF:
        oracle_buffer_add_string(buffer, " needs any of ");
        break;
    case ORACLE_NONE_OF:
        oracle_buffer_add_string(buffer, " refuses ");
        break;
    }
    oracle_set_words(&oracle->heap, buffer, &attribute->values, need->set);
    oracle_buffer_add_string(buffer, ", offers ");
    oracle_set_words(&oracle->heap, buffer, &attribute->values, offer->set);
}

static void add_cell(struct oracle_buffer *table, struct oracle_text text) {
    oracle_buffer_add_string(table, ",");
    oracle_buffer_add_csv_cell(table, text);
}

/* Whether business column `b` is in the table and no earlier role has named it. */
static bool business_shown(const struct oracle *oracle, size_t b) {
    if (oracle->business_columns[b] == ORACLE_NONE)
        return false;
    for (size_t earlier = 0; earlier < b; earlier++)
        if (oracle->business_columns[earlier] == oracle->business_columns[b])
            return false;
    return true;
}

void oracle_unmet_words(struct oracle *oracle, const struct oracle_row *row,
                        const struct oracle_offering *own, struct oracle_buffer *unmet,
                        struct oracle_buffer *gap) {
    for (size_t n = 0; n < row->need_count; n++) {
        const struct oracle_attribute *attribute = &oracle->model.attributes[row->needs[n].attribute];
        if (oracle_meets(attribute, &own->dependable[row->needs[n].attribute], &row->needs[n]))
            continue;
        if (unmet->length > 0) {
            oracle_buffer_add_string(unmet, ";");
            oracle_buffer_add_string(gap, "; ");
        }
        oracle_buffer_add(unmet, attribute->name);
        add_gap(oracle, gap, &row->needs[n], own);
    }
}

static void add_unmet(struct oracle *oracle, struct oracle_buffer *table, const struct oracle_row *row,
                      const struct oracle_offering *own) {
    struct oracle_buffer unmet = {0};
    struct oracle_buffer gap = {0};
    oracle_unmet_words(oracle, row, own, &unmet, &gap);
    add_cell(table, (struct oracle_text){unmet.bytes, unmet.length});
    add_cell(table, (struct oracle_text){gap.bytes, gap.length});
    free(unmet.bytes);
    free(gap.bytes);
}

static void add_row(struct oracle *oracle, struct oracle_buffer *table, size_t r) {
    const struct oracle_row *row = &oracle->rows[r];
    static const char *const verdicts[] = {"fit", "ask", "refer", "walk_away"};
    const struct oracle_text none = oracle_text_of("");
    const struct oracle_decision decision = oracle->decisions[r];
    char score[32];
    snprintf(score, sizeof score, "%llu", (unsigned long long)decision.score);
    oracle_buffer_add_csv_cell(table, row->record->cells[oracle->id_column]);
    add_cell(table, oracle_text_of(verdicts[decision.verdict]));
    add_cell(table, decision.own->id);
    add_cell(table, oracle_text_of(score));
    add_unmet(oracle, table, row, decision.own);
    add_cell(table, decision.refer_to == NULL ? none : decision.refer_to->id);
    add_cell(table, decision.refer_to == NULL ? none : decision.refer_to->supplier);
    add_cell(table, decision.overpromise == NULL ? none : decision.overpromise->id);
    add_cell(table, decision.ask == ORACLE_NONE ? none : oracle->model.attributes[decision.ask].name);
    for (size_t b = 0; b < oracle->model.business_count; b++)
        if (business_shown(oracle, b))
            add_cell(table, row->record->cells[oracle->business_columns[b]]);
    oracle_buffer_add_string(table, "\n");
}

void oracle_match_table(struct oracle *oracle, struct oracle_buffer *out_table) {
    oracle_buffer_add_string(out_table,
                             "customer_id,verdict,offering_id,score,unmet,gap,refer_to,refer_supplier,"
                             "overpromise,ask");
    for (size_t b = 0; b < oracle->model.business_count; b++)
        if (business_shown(oracle, b))
            add_cell(out_table, oracle->customers.header.cells[oracle->business_columns[b]]);
    oracle_buffer_add_string(out_table, "\n");
    for (size_t r = 0; r < oracle->row_count; r++)
        add_row(oracle, out_table, r);
}
