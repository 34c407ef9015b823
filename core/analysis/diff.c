/* Two runs compared: whose verdict differs, from what to what, and why. */
#include "analysis/diff.h"

#include "analysis/ranking.h"
#include "analysis/report.h"
#include "support/text.h"

static const fm_report_column TRANSITIONS[] = {
    {"from", "From", FM_CELL_TEXT}, {"to", "To", FM_CELL_TEXT}, {"rows", "Customers", FM_CELL_COUNT}};
static const fm_report_column ATTRIBUTES[] = {{"attribute", "Attribute", FM_CELL_TEXT},
                                              {"newly_unmet", "Newly unmet", FM_CELL_COUNT},
                                              {"no_longer_unmet", "No longer unmet", FM_CELL_COUNT}};
static const fm_report_column CUSTOMERS[] = {{"customer_id", "Customer", FM_CELL_TEXT},
                                             {"from", "From", FM_CELL_TEXT},
                                             {"to", "To", FM_CELL_TEXT},
                                             {"newly_unmet", "Newly unmet", FM_CELL_TEXT},
                                             {"no_longer_unmet", "No longer unmet", FM_CELL_TEXT}};

/* Not in that run. */
#define NO_VERDICT FM_VERDICT_COUNT
#define NO_ROW UINT64_MAX

/* Everything, as the report's long table needs it. */
typedef struct source {
    fm__diff_run before;
    fm__diff_run after;
    fm__names sets;
    fm__names names;            /* of the attributes; of match tables */
    const fm_model_spec *model; /* that has them otherwise */
    size_t attribute_count;
    uint32_t *order;   /* [attribute_count] attributes as they are shown */
    uint32_t *ranks;   /* [attribute] its place in that order */
    uint64_t *partner; /* [row of after] row of before, or NO_ROW */
    bool *paired;      /* [row of before] */
    uint64_t *listed;  /* rows of after, then rows of before that have no partner */
    size_t listed_after;
    size_t listed_count;
    char *texts[2]; /* of the last row */
    size_t capacities[2];
    bool *marks; /* [attribute] scratch, all false */
} source;

static void source_free(void *of) {
    source *s = of;
    if (s == NULL)
        return;
    fm__diff_run_destroy(&s->before);
    fm__diff_run_destroy(&s->after);
    fm__names_destroy(&s->sets);
    fm__names_destroy(&s->names);
    free(s->order);
    free(s->ranks);
    free(s->partner);
    free(s->paired);
    free(s->listed);
    free(s->texts[0]);
    free(s->texts[1]);
    free(s->marks);
    free(s);
}

/* --- pairs --- */

/* Rows by the hash of their id, each hash's in row order; caller frees. */
static fm__ranked *rank_rows(const fm__diff_run *run) {
    fm__ranked *rows = fm__array_new((size_t)run->row_count, sizeof *rows);
    for (uint64_t row = 0; rows != NULL && row < run->row_count; row++) {
        fm_text id = fm__text_trim(fm__diff_id(run, row));
        rows[row] = (fm__ranked){fm__hash_bytes(id.bytes, id.length), row};
    }
    if (rows != NULL && !fm__rank(rows, (size_t)run->row_count, 0)) {
        free(rows);
        return NULL;
    }
    return rows;
}

static size_t group_end(const fm__ranked *rows, size_t count, size_t begin) {
    size_t end = begin + 1;
    while (end < count && rows[end].key == rows[begin].key)
        end++;
    return end;
}

static bool same_id(const source *s, uint64_t before, uint64_t after) {
    return fm__text_equal(fm__text_trim(fm__diff_id(&s->before, before)),
                          fm__text_trim(fm__diff_id(&s->after, after)));
}

/* Pairs rows of one hash: first with first of the same id, and so on. Ids that differ and have one hash are
 * so rare that looking through all of them is no loss; as a rule the next one is the right one. */
static void pair_group(source *s, const fm__ranked *before, size_t before_count, const fm__ranked *after,
                       size_t after_count) {
    size_t next = 0;
    for (size_t i = 0; i < after_count; i++) {
        while (next < before_count && s->paired[before[next].place])
            next++;
        size_t at = next;
        while (at < before_count &&
               (s->paired[before[at].place] || !same_id(s, before[at].place, after[i].place)))
            at++;
        if (at == before_count)
            continue;
        s->paired[before[at].place] = true;
        s->partner[after[i].place] = before[at].place;
    }
}

static bool pair_rows(source *s) {
    size_t before_count = (size_t)s->before.row_count;
    size_t after_count = (size_t)s->after.row_count;
    fm__ranked *before = rank_rows(&s->before);
    fm__ranked *after = rank_rows(&s->after);
    s->partner = fm__array_new(after_count, sizeof *s->partner);
    s->paired = fm__array_new(before_count, sizeof *s->paired);
    bool done = before != NULL && after != NULL && s->partner != NULL && s->paired != NULL;
    for (size_t i = 0; done && i < after_count; i++)
        s->partner[i] = NO_ROW;
    for (size_t i = 0, j = 0; done && i < before_count && j < after_count;) {
        if (before[i].key != after[j].key) {
            i += before[i].key < after[j].key;
            j += i == before_count || before[i].key > after[j].key;
            continue;
        }
        size_t i_end = group_end(before, before_count, i);
        size_t j_end = group_end(after, after_count, j);
        pair_group(s, before + i, i_end - i, after + j, j_end - j);
        i = i_end;
        j = j_end;
    }
    free(before);
    free(after);
    return done;
}

/* --- sets --- */

static size_t set_count(const source *s, uint32_t set) {
    return s->sets.texts[set].length / sizeof(uint32_t);
}

/* The attributes of one set that another one lacks, marked; they are `*out_attributes` as far as those are
 * asked for. */
static size_t difference(const source *s, uint32_t set, uint32_t without, uint32_t *out_attributes) {
    size_t count = 0;
    const char *a = s->sets.texts[set].bytes;
    const char *b = s->sets.texts[without].bytes;
    size_t a_count = set_count(s, set);
    size_t b_count = set_count(s, without);
    for (size_t i = 0, j = 0; i < a_count; i++) {
        uint32_t x;
        uint32_t y = 0;
        memcpy(&x, a + i * sizeof x, sizeof x);
        for (; j < b_count; j++) {
            memcpy(&y, b + j * sizeof y, sizeof y);
            if (y >= x)
                break;
        }
        if (j == b_count || y != x)
            out_attributes[count++] = x;
    }
    return count;
}

/* --- the report --- */

static fm_cell verdict_cell(unsigned verdict) {
    return verdict == NO_VERDICT ? (fm_cell){.is_null = true}
                                 : fm__cell_of_string(fm_verdict_name((fm_verdict)verdict));
}

static fm_text attribute_name(const source *s, uint32_t attribute) {
    return s->model != NULL ? fm__text(s->model->attributes[attribute].name) : s->names.texts[attribute];
}

/* The names of what one set has and another one lacks, in the text `which`. */
static bool write_names(source *s, size_t which, uint32_t set, uint32_t without, fm_cell *out_cell) {
    uint32_t few[64];
    uint32_t *attributes = few;
    size_t length = 0;
    if (set_count(s, set) > 64 && (attributes = fm__array_new(set_count(s, set), sizeof *attributes)) == NULL)
        return false;
    size_t count = difference(s, set, without, attributes);
    for (size_t i = 0; i < count; i++)
        s->marks[s->ranks[attributes[i]]] = true;
    bool done = true;
    for (size_t i = 0, left = count; left > 0; i++) {
        if (!s->marks[i])
            continue;
        fm_text name = attribute_name(s, s->order[i]);
        s->marks[i] = false;
        left--;
        done =
            done && fm__array_reserve(&s->texts[which], &s->capacities[which], length + name.length + 1, 1);
        if (!done)
            continue;
        if (length > 0)
            s->texts[which][length++] = ';';
        memcpy(s->texts[which] + length, name.bytes, name.length);
        length += name.length;
    }
    if (attributes != few)
        free(attributes);
    *out_cell = fm__cell_of_text((fm_text){s->texts[which], length});
    return done;
}

static fm_status customer_row(void *of, uint64_t place, fm_cell *out_cells, fm_error *error) {
    source *s = of;
    uint64_t row = s->listed[place];
    if (place >= s->listed_after) {
        out_cells[0] = fm__cell_of_text(fm__diff_id(&s->before, row));
        out_cells[1] = verdict_cell(s->before.verdicts[row]);
        return FM_OK;
    }
    uint64_t partner = s->partner[row];
    out_cells[0] = fm__cell_of_text(fm__diff_id(&s->after, row));
    out_cells[2] = verdict_cell(s->after.verdicts[row]);
    if (partner == NO_ROW)
        return FM_OK;
    out_cells[1] = verdict_cell(s->before.verdicts[partner]);
    bool done = write_names(s, 0, s->after.unmet[row], s->before.unmet[partner], &out_cells[3]) &&
                write_names(s, 1, s->before.unmet[partner], s->after.unmet[row], &out_cells[4]);
    return done ? FM_OK : fm__fail_memory(error);
}

/* What is counted over all rows. */
typedef struct counts {
    uint64_t transitions[NO_VERDICT + 1][NO_VERDICT + 1];
    uint64_t *changes[2]; /* [attribute] newly unmet, no longer unmet */
    uint32_t *scratch;    /* [attribute] */
} counts;

static void count_change(const source *s, counts *c, size_t which, uint32_t set, uint32_t without) {
    size_t count = difference(s, set, without, c->scratch);
    for (size_t i = 0; i < count; i++)
        c->changes[which][c->scratch[i]]++;
}

/* Counts the rows and lists those that differ. */
static void count_rows(source *s, counts *c) {
    for (uint64_t row = 0; row < s->after.row_count; row++) {
        uint64_t partner = s->partner[row];
        unsigned to = s->after.verdicts[row];
        unsigned from = partner == NO_ROW ? NO_VERDICT : s->before.verdicts[partner];
        c->transitions[from][to]++;
        if (from != to)
            s->listed[s->listed_count++] = row;
        if (partner == NO_ROW || s->after.unmet[row] == s->before.unmet[partner])
            continue;
        count_change(s, c, 0, s->after.unmet[row], s->before.unmet[partner]);
        count_change(s, c, 1, s->before.unmet[partner], s->after.unmet[row]);
    }
    s->listed_after = s->listed_count;
    for (uint64_t row = 0; row < s->before.row_count; row++) {
        if (s->paired[row])
            continue;
        c->transitions[s->before.verdicts[row]][NO_VERDICT]++;
        s->listed[s->listed_count++] = row;
    }
}

static bool put_tables(const source *s, const counts *c, fm_report *report) {
    size_t transitions = FM__REPORT_TABLE(report, "transitions", TRANSITIONS);
    size_t attributes = FM__REPORT_TABLE(report, "attributes", ATTRIBUTES);
    size_t customers = FM__REPORT_TABLE(report, "customers", CUSTOMERS);
    for (unsigned pair = 0; pair < (NO_VERDICT + 1) * (NO_VERDICT + 1); pair++) {
        unsigned from = pair / (NO_VERDICT + 1);
        unsigned to = pair % (NO_VERDICT + 1);
        if (c->transitions[from][to] == 0)
            continue;
        fm_cell *cells = fm__report_add_row(report, transitions);
        if (cells == NULL)
            return false;
        cells[0] = verdict_cell(from);
        cells[1] = verdict_cell(to);
        cells[2] = fm__cell_of_count(c->transitions[from][to]);
    }
    for (size_t i = 0; i < s->attribute_count; i++) {
        uint32_t attribute = s->order[i];
        if (c->changes[0][attribute] + c->changes[1][attribute] == 0)
            continue;
        fm_cell *cells = fm__report_add_row(report, attributes);
        if (cells == NULL)
            return false;
        cells[0] = fm__cell_of_text(attribute_name(s, attribute));
        cells[1] = fm__cell_of_count(c->changes[0][attribute]);
        cells[2] = fm__cell_of_count(c->changes[1][attribute]);
    }
    report->tables[customers].row = customer_row;
    report->tables[customers].row_count = s->listed_count;
    return true;
}

/* The order in which attributes are shown. */
static bool order_attributes(source *s) {
    s->attribute_count = s->model != NULL ? s->model->attribute_count : s->names.count;
    s->ranks = fm__array_new(s->attribute_count, sizeof *s->ranks);
    s->marks = fm__array_new(s->attribute_count, sizeof *s->marks);
    s->order =
        s->model == NULL ? fm__names_order(&s->names) : fm__array_new(s->attribute_count, sizeof *s->order);
    if (s->ranks == NULL || s->marks == NULL || s->order == NULL)
        return false;
    for (uint32_t i = 0; i < s->attribute_count; i++) {
        s->order[i] = s->model == NULL ? s->order[i] : i;
        s->ranks[s->order[i]] = i;
    }
    return true;
}

/* Both runs are there. */
static bool compare(source *s, fm_report *report) {
    counts c = {0};
    bool done = order_attributes(s) && pair_rows(s);
    s->listed = fm__array_new((size_t)(s->after.row_count + s->before.row_count), sizeof *s->listed);
    c.scratch = fm__array_new(s->attribute_count, sizeof *c.scratch);
    c.changes[0] = fm__array_new(s->attribute_count, sizeof *c.changes[0]);
    c.changes[1] = fm__array_new(s->attribute_count, sizeof *c.changes[1]);
    done = done && s->listed != NULL && c.scratch != NULL && c.changes[0] != NULL && c.changes[1] != NULL;
    if (done) {
        count_rows(s, &c);
        done = put_tables(s, &c, report);
    }
    free(c.scratch);
    free(c.changes[0]);
    free(c.changes[1]);
    return done;
}

static fm_status finish_report(fm_report *report, fm_status status, fm_report **out_report, fm_error *error) {
    if (status == FM_OK && !compare(report->source, report))
        status = fm__fail_memory(error);
    return fm__report_end(report, status, out_report);
}

fm_status fm_diff(const fm_matches *before, const fm_matches *after, const fm_analysis_run *options,
                  fm_report **out_report, fm_error *error) {
    if (before->plan->base->model != after->plan->base->model)
        return fm__fail(error, FM_ERROR_ARGUMENT, "the two bases were made from different models");
    fm_report *report = fm__report_new_of("diff", sizeof(source), source_free);
    if (report == NULL)
        return fm__fail_memory(error);
    source *s = report->source;
    s->model = before->plan->model;
    fm_status status = fm__diff_run_match(&s->before, before, &s->sets, options, error);
    if (status == FM_OK)
        status = fm__diff_run_match(&s->after, after, &s->sets, options, error);
    return finish_report(report, status, out_report, error);
}

fm_status fm_diff_tables(fm_table *before, fm_table *after, const fm_faults *faults, fm_report **out_report,
                         fm_error *error) {
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    fm_report *report = fm__report_new_of("diff", sizeof(source), source_free);
    if (report == NULL)
        return fm__fail_memory(error);
    source *s = report->source;
    fm_status status = fm__diff_run_read(&s->before, before, &s->sets, &s->names, &log, error);
    if (status == FM_OK)
        status = fm__diff_run_read(&s->after, after, &s->sets, &s->names, &log, error);
    if (status == FM_OK)
        status = fm__fault_log_status(&log, error);
    return finish_report(report, status, out_report, error);
}
