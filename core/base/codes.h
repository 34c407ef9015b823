/* Codes in memory: in as few bytes as the largest of their dictionary takes. */
#ifndef FITMATCH_BASE_CODES_H
#define FITMATCH_BASE_CODES_H

#include "base/demands.h"

#include <string.h>

/** Bytes of a code of a dictionary as it is now: one, two or four. */
static inline unsigned char fm__code_width(const fm__demands *demands) {
    uint32_t largest = demands->count + FM__CODE_FIRST - 1;
    return largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : 4;
}

/** Reads a code of `width` bytes; it may lie anywhere. */
static inline uint32_t fm__code_load(const unsigned char *from, unsigned char width) {
    uint16_t two;
    uint32_t four;
    if (width == 1)
        return *from;
    if (width == 2) {
        memcpy(&two, from, sizeof two);
        return two;
    }
    memcpy(&four, from, sizeof four);
    return four;
}

/** Writes a code that fits in `width` bytes. */
static inline void fm__code_store(unsigned char *to, unsigned char width, uint32_t code) {
    uint16_t two = (uint16_t)code;
    if (width == 1)
        *to = (unsigned char)code;
    else if (width == 2)
        memcpy(to, &two, sizeof two);
    else
        memcpy(to, &code, sizeof code);
}

#endif
