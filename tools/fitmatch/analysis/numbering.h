/* Texts, each once, numbered as they came. */
#ifndef FITMATCH_TOOL_NUMBERING_H
#define FITMATCH_TOOL_NUMBERING_H

#include "../options.h"

/* Zero-initialise, then use. */
typedef struct numbering {
    names texts;
    size_t *slots; /* hash table: 1 + number; 0: free */
    size_t slot_count;
} numbering;

/* The number of a text, added if new. The text has no NUL. */
size_t numbering_add(numbering *to, fm_text text, bool *out_new);

void numbering_destroy(numbering *of);

#endif
