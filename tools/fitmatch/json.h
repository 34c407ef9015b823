/* JSON for programs: jansson, with bytes that are no UTF-8 made safe and memory failures dealt with. */
#ifndef FITMATCH_TOOL_JSON_H
#define FITMATCH_TOOL_JSON_H

#include <fitmatch/status.h>
#include <jansson.h>
#include <stdio.h>

/* Bytes that are not UTF-8 become the replacement character, as JSON cannot hold them. */
json_t *js_text(fm_text text);
json_t *js_string(const char *string);
json_t *js_count(uint64_t count);
/* null when the number is not finite. */
json_t *js_number(double number);
json_t *js_object(void);
json_t *js_array(void);

/* Both take the value over. */
void js_put(json_t *object, const char *key, json_t *value);
void js_push(json_t *array, json_t *value);

/* Prints and frees; a failing stream keeps its error for whoever closes it. */
void js_print(json_t *value, FILE *to);

#endif
