/* Pieces of the match table that are the same for all customers. */
#include "match/match_rows.h"
#include "tables/csv_put.h"

#include <string.h>

/* A piece under way; bytes is NULL once memory ran out. */
typedef struct making {
    fm__arena *arena;
    char *begin;
    char *at;
} making;

/* Begins a piece of at most `bytes`. */
static making make(fm__arena *arena, size_t bytes) {
    char *begin = bytes > SIZE_MAX - FM__PIECE_BYTES ? NULL : fm__arena_new(arena, bytes + FM__PIECE_BYTES);
    if (begin != NULL)
        memset(begin + bytes, 0, FM__PIECE_BYTES);
    return (making){arena, begin, begin};
}

static void add(making *m, const char *string) {
    size_t length = strlen(string);
    if (m->at == NULL)
        return;
    memcpy(m->at, string, length);
    m->at += length;
}

static void add_cell(making *m, const char *string) {
    if (m->at != NULL)
        m->at = fm__csv_put(m->at, fm__text(string));
}

static bool made(const making *m, fm_text *out_piece) {
    if (m->begin == NULL)
        return false;
    *out_piece = (fm_text){m->begin, (size_t)(m->at - m->begin)};
    return true;
}

/* A cell takes at most so many bytes. */
static size_t cell_bytes(const char *string) {
    return 2 * strlen(string) + 2;
}

static bool make_offerings(fm__pieces *p) {
    size_t count = p->catalog->offering_count;
    for (size_t o = 0; o < count; o++) {
        const char *id = p->catalog->offerings[o].id;
        const char *supplier = p->catalog->offerings[o].supplier;
        for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
            const char *verdict = fm_verdict_name((fm_verdict)v);
            making lead = make(&p->arena, strlen(verdict) + cell_bytes(id) + 3);
            add(&lead, ",");
            add(&lead, verdict);
            add(&lead, ",");
            add_cell(&lead, id);
            add(&lead, ",");
            if (!made(&lead, &p->leads[v * count + o]))
                return false;
        }
        making referral = make(&p->arena, cell_bytes(id) + cell_bytes(supplier) + 2);
        add_cell(&referral, id);
        add(&referral, ",");
        add_cell(&referral, supplier);
        add(&referral, ",");
        making promise = make(&p->arena, cell_bytes(id) + 1);
        add_cell(&promise, id);
        add(&promise, ",");
        if (!made(&referral, &p->referrals[o]) || !made(&promise, &p->promises[o]))
            return false;
    }
    making nobody = make(&p->arena, 2);
    add(&nobody, ",,");
    making none = make(&p->arena, 1);
    add(&none, ",");
    return made(&nobody, &p->referrals[count]) && made(&none, &p->promises[count]);
}

static bool make_scores(fm__pieces *p) {
    for (unsigned score = 0; score < FM__SCORES; score++) {
        char digits[4];
        size_t at = sizeof digits - 1;
        digits[at] = '\0';
        unsigned rest = score;
        do
            digits[--at] = (char)('0' + rest % 10);
        while ((rest /= 10) != 0);
        making plain = make(&p->arena, sizeof digits);
        add(&plain, digits + at);
        add(&plain, ",");
        making fitting = make(&p->arena, sizeof digits + 5);
        add(&fitting, digits + at);
        add(&fitting, ",,,,,,");
        if (!made(&plain, &p->scores[score]) || !made(&fitting, &p->fitting_scores[score]))
            return false;
    }
    return true;
}

static bool make_names(fm__pieces *p) {
    for (size_t a = 0; a < p->model->attribute_count; a++) {
        const char *name = p->model->attributes[a].name;
        making part = make(&p->arena, cell_bytes(name));
        add(&part, ";");
        if (part.at != NULL)
            part.at = fm__csv_double_quotes(part.at, fm__text(name));
        making question = make(&p->arena, cell_bytes(name));
        add_cell(&question, name);
        p->is_quoted[a] = fm__csv_needs_quotes(fm__text(name));
        if (!made(&part, &p->names[a]) || !made(&question, &p->questions[a]))
            return false;
    }
    return true;
}

static size_t longest(const fm_text *texts, size_t count) {
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = texts[i].length > most ? texts[i].length : most;
    return most;
}

bool fm__pieces_init(fm__pieces *p, const fm_catalog *catalog) {
    size_t offerings = catalog->offering_count;
    *p = (fm__pieces){.catalog = catalog, .model = fm_model_content(catalog->model)};
    size_t attributes = p->model->attribute_count;
    p->leads = fm__arena_array(&p->arena, FM_VERDICT_COUNT * offerings, sizeof *p->leads);
    p->scores = fm__arena_array(&p->arena, FM__SCORES, sizeof *p->scores);
    p->fitting_scores = fm__arena_array(&p->arena, FM__SCORES, sizeof *p->fitting_scores);
    p->referrals = fm__arena_array(&p->arena, offerings + 1, sizeof *p->referrals);
    p->promises = fm__arena_array(&p->arena, offerings + 1, sizeof *p->promises);
    p->names = fm__arena_array(&p->arena, attributes, sizeof *p->names);
    p->questions = fm__arena_array(&p->arena, attributes, sizeof *p->questions);
    p->is_quoted = fm__arena_array(&p->arena, attributes, sizeof *p->is_quoted);
    if (p->leads == NULL || p->scores == NULL || p->fitting_scores == NULL || p->referrals == NULL ||
        p->promises == NULL || p->names == NULL || p->questions == NULL || p->is_quoted == NULL)
        return false;
    if (!make_offerings(p) || !make_scores(p) || !make_names(p))
        return false;
    p->row_bytes = longest(p->leads, FM_VERDICT_COUNT * offerings) + longest(p->fitting_scores, FM__SCORES) +
                   longest(p->referrals, offerings + 1) + longest(p->promises, offerings + 1) +
                   longest(p->questions, attributes) + 16;
    for (size_t a = 0; a < attributes; a++)
        p->row_bytes += p->names[a].length;
    return true;
}

void fm__pieces_destroy(fm__pieces *pieces) {
    fm__arena_destroy(&pieces->arena);
}
