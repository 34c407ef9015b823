#include "numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Copies digits with a comma after each group of three, counted from the end. */
static void group_digits(char *out, const char *digits) {
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
}

const char *number_count(char out[NUMBER_BYTES], uint64_t count) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, count);
    group_digits(out, digits);
    return out;
}

/* NULL below a million. */
static const char *scaled_number(char out[NUMBER_BYTES], double number) {
    static const struct {
        double from;
        const char *name;
    } scales[] = {{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        if (number >= scales[i].from) {
            double scaled = number / scales[i].from;
            snprintf(out, NUMBER_BYTES, scaled < 100 ? "%.1f %s" : "%.0f %s", scaled, scales[i].name);
            return out;
        }
    }
    return NULL;
}

const char *number_money(char out[NUMBER_BYTES], double money) {
    if (money >= 1e10 && money < 1e15)
        return scaled_number(out, money);
    if (!isfinite(money) || fabs(money) >= 1e15) {
        snprintf(out, NUMBER_BYTES, "%.6g", money);
        return out;
    }
    if (fabs(money) < 1000) {
        snprintf(out, NUMBER_BYTES, money == floor(money) ? "%.0f" : "%.2f", money);
        return out;
    }
    char digits[24];
    snprintf(digits, sizeof digits, "%.0f", fabs(money));
    char *at = out;
    if (money < 0)
        *at++ = '-';
    group_digits(at, digits);
    return out;
}

const char *number_share(char out[NUMBER_BYTES], double part, double whole) {
    double percent = whole > 0 ? 100 * part / whole : 0;
    if (percent > 0 && percent < 0.05)
        snprintf(out, NUMBER_BYTES, "< 0.1 %%");
    else if (percent < 100 && percent >= 99.95)
        snprintf(out, NUMBER_BYTES, "> 99.9 %%");
    else if (percent == 0 || percent == 100)
        snprintf(out, NUMBER_BYTES, "%.0f %%", percent);
    else
        snprintf(out, NUMBER_BYTES, "%.1f %%", percent);
    return out;
}

const char *number_large(char out[NUMBER_BYTES], double number) {
    const char *scaled = scaled_number(out, number);
    return scaled ? scaled : number_count(out, number > 0 ? (uint64_t)(number + 0.5) : 0);
}

const char *number_seconds(char out[NUMBER_BYTES], double seconds) {
    if (seconds < 0.0995)
        snprintf(out, NUMBER_BYTES, "%.*f ms", seconds < 0.00995 ? 1 : 0, seconds * 1e3);
    else if (seconds < 60)
        snprintf(out, NUMBER_BYTES, seconds < 9.95 && seconds != floor(seconds) ? "%.2f s" : "%.0f s",
                 seconds);
    else
        snprintf(out, NUMBER_BYTES, "%.0f min %.0f s", floor(seconds / 60), floor(fmod(seconds, 60)));
    return out;
}

const char *number_bytes(char out[NUMBER_BYTES], double bytes) {
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1000;
        unit++;
    }
    snprintf(out, NUMBER_BYTES, unit == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return out;
}
