/* roadmap: the changes in their order, and the greedy plan. */
#include "oracle_roadmap.h"

#include <stdlib.h>
#include <string.h>

/* The cost table's lines. */
struct lines {
    struct oracle_change *list;
    bool *taken;
    size_t count;
    bool given;
};

struct ranking {
    struct oracle_analysis *analysis;
    int by; /* 0 rows, 1 money, 2 expected money */
    bool costs;
};

static double worth(const struct ranking *ranking, const struct oracle_change *change) {
    if (ranking->by == 1)
        return ranking->analysis->has_money ? change->money : 0;
    if (ranking->by == 2)
        return ranking->analysis->has_expected ? change->expected : 0;
    return (double)change->tally.rows;
}

static int compare_changes(const void *left, const void *right, void *context) {
    const struct ranking *ranking = context;
    struct oracle_change *a = *(struct oracle_change *const *)left;
    struct oracle_change *b = *(struct oracle_change *const *)right;
    double first = worth(ranking, a);
    double second = worth(ranking, b);
    if (ranking->costs && (a->cost == 0) != (b->cost == 0))
        return a->cost == 0 ? -1 : 1;
    if (ranking->costs && a->cost != 0) {
        first /= a->cost;
        second /= b->cost;
    }
    if (first != second)
        return first > second ? -1 : 1;
    if (a->tally.rows != b->tally.rows)
        return a->tally.rows > b->tally.rows ? -1 : 1;
    if (a->offering != b->offering)
        return a->offering < b->offering ? -1 : 1;
    if (a->attribute != b->attribute)
        return a->attribute < b->attribute ? -1 : 1;
    const int step = oracle_change_compare_steps(ranking->analysis, a, b);
    if (step != 0)
        return step;
    return a->line < b->line ? -1 : a->line > b->line ? 1 : 0;
}

static bool read_line(struct oracle_analysis *analysis, const struct oracle_csv *csv, size_t i,
                      struct oracle_change *out_change) {
    static const char *const names[] = {"offering", "attribute", "value", "cost"};
    struct oracle_text cells[4];
    struct oracle_change change = {.line = i};
    for (size_t c = 0; c < 4; c++) {
        const ptrdiff_t column = oracle_csv_column(csv, oracle_text_of(names[c]));
        if (column == ORACLE_NONE || csv->records[i].cell_count != csv->header.cell_count)
            return oracle_analysis_fail(analysis, "costs: no %s", names[c]);
        cells[c] = oracle_text_trim(csv->records[i].cells[column]);
    }
    for (size_t o = 0; o < analysis->oracle->offering_count; o++)
        if (oracle_text_equal(analysis->oracle->offerings[o].id, cells[0]))
            change.offering = &analysis->oracle->offerings[o];
    while (change.attribute < analysis->model->attribute_count &&
           !oracle_text_equal(analysis->model->attributes[change.attribute].name, cells[1]))
        change.attribute++;
    if (change.offering == NULL || !change.offering->own ||
        change.attribute == analysis->model->attribute_count)
        return oracle_analysis_fail(analysis, "costs: unknown offering or attribute");
    struct oracle_attribute *attribute = &analysis->oracle->model.attributes[change.attribute];
    if (!oracle_offer_read(analysis->oracle, attribute, cells[2], &change.to) ||
        !oracle_number_read(cells[3], oracle_text_of(""), analysis->model->decimal_comma, &change.cost))
        return oracle_analysis_fail(analysis, "costs: a value or a cost cannot be read");
    *out_change = change;
    return true;
}

static bool read_lines(struct oracle_analysis *analysis, struct lines *out_lines) {
    const char *path = oracle_option(analysis, "--cost", 0);
    struct lines lines = {.given = path != NULL};
    struct oracle_csv csv = {0};
    if (path != NULL) {
        char *full = realpath(path, NULL);
        const bool good = full != NULL && oracle_table_read(analysis->oracle, oracle_text_of(full), &csv);
        free(full);
        if (!good)
            return oracle_analysis_fail(analysis, "%s cannot be read", path);
    }
    lines.count = csv.record_count;
    lines.list = oracle_alloc(analysis->heap, lines.count, sizeof *lines.list);
    lines.taken = oracle_alloc(analysis->heap, lines.count, sizeof *lines.taken);
    for (size_t i = 0; i < lines.count; i++)
        if (!read_line(analysis, &csv, i, &lines.list[i]))
            return false;
    *out_lines = lines;
    return true;
}

/* The lines that are not taken, counted anew. `list` is malloc'd. */
static struct oracle_changes line_changes(struct oracle_analysis *analysis, const struct lines *lines,
                                          const struct oracle_near *near, size_t count) {
    struct oracle_changes changes = {calloc(lines->count + 1, sizeof(struct oracle_change)), 0, 0};
    if (changes.list == NULL)
        abort();
    for (size_t i = 0; i < lines->count; i++) {
        if (lines->taken[i])
            continue;
        changes.list[changes.count] = lines->list[i];
        oracle_change_count(analysis, near, count, &changes.list[changes.count++]);
    }
    return changes;
}

/* All changes of the catalog as it stands, best first. Both are malloc'd. */
static struct oracle_change **rank(struct ranking *ranking, const struct lines *lines,
                                   struct oracle_changes *out_changes) {
    size_t count = 0;
    struct oracle_near *near = oracle_near_rows(ranking->analysis, &count);
    struct oracle_changes changes = lines->given ? line_changes(ranking->analysis, lines, near, count)
                                                 : oracle_candidates(ranking->analysis, near, count);
    free(near);
    struct oracle_change **order = calloc(changes.count + 1, sizeof(void *));
    if (order == NULL)
        abort();
    for (size_t i = 0; i < changes.count; i++)
        order[i] = &changes.list[i];
    oracle_sort(order, changes.count, sizeof *order, compare_changes, ranking);
    *out_changes = changes;
    return order;
}

static void put_change(struct oracle_analysis *analysis, const struct oracle_change *change) {
    struct oracle_buffer from = {0};
    struct oracle_buffer to = {0};
    oracle_offer_words(analysis, &from, change->attribute, &change->offering->dependable[change->attribute]);
    oracle_offer_words(analysis, &to, change->attribute, &change->to);
    oracle_put_text(analysis, change->offering->id);
    oracle_put_text(analysis, analysis->model->attributes[change->attribute].name);
    oracle_put_buffer(analysis, &from);
    oracle_put_buffer(analysis, &to);
    oracle_put_count(analysis, change->tally.rows);
    oracle_put_money(analysis, &change->tally);
    oracle_put_expected(analysis, &change->tally);
}

static void put_changes(struct ranking *ranking, const struct lines *lines) {
    struct oracle_analysis *analysis = ranking->analysis;
    const double top = oracle_option_number(analysis, "--top");
    struct oracle_changes changes;
    struct oracle_change **order = rank(ranking, lines, &changes);
    oracle_start(analysis, "changes",
                 "offering_id,attribute,from,to,rows,money,expected_money,cost,per_cost");
    for (size_t i = 0; i < changes.count && (top == 0 || (double)i < top); i++) {
        put_change(analysis, order[i]);
        oracle_put_number(analysis, lines->given, order[i]->cost);
        oracle_put_number(analysis, lines->given && order[i]->cost != 0,
                          order[i]->cost == 0 ? 0 : worth(ranking, order[i]) / order[i]->cost);
        oracle_end_row(analysis);
    }
    free(order);
    free(changes.list);
}

static void add_sum(struct oracle_sum *sum, const struct oracle_sum *more) {
    uint64_t carry = 0;
    for (size_t i = 0; i < ORACLE_SUM_DIGITS; i++) {
        carry += (uint64_t)sum->digits[i] + more->digits[i];
        sum->digits[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

struct totals {
    struct oracle_tally tally;
    struct oracle_sum cost;
};

/* Makes the first change that wins somebody. False: there is none. */
static bool take_step(struct ranking *ranking, const struct lines *lines, size_t step,
                      struct totals *totals) {
    struct oracle_analysis *analysis = ranking->analysis;
    struct oracle_changes changes;
    struct oracle_change **order = rank(ranking, lines, &changes);
    size_t first = 0;
    while (first < changes.count && order[first]->tally.rows == 0)
        first++;
    const bool found = first < changes.count;
    if (found) {
        const struct oracle_change *change = order[first];
        totals->tally.rows += change->tally.rows;
        add_sum(&totals->tally.money, &change->tally.money);
        add_sum(&totals->tally.expected, &change->tally.expected);
        oracle_sum_add(&totals->cost, change->cost);
        oracle_put_count(analysis, step);
        put_change(analysis, change);
        oracle_put_number(analysis, lines->given, change->cost);
        oracle_put_count(analysis, totals->tally.rows);
        oracle_put_money(analysis, &totals->tally);
        oracle_put_expected(analysis, &totals->tally);
        oracle_put_number(analysis, lines->given, oracle_sum_round(&totals->cost));
        oracle_end_row(analysis);
        if (lines->given)
            lines->taken[change->line] = true;
        change->offering->dependable[change->attribute] = change->to;
    }
    free(order);
    free(changes.list);
    return found;
}

static void put_plan(struct ranking *ranking, const struct lines *lines) {
    struct oracle_analysis *analysis = ranking->analysis;
    struct oracle *oracle = analysis->oracle;
    const size_t attribute_count = analysis->model->attribute_count;
    const double steps = oracle_option_number(analysis, "--plan");
    struct totals totals = {0};
    oracle_start(analysis, "plan",
                 "step,offering_id,attribute,from,to,rows,money,expected_money,cost,total_rows,total_money,"
                 "total_expected_money,total_cost");
    struct oracle_offer **kept = oracle_alloc(analysis->heap, oracle->offering_count, sizeof *kept);
    for (size_t o = 0; o < oracle->offering_count; o++) {
        kept[o] = oracle->offerings[o].dependable;
        oracle->offerings[o].dependable = oracle_alloc(analysis->heap, attribute_count, sizeof **kept);
        for (size_t a = 0; a < attribute_count; a++)
            oracle->offerings[o].dependable[a] = kept[o][a];
    }
    for (size_t step = 1; (double)step <= steps && take_step(ranking, lines, step, &totals); step++)
        ;
    for (size_t o = 0; o < oracle->offering_count; o++)
        oracle->offerings[o].dependable = kept[o];
}

bool oracle_roadmap(struct oracle_analysis *analysis) {
    const char *by = oracle_option(analysis, "--by", 0);
    struct ranking ranking = {.analysis = analysis};
    struct lines lines;
    if (by != NULL)
        ranking.by = strcmp(by, "money") == 0 ? 1 : strcmp(by, "expected_money") == 0 ? 2 : 0;
    if (!read_lines(analysis, &lines))
        return false;
    ranking.costs = lines.given;
    put_changes(&ranking, &lines);
    put_plan(&ranking, &lines);
    return true;
}
