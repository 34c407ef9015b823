/* The customers table, streamed. */
#ifndef GEN_ROWS_H
#define GEN_ROWS_H

#include <stdbool.h>

#include "plan.h"
#include "sink.h"

typedef struct gen_rows gen_rows;

/* Precomputes every cell text. NULL: out of memory, and said so. */
gen_rows *gen_rows_new(const gen_plan *plan);
void gen_rows_free(gen_rows *rows);
size_t gen_rows_room_bytes(const gen_rows *rows); /* for gen_sink_open */
/* Header and rows; `progress` prints to standard error now and then. */
bool gen_rows_write(gen_rows *rows, gen_sink *sink, bool progress);

#endif
