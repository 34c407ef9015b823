/* Whom to walk away from, why, and whom to refer them to. */
#include "analysis/walkaway.h"

#include "analysis/carried.h"
#include "analysis/notes.h"

#include <math.h>

static const fm_report_column ROWS[] = {{"customer_id", "Customer", FM_CELL_TEXT},
                                        {"name", "Name", FM_CELL_TEXT},
                                        {"owner", "Owner", FM_CELL_TEXT},
                                        {"stage", "Stage", FM_CELL_TEXT},
                                        {"value", "Value", FM_CELL_MONEY},
                                        {"expected_money", "Expected", FM_CELL_MONEY},
                                        {"verdict", "Verdict", FM_CELL_TEXT},
                                        {"offering_id", "Closest", FM_CELL_TEXT},
                                        {"gap", "Why", FM_CELL_TEXT},
                                        {"refer_to", "Refer to", FM_CELL_TEXT},
                                        {"refer_supplier", "Of", FM_CELL_TEXT},
                                        {"overpromise", "Overpromise", FM_CELL_TEXT}};
static const fm_report_column TOTALS[] = {{"verdict", "Verdict", FM_CELL_TEXT},
                                          {"rows", "Customers", FM_CELL_COUNT},
                                          {"money", "Money", FM_CELL_MONEY},
                                          {"expected_money", "Expected money", FM_CELL_MONEY},
                                          {"overpromised_rows", "Overpromised", FM_CELL_COUNT}};
static const fm_report_column OWNERS[] = {{"owner", "Owner", FM_CELL_TEXT},
                                          {"rows", "Customers", FM_CELL_COUNT},
                                          {"money", "Money", FM_CELL_MONEY},
                                          {"expected_money", "Expected money", FM_CELL_MONEY},
                                          {"overpromised_rows", "Overpromised", FM_CELL_COUNT}};

/* What the list is worked out from, as long as the report lives. */
typedef struct source {
    const fm__plan *plan;
    const fm_base *base;
    fm__worth worth;
    fm__unfit unfit; /* as sorted */
    fm__gaps gaps;
    size_t name_column; /* among those carried, or SIZE_MAX */
    size_t owner_column;
} source;

static void source_free(void *of) {
    source *s = of;
    fm__gaps_destroy(&s->gaps);
    fm__unfit_destroy(&s->unfit);
    fm__worth_destroy(&s->worth);
    free(s);
}

static bool prepare(source *s, const fm_matches *matches) {
    s->plan = matches->plan;
    s->base = s->plan->base;
    s->gaps.plan = s->plan;
    s->name_column = fm__base_find_role(s->base, FM_ROLE_NAME);
    s->owner_column = fm__base_find_role(s->base, FM_ROLE_OWNER);
    return fm__worth_init(&s->worth, s->base);
}

/* Value and expected money; both null where the value is blank. */
static void put_money(const source *s, uint64_t row, fm_cell *cells) {
    cells[0] = fm__worth_cell(&s->worth, row);
    if (!cells[0].is_null && s->worth.has_expected) /* minus zero is zero */
        cells[1] = fm__cell_of_number(fm__worth_expected(&s->worth, row) + 0.0);
}

static fm_status work_row_out(void *from, uint64_t place, fm_cell *cells, fm_error *error) {
    source *s = from;
    const fm__unfit_row *unfit = &s->unfit.rows[place];
    const fm_offering *offerings = s->plan->catalog->offerings;
    unsigned stage = fm__worth_stage(&s->worth, unfit->row);
    fm_text gap;
    if (!fm__gaps_text(&s->gaps, unfit->row, unfit->own, fm__unmet_set(&s->unfit.sets, unfit->unmet), &gap))
        return fm__fail_memory(error);
    cells[0] = fm__cell_of_text(fm_base_id(s->base, unfit->row));
    cells[1] = fm__carried_as_cell(s->base, s->name_column, unfit->row);
    cells[2] = fm__carried_as_cell(s->base, s->owner_column, unfit->row);
    if (stage > 0)
        cells[3] = fm__cell_of_string(s->plan->model->stages[stage - 1].name);
    put_money(s, unfit->row, cells + 4);
    cells[6] = fm__cell_of_string(
        fm_verdict_name(unfit->refer_to == FM__UNFIT_NONE ? FM_VERDICT_WALK_AWAY : FM_VERDICT_REFER));
    cells[7] = fm__cell_of_string(offerings[unfit->own].id);
    cells[8] = fm__cell_of_text(gap);
    if (unfit->refer_to != FM__UNFIT_NONE) {
        cells[9] = fm__cell_of_string(offerings[unfit->refer_to].id);
        cells[10] = fm__cell_of_string(offerings[unfit->refer_to].supplier);
    }
    if (unfit->overpromise != FM__UNFIT_NONE)
        cells[11] = fm__cell_of_string(offerings[unfit->overpromise].id);
    return FM_OK;
}

static uint64_t customer_of(const void *from, uint64_t place) {
    return ((const source *)from)->unfit.rows[place].row;
}

/* --- what is asked for --- */

static fm_status find_stage(const fm_model_spec *model, const char *name, unsigned *out_stage,
                            fm_error *error) {
    char shown[FM__SHOW_BYTES];
    char near[FM__SUGGESTION_BYTES];
    fm_text wanted = fm__text_trim(fm__text(name));
    fm__suggestion suggestion;
    fm__suggestion_init(&suggestion, wanted);
    for (size_t s = 0; s < model->stage_count; s++) {
        if (fm__text_equal_fold(wanted, fm__text(model->stages[s].name))) {
            *out_stage = (unsigned)s + 1;
            return FM_OK;
        }
        fm__suggestion_offer(&suggestion, model->stages[s].name);
    }
    if (model->stage_count == 0)
        return fm__fail(error, FM_ERROR_ARGUMENT, "stage %s: the model has no stages",
                        fm__text_show(wanted, shown));
    return fm__fail(error, FM_ERROR_ARGUMENT, "stage %s: the model has no such stage%s",
                    fm__text_show(wanted, shown), fm__suggestion_text(&suggestion, near));
}

static fm_status find_reason(const fm_model_spec *model, const char *name, size_t *out_attribute,
                             fm_error *error) {
    char shown[FM__SHOW_BYTES];
    char near[FM__SUGGESTION_BYTES];
    fm_text wanted = fm__text_trim(fm__text(name));
    fm__suggestion suggestion;
    fm__suggestion_init(&suggestion, wanted);
    for (size_t a = 0; a < model->attribute_count; a++) {
        if (fm__text_equal(wanted, fm__text(model->attributes[a].name))) {
            *out_attribute = a;
            return FM_OK;
        }
        fm__suggestion_offer(&suggestion, model->attributes[a].name);
    }
    return fm__fail(error, FM_ERROR_ARGUMENT, "reason %s: the model has no such attribute%s",
                    fm__text_show(wanted, shown), fm__suggestion_text(&suggestion, near));
}

static fm_status read_options(const fm_model_spec *model, const fm_walkaway_options *options,
                              fm__unfit_filter *out_filter, fm_error *error) {
    fm__unfit_filter filter = {.reason = SIZE_MAX, .min_value = options->min_value};
    fm_status status = FM_OK;
    if (!isfinite(options->min_value) || options->min_value < 0)
        return fm__fail(error, FM_ERROR_ARGUMENT, "the least value is a number of 0 or more");
    if (options->stage != NULL)
        status = find_stage(model, options->stage, &filter.stage, error);
    if (status == FM_OK && options->reason != NULL)
        status = find_reason(model, options->reason, &filter.reason, error);
    if (options->owner != NULL)
        filter.owner = fm__text_trim(fm__text(options->owner));
    *out_filter = filter;
    return status;
}

fm_status fm_walkaway_check(const fm_model *model, const fm_walkaway_options *options, fm_error *error) {
    fm__unfit_filter filter;
    return options == NULL ? FM_OK : read_options(fm_model_content(model), options, &filter, error);
}

/* --- the report --- */

static bool put_notes(const source *s, const fm_walkaway_options *options, fm_report *report) {
    bool done = fm__note_lacking(report, s->base, FM_ROLE_VALUE,
                                 options->min_value > 0
                                     ? "no customer is known to be worth that much"
                                     : "money is unknown and customers are in the order of their table") &&
                fm__note_lacking(report, s->base, FM_ROLE_OWNER, "customers cannot be listed by owner");
    if (done && options->stage != NULL)
        done = fm__note_lacking(report, s->base, FM_ROLE_STAGE, "no customer is known to be at that stage");
    return done;
}

static bool put_total(const source *s, fm_report *report, size_t table, fm_verdict verdict) {
    bool refer = verdict == FM_VERDICT_REFER;
    const fm__tally *tally = refer ? &s->unfit.refer : &s->unfit.walk_away;
    fm_cell *cells = fm__report_add_row(report, table);
    if (cells == NULL)
        return false;
    cells[0] = fm__cell_of_string(fm_verdict_name(verdict));
    cells[1] = fm__cell_of_count(tally->rows);
    cells[2] = fm__tally_money(tally, &s->worth);
    cells[3] = fm__tally_expected(tally, &s->worth);
    cells[4] =
        fm__cell_of_count(refer ? s->unfit.refer_overpromised_rows : s->unfit.walk_away_overpromised_rows);
    return true;
}

/* What the list is sorted by. */
static fm__ranked *entries_new(const source *s) {
    const fm__worth *worth = &s->worth;
    fm__ranked *entries = fm__array_new(s->unfit.count, sizeof *entries);
    for (size_t i = 0; entries != NULL && i < s->unfit.count; i++) {
        uint64_t row = s->unfit.rows[i].row;
        double money = worth->has_expected ? fm__worth_expected(worth, row) : fm__worth_value(worth, row);
        entries[i] = (fm__ranked){fm__rank_largest_first(money), i};
    }
    return entries;
}

/* Puts the first `top` rows in the order of the list; the others are forgotten. */
static bool sort_rows(source *s, fm__ranked *entries, uint64_t top) {
    size_t count = top > 0 && top < s->unfit.count ? (size_t)top : s->unfit.count;
    /* In the order of their table all is sorted already. */
    if (s->worth.has_value && !fm__rank(entries, s->unfit.count, top))
        return false;
    fm__unfit_row *sorted = fm__array_new(count, sizeof *sorted);
    if (sorted == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        sorted[i] = s->unfit.rows[entries[i].place];
    free(s->unfit.rows);
    s->unfit.rows = sorted;
    s->unfit.count = count;
    return true;
}

static bool fill_in(source *s, const fm_walkaway_options *options, fm_report *report) {
    size_t rows = FM__REPORT_TABLE(report, "rows", ROWS);
    size_t totals = FM__REPORT_TABLE(report, "totals", TOTALS);
    size_t owners = FM__REPORT_TABLE(report, "owners", OWNERS);
    fm__ranked *entries = entries_new(s);
    bool done = entries != NULL && put_total(s, report, totals, FM_VERDICT_REFER) &&
                put_total(s, report, totals, FM_VERDICT_WALK_AWAY) && put_notes(s, options, report);
    if (done && s->owner_column != SIZE_MAX)
        done = fm__walkaway_owners(report, owners, &s->unfit, &s->worth, entries, s->owner_column);
    done = done && sort_rows(s, entries, options->top);
    report->tables[rows].row_count = s->unfit.count;
    report->tables[rows].row = work_row_out;
    report->tables[rows].customer = customer_of;
    free(entries);
    return done;
}

fm_status fm_walkaway(const fm_matches *matches, const fm_walkaway_options *options, fm_report **out_report,
                      fm_error *error) {
    static const fm_walkaway_options defaults;
    options = options == NULL ? &defaults : options;
    fm_report *report = fm__report_new_of("walkaway", sizeof(source), source_free);
    if (report == NULL)
        return fm__fail_memory(error);
    source *s = report->source;
    fm__unfit_filter filter = {0};
    fm_status status = prepare(s, matches) ? FM_OK : fm__fail_memory(error);
    if (status == FM_OK)
        status = read_options(s->plan->model, options, &filter, error);
    filter.owner_column = s->owner_column;
    if (status == FM_OK)
        status = fm__unfit_collect(matches, &s->worth, &filter, &options->run, &s->unfit, error);
    if (status == FM_OK && !fill_in(s, options, report))
        status = fm__fail_memory(error);
    return fm__report_end(report, status, out_report);
}
