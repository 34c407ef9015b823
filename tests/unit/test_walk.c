/* Row by row: results and reasons, forward and at random. */
#include "fixture.h"
#include "fixture_csv.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_BYTES 8192

static fm_walk *walk_of(const fm_matches *matches) {
    fm_walk *walk = NULL;
    cr_assert_eq(fm_walk_new(matches, &walk, NULL), FM_OK);
    return walk;
}

static void expect_row(fm_walk *walk, size_t row, const fixture_row *expected) {
    fm_match_row found = fm_walk_row(walk, row);
    const fm_match_row *e = &expected->match;
    cr_assert(fixture_same_row(&found, e), "row %zu: %d %u %u %u %u %u instead of %d %u %u %u %u %u", row,
              found.verdict, found.own, found.refer_to, found.overpromise, found.ask, found.score, e->verdict,
              e->own, e->refer_to, e->overpromise, e->ask, e->score);
}

static fixture_options random_options(uint64_t seed) {
    return (fixture_options){
        .seed = seed,
        .rows = 700 + seed * 97,
        .offerings = 1 + seed * 3,
        .attributes = 9,
        .need_percent = 25,
        .want_percent = 25,
        .unasked_percent = 6,
        .records_percent = 40,
        .partner_percent = 45,
        .weight_max = FM_WEIGHT_MAX,
        .ease = 2,
    };
}

Test(walk, forward_and_jumping) {
    for (uint64_t seed = 1; seed <= 15; seed++) {
        fixture_options o = random_options(seed);
        fixture *f = fixture_new(&o);
        fixture_row *expected = fixture_expect(f);
        fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 2);
        fm_walk *forward = walk_of(matches);
        fm_walk *jumping = walk_of(matches);
        uint64_t state = seed;
        for (size_t row = 0; row < f->row_count; row++) {
            size_t other = (size_t)fixture_below(&state, f->row_count);
            expect_row(forward, row, &expected[row]);
            expect_row(jumping, other, &expected[other]);
        }
        fm_walk_free(forward);
        fm_walk_free(jumping);
        fm_matches_free(matches);
        free(expected);
        fixture_free(f);
    }
}

/* Without totals a match looks at no row, and its walks say the same. */
Test(walk, matches_without_totals) {
    fixture_options o = random_options(5);
    fixture *f = fixture_new(&o);
    fixture_row *expected = fixture_expect(f);
    for (int set = FM_INSTRUCTION_SET_AUTO; set < FM_INSTRUCTION_SET_COUNT; set++) {
        fm_match_options options = {.instruction_set = (fm_instruction_set)set, .no_totals = true};
        if (set != FM_INSTRUCTION_SET_AUTO && !fm_instruction_set_supported((fm_instruction_set)set))
            continue;
        fm_matches *matches = NULL;
        cr_assert_eq(fm_match(f->base, f->catalog, &options, &matches, NULL), FM_OK);
        static const fm_match_totals none;
        cr_assert_eq(memcmp(fm_matches_totals(matches), &none, sizeof none), 0);
        for (size_t a = 0; a < f->attribute_count; a++)
            cr_assert_eq(fm_matches_unmet_rows(matches, a), 0u);
        fm_walk *walk = walk_of(matches);
        for (size_t row = f->row_count; row-- > 0;)
            expect_row(walk, row, &expected[row]);
        fm_walk_free(walk);
        fm_matches_free(matches);
    }
    free(expected);
    fixture_free(f);
}

/* A walk that begins with a reason, before any row was asked for, has to load its block as well. */
Test(walk, every_entry_loads_its_block) {
    fixture_options o = random_options(4);
    fixture *f = fixture_new(&o);
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 1);
    size_t last = f->row_count - 1;
    uint32_t unmet[16];
    char texts[4][TEXT_BYTES];
    fm_walk *walk = walk_of(matches);
    (void)fm_walk_row(walk, last);
    size_t count = fm_walk_unmet(walk, last, 1, unmet);
    fm_fit_cell cell = fm_walk_cell(walk, last, 1, 2);
    (void)fm_walk_gap(walk, last, 1, texts[0], TEXT_BYTES);
    (void)fm_walk_demand(walk, last, 2, false, texts[1], TEXT_BYTES);
    for (int entry = 0; entry < 4; entry++) {
        fm_walk_free(walk);
        walk = walk_of(matches);
        (void)fm_walk_row(walk, 0);
        uint32_t again[16];
        fm_fit_cell same;
        switch (entry) {
        case 0:
            cr_assert_eq(fm_walk_unmet(walk, last, 1, again), count);
            cr_assert_arr_eq(again, unmet, count * sizeof *again);
            break;
        case 1:
            same = fm_walk_cell(walk, last, 1, 2);
            cr_assert(same.need == cell.need && same.need_met == cell.need_met);
            break;
        case 2:
            (void)fm_walk_gap(walk, last, 1, texts[2], TEXT_BYTES);
            cr_assert_str_eq(texts[2], texts[0]);
            break;
        default:
            (void)fm_walk_demand(walk, last, 2, false, texts[3], TEXT_BYTES);
            cr_assert_str_eq(texts[3], texts[1]);
        }
    }
    fm_walk_free(walk);
    fm_walk_free(NULL);
    fm_matches_free(matches);
    fixture_free(f);
}

/* --- texts, written from the content of the fixture --- */

static void put_number(char *at, double number, const char *unit) {
    if (isnan(number))
        (void)strcat(at, "nothing");
    else
        (void)sprintf(at + strlen(at), unit[0] == '\0' ? "%.15g%s" : "%.15g %s", number, unit);
}

/* How the first offering that has a value spells it, see fixture_tables.c; folded where none has it. */
static char initial_of(const fixture *f, size_t attribute, unsigned value) {
    for (size_t o = 0; o < f->offering_count; o++)
        if (f->offers[o * f->attribute_count + attribute].set >> value & 1)
            return (o + value) % 2 ? 'v' : 'V';
    return 'v';
}

static void put_set(char *at, const fixture *f, size_t attribute, uint64_t set) {
    const char *bar = "";
    if (set == 0)
        (void)strcat(at, "nothing");
    for (unsigned v = 0; v < FIXTURE_VALUES_MAX; v++) {
        if ((set >> v & 1) == 0)
            continue;
        (void)sprintf(at + strlen(at), "%s%c%02u", bar, initial_of(f, attribute, v), v);
        bar = "|";
    }
}

static void put_demand(char *at, const fixture *f, size_t attribute, const fixture_demand *d) {
    const fm_attribute *a = &f->attributes[attribute];
    if (d->state != FM_DEMAND_STATED)
        return;
    if (a->rule == FM_RULE_FLAG)
        (void)strcat(at, "yes");
    else if (a->rule == FM_RULE_AT_MOST || a->rule == FM_RULE_AT_LEAST)
        put_number(at, d->number, a->unit);
    else
        put_set(at, f, attribute, d->set);
}

static void put_offer(char *at, const fixture *f, size_t attribute, size_t offering) {
    const fm_attribute *a = &f->attributes[attribute];
    const fixture_offer *offer = &f->offers[offering * f->attribute_count + attribute];
    if (a->rule == FM_RULE_FLAG)
        (void)strcat(at, offer->flag ? "yes" : "no");
    else if (a->rule == FM_RULE_AT_MOST || a->rule == FM_RULE_AT_LEAST)
        put_number(at, offer->dependable, a->unit);
    else
        put_set(at, f, attribute, offer->set);
}

static void put_gap(char *at, const fixture *f, size_t attribute, size_t offering,
                    const fixture_demand *need) {
    static const char *const words[FM_RULE_COUNT] = {" needs <= ",     " needs >= ", " needs ",
                                                     " needs any of ", " refuses ",  " needed, not offered"};
    const fm_attribute *a = &f->attributes[attribute];
    const fixture_offer *offer = &f->offers[offering * f->attribute_count + attribute];
    (void)sprintf(at + strlen(at), "%s%s%s", at[0] == '\0' ? "" : "; ", a->name, words[a->rule]);
    if (a->rule == FM_RULE_FLAG)
        return;
    put_demand(at, f, attribute, need);
    (void)strcat(at, ", offers ");
    put_offer(at, f, attribute, offering);
    bool numeric = a->rule == FM_RULE_AT_MOST || a->rule == FM_RULE_AT_LEAST;
    bool blank = isnan(offer->nominal) && isnan(offer->dependable);
    if (!numeric || blank || offer->nominal == offer->dependable)
        return;
    (void)strcat(at, " (nominal ");
    put_number(at, offer->nominal, a->unit);
    (void)strcat(at, ")");
}

static void check_reasons(const fixture *f, fm_walk *walk, size_t row, size_t offering) {
    uint32_t unmet[16];
    char expected[TEXT_BYTES] = "";
    char found[TEXT_BYTES];
    size_t count = fm_walk_unmet(walk, row, offering, unmet);
    size_t at = 0;
    for (size_t a = 0; a < f->attribute_count; a++) {
        const fixture_demand *need = fixture_demand_of(f, row, a, false);
        const fixture_demand *want = fixture_demand_of(f, row, a, true);
        fm_fit_cell cell = fm_walk_cell(walk, row, offering, a);
        cr_assert(cell.need == need->state && cell.want == want->state, "row %zu attribute %zu", row, a);
        cr_assert_eq(cell.need_met, fixture_meets(f, offering, false, a, need), "row %zu attribute %zu", row,
                     a);
        cr_assert_eq(cell.want_met, fixture_meets(f, offering, false, a, want), "row %zu attribute %zu", row,
                     a);
        if (cell.need_met)
            continue;
        cr_assert(at < count && unmet[at++] == a, "row %zu attribute %zu", row, a);
        put_gap(expected, f, a, offering, need);
    }
    cr_assert_eq(at, count);
    cr_assert_eq(fm_walk_gap(walk, row, offering, found, sizeof found), strlen(expected));
    cr_assert_str_eq(found, expected);
}

static void check_texts(const fixture *f, fm_walk *walk, size_t row, size_t attribute) {
    char found[TEXT_BYTES];
    for (int want = 0; want < 2; want++) {
        char expected[TEXT_BYTES] = "";
        put_demand(expected, f, attribute, fixture_demand_of(f, row, attribute, want));
        cr_assert_eq(fm_walk_demand(walk, row, attribute, want, found, sizeof found), strlen(expected));
        cr_assert_str_eq(found, expected);
    }
}

Test(walk, reasons) {
    for (uint64_t seed = 1; seed <= 12; seed++) {
        fixture_options o = random_options(seed);
        o.rows = 600;
        o.values = seed % 2 ? 6 : 40;
        fixture *f = fixture_new(&o);
        fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 1);
        fm_walk *walk = walk_of(matches);
        uint64_t state = seed;
        for (size_t row = 0; row < f->row_count; row++) {
            check_reasons(f, walk, row, fm_walk_row(walk, row).own);
            check_reasons(f, walk, row, (size_t)fixture_below(&state, f->offering_count));
            check_texts(f, walk, row, (size_t)fixture_below(&state, f->attribute_count));
        }
        for (size_t offering = 0; offering < f->offering_count; offering++) {
            for (size_t a = 0; a < f->attribute_count; a++) {
                char expected[TEXT_BYTES] = "";
                char found[TEXT_BYTES];
                put_offer(expected, f, a, offering);
                cr_assert_eq(fm_walk_offer(walk, offering, a, found, sizeof found), strlen(expected));
                cr_assert_str_eq(found, expected);
            }
        }
        fm_walk_free(walk);
        fm_matches_free(matches);
        fixture_free(f);
    }
}

/* --- the examples of SPEC 3, and what they leave to think about --- */

static const fm_attribute six[] = {
    {.name = "delivery_hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
    {.name = "uptime", .rule = FM_RULE_AT_LEAST, .unit = "%"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "language", .rule = FM_RULE_ANY_OF},
    {.name = "payment", .rule = FM_RULE_NONE_OF},
    {.name = "on_site_install", .rule = FM_RULE_FLAG},
};
static const fm_model_spec spec = {
    .attributes = six, .attribute_count = 6, .company = "us", .min_records = 1};

static const char offerings[] =
    "offering_id,supplier,delivery_hours,uptime,region,language,payment,on_site_install\n"
    "own,,24,99.5,South|North,en,transfer|check,no\n"
    "blank,,,,,,,\n"
    "them,them,0.1,100,islands|ISLANDS|north,DE,,yes\n";
static const char history[] = "offering_id,attribute,value\nown,delivery_hours,48\nblank,uptime,12.5\n"
                              "them,delivery_hours,0.1\n";
static const char customers[] = "customer_id,delivery_hours,uptime,region,language,payment,on_site_install,"
                                "want_region,want_on_site_install\n"
                                "1,24 h,,NORTH|Islands,fr|De,check,yes,mars|South,y\n"
                                "2,-0,100%,nowhere,x|?,any,no,,\n"
                                "3,0.30000000000000004,1e-7,any,-,Transfer|check,,any,\n";

Test(walk, words) {
    workspace_parts p = parts_new(&spec, offerings, history, customers);
    fm_matches *matches = NULL;
    char text[1000];
    cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
    fm_walk *walk = walk_of(matches);
    static const struct {
        size_t row;
        size_t offering;
        const char *gap;
    } gaps[] = {
        {0, 0,
         "delivery_hours needs <= 24 h, offers 48 h (nominal 24 h); region needs islands|North, offers "
         "North|South; "
         "language needs any of DE|fr, offers en; payment refuses check, offers check|transfer; "
         "on_site_install "
         "needed, not offered"},
        {0, 1,
         "delivery_hours needs <= 24 h, offers nothing; region needs islands|North, offers nothing; language "
         "needs "
         "any of DE|fr, offers nothing; on_site_install needed, not offered"},
        {0, 2, ""},
        {1, 1,
         "delivery_hours needs <= -0 h, offers nothing; uptime needs >= 100 %, offers 12.5 % (nominal "
         "nothing); "
         "region needs nowhere, offers nothing; language needs any of ?|x, offers nothing"},
        {1, 2,
         "delivery_hours needs <= -0 h, offers 0.1 h; region needs nowhere, offers islands|North; language "
         "needs any "
         "of ?|x, offers DE"},
        {2, 0,
         "delivery_hours needs <= 0.3 h, offers 48 h (nominal 24 h); payment refuses check|transfer, offers "
         "check|transfer"},
    };
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        cr_assert_eq(fm_walk_gap(walk, gaps[i].row, gaps[i].offering, text, sizeof text),
                     strlen(gaps[i].gap));
        cr_assert_str_eq(text, gaps[i].gap);
    }
    (void)fm_walk_demand(walk, 0, 2, true, text, sizeof text);
    cr_assert_str_eq(text, "mars|South");
    (void)fm_walk_demand(walk, 0, 5, true, text, sizeof text);
    cr_assert_str_eq(text, "yes");
    (void)fm_walk_demand(walk, 1, 0, true, text, sizeof text);
    cr_assert_str_eq(text, "");
    fm_walk_free(walk);
    fm_matches_free(matches);
    parts_free(&p);
}

/* Texts are cut like snprintf's: never more than the capacity, always ended, the whole length returned. */
Test(walk, any_capacity) {
    workspace_parts p = parts_new(&spec, offerings, history, customers);
    fm_matches *matches = NULL;
    char whole[1000];
    cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
    fm_walk *walk = walk_of(matches);
    for (int kind = 0; kind < 3; kind++) {
        size_t length = 0;
        for (size_t capacity = sizeof whole + 1; capacity-- > 0;) {
            char cut[1001];
            memset(cut, '#', sizeof cut);
            char *buffer = capacity == sizeof whole ? whole : cut;
            size_t returned = kind == 0   ? fm_walk_gap(walk, 0, 0, buffer, capacity)
                              : kind == 1 ? fm_walk_demand(walk, 0, 3, false, buffer, capacity)
                                          : fm_walk_offer(walk, 0, 2, buffer, capacity);
            if (buffer == whole) {
                length = returned;
                cr_assert_eq(length, strlen(whole));
                continue;
            }
            size_t written = capacity == 0 ? 0 : length < capacity ? length : capacity - 1;
            cr_assert_eq(returned, length, "capacity %zu", capacity);
            cr_assert(memcmp(cut, whole, written) == 0 && (capacity == 0 || cut[written] == '\0'),
                      "capacity %zu", capacity);
            for (size_t i = capacity == 0 ? 0 : written + 1; i < sizeof cut; i++)
                cr_assert_eq(cut[i], '#', "capacity %zu byte %zu", capacity, i);
        }
        cr_assert_gt(length, 3);
    }
    cr_assert_eq(fm_walk_gap(walk, 0, 0, NULL, 0),
                 strlen("delivery_hours needs <= 24 h, offers 48 h (nominal 24 h); "
                        "region needs islands|North, offers North|South; language "
                        "needs any of DE|fr, offers en; payment refuses check, "
                        "offers check|transfer; on_site_install needed, not "
                        "offered"));
    fm_walk_free(walk);
    fm_matches_free(matches);
    parts_free(&p);
}

/* Half of a point is rounded up, and only half: scores of 1 in 200 and around it. */
Test(walk, score) {
    static const struct {
        unsigned met;
        unsigned missed;
        unsigned score;
    } cases[] = {{1, 199, 1}, {1, 200, 0}, {199, 1, 100}, {200, 1, 100}, {3, 197, 2},
                 {2, 1, 67},  {1, 2, 33},  {1, 1, 50},    {5, 195, 3},   {250, 255, 50}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fm_attribute two[] = {
            {.name = "met", .rule = FM_RULE_FLAG, .weight = cases[i].met},
            {.name = "missed", .rule = FM_RULE_FLAG, .weight = cases[i].missed},
        };
        fm_model_spec small = {.attributes = two, .attribute_count = 2};
        workspace_parts p = parts_new(
            &small, "offering_id,met,missed\na,yes,no\n", NULL,
            "customer_id,met,missed,want_met,want_missed\n1,x,x,,\n2,,,x,x\n3,x,x,x,x\n4,,,,\n5,,,,x\n");
        fm_matches *matches = NULL;
        cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
        fm_walk *walk = walk_of(matches);
        for (size_t row = 0; row < 3; row++)
            cr_assert_eq(fm_walk_row(walk, row).score, cases[i].score, "%u of %u", cases[i].met,
                         cases[i].met + cases[i].missed);
        cr_assert_eq(fm_walk_row(walk, 3).score, 100);
        cr_assert_eq(fm_walk_row(walk, 4).score, 0);
        fm_walk_free(walk);
        fm_matches_free(matches);
        parts_free(&p);
    }
}
