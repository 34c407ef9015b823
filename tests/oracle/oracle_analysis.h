/* The analyses' insides: money, tables in the making, and what every analysis knows of the rows. */
#ifndef ORACLE_ANALYSIS_H
#define ORACLE_ANALYSIS_H

#include "oracle_internal.h"

/* A sum of doubles that are not negative, as one long binary number: digit i counts 2^(32 i - 1074). All
 * zeroes is 0. */
enum { ORACLE_SUM_DIGITS = 70 };
struct oracle_sum {
    uint32_t digits[ORACLE_SUM_DIGITS];
};

void oracle_sum_add(struct oracle_sum *sum, double number);
/* The nearest double, ties to even. */
double oracle_sum_round(const struct oracle_sum *sum);

/* What one row is to the analyses. */
struct oracle_case {
    const struct oracle_row *row;
    const struct oracle_decision *decision;
    size_t *unmet; /* attributes whose need own does not meet, in model order */
    size_t unmet_count;
    bool unfit; /* refer or walk_away */
    bool has_value;
    double value;    /* 0 where blank */
    ptrdiff_t stage; /* place in the model, or ORACLE_NONE */
    double expected; /* 0 where the stage is blank */
    bool existing;
    bool favourite;
    bool has_since;
    int64_t since; /* days from 1970-01-01 */
};

struct oracle_analysis {
    struct oracle *oracle;
    struct oracle_heap *heap; /* the oracle's */
    const struct oracle_model *model;
    struct oracle_case *cases; /* per row */
    size_t case_count;
    ptrdiff_t columns[ORACLE_ROLE_COUNT]; /* per role; ORACLE_NONE: not named or not in the table */
    bool has_money;
    bool has_stages; /* a stage column and stages in the model */
    bool has_expected;
    const char *const *options;
    struct oracle_report *report;
    struct oracle_buffer tables[ORACLE_MOST_TABLES];
    bool in_line;
    char *error;
};

/* Fills in what is known of the rows of a decided workspace. */
void oracle_analysis_prepare(struct oracle_analysis *analysis, struct oracle *oracle);
bool oracle_analysis_fail(struct oracle_analysis *analysis, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Hands the tables over if `good`, else frees them. */
void oracle_analysis_finish(struct oracle_analysis *analysis, bool good, struct oracle_report *out_report);
void oracle_note(struct oracle_analysis *analysis, const char *note);
/* A business cell as it is read, or trimmed; empty without the column. */
struct oracle_text oracle_role_cell(const struct oracle_analysis *analysis, const struct oracle_case *of,
                                    enum oracle_role role);
struct oracle_text oracle_role_key(const struct oracle_analysis *analysis, const struct oracle_case *of,
                                   enum oracle_role role);
struct oracle_text oracle_case_id(const struct oracle_analysis *analysis, const struct oracle_case *of);
/* The need that a row states on an attribute, or NULL. */
const struct oracle_demand *oracle_need_of(const struct oracle_row *row, size_t a);
bool oracle_case_misses(const struct oracle_case *of, size_t a);

/* Days from 1970-01-01 of a date that oracle_date_read accepts. */
int64_t oracle_day_number(struct oracle_text date);

/* Options: the value after `name`, the n-th time (from 0) that it is there, or NULL. */
const char *oracle_option(const struct oracle_analysis *analysis, const char *name, size_t n);
bool oracle_option_given(const struct oracle_analysis *analysis, const char *name);
/* A number that is not negative, 0 without the option. */
double oracle_option_number(const struct oracle_analysis *analysis, const char *name);

/* Tables in the making: start one, then cell by cell, each row ended. */
void oracle_start(struct oracle_analysis *analysis, const char *name, const char *header);
void oracle_put_text(struct oracle_analysis *analysis, struct oracle_text text);
void oracle_put_string(struct oracle_analysis *analysis, const char *string);
void oracle_put_null(struct oracle_analysis *analysis);
void oracle_put_count(struct oracle_analysis *analysis, uint64_t count);
void oracle_put_change(struct oracle_analysis *analysis, int64_t change);
void oracle_put_number(struct oracle_analysis *analysis, bool known, double number);
void oracle_put_score(struct oracle_analysis *analysis, double score);
void oracle_put_share(struct oracle_analysis *analysis, uint64_t part, uint64_t whole);
void oracle_put_verdict(struct oracle_analysis *analysis, enum oracle_verdict verdict);
/* Names of attributes joined with `;`. */
void oracle_put_names(struct oracle_analysis *analysis, const size_t *attributes, size_t count);
void oracle_put_gap(struct oracle_analysis *analysis, const struct oracle_case *of);
void oracle_put_buffer(struct oracle_analysis *analysis, struct oracle_buffer *buffer); /* and frees it */
void oracle_end_row(struct oracle_analysis *analysis);

/* A number, an offer or a demand in words; a zero is never written with a sign. */
void oracle_plain_number(struct oracle_buffer *buffer, double number, struct oracle_text unit);
void oracle_offer_words(struct oracle_analysis *analysis, struct oracle_buffer *buffer, size_t a,
                        const struct oracle_offer *offer);
void oracle_demand_words(struct oracle_analysis *analysis, struct oracle_buffer *buffer,
                         const struct oracle_demand *demand);

/* Rows and their money. */
struct oracle_tally {
    uint64_t rows;
    uint64_t overpromised;
    struct oracle_sum money;
    struct oracle_sum expected;
};

void oracle_tally_add(struct oracle_tally *tally, const struct oracle_case *of);
void oracle_put_money(struct oracle_analysis *analysis, const struct oracle_tally *tally);
void oracle_put_expected(struct oracle_analysis *analysis, const struct oracle_tally *tally);

/* Sorts pointers' worth of things; `context` is handed to `compare`. Ties must not be left to chance. */
typedef int (*oracle_compare)(const void *left, const void *right, void *context);
void oracle_sort(void *items, size_t count, size_t size_bytes, oracle_compare compare, void *context);

/* The analyses. Each fills in its tables; false with the error set. */
bool oracle_summary(struct oracle_analysis *analysis);
bool oracle_walkaway(struct oracle_analysis *analysis);
bool oracle_segments(struct oracle_analysis *analysis);
bool oracle_matrix(struct oracle_analysis *analysis);
bool oracle_roadmap(struct oracle_analysis *analysis);
bool oracle_promises(struct oracle_analysis *analysis);
bool oracle_profile(struct oracle_analysis *analysis);
bool oracle_questions(struct oracle_analysis *analysis);
bool oracle_deals(struct oracle_analysis *analysis);
bool oracle_care(struct oracle_analysis *analysis);
bool oracle_whatif(struct oracle_analysis *analysis);
bool oracle_diff(struct oracle_analysis *analysis);

#endif
