/* One customer row explained: the parts of `fitmatch explain`. */
#ifndef FITMATCH_TOOL_EXPLAIN_H
#define FITMATCH_TOOL_EXPLAIN_H

#include "json.h"
#include "session.h"

typedef struct explained {
    const session *session;
    fm_walk *walk;
    uint64_t row;
    uint64_t rows_with_id;
    fm_match_row result;
    const size_t *offerings; /* those to show, by their place in the catalog */
    size_t offering_count;
    bool folds;   /* the last ones may be left out where the terminal is too narrow */
    size_t least; /* so many of the first ones are never left out */
} explained;

/* The customer's name, or id where there is none, made safe. */
void explain_customer(buffer *to, const explained *of);

/* The verdict and the talk track in sentences to say aloud, one a line. */
void explain_words(buffer *to, const explained *of);

/* What an offering lacks for them, in words joined by "; ". */
void explain_reasons(buffer *to, const explained *of, size_t offering);

/* A demand with its rule, such as "at most 24 h"; "" when none is stated. */
void explain_demand(buffer *to, const explained *of, size_t attribute, bool want);

/* Adds an offering's id between backquotes, made safe. */
void explain_offering(buffer *to, const explained *of, size_t offering);

/* Adds a text of the model, made safe, its line ends as blanks. */
void explain_spoken(buffer *to, const char *text);

/* What to say of an attribute whose need is met. */
typedef struct talk_line {
    size_t attribute;
    const char *avoid; /* NULL: not to be said */
    const char *reach; /* NULL: not to be said */
} talk_line;

#define TALK_LINES_MAX 3

/* What to say to a customer, by what moves them and how far they look ahead. */
typedef struct talk_track {
    const char *driver;  /* "toward", "away" or NULL; static */
    const char *horizon; /* "short", "long" or NULL; static */
    bool avoid;          /* say what they are spared */
    bool reach;          /* say what they gain */
    size_t offering;     /* to talk about; SIZE_MAX: none fits */
    talk_line lines[TALK_LINES_MAX];
    size_t line_count;
} talk_track;

void explain_talk(const explained *of, talk_track *out_talk);

/* How to begin, in sentences; "" when there is nothing to say. */
void explain_opening(buffer *to, const talk_track *talk);

/* The lines to say, or what would have to change where nobody's offer fits. */
void explain_talk_words(buffer *to, const explained *of);

/* What an own offering would have to change to meet a need, such as "Price to at most 10 EUR". */
void explain_change(buffer *to, const explained *of, size_t attribute);

/* Every attribute against the offerings, and promises against the record. */
void explain_tables(const explained *of, const terminal *to);

json_t *explain_json(const explained *of);

/* The header of the CSV table, and the lines of a customer row. */
fm_status explain_csv_header(fm_output *to, fm_error *error);
fm_status explain_csv(fm_output *to, const explained *of, fm_error *error);

/* The offerings to show, the most important first: those of the verdict, then the closest; at most `most`.
 * `out_least` gets how many the verdict names. The caller frees. */
size_t *explain_rank(const explained *of, size_t most, size_t *out_count, size_t *out_least);

/* The heading, the verdict, the words and the tables. `others`: says that the id comes in more rows. */
void explain_print(const explained *of, const terminal *to, bool others);

/* Whether the rule is about numbers. */
bool explain_is_number(fm_rule rule);

#endif
