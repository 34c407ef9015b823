#include "support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define HUGE_PAGE_BYTES ((size_t)2 << 20)

_Noreturn void bench_die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("bench: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void *bench_new(size_t count, size_t element_bytes) {
    void *memory = calloc(count == 0 ? 1 : count, element_bytes);
    if (memory == NULL)
        bench_die("out of memory");
    return memory;
}

void bench_free(const void *memory) {
    void *writable;
    memcpy(&writable, &memory, sizeof writable);
    free(writable);
}

static size_t whole_pages(size_t count, size_t element_bytes) {
    size_t bytes = count * element_bytes;
    return (bytes + HUGE_PAGE_BYTES) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
}

void *bench_big_new(size_t count, size_t element_bytes) {
    size_t bytes = whole_pages(count, element_bytes);
    char *memory = aligned_alloc(HUGE_PAGE_BYTES, bytes);
    if (memory == NULL)
        bench_die("out of memory: %zu bytes", bytes);
    (void)madvise(memory, bytes, MADV_HUGEPAGE); /* a wish: without huge pages it is only slower */
    size_t pages = bytes / HUGE_PAGE_BYTES;
#pragma omp parallel for schedule(static) default(none) shared(memory, pages)
    for (size_t page = 0; page < pages; page++)
        memset(memory + page * HUGE_PAGE_BYTES, 0, HUGE_PAGE_BYTES);
    return memory;
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

bench_time bench_now(void) {
    return (bench_time){seconds_of(CLOCK_MONOTONIC), seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
}

bench_time bench_since(bench_time start) {
    bench_time now = bench_now();
    return (bench_time){now.wall - start.wall, now.cpu - start.cpu};
}

void bench_sample(bench_samples *samples, bench_time seconds) {
    if (samples->count == BENCH_SAMPLES_MAX)
        return;
    samples->wall[samples->count] = seconds.wall;
    samples->cpu[samples->count++] = seconds.cpu;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static const double *numbers_of(const bench_samples *samples, bench_clock clock) {
    return clock == BENCH_CPU ? samples->cpu : samples->wall;
}

double bench_minimum(const bench_samples *samples, bench_clock clock) {
    const double *numbers = numbers_of(samples, clock);
    double least = samples->count == 0 ? 0 : numbers[0];
    for (size_t i = 1; i < samples->count; i++)
        least = numbers[i] < least ? numbers[i] : least;
    return least;
}

double bench_median_of(double *numbers, size_t count) {
    if (count == 0)
        return 0;
    qsort(numbers, count, sizeof *numbers, by_size);
    return (numbers[(count - 1) / 2] + numbers[count / 2]) / 2;
}

double bench_median(const bench_samples *samples, bench_clock clock) {
    double numbers[BENCH_SAMPLES_MAX];
    memcpy(numbers, numbers_of(samples, clock), samples->count * sizeof *numbers);
    return bench_median_of(numbers, samples->count);
}

double bench_ratio(const bench_samples *a, const bench_samples *b, bench_clock clock) {
    double ratios[BENCH_SAMPLES_MAX];
    size_t count = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < count; i++)
        ratios[i] = numbers_of(a, clock)[i] / numbers_of(b, clock)[i];
    return bench_median_of(ratios, count);
}

uint64_t bench_read_count(const char *text, uint64_t least, uint64_t most, char **out_end) {
    uint64_t number = strtoull(text, out_end, 10);
    bool any = *out_end != text;
    switch (**out_end) {
    case 'k':
        number *= 1000;
        ++*out_end;
        break;
    case 'M':
        number *= 1000000;
        ++*out_end;
        break;
    case 'G':
        number *= 1000000000;
        ++*out_end;
        break;
    default:
        break;
    }
    if (!any || number < least || number > most)
        bench_die("`%s` is not a number from %llu to %llu", text, (unsigned long long)least,
                  (unsigned long long)most);
    return number;
}

uint64_t bench_read_number(const char *text, uint64_t least, uint64_t most) {
    char *end;
    uint64_t number = bench_read_count(text, least, most, &end);
    if (*end != '\0')
        bench_die("`%s` is not a number", text);
    return number;
}

bench_clock bench_read_clock(const char *text) {
    if (strcmp(text, "wall") != 0 && strcmp(text, "cpu") != 0)
        bench_die("`%s`: clocks are wall and cpu", text);
    return text[0] == 'c' ? BENCH_CPU : BENCH_WALL;
}

void bench_wait_passively(char **arguments) {
    if (getenv("OMP_WAIT_POLICY") == NULL && setenv("OMP_WAIT_POLICY", "passive", 1) == 0)
        (void)execv("/proc/self/exe", arguments);
}
