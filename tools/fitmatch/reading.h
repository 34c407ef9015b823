/* Reading customers for a command that writes a file: what is checked before, what is kept, and the rows set
 * aside. */
#ifndef FITMATCH_TOOL_READING_H
#define FITMATCH_TOOL_READING_H

#include "options.h"
#include "rejects.h"
#include "session.h"

/* Whether --rejects names a file of its own; either may be NULL. Gives END_DONE, or END_USAGE after saying
 * what is wrong. */
int reading_check_rejects(options *of, const char *output, const char *rejects_path);

/* Long work must not end in a place that could never have been written to. `output` NULL: standard output. */
int reading_check_places(console *to, const char *output, const rejects *aside);

/* Writing over what is being read would lose it; `what` is the output's name in messages. For an open
 * session. */
int reading_check_inputs(console *to, const session *run, const char *output, const char *what,
                         const rejects *aside);

typedef struct reading_request {
    const names *keep;        /* further columns, those that come anyway among them or not */
    const char *const *taken; /* names that the output has already, so that no column kept may have them */
    size_t taken_count;
    bool strict;
    unsigned threads;
} reading_request;

/* Opens the customers for session_next_part; rows set aside go to `aside`. Gives an end code. */
int reading_open(options *of, session *run, const reading_request *from, rejects *aside);

/* Opens and reads all customers at once; rows set aside go to `aside`. Gives an end code. */
int reading_customers(options *of, session *run, const reading_request *from, rejects *aside);

#endif
