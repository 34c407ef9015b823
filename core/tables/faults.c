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

void fm__name_fault_add(const fm_table *table, const fm__batch *batch, size_t row, size_t column,
                        const char *what, fm_text name, const fm__names *known, fm__fault_log *faults) {
    char shown[FM__SHOW_BYTES];
    char text[FM__SUGGESTION_BYTES];
    fm_position at = table->methods->locate(table, batch, row, column);
    fm__suggestion near;
    fm__suggestion_init(&near, name);
    for (size_t i = 0; i < known->count; i++)
        fm__suggestion_offer(&near, known->texts[i].bytes);
    fm__fault_add(faults, table->file, at.line, at.column, "%s `%s`%s", what, fm__text_show(name, shown),
                  fm__suggestion_text(&near, text));
}

fm_status fm__table_read_rows(fm_table *table,
                              fm_status (*read)(void *context, const fm__batch *batch, size_t row),
                              void *context, fm__fault_log *faults, fm_error *error) {
    for (;;) {
        fm__batch batch;
        fm_status status = table->methods->next(table, &batch, error);
        if (status != FM_OK || batch.row_count == 0)
            return status;
        for (size_t row = 0; row < batch.row_count; row++) {
            if (fm__fault_log_full(faults))
                return FM_OK;
            if (fm__record_fault_add(table, &batch, row, faults))
                continue;
            status = read(context, &batch, row);
            if (status != FM_OK)
                return status;
        }
    }
}
