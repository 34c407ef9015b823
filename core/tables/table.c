#include "tables/table.h"

#include "support/text.h"

void fm_table_free(fm_table *table) {
    if (table != NULL)
        table->methods->free(table);
}

size_t fm_table_column_count(const fm_table *table) {
    return table->column_count;
}

const char *fm_table_column_name(const fm_table *table, size_t column) {
    return table->names[column];
}

size_t fm__table_find(const fm_table *table, const char *name) {
    fm_text wanted = fm__text_trim(fm__text(name));
    if (wanted.length == 0)
        return SIZE_MAX; /* several columns may be without a name */
    for (size_t i = 0; i < table->column_count; i++) {
        const char *at = table->names[i];
        at += strspn(at, " \t");
        /* Most names differ early, which a model of thousands of columns is grateful for. */
        if (strncmp(at, wanted.bytes, wanted.length) != 0)
            continue;
        at += wanted.length;
        if (at[strspn(at, " \t")] == '\0')
            return i;
    }
    return SIZE_MAX;
}
