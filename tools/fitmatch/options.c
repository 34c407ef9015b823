#define _GNU_SOURCE
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void names_add(names *to, const char *bytes, size_t length) {
    if (to->count == to->capacity) {
        to->capacity = to->capacity ? to->capacity * 2 : 8;
        to->items = tool_realloc(to->items, to->capacity, sizeof *to->items);
    }
    to->items[to->count++] = tool_copy(bytes, length);
}

void names_add_list(names *to, const char *list) {
    buffer piece = {0};
    for (const char *at = list;; at++) {
        if (at[0] == '\\' && at[1] == ',') {
            buffer_add(&piece, ",");
            at++;
        } else if (at[0] != ',' && at[0] != '\0') {
            buffer_add_bytes(&piece, at, 1);
        } else {
            fm_text trimmed = text_trim((fm_text){buffer_string(&piece), piece.length});
            if (trimmed.length > 0)
                names_add(to, trimmed.bytes, trimmed.length);
            buffer_clear(&piece);
            if (at[0] == '\0')
                break;
        }
    }
    buffer_destroy(&piece);
}

void names_destroy(names *of) {
    for (size_t i = 0; i < of->count; i++)
        free(of->items[i]);
    free(of->items);
    *of = (names){0};
}

int options_wrong(options *of, const char *format, ...) {
    fputs("fitmatch: error: ", stderr);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, " (see fitmatch %s%s--help)\n", of->command, *of->command ? " " : "");
    of->failed = true;
    return END_USAGE;
}

bool options_suggest(buffer *to, const char *wanted, const char *const *candidates, size_t count) {
    const char *near = text_nearest(wanted, candidates, count);
    if (!near)
        return false;
    buffer_add(to, "; did you mean `");
    buffer_show(to, near, strlen(near));
    buffer_add(to, "`?");
    return true;
}

/* Says what is wrong with a long option that getopt did not accept: `given` is as it was typed, without
 * dashes. */
static void unknown_long(options *of, const char *given) {
    size_t length = strcspn(given, "=");
    char *name = tool_copy(given, length);
    const char *candidates[64];
    const char *starting[2] = {NULL, NULL};
    size_t count = 0;
    size_t starts = 0;
    bool exact = false;
    for (const struct option *entry = of->table; entry->name && count < 64; entry++) {
        candidates[count++] = entry->name;
        exact |= strcmp(entry->name, name) == 0;
        if (length > 0 && strncmp(entry->name, name, length) == 0 && starts < 2)
            starting[starts++] = entry->name;
    }
    buffer message = {0};
    buffer_add(&message, "--");
    buffer_show(&message, name, length);
    if (exact || starts == 1) {
        buffer_add(&message, " takes no value");
    } else if (starts == 2) {
        buffer_addf(&message, " could be --%s or --%s", starting[0], starting[1]);
    } else {
        buffer_add(&message, ": no such option");
        const char *near = text_nearest(name, candidates, count);
        if (near)
            buffer_addf(&message, "; did you mean `--%s`?", near);
    }
    options_wrong(of, "%s", buffer_string(&message));
    buffer_destroy(&message);
    free(name);
}

int options_next(options *of, int count, char **arguments) {
    opterr = 0;
    int code = getopt_long(count, arguments, of->letters, of->table, NULL);
    if (code != '?' && code != ':')
        return code;
    buffer given = {0};
    const char *before = optind > 0 && optind <= count ? arguments[optind - 1] : "";
    /* A letter that is in the table was not refused as such: it stands for its long form, given a value. */
    bool is_long = optopt == 0 || optopt >= OPTION_COLOUR || strchr(of->letters, optopt);
    if (code == ':') {
        buffer_show(&given, before, strlen(before));
        options_wrong(of, "%s needs a value", buffer_string(&given));
    } else if (is_long) {
        unknown_long(of, before + 2);
    } else {
        char letter = (char)optopt;
        buffer_show(&given, &letter, 1);
        options_wrong(of, "-%s: no such option", buffer_string(&given));
    }
    buffer_destroy(&given);
    return '?';
}

bool options_number(options *of, const char *name, const char *text, uint64_t least, uint64_t most,
                    uint64_t *out) {
    char *end = NULL;
    errno = 0;
    bool digits = text[0] >= '0' && text[0] <= '9';
    unsigned long long number = digits ? strtoull(text, &end, 10) : 0;
    if (digits && *end == '\0' && errno == 0 && number >= least && number <= most) {
        *out = number;
        return true;
    }
    buffer shown = {0};
    buffer_show(&shown, text, strlen(text));
    options_wrong(of, "%s %s: not a whole number from %" PRIu64 " to %" PRIu64, name, buffer_string(&shown),
                  least, most);
    buffer_destroy(&shown);
    return false;
}

bool options_colour(options *of, const char *text) {
    static const char *const choices[] = {"auto", "always", "never"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(text, choices[i]) == 0) {
            of->colour = (colour_choice)i;
            return true;
        }
    }
    buffer shown = {0};
    buffer_show(&shown, text, strlen(text));
    options_wrong(of, "--color %s: auto, always or never", buffer_string(&shown));
    buffer_destroy(&shown);
    return false;
}

const char *options_model(options *of, int count, char **arguments, bool further) {
    if (optind >= count) {
        options_wrong(of, "which model? Name its file, as in: fitmatch %s fit.yaml", of->command);
        return NULL;
    }
    if (!further && optind + 1 < count) {
        buffer shown = {0};
        buffer_show(&shown, arguments[optind + 1], strlen(arguments[optind + 1]));
        options_wrong(of, "one argument too many: %s", buffer_string(&shown));
        buffer_destroy(&shown);
        return NULL;
    }
    return arguments[optind++];
}

bool options_instruction_set(options *of, const char *name, fm_instruction_set *out_set) {
    buffer here = {0};
    const char *known[FM_INSTRUCTION_SET_COUNT];
    bool lacking = false;
    bool found = false;
    for (unsigned i = 0; i < FM_INSTRUCTION_SET_COUNT; i++) {
        fm_instruction_set set = (fm_instruction_set)i;
        bool supported = set == FM_INSTRUCTION_SET_AUTO || fm_instruction_set_supported(set);
        known[i] = fm_instruction_set_name(set);
        if (supported)
            buffer_addf(&here, "%s%s", here.length ? ", " : "", known[i]);
        if (strcmp(known[i], name) == 0) {
            found = supported;
            lacking = !supported;
            *out_set = set;
        }
    }
    if (!found) {
        buffer message = {0};
        buffer_show(&message, name, strlen(name));
        buffer_add(&message, lacking ? ": this machine cannot run it" : ": no such instruction set");
        if (lacking || !options_suggest(&message, name, known, FM_INSTRUCTION_SET_COUNT))
            buffer_addf(&message, "; it has %s", buffer_string(&here));
        options_wrong(of, "--instruction-set %s", buffer_string(&message));
        buffer_destroy(&message);
    }
    buffer_destroy(&here);
    return found;
}
