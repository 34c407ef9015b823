/* diff: two runs, paired by id. */
#include "oracle_analysis.h"

#include <stdlib.h>
#include <string.h>

/* A row of a run; `unmet` are places in the list of names, ascending. */
struct line {
    struct oracle_text id; /* as read */
    struct oracle_text key;
    enum oracle_verdict verdict;
    size_t *unmet;
    size_t unmet_count;
    ptrdiff_t partner; /* place in the other run, or ORACLE_NONE */
};

struct run {
    struct line *lines;
    size_t count;
};

struct names {
    struct oracle_text *list;
    size_t count;
};

static int compare_keys(const void *left, const void *right, void *context) {
    (void)context;
    const struct line *a = *(struct line *const *)left;
    const struct line *b = *(struct line *const *)right;
    const int order = oracle_text_compare(a->key, b->key);
    return order != 0 ? order : a < b ? -1 : a > b ? 1 : 0;
}

static struct line **sorted(struct oracle_heap *heap, struct run *run) {
    struct line **order = oracle_alloc(heap, run->count, sizeof *order);
    for (size_t i = 0; i < run->count; i++)
        order[i] = &run->lines[i];
    oracle_sort(order, run->count, sizeof *order, compare_keys, NULL);
    return order;
}

/* First with first, second with second: in both orders an id's rows stand together, in row order. */
static void pair(struct oracle_heap *heap, struct run *before, struct run *after) {
    struct line **first = sorted(heap, before);
    struct line **second = sorted(heap, after);
    size_t i = 0;
    size_t j = 0;
    while (i < before->count && j < after->count) {
        const int order = oracle_text_compare(first[i]->key, second[j]->key);
        if (order == 0) {
            first[i]->partner = second[j] - after->lines;
            second[j]->partner = first[i] - before->lines;
        }
        i += order <= 0 ? 1 : 0;
        j += order >= 0 ? 1 : 0;
    }
}

static bool misses(const struct line *line, size_t name) {
    for (size_t i = 0; i < line->unmet_count; i++)
        if (line->unmet[i] == name)
            return true;
    return false;
}

static void put_transitions(struct oracle_analysis *analysis, const struct run *before,
                            const struct run *after) {
    uint64_t rows[ORACLE_VERDICT_COUNT + 1][ORACLE_VERDICT_COUNT + 1] = {0};
    for (size_t i = 0; i < before->count; i++) {
        const struct line *line = &before->lines[i];
        rows[line->verdict]
            [line->partner == ORACLE_NONE ? ORACLE_VERDICT_COUNT : after->lines[line->partner].verdict]++;
    }
    for (size_t i = 0; i < after->count; i++)
        if (after->lines[i].partner == ORACLE_NONE)
            rows[ORACLE_VERDICT_COUNT][after->lines[i].verdict]++;
    oracle_start(analysis, "transitions", "from,to,rows");
    for (int from = 0; from <= ORACLE_VERDICT_COUNT; from++) {
        for (int to = 0; to <= ORACLE_VERDICT_COUNT; to++) {
            if (rows[from][to] == 0)
                continue;
            oracle_put_verdict(analysis, (enum oracle_verdict)from);
            oracle_put_verdict(analysis, (enum oracle_verdict)to);
            oracle_put_count(analysis, rows[from][to]);
            oracle_end_row(analysis);
        }
    }
}

static void put_attributes(struct oracle_analysis *analysis, const struct run *before,
                           const struct run *after, const struct names *names) {
    oracle_start(analysis, "attributes", "attribute,newly_unmet,no_longer_unmet");
    for (size_t name = 0; name < names->count; name++) {
        uint64_t newly = 0;
        uint64_t no_longer = 0;
        for (size_t i = 0; i < before->count; i++) {
            if (before->lines[i].partner == ORACLE_NONE)
                continue;
            const bool first = misses(&before->lines[i], name);
            const bool second = misses(&after->lines[before->lines[i].partner], name);
            newly += !first && second ? 1 : 0;
            no_longer += first && !second ? 1 : 0;
        }
        if (newly + no_longer == 0)
            continue;
        oracle_put_text(analysis, names->list[name]);
        oracle_put_count(analysis, newly);
        oracle_put_count(analysis, no_longer);
        oracle_end_row(analysis);
    }
}

/* What `line` misses and `other` does not. */
static void put_only(struct oracle_analysis *analysis, const struct line *line, const struct line *other,
                     const struct names *names) {
    struct oracle_buffer text = {0};
    for (size_t i = 0; line != NULL && other != NULL && i < line->unmet_count; i++) {
        if (misses(other, line->unmet[i]))
            continue;
        if (text.length > 0)
            oracle_buffer_add_string(&text, ";");
        oracle_buffer_add(&text, names->list[line->unmet[i]]);
    }
    oracle_put_buffer(analysis, &text);
}

static void put_customer(struct oracle_analysis *analysis, const struct line *first,
                         const struct line *second, const struct names *names) {
    oracle_put_text(analysis, second != NULL ? second->id : first->id);
    oracle_put_verdict(analysis, first != NULL ? first->verdict : ORACLE_VERDICT_COUNT);
    oracle_put_verdict(analysis, second != NULL ? second->verdict : ORACLE_VERDICT_COUNT);
    put_only(analysis, second, first, names);
    put_only(analysis, first, second, names);
    oracle_end_row(analysis);
}

static void put_diff(struct oracle_analysis *analysis, struct run *before, struct run *after,
                     const struct names *names) {
    pair(analysis->heap, before, after);
    put_transitions(analysis, before, after);
    put_attributes(analysis, before, after, names);
    oracle_start(analysis, "customers", "customer_id,from,to,newly_unmet,no_longer_unmet");
    for (size_t i = 0; i < after->count; i++) {
        const struct line *second = &after->lines[i];
        const struct line *first = second->partner == ORACLE_NONE ? NULL : &before->lines[second->partner];
        if (first == NULL || first->verdict != second->verdict)
            put_customer(analysis, first, second, names);
    }
    for (size_t i = 0; i < before->count; i++)
        if (before->lines[i].partner == ORACLE_NONE)
            put_customer(analysis, &before->lines[i], NULL, names);
}

static struct run run_of(struct oracle_heap *heap, const struct oracle_analysis *analysis) {
    struct run run = {oracle_alloc(heap, analysis->case_count, sizeof *run.lines), analysis->case_count};
    for (size_t r = 0; r < run.count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        const struct oracle_text id = oracle_case_id(analysis, of);
        run.lines[r] = (struct line){id,        oracle_text_trim(id), of->decision->verdict,
                                     of->unmet, of->unmet_count,      ORACLE_NONE};
    }
    return run;
}

bool oracle_diff(struct oracle_analysis *analysis) {
    const char *options[] = {"--against", "--customers"};
    struct oracle bases[2] = {0};
    struct oracle_analysis sides[2] = {0};
    struct run runs[2];
    bool good = true;
    for (size_t i = 0; i < 2 && good; i++) {
        const char *path = oracle_option(analysis, options[i], 0);
        char *full = path == NULL ? NULL : realpath(path, NULL);
        good = full != NULL && oracle_read(&bases[i], analysis->oracle->folder, full);
        free(full);
        if (!good)
            break;
        oracle_decide_all(&bases[i]);
        oracle_analysis_prepare(&sides[i], &bases[i]);
        runs[i] = run_of(analysis->heap, &sides[i]);
    }
    if (good) {
        const size_t count = analysis->model->attribute_count;
        struct names names = {oracle_alloc(analysis->heap, count, sizeof *names.list), count};
        for (size_t a = 0; a < count; a++)
            names.list[a] = analysis->model->attributes[a].name;
        put_diff(analysis, &runs[0], &runs[1], &names);
    } else {
        oracle_analysis_fail(analysis, "diff needs --customers and --against, both readable");
    }
    oracle_heap_destroy(&bases[0].heap);
    oracle_heap_destroy(&bases[1].heap);
    return good;
}

static int compare_texts(const void *left, const void *right, void *context) {
    (void)context;
    return oracle_text_compare(*(const struct oracle_text *)left, *(const struct oracle_text *)right);
}

/* The next name of a list that `;` parts; false at its end. */
static bool next_name(struct oracle_text *list, struct oracle_text *out_name) {
    if (list->length == 0)
        return false;
    size_t end = 0;
    while (end < list->length && list->bytes[end] != ';')
        end++;
    *out_name = (struct oracle_text){list->bytes, end};
    const size_t used = end < list->length ? end + 1 : end;
    *list = (struct oracle_text){list->bytes + used, list->length - used};
    return true;
}

enum { TABLE_ID, TABLE_VERDICT, TABLE_UNMET, TABLE_COLUMNS };

struct match_table {
    struct oracle_csv csv;
    ptrdiff_t columns[TABLE_COLUMNS];
};

static bool read_table(struct oracle_analysis *analysis, const char *path, struct match_table *out_table) {
    static const char *const names[] = {"customer_id", "verdict", "unmet"};
    struct match_table table;
    char *full = realpath(path, NULL);
    bool good = full != NULL && oracle_table_read(analysis->oracle, oracle_text_of(full), &table.csv);
    free(full);
    for (size_t c = 0; c < TABLE_COLUMNS && good; c++) {
        table.columns[c] = oracle_csv_column(&table.csv, oracle_text_of(names[c]));
        good = table.columns[c] != ORACLE_NONE;
    }
    if (!good)
        return oracle_analysis_fail(analysis, "%s: not a match table", path);
    *out_table = table;
    return true;
}

/* All names in the tables, each once, sorted. */
static struct names names_of(struct oracle_heap *heap, const struct match_table tables[2]) {
    struct names names = {0};
    size_t most = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t t = 0; t < 2; t++) {
            for (size_t i = 0; i < tables[t].csv.record_count; i++) {
                struct oracle_text list = tables[t].csv.records[i].cells[tables[t].columns[TABLE_UNMET]];
                struct oracle_text name;
                while (next_name(&list, &name)) {
                    if (pass == 1)
                        names.list[names.count++] = name;
                    most++;
                }
            }
        }
        if (pass == 0)
            names.list = oracle_alloc(heap, most, sizeof *names.list);
    }
    oracle_sort(names.list, names.count, sizeof *names.list, compare_texts, NULL);
    size_t distinct = 0;
    for (size_t i = 0; i < names.count; i++)
        if (distinct == 0 || !oracle_text_equal(names.list[distinct - 1], names.list[i]))
            names.list[distinct++] = names.list[i];
    names.count = distinct;
    return names;
}

static bool read_run(struct oracle_analysis *analysis, const struct match_table *table,
                     const struct names *names, struct run *out_run) {
    static const char *const verdicts[] = {"fit", "ask", "refer", "walk_away"};
    const size_t count = table->csv.record_count;
    struct run run = {oracle_alloc(analysis->heap, count, sizeof *run.lines), count};
    for (size_t i = 0; i < count; i++) {
        const struct oracle_text *cells = table->csv.records[i].cells;
        struct line *line = &run.lines[i];
        line->id = cells[table->columns[TABLE_ID]];
        line->key = oracle_text_trim(line->id);
        line->partner = ORACLE_NONE;
        int verdict = 0;
        while (verdict < ORACLE_VERDICT_COUNT &&
               !oracle_text_equal(cells[table->columns[TABLE_VERDICT]], oracle_text_of(verdicts[verdict])))
            verdict++;
        if (verdict == ORACLE_VERDICT_COUNT)
            return oracle_analysis_fail(analysis, "an unknown verdict");
        line->verdict = (enum oracle_verdict)verdict;
        line->unmet = oracle_alloc(analysis->heap, names->count, sizeof *line->unmet);
        for (size_t name = 0; name < names->count; name++) {
            struct oracle_text list = cells[table->columns[TABLE_UNMET]];
            struct oracle_text each;
            while (next_name(&list, &each))
                if (oracle_text_equal(each, names->list[name]))
                    line->unmet[line->unmet_count++] = name;
        }
    }
    *out_run = run;
    return true;
}

bool oracle_diff_tables(const char *before, const char *after, struct oracle_report *out_report,
                        char error[ORACLE_ERROR_BYTES]) {
    struct oracle oracle = {.folder = "."};
    struct oracle_report report = {0};
    struct oracle_analysis analysis = {
        .oracle = &oracle, .heap = &oracle.heap, .report = &report, .error = error};
    struct match_table tables[2];
    struct run runs[2];
    bool good = read_table(&analysis, before, &tables[0]) && read_table(&analysis, after, &tables[1]);
    if (good) {
        const struct names names = names_of(analysis.heap, tables);
        good = read_run(&analysis, &tables[0], &names, &runs[0]) &&
               read_run(&analysis, &tables[1], &names, &runs[1]);
        if (good)
            put_diff(&analysis, &runs[0], &runs[1], &names);
    }
    oracle_analysis_finish(&analysis, good, out_report);
    oracle_heap_destroy(&oracle.heap);
    return good;
}
