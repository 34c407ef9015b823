/* What the user asked the workload generator for. */
#ifndef GEN_OPTIONS_H
#define GEN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Shares are kept in thousandths of a percent: whole numbers give the same draws on every machine. */
#define GEN_SHARE_ALL 100000u

typedef struct gen_options {
    const char *directory;
    uint64_t rows, offerings, attributes, patterns, levels, history, extra_columns, seed;
    uint64_t blank, unasked, wants, duplicates, fitting, partners, quoted; /* shares */
    uint64_t skew;                                                         /* exponent, in thousandths */
    bool numbers_only, business, quiet, help;
} gen_options;

/* Fills in the defaults and reads the arguments; on a mistake says which, and returns false. */
bool gen_options_read(gen_options *options, int count, char **arguments);
void gen_options_help(void);

#endif
