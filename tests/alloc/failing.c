/* The linker sends every allocation of the libraries here (--wrap), those of the C library itself excepted.
 */
#include "failing.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
int __real_posix_memalign(void **out_memory, size_t alignment, size_t bytes);
void __real_free(void *memory);

void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
int __wrap_posix_memalign(void **out_memory, size_t alignment, size_t bytes);
void __wrap_free(void *memory);

/* Addresses of live allocations made while armed: open addressing, a freed place keeps a mark. */
#define SLOTS ((size_t)1 << 16)
#define FREED ((void *)1)

static struct {
    pthread_mutex_t lock; /* OpenMP's threads allocate as well */
    bool is_armed;
    bool all;
    bool refused;
    size_t refuse;
    size_t asked;
    size_t live; /* allocations made while armed that are not freed yet */
    void *slots[SLOTS];
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t slot_of(const void *memory) {
    return (size_t)(((uintptr_t)memory >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 48) % SLOTS;
}

static void remember(void *memory) {
    size_t at = slot_of(memory);
    if (memory == NULL || !state.is_armed)
        return;
    while (state.slots[at] != NULL && state.slots[at] != FREED)
        at = (at + 1) % SLOTS;
    state.slots[at] = memory;
    state.live++;
}

static void forget(const void *memory) {
    if (memory == NULL)
        return;
    for (size_t at = slot_of(memory), i = 0; state.slots[at] != NULL && i < SLOTS;
         at = (at + 1) % SLOTS, i++) {
        if (state.slots[at] == memory) {
            state.slots[at] = FREED;
            state.live--;
            return;
        }
    }
}

/* Whether this one is to fail. */
static bool refuses(void) {
    if (!state.is_armed)
        return false;
    state.asked++;
    bool refused =
        state.refuse > 0 && (state.asked == state.refuse || (state.all && state.asked > state.refuse));
    state.refused |= refused;
    return refused;
}

void failing_arm(size_t refuse, bool all) {
    (void)pthread_mutex_lock(&state.lock);
    for (size_t i = 0; i < SLOTS; i++)
        state.slots[i] = NULL;
    state.is_armed = true;
    state.all = all;
    state.refused = false;
    state.refuse = refuse;
    state.asked = 0;
    state.live = 0;
    (void)pthread_mutex_unlock(&state.lock);
}

void failing_disarm(void) {
    (void)pthread_mutex_lock(&state.lock);
    state.is_armed = false;
    (void)pthread_mutex_unlock(&state.lock);
}

void failing_die(const char *test, size_t refuse, const char *fault) {
    (void)fprintf(stderr, "%s, allocation %zu: %s\n", test, refuse, fault);
    exit(1);
}

bool failing_check(const char *test, size_t refuse, fm_status status, const fm_error *error) {
    const bool refused = state.refused;
    if (state.live != 0)
        failing_die(test, refuse, "memory is leaked");
    if (refused && status != FM_ERROR_MEMORY)
        failing_die(test, refuse, status == FM_OK ? "its failure went unnoticed" : error->message);
    if (refused && (error->status != FM_ERROR_MEMORY || error->message[0] == '\0'))
        failing_die(test, refuse, "the error does not say it");
    if (!refused && status != FM_OK)
        failing_die(test, refuse, error->message);
    return refused;
}

#define LOCKED(expression)                       \
    do {                                         \
        (void)pthread_mutex_lock(&state.lock);   \
        if (!refuses()) {                        \
            memory = (expression);               \
            remember(memory);                    \
        }                                        \
        (void)pthread_mutex_unlock(&state.lock); \
    } while (0)

void *__wrap_malloc(size_t bytes) {
    void *memory = NULL;
    LOCKED(__real_malloc(bytes));
    return memory;
}

void *__wrap_calloc(size_t count, size_t bytes) {
    void *memory = NULL;
    LOCKED(__real_calloc(count, bytes));
    return memory;
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes) {
    void *memory = NULL;
    LOCKED(__real_aligned_alloc(alignment, bytes));
    return memory;
}

int __wrap_posix_memalign(void **out_memory, size_t alignment, size_t bytes) {
    void *memory = NULL;
    LOCKED(__real_posix_memalign(&memory, alignment, bytes) == 0 ? memory : NULL);
    if (memory == NULL)
        return 12; /* ENOMEM */
    *out_memory = memory;
    return 0;
}

void *__wrap_realloc(void *memory, size_t bytes) {
    (void)pthread_mutex_lock(&state.lock);
    void *moved = NULL;
    if (!refuses()) {
        moved = __real_realloc(memory, bytes);
        if (moved != NULL) {
            forget(memory);
            remember(moved);
        }
    }
    (void)pthread_mutex_unlock(&state.lock);
    return moved;
}

void __wrap_free(void *memory) {
    (void)pthread_mutex_lock(&state.lock);
    forget(memory);
    __real_free(memory);
    (void)pthread_mutex_unlock(&state.lock);
}
