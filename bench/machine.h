/* On what was measured. */
#ifndef FITMATCH_BENCH_MACHINE_H
#define FITMATCH_BENCH_MACHINE_H

#include <stddef.h>

/** The processor's name, as the system tells it. */
void machine_cpu(char *buffer, size_t capacity);

/** Processors that this process may use. */
int machine_processors(void);

/** Processes that were running or waiting in the last minute; negative when the system does not tell. */
double machine_load(void);

/** The compiler with its version; static. */
const char *machine_compiler(void);

/** Flags and commit that this program was built with; static. */
const char *machine_flags(void);
const char *machine_commit(void);

#endif
