/* What `check` finds in a workspace that can be read but is perhaps not what was meant. */
#ifndef FITMATCH_TOOL_FINDINGS_H
#define FITMATCH_TOOL_FINDINGS_H

#include "json.h"
#include "options.h"
#include "session.h"

/* Most of each kind that are listed; the rest is counted. */
#define LISTED_MAX 20

typedef struct duplicate_id {
    uint64_t row; /* the first with this id */
    uint64_t times;
} duplicate_id;

/* A demand, or one value of a demanded set, that no offering has. */
typedef struct nobody {
    size_t attribute;
    char *text;
    uint64_t rows;
} nobody;

typedef struct nobody_list {
    nobody *items;
    size_t count;
    size_t capacity;
} nobody_list;

typedef struct broken_promise {
    size_t offering;
    size_t attribute;
    fm_promise promise;
} broken_promise;

typedef struct findings {
    const session *session; /* without customers its base is NULL, and so are the findings about them */
    uint64_t reject_count;
    fm_error rejects[LISTED_MAX]; /* position and reason of the first ones */
    names ignored;                /* columns of the customers' table that the model does not use */
    names missing;                /* columns that the model names and the table has not */
    duplicate_id *duplicates;     /* the most frequent first */
    size_t duplicate_count;
    uint64_t duplicate_rows;
    nobody_list demands; /* needs that nobody meets: by attribute, most rows first */
    nobody_list values;  /* values of sets that no offering has: likewise */
    size_t *silent;      /* attributes on which no offering says anything */
    size_t silent_count;
    names suppliers; /* written almost as the company is, and so taken for partners */
    broken_promise *broken;
    size_t broken_count;
} findings;

/* For fm_base_options: `context` is the findings; prints the first ones as warnings. */
fm_status findings_reject(void *context, const fm_reject *reject, fm_error *error);

/* About the columns: before the table is read. */
void find_columns(findings *in);
/* The same of a base file, once it is open, and rows that were set aside when it was encoded. */
void find_base_columns(findings *in);
/* About the offerings. */
void find_suppliers(findings *in);
void find_broken_promises(findings *in);
/* About customers and offerings together: after the match. Gives an end code. */
int find_demands(findings *in);
void find_duplicates(findings *in);

void findings_destroy(findings *of);

void findings_print(const findings *of, const terminal *to);
json_t *findings_json(const findings *of);

#endif
