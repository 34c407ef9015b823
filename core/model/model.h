/* Inside the model: its memory, and the one set of checks, shared with the reader of model files. */
#ifndef FITMATCH_MODEL_MODEL_H
#define FITMATCH_MODEL_MODEL_H

#include "support/error.h"
#include "support/memory.h"

#include <fitmatch/model.h>

struct fm_model {
    fm_model_spec content; /**< every default filled in; points into the arena */
    fm__arena arena;
    const char *role_columns[FM_ROLE_COUNT]; /**< NULL where the model does not name one */
};

/** A whole number that a model sets: its key in a model file and its limits. */
typedef struct fm__range {
    const char *key;
    uint64_t min;
    uint64_t max;
} fm__range;

extern const fm__range fm__range_weight;
extern const fm__range fm__range_percentile;
extern const fm__range fm__range_min_records;

/* Since 0 asks for the default in a specification, a 0 in a model file never gets as far as fm_model_new; the
 * reader of files reports it in the same words. */

/** Adds the fault of a number outside its limits, or of `given` being no number at all. */
void fm__range_fault(fm__fault_log *log, const char *file, fm_position at, const fm__range *range,
                     fm_text given);

/** Whether a stage may have this chance. */
bool fm__percent_valid(double percent);

/** Adds the fault of a stage whose chance is none. */
void fm__percent_fault(fm__fault_log *log, const char *file, fm_position at, fm_text stage, fm_text given);

/** Whether there is nothing but spaces and tabs in a name or column. */
bool fm__blank(const char *string);

/**
 * Adds every fault of a specification to a log, in the specification's order, but for having no attributes at
 * all: where a list is missing or empty only its reader can tell.
 *
 * @return FM_OK, also when there are faults; FM_ERROR_MEMORY.
 */
FM_NODISCARD fm_status fm__model_check(const fm_model_spec *spec, fm__fault_log *log, fm_error *error);

#endif
