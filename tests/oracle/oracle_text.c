/* Texts, buffers, and the cells that are not sets. */
#include "oracle_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct oracle_block {
    struct oracle_block *next;
    size_t used;
    size_t capacity;
    max_align_t bytes[];
};

static void *alloc_or_die(size_t size_bytes) {
    void *memory = calloc(1, size_bytes);
    if (memory == NULL) {
        fputs("oracle: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *oracle_alloc(struct oracle_heap *heap, size_t count, size_t size_bytes) {
    size_t wanted = 0;
    if (__builtin_mul_overflow(count, size_bytes, &wanted) || wanted > SIZE_MAX / 4) {
        fputs("oracle: size overflow\n", stderr);
        abort();
    }
    wanted = (wanted + sizeof(max_align_t)) / sizeof(max_align_t) * sizeof(max_align_t);
    struct oracle_block *block = heap->blocks;
    if (block == NULL || block->capacity - block->used < wanted) {
        const size_t capacity = wanted > 65536 ? wanted : 65536;
        block = alloc_or_die(sizeof *block + capacity);
        block->capacity = capacity;
        block->next = heap->blocks;
        heap->blocks = block;
    }
    void *memory = (char *)block->bytes + block->used;
    block->used += wanted;
    return memory;
}

void oracle_heap_destroy(struct oracle_heap *heap) {
    while (heap->blocks != NULL) {
        struct oracle_block *next = heap->blocks->next;
        free(heap->blocks);
        heap->blocks = next;
    }
}

struct oracle_text oracle_text_of(const char *string) {
    return (struct oracle_text){string, strlen(string)};
}

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t';
}

static char fold_byte(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

struct oracle_text oracle_text_trim(struct oracle_text text) {
    while (text.length > 0 && is_blank(text.bytes[0])) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.bytes[text.length - 1]))
        text.length--;
    return text;
}

struct oracle_text oracle_text_fold(struct oracle_heap *heap, struct oracle_text text) {
    char *folded = oracle_alloc(heap, text.length, 1);
    for (size_t i = 0; i < text.length; i++)
        folded[i] = fold_byte(text.bytes[i]);
    return (struct oracle_text){folded, text.length};
}

bool oracle_text_equal(struct oracle_text left, struct oracle_text right) {
    return oracle_text_compare(left, right) == 0;
}

bool oracle_text_equal_folded(struct oracle_text left, struct oracle_text right) {
    if (left.length != right.length)
        return false;
    for (size_t i = 0; i < left.length; i++)
        if (fold_byte(left.bytes[i]) != fold_byte(right.bytes[i]))
            return false;
    return true;
}

int oracle_text_compare(struct oracle_text left, struct oracle_text right) {
    const size_t common = left.length < right.length ? left.length : right.length;
    const int order = common == 0 ? 0 : memcmp(left.bytes, right.bytes, common);
    if (order != 0)
        return order;
    return left.length < right.length ? -1 : left.length > right.length ? 1 : 0;
}

void oracle_buffer_add(struct oracle_buffer *buffer, struct oracle_text text) {
    if (text.length == 0)
        return;
    if (buffer->capacity - buffer->length < text.length) {
        buffer->capacity = 2 * (buffer->capacity + text.length) + 64;
        char *grown = realloc(buffer->bytes, buffer->capacity);
        if (grown == NULL) {
            fputs("oracle: out of memory\n", stderr);
            abort();
        }
        buffer->bytes = grown;
    }
    memcpy(buffer->bytes + buffer->length, text.bytes, text.length);
    buffer->length += text.length;
}

void oracle_buffer_add_string(struct oracle_buffer *buffer, const char *string) {
    oracle_buffer_add(buffer, oracle_text_of(string));
}

void oracle_buffer_add_csv_cell(struct oracle_buffer *buffer, struct oracle_text text) {
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++)
        quoted = quoted || text.bytes[i] == ',' || text.bytes[i] == '"' || text.bytes[i] == '\r' ||
                 text.bytes[i] == '\n';
    if (!quoted) {
        oracle_buffer_add(buffer, text);
        return;
    }
    oracle_buffer_add_string(buffer, "\"");
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '"')
            oracle_buffer_add_string(buffer, "\"");
        oracle_buffer_add(buffer, (struct oracle_text){text.bytes + i, 1});
    }
    oracle_buffer_add_string(buffer, "\"");
}

static size_t skip_digits(struct oracle_text text, size_t at) {
    while (at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9')
        at++;
    return at;
}

static bool is_sign(struct oracle_text text, size_t at) {
    return at < text.length && (text.bytes[at] == '+' || text.bytes[at] == '-');
}

/* Where the decimal number at the start of `text` ends; 0 when there is none. */
static size_t number_end(struct oracle_text text, bool decimal_comma) {
    size_t at = is_sign(text, 0) ? 1 : 0;
    const size_t whole = at;
    at = skip_digits(text, at);
    size_t digits = at - whole;
    if (at < text.length && (text.bytes[at] == '.' || (decimal_comma && text.bytes[at] == ','))) {
        const size_t fraction = at + 1;
        at = skip_digits(text, fraction);
        digits += at - fraction;
    }
    if (digits == 0)
        return 0;
    if (at < text.length && fold_byte(text.bytes[at]) == 'e') {
        const size_t exponent = at + 1 + (is_sign(text, at + 1) ? 1 : 0);
        const size_t end = skip_digits(text, exponent);
        if (end > exponent)
            at = end;
    }
    return at;
}

bool oracle_number_read(struct oracle_text text, struct oracle_text unit, bool decimal_comma,
                        double *out_number) {
    const size_t end = number_end(text, decimal_comma);
    if (end == 0)
        return false;
    const struct oracle_text rest =
        oracle_text_trim((struct oracle_text){text.bytes + end, text.length - end});
    if (rest.length > 0 && !oracle_text_equal_folded(rest, unit))
        return false;
    char *digits = alloc_or_die(end + 1);
    for (size_t i = 0; i < end; i++)
        digits[i] = text.bytes[i];
    for (size_t i = 0; i < end; i++)
        if (digits[i] == ',')
            digits[i] = '.';
    const double number = strtod(digits, NULL);
    free(digits);
    if (!isfinite(number))
        return false;
    *out_number = number;
    return true;
}

bool oracle_flag_read(struct oracle_text text, bool *out_yes) {
    static const char *const yes[] = {"yes", "true", "y", "1", "x"};
    static const char *const no[] = {"", "no", "false", "n", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (oracle_text_equal_folded(text, oracle_text_of(yes[i]))) {
            *out_yes = true;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        if (oracle_text_equal_folded(text, oracle_text_of(no[i]))) {
            *out_yes = false;
            return true;
        }
    }
    return false;
}

bool oracle_date_read(struct oracle_text text) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (text.length != 10)
        return false;
    int parts[3] = {0, 0, 0};
    int part = 0;
    for (size_t i = 0; i < 10; i++) {
        const char byte = text.bytes[i];
        if (i == 4 || i == 7) {
            if (byte != '-')
                return false;
            part++;
        } else if (byte < '0' || byte > '9') {
            return false;
        } else {
            parts[part] = 10 * parts[part] + (byte - '0');
        }
    }
    if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1)
        return false;
    const bool leap = (parts[0] % 4 == 0 && parts[0] % 100 != 0) || parts[0] % 400 == 0;
    return parts[2] <= days[parts[1] - 1] + (leap && parts[1] == 2 ? 1 : 0);
}
