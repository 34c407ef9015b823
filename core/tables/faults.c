#include "tables/faults.h"

#include <stdio.h>

const char *fm__table_suggest(const fm_table *table, const char *name, char *buffer) {
    fm__suggestion near;
    fm__suggestion_init(&near, fm__text(name));
    for (size_t c = 0; c < table->column_count; c++)
        fm__suggestion_offer(&near, table->names[c]);
    return fm__suggestion_text(&near, buffer);
}

const char *fm__record_fault_text(const fm_table *table, const fm__batch *batch, size_t row, char *buffer) {
    if (batch->faults[row] == FM__RECORD_TEXT_AFTER_QUOTE) {
        (void)snprintf(buffer, FM__RECORD_FAULT_BYTES,
                       "text after a closing quote; inside a quoted cell a quote is written twice");
    } else {
        uint32_t cells = batch->cell_counts[row];
        (void)snprintf(buffer, FM__RECORD_FAULT_BYTES, "%u cell%s, but the header has %zu columns",
                       (unsigned)cells, cells == 1 ? "" : "s", table->column_count);
    }
    return buffer;
}

bool fm__record_fault_add(const fm_table *table, const fm__batch *batch, size_t row, fm__fault_log *faults) {
    if (batch->faults[row] == FM__RECORD_OK)
        return false;
    char text[FM__RECORD_FAULT_BYTES];
    fm__fault_add(faults, table->file, batch->lines[row], 1, "%s",
                  fm__record_fault_text(table, batch, row, text));
    return true;
}
