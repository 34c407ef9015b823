/* From a model file to a finished match: the steps that all commands share, with their times. */
#ifndef FITMATCH_TOOL_SESSION_H
#define FITMATCH_TOOL_SESSION_H

#include "console.h"

#include <fitmatch/fitmatch.h>
#include <fitmatch/workspace.h>

typedef struct session {
    console *console;
    const char *model_path;
    const char *customers_path; /* NULL: those that the model names */
    fm_workspace *workspace;
    const fm_model_spec *model; /* the workspace's */
    const fm_catalog *catalog;  /* the workspace's */
    fm_table *table;            /* NULL where customers come from a base file */
    const char *base_path;      /* of the base file, or NULL */
    unsigned lazy;           /* parts (fm_base_part) of a base file that are checked as they are looked at */
    fm_customers *customers; /* reading of the table under way */
    bool base_taken;         /* the base file was given out as a part */
    fm_base *base;           /* the last part */
    uint64_t others_aside;   /* rows set aside of customers that these are compared with */
    bool brief;              /* the answer is for people who did not ask for all of it */
    bool no_totals;          /* of the matches: all are counted in another way */
    fm_matches *matches;
    double open_seconds;
    double read_seconds;
    double match_seconds;
    double write_seconds;
} session;

/* Each gives END_DONE, or another end code after saying what went wrong. */
int session_open(session *of);
/* Finds out whether the customers are a table or a base file, by content, and opens the table. */
int session_open_customers(session *of);
/* Begins to read customers, all at once or part by part. `options`: without a progress nothing but
 * interrupts is looked at, for the bar then shows how far the table is read. Of a base file they mean what to
 * keep and how many threads; rows that were set aside when it was encoded are only counted
 * (fm_base_reject_count). */
int session_begin(session *of, fm_base_options options);
/* Reads a part of about so many bytes into `base`, in place of the one before and its matches; after the last
 * one *out_more is false, and that one stays. A base file is one part. 0 bytes: all that is left. */
int session_next_part(session *of, size_t part_bytes, bool *out_more);
int session_whole(session *of);
/* Both for all customers; `options` lacks only the progress. */
int session_read(session *of, fm_base_options options);
/* Looks for interrupts only. */
extern const fm_progress session_watch;
int session_match(session *of, unsigned threads, fm_instruction_set set);
void session_close(session *of);

/* The customers' file as messages name it. */
const char *session_customers_name(const session *of);

/* The base's column of a role, or SIZE_MAX. */
size_t session_role_column(const session *of, fm_role role);

typedef struct offering_count {
    size_t own;
    size_t partner;
    size_t partners; /* different suppliers of the partners' offerings */
} offering_count;

offering_count session_offerings(const session *of);

/* The texts of fm_walk_*, added to a buffer and made safe to print. */
void walk_gap(buffer *to, fm_walk *walk, uint64_t row, size_t offering);
void walk_demand(buffer *to, fm_walk *walk, uint64_t row, size_t attribute, bool want);
void walk_offer(buffer *to, fm_walk *walk, size_t offering, size_t attribute);

#endif
