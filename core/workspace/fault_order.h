/* Faults found in several passes over a file, reported together in the file's order. */
#ifndef FITMATCH_WORKSPACE_FAULT_ORDER_H
#define FITMATCH_WORKSPACE_FAULT_ORDER_H

#include "support/error.h"

/** Passes of which each finds up to FM_FAULTS_MAX faults. */
#define FM__FAULT_PASSES 2

typedef struct fm__fault_order fm__fault_order;

/** NULL when memory ran out. */
fm__fault_order *fm__fault_order_new(void);

/** The log for the faults of one pass; owned by the order. */
fm__fault_log *fm__fault_order_log(fm__fault_order *order, size_t pass);

/**
 * Passes on the first FM_FAULTS_MAX faults by position.
 *
 * @param faults NULLable.
 * @return FM_OK when there are none, else FM_ERROR_INPUT with the first in `error`.
 */
FM_NODISCARD fm_status fm__fault_order_report(fm__fault_order *order, const fm_faults *faults,
                                              fm_error *error);

/** NULL does nothing. */
void fm__fault_order_free(fm__fault_order *order);

/** Passes one fault on as it is; `faults` NULLable. */
void fm__fault_pass(const fm_faults *faults, const fm_error *fault);

#endif
