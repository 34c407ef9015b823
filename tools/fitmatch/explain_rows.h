/* Which customer rows `fitmatch explain` explains. */
#ifndef FITMATCH_TOOL_EXPLAIN_ROWS_H
#define FITMATCH_TOOL_EXPLAIN_ROWS_H

#include "options.h"
#include "session.h"

typedef struct chosen_row {
    uint64_t row;
    uint64_t rows_with_id; /* this one included */
} chosen_row;

typedef struct chosen_rows {
    chosen_row *items; /* the caller frees */
    size_t count;
    size_t capacity;
} chosen_rows;

/* The rows of the ids, of each the first or `all`; or, where `number` is not 0, the row of that number,
 * counted from 1. Gives END_DONE, or END_ERROR after saying what there is not. */
int explain_choose(const session *run, const names *ids, uint64_t number, bool all, chosen_rows *out);

/* Adds "; that id is in row 2, 7" for the first few of them. */
void explain_list_rows(buffer *to, const session *run, const char *id);

#endif
