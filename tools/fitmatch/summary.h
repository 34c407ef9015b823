/* What `match` says at the end, for people and for programs. */
#ifndef FITMATCH_TOOL_SUMMARY_H
#define FITMATCH_TOOL_SUMMARY_H

#include "json.h"
#include "rejects.h"
#include "session.h"

typedef struct match_report {
    const session *session;  /* with the last part of the customers */
    const fm_match_sum *sum; /* over all of them */
    fm_base_timings read;
    uint64_t parts;
    const rejects *rejects;
    const char *table_path; /* NULL: standard output */
    unsigned verdicts;      /* bits of those written; 0: all */
    unsigned threads;       /* that worked */
    double total_seconds;
} match_report;

void summary_print(const match_report *of, const terminal *to);
json_t *summary_json(const match_report *of);

/* Rows that were set aside: how many, the first, and where they all are. */
void print_rejects(const session *run, const rejects *from, const terminal *to);
json_t *rejects_json(const rejects *from);

/* Seconds of each phase, memory, threads. */
void print_timings(const match_report *of, const terminal *to);

/* Bytes of memory at the peak of this process. */
double peak_memory_bytes(void);

/* The attributes that keep customers from fitting, most rows first, at most `most`; free the array. */
typedef struct unmet_attribute {
    size_t attribute;
    uint64_t rows;
} unmet_attribute;

unmet_attribute *top_unmet(const match_report *of, size_t most, size_t *out_count);

/* Rows that no own offering fits. */
uint64_t unfit_rows(const fm_match_totals *totals);
uint64_t written_rows(const match_report *of);
/* Whether the totals hold expected money. */
bool has_expected(const session *of);

#endif
