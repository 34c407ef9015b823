#include "base/base_file.h"
#include "model/cell.h"

#include <math.h>

/* Reads a section from front to back; once something is missing all that follows is. */
typedef struct reading {
    const unsigned char *at;
    size_t left;
    bool failed;
} reading;

static const unsigned char *take(reading *r, size_t bytes) {
    if (r->failed || bytes > r->left) {
        r->failed = true;
        return NULL;
    }
    const unsigned char *at = r->at;
    r->at += bytes;
    r->left -= bytes;
    return at;
}

static uint8_t take_byte(reading *r) {
    const unsigned char *at = take(r, 1);
    return at == NULL ? 0 : *at;
}

static bool take_flag(reading *r) {
    uint8_t flag = take_byte(r);
    r->failed |= flag > 1;
    return flag == 1;
}

static uint32_t take_u32(reading *r) {
    uint32_t number = 0;
    const unsigned char *at = take(r, sizeof number);
    if (at != NULL)
        memcpy(&number, at, sizeof number);
    return number;
}

static uint64_t take_u64(reading *r) {
    uint64_t number = 0;
    const unsigned char *at = take(r, sizeof number);
    if (at != NULL)
        memcpy(&number, at, sizeof number);
    return number;
}

/* Names become strings later: they hold no NUL. */
static fm_text take_text(reading *r) {
    uint32_t length = take_u32(r);
    const unsigned char *at = take(r, length);
    if (at == NULL || (length > 0 && memchr(at, '\0', length) != NULL)) {
        r->failed = true;
        return (fm_text){"", 0};
    }
    return (fm_text){(const char *)at, length};
}

/* An array, with what fills it up to a multiple of 8 bytes, which must be zero. */
static void *take_array(reading *r, uint64_t count, size_t element_bytes) {
    size_t bytes;
    if (count > SIZE_MAX || !fm__size_product((size_t)count, element_bytes, &bytes) || bytes > r->left) {
        r->failed = true;
        return NULL;
    }
    const unsigned char *at = take(r, bytes);
    for (size_t fill = fm__file_align(bytes, 8) - bytes; fill > 0; fill--)
        r->failed |= take_byte(r) != 0;
    union {
        const unsigned char *read_only;
        void *writable; /* the mapping is protected: nobody writes */
    } array = {at};
    return array.writable;
}

/* --- the schema --- */

static void read_column(reading *r, fm__file_column *column) {
    uint8_t rule = take_byte(r);
    column->want = take_flag(r);
    column->ask_when_blank = take_flag(r);
    column->found = take_flag(r);
    column->attribute = take_text(r);
    column->column = take_text(r);
    column->unit = take_text(r);
    r->failed |= rule >= FM_RULE_COUNT;
    column->rule = r->failed ? FM_RULE_FLAG : (fm_rule)rule;
}

static void read_role(reading *r, fm__file_role *role) {
    uint8_t number = take_byte(r);
    role->found = take_flag(r);
    r->failed |= take_byte(r) != 0;
    r->failed |= take_byte(r) != 0;
    role->column = take_text(r);
    r->failed |= number >= FM_ROLE_COUNT;
    role->role = r->failed ? FM_ROLE_ID : (fm_role)number;
}

/* Room for `count` entries that take at least `least_bytes` each in the file, so that a false count is found
 * out before memory is asked for. */
static void *room_for(reading *r, fm__arena *arena, size_t count, size_t element_bytes, size_t least_bytes,
                      bool *out_memory) {
    if (r->failed || count > r->left / least_bytes) {
        r->failed = true;
        count = 0;
    }
    void *room = fm__arena_array(arena, count, element_bytes);
    *out_memory &= room != NULL;
    return room;
}

static fm_status read_schema(fm__base_file *file, fm__arena *arena, fm_error *error) {
    const fm__section *section = &file->sections[FM__SECTION_SCHEMA];
    reading r = {fm__file_section(file, FM__SECTION_SCHEMA), (size_t)section->length, false};
    fm__file_shape *shape = &file->shape;
    bool memory = true;
    shape->column_count = take_u32(&r);
    shape->carried_count = take_u32(&r);
    file->role_count = take_u32(&r);
    file->stage_count = take_u32(&r);
    file->decimal = (char)take_byte(&r);
    shape->has_value = take_flag(&r);
    shape->has_stage = take_flag(&r);
    r.failed |= take_byte(&r) != 0 || (file->decimal != '.' && file->decimal != ',') ||
                shape->carried_count == 0 || file->stage_count > FM_STAGES_MAX ||
                shape->column_count % 2 != 0;
    file->columns = room_for(&r, arena, shape->column_count, sizeof *file->columns, 16, &memory);
    for (size_t i = 0; memory && !r.failed && i < shape->column_count; i++) {
        read_column(&r, &file->columns[i]);
        r.failed |= file->columns[i].want != (i % 2 == 1);
    }
    file->carried = room_for(&r, arena, shape->carried_count, sizeof *file->carried, 4, &memory);
    for (size_t i = 0; memory && !r.failed && i < shape->carried_count; i++)
        file->carried[i] = take_text(&r);
    file->roles = room_for(&r, arena, file->role_count, sizeof *file->roles, 8, &memory);
    for (size_t i = 0; memory && !r.failed && i < file->role_count; i++)
        read_role(&r, &file->roles[i]);
    file->stages = room_for(&r, arena, file->stage_count, sizeof *file->stages, 12, &memory);
    for (size_t i = 0; memory && !r.failed && i < file->stage_count; i++) {
        file->stages[i].rows = take_u64(&r);
        file->stages[i].name = take_text(&r);
    }
    if (!memory)
        return fm__fail_memory(error);
    return r.failed || r.left > 0 ? fm__file_damaged(file, FM__SECTION_SCHEMA, error) : FM_OK;
}

/* --- dictionaries --- */

/* Every row is counted once, every demand is somebody's. */
static bool rows_are_right(const fm__file_column *column, uint64_t row_count) {
    const fm__demands *d = &column->demands;
    uint64_t sum = 0;
    bool right = !column->want || d->rows[FM__CODE_UNASKED] == 0;
    for (size_t code = 0; code < (size_t)FM__CODE_FIRST + d->count; code++) {
        right &= code < FM__CODE_FIRST || d->rows[code] > 0;
        right &= !__builtin_add_overflow(sum, d->rows[code], &sum);
    }
    return right && sum == row_count;
}

/* Finite, and from the loosest to the tightest. */
static bool numbers_are_right(const fm__file_column *column) {
    const fm__demands *d = &column->demands;
    bool right = column->rule != FM_RULE_FLAG || d->count == 0 || (d->count == 1 && d->numbers[0] == 1);
    for (uint32_t i = 0; i < d->count; i++) {
        right &= isfinite(d->numbers[i]) != 0;
        if (i > 0)
            right &= column->rule == FM_RULE_AT_LEAST ? d->numbers[i - 1] <= d->numbers[i]
                                                      : d->numbers[i - 1] >= d->numbers[i];
    }
    return right;
}

fm_text fm__file_element(const fm__file_column *column, size_t element) {
    uint32_t begin = element == 0 ? 0 : column->text_ends[element - 1];
    return (fm_text){column->texts + begin, column->text_ends[element] - begin};
}

/* Sets hold elements that exist, each once, and elements are sorted by their bytes. */
static bool sets_are_right(const fm__file_column *column, size_t element_count, size_t text_bytes) {
    const fm__demands *d = &column->demands;
    uint32_t before = 0;
    for (size_t e = 0; e < element_count; e++) {
        if (column->text_ends[e] < before || column->text_ends[e] > text_bytes)
            return false;
        before = column->text_ends[e];
    }
    if (before != text_bytes)
        return false;
    for (size_t e = 1; e < element_count; e++)
        if (fm__text_compare(fm__file_element(column, e - 1), fm__file_element(column, e)) >= 0)
            return false;
    for (uint32_t i = 0; i < d->count; i++)
        for (size_t at = d->set_begins[i]; at < d->set_begins[i + 1]; at++)
            if (d->set_elements[at] >= element_count ||
                (at > d->set_begins[i] && d->set_elements[at - 1] >= d->set_elements[at]))
                return false;
    return true;
}

/* Begins that ascend from 0; a set is not empty. */
static bool begins_are_right(const fm__demands *d) {
    bool right = d->set_begins[0] == 0;
    for (uint32_t i = 0; i < d->count; i++)
        right &= d->set_begins[i] < d->set_begins[i + 1];
    return right;
}

static bool read_sets(reading *r, fm__file_column *column, uint32_t element_count) {
    fm__demands *d = &column->demands;
    d->set_begins = take_array(r, (uint64_t)d->count + 1, sizeof *d->set_begins);
    if (r->failed || !begins_are_right(d))
        return false;
    d->set_elements = take_array(r, d->set_begins[d->count], sizeof *d->set_elements);
    column->text_ends = take_array(r, element_count, sizeof *column->text_ends);
    if (r->failed)
        return false;
    size_t text_bytes = element_count == 0 ? 0 : column->text_ends[element_count - 1];
    column->texts = take_array(r, text_bytes, 1);
    d->elements.count = element_count;
    return !r->failed && sets_are_right(column, element_count, text_bytes);
}

static bool read_dictionary(reading *r, fm__file_column *column, uint64_t row_count) {
    fm__demands *d = &column->demands;
    d->count = take_u32(r);
    uint32_t element_count = take_u32(r);
    bool is_set = fm__rule_is_set(column->rule);
    if (r->failed || d->count >= UINT32_MAX - 16 || (!is_set && element_count > 0))
        return false;
    d->rows = take_array(r, (uint64_t)FM__CODE_FIRST + d->count, sizeof *d->rows);
    if (r->failed || !rows_are_right(column, row_count))
        return false;
    uint32_t largest = d->count > 0 ? FM__CODE_FIRST + d->count - 1 : d->rows[FM__CODE_UNASKED] > 0;
    d->slice_count = fm__slice_count(largest);
    d->want = column->want;
    d->column_found = column->found;
    if (is_set)
        return read_sets(r, column, element_count);
    d->numbers = take_array(r, d->count, sizeof *d->numbers);
    return !r->failed && numbers_are_right(column);
}

fm_status fm__file_read_schema(fm__base_file *file, fm__arena *arena, fm_error *error) {
    fm_status status = read_schema(file, arena, error);
    if (status != FM_OK)
        return status;
    const fm__section *section = &file->sections[FM__SECTION_DICTIONARIES];
    reading r = {fm__file_section(file, FM__SECTION_DICTIONARIES), (size_t)section->length, false};
    size_t slices = 0;
    for (size_t i = 0; i < file->shape.column_count; i++) {
        fm__file_column *column = &file->columns[i];
        if (!read_dictionary(&r, column, file->shape.row_count))
            return fm__file_damaged(file, FM__SECTION_DICTIONARIES, error);
    }
    for (size_t i = 0; i < file->shape.column_count; i++) {
        fm__demands *demands = &file->columns[fm__demand_stored_at(i, file->shape.column_count)].demands;
        demands->first_slice = (uint32_t)slices;
        slices += demands->slice_count;
    }
    file->shape.block_words = slices * FM__BLOCK_WORDS;
    return r.left > 0 ? fm__file_damaged(file, FM__SECTION_DICTIONARIES, error) : FM_OK;
}
