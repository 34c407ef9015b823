/* A YAML document as a small tree that knows where each value stands. */
#ifndef FITMATCH_WORKSPACE_YAML_TREE_H
#define FITMATCH_WORKSPACE_YAML_TREE_H

#include "support/memory.h"

#include <fitmatch/model.h>

typedef enum fm__yaml_kind {
    FM__YAML_SCALAR,
    FM__YAML_SEQUENCE,
    FM__YAML_MAPPING,
} fm__yaml_kind;

/** A value; a mapping's values carry their keys. */
typedef struct fm__yaml_node {
    fm__yaml_kind kind;
    bool plain; /**< a scalar without quotes */
    fm_position at;
    fm_text text;                    /**< of a scalar, NUL-terminated and without any other NUL */
    const struct fm__yaml_node *key; /**< of a mapping's value: its key, a scalar; else NULL */
    struct fm__yaml_node *first;     /**< entries of a sequence, values of a mapping, in the file's order */
    struct fm__yaml_node *next;
    size_t count; /**< of those entries */
} fm__yaml_node;

/** Far more than the largest model has (4096 attributes of 10 keys), far less than memory holds. */
#define FM__YAML_NODES_MAX ((size_t)1 << 18)
/** A model nests three deep. */
#define FM__YAML_DEPTH_MAX 16

/**
 * Parses a file's content, which must be one YAML document in UTF-8, without anchors, aliases and tags.
 *
 * @param file  named in the error.
 * @param arena keeps the tree.
 * @param out_root receives the root, owned by the arena.
 * @return FM_OK, FM_ERROR_INPUT with the first fault's position, FM_ERROR_LIMIT for a tree beyond the limits
 * above, FM_ERROR_MEMORY.
 */
FM_NODISCARD fm_status fm__yaml_parse(const char *file, fm_text content, fm__arena *arena,
                                      const fm__yaml_node **out_root, fm_error *error);

/** Whether a value is left empty: nothing at all, `~` or `null`, without quotes. */
bool fm__yaml_is_null(const fm__yaml_node *node);

/** "text", "a list" or "a mapping", for messages. */
const char *fm__yaml_kind_name(const fm__yaml_node *node);

#endif
