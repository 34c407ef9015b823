/* Dependable values against the plain definition of SPEC 2. */
#include "fixture.h"
#include "model/promise.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define MOST 2000

/* Whether 100 x (observations that keep x) >= percentile x records. */
static bool is_kept(const double *values, size_t count, bool at_least, unsigned percentile, double x) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        kept += at_least ? values[i] >= x : values[i] <= x;
    return 100 * kept >= percentile * count;
}

static double plain(const double *values, size_t count, bool at_least, unsigned percentile) {
    double best = 0;
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        bool better = !found || (at_least ? values[i] > best : values[i] < best);
        if (better && is_kept(values, count, at_least, percentile, values[i])) {
            best = values[i];
            found = true;
        }
    }
    cr_assert(found);
    return best;
}

static void check(const double *values, size_t count, unsigned percentile) {
    static double sorted[MOST];
    for (int at_least = 0; at_least < 2; at_least++) {
        memcpy(sorted, values, count * sizeof *values);
        double expected = plain(values, count, at_least, percentile);
        double dependable = fm__promise_dependable(sorted, count, at_least, percentile);
        cr_assert_eq(dependable, expected, "%zu records, percentile %u, at_least %d", count, percentile,
                     at_least);
    }
}

Test(promise, small_counts_and_all_percentiles) {
    uint64_t seed = 1;
    for (size_t count = 1; count <= 120; count++) {
        for (unsigned percentile = 1; percentile <= 100; percentile++) {
            double values[120];
            /* From all different to nearly all the same. */
            uint64_t spread = 1 + fixture_below(&seed, percentile % 2 ? 1000 : 8);
            for (size_t i = 0; i < count; i++)
                values[i] = (double)fixture_below(&seed, spread) / 4 - 1;
            check(values, count, percentile);
        }
    }
}

Test(promise, larger_counts) {
    uint64_t seed = 2;
    static double values[MOST];
    static const size_t counts[] = {199, 200, 201, 999, 1000, 1001, MOST};
    static const unsigned percentiles[] = {1, 5, 50, 90, 95, 99, 100};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (size_t i = 0; i < counts[c]; i++)
            values[i] = (double)fixture_below(&seed, 300);
        for (size_t p = 0; p < sizeof percentiles / sizeof *percentiles; p++)
            check(values, counts[c], percentiles[p]);
    }
}

/* 19 of 20 are 95 %: exactly enough. */
Test(promise, exactly_enough) {
    double values[20];
    for (size_t i = 0; i < 20; i++)
        values[i] = (double)i;
    cr_assert_eq(fm__promise_dependable(values, 20, false, 95), 18);
    cr_assert_eq(fm__promise_dependable(values, 20, false, 96), 19);
    cr_assert_eq(fm__promise_dependable(values, 20, true, 95), 1);
    cr_assert_eq(fm__promise_dependable(values, 20, true, 96), 0);
    cr_assert_eq(fm__promise_dependable(values, 20, true, 100), 0);
    cr_assert_eq(fm__promise_dependable(values, 20, false, 1), 0);
    double one[] = {7};
    cr_assert_eq(fm__promise_dependable(one, 1, false, 1), 7);
}
