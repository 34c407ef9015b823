#include "workspace/yaml_tree.h"

#include "support/error.h"
#include "support/text.h"
#include "workspace/yaml_problem.h"

#include <yaml.h>

/* A place in the content that moves as marks are looked up, so that finding the byte and line of all of them
 * costs one walk: libyaml counts characters, and takes more for a line break than editors do. */
typedef struct cursor {
    size_t character;
    size_t byte;
    size_t line_start;
    uint64_t line;
} cursor;

/* A sequence or mapping that has not ended. */
typedef struct open_node {
    fm__yaml_node *node;
    fm__yaml_node *last;
    const fm__yaml_node *key; /* of a mapping: waits for its value */
} open_node;

typedef struct builder {
    const char *file;
    fm_text content; /* without byte order mark */
    fm__arena *arena;
    yaml_parser_t parser;
    cursor place;
    fm__yaml_node *root;
    open_node open[FM__YAML_DEPTH_MAX];
    size_t depth;
    size_t node_count;
    bool ended; /* the document, that is */
    fm_error *error;
} builder;

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static void step_forward(cursor *place, fm_text content) {
    if (content.bytes[place->byte] == '\n') {
        place->line++;
        place->line_start = place->byte + 1;
    }
    do
        place->byte++;
    while (place->byte < content.length && is_continuation(content.bytes[place->byte]));
    place->character++;
}

static fm_position position_of(builder *b, size_t character) {
    if (character < b->place.character)
        b->place = (cursor){.line = 1}; /* only faults look back */
    while (b->place.character < character && b->place.byte < b->content.length)
        step_forward(&b->place, b->content);
    return (fm_position){b->place.line, b->place.byte - b->place.line_start + 1};
}

static fm_position position_of_byte(fm_text content, size_t byte) {
    fm_position at = {1, 1};
    for (size_t i = 0; i < byte; i++) {
        at.column++;
        if (content.bytes[i] == '\n')
            at = (fm_position){at.line + 1, 1};
    }
    return at;
}

#define FAIL(b, status, at, ...) \
    fm__fail_at((b)->error, status, (b)->file, (at).line, (at).column, __VA_ARGS__)

static fm_status fail_parser(builder *b) {
    const yaml_parser_t *parser = &b->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return fm__fail_memory(b->error);
    const char *problem = parser->problem == NULL ? "cannot be read" : parser->problem;
    if (parser->error == YAML_READER_ERROR)
        return FAIL(b, FM_ERROR_INPUT, position_of_byte(b->content, parser->problem_offset), "not YAML: %s",
                    problem);
    fm__yaml_advice advice = fm__yaml_explain(problem, parser->context);
    bool at_context = advice.mark == FM__YAML_MARK_CONTEXT && parser->context != NULL;
    fm_position at = position_of(b, at_context ? parser->context_mark.index : parser->problem_mark.index);
    if (advice.words != NULL)
        return FAIL(b, FM_ERROR_INPUT, at, "%s", advice.words);
    return FAIL(b, FM_ERROR_INPUT, at, "not YAML: %s", problem);
}

/* Puts a node where the document stands: as the root, a key, a key's value, or an entry. */
static fm_status attach(builder *b, fm__yaml_node *node) {
    if (b->depth == 0) {
        b->root = node;
        return FM_OK;
    }
    open_node *parent = &b->open[b->depth - 1];
    if (parent->node->kind == FM__YAML_MAPPING && parent->key == NULL) {
        if (node->kind != FM__YAML_SCALAR)
            return FAIL(b, FM_ERROR_INPUT, node->at, "a key must be a word, not %s",
                        fm__yaml_kind_name(node));
        parent->key = node;
        return FM_OK;
    }
    node->key = parent->key;
    parent->key = NULL;
    if (parent->last == NULL)
        parent->node->first = node;
    else
        parent->last->next = node;
    parent->last = node;
    parent->node->count++;
    return FM_OK;
}

/* Both are likelier to be text whose author forgot the quotes than meant. */
static fm_status refuse_marks(builder *b, fm_position at, const yaml_char_t *anchor, const yaml_char_t *tag) {
    if (anchor != NULL)
        return FAIL(b, FM_ERROR_INPUT, at,
                    "names for values (`&name`) are not supported; text that begins with `&` "
                    "needs quotes");
    if (tag != NULL)
        return FAIL(b, FM_ERROR_INPUT, at,
                    "types for values (`!type`) are not supported; text that begins with `!` "
                    "needs quotes");
    return FM_OK;
}

static fm_status add_node(builder *b, fm__yaml_kind kind, const yaml_event_t *event,
                          fm__yaml_node **out_node) {
    fm_position at = position_of(b, event->start_mark.index);
    if (++b->node_count > FM__YAML_NODES_MAX)
        return FAIL(b, FM_ERROR_LIMIT, at, "more than %zu values; no model has so many", FM__YAML_NODES_MAX);
    fm__yaml_node *node = fm__arena_array(b->arena, 1, sizeof *node);
    if (node == NULL)
        return fm__fail_memory(b->error);
    node->kind = kind;
    node->at = at;
    *out_node = node;
    return FM_OK;
}

static fm_status add_scalar(builder *b, const yaml_event_t *event) {
    fm__yaml_node *node = NULL;
    fm_status status = add_node(b, FM__YAML_SCALAR, event, &node);
    if (status != FM_OK)
        return status;
    status = refuse_marks(b, node->at, event->data.scalar.anchor, event->data.scalar.tag);
    if (status != FM_OK)
        return status;
    fm_text text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (memchr(text.bytes, '\0', text.length) != NULL)
        return FAIL(b, FM_ERROR_INPUT, node->at, "a NUL character (`\\0`) in text");
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = fm__arena_text(b->arena, text);
    return node->text.bytes == NULL ? fm__fail_memory(b->error) : attach(b, node);
}

static fm_status open_collection(builder *b, fm__yaml_kind kind, const yaml_event_t *event) {
    fm__yaml_node *node = NULL;
    fm_status status = add_node(b, kind, event, &node);
    if (status != FM_OK)
        return status;
    bool sequence = kind == FM__YAML_SEQUENCE;
    status = refuse_marks(b, node->at,
                          sequence ? event->data.sequence_start.anchor : event->data.mapping_start.anchor,
                          sequence ? event->data.sequence_start.tag : event->data.mapping_start.tag);
    if (status == FM_OK)
        status = attach(b, node);
    if (status != FM_OK)
        return status;
    if (b->depth == FM__YAML_DEPTH_MAX)
        return FAIL(b, FM_ERROR_LIMIT, node->at, "nested more than %d deep; a model nests three deep",
                    FM__YAML_DEPTH_MAX);
    b->open[b->depth++] = (open_node){.node = node};
    return FM_OK;
}

static fm_status take_event(builder *b, const yaml_event_t *event, bool *out_done) {
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->ended)
            return FAIL(b, FM_ERROR_INPUT, position_of(b, event->start_mark.index),
                        "a second document begins here; a model is one document");
        return FM_OK;
    case YAML_DOCUMENT_END_EVENT:
        b->ended = true;
        return FM_OK;
    case YAML_STREAM_END_EVENT:
        *out_done = true;
        return FM_OK;
    case YAML_ALIAS_EVENT:
        return FAIL(b, FM_ERROR_INPUT, position_of(b, event->start_mark.index),
                    "references (`*name`) are not supported; text that begins with `*` needs quotes");
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(b, FM__YAML_SEQUENCE, event);
    case YAML_MAPPING_START_EVENT:
        return open_collection(b, FM__YAML_MAPPING, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return FM_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
        return FM_OK;
    }
    return FM_OK;
}

fm_status fm__yaml_parse(const char *file, fm_text content, fm__arena *arena, const fm__yaml_node **out_root,
                         fm_error *error) {
    if (content.length >= 3 && memcmp(content.bytes, "\xef\xbb\xbf", 3) == 0)
        content = (fm_text){content.bytes + 3, content.length - 3};
    builder b = {.file = file, .content = content, .arena = arena, .place = {.line = 1}, .error = error};
    fm__bad_byte bad = fm__yaml_bad_byte(content);
    if (bad.reason != NULL)
        return FAIL(&b, FM_ERROR_INPUT, position_of_byte(content, bad.offset), "%s", bad.reason);
    if (!yaml_parser_initialize(&b.parser))
        return fm__fail_memory(error);
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)content.bytes, content.length);
    fm_status status = FM_OK;
    for (bool done = false; status == FM_OK && !done;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b.parser, &event)) {
            status = fail_parser(&b);
        } else {
            status = take_event(&b, &event, &done);
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&b.parser);
    if (status == FM_OK && b.root == NULL)
        status = fm__fail_at(error, FM_ERROR_INPUT, file, 1, 1, "the model is empty");
    if (status == FM_OK)
        *out_root = b.root;
    return status;
}

bool fm__yaml_is_null(const fm__yaml_node *node) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != FM__YAML_SCALAR || !node->plain)
        return false;
    for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
        if (fm__text_equal(node->text, fm__text(nulls[i])))
            return true;
    return false;
}

const char *fm__yaml_kind_name(const fm__yaml_node *node) {
    switch (node->kind) {
    case FM__YAML_SCALAR:
        return "text";
    case FM__YAML_SEQUENCE:
        return "a list";
    case FM__YAML_MAPPING:
        return "a mapping of keys";
    }
    return "";
}
