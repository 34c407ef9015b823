/* Collects faults as lines "line:column message". */
#ifndef FITMATCH_TESTS_FAULT_LINES_H
#define FITMATCH_TESTS_FAULT_LINES_H

#include <fitmatch/status.h>
#include <stdio.h>

typedef struct fault_lines {
    unsigned count;
    size_t used;
    char text[2 * FM_FAULTS_MAX * FM_MESSAGE_BYTES];
} fault_lines;

static inline void add_line(void *context, const fm_error *fault) {
    fault_lines *lines = context;
    lines->count++;
    lines->used += (size_t)snprintf(lines->text + lines->used, sizeof lines->text - lines->used, "%u:%u %s\n",
                                    (unsigned)fault->line, (unsigned)fault->column, fault->message);
}

#endif
