#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum kind { COUNT, SHARE, THOUSANDTHS, SWITCH };

typedef struct option {
    const char *name;
    enum kind kind;
    size_t where;
    uint64_t least, most; /* of a COUNT, as typed; of the others, as kept */
} option;

/* One percent, or what --blank leaves of it. */
#define UNASKED_DEFAULT UINT64_MAX

#define AT(field) offsetof(gen_options, field)

static const option OPTIONS[] = {
    {"--rows", COUNT, AT(rows), 0, 1000000000000},
    {"--offerings", COUNT, AT(offerings), 1, 1000000},
    {"--attributes", COUNT, AT(attributes), 1, 4096},
    {"--patterns", COUNT, AT(patterns), 1, 4096},
    {"--levels", COUNT, AT(levels), 1, 1000000},
    {"--history", COUNT, AT(history), 0, 1000000000000},
    {"--extra-columns", COUNT, AT(extra_columns), 0, 4096},
    {"--seed", COUNT, AT(seed), 0, UINT64_MAX},
    {"--blank", SHARE, AT(blank), 0, GEN_SHARE_ALL},
    {"--unasked", SHARE, AT(unasked), 0, GEN_SHARE_ALL},
    {"--wants", SHARE, AT(wants), 0, GEN_SHARE_ALL},
    {"--duplicates", SHARE, AT(duplicates), 0, GEN_SHARE_ALL},
    {"--fitting", SHARE, AT(fitting), 0, GEN_SHARE_ALL},
    {"--partners", SHARE, AT(partners), 0, GEN_SHARE_ALL},
    {"--quoted", SHARE, AT(quoted), 0, GEN_SHARE_ALL},
    {"--skew", THOUSANDTHS, AT(skew), 0, 4000},
    {"--numbers-only", SWITCH, AT(numbers_only), 0, 0},
    {"--business", SWITCH, AT(business), 0, 0},
    {"--quiet", SWITCH, AT(quiet), 0, 0},
    {"-q", SWITCH, AT(quiet), 0, 0},
    {"--help", SWITCH, AT(help), 0, 0},
    {"-h", SWITCH, AT(help), 0, 0},
};

static const char HELP[] =
    "Write a random but reproducible fitmatch workspace: fit.yaml, offerings.csv, customers.csv.\n"
    "\n"
    "usage: fitmatch-generate DIR [options]\n"
    "\n"
    "size\n"
    "  --rows N              customers (100000)\n"
    "  --offerings N         offerings, own and partners' (20)\n"
    "  --attributes N        attributes: numbers, sets and flags in rotation (12)\n"
    "  --patterns N          distinct offered values per attribute, at most one per offering (8)\n"
    "  --levels N            distinct demanded values per attribute; sets at most 20000 (40)\n"
    "  --history N           also write history.csv with N delivery records (0)\n"
    "  --extra-columns N     customer columns that the model does not name (0)\n"
    "\n"
    "character\n"
    "  --blank PERCENT       blank need cells (30)\n"
    "  --unasked PERCENT     need cells that hold ? (1)\n"
    "  --wants PERCENT       want cells that state a want; 0 leaves want columns out (20)\n"
    "  --skew S              0: all demanded values equally frequent; 1: Zipf; at most 4 (0)\n"
    "  --duplicates PERCENT  rows that repeat the demands of an earlier row (0)\n"
    "  --fitting PERCENT     rows that an own offering fits, by how tight the demands are (50);\n"
    "                        approximate: tuned on a sample and on the promised values, so that a\n"
    "                        history moves it, and few patterns or few demands may not reach it\n"
    "  --partners PERCENT    offerings of other suppliers; one stays own in any case (40)\n"
    "  --numbers-only        only at_most and at_least\n"
    "  --quoted PERCENT      cells in quotes; names and extra columns then also hold commas,\n"
    "                        doubled quotes and line ends (0)\n"
    "  --business            name, value, stage and owner of every customer\n"
    "\n"
    "  --seed N              same seed and options, same bytes, on every machine (1)\n"
    "  -q, --quiet           no progress on standard error\n"
    "  -h, --help            this text\n"
    "\n"
    "examples\n"
    "  fitmatch-generate /tmp/small --rows 1000 --business\n"
    "  fitmatch-generate /tmp/ten-million --rows 10000000\n"
    "  fitmatch-generate /tmp/repetitive --rows 1000000 --duplicates 80 --skew 1\n"
    "  fitmatch-generate /tmp/marketplace --offerings 1000 --patterns 32 --partners 95 --fitting 10\n"
    "\n"
    "Percentages and S may have up to three decimals. Exit: 0 done, 1 could not write, 2 wrong usage.\n";

void gen_options_help(void) {
    (void)fputs(HELP, stdout);
}

/* Digits, for everything but counts with an optional fraction of three digits: kept as thousandths. */
static bool number_read(const char *text, bool fraction, uint64_t *out_value) {
    uint64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (at == text)
        return false;
    if (fraction) {
        if (value > 1000000)
            return false;
        bool point = *at == '.';
        at += point;
        for (int place = 0; place < 3; place++) {
            bool digit = point && *at >= '0' && *at <= '9';
            value = value * 10 + (digit ? (uint64_t)(*at - '0') : 0);
            at += digit;
        }
    }
    *out_value = value;
    return *at == '\0';
}

static bool value_read(const option *known, const char *text, gen_options *options) {
    uint64_t value;
    bool ok = number_read(text, known->kind != COUNT, &value);
    if (!ok || value < known->least || value > known->most) {
        uint64_t unit = known->kind == COUNT ? 1 : 1000;
        (void)fprintf(stderr, "error: %s %s: must be a %s from %llu to %llu\n", known->name, text,
                      known->kind == COUNT ? "whole number" : "number",
                      (unsigned long long)(known->least / unit), (unsigned long long)(known->most / unit));
        return false;
    }
    memcpy((char *)options + known->where, &value, sizeof value);
    return true;
}

/* Takes `--name value`, `--name=value` or a switch, and moves *at over what it took. */
static bool argument_read(gen_options *options, int count, char **arguments, int *at) {
    const char *argument = arguments[*at];
    const char *equals = strchr(argument, '=');
    size_t length = equals ? (size_t)(equals - argument) : strlen(argument);
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        const option *known = &OPTIONS[i];
        if (strlen(known->name) != length || memcmp(known->name, argument, length) != 0)
            continue;
        if (known->kind == SWITCH) {
            if (equals) {
                (void)fprintf(stderr, "error: %s takes no value\n", known->name);
                return false;
            }
            *((bool *)((char *)options + known->where)) = true;
            return true;
        }
        if (equals)
            return value_read(known, equals + 1, options);
        if (*at + 1 >= count) {
            (void)fprintf(stderr, "error: %s needs a value\n", known->name);
            return false;
        }
        return value_read(known, arguments[++*at], options);
    }
    (void)fprintf(stderr, "error: unknown option %s\n", argument);
    return false;
}

static bool options_agree(const gen_options *options) {
    if (!options->directory) {
        (void)fprintf(stderr, "error: which folder? usage: fitmatch-generate DIR [options]\n");
        return false;
    }
    if (options->blank + options->unasked > GEN_SHARE_ALL) {
        (void)fprintf(stderr, "error: --blank and --unasked are more than 100 percent together\n");
        return false;
    }
    /* What is precomputed grows with these products; beyond, it would be the machine's memory that fails. */
    if (options->attributes * options->levels > 50000000 ||
        options->attributes * options->offerings > 50000000) {
        (void)fprintf(
            stderr, "error: --attributes times --levels, and times --offerings, must not exceed 50000000\n");
        return false;
    }
    return true;
}

bool gen_options_read(gen_options *options, int count, char **arguments) {
    *options = (gen_options){.rows = 100000,
                             .offerings = 20,
                             .attributes = 12,
                             .patterns = 8,
                             .levels = 40,
                             .blank = 30000,
                             .unasked = UNASKED_DEFAULT,
                             .wants = 20000,
                             .fitting = 50000,
                             .partners = 40000,
                             .seed = 1};
    bool only_names = false; /* after `--` */
    for (int at = 1; at < count; at++) {
        const char *argument = arguments[at];
        if (!only_names && strcmp(argument, "--") == 0) {
            only_names = true;
        } else if (!only_names && argument[0] == '-' && argument[1]) {
            if (!argument_read(options, count, arguments, &at))
                return false;
        } else if (options->directory || !*argument) {
            (void)fprintf(stderr, "error: one folder is enough: %s\n",
                          *argument ? argument : "an empty name");
            return false;
        } else {
            options->directory = argument;
        }
    }
    if (options->unasked == UNASKED_DEFAULT)
        options->unasked = options->blank > GEN_SHARE_ALL - 1000 ? GEN_SHARE_ALL - options->blank : 1000;
    return options->help || options_agree(options);
}
