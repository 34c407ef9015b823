/* Views of bytes: trimming, folding, safe display, and the nearest name for a mistyped one. */
#ifndef FITMATCH_SUPPORT_TEXT_H
#define FITMATCH_SUPPORT_TEXT_H

#include <fitmatch/status.h>
#include <string.h>

static inline fm_text fm__text(const char *string) {
    return (fm_text){string, strlen(string)};
}

static inline bool fm__text_equal(fm_text a, fm_text b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static inline char fm__fold(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/** Without the spaces and tabs at both ends. */
static inline fm_text fm__text_trim(fm_text text) {
    while (text.length > 0 && (text.bytes[0] == ' ' || text.bytes[0] == '\t')) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && (text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/** Equal but for the case of ASCII letters. */
bool fm__text_equal_fold(fm_text a, fm_text b);

/** Negative, zero or positive as `a` sorts before, with or after `b`, by bytes. */
int fm__text_compare(fm_text a, fm_text b);

/** Room that fm__text_show needs at most. */
#define FM__SHOW_BYTES 96

/**
 * Writes `text` so that it is safe to print: control and non-UTF-8 bytes as \xNN, long text cut with an
 * ellipsis.
 *
 * @param buffer at least FM__SHOW_BYTES.
 * @return buffer.
 */
const char *fm__text_show(fm_text text, char *buffer);

/** Looks for the candidate nearest to a mistyped name: feed the candidates, then ask. */
typedef struct fm__suggestion {
    fm_text wanted;
    fm_text best;
    size_t best_distance;
} fm__suggestion;

void fm__suggestion_init(fm__suggestion *suggestion, fm_text wanted);
void fm__suggestion_offer(fm__suggestion *suggestion, const char *candidate);

/** Room that fm__suggestion_text needs at most. */
#define FM__SUGGESTION_BYTES (FM__SHOW_BYTES + 32)

/** Writes "; did you mean `name`?", or nothing when no candidate is near; returns buffer. */
const char *fm__suggestion_text(const fm__suggestion *suggestion, char *buffer);

#endif
