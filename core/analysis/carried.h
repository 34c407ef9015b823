/* Business columns of a base, as cells of reports. */
#ifndef FITMATCH_ANALYSIS_CARRIED_H
#define FITMATCH_ANALYSIS_CARRIED_H

#include "analysis/money.h"
#include "model/cell.h"

/** A carried cell as it was read; null where it is blank, or where `column` is SIZE_MAX. */
static inline fm_cell fm__carried_as_cell(const fm_base *base, size_t column, uint64_t row) {
    return column == SIZE_MAX ? (fm_cell){.is_null = true}
                              : fm__cell_of_text(fm__base_carried(base, column, row));
}

/** A carried cell without blanks around it; empty where `column` is SIZE_MAX. */
static inline fm_text fm__carried_trimmed(const fm_base *base, size_t column, uint64_t row) {
    return column == SIZE_MAX ? (fm_text){"", 0} : fm__text_trim(fm__base_carried(base, column, row));
}

/** Whether a flag is set; blank is no. The cell was checked when the base was read. */
static inline bool fm__carried_flag(const fm_base *base, size_t column, uint64_t row) {
    char reason[FM__REASON_BYTES];
    bool flag = false;
    fm_text cell = fm__carried_trimmed(base, column, row);
    return cell.length > 0 && fm__cell_flag(cell, &flag, reason) && flag;
}

#endif
