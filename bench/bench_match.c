/* bench_match: building a base and matching it in memory, beside a yardstick that must give the same answers.
 */
#include "options.h"
#include "report.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

/* The cells to measure. */
typedef struct cells {
    workload_options *list;
    size_t count;
} cells;

static void add_cell(cells *c, workload_options w, uint64_t rows, uint64_t offerings, uint64_t attributes) {
    w.rows = rows;
    w.offerings = (uint32_t)offerings;
    w.attributes = (uint32_t)attributes;
    c->list = realloc(c->list, (c->count + 1) * sizeof *c->list);
    if (c->list == NULL)
        bench_die("out of memory");
    c->list[c->count++] = w;
}

static void list_product(const bench_options *o, cells *out) {
    for (size_t r = 0; r < o->rows_count; r++)
        for (size_t a = 0; a < o->attributes_count; a++)
            for (size_t i = 0; i < o->offerings_count; i++)
                add_cell(out, o->workload, o->rows[r], o->offerings[i], o->attributes[a]);
}

static void list_quick(const bench_options *o, cells *out) {
    static const uint64_t offerings[] = {20, 200, 1000};
    for (size_t i = 0; i < 3; i++)
        add_cell(out, o->workload, o->rows_in_cache, offerings[i], 12);
    for (size_t i = 0; i < 3; i++)
        add_cell(out, o->workload, 1000000, offerings[i], 12);
}

/* All properties at once would be thousands of cells: sizes are crossed, the rest is varied one by one around
 * the middle, for few and for many offerings. */
static void list_grid(const bench_options *o, cells *out) {
    static const uint64_t offerings[] = {8, 20, 64, 200, 1000, 10000};
    static const uint64_t attributes[] = {4, 12, 32};
    static const uint32_t patterns[] = {2, 16, 64};
    static const double shares[] = {0, 0.1, 0.5, 0.9};
    const uint64_t rows[] = {o->rows_in_cache, o->rows_out_of_cache};
    for (size_t r = 0; r < 2; r++)
        for (size_t a = 0; a < 3; a++)
            for (size_t i = 0; i < 6; i++)
                add_cell(out, o->workload, rows[r], offerings[i], attributes[a]);
    for (size_t many = 0; many < 2; many++) {
        uint64_t some = many ? 1000 : 20;
        uint64_t middle = 1000000;
        workload_options w = o->workload;
        for (size_t i = 0; i < 3; i++, w = o->workload) {
            w.patterns = patterns[i];
            w.demands = 100;
            add_cell(out, w, middle, some, 12);
        }
        for (size_t i = 0; i < 4; i++) {
            w = o->workload;
            w.blank = shares[i];
            add_cell(out, w, middle, some, 12);
            w = o->workload;
            w.wants = shares[i];
            add_cell(out, w, middle, some, 12);
            w = o->workload;
            w.duplicates = shares[i] == 0 ? 0.99 : shares[i];
            add_cell(out, w, middle, some, 12);
            w = o->workload;
            w.fitting = shares[i] == 0 ? 0.02 : shares[i];
            add_cell(out, w, middle, some, 12);
        }
        w = o->workload;
        w.weight_max = 1;
        add_cell(out, w, middle, some, 12);
    }
}

int main(int argument_count, char **arguments) {
    bench_options options;
    cells grid = {NULL, 0};
    bench_options_read(argument_count, arguments, &options);
    if (options.how.threads > 1)
        bench_wait_passively(arguments);
    omp_set_num_threads((int)options.how.threads);
    if (options.grid == GRID_CELL)
        list_product(&options, &grid);
    else if (options.grid == GRID_QUICK)
        list_quick(&options, &grid);
    else
        list_grid(&options, &grid);
    cell_result *results = bench_new(grid.count, sizeof *results);
    memory_bandwidth *memory = options.how.bandwidth ? memory_bandwidth_new(options.memory_bytes) : NULL;
    report_head(&options.how, options.clock);
    for (size_t i = 0; i < grid.count; i++) {
        cell_run(&grid.list[i], &options.how, memory, &results[i]);
        report_cell(&results[i], options.clock);
    }
    if (grid.count > 1 && options.how.yardstick)
        report_summary(results, grid.count, options.clock);
    figures all = {NULL, 0};
    report_figures(results, grid.count, options.clock, &all);
    if (options.json != NULL)
        figures_write_json(&all, options.json);
    if (options.bmf != NULL)
        figures_write_bmf(&all, options.bmf);
    free(all.list);
    if (options.csv != NULL)
        report_csv(results, grid.count, options.csv);
    if (memory != NULL)
        memory_bandwidth_free(memory);
    free(results);
    free(grid.list);
    free(options.rows);
    free(options.offerings);
    free(options.attributes);
    return 0;
}
