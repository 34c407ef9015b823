#include "reading.h"

#include "paths.h"

#include <stdlib.h>
#include <string.h>

int reading_check_rejects(options *of, const char *output, const char *rejects_path) {
    if (rejects_path && strcmp(rejects_path, "-") == 0)
        return options_wrong(of, "--rejects needs the name of a file");
    if (rejects_path && output && (strcmp(rejects_path, output) == 0 || same_file(rejects_path, output)))
        return options_wrong(of, "-o and --rejects are the same file");
    return END_DONE;
}

int reading_check_places(console *to, const char *output, const rejects *aside) {
    fm_error error;
    if ((output && !can_appear(output, &error)) || (aside->path && !can_appear(aside->path, &error)))
        return console_failed(to, &error);
    return END_DONE;
}

int reading_check_inputs(console *to, const session *run, const char *output, const char *what,
                         const rejects *aside) {
    const char *inputs[] = {run->model_path, session_customers_name(run),
                            fm_workspace_offerings(run->workspace), fm_workspace_history(run->workspace)};
    const char *outputs[] = {output, aside->path};
    for (size_t o = 0; o < 2; o++) {
        for (size_t i = 0; outputs[o] && i < sizeof inputs / sizeof inputs[0]; i++) {
            if (!inputs[i] || !same_file(outputs[o], inputs[i]) || is_special(outputs[o]))
                continue;
            buffer shown = {0};
            buffer_show(&shown, outputs[o], strlen(outputs[o]));
            console_error(to, "%s is an input of this run: write the %s to another file",
                          buffer_string(&shown), o == 0 ? what : "rejects");
            buffer_destroy(&shown);
            return END_ERROR;
        }
    }
    return END_DONE;
}

/* Whether a column is carried without being asked. */
static bool carried_anyway(const session *run, const char *name) {
    if (strcmp(name, "customer_id") == 0)
        return true;
    for (size_t i = 0; i < run->model->role_count; i++) {
        const fm_role_column *role = &run->model->roles[i];
        if (role->role != FM_ROLE_ID && strcmp(role->column, name) == 0)
            return true;
    }
    return false;
}

/* Whether the table has a column of --keep; says so when it has not. */
static bool find_column(options *of, const session *run, const char *name) {
    if (!run->table)
        return true; /* a base file: opening it tells */
    size_t count = fm_table_column_count(run->table);
    const char **columns = tool_alloc(count, sizeof *columns);
    bool found = false;
    for (size_t i = 0; i < count && !found; i++) {
        columns[i] = fm_table_column_name(run->table, i);
        found = text_equal(text_trim(text_of(columns[i])), text_of(name));
    }
    if (!found) {
        buffer message = {0};
        buffer_show(&message, name, strlen(name));
        buffer_add(&message, ": no such column in ");
        const char *file = session_customers_name(run);
        buffer_show(&message, file, strlen(file));
        options_suggest(&message, name, columns, count);
        options_wrong(of, "--keep %s", buffer_string(&message));
        buffer_destroy(&message);
    }
    free(columns);
    return found;
}

/* The columns of --keep that are not there anyway, in *out_kept (views of the request's). */
static int check_keep(options *of, const session *run, const reading_request *from, const char **out_kept,
                      size_t *out_count) {
    size_t count = 0;
    for (size_t i = 0; i < from->keep->count; i++) {
        const char *name = from->keep->items[i];
        for (size_t t = 0; t < from->taken_count; t++) {
            if (strcmp(from->taken[t], name) == 0)
                return options_wrong(of, "--keep %s: the match table has a column of that name already",
                                     name);
        }
        if (!find_column(of, run, name))
            return END_USAGE;
        bool twice = carried_anyway(run, name);
        for (size_t k = 0; k < count; k++)
            twice |= strcmp(out_kept[k], name) == 0;
        if (!twice)
            out_kept[count++] = name;
    }
    *out_count = count;
    return END_DONE;
}

static int open_with(options *of, session *run, const reading_request *from, rejects *aside,
                     const fm_progress *progress) {
    int code = session_open_customers(run);
    if (code != END_DONE)
        return code;
    const char **kept = tool_alloc(from->keep->count, sizeof *kept);
    size_t kept_count = 0;
    code = check_keep(of, run, from, kept, &kept_count);
    if (code == END_DONE)
        code = session_begin(run, (fm_base_options){.keep = kept,
                                                    .keep_count = kept_count,
                                                    .reject = rejects_add,
                                                    .context = aside,
                                                    .strict = from->strict,
                                                    .progress = progress,
                                                    .threads = from->threads});
    free(kept);
    return code;
}

int reading_open(options *of, session *run, const reading_request *from, rejects *aside) {
    return open_with(of, run, from, aside, NULL);
}

int reading_customers(options *of, session *run, const reading_request *from, rejects *aside) {
    int code = open_with(of, run, from, aside, &run->console->progress);
    return code == END_DONE ? session_whole(run) : code;
}
