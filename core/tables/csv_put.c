#include "tables/output.h"

#include <string.h>

static bool needs_quotes(fm_text cell) {
    for (size_t i = 0; i < cell.length; i++) {
        char byte = cell.bytes[i];
        if (byte == ',' || byte == '"' || byte == '\r' || byte == '\n')
            return true;
    }
    return false;
}

char *fm__csv_put(char *at, fm_text cell) {
    if (!needs_quotes(cell)) {
        if (cell.length > 0)
            memcpy(at, cell.bytes, cell.length);
        return at + cell.length;
    }
    *at++ = '"';
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.bytes[i] == '"')
            *at++ = '"';
        *at++ = cell.bytes[i];
    }
    *at++ = '"';
    return at;
}
