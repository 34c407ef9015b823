/* The machine-readable forms. */
#include "report.h"

#include <stdio.h>

static void describe(figure *f, const cell_result *r, bench_job job, const char *measure, const char *unit) {
    report_name(r, job, f->name);
    f->measure = measure;
    f->unit = unit;
    (void)snprintf(f->extra, sizeof f->extra, "yardstick %s; base %.3f s; checksum %016llx",
                   r->yardstick == NULL ? "none" : r->yardstick, r->engine_build.base.wall,
                   (unsigned long long)r->checksum);
}

static void add_speed(figures *out, const cell_result *r, bench_job job, bench_clock clock) {
    double pairs = cell_pairs(r);
    figure *f = figures_add(out);
    describe(f, r, job, "pairs-per-second", "pairs/s");
    f->value = f->high = pairs / report_seconds(r, &r->engine[job], clock, false);
    f->low = pairs / report_seconds(r, &r->engine[job], clock, true);
}

static void add_ratio(figures *out, const cell_result *r, bench_job job, bench_clock clock) {
    const bench_samples *mine = &r->engine[job];
    const bench_samples *yard = cell_yardstick(r, job);
    figure *f = figures_add(out);
    describe(f, r, job, "ratio-to-yardstick", "x yardstick");
    f->value = f->low = f->high = bench_ratio(yard, mine, clock);
    for (size_t i = 0; i < mine->count && i < yard->count; i++) {
        double ratio = clock == BENCH_CPU ? yard->cpu[i] / mine->cpu[i] : yard->wall[i] / mine->wall[i];
        f->low = ratio < f->low ? ratio : f->low;
        f->high = ratio > f->high ? ratio : f->high;
    }
}

void report_figures(const cell_result *results, size_t count, bench_clock clock, figures *out) {
    for (size_t i = 0; i < count; i++) {
        for (unsigned job = 0; job < BENCH_JOB_COUNT; job++) {
            if (results[i].engine[job].count == 0)
                continue;
            add_speed(out, &results[i], (bench_job)job, clock);
            if (results[i].how.yardstick)
                add_ratio(out, &results[i], (bench_job)job, clock);
        }
    }
}

void report_csv(const cell_result *results, size_t count, const char *path) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        bench_die("%s cannot be written", path);
    (void)fputs(
        "job,order,instruction_set,threads,rows,offerings,attributes,patterns,demands,blank,wants,duplicates,"
        "fitting,engine_wall_min,engine_wall_median,engine_cpu_min,engine_cpu_median,yard_wall_min,"
        "yard_wall_median,yard_cpu_min,yard_cpu_median,ratio_wall,ratio_cpu,base_seconds,scan,encode,"
        "slice,arrange_seconds,plan_seconds,yard_base_seconds,yard_plan_seconds,slice_bytes,fit_bytes,yard_"
        "row_bytes,"
        "read_1_bytes_per_second,read_all_bytes_per_second,checksum\n",
        file);
    for (size_t i = 0; i < count; i++) {
        const cell_result *r = &results[i];
        const workload_options *w = &r->workload;
        for (unsigned job = 0; job < BENCH_JOB_COUNT; job++) {
            const bench_samples *e = &r->engine[job];
            const bench_samples *y = cell_yardstick(r, (bench_job)job);
            if (e->count == 0)
                continue;
            (void)fprintf(file, "%s,%s,%s,%u,%llu,%u,%u,%u,%u,%g,%g,%g,%g", bench_job_name((bench_job)job),
                          r->how.as_read ? "as read" : "arranged", fm_instruction_set_name(r->set),
                          r->how.threads, (unsigned long long)w->rows, w->offerings, w->attributes,
                          w->patterns, w->demands, w->blank, w->wants, w->duplicates, w->fitting);
            for (unsigned s = 0; s < 2; s++)
                for (unsigned clock = 0; clock < 2; clock++)
                    (void)fprintf(file, ",%.6g,%.6g", bench_minimum(s == 0 ? e : y, (bench_clock)clock),
                                  bench_median(s == 0 ? e : y, (bench_clock)clock));
            (void)fprintf(
                file, ",%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,%.6f,%.4f,%.6f,%llu,%llu,%zu,%.4g,%.4g,%016llx\n",
                bench_ratio(y, e, BENCH_WALL), bench_ratio(y, e, BENCH_CPU), r->engine_build.base.wall,
                r->engine_build.phases.scan, r->engine_build.phases.encode, r->engine_build.phases.slice,
                r->engine_build.arrange.wall, r->engine_build.plan.wall, r->yard_build.rows.wall,
                r->yard_build.plan.wall, (unsigned long long)r->engine_build.slice_bytes,
                (unsigned long long)r->engine_build.fit_bytes, r->yard_row_bytes,
                r->reading_bytes == 0 ? 0 : (double)r->reading_bytes / bench_minimum(&r->reading[0], 0),
                r->reading_bytes == 0 ? 0 : (double)r->reading_bytes / bench_minimum(&r->reading[1], 0),
                (unsigned long long)r->checksum);
        }
    }
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        bench_die("%s cannot be written", path);
}
