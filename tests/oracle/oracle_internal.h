/* The oracle's own insides: texts, tables, model, catalog, rows. */
#ifndef ORACLE_INTERNAL_H
#define ORACLE_INTERNAL_H

#include "oracle.h"

#include <stdint.h>

/* Memory that lives until the oracle is done with the workspace. */
struct oracle_block;
struct oracle_heap {
    struct oracle_block *blocks;
};

void *oracle_alloc(struct oracle_heap *heap, size_t count, size_t size_bytes); /* zeroed; never NULL */
void oracle_heap_destroy(struct oracle_heap *heap);

/* Bytes with a length; a zero byte is a byte like any other. */
struct oracle_text {
    const char *bytes;
    size_t length;
};

struct oracle_text oracle_text_of(const char *string);
struct oracle_text oracle_text_trim(struct oracle_text text); /* of spaces and tabs */
struct oracle_text oracle_text_fold(struct oracle_heap *heap, struct oracle_text text); /* ASCII case */
bool oracle_text_equal(struct oracle_text left, struct oracle_text right);
bool oracle_text_equal_folded(struct oracle_text left, struct oracle_text right); /* ASCII case ignored */
int oracle_text_compare(struct oracle_text left, struct oracle_text right);       /* by bytes */

/* A text that grows. */
struct oracle_buffer {
    char *bytes;
    size_t length;
    size_t capacity;
};

void oracle_buffer_add(struct oracle_buffer *buffer, struct oracle_text text);
void oracle_buffer_add_string(struct oracle_buffer *buffer, const char *string);
void oracle_buffer_add_csv_cell(struct oracle_buffer *buffer, struct oracle_text text);

/* Cells: each takes the trimmed text and returns whether it can be read. */
bool oracle_number_read(struct oracle_text text, struct oracle_text unit, bool decimal_comma,
                        double *out_number);
bool oracle_flag_read(struct oracle_text text, bool *out_yes); /* blank is no */
bool oracle_date_read(struct oracle_text text);

/* One CSV table, read whole. */
struct oracle_record {
    size_t line;
    bool unreadable; /* a quote that never ends, or text after a closing quote */
    struct oracle_text *cells;
    size_t cell_count;
};

struct oracle_csv {
    struct oracle_record header; /* names, trimmed */
    struct oracle_record *records;
    size_t record_count;
};

enum { ORACLE_NONE = -1 };

/* `delimiter` 0: the one that the header has most of. False: no header. */
bool oracle_csv_parse(struct oracle_heap *heap, struct oracle_text data, char delimiter,
                      struct oracle_csv *out_csv);
/* The column's index, or ORACLE_NONE. */
ptrdiff_t oracle_csv_column(const struct oracle_csv *csv, struct oracle_text name);

/* The values of one set attribute, numbered as they are first seen: offerings first, then customers. */
struct oracle_values {
    struct oracle_text *folded;
    struct oracle_text *spelling; /* as the offerings table first spells it; else the folded form */
    size_t count;
    size_t capacity;
    uint32_t *slots; /* open addressing: number + 1, 0 for free; twice `capacity` of them */
};

enum oracle_rule {
    ORACLE_AT_MOST,
    ORACLE_AT_LEAST,
    ORACLE_COVERS,
    ORACLE_ANY_OF,
    ORACLE_NONE_OF,
    ORACLE_FLAG
};

struct oracle_attribute {
    struct oracle_text name;
    struct oracle_text unit;
    struct oracle_text question;
    struct oracle_text need;  /* customers' column */
    struct oracle_text want;  /* customers' column */
    struct oracle_text offer; /* offerings' column */
    enum oracle_rule rule;
    uint64_t weight;
    bool ask_when_blank;
    struct oracle_values values;
};

enum oracle_role {
    ORACLE_ROLE_ID,
    ORACLE_ROLE_NAME,
    ORACLE_ROLE_VALUE,
    ORACLE_ROLE_STAGE,
    ORACLE_ROLE_EXISTING,
    ORACLE_ROLE_FAVOURITE,
    ORACLE_ROLE_OWNER,
    ORACLE_ROLE_OFFERED,
    ORACLE_ROLE_DRIVER,
    ORACLE_ROLE_HORIZON,
    ORACLE_ROLE_SINCE,
    ORACLE_ROLE_COUNT
};

struct oracle_business {
    enum oracle_role role;
    struct oracle_text column;
};

struct oracle_model {
    struct oracle_text company;
    struct oracle_text offerings_path;
    struct oracle_text customers_path;
    struct oracle_text history_path; /* empty: none */
    struct oracle_attribute *attributes;
    size_t attribute_count;
    double percentile;
    double min_records;
    struct oracle_text *stages;
    double *stage_percents;
    size_t stage_count;
    struct oracle_text id_column;
    struct oracle_business business[ORACLE_ROLE_COUNT]; /* in the model's order, without the id */
    size_t business_count;
    char delimiter; /* 0: found from each header */
    bool decimal_comma;
};

/* A set: numbers of values, ascending, each once. */
struct oracle_set {
    const uint32_t *values;
    size_t count;
};

/* What one offering has on one attribute. */
struct oracle_offer {
    bool has_number;
    bool yes;
    double number;
    struct oracle_set set;
};

struct oracle_offering {
    struct oracle_text id;
    struct oracle_text supplier;
    bool own;
    struct oracle_offer *nominal;    /* per attribute */
    struct oracle_offer *dependable; /* per attribute */
};

/* What one customer row demands on one attribute; a demanded flag is a demanded yes. */
struct oracle_demand {
    size_t attribute;
    double number;
    struct oracle_set set;
};

struct oracle_row {
    struct oracle_demand *needs; /* in model order */
    size_t need_count;
    struct oracle_demand *wants; /* in model order */
    size_t want_count;
    size_t *unasked; /* attributes, in model order */
    size_t unasked_count;
    const struct oracle_record *record;
};

enum oracle_verdict { ORACLE_FIT, ORACLE_ASK, ORACLE_REFER, ORACLE_WALK_AWAY, ORACLE_VERDICT_COUNT };

struct oracle_decision {
    enum oracle_verdict verdict;
    const struct oracle_offering *own;
    const struct oracle_offering *refer_to;    /* or NULL */
    const struct oracle_offering *overpromise; /* or NULL */
    ptrdiff_t ask;                             /* attribute, or ORACLE_NONE */
    uint64_t score;
};

/* The delivery records of one offering and attribute. */
struct oracle_observations {
    double *values;
    size_t count;
    size_t capacity;
};

/* Everything known about one workspace. */
struct oracle {
    struct oracle_heap heap;
    const char *folder;
    struct oracle_model model;
    struct oracle_offering *offerings;
    size_t offering_count;
    struct oracle_csv customers;
    ptrdiff_t id_column;
    ptrdiff_t
        business_columns[ORACLE_ROLE_COUNT]; /* per entry of model.business; ORACLE_NONE: not in the table */
    struct oracle_row *rows;
    size_t row_count;
    struct oracle_decision *decisions;        /* per row */
    struct oracle_observations *observations; /* per offering read at first x attribute; NULL: no history */
    size_t *rejected_lines;
    size_t rejected_count;
    uint64_t *risk_misses; /* per offering x attribute; UINT64_MAX: not counted yet */
    uint64_t *need_rows;   /* per attribute: rows that state a need */
    char error[ORACLE_ERROR_BYTES];
};

bool oracle_fail(struct oracle *oracle, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Reads a table of the workspace. */
bool oracle_table_read(struct oracle *oracle, struct oracle_text path, struct oracle_csv *out_csv);
/* Reads a set cell; values that no offering has get their folded form for spelling if `from_offering` is
 * false. */
struct oracle_set oracle_set_read(struct oracle *oracle, struct oracle_values *values,
                                  struct oracle_text text, bool from_offering);

bool oracle_model_read(struct oracle *oracle);
/* Appends the offerings of a table to those that are there. */
bool oracle_offerings_read(struct oracle *oracle, struct oracle_text path);
/* Reads the trimmed cell of an offering. */
bool oracle_offer_read(struct oracle *oracle, struct oracle_attribute *attribute, struct oracle_text cell,
                       struct oracle_offer *out_offer);
bool oracle_history_read(struct oracle *oracle);
bool oracle_customers_read(struct oracle *oracle);
bool oracle_meets(const struct oracle_attribute *attribute, const struct oracle_offer *offer,
                  const struct oracle_demand *demand);
/* Reads everything and decides nothing. `customers` replaces the model's path; NULL: the model's. */
bool oracle_read(struct oracle *oracle, const char *folder, const char *customers);
/* Fills in `decisions`. */
void oracle_decide_all(struct oracle *oracle);
void oracle_match_table(struct oracle *oracle, struct oracle_buffer *out_table);

/* Words of the gap: a number with its unit, and a set, "nothing" where it is empty. */
void oracle_number_words(struct oracle_buffer *buffer, double number, struct oracle_text unit);
void oracle_set_words(struct oracle_heap *heap, struct oracle_buffer *buffer,
                      const struct oracle_values *values, struct oracle_set set);
/* What own misses of a row, names joined with `;`, and the gap. Buffers are appended to. */
void oracle_unmet_words(struct oracle *oracle, const struct oracle_row *row,
                        const struct oracle_offering *own, struct oracle_buffer *unmet,
                        struct oracle_buffer *gap);

#endif
