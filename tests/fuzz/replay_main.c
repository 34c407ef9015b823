/* Runs a fuzzer's entry over files and over all files in folders, for builds without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static uint8_t *read_file(FILE *file, size_t *out_length) {
    uint8_t *bytes = NULL;
    size_t length = 0;
    for (size_t capacity = 4096;; capacity *= 2) {
        uint8_t *wider = realloc(bytes, capacity);
        if (wider == NULL)
            abort();
        bytes = wider;
        length += fread(bytes + length, 1, capacity - length, file);
        if (length < capacity)
            break;
    }
    *out_length = length;
    return bytes;
}

static int replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    size_t length;
    uint8_t *bytes = read_file(file, &length);
    (void)fclose(file);
    /* Of its exact size, so that a byte too far is noticed. */
    uint8_t *exact = malloc(length == 0 ? 1 : length);
    if (exact == NULL)
        abort();
    memcpy(exact, bytes, length);
    free(bytes);
    (void)LLVMFuzzerTestOneInput(exact, length);
    free(exact);
    return 1;
}

/* How many files were run, or -1. */
static int replay(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return replay_file(path);
    int count = 0;
    for (const struct dirent *entry; count >= 0 && (entry = readdir(folder)) != NULL;) {
        char inner[4096];
        int length = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        int done = length < (int)sizeof inner ? replay_file(inner) : -1;
        count = done < 0 ? -1 : count + done;
    }
    (void)closedir(folder);
    return count;
}

int main(int argc, char **argv) {
    int count = 0;
    for (int i = 1; i < argc; i++) {
        int done = replay(argv[i]);
        if (done < 0)
            return EXIT_FAILURE;
        count += done;
    }
    (void)printf("%d inputs replayed\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
