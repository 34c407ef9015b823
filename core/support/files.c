#include "support/files.h"

#include "support/error.h"
#include "support/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A suggestion is a courtesy: not worth a second's search in a crowded folder. */
#define ENTRIES_MAX 10000

/* Looks for the entry nearest to `wanted`; of equally near ones the first by bytes, whatever the folder's
 * order. */
static void search_folder(DIR *folder, const char *wanted, char *name, fm__suggestion *nearest) {
    fm__suggestion_init(nearest, fm__text(wanted));
    for (unsigned i = 0; i < ENTRIES_MAX; i++) {
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return;
        if (entry->d_name[0] == '.' || entry->d_type == DT_DIR || strcmp(entry->d_name, wanted) == 0)
            continue;
        fm__suggestion one;
        fm__suggestion_init(&one, fm__text(wanted));
        fm__suggestion_offer(&one, entry->d_name);
        bool first_of_equals = one.best_distance == nearest->best_distance && one.best_distance != SIZE_MAX &&
                               fm__text_compare(one.best, nearest->best) < 0;
        if (one.best_distance < nearest->best_distance || first_of_equals) {
            memcpy(name, one.best.bytes, one.best.length); /* the entry is gone after the next readdir */
            *nearest = one;
            nearest->best.bytes = name;
        }
    }
}

const char *fm__nearest_file(const char *path, char *buffer) {
    buffer[0] = '\0';
    const char *slash = strrchr(path, '/');
    const char *wanted = slash == NULL ? path : slash + 1;
    char folder_path[PATH_MAX] = ".";
    if (slash != NULL) {
        size_t length = slash == path ? 1 : (size_t)(slash - path);
        if (length >= sizeof folder_path)
            return buffer;
        memcpy(folder_path, path, length);
        folder_path[length] = '\0';
    }
    DIR *folder = opendir(folder_path);
    if (folder == NULL) {
        char shown[FM__SHOW_BYTES];
        if (errno == ENOENT)
            (void)snprintf(buffer, FM__SUGGESTION_BYTES, "; there is no folder `%s`",
                           fm__text_show(fm__text(folder_path), shown));
        return buffer;
    }
    char name[NAME_MAX + 1];
    fm__suggestion nearest;
    search_folder(folder, wanted, name, &nearest);
    (void)closedir(folder);
    return fm__suggestion_text(&nearest, buffer);
}

int fm__file_unreadable(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    return access(path, R_OK) == 0 ? 0 : errno;
}

const char *fm__file_reason(int code, const char *path, char *buffer) {
    /* strerror_r in its GNU form returns the text and does not share a buffer between threads. */
    char reason[128];
    char near[FM__SUGGESTION_BYTES] = "";
    if (code == ENOENT)
        (void)fm__nearest_file(path, near);
    (void)snprintf(buffer, FM__FILE_REASON_BYTES, "%s%s", strerror_r(code, reason, sizeof reason), near);
    return buffer;
}

static fm_status fail_reading(fm_error *error, int code, const char *doing, const char *what,
                              const char *path) {
    char reason[FM__FILE_REASON_BYTES];
    return fm__fail_at(error, code == ENOMEM ? FM_ERROR_MEMORY : FM_ERROR_IO, path, 0, 0, "cannot %s %s: %s",
                       doing, what, fm__file_reason(code, path, reason));
}

fm_status fm__file_load(const char *path, const char *what, size_t max_bytes, char **out_content,
                        size_t *out_length, fm_error *error) {
    char *content = NULL;
    size_t capacity = 0;
    size_t length = 0;
    fm_status status = FM_OK;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_reading(error, errno, "open", what, path);
    for (;;) {
        if (!fm__array_reserve(&content, &capacity, length + 4096, 1)) {
            status = fm__fail_memory(error);
            break;
        }
        ssize_t got = read(file, content + length, capacity - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = fail_reading(error, errno, "read", what, path);
        if (got <= 0)
            break;
        length += (size_t)got;
        if (length > max_bytes) {
            status = fm__fail_at(error, FM_ERROR_LIMIT, path, 0, 0, "%s is longer than %zu bytes", what,
                                 max_bytes);
            break;
        }
    }
    (void)close(file);
    if (status != FM_OK) {
        free(content);
        return status;
    }
    *out_content = content;
    *out_length = length;
    return FM_OK;
}
