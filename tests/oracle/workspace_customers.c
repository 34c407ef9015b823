/* The customers' table, faulty rows and all. */
#include "workspace_customers.h"

#include <stdlib.h>

enum column_kind { CUSTOMER_ID, CUSTOMER_NEED, CUSTOMER_WANT, CUSTOMER_ROLE, CUSTOMER_JUNK };

struct column {
    enum column_kind kind;
    size_t index; /* attribute or role */
    const char *name;
};

struct columns {
    struct column *list;
    size_t count;
};

static void add_column(struct columns *columns, enum column_kind kind, size_t index, const char *name) {
    for (size_t i = 0; i < columns->count; i++)
        if (oracle_text_equal(oracle_text_of(columns->list[i].name), oracle_text_of(name)))
            return;
    columns->list[columns->count++] = (struct column){kind, index, name};
}

static struct columns plan_columns(struct workspace *workspace) {
    struct workspace_rng *rng = &workspace->rng;
    const size_t most = 2 * workspace->attribute_count + workspace->role_count + 3;
    struct columns ordered = {oracle_alloc(&workspace->heap, most, sizeof(struct column)), 0};
    struct columns columns = {oracle_alloc(&workspace->heap, most, sizeof(struct column)), 0};
    add_column(&ordered, CUSTOMER_ID, 0, workspace->id_column);
    for (size_t a = 0; a < workspace->attribute_count; a++) {
        const struct workspace_attribute *attribute = &workspace->attributes[a];
        if (attribute->has_need_column)
            add_column(&ordered, CUSTOMER_NEED, a, attribute->need);
        if (attribute->has_want_column)
            add_column(&ordered, CUSTOMER_WANT, a, attribute->want);
    }
    for (size_t r = 0; r < workspace->role_count; r++)
        if (workspace->roles[r].in_table && workspace->roles[r].role != ORACLE_ROLE_ID)
            add_column(&ordered, CUSTOMER_ROLE, r, workspace->roles[r].column);
    if (workspace_chance(rng, 25))
        add_column(&ordered, CUSTOMER_JUNK, 0, "junk");
    size_t *order = oracle_alloc(&workspace->heap, ordered.count, sizeof *order);
    for (size_t i = 0; i < ordered.count; i++)
        order[i] = i;
    if (workspace_chance(rng, 60))
        workspace_shuffle(rng, order, ordered.count);
    for (size_t i = 0; i < ordered.count; i++)
        columns.list[columns.count++] = ordered.list[order[i]];
    return columns;
}

/* One row in the making. What it demands is drawn from `demands`, which repeats for rows of one profile; how
 * that is spelled is drawn from the workspace's own stream, which does not. */
struct row {
    size_t number;
    enum workspace_fault fault;
    size_t fault_column;
    const struct workspace_offering *target;
    size_t miss_percent;
    struct workspace_rng demands;
};

static bool special_cell(struct workspace_rng *rng, const struct workspace_attribute *attribute,
                         struct oracle_buffer *out_cell) {
    static const char *const texts[] = {"any", "-", "?", "ANY", "Any", " any ", " - ", " ?\t", "\tANY", "?"};
    static const char *const bars[] = {"|", " | ", "||", "| \t|"};
    const size_t kind = workspace_below(rng, 100);
    if (kind < 5)
        oracle_buffer_add_string(out_cell, WORKSPACE_PICK(rng, texts));
    else if (kind == 5 && attribute->rule != ORACLE_FLAG && attribute->rule > ORACLE_AT_LEAST)
        oracle_buffer_add_string(out_cell, WORKSPACE_PICK(rng, bars));
    else
        return false;
    return true;
}

static void bad_cell(struct workspace_rng *rng, const struct workspace_attribute *attribute,
                     struct oracle_buffer *out_cell) {
    static const char *const numbers[] = {"abc",  "1e999", "-1e400", "inf",   "NaN", "0x10",  "1 2",  "1..2",
                                          "--1",  "1e",    "+",      ".",     "-.",  "e5",    "12 q", "hh",
                                          "1h h", "1.2.3", "1e+",    "1e5.5", "- 1", "1,2,3", "1,5",  "0,1"};
    static const char *const flags[] = {"maybe", "2", "yes no", "-1", "ja", "11", "xx", "any?"};
    oracle_buffer_add_string(out_cell, attribute->rule == ORACLE_FLAG ? WORKSPACE_PICK(rng, flags)
                                                                      : WORKSPACE_PICK(rng, numbers));
}

static void demand_cell(struct workspace *workspace, struct row *row, size_t a, bool need,
                        struct oracle_buffer *out_cell) {
    const struct workspace_attribute *attribute = &workspace->attributes[a];
    const size_t percent = need ? attribute->need_percent : attribute->want_percent;
    struct workspace_rng *rng = &row->demands;
    if (row->fault == (need ? FAULT_BAD_NEED : FAULT_BAD_WANT) && workspace_chance(&workspace->rng, 30)) {
        bad_cell(&workspace->rng, attribute, out_cell);
    } else if (workspace_chance(rng, percent) && !special_cell(rng, attribute, out_cell)) {
        const bool met = !workspace_chance(rng, need ? row->miss_percent : 50);
        struct workspace_value demand;
        if (attribute->fixed_demands > 0) {
            struct workspace_rng fixed = {a * 977 + workspace_below(rng, attribute->fixed_demands)};
            const size_t target = workspace_below(&fixed, workspace->offering_count);
            demand = workspace_demand(workspace, &fixed, attribute, &workspace->offerings[target], true);
        } else {
            demand = workspace_demand(workspace, rng, attribute, row->target, met);
        }
        workspace_spell_value(workspace, attribute, &demand, out_cell);
    }
    workspace_pad(workspace, out_cell);
}

static void put_cell(struct workspace *workspace, struct oracle_buffer *csv, struct row *row,
                     const struct column *column) {
    struct oracle_buffer cell = {0};
    bool carried = false;
    switch (column->kind) {
    case CUSTOMER_ID:
        workspace_id_cell(workspace, row->number, row->fault == FAULT_NO_ID, &cell);
        carried = true;
        break;
    case CUSTOMER_NEED:
    case CUSTOMER_WANT:
        demand_cell(workspace, row, column->index, column->kind == CUSTOMER_NEED, &cell);
        break;
    case CUSTOMER_ROLE:
        workspace_role_cell(workspace, workspace->roles[column->index].role,
                            row->fault == FAULT_BAD_ROLE && workspace_chance(&workspace->rng, 40), &cell);
        carried = true;
        break;
    case CUSTOMER_JUNK:
        oracle_buffer_add_string(&cell, "not read");
        break;
    }
    /* A need's column can be carried, too, when a role names it. */
    if (column->kind == CUSTOMER_NEED)
        for (size_t r = 0; r < workspace->role_count; r++)
            carried = carried || workspace->roles[r].column == column->name;
    workspace_put_cell(workspace, csv, (struct oracle_text){cell.bytes, cell.length}, carried);
    free(cell.bytes);
}

static void put_row(struct workspace *workspace, struct oracle_buffer *csv, struct row *row,
                    const struct columns *columns) {
    size_t count = columns->count;
    if (row->fault == FAULT_MISSING_CELL && count > 1)
        count--;
    if (row->fault == FAULT_ONE_WORD) {
        oracle_buffer_add_string(csv, "lost");
        return;
    }
    for (size_t c = 0; c < count; c++) {
        if (c > 0)
            oracle_buffer_add(csv, (struct oracle_text){&workspace->style.delimiter, 1});
        if (c == row->fault_column && row->fault == FAULT_AFTER_QUOTE)
            oracle_buffer_add_string(csv,
                                     workspace_chance(&workspace->rng, 50) ? "\"abc\"def" : "\"a\nb\" x");
        else
            put_cell(workspace, csv, row, &columns->list[c]);
    }
    if (row->fault == FAULT_EXTRA_CELL) {
        oracle_buffer_add(csv, (struct oracle_text){&workspace->style.delimiter, 1});
        oracle_buffer_add_string(csv, workspace_chance(&workspace->rng, 50) ? "" : "one more");
    }
}

static enum workspace_fault plan_fault(struct workspace *workspace) {
    struct workspace_rng *rng = &workspace->rng;
    if (workspace->reject_per_mille == 0 || workspace_below(rng, 1000) >= workspace->reject_per_mille)
        return FAULT_NONE;
    return (enum workspace_fault)workspace_between(rng, FAULT_EXTRA_CELL, FAULT_COUNT - 1);
}

/* The later table: some rows are others, some demand something else; the rest is as it was. */
static size_t later_profile(struct workspace *workspace, size_t *number, size_t profile) {
    struct workspace_rng *rng = &workspace->rng;
    const size_t kind = workspace_below(rng, 20);
    if (kind < 2)
        return profile + workspace_between(rng, 1, 5000);
    if (kind == 2)
        *number += workspace_below(rng, 2 * workspace->row_count);
    else if (kind == 3)
        *number = workspace_below(rng, workspace->row_count);
    return profile;
}

void workspace_customers_table(struct workspace *workspace, struct oracle_buffer *out_csv) {
    static const size_t misses[] = {0, 0, 0, 3, 15, 60};
    static const size_t kinds[4][4] = {{0, 3, 15, 60}, {0, 0, 0, 0}, {100, 60, 60, 60}, {3, 8, 15, 25}};
    struct workspace_rng *rng = &workspace->rng;
    const struct columns columns = plan_columns(workspace);
    if (!workspace->later)
        workspace->profiles_from = workspace_next(rng);
    const uint64_t profiles_from = workspace->profiles_from;
    workspace_start_table(workspace, out_csv);
    for (size_t c = 0; c < columns.count; c++) {
        if (c > 0)
            oracle_buffer_add(out_csv, (struct oracle_text){&workspace->style.delimiter, 1});
        workspace_put_name(workspace, out_csv, columns.list[c].name);
    }
    workspace_put_newline(workspace, out_csv);
    for (size_t r = 0; r < workspace->row_count; r++) {
        struct row row = {.number = r, .fault = plan_fault(workspace)};
        size_t profile = workspace->profile_count > 0 ? workspace_below(rng, workspace->profile_count) : r;
        if (workspace->later)
            profile = later_profile(workspace, &row.number, profile);
        row.demands.state = profiles_from + profile * 0xC2B2AE3D27D4EB4Fu;
        row.target = &workspace->offerings[workspace_below(&row.demands, workspace->offering_count)];
        row.miss_percent = WORKSPACE_PICK(&row.demands, misses);
        if (workspace->for_analyses && workspace->business.miss_kind < 4)
            row.miss_percent = kinds[workspace->business.miss_kind][row.miss_percent % 4];
        row.fault_column = workspace_below(rng, columns.count);
        put_row(workspace, out_csv, &row, &columns);
        workspace_put_newline(workspace, out_csv);
    }
    workspace_end_table(workspace, out_csv);
}
