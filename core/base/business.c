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

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight digits of 0 to 9, the first in the lowest byte, two, four and then eight together. */
static uint64_t join_digits(uint64_t digits) {
    digits = digits * 10 + (digits >> 8);
    const uint64_t pairs = UINT64_C(0x000000ff000000ff);
    return ((digits & pairs) * UINT64_C(0x000f424000000064) +
            ((digits >> 16) & pairs) * UINT64_C(0x0000271000000001)) >>
           32;
}

bool fm__business_short_money(fm_text cell, double *out_money) {
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    *out_money = 0;
    if (cell.length - 1 > 7)
        return cell.length == 0;
    uint64_t text;
    memcpy(&text, cell.bytes, sizeof text);
    /* The last byte goes to the highest place, and there are zeroes in front. */
    unsigned spare_bits = 64 - 8 * (unsigned)cell.length;
    text = text << spare_bits | (EACH_BYTE('0') & ((UINT64_C(1) << spare_bits) - 1));
    uint64_t other = text ^ EACH_BYTE('.');
    uint64_t points = ~(((other & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f)) | other | EACH_BYTE(0x7f));
    uint64_t point = points >> 7; /* the lowest bit of its byte */
    unsigned decimals = 7 - (unsigned)__builtin_ctzll(points | UINT64_C(1) << 63) / 8;
    /* What is before the point moves up over it. */
    uint64_t without = (text & ~((point << 8) - 1)) | (text & (point - 1)) << 8 | '0';
    text = points == 0 ? text : without;
    bool all_digits = (text & EACH_BYTE(0xf0)) == EACH_BYTE('0') &&
                      ((text + EACH_BYTE(6)) & EACH_BYTE(0xf0)) == EACH_BYTE('0');
    bool is_number = all_digits & ((points & (points - 1)) == 0) & (cell.length > (points != 0));
    if (is_number)
        *out_money = (double)join_digits(text & EACH_BYTE(0x0f)) / powers[decimals];
    return is_number;
}

#else

bool fm__business_short_money(fm_text cell, double *out_money) {
    return fm__business_plain_money(cell, out_money);
}

#endif

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
