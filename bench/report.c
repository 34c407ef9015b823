#include "report.h"

#include "machine.h"

#include <stdio.h>
#include <string.h>

double report_seconds(const cell_result *result, const bench_samples *samples, bench_clock clock,
                      bool median) {
    double seconds = median ? bench_median(samples, clock) : bench_minimum(samples, clock);
    return clock == BENCH_CPU ? seconds / result->how.threads : seconds;
}

void report_name(const cell_result *r, bench_job job, char name[FIGURE_NAME_BYTES]) {
    const workload_options *w = &r->workload;
    (void)snprintf(
        name, FIGURE_NAME_BYTES,
        "%s %ux%ux%u, %llu rows, blank %g, wants %g, duplicates %g, fitting %g, %s, %s, %u threads",
        bench_job_name(job), w->offerings, w->attributes, w->patterns, (unsigned long long)w->rows, w->blank,
        w->wants, w->duplicates, w->fitting, r->how.as_read ? "as read" : "arranged",
        fm_instruction_set_name(r->set), r->how.threads);
}

void report_head(const cell_options *how, bench_clock clock) {
    char cpu[256];
    fm_instruction_set set = how->set == FM_INSTRUCTION_SET_AUTO ? fm_instruction_set_best() : how->set;
    machine_cpu(cpu, sizeof cpu);
    printf("processor  %s, %d usable, load %.1f\n", cpu, machine_processors(), machine_load());
    printf("build      %s, %s, commit %s\n", machine_compiler(), machine_flags(), machine_commit());
    printf("measured   %s, yardstick %s, %u threads, %s time, in turns; minimum (median)\n",
           fm_instruction_set_name(set), yard_unit_choose(how->set)->name, how->threads,
           clock == BENCH_CPU ? "processor" : "wall");
    printf(
        "handicaps  the yardstick starts from demands that are already numbered, the engine from columns of\n"
        "           numbers and texts; it counts no unmet needs by attribute and works out no scores; the\n"
        "           engine's `full` leaves results as bit planes, as the analyses use them, and without the\n"
        "           attribute to ask about; `rows` makes one record a row of it, as the yardstick does\n");
    (void)fflush(stdout);
}

/* Bytes a second of plain reading, on the same clock as the rest. */
static double reading_speed(const cell_result *r, unsigned all_threads, bench_clock clock) {
    double threads = clock == BENCH_CPU && all_threads ? r->how.threads : 1;
    return (double)r->reading_bytes / bench_minimum(&r->reading[all_threads], clock) * threads;
}

static void print_counts(const cell_result *r) {
    const workload_options *w = &r->workload;
    double rows = (double)w->rows;
    printf("\n%u offerings, %u attributes, %u patterns, %llu rows\n", w->offerings, w->attributes,
           w->patterns, (unsigned long long)w->rows);
    printf("  blank %.0f %%, wants %.0f %%, duplicates %.0f %%; verdicts: fit %.1f, ask %.1f, refer %.1f, "
           "walk away %.1f %%, overpromised %.1f %%\n",
           100 * w->blank, 100 * w->wants, 100 * w->duplicates, 100 * (double)r->counts.rows[0] / rows,
           100 * (double)r->counts.rows[1] / rows, 100 * (double)r->counts.rows[2] / rows,
           100 * (double)r->counts.rows[3] / rows, 100 * (double)r->counts.overpromised / rows);
}

static void print_build(const cell_result *r) {
    const engine_build *e = &r->engine_build;
    double rows = (double)r->workload.rows;
    printf("  base       engine %.3f s: scan %.3f, encode %.3f, slice %.3f; arrange %.3f s; plan %.2f ms; "
           "%.1f bytes a row\n",
           e->base.wall, e->phases.scan, e->phases.encode, e->phases.slice, e->arrange.wall,
           1e3 * e->plan.wall, (double)e->slice_bytes / rows);
    if (r->how.yardstick)
        printf("             yardstick %.3f s; plan %.2f ms; %zu bytes a row, %zu + %zu words, %s\n",
               r->yard_build.rows.wall, 1e3 * r->yard_build.plan.wall, r->yard_row_bytes, r->yard_words[0],
               r->yard_words[1], r->one_pass ? "one pass" : "fitting offerings first");
}

static void print_job(const cell_result *r, bench_job job, bench_clock clock) {
    const bench_samples *mine = &r->engine[job];
    const bench_samples *yard = cell_yardstick(r, job);
    double seconds = report_seconds(r, mine, clock, false);
    double bytes = (double)(job == BENCH_FIT ? r->engine_build.fit_bytes : r->engine_build.slice_bytes);
    double base = r->engine_build.base.wall + r->engine_build.arrange.wall +
                  (job == BENCH_MATCH ? 0 : r->engine_build.plan.wall);
    printf("  %-5s %9.3f (%9.3f) ms  %8.3g customers/s  %8.3g pairs/s  %6.1f GB/s", bench_job_name(job),
           1e3 * seconds, 1e3 * report_seconds(r, mine, clock, true), (double)r->workload.rows / seconds,
           cell_pairs(r) / seconds, bytes / seconds * 1e-9);
    if (r->reading_bytes > 0)
        printf(" %4.0f %% of memory", 100 * bytes / seconds / reading_speed(r, 1, clock));
    printf("  with base %.3f s", base + seconds);
    if (r->how.yardstick)
        printf("  %6.2f x yardstick (with base %.2f)", bench_ratio(yard, mine, clock),
               (r->yard_build.rows.wall + r->yard_build.plan.wall + report_seconds(r, yard, clock, false)) /
                   (base + seconds));
    printf("\n");
}

void report_cell(const cell_result *r, bench_clock clock) {
    print_counts(r);
    print_build(r);
    if (r->reading_bytes > 0)
        printf("  memory     %.1f GB/s with 1 thread, %.1f with %u\n", reading_speed(r, 0, clock) * 1e-9,
               reading_speed(r, 1, clock) * 1e-9, r->how.threads);
    for (unsigned y = 0; y < 2; y++) {
        const bench_samples *yard = &r->yard[y];
        if (yard->count > 0)
            printf("  yardstick  %-4s %9.3f (%9.3f) ms  %8.3g pairs/s\n", y == 0 ? "fit" : "full",
                   1e3 * report_seconds(r, yard, clock, false), 1e3 * report_seconds(r, yard, clock, true),
                   cell_pairs(r) / report_seconds(r, yard, clock, false));
    }
    for (unsigned job = 0; job < BENCH_JOB_COUNT; job++)
        if (r->engine[job].count > 0)
            print_job(r, (bench_job)job, clock);
    if (r->how.yardstick)
        printf("  checksum   %016llx of every row, engine = yardstick\n", (unsigned long long)r->checksum);
    (void)fflush(stdout);
}

void report_summary(const cell_result *results, size_t count, bench_clock clock) {
    printf("\ntimes the yardstick (median of ratios in turns), and pairs/s\n"
           "%9s %9s %5s %5s %5s %5s %5s %5s %5s   %7s %7s %7s %7s %10s %10s\n",
           "offerings", "rows", "attr", "patt", "blank", "wants", "dupl", "fit", "seed", "fit", "full",
           "rows", "match", "full", "yardstick");
    for (size_t i = 0; i < count; i++) {
        const cell_result *r = &results[i];
        const workload_options *w = &r->workload;
        printf("%9u %9llu %5u %5u %5g %5g %5g %5g %5llu  ", w->offerings, (unsigned long long)w->rows,
               w->attributes, w->patterns, w->blank, w->wants, w->duplicates, w->fitting,
               (unsigned long long)w->seed);
        for (unsigned job = 0; job < BENCH_JOB_COUNT; job++)
            printf(" %7.2f", bench_ratio(cell_yardstick(r, (bench_job)job), &r->engine[job], clock));
        printf(" %10.3g %10.3g\n", cell_pairs(r) / report_seconds(r, &r->engine[BENCH_FULL], clock, false),
               cell_pairs(r) / report_seconds(r, &r->yard[1], clock, false));
    }
}
