#include "guard.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard {
    struct guard *next;
    unsigned char *map;
    size_t map_bytes;
};

static unsigned char *map_pages(guards *g, size_t bytes, size_t *out_usable) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t usable = (bytes + page - 1) / page * page;
    struct guard *guard = malloc(sizeof *guard);
    assert(guard != NULL);
    guard->map_bytes = usable + 2 * page;
    guard->map = mmap(NULL, guard->map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(guard->map != MAP_FAILED);
    assert(usable == 0 || mprotect(guard->map + page, usable, PROT_READ | PROT_WRITE) == 0);
    guard->next = g->list;
    g->list = guard;
    *out_usable = usable;
    return guard->map + page;
}

void *guard_new(guards *g, size_t bytes, bool at_end, unsigned char fill) {
    size_t usable;
    unsigned char *pages = map_pages(g, bytes, &usable);
    unsigned char *memory = at_end ? pages + usable - bytes : pages;
    memset(memory, fill, bytes);
    return memory;
}

const void *guard_copy(guards *g, const void *from, size_t bytes, bool at_end) {
    size_t usable;
    unsigned char *pages = map_pages(g, bytes, &usable);
    unsigned char *memory = at_end ? pages + usable - bytes : pages;
    if (bytes > 0)
        memcpy(memory, from, bytes);
    assert(usable == 0 || mprotect(pages, usable, PROT_READ) == 0);
    return memory;
}

void guards_free(guards *g) {
    while (g->list != NULL) {
        struct guard *guard = g->list;
        g->list = guard->next;
        (void)munmap(guard->map, guard->map_bytes);
        free(guard);
    }
}
