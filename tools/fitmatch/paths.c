#include "paths.h"

#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool system_failed(fm_error *error, const char *doing, const char *path) {
    int code = errno ? errno : EIO;
    buffer message = {0};
    buffer_add(&message, doing);
    buffer_add(&message, " ");
    buffer_show(&message, path, strlen(path));
    buffer_addf(&message, ": %s", strerror(code));
    *error = (fm_error){.status = code == EPIPE ? FM_ERROR_PIPE : FM_ERROR_IO};
    snprintf(error->message, sizeof error->message, "%s", buffer_string(&message));
    buffer_destroy(&message);
    return false;
}

bool is_special(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

bool same_file(const char *a, const char *b) {
    struct stat left;
    struct stat right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

/* The folder of a path, "." when it names none. */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash)
        return tool_copy(".", 1);
    return tool_copy(path, slash == path ? 1 : (size_t)(slash - path));
}

bool can_appear(const char *path, fm_error *error) {
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        return system_failed(error, "cannot write", path);
    }
    char *folder = folder_of(path);
    bool possible = true;
    if (stat(folder, &about) != 0) {
        possible = system_failed(error, "cannot write to the folder", folder);
    } else if (!S_ISDIR(about.st_mode)) {
        errno = ENOTDIR;
        possible = system_failed(error, "cannot write to", folder);
    } else if (access(is_special(path) ? path : folder, W_OK) != 0) {
        possible = system_failed(error, "cannot write", path);
    }
    free(folder);
    return possible;
}
