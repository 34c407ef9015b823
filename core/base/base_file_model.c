#include "base/base_file.h"
#include "model/cell.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define NO_PLACE SIZE_MAX

/* What of the model the file lacks, for one message. */
typedef struct lacking {
    char text[FM_MESSAGE_BYTES - 160];
    size_t length;
    size_t more; /* that did not fit in */
} lacking;

/* What is worked with. */
typedef struct fitting {
    fm_base *base;
    fm__base_file *file;
    const fm_model_spec *model;
    const fm_base_open_options *options;
    fm__fault_log *log;
    lacking lacks;
    size_t *column_of; /* [demand column of the base] its place in the file */
} fitting;

__attribute__((format(printf, 2, 3))) static void lack(fitting *f, const char *format, ...) {
    char one[2 * FM__SHOW_BYTES + 64];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(one, sizeof one, format, arguments);
    va_end(arguments);
    lacking *to = &f->lacks;
    size_t length = strlen(one);
    if (to->more > 0 || to->length + length + 2 >= sizeof to->text) {
        to->more++;
        return;
    }
    int written = snprintf(to->text + to->length, sizeof to->text - to->length, "%s%s",
                           to->length > 0 ? ", " : "", one);
    to->length += (size_t)written;
}

/* --- demand columns --- */

static bool same_name(fm_text a, const char *b) {
    return fm__text_equal(fm__text_trim(a), fm__text_trim(fm__text(b)));
}

/* What makes the codes of a column other ones, as words for a message; NULL: nothing. */
static const char *difference(const fm__base_file *file, const fm__file_column *column,
                              const fm_attribute *attribute, char decimal) {
    if (column->rule != attribute->rule)
        return "rule";
    if (!column->want && column->ask_when_blank != attribute->ask_when_blank)
        return "when_blank";
    if (fm__rule_is_numeric(column->rule) && !fm__text_equal_fold(column->unit, fm__text(attribute->unit)))
        return "unit";
    if (fm__rule_is_numeric(column->rule) && file->decimal != decimal)
        return "decimal";
    return NULL;
}

/* The column of the file for an attribute's need or want: one that agrees, else any of that name. */
static size_t find_column(const fitting *f, const fm_attribute *attribute, bool want) {
    const char *name = want ? attribute->want_column : attribute->need_column;
    size_t found = NO_PLACE;
    for (size_t i = 0; i < f->file->shape.column_count; i++) {
        const fm__file_column *column = &f->file->columns[i];
        if (column->want != want || !same_name(column->column, name))
            continue;
        if (difference(f->file, column, attribute, f->model->decimal) == NULL)
            return i;
        found = found == NO_PLACE ? i : found;
    }
    return found;
}

static void tell_difference(fitting *f, const fm__file_column *column, const fm_attribute *attribute,
                            const char *what) {
    char before[FM__SHOW_BYTES];
    char now[FM__SHOW_BYTES];
    fm_text was = column->unit;
    fm_text is = fm__text(attribute->unit);
    if (strcmp(what, "rule") == 0) {
        was = fm__text(fm_rule_name(column->rule));
        is = fm__text(fm_rule_name(attribute->rule));
    } else if (strcmp(what, "when_blank") == 0) {
        was = fm__text(column->ask_when_blank ? "ask" : "no_demand");
        is = fm__text(attribute->ask_when_blank ? "ask" : "no_demand");
    } else if (strcmp(what, "decimal") == 0) {
        was = (fm_text){&f->file->decimal, 1};
        is = (fm_text){&f->model->decimal, 1};
    }
    fm__fault_add(f->log, f->file->path, 0, 0,
                  "`%s` was encoded with %s \"%s\", the model says \"%s\": encode the customers' table again "
                  "with this model",
                  attribute->name, what, fm__text_show(was, before), fm__text_show(is, now));
}

static void lack_demand(fitting *f, const fm_attribute *attribute, bool need, bool want) {
    if (need)
        lack(f, "column `%s` (need%s of `%s`)", attribute->need_column, want ? " and want" : "",
             attribute->name);
    else if (want)
        lack(f, "column `%s` (want of `%s`)", attribute->want_column, attribute->name);
}

/* The warnings that reading the table would have given. */
static void warn_of_blanks(fitting *f, const fm_attribute *a, const fm__demands *both) {
    for (int want = 0; want < 2; want++)
        if (!both[want].column_found && (want ? a->want_column_given : a->need_column_given))
            fm__fault_warn(f->log, f->file->path, 0, 0, "the customers have no column `%s` (%s of `%s`)",
                           want ? a->want_column : a->need_column, want ? "want" : "need", a->name);
    if (!both[0].column_found && !both[1].column_found && !a->need_column_given && !a->want_column_given)
        fm__fault_warn(f->log, f->file->path, 0, 0,
                       "the customers have no column `%s`: it is blank for everybody", a->need_column);
}

/* Takes a dictionary over; only the views of its elements' texts are made anew. */
static bool take_demands(const fitting *f, size_t place, const fm_attribute *attribute, fm__demands *out) {
    const fm__file_column *column = &f->file->columns[place];
    fm__demands demands = column->demands;
    demands.attribute = attribute;
    if (fm__rule_is_set(column->rule)) {
        size_t count = demands.elements.count;
        demands.elements.texts = fm__array_new(count, sizeof *demands.elements.texts);
        if (demands.elements.texts == NULL)
            return false;
        for (size_t e = 0; e < count; e++)
            demands.elements.texts[e] = fm__file_element(column, e);
    }
    *out = demands;
    return true;
}

static fm_status fit_demands(fitting *f, fm_error *error) {
    fm_base *base = f->base;
    size_t count = 2 * f->model->attribute_count;
    base->demands = fm__array_new(count, sizeof *base->demands);
    f->column_of = fm__arena_array(&base->arena, count, sizeof *f->column_of);
    if (base->demands == NULL || f->column_of == NULL)
        return fm__fail_memory(error);
    base->demand_count = count;
    for (size_t a = 0; a < f->model->attribute_count; a++) {
        const fm_attribute *attribute = &f->model->attributes[a];
        bool lacks[2];
        for (size_t want = 0; want < 2; want++) {
            size_t place = find_column(f, attribute, want == 1);
            lacks[want] = place == NO_PLACE;
            f->column_of[2 * a + want] = place;
            if (place == NO_PLACE)
                continue;
            const char *other = difference(f->file, &f->file->columns[place], attribute, f->model->decimal);
            if (other != NULL)
                tell_difference(f, &f->file->columns[place], attribute, other);
            else if (!take_demands(f, place, attribute, &base->demands[2 * a + want]))
                return fm__fail_memory(error);
        }
        lack_demand(f, attribute, lacks[0], lacks[1]);
        if (!lacks[0] && !lacks[1])
            warn_of_blanks(f, attribute, &base->demands[2 * a]);
    }
    return FM_OK;
}

/* --- carried columns --- */

static size_t find_carried(const fm__base_file *file, const char *name) {
    for (size_t i = 0; i < file->shape.carried_count; i++)
        if (same_name(file->carried[i], name))
            return i;
    return NO_PLACE;
}

static const fm__file_role *find_role(const fm__base_file *file, fm_role role, const char *column) {
    for (size_t i = 0; i < file->role_count; i++)
        if (file->roles[i].role == role && same_name(file->roles[i].column, column))
            return &file->roles[i];
    return NULL;
}

static fm_status carry(fitting *f, size_t place, fm_role role, fm_error *error) {
    fm_base *base = f->base;
    for (size_t i = 0; i < base->carried_count; i++)
        if (f->file->carried_from[i] == place)
            return FM_OK;
    fm_text name = fm__arena_text(&base->arena, f->file->carried[place]);
    if (name.bytes == NULL)
        return fm__fail_memory(error);
    f->file->carried_from[base->carried_count] = place;
    base->carried[base->carried_count++] = (fm__carried){name.bytes, role};
    return FM_OK;
}

/* Roles whose cells may say anything: any column that the file carries will do. */
static bool is_free_text(fm_role role) {
    return role == FM_ROLE_NAME || role == FM_ROLE_OWNER || role == FM_ROLE_OFFERED;
}

static fm_status fit_role(fitting *f, const fm_role_column *role, fm_error *error) {
    const fm__base_file *file = f->file;
    const fm__file_role *known = find_role(file, role->role, role->column);
    size_t place = find_carried(file, role->column);
    if (known != NULL && !known->found) {
        fm__fault_warn(f->log, file->path, 0, 0, "the customers have no column `%s` (%s)", role->column,
                       fm_role_name(role->role));
        return FM_OK;
    }
    if (place == NO_PLACE || (known == NULL && !is_free_text(role->role))) {
        lack(f, "column `%s` (%s)", role->column, fm_role_name(role->role));
        return FM_OK;
    }
    if (role->role == FM_ROLE_VALUE) {
        if (file->decimal != f->model->decimal)
            fm__fault_add(f->log, file->path, 0, 0,
                          "the values were read with decimal \"%c\", the model says \"%c\": encode the "
                          "customers' table again with this model",
                          file->decimal, f->model->decimal);
        f->base->has_value = true;
    }
    if (role->role == FM_ROLE_STAGE && f->model->stage_count > 0) {
        if (!file->shape.has_stage)
            lack(f, "stages");
        f->base->has_stage = true;
    }
    return carry(f, place, role->role, error);
}

static fm_status fit_carried(fitting *f, fm_error *error) {
    fm_base *base = f->base;
    size_t most = 1 + f->model->role_count + f->options->keep_count;
    base->carried = fm__arena_array(&base->arena, most, sizeof *base->carried);
    f->file->carried_from = fm__arena_array(&base->arena, most, sizeof *f->file->carried_from);
    if (base->carried == NULL || f->file->carried_from == NULL)
        return fm__fail_memory(error);
    const char *id = fm_model_role_column(base->model, FM_ROLE_ID);
    fm_status status = FM_OK;
    if (same_name(f->file->carried[0], id))
        status = carry(f, 0, FM_ROLE_ID, error);
    else
        lack(f, "column `%s` (id)", id);
    for (size_t i = 0; status == FM_OK && i < f->model->role_count; i++)
        if (f->model->roles[i].role != FM_ROLE_ID)
            status = fit_role(f, &f->model->roles[i], error);
    for (size_t i = 0; status == FM_OK && i < f->options->keep_count; i++) {
        size_t place = find_carried(f->file, f->options->keep[i]);
        if (place == NO_PLACE)
            lack(f, "column `%s` (to keep: encode with --keep)", f->options->keep[i]);
        else
            status = carry(f, place, FM_ROLE_COUNT, error);
    }
    return status;
}

/* --- stages --- */

/* The model's number of each of the file's stages; true when they are the same. */
static bool number_stages(fitting *f, unsigned char numbers[static FM_STAGES_MAX + 1]) {
    bool same = true;
    char shown[FM__SHOW_BYTES];
    numbers[0] = 0;
    for (size_t s = 0; s < f->file->stage_count; s++) {
        const fm__file_stage *stage = &f->file->stages[s];
        size_t place = 0;
        while (place < f->model->stage_count &&
               !fm__text_equal_fold(fm__text_trim(stage->name),
                                    fm__text_trim(fm__text(f->model->stages[place].name))))
            place++;
        bool known = place < f->model->stage_count;
        if (!known && stage->rows > 0)
            fm__fault_add(f->log, f->file->path, 0, 0,
                          "%" PRIu64 " customers are at stage \"%s\", which the model does not have",
                          stage->rows, fm__text_show(stage->name, shown));
        numbers[s + 1] = known ? (unsigned char)(place + 1) : 0;
        same &= numbers[s + 1] == s + 1;
    }
    return same;
}

static fm_status fit_stages(fitting *f, unsigned char **out_stages, fm_error *error) {
    unsigned char numbers[FM_STAGES_MAX + 1];
    fm__base_file *file = f->file;
    *out_stages = fm__file_section(file, FM__SECTION_STAGES);
    if (number_stages(f, numbers) || fm__fault_log_status(f->log, NULL) != FM_OK)
        return FM_OK;
    size_t rows = (size_t)f->base->row_count;
    if (!fm__file_touch(file, FM__SECTION_STAGES, 0, rows))
        return fm__file_damaged(file, FM__SECTION_STAGES, error);
    file->own_stages = fm__array_new(rows, 1);
    if (file->own_stages == NULL)
        return fm__fail_memory(error);
    for (size_t row = 0; row < rows; row++) {
        if ((*out_stages)[row] > file->stage_count)
            return fm__file_damaged(file, FM__SECTION_STAGES, error);
        file->own_stages[row] = numbers[(*out_stages)[row]];
    }
    *out_stages = file->own_stages;
    return FM_OK;
}

/* --- rows --- */

/* Segments are views of the mapping. */
static fm_status lay_segments(fitting *f, fm_error *error) {
    fm_base *base = f->base;
    const fm__base_file *file = f->file;
    size_t segments = file->shape.segment_count;
    size_t in_file = file->shape.carried_count;
    size_t cell_count;
    const uint64_t *extents = (const uint64_t *)(void *)fm__file_section(file, FM__SECTION_EXTENTS);
    uint32_t *ends = (uint32_t *)(void *)fm__file_section(file, FM__SECTION_ENDS);
    double *values = (double *)(void *)fm__file_section(file, FM__SECTION_VALUES);
    char *bytes = (char *)fm__file_section(file, FM__SECTION_CELLS);
    unsigned char *stages = NULL;
    fm_status status = base->has_stage ? fit_stages(f, &stages, error) : FM_OK;
    if (status != FM_OK)
        return status;
    if (!fm__size_product(segments, base->carried_count, &cell_count))
        return fm__fail_memory(error);
    fm__segment *list = fm__arena_array(&base->arena, segments, sizeof *list);
    fm__cells *cells = fm__arena_array(&base->arena, cell_count, sizeof *cells);
    base->segments = fm__array_new(segments, sizeof *base->segments);
    if (list == NULL || cells == NULL || base->segments == NULL)
        return fm__fail_memory(error);
    for (size_t s = 0; s < segments; s++) {
        uint64_t first = (uint64_t)s * base->segment_rows;
        uint64_t left = base->row_count - first;
        fm__segment *segment = base->segments[s] = &list[s];
        segment->row_count = left < base->segment_rows ? (size_t)left : base->segment_rows;
        segment->cells = cells + s * base->carried_count;
        segment->values = base->has_value ? values + first : NULL;
        segment->stages = base->has_stage ? stages + first : NULL;
        for (size_t c = 0; c < base->carried_count; c++) {
            size_t place = s * in_file + file->carried_from[c];
            uint64_t begin = place == 0 ? 0 : extents[place - 1];
            segment->cells[c].bytes = bytes + begin;
            segment->cells[c].length = (size_t)(extents[place] - begin);
            segment->cells[c].ends =
                ends + first * in_file + (uint64_t)file->carried_from[c] * segment->row_count;
        }
    }
    base->segment_count = segments;
    return FM_OK;
}

/* Ranges by the model's columns, in place where these are the file's. */
static fm_status lay_ranges(fitting *f, fm_error *error) {
    fm_base *base = f->base;
    fm__base_file *file = f->file;
    fm__range *ranges = (fm__range *)(void *)fm__file_section(file, FM__SECTION_RANGES);
    size_t in_file = file->shape.column_count;
    bool same = in_file == base->demand_count;
    for (size_t d = 0; d < base->demand_count; d++)
        same &= f->column_of[d] == d;
    base->slices = (uint64_t *)(void *)fm__file_section(file, FM__SECTION_SLICES);
    base->block_words = file->shape.block_words;
    base->block_count = file->shape.block_count;
    file->no_block = fm__arena_vectors(&base->arena, base->block_words); /* aligned as the kernels want it */
    file->no_ranges = fm__arena_array(&base->arena, base->demand_count, sizeof *file->no_ranges);
    if (file->no_block == NULL || file->no_ranges == NULL)
        return fm__fail_memory(error);
    base->ranges = ranges;
    if (same)
        return FM_OK;
    size_t count;
    fm__range *own = fm__size_product(base->block_count, base->demand_count, &count)
                         ? fm__array_new(count, sizeof *own)
                         : NULL;
    if (own == NULL)
        return fm__fail_memory(error);
    for (size_t b = 0; b < base->block_count; b++)
        for (size_t d = 0; d < base->demand_count; d++)
            own[b * base->demand_count + d] = ranges[b * in_file + f->column_of[d]];
    base->ranges = own;
    file->owns_ranges = true;
    return FM_OK;
}

fm_status fm__file_fit_model(fm_base *base, const fm_base_open_options *options, fm__fault_log *log,
                             fm_error *error) {
    fitting f = {.base = base,
                 .file = base->file,
                 .model = fm_model_content(base->model),
                 .options = options,
                 .log = log};
    base->row_count = f.file->shape.row_count;
    base->segment_rows = f.file->shape.segment_rows;
    fm_status status = fit_carried(&f, error);
    if (status == FM_OK)
        status = fit_demands(&f, error);
    if (status != FM_OK)
        return status;
    char more[48] = "";
    if (f.lacks.more > 0)
        (void)snprintf(more, sizeof more, " and %zu more", f.lacks.more);
    if (f.lacks.length > 0)
        fm__fault_add(log, f.file->path, 0, 0,
                      "this base file lacks %s%s: encode the customers' table again with this model",
                      f.lacks.text, more);
    status = fm__fault_log_status(log, error);
    if (status == FM_OK)
        status = lay_segments(&f, error);
    if (status == FM_OK)
        status = fm__fault_log_status(log, error);
    return status == FM_OK ? lay_ranges(&f, error) : status;
}
