/* How things are spelled in cells, and how cells stand in a table. */
#include "workspace_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void insert(char *text, size_t at, const char *piece) {
    const size_t length = strlen(piece);
    memmove(text + at + length, text + at, strlen(text + at) + 1);
    for (size_t i = 0; i < length; i++)
        text[at + i] = piece[i];
}

static void change_case(struct workspace_rng *rng, char *text, size_t length) {
    const size_t how = workspace_below(rng, 3);
    for (size_t i = 0; i < length; i++) {
        const bool lower = text[i] >= 'a' && text[i] <= 'z';
        const bool upper = text[i] >= 'A' && text[i] <= 'Z';
        const bool wants_upper = how == 0 || (how == 1 && workspace_chance(rng, 50));
        if (lower && wants_upper)
            text[i] = (char)(text[i] - 'a' + 'A');
        else if (upper && !wants_upper)
            text[i] = (char)(text[i] - 'A' + 'a');
    }
}

/* Decimal digits that read back as exactly this number. */
static void exact_digits(struct workspace_rng *rng, double number, char text[512]) {
    const size_t kind = workspace_below(rng, 20);
    if (kind == 0) {
        snprintf(text, 512, "%.16e", number);
    } else if (kind == 1 && fabs(number) < 1e25 && number == floor(number)) {
        snprintf(text, 512, "%.0f", number);
    } else {
        for (int precision = kind == 2 ? 17 : 1; precision <= 17; precision++) {
            snprintf(text, 512, "%.*g", precision, number);
            if (strtod(text, NULL) == number)
                break;
        }
    }
}

void workspace_spell_number(struct workspace *workspace, double number, const char *unit,
                            struct oracle_buffer *out_cell) {
    static const char *const gaps[] = {"", "", " ", " ", "  ", "\t", " \t "};
    struct workspace_rng *rng = &workspace->rng;
    char text[600];
    exact_digits(rng, number, text);
    const size_t sign = text[0] == '-' ? 1 : 0;
    if (strchr(text, 'e') == NULL && workspace_chance(rng, 15)) {
        static const char *const zeros[] = {".", ".0", ".00", ".0000000000000000000000"};
        if (strchr(text, '.') != NULL)
            strcat(text, workspace_chance(rng, 50) ? "0" : "000");
        else
            strcat(text, WORKSPACE_PICK(rng, zeros));
    }
    if (text[sign] == '0' && text[sign + 1] == '.' && text[sign + 2] != '\0' && workspace_chance(rng, 30))
        memmove(text + sign, text + sign + 1, strlen(text + sign));
    else if (workspace_chance(rng, 4))
        insert(text, sign, "00");
    if (sign == 0 && workspace_chance(rng, 6))
        insert(text, 0, "+");
    if (workspace_chance(rng, 30))
        change_case(rng, text, strlen(text));
    char *point = strchr(text, '.');
    if (point != NULL && workspace->style.decimal_comma && !workspace_chance(rng, 25))
        *point = ',';
    oracle_buffer_add_string(out_cell, text);
    if (unit[0] != '\0' && workspace_chance(rng, 50)) {
        char cased[32];
        snprintf(cased, sizeof cased, "%s", unit);
        if (workspace_chance(rng, 40))
            change_case(rng, cased, strlen(cased));
        oracle_buffer_add_string(out_cell, WORKSPACE_PICK(rng, gaps));
        oracle_buffer_add_string(out_cell, cased);
    }
}

static void spell_word(struct workspace *workspace, struct oracle_text word, struct oracle_buffer *out_cell) {
    if (!workspace_chance(&workspace->rng, workspace->style.case_percent)) {
        oracle_buffer_add(out_cell, word);
        return;
    }
    char *cased = oracle_alloc(&workspace->heap, word.length, 1);
    memcpy(cased, word.bytes, word.length);
    change_case(&workspace->rng, cased, word.length);
    oracle_buffer_add(out_cell, (struct oracle_text){cased, word.length});
}

static void spell_set(struct workspace *workspace, const struct workspace_attribute *attribute,
                      const struct workspace_set *set, struct oracle_buffer *out_cell) {
    static const char *const bars[] = {"|", " | ", "||", "\t| ", "| |", "| "};
    struct workspace_rng *rng = &workspace->rng;
    const bool plain = !workspace_chance(rng, 25);
    if (!plain && workspace_chance(rng, 15))
        oracle_buffer_add_string(out_cell, "|");
    for (size_t i = 0; i < set->count; i++) {
        if (i > 0)
            oracle_buffer_add_string(out_cell, plain ? "|" : WORKSPACE_PICK(rng, bars));
        spell_word(workspace, attribute->words[set->words[i]], out_cell);
    }
    if (!plain && workspace_chance(rng, 15))
        oracle_buffer_add_string(out_cell, " |");
}

static void spell_flag(struct workspace_rng *rng, bool is_yes, struct oracle_buffer *out_cell) {
    static const char *const yes[] = {"yes", "true", "y", "1", "x", "YES", "X", "True", "Y"};
    static const char *const no[] = {"no", "false", "n", "0", "NO", "False", "N"};
    oracle_buffer_add_string(out_cell, is_yes ? WORKSPACE_PICK(rng, yes) : WORKSPACE_PICK(rng, no));
}

void workspace_spell_value(struct workspace *workspace, const struct workspace_attribute *attribute,
                           const struct workspace_value *value, struct oracle_buffer *out_cell) {
    if (value->blank)
        return;
    if (attribute->rule == ORACLE_FLAG)
        spell_flag(&workspace->rng, value->yes, out_cell);
    else if (attribute->rule <= ORACLE_AT_LEAST)
        workspace_spell_number(workspace, value->number, attribute->unit, out_cell);
    else
        spell_set(workspace, attribute, &value->set, out_cell);
}

void workspace_pad(struct workspace *workspace, struct oracle_buffer *cell) {
    static const char *const blanks[] = {"", " ", "  ", "\t", " \t"};
    if (!workspace_chance(&workspace->rng, workspace->style.pad_percent))
        return;
    struct oracle_buffer padded = {0};
    oracle_buffer_add_string(&padded, WORKSPACE_PICK(&workspace->rng, blanks));
    oracle_buffer_add(&padded, (struct oracle_text){cell->bytes, cell->length});
    oracle_buffer_add_string(&padded, WORKSPACE_PICK(&workspace->rng, blanks));
    free(cell->bytes);
    *cell = padded;
}

static bool contains(struct oracle_text text, char byte) {
    return text.length > 0 && memchr(text.bytes, byte, text.length) != NULL;
}

static void put_quoted(struct oracle_buffer *csv, struct oracle_text cell) {
    oracle_buffer_add_string(csv, "\"");
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.bytes[i] == '"')
            oracle_buffer_add_string(csv, "\"");
        oracle_buffer_add(csv, (struct oracle_text){cell.bytes + i, 1});
    }
    oracle_buffer_add_string(csv, "\"");
}

void workspace_put_name(struct workspace *workspace, struct oracle_buffer *csv, const char *name) {
    if (strpbrk(name, ",;\t|\"") != NULL || workspace_chance(&workspace->rng, workspace->style.quote_percent))
        put_quoted(csv, oracle_text_of(name));
    else
        oracle_buffer_add_string(csv, name);
}

void workspace_put_cell(struct workspace *workspace, struct oracle_buffer *csv, struct oracle_text cell,
                        bool carried) {
    struct workspace_rng *rng = &workspace->rng;
    bool quoted = contains(cell, workspace->style.delimiter) || contains(cell, '\n') ||
                  contains(cell, '\r') || (cell.length > 0 && cell.bytes[0] == '"');
    /* A quote further in is a byte like any other; the careful writer quotes it nevertheless. */
    if (contains(cell, '"') && workspace_chance(rng, 60))
        quoted = true;
    if (workspace_chance(rng, workspace->style.quote_percent))
        quoted = true;
    if (!quoted) {
        oracle_buffer_add(csv, cell);
        return;
    }
    put_quoted(csv, cell);
    if (!carried && workspace_chance(rng, workspace->style.pad_percent))
        oracle_buffer_add_string(csv, " ");
}

void workspace_put_newline(struct workspace *workspace, struct oracle_buffer *csv) {
    struct workspace_rng *rng = &workspace->rng;
    do
        oracle_buffer_add_string(csv, workspace_chance(rng, workspace->style.crlf_percent) ? "\r\n" : "\n");
    while (workspace_chance(rng, workspace->style.empty_line_percent));
}

void workspace_start_table(struct workspace *workspace, struct oracle_buffer *csv) {
    if (workspace->style.bom)
        oracle_buffer_add_string(csv, "\xEF\xBB\xBF");
    if (workspace->style.empty_line_percent > 0 && workspace_chance(&workspace->rng, 5))
        workspace_put_newline(workspace, csv);
}

void workspace_end_table(struct workspace *workspace, struct oracle_buffer *csv) {
    if (workspace->style.final_newline)
        return;
    while (csv->length > 0 && (csv->bytes[csv->length - 1] == '\n' || csv->bytes[csv->length - 1] == '\r'))
        csv->length--;
}
