/* A crew: the threads of one OpenMP region, which sleep until there is work and between one piece of work and
 * the next.
 *
 * The waiting at the end of an OpenMP loop burns a processor for milliseconds. With hundreds of short loops
 * on a machine that others use as well, a thread would spend more time waiting for one that was interrupted
 * than working. */
#ifndef FITMATCH_BASE_CREW_H
#define FITMATCH_BASE_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct fm__crew {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void (*work)(void *context, size_t slot, size_t item);
    void *context;
    size_t next;  /* item that nobody has taken */
    size_t count; /* items there are */
    size_t busy;  /* items taken and not done */
    bool is_over;
    bool is_alone; /* one thread does everything, without locks */
} fm__crew;

/** False when the system has no locks left; a crew of one needs none. */
bool fm__crew_init(fm__crew *crew, bool is_alone);
void fm__crew_destroy(fm__crew *crew);

/** What every thread but the calling one does until the crew is dismissed; `slot` from 1 on is its place. */
void fm__crew_serve(fm__crew *crew, size_t slot);

/** Offers items 0 to `count` - 1 of some work to the crew. For the calling thread. */
void fm__crew_start(fm__crew *crew, void (*work)(void *context, size_t slot, size_t item), void *context,
                    size_t count);

/** Takes part in the work as slot 0 and returns when all of it is done. */
void fm__crew_finish(fm__crew *crew);

/** Sends the others home. */
void fm__crew_dismiss(fm__crew *crew);

#endif
