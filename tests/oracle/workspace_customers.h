/* Between the random customers' demands, their cells and their table. */
#ifndef WORKSPACE_CUSTOMERS_H
#define WORKSPACE_CUSTOMERS_H

#include "workspace_internal.h"

/* What is wrong with a row, for the rows that shall be rejected. */
enum workspace_fault {
    FAULT_NONE,
    FAULT_EXTRA_CELL,
    FAULT_MISSING_CELL,
    FAULT_ONE_WORD,
    FAULT_BAD_NEED,
    FAULT_BAD_WANT,
    FAULT_BAD_ROLE,
    FAULT_NO_ID,
    FAULT_AFTER_QUOTE,
    FAULT_COUNT
};

/* A demand that the target meets (`met`) or rather not. */
struct workspace_value workspace_demand(struct workspace *workspace, struct workspace_rng *rng,
                                        const struct workspace_attribute *attribute,
                                        const struct workspace_offering *target, bool met);
/* The content of a business column. */
void workspace_role_cell(struct workspace *workspace, enum oracle_role role, bool bad,
                         struct oracle_buffer *out_cell);
void workspace_id_cell(struct workspace *workspace, size_t row, bool missing, struct oracle_buffer *out_cell);

#endif
