/* Which rows are meant: by id, by number, and what to say where there is none. */
#include "explain_rows.h"

#include "numbers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_IDS 3

typedef struct near_id {
    char *id;
    size_t distance;
} near_id;

/* Keeps the nearest few ids, each once, the nearest first. */
static void offer_near(near_id *near, fm_text id, size_t distance) {
    for (size_t i = 0; i < NEAR_IDS; i++) {
        if (near[i].id && text_equal(text_of(near[i].id), id))
            return;
    }
    for (size_t i = 0; i < NEAR_IDS; i++) {
        if (near[i].id && near[i].distance <= distance)
            continue;
        free(near[NEAR_IDS - 1].id);
        memmove(near + i + 1, near + i, (NEAR_IDS - 1 - i) * sizeof *near);
        near[i] = (near_id){tool_copy(id.bytes, id.length), distance};
        return;
    }
}

static int unknown_customer(const session *run, const char *id) {
    fm_error error;
    if (fm_base_damage(run->base, &error) != FM_OK)
        return console_failed(run->console, &error); /* it may well be there */
    near_id near[NEAR_IDS] = {{NULL, 0}};
    fm_text wanted = text_trim(text_of(id));
    size_t most = wanted.length < 4 ? 1 : 2;
    for (uint64_t row = 0; row < fm_base_row_count(run->base); row++) {
        fm_text candidate = text_trim(fm_base_id(run->base, row));
        size_t distance = text_distance(wanted, candidate, most);
        if (distance <= most)
            offer_near(near, candidate, distance);
    }
    buffer message = {0};
    buffer_add(&message, "no customer ");
    buffer_show(&message, id, strlen(id));
    buffer_add(&message, " in ");
    const char *file = session_customers_name(run);
    buffer_show(&message, file, strlen(file));
    for (size_t i = 0; i < NEAR_IDS; i++) {
        if (!near[i].id)
            continue;
        buffer_add(&message, i ? ", " : "; near it: ");
        buffer_show(&message, near[i].id, strlen(near[i].id));
        free(near[i].id);
    }
    uint64_t aside = fm_base_reject_count(run->base);
    char number[NUMBER_BYTES];
    if (aside > 0)
        buffer_addf(&message, "; %s %s set aside, which `fitmatch check` lists", number_count(number, aside),
                    aside == 1 ? "row was" : "rows were");
    console_error(run->console, "%s", buffer_string(&message));
    buffer_destroy(&message);
    return END_ERROR;
}

static void add(chosen_rows *to, uint64_t row, uint64_t rows_with_id) {
    if (to->count == to->capacity) {
        to->capacity = to->capacity ? to->capacity * 2 : 8;
        to->items = tool_realloc(to->items, to->capacity, sizeof *to->items);
    }
    to->items[to->count++] = (chosen_row){row, rows_with_id};
}

static uint64_t count_rows(const session *run, const char *id, uint64_t from) {
    uint64_t count = 0;
    for (uint64_t row = from; (row = fm_base_find(run->base, id, row)) != UINT64_MAX; row++)
        count++;
    return count;
}

static int choose_by_id(const session *run, const char *id, bool all, chosen_rows *out) {
    uint64_t first = fm_base_find(run->base, id, 0);
    if (first == UINT64_MAX)
        return unknown_customer(run, id);
    uint64_t count = count_rows(run, id, first);
    add(out, first, count);
    for (uint64_t row = first; all && (row = fm_base_find(run->base, id, row + 1)) != UINT64_MAX;)
        add(out, row, count);
    return END_DONE;
}

/* A row by its number, which must be of this customer when one is named. */
static int choose_by_number(const session *run, const char *id, uint64_t number, chosen_rows *out) {
    uint64_t rows = fm_base_row_count(run->base);
    char wanted[NUMBER_BYTES];
    char there[NUMBER_BYTES];
    number_count(wanted, number);
    number_count(there, rows);
    if (number > rows) {
        console_error(run->console, "--row %s: there are %s rows", wanted, there);
        return END_ERROR;
    }
    fm_text own = fm_base_id(run->base, number - 1);
    char *found = tool_copy(own.bytes, own.length);
    int code = END_DONE;
    if (id && !text_equal(text_trim(text_of(id)), text_trim(own))) {
        buffer message = {0};
        buffer_addf(&message, "row %s is of ", wanted);
        buffer_show(&message, found, own.length);
        buffer_add(&message, ", not of ");
        buffer_show(&message, id, strlen(id));
        explain_list_rows(&message, run, id);
        console_error(run->console, "%s", buffer_string(&message));
        buffer_destroy(&message);
        code = END_ERROR;
    } else {
        add(out, number - 1, count_rows(run, found, 0));
    }
    free(found);
    return code;
}

/* More are not worth listing. */
#define LISTED_ROWS 5

void explain_list_rows(buffer *to, const session *run, const char *id) {
    size_t listed = 0;
    for (uint64_t row = 0; (row = fm_base_find(run->base, id, row)) != UINT64_MAX; row++) {
        char number[NUMBER_BYTES];
        if (listed == LISTED_ROWS) {
            buffer_add(to, ", ...");
            break;
        }
        buffer_addf(to, "%s%s", listed++ ? ", " : "; that id is in row ", number_count(number, row + 1));
    }
}

int explain_choose(const session *run, const names *ids, uint64_t number, bool all, chosen_rows *out) {
    if (number > 0)
        return choose_by_number(run, ids->count ? ids->items[0] : NULL, number, out);
    int code = END_DONE;
    for (size_t i = 0; i < ids->count && code == END_DONE; i++)
        code = choose_by_id(run, ids->items[i], all, out);
    return code;
}
