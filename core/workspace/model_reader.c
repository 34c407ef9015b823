#include "workspace/model_reader.h"

#include "model/model.h"
#include "support/error.h"
#include "support/files.h"
#include "support/number.h"
#include "support/text.h"
#include "workspace/fault_order.h"
#include "workspace/yaml_tree.h"

#include <stdio.h>

typedef struct reader {
    const char *file;
    fm__model_file *model;
    fm__fault_log *log;
    bool out_of_memory;
} reader;

#define FAULT(r, at, ...) fm__fault_add((r)->log, (r)->file, (at).line, (at).column, __VA_ARGS__)

/* A key of a mapping, how its value is read, and where in the mapping's struct it goes. */
typedef struct key {
    const char *name;
    void (*read)(reader *r, const fm__yaml_node *value, void *slot);
    size_t offset;
    bool required;
} key;

#define KEYS_MAX 16

typedef struct schema {
    const char *of; /* "the model", "an attribute" */
    const char *example;
    size_t count;
    key keys[KEYS_MAX];
} schema;

/* Room for all names of the longest list, which is that of the roles. */
#define LIST_BYTES 256

/* Adds "; did you mean `name`?" for a near one of `names`, else the list of them all; the place of the near
 * one or `count`. */
static size_t advise(fm_text wanted, const char *const *names, size_t count, const char *list_of,
                     char *buffer) {
    fm__suggestion nearest;
    fm__suggestion_init(&nearest, wanted);
    for (size_t i = 0; i < count; i++)
        fm__suggestion_offer(&nearest, names[i]);
    fm__suggestion_text(&nearest, buffer);
    for (size_t i = 0; buffer[0] != '\0' && i < count; i++)
        if (fm__text_equal(nearest.best, fm__text(names[i])))
            return i;
    size_t used = (size_t)snprintf(buffer, LIST_BYTES, "; %s: ", list_of);
    for (size_t i = 0; i < count && used < LIST_BYTES; i++)
        used += (size_t)snprintf(buffer + used, LIST_BYTES - used, "%s%s", i == 0 ? "" : ", ", names[i]);
    return count;
}

static void unknown_key(reader *r, const fm__yaml_node *found, const schema *s, uint32_t *mistyped) {
    const char *names[KEYS_MAX];
    for (size_t i = 0; i < s->count; i++)
        names[i] = s->keys[i].name;
    char list_of[64];
    (void)snprintf(list_of, sizeof list_of, "the keys of %s", s->of);
    char advice[LIST_BYTES];
    size_t near = advise(found->text, names, s->count, list_of, advice);
    if (near < s->count)
        *mistyped |= UINT32_C(1) << near;
    char shown[FM__SHOW_BYTES];
    FAULT(r, found->at, "unknown key `%s`%s", fm__text_show(found->text, shown), advice);
}

/* Reads a mapping into `target`; returns the keys found as bits by their place. A key that was mistyped is
 * one of them, so that it is not reported as missing too. */
static uint32_t read_mapping(reader *r, const fm__yaml_node *node, const schema *s, void *target) {
    if (node->kind != FM__YAML_MAPPING) {
        FAULT(r, node->at, "%s must be a mapping such as `%s`, not %s", s->of, s->example,
              fm__yaml_kind_name(node));
        return UINT32_MAX;
    }
    uint32_t seen = 0;
    uint32_t mistyped = 0;
    for (const fm__yaml_node *value = node->first; value != NULL; value = value->next) {
        size_t place = 0;
        while (place < s->count && !fm__text_equal(value->key->text, fm__text(s->keys[place].name)))
            place++;
        if (place == s->count) {
            unknown_key(r, value->key, s, &mistyped);
            continue;
        }
        const key *k = &s->keys[place];
        if ((seen >> place & 1) != 0)
            FAULT(r, value->key->at, "`%s` stands twice in %s", k->name, s->of);
        else if (!fm__yaml_is_null(value))
            k->read(r, value, (char *)target + k->offset);
        else if (k->required)
            FAULT(r, value->at, "`%s` has no value", k->name);
        seen |= UINT32_C(1) << place;
    }
    return seen | mistyped;
}

static void missing_keys(reader *r, fm_position at, const char *of, const schema *s, uint32_t seen) {
    for (size_t i = 0; i < s->count; i++)
        if (s->keys[i].required && (seen >> i & 1) == 0)
            FAULT(r, at, "%s has no `%s`", of, s->keys[i].name);
}

static bool is_scalar(reader *r, const fm__yaml_node *value) {
    if (value->kind == FM__YAML_SCALAR)
        return true;
    char shown[FM__SHOW_BYTES];
    FAULT(r, value->at, "`%s` must be text, not %s", fm__text_show(value->key->text, shown),
          fm__yaml_kind_name(value));
    return false;
}

static void read_text(reader *r, const fm__yaml_node *value, void *slot) {
    if (is_scalar(r, value))
        *(const char **)slot = value->text.bytes;
}

static void read_name(reader *r, const fm__yaml_node *value, void *slot) {
    if (!is_scalar(r, value))
        return;
    char shown[FM__SHOW_BYTES];
    if (fm__blank(value->text.bytes))
        FAULT(r, value->at, "`%s` is blank", fm__text_show(value->key->text, shown));
    else
        *(const char **)slot = value->text.bytes;
}

static void read_table_name(reader *r, const fm__yaml_node *value, void *slot) {
    fm__table_name *table = slot;
    read_name(r, value, &table->path);
    table->at = value->at;
}

/* The value as one of `names`, or `count` after a fault. */
static size_t read_choice(reader *r, const fm__yaml_node *value, const char *const *names, size_t count) {
    if (!is_scalar(r, value))
        return count;
    for (size_t i = 0; i < count; i++)
        if (fm__text_equal(value->text, fm__text(names[i])))
            return i;
    char advice[LIST_BYTES];
    (void)advise(value->text, names, count, "it is one of", advice);
    char shown_key[FM__SHOW_BYTES];
    char shown[FM__SHOW_BYTES];
    FAULT(r, value->at, "unknown %s `%s`%s", fm__text_show(value->key->text, shown_key),
          fm__text_show(value->text, shown), advice);
    return count;
}

static void read_rule(reader *r, const fm__yaml_node *value, void *slot) {
    const char *names[FM_RULE_COUNT];
    for (size_t i = 0; i < FM_RULE_COUNT; i++)
        names[i] = fm_rule_name((fm_rule)i);
    size_t place = read_choice(r, value, names, FM_RULE_COUNT);
    if (place < FM_RULE_COUNT)
        *(fm_rule *)slot = (fm_rule)place;
}

static void read_when_blank(reader *r, const fm__yaml_node *value, void *slot) {
    static const char *const names[] = {"no_demand", "ask"};
    *(bool *)slot = read_choice(r, value, names, 2) == 1;
}

/* A whole number within its range, or 0 after a fault. */
static uint64_t read_whole(reader *r, const fm__yaml_node *value, const fm__range *range) {
    if (!is_scalar(r, value))
        return 0;
    uint64_t number = 0;
    bool good = true; /* nothing at all is 0, which no range has */
    for (size_t i = 0; i < value->text.length && good; i++) {
        char c = value->text.bytes[i];
        good = c >= '0' && c <= '9' && !__builtin_mul_overflow(number, (uint64_t)10, &number) &&
               !__builtin_add_overflow(number, (uint64_t)(c - '0'), &number);
    }
    if (good && number >= range->min && number <= range->max)
        return number;
    fm__range_fault(r->log, r->file, value->at, range, value->text);
    return 0;
}

static void read_weight(reader *r, const fm__yaml_node *value, void *slot) {
    *(unsigned *)slot = (unsigned)read_whole(r, value, &fm__range_weight);
}

static void read_percentile(reader *r, const fm__yaml_node *value, void *slot) {
    *(unsigned *)slot = (unsigned)read_whole(r, value, &fm__range_percentile);
}

static void read_min_records(reader *r, const fm__yaml_node *value, void *slot) {
    *(uint64_t *)slot = read_whole(r, value, &fm__range_min_records);
}

static void read_delimiter(reader *r, const fm__yaml_node *value, void *slot) {
    static const struct {
        const char *text;
        char delimiter;
    } delimiters[] = {{",", ','}, {";", ';'}, {"\t", '\t'}, {"\\t", '\t'}, {"tab", '\t'}, {"|", '|'}};
    if (!is_scalar(r, value))
        return;
    for (size_t i = 0; i < sizeof delimiters / sizeof delimiters[0]; i++) {
        if (fm__text_equal(value->text, fm__text(delimiters[i].text))) {
            *(char *)slot = delimiters[i].delimiter;
            return;
        }
    }
    char shown[FM__SHOW_BYTES];
    FAULT(r, value->at, "unknown delimiter `%s`; it is one of \",\" \";\" \"|\" \"\\t\", in quotes, or tab",
          fm__text_show(value->text, shown));
}

static void read_decimal(reader *r, const fm__yaml_node *value, void *slot) {
    if (!is_scalar(r, value))
        return;
    char shown[FM__SHOW_BYTES];
    if (value->text.length == 1 && (value->text.bytes[0] == '.' || value->text.bytes[0] == ','))
        *(char *)slot = value->text.bytes[0];
    else
        FAULT(r, value->at, "unknown decimal separator `%s`; it is \".\" or \",\", in quotes",
              fm__text_show(value->text, shown));
}

static const schema attribute_schema = {
    .of = "an attribute",
    .example = "{name: price, rule: at_most}",
    .count = 12,
    .keys = {{"name", read_name, offsetof(fm_attribute, name), true},
             {"label", read_text, offsetof(fm_attribute, label), false},
             {"unit", read_text, offsetof(fm_attribute, unit), false},
             {"rule", read_rule, offsetof(fm_attribute, rule), true},
             {"weight", read_weight, offsetof(fm_attribute, weight), false},
             {"when_blank", read_when_blank, offsetof(fm_attribute, ask_when_blank), false},
             {"question", read_text, offsetof(fm_attribute, question), false},
             {"avoid", read_text, offsetof(fm_attribute, avoid), false},
             {"reach", read_text, offsetof(fm_attribute, reach), false},
             {"need", read_name, offsetof(fm_attribute, need_column), false},
             {"want", read_name, offsetof(fm_attribute, want_column), false},
             {"offer", read_name, offsetof(fm_attribute, offer_column), false}},
};

/* Where the attribute's name stands, else where the attribute begins. */
static fm_position name_position(const fm__yaml_node *attribute) {
    for (const fm__yaml_node *value = attribute->first; value != NULL; value = value->next)
        if (value->key != NULL && fm__text_equal(value->key->text, fm__text("name")))
            return value->at;
    return attribute->at;
}

/* Whether the attribute has a name, without which nothing more can be checked of it. */
static bool read_attribute(reader *r, const fm__yaml_node *node, size_t place, fm_attribute *attribute) {
    uint32_t seen = read_mapping(r, node, &attribute_schema, attribute);
    attribute->at = name_position(node);
    attribute->need_column_given = attribute->need_column != NULL;
    attribute->want_column_given = attribute->want_column != NULL;
    char shown[FM__SHOW_BYTES];
    char of[FM__SHOW_BYTES + 32];
    if (attribute->name != NULL)
        (void)snprintf(of, sizeof of, "attribute `%s`", fm__text_show(fm__text(attribute->name), shown));
    else
        (void)snprintf(of, sizeof of, "attribute %zu", place + 1);
    missing_keys(r, attribute->at, of, &attribute_schema, seen);
    return attribute->name != NULL;
}

static void read_attributes(reader *r, const fm__yaml_node *value, void *slot) {
    fm_model_spec *spec = slot;
    if (value->kind != FM__YAML_SEQUENCE) {
        FAULT(r, value->at, "`attributes` must be a list, each entry such as `- %s`, not %s",
              attribute_schema.example, fm__yaml_kind_name(value));
        return;
    }
    if (value->count == 0)
        FAULT(r, value->at, "`attributes` is empty; a model needs at least one attribute");
    fm_attribute *attributes = fm__arena_array(&r->model->arena, value->count, sizeof *attributes);
    if (attributes == NULL) {
        r->out_of_memory = true;
        return;
    }
    spec->attributes = attributes;
    size_t place = 0;
    for (const fm__yaml_node *node = value->first; node != NULL && !fm__fault_log_full(r->log);
         node = node->next) {
        fm_attribute attribute = {0};
        if (read_attribute(r, node, place++, &attribute))
            attributes[spec->attribute_count++] = attribute;
    }
}

/* A number, with or without a percent sign. */
static bool parse_percent(fm_text text, double *out_percent) {
    size_t used = fm__number_parse(text, false, out_percent);
    fm_text rest = fm__text_trim((fm_text){text.bytes + used, text.length - used});
    return used > 0 && (rest.length == 0 || fm__text_equal(rest, fm__text("%"))) &&
           fm__percent_valid(*out_percent);
}

/* Whether `value` is a mapping that the caller can walk; an array for its entries goes to *out_entries. */
static bool begin_entries(reader *r, const fm__yaml_node *value, const char *example, size_t entry_bytes,
                          void **out_entries) {
    if (value->kind != FM__YAML_MAPPING) {
        char shown[FM__SHOW_BYTES];
        FAULT(r, value->at, "`%s` must be a mapping such as `%s`, not %s",
              fm__text_show(value->key->text, shown), example, fm__yaml_kind_name(value));
        return false;
    }
    *out_entries = fm__arena_array(&r->model->arena, value->count, entry_bytes);
    r->out_of_memory = r->out_of_memory || *out_entries == NULL;
    return *out_entries != NULL;
}

static void read_stages(reader *r, const fm__yaml_node *value, void *slot) {
    fm_model_spec *spec = slot;
    void *entries;
    if (!begin_entries(r, value, "{attention: 10, action: 90}", sizeof(fm_stage), &entries))
        return;
    fm_stage *stages = entries;
    spec->stages = stages;
    for (const fm__yaml_node *node = value->first; node != NULL; node = node->next) {
        fm_stage *stage = &stages[spec->stage_count++];
        *stage = (fm_stage){.name = node->key->text.bytes, .at = node->key->at};
        if (is_scalar(r, node) && !parse_percent(node->text, &stage->percent)) {
            fm__percent_fault(r->log, r->file, node->at, node->key->text, node->text);
            stage->percent = 0;
        }
    }
}

static void read_customer(reader *r, const fm__yaml_node *value, void *slot) {
    fm_model_spec *spec = slot;
    void *entries;
    if (!begin_entries(r, value, "{id: customer_id, value: deal_value}", sizeof(fm_role_column), &entries))
        return;
    const char *names[FM_ROLE_COUNT];
    for (size_t i = 0; i < FM_ROLE_COUNT; i++)
        names[i] = fm_role_name((fm_role)i);
    fm_role_column *roles = entries;
    spec->roles = roles;
    for (const fm__yaml_node *node = value->first; node != NULL; node = node->next) {
        size_t place = 0;
        while (place < FM_ROLE_COUNT && !fm__text_equal(node->key->text, fm__text(names[place])))
            place++;
        if (place == FM_ROLE_COUNT) {
            char advice[LIST_BYTES];
            char shown[FM__SHOW_BYTES];
            (void)advise(node->key->text, names, FM_ROLE_COUNT, "the keys of `customer`", advice);
            FAULT(r, node->key->at, "unknown key `%s`%s", fm__text_show(node->key->text, shown), advice);
            continue;
        }
        fm_role_column role = {.role = (fm_role)place, .at = node->key->at};
        if (!fm__yaml_is_null(node))
            read_name(r, node, &role.column);
        if (role.column != NULL)
            roles[spec->role_count++] = role;
    }
}

static const schema promise_schema = {
    .of = "`promise`",
    .example = "{percentile: 95, min_records: 30}",
    .count = 2,
    .keys = {{"percentile", read_percentile, offsetof(fm_model_spec, percentile), false},
             {"min_records", read_min_records, offsetof(fm_model_spec, min_records), false}},
};

static const schema csv_schema = {
    .of = "`csv`",
    .example = "{delimiter: \";\", decimal: \",\"}",
    .count = 2,
    .keys = {{"delimiter", read_delimiter, offsetof(fm_model_spec, delimiter), false},
             {"decimal", read_decimal, offsetof(fm_model_spec, decimal), false}},
};

static void read_promise(reader *r, const fm__yaml_node *value, void *slot) {
    (void)read_mapping(r, value, &promise_schema, slot);
}

static void read_csv(reader *r, const fm__yaml_node *value, void *slot) {
    (void)read_mapping(r, value, &csv_schema, slot);
}

static const schema model_schema = {
    .of = "the model",
    .example = "offerings: offerings.csv",
    .count = 9,
    .keys = {{"company", read_text, offsetof(fm__model_file, spec.company), false},
             {"offerings", read_table_name, offsetof(fm__model_file, offerings), true},
             {"customers", read_table_name, offsetof(fm__model_file, customers), false},
             {"history", read_table_name, offsetof(fm__model_file, history), false},
             {"attributes", read_attributes, offsetof(fm__model_file, spec), true},
             {"promise", read_promise, offsetof(fm__model_file, spec), false},
             {"stages", read_stages, offsetof(fm__model_file, spec), false},
             {"customer", read_customer, offsetof(fm__model_file, spec), false},
             {"csv", read_csv, offsetof(fm__model_file, spec), false}},
};

/* Standard input can be read once only. */
static void check_standard_input(reader *r) {
    const fm__table_name *tables[] = {&r->model->offerings, &r->model->customers, &r->model->history};
    bool taken = false;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (tables[i]->path == NULL || strcmp(tables[i]->path, "-") != 0)
            continue;
        if (taken)
            FAULT(r, tables[i]->at, "only one table can come from standard input (`-`)");
        taken = true;
    }
}

static fm_status read_model(reader *r, const fm__yaml_node *root, fm_error *error) {
    uint32_t seen = read_mapping(r, root, &model_schema, r->model);
    missing_keys(r, root->at, model_schema.of, &model_schema, seen);
    check_standard_input(r);
    return r->out_of_memory ? fm__fail_memory(error) : FM_OK;
}

fm_status fm__model_file_parse(const char *file, fm_text content, const fm_faults *faults,
                               fm__model_file *out_model, fm_error *error) {
    fm_error own_error;
    error = error == NULL ? &own_error : error;
    fm__model_file model = {.spec.file = file};
    const fm__yaml_node *root = NULL;
    fm__fault_order *order = NULL;
    fm_status status = fm__yaml_parse(file, content, &model.arena, &root, error);
    if (status == FM_ERROR_INPUT || status == FM_ERROR_LIMIT)
        fm__fault_pass(faults, error);
    if (status != FM_OK)
        goto cleanup;
    order = fm__fault_order_new();
    if (order == NULL) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    reader r = {.file = file, .model = &model, .log = fm__fault_order_log(order, 0)};
    status = read_model(&r, root, error);
    if (status == FM_OK)
        status = fm__model_check(&model.spec, fm__fault_order_log(order, 1), error);
    if (status == FM_OK)
        status = fm__fault_order_report(order, faults, error);

cleanup:
    fm__fault_order_free(order);
    if (status == FM_OK)
        *out_model = model;
    else
        fm__model_file_destroy(&model);
    return status;
}

fm_status fm__model_file_read(const char *path, const fm_faults *faults, fm__model_file *out_model,
                              fm_error *error) {
    char *content;
    size_t length;
    fm_status status = fm__file_load(path, "the model", FM__MODEL_FILE_BYTES_MAX, &content, &length, error);
    if (status != FM_OK)
        return status;
    status = fm__model_file_parse(path, (fm_text){content, length}, faults, out_model, error);
    free(content);
    return status;
}

void fm__model_file_destroy(fm__model_file *model) {
    fm__arena_destroy(&model->arena);
    *model = (fm__model_file){0};
}
