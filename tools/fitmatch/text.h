/* Text for people: growing buffers, safe display, width on the screen, and the nearest name to a mistyped
 * one. */
#ifndef FITMATCH_TOOL_TEXT_H
#define FITMATCH_TOOL_TEXT_H

#include <fitmatch/status.h>

/* Allocation that ends the program with a message: at this level nobody could do anything better. */
void *tool_alloc(size_t count, size_t element_bytes);
void *tool_realloc(void *block, size_t count, size_t element_bytes);
char *tool_copy(const char *bytes, size_t length);

/* A growing string. Zero-initialise, then use. */
typedef struct buffer {
    char *bytes;
    size_t length;
    size_t capacity;
} buffer;

void buffer_add(buffer *to, const char *string);
void buffer_add_bytes(buffer *to, const char *bytes, size_t length);
void buffer_addf(buffer *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds bytes of somebody's data so that no terminal can be harmed: control bytes, invalid UTF-8 and marks
 * that turn the reading direction become \xNN. */
void buffer_show(buffer *to, const char *bytes, size_t length);
void buffer_clear(buffer *to);
void buffer_destroy(buffer *to);
/* Never NULL, always NUL-terminated; valid until the next change. */
const char *buffer_string(const buffer *from);

/* Bytes of the valid UTF-8 character at the front, 0 when there is none; its code goes to *out_code. */
size_t utf8_next(const char *bytes, size_t length, uint32_t *out_code);

/* Columns that a string takes on the screen. */
size_t text_width(const char *string);
/* Bytes of the longest front part that takes at most `columns` and, where there is a choice, ends where words
 * part. */
size_t text_break(const char *string, size_t columns);

fm_text text_of(const char *string);
fm_text text_trim(fm_text text);
bool text_equal(fm_text a, fm_text b);
/* The same but for the case of letters and blanks. */
bool text_alike(const char *a, const char *b);

/* Changes (a letter more, less, other, or two swapped) from one to the other, case ignored; `most` + 1 when
 * more. */
size_t text_distance(fm_text a, fm_text b, size_t most);

/* The name nearest to `wanted`, or NULL when none is near enough to be what was meant. */
const char *text_nearest(const char *wanted, const char *const *names, size_t count);

#endif
