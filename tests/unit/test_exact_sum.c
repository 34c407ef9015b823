/* Sums without rounding, against natural numbers written bit by bit. */
#include "fixture.h"
#include "support/exact_sum.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A natural number of units of 2^-1074, one bit a byte: doubles end below 2^2098 of them, and sums of some
 * hundred thousand below 2^2120. */
#define NATURAL_BITS 2200

typedef struct natural {
    unsigned char bits[NATURAL_BITS];
} natural;

static void natural_add(natural *n, double magnitude) {
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(magnitude, &exponent), 53);
    for (int i = 0; i < 53; i++) {
        if ((mantissa >> i & 1) == 0)
            continue;
        int at = exponent - 53 + i + 1074; /* subnormals have zeroes where this would be negative */
        while (n->bits[at] == 1)
            n->bits[at++] = 0;
        n->bits[at] = 1;
    }
}

static int natural_compare(const natural *a, const natural *b) {
    for (int i = NATURAL_BITS; i-- > 0;)
        if (a->bits[i] != b->bits[i])
            return a->bits[i] > b->bits[i] ? 1 : -1;
    return 0;
}

/* a - b, for a no smaller than b. */
static natural natural_minus(const natural *a, const natural *b) {
    natural result;
    int borrowed = 0;
    for (int i = 0; i < NATURAL_BITS; i++) {
        int digit = a->bits[i] - b->bits[i] - borrowed;
        borrowed = digit < 0;
        result.bits[i] = (unsigned char)(digit & 1);
    }
    return result;
}

/* To the nearest, ties to even. */
static double natural_round(const natural *n) {
    int top = NATURAL_BITS - 1;
    while (top > 0 && n->bits[top] == 0)
        top--;
    int lowest = top > 52 ? top - 52 : 0;
    uint64_t kept = 0;
    for (int i = top; i >= lowest; i--)
        kept = kept * 2 + n->bits[i];
    bool below_half = false;
    for (int i = 0; i < lowest - 1; i++)
        below_half |= n->bits[i] == 1;
    bool half = lowest > 0 && n->bits[lowest - 1] == 1;
    kept += half && (below_half || kept % 2 == 1);
    return ldexp((double)kept, lowest - 1074);
}

static double plain_sum(const double *numbers, size_t count) {
    static natural signs[2];
    memset(signs, 0, sizeof signs);
    for (size_t i = 0; i < count; i++)
        natural_add(&signs[numbers[i] < 0], fabs(numbers[i]));
    bool negative = natural_compare(&signs[0], &signs[1]) < 0;
    natural rest = natural_minus(&signs[negative], &signs[!negative]);
    double result = natural_round(&rest);
    return negative ? -result : result;
}

static void expect_bits(double found, double expected, const char *what) {
    cr_assert_eq(memcmp(&found, &expected, sizeof found), 0, "%s: %a instead of %a", what, found, expected);
}

static fm__exact_sum sum_of(const double *numbers, size_t count) {
    fm__exact_sum sum = {0};
    for (size_t i = 0; i < count; i++)
        fm__exact_sum_add(&sum, numbers[i]);
    return sum;
}

static void expect_sum(const double *numbers, size_t count, double expected, const char *what) {
    fm__exact_sum sum = sum_of(numbers, count);
    expect_bits(fm__exact_sum_round(&sum), expected, what);
    /* Looking at it changes nothing. */
    expect_bits(fm__exact_sum_round(&sum), expected, what);
}

#define EXPECT_SUM(expected, ...)                                                                         \
    do {                                                                                                  \
        const double numbers_[] = {__VA_ARGS__};                                                          \
        size_t count_ = sizeof numbers_ / sizeof *numbers_;                                               \
        expect_sum(numbers_, count_, expected, #__VA_ARGS__);                                             \
        expect_bits(plain_sum(numbers_, count_), expected, "the plain sum of " #__VA_ARGS__);             \
        double negated_[sizeof numbers_ / sizeof *numbers_];                                              \
        for (size_t i_ = 0; i_ < count_; i_++)                                                            \
            negated_[i_] = -numbers_[i_];                                                                 \
        expect_sum(negated_, count_, (expected) == 0 ? 0 : -(expected), "the negative of " #__VA_ARGS__); \
    } while (0)

Test(exact_sum, nothing_is_zero) {
    fm__exact_sum empty = {0};
    fm__exact_sum other = {0};
    expect_bits(fm__exact_sum_round(&empty), 0.0, "empty");
    fm__exact_sum_merge(&empty, &other);
    expect_bits(fm__exact_sum_round(&empty), 0.0, "two empty ones");
}

/* A sum is 0, not -0, whatever it is made of. */
Test(exact_sum, zeros) {
    EXPECT_SUM(0.0, 0.0);
    EXPECT_SUM(0.0, -0.0);
    EXPECT_SUM(0.0, -0.0, -0.0, 0.0);
    EXPECT_SUM(0.0, 1.5, -1.5);
    EXPECT_SUM(0.0, DBL_MAX, -0.0, -DBL_MAX);
    EXPECT_SUM(0x1p-1074, 0x1p-1074, -0.0);
}

#define TINY 0x1p-1074

Test(exact_sum, ties_to_even) {
    EXPECT_SUM(0x1p53, 0x1p53, 1.0);
    EXPECT_SUM(0x1p53 + 4, 0x1p53 + 2, 1.0);
    EXPECT_SUM(0x1p53 + 4, 0x1p53 + 4, 1.0);
    EXPECT_SUM(0x1p54, 0x1p54 - 2, 1.0, 0.0);
    EXPECT_SUM(0x1p54, 0x1p54 - 1 - 1, 2.0, -1.0);
    EXPECT_SUM(0x1p-1021, 0x1p-1021, TINY);
    EXPECT_SUM(0x1p-1021 + 4 * TINY, 0x1p-1021 + 2 * TINY, TINY);
    EXPECT_SUM(0x1p-1021 + 4 * TINY, 0x1p-1021, 3 * TINY);
}

/* Whatever is a tie is none with the least that there is beside it, at any distance. */
Test(exact_sum, nearly_ties) {
    for (int below = 0; below >= -1074; below -= below > -200 ? 1 : 31) {
        double least = ldexp(0.5, below < -1073 ? -1073 : below);
        EXPECT_SUM(0x1p53 + 2, 0x1p53, 1.0, least);
        EXPECT_SUM(0x1p53, 0x1p53, 1.0, -least);
        EXPECT_SUM(0x1p53 + 4, 0x1p53 + 2, 1.0, least);
        EXPECT_SUM(0x1p53 + 2, 0x1p53 + 2, 1.0, -least);
        EXPECT_SUM(0x1p1023, 0x1p1023, 0x1p970, -least);
        EXPECT_SUM(0x1p1023 + 0x1p971, 0x1p1023, 0x1p970, least);
    }
}

Test(exact_sum, the_largest) {
    const double half = 0x1p970; /* of the last place of the largest */
    EXPECT_SUM(DBL_MAX, DBL_MAX);
    EXPECT_SUM(DBL_MAX, DBL_MAX, half, -TINY);
    EXPECT_SUM((double)INFINITY, DBL_MAX, half);
    EXPECT_SUM((double)INFINITY, DBL_MAX, DBL_MAX);
    EXPECT_SUM((double)INFINITY, 0x1p1023, 0x1p1023);
    EXPECT_SUM(DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, -DBL_MAX, -DBL_MAX);
    EXPECT_SUM(-2 * TINY, DBL_MAX, -TINY, -DBL_MAX, -TINY);
}

Test(exact_sum, the_smallest) {
    EXPECT_SUM(TINY, TINY);
    EXPECT_SUM(DBL_MIN, DBL_MIN - TINY, TINY);
    EXPECT_SUM(DBL_MIN - TINY, DBL_MIN, -TINY);
    EXPECT_SUM(3 * TINY, TINY, TINY, TINY);
    EXPECT_SUM(TINY, 1.0, TINY, -1.0);
}

/* --- random numbers --- */

/* Any finite double, bit by bit. */
static double any_double(uint64_t *seed) {
    double number;
    do {
        uint64_t bits = fixture_random(seed);
        memcpy(&number, &bits, sizeof number);
    } while (!isfinite(number));
    return number;
}

static double near_double(uint64_t *seed, int exponents) {
    double mantissa = (double)(int64_t)fixture_random(seed);
    return ldexp(mantissa, (int)fixture_below(seed, (uint64_t)exponents) - exponents / 2);
}

/* The ways in which numbers are drawn. */
enum { ANY, MONEY, CLOSE, WIDE, SUBNORMAL, HUGE_ONES, ALL_ONES, WAYS };

static double draw(int way, uint64_t *seed) {
    double sign = fixture_below(seed, 2) == 0 ? 1 : -1;
    switch (way) {
    case ANY:
        return any_double(seed);
    case MONEY:
        return (double)fixture_below(seed, 1000000) / 100 * (fixture_below(seed, 20) == 0 ? 1e9 : 1);
    case CLOSE:
        return near_double(seed, 3);
    case WIDE:
        return near_double(seed, 300);
    case SUBNORMAL:
        return sign * ldexp((double)fixture_below(seed, UINT64_C(1) << 53), -1074);
    case HUGE_ONES:
        return sign * (fixture_below(seed, 4) == 0 ? DBL_MAX : 0x1p1023);
    default: /* the most that an addition can change a digit by, always the same way */
        return -ldexp(0x1p53 - 1, 31 - 1074 + 32 * (int)fixture_below(seed, 3));
    }
}

/* Some numbers that hide one another: each is likely to be taken away again, all but its last bits. */
static void draw_all(int way, uint64_t *seed, double *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        numbers[i] = draw(way, seed);
        if (i > 0 && way != ALL_ONES && fixture_below(seed, 3) == 0)
            numbers[i] = -nextafter(numbers[fixture_below(seed, i)], 0);
    }
}

static void shuffle(double *numbers, size_t count, uint64_t *seed) {
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)fixture_below(seed, i);
        double swap = numbers[i - 1];
        numbers[i - 1] = numbers[j];
        numbers[j] = swap;
    }
}

/* Adds up what lies between two places in parts of parts. */
static fm__exact_sum merged(const double *numbers, size_t count, uint64_t *seed) {
    if (count < 2 || fixture_below(seed, 4) == 0)
        return sum_of(numbers, count);
    size_t middle = (size_t)fixture_below(seed, count + 1);
    fm__exact_sum left = merged(numbers, middle, seed);
    fm__exact_sum right = merged(numbers + middle, count - middle, seed);
    fm__exact_sum kept = right;
    fm__exact_sum_merge(&left, &right);
    cr_assert_eq(memcmp(&kept, &right, sizeof kept), 0, "what is merged is left alone");
    return left;
}

static void check_numbers(double *numbers, size_t count, uint64_t *seed) {
    double expected = plain_sum(numbers, count);
    expect_sum(numbers, count, expected, "as drawn");
    shuffle(numbers, count, seed);
    expect_sum(numbers, count, expected, "in another order");
    for (int round = 0; round < 4; round++) {
        fm__exact_sum sum = merged(numbers, count, seed);
        expect_bits(fm__exact_sum_round(&sum), expected, "in parts");
        /* A sum that was merged can still be added to. */
        fm__exact_sum_add(&sum, -numbers[0]);
        fm__exact_sum_add(&sum, numbers[0]);
        expect_bits(fm__exact_sum_round(&sum), expected, "and then some");
    }
}

Test(exact_sum, one_number_comes_back) {
    uint64_t seed = 1;
    for (int round = 0; round < 100000; round++) {
        double number = draw(round % WAYS, &seed);
        fm__exact_sum sum = sum_of(&number, 1);
        expect_bits(fm__exact_sum_round(&sum), number == 0 ? 0.0 : number, "alone");
    }
}

Test(exact_sum, random_sums) {
    double numbers[40];
    for (uint64_t round = 1; round <= 7000; round++) {
        uint64_t seed = round;
        size_t count = 1 + (size_t)fixture_below(&seed, sizeof numbers / sizeof *numbers);
        draw_all((int)(round % WAYS), &seed, numbers, count);
        check_numbers(numbers, count, &seed);
    }
}

/* More than may be added before digits are carried, and by far more. */
Test(exact_sum, many_numbers) {
    static const size_t counts[] = {511, 512, 513, 1024, 1025, 5000, 100003};
    double *numbers = calloc(100003, sizeof *numbers);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (int way = 0; way < WAYS; way++) {
            uint64_t seed = i * WAYS + (uint64_t)way;
            draw_all(way, &seed, numbers, counts[i]);
            check_numbers(numbers, counts[i], &seed);
        }
    }
    free(numbers);
}

/* Whole numbers: what every number of parts must come to needs no other arithmetic to be known. */
Test(exact_sum, whole_numbers) {
    uint64_t seed = 7;
    for (int round = 0; round < 200; round++) {
        __extension__ __int128 expected = 0;
        fm__exact_sum parts[3] = {{{0}, 0}, {{0}, 0}, {{0}, 0}};
        for (int i = 0; i < 3000; i++) {
            int64_t number = (int64_t)(fixture_random(&seed) >> 11) * (fixture_below(&seed, 2) ? 1 : -1);
            expected += number;
            fm__exact_sum_add(&parts[fixture_below(&seed, 3)], (double)number);
        }
        fm__exact_sum_merge(&parts[2], &parts[0]);
        fm__exact_sum_merge(&parts[1], &parts[2]);
        expect_bits(fm__exact_sum_round(&parts[1]), (double)expected, "whole numbers");
    }
}

/* Short sums of what they take, and what they do not take by itself, come to the same. */
Test(exact_sum, short_sums) {
    static const double edges[] = {
        0,  0x1p-8, 0x1.fffffffffffffp-9, 0x1.fffffffffffffp49, 0x1p50, 0x1p-60, 0x1p-1074, 1e300, -0.0,
        -1, 0.1};
    uint64_t seed = 3;
    for (int round = 0; round < 20; round++) {
        fm__exact_sum expected = {{0}, 0};
        fm__exact_sum found = {{0}, 0};
        fm__short_sum shortly = {0};
        size_t taken = 0;
        for (int i = 0; i < FM__SHORT_SUM_MAX; i++) {
            double number = round == 0 ? 0x1.fffffffffffffp49
                            : i < (int)(sizeof edges / sizeof *edges)
                                ? edges[i]
                                : ldexp((double)(fixture_random(&seed) >> 11),
                                        (int)fixture_below(&seed, (uint64_t)(4 * round)) - 57);
            fm__exact_sum_add(&expected, number);
            bool is_taken = fm__short_sum_add(&shortly, number);
            if (!is_taken)
                fm__exact_sum_add(&found, number);
            taken += is_taken;
        }
        fm__exact_sum_add_short(&found, &shortly);
        expect_bits(fm__exact_sum_round(&found), fm__exact_sum_round(&expected), "short sums");
        cr_assert_gt(taken, 1000);
    }
}
