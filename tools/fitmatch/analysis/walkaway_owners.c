/* The walk-away list as a file for each owner. */
#include "../console.h"
#include "numbering.h"
#include "walkaway.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a name without its ending: far below what any file system takes, with room for a number. */
#define NAME_BYTES_MAX 120

/* The customers of one owner. */
typedef struct list {
    uint64_t *rows;
    uint64_t count;
    size_t capacity;
} list;

typedef struct lists {
    numbering owners; /* trimmed; "" is no owner */
    numbering files;  /* names that are taken, in lower case */
    list *items;      /* [owner] */
    size_t capacity;
} lists;

static void add_row(lists *all, fm_text owner, uint64_t row) {
    bool is_new;
    size_t number = numbering_add(&all->owners, owner, &is_new);
    if (number == all->capacity) {
        all->capacity = all->capacity ? all->capacity * 2 : 64;
        all->items = tool_realloc(all->items, all->capacity, sizeof *all->items);
    }
    list *to = &all->items[number];
    if (is_new)
        *to = (list){0};
    if (to->count == to->capacity) {
        to->capacity = to->capacity ? to->capacity * 2 : 16;
        to->rows = tool_realloc(to->rows, to->capacity, sizeof *to->rows);
    }
    to->rows[to->count++] = row;
}

static void lists_destroy(lists *all) {
    for (size_t i = 0; i < all->owners.texts.count; i++)
        free(all->items[i].rows);
    free(all->items);
    numbering_destroy(&all->owners);
    numbering_destroy(&all->files);
}

/* --- names of files --- */

/* A name that every file system takes: no separators, no characters that some shell or system gives a meaning
 * to, no blank or dot at either end. */
static char *safe_name(const char *owner) {
    buffer name = {0};
    size_t length = strlen(owner);
    for (size_t at = 0; at < length && name.length < NAME_BYTES_MAX;) {
        uint32_t code = 0;
        size_t count = utf8_next(owner + at, length - at, &code);
        bool odd = count == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0) ||
                   (code < 0x80 && strchr("/\\:*?\"<>|", (int)code)) ||
                   ((code == '.' || code == ' ') && name.length == 0);
        if (odd)
            buffer_add(&name, "_");
        else
            buffer_add_bytes(&name, owner + at, count);
        at += count ? count : 1;
    }
    while (name.length > 0 && strchr(" .", name.bytes[name.length - 1]))
        name.length--;
    char *made = tool_copy(buffer_string(&name), name.length);
    buffer_destroy(&name);
    return made;
}

/* What Windows keeps for devices. */
static bool is_device(const char *lower) {
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    size_t length = strcspn(lower, ".");
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (length == 3 && strncmp(lower, devices[i], 3) == 0)
            return true;
    return length == 4 && (strncmp(lower, "com", 3) == 0 || strncmp(lower, "lpt", 3) == 0) &&
           isdigit((unsigned char)lower[3]);
}

static char *lower_case(const char *name) {
    char *lower = tool_copy(name, strlen(name));
    for (char *at = lower; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return lower;
}

/* Takes a name, whatever its case, that no other file has. */
static bool take_name(lists *all, const char *name) {
    bool is_new;
    char *lower = lower_case(name);
    numbering_add(&all->files, text_of(lower), &is_new);
    is_new &= !is_device(lower);
    free(lower);
    return is_new;
}

/* The path of an owner's file, with a number behind the name where it is taken. */
static void add_path(lists *all, const char *owner, const char *folder, buffer *to) {
    char *safe = safe_name(owner);
    buffer name = {0};
    buffer_add(&name, *owner ? safe : "no-owner");
    for (unsigned number = 2; *owner && !take_name(all, buffer_string(&name)); number++) {
        buffer_clear(&name);
        buffer_addf(&name, "%s-%u", safe, number);
    }
    buffer_addf(to, "%s/%s.csv", folder, buffer_string(&name));
    buffer_destroy(&name);
    free(safe);
}

/* Looks at nothing but the owners: working whole rows out takes longer. */
static void collect(const session *run, const fm_report *report, lists *all) {
    size_t column = session_role_column(run, FM_ROLE_OWNER);
    take_name(all, "no-owner");
    for (size_t t = 0; t < fm_report_table_count(report); t++)
        take_name(all, fm_report_table_name(report, t));
    for (uint64_t row = 0; row < fm_report_row_count(report, 0); row++) {
        uint64_t customer = fm_report_customer(report, 0, row);
        fm_text owner = column == SIZE_MAX ? text_of("") : fm_base_cell(run->base, column, customer);
        add_row(all, text_trim(owner), row);
    }
}

int walkaway_write_owners(const session *run, fm_report *report, const char *folder) {
    lists all = {0};
    fm_error error;
    int code = END_DONE;
    collect(run, report, &all);
    for (size_t i = 0; code == END_DONE && i < all.owners.texts.count; i++) {
        buffer path = {0};
        add_path(&all, all.owners.texts.items[i], folder, &path);
        if (fm_report_write_csv_rows(report, 0, all.items[i].rows, all.items[i].count, buffer_string(&path),
                                     &error) != FM_OK)
            code = console_failed(run->console, &error);
        buffer_destroy(&path);
    }
    lists_destroy(&all);
    return code;
}
