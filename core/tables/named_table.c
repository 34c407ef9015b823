#include "tables/named_table.h"

#include "tables/faults.h"

fm_status fm__named_table_select(fm_table *table, const fm__named_columns *columns, fm__fault_log *faults,
                                 fm_error *error) {
    uint32_t places[FM__NAMED_COLUMNS_MAX];
    unsigned before = faults->count;
    size_t count = 0;
    for (; count < FM__NAMED_COLUMNS_MAX && columns->names[count] != NULL; count++) {
        const char *name = columns->names[count];
        size_t at = fm__table_find(table, name);
        char near[FM__SUGGESTION_BYTES];
        places[count] = (uint32_t)at;
        if (at == SIZE_MAX)
            fm__fault_add(faults, table->file, 1, 1, "%s no column `%s`%s", columns->have, name,
                          fm__table_suggest(table, name, near));
        else if (fm__table_is_numeric(table, at))
            fm__fault_add(faults, table->file, 0, 0, "%s column `%s` must hold texts", columns->of, name);
    }
    if (faults->count != before)
        return FM_ERROR_INPUT;
    return table->methods->select(table, places, count, error);
}
