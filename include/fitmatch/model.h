/* The model: which attributes matter, by which rules, and how the tables name them (SPEC 1). */
#ifndef FITMATCH_MODEL_H
#define FITMATCH_MODEL_H

#include <fitmatch/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FM_ATTRIBUTES_MAX 4096
#define FM_OFFERINGS_MAX 65535
#define FM_STAGES_MAX 254
#define FM_WEIGHT_MAX 255

/** When an offered value v meets a demand d. */
typedef enum fm_rule {
    FM_RULE_AT_MOST,  /**< numbers, v <= d */
    FM_RULE_AT_LEAST, /**< numbers, v >= d */
    FM_RULE_COVERS,   /**< sets, v contains every value of d */
    FM_RULE_ANY_OF,   /**< sets, v and d share a value */
    FM_RULE_NONE_OF,  /**< sets, v and d share no value */
    FM_RULE_FLAG,     /**< yes/no, d is no or v is yes */
} fm_rule;
#define FM_RULE_COUNT 6

/** The rule's name in a model file, such as "at_most". Static. */
FM_API const char *fm_rule_name(fm_rule rule);

/** Business columns of the customers' table, by what they mean. */
typedef enum fm_role {
    FM_ROLE_ID,
    FM_ROLE_NAME,
    FM_ROLE_VALUE,
    FM_ROLE_STAGE,
    FM_ROLE_EXISTING,
    FM_ROLE_FAVOURITE,
    FM_ROLE_OWNER,
    FM_ROLE_OFFERED,
    FM_ROLE_DRIVER,
    FM_ROLE_HORIZON,
    FM_ROLE_SINCE,
} fm_role;
#define FM_ROLE_COUNT 11

/** The role's name in a model file, such as "value". Static. */
FM_API const char *fm_role_name(fm_role role);

/** Where in the model's source something stands; 0, 0 when it was not read from a file. */
typedef struct fm_position {
    uint64_t line;
    uint64_t column;
} fm_position;

/** One attribute. Strings are NUL-terminated; NULL asks for the default. */
typedef struct fm_attribute {
    const char *name;         /**< required, unique */
    const char *label;        /**< for people; default the name */
    const char *unit;         /**< default "" */
    const char *question;     /**< to ask a customer; default "" */
    const char *avoid;        /**< what a customer is spared when this is met; default "" */
    const char *reach;        /**< what a customer gains when this is met; default "" */
    const char *need_column;  /**< customers' column of the need; default the name */
    const char *want_column;  /**< customers' column of the want; default "want_" and the name */
    const char *offer_column; /**< offerings' column; default the name */
    fm_rule rule;
    unsigned weight;        /**< 1..FM_WEIGHT_MAX; 0 asks for the default, 1 */
    bool ask_when_blank;    /**< a blank need counts as unasked instead of as no demand */
    bool need_column_given; /**< the source named the column, so a table without it is worth a warning */
    bool want_column_given;
    fm_position at; /**< of the name, for error messages */
} fm_attribute;

/** A stage of the sale and its chance of closing. */
typedef struct fm_stage {
    const char *name;
    double percent; /**< 0..100 */
    fm_position at;
} fm_stage;

/** A business column: what it means and what the customers' table calls it. */
typedef struct fm_role_column {
    fm_role role;
    const char *column;
    fm_position at;
} fm_role_column;

/** Everything that a model says; the input of fm_model_new and, with all defaults filled in, what a model
 * holds. */
typedef struct fm_model_spec {
    const char *file;    /**< named in error messages; NULL when the model comes from memory */
    const char *company; /**< offerings of this supplier, or of none, are own; default "" */
    const fm_attribute *attributes;
    size_t attribute_count; /**< 1..FM_ATTRIBUTES_MAX */
    const fm_stage *stages; /**< NULL when there are none: then stages are carried as text */
    size_t stage_count;
    const fm_role_column
        *roles; /**< in the order in which the match table carries them; the id may be left out */
    size_t role_count;
    unsigned percentile;  /**< 1..100; 0 asks for the default, 95 */
    uint64_t min_records; /**< 0 asks for the default, 30 */
    char delimiter;       /**< ',' ';' '\t' '|'; 0: found from each table's header */
    char decimal;         /**< '.' or ','; 0 asks for '.' */
} fm_model_spec;

/** A model: immutable, so any number of threads may read it. */
typedef struct fm_model fm_model;

/**
 * Checks a specification, fills in the defaults and keeps a deep copy of it.
 *
 * @param spec   borrowed for the call.
 * @param faults NULLable; every fault, at the positions that the specification gives.
 * @param out_model receives the model; free with fm_model_free, after everything made from it.
 * @return FM_OK, FM_ERROR_INPUT for a fault of the specification, FM_ERROR_MEMORY.
 */
FM_API FM_NODISCARD fm_status fm_model_new(const fm_model_spec *spec, const fm_faults *faults,
                                           fm_model **out_model, fm_error *error);

/** Frees a model; NULL does nothing. */
FM_API void fm_model_free(fm_model *model);

/** The model's content, every default filled in; owned by the model. */
FM_API const fm_model_spec *fm_model_content(const fm_model *model);

/** The customers' column of a role, or NULL when the model does not name one; owned by the model. */
FM_API const char *fm_model_role_column(const fm_model *model, fm_role role);

#ifdef __cplusplus
}
#endif

#endif
