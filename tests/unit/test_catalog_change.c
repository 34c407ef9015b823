/* Catalogs made from others: values set, offerings added and dropped, and every fault in words. */
#include "fault_lines.h"
#include "fixture_csv.h"
#include "model/catalog.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <math.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
    {.name = "up.time", .rule = FM_RULE_AT_LEAST, .unit = "%"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "install", .rule = FM_RULE_FLAG},
};
static const fm_model_spec spec = {.attributes = attributes, .attribute_count = 4, .min_records = 1};

static const char offerings[] = "offering_id,supplier,name,hours,up.time,region,install\n"
                                "a,,Express,24,99,North|South,yes\n"
                                "b,,,48,,Mars,\n"
                                "c,Them,,12,98,,no\n";
static const char history[] = "offering_id,attribute,value\na,hours,30\nb,hours,40\nc,up.time,90\n";

static fm_catalog *changed(const fm_catalog *from, const fm_catalog_change_options *options) {
    fm_catalog *catalog = NULL;
    cr_assert_eq(fm_catalog_change(from, options, NULL, &catalog, NULL), FM_OK);
    return catalog;
}

/* The set of an offering, spelled, joined with bars. */
static const char *set_of(const fm_catalog *catalog, size_t attribute, size_t offering, char *text) {
    const fm__offered *offered = &catalog->offered[attribute];
    text[0] = '\0';
    for (size_t i = offered->set_begins[offering]; i < offered->set_begins[offering + 1]; i++) {
        strcat(text, text[0] == '\0' ? "" : "|");
        strcat(text, offered->spelled[offered->set_values[i]].bytes);
    }
    return text;
}

Test(catalog_change, nothing) {
    workspace_parts p = parts_new(&spec, offerings, history, NULL);
    fm_catalog *same = changed(p.catalog, &(fm_catalog_change_options){0});
    char one[64];
    char other[64];
    for (size_t o = 0; o < 3; o++) {
        cr_assert_str_eq(fm_catalog_offering(same, o)->id, fm_catalog_offering(p.catalog, o)->id);
        cr_assert_eq(fm_catalog_offering(same, o)->own, fm_catalog_offering(p.catalog, o)->own);
        cr_assert_str_eq(set_of(same, 2, o, one), set_of(p.catalog, 2, o, other));
        cr_assert_eq(same->offered[3].flags[o], p.catalog->offered[3].flags[o]);
    }
    cr_assert_eq(fm_catalog_promise(same, 0, 0).nominal, 24);
    cr_assert_eq(fm_catalog_promise(same, 0, 0).dependable, 30);
    cr_assert_eq(fm_catalog_promise(same, 0, 0).records, 1);
    cr_assert(isnan(fm_catalog_promise(same, 1, 1).dependable));
    fm_catalog_free(same);
    parts_free(&p);
}

Test(catalog_change, sets) {
    workspace_parts p = parts_new(&spec, offerings, history, NULL);
    const fm_catalog_set sets[] = {
        {"a", "region", fm__text("Moon | NORTH|moon")},
        {"a", "hours", fm__text("5")},
        {"a", "hours", fm__text(" 20 h ")},
        {"b", "up.time", fm__text("97")},
        {"b", "region", fm__text("")},
        {"c", "install", fm__text("x")},
        {"a", "install", fm__text("")},
        {"c", "up.time", fm__text("")},
    };
    fm_catalog *after = changed(p.catalog, &(fm_catalog_change_options){.sets = sets, .set_count = 8});
    char text[64];
    /* A newcomer is folded, a value that the table spells is as it spells it. */
    cr_assert_str_eq(set_of(after, 2, 0, text), "moon|North");
    cr_assert_str_eq(set_of(after, 2, 1, text), "");
    fm_promise hours = fm_catalog_promise(after, 0, 0);
    cr_assert(hours.nominal == 20 && hours.dependable == 20 && hours.records == 0, "the last one counts");
    cr_assert_eq(fm_catalog_promise(after, 1, 0).dependable, 40, "what is not set stays");
    cr_assert_eq(fm_catalog_promise(after, 1, 1).dependable, 97);
    cr_assert(isnan(fm_catalog_promise(after, 2, 1).dependable));
    cr_assert(!after->offered[3].flags[0] && after->offered[3].flags[2]);
    fm_catalog_free(after);
    parts_free(&p);
}

Test(catalog_change, adds_and_drops) {
    workspace_parts p = parts_new(&spec, offerings, history, NULL);
    fm_table *add =
        table_of("region,offering_id,hours,up.time,install\nmars|Venus,d,7,1,\nNORTH,e,,,y\n", "new");
    const char *drops[] = {"a", "c", "d"};
    fm_catalog *after =
        changed(p.catalog, &(fm_catalog_change_options){.add = add, .drops = drops, .drop_count = 3});
    char text[64];
    cr_assert_eq(fm_catalog_offering_count(after), 2);
    cr_assert_str_eq(fm_catalog_offering(after, 0)->id, "b");
    cr_assert_str_eq(fm_catalog_offering(after, 1)->id, "e");
    cr_assert_eq(fm_catalog_find(after, "e"), 1);
    cr_assert_eq(fm_catalog_find(after, "a"), SIZE_MAX);
    cr_assert_eq(fm_catalog_promise(after, 0, 0).dependable, 40);
    cr_assert_eq(fm_catalog_promise(after, 0, 0).records, 1);
    cr_assert(isnan(fm_catalog_promise(after, 1, 0).dependable));
    cr_assert_str_eq(set_of(after, 2, 1, text), "North", "spelled as it was first");
    cr_assert(after->offered[3].flags[1] && !after->offered[3].flags[0]);
    fm_table_free(add);
    fm_catalog_free(after);
    parts_free(&p);
}

static void expect_faults(const fm_catalog_change_options *options, const char *expected) {
    workspace_parts p = parts_new(&spec, offerings, history, NULL);
    fault_lines lines = {0};
    fm_faults faults = {.report = add_line, .context = &lines};
    fm_catalog *catalog = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_catalog_change(p.catalog, options, &faults, &catalog, &error), FM_ERROR_INPUT);
    cr_assert_null(catalog, "the output is untouched");
    cr_assert_str_eq(lines.text, expected);
    parts_free(&p);
}

Test(catalog_change, faults) {
    const fm_catalog_set sets[] = {{"A", "hours", fm__text("1")},
                                   {"a", "hour", fm__text("1")},
                                   {"a", "hours", fm__text("1 kg")},
                                   {"b", "install", fm__text("perhaps")}};
    const char *drops[] = {"bb"};
    expect_faults(
        &(fm_catalog_change_options){.sets = sets, .set_count = 4, .drops = drops, .drop_count = 1},
        "0:0 set: there is no offering `A`; did you mean `a`?\n"
        "0:0 set: there is no attribute `hour`; did you mean `hours`?\n"
        "0:0 set hours of a: \"1 kg\" is not a number in h\n"
        "0:0 set install of b: \"perhaps\" is neither yes nor no; write yes, no, or leave it blank\n"
        "0:0 drop: there is no offering `bb`\n");
    const char *all[] = {"a", "b"};
    expect_faults(&(fm_catalog_change_options){.drops = all, .drop_count = 2},
                  "0:0 drop: no own offering would be left; at least one is needed to compare with\n");
    fm_table *add = table_of("offering_id,hours,up.time,region,install\na,1,1,,\nd,x,1,,\nd,1,1,,\n", "new");
    expect_faults(&(fm_catalog_change_options){.add = add},
                  "2:1 there is an offering `a` already; give the new one another id\n"
                  "3:3 hours: \"x\" is not a number\n"
                  "4:1 offering `d` stands twice (first in line 3)\n");
    fm_table_free(add);
    add = table_of("offering_id,hours,uptime,region,install\n", "new");
    expect_faults(&(fm_catalog_change_options){.add = add},
                  "1:1 the offerings have no column `up.time`; did you mean `uptime`?\n");
    fm_table_free(add);
}
