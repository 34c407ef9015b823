#include "memory_bandwidth.h"

#include <stdlib.h>

/* Bytes read at a time: 1 MiB, so that handing them out costs nothing and both threads end together. */
#define PIECE_WORDS ((size_t)1 << 17)

typedef uint64_t wide __attribute__((vector_size(64)));

struct memory_bandwidth {
    size_t pieces;
    uint64_t *words;
};

memory_bandwidth *memory_bandwidth_new(size_t bytes) {
    memory_bandwidth *b = bench_new(1, sizeof *b);
    b->pieces = bytes / 8 / PIECE_WORDS;
    b->words = bench_big_new(b->pieces * PIECE_WORDS, sizeof *b->words);
    return b;
}

void memory_bandwidth_free(memory_bandwidth *b) {
    free(b->words);
    free(b);
}

size_t memory_bandwidth_bytes(const memory_bandwidth *b) {
    return b->pieces * PIECE_WORDS * 8;
}

/* Eight streams of additions, so that none waits for another. */
static uint64_t sum_piece(const uint64_t *words) {
    wide sums[8] = {{0}};
    uint64_t sum = 0;
    for (size_t i = 0; i < PIECE_WORDS; i += 64)
        for (size_t s = 0; s < 8; s++)
            sums[s] ^= *(const wide *)(const void *)(words + i + 8 * s);
    for (size_t s = 0; s < 8; s++)
        for (size_t i = 0; i < 8; i++)
            sum ^= sums[s][i];
    return sum;
}

bench_time memory_bandwidth_read(const memory_bandwidth *b, unsigned threads) {
    uint64_t sum = 0;
    bench_time start = bench_now();
#pragma omp parallel for num_threads(threads) schedule(static) default(none) shared(b) reduction(^ : sum)
    for (size_t piece = 0; piece < b->pieces; piece++)
        sum ^= sum_piece(b->words + piece * PIECE_WORDS);
    bench_time time = bench_since(start);
    if (sum != 0) /* zeroes all of them; asking keeps the compiler from leaving the reading out */
        bench_die("memory changed by itself");
    return time;
}
