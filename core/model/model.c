#include "model/model.h"

#include "support/number.h"
#include "support/text.h"

#include <inttypes.h>
#include <stdio.h>

#define PERCENTILE_DEFAULT 95
#define MIN_RECORDS_DEFAULT 30
#define WANT_PREFIX "want_"

static const char *const rule_names[FM_RULE_COUNT] = {
    [FM_RULE_AT_MOST] = "at_most", [FM_RULE_AT_LEAST] = "at_least", [FM_RULE_COVERS] = "covers",
    [FM_RULE_ANY_OF] = "any_of",   [FM_RULE_NONE_OF] = "none_of",   [FM_RULE_FLAG] = "flag",
};

static const char *const role_names[FM_ROLE_COUNT] = {
    [FM_ROLE_ID] = "id",           [FM_ROLE_NAME] = "name",         [FM_ROLE_VALUE] = "value",
    [FM_ROLE_STAGE] = "stage",     [FM_ROLE_EXISTING] = "existing", [FM_ROLE_FAVOURITE] = "favourite",
    [FM_ROLE_OWNER] = "owner",     [FM_ROLE_OFFERED] = "offered",   [FM_ROLE_DRIVER] = "driver",
    [FM_ROLE_HORIZON] = "horizon", [FM_ROLE_SINCE] = "since",
};

const fm__range fm__range_weight = {"weight", 1, FM_WEIGHT_MAX};
const fm__range fm__range_percentile = {"percentile", 1, 100};
const fm__range fm__range_min_records = {"min_records", 1, UINT64_MAX};

static bool is_rule(fm_rule rule) {
    return (unsigned)rule < FM_RULE_COUNT;
}

static bool is_role(fm_role role) {
    return (unsigned)role < FM_ROLE_COUNT;
}

const char *fm_rule_name(fm_rule rule) {
    return is_rule(rule) ? rule_names[rule] : "";
}

const char *fm_role_name(fm_role role) {
    return is_role(role) ? role_names[role] : "";
}

bool fm__blank(const char *string) {
    return fm__text_trim(fm__text(string)).length == 0;
}

bool fm__percent_valid(double percent) {
    return percent >= 0 && percent <= 100; /* false for NaN as well */
}

void fm__range_fault(fm__fault_log *log, const char *file, fm_position at, const fm__range *range,
                     fm_text given) {
    char shown[FM__SHOW_BYTES];
    fm__text_show(given, shown);
    if (range->max == UINT64_MAX)
        fm__fault_add(log, file, at.line, at.column,
                      "%s must be a whole number of at least %" PRIu64 ", not `%s`", range->key, range->min,
                      shown);
    else
        fm__fault_add(log, file, at.line, at.column,
                      "%s must be a whole number from %" PRIu64 " to %" PRIu64 ", not `%s`", range->key,
                      range->min, range->max, shown);
}

void fm__percent_fault(fm__fault_log *log, const char *file, fm_position at, fm_text stage, fm_text given) {
    char shown_stage[FM__SHOW_BYTES];
    char shown[FM__SHOW_BYTES];
    fm__fault_add(log, file, at.line, at.column,
                  "the chance of stage `%s` must be a number from 0 to 100, not `%s`",
                  fm__text_show(stage, shown_stage), fm__text_show(given, shown));
}

/* The specification being checked and where its faults go. */
typedef struct check {
    const fm_model_spec *spec;
    fm__fault_log *log;
} check;

#define FAULT(check, at, ...) \
    fm__fault_add((check)->log, (check)->spec->file, (at).line, (at).column, __VA_ARGS__)

static const fm_position nowhere = {0, 0};

static fm_text trimmed(const char *string) {
    return fm__text_trim(fm__text(string));
}

static void check_number(const check *c, fm_position at, const fm__range *range, uint64_t number) {
    if (number == 0 || (number >= range->min && number <= range->max))
        return; /* 0 asks for the default */
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    fm__range_fault(c->log, c->spec->file, at, range, fm__text(digits));
}

static void check_column(const check *c, const fm_attribute *attribute, const char *key, const char *column) {
    char shown[FM__SHOW_BYTES];
    if (column != NULL && fm__blank(column))
        FAULT(c, attribute->at, "`%s` of attribute `%s` is blank; it must name a column", key,
              fm__text_show(trimmed(attribute->name), shown));
}

static void check_attribute(const check *c, size_t place) {
    const fm_attribute *attribute = &c->spec->attributes[place];
    if (attribute->name == NULL || fm__blank(attribute->name)) {
        FAULT(c, attribute->at, "attribute %zu has no name", place + 1);
        return;
    }
    if (!is_rule(attribute->rule)) {
        char shown[FM__SHOW_BYTES];
        FAULT(c, attribute->at, "attribute `%s` has the rule number %d, which is none",
              fm__text_show(trimmed(attribute->name), shown), (int)attribute->rule);
    }
    check_number(c, attribute->at, &fm__range_weight, attribute->weight);
    check_column(c, attribute, "need", attribute->need_column);
    check_column(c, attribute, "want", attribute->want_column);
    check_column(c, attribute, "offer", attribute->offer_column);
}

typedef struct named {
    fm_text name;
    size_t place;
} named;

static int compare_named(const void *a, const void *b) {
    const named *x = a;
    const named *y = b;
    int order = fm__text_compare(x->name, y->name);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static void twice_fault(const check *c, const char *what, const char *name, fm_position at,
                        fm_position first) {
    char shown[FM__SHOW_BYTES];
    fm__text_show(trimmed(name), shown);
    if (first.line > 0)
        FAULT(c, at, "%s `%s` stands twice, first in line %" PRIu64, what, shown, first.line);
    else
        FAULT(c, at, "%s `%s` stands twice", what, shown);
}

/* Sorts the names, since thousands of attributes are too many to compare each with each. */
static bool check_names_unique(const check *c) {
    const fm_attribute *attributes = c->spec->attributes;
    size_t count = c->spec->attribute_count;
    bool done = false;
    named *names = fm__array_new(count, sizeof *names);
    size_t *first = fm__array_new(count, sizeof *first);
    if (names == NULL || first == NULL)
        goto cleanup;
    for (size_t i = 0; i < count; i++)
        names[i] = (named){attributes[i].name == NULL ? fm__text("") : trimmed(attributes[i].name), i};
    qsort(names, count, sizeof *names, compare_named);
    for (size_t i = 0; i < count; i++) {
        bool same = i > 0 && names[i].name.length > 0 && fm__text_equal(names[i].name, names[i - 1].name);
        first[names[i].place] = same ? first[names[i - 1].place] : names[i].place;
    }
    for (size_t i = 0; i < count; i++)
        if (first[i] != i)
            twice_fault(c, "attribute", attributes[i].name, attributes[i].at, attributes[first[i]].at);
    done = true;

cleanup:
    free(names);
    free(first);
    return done;
}

static void check_stage(const check *c, size_t place) {
    const fm_stage *stage = &c->spec->stages[place];
    if (stage->name == NULL || fm__blank(stage->name)) {
        FAULT(c, stage->at, "stage %zu has no name", place + 1);
        return;
    }
    if (!fm__percent_valid(stage->percent)) {
        char digits[FM__NUMBER_BYTES];
        fm__number_format(stage->percent, digits);
        fm__percent_fault(c->log, c->spec->file, stage->at, trimmed(stage->name), fm__text(digits));
    }
    for (size_t i = 0; i < place && i < FM_STAGES_MAX; i++) {
        const fm_stage *other = &c->spec->stages[i];
        if (other->name != NULL && fm__text_equal_fold(trimmed(other->name), trimmed(stage->name))) {
            twice_fault(c, "stage", stage->name, stage->at, other->at);
            return;
        }
    }
}

static void check_role(const check *c, size_t place) {
    const fm_role_column *role = &c->spec->roles[place];
    if (!is_role(role->role)) {
        FAULT(c, role->at, "business column %zu has the role number %d, which is none", place + 1,
              (int)role->role);
        return;
    }
    const char *name = role_names[role->role];
    if (role->column == NULL || fm__blank(role->column))
        FAULT(c, role->at, "`%s` of the customer is blank; it must name a column", name);
    for (size_t i = 0; i < place; i++) {
        if (c->spec->roles[i].role == role->role) {
            twice_fault(c, "business column", name, role->at, c->spec->roles[i].at);
            return;
        }
    }
}

static void check_csv(const check *c) {
    char delimiter = c->spec->delimiter;
    if (delimiter != '\0' && strchr(",;\t|", delimiter) == NULL)
        FAULT(c, nowhere, "the delimiter must be one of , ; tab |");
    char decimal = c->spec->decimal;
    if (decimal != '\0' && decimal != '.' && decimal != ',')
        FAULT(c, nowhere, "the decimal separator must be . or ,");
}

fm_status fm__model_check(const fm_model_spec *spec, fm__fault_log *log, fm_error *error) {
    const check c = {spec, log};
    if (spec->attribute_count > FM_ATTRIBUTES_MAX)
        FAULT(&c, spec->attributes[FM_ATTRIBUTES_MAX].at, "there are %zu attributes; a model has at most %d",
              spec->attribute_count, FM_ATTRIBUTES_MAX);
    for (size_t i = 0; i < spec->attribute_count && !fm__fault_log_full(log); i++)
        check_attribute(&c, i);
    if (!check_names_unique(&c))
        return fm__fail_memory(error);
    check_number(&c, nowhere, &fm__range_percentile, spec->percentile);
    check_number(&c, nowhere, &fm__range_min_records, spec->min_records);
    if (spec->stage_count > FM_STAGES_MAX)
        FAULT(&c, spec->stages[FM_STAGES_MAX].at, "there are %zu stages; a model has at most %d",
              spec->stage_count, FM_STAGES_MAX);
    for (size_t i = 0; i < spec->stage_count && !fm__fault_log_full(log); i++)
        check_stage(&c, i);
    for (size_t i = 0; i < spec->role_count && !fm__fault_log_full(log); i++)
        check_role(&c, i);
    check_csv(&c);
    return FM_OK;
}

/* From here on the specification is known to be right, and only memory can fail. Whatever is compared with a
 * table's cells or names is kept without the blanks around it, as those are. */

static const char *keep_text(fm__arena *arena, fm_text text) {
    return fm__arena_text(arena, text).bytes;
}

/* A copy of `column`, or of the attribute's name behind a prefix when none is given. */
static const char *keep_column(fm__arena *arena, const char *column, const char *prefix, const char *name) {
    if (column != NULL)
        return keep_text(arena, trimmed(column));
    size_t prefix_length = strlen(prefix);
    size_t bytes = prefix_length + strlen(name) + 1;
    char *copy = fm__arena_new(arena, bytes);
    if (copy != NULL)
        (void)snprintf(copy, bytes, "%s%s", prefix, name);
    return copy;
}

static bool keep_attribute(fm__arena *arena, const fm_attribute *given, fm_attribute *kept) {
    *kept = *given;
    kept->name = keep_text(arena, trimmed(given->name));
    if (kept->name == NULL)
        return false;
    bool labelled = given->label != NULL && !fm__blank(given->label);
    kept->label = labelled ? fm__arena_string(arena, given->label) : kept->name;
    kept->unit = keep_text(arena, given->unit == NULL ? fm__text("") : trimmed(given->unit));
    kept->question = fm__arena_string(arena, given->question == NULL ? "" : given->question);
    kept->avoid = fm__arena_string(arena, given->avoid == NULL ? "" : given->avoid);
    kept->reach = fm__arena_string(arena, given->reach == NULL ? "" : given->reach);
    kept->need_column = keep_column(arena, given->need_column, "", kept->name);
    kept->want_column = keep_column(arena, given->want_column, WANT_PREFIX, kept->name);
    kept->offer_column = keep_column(arena, given->offer_column, "", kept->name);
    kept->weight = given->weight == 0 ? 1 : given->weight;
    return kept->label != NULL && kept->unit != NULL && kept->question != NULL && kept->avoid != NULL &&
           kept->reach != NULL && kept->need_column != NULL && kept->want_column != NULL &&
           kept->offer_column != NULL;
}

static bool keep_attributes(fm_model *model, const fm_model_spec *spec) {
    fm_attribute *attributes = fm__arena_array(&model->arena, spec->attribute_count, sizeof *attributes);
    if (attributes == NULL)
        return false;
    model->content.attributes = attributes;
    for (size_t i = 0; i < spec->attribute_count; i++)
        if (!keep_attribute(&model->arena, &spec->attributes[i], &attributes[i]))
            return false;
    return true;
}

static bool keep_stages(fm_model *model, const fm_model_spec *spec) {
    model->content.stages = NULL;
    if (spec->stage_count == 0)
        return true;
    fm_stage *stages = fm__arena_array(&model->arena, spec->stage_count, sizeof *stages);
    if (stages == NULL)
        return false;
    model->content.stages = stages;
    for (size_t i = 0; i < spec->stage_count; i++) {
        stages[i] = spec->stages[i];
        stages[i].name = keep_text(&model->arena, trimmed(spec->stages[i].name));
        if (stages[i].name == NULL)
            return false;
    }
    return true;
}

static bool keep_roles(fm_model *model, const fm_model_spec *spec) {
    model->content.roles = NULL;
    model->role_columns[FM_ROLE_ID] = "customer_id";
    if (spec->role_count == 0)
        return true;
    fm_role_column *roles = fm__arena_array(&model->arena, spec->role_count, sizeof *roles);
    if (roles == NULL)
        return false;
    model->content.roles = roles;
    for (size_t i = 0; i < spec->role_count; i++) {
        roles[i] = spec->roles[i];
        roles[i].column = keep_text(&model->arena, trimmed(spec->roles[i].column));
        if (roles[i].column == NULL)
            return false;
        model->role_columns[roles[i].role] = roles[i].column;
    }
    return true;
}

static bool keep(fm_model *model, const fm_model_spec *spec) {
    fm_model_spec *content = &model->content;
    *content = *spec;
    if (spec->file != NULL && (content->file = fm__arena_string(&model->arena, spec->file)) == NULL)
        return false;
    content->company =
        keep_text(&model->arena, spec->company == NULL ? fm__text("") : trimmed(spec->company));
    if (content->company == NULL)
        return false;
    if (content->percentile == 0)
        content->percentile = PERCENTILE_DEFAULT;
    if (content->min_records == 0)
        content->min_records = MIN_RECORDS_DEFAULT;
    if (content->decimal == '\0')
        content->decimal = '.';
    return keep_attributes(model, spec) && keep_stages(model, spec) && keep_roles(model, spec);
}

fm_status fm_model_new(const fm_model_spec *spec, const fm_faults *faults, fm_model **out_model,
                       fm_error *error) {
    if (spec == NULL || out_model == NULL || (spec->attributes == NULL && spec->attribute_count > 0) ||
        (spec->stages == NULL && spec->stage_count > 0) || (spec->roles == NULL && spec->role_count > 0))
        return fm__fail(error, FM_ERROR_ARGUMENT, "a model needs a specification with all of its arrays");
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    if (spec->attribute_count == 0)
        fm__fault_add(&log, spec->file, 0, 0, "a model needs at least one attribute");
    fm_status status = fm__model_check(spec, &log, error);
    if (status == FM_OK)
        status = fm__fault_log_status(&log, error);
    if (status != FM_OK)
        return status;
    fm_model *model = calloc(1, sizeof *model);
    if (model == NULL || !keep(model, spec)) {
        fm_model_free(model);
        return fm__fail_memory(error);
    }
    *out_model = model;
    return FM_OK;
}

void fm_model_free(fm_model *model) {
    if (model == NULL)
        return;
    fm__arena_destroy(&model->arena);
    free(model);
}

const fm_model_spec *fm_model_content(const fm_model *model) {
    return &model->content;
}

const char *fm_model_role_column(const fm_model *model, fm_role role) {
    return is_role(role) ? model->role_columns[role] : NULL;
}
