/* One call of the engine, and the comparison. */
#include "campaign.h"
#include "workspace_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char *campaign_text(const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    va_end(arguments);
    return text;
}

char *campaign_temporary(void) {
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] == '\0')
        base = "/tmp";
    for (unsigned number = 0;; number++) {
        char *path = campaign_text("%s/fitmatch-random-%ld-%u", base, (long)getpid(), number);
        if (mkdir(path, 0700) == 0)
            return path;
        const int why = errno;
        free(path);
        errno = why;
        if (why != EEXIST)
            return NULL;
    }
}

void campaign_remove(const char *folder) {
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
    rmdir(folder);
}

size_t campaign_instruction_sets(const char *out_sets[4]) {
    size_t count = 0;
    out_sets[count++] = "scalar";
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"))
        out_sets[count++] = "sse";
    if (__builtin_cpu_supports("avx2"))
        out_sets[count++] = "avx2";
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        out_sets[count++] = "avx512";
#endif
    return count;
}

struct campaign_run campaign_run_of(const char *program, uint64_t seed) {
    static const unsigned threads[] = {1, 2, 7};
    const char *sets[4];
    const size_t set_count = campaign_instruction_sets(sets);
    struct workspace_rng rng = {seed ^ 0x94D049BB133111EBu};
    struct campaign_run run = {.program = program, .seed = seed};
    run.threads = WORKSPACE_PICK(&rng, threads);
    const size_t set = workspace_below(&rng, set_count + 1);
    run.instruction_set = set < set_count ? sets[set] : NULL;
    const size_t input = workspace_below(&rng, 8);
    run.input = input == 0 ? CAMPAIGN_STDIN_FILE : input == 1 ? CAMPAIGN_STDIN_PIPE : CAMPAIGN_FILE;
    const size_t part = workspace_below(&rng, 4);
    run.part_bytes = part == 0 ? 0 : part == 1 ? 1 : (unsigned)workspace_between(&rng, 1, 20000);
    return run;
}

/* Writes the file to the pipe in pieces of 1 byte to 70 kB. */
static void feed(const char *path, int into, uint64_t seed) {
    struct workspace_rng rng = {seed};
    size_t length = 0;
    char *bytes = oracle_file_read(path, &length);
    size_t at = 0;
    while (bytes != NULL && at < length) {
        const size_t most = workspace_chance(&rng, 30) ? 40 : 70000;
        const size_t piece = workspace_between(&rng, 1, most);
        const ssize_t put = write(into, bytes + at, piece < length - at ? piece : length - at);
        if (put <= 0)
            break;
        at += (size_t)put;
    }
    free(bytes);
}

/* The engine's standard input; *out_feeder is the process that fills it, or 0. */
static int open_input(const struct campaign_run *run, const char *folder, pid_t *out_feeder) {
    *out_feeder = 0;
    if (run->input == CAMPAIGN_FILE)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    char *path = campaign_text("%s/customers.csv", folder);
    int input = -1;
    int ends[2];
    if (run->input == CAMPAIGN_STDIN_FILE) {
        input = open(path, O_RDONLY | O_CLOEXEC);
    } else if (pipe2(ends, O_CLOEXEC) == 0) {
        input = ends[0];
        *out_feeder = fork();
        if (*out_feeder == 0) {
            close(ends[0]);
            feed(path, ends[1], run->seed);
            _exit(0);
        }
        close(ends[1]);
    }
    free(path);
    return input;
}

void campaign_argument(struct campaign_command *command, const char *first, const char *second) {
    if (command->count + 1 == CAMPAIGN_ARGUMENTS)
        abort();
    command->arguments[command->count++] = campaign_text("%s%s", first, second);
}

void campaign_how(struct campaign_command *command, const struct campaign_run *run) {
    char threads[32];
    snprintf(threads, sizeof threads, "%u", run->threads);
    campaign_argument(command, "--threads", "");
    campaign_argument(command, threads, "");
    if (run->instruction_set != NULL) {
        campaign_argument(command, "--instruction-set", "");
        campaign_argument(command, run->instruction_set, "");
    }
}

enum { PART_SHARE = 64 };

/* The drawn memory of a part, but at least a share of the file: setting thousands of parts up takes longer
 * than all that is compared. Small workspaces are still cut at every record. */
static unsigned part_bytes_of(const struct campaign_run *run, const char *folder) {
    struct stat about;
    char *path = campaign_text("%s/customers.csv", folder);
    const off_t least = stat(path, &about) == 0 ? about.st_size / PART_SHARE : 0;
    free(path);
    return least > run->part_bytes ? (unsigned)least : run->part_bytes;
}

static struct campaign_command build_command(const struct campaign_run *run, const char *folder,
                                             const char *out_folder) {
    struct campaign_command command = {0};
    campaign_argument(&command, run->program, "");
    campaign_argument(&command, "match", "");
    campaign_argument(&command, folder, "/fit.yaml");
    if (run->input != CAMPAIGN_FILE) {
        campaign_argument(&command, "--customers", "");
        campaign_argument(&command, "-", "");
    }
    campaign_argument(&command, "-o", "");
    campaign_argument(&command, out_folder, "/matches.csv");
    if (run->part_bytes > 0) {
        char bytes[32];
        snprintf(bytes, sizeof bytes, "%u", part_bytes_of(run, folder));
        campaign_argument(&command, "--x-part-bytes", "");
        campaign_argument(&command, bytes, "");
    }
    campaign_how(&command, run);
    return command;
}

void campaign_command_destroy(struct campaign_command *command) {
    for (size_t i = 0; i < command->count; i++)
        free(command->arguments[i]);
}

enum { ENGINE_SECONDS = 300 }; /* then it hangs */

int campaign_start(const struct campaign_run *run, const struct campaign_command *command, const char *folder,
                   const char *out_folder) {
    char *log = campaign_text("%s/engine.log", out_folder);
    pid_t feeder = 0;
    const int input = open_input(run, folder, &feeder);
    int status = -1;
    const pid_t engine = input < 0 ? -1 : fork();
    if (engine == 0) {
        const int output = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (output < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
            _exit(126);
        close(output);
        alarm(ENGINE_SECONDS);
        execv(run->program, command->arguments);
        _exit(127);
    }
    if (input >= 0)
        close(input);
    if (engine > 0)
        while (waitpid(engine, &status, 0) < 0 && errno == EINTR)
            ;
    if (feeder > 0)
        while (waitpid(feeder, NULL, 0) < 0 && errno == EINTR)
            ;
    free(log);
    return status;
}

/* Line `number` (from 0) of a text, at most 400 bytes of it. */
static void print_line(FILE *report, const char *label, const char *text, size_t length, size_t number) {
    size_t start = 0;
    for (size_t left = number; left > 0 && start < length; start++)
        left -= text[start] == '\n' ? 1 : 0;
    size_t end = start;
    while (end < length && text[end] != '\n')
        end++;
    if (start >= length)
        fprintf(report, "    %s: (no such line)\n", label);
    else
        fprintf(report, "    %s: %.*s%s\n", label, (int)(end - start > 400 ? 400 : end - start), text + start,
                end - start > 400 ? " ..." : "");
}

bool campaign_compare(const char *got, size_t got_bytes, const char *expected, size_t expected_bytes,
                      FILE *report) {
    size_t same = 0;
    size_t line = 0;
    while (same < got_bytes && same < expected_bytes && got[same] == expected[same]) {
        line += expected[same] == '\n' ? 1 : 0;
        same++;
    }
    if (same == got_bytes && same == expected_bytes)
        return true;
    fprintf(report, "  the tables differ in line %zu:\n", line + 1);
    print_line(report, "expected", expected, expected_bytes, line);
    print_line(report, "got     ", got, got_bytes, line);
    return false;
}

static bool check_table(const char *path, const struct oracle_result *expected, FILE *report) {
    size_t length = 0;
    char *got = oracle_file_read(path, &length);
    if (got == NULL) {
        fprintf(report, "  no output: %s\n", strerror(errno));
        return false;
    }
    const bool same = campaign_compare(got, length, expected->table, expected->table_bytes, report);
    free(got);
    return same;
}

static bool check_rejects(const char *path, const struct oracle_result *expected, FILE *report) {
    size_t *lines = NULL;
    size_t count = 0;
    if (access(path, F_OK) != 0) {
        if (expected->rejected_count > 0)
            fprintf(report, "  no rejects file, %zu rejects expected\n", expected->rejected_count);
        return expected->rejected_count == 0;
    }
    if (expected->rejected_count == 0) {
        fputs("  a rejects file though nothing is to be rejected\n", report);
        return false;
    }
    if (!oracle_first_column_read(path, "line,column,reason,row", &lines, &count)) {
        fputs("  the rejects file is not a table of line,column,reason,row\n", report);
        return false;
    }
    size_t same = 0;
    while (same < count && same < expected->rejected_count && lines[same] == expected->rejected_lines[same])
        same++;
    const bool equal = same == count && same == expected->rejected_count;
    if (!equal) {
        fprintf(
            report,
            "  rejects differ from number %zu: expected line %zu, got %zu (0: none); %zu expected, %zu got\n",
            same + 1, same < expected->rejected_count ? expected->rejected_lines[same] : 0,
            same < count ? lines[same] : 0, expected->rejected_count, count);
    }
    free(lines);
    return equal;
}

bool campaign_status_good(int status, int wanted, FILE *report) {
    if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == wanted)
        return true;
    if (status == -1)
        fputs("  the engine could not be started\n", report);
    else if (WIFEXITED(status))
        fprintf(report, "  exit code %d, expected %d\n", WEXITSTATUS(status), wanted);
    else
        fprintf(report, "  ended by signal %d\n", WTERMSIG(status));
    return false;
}

void campaign_tell(const struct campaign_run *run, const struct campaign_command *command, const char *folder,
                   const char *out_folder, FILE *report) {
    char *log = campaign_text("%s/engine.log", out_folder);
    size_t length = 0;
    char *said = oracle_file_read(log, &length);
    if (said != NULL && length > 0)
        fprintf(report, "  the engine said: %.*s\n", (int)(length > 600 ? 600 : length), said);
    free(said);
    free(log);
    fputs("  command:", report);
    for (size_t i = 0; command->arguments[i] != NULL; i++)
        fprintf(report, " '%s'", command->arguments[i]);
    if (run->input == CAMPAIGN_STDIN_FILE)
        fprintf(report, " < %s/customers.csv", folder);
    if (run->input == CAMPAIGN_STDIN_PIPE)
        fprintf(report, " < <(cat %s/customers.csv)", folder);
    fputs("\n", report);
}

bool campaign_check(const struct campaign_run *run, const char *folder, const char *out_folder,
                    const struct oracle_result *expected, FILE *report) {
    struct campaign_command command = build_command(run, folder, out_folder);
    char *output = campaign_text("%s/matches.csv", out_folder);
    char *rejects = campaign_text("%s/matches.rejects.csv", out_folder);
    const int status = campaign_start(run, &command, folder, out_folder);
    bool good = campaign_status_good(status, expected->rejected_count > 0 ? 3 : 0, report);
    good = check_table(output, expected, report) && good;
    good = check_rejects(rejects, expected, report) && good;
    if (!good)
        campaign_tell(run, &command, folder, out_folder, report);
    free(output);
    free(rejects);
    campaign_command_destroy(&command);
    return good;
}
