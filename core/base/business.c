#include "base/business.h"

#include "model/cell.h"
#include "support/date.h"

#include <math.h>
#include <stdio.h>

static bool read_value(const fm_model_spec *model, fm_text cell, double *out_value, char *reason) {
    *out_value = 0;
    if (cell.length == 0)
        return true;
    if (!fm__cell_number(cell, "", model->decimal, out_value, reason))
        return false;
    if (*out_value >= 0)
        return true;
    char shown[FM__SHOW_BYTES];
    (void)snprintf(reason, FM__REASON_BYTES, "\"%s\" is negative; money at stake is 0 or more",
                   fm__text_show(cell, shown));
    return false;
}

bool fm__business_plain_money(fm_text cell, double *out_money) {
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t digits = 0; /* below 10^15 < 2^53, so exact as a double, and its quotient rightly rounded */
    size_t digit_count = 0;
    size_t point = cell.length;
    for (size_t i = 0; i < cell.length; i++) {
        unsigned digit = (unsigned)(unsigned char)cell.bytes[i] - '0';
        if (digit <= 9 && digit_count < 15) {
            digits = digits * 10 + digit;
            digit_count++;
        } else if (cell.bytes[i] == '.' && point == cell.length) {
            point = i;
        } else {
            return false;
        }
    }
    if (digit_count == 0)
        return false;
    size_t decimals = point == cell.length ? 0 : cell.length - 1 - point;
    *out_money = decimals == 0 ? (double)digits : (double)digits / powers[decimals];
    return true;
}

bool fm__business_money(double money, fm__business *out_business, char *reason) {
    out_business->value = isnan(money) ? 0 : money;
    if (isnan(money) || (isfinite(money) && money >= 0))
        return true;
    (void)snprintf(reason, FM__REASON_BYTES, "%.15g; money at stake is 0 or more, and finite", money);
    return false;
}

static bool read_stage(const fm_model_spec *model, fm_text cell, unsigned char *out_stage, char *reason) {
    *out_stage = 0;
    if (cell.length == 0 || model->stage_count == 0)
        return true;
    fm__suggestion near;
    fm__suggestion_init(&near, cell);
    for (size_t i = 0; i < model->stage_count; i++) {
        if (fm__text_equal_fold(cell, fm__text(model->stages[i].name))) {
            *out_stage = (unsigned char)(i + 1);
            return true;
        }
        fm__suggestion_offer(&near, model->stages[i].name);
    }
    char shown[FM__SHOW_BYTES];
    char text[FM__SUGGESTION_BYTES];
    (void)snprintf(reason, FM__REASON_BYTES, "unknown stage \"%s\"%.100s", fm__text_show(cell, shown),
                   fm__suggestion_text(&near, text));
    return false;
}

static bool read_word(fm_text cell, const char *one, const char *other, char *reason) {
    if (cell.length == 0 || fm__text_equal_fold(cell, fm__text(one)) ||
        fm__text_equal_fold(cell, fm__text(other)))
        return true;
    char shown[FM__SHOW_BYTES];
    (void)snprintf(reason, FM__REASON_BYTES, "\"%s\" is neither %s nor %s", fm__text_show(cell, shown), one,
                   other);
    return false;
}

static bool read_date(fm_text cell, char *reason) {
    int64_t day;
    if (cell.length == 0 || fm__date_read(cell, &day))
        return true;
    char shown[FM__SHOW_BYTES];
    (void)snprintf(reason, FM__REASON_BYTES, "\"%s\" is not a date like 2026-03-31",
                   fm__text_show(cell, shown));
    return false;
}

bool fm__business_read(const fm_model_spec *model, fm_role role, fm_text cell, fm__business *out_business,
                       char *reason) {
    bool flag;
    cell = fm__text_trim(cell);
    switch (role) {
    case FM_ROLE_ID:
        (void)snprintf(reason, FM__REASON_BYTES, "the id is missing");
        return cell.length > 0;
    case FM_ROLE_VALUE:
        return read_value(model, cell, &out_business->value, reason);
    case FM_ROLE_STAGE:
        return read_stage(model, cell, &out_business->stage, reason);
    case FM_ROLE_EXISTING:
    case FM_ROLE_FAVOURITE:
        return cell.length == 0 || fm__cell_flag(cell, &flag, reason);
    case FM_ROLE_DRIVER:
        return read_word(cell, "toward", "away", reason);
    case FM_ROLE_HORIZON:
        return read_word(cell, "short", "long", reason);
    case FM_ROLE_SINCE:
        return read_date(cell, reason);
    case FM_ROLE_NAME:
    case FM_ROLE_OWNER:
    case FM_ROLE_OFFERED:
        break;
    }
    return true;
}
