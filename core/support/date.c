#include "support/date.h"

static unsigned digits(const char *at, unsigned count) {
    unsigned number = 0;
    for (unsigned i = 0; i < count; i++)
        number = number * 10 + (unsigned)(at[i] - '0');
    return number;
}

static bool is_shaped(fm_text text) {
    if (text.length != 10)
        return false;
    for (size_t i = 0; i < 10; i++) {
        bool dash = i == 4 || i == 7;
        if (dash ? text.bytes[i] != '-' : text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
    }
    return true;
}

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil. Years begin in March, so
 * that the leap day is their last; an era is the 400 years, 146,097 days, after which the calendar repeats.
 */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    unsigned month_from_march = month > 2 ? month - 3 : month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    /* 719,468 days lie between 0000-03-01 and 1970-01-01. */
    return era * 146097 + day_of_era - 719468;
}

bool fm__date_read(fm_text text, int64_t *out_day) {
    static const unsigned char month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!is_shaped(text))
        return false;
    unsigned year = digits(text.bytes, 4);
    unsigned month = digits(text.bytes + 5, 2);
    unsigned day = digits(text.bytes + 8, 2);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month < 1 || month > 12 || day < 1 ||
        (day > month_days[month - 1] && !(month == 2 && leap && day == 29)))
        return false;
    *out_day = days_from_civil(year, month, day);
    return true;
}
