#include "workspace/yaml_problem.h"

#include <stdint.h>
#include <string.h>

typedef struct known_problem {
    const char *problem;
    const char *context; /* NULL: any */
    fm__yaml_advice advice;
} known_problem;

static const known_problem known_problems[] = {
    {"could not find expected ':'",
     NULL,
     {FM__YAML_MARK_CONTEXT, "a `:` is missing here; a line is `key: value`, with a space after the colon"}},
    {"mapping values are not allowed in this context",
     NULL,
     {FM__YAML_MARK_PROBLEM,
      "a `:` cannot stand here: text with `: ` in it needs quotes, keys stand in line with those "
      "above, and the line above may lack its own `:`"}},
    {"mapping keys are not allowed in this context",
     NULL,
     {FM__YAML_MARK_PROBLEM, "a key cannot stand here; text that begins with `? ` needs quotes"}},
    {"block sequence entries are not allowed in this context",
     NULL,
     {FM__YAML_MARK_PROBLEM, "a list's `-` begins a line of its own; as a value `-` needs quotes"}},
    {"found character that cannot start any token",
     NULL,
     {FM__YAML_MARK_PROBLEM, "a value cannot begin with this character; put it in quotes (lines are indented "
                             "with spaces, not with tabs)"}},
    {"found unexpected end of stream",
     "while scanning a quoted scalar",
     {FM__YAML_MARK_CONTEXT, "this quote never closes"}},
    {"found unexpected document indicator",
     "while scanning a quoted scalar",
     {FM__YAML_MARK_CONTEXT, "this quote never closes"}},
    {"found unknown escape character",
     NULL,
     {FM__YAML_MARK_PROBLEM,
      "unknown escape after `\\`; in double quotes a backslash is `\\\\`, in single quotes "
      "it is itself"}},
    {"did not find expected hexdecimal number",
     NULL,
     {FM__YAML_MARK_PROBLEM, "hexadecimal digits are missing after this escape"}},
    {"found invalid Unicode character escape code",
     NULL,
     {FM__YAML_MARK_PROBLEM, "this escape is no character of Unicode"}},
    {"found a tab character that violates indentation",
     NULL,
     {FM__YAML_MARK_PROBLEM, "lines are indented with spaces, not with tabs"}},
    {"found a tab character where an indentation space is expected",
     NULL,
     {FM__YAML_MARK_PROBLEM, "lines are indented with spaces, not with tabs"}},
    {"did not find expected comment or line break",
     NULL,
     {FM__YAML_MARK_PROBLEM, "text after `|` or `>`; a value that begins with these needs quotes"}},
    {"found an indentation indicator equal to 0",
     NULL,
     {FM__YAML_MARK_PROBLEM, "text after `|` or `>`; a value that begins with these needs quotes"}},
    {"did not find expected alphabetic or numeric character",
     NULL,
     {FM__YAML_MARK_CONTEXT, "a value that begins with `*` or `&` needs quotes"}},
    {"did not find expected node content",
     NULL,
     {FM__YAML_MARK_PROBLEM, "a value is missing here; one that begins with , ] } or % needs quotes"}},
    {"did not find expected ',' or ']'",
     NULL,
     {FM__YAML_MARK_PROBLEM, "a `,` or the closing `]` is missing before this"}},
    {"did not find expected ',' or '}'",
     NULL,
     {FM__YAML_MARK_PROBLEM, "a `,` or the closing `}` is missing before this"}},
    {"did not find expected key",
     NULL,
     {FM__YAML_MARK_PROBLEM,
      "this is not in line with the keys above, or follows a value that had already ended"}},
    {"did not find expected '-' indicator",
     NULL,
     {FM__YAML_MARK_PROBLEM, "this is not in line with the `- ` above"}},
    {"did not find expected <document start>",
     NULL,
     {FM__YAML_MARK_PROBLEM,
      "the model has already ended before this; keys stand in line with the first one"}},
    {NULL,
     "while scanning a directive",
     {FM__YAML_MARK_CONTEXT, "a line cannot begin with `%`; put it in quotes"}},
    {NULL,
     "while scanning a %YAML directive",
     {FM__YAML_MARK_CONTEXT, "a line cannot begin with `%`; put it in quotes"}},
    {NULL,
     "while scanning a %TAG directive",
     {FM__YAML_MARK_CONTEXT, "a line cannot begin with `%`; put it in quotes"}},
    {NULL, "while scanning a tag", {FM__YAML_MARK_CONTEXT, "a value that begins with `!` needs quotes"}},
    {NULL, "while parsing a tag", {FM__YAML_MARK_CONTEXT, "a value that begins with `!` needs quotes"}},
    {"found undefined tag handle",
     NULL,
     {FM__YAML_MARK_PROBLEM, "a value that begins with `!` needs quotes"}},
};

static bool matches(const char *known, const char *said) {
    return known == NULL || (said != NULL && strcmp(known, said) == 0);
}

fm__yaml_advice fm__yaml_explain(const char *problem, const char *context) {
    for (size_t i = 0; i < sizeof known_problems / sizeof known_problems[0]; i++)
        if (matches(known_problems[i].problem, problem) && matches(known_problems[i].context, context))
            return known_problems[i].advice;
    return (fm__yaml_advice){FM__YAML_MARK_PROBLEM, NULL};
}

/* Length and code point of the UTF-8 sequence at `s` (RFC 3629), or 0. */
static size_t decode(const unsigned char *s, size_t left, uint32_t *out_code) {
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80             ? 1
                    : (s[0] & 0xe0) == 0xc0 ? 2
                    : (s[0] & 0xf0) == 0xe0 ? 3
                    : (s[0] & 0xf8) == 0xf0 ? 4
                                            : 0;
    if (length == 0 || length > left)
        return 0;
    uint32_t code = length == 1 ? s[0] : s[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < smallest[length] || surrogate || code > 0x10ffff)
        return 0;
    *out_code = code;
    return length;
}

static bool is_control(uint32_t code) {
    bool c0 = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
    bool c1 = code >= 0x7f && code < 0xa0 && code != 0x85; /* next line, a line break for YAML */
    return c0 || c1 || code == 0xfffe || code == 0xffff;
}

fm__bad_byte fm__yaml_bad_byte(fm_text content) {
    const unsigned char *bytes = (const unsigned char *)content.bytes;
    if (content.length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
        return (fm__bad_byte){0, "the file is UTF-16; save it as UTF-8"};
    for (size_t at = 0; at < content.length;) {
        uint32_t code;
        size_t length = decode(bytes + at, content.length - at, &code);
        if (length == 0)
            return (fm__bad_byte){at, "this byte is not UTF-8; save the file as UTF-8"};
        if (code == 0)
            return (fm__bad_byte){at, "a NUL byte; a model is a text file"};
        if (is_control(code))
            return (fm__bad_byte){at, "a control character; a model is a text file"};
        at += length;
    }
    return (fm__bad_byte){content.length, NULL};
}
