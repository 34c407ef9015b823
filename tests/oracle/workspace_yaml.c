/* fit.yaml in one of the ways that people write YAML. */
#include "workspace_internal.h"

#include <stdlib.h>
#include <string.h>

static bool plain_scalar(const char *text) {
    static const char *const special[] = {"y", "n", "yes", "no", "true", "false", "on", "off", "null"};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (oracle_text_equal_folded(oracle_text_of(text), oracle_text_of(special[i])))
            return false;
    bool plain = (text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z');
    for (size_t i = 0; text[i] != '\0'; i++)
        plain = plain &&
                ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z') ||
                 (text[i] >= '0' && text[i] <= '9') || text[i] == '_' || text[i] == '.' || text[i] == '/');
    return plain;
}

static void add_scalar(struct workspace *workspace, struct oracle_buffer *yaml, const char *text) {
    struct workspace_rng *rng = &workspace->rng;
    if (plain_scalar(text) && !workspace_chance(rng, 20)) {
        oracle_buffer_add_string(yaml, text);
        return;
    }
    const bool single = strchr(text, '\t') == NULL && workspace_chance(rng, 40);
    oracle_buffer_add_string(yaml, single ? "'" : "\"");
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (single && text[i] == '\'')
            oracle_buffer_add_string(yaml, "'");
        if (!single && (text[i] == '"' || text[i] == '\\'))
            oracle_buffer_add_string(yaml, "\\");
        if (text[i] == '\t')
            oracle_buffer_add_string(yaml, "\\t");
        else
            oracle_buffer_add(yaml, (struct oracle_text){text + i, 1});
    }
    oracle_buffer_add_string(yaml, single ? "'" : "\"");
}

/* A mapping whose values are scalars. */
struct pairs {
    const char *keys[16];
    const char *values[16];
    bool number[16]; /* written without quotes */
    size_t count;
};

static void add_pair(struct pairs *pairs, const char *key, const char *value) {
    pairs->keys[pairs->count] = key;
    pairs->values[pairs->count] = value;
    pairs->number[pairs->count++] = false;
}

static void add_number_pair(struct workspace *workspace, struct pairs *pairs, const char *key,
                            unsigned value) {
    add_pair(pairs, key, workspace_format(workspace, "%u", value));
    pairs->number[pairs->count - 1] = true;
}

/* `indent` stands before each line but the first; flow style is one line. */
static void add_mapping(struct workspace *workspace, struct oracle_buffer *yaml, const struct pairs *pairs,
                        bool flow, const char *indent) {
    oracle_buffer_add_string(yaml, flow ? "{" : "");
    for (size_t i = 0; i < pairs->count; i++) {
        if (i > 0)
            oracle_buffer_add_string(yaml, flow ? ", " : indent);
        add_scalar(workspace, yaml, pairs->keys[i]);
        oracle_buffer_add_string(yaml, ": ");
        if (pairs->number[i])
            oracle_buffer_add_string(yaml, pairs->values[i]);
        else
            add_scalar(workspace, yaml, pairs->values[i]);
        if (!flow) {
            if (workspace_chance(&workspace->rng, 2))
                oracle_buffer_add_string(yaml, "   # remark: {not, read}");
            oracle_buffer_add_string(yaml, "\n");
        }
    }
    oracle_buffer_add_string(yaml, flow ? "}" : "");
}

static void add_section(struct workspace *workspace, struct oracle_buffer *yaml, const char *key,
                        const struct pairs *pairs) {
    const bool flow = pairs->count == 0 || workspace_chance(&workspace->rng, 50);
    oracle_buffer_add_string(yaml, key);
    oracle_buffer_add_string(yaml, flow ? ": " : ":\n  ");
    add_mapping(workspace, yaml, pairs, flow, "  ");
    oracle_buffer_add_string(yaml, flow ? "\n" : "");
}

static struct pairs attribute_pairs(struct workspace *workspace,
                                    const struct workspace_attribute *attribute) {
    static const char *const rules[] = {"at_most", "at_least", "covers", "any_of", "none_of", "flag"};
    struct workspace_rng *rng = &workspace->rng;
    struct pairs ordered = {0};
    add_pair(&ordered, "name", attribute->name);
    add_pair(&ordered, "rule", rules[attribute->rule]);
    if (attribute->unit[0] != '\0')
        add_pair(&ordered, "unit", attribute->unit);
    if (attribute->weight != 1 || workspace_chance(rng, 50))
        add_number_pair(workspace, &ordered, "weight", attribute->weight);
    if (attribute->ask_when_blank || workspace_chance(rng, 20))
        add_pair(&ordered, "when_blank", attribute->ask_when_blank ? "ask" : "no_demand");
    if (attribute->need != attribute->name || workspace_chance(rng, 10))
        add_pair(&ordered, "need", attribute->need);
    if (strncmp(attribute->want, "want_", 5) != 0 || workspace_chance(rng, 10))
        add_pair(&ordered, "want", attribute->want);
    if (attribute->offer != attribute->name || workspace_chance(rng, 10))
        add_pair(&ordered, "offer", attribute->offer);
    if (workspace_chance(rng, 15))
        add_pair(&ordered, "label", "A label: for people, \"read\" by nobody here");
    if (workspace_chance(rng, 15))
        add_pair(&ordered, "question", "How fast must it be?");
    if (workspace_chance(rng, 60))
        return ordered;
    size_t order[16];
    for (size_t i = 0; i < ordered.count; i++)
        order[i] = i;
    workspace_shuffle(rng, order, ordered.count);
    struct pairs shuffled = {.count = ordered.count};
    for (size_t i = 0; i < ordered.count; i++) {
        shuffled.keys[i] = ordered.keys[order[i]];
        shuffled.values[i] = ordered.values[order[i]];
        shuffled.number[i] = ordered.number[order[i]];
    }
    return shuffled;
}

static void add_attributes(struct workspace *workspace, struct oracle_buffer *yaml) {
    const bool all_flow = workspace_chance(&workspace->rng, 10);
    const bool flow = all_flow || workspace_chance(&workspace->rng, 50);
    oracle_buffer_add_string(yaml, all_flow ? "attributes: [\n" : "attributes:\n");
    for (size_t a = 0; a < workspace->attribute_count; a++) {
        const struct pairs pairs = attribute_pairs(workspace, &workspace->attributes[a]);
        oracle_buffer_add_string(yaml, all_flow ? "  " : "  - ");
        add_mapping(workspace, yaml, &pairs, flow, "    ");
        if (all_flow && a + 1 < workspace->attribute_count)
            oracle_buffer_add_string(yaml, ",");
        oracle_buffer_add_string(yaml, flow ? "\n" : "");
    }
    oracle_buffer_add_string(yaml, all_flow ? "]\n" : "");
}

static void add_files(struct workspace *workspace, struct oracle_buffer *yaml) {
    oracle_buffer_add_string(yaml, "company: ");
    add_scalar(workspace, yaml, workspace->company);
    oracle_buffer_add_string(yaml, "\nofferings: offerings.csv\ncustomers:   customers.csv\n");
    if (workspace->has_history)
        oracle_buffer_add_string(yaml, "history: history.csv\n");
}

static void add_promise(struct workspace *workspace, struct oracle_buffer *yaml) {
    struct pairs pairs = {0};
    if (workspace->percentile != 95 || workspace_chance(&workspace->rng, 50))
        add_number_pair(workspace, &pairs, "percentile", workspace->percentile);
    if (workspace->min_records != 30 || workspace_chance(&workspace->rng, 50))
        add_number_pair(workspace, &pairs, "min_records", workspace->min_records);
    if (pairs.count > 0)
        add_section(workspace, yaml, "promise", &pairs);
}

static void add_stages(struct workspace *workspace, struct oracle_buffer *yaml) {
    struct pairs pairs = {0};
    for (size_t i = 0; i < workspace->stage_count; i++)
        if (workspace->for_analyses) {
            add_pair(&pairs, workspace->stages[i], workspace->stage_percents[i]);
            pairs.number[pairs.count - 1] = true;
        } else {
            add_number_pair(workspace, &pairs, workspace->stages[i], (unsigned)(10 + 15 * i));
        }
    if (pairs.count > 0)
        add_section(workspace, yaml, "stages", &pairs);
}

static void add_customer(struct workspace *workspace, struct oracle_buffer *yaml) {
    static const char *const roles[ORACLE_ROLE_COUNT] = {"id",       "name",      "value", "stage",
                                                         "existing", "favourite", "owner", "offered",
                                                         "driver",   "horizon",   "since"};
    struct pairs pairs = {0};
    for (size_t i = 0; i < workspace->role_count; i++)
        add_pair(&pairs, roles[workspace->roles[i].role], workspace->roles[i].column);
    if (pairs.count > 0)
        add_section(workspace, yaml, "customer", &pairs);
}

static void add_csv(struct workspace *workspace, struct oracle_buffer *yaml) {
    const struct workspace_style *style = &workspace->style;
    const char delimiter[2] = {style->delimiter, '\0'};
    struct pairs pairs = {0};
    if (style->delimiter_in_model)
        add_pair(&pairs, "delimiter", delimiter);
    if (style->decimal_comma)
        add_pair(&pairs, "decimal", ",");
    else if (workspace_chance(&workspace->rng, 20))
        add_pair(&pairs, "decimal", ".");
    if (pairs.count > 0)
        add_section(workspace, yaml, "csv", &pairs);
}

void workspace_yaml(struct workspace *workspace, struct oracle_buffer *out_yaml) {
    void (*const sections[])(struct workspace *, struct oracle_buffer *) = {
        add_files, add_promise, add_stages, add_customer, add_csv, add_attributes};
    size_t order[] = {0, 1, 2, 3, 4, 5};
    if (workspace_chance(&workspace->rng, 40))
        workspace_shuffle(&workspace->rng, order, 6);
    if (workspace_chance(&workspace->rng, 20))
        oracle_buffer_add_string(out_yaml, "# a random workspace\n---\n");
    for (size_t i = 0; i < 6; i++)
        sections[order[i]](workspace, out_yaml);
}
