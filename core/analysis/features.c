#include "analysis/features.h"

#include "model/cell.h"

static fm__feature *add_feature(fm__features *f, size_t attribute) {
    if (!fm__array_reserve(&f->list, &f->capacity, f->count + 1, sizeof *f->list))
        return NULL;
    f->list[f->count] = (fm__feature){.attribute = (uint16_t)attribute};
    return &f->list[f->count++];
}

/* The place in a dictionary of the demand that comes so many places after the smallest: dictionaries are
 * sorted from the loosest demand to the tightest. */
static uint32_t ascending(const fm__demands *demands, uint32_t place) {
    return demands->attribute->rule == FM_RULE_AT_MOST ? demands->count - 1 - place : place;
}

static uint32_t count_distinct(const fm__demands *demands) {
    uint32_t distinct = 0;
    /* 0 and -0 are two entries and one number. */
    for (uint32_t d = 0; d < demands->count; d++)
        distinct += d == 0 || demands->numbers[d] != demands->numbers[d - 1];
    return distinct;
}

/* Each distinct number is a feature. */
static bool find_numbers(fm__features *f, size_t attribute, const fm__demands *demands) {
    for (uint32_t place = 0; place < demands->count; place++) {
        uint32_t demand = ascending(demands, place);
        double number = demands->numbers[demand];
        bool is_new = place == 0 || number != f->list[f->count - 1].upto;
        fm__feature *feature = is_new ? add_feature(f, attribute) : &f->list[f->count - 1];
        if (feature == NULL)
            return false;
        feature->upto = number;
        f->of_codes[attribute][demand] = (uint32_t)(f->count - 1);
    }
    return true;
}

/* The nearest-rank quartiles of the stated needs, each once; returns how many. */
static size_t find_cuts(const fm__demands *demands, double out_cuts[3]) {
    uint64_t stated = 0;
    uint64_t before = 0;
    size_t count = 0;
    uint64_t quarter = 1;
    for (uint32_t d = 0; d < demands->count; d++)
        stated += demands->rows[FM__CODE_FIRST + d];
    for (uint32_t place = 0; place < demands->count; place++) {
        uint32_t demand = ascending(demands, place);
        before += demands->rows[FM__CODE_FIRST + demand];
        /* rank = ceil(quarter x stated / 4) <= before */
        for (; quarter <= 3 && quarter * stated <= 4 * before; quarter++)
            if (count == 0 || out_cuts[count - 1] != demands->numbers[demand])
                out_cuts[count++] = demands->numbers[demand];
    }
    return count;
}

static bool find_levels(fm__features *f, size_t attribute, const fm__demands *demands) {
    double cuts[3];
    size_t cut_count = find_cuts(demands, cuts);
    size_t level = SIZE_MAX;
    for (uint32_t place = 0; place < demands->count; place++) {
        uint32_t demand = ascending(demands, place);
        size_t its = 0;
        while (its < cut_count && demands->numbers[demand] > cuts[its])
            its++;
        if (its != level) {
            fm__feature *feature = add_feature(f, attribute);
            if (feature == NULL)
                return false;
            level = its;
            feature->is_level = true;
            feature->has_above = its > 0;
            feature->has_upto = its < cut_count;
            feature->above = its > 0 ? cuts[its - 1] : 0;
            feature->upto = its < cut_count ? cuts[its] : 0;
        }
        f->of_codes[attribute][demand] = (uint32_t)(f->count - 1);
    }
    return true;
}

static bool find_elements(fm__features *f, size_t attribute, const fm__demands *demands) {
    for (size_t e = 0; demands->count > 0 && e < demands->elements.count; e++) {
        fm__feature *feature = add_feature(f, attribute);
        if (feature == NULL)
            return false;
        feature->element = (uint32_t)e;
    }
    return true;
}

static bool find_of_attribute(fm__features *f, size_t attribute) {
    const fm__demands *demands = fm__base_demands(f->plan->base, attribute, false);
    f->begins[attribute] = f->count;
    if (fm__rule_is_set(demands->attribute->rule))
        return find_elements(f, attribute, demands);
    f->of_codes[attribute] = fm__array_new(demands->count, sizeof **f->of_codes);
    if (f->of_codes[attribute] == NULL)
        return false;
    return count_distinct(demands) <= FM__FEATURE_NUMBERS_MAX ? find_numbers(f, attribute, demands)
                                                              : find_levels(f, attribute, demands);
}

bool fm__features_find(fm__features *features, const fm__plan *plan) {
    size_t attributes = plan->model->attribute_count;
    *features = (fm__features){.plan = plan,
                               .begins = fm__array_new(attributes + 1, sizeof *features->begins),
                               .of_codes = fm__array_new(attributes, sizeof *features->of_codes)};
    bool done = features->begins != NULL && features->of_codes != NULL;
    for (size_t a = 0; done && a < attributes; a++)
        done = find_of_attribute(features, a);
    if (done)
        features->begins[attributes] = features->count;
    return done;
}

void fm__features_destroy(fm__features *features) {
    size_t attributes = features->of_codes == NULL ? 0 : features->plan->model->attribute_count;
    for (size_t a = 0; a < attributes; a++)
        free(features->of_codes[a]);
    free(features->of_codes);
    free(features->begins);
    free(features->list);
    *features = (fm__features){0};
}

void fm__feature_phrase(fm__phrase *phrase, const fm__features *features, const fm__feature *feature) {
    const fm__plan *plan = features->plan;
    const fm_attribute *a = &plan->model->attributes[feature->attribute];
    const fm__offered *offered = &plan->catalog->offered[feature->attribute];
    const fm__demands *demands = fm__base_demands(plan->base, feature->attribute, false);
    if (a->rule == FM_RULE_FLAG) {
        fm__phrase_add(phrase, fm__text("yes"));
    } else if (fm__rule_is_set(a->rule)) {
        fm_text folded = demands->elements.texts[feature->element];
        uint32_t value = fm__offered_find(offered, folded);
        fm__phrase_add(phrase, value == FM__INDEX_NONE ? folded : offered->spelled[value]);
    } else {
        /* 0 is written without a sign. */
        if (feature->has_above) {
            fm__phrase_add(phrase, fm__text("> "));
            fm__phrase_number(phrase, feature->above + 0.0, a->unit);
        }
        if (feature->is_level && feature->has_upto)
            fm__phrase_add(phrase, fm__text(feature->has_above ? " to " : "<= "));
        if (!feature->is_level || feature->has_upto)
            fm__phrase_number(phrase, feature->upto + 0.0, a->unit);
    }
}
