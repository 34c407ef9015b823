#include "support/text.h"

#include <stdio.h>

bool fm__text_equal_fold(fm_text a, fm_text b) {
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (fm__fold(a.bytes[i]) != fm__fold(b.bytes[i]))
            return false;
    return true;
}

int fm__text_compare(fm_text a, fm_text b) {
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.bytes, b.bytes, common);
    if (order != 0)
        return order;
    return (a.length > b.length) - (a.length < b.length);
}

/* Length of the printable UTF-8 sequence at the start of `text`, or 0 (RFC 3629; C0, DEL and C1 controls
 * excluded). */
static size_t printable_length(fm_text text) {
    const unsigned char *s = (const unsigned char *)text.bytes;
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7f;
    size_t length = s[0] >= 0xc2 && s[0] <= 0xdf   ? 2
                    : (s[0] & 0xf0) == 0xe0        ? 3
                    : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                                   : 0;
    if (length == 0 || length > text.length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xed && s[1] > 0x9f;
    bool beyond = s[0] == 0xf4 && s[1] > 0x8f;
    bool c1_control = s[0] == 0xc2 && s[1] < 0xa0;
    return overlong || surrogate || beyond || c1_control ? 0 : length;
}

const char *fm__text_show(fm_text text, char *buffer) {
    static const char ellipsis[] = "...";
    size_t used = 0;
    while (text.length > 0) {
        char piece[8];
        size_t taken = printable_length(text);
        size_t width = taken;
        if (taken > 0) {
            memcpy(piece, text.bytes, taken);
        } else {
            width = (size_t)snprintf(piece, sizeof piece, "\\x%02x", (unsigned)(unsigned char)text.bytes[0]);
            taken = 1;
        }
        if (used + width + sizeof ellipsis > FM__SHOW_BYTES) {
            memcpy(buffer + used, ellipsis, sizeof ellipsis);
            return buffer;
        }
        memcpy(buffer + used, piece, width);
        used += width;
        text.bytes += taken;
        text.length -= taken;
    }
    buffer[used] = '\0';
    return buffer;
}

#define NAME_MAX_BYTES 64

/* Optimal string alignment distance (Levenshtein with swaps of neighbours; Damerau 1964), ASCII case ignored.
 */
static size_t distance(fm_text a, fm_text b) {
    size_t rows[3][NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b.length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            char x = fm__fold(a.bytes[i - 1]);
            char y = fm__fold(b.bytes[j - 1]);
            size_t best = above[j - 1] + (x != y);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            bool swapped = i > 1 && j > 1 && x == fm__fold(b.bytes[j - 2]) && y == fm__fold(a.bytes[i - 2]);
            if (swapped && two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a.length % 3][b.length];
}

void fm__suggestion_init(fm__suggestion *suggestion, fm_text wanted) {
    *suggestion = (fm__suggestion){.wanted = wanted, .best_distance = SIZE_MAX};
}

void fm__suggestion_offer(fm__suggestion *suggestion, const char *candidate) {
    fm_text text = fm__text(candidate);
    if (text.length == 0 || text.length > NAME_MAX_BYTES || suggestion->wanted.length > NAME_MAX_BYTES)
        return;
    size_t d = distance(suggestion->wanted, text);
    /* A third of the name may be wrong; beyond that a suggestion only puzzles. */
    if (d * 3 <= text.length + 1 && d < suggestion->best_distance) {
        suggestion->best = text;
        suggestion->best_distance = d;
    }
}

const char *fm__suggestion_text(const fm__suggestion *suggestion, char *buffer) {
    buffer[0] = '\0';
    if (suggestion->best_distance != SIZE_MAX) {
        char shown[FM__SHOW_BYTES];
        (void)snprintf(buffer, FM__SUGGESTION_BYTES, "; did you mean `%s`?",
                       fm__text_show(suggestion->best, shown));
    }
    return buffer;
}
