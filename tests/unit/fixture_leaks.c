/* Looking for leaks under the address sanitizer.
 *
 * Criterion hears how a test went before the test's process ends, so that what the sanitizer finds at that
 * end comes too late: here every test is asked as its last act. The process that runs Criterion is not asked
 * at all, since it now and then leaks memory of Criterion's own. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

int __lsan_is_turned_off(void);
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));
const char *__lsan_default_suppressions(void);

/* LLVM's OpenMP forgets some memory of its own when a later team is larger than an earlier one. */
const char *__lsan_default_suppressions(void) {
    return "leak:libomp\n";
}

/* Asked by the sanitizer at the end of a process. The variable is how Criterion tells its children. */
int __lsan_is_turned_off(void) {
    return getenv("BXFI_MAP") == NULL;
}

static void look_for_leaks(void) {
    if (__lsan_do_recoverable_leak_check != NULL && __lsan_do_recoverable_leak_check() != 0)
        abort();
}

/* Those that start no threads: the leak sanitizer of clang 14 at times stumbles over threads that come and
 * go. What the others do is counted by the test of allocation failures. */
TestSuite(base, .fini = look_for_leaks);
TestSuite(catalog, .fini = look_for_leaks);
TestSuite(cell, .fini = look_for_leaks);
TestSuite(demands, .fini = look_for_leaks);
TestSuite(hash, .fini = look_for_leaks);
TestSuite(kernels, .fini = look_for_leaks);
TestSuite(number, .fini = look_for_leaks);
TestSuite(plan, .fini = look_for_leaks);
TestSuite(promise, .fini = look_for_leaks);
TestSuite(slices, .fini = look_for_leaks);
