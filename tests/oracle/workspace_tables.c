/* Offerings and their history; and the workspace as files. */
#include "workspace_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void plan_value(struct workspace *workspace, const struct workspace_attribute *attribute,
                       struct workspace_value *value) {
    struct workspace_rng *rng = &workspace->rng;
    value->blank = workspace_chance(rng, 8);
    if (attribute->rule == ORACLE_FLAG)
        value->yes = workspace_chance(rng, 55);
    else if (attribute->rule <= ORACLE_AT_LEAST)
        value->number = attribute->numbers[workspace_below(rng, attribute->number_count)];
    else if (attribute->set_count > 0)
        value->set = attribute->sets[workspace_below(rng, attribute->set_count)];
    else
        value->set = workspace_random_set(workspace, rng, attribute, attribute->largest_set);
}

/* Own and partners' offerings: mixed, no partners, or one own among partners. */
static void plan_suppliers(struct workspace *workspace) {
    static const char *const partners[] = {"Partner A", "Partner, B", "Zürich \"C\" AG", "D|E"};
    struct workspace_rng *rng = &workspace->rng;
    const size_t kind = workspace_below(rng, 10);
    const size_t own_percent = kind == 0 ? 100 : kind < 3 ? 0 : workspace_between(rng, 10, 90);
    workspace->has_suppliers = kind != 1 || own_percent < 100;
    const size_t surely_own = workspace_below(rng, workspace->offering_count);
    for (size_t o = 0; o < workspace->offering_count; o++) {
        const bool own = o == surely_own || workspace_chance(rng, own_percent);
        const char *of_company = workspace_chance(rng, 50) ? workspace->company : "";
        workspace->offerings[o].supplier = own ? of_company : WORKSPACE_PICK(rng, partners);
    }
    if (kind == 0 && workspace_chance(rng, 50))
        workspace->has_suppliers = false;
}

void workspace_plan_offerings(struct workspace *workspace) {
    struct workspace_rng *rng = &workspace->rng;
    const size_t copy_percent = workspace_chance(rng, 40) ? workspace_between(rng, 5, 70) : 0;
    workspace->offerings =
        oracle_alloc(&workspace->heap, workspace->offering_count, sizeof *workspace->offerings);
    for (size_t o = 0; o < workspace->offering_count; o++) {
        struct workspace_offering *offering = &workspace->offerings[o];
        const bool copied = o > 0 && workspace_chance(rng, copy_percent);
        const struct workspace_offering *like = &workspace->offerings[workspace_below(rng, o)];
        const bool nearly = workspace_chance(rng, 30);
        offering->id = workspace_format(workspace, workspace_chance(rng, 3) ? "Ö %zu, \"x\"" : "o%zu", o);
        offering->values =
            oracle_alloc(&workspace->heap, workspace->attribute_count, sizeof *offering->values);
        for (size_t a = 0; a < workspace->attribute_count; a++)
            if (copied && !(nearly && workspace_chance(rng, 20)))
                offering->values[a] = like->values[a];
            else
                plan_value(workspace, &workspace->attributes[a], &offering->values[a]);
    }
    plan_suppliers(workspace);
}

enum { COLUMN_ID = -1, COLUMN_SUPPLIER = -2, COLUMN_NAME = -3, COLUMN_JUNK = -4 };

static size_t offering_columns(struct workspace *workspace, ptrdiff_t *columns) {
    size_t count = 0;
    columns[count++] = COLUMN_ID;
    if (workspace->has_suppliers)
        columns[count++] = COLUMN_SUPPLIER;
    if (workspace_chance(&workspace->rng, 70))
        columns[count++] = COLUMN_NAME;
    if (workspace_chance(&workspace->rng, 20))
        columns[count++] = COLUMN_JUNK;
    for (size_t a = 0; a < workspace->attribute_count; a++)
        columns[count++] = (ptrdiff_t)a;
    if (workspace_chance(&workspace->rng, 40)) {
        for (size_t left = count; left > 1; left--) {
            const size_t other = workspace_below(&workspace->rng, left);
            const ptrdiff_t kept = columns[left - 1];
            columns[left - 1] = columns[other];
            columns[other] = kept;
        }
    }
    return count;
}

static const char *offering_column_name(const struct workspace *workspace, ptrdiff_t column) {
    switch (column) {
    case COLUMN_ID:
        return "offering_id";
    case COLUMN_SUPPLIER:
        return "supplier";
    case COLUMN_NAME:
        return "name";
    case COLUMN_JUNK:
        return "not read";
    default:
        return workspace->attributes[column].offer;
    }
}

static void put_offering_cell(struct workspace *workspace, struct oracle_buffer *csv, ptrdiff_t column,
                              size_t o) {
    const struct workspace_offering *offering = &workspace->offerings[o];
    struct oracle_buffer cell = {0};
    if (column == COLUMN_ID)
        oracle_buffer_add_string(&cell, offering->id);
    else if (column == COLUMN_SUPPLIER)
        oracle_buffer_add_string(&cell, offering->supplier);
    else if (column == COLUMN_NAME)
        oracle_buffer_add_string(&cell, workspace_format(workspace, "Offer, no. %zu", o));
    else if (column != COLUMN_JUNK)
        workspace_spell_value(workspace, &workspace->attributes[column], &offering->values[column], &cell);
    workspace_pad(workspace, &cell);
    workspace_put_cell(workspace, csv, (struct oracle_text){cell.bytes, cell.length}, false);
    free(cell.bytes);
}

static void put_delimiter(struct workspace *workspace, struct oracle_buffer *csv) {
    oracle_buffer_add(csv, (struct oracle_text){&workspace->style.delimiter, 1});
}

void workspace_offerings_table(struct workspace *workspace, struct oracle_buffer *out_csv) {
    ptrdiff_t *columns = oracle_alloc(&workspace->heap, workspace->attribute_count + 4, sizeof *columns);
    const size_t count = offering_columns(workspace, columns);
    workspace_start_table(workspace, out_csv);
    for (size_t c = 0; c < count; c++) {
        if (c > 0)
            put_delimiter(workspace, out_csv);
        workspace_put_name(workspace, out_csv, offering_column_name(workspace, columns[c]));
    }
    workspace_put_newline(workspace, out_csv);
    for (size_t o = 0; o < workspace->offering_count; o++) {
        for (size_t c = 0; c < count; c++) {
            if (c > 0)
                put_delimiter(workspace, out_csv);
            put_offering_cell(workspace, out_csv, columns[c], o);
        }
        workspace_put_newline(workspace, out_csv);
    }
    workspace_end_table(workspace, out_csv);
}

struct observation {
    size_t offering;
    size_t attribute;
    double value;
};

static double observed_near(struct workspace_rng *rng, const struct workspace_attribute *attribute,
                            double nominal) {
    double value = nominal;
    const size_t kind = workspace_below(rng, 10);
    if (kind < 2)
        value = nominal + 0.5;
    else if (kind < 4)
        value = nominal - 0.5;
    else if (kind < 5)
        value = nominal * 1.25;
    else if (kind < 7)
        value = attribute->numbers[workspace_below(rng, attribute->number_count)];
    if (!isfinite(value))
        value = nominal;
    return value + 0.0; /* no -0: which of two equal zeros is the percentile, nobody says */
}

static void put_observation(struct workspace *workspace, struct oracle_buffer *csv, const size_t order[3],
                            const struct observation *seen) {
    const struct workspace_attribute *attribute = &workspace->attributes[seen->attribute];
    for (size_t c = 0; c < 3; c++) {
        struct oracle_buffer cell = {0};
        if (c > 0)
            put_delimiter(workspace, csv);
        if (order[c] == 0)
            oracle_buffer_add_string(&cell, workspace->offerings[seen->offering].id);
        else if (order[c] == 1)
            oracle_buffer_add_string(&cell, attribute->name);
        else
            workspace_spell_number(workspace, seen->value, attribute->unit, &cell);
        workspace_pad(workspace, &cell);
        workspace_put_cell(workspace, csv, (struct oracle_text){cell.bytes, cell.length}, false);
        free(cell.bytes);
    }
    workspace_put_newline(workspace, csv);
}

/* Observations of some offerings' numbers, mostly about as many as min_records. */
static size_t plan_history(struct workspace *workspace, struct observation *seen, size_t most) {
    struct workspace_rng *rng = &workspace->rng;
    const size_t percent = workspace_between(rng, 5, 100);
    size_t count = 0;
    for (size_t o = 0; o < workspace->offering_count; o++) {
        for (size_t a = 0; a < workspace->attribute_count; a++) {
            const struct workspace_attribute *attribute = &workspace->attributes[a];
            if (attribute->rule > ORACLE_AT_LEAST || !workspace_chance(rng, percent))
                continue;
            size_t records = workspace->min_records - 1 + workspace_below(rng, 3);
            if (workspace_chance(rng, 15))
                records += workspace_below(rng, 2 * workspace->min_records + 9);
            for (size_t i = 0; i < records && count < most; i++)
                seen[count++] = (struct observation){
                    o, a, observed_near(rng, attribute, workspace->offerings[o].values[a].number)};
        }
    }
    return count;
}

void workspace_history_table(struct workspace *workspace, struct oracle_buffer *out_csv) {
    static const char *const names[] = {"offering_id", "attribute", "value"};
    struct workspace_rng *rng = &workspace->rng;
    const size_t most = workspace_chance(rng, 10) ? 30000 : 3000;
    struct observation *seen = oracle_alloc(&workspace->heap, most, sizeof *seen);
    const size_t count = plan_history(workspace, seen, most);
    size_t *order = oracle_alloc(&workspace->heap, count, sizeof *order);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    if (workspace_chance(rng, 50))
        workspace_shuffle(rng, order, count);
    size_t columns[] = {0, 1, 2};
    if (workspace_chance(rng, 30))
        workspace_shuffle(rng, columns, 3);
    workspace_start_table(workspace, out_csv);
    for (size_t c = 0; c < 3; c++) {
        if (c > 0)
            put_delimiter(workspace, out_csv);
        workspace_put_name(workspace, out_csv, names[columns[c]]);
    }
    workspace_put_newline(workspace, out_csv);
    for (size_t i = 0; i < count; i++)
        put_observation(workspace, out_csv, columns, &seen[order[i]]);
    workspace_end_table(workspace, out_csv);
}

static bool write_file(struct workspace *workspace, const char *folder, const char *name,
                       void (*fill)(struct workspace *, struct oracle_buffer *)) {
    struct oracle_buffer path = {0};
    struct oracle_buffer content = {0};
    oracle_buffer_add_string(&path, folder);
    oracle_buffer_add_string(&path, "/");
    oracle_buffer_add_string(&path, name);
    oracle_buffer_add(&path, (struct oracle_text){"", 1});
    fill(workspace, &content);
    FILE *file = fopen(path.bytes, "wb");
    bool good = file != NULL &&
                (content.length == 0 || fwrite(content.bytes, 1, content.length, file) == content.length);
    if (file != NULL)
        good = fclose(file) == 0 && good;
    free(path.bytes);
    free(content.bytes);
    return good;
}

bool workspace_random_write(uint64_t seed, bool for_analyses, const char *folder) {
    static const char delimiters[] = {',', ';', '\t', '|'};
    struct workspace workspace = {.rng = {seed * 0xD1342543DE82EF95u + 1}, .for_analyses = for_analyses};
    workspace_plan(&workspace);
    struct workspace_style *style = &workspace.style;
    const bool differ = !style->delimiter_in_model && workspace_chance(&workspace.rng, 20);
    bool good = write_file(&workspace, folder, "fit.yaml", workspace_yaml);
    good = good && write_file(&workspace, folder, "offerings.csv", workspace_offerings_table);
    if (differ)
        style->delimiter = WORKSPACE_PICK(&workspace.rng, delimiters);
    if (workspace.has_history)
        good = good && write_file(&workspace, folder, "history.csv", workspace_history_table);
    if (differ)
        style->delimiter = WORKSPACE_PICK(&workspace.rng, delimiters);
    good = good && write_file(&workspace, folder, "customers.csv", workspace_customers_table);
    workspace.later = true;
    if (for_analyses)
        good = good && write_file(&workspace, folder, "later.csv", workspace_customers_table);
    oracle_heap_destroy(&workspace.heap);
    return good;
}
