/* Random options of analyses, of things that the workspace has. */
#include "campaign.h"
#include "workspace_internal.h"

#include <stdlib.h>
#include <string.h>

struct choosing {
    struct oracle *oracle;
    struct workspace_rng rng;
    struct campaign_command options;
    const char *out_folder;
};

static void add(struct choosing *choosing, const char *option, const char *value) {
    campaign_argument(&choosing->options, option, "");
    if (value != NULL)
        campaign_argument(&choosing->options, value, "");
}

static void add_count(struct choosing *choosing, const char *option, size_t count) {
    char *text = campaign_text("%zu", count);
    add(choosing, option, text);
    free(text);
}

/* Whether the table has the role's column. */
static ptrdiff_t role_column(const struct oracle *oracle, enum oracle_role role) {
    ptrdiff_t column = ORACLE_NONE;
    for (size_t b = 0; b < oracle->model.business_count; b++)
        if (oracle->model.business[b].role == role)
            column = oracle->business_columns[b];
    return column;
}

/* A copy as a string, or NULL where it holds what no argument can. */
static char *string_of(struct oracle_text text) {
    if (text.length == 0 || memchr(text.bytes, '\0', text.length) != NULL)
        return NULL;
    return campaign_text("%.*s", (int)text.length, text.bytes);
}

static const struct oracle_row *any_row(struct choosing *choosing) {
    const struct oracle *oracle = choosing->oracle;
    return oracle->row_count == 0 ? NULL : &oracle->rows[workspace_below(&choosing->rng, oracle->row_count)];
}

/* A trimmed cell of some row, or NULL. */
static char *any_cell(struct choosing *choosing, enum oracle_role role) {
    const ptrdiff_t column = role_column(choosing->oracle, role);
    const struct oracle_row *row = any_row(choosing);
    return column == ORACLE_NONE || row == NULL ? NULL
                                                : string_of(oracle_text_trim(row->record->cells[column]));
}

static void add_cell(struct choosing *choosing, const char *option, enum oracle_role role) {
    char *cell = any_cell(choosing, role);
    if (cell != NULL)
        add(choosing, option, cell);
    free(cell);
}

static void choose_walkaway(struct choosing *choosing) {
    struct workspace_rng *rng = &choosing->rng;
    const struct oracle_model *model = &choosing->oracle->model;
    if (workspace_chance(rng, 30) && model->stage_count > 0)
        add_cell(choosing, "--stage", ORACLE_ROLE_STAGE);
    double value = 0;
    char *cell = any_cell(choosing, ORACLE_ROLE_VALUE);
    if (workspace_chance(rng, 30) && cell != NULL &&
        oracle_number_read(oracle_text_of(cell), oracle_text_of(""), model->decimal_comma, &value)) {
        char *number = campaign_text("%.17g", value + 0.0);
        add(choosing, "--min-value", number);
        free(number);
    }
    free(cell);
    if (workspace_chance(rng, 30)) {
        char *name = string_of(model->attributes[workspace_below(rng, model->attribute_count)].name);
        add(choosing, "--reason", name);
        free(name);
    }
    if (workspace_chance(rng, 25))
        add_cell(choosing, "--owner", ORACLE_ROLE_OWNER);
    if (workspace_chance(rng, 40))
        add_count(choosing, "--top", workspace_between(rng, 1, 30));
}

/* A value of an attribute as a cell: as an offering has it, as a row demands it, or blank. */
static char *any_value(struct choosing *choosing, size_t a, bool blank_too) {
    struct workspace_rng *rng = &choosing->rng;
    const struct oracle *oracle = choosing->oracle;
    const struct oracle_attribute *attribute = &oracle->model.attributes[a];
    struct oracle_offer offer = oracle->offerings[workspace_below(rng, oracle->offering_count)].nominal[a];
    for (int tries = 0; tries < 8 && workspace_chance(rng, 80); tries++) {
        const struct oracle_row *row = any_row(choosing);
        for (size_t n = 0; row != NULL && n < row->need_count; n++)
            if (row->needs[n].attribute == a)
                offer = (struct oracle_offer){true, true, row->needs[n].number, row->needs[n].set};
    }
    if (attribute->rule == ORACLE_FLAG)
        return campaign_text("%s", workspace_chance(rng, 70) ? "yes" : "no");
    if (attribute->rule <= ORACLE_AT_LEAST) {
        if (blank_too && (!offer.has_number || workspace_chance(rng, 5)))
            return campaign_text("%s", "");
        const char *gap = workspace_chance(rng, 50) ? " " : "";
        return campaign_text("%.17g%s%.*s", offer.number + 0.0, gap,
                             (int)(gap[0] != '\0' ? attribute->unit.length : 0), attribute->unit.bytes);
    }
    struct oracle_buffer words = {0};
    for (size_t i = 0; i < offer.set.count; i++) {
        if (i > 0)
            oracle_buffer_add_string(&words, "|");
        oracle_buffer_add(&words, attribute->values.spelling[offer.set.values[i]]);
    }
    char *text = campaign_text("%.*s", (int)words.length, words.length == 0 ? "" : words.bytes);
    free(words.bytes);
    return text;
}

static void put_cell(struct oracle_buffer *table, const char *cell, const char *after) {
    oracle_buffer_add_string(table, "\"");
    for (size_t i = 0; cell[i] != '\0'; i++) {
        oracle_buffer_add(table, (struct oracle_text){cell + i, 1});
        if (cell[i] == '"')
            oracle_buffer_add_string(table, "\"");
    }
    oracle_buffer_add_string(table, "\"");
    oracle_buffer_add_string(table, after);
}

static void put_text(struct oracle_buffer *table, struct oracle_text cell, const char *after) {
    char *string = string_of(cell);
    put_cell(table, string == NULL ? "" : string, after);
    free(string);
}

/* Writes the table into the folder and adds the option for it. */
static void add_table(struct choosing *choosing, const char *option, const char *name,
                      struct oracle_buffer *table) {
    char *path = campaign_text("%s/%s", choosing->out_folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(table->bytes, 1, table->length, file) != table->length || fclose(file) != 0)
        abort();
    add(choosing, option, path);
    free(path);
    free(table->bytes);
}

static const struct oracle_offering *any_own(struct choosing *choosing) {
    const struct oracle *oracle = choosing->oracle;
    size_t o = workspace_below(&choosing->rng, oracle->offering_count);
    while (!oracle->offerings[o].own)
        o = (o + 1) % oracle->offering_count;
    return &oracle->offerings[o];
}

static void choose_costs(struct choosing *choosing, const char *delimiter) {
    static const char *const costs[] = {"0", "1", "1", "2.5", "10", "1000", "0.01"};
    static const char *const header[] = {"offering", "attribute", "value", "cost"};
    struct workspace_rng *rng = &choosing->rng;
    const struct oracle_model *model = &choosing->oracle->model;
    struct oracle_buffer table = {0};
    for (size_t c = 0; c < 4; c++)
        put_cell(&table, header[c], c < 3 ? delimiter : "\n");
    for (size_t i = workspace_between(rng, 1, 40); i > 0; i--) {
        size_t a = workspace_below(rng, model->attribute_count);
        const struct oracle_offering *offering = any_own(choosing);
        /* What rows miss is what changes win. */
        const struct oracle_row *row = any_row(choosing);
        if (row != NULL && row->need_count > 0 && workspace_chance(rng, 70)) {
            a = row->needs[workspace_below(rng, row->need_count)].attribute;
            offering = choosing->oracle->decisions[row - choosing->oracle->rows].own;
        }
        char *value = any_value(choosing, a, false);
        put_text(&table, offering->id, delimiter);
        put_text(&table, model->attributes[a].name, delimiter);
        put_cell(&table, value, delimiter);
        put_cell(&table, WORKSPACE_PICK(rng, costs), "\n");
        free(value);
    }
    add_table(choosing, "--cost", "costs.csv", &table);
}

static void choose_roadmap(struct choosing *choosing, const char *delimiter) {
    struct workspace_rng *rng = &choosing->rng;
    const bool has_money = role_column(choosing->oracle, ORACLE_ROLE_VALUE) != ORACLE_NONE;
    const bool has_stages = role_column(choosing->oracle, ORACLE_ROLE_STAGE) != ORACLE_NONE &&
                            choosing->oracle->model.stage_count > 0;
    const size_t by = workspace_below(rng, 4);
    if (by == 1)
        add(choosing, "--by", "rows");
    if (by == 2 && has_money)
        add(choosing, "--by", "money");
    if (by == 3 && has_money && has_stages)
        add(choosing, "--by", "expected_money");
    if (workspace_chance(rng, 60))
        add_count(choosing, "--plan", workspace_between(rng, 1, 4));
    if (workspace_chance(rng, 25))
        add_count(choosing, "--top", workspace_between(rng, 1, 30));
    if (workspace_chance(rng, 40))
        choose_costs(choosing, delimiter);
}

static void choose_set(struct choosing *choosing) {
    struct workspace_rng *rng = &choosing->rng;
    const struct oracle *oracle = choosing->oracle;
    const struct oracle_offering *offering =
        workspace_chance(rng, 70) ? any_own(choosing)
                                  : &oracle->offerings[workspace_below(rng, oracle->offering_count)];
    const size_t a = workspace_below(rng, oracle->model.attribute_count);
    char *value = any_value(choosing, a, true);
    char *change = campaign_text("%.*s.%.*s=%s", (int)offering->id.length, offering->id.bytes,
                                 (int)oracle->model.attributes[a].name.length,
                                 oracle->model.attributes[a].name.bytes, value);
    add(choosing, "--set", change);
    free(change);
    free(value);
}

static void choose_add(struct choosing *choosing, const char *delimiter) {
    struct workspace_rng *rng = &choosing->rng;
    const struct oracle_model *model = &choosing->oracle->model;
    struct oracle_buffer table = {0};
    put_cell(&table, "offering_id", delimiter);
    put_cell(&table, "supplier", "");
    for (size_t a = 0; a < model->attribute_count; a++) {
        oracle_buffer_add_string(&table, delimiter);
        put_text(&table, model->attributes[a].offer, "");
    }
    for (size_t i = workspace_between(rng, 1, 3); i > 0; i--) {
        char *id = campaign_text("new %zu", i);
        oracle_buffer_add_string(&table, "\n");
        put_cell(&table, id, delimiter);
        put_cell(&table, workspace_chance(rng, 60) ? "" : "Somebody else", "");
        for (size_t a = 0; a < model->attribute_count; a++) {
            char *value = any_value(choosing, a, true);
            oracle_buffer_add_string(&table, delimiter);
            put_cell(&table, value, "");
            free(value);
        }
        free(id);
    }
    oracle_buffer_add_string(&table, "\n");
    add_table(choosing, "--add", "add.csv", &table);
}

/* The last own offering stays. */
static void choose_drops(struct choosing *choosing) {
    struct workspace_rng *rng = &choosing->rng;
    const struct oracle *oracle = choosing->oracle;
    const struct oracle_offering *kept = any_own(choosing);
    const size_t first = workspace_below(rng, oracle->offering_count);
    for (size_t i = 0; i < 2 && i < oracle->offering_count && workspace_chance(rng, 40); i++) {
        const struct oracle_offering *dropped = &oracle->offerings[(first + i) % oracle->offering_count];
        char *id = string_of(dropped->id);
        if (dropped != kept && id != NULL)
            add(choosing, "--drop", id);
        free(id);
    }
}

static void choose_whatif(struct choosing *choosing, const char *delimiter) {
    struct workspace_rng *rng = &choosing->rng;
    const size_t sets = workspace_below(rng, 4);
    for (size_t i = 0; i < sets; i++)
        choose_set(choosing);
    if (workspace_chance(rng, 30))
        choose_add(choosing, delimiter);
    choose_drops(choosing);
    if (choosing->options.count == 0)
        choose_set(choosing);
    if (workspace_chance(rng, 60))
        add(choosing, "--rows", NULL);
}

static void choose_care(struct choosing *choosing) {
    static const char *const days[] = {"2024-03-31", "2024-03-01", "2024-02-29", "2024-05-15",
                                       "2023-03-01", "2100-03-01", "0000-03-01", "9999-12-31"};
    char *cell = any_cell(choosing, ORACLE_ROLE_SINCE);
    add(choosing, "--today",
        cell != NULL && workspace_chance(&choosing->rng, 20) ? cell : WORKSPACE_PICK(&choosing->rng, days));
    free(cell);
}

static void choose_diff(struct choosing *choosing, const char *folder) {
    char *customers = campaign_text("%s/customers.csv", folder);
    char *later = campaign_text("%s/later.csv", folder);
    size_t length = 0;
    char *bytes = oracle_file_read(later, &length);
    add(choosing, "--customers", customers);
    add(choosing, "--against", bytes != NULL ? later : customers);
    free(bytes);
    free(later);
    free(customers);
}

struct campaign_command campaign_options(const char *analysis, struct oracle *oracle, uint64_t seed,
                                         const char *folder, const char *out_folder) {
    struct choosing choosing = {.oracle = oracle, .rng = {seed ^ 0xA5A5F00DCAFEu}, .out_folder = out_folder};
    struct workspace_rng *rng = &choosing.rng;
    const char delimiter[2] = {oracle->model.delimiter != '\0' ? oracle->model.delimiter : ',', '\0'};
    if (strcmp(analysis, "walkaway") == 0)
        choose_walkaway(&choosing);
    else if (strcmp(analysis, "roadmap") == 0)
        choose_roadmap(&choosing, delimiter);
    else if (strcmp(analysis, "whatif") == 0)
        choose_whatif(&choosing, delimiter);
    else if (strcmp(analysis, "care") == 0)
        choose_care(&choosing);
    else if (strcmp(analysis, "diff") == 0)
        choose_diff(&choosing, folder);
    else if (strcmp(analysis, "profile") == 0 && workspace_chance(rng, 30))
        add_count(&choosing, "--top", workspace_between(rng, 1, 30));
    if (strcmp(analysis, "segments") == 0 && workspace_chance(rng, 40))
        add_count(&choosing, "--min-rows", workspace_between(rng, 1, 5));
    if (strcmp(analysis, "segments") == 0 && workspace_chance(rng, 60))
        add(&choosing, "--rows", NULL);
    return choosing.options;
}
