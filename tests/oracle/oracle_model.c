/* fit.yaml, by way of libyaml's document tree. */
#include "oracle_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

bool oracle_fail(struct oracle *oracle, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(oracle->error, sizeof oracle->error, format, arguments);
    va_end(arguments);
    return false;
}

struct reading {
    struct oracle *oracle;
    yaml_document_t *document;
};

static yaml_node_t *node_at(struct reading *reading, int index) {
    return yaml_document_get_node(reading->document, index);
}

/* A scalar's text, copied, as it outlives the document; anything else is empty. */
static struct oracle_text scalar(struct reading *reading, const yaml_node_t *node) {
    if (node == NULL || node->type != YAML_SCALAR_NODE)
        return oracle_text_of("");
    const size_t length = node->data.scalar.length;
    char *bytes = oracle_alloc(&reading->oracle->heap, length, 1);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)node->data.scalar.value[i];
    return (struct oracle_text){bytes, length};
}

static yaml_node_t *child(struct reading *reading, yaml_node_t *mapping, const char *key) {
    if (mapping == NULL || mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top;
         pair++)
        if (oracle_text_equal(scalar(reading, node_at(reading, pair->key)), oracle_text_of(key)))
            return node_at(reading, pair->value);
    return NULL;
}

static struct oracle_text child_text(struct reading *reading, yaml_node_t *mapping, const char *key,
                                     struct oracle_text otherwise) {
    yaml_node_t *node = child(reading, mapping, key);
    return node == NULL ? otherwise : scalar(reading, node);
}

static bool child_number(struct reading *reading, yaml_node_t *mapping, const char *key, double otherwise,
                         double *out_number) {
    *out_number = otherwise;
    yaml_node_t *node = child(reading, mapping, key);
    if (node == NULL || oracle_number_read(scalar(reading, node), oracle_text_of(""), false, out_number))
        return true;
    return oracle_fail(reading->oracle, "fit.yaml: %s is not a number", key);
}

static struct oracle_text joined(struct oracle *oracle, const char *first, struct oracle_text second) {
    const size_t before = strlen(first);
    char *bytes = oracle_alloc(&oracle->heap, before + second.length, 1);
    for (size_t i = 0; i < before; i++)
        bytes[i] = first[i];
    for (size_t i = 0; i < second.length; i++)
        bytes[before + i] = second.bytes[i];
    return (struct oracle_text){bytes, before + second.length};
}

static bool read_attribute(struct reading *reading, yaml_node_t *node,
                           struct oracle_attribute *out_attribute) {
    static const char *const rules[] = {"at_most", "at_least", "covers", "any_of", "none_of", "flag"};
    struct oracle_attribute attribute = {0};
    const struct oracle_text none = oracle_text_of("");
    attribute.name = child_text(reading, node, "name", none);
    attribute.unit = child_text(reading, node, "unit", none);
    attribute.question = child_text(reading, node, "question", none);
    attribute.need = child_text(reading, node, "need", attribute.name);
    attribute.want = child_text(reading, node, "want", joined(reading->oracle, "want_", attribute.name));
    attribute.offer = child_text(reading, node, "offer", attribute.name);
    const struct oracle_text blank = child_text(reading, node, "when_blank", oracle_text_of("no_demand"));
    attribute.ask_when_blank = oracle_text_equal(blank, oracle_text_of("ask"));
    const struct oracle_text rule = child_text(reading, node, "rule", none);
    bool known = false;
    for (int i = 0; i < 6; i++) {
        if (oracle_text_equal(rule, oracle_text_of(rules[i]))) {
            attribute.rule = (enum oracle_rule)i;
            known = true;
        }
    }
    double weight = 1;
    if (!child_number(reading, node, "weight", 1, &weight))
        return false;
    if (!known || attribute.name.length == 0 || !(weight >= 1 && weight <= 255))
        return oracle_fail(reading->oracle,
                           "fit.yaml: an attribute without name or rule, or of a bad weight");
    attribute.weight = (uint64_t)weight;
    *out_attribute = attribute;
    return true;
}

static bool read_attributes(struct reading *reading, yaml_node_t *root) {
    struct oracle_model *model = &reading->oracle->model;
    yaml_node_t *list = child(reading, root, "attributes");
    if (list == NULL || list->type != YAML_SEQUENCE_NODE)
        return oracle_fail(reading->oracle, "fit.yaml: no attributes");
    const size_t count = (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
    model->attributes = oracle_alloc(&reading->oracle->heap, count, sizeof *model->attributes);
    model->attribute_count = count;
    for (size_t i = 0; i < count; i++)
        if (!read_attribute(reading, node_at(reading, list->data.sequence.items.start[i]),
                            &model->attributes[i]))
            return false;
    return true;
}

static bool read_stages(struct reading *reading, yaml_node_t *root) {
    struct oracle_model *model = &reading->oracle->model;
    yaml_node_t *stages = child(reading, root, "stages");
    if (stages == NULL || stages->type != YAML_MAPPING_NODE)
        return true;
    const yaml_node_pair_t *start = stages->data.mapping.pairs.start;
    model->stage_count = (size_t)(stages->data.mapping.pairs.top - start);
    model->stages = oracle_alloc(&reading->oracle->heap, model->stage_count, sizeof *model->stages);
    model->stage_percents =
        oracle_alloc(&reading->oracle->heap, model->stage_count, sizeof *model->stage_percents);
    for (size_t i = 0; i < model->stage_count; i++) {
        model->stages[i] = oracle_text_trim(scalar(reading, node_at(reading, start[i].key)));
        const struct oracle_text percent = scalar(reading, node_at(reading, start[i].value));
        if (!oracle_number_read(percent, oracle_text_of(""), false, &model->stage_percents[i]))
            return oracle_fail(reading->oracle, "fit.yaml: a stage's chance is not a number");
    }
    return true;
}

static bool read_business(struct reading *reading, yaml_node_t *root) {
    static const char *const roles[ORACLE_ROLE_COUNT] = {"id",       "name",      "value", "stage",
                                                         "existing", "favourite", "owner", "offered",
                                                         "driver",   "horizon",   "since"};
    struct oracle_model *model = &reading->oracle->model;
    model->id_column = oracle_text_of("customer_id");
    yaml_node_t *customer = child(reading, root, "customer");
    if (customer == NULL || customer->type != YAML_MAPPING_NODE)
        return true;
    for (yaml_node_pair_t *pair = customer->data.mapping.pairs.start; pair < customer->data.mapping.pairs.top;
         pair++) {
        const struct oracle_text key = scalar(reading, node_at(reading, pair->key));
        const struct oracle_text column = scalar(reading, node_at(reading, pair->value));
        int role = 0;
        while (role < ORACLE_ROLE_COUNT && !oracle_text_equal(key, oracle_text_of(roles[role])))
            role++;
        if (role == ORACLE_ROLE_COUNT || model->business_count == ORACLE_ROLE_COUNT)
            return oracle_fail(reading->oracle, "fit.yaml: an unknown role under customer");
        if (role == ORACLE_ROLE_ID)
            model->id_column = column;
        else
            model->business[model->business_count++] =
                (struct oracle_business){(enum oracle_role)role, column};
    }
    return true;
}

static bool read_root(struct reading *reading, yaml_node_t *root) {
    struct oracle_model *model = &reading->oracle->model;
    const struct oracle_text none = oracle_text_of("");
    model->company = oracle_text_trim(child_text(reading, root, "company", none));
    model->offerings_path = child_text(reading, root, "offerings", none);
    model->customers_path = child_text(reading, root, "customers", none);
    model->history_path = child_text(reading, root, "history", none);
    yaml_node_t *promise = child(reading, root, "promise");
    if (!child_number(reading, promise, "percentile", 95, &model->percentile) ||
        !child_number(reading, promise, "min_records", 30, &model->min_records))
        return false;
    yaml_node_t *csv = child(reading, root, "csv");
    const struct oracle_text delimiter = child_text(reading, csv, "delimiter", none);
    model->delimiter = delimiter.length == 1 ? delimiter.bytes[0] : '\0';
    model->decimal_comma = oracle_text_equal(child_text(reading, csv, "decimal", none), oracle_text_of(","));
    return read_stages(reading, root) && read_attributes(reading, root) && read_business(reading, root);
}

bool oracle_model_read(struct oracle *oracle) {
    struct oracle_buffer path = {0};
    oracle_buffer_add_string(&path, oracle->folder);
    oracle_buffer_add(&path, (struct oracle_text){"/fit.yaml", sizeof "/fit.yaml"});
    FILE *file = fopen(path.bytes, "rb");
    free(path.bytes);
    if (file == NULL)
        return oracle_fail(oracle, "fit.yaml: cannot be opened");
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser)) {
        (void)fclose(file);
        return oracle_fail(oracle, "out of memory");
    }
    yaml_parser_set_input_file(&parser, file);
    bool good = false;
    if (yaml_parser_load(&parser, &document)) {
        struct reading reading = {oracle, &document};
        yaml_node_t *root = yaml_document_get_root_node(&document);
        good = root != NULL && root->type == YAML_MAPPING_NODE
                   ? read_root(&reading, root)
                   : oracle_fail(oracle, "fit.yaml: not a mapping");
        yaml_document_delete(&document);
    } else {
        oracle_fail(oracle, "fit.yaml:%zu: %s", parser.problem_mark.line + 1, parser.problem);
    }
    yaml_parser_delete(&parser);
    (void)fclose(file); /* only read */
    return good;
}

bool oracle_table_read(struct oracle *oracle, struct oracle_text path, struct oracle_csv *out_csv) {
    struct oracle_buffer full = {0};
    if (path.length == 0 || path.bytes[0] != '/') {
        oracle_buffer_add_string(&full, oracle->folder);
        oracle_buffer_add_string(&full, "/");
    }
    oracle_buffer_add(&full, path);
    oracle_buffer_add(&full, (struct oracle_text){"", 1});
    size_t length = 0;
    char *bytes = oracle_file_read(full.bytes, &length);
    free(full.bytes);
    if (bytes == NULL)
        return oracle_fail(oracle, "%.*s: cannot be read", (int)path.length, path.bytes);
    char *kept = oracle_alloc(&oracle->heap, length, 1);
    memcpy(kept, bytes, length);
    free(bytes);
    if (!oracle_csv_parse(&oracle->heap, (struct oracle_text){kept, length}, oracle->model.delimiter,
                          out_csv))
        return oracle_fail(oracle, "%.*s: no header", (int)path.length, path.bytes);
    return true;
}
