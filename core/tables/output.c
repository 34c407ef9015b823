#include "tables/output.h"

#include "support/error.h"
#include "tables/csv_put.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)1 << 20)
#define CELL_PIECE_BYTES ((size_t)4 << 10)
#define LINKS_MAX 40
/* Names tried for a temporary file: with 64 random bits a second try is already unlikely. */
#define NAMES_MAX 100
/* The disk is told to begin with what was written whenever there is so much of it: the final sync then has
 * little left to wait for. */
#define WRITEBACK_BYTES ((uint64_t)8 << 20)
#define NAME_FORMAT ".fitmatch-%016" PRIx64 ".tmp"

typedef enum output_kind {
    OUTPUT_DIRECT,  /* standard output, or a path that is no regular file */
    OUTPUT_UNNAMED, /* a file without a name yet */
    OUTPUT_NAMED,   /* a file under a temporary name */
} output_kind;

struct fm_output {
    output_kind kind;
    int descriptor;
    bool is_failed;
    bool is_spool;    /* gone when closed */
    uint64_t written; /* bytes, those in the buffer not counted */
    uint64_t begun;   /* of these, bytes on their way to the disk */
    size_t used;
    char *buffer;         /* BUFFER_BYTES */
    char path[PATH_MAX];  /* where the file goes, symbolic links followed */
    char shown[PATH_MAX]; /* the path as the caller wrote it, for messages */
    char folder[PATH_MAX];
    char temporary[PATH_MAX]; /* the temporary name; "" while there is none */
};

/* Where a path leads once the symbolic links at its end are followed, also to a file that is not there yet.
 */
static int follow_links(char path[static PATH_MAX]) {
    for (int i = 0; i < LINKS_MAX; i++) {
        char target[PATH_MAX];
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0)
            return 0; /* no link, or nothing at all: opening it tells */
        target[length] = '\0';
        char *slash = strrchr(path, '/');
        size_t folder = target[0] == '/' || slash == NULL ? 0 : (size_t)(slash - path) + 1;
        if (folder + (size_t)length >= PATH_MAX)
            return ENAMETOOLONG;
        memcpy(path + folder, target, (size_t)length + 1);
    }
    return ELOOP;
}

static void find_folder(fm_output *output) {
    const char *slash = strrchr(output->path, '/');
    /* "/name" lies in "/", "name" in ".". */
    size_t length = slash == NULL ? 0 : slash == output->path ? 1 : (size_t)(slash - output->path);
    memcpy(output->folder, slash == NULL ? "." : output->path, slash == NULL ? 1 : length);
    output->folder[slash == NULL ? 1 : length] = '\0';
}

/* A name in the output's folder that nothing has yet, most likely. */
static int make_temporary_name(fm_output *output) {
    uint64_t number;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number) {
        struct timespec now;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        number = ((uint64_t)getpid() << 40) ^ ((uint64_t)now.tv_sec << 30) ^ (uint64_t)now.tv_nsec;
    }
    char name[64];
    int length = snprintf(name, sizeof name, NAME_FORMAT, number);
    size_t folder = strlen(output->folder);
    if (folder + 1 + (size_t)length >= sizeof output->temporary)
        return ENAMETOOLONG;
    memcpy(output->temporary, output->folder, folder);
    output->temporary[folder] = '/';
    memcpy(output->temporary + folder + 1, name, (size_t)length + 1);
    return 0;
}

static int open_retried(const char *path, int flags) {
    int descriptor;
    do {
        descriptor = open(path, flags | O_CLOEXEC, 0666); /* the umask takes away what it should */
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/* The path by which the system knows an open file that has no name. */
static void descriptor_path(int descriptor, char buffer[static 64]) {
    (void)snprintf(buffer, 64, "/proc/self/fd/%d", descriptor);
}

static int open_unnamed(fm_output *output) {
#ifdef O_TMPFILE
    int descriptor = open_retried(output->folder, O_TMPFILE | O_RDWR);
    if (descriptor < 0)
        /* What file systems and kernels say that do not know it; O_TMPFILE includes O_DIRECTORY. */
        return errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL ? -1 : errno;
    char source[64];
    descriptor_path(descriptor, source);
    if (access(source, F_OK) != 0) { /* without /proc it could not get its name later */
        (void)close(descriptor);
        return -1;
    }
    output->kind = OUTPUT_UNNAMED;
    output->descriptor = descriptor;
    return 0;
#else
    (void)output;
    return -1;
#endif
}

static int open_named(fm_output *output) {
    for (int i = 0; i < NAMES_MAX; i++) {
        int code = make_temporary_name(output);
        if (code != 0)
            return code;
        output->descriptor = open_retried(output->temporary, O_CREAT | O_EXCL | O_RDWR);
        if (output->descriptor >= 0) {
            output->kind = OUTPUT_NAMED;
            return 0;
        }
        if (errno != EEXIST)
            break;
    }
    output->temporary[0] = '\0';
    return errno;
}

static fm_status fail_write(const fm_output *output, int code, fm_error *error) {
    return fm__fail_system(error, code, "write", output->shown);
}

/* Beside its final place; `old` is what is there, NULL for nothing. */
static fm_status open_beside(fm_output *output, const struct stat *old, fm_error *error) {
    struct stat about;
    if (stat(output->folder, &about) != 0 && errno == ENOENT)
        return fm__fail_at(error, FM_ERROR_IO, output->shown, 0, 0,
                           "cannot write: the folder `%s` does not exist", output->folder);
    /* Replacing needs no right to the old file, but who took that right away meant to keep it. */
    if (old != NULL && faccessat(AT_FDCWD, output->path, W_OK, AT_EACCESS) != 0)
        return fail_write(output, errno, error);
    int code = open_unnamed(output);
    if (code < 0)
        code = open_named(output);
    if (code != 0)
        return fail_write(output, code, error);
    if (old != NULL && fchmod(output->descriptor, old->st_mode & 07777) != 0)
        return fail_write(output, errno, error);
    return FM_OK;
}

static fm_status open_path(fm_output *output, fm_error *error) {
    int code = follow_links(output->path);
    if (code != 0)
        return fail_write(output, code, error);
    find_folder(output);
    struct stat old;
    bool exists = stat(output->path, &old) == 0;
    if (!exists && errno != ENOENT)
        return fail_write(output, errno, error);
    size_t length = strlen(output->path);
    if (exists ? S_ISDIR(old.st_mode) : length == 0 || output->path[length - 1] == '/')
        return fm__fail_at(error, FM_ERROR_IO, output->shown, 0, 0,
                           "cannot write: this is a folder, a file name is needed");
    if (!exists || S_ISREG(old.st_mode))
        return open_beside(output, exists ? &old : NULL, error);
    output->descriptor = open_retried(output->path, O_WRONLY);
    return output->descriptor < 0 ? fail_write(output, errno, error) : FM_OK;
}

/* Closes and frees the output; a file that still has its temporary name goes. */
static int finish(fm_output *output) {
    int code = 0;
    if (output->descriptor >= 0 && output->descriptor != STDOUT_FILENO && close(output->descriptor) != 0 &&
        errno != EINTR)
        code = errno;
    if (output->temporary[0] != '\0')
        (void)unlink(output->temporary);
    free(output->buffer);
    free(output);
    return code;
}

static fm_output *output_new(void) {
    fm_output *output = calloc(1, sizeof *output);
    char *buffer = malloc(BUFFER_BYTES);
    if (output == NULL || buffer == NULL) {
        free(output);
        free(buffer);
        return NULL;
    }
    output->descriptor = -1;
    output->buffer = buffer;
    return output;
}

fm_status fm_output_open(const char *path, fm_output **out_output, fm_error *error) {
    size_t length = strlen(path);
    if (length >= PATH_MAX)
        return fm__fail_system(error, ENAMETOOLONG, "write", path);
    fm_output *output = output_new();
    if (output == NULL)
        return fm__fail_memory(error);
    fm_status status = FM_OK;
    if (strcmp(path, "-") == 0) {
        output->descriptor = STDOUT_FILENO;
        memcpy(output->shown, "<stdout>", sizeof "<stdout>");
    } else {
        memcpy(output->path, path, length + 1);
        memcpy(output->shown, path, length + 1);
        status = open_path(output, error);
    }
    if (status == FM_OK)
        *out_output = output;
    else
        (void)finish(output);
    return status;
}

/* Best effort: whatever this does not begin is left to the final sync. */
static void begin_writeback(fm_output *output) {
    uint64_t waiting = output->written - output->begun;
    if (output->kind == OUTPUT_DIRECT || output->is_spool || waiting < WRITEBACK_BYTES)
        return;
#ifdef SYNC_FILE_RANGE_WRITE
    (void)sync_file_range(output->descriptor, (off_t)output->begun, (off_t)waiting, SYNC_FILE_RANGE_WRITE);
#endif
    output->begun = output->written;
}

static fm_status write_all(fm_output *output, const char *bytes, size_t length, fm_error *error) {
    while (length > 0) {
        ssize_t written = write(output->descriptor, bytes, length);
        if (written >= 0) {
            bytes += written;
            length -= (size_t)written;
            output->written += (uint64_t)written;
            begin_writeback(output);
            continue;
        }
        int code = errno;
        /* Somebody who shares a terminal or pipe with us may have made it non-blocking. */
        struct pollfd writable = {.fd = output->descriptor, .events = POLLOUT};
        bool is_full = code == EAGAIN && (poll(&writable, 1, -1) >= 0 || errno == EINTR);
        if (code != EINTR && !is_full) {
            output->is_failed = true;
            return fail_write(output, code, error);
        }
    }
    return FM_OK;
}

static fm_status flush(fm_output *output, fm_error *error) {
    size_t used = output->used;
    output->used = 0;
    return write_all(output, output->buffer, used, error);
}

static fm_status fail_again(const fm_output *output, fm_error *error) {
    return fm__fail_at(error, FM_ERROR_IO, output->shown, 0, 0, "cannot write: an earlier write failed");
}

fm_status fm_output_write(fm_output *output, const void *bytes, size_t length, fm_error *error) {
    if (output->is_failed)
        return fail_again(output, error);
    if (length > BUFFER_BYTES - output->used) {
        fm_status status = flush(output, error);
        if (status != FM_OK)
            return status;
        if (length >= BUFFER_BYTES)
            return write_all(output, bytes, length, error);
    }
    if (length > 0)
        memcpy(output->buffer + output->used, bytes, length);
    output->used += length;
    return FM_OK;
}

/* --- reading back, and files that nobody will see --- */

bool fm__output_is_readable(const fm_output *output) {
    return output->kind != OUTPUT_DIRECT;
}

uint64_t fm__output_length(const fm_output *output) {
    return output->written + output->used;
}

fm_status fm__output_read(fm_output *output, uint64_t at, void *out_bytes, size_t length, fm_error *error) {
    char *to = out_bytes;
    fm_status status = output->is_failed ? fail_again(output, error) : flush(output, error);
    while (status == FM_OK && length > 0) {
        ssize_t taken = pread(output->descriptor, to, length, (off_t)at);
        if (taken > 0) {
            to += taken;
            at += (uint64_t)taken;
            length -= (size_t)taken;
        } else if (taken == 0) {
            status = fm__fail_at(error, FM_ERROR_IO, output->shown, 0, 0,
                                 "cannot read back what was written: the file is shorter now");
        } else if (errno != EINTR) {
            status = fm__fail_system(error, errno, "read back", output->shown);
        }
    }
    return status;
}

/* A file in `folder` that goes when it is closed. */
static fm_status open_spool(fm_output *output, const char *folder, fm_error *error) {
    size_t length = strlen(folder);
    output->is_spool = true;
    if (length >= sizeof output->folder)
        return fm__fail_system(error, ENAMETOOLONG, "write", folder);
    memcpy(output->folder, folder, length + 1);
    (void)snprintf(output->shown, sizeof output->shown, "a temporary file in %.4000s", folder);
    int code = open_unnamed(output);
    if (code < 0)
        code = open_named(output);
    if (code != 0)
        return fail_write(output, code, error);
    if (output->temporary[0] != '\0')
        (void)unlink(output->temporary);
    output->temporary[0] = '\0';
    return FM_OK;
}

fm_status fm__output_open_spool(const fm_output *beside, fm_output **out_spool, fm_error *error) {
    fm_output *spool = output_new();
    if (spool == NULL)
        return fm__fail_memory(error);
    const char *temporary = getenv("TMPDIR");
    const char *folder = beside->kind != OUTPUT_DIRECT               ? beside->folder
                         : temporary != NULL && temporary[0] != '\0' ? temporary
                                                                     : "/tmp";
    fm_status status = open_spool(spool, folder, error);
    if (status == FM_OK)
        *out_spool = spool;
    else
        (void)finish(spool);
    return status;
}

fm_status fm_output_write_cell(fm_output *output, fm_text cell, fm_error *error) {
    /* In pieces, so that a cell of any size needs no memory of its own. */
    char piece[2 * CELL_PIECE_BYTES];
    if (!fm__csv_needs_quotes(cell))
        return fm_output_write(output, cell.bytes, cell.length, error);
    fm_status status = fm_output_write(output, "\"", 1, error);
    while (status == FM_OK && cell.length > 0) {
        size_t length = cell.length < CELL_PIECE_BYTES ? cell.length : CELL_PIECE_BYTES;
        char *end = fm__csv_double_quotes(piece, (fm_text){cell.bytes, length});
        status = fm_output_write(output, piece, (size_t)(end - piece), error);
        cell = (fm_text){cell.bytes + length, cell.length - length};
    }
    return status == FM_OK ? fm_output_write(output, "\"", 1, error) : status;
}

/* Gives the unnamed file a name: the final one where nothing has it, else a temporary one. */
static int link_unnamed(fm_output *output) {
    char source[64];
    descriptor_path(output->descriptor, source);
    if (linkat(AT_FDCWD, source, AT_FDCWD, output->path, AT_SYMLINK_FOLLOW) == 0)
        return 0;
    for (int i = 0; i < NAMES_MAX && errno == EEXIST; i++) {
        int code = make_temporary_name(output);
        if (code != 0)
            return code;
        if (linkat(AT_FDCWD, source, AT_FDCWD, output->temporary, AT_SYMLINK_FOLLOW) == 0)
            return 0;
    }
    output->temporary[0] = '\0';
    return errno;
}

fm_status fm_output_sync(fm_output *output, fm_error *error) {
    if (output->is_failed)
        return fail_again(output, error);
    fm_status status = flush(output, error);
    if (status != FM_OK || output->kind == OUTPUT_DIRECT)
        return status; /* what is no regular file cannot always be synced, and need not be */
    while (fsync(output->descriptor) != 0)
        if (errno != EINTR)
            return fail_write(output, errno, error);
    return FM_OK;
}

/* After this the synced file is in its place, whatever happens to the machine. */
static int put_in_place(fm_output *output) {
    int code = output->kind == OUTPUT_UNNAMED ? link_unnamed(output) : 0;
    if (code != 0)
        return code;
    if (output->temporary[0] != '\0') {
        if (rename(output->temporary, output->path) != 0)
            return errno;
        output->temporary[0] = '\0';
    }
    /* A folder that cannot be opened for reading, or synced, still holds the whole file. */
    int folder = open_retried(output->folder, O_RDONLY | O_DIRECTORY);
    if (folder >= 0) {
        (void)fsync(folder);
        (void)close(folder);
    }
    return 0;
}

fm_status fm_output_commit(fm_output *output, fm_error *error) {
    fm_status status = fm_output_sync(output, error);
    if (status == FM_OK && output->kind != OUTPUT_DIRECT) {
        int code = put_in_place(output);
        if (code != 0)
            status = fail_write(output, code, error);
    }
    char shown[PATH_MAX];
    memcpy(shown, output->shown, sizeof shown);
    bool is_direct = output->kind == OUTPUT_DIRECT;
    int code = finish(output);
    /* After fsync, closing has nothing left to report. */
    if (status == FM_OK && is_direct && code != 0)
        return fm__fail_system(error, code, "write", shown);
    return status;
}

void fm_output_discard(fm_output *output) {
    if (output != NULL)
        (void)finish(output);
}
