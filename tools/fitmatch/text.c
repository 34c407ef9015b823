#define _GNU_SOURCE
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

static _Noreturn void out_of_memory(void) {
    fputs("fitmatch: error: out of memory\n", stderr);
    exit(1);
}

void *tool_alloc(size_t count, size_t element_bytes) {
    void *block = calloc(count ? count : 1, element_bytes);
    if (!block)
        out_of_memory();
    return block;
}

void *tool_realloc(void *block, size_t count, size_t element_bytes) {
    size_t bytes;
    if (__builtin_mul_overflow(count, element_bytes, &bytes))
        out_of_memory();
    void *moved = realloc(block, bytes ? bytes : 1);
    if (!moved)
        out_of_memory();
    return moved;
}

char *tool_copy(const char *bytes, size_t length) {
    char *copy = tool_alloc(length + 1, 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

/* Makes room for `more` bytes and a final NUL. */
static void buffer_reserve(buffer *to, size_t more) {
    size_t needed = to->length + more + 1;
    if (needed <= to->capacity)
        return;
    size_t capacity = to->capacity ? to->capacity * 2 : 64;
    if (capacity < needed)
        capacity = needed;
    to->bytes = tool_realloc(to->bytes, capacity, 1);
    to->capacity = capacity;
}

void buffer_add_bytes(buffer *to, const char *bytes, size_t length) {
    buffer_reserve(to, length);
    if (length > 0)
        memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
    to->bytes[to->length] = '\0';
}

void buffer_add(buffer *to, const char *string) {
    buffer_add_bytes(to, string, strlen(string));
}

void buffer_addf(buffer *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        buffer_reserve(to, (size_t)length);
        vsnprintf(to->bytes + to->length, (size_t)length + 1, format, again);
        to->length += (size_t)length;
    }
    va_end(again);
}

size_t utf8_next(const char *bytes, size_t length, uint32_t *out_code) {
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (length == 0)
        return 0;
    unsigned char first = (unsigned char)bytes[0];
    size_t count = first < 0x80             ? 1
                   : (first & 0xE0) == 0xC0 ? 2
                   : (first & 0xF0) == 0xE0 ? 3
                   : (first & 0xF8) == 0xF0 ? 4
                                            : 0;
    if (count == 0 || count > length)
        return 0;
    uint32_t code = count == 1 ? first : first & (0x7Fu >> count);
    for (size_t i = 1; i < count; i++) {
        unsigned char next = (unsigned char)bytes[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (next & 0x3Fu);
    }
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least[count] || code > 0x10FFFF || surrogate)
        return 0;
    *out_code = code;
    return count;
}

/* C0 and C1 controls move the cursor or worse; the others turn the reading direction or break the line. */
static bool harmful(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

void buffer_show(buffer *to, const char *bytes, size_t length) {
    for (size_t at = 0; at < length;) {
        uint32_t code = 0;
        size_t count = utf8_next(bytes + at, length - at, &code);
        if (count > 0 && !harmful(code)) {
            buffer_add_bytes(to, bytes + at, count);
            at += count;
            continue;
        }
        for (size_t end = at + (count ? count : 1); at < end; at++)
            buffer_addf(to, "\\x%02X", (unsigned)(unsigned char)bytes[at]);
    }
}

void buffer_clear(buffer *to) {
    to->length = 0;
    if (to->bytes)
        to->bytes[0] = '\0';
}

void buffer_destroy(buffer *to) {
    free(to->bytes);
    *to = (buffer){0};
}

const char *buffer_string(const buffer *from) {
    return from->bytes ? from->bytes : "";
}

static size_t character_width(uint32_t code) {
    int width = wcwidth((wchar_t)code);
    return width < 0 ? 1 : (size_t)width;
}

size_t text_width(const char *string) {
    size_t width = 0;
    size_t length = strlen(string);
    for (size_t at = 0; at < length;) {
        uint32_t code = ' ';
        size_t count = utf8_next(string + at, length - at, &code);
        width += character_width(code);
        at += count ? count : 1;
    }
    return width;
}

/* Whether the blank at `at` stands between a number and its unit, which belong together: "24 h". */
static bool before_unit(const char *string, size_t at) {
    if (at == 0 || string[at - 1] < '0' || string[at - 1] > '9')
        return false;
    size_t length = strcspn(string + at + 1, " ,;.:)|");
    return length > 0 && length <= 3;
}

size_t text_break(const char *string, size_t columns) {
    size_t width = 0;
    size_t best = 0;
    size_t at = 0;
    size_t length = strlen(string);
    while (at < length) {
        uint32_t code = ' ';
        size_t count = utf8_next(string + at, length - at, &code);
        width += character_width(code);
        /* A blank at the edge may hang over: it is not seen. */
        if (width > columns && code != ' ')
            return best ? best : at ? at : count ? count : 1;
        bool parts = (code == ' ' && !before_unit(string, at)) || code == '|' || code == ',' || code == ';';
        at += count ? count : 1;
        if (parts)
            best = at;
    }
    return length;
}

fm_text text_of(const char *string) {
    return (fm_text){string, strlen(string)};
}

fm_text text_trim(fm_text text) {
    while (text.length > 0 && (text.bytes[0] == ' ' || text.bytes[0] == '\t')) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && (text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t'))
        text.length--;
    return text;
}

bool text_equal(fm_text a, fm_text b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* The next character that is no blank, in lower case; 0 at the end. */
static uint32_t next_letter(fm_text *text) {
    while (text->length > 0) {
        uint32_t code = (unsigned char)text->bytes[0];
        size_t count = utf8_next(text->bytes, text->length, &code);
        if (count == 0)
            count = 1;
        text->bytes += count;
        text->length -= count;
        if (code != ' ' && code != '\t' && code != 0xA0)
            return (uint32_t)towlower((wint_t)code);
    }
    return 0;
}

bool text_alike(const char *a, const char *b) {
    fm_text left = text_of(a);
    fm_text right = text_of(b);
    for (;;) {
        uint32_t x = next_letter(&left);
        uint32_t y = next_letter(&right);
        if (x != y)
            return false;
        if (x == 0)
            return true;
    }
}

static char fold(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

#define DISTANCE_LENGTH_MAX 63

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The optimal string alignment distance, kept as the last three rows of its table. */
size_t text_distance(fm_text a, fm_text b, size_t most) {
    size_t gap = a.length > b.length ? a.length - b.length : b.length - a.length;
    if (gap > most || a.length > DISTANCE_LENGTH_MAX || b.length > DISTANCE_LENGTH_MAX)
        return most + 1;
    size_t rows[3][DISTANCE_LENGTH_MAX + 1];
    for (size_t j = 0; j <= b.length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t *now = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3];
        const size_t *earlier = rows[(i + 1) % 3];
        now[0] = i;
        size_t least = i;
        for (size_t j = 1; j <= b.length; j++) {
            char x = fold(a.bytes[i - 1]);
            char y = fold(b.bytes[j - 1]);
            size_t best = least_of(before[j - 1] + (x != y), least_of(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == fold(b.bytes[j - 2]) && fold(a.bytes[i - 2]) == y)
                best = least_of(best, earlier[j - 2] + 1);
            now[j] = best;
            least = least_of(least, best);
        }
        /* A swap reaches back two rows, hence the one step of grace. */
        if (least > most + 1)
            return most + 1;
    }
    size_t distance = rows[a.length % 3][b.length];
    return distance <= most ? distance : most + 1;
}

const char *text_nearest(const char *wanted, const char *const *names, size_t count) {
    fm_text target = text_of(wanted);
    size_t most = target.length < 4 ? 1 : target.length < 8 ? 2 : 3;
    const char *best = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance = text_distance(target, text_of(names[i]), most);
        if (distance <= most && distance < target.length) {
            best = names[i];
            if (distance == 0)
                break;
            most = distance - 1;
        }
    }
    return best;
}
