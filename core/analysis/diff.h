/* Two runs to be compared: what is needed of each row, in a few bytes. */
#ifndef FITMATCH_ANALYSIS_DIFF_H
#define FITMATCH_ANALYSIS_DIFF_H

#include "match/matcher.h"
#include "support/names.h"

#include <fitmatch/analysis.h>

/** One run. */
typedef struct fm__diff_run {
    const fm_base *base; /**< that has the ids; NULL: they are here */
    char *ids;           /**< end to end, as read */
    size_t id_bytes;
    size_t id_capacity;
    uint64_t *id_ends; /**< [row] */
    size_t end_capacity;
    uint64_t row_count;
    unsigned char *verdicts; /**< [row] */
    size_t verdict_capacity;
    uint32_t *unmet; /**< [row] number of a set of attributes */
    size_t unmet_capacity;
} fm__diff_run;

/** The id of a row, as read; ids are compared trimmed. */
fm_text fm__diff_id(const fm__diff_run *run, uint64_t row);

void fm__diff_run_destroy(fm__diff_run *run);

/** Reads a run off matches. `sets` gets the sets of unmet attributes: texts that are arrays of uint32_t,
 * ascending. */
FM_NODISCARD fm_status fm__diff_run_match(fm__diff_run *run, const fm_matches *matches, fm__names *sets,
                                          const fm_analysis_run *how, fm_error *error);

/** Reads a run out of a match table; `attributes` gets the names that it has. */
FM_NODISCARD fm_status fm__diff_run_read(fm__diff_run *run, fm_table *table, fm__names *sets,
                                         fm__names *attributes, fm__fault_log *faults, fm_error *error);

#endif
