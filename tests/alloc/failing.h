/* Allocations of the library, counted, and one of them refused; what must hold after that. */
#ifndef FITMATCH_TESTS_FAILING_H
#define FITMATCH_TESTS_FAILING_H

#include <fitmatch/fitmatch.h>
#include <stdbool.h>
#include <stddef.h>

/** From now on: the allocation number `refuse` (from 1) fails, and with `all` every later one too; 0: none
 * does. */
void failing_arm(size_t refuse, bool all);

/** Ends that. */
void failing_disarm(void);

/** Says that `fault` was found in the test `test` when allocation number `refuse` failed (0: whichever it
 * was), and ends the program. */
_Noreturn void failing_die(const char *test, size_t refuse, const char *fault);

/** Whether an allocation was refused since failing_arm. Comes after failing_disarm, when all that the run
 * made is freed; `status` and `error` are what the run returned. Ends the program when memory is leaked, when
 * the run failed without a refusal, and when it was refused memory and does not say so. */
bool failing_check(const char *test, size_t refuse, fm_status status, const fm_error *error);

#endif
