/* Every kernel that this machine runs, on blocks whose every buffer lies between pages that must not be
 * touched, against the plain definition and against each other. */
#include "fixture.h"
#include "guard.h"
#include "match/kernel.h"
#include "match/rows.h"

#include <criterion/criterion.h>
#include <string.h>

/* A block whose buffers hold garbage, all but the plane that is zero by definition. */
typedef struct probe {
    fm__block block;
    guards guards;
} probe;

#define GARBAGE 0xa5

static uint64_t *planes_new(probe *p, size_t count, bool at_end) {
    return guard_new(&p->guards, count * FM__BLOCK_WORDS * sizeof(uint64_t), at_end, GARBAGE);
}

/* Whole vectors of words, as many as a set of places of the longest contest. */
static size_t most_place_words(const fm__plan *plan) {
    size_t words = plan->own.place_words;
    words = words < plan->partners.place_words ? plan->partners.place_words : words;
    return words < plan->nominal.place_words ? plan->nominal.place_words : words;
}

static void winners_new(probe *p, fm__winners *winners, bool at_end) {
    winners->places = guard_new(&p->guards, FM__BLOCK_ROWS * sizeof *winners->places, at_end, GARBAGE);
    winners->rows = planes_new(p, FM__BLOCK_ROWS, at_end);
}

static void probe_init(probe *p, const fm__plan *plan, size_t rows, bool at_end) {
    *p = (probe){0};
    fm__block *b = &p->block;
    uint64_t **single[] = {&b->own_fits, &b->unasked, &b->partner_fits, &b->overpromised};
    b->planes = planes_new(p, plan->plane_count, at_end);
    memset(b->planes, 0, FM__BLOCK_WORDS * sizeof(uint64_t));
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        *single[i] = planes_new(p, 1, at_end);
    uint64_t valid[FM__BLOCK_WORDS] = {0};
    for (size_t r = 0; r < rows; r++)
        valid[r / 64] |= UINT64_C(1) << (r % 64);
    b->valid = planes_new(p, 1, at_end);
    memcpy(b->valid, valid, sizeof valid);
    size_t set_planes = most_place_words(plan) / FM__BLOCK_WORDS;
    size_t places = plan->variant_count;
    winners_new(p, &b->own, at_end);
    winners_new(p, &b->partners, at_end);
    winners_new(p, &b->nominal, at_end);
    /* What planes hold is not known: all are to be written. */
    b->states = guard_new(&p->guards, plan->plane_count, at_end, FM__STATE_MIXED);
    b->states[FM__PLANE_ZERO] = FM__STATE_NONE;
    b->bounds = planes_new(p, plan->needs.sum_slices * set_planes, at_end);
    b->constants = planes_new(p, plan->needs.sum_slices * set_planes, at_end);
    b->contenders = planes_new(p, set_planes, at_end);
    b->pool = planes_new(p, set_planes, at_end);
    b->candidates = planes_new(p, set_planes, at_end);
    b->some = planes_new(p, set_planes, at_end);
    b->takes = planes_new(p, places, at_end);
    b->ties = planes_new(p, places, at_end);
    b->taken = guard_new(&p->guards, places * sizeof *b->taken, at_end, GARBAGE);
    b->common = guard_new(&p->guards, plan->needs.pattern_count * sizeof *b->common, at_end, GARBAGE);
    cr_assert(fm__adder_init(&b->needs, &plan->needs, &b->arena) &&
              fm__adder_init(&b->wants, &plan->wants, &b->arena));
    b->need_miss = planes_new(p, plan->needs.sum_slices, at_end);
    b->want_miss = planes_new(p, plan->wants.sum_slices, at_end);
    b->unmet = planes_new(p, plan->model->attribute_count, at_end);
    b->stated = planes_new(p, plan->stated.sum_slices, at_end);
    if (plan->shares.useful) {
        b->tables = planes_new(p, (size_t)FM__BUNDLES * FM__BUNDLE_ENTRIES * FM__ENTRY_SLICES, at_end);
        b->bundles.entries = guard_new(
            &p->guards, plan->own.place_words * 64 * FM__BUNDLES * sizeof(uint16_t), at_end, GARBAGE);
    }
    b->sharing = guard_new(&p->guards, plan->needs.pattern_count * sizeof *b->sharing, at_end, GARBAGE);
    b->spans = guard_new(&p->guards, plan->needs.column_count * sizeof *b->spans, at_end, GARBAGE);
    b->rows = guard_new(&p->guards, FM__BLOCK_ROWS * plan->row_words * sizeof(uint64_t), at_end, GARBAGE);
}

static void probe_run(probe *p, const fm__plan *plan, const fm__kernel *kernel, size_t number, bool at_end) {
    uint64_t left = plan->base->row_count - (uint64_t)number * FM__BLOCK_ROWS;
    probe_init(p, plan, left < FM__BLOCK_ROWS ? (size_t)left : FM__BLOCK_ROWS, at_end);
    const uint64_t *slices = guard_copy(&p->guards, fm__base_block(plan->base, number),
                                        plan->base->block_words * sizeof(uint64_t), at_end);
    const fm__range *ranges = guard_copy(&p->guards, fm__base_ranges(plan->base, number),
                                         plan->base->demand_count * sizeof *ranges, at_end);
    kernel->derive(plan, slices, ranges, true, &p->block);
    kernel->match(plan, &p->block);
    kernel->unmet(plan, &p->block);
    kernel->stated(plan, slices, &p->block);
}

/* Less than all of it: who fits, without the wants. */
static void probe_decide(probe *p, const fm__plan *plan, const fm__kernel *kernel, size_t number,
                         bool at_end) {
    uint64_t left = plan->base->row_count - (uint64_t)number * FM__BLOCK_ROWS;
    probe_init(p, plan, left < FM__BLOCK_ROWS ? (size_t)left : FM__BLOCK_ROWS, at_end);
    kernel->derive(plan, fm__base_block(plan->base, number), fm__base_ranges(plan->base, number), false,
                   &p->block);
    kernel->decide(plan, &p->block);
}

static void probe_free(probe *p) {
    fm__arena_destroy(&p->block.arena);
    guards_free(&p->guards);
}

/* The offering that won a row, or FM_NONE; each row is won once at most. */
static uint32_t winner_at(const fm__contest *contest, const fm__winners *winners, size_t at) {
    uint32_t offering = FM_NONE;
    for (uint32_t i = 0; i < winners->count; i++) {
        if ((winners->rows[i * FM__BLOCK_WORDS + at / 64] >> (at % 64) & 1) == 0)
            continue;
        cr_assert_eq(offering, FM_NONE, "two win row %zu", at);
        cr_assert_lt(winners->places[i], contest->count);
        offering = contest->variants[winners->places[i]]->offering;
    }
    return offering;
}

static bool bit(const uint64_t *planes, size_t plane, size_t row) {
    return planes[plane * FM__BLOCK_WORDS + row / 64] >> (row % 64) & 1;
}

static uint32_t number_at(const uint64_t *slices, uint32_t count, size_t row) {
    uint32_t number = 0;
    for (uint32_t s = 0; s < count; s++)
        number |= (uint32_t)bit(slices, s, row) << s;
    return number;
}

/* The planes of one row say what the plain definition says, for every variant, attribute and side. */
static void check_planes(const fixture *f, const fm__plan *plan, const fm__block *b, size_t row, size_t at) {
    for (size_t a = 0; a < f->attribute_count; a++) {
        for (int want = 0; want < 2; want++) {
            const fixture_demand *d = fixture_demand_of(f, row, a, want);
            const fm__group *group = fm__plan_group(plan, a, want);
            bool stated = group != NULL && bit(b->planes, group->stated_plane, at);
            bool unasked = group != NULL && bit(b->planes, group->unasked_plane, at);
            cr_assert_eq(stated, d->state == FM_DEMAND_STATED, "row %zu attribute %zu", row, a);
            cr_assert_eq(unasked, d->state == FM_DEMAND_UNASKED, "row %zu attribute %zu", row, a);
            for (size_t v = 0; v < plan->variant_count; v++) {
                const fm__variant *variant = &plan->variants[v];
                bool met = fixture_meets(f, variant->offering, v >= f->offering_count, a, d);
                bool missed = bit(b->planes, fm__variant_plane(variant, a, want), at);
                if (missed == met)
                    cr_assert_fail("row %zu attribute %zu want %d variant %zu", row, a, want, v);
            }
        }
    }
}

static void check_row(const fixture *f, const fm__plan *plan, const fm__block *b, const fixture_row *expected,
                      size_t row, size_t at) {
    const fm_match_row *match = &expected->match;
    bool fits = match->verdict == FM_VERDICT_FIT || match->verdict == FM_VERDICT_ASK;
    bool unasked = false;
    cr_assert_eq(bit(b->own_fits, 0, at), fits, "row %zu", row);
    cr_assert_eq(winner_at(&plan->own, &b->own, at), match->own, "row %zu", row);
    cr_assert_eq(number_at(b->need_miss, plan->needs.sum_slices, at), expected->need_miss, "row %zu", row);
    cr_assert_eq(number_at(b->want_miss, plan->wants.sum_slices, at), expected->want_miss, "row %zu", row);
    cr_assert_eq(number_at(b->stated, plan->stated.sum_slices, at), expected->stated, "row %zu", row);
    cr_assert_eq(bit(b->partner_fits, 0, at), match->refer_to != FM_NONE, "row %zu", row);
    cr_assert_eq(bit(b->overpromised, 0, at), match->overpromise != FM_NONE, "row %zu", row);
    cr_assert_eq(winner_at(&plan->partners, &b->partners, at), match->refer_to, "row %zu", row);
    cr_assert_eq(winner_at(&plan->nominal, &b->nominal, at), match->overpromise, "row %zu", row);
    for (size_t a = 0; a < f->attribute_count; a++) {
        const fixture_demand *d = fixture_demand_of(f, row, a, false);
        cr_assert_eq(bit(b->unmet, a, at), !fixture_meets(f, match->own, false, a, d),
                     "row %zu attribute %zu", row, a);
        unasked |= d->state == FM_DEMAND_UNASKED;
    }
    cr_assert_eq(bit(b->unasked, 0, at), unasked, "row %zu", row);
}

/* Rows that do not exist have no results. */
static void check_nobody(const fm__plan *plan, const fm__block *b, size_t at) {
    cr_assert(!bit(b->own_fits, 0, at) && !bit(b->unasked, 0, at) && !bit(b->partner_fits, 0, at) &&
              !bit(b->overpromised, 0, at));
    for (size_t a = 0; a < plan->model->attribute_count; a++)
        cr_assert(!bit(b->unmet, a, at));
}

static void check_same(const uint64_t *a, const uint64_t *b, size_t planes, const char *what) {
    if (planes > 0)
        cr_assert_eq(memcmp(a, b, planes * FM__BLOCK_WORDS * sizeof(uint64_t)), 0, "%s", what);
}

static void check_winners(const fm__contest *contest, const fm__winners *a, const fm__winners *b) {
    for (size_t at = 0; at < FM__BLOCK_ROWS; at++)
        cr_assert_eq(winner_at(contest, a, at), winner_at(contest, b, at), "row %zu", at);
}

static void check_alike(const fm__plan *plan, const fm__block *a, const fm__block *b) {
    check_same(a->planes, b->planes, plan->plane_count, "planes");
    check_same(a->own_fits, b->own_fits, 1, "own_fits");
    check_same(a->unasked, b->unasked, 1, "unasked");
    check_same(a->partner_fits, b->partner_fits, 1, "partner_fits");
    check_same(a->overpromised, b->overpromised, 1, "overpromised");
    check_winners(&plan->own, &a->own, &b->own);
    check_winners(&plan->partners, &a->partners, &b->partners);
    check_winners(&plan->nominal, &a->nominal, &b->nominal);
    check_same(a->need_miss, b->need_miss, plan->needs.sum_slices, "need_miss");
    check_same(a->want_miss, b->want_miss, plan->wants.sum_slices, "want_miss");
    check_same(a->unmet, b->unmet, plan->model->attribute_count, "unmet");
    check_same(a->stated, b->stated, plan->stated.sum_slices, "stated");
}

/* Each row is in the plane of its verdict and in no other; rows that do not exist are in none. */
static void check_verdicts(const fixture *f, const fm__block *b, const fixture_row *expected, size_t number) {
    fm__verdict_planes verdicts;
    fm__verdict_planes_of(b, &verdicts);
    for (size_t at = 0; at < FM__BLOCK_ROWS; at++) {
        size_t row = number * FM__BLOCK_ROWS + at;
        for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
            bool is_it = row < f->row_count && (size_t)expected[row].match.verdict == v;
            cr_assert_eq(bit(verdicts.planes[v], 0, at), is_it, "row %zu verdict %zu", row, v);
        }
    }
}

/* What the shapes together must have met, so that a change of the planner cannot leave a path untested. */
typedef struct met {
    bool methods[3];
    unsigned slices[3]; /* by method: bit n for codes of n slices */
    unsigned sums;      /* bit n for sums of n slices */
    bool many_words;    /* a row of patterns longer than a word */
    bool full_word;     /* patterns that fill their last word */
    bool verdicts[FM_VERDICT_COUNT];
    bool overpromised;
} met;

static void note_groups(met *m, const fm__plan *plan) {
    uint32_t needs = plan->needs.sum_slices;
    uint32_t wants = plan->wants.sum_slices;
    m->sums |= 1U << (needs > wants ? needs : wants);
    for (size_t g = 0; g < plan->group_count; g++) {
        const fm__group *group = &plan->groups[g];
        if (group->plane_count == 0)
            continue;
        m->methods[group->method] = true;
        m->slices[group->method] |= 1U << group->slice_count;
        if (group->method == FM__METHOD_ROWS) {
            m->many_words |= group->signatures.words > 1;
            m->full_word |= group->plane_count % 64 == 0;
        }
    }
}

static void check_block(const fixture *f, const fm__plan *plan, const fixture_row *expected, size_t number) {
    probe scalar;
    probe_run(&scalar, plan, &fm__kernel_scalar, number, true);
    for (size_t at = 0; at < FM__BLOCK_ROWS; at++) {
        size_t row = number * FM__BLOCK_ROWS + at;
        if (row < f->row_count) {
            check_planes(f, plan, &scalar.block, row, at);
            check_row(f, plan, &scalar.block, &expected[row], row, at);
        } else {
            check_nobody(plan, &scalar.block, at);
        }
    }
    check_verdicts(f, &scalar.block, expected, number);
    for (int set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++) {
        const fm__kernel *kernel = fm__kernel_choose((fm_instruction_set)set);
        for (int at_end = 0; kernel != NULL && at_end < 2; at_end++) {
            probe other;
            probe_run(&other, plan, kernel, number, at_end);
            cr_assert_eq(kernel->instruction_set, (fm_instruction_set)set);
            check_alike(plan, &scalar.block, &other.block);
            probe_free(&other);
            probe_decide(&other, plan, kernel, number, at_end);
            uint32_t sums[2][FM__BLOCK_ROWS];
            kernel->unpack(scalar.block.stated, plan->stated.sum_slices, sums[0]);
            fm__slices_unpack(scalar.block.stated, plan->stated.sum_slices, sums[1]);
            cr_assert_eq(memcmp(sums[0], sums[1], sizeof sums[0]), 0);
            check_same(scalar.block.own_fits, other.block.own_fits, 1, "own_fits alone");
            check_same(scalar.block.unasked, other.block.unasked, 1, "unasked alone");
            check_same(scalar.block.partner_fits, other.block.partner_fits, 1, "partner_fits alone");
            probe_free(&other);
        }
    }
    probe_free(&scalar);
}

/* Takes the fixture over. */
static void check_fixture(met *m, fixture *f) {
    fixture_row *expected = fixture_expect(f);
    fm__plan *plan = NULL;
    cr_assert_eq(fm__plan_new(f->base, f->catalog, &plan, NULL), FM_OK);
    note_groups(m, plan);
    for (size_t row = 0; row < f->row_count; row++) {
        m->verdicts[expected[row].match.verdict] = true;
        m->overpromised |= expected[row].match.overpromise != FM_NONE;
    }
    for (size_t number = 0; number < plan->base->block_count; number++)
        check_block(f, plan, expected, number);
    fm__plan_free(plan);
    free(expected);
    fixture_free(f);
}

static void check_shape(met *m, const fixture_options *options) {
    check_fixture(m, fixture_new(options));
}

static const size_t row_counts[] = {1, 63, 64, 65, 511, 512, 513};
#define ROW_COUNTS (sizeof row_counts / sizeof *row_counts)

Test(kernels, every_number_of_rows) {
    static const unsigned weights[] = {FM_WEIGHT_MAX, 3, 25, 9};
    met m = {0};
    for (size_t i = 0; i < ROW_COUNTS; i++) {
        for (uint64_t seed = 1; seed <= 12; seed++) {
            fixture_options o = {
                .seed = seed * 1000 + i,
                .rows = row_counts[i],
                .offerings = 1 + seed * 2,
                .attributes = 12,
                .need_percent = 20 + 5 * (unsigned)(seed % 4),
                .want_percent = 30,
                .unasked_percent = 4,
                .records_percent = 40,
                .partner_percent = 50,
                .twin_percent = 30,
                .ease = 2,
                .values = seed % 2 ? 0 : 17,
                .weight_max = weights[seed % 4],
            };
            check_shape(&m, &o);
        }
    }
    cr_assert(m.methods[FM__METHOD_THRESHOLD] && m.methods[FM__METHOD_TABLE]);
    cr_assert((m.sums & 0x1f) != 0 && (m.sums & 0x60) != 0 && (m.sums & 0x180) != 0 && m.sums >= 0x200,
              "sums up to 4, 6 and 8 slices and longer ones: %x", m.sums);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        cr_assert(m.verdicts[v], "no row had the verdict %s", fm_verdict_name((fm_verdict)v));
    cr_assert(m.overpromised);
}

Test(kernels, numbers_and_flags_alone) {
    met m = {0};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        fixture_options o = {
            .seed = seed,
            .rows = row_counts[seed % ROW_COUNTS],
            .offerings = 30,
            .attributes = 6,
            .rules = 1 << FM_RULE_AT_MOST | 1 << FM_RULE_AT_LEAST | (seed % 2 ? 1 << FM_RULE_FLAG : 0),
            .values = 60, /* thresholds in five or six slices */
            .need_percent = 50,
            .want_percent = 50,
            .records_percent = 50,
            .partner_percent = 30,
            .weight_max = FM_WEIGHT_MAX,
        };
        check_shape(&m, &o);
    }
    cr_assert(m.methods[FM__METHOD_THRESHOLD]);
    cr_assert(!m.methods[FM__METHOD_TABLE] && !m.methods[FM__METHOD_ROWS]);
}

/* Kernels treat codes of 2 to 7 slices apart from longer ones: all of these, by numbers and by sets. */
Test(kernels, every_number_of_slices) {
    met m = {0};
    static const struct {
        size_t rows;
        unsigned values;
    } shapes[] = {{1, 2},   {3, 3},    {6, 8},    {13, 20},  {30, 40},
                  {62, 64}, {126, 64}, {250, 64}, {500, 64}, {1030, 64}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            fixture_options o = {
                .seed = 100 * i + seed,
                .rows = shapes[i].rows,
                .offerings = 6,
                .attributes = 8,
                .values = shapes[i].values,
                .need_percent = 90,
                .want_percent = 60,
                .unasked_percent = 50,
                .partner_percent = 40,
                .records_percent = 30,
            };
            check_shape(&m, &o);
        }
    }
    for (size_t rows = 126; rows <= 1030; rows += 452) {
        fixture_options o = {
            .seed = rows, .rows = rows, .offerings = 9, .attributes = 1, .need_percent = 100};
        fixture *f = fixture_new(&o);
        f->attributes[0].rule = FM_RULE_AT_LEAST;
        for (size_t row = 0; row < rows; row++)
            f->needs[row].number = (double)(row * 7 % rows);
        for (size_t offering = 0; offering < 9; offering++)
            f->offers[offering].nominal = f->offers[offering].dependable = (double)(offering * rows / 8);
        fixture_build(f);
        check_fixture(&m, f);
    }
    cr_assert_eq(m.slices[FM__METHOD_THRESHOLD] & 0xfc, 0xfc, "%x", m.slices[FM__METHOD_THRESHOLD]);
    cr_assert_eq(m.slices[FM__METHOD_TABLE] & 0xfc, 0xfc, "%x", m.slices[FM__METHOD_TABLE]);
    cr_assert(m.slices[FM__METHOD_THRESHOLD] >= 0x400 && m.slices[FM__METHOD_TABLE] >= 0x400);
}

/* So many demands and sets offered that a row of patterns a customer is the way to go. */
Test(kernels, sets_by_rows) {
    met m = {0};
    static const size_t offerings[] = {64, 60, 128, 130, 64};
    for (size_t i = 0; i < sizeof offerings / sizeof *offerings; i++) {
        fixture_options o = {
            .seed = 77 + i,
            .rows = 2 * FM__BLOCK_ROWS + row_counts[i],
            .offerings = offerings[i],
            .attributes = 3,
            .rules = 1 << FM_RULE_COVERS | 1 << FM_RULE_ANY_OF | 1 << FM_RULE_NONE_OF,
            .values = FIXTURE_VALUES_MAX,
            .need_percent = 70,
            .want_percent = 70,
            .unasked_percent = 5,
            .partner_percent = 50,
            .weight_max = 9,
        };
        check_shape(&m, &o);
    }
    cr_assert(m.methods[FM__METHOD_ROWS] && m.many_words && m.full_word);
}

Test(kernels, one_attribute_of_each_rule) {
    met m = {0};
    for (unsigned rule = 0; rule < FM_RULE_COUNT; rule++) {
        for (uint64_t seed = 1; seed <= 6; seed++) {
            fixture_options o = {
                .seed = seed * 10 + rule,
                .rows = row_counts[seed % ROW_COUNTS],
                .offerings = seed,
                .attributes = 1,
                .rules = 1U << rule,
                .need_percent = 80,
                .want_percent = seed % 2 ? 60 : 0,
                .unasked_percent = 50,
                .partner_percent = 40,
                .records_percent = 50,
                .weight_max = 255,
            };
            check_shape(&m, &o);
        }
    }
}

Test(kernels, most_attributes) {
    met m = {0};
    fixture_options o = {
        .seed = 4096,
        .rows = 65,
        .offerings = 5,
        .attributes = FM_ATTRIBUTES_MAX,
        .need_percent = 1,
        .want_percent = 1,
        .partner_percent = 40,
        .records_percent = 5,
        .weight_max = FM_WEIGHT_MAX,
    };
    check_shape(&m, &o);
}

/* All weights at their most and everything stated and missed: the widest sums that there are. */
Test(kernels, widest_sums) {
    fixture_options o = {.seed = 1, .rows = 65, .offerings = 2, .attributes = FM_ATTRIBUTES_MAX};
    met m = {0};
    o.rules = 1 << FM_RULE_FLAG;
    fixture *f = fixture_new(&o);
    for (size_t a = 0; a < f->attribute_count; a++) {
        f->attributes[a].weight = FM_WEIGHT_MAX;
        for (size_t offering = 0; offering < 2; offering++)
            f->offers[offering * f->attribute_count + a].flag = false;
        for (size_t row = 0; row < f->row_count; row++)
            f->needs[row * f->attribute_count + a].state = f->wants[row * f->attribute_count + a].state =
                row % 2 == 0 || a % 7 ? FM_DEMAND_STATED : FM_DEMAND_NONE;
    }
    fixture_build(f);
    fixture_row *expected = fixture_expect(f);
    cr_assert_eq(expected[0].need_miss, FM_ATTRIBUTES_MAX * FM_WEIGHT_MAX);
    cr_assert_eq(expected[0].stated, 2 * FM_ATTRIBUTES_MAX * FM_WEIGHT_MAX);
    fm__plan *plan = NULL;
    cr_assert_eq(fm__plan_new(f->base, f->catalog, &plan, NULL), FM_OK);
    note_groups(&m, plan);
    cr_assert_eq(plan->stated.sum_slices, FM__SUM_SLICES_MAX);
    check_block(f, plan, expected, 0);
    fm__plan_free(plan);
    free(expected);
    fixture_free(f);
}

Test(kernels, many_offerings_and_ties) {
    met m = {0};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        fixture_options o = {
            .seed = seed,
            .rows = 513,
            .offerings = 300,
            .attributes = 5,
            .values = 3,
            .need_percent = 80,
            .want_percent = 80,
            .partner_percent = seed == 1 ? 0 : 30,
            .records_percent = 30,
            .twin_percent = 50,
            .weight_max = 2,
        };
        check_shape(&m, &o);
    }
}

/* Enough offerings to share sums in bundles; weights that bundles have no room for; more patterns than are
 * compared by rivals. */
Test(kernels, sums_that_offerings_share) {
    static const unsigned weights[] = {5, 15, 40, 3};
    met m = {0};
    for (uint64_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        fixture_options o = {
            .seed = 20 + i,
            .rows = 300,
            .offerings = 130,
            .attributes = i == 3 ? 3 : 12,
            /* The last with more patterns than are compared with each other, which sets cannot have here. */
            .rules = i == 3 ? 1U << FM_RULE_AT_MOST | 1U << FM_RULE_AT_LEAST : 0,
            .values = i == 3 ? 90 : 5,
            .need_percent = 60,
            .want_percent = 20,
            .partner_percent = 20,
            .records_percent = 30,
            .twin_percent = 5,
            .weight_max = weights[i],
        };
        check_shape(&m, &o);
    }
}

Test(kernels, nothing_stated) {
    met m = {0};
    fixture_options o = {.seed = 5, .rows = 64, .offerings = 3, .attributes = 4};
    check_shape(&m, &o);
    o.unasked_percent = 50;
    check_shape(&m, &o);
    cr_assert(m.verdicts[FM_VERDICT_FIT] && m.verdicts[FM_VERDICT_ASK]);
}

Test(kernels, count) {
    uint64_t seed = 1;
    for (int round = 0; round < 200; round++) {
        uint64_t plane[FM__BLOCK_WORDS];
        uint64_t mask[FM__BLOCK_WORDS];
        uint64_t expected = 0;
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
            plane[w] = round == 0 ? ~UINT64_C(0) : fixture_random(&seed);
            mask[w] = round < 2 ? ~UINT64_C(0) : fixture_random(&seed) | fixture_random(&seed);
        }
        for (size_t r = 0; r < FM__BLOCK_ROWS; r++)
            expected += bit(plane, 0, r) && bit(mask, 0, r);
        for (int set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++) {
            const fm__kernel *kernel = fm__kernel_choose((fm_instruction_set)set);
            for (int at_end = 0; kernel != NULL && at_end < 2; at_end++) {
                guards g = {0};
                const uint64_t *guarded_plane = guard_copy(&g, plane, sizeof plane, at_end);
                const uint64_t *guarded_mask = guard_copy(&g, mask, sizeof mask, at_end);
                cr_assert_eq(kernel->count(guarded_plane, guarded_mask), expected);
                guards_free(&g);
            }
        }
    }
}

Test(kernels, choice) {
    fm_instruction_set best = fm_instruction_set_best();
    cr_assert_neq(best, FM_INSTRUCTION_SET_AUTO);
    cr_assert(fm_instruction_set_supported(best));
    cr_assert(fm_instruction_set_supported(FM_INSTRUCTION_SET_SCALAR));
    cr_assert_eq(fm__kernel_choose(FM_INSTRUCTION_SET_AUTO), fm__kernel_choose(best));
    cr_assert_null(fm__kernel_choose((fm_instruction_set)FM_INSTRUCTION_SET_COUNT));
    cr_assert_null(fm__kernel_choose((fm_instruction_set)-1));
    cr_assert(!fm_instruction_set_supported((fm_instruction_set)FM_INSTRUCTION_SET_COUNT));
    static const char *const names[FM_INSTRUCTION_SET_COUNT] = {"auto", "scalar", "sse", "avx2", "avx512"};
    for (int set = 0; set < FM_INSTRUCTION_SET_COUNT; set++) {
        cr_assert_str_eq(fm_instruction_set_name((fm_instruction_set)set), names[set]);
        bool supported = fm_instruction_set_supported((fm_instruction_set)set);
        cr_assert_eq(fm__kernel_choose((fm_instruction_set)set) != NULL, supported);
        cr_assert(!supported || set <= (int)best);
    }
}
