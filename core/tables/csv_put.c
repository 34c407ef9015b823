#include "tables/csv_put.h"

#include <string.h>

bool fm__csv_needs_quotes(fm_text cell) {
    for (size_t i = 0; i < cell.length; i++) {
        char byte = cell.bytes[i];
        if (byte == ',' || byte == '"' || byte == '\r' || byte == '\n')
            return true;
    }
    return false;
}

char *fm__csv_double_quotes(char *at, fm_text text) {
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '"')
            *at++ = '"';
        *at++ = text.bytes[i];
    }
    return at;
}

char *fm__csv_put(char *at, fm_text cell) {
    if (!fm__csv_needs_quotes(cell)) {
        if (cell.length > 0)
            memcpy(at, cell.bytes, cell.length);
        return at + cell.length;
    }
    *at++ = '"';
    at = fm__csv_double_quotes(at, cell);
    *at++ = '"';
    return at;
}
