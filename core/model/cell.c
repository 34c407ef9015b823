#include "model/cell.h"

#include "support/number.h"

#include <math.h>
#include <stdio.h>

bool fm__cell_number(fm_text cell, const char *unit, char decimal, double *out_number, char *reason) {
    char shown[FM__SHOW_BYTES];
    double number = 0;
    size_t used = fm__number_parse(cell, decimal == ',', &number);
    fm_text rest = fm__text_trim((fm_text){cell.bytes + used, cell.length - used});
    if (used == 0) {
        (void)snprintf(reason, FM__REASON_BYTES, "\"%s\" is not a number", fm__text_show(cell, shown));
        return false;
    }
    if (!isfinite(number)) {
        (void)snprintf(reason, FM__REASON_BYTES, "\"%s\" is too large for a number",
                       fm__text_show(cell, shown));
        return false;
    }
    if (rest.length > 0 && !fm__text_equal_fold(rest, fm__text(unit))) {
        const char *hint = decimal != ',' && rest.bytes[0] == ','
                               ? " (decimal commas need `csv: {decimal: \",\"}` in the model)"
                               : "";
        int length = snprintf(reason, FM__REASON_BYTES, "\"%s\" is not a number", fm__text_show(cell, shown));
        if (unit[0] != '\0')
            (void)snprintf(reason + length, FM__REASON_BYTES - (size_t)length, " in %.40s%s", unit, hint);
        else
            (void)snprintf(reason + length, FM__REASON_BYTES - (size_t)length, "%s", hint);
        return false;
    }
    *out_number = number;
    return true;
}

bool fm__cell_flag(fm_text cell, bool *out_flag, char *reason) {
    static const char *const yes[] = {"yes", "true", "y", "1", "x"};
    static const char *const no[] = {"no", "false", "n", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (fm__text_equal_fold(cell, fm__text(yes[i]))) {
            *out_flag = true;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        if (fm__text_equal_fold(cell, fm__text(no[i]))) {
            *out_flag = false;
            return true;
        }
    }
    char shown[FM__SHOW_BYTES];
    (void)snprintf(reason, FM__REASON_BYTES, "\"%s\" is neither yes nor no", fm__text_show(cell, shown));
    return false;
}

bool fm__cell_set_next(fm_text *rest, fm_text *out_value) {
    while (rest->length > 0) {
        const char *bar = memchr(rest->bytes, '|', rest->length);
        size_t length = bar == NULL ? rest->length : (size_t)(bar - rest->bytes);
        fm_text value = fm__text_trim((fm_text){rest->bytes, length});
        size_t skip = bar == NULL ? length : length + 1;
        rest->bytes += skip;
        rest->length -= skip;
        if (value.length > 0) {
            *out_value = value;
            return true;
        }
    }
    return false;
}
