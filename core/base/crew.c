#include "base/crew.h"

#include "support/memory.h"

struct fm__crew_member {
    fm__crew *crew;
    size_t slot;
    pthread_t thread;
};

/* Does items as long as there are any. Nobody may offer others while somebody is here. */
static void do_items(fm__crew *crew, size_t slot) {
    for (size_t item; (item = atomic_fetch_add(&crew->next, 1)) < crew->count;)
        crew->work(crew->context, slot, item);
}

/* What every thread but the calling one does until the crew is dismissed. */
static void *serve(void *context) {
    const struct fm__crew_member *member = context;
    fm__crew *crew = member->crew;
    (void)pthread_mutex_lock(&crew->lock);
    while (!crew->is_over) {
        if (crew->next >= crew->count) {
            (void)pthread_cond_wait(&crew->changed, &crew->lock);
            continue;
        }
        crew->busy++;
        (void)pthread_mutex_unlock(&crew->lock);
        do_items(crew, member->slot);
        (void)pthread_mutex_lock(&crew->lock);
        if (--crew->busy == 0)
            (void)pthread_cond_broadcast(&crew->changed);
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return NULL;
}

static bool init_lock(fm__crew *crew) {
    if (pthread_mutex_init(&crew->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&crew->changed, NULL) == 0)
        return true;
    (void)pthread_mutex_destroy(&crew->lock);
    return false;
}

bool fm__crew_init(fm__crew *crew, unsigned threads) {
    *crew = (fm__crew){.others = NULL};
    if (threads < 2)
        return true;
    crew->others = fm__array_new(threads - 1, sizeof *crew->others);
    if (crew->others == NULL)
        return false;
    if (!init_lock(crew)) {
        free(crew->others);
        return false;
    }
    for (size_t i = 0; i + 1 < threads; i++) {
        struct fm__crew_member *member = &crew->others[i];
        *member = (struct fm__crew_member){.crew = crew, .slot = i + 1};
        if (pthread_create(&member->thread, NULL, serve, member) != 0)
            break;
        crew->other_count++;
    }
    return true;
}

void fm__crew_destroy(fm__crew *crew) {
    if (crew->others == NULL)
        return;
    (void)pthread_mutex_lock(&crew->lock);
    crew->is_over = true;
    (void)pthread_cond_broadcast(&crew->changed);
    (void)pthread_mutex_unlock(&crew->lock);
    for (size_t i = 0; i < crew->other_count; i++)
        (void)pthread_join(crew->others[i].thread, NULL);
    free(crew->others);
    (void)pthread_cond_destroy(&crew->changed);
    (void)pthread_mutex_destroy(&crew->lock);
}

void fm__crew_start(fm__crew *crew, fm__crew_work *work, void *context, size_t count) {
    if (crew->others != NULL)
        (void)pthread_mutex_lock(&crew->lock);
    crew->work = work;
    crew->context = context;
    crew->next = 0;
    crew->count = count;
    if (crew->others == NULL)
        return;
    if (count > 1)
        (void)pthread_cond_broadcast(&crew->changed);
    (void)pthread_mutex_unlock(&crew->lock);
}

void fm__crew_finish(fm__crew *crew) {
    do_items(crew, 0);
    if (crew->others == NULL)
        return;
    (void)pthread_mutex_lock(&crew->lock);
    while (crew->busy > 0)
        (void)pthread_cond_wait(&crew->changed, &crew->lock);
    (void)pthread_mutex_unlock(&crew->lock);
}

bool fm__crew_run(unsigned threads, fm__crew_work *work, void *context, size_t count) {
    fm__crew crew;
    if (!fm__crew_init(&crew, count < threads ? (unsigned)count : threads))
        return false;
    fm__crew_start(&crew, work, context, count);
    fm__crew_finish(&crew);
    fm__crew_destroy(&crew);
    return true;
}
