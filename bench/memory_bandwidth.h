/* Reading memory and nothing else: the limit of everything that is out of the caches. */
#ifndef FITMATCH_BENCH_MEMORY_BANDWIDTH_H
#define FITMATCH_BENCH_MEMORY_BANDWIDTH_H

#include "support.h"

/** A buffer far larger than the caches. */
typedef struct memory_bandwidth memory_bandwidth;

memory_bandwidth *memory_bandwidth_new(size_t bytes);
void memory_bandwidth_free(memory_bandwidth *bandwidth);

/** Reads the buffer once with `threads` threads; how long it took. */
bench_time memory_bandwidth_read(const memory_bandwidth *bandwidth, unsigned threads);

/** Bytes of the buffer. */
size_t memory_bandwidth_bytes(const memory_bandwidth *bandwidth);

#endif
