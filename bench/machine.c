#include "machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void machine_cpu(char *buffer, size_t capacity) {
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[512];
    char family[16] = "?";
    char model[16] = "?";
    (void)snprintf(buffer, capacity, "unknown processor");
    while (file != NULL && fgets(line, sizeof line, file) != NULL && line[0] != '\n') {
        char *value = strchr(line, ':');
        if (value == NULL)
            continue;
        value += value[1] == ' ' ? 2 : 1;
        value[strcspn(value, "\n")] = '\0';
        if (strncmp(line, "model name", 10) == 0)
            (void)snprintf(buffer, capacity, "%s", value);
        else if (strncmp(line, "cpu family", 10) == 0)
            (void)snprintf(family, sizeof family, "%.15s", value);
        else if (strncmp(line, "model\t", 6) == 0)
            (void)snprintf(model, sizeof model, "%.15s", value);
    }
    if (file != NULL)
        (void)fclose(file);
    size_t length = strlen(buffer);
    (void)snprintf(buffer + length, capacity - length, " (family %s, model %s)", family, model);
}

int machine_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

double machine_load(void) {
    double load;
    return getloadavg(&load, 1) == 1 ? load : -1;
}

const char *machine_compiler(void) {
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown compiler";
#endif
}

const char *machine_flags(void) {
    return BENCH_FLAGS;
}

const char *machine_commit(void) {
    return BENCH_COMMIT;
}
