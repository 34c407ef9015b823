/* fitmatch: which customers an offering dependably serves, and what to do about the others. */
#define _GNU_SOURCE
#include "commands.h"
#include "console.h"
#include "interrupt.h"
#include "options.h"

#include <errno.h>
#include <fitmatch/match.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#ifndef FM_COMMIT
#define FM_COMMIT ""
#endif

static const command *const COMMANDS[] = {
    &match_command,    &check_command,    &explain_command, &summary_command,
    &walkaway_command, &segments_command, &matrix_command,  &questions_command,
    &encode_command,   &promises_command, &deals_command,   &care_command,
    &profile_command,  &whatif_command,   &roadmap_command, &diff_command};
#define COMMAND_COUNT (sizeof COMMANDS / sizeof COMMANDS[0])

static void print_overview(FILE *to) {
    fputs("Match customers to offerings by what is dependably delivered, exactly.\n"
          "\n"
          "usage: fitmatch COMMAND fit.yaml [options]\n"
          "\n",
          to);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  %-9s %s\n", COMMANDS[i]->name, COMMANDS[i]->summary);
    fputs("  help      What a command does, its options and examples\n"
          "\n"
          "examples\n"
          "  fitmatch check fit.yaml                    look at the inputs first\n"
          "  fitmatch match fit.yaml -o matches.csv     one line for each customer, and a summary\n"
          "  fitmatch explain fit.yaml C1042            why, in words to say aloud\n"
          "\n"
          "More: fitmatch help match, fitmatch --version.\n",
          to);
}

static const command *find_command(const char *name) {
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(COMMANDS[i]->name, name) == 0)
            return COMMANDS[i];
    }
    return NULL;
}

static int unknown_command(const char *name) {
    options none = {.command = ""};
    const char *candidates[COMMAND_COUNT + 1];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        candidates[i] = COMMANDS[i]->name;
    candidates[COMMAND_COUNT] = "help";
    buffer message = {0};
    buffer_show(&message, name, strlen(name));
    size_t length = strlen(name);
    if (name[0] == '-') {
        buffer_add(&message, ": no such option");
    } else if (length > 5 && strcmp(name + length - 5, ".yaml") == 0) {
        buffer_add(&message, ": no such command; did you mean `fitmatch match ");
        buffer_show(&message, name, length);
        buffer_add(&message, "`?");
    } else {
        buffer_add(&message, ": no such command");
        options_suggest(&message, name, candidates, COMMAND_COUNT + 1);
    }
    options_wrong(&none, "%s", buffer_string(&message));
    buffer_destroy(&message);
    return END_USAGE;
}

static int print_version(void) {
    printf("fitmatch %s%s%s\n", fm_version(), *FM_COMMIT ? " " : "", FM_COMMIT);
    printf("instruction set: %s (this machine has", fm_instruction_set_name(fm_instruction_set_best()));
    for (unsigned i = FM_INSTRUCTION_SET_SCALAR; i < FM_INSTRUCTION_SET_COUNT; i++) {
        if (fm_instruction_set_supported((fm_instruction_set)i))
            printf(" %s", fm_instruction_set_name((fm_instruction_set)i));
    }
    printf(")\nthreads: %u\nlibraries: jansson %s\n", fm_thread_count_default(), JANSSON_VERSION);
    return END_DONE;
}

static int help(int count, char **arguments) {
    if (count < 2) {
        print_overview(stdout);
        return END_DONE;
    }
    const command *found = find_command(arguments[1]);
    if (found) {
        char *page[] = {arguments[1], (char[]){"--help"}, NULL};
        return found->run(2, page);
    }
    if (strcmp(arguments[1], "help") == 0) {
        print_overview(stdout);
        return END_DONE;
    }
    return unknown_command(arguments[1]);
}

static int dispatch(int count, char **arguments) {
    if (count < 2) {
        print_overview(stderr);
        return END_USAGE;
    }
    const char *name = arguments[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return help(count - 1, arguments + 1);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0 || strcmp(name, "version") == 0)
        return print_version();
    const command *found = find_command(name);
    return found ? found->run(count - 1, arguments + 1) : unknown_command(name);
}

/* Whether nobody reads our standard output any more. */
static bool reader_left(void) {
    struct pollfd about = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&about, 1, 0) == 1 && (about.revents & POLLERR);
}

/* What went to standard output must have arrived: a full disk is an error, a reader that left is not. */
static int close_output(int code) {
    errno = 0;
    bool failed = ferror(stdout) != 0;
    failed |= fflush(stdout) != 0;
    if (!failed || code < 0)
        return code;
    if (errno == EPIPE || reader_left())
        return END_PIPE;
    fprintf(stderr, "fitmatch: error: cannot write standard output: %s\n",
            errno ? strerror(errno) : "write failed");
    return END_ERROR;
}

int main(int count, char **arguments) {
    terminal_locale();
    interrupt_install();
    int code = close_output(dispatch(count, arguments));
    if (code == END_PIPE)
        interrupt_end(SIGPIPE);
    if (code == END_INTERRUPTED)
        interrupt_end(interrupt_signal() ? interrupt_signal() : SIGINT);
    return code;
}
