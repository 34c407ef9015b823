/* kill_at: preloaded into a program, kills it with SIGKILL before its KILL_AT-th call that puts a file in its
 * place: fsync, linkat, rename and unlink. With KILL_AT=0 it lets it live. Each call is written to the file
 * KILL_LOG. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void count_call(const char *name) {
    static atomic_long calls;
    const char *at = getenv("KILL_AT");
    const char *log = getenv("KILL_LOG");
    long number = 1 + atomic_fetch_add(&calls, 1);
    int file = log == NULL ? -1 : open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    char line[64];
    int length = snprintf(line, sizeof line, "%s\n", name);
    if (file >= 0 && (write(file, line, (size_t)length) != length || close(file) != 0))
        abort();
    if (at != NULL && number == strtol(at, NULL, 10))
        (void)kill(getpid(), SIGKILL);
}

/* The function that this one stands before. */
static void next_of(const char *name, void *place) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    memcpy(place, &function, sizeof function);
}

int fsync(int descriptor) {
    int (*next)(int);
    next_of("fsync", &next);
    count_call("fsync");
    return next(descriptor);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    int (*next)(int, const char *, int, const char *, int);
    next_of("linkat", &next);
    count_call("linkat");
    return next(from_folder, from, to_folder, to, flags);
}

int rename(const char *from, const char *to) {
    int (*next)(const char *, const char *);
    next_of("rename", &next);
    count_call("rename");
    return next(from, to);
}

int unlink(const char *path) {
    int (*next)(const char *);
    next_of("unlink", &next);
    count_call("unlink");
    return next(path);
}
