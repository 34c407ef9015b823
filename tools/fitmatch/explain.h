/* One customer row explained: the parts of `fitmatch explain`. */
#ifndef FITMATCH_TOOL_EXPLAIN_H
#define FITMATCH_TOOL_EXPLAIN_H

#include "json.h"
#include "session.h"

typedef struct explained {
    const session *session;
    fm_walk *walk;
    uint64_t row;
    fm_match_row result;
    const size_t *offerings; /* those shown, by their place in the catalog */
    size_t offering_count;
} explained;

/* The customer's name, or id where there is none, made safe. */
void explain_customer(buffer *to, const explained *of);

/* The verdict in sentences to say aloud, one a line. */
void explain_words(buffer *to, const explained *of);

/* A demand with its rule, such as "at most 24 h"; "" when none is stated. */
void explain_demand(buffer *to, const explained *of, size_t attribute, bool want);

/* Every attribute against the offerings shown, and promises against the record. */
void explain_tables(const explained *of, const terminal *to);

json_t *explain_json(const explained *of);

#endif
