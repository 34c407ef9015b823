#include "base/crew.h"

bool fm__crew_init(fm__crew *crew, bool is_alone) {
    *crew = (fm__crew){.is_alone = is_alone};
    if (is_alone)
        return true;
    if (pthread_mutex_init(&crew->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&crew->changed, NULL) == 0)
        return true;
    (void)pthread_mutex_destroy(&crew->lock);
    return false;
}

void fm__crew_destroy(fm__crew *crew) {
    if (crew->is_alone)
        return;
    (void)pthread_cond_destroy(&crew->changed);
    (void)pthread_mutex_destroy(&crew->lock);
}

/* Does items as long as there are any; the lock is held before and after. */
static void do_items(fm__crew *crew, size_t slot) {
    while (crew->next < crew->count) {
        size_t item = crew->next++;
        crew->busy++;
        (void)pthread_mutex_unlock(&crew->lock);
        crew->work(crew->context, slot, item);
        (void)pthread_mutex_lock(&crew->lock);
        if (--crew->busy == 0 && crew->next == crew->count)
            (void)pthread_cond_broadcast(&crew->changed);
    }
}

void fm__crew_serve(fm__crew *crew, size_t slot) {
    (void)pthread_mutex_lock(&crew->lock);
    while (!crew->is_over) {
        do_items(crew, slot);
        if (!crew->is_over && crew->next == crew->count)
            (void)pthread_cond_wait(&crew->changed, &crew->lock);
    }
    (void)pthread_mutex_unlock(&crew->lock);
}

void fm__crew_start(fm__crew *crew, void (*work)(void *context, size_t slot, size_t item), void *context,
                    size_t count) {
    if (!crew->is_alone)
        (void)pthread_mutex_lock(&crew->lock);
    crew->work = work;
    crew->context = context;
    crew->next = 0;
    crew->count = count;
    if (crew->is_alone)
        return;
    if (count > 1)
        (void)pthread_cond_broadcast(&crew->changed);
    (void)pthread_mutex_unlock(&crew->lock);
}

void fm__crew_finish(fm__crew *crew) {
    if (crew->is_alone) {
        for (; crew->next < crew->count; crew->next++)
            crew->work(crew->context, 0, crew->next);
        return;
    }
    (void)pthread_mutex_lock(&crew->lock);
    do_items(crew, 0);
    while (crew->busy > 0)
        (void)pthread_cond_wait(&crew->changed, &crew->lock);
    (void)pthread_mutex_unlock(&crew->lock);
}

void fm__crew_dismiss(fm__crew *crew) {
    if (crew->is_alone)
        return;
    (void)pthread_mutex_lock(&crew->lock);
    crew->is_over = true;
    (void)pthread_cond_broadcast(&crew->changed);
    (void)pthread_mutex_unlock(&crew->lock);
}
