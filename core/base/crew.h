/* A crew: the calling thread and others of its own, which sleep until there is work and between one piece of
 * work and the next.
 *
 * The waiting at the end of an OpenMP loop burns a processor for milliseconds. With hundreds of short loops
 * on a machine that others use as well, a thread would spend more time waiting for one that was interrupted
 * than working. */
#ifndef FITMATCH_BASE_CREW_H
#define FITMATCH_BASE_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/** What is done with an item, by any thread; `slot` (0 .. threads - 1) is that thread's place. */
typedef void fm__crew_work(void *context, size_t slot, size_t item);

typedef struct fm__crew {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct fm__crew_member *others; /* NULL: one thread does everything, without locks */
    size_t other_count;
    fm__crew_work *work;
    void *context;
    _Atomic size_t next; /* item that nobody has taken */
    size_t count;        /* items there are */
    size_t busy;         /* others that are at it */
    bool is_over;
} fm__crew;

/** Starts a crew of up to `threads` threads, the calling one among them: where the system has no more threads
 * to give, there are fewer. `crew` must stay where it is until it is destroyed. False when memory or the
 * system's locks ran out; there is nothing to destroy then. */
bool fm__crew_init(fm__crew *crew, unsigned threads);

/** Ends the other threads. */
void fm__crew_destroy(fm__crew *crew);

/** Offers items 0 to `count` - 1 of some work to the crew. For the thread that started the crew. */
void fm__crew_start(fm__crew *crew, fm__crew_work *work, void *context, size_t count);

/** Takes part in the work as slot 0 and returns when all of it is done. */
void fm__crew_finish(fm__crew *crew);

/** Does items 0 to `count` - 1 by a crew of up to `threads` threads that is there for them alone. False like
 * fm__crew_init, and then nothing was done. */
bool fm__crew_run(unsigned threads, fm__crew_work *work, void *context, size_t count);

#endif
