#include "findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

fm_status findings_reject(void *context, const fm_reject *reject, fm_error *error) {
    findings *in = context;
    (void)error;
    if (in->reject_count++ >= LISTED_MAX)
        return FM_OK;
    fm_error *first = &in->rejects[in->reject_count - 1];
    *first = (fm_error){.status = FM_ERROR_INPUT, .line = reject->line, .column = reject->column};
    snprintf(first->file, sizeof first->file, "%s", session_customers_name(in->session));
    snprintf(first->message, sizeof first->message, "row set aside: %.*s", (int)reject->reason.length,
             reject->reason.bytes);
    console_warning(in->session->console, first);
    return FM_OK;
}

static bool table_has(const fm_table *table, const char *name) {
    for (size_t i = 0; i < fm_table_column_count(table); i++) {
        if (text_equal(text_trim(text_of(fm_table_column_name(table, i))), text_trim(text_of(name))))
            return true;
    }
    return false;
}

static bool model_uses(const session *run, fm_text column) {
    const char *id = fm_model_role_column(fm_workspace_model(run->workspace), FM_ROLE_ID);
    if (id && text_equal(text_of(id), column))
        return true;
    for (size_t i = 0; i < run->model->role_count; i++) {
        if (text_equal(text_of(run->model->roles[i].column), column))
            return true;
    }
    for (size_t i = 0; i < run->model->attribute_count; i++) {
        const fm_attribute *about = &run->model->attributes[i];
        if (text_equal(text_of(about->need_column), column) ||
            text_equal(text_of(about->want_column), column))
            return true;
    }
    return false;
}

void find_columns(findings *in) {
    const session *run = in->session;
    const fm_model_spec *model = run->model;
    for (size_t i = 0; i < fm_table_column_count(run->table); i++) {
        fm_text name = text_trim(text_of(fm_table_column_name(run->table, i)));
        if (!model_uses(run, name))
            names_add(&in->ignored, name.bytes, name.length);
    }
    for (size_t i = 0; i < model->role_count; i++) {
        const char *column = model->roles[i].column;
        if (!table_has(run->table, column))
            names_add(&in->missing, column, strlen(column));
    }
    for (size_t i = 0; i < model->attribute_count; i++) {
        const fm_attribute *about = &model->attributes[i];
        if (about->need_column_given && !table_has(run->table, about->need_column))
            names_add(&in->missing, about->need_column, strlen(about->need_column));
        if (about->want_column_given && !table_has(run->table, about->want_column))
            names_add(&in->missing, about->want_column, strlen(about->want_column));
    }
}

void find_base_columns(findings *in) {
    const session *run = in->session;
    const fm_model_spec *model = run->model;
    in->reject_count = fm_base_reject_count(run->base);
    for (size_t i = 0; i < model->role_count; i++)
        if (model->roles[i].role != FM_ROLE_ID && session_role_column(run, model->roles[i].role) == SIZE_MAX)
            names_add(&in->missing, model->roles[i].column, strlen(model->roles[i].column));
    for (size_t i = 0; i < model->attribute_count; i++) {
        const fm_attribute *about = &model->attributes[i];
        if (about->need_column_given && !fm_base_demand_count(run->base, i, false).column_found)
            names_add(&in->missing, about->need_column, strlen(about->need_column));
        if (about->want_column_given && !fm_base_demand_count(run->base, i, true).column_found)
            names_add(&in->missing, about->want_column, strlen(about->want_column));
    }
}

void find_suppliers(findings *in) {
    const session *run = in->session;
    const char *company = run->model->company;
    for (size_t i = 0; i < fm_catalog_offering_count(run->catalog) && *company; i++) {
        const fm_offering *offering = fm_catalog_offering(run->catalog, i);
        bool known = offering->own || !text_alike(offering->supplier, company);
        for (size_t k = 0; k < in->suppliers.count && !known; k++)
            known = strcmp(in->suppliers.items[k], offering->supplier) == 0;
        if (!known)
            names_add(&in->suppliers, offering->supplier, strlen(offering->supplier));
    }
}

void find_broken_promises(findings *in) {
    const session *run = in->session;
    size_t capacity = 0;
    for (size_t i = 0; i < fm_catalog_offering_count(run->catalog); i++) {
        for (size_t a = 0; a < run->model->attribute_count; a++) {
            fm_rule rule = run->model->attributes[a].rule;
            fm_promise promise = fm_catalog_promise(run->catalog, i, a);
            bool worse = (rule == FM_RULE_AT_MOST && promise.dependable > promise.nominal) ||
                         (rule == FM_RULE_AT_LEAST && promise.dependable < promise.nominal);
            if (!worse)
                continue;
            if (in->broken_count == capacity) {
                capacity = capacity ? capacity * 2 : 16;
                in->broken = tool_realloc(in->broken, capacity, sizeof *in->broken);
            }
            in->broken[in->broken_count++] = (broken_promise){i, a, promise};
        }
    }
}

static void list_add(nobody_list *to, size_t attribute, const char *text, size_t length, uint64_t rows) {
    if (to->count == to->capacity) {
        to->capacity = to->capacity ? to->capacity * 2 : 32;
        to->items = tool_realloc(to->items, to->capacity, sizeof *to->items);
    }
    to->items[to->count++] = (nobody){attribute, tool_copy(text, length), rows};
}

static int compare_strings(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_pieces(names *to, const char *set) {
    for (const char *at = set; *at; at += strcspn(at, "|"), at += *at == '|')
        names_add(to, at, strcspn(at, "|"));
}

/* Every value that some offering has for an attribute, sorted. */
static names offered_values(const session *run, fm_walk *walk, size_t attribute) {
    names values = {0};
    buffer text = {0};
    for (size_t i = 0; i < fm_catalog_offering_count(run->catalog); i++) {
        buffer_clear(&text);
        walk_offer(&text, walk, i, attribute);
        add_pieces(&values, buffer_string(&text));
    }
    buffer_destroy(&text);
    if (values.count > 0)
        qsort(values.items, values.count, sizeof *values.items, compare_strings);
    return values;
}

typedef struct gathering {
    findings *in;
    fm_walk *walk;
    names offered; /* for the attribute that the list is at */
    size_t attribute;
} gathering;

static void gather(void *context, size_t attribute, fm_text demand, uint64_t rows) {
    gathering *now = context;
    const session *run = now->in->session;
    buffer text = {0};
    buffer_show(&text, demand.bytes, demand.length);
    list_add(&now->in->demands, attribute, buffer_string(&text), text.length, rows);
    fm_rule rule = run->model->attributes[attribute].rule;
    if (rule == FM_RULE_COVERS || rule == FM_RULE_ANY_OF) {
        if (now->attribute != attribute) {
            names_destroy(&now->offered);
            now->offered = offered_values(run, now->walk, attribute);
            now->attribute = attribute;
        }
        names pieces = {0};
        add_pieces(&pieces, buffer_string(&text));
        for (size_t i = 0; i < pieces.count; i++) {
            char **piece = &pieces.items[i];
            bool offered = now->offered.count > 0 && bsearch(piece, now->offered.items, now->offered.count,
                                                             sizeof *piece, compare_strings);
            if (!offered)
                list_add(&now->in->values, attribute, *piece, strlen(*piece), rows);
        }
        names_destroy(&pieces);
    }
    buffer_destroy(&text);
}

static int by_value(const void *a, const void *b) {
    const nobody *left = a;
    const nobody *right = b;
    if (left->attribute != right->attribute)
        return left->attribute < right->attribute ? -1 : 1;
    return strcmp(left->text, right->text);
}

static int by_rows(const void *a, const void *b) {
    const nobody *left = a;
    const nobody *right = b;
    if (left->attribute != right->attribute)
        return left->attribute < right->attribute ? -1 : 1;
    if (left->rows != right->rows)
        return left->rows > right->rows ? -1 : 1;
    return strcmp(left->text, right->text);
}

/* One value stands in many demands: their rows are added up. */
static void merge_values(nobody_list *values) {
    if (values->count == 0)
        return;
    qsort(values->items, values->count, sizeof *values->items, by_value);
    size_t kept = 0;
    for (size_t i = 0; i < values->count; i++) {
        if (kept > 0 && by_value(&values->items[kept - 1], &values->items[i]) == 0) {
            values->items[kept - 1].rows += values->items[i].rows;
            free(values->items[i].text);
        } else {
            values->items[kept++] = values->items[i];
        }
    }
    values->count = kept;
    qsort(values->items, values->count, sizeof *values->items, by_rows);
}

/* What a blank offer looks like, by rule. */
static bool says_nothing(const session *run, fm_walk *walk, size_t attribute) {
    bool nothing = true;
    buffer text = {0};
    for (size_t i = 0; i < fm_catalog_offering_count(run->catalog) && nothing; i++) {
        buffer_clear(&text);
        walk_offer(&text, walk, i, attribute);
        nothing = strcmp(buffer_string(&text), "nothing") == 0 || text.length == 0 ||
                  (run->model->attributes[attribute].rule == FM_RULE_FLAG &&
                   strcmp(buffer_string(&text), "no") == 0);
    }
    buffer_destroy(&text);
    return nothing;
}

int find_demands(findings *in) {
    const session *run = in->session;
    fm_error error;
    fm_walk *walk = NULL;
    if (fm_walk_new(run->matches, &walk, &error) != FM_OK)
        return console_failed(run->console, &error);
    gathering now = {.in = in, .walk = walk, .attribute = SIZE_MAX};
    fm_status status = fm_matches_demands_nobody_meets(run->matches, gather, &now, &error);
    names_destroy(&now.offered);
    merge_values(&in->values);
    in->silent = tool_alloc(run->model->attribute_count, sizeof *in->silent);
    for (size_t i = 0; i < run->model->attribute_count && status == FM_OK; i++) {
        if (says_nothing(run, walk, i))
            in->silent[in->silent_count++] = i;
    }
    fm_walk_free(walk);
    return status == FM_OK ? END_DONE : console_failed(run->console, &error);
}

/* FNV-1a with a final mix: ids are short, and there are many. */
static uint64_t hash_of(fm_text text) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.bytes[i]) * 0x100000001B3u;
    return hash ^ hash >> 29;
}

static int by_row(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static int by_times(const void *a, const void *b) {
    const duplicate_id *left = a;
    const duplicate_id *right = b;
    if (left->times != right->times)
        return left->times > right->times ? -1 : 1;
    return left->row < right->row ? -1 : left->row > right->row;
}

/* Each element of `again` is the first row of an id that came once more. */
static void count_duplicates(findings *in, uint64_t *again, size_t count) {
    qsort(again, count, sizeof *again, by_row);
    in->duplicates = tool_alloc(count, sizeof *in->duplicates);
    for (size_t i = 0; i < count; i++) {
        if (in->duplicate_count == 0 || in->duplicates[in->duplicate_count - 1].row != again[i])
            in->duplicates[in->duplicate_count++] = (duplicate_id){again[i], 1};
        in->duplicates[in->duplicate_count - 1].times++;
    }
    in->duplicate_rows = count + in->duplicate_count;
    qsort(in->duplicates, in->duplicate_count, sizeof *in->duplicates, by_times);
}

void find_duplicates(findings *in) {
    const fm_base *base = in->session->base;
    uint64_t rows = fm_base_row_count(base);
    size_t slots = 1024;
    while (slots < rows + rows / 2)
        slots *= 2;
    /* A slot holds a row plus one, 0 while it is empty. */
    uint64_t *table = tool_alloc(slots, sizeof *table);
    uint64_t *again = NULL;
    size_t count = 0;
    size_t capacity = 0;
    for (uint64_t row = 0; row < rows; row++) {
        fm_text id = text_trim(fm_base_id(base, row));
        size_t slot = hash_of(id) & (slots - 1);
        while (table[slot] && !text_equal(text_trim(fm_base_id(base, table[slot] - 1)), id))
            slot = (slot + 1) & (slots - 1);
        if (!table[slot]) {
            table[slot] = row + 1;
            continue;
        }
        if (count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            again = tool_realloc(again, capacity, sizeof *again);
        }
        again[count++] = table[slot] - 1;
    }
    if (count > 0)
        count_duplicates(in, again, count);
    free(again);
    free(table);
}

static void list_destroy(nobody_list *of) {
    for (size_t i = 0; i < of->count; i++)
        free(of->items[i].text);
    free(of->items);
}

void findings_destroy(findings *of) {
    names_destroy(&of->ignored);
    names_destroy(&of->missing);
    names_destroy(&of->suppliers);
    free(of->duplicates);
    list_destroy(&of->demands);
    list_destroy(&of->values);
    free(of->silent);
    free(of->broken);
    *of = (findings){0};
}
