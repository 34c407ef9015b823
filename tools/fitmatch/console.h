/* What a command talks through: standard output and error, messages, faults, progress, and the clock. */
#ifndef FITMATCH_TOOL_CONSOLE_H
#define FITMATCH_TOOL_CONSOLE_H

#include "terminal.h"

/* How a command ends. The negative ones never leave the program: main turns them into signals. */
enum { END_DONE = 0, END_ERROR = 1, END_USAGE = 2, END_REJECTS = 3, END_INTERRUPTED = -1, END_PIPE = -2 };

typedef struct console {
    terminal out;
    terminal err;
    bool quiet;           /* errors only */
    unsigned fault_count; /* errors reported through `faults` since the last console_failed */
    fm_faults faults;     /* prints what it gets; context is this console */
    fm_progress progress; /* the bar, and the way to stop */
    double started;       /* seconds, as console_clock gives them */
    double drawn;         /* when the bar was last drawn, 0 while none is on the screen */
    double phase_started;
    fm_phase phase;
} console;

void console_init(console *to, colour_choice colour, bool quiet);

/* Seconds since some fixed moment. */
double console_clock(void);

/* "fitmatch: error: ..." */
void console_error(console *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "fitmatch: ..." on standard error, unless quiet. */
void console_note(console *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "file:line:column: warning: ...", unless quiet. */
void console_warning(console *to, const fm_error *warning);

/* Says how a library call failed, unless its faults were already printed; gives the command's end code. */
int console_failed(console *to, const fm_error *error);

/* Takes the progress bar off the screen. */
void console_clear(console *to);

#endif
