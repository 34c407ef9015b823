/* Dates as days. */
#include "support/date.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static bool read(const char *text, int64_t *out_day) {
    return fm__date_read((fm_text){text, strlen(text)}, out_day);
}

Test(date, known_days) {
    int64_t day = 0;
    cr_assert(read("1970-01-01", &day));
    cr_assert_eq(day, 0);
    cr_assert(read("1969-12-31", &day));
    cr_assert_eq(day, -1);
    cr_assert(read("2000-03-01", &day));
    cr_assert_eq(day, 11017);
    cr_assert(read("0000-03-01", &day));
    cr_assert_eq(day, -719468);
    cr_assert(read("9999-12-31", &day));
    cr_assert_eq(day, 2932896);
}

/* Every day from the first to the last follows the one before, by a plain calendar. */
Test(date, every_day) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t expected = -719528;
    for (int year = 0; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
            int last = lengths[month - 1] + (month == 2 && leap);
            for (int day = 1; day <= last; day++) {
                char text[40];
                int64_t found = 0;
                (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                cr_assert(read(text, &found) && found == expected, "%s", text);
                expected++;
            }
            char behind[40];
            int64_t none;
            (void)snprintf(behind, sizeof behind, "%04d-%02d-%02d", year, month, last + 1);
            cr_assert_not(read(behind, &none), "%s", behind);
        }
}

Test(date, not_dates) {
    static const char *const wrong[] = {
        "",           "2026-1-01",   "2026-01-1",   "2026-00-10", "2026-13-10", "2026-01-00", "26-01-01",
        "2026/01/01", " 2026-01-01", "2026-01-01 ", "2026-01-0x", "-026-01-01", "2026-01-011"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t day = 7;
        cr_assert_not(read(wrong[i], &day), "%s", wrong[i]);
        cr_assert_eq(day, 7);
    }
}
