#define _GNU_SOURCE
#include "terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Whether the user's locale says UTF-8, asked before another one is borrowed for wcwidth. */
static bool locale_is_utf8(void) {
    const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
    for (size_t i = 0; i < 3; i++) {
        if (!names[i] || !names[i][0])
            continue;
        return strcasestr(names[i], "utf-8") || strcasestr(names[i], "utf8");
    }
    return false;
}

void terminal_locale(void) {
    bool found = setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    /* The data is UTF-8 whatever the user's locale is, so its widths are taken from one that knows them. */
    if (!found && !setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "C");
}

static size_t width_of(int file) {
    const char *columns = getenv("COLUMNS");
    if (columns) {
        char *end;
        unsigned long asked = strtoul(columns, &end, 10);
        if (end != columns && *end == '\0' && asked >= 20 && asked <= 10000)
            return asked;
    }
    struct winsize size;
    if (ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

void terminal_init(terminal *out_terminal, FILE *stream, colour_choice colour) {
    const char *no_colour = getenv("NO_COLOR");
    const char *kind = getenv("TERM");
    bool dumb = !kind || strcmp(kind, "dumb") == 0;
    *out_terminal = (terminal){.stream = stream};
    out_terminal->is_terminal = isatty(fileno(stream)) == 1;
    out_terminal->utf8 = locale_is_utf8();
    out_terminal->width = width_of(fileno(stream));
    out_terminal->colour = colour == COLOUR_ALWAYS;
    if (colour == COLOUR_AUTO)
        out_terminal->colour = out_terminal->is_terminal && !dumb && !(no_colour && no_colour[0]);
}

const char *terminal_style(const terminal *to, style which) {
    static const char *const sequences[] = {
        [STYLE_PLAIN] = "\033[0m", [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m",
        [STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[31m", [STYLE_CARE] = "\033[33m",
        [STYLE_HINT] = "\033[36m",
    };
    return to->colour ? sequences[which] : "";
}

void terminal_bar(const terminal *to, buffer *line, double share, size_t columns) {
    static const char *const eighths[8] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (!(share > 0) || columns == 0)
        return;
    if (share > 1)
        share = 1;
    size_t filled = (size_t)(share * (double)columns * 8 + 0.5);
    if (filled == 0)
        filled = 1; /* a little must not look like nothing */
    if (!to->utf8) {
        for (size_t i = 0; i < (filled + 7) / 8; i++)
            buffer_add(line, "#");
        return;
    }
    for (size_t i = 0; i < filled / 8; i++)
        buffer_add(line, "█");
    buffer_add(line, eighths[filled % 8]);
}

void terminal_paragraph(const terminal *to, const char *text, size_t indent) {
    size_t room = to->width > indent + 20 ? to->width - indent : 20;
    /* Long lines are hard to read, however wide the window is. */
    if (room > 100)
        room = 100;
    while (*text) {
        size_t length = text_break(text, room);
        size_t shown = length;
        while (shown > 0 && text[shown - 1] == ' ')
            shown--;
        fprintf(to->stream, "%*s%.*s\n", (int)indent, "", (int)shown, text);
        text += length;
        while (*text == ' ')
            text++;
    }
}
