/* Exact sums of money: school arithmetic on one long binary number. */
#include "oracle_analysis.h"

#include <math.h>

void oracle_sum_add(struct oracle_sum *sum, double number) {
    int exponent = 0;
    const double fraction = frexp(number, &exponent);
    if (fraction == 0)
        return;
    /* number = mantissa x 2^(exponent - 53), a whole number of 2^-1074 even where it is subnormal. */
    uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
    int place = exponent - 53 + 1074;
    while (place < 0) {
        mantissa /= 2;
        place++;
    }
    const size_t digit = (size_t)place / 32;
    const unsigned __int128 shifted = (unsigned __int128)mantissa << (place % 32);
    uint64_t carry = 0;
    for (size_t i = digit; i < ORACLE_SUM_DIGITS; i++) {
        const size_t behind = i - digit;
        const uint64_t piece = behind < 4 ? (uint32_t)(shifted >> (32 * behind)) : 0;
        const uint64_t total = sum->digits[i] + piece + carry;
        sum->digits[i] = (uint32_t)total;
        carry = total >> 32;
        if (behind >= 3 && carry == 0)
            break;
    }
}

static bool bit_at(const struct oracle_sum *sum, int place) {
    return (sum->digits[place / 32] >> (place % 32) & 1) != 0;
}

double oracle_sum_round(const struct oracle_sum *sum) {
    int top = 32 * ORACLE_SUM_DIGITS - 1;
    while (top >= 0 && !bit_at(sum, top))
        top--;
    const int last = top >= 53 ? top - 52 : 0;
    uint64_t mantissa = 0;
    for (int place = top; place >= last; place--)
        mantissa = 2 * mantissa + (bit_at(sum, place) ? 1 : 0);
    if (last > 0 && bit_at(sum, last - 1)) {
        bool more = false;
        for (int place = 0; place < last - 1; place++)
            more = more || bit_at(sum, place);
        if (more || mantissa % 2 == 1)
            mantissa++;
    }
    return ldexp((double)mantissa, last - 1074);
}
