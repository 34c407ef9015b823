#include "json.h"

#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *made(json_t *value) {
    if (!value) {
        fputs("fitmatch: error: out of memory\n", stderr);
        exit(1);
    }
    return value;
}

json_t *js_text(fm_text text) {
    buffer clean = {0};
    for (size_t at = 0; at < text.length;) {
        uint32_t code;
        size_t count = utf8_next(text.bytes + at, text.length - at, &code);
        if (count > 0)
            buffer_add_bytes(&clean, text.bytes + at, count);
        else
            buffer_add(&clean, "\xEF\xBF\xBD");
        at += count ? count : 1;
    }
    json_t *value = json_stringn(buffer_string(&clean), clean.length);
    buffer_destroy(&clean);
    return made(value);
}

json_t *js_string(const char *string) {
    return js_text(text_of(string));
}

json_t *js_count(uint64_t count) {
    return made(json_integer((json_int_t)count));
}

json_t *js_number(double number) {
    return made(isfinite(number) ? json_real(number) : json_null());
}

json_t *js_object(void) {
    return made(json_object());
}

json_t *js_array(void) {
    return made(json_array());
}

void js_put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value) != 0)
        made(NULL);
}

void js_push(json_t *array, json_t *value) {
    if (json_array_append_new(array, value) != 0)
        made(NULL);
}

static int write_piece(const char *bytes, size_t length, void *stream) {
    return fwrite(bytes, 1, length, stream) == length ? 0 : -1;
}

void js_print(json_t *value, FILE *to) {
    json_dump_callback(value, write_piece, to, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    fputc('\n', to);
    json_decref(value);
}
