/* profile: which demands are likelier among favourites, and how prospects score by them. */
#include "oracle_analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct feature {
    size_t attribute;
    uint32_t value; /* sets */
    bool has_low;   /* levels and single numbers: low < or = need <= high */
    bool has_high;
    bool single; /* the number `high` itself */
    double low;
    double high;
    uint64_t favourites;
    uint64_t others;
    double log_odds;
};

struct features {
    struct feature *list;
    size_t count;
    size_t capacity;
};

static void add_feature(struct features *features, struct feature feature) {
    if (features->count == features->capacity) {
        features->capacity = 2 * features->capacity + 64;
        features->list = realloc(features->list, features->capacity * sizeof *features->list);
        if (features->list == NULL)
            abort();
    }
    features->list[features->count++] = feature;
}

static int compare_numbers(const void *left, const void *right, void *context) {
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    (void)context;
    return a < b ? -1 : a > b ? 1 : 0;
}

static void add_levels(struct features *features, size_t a, const double *numbers, size_t count) {
    const size_t ranks[] = {(count + 3) / 4, (count + 1) / 2, (3 * count + 3) / 4}; /* ceil(p n) */
    struct feature level = {.attribute = a};
    for (size_t i = 0; i < 3; i++) {
        const double cut = numbers[ranks[i] - 1];
        if (level.has_low && cut == level.low)
            continue;
        level.has_high = true;
        level.high = cut;
        add_feature(features, level);
        level = (struct feature){.attribute = a, .has_low = true, .low = cut};
    }
    if (numbers[count - 1] > level.low)
        add_feature(features, level);
}

static void add_numbers(const struct oracle_analysis *analysis, struct features *features, size_t a) {
    double *numbers = oracle_alloc(analysis->heap, analysis->case_count, sizeof *numbers);
    size_t count = 0;
    size_t distinct = 0;
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_demand *need = oracle_need_of(analysis->cases[r].row, a);
        if (need != NULL)
            numbers[count++] = need->number;
    }
    oracle_sort(numbers, count, sizeof *numbers, compare_numbers, NULL);
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || numbers[i] != numbers[i - 1] ? 1 : 0;
    if (distinct > 8) {
        add_levels(features, a, numbers, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (i == 0 || numbers[i] != numbers[i - 1])
            add_feature(features, (struct feature){.attribute = a, .single = true, .high = numbers[i]});
}

static int compare_values(const void *left, const void *right, void *context) {
    const struct oracle_values *values = context;
    return oracle_text_compare(values->folded[*(const uint32_t *)left],
                               values->folded[*(const uint32_t *)right]);
}

static void add_set_values(struct oracle_analysis *analysis, struct features *features, size_t a) {
    struct oracle_values *values = &analysis->oracle->model.attributes[a].values;
    bool *named = oracle_alloc(analysis->heap, values->count, sizeof *named);
    uint32_t *order = oracle_alloc(analysis->heap, values->count, sizeof *order);
    size_t count = 0;
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_demand *need = oracle_need_of(analysis->cases[r].row, a);
        for (size_t i = 0; need != NULL && i < need->set.count; i++)
            named[need->set.values[i]] = true;
    }
    for (uint32_t value = 0; value < values->count; value++)
        if (named[value])
            order[count++] = value;
    oracle_sort(order, count, sizeof *order, compare_values, values);
    for (size_t i = 0; i < count; i++)
        add_feature(features, (struct feature){.attribute = a, .value = order[i]});
}

static struct features find_features(struct oracle_analysis *analysis) {
    struct features features = {0};
    for (size_t a = 0; a < analysis->model->attribute_count; a++) {
        const enum oracle_rule rule = analysis->model->attributes[a].rule;
        bool stated = false;
        for (size_t r = 0; r < analysis->case_count; r++)
            stated = stated || oracle_need_of(analysis->cases[r].row, a) != NULL;
        if (!stated)
            continue;
        if (rule == ORACLE_FLAG)
            add_feature(&features, (struct feature){.attribute = a});
        else if (rule <= ORACLE_AT_LEAST)
            add_numbers(analysis, &features, a);
        else
            add_set_values(analysis, &features, a);
    }
    return features;
}

static bool has_feature(const struct oracle_analysis *analysis, const struct feature *feature,
                        const struct oracle_demand *need) {
    const enum oracle_rule rule = analysis->model->attributes[feature->attribute].rule;
    if (rule == ORACLE_FLAG)
        return true;
    if (rule <= ORACLE_AT_LEAST) {
        if (feature->single)
            return need->number == feature->high;
        return (!feature->has_low || need->number > feature->low) &&
               (!feature->has_high || need->number <= feature->high);
    }
    for (size_t i = 0; i < need->set.count; i++)
        if (need->set.values[i] == feature->value)
            return true;
    return false;
}

/* The features of a row, in table order. `out_features` has room for all of them. */
static size_t features_of(const struct oracle_analysis *analysis, const struct features *features,
                          const struct oracle_row *row, size_t *out_features) {
    size_t count = 0;
    const struct oracle_demand *need = NULL;
    for (size_t f = 0; f < features->count; f++) {
        const struct feature *feature = &features->list[f];
        if (f == 0 || features->list[f - 1].attribute != feature->attribute)
            need = oracle_need_of(row, feature->attribute);
        if (need != NULL && has_feature(analysis, feature, need))
            out_features[count++] = f;
    }
    return count;
}

static void feature_words(struct oracle_analysis *analysis, const struct feature *feature,
                          struct oracle_buffer *buffer) {
    const struct oracle_attribute *attribute = &analysis->model->attributes[feature->attribute];
    if (attribute->rule == ORACLE_FLAG) {
        oracle_buffer_add_string(buffer, "yes");
    } else if (attribute->rule > ORACLE_AT_LEAST) {
        oracle_buffer_add(buffer, attribute->values.spelling[feature->value]);
    } else if (feature->single) {
        oracle_plain_number(buffer, feature->high, attribute->unit);
    } else if (!feature->has_low) {
        oracle_buffer_add_string(buffer, "<= ");
        oracle_plain_number(buffer, feature->high, attribute->unit);
    } else {
        oracle_buffer_add_string(buffer, "> ");
        oracle_plain_number(buffer, feature->low, attribute->unit);
        if (feature->has_high) {
            oracle_buffer_add_string(buffer, " to ");
            oracle_plain_number(buffer, feature->high, attribute->unit);
        }
    }
}

static void put_features(struct oracle_analysis *analysis, struct features *features, uint64_t favourites,
                         uint64_t others) {
    for (size_t i = 0; i < features->count; i++) {
        struct feature *feature = &features->list[i];
        struct oracle_buffer words = {0};
        const double f = (double)feature->favourites + 0.5;
        const double not_f = (double)(favourites - feature->favourites) + 0.5;
        const double r = (double)feature->others + 0.5;
        const double not_r = (double)(others - feature->others) + 0.5;
        feature->log_odds = log(f / not_f) - log(r / not_r);
        const double margin = 1.96 * sqrt(1 / f + 1 / not_f + 1 / r + 1 / not_r);
        feature_words(analysis, feature, &words);
        oracle_put_text(analysis, analysis->model->attributes[feature->attribute].name);
        oracle_put_buffer(analysis, &words);
        oracle_put_count(analysis, feature->favourites);
        oracle_put_count(analysis, feature->others);
        oracle_put_score(analysis, feature->log_odds);
        oracle_put_score(analysis, feature->log_odds - margin);
        oracle_put_score(analysis, feature->log_odds + margin);
        oracle_end_row(analysis);
    }
}

struct prospect {
    const struct oracle_case *of;
    double score;
};

static int compare_prospects(const void *left, const void *right, void *context) {
    const struct prospect *a = left;
    const struct prospect *b = right;
    (void)context;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->of < b->of ? -1 : a->of > b->of ? 1 : 0;
}

/* Up to three of a row's features that raise (`sign` 1) or lower (-1) its score, the strongest first. */
static void put_reasons(struct oracle_analysis *analysis, const struct features *features, const size_t *own,
                        size_t count, double sign) {
    struct oracle_buffer reasons = {0};
    bool *used = oracle_alloc(analysis->heap, count, sizeof *used);
    for (int place = 0; place < 3; place++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < count; i++) {
            const double strength = sign * features->list[own[i]].log_odds;
            if (!used[i] && strength > 0 &&
                (best == SIZE_MAX || strength > sign * features->list[own[best]].log_odds))
                best = i;
        }
        if (best == SIZE_MAX)
            break;
        const struct feature *feature = &features->list[own[best]];
        char score[64];
        snprintf(score, sizeof score, " (%+.4f)", feature->log_odds);
        oracle_buffer_add_string(&reasons, place > 0 ? "; " : "");
        oracle_buffer_add(&reasons, analysis->model->attributes[feature->attribute].name);
        oracle_buffer_add_string(&reasons, " ");
        feature_words(analysis, feature, &reasons);
        oracle_buffer_add_string(&reasons, score);
        used[best] = true;
    }
    oracle_put_buffer(analysis, &reasons);
}

static void put_prospects(struct oracle_analysis *analysis, const struct features *features) {
    const double top = oracle_option_number(analysis, "--top");
    struct prospect *prospects = oracle_alloc(analysis->heap, analysis->case_count, sizeof *prospects);
    size_t *own = oracle_alloc(analysis->heap, features->count, sizeof *own);
    size_t count = 0;
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        if (of->favourite || of->existing)
            continue;
        prospects[count] = (struct prospect){.of = of};
        const size_t have = features_of(analysis, features, of->row, own);
        for (size_t i = 0; i < have; i++)
            prospects[count].score += features->list[own[i]].log_odds;
        count++;
    }
    oracle_sort(prospects, count, sizeof *prospects, compare_prospects, NULL);
    for (size_t i = 0; i < count && (top == 0 || (double)i < top); i++) {
        const size_t have = features_of(analysis, features, prospects[i].of->row, own);
        oracle_put_text(analysis, oracle_case_id(analysis, prospects[i].of));
        oracle_put_text(analysis, oracle_role_cell(analysis, prospects[i].of, ORACLE_ROLE_NAME));
        oracle_put_score(analysis, prospects[i].score);
        put_reasons(analysis, features, own, have, 1);
        put_reasons(analysis, features, own, have, -1);
        oracle_end_row(analysis);
    }
}

static void count_features(const struct oracle_analysis *analysis, struct features *features) {
    size_t *own = oracle_alloc(analysis->heap, features->count, sizeof *own);
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        const size_t have = features_of(analysis, features, of->row, own);
        for (size_t i = 0; i < have; i++) {
            if (of->favourite)
                features->list[own[i]].favourites++;
            else
                features->list[own[i]].others++;
        }
    }
}

bool oracle_profile(struct oracle_analysis *analysis) {
    uint64_t favourites = 0;
    for (size_t r = 0; r < analysis->case_count; r++)
        favourites += analysis->cases[r].favourite ? 1 : 0;
    const bool enough = favourites >= 20 && favourites < analysis->case_count;
    struct features features = {0};
    if (enough)
        features = find_features(analysis);
    else
        oracle_note(analysis, "too few favourites");
    count_features(analysis, &features);
    oracle_start(analysis, "features", "attribute,demand,favourites,others,log_odds,low,high");
    put_features(analysis, &features, favourites, analysis->case_count - favourites);
    oracle_start(analysis, "prospects", "customer_id,name,score,raised,lowered");
    if (enough)
        put_prospects(analysis, &features);
    free(features.list);
    return true;
}
