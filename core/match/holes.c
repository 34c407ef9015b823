#include "match/holes.h"

#include "support/error.h"

/* Bytes read from the log, and copied of the text, at a time. */
#define LOG_BYTES ((size_t)64 << 10)
#define COPY_BYTES ((size_t)1 << 20)

/* --- risks --- */

bool fm__risks_init(fm__risks *risks, const fm_catalog *catalog) {
    size_t cells;
    *risks = (fm__risks){
        .attribute_count = fm_model_content(catalog->model)->attribute_count,
        .offering_count = catalog->offering_count,
    };
    if (!fm__size_product(risks->offering_count, risks->attribute_count, &cells))
        return false;
    risks->stated = fm__array_new(risks->attribute_count, sizeof *risks->stated);
    risks->missed = fm__array_new(cells, sizeof *risks->missed);
    return risks->stated != NULL && risks->missed != NULL;
}

void fm__risks_destroy(fm__risks *risks) {
    free(risks->stated);
    free(risks->missed);
    *risks = (fm__risks){0};
}

bool fm__risks_add(fm__risks *risks, const fm__plan *plan) {
    uint64_t *plane_rows = fm__array_new(plan->plane_count, sizeof *plane_rows);
    bool done = plane_rows != NULL;
    for (size_t a = 0; done && a < risks->attribute_count; a++) {
        const fm__group *group = fm__plan_group(plan, a, false);
        risks->stated[a] += fm_base_demand_count(plan->base, a, false).rows[FM_DEMAND_STATED];
        if (group != NULL)
            done = fm__plan_count_missed(plan, group, plane_rows);
    }
    /* The first variants are the offerings on their dependable values. */
    for (size_t o = 0; done && o < risks->offering_count; o++) {
        const fm__variant *variant = &plan->variants[o];
        for (uint32_t i = 0; plan->catalog->offerings[o].own && i < variant->need_count; i++)
            risks->missed[o * risks->attribute_count + variant->needs[i].attribute] +=
                plane_rows[variant->needs[i].plane];
    }
    free(plane_rows);
    return done;
}

uint32_t fm__risks_choose(const fm__risks *risks, uint32_t own, const uint64_t *set) {
    fm__risk best = {0};
    bool found = false;
    for (size_t w = 0; w < fm__risks_words(risks->attribute_count); w++)
        for (uint64_t bits = set[w]; bits != 0; bits &= bits - 1) {
            uint32_t a = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits);
            fm__risk risk = fm__risk_of(risks->missed[own * risks->attribute_count + a], risks->stated[a], a);
            if (!found || fm__risk_compare(&risk, &best) < 0)
                best = risk;
            found = true;
        }
    return best.place;
}

/* --- the log --- */

fm_status fm__holes_add(fm__hole_log *log, char *holes, size_t count, uint64_t base, const fm_output *beside,
                        fm_error *error) {
    size_t bytes = fm__hole_bytes(log->words);
    if (log->file == NULL) {
        fm_status status = fm__output_open_spool(beside, &log->file, error);
        if (status != FM_OK)
            return status;
    }
    for (size_t i = 0; i < count; i++) {
        fm__hole hole;
        memcpy(&hole, holes + i * bytes, sizeof hole);
        hole.at += base;
        memcpy(holes + i * bytes, &hole, sizeof hole);
    }
    log->count += count;
    return fm_output_write(log->file, holes, count * bytes, error);
}

void fm__holes_destroy(fm__hole_log *log) {
    fm_output_discard(log->file);
    *log = (fm__hole_log){0};
}

/* Going over a log from its beginning. */
typedef struct log_walk {
    const fm__hole_log *log;
    uint64_t next;
    char *buffer; /* some holes; `begin` is the first one's number */
    uint64_t begin;
    uint64_t end;
    uint64_t *set; /* of the current hole */
} log_walk;

static bool walk_init(log_walk *walk, const fm__hole_log *log) {
    size_t bytes = fm__hole_bytes(log->words);
    *walk = (log_walk){
        .log = log,
        .buffer = malloc(bytes > LOG_BYTES ? bytes : LOG_BYTES),
        .set = fm__array_new(log->words, sizeof *walk->set),
    };
    return walk->buffer != NULL && walk->set != NULL;
}

static void walk_destroy(log_walk *walk) {
    free(walk->buffer);
    free(walk->set);
}

/* The next hole; there is one. */
static fm_status walk_next(log_walk *walk, fm__hole *out_hole, fm_error *error) {
    size_t bytes = fm__hole_bytes(walk->log->words);
    if (walk->next == walk->end) {
        uint64_t most = LOG_BYTES / bytes > 0 ? LOG_BYTES / bytes : 1;
        uint64_t left = walk->log->count - walk->next;
        size_t count = (size_t)(left < most ? left : most);
        fm_status status =
            fm__output_read(walk->log->file, walk->next * bytes, walk->buffer, count * bytes, error);
        if (status != FM_OK)
            return status;
        walk->begin = walk->next;
        walk->end = walk->next + count;
    }
    const char *at = walk->buffer + (size_t)(walk->next++ - walk->begin) * bytes;
    memcpy(out_hole, at, sizeof *out_hole);
    memcpy(walk->set, at + sizeof *out_hole, walk->log->words * sizeof *walk->set);
    return FM_OK;
}

fm_status fm__holes_check(const fm__hole_log *log, const fm__risks *risks, bool *out_right, fm_error *error) {
    log_walk walk;
    bool right = true;
    fm_status status = walk_init(&walk, log) ? FM_OK : fm__fail_memory(error);
    while (status == FM_OK && right && walk.next < log->count) {
        fm__hole hole;
        status = walk_next(&walk, &hole, error);
        if (status == FM_OK)
            right = fm__risks_choose(risks, hole.own, walk.set) == hole.guess;
    }
    if (status == FM_OK)
        *out_right = right;
    walk_destroy(&walk);
    return status;
}

/* --- copying --- */

typedef struct copying {
    fm_output *from;
    fm_output *to;
    uint64_t at;
    char *buffer; /* COPY_BYTES of the text from `begin` on, up to `end` */
    uint64_t begin;
    uint64_t end;
    uint64_t length; /* of the whole text */
    fm_status (*step)(void *context, fm_error *error);
    void *context;
} copying;

/* Copies up to a place. */
static fm_status copy_to(copying *c, uint64_t place, fm_error *error) {
    fm_status status = FM_OK;
    while (status == FM_OK && c->at < place) {
        if (c->at >= c->end) {
            uint64_t left = c->length - c->at;
            size_t count = left < COPY_BYTES ? (size_t)left : COPY_BYTES;
            if (c->step != NULL)
                status = c->step(c->context, error);
            if (status == FM_OK)
                status = fm__output_read(c->from, c->at, c->buffer, count, error);
            c->begin = c->at;
            c->end = c->at + count;
        }
        uint64_t stop = place < c->end ? place : c->end;
        if (status == FM_OK)
            status = fm_output_write(c->to, c->buffer + (c->at - c->begin), (size_t)(stop - c->at), error);
        c->at = stop;
    }
    return status;
}

fm_status fm__holes_fill(const fm__hole_log *log, const fm__risks *risks, const fm_text *names,
                         fm_output *from, fm_output *to, fm_status (*step)(void *context, fm_error *error),
                         void *context, fm_error *error) {
    log_walk walk;
    copying c = {.from = from, .to = to, .length = fm__output_length(from), .step = step, .context = context};
    c.buffer = malloc(COPY_BYTES);
    fm_status status = walk_init(&walk, log) && c.buffer != NULL ? FM_OK : fm__fail_memory(error);
    while (status == FM_OK && walk.next < log->count) {
        fm__hole hole;
        status = walk_next(&walk, &hole, error);
        if (status == FM_OK)
            status = copy_to(&c, hole.at, error);
        if (status != FM_OK)
            break;
        fm_text name = names[fm__risks_choose(risks, hole.own, walk.set)];
        status = fm_output_write(to, name.bytes, name.length, error);
        c.at = hole.at + names[hole.guess].length;
    }
    if (status == FM_OK)
        status = copy_to(&c, c.length, error);
    walk_destroy(&walk);
    free(c.buffer);
    return status;
}
