/* YAML as a tree: kinds and places, and what is said about files that are none. */
#include "support/text.h"
#include "workspace/yaml_tree.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(yaml);

static void expect_refused(fm_status status, fm_text content, const char *expected) {
    fm__arena arena = {0};
    const fm__yaml_node *const untouched = (const fm__yaml_node *)&arena;
    const fm__yaml_node *root = untouched;
    fm_error error = {0};
    char found[FM_MESSAGE_BYTES + 64];
    cr_assert_eq(fm__yaml_parse("fit.yaml", content, &arena, &root, &error), status, "%s", content.bytes);
    snprintf(found, sizeof found, "%u:%u %s", (unsigned)error.line, (unsigned)error.column, error.message);
    cr_assert_str_eq(found, expected);
    cr_assert_str_eq(error.file, "fit.yaml");
    cr_assert_eq(error.status, status);
    cr_assert_eq(root, untouched, "an output was touched on failure");
    cr_assert_eq(fm__yaml_parse("fit.yaml", content, &arena, &root, NULL), status, "without an error");
    fm__arena_destroy(&arena);
}

/* Writes the tree as one line: kind letter or text, and place; keys before their values. */
static void write_tree(const fm__yaml_node *node, char *line, size_t bytes) {
    size_t used = strlen(line);
    if (node->key != NULL) {
        snprintf(line + used, bytes - used, "%s@%u:%u=", node->key->text.bytes, (unsigned)node->key->at.line,
                 (unsigned)node->key->at.column);
        used = strlen(line);
    }
    const char *quote = node->plain ? "" : "'";
    if (node->kind == FM__YAML_SCALAR)
        snprintf(line + used, bytes - used, "%s%s%s@%u:%u ", quote, node->text.bytes, quote,
                 (unsigned)node->at.line, (unsigned)node->at.column);
    else
        snprintf(line + used, bytes - used, "%s%u@%u:%u( ", node->kind == FM__YAML_MAPPING ? "map" : "list",
                 (unsigned)node->count, (unsigned)node->at.line, (unsigned)node->at.column);
    for (const fm__yaml_node *entry = node->first; entry != NULL; entry = entry->next)
        write_tree(entry, line, bytes);
    if (node->kind != FM__YAML_SCALAR)
        snprintf(line + strlen(line), bytes - strlen(line), ") ");
}

static void expect_tree(const char *content, const char *expected) {
    fm__arena arena = {0};
    const fm__yaml_node *root = NULL;
    fm_error error = {0};
    cr_assert_eq(fm__yaml_parse("fit.yaml", fm__text(content), &arena, &root, &error), FM_OK, "%s",
                 error.message);
    char line[1000] = "";
    write_tree(root, line, sizeof line);
    cr_assert_str_eq(line, expected);
    fm__arena_destroy(&arena);
}

Test(yaml, trees) {
    expect_tree("a", "a@1:1 ");
    expect_tree("~", "~@1:1 ");
    expect_tree("[]", "list0@1:1( ) ");
    expect_tree(
        "a: b\n\nlist:\n  - x\n  - {k: 'v', l: [1, 2]}\n  -\n",
        "map2@1:1( a@1:1=b@1:4 list@3:1=list3@4:3( x@4:5 map2@5:5( k@5:6='v'@5:9 l@5:14=list2@5:17( 1@5:18 "
        "2@5:21 ) ) @6:4 ) ) ");
    expect_tree("--- # a comment\n{a: b}\n...\n", "map1@2:1( a@2:2=b@2:5 ) ");
    expect_tree("a: |\n  b\n  c\nd: e\n  f\n", "map2@1:1( a@1:1='b\nc\n'@1:4 d@4:1=e f@4:4 ) ");
    expect_tree("? a\n: b\n", "map1@1:1( a@1:3=b@2:3 ) ");
}

Test(yaml, places_count_bytes_and_line_feeds) {
    expect_tree("\xef\xbb\xbf"
                "a: b\r\nc: d\r\n",
                "map2@1:1( a@1:1=b@1:4 c@2:1=d@2:4 ) ");
    /* A euro sign is 3 bytes; U+2028 ends a line for YAML, not for editors. */
    expect_tree("[\xe2\x82\xac, '\xe2\x80\xa8',\n c]",
                "list3@1:1( \xe2\x82\xac@1:2 '\xe2\x80\xa8'@1:7 c@2:2 ) ");
}

Test(yaml, empty_values) {
    static const struct {
        const char *content;
        bool is_null;
    } cases[] = {{"~", true},         {"null", true},  {"Null", true}, {"NULL", true},
                 {"---\n", true},     {"nULL", false}, {"''", false},  {"'~'", false},
                 {"\"null\"", false}, {"[]", false},   {"{}", false},  {"nul", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fm__arena arena = {0};
        const fm__yaml_node *root = NULL;
        cr_assert_eq(fm__yaml_parse("f", fm__text(cases[i].content), &arena, &root, NULL), FM_OK);
        cr_assert_eq(fm__yaml_is_null(root), cases[i].is_null, "%s", cases[i].content);
        fm__arena_destroy(&arena);
    }
}

#define NO_COLON_HERE                                                                                       \
    "a `:` cannot stand here: text with `: ` in it needs quotes, keys stand in line with those above, and " \
    "the line above may lack its own `:`"

Test(yaml, broken_yaml) {
    static const struct {
        const char *content;
        const char *fault;
    } cases[] = {
        {"", "1:1 the model is empty"},
        {"# only\n# comments\n", "1:1 the model is empty"},
        {"a: b\noops\n", "2:1 a `:` is missing here; a line is `key: value`, with a space after the colon"},
        {"offerings o.csv\ncompany: x\n", "2:8 " NO_COLON_HERE},
        {"company: x: y\n", "1:11 " NO_COLON_HERE},
        {"company: x\n  offerings: y\n", "2:12 " NO_COLON_HERE},
        {"unit: %\n",
         "1:7 a value cannot begin with this character; put it in quotes (lines are indented with "
         "spaces, not with tabs)"},
        {"a:\n\tb: c\n",
         "2:1 a value cannot begin with this character; put it in quotes (lines are indented with "
         "spaces, not with tabs)"},
        {"a: @x\n",
         "1:4 a value cannot begin with this character; put it in quotes (lines are indented with spaces, "
         "not with tabs)"},
        {"a: \"open\nb: c\n", "1:4 this quote never closes"},
        {"a: b\nc: 'open\n\n", "2:4 this quote never closes"},
        {"a: \"C:\\data\"\n",
         "1:7 unknown escape after `\\`; in double quotes a backslash is `\\\\`, in single quotes "
         "it is itself"},
        {"a: \"\\xZZ\"\n", "1:7 hexadecimal digits are missing after this escape"},
        {"a: \"\\ud800\"\n", "1:7 this escape is no character of Unicode"},
        {"a: [b, c\nd: e\n", "2:2 a `,` or the closing `]` is missing before this"},
        {"a: {b: c\nd: e\n", "2:2 a `,` or the closing `}` is missing before this"},
        {"a: [b, c\n", "2:1 a `,` or the closing `]` is missing before this"},
        {"a: ]\n", "1:4 a value is missing here; one that begins with , ] } or % needs quotes"},
        {"a:\n  - b\n c: d\n",
         "3:2 this is not in line with the keys above, or follows a value that had already "
         "ended"},
        {"a: 'b' c\n",
         "1:8 this is not in line with the keys above, or follows a value that had already ended"},
        {"- a\nb: c\n", "2:1 this is not in line with the `- ` above"},
        {"a: - b\n", "1:4 a list's `-` begins a line of its own; as a value `-` needs quotes"},
        {"a: ? b\n", "1:4 a key cannot stand here; text that begins with `? ` needs quotes"},
        {"a: >\n\tb\n", "2:1 lines are indented with spaces, not with tabs"},
        {"a: b\n...\nc: d\n",
         "3:1 the model has already ended before this; keys stand in line with the first one"},
        {"a: |x\n  b\n", "1:5 text after `|` or `>`; a value that begins with these needs quotes"},
        {"{a: b}\nc: d\n",
         "2:1 the model has already ended before this; keys stand in line with the first one"},
        {"%x\n", "1:1 a line cannot begin with `%`; put it in quotes"},
        {"a: b\n---\na: c\n", "2:1 a second document begins here; a model is one document"},
        {"[a]: b\n", "1:1 a key must be a word, not a list"},
        {"? {a: b}\n: c\n", "1:3 a key must be a word, not a mapping of keys"},
        {"a: &x b\n",
         "1:4 names for values (`&name`) are not supported; text that begins with `&` needs quotes"},
        {"a: &x [*x]\n",
         "1:4 names for values (`&name`) are not supported; text that begins with `&` needs quotes"},
        {"a: *x\n", "1:4 references (`*name`) are not supported; text that begins with `*` needs quotes"},
        {"a: *\n", "1:4 a value that begins with `*` or `&` needs quotes"},
        {"a: !x b\n",
         "1:4 types for values (`!type`) are not supported; text that begins with `!` needs quotes"},
        {"a: !x {b: c}\n",
         "1:4 types for values (`!type`) are not supported; text that begins with `!` needs "
         "quotes"},
        {"a: !<\n", "1:4 a value that begins with `!` needs quotes"},
        {"a: !x!y b\n", "1:4 a value that begins with `!` needs quotes"},
        {"company: \"\\0\"\n", "1:10 a NUL character (`\\0`) in text"},
        {"a: b\nc: \xff\n", "2:4 this byte is not UTF-8; save the file as UTF-8"},
        {"a: K\xc3\xa4\xc3\n", "1:7 this byte is not UTF-8; save the file as UTF-8"},
        {"a: \xed\xa0\x80\n", "1:4 this byte is not UTF-8; save the file as UTF-8"},
        {"a: \xc0\xaf\n", "1:4 this byte is not UTF-8; save the file as UTF-8"},
        {"a: \xf4\x90\x80\x80\n", "1:4 this byte is not UTF-8; save the file as UTF-8"},
        {"a: \x1b[31m\n", "1:4 a control character; a model is a text file"},
        {"a: \xc2\x9b\n", "1:4 a control character; a model is a text file"},
        {"\xff\xfe"
         "a",
         "1:1 the file is UTF-16; save it as UTF-8"},
        {"\xef\xbb\xbf"
         "a: \x01\n",
         "1:4 a control character; a model is a text file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(FM_ERROR_INPUT, fm__text(cases[i].content), cases[i].fault);
    expect_refused(FM_ERROR_INPUT, (fm_text){"a: b\nc: d\0\n", 11}, "2:5 a NUL byte; a model is a text file");
}

Test(yaml, bombs) {
    char deep[200];
    memset(deep, '[', sizeof deep);
    expect_refused(FM_ERROR_LIMIT, (fm_text){deep, sizeof deep},
                   "1:17 nested more than 16 deep; a model nests three deep");
    size_t entries = FM__YAML_NODES_MAX + 10;
    char *many = malloc(2 * entries);
    cr_assert_not_null(many);
    for (size_t i = 0; i < entries; i++)
        memcpy(many + 2 * i, ",a", 2);
    many[0] = '[';
    expect_refused(FM_ERROR_LIMIT, (fm_text){many, 2 * entries},
                   "1:524288 more than 262144 values; no model has so many");
    free(many);
}
