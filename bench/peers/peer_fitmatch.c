/* fitmatch through its public interface, timed and answering like the peers:
 * bench_peer_fitmatch FOLDER SECONDS THREADS [ROWS...]
 * The ROWS are prefixes of the table: the answer is given for each, for peers that do not get through it all.
 */
#include "answer.h"

#include <fitmatch/fitmatch.h>
#include <fitmatch/workspace.h>
#include <stdlib.h>
#include <string.h>

typedef enum job_kind { JOB_FIT, JOB_BEST } job_kind;
static const char *const job_names[] = {"fit", "best"};

/* The answer for one row, as a caller would keep it. */
typedef struct record {
    uint8_t verdict;
    uint16_t own;      /* from 1 */
    uint16_t refer_to; /* from 1; 0 is none */
} record;

typedef struct contest {
    const fm_base *base;
    const fm_catalog *catalog;
    record *records;
    double load;
    double seconds;
    unsigned threads;
} contest;

static _Noreturn void die(const fm_error *error) {
    (void)fprintf(stderr, "peers: %s:%" PRIu64 ": %s\n", error->file, error->line, error->message);
    exit(1);
}

/* Whether anything fits needs no closest misses. */
static fm_match_options options_for(const contest *c, job_kind which) {
    return (fm_match_options){.threads = c->threads, .verdicts_only = which == JOB_FIT};
}

static fm_matches *match(const contest *c, job_kind which) {
    fm_error error;
    fm_matches *matches = NULL;
    const fm_match_options options = options_for(c, which);
    if (fm_match(c->base, c->catalog, &options, &matches, &error) != FM_OK)
        die(&error);
    return matches;
}

/* A record for every row. A walk goes over blocks of rows, so each thread has a stretch of the table. */
static void walk_all(const contest *c, const fm_matches *matches) {
    const uint64_t rows = fm_base_row_count(c->base);
#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (unsigned part = 0; part < c->threads; part++) {
        fm_error error;
        fm_walk *walk = NULL;
        if (fm_walk_new(matches, &walk, &error) != FM_OK)
            die(&error);
        const uint64_t end = rows * (part + 1) / c->threads;
        for (uint64_t row = rows * part / c->threads; row < end; row++) {
            const fm_match_row m = fm_walk_row(walk, row);
            c->records[row] = (record){(uint8_t)m.verdict, (uint16_t)(m.own + 1),
                                       (uint16_t)(m.refer_to == FM_NONE ? 0 : m.refer_to + 1)};
        }
        fm_walk_free(walk);
    }
}

static answer answer_of(const contest *c, job_kind which, uint64_t rows) {
    answer a = {{0}, 0};
    for (uint64_t row = 0; row < rows; row++) {
        const record *r = &c->records[row];
        const bool fits = r->verdict == FM_VERDICT_FIT || r->verdict == FM_VERDICT_ASK;
        if (which == JOB_BEST) {
            a.counts[r->verdict]++;
            a.checksum += answer_best_row(row, r->own, r->refer_to, r->verdict);
        } else if (fits) {
            a.counts[0]++;
            a.checksum += answer_fit_row(row);
        }
    }
    return a;
}

/* The totals of the timed call are checked against the records, which the checksum is made from. */
static void check_totals(const fm_matches *matches, const answer *a, job_kind which) {
    const fm_match_totals *totals = fm_matches_totals(matches);
    const uint64_t fitting = totals->rows[FM_VERDICT_FIT] + totals->rows[FM_VERDICT_ASK];
    const bool same =
        which == JOB_BEST ? memcmp(totals->rows, a->counts, sizeof a->counts) == 0 : fitting == a->counts[0];
    if (!same) {
        (void)fprintf(stderr, "peers: fm_match counts other verdicts than fm_walk gives\n");
        exit(1);
    }
}

/* The answer of the first rows, as the others have to give it. */
static void give_reference(const contest *c, job_kind which, uint64_t rows) {
    const answer a = answer_of(c, which, rows);
    char names[128];
    (void)snprintf(names, sizeof names, "\"reference\": true, \"job\": \"%s\",", job_names[which]);
    answer_print(names, rows, 0, &(answer_times){0}, &a, which == JOB_BEST ? 4 : 1);
}

static void measure(const contest *c, job_kind which, bool with_rows, const char *formulation) {
    const uint64_t rows = fm_base_row_count(c->base);
    answer_times times = {0};
    answer a = {{0}, 0};
    char set[32] = "";
    double started = answer_clock();
    for (bool warm = false; !warm || answer_again(&times, started, c->seconds);) {
        const double begin = answer_clock();
        fm_matches *matches = match(c, which);
        if (with_rows)
            walk_all(c, matches);
        const double took = answer_clock() - begin;
        if (warm)
            times.seconds[times.count++] = took;
        if (!warm || with_rows)
            a = answer_of(c, which, rows);
        check_totals(matches, &a, which);
        (void)snprintf(set, sizeof set, "%s", fm_instruction_set_name(fm_matches_instruction_set(matches)));
        fm_matches_free(matches);
        started = warm ? started : answer_clock();
        warm = true;
    }
    char names[320];
    (void)snprintf(names, sizeof names,
                   "\"contestant\": \"fitmatch\", \"formulation\": \"%s\", \"job\": \"%s\", \"threads\": %u, "
                   "\"version\": \"fitmatch %s, commit %s, %s\",",
                   formulation, job_names[which], c->threads, fm_version(), BENCH_COMMIT, set);
    answer_print(names, rows, c->load, &times, &a, which == JOB_BEST ? 4 : 1);
}

int main(int count, char **arguments) {
    if (count < 4) {
        (void)fprintf(stderr, "usage: bench_peer_fitmatch FOLDER SECONDS THREADS [ROWS...]\n");
        return 2;
    }
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/fit.yaml", arguments[1]);
    fm_error error;
    fm_workspace *workspace = NULL;
    fm_table *customers = NULL;
    fm_base *base = NULL;
    const double begin = answer_clock();
    if (fm_workspace_open(path, NULL, &workspace, &error) != FM_OK ||
        fm_workspace_open_customers(workspace, NULL, NULL, &customers, &error) != FM_OK ||
        fm_base_read(fm_workspace_model(workspace), customers, NULL, NULL, &base, &error) != FM_OK)
        die(&error);
    contest c = {.base = base,
                 .catalog = fm_workspace_catalog(workspace),
                 .load = answer_clock() - begin,
                 .seconds = strtod(arguments[2], NULL),
                 .threads = (unsigned)strtoul(arguments[3], NULL, 10)};
    const uint64_t rows = fm_base_row_count(base);
    c.records = calloc(rows, sizeof *c.records);
    if (c.records == NULL || c.threads == 0 || fm_base_reject_count(base) != 0) {
        (void)fprintf(stderr, "peers: no memory, no threads, or rows that cannot be read\n");
        return 1;
    }
    fm_matches *matches = match(&c, JOB_BEST);
    walk_all(&c, matches);
    fm_matches_free(matches);
    for (int job = JOB_FIT; job <= JOB_BEST; job++) {
        give_reference(&c, (job_kind)job, rows);
        for (int i = 4; i < count; i++) {
            const uint64_t prefix = strtoull(arguments[i], NULL, 10);
            if (prefix > 0 && prefix < rows)
                give_reference(&c, (job_kind)job, prefix);
        }
    }
    for (int job = JOB_FIT; job <= JOB_BEST; job++) {
        measure(&c, (job_kind)job, false, "as read: fm_match");
        measure(&c, (job_kind)job, true, "as read: fm_match, fm_walk over all rows");
    }
    const double arranging = answer_clock();
    if (fm_base_arrange(base, c.catalog, c.threads, &error) != FM_OK)
        die(&error);
    c.load += answer_clock() - arranging;
    for (int job = JOB_FIT; job <= JOB_BEST; job++)
        measure(&c, (job_kind)job, false, "fm_match");
    free(c.records);
    fm_base_free(base);
    fm_table_free(customers);
    fm_workspace_free(workspace);
    return 0;
}
