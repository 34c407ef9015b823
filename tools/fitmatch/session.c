#include "session.h"

#include "interrupt.h"
#include "rejects.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int session_open(session *of) {
    fm_error error;
    double before = console_clock();
    if (fm_workspace_open(of->model_path, &of->console->faults, &of->workspace, &error) != FM_OK)
        return console_failed(of->console, &error);
    of->model = fm_model_content(fm_workspace_model(of->workspace));
    of->catalog = fm_workspace_catalog(of->workspace);
    of->open_seconds = console_clock() - before;
    return END_DONE;
}

/* A table with a base file's first bytes for the name of its first column came through a pipe. */
static int check_stream(const session *of) {
    if (fm_table_column_count(of->table) == 0 ||
        !fm_base_is_file_start(text_of(fm_table_column_name(of->table, 0))))
        return END_DONE;
    console_error(of->console,
                  "a base file cannot be read from standard input, as it is opened in place: give its "
                  "name with --customers FILE");
    return END_ERROR;
}

int session_open_customers(session *of) {
    if (!of->customers_path && !fm_workspace_customers(of->workspace)) {
        buffer shown = {0};
        buffer_show(&shown, of->model_path, strlen(of->model_path));
        console_error(of->console,
                      "%s names no table of customers: add `customers: FILE` or give --customers FILE",
                      buffer_string(&shown));
        buffer_destroy(&shown);
        return END_ERROR;
    }
    const char *path = of->customers_path ? of->customers_path : fm_workspace_customers(of->workspace);
    bool is_stream = strcmp(path, "-") == 0;
    if (!is_stream && fm_base_is_file(path)) {
        of->base_path = path;
        return END_DONE;
    }
    fm_error error;
    if (fm_workspace_open_customers(of->workspace, of->customers_path, &of->console->progress, &of->table,
                                    &error) != FM_OK)
        return console_failed(of->console, &error);
    return check_stream(of);
}

static int open_base_file(session *of, const fm_base_options *options) {
    fm_error error;
    double before = console_clock();
    fm_base_open_options how = {.keep = options->keep,
                                .keep_count = options->keep_count,
                                .lazy = of->lazy,
                                .threads = options->threads,
                                .progress = &of->console->progress};
    if (fm_base_open(fm_workspace_model(of->workspace), of->base_path, &how, &of->console->faults, &of->base,
                     &error) != FM_OK)
        return console_failed(of->console, &error);
    of->read_seconds = console_clock() - before;
    uint64_t aside = fm_base_reject_count(of->base);
    if (options->strict && aside > 0) {
        console_error(of->console, "%" PRIu64 " customer rows were set aside when %s was encoded", aside,
                      session_customers_name(of));
        return END_ERROR;
    }
    if (options->reject == rejects_add)
        rejects_add_earlier(options->context, aside);
    return END_DONE;
}

static bool go_on(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    (void)context;
    (void)phase;
    (void)done;
    (void)total;
    return !interrupt_signal();
}

const fm_progress session_watch = {go_on, NULL};

int session_begin(session *of, fm_base_options options) {
    if (of->base_path)
        return open_base_file(of, &options);
    fm_error error;
    if (!options.progress)
        options.progress = &session_watch;
    if (fm_customers_open(fm_workspace_model(of->workspace), of->table, &options, &of->console->faults,
                          &of->customers, &error) != FM_OK)
        return console_failed(of->console, &error);
    return END_DONE;
}

int session_next_part(session *of, size_t part_bytes, bool *out_more) {
    fm_base *base = NULL;
    fm_error error;
    double before = console_clock();
    if (of->base_path) {
        *out_more = !of->base_taken;
        of->base_taken = true;
        return END_DONE;
    }
    if (fm_customers_next(of->customers, part_bytes, &base, &error) != FM_OK)
        return console_failed(of->console, &error);
    of->read_seconds += console_clock() - before;
    *out_more = base != NULL;
    if (base) {
        fm_matches_free(of->matches);
        fm_base_free(of->base);
        of->matches = NULL;
        of->base = base;
    }
    return END_DONE;
}

int session_whole(session *of) {
    bool more;
    return session_next_part(of, 0, &more);
}

int session_read(session *of, fm_base_options options) {
    options.progress = &of->console->progress;
    int code = session_begin(of, options);
    return code == END_DONE ? session_whole(of) : code;
}

int session_match(session *of, unsigned threads, fm_instruction_set set) {
    fm_error error;
    double before = console_clock();
    fm_match_options options = {.threads = threads,
                                .instruction_set = set,
                                .progress = &of->console->progress,
                                .no_totals = of->no_totals};
    if (fm_match(of->base, of->catalog, &options, &of->matches, &error) != FM_OK)
        return console_failed(of->console, &error);
    of->match_seconds += console_clock() - before;
    return END_DONE;
}

void session_close(session *of) {
    fm_matches_free(of->matches);
    fm_base_free(of->base);
    fm_customers_close(of->customers);
    fm_table_free(of->table);
    fm_workspace_free(of->workspace);
    of->matches = NULL;
    of->base = NULL;
    of->customers = NULL;
    of->table = NULL;
    of->workspace = NULL;
}

const char *session_customers_name(const session *of) {
    const char *path = of->customers_path ? of->customers_path : fm_workspace_customers(of->workspace);
    if (!path)
        return "no customers";
    return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

size_t session_role_column(const session *of, fm_role role) {
    const char *wanted = fm_model_role_column(fm_workspace_model(of->workspace), role);
    if (!wanted)
        return SIZE_MAX;
    for (size_t i = 0; i < fm_base_column_count(of->base); i++) {
        fm_text name = text_trim(text_of(fm_base_column_name(of->base, i)));
        if (text_equal(name, text_trim(text_of(wanted))))
            return i;
    }
    return SIZE_MAX;
}

static int compare_strings(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

offering_count session_offerings(const session *of) {
    offering_count count = {0};
    size_t all = fm_catalog_offering_count(of->catalog);
    const char **suppliers = tool_alloc(all, sizeof *suppliers);
    for (size_t i = 0; i < all; i++) {
        const fm_offering *offering = fm_catalog_offering(of->catalog, i);
        if (offering->own)
            count.own++;
        else
            suppliers[count.partner++] = offering->supplier;
    }
    qsort(suppliers, count.partner, sizeof *suppliers, compare_strings);
    for (size_t i = 0; i < count.partner; i++)
        count.partners += i == 0 || strcmp(suppliers[i - 1], suppliers[i]) != 0;
    free(suppliers);
    return count;
}

/* Most texts fit at once; the length of the others is known after the first attempt. */
#define FIRST_ATTEMPT_BYTES 256

void walk_gap(buffer *to, fm_walk *walk, uint64_t row, size_t offering) {
    char first[FIRST_ATTEMPT_BYTES];
    size_t length = fm_walk_gap(walk, row, offering, first, sizeof first);
    if (length < sizeof first) {
        buffer_show(to, first, length);
        return;
    }
    char *whole = tool_alloc(length + 1, 1);
    fm_walk_gap(walk, row, offering, whole, length + 1);
    buffer_show(to, whole, length);
    free(whole);
}

void walk_demand(buffer *to, fm_walk *walk, uint64_t row, size_t attribute, bool want) {
    char first[FIRST_ATTEMPT_BYTES];
    size_t length = fm_walk_demand(walk, row, attribute, want, first, sizeof first);
    if (length < sizeof first) {
        buffer_show(to, first, length);
        return;
    }
    char *whole = tool_alloc(length + 1, 1);
    fm_walk_demand(walk, row, attribute, want, whole, length + 1);
    buffer_show(to, whole, length);
    free(whole);
}

void walk_offer(buffer *to, fm_walk *walk, size_t offering, size_t attribute) {
    char first[FIRST_ATTEMPT_BYTES];
    size_t length = fm_walk_offer(walk, offering, attribute, first, sizeof first);
    if (length < sizeof first) {
        buffer_show(to, first, length);
        return;
    }
    char *whole = tool_alloc(length + 1, 1);
    fm_walk_offer(walk, offering, attribute, whole, length + 1);
    buffer_show(to, whole, length);
    free(whole);
}
