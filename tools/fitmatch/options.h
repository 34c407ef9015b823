/* Reading a command's options, and saying what is wrong with them. */
#ifndef FITMATCH_TOOL_OPTIONS_H
#define FITMATCH_TOOL_OPTIONS_H

#include "console.h"

#include <fitmatch/match.h>
#include <getopt.h>

/* A growing list of strings. */
typedef struct names {
    char **items;
    size_t count;
    size_t capacity;
} names;

void names_add(names *to, const char *bytes, size_t length);
/* Adds the pieces between commas, trimmed, empty ones left out; "\," is a comma that parts nothing. */
void names_add_list(names *to, const char *list);
void names_destroy(names *of);

/* Options of a command under way; begins with zeros but for the first three. */
typedef struct options {
    const char *command;
    const struct option *table; /* ends with a zero entry */
    const char *letters;        /* for getopt: begins with ':' so that it stays silent */
    colour_choice colour;
    bool failed;
} options;

/* Common to all commands; the numbers lie above every letter. */
enum { OPTION_COLOUR = 1000, OPTION_FIRST };

/* The next option's code, -1 at the end, or '?' after saying what is wrong with it. */
int options_next(options *of, int count, char **arguments);

/* One line and where to find help; sets `failed`; returns END_USAGE. */
int options_wrong(options *of, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A whole number in a range; false after saying what is wrong. */
bool options_number(options *of, const char *name, const char *text, uint64_t least, uint64_t most,
                    uint64_t *out);

/* Most threads that anybody may ask for. */
#define OPTIONS_THREADS_MAX 1024

/* The name of an instruction set that this machine has, or "auto"; false after saying what is wrong. */
bool options_instruction_set(options *of, const char *name, fm_instruction_set *out_set);

/* auto, always or never. */
bool options_colour(options *of, const char *text);

/* The one argument that names the model; NULL after saying what is wrong. `further`: more arguments may
 * follow. */
const char *options_model(options *of, int count, char **arguments, bool further);

/* Adds "; did you mean `name`?" when there is a near one, else says nothing and returns false. */
bool options_suggest(buffer *to, const char *wanted, const char *const *candidates, size_t count);

#endif
