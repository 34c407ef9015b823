#define _GNU_SOURCE
#include "staged.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
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

bool staged_possible(const char *path, fm_error *error) {
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

/* A name beside the target that nobody else has. */
static char *temporary_name(const char *target) {
    buffer name = {0};
    buffer_addf(&name, "%s.XXXXXX", target);
    return name.bytes;
}

static int open_staged(staged *file) {
    if (file->direct)
        return open(file->target, O_WRONLY | O_CLOEXEC);
    char *folder = folder_of(file->target);
    int descriptor = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    free(folder);
    if (descriptor >= 0)
        return descriptor;
    /* Not every file system has files without a name. */
    file->temporary = temporary_name(file->target);
    descriptor = mkostemp(file->temporary, O_CLOEXEC);
    if (descriptor < 0) {
        free(file->temporary);
        file->temporary = NULL;
        return -1;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(descriptor, 0666 & ~mask);
    return descriptor;
}

bool staged_open(staged *file, const char *path, fm_error *error) {
    *file = (staged){.direct = is_special(path)};
    /* A symbolic link stays what it is: the file that it leads to is replaced. */
    char *resolved = realpath(path, NULL);
    file->target = tool_copy(resolved ? resolved : path, strlen(resolved ? resolved : path));
    free(resolved);
    int descriptor = open_staged(file);
    if (descriptor < 0)
        return system_failed(error, "cannot write", path);
    file->stream = fdopen(descriptor, "w");
    if (!file->stream) {
        system_failed(error, "cannot write", path);
        close(descriptor);
        return false;
    }
    return true;
}

/* A file without a name gets one here, but not yet its own: linkat does not replace what is there. */
static bool name_temporarily(staged *file) {
    char from[64];
    snprintf(from, sizeof from, "/proc/self/fd/%d", fileno(file->stream));
    for (int attempt = 0; attempt < 100; attempt++) {
        buffer name = {0};
        buffer_addf(&name, "%s.%ld-%d.part", file->target, (long)getpid(), attempt);
        if (linkat(AT_FDCWD, from, AT_FDCWD, name.bytes, AT_SYMLINK_FOLLOW) == 0) {
            file->temporary = name.bytes;
            return true;
        }
        int code = errno;
        buffer_destroy(&name);
        errno = code;
        if (code != EEXIST)
            return false;
    }
    return false;
}

bool staged_finish(staged *file, fm_error *error) {
    /* What is no regular file cannot always be synced, and need not be. */
    if (ferror(file->stream) || fflush(file->stream) != 0 ||
        (!file->direct && fsync(fileno(file->stream)) != 0))
        return system_failed(error, "cannot write", file->target);
    return true;
}

bool staged_publish(staged *file, fm_error *error) {
    if (!file->direct && !file->temporary && !name_temporarily(file))
        return system_failed(error, "cannot write", file->target);
    if (fclose(file->stream) != 0) {
        file->stream = NULL;
        return system_failed(error, "cannot write", file->target);
    }
    file->stream = NULL;
    if (!file->direct) {
        if (rename(file->temporary, file->target) != 0)
            return system_failed(error, "cannot write", file->target);
        free(file->temporary);
        file->temporary = NULL;
    }
    return true;
}

void staged_discard(staged *file) {
    if (file->stream)
        fclose(file->stream);
    if (file->temporary)
        unlink(file->temporary);
    free(file->temporary);
    free(file->target);
    *file = (staged){0};
}
