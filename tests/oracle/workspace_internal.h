/* How a random workspace is planned and written. Texts, buffers and memory are the oracle's. */
#ifndef WORKSPACE_INTERNAL_H
#define WORKSPACE_INTERNAL_H

#include "oracle_internal.h"
#include "workspace_random.h"

struct workspace_rng {
    uint64_t state;
};

uint64_t workspace_next(struct workspace_rng *rng);
/* Uniform in 0 .. count - 1; 0 when count is 0. */
size_t workspace_below(struct workspace_rng *rng, size_t count);
/* Uniform in low .. high. */
size_t workspace_between(struct workspace_rng *rng, size_t low, size_t high);
/* True in `percent` of 100 cases. */
bool workspace_chance(struct workspace_rng *rng, size_t percent);

#define WORKSPACE_PICK(rng, array) ((array)[workspace_below((rng), sizeof(array) / sizeof *(array))])

/* Indices into an attribute's words. */
struct workspace_set {
    size_t *words;
    size_t count;
};

/* What an offering offers or a row demands on one attribute. */
struct workspace_value {
    bool blank;
    bool yes;
    double number;
    struct workspace_set set;
};

struct workspace_attribute {
    const char *name;
    const char *unit; /* "" for none */
    const char *need;
    const char *want;
    const char *offer;
    enum oracle_rule rule;
    unsigned weight;
    bool ask_when_blank;
    bool has_need_column;
    bool has_want_column;
    size_t need_percent; /* how often a row has something in the cell */
    size_t want_percent;
    size_t fixed_demands; /* > 0: rows demand one of so few things */
    double *numbers;      /* what offerings offer; customers aim at and around them */
    size_t number_count;
    struct oracle_text *words; /* the last few are offered by nobody */
    size_t word_count;
    size_t offered_words;
    struct workspace_set *sets; /* what offerings offer, when they share few sets */
    size_t set_count;
    size_t largest_set;
};

struct workspace_offering {
    const char *id;
    const char *supplier;
    struct workspace_value *values; /* per attribute */
};

/* How a table is written down. */
struct workspace_style {
    char delimiter;
    bool delimiter_in_model;
    bool decimal_comma;
    bool bom;
    bool final_newline;
    size_t crlf_percent;
    size_t pad_percent;   /* cells with blanks around */
    size_t quote_percent; /* cells quoted without need */
    size_t empty_line_percent;
    size_t case_percent; /* values whose case is changed */
    bool odd_bytes;      /* zero bytes and broken UTF-8 in names */
};

struct workspace_role {
    enum oracle_role role;
    const char *column;
    bool in_table;
};

/* What business columns hold in workspaces for analyses. */
struct workspace_business {
    size_t value_kind;
    size_t blank_percent; /* of values, stages, dates and owners */
    size_t existing_percent;
    size_t favourite_percent;
    size_t offered_percent;
    size_t same_id_percent; /* rows of an id that others have, too */
    size_t owner_count;
    size_t miss_kind; /* 0 as ever, 1 all are to be served, 2 nobody, 3 many are close */
};

struct workspace {
    struct oracle_heap heap;
    struct workspace_rng rng;
    bool for_analyses;
    bool later; /* the customers' table is the second one */
    uint64_t profiles_from;
    struct workspace_business business;
    const char *company;
    struct workspace_attribute *attributes;
    size_t attribute_count;
    struct workspace_offering *offerings;
    size_t offering_count;
    bool has_suppliers;
    size_t row_count;
    size_t profile_count; /* > 0: rows repeat so many profiles */
    size_t ask_percent;   /* attributes of `when_blank: ask` */
    size_t reject_per_mille;
    bool has_history;
    unsigned percentile;
    unsigned min_records;
    const char *const *stages;
    const char **stage_percents;
    size_t stage_count;
    struct workspace_role roles[ORACLE_ROLE_COUNT + 1];
    size_t role_count;
    const char *id_column;
    struct workspace_style style;
};

/* Text of the workspace's own. */
const char *workspace_format(struct workspace *workspace, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void workspace_plan(struct workspace *workspace);
void workspace_plan_offerings(struct workspace *workspace);
struct workspace_set workspace_random_set(struct workspace *workspace, struct workspace_rng *rng,
                                          const struct workspace_attribute *attribute, size_t largest);
void workspace_yaml(struct workspace *workspace, struct oracle_buffer *out_yaml);
void workspace_offerings_table(struct workspace *workspace, struct oracle_buffer *out_csv);
void workspace_history_table(struct workspace *workspace, struct oracle_buffer *out_csv);
void workspace_customers_table(struct workspace *workspace, struct oracle_buffer *out_csv);

/* Cells: what is in them. */
void workspace_spell_number(struct workspace *workspace, double number, const char *unit,
                            struct oracle_buffer *out_cell);
void workspace_spell_value(struct workspace *workspace, const struct workspace_attribute *attribute,
                           const struct workspace_value *value, struct oracle_buffer *out_cell);
void workspace_pad(struct workspace *workspace, struct oracle_buffer *cell);

/* Cells: how they stand in the table. A carried cell comes out as it is read, blanks and all. */
void workspace_put_cell(struct workspace *workspace, struct oracle_buffer *csv, struct oracle_text cell,
                        bool carried);
/* A column's name: quoted where it holds anything that could be taken for a delimiter. */
void workspace_put_name(struct workspace *workspace, struct oracle_buffer *csv, const char *name);
void workspace_put_newline(struct workspace *workspace, struct oracle_buffer *csv);
void workspace_start_table(struct workspace *workspace, struct oracle_buffer *csv);
void workspace_end_table(struct workspace *workspace, struct oracle_buffer *csv);
void workspace_shuffle(struct workspace_rng *rng, size_t *numbers, size_t count);

#endif
