/* bench_scan: the CSV scanner alone, through core/tables, on files of different kinds, beside plain reading.
 */
#include "figures.h"
#include "machine.h"

#include "base/crew.h"
#include "tables/table.h"

#include <fcntl.h>
#include <getopt.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define PIECE_BYTES ((size_t)1 << 20)

/* A file to scan. Files that the benchmark made know what is in them. */
typedef struct sheet {
    const char *name;
    char path[PATH_BYTES];
    bool made;
    uint64_t rows;
    uint64_t cell_bytes; /* of all cells, quotes resolved */
} sheet;

static char folder[PATH_BYTES];

/* --- making files --- */

typedef struct maker {
    FILE *file;
    uint64_t written;
    sheet *sheet;
    uint64_t random;
} maker;

static void put(maker *m, const char *text, size_t length) {
    (void)fwrite(text, 1, length, m->file);
    m->written += length;
}

static void put_number(maker *m, uint32_t most) {
    char text[16];
    int length = snprintf(text, sizeof text, "%u", bench_below(&m->random, most));
    put(m, text, (size_t)length);
    m->sheet->cell_bytes += (size_t)length;
}

/* A quoted cell with commas, doubled quotes and line ends in it. */
static void put_quoted(maker *m) {
    static const char *const words[] = {"fleet", "a, b", "\"\"urgent\"\"", "two\nlines", "parts and service"};
    put(m, "\"", 1);
    for (uint32_t count = 1 + bench_below(&m->random, 3); count > 0; count--) {
        const char *word = words[bench_below(&m->random, 5)];
        put(m, word, strlen(word));
        m->sheet->cell_bytes += strlen(word) - (word[0] == '"' ? 2 : 0);
    }
    put(m, "\"", 1);
}

static void put_header(maker *m, unsigned columns) {
    for (unsigned c = 0; c < columns; c++) {
        char name[16];
        int length = snprintf(name, sizeof name, "%sc%u", c == 0 ? "" : ",", c);
        put(m, name, (size_t)length);
    }
    put(m, "\n", 1);
}

static void put_row(maker *m, unsigned columns, unsigned quoted) {
    for (unsigned c = 0; c < columns; c++) {
        if (c > 0)
            put(m, ",", 1);
        if (c % 4 < quoted)
            put_quoted(m);
        else if (columns == 2 || bench_below(&m->random, 3) > 0) /* a third blank, but for tiny rows */
            put_number(m, columns == 2 ? 10 : 100000);
    }
    put(m, "\n", 1);
    m->sheet->rows++;
}

/* `quoted` of four columns hold quoted text. */
static void make(sheet *s, const char *name, unsigned columns, unsigned quoted, uint64_t bytes) {
    maker m = {.sheet = s, .random = columns};
    *s = (sheet){.name = name, .made = true};
    (void)snprintf(s->path, sizeof s->path, "%.4000s/%s.csv", folder, name);
    m.file = fopen(s->path, "wb");
    if (m.file == NULL)
        bench_die("%s cannot be written", s->path);
    (void)setvbuf(m.file, NULL, _IOFBF, PIECE_BYTES);
    put_header(&m, columns);
    while (m.written < bytes)
        put_row(&m, columns, quoted);
    if (fclose(m.file) != 0)
        bench_die("%s cannot be written", s->path);
}

/* --- measuring --- */

static void check(fm_status status, const fm_error *error) {
    if (status != FM_OK)
        bench_die("%s:%llu: %s", error->file, (unsigned long long)error->line, error->message);
}

/* Scans a file once, taking the first `columns` columns of it (0: all); counts rows and bytes of cells. */
static bench_time scan(const sheet *s, size_t columns, uint64_t *out_rows, uint64_t *out_cell_bytes) {
    fm_error error;
    fm_table *table;
    fm__batch batch;
    bench_time start = bench_now();
    check(fm_table_open_csv(s->path, NULL, &table, &error), &error);
    size_t count = columns > 0 && columns < table->column_count ? columns : table->column_count;
    uint32_t *selected = bench_new(count, sizeof *selected);
    for (size_t c = 0; c < count; c++)
        selected[c] = (uint32_t)c;
    check(table->methods->select(table, selected, count, &error), &error);
    *out_rows = *out_cell_bytes = 0;
    for (;;) {
        check(table->methods->next(table, &batch, &error), &error);
        if (batch.row_count == 0)
            break;
        *out_rows += batch.row_count;
        for (size_t c = 0; c < count; c++)
            for (size_t row = 0; row < batch.row_count; row++)
                *out_cell_bytes += batch.texts[c][row].length;
    }
    fm_table_free(table);
    free(selected);
    return bench_since(start);
}

/* --- by several threads, the way the reader of customers does it --- */

#define ROUND_CHUNKS 32

typedef struct crowd {
    fm_table *table;
    size_t columns;
    fm__crew crew;
    fm__chunk_parser **parsers; /* [threads] */
    fm__chunk chunks[2][ROUND_CHUNKS];
    size_t counts[2];
    size_t done[ROUND_CHUNKS];
    uint64_t rows[ROUND_CHUNKS];
    uint64_t cell_bytes[ROUND_CHUNKS];
    fm__chunk *now;
} crowd;

static uint64_t cell_bytes_of(const fm__batch *batch, size_t columns) {
    const fm__spans *plain = batch->plain;
    uint64_t sum = 0;
    for (size_t c = 0; c < columns; c++)
        for (size_t row = 0; row < batch->row_count; row++) {
            if (plain == NULL) {
                sum += batch->texts[c][row].length;
                continue;
            }
            const uint32_t *start = plain->starts + plain->places[row] + plain->columns[c];
            const char *bytes = plain->text + start[0];
            sum += plain->columns[c] == plain->last_column
                       ? (size_t)(batch->records[row].bytes + batch->records[row].length - bytes)
                       : start[1] - 1 - start[0];
        }
    return sum;
}

static void scan_chunk(void *context, size_t slot, size_t item) {
    crowd *all = context;
    const fm__chunk_methods *methods = all->table->methods->chunks;
    fm__chunk_outcome outcome;
    fm__batch batch;
    all->rows[item] = all->cell_bytes[item] = 0;
    methods->begin(all->parsers[slot], &all->now[item]);
    while ((outcome = methods->next(all->parsers[slot], &batch)) == FM__CHUNK_ROWS) {
        all->rows[item] += batch.row_count;
        all->cell_bytes[item] += cell_bytes_of(&batch, all->columns);
    }
    if (outcome != FM__CHUNK_DONE)
        bench_die("a chunk cannot be read");
    all->done[item] = methods->bytes_done(all->parsers[slot]);
}

static void fill_chunks(crowd *all, int turn, size_t count) {
    fm_error error;
    all->counts[turn] = 0;
    for (size_t i = 0; i < count; i++) {
        check(all->table->methods->chunks->fill(all->table, &all->chunks[turn][i], 0, &error), &error);
        all->counts[turn]++;
        if (all->chunks[turn][i].is_last)
            return;
    }
}

static void scan_rounds(crowd *all, uint64_t *out_rows, uint64_t *out_cell_bytes) {
    bool is_last = false;
    fill_chunks(all, 0, 1);
    for (int turn = 0; !is_last; turn = 1 - turn) {
        size_t count = all->counts[turn];
        is_last = all->chunks[turn][count - 1].is_last;
        all->now = all->chunks[turn];
        fm__crew_start(&all->crew, scan_chunk, all, count);
        if (!is_last)
            fill_chunks(all, 1 - turn, ROUND_CHUNKS);
        fm__crew_finish(&all->crew);
        for (size_t i = 0; i < count; i++) {
            if (all->done[i] != all->chunks[turn][i].length)
                bench_die("a chunk was not cut where a record ends");
            *out_rows += all->rows[i];
            *out_cell_bytes += all->cell_bytes[i];
        }
    }
}

/* Scans a file once by `threads` threads, all columns. */
static bench_time scan_by(const sheet *s, unsigned threads, uint64_t *out_rows, uint64_t *out_cell_bytes) {
    fm_error error;
    crowd all = {.parsers = bench_new(threads, sizeof *all.parsers)};
    bench_time start = bench_now();
    check(fm_table_open_csv(s->path, NULL, &all.table, &error), &error);
    all.columns = all.table->column_count;
    uint32_t *selected = bench_new(all.columns, sizeof *selected);
    for (size_t c = 0; c < all.columns; c++)
        selected[c] = (uint32_t)c;
    check(all.table->methods->select(all.table, selected, all.columns, &error), &error);
    for (unsigned t = 0; t < threads; t++)
        if ((all.parsers[t] = all.table->methods->chunks->parser_new(all.table)) == NULL)
            bench_die("out of memory");
    *out_rows = *out_cell_bytes = 0;
    if (!fm__crew_init(&all.crew, threads))
        bench_die("no threads");
    scan_rounds(&all, out_rows, out_cell_bytes);
    fm__crew_destroy(&all.crew);
    for (unsigned t = 0; t < threads; t++)
        all.table->methods->chunks->parser_free(all.parsers[t]);
    for (size_t i = 0; i < ROUND_CHUNKS; i++) {
        free(all.chunks[0][i].memory);
        free(all.chunks[1][i].memory);
    }
    fm_table_free(all.table);
    free(selected);
    free(all.parsers);
    return bench_since(start);
}

/* What nobody can beat who gets the file from the system: reading it, and looking at every byte. */
static bench_time read_plainly(const char *path, char *buffer) {
    uint64_t sum = 0;
    bench_time start = bench_now();
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    if (file < 0)
        bench_die("%s cannot be read", path);
    while ((got = read(file, buffer, PIECE_BYTES)) > 0)
        for (size_t i = 0; i + 8 <= (size_t)got; i += 8) {
            uint64_t word;
            memcpy(&word, buffer + i, 8);
            sum += word;
        }
    (void)close(file);
    bench_time time = bench_since(start);
    if (got < 0 || sum == 1) /* asking for the sum keeps the compiler from leaving it out */
        bench_die("%s cannot be read", path);
    return time;
}

static void add_figure(figures *all, const sheet *s, const char *what, double bytes,
                       const bench_samples *samples) {
    figure *f = figures_add(all);
    (void)snprintf(f->name, sizeof f->name, "scan %s, %s", s->name, what);
    f->measure = "bytes-per-second";
    f->unit = "GB/s";
    f->value = f->high = bytes / bench_minimum(samples, BENCH_WALL) * 1e-9;
    f->low = bytes / bench_median(samples, BENCH_WALL) * 1e-9;
}

static void run_sheet(sheet *s, size_t repeat, unsigned threads, figures *all) {
    bench_samples every = {0}, few = {0}, plain = {0}, crowd_one = {0}, crowd_all = {0};
    char *buffer = bench_new(PIECE_BYTES, 1);
    struct stat info;
    uint64_t rows = 0, bytes = 0, few_bytes;
    if (stat(s->path, &info) != 0)
        bench_die("%s cannot be read", s->path);
    for (size_t i = 0; i <= repeat; i++) { /* the first round fills the page cache */
        bench_time times[5];
        uint64_t crowd_rows[2], crowd_bytes[2];
        times[0] = read_plainly(s->path, buffer);
        times[1] = scan(s, 0, &rows, &bytes);
        times[2] = scan(s, 3, &rows, &few_bytes);
        times[3] = scan_by(s, 1, &crowd_rows[0], &crowd_bytes[0]);
        times[4] = scan_by(s, threads, &crowd_rows[1], &crowd_bytes[1]);
        for (size_t k = 0; k < 2; k++)
            if (crowd_rows[k] != rows || crowd_bytes[k] != bytes)
                bench_die("MISMATCH: %s has other rows or cells in chunks", s->path);
        if (s->made && (rows != s->rows || bytes != s->cell_bytes))
            bench_die("MISMATCH: %s has %llu rows with %llu bytes in cells, the scanner found %llu and %llu",
                      s->path, (unsigned long long)s->rows, (unsigned long long)s->cell_bytes,
                      (unsigned long long)rows, (unsigned long long)bytes);
        if (i > 0) {
            bench_sample(&plain, times[0]);
            bench_sample(&every, times[1]);
            bench_sample(&few, times[2]);
            bench_sample(&crowd_one, times[3]);
            bench_sample(&crowd_all, times[4]);
        }
    }
    double size = (double)info.st_size;
    double best = bench_minimum(&every, BENCH_WALL);
    printf("%-10s %8.1f MB %10llu rows %6.2f GB/s all columns (%5.2f median) %6.2f GB/s 3 columns "
           "%6.2f GB/s plain reading, %4.0f %% of it; %.3g rows/s\n",
           s->name, size * 1e-6, (unsigned long long)rows, size / best * 1e-9,
           size / bench_median(&every, BENCH_WALL) * 1e-9, size / bench_minimum(&few, BENCH_WALL) * 1e-9,
           size / bench_minimum(&plain, BENCH_WALL) * 1e-9, 100 * bench_ratio(&plain, &every, BENCH_WALL),
           (double)rows / best);
    char by[32];
    (void)snprintf(by, sizeof by, "%u threads", threads);
    printf("%-10s in chunks, all columns: %6.2f GB/s by 1 thread, %6.2f GB/s (%5.2f median) by %s, %.2f x\n",
           "", size / bench_minimum(&crowd_one, BENCH_WALL) * 1e-9,
           size / bench_minimum(&crowd_all, BENCH_WALL) * 1e-9,
           size / bench_median(&crowd_all, BENCH_WALL) * 1e-9, by,
           bench_ratio(&crowd_one, &crowd_all, BENCH_WALL));
    (void)fflush(stdout);
    add_figure(all, s, "in chunks, 1 thread", size, &crowd_one);
    add_figure(all, s, by, size, &crowd_all);
    add_figure(all, s, "all columns", size, &every);
    add_figure(all, s, "3 columns", size, &few);
    free(buffer);
}

static const char help[] =
    "usage: bench_scan [options] [FILE ...]\n"
    "Measures the CSV scanner on files that it makes in a temporary folder, and on yours.\n"
    "  --bytes N     size of each file made (100000000)\n"
    "  --repeat N    measurements (7)\n"
    "  --threads N   threads of the scan in chunks (all)\n"
    "  --json FILE   github-action-benchmark, bigger is better\n"
    "  --bmf FILE    Bencher Metric Format\n";

typedef struct scan_options {
    uint64_t bytes;
    size_t repeat;
    unsigned threads;
    const char *json, *bmf;
} scan_options;

static scan_options read_options(int count, char **arguments) {
    static const struct option long_options[] = {{"bytes", required_argument, NULL, 'b'},
                                                 {"repeat", required_argument, NULL, 'r'},
                                                 {"json", required_argument, NULL, 'j'},
                                                 {"bmf", required_argument, NULL, 'm'},
                                                 {"threads", required_argument, NULL, 't'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    scan_options o = {.bytes = 100000000, .repeat = 7, .threads = (unsigned)omp_get_max_threads()};
    for (int option; (option = getopt_long(count, arguments, "", long_options, NULL)) != -1;) {
        if (option == 'b')
            o.bytes = strtoull(optarg, NULL, 10);
        else if (option == 'r')
            o.repeat = strtoull(optarg, NULL, 10);
        else if (option == 't')
            o.threads = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'j')
            o.json = optarg;
        else if (option == 'm')
            o.bmf = optarg;
        else {
            (void)fputs(help, option == 'h' ? stdout : stderr);
            exit(option == 'h' ? 0 : 2);
        }
    }
    if (o.repeat == 0 || o.repeat > BENCH_SAMPLES_MAX)
        bench_die("--repeat is 1 to %d", BENCH_SAMPLES_MAX);
    if (o.threads == 0 || o.threads > 1024)
        bench_die("--threads is 1 to 1024");
    return o;
}

int main(int count, char **arguments) {
    scan_options options = read_options(count, arguments);
    const char *temporary = getenv("TMPDIR");
    char cpu[256];
    figures all = {NULL, 0};
    sheet made[4];
    (void)snprintf(folder, sizeof folder, "%.4000s/bench_scan.XXXXXX",
                   temporary == NULL || *temporary == '\0' ? "/tmp" : temporary);
    if (mkdtemp(folder) == NULL)
        bench_die("no folder can be made in %s", folder);
    machine_cpu(cpu, sizeof cpu);
    printf("processor  %s, load %.1f\nbuild      %s, %s, commit %s\n"
           "handicaps  files are in the page cache; the scanner also counts lines, checks the width of every "
           "row\n"
           "           and resolves quotes, and the benchmark adds the lengths of all cells up\n",
           cpu, machine_load(), machine_compiler(), machine_flags(), machine_commit());
    make(&made[0], "numbers", 25, 0, options.bytes);
    make(&made[1], "quoted", 12, 2, options.bytes);
    make(&made[2], "wide", 200, 0, options.bytes);
    make(&made[3], "tiny", 2, 0, options.bytes);
    for (size_t i = 0; i < 4; i++) {
        run_sheet(&made[i], options.repeat, options.threads, &all);
        (void)unlink(made[i].path);
    }
    (void)rmdir(folder);
    for (int i = optind; i < count; i++) {
        const char *slash = strrchr(arguments[i], '/');
        sheet yours = {.name = slash == NULL ? arguments[i] : slash + 1};
        (void)snprintf(yours.path, sizeof yours.path, "%s", arguments[i]);
        run_sheet(&yours, options.repeat, options.threads, &all);
    }
    if (options.json != NULL)
        figures_write_json(&all, options.json);
    if (options.bmf != NULL)
        figures_write_bmf(&all, options.bmf);
    free(all.list);
    return 0;
}
