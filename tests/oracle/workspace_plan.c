/* What a random workspace is: sizes, attributes, words and numbers, style. */
#include "workspace_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint64_t workspace_next(struct workspace_rng *rng) {
    rng->state += 0xA0761D6478BD642Fu;
    uint64_t mixed = rng->state;
    mixed = (mixed ^ (mixed >> 32)) * 0xE7037ED1A0B428DBu;
    mixed = (mixed ^ (mixed >> 29)) * 0x8EBC6AF09C88C6E3u;
    return mixed ^ (mixed >> 32);
}

size_t workspace_below(struct workspace_rng *rng, size_t count) {
    const uint64_t drawn = workspace_next(rng);
    return count == 0 ? 0 : (size_t)(drawn % count);
}

size_t workspace_between(struct workspace_rng *rng, size_t low, size_t high) {
    return low + workspace_below(rng, high - low + 1);
}

bool workspace_chance(struct workspace_rng *rng, size_t percent) {
    return workspace_below(rng, 100) < percent;
}

void workspace_shuffle(struct workspace_rng *rng, size_t *numbers, size_t count) {
    for (size_t left = count; left > 1; left--) {
        const size_t other = workspace_below(rng, left);
        const size_t kept = numbers[left - 1];
        numbers[left - 1] = numbers[other];
        numbers[other] = kept;
    }
}

const char *workspace_format(struct workspace *workspace, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *kept = oracle_alloc(&workspace->heap, strlen(text) + 1, 1);
    memcpy(kept, text, strlen(text) + 1);
    return kept;
}

static size_t plan_attribute_count(struct workspace_rng *rng) {
    static const size_t edges[] = {7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65};
    const size_t kind = workspace_below(rng, 300);
    if (kind == 0)
        return 300;
    if (kind < 30)
        return workspace_between(rng, 1, 2);
    if (kind < 190)
        return workspace_between(rng, 3, 10);
    if (kind < 235)
        return WORKSPACE_PICK(rng, edges);
    if (kind < 280)
        return workspace_between(rng, 11, 30);
    return workspace_between(rng, 31, 70);
}

static size_t plan_offering_count(struct workspace_rng *rng) {
    static const size_t edges[] = {63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513};
    const size_t kind = workspace_below(rng, 200);
    if (kind == 0)
        return 2000;
    if (kind < 16)
        return 1;
    if (kind < 70)
        return workspace_between(rng, 2, 12);
    if (kind < 130)
        return workspace_between(rng, 13, 80);
    if (kind < 170)
        return WORKSPACE_PICK(rng, edges);
    return workspace_between(rng, 81, 600);
}

static size_t plan_row_count(struct workspace_rng *rng) {
    static const size_t edges[] = {63,  64,   65,   127,  128,  129,  511, 512,
                                   513, 1023, 1024, 1025, 1535, 1536, 1537};
    const size_t kind = workspace_below(rng, 100);
    if (kind < 20)
        return workspace_between(rng, 1, 40);
    if (kind < 65)
        return WORKSPACE_PICK(rng, edges);
    if (kind < 85)
        return workspace_between(rng, 41, 700);
    return workspace_between(rng, 700, 3000);
}

static double plan_number(struct workspace_rng *rng, size_t kind) {
    static const double hours[] = {1, 2, 4, 8, 12, 24, 36, 48, 72, 96, 120, 144, 192};
    static const double large[] = {
        1e15, 123456789012345680.0, 1e300,        1.7976931348623157e308, 9007199254740993.0, -1e300, 1e22,
        1e23, 4294967296.0,         -2147483648.0};
    static const double tiny[] = {1e-320, 5e-324, 0.0, -0.0, 1e-300, 2.2250738585072014e-308, -1e-320, 1e-5};
    const double drawn = (double)workspace_below(rng, 400);
    switch (kind) {
    case 0:
        return (double)workspace_below(rng, 20);
    case 1:
        return WORKSPACE_PICK(rng, hours);
    case 2:
        return drawn * 0.25;
    case 3:
        return drawn / 10.0;
    case 4:
        return 90.0 + drawn / 40.0;
    case 5:
        return WORKSPACE_PICK(rng, large);
    case 6:
        return WORKSPACE_PICK(rng, tiny);
    case 7:
        return -drawn / 100.0;
    case 8:
        return (drawn - 200.0) * 1000000.0 + 0.1;
    default:
        return (double)workspace_below(rng, 1000000) / 1000.0;
    }
}

static void plan_numbers(struct workspace *workspace, struct workspace_attribute *attribute) {
    struct workspace_rng *rng = &workspace->rng;
    size_t kind = workspace_below(rng, 10);
    attribute->number_count = workspace_between(rng, 1, 8);
    if (workspace_chance(rng, 15)) {
        kind = 9;
        attribute->number_count = workspace_between(rng, 50, workspace_chance(rng, 20) ? 3000 : 400);
    }
    attribute->numbers = oracle_alloc(&workspace->heap, attribute->number_count, sizeof *attribute->numbers);
    for (size_t i = 0; i < attribute->number_count; i++)
        attribute->numbers[i] = plan_number(rng, kind == 8 && workspace_chance(rng, 50) ? 2 : kind);
}

/* Values that fold together, that do not though they look it, and that need quoting. */
static const char *const plan_words[] = {"north",     "South",      "EAST",
                                         "west",      "islands",    "Zürich",
                                         "ZÜRICH",    "São Paulo",  "the \"old\" town",
                                         "a,b",       "c;d",        "Äcker",
                                         "äcker",     "日本",       "x y  z",
                                         "\xE9t\xE9", "two\nlines", "tab\there",
                                         "A",         "aa",         "a",
                                         "B",         "[",          "_",
                                         "24h",       "card",       "invoice",
                                         "de",        "fr",         "any kind",
                                         "- minus",   "?!"};
static const char *const plan_unoffered[] = {"nowhere", "Elsewhere", "ЯMARK", "zz,top"};

static void plan_words_of(struct workspace *workspace, struct workspace_attribute *attribute) {
    struct workspace_rng *rng = &workspace->rng;
    const size_t stock = sizeof plan_words / sizeof *plan_words;
    const size_t unoffered = sizeof plan_unoffered / sizeof *plan_unoffered;
    const bool wide = workspace_chance(rng, 12);
    size_t offered = workspace_between(rng, 1, 12);
    if (wide)
        offered = workspace_between(rng, 60, workspace_chance(rng, 20) ? 3000 : 300);
    attribute->offered_words = offered;
    attribute->word_count = offered + unoffered;
    attribute->words = oracle_alloc(&workspace->heap, attribute->word_count, sizeof *attribute->words);
    const size_t first = workspace_below(rng, stock);
    for (size_t i = 0; i < offered; i++) {
        const bool from_stock = i < stock && !(wide && workspace_chance(rng, 50));
        attribute->words[i] = oracle_text_of(from_stock ? plan_words[(first + i) % stock]
                                                        : workspace_format(workspace, "Val%zu", i));
    }
    for (size_t i = 0; i < unoffered; i++)
        attribute->words[offered + i] = oracle_text_of(plan_unoffered[i]);
    attribute->largest_set = workspace_chance(rng, 30) ? 1 : workspace_between(rng, 1, wide ? 40 : offered);
    attribute->set_count = workspace_chance(rng, 50) ? workspace_between(rng, 1, 9) : 0;
    attribute->sets = oracle_alloc(&workspace->heap, attribute->set_count, sizeof *attribute->sets);
    for (size_t i = 0; i < attribute->set_count; i++)
        attribute->sets[i] = workspace_random_set(workspace, rng, attribute, attribute->largest_set);
}

struct workspace_set workspace_random_set(struct workspace *workspace, struct workspace_rng *rng,
                                          const struct workspace_attribute *attribute, size_t largest) {
    struct workspace_set set = {.count = workspace_between(rng, 1, largest)};
    set.words = oracle_alloc(&workspace->heap, set.count, sizeof *set.words);
    for (size_t i = 0; i < set.count; i++)
        set.words[i] = workspace_below(rng, attribute->offered_words);
    return set;
}

static void plan_names(struct workspace *workspace, struct workspace_attribute *attribute, size_t number) {
    static const char *const rules[] = {"at_most", "at_least", "covers", "any_of", "none_of", "flag"};
    static const char *const units[] = {"", "h", "%", "EUR", "d", "km/h", "€", "packs", "Mbit/s", "per day"};
    struct workspace_rng *rng = &workspace->rng;
    const size_t kind = workspace_below(rng, 40);
    if (kind == 0)
        attribute->name = workspace_format(workspace, "größe %zu", number);
    else if (kind == 1)
        attribute->name = workspace_format(workspace, "price, net %zu", number);
    else if (kind == 2)
        attribute->name = workspace_format(workspace, "the \"%zu\"", number);
    else if (kind < 20)
        attribute->name = workspace_format(workspace, "a%zu_%s", number, rules[attribute->rule]);
    else
        attribute->name = workspace_format(workspace, "a%zu", number);
    attribute->unit = attribute->rule <= ORACLE_AT_LEAST ? WORKSPACE_PICK(rng, units) : "";
    attribute->need = attribute->name;
    attribute->offer = attribute->name;
    attribute->want = workspace_format(workspace, "want_%s", attribute->name);
    if (workspace_chance(rng, 12))
        attribute->need = workspace_format(workspace, "Max need %zu", number);
    if (workspace_chance(rng, 12))
        attribute->want = workspace_format(workspace, "hoped%zu", number);
    if (workspace_chance(rng, 12))
        attribute->offer = workspace_format(workspace, "offer-%zu", number);
}

static void plan_attribute(struct workspace *workspace, struct workspace_attribute *attribute, size_t number,
                           size_t weight_kind, size_t need_percent) {
    static const unsigned weights[] = {1, 2, 3, 5, 15, 255};
    struct workspace_rng *rng = &workspace->rng;
    attribute->rule = (enum oracle_rule)workspace_below(rng, 6);
    attribute->weight = 1;
    if (weight_kind == 1)
        attribute->weight = WORKSPACE_PICK(rng, weights);
    if (weight_kind == 2)
        attribute->weight = (unsigned)workspace_between(rng, 1, 255);
    plan_names(workspace, attribute, number);
    attribute->ask_when_blank = workspace_chance(rng, workspace->ask_percent);
    attribute->has_need_column = !workspace_chance(rng, 4);
    attribute->has_want_column = workspace_chance(rng, 55);
    attribute->need_percent = workspace_chance(rng, 10) ? workspace_below(rng, 101) : need_percent;
    attribute->want_percent = workspace_chance(rng, 50) ? 5 : workspace_below(rng, 80);
    attribute->fixed_demands = workspace_chance(rng, 15) ? workspace_between(rng, 1, 3) : 0;
    if (attribute->rule <= ORACLE_AT_LEAST)
        plan_numbers(workspace, attribute);
    else if (attribute->rule != ORACLE_FLAG)
        plan_words_of(workspace, attribute);
}

static void plan_style(struct workspace *workspace) {
    static const char delimiters[] = {',', ',', ',', ';', ';', '\t', '|'};
    struct workspace_rng *rng = &workspace->rng;
    struct workspace_style *style = &workspace->style;
    style->delimiter = WORKSPACE_PICK(rng, delimiters);
    style->delimiter_in_model = workspace_chance(rng, 40);
    style->decimal_comma = workspace_chance(rng, 25);
    style->bom = workspace_chance(rng, 20);
    style->final_newline = !workspace_chance(rng, 25);
    style->crlf_percent = workspace_chance(rng, 30) ? (workspace_chance(rng, 15) ? 50 : 100) : 0;
    style->pad_percent = workspace_chance(rng, 40) ? workspace_between(rng, 1, 30) : 0;
    style->quote_percent = workspace_chance(rng, 60) ? workspace_between(rng, 1, 20) : 0;
    style->empty_line_percent = workspace_chance(rng, 25) ? workspace_between(rng, 1, 20) : 0;
    style->case_percent = workspace_chance(rng, 60) ? workspace_between(rng, 5, 60) : 0;
    style->odd_bytes = workspace_chance(rng, 3);
}

static void plan_roles(struct workspace *workspace) {
    static const char *const columns[ORACLE_ROLE_COUNT] = {
        "customer_id", "name",    "deal_value", "stage",   "is_customer", "favourite",
        "owner",       "offered", "driver",     "horizon", "since"};
    static const char *const stages[] = {"attention", "interest", "Conviction",
                                         "desire",    "ACTION",   "2nd call"};
    struct workspace_rng *rng = &workspace->rng;
    workspace->stages = stages;
    workspace->stage_count = workspace_chance(rng, 70) ? workspace_between(rng, 1, 6) : 0;
    size_t order[ORACLE_ROLE_COUNT];
    for (size_t i = 0; i < ORACLE_ROLE_COUNT; i++)
        order[i] = i;
    workspace_shuffle(rng, order, ORACLE_ROLE_COUNT);
    const size_t percent = workspace_chance(rng, 20) ? 0 : workspace_between(rng, 10, 100);
    workspace->id_column = "customer_id";
    for (size_t i = 0; i < ORACLE_ROLE_COUNT; i++) {
        if (!workspace_chance(rng, percent))
            continue;
        struct workspace_role role = {(enum oracle_role)order[i], columns[order[i]], true};
        if (workspace_chance(rng, 10))
            role.column = workspace_format(workspace, "Column, \"%zu\"", order[i]);
        const bool free_text = role.role == ORACLE_ROLE_NAME || role.role == ORACLE_ROLE_OWNER;
        if (free_text && workspace_chance(rng, 5))
            role.column = workspace->attributes[0].need;
        if (role.role == ORACLE_ROLE_OWNER && workspace_chance(rng, 5))
            role.column = "name";
        if (role.role == ORACLE_ROLE_ID)
            workspace->id_column = role.column;
        else
            role.in_table = !workspace_chance(rng, 8);
        workspace->roles[workspace->role_count++] = role;
    }
}

/* Most roles, most of them in the table; and what they hold. */
static void plan_business(struct workspace *workspace) {
    static const char *const columns[ORACLE_ROLE_COUNT] = {
        "customer_id", "name",    "deal_value", "stage",   "is_customer", "favourite",
        "owner",       "offered", "driver",     "horizon", "since"};
    static const char *const percents[] = {"10", "25", "50", "75", "90", "0", "100", "33.3", "12.5", "0.1"};
    static const size_t favourites[] = {0, 3, 15, 25, 40, 40, 60, 97, 100};
    struct workspace_rng *rng = &workspace->rng;
    struct workspace_business *business = &workspace->business;
    business->value_kind = workspace_below(rng, 6);
    business->blank_percent = workspace_chance(rng, 30) ? 0 : workspace_between(rng, 1, 40);
    business->existing_percent = workspace_chance(rng, 10) ? 100 : workspace_between(rng, 0, 70);
    business->favourite_percent = WORKSPACE_PICK(rng, favourites);
    business->offered_percent = workspace_between(rng, 0, 100);
    business->same_id_percent = workspace_chance(rng, 50) ? 0 : workspace_between(rng, 1, 60);
    business->owner_count = workspace_between(rng, 1, 9);
    business->miss_kind = workspace_below(rng, 8);
    if (workspace->stage_count == 0 && workspace_chance(rng, 70))
        workspace->stage_count = workspace_between(rng, 1, 6);
    workspace->stage_percents =
        oracle_alloc(&workspace->heap, workspace->stage_count + 1, sizeof *workspace->stage_percents);
    for (size_t s = 0; s < workspace->stage_count; s++)
        workspace->stage_percents[s] = WORKSPACE_PICK(rng, percents);
    if (workspace_chance(rng, 25))
        return; /* with the roles as they were drawn */
    const size_t percent = workspace_chance(rng, 40) ? 100 : 90;
    workspace->role_count = 0;
    workspace->id_column = columns[ORACLE_ROLE_ID];
    for (size_t role = ORACLE_ROLE_ID + 1; role < ORACLE_ROLE_COUNT; role++)
        if (workspace_chance(rng, percent))
            workspace->roles[workspace->role_count++] = (struct workspace_role){
                (enum oracle_role)role, columns[role], !workspace_chance(rng, 100 - percent)};
}

void workspace_plan(struct workspace *workspace) {
    static const char *const companies[] = {"Own Co", "Nordlicht, Teile & Co", "Ä \"Quoted\" GmbH", "7"};
    static const unsigned percentiles[] = {1, 50, 90, 95, 95, 99, 100, 33};
    static const unsigned min_records[] = {1, 2, 3, 5, 10, 20, 30, 30, 100};
    static const size_t densities[] = {3, 10, 25, 50, 80, 97, 100};
    struct workspace_rng *rng = &workspace->rng;
    workspace->attribute_count = plan_attribute_count(rng);
    workspace->offering_count = plan_offering_count(rng);
    workspace->row_count = plan_row_count(rng);
    /* The oracle goes through all of it one by one: keep one workspace within seconds. */
    const size_t work = workspace->for_analyses ? 30000000 : 500000000;
    const size_t most = work / (workspace->attribute_count * workspace->offering_count);
    if (workspace->row_count > most)
        workspace->row_count = most;
    workspace->company = WORKSPACE_PICK(rng, companies);
    workspace->percentile = WORKSPACE_PICK(rng, percentiles);
    workspace->min_records = WORKSPACE_PICK(rng, min_records);
    workspace->reject_per_mille = workspace_chance(rng, 33) ? workspace_between(rng, 2, 150) : 0;
    workspace->profile_count = workspace_chance(rng, 30) ? workspace_between(rng, 1, 60) : 0;
    workspace->ask_percent = workspace_chance(rng, 40) ? 0 : workspace_between(rng, 2, 40);
    plan_style(workspace);
    const size_t weight_kind = workspace_below(rng, 3);
    const size_t density = WORKSPACE_PICK(rng, densities);
    workspace->attributes =
        oracle_alloc(&workspace->heap, workspace->attribute_count, sizeof *workspace->attributes);
    for (size_t a = 0; a < workspace->attribute_count; a++)
        plan_attribute(workspace, &workspace->attributes[a], a, weight_kind, density);
    plan_roles(workspace);
    if (workspace->for_analyses)
        plan_business(workspace);
    workspace_plan_offerings(workspace);
    for (size_t a = 0; a < workspace->attribute_count && !workspace->has_history; a++)
        workspace->has_history = workspace->attributes[a].rule <= ORACLE_AT_LEAST;
    workspace->has_history = workspace->has_history && workspace_chance(rng, 55);
}
