/* Random workspaces that are biased to collide and to sit on edges. */
#ifndef WORKSPACE_RANDOM_H
#define WORKSPACE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* Writes fit.yaml, offerings.csv, customers.csv and sometimes history.csv into `folder`, which exists. The
 * same seed always gives the same bytes. Model, offerings and history are right; customer rows may be
 * rejects. With `for_analyses` business columns are fuller and full of ties, the workspace is of a moderate
 * size, and later.csv has much the same customers at a later time. Returns false with errno set when a file
 * cannot be written. */
bool workspace_random_write(uint64_t seed, bool for_analyses, const char *folder);

#endif
