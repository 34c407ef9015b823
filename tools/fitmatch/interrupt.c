#define _GNU_SOURCE
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t caught;

static void note(int signal) {
    caught = signal;
}

void interrupt_install(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    /* Without SA_RESTART a read that waits for input ends and the flag is seen. */
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction before;
        /* What our parent ignores (nohup, a shell's background job) stays ignored. */
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

int interrupt_signal(void) {
    return (int)caught;
}

_Noreturn void interrupt_end(int signal_number) {
    signal(signal_number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal_number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    raise(signal_number);
    _Exit(128 + signal_number);
}
