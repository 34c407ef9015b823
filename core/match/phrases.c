#include "match/phrases.h"

#include "model/cell.h"
#include "support/number.h"

#include <math.h>

void fm__phrase_add(fm__phrase *phrase, fm_text text) {
    if (phrase->length < phrase->capacity) {
        size_t room = phrase->capacity - phrase->length;
        memcpy(phrase->buffer + phrase->length, text.bytes, text.length < room ? text.length : room);
    }
    phrase->length += text.length;
}

static void add(fm__phrase *phrase, const char *string) {
    fm__phrase_add(phrase, fm__text(string));
}

size_t fm__phrase_end(fm__phrase *phrase) {
    if (phrase->capacity > 0)
        phrase->buffer[phrase->length < phrase->capacity ? phrase->length : phrase->capacity - 1] = '\0';
    return phrase->length;
}

static const fm_attribute *attribute_of(const fm_catalog *catalog, size_t attribute) {
    return &fm_model_content(catalog->model)->attributes[attribute];
}

void fm__phrase_number(fm__phrase *phrase, double number, const char *unit) {
    char digits[FM__NUMBER_BYTES];
    if (isnan(number)) {
        add(phrase, "nothing");
        return;
    }
    fm__phrase_add(phrase, (fm_text){digits, fm__number_format(number, digits)});
    if (unit[0] != '\0') {
        add(phrase, " ");
        add(phrase, unit);
    }
}

void fm__phrase_demand(fm__phrase *phrase, const fm_catalog *catalog, size_t attribute,
                       const fm__demands *demands, uint32_t demand) {
    const fm_attribute *a = attribute_of(catalog, attribute);
    const fm__offered *offered = &catalog->offered[attribute];
    if (a->rule == FM_RULE_FLAG) {
        add(phrase, "yes");
    } else if (fm__rule_is_numeric(a->rule)) {
        fm__phrase_number(phrase, demands->numbers[demand], a->unit);
    } else {
        for (size_t i = demands->set_begins[demand]; i < demands->set_begins[demand + 1]; i++) {
            fm_text folded = demands->elements.texts[demands->set_elements[i]];
            uint32_t value = fm__offered_find(offered, folded);
            if (i > demands->set_begins[demand])
                add(phrase, "|");
            fm__phrase_add(phrase, value == FM__INDEX_NONE ? folded : offered->spelled[value]);
        }
    }
}

void fm__phrase_offer(fm__phrase *phrase, const fm_catalog *catalog, size_t attribute, size_t offering) {
    const fm_attribute *a = attribute_of(catalog, attribute);
    const fm__offered *offered = &catalog->offered[attribute];
    if (a->rule == FM_RULE_FLAG) {
        add(phrase, offered->flags[offering] ? "yes" : "no");
    } else if (fm__rule_is_numeric(a->rule)) {
        fm__phrase_number(phrase, offered->dependable[offering], a->unit);
    } else {
        size_t begin = offered->set_begins[offering];
        size_t end = offered->set_begins[offering + 1];
        if (begin == end)
            add(phrase, "nothing");
        for (size_t i = begin; i < end; i++) {
            if (i > begin)
                add(phrase, "|");
            fm__phrase_add(phrase, offered->spelled[offered->set_values[i]]);
        }
    }
}

void fm__phrase_need(fm__phrase *phrase, const fm_catalog *catalog, size_t attribute,
                     const fm__demands *demands, uint32_t demand) {
    static const char *const words[FM_RULE_COUNT] = {
        [FM_RULE_AT_MOST] = " needs <= ",    [FM_RULE_AT_LEAST] = " needs >= ", [FM_RULE_COVERS] = " needs ",
        [FM_RULE_ANY_OF] = " needs any of ", [FM_RULE_NONE_OF] = " refuses ",   [FM_RULE_FLAG] = " needed",
    };
    const fm_attribute *a = attribute_of(catalog, attribute);
    add(phrase, a->name);
    add(phrase, words[a->rule]);
    if (a->rule != FM_RULE_FLAG)
        fm__phrase_demand(phrase, catalog, attribute, demands, demand);
}

void fm__phrase_shortfall(fm__phrase *phrase, const fm_catalog *catalog, size_t attribute, size_t offering) {
    const fm_attribute *a = attribute_of(catalog, attribute);
    if (a->rule == FM_RULE_FLAG) {
        add(phrase, ", not offered");
        return;
    }
    add(phrase, ", offers ");
    fm__phrase_offer(phrase, catalog, attribute, offering);
    if (!fm__rule_is_numeric(a->rule))
        return;
    double nominal = catalog->offered[attribute].nominal[offering];
    double dependable = catalog->offered[attribute].dependable[offering];
    if (nominal != dependable && !(isnan(nominal) && isnan(dependable))) {
        add(phrase, " (nominal ");
        fm__phrase_number(phrase, nominal, a->unit);
        add(phrase, ")");
    }
}
