#define _GNU_SOURCE
#include "console.h"

#include "interrupt.h"
#include "numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Work that lasts shorter than this is done before a bar could be read. */
#define PATIENCE_SECONDS 0.5
#define REDRAW_SECONDS 0.1

double console_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void console_clear(console *to) {
    if (to->drawn > 0)
        fputs("\r\033[K", to->err.stream);
    to->drawn = 0;
}

static void print_fault(console *to, const fm_error *fault, const char *kind, style how) {
    buffer line = {0};
    if (fault->file[0])
        buffer_show(&line, fault->file, strlen(fault->file));
    else
        buffer_add(&line, "fitmatch");
    if (fault->line > 0)
        buffer_addf(&line, ":%" PRIu64, fault->line);
    if (fault->line > 0 && fault->column > 0)
        buffer_addf(&line, ":%" PRIu64, fault->column);
    buffer_addf(&line, ": %s%s:%s ", terminal_style(&to->err, how), kind,
                terminal_style(&to->err, STYLE_PLAIN));
    buffer_show(&line, fault->message, strlen(fault->message));
    console_clear(to);
    fprintf(to->err.stream, "%s\n", buffer_string(&line));
    buffer_destroy(&line);
}

static void report_fault(void *context, const fm_error *fault) {
    console *to = context;
    to->fault_count++;
    print_fault(to, fault, "error", STYLE_BAD);
}

void console_warning(console *to, const fm_error *warning) {
    if (!to->quiet)
        print_fault(to, warning, "warning", STYLE_CARE);
}

static void report_warning(void *context, const fm_error *fault) {
    console_warning(context, fault);
}

void console_error(console *to, const char *format, ...) {
    console_clear(to);
    fprintf(to->err.stream, "fitmatch: %serror:%s ", terminal_style(&to->err, STYLE_BAD),
            terminal_style(&to->err, STYLE_PLAIN));
    va_list arguments;
    va_start(arguments, format);
    vfprintf(to->err.stream, format, arguments);
    va_end(arguments);
    fputc('\n', to->err.stream);
}

void console_note(console *to, const char *format, ...) {
    if (to->quiet)
        return;
    console_clear(to);
    fputs("fitmatch: ", to->err.stream);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(to->err.stream, format, arguments);
    va_end(arguments);
    fputc('\n', to->err.stream);
}

int console_failed(console *to, const fm_error *error) {
    console_clear(to);
    unsigned printed = to->fault_count;
    to->fault_count = 0;
    /* An interrupted system call fails in its own way, but the reason is the user's wish to stop. */
    if (error->status == FM_ERROR_CANCELLED || interrupt_signal())
        return END_INTERRUPTED;
    if (error->status == FM_ERROR_PIPE)
        return END_PIPE;
    if (printed == 0)
        print_fault(to, error, "error", STYLE_BAD);
    return END_ERROR;
}

static void draw(console *to, fm_phase phase, uint64_t done, uint64_t total, double now) {
    static const char *const doing[] = {
        [FM_PHASE_READ] = "Reading customers",
        [FM_PHASE_BUILD] = "Sorting customers",
        [FM_PHASE_MATCH] = "Matching",
        [FM_PHASE_WRITE] = "Writing",
    };
    char number[NUMBER_BYTES];
    buffer line = {0};
    buffer_addf(&line, "%-17s ", doing[phase]);
    if (total == 0) {
        buffer_add(&line,
                   phase == FM_PHASE_READ ? number_bytes(number, (double)done) : number_count(number, done));
    } else {
        double share = (double)done / (double)total;
        double passed = now - to->phase_started;
        size_t columns = to->err.width > 70 ? 30 : 10;
        size_t before = text_width(buffer_string(&line));
        terminal_bar(&to->err, &line, share, columns);
        for (size_t width = text_width(buffer_string(&line)) - before; width < columns; width++)
            buffer_add(&line, to->err.utf8 ? "░" : ".");
        buffer_addf(&line, " %3.0f %%", 100 * share);
        double left = passed * (1 - share) / share;
        if (share > 0.01 && passed > 0.2)
            buffer_addf(&line, ", %s left", left < 1 ? "under 1 s" : number_seconds(number, ceil(left)));
    }
    fprintf(to->err.stream, "\r\033[K%.*s", (int)text_break(buffer_string(&line), to->err.width - 1),
            buffer_string(&line));
    fflush(to->err.stream);
    buffer_destroy(&line);
    to->drawn = now;
}

static bool step(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    console *to = context;
    if (interrupt_signal())
        return false;
    if (to->quiet || !to->err.is_terminal)
        return true;
    double now = console_clock();
    if (phase != to->phase || to->phase_started <= 0) {
        to->phase = phase;
        to->phase_started = now;
    }
    if (now - to->started >= PATIENCE_SECONDS && now - to->drawn >= REDRAW_SECONDS)
        draw(to, phase, done, total, now);
    return true;
}

void console_init(console *to, colour_choice colour, bool quiet) {
    *to = (console){.quiet = quiet, .started = console_clock()};
    terminal_init(&to->out, stdout, colour);
    terminal_init(&to->err, stderr, colour);
    const char *kind = getenv("TERM");
    /* A terminal that cannot erase a line gets no bar. */
    if (!kind || strcmp(kind, "dumb") == 0)
        to->err.is_terminal = false;
    to->faults = (fm_faults){report_fault, report_warning, to};
    to->progress = (fm_progress){step, to};
}
