/* Texts, suggestions, memory, files, errors and the fault log. */
#include "support/error.h"
#include "support/files.h"
#include "support/memory.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(support);

/* Sizes that only malloc itself refuses are left to the tests of allocation failures: sanitizers abort there.
 */

static fm_text text_of(const char *bytes, size_t length) {
    return (fm_text){bytes, length};
}

static bool is_text(fm_text text, const char *expected) {
    return fm__text_equal(text, fm__text(expected));
}

Test(support, trim) {
    cr_assert(is_text(fm__text_trim(fm__text("")), ""));
    cr_assert(is_text(fm__text_trim(fm__text(" \t ")), ""));
    cr_assert(is_text(fm__text_trim(fm__text("a")), "a"));
    cr_assert(is_text(fm__text_trim(fm__text("\t a b \t")), "a b"));
    cr_assert(is_text(fm__text_trim(fm__text("\na\r ")), "\na\r"), "only spaces and tabs are trimmed");
    cr_assert(is_text(fm__text_trim(fm__text("\xc2\xa0"
                                             "a")),
                      "\xc2\xa0"
                      "a"),
              "a no-break space is not");
    cr_assert(is_text(fm__text_trim((fm_text){NULL, 0}), ""));
}

Test(support, equality_and_folding) {
    cr_assert(fm__text_equal((fm_text){NULL, 0}, fm__text("")));
    cr_assert(fm__text_equal(text_of("a\0b", 3), text_of("a\0b", 3)));
    cr_assert_not(fm__text_equal(text_of("a\0b", 3), text_of("a\0c", 3)));
    cr_assert_not(fm__text_equal(fm__text("a"), fm__text("A")));
    cr_assert(fm__text_equal_fold(fm__text("aBz[@`{"), fm__text("AbZ[@`{")));
    cr_assert_not(fm__text_equal_fold(fm__text("@"), fm__text("`")), "only letters fold");
    cr_assert_not(fm__text_equal_fold(fm__text("["), fm__text("{")));
    cr_assert_not(fm__text_equal_fold(fm__text("\xc3\x84"), fm__text("\xc3\xa4")), "only ASCII folds");
    cr_assert_not(fm__text_equal_fold(fm__text("ab"), fm__text("abc")));
    cr_assert(fm__text_equal_fold((fm_text){NULL, 0}, (fm_text){NULL, 0}));
}

Test(support, compare_goes_by_unsigned_bytes) {
    cr_assert_eq(fm__text_compare(fm__text("a"), fm__text("a")), 0);
    cr_assert_lt(fm__text_compare(fm__text("a"), fm__text("b")), 0);
    cr_assert_lt(fm__text_compare(fm__text("a"), fm__text("ab")), 0);
    cr_assert_gt(fm__text_compare(fm__text("b"), fm__text("ab")), 0);
    cr_assert_lt(fm__text_compare(fm__text("z"), fm__text("\xff")), 0);
    cr_assert_lt(fm__text_compare((fm_text){NULL, 0}, fm__text("a")), 0);
    cr_assert_eq(fm__text_compare((fm_text){NULL, 0}, (fm_text){NULL, 0}), 0);
}

static void expect_shown(fm_text text, const char *expected) {
    char buffer[FM__SHOW_BYTES];
    cr_assert_str_eq(fm__text_show(text, buffer), expected);
}

Test(support, show_keeps_printable_utf8) {
    expect_shown(fm__text(""), "");
    expect_shown(fm__text("plain ~text"), "plain ~text");
    expect_shown(fm__text("K\xc3\xa4se \xe2\x82\xac \xf0\x9f\x98\x80"),
                 "K\xc3\xa4se \xe2\x82\xac \xf0\x9f\x98\x80");
    expect_shown(fm__text("\xc2\xa0\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"),
                 "\xc2\xa0\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf");
}

Test(support, show_escapes_what_a_terminal_might_obey) {
    expect_shown(text_of("a\0b", 3), "a\\x00b");
    expect_shown(fm__text("\x1b[31m\r\n\t\x7f"), "\\x1b[31m\\x0d\\x0a\\x09\\x7f");
    expect_shown(fm__text("\xc2\x9b"), "\\xc2\\x9b"); /* a C1 control */
}

Test(support, show_escapes_what_is_not_utf8) {
    expect_shown(fm__text("\xff\xfe"), "\\xff\\xfe");
    expect_shown(fm__text("\x80"
                          "a"),
                 "\\x80a");
    expect_shown(fm__text("\xc0\xaf"), "\\xc0\\xaf");                   /* overlong, two bytes */
    expect_shown(fm__text("\xc1\xbf"), "\\xc1\\xbf");                   /* overlong, two bytes */
    expect_shown(fm__text("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf");          /* overlong, three bytes */
    expect_shown(fm__text("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf"); /* overlong, four bytes */
    expect_shown(fm__text("\xed\xa0\x80"), "\\xed\\xa0\\x80");          /* a surrogate */
    expect_shown(fm__text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* beyond Unicode */
    expect_shown(fm__text("\xc3"), "\\xc3");                            /* cut off */
    expect_shown(fm__text("\xe2\x82"), "\\xe2\\x82");
    expect_shown(text_of("\xe2\x82\xac", 2), "\\xe2\\x82"); /* cut off by the view, not by a NUL */
    expect_shown(fm__text("\xc3"
                          "a"),
                 "\\xc3"
                 "a");
}

Test(support, show_cuts_long_text_between_characters) {
    char long_text[400];
    char buffer[FM__SHOW_BYTES + 1];
    buffer[FM__SHOW_BYTES] = '#';
    for (size_t length = 80; length < 120; length++) {
        memset(long_text, 'x', length);
        fm__text_show(text_of(long_text, length), buffer);
        cr_assert_lt(strlen(buffer), (size_t)FM__SHOW_BYTES);
        cr_assert_eq(buffer[FM__SHOW_BYTES], '#', "written behind the buffer");
        if (length <= FM__SHOW_BYTES - 4)
            cr_assert_eq(strlen(buffer), length);
        else
            cr_assert_str_eq(buffer + strlen(buffer) - 4, "x...");
    }
    for (size_t shift = 0; shift < 4; shift++) {
        memset(long_text, 'x', shift);
        for (size_t i = shift; i + 3 <= sizeof long_text; i += 3)
            memcpy(long_text + i, "\xe2\x82\xac", 3);
        fm__text_show(text_of(long_text, 300 + shift), buffer);
        cr_assert_str_eq(buffer + strlen(buffer) - 6, "\xe2\x82\xac...", "a character was cut");
    }
}

static const char *suggest(const char *wanted, const char *const *candidates, char *buffer) {
    fm__suggestion suggestion;
    fm__suggestion_init(&suggestion, fm__text(wanted));
    for (; *candidates != NULL; candidates++)
        fm__suggestion_offer(&suggestion, *candidates);
    return fm__suggestion_text(&suggestion, buffer);
}

Test(support, suggestions) {
    static const char *const rules[] = {"at_most", "at_least", "covers", "any_of",
                                        "none_of", "flag",     "",       NULL};
    char buffer[FM__SUGGESTION_BYTES];
    cr_assert_str_eq(suggest("at_mots", rules, buffer), "; did you mean `at_most`?");
    cr_assert_str_eq(suggest("atmost", rules, buffer), "; did you mean `at_most`?");
    cr_assert_str_eq(suggest("AT_LEAST", rules, buffer), "; did you mean `at_least`?");
    cr_assert_str_eq(suggest("cover", rules, buffer), "; did you mean `covers`?");
    cr_assert_str_eq(suggest("falg", rules, buffer), "; did you mean `flag`?");
    cr_assert_str_eq(suggest("oneof", rules, buffer), "; did you mean `none_of`?");
    cr_assert_str_eq(suggest("banana", rules, buffer), "");
    cr_assert_str_eq(suggest("", rules, buffer), "");
    cr_assert_str_eq(suggest("xy", (const char *const[]){"ab", "cd", NULL}, buffer), "");
    char long_name[200];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    cr_assert_str_eq(suggest(long_name, (const char *const[]){long_name, "aaa", NULL}, buffer), "");
    long_name[64] = '\0';
    cr_assert_neq(suggest(long_name + 1, (const char *const[]){long_name, NULL}, buffer)[0], '\0',
                  "names of 64 bytes are still compared");
}

Test(support, of_equally_near_names_the_first) {
    char buffer[FM__SUGGESTION_BYTES];
    cr_assert_str_eq(suggest("proce", (const char *const[]){"prose", "price", NULL}, buffer),
                     "; did you mean `prose`?");
}

Test(support, array_reserve) {
    uint32_t *array = NULL;
    size_t capacity = 0;
    cr_assert(fm__array_reserve(&array, &capacity, 0, sizeof *array));
    cr_assert_null(array);
    cr_assert(fm__array_reserve(&array, &capacity, 1, sizeof *array));
    cr_assert_eq(capacity, 16u);
    for (uint32_t i = 0; i < 16; i++)
        array[i] = i * 3;
    cr_assert(fm__array_reserve(&array, &capacity, 17, sizeof *array));
    cr_assert_eq(capacity, 32u, "at least doubled");
    cr_assert(fm__array_reserve(&array, &capacity, 1000, sizeof *array));
    cr_assert_geq(capacity, 1000u);
    for (uint32_t i = 0; i < 16; i++)
        cr_assert_eq(array[i], i * 3);
    uint32_t *before = array;
    size_t capacity_before = capacity;
    cr_assert_not(fm__array_reserve(&array, &capacity, SIZE_MAX / 4 + 2, sizeof *array),
                  "the size overflows");
    cr_assert_eq(array, before);
    cr_assert_eq(capacity, capacity_before);
    free(array);
}

Test(support, sizes_and_arrays) {
    size_t bytes;
    cr_assert(fm__size_product(SIZE_MAX / 2, 2, &bytes));
    cr_assert_eq(bytes, SIZE_MAX - 1);
    cr_assert_not(fm__size_product(SIZE_MAX / 2 + 1, 2, &bytes));
    unsigned char *array = fm__array_new(100, 3);
    for (size_t i = 0; i < 300; i++)
        cr_assert_eq(array[i], 0);
    free(array);
    void *nothing = fm__array_new(0, 8);
    cr_assert_not_null(nothing);
    free(nothing);
}

Test(support, regions_are_aligned) {
    const size_t sizes[] = {
        0, 1, 63, 64, 65, 4096, ((size_t)2 << 20) - 1, (size_t)2 << 20, ((size_t)2 << 20) + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *region = fm__region_new(sizes[i]);
        cr_assert_not_null(region);
        cr_assert_eq((uintptr_t)region % 64, 0u);
        if (sizes[i] > 0)
            region[0] = region[sizes[i] - 1] = 1;
        fm__region_free(region);
    }
    cr_assert_null(fm__region_new(SIZE_MAX));
    fm__region_free(NULL);
}

Test(support, arena) {
    fm__arena arena = {0};
    unsigned char *pieces[500];
    size_t sizes[500];
    for (size_t i = 0; i < 500; i++) {
        /* Small ones, ones at the border to a chunk of their own, and larger ones than any chunk. */
        sizes[i] = i % 50 == 49 ? 100000 : i % 7 == 0 ? 16384 + i % 3 : i;
        pieces[i] = fm__arena_new(&arena, sizes[i]);
        cr_assert_not_null(pieces[i]);
        cr_assert_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0u);
        memset(pieces[i], (int)(i % 251), sizes[i]);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t j = 0; j < sizes[i]; j++)
            cr_assert_eq(pieces[i][j], i % 251, "piece %zu was overwritten", i);
    cr_assert_null(fm__arena_new(&arena, SIZE_MAX));
    cr_assert_null(fm__arena_array(&arena, SIZE_MAX / 2, 3));
    cr_assert_null(fm__arena_text(&arena, text_of("", SIZE_MAX)).bytes);
    fm__arena_destroy(&arena);
    cr_assert_null(arena.chunks);
    cr_assert_not_null(fm__arena_new(&arena, 1), "an arena can be used again");
    fm__arena_destroy(&arena);
    fm__arena_destroy(&arena);
}

Test(support, arena_copies) {
    fm__arena arena = {0};
    unsigned char *array = fm__arena_array(&arena, 1000, 3);
    for (size_t i = 0; i < 3000; i++)
        cr_assert_eq(array[i], 0);
    fm_text text = fm__arena_text(&arena, text_of("a\0b!", 3));
    cr_assert_eq(text.length, 3u);
    cr_assert_eq(memcmp(text.bytes, "a\0b", 4), 0, "the NUL at the end is missing");
    cr_assert_str_eq(fm__arena_text(&arena, (fm_text){NULL, 0}).bytes, "");
    cr_assert_str_eq(fm__arena_string(&arena, "string"), "string");
    fm__arena_destroy(&arena);
}

Test(support, fail) {
    fm_error error;
    memset(&error, 0x55, sizeof error);
    cr_assert_eq(fm__fail(&error, FM_ERROR_LIMIT, "%d too many", 3), FM_ERROR_LIMIT);
    cr_assert_eq(error.status, FM_ERROR_LIMIT);
    cr_assert_str_eq(error.message, "3 too many");
    cr_assert_str_eq(error.file, "");
    cr_assert_eq(error.line, 0u);
    cr_assert_eq(error.column, 0u);
    cr_assert_eq(fm__fail_at(&error, FM_ERROR_INPUT, "a.csv", 3, 4, "x"), FM_ERROR_INPUT);
    cr_assert_str_eq(error.file, "a.csv");
    cr_assert_eq(error.line, 3u);
    cr_assert_eq(error.column, 4u);
    cr_assert_eq(fm__fail_memory(&error), FM_ERROR_MEMORY);
    cr_assert_eq(fm__fail(NULL, FM_ERROR_IO, "nobody listens"), FM_ERROR_IO);
    cr_assert_eq(fm__fail_at(NULL, FM_ERROR_IO, "a", 1, 1, "nobody listens"), FM_ERROR_IO);
    cr_assert_eq(fm__fail_memory(NULL), FM_ERROR_MEMORY);
}

Test(support, fail_cuts_what_is_too_long) {
    char name[2 * FM_FILE_BYTES];
    memset(name, 'd', sizeof name - 1);
    memcpy(name + sizeof name - 7, "/a.csv", 7);
    char message[2 * FM_MESSAGE_BYTES];
    memset(message, 'm', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    fm_error error;
    (void)fm__fail_at(&error, FM_ERROR_INPUT, name, 1, 1, "%s", message);
    cr_assert_eq(strlen(error.file), (size_t)FM_FILE_BYTES - 1);
    cr_assert_str_eq(error.file + FM_FILE_BYTES - 7, "/a.csv", "the end of a long name is lost");
    cr_assert_eq(strlen(error.message), (size_t)FM_MESSAGE_BYTES - 1);
    name[FM_FILE_BYTES] = '\0';
    (void)fm__fail_at(&error, FM_ERROR_INPUT, name, 1, 1, "x");
    cr_assert_str_eq(error.file, name + 1, "a name that just does not fit");
    name[FM_FILE_BYTES - 1] = '\0';
    (void)fm__fail_at(&error, FM_ERROR_INPUT, name, 1, 1, "x");
    cr_assert_str_eq(error.file, name, "a name that just fits was cut");
}

Test(support, fail_system) {
    fm_error error;
    cr_assert_eq(fm__fail_system(&error, ENOENT, "open", "a.csv"), FM_ERROR_IO);
    cr_assert_str_eq(error.message, "cannot open: No such file or directory");
    cr_assert_str_eq(error.file, "a.csv");
    cr_assert_eq(fm__fail_system(&error, EPIPE, "write", NULL), FM_ERROR_PIPE);
    cr_assert_eq(fm__fail_system(&error, ENOMEM, "write", NULL), FM_ERROR_MEMORY);
    cr_assert_eq(fm__fail_system(NULL, EACCES, "write", NULL), FM_ERROR_IO);
}

typedef struct counts {
    unsigned reported;
    unsigned warned;
    fm_error last;
} counts;

static void count_report(void *context, const fm_error *fault) {
    counts *c = context;
    c->reported++;
    c->last = *fault;
}

static void count_warning(void *context, const fm_error *fault) {
    counts *c = context;
    c->warned++;
    c->last = *fault;
}

Test(support, fault_log) {
    counts c = {0};
    fm_faults sink = {.report = count_report, .warn = count_warning, .context = &c};
    fm__fault_log log;
    fm__fault_log_init(&log, &sink);
    fm_error error = {.status = FM_ERROR_IO};
    fm__fault_warn(&log, "f", 1, 1, "careful");
    cr_assert_eq(c.warned, 1u);
    cr_assert_eq(c.last.status, FM_OK);
    cr_assert_eq(fm__fault_log_status(&log, &error), FM_OK, "a warning is no fault");
    cr_assert_eq(error.status, FM_ERROR_IO, "the error was touched");
    for (unsigned i = 1; i <= 30; i++) {
        cr_assert_eq(fm__fault_log_full(&log), i > FM_FAULTS_MAX);
        fm__fault_add(&log, "f", i, 2, "fault %u", i);
    }
    cr_assert_eq(c.reported, (unsigned)FM_FAULTS_MAX);
    cr_assert_str_eq(c.last.message, "fault 20");
    cr_assert_eq(fm__fault_log_status(&log, &error), FM_ERROR_INPUT);
    cr_assert_eq(error.status, FM_ERROR_INPUT);
    cr_assert_str_eq(error.message, "fault 1");
    cr_assert_eq(error.line, 1u);
    cr_assert_eq(fm__fault_log_status(&log, NULL), FM_ERROR_INPUT);
}

Test(support, fault_log_without_listeners) {
    const fm_faults deaf = {0};
    const fm_faults *const sinks[] = {NULL, &deaf};
    for (size_t i = 0; i < 2; i++) {
        fm__fault_log log;
        fm__fault_log_init(&log, sinks[i]);
        fm__fault_warn(&log, NULL, 0, 0, "careful");
        fm__fault_add(&log, NULL, 0, 0, "fault");
        fm_error error = {0};
        cr_assert_eq(fm__fault_log_status(&log, &error), FM_ERROR_INPUT);
        cr_assert_str_eq(error.message, "fault");
    }
}

Test(support, version) {
    cr_assert_not_null(fm_version());
    cr_assert_not_null(strchr(fm_version(), '.'));
}

/* A fresh folder as the current one, removed by leave_folder. */
static void enter_folder(char *name) {
    strcpy(name, "/tmp/fitmatch-support-XXXXXX");
    cr_assert_not_null(mkdtemp(name));
    cr_assert_eq(chdir(name), 0);
}

static void leave_folder(const char *name, const char *const *files) {
    for (; *files != NULL; files++)
        cr_assert_eq(remove(*files), 0, "%s", *files);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(name), 0);
}

static void make_file(const char *path, const char *content, size_t length) {
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(content, 1, length, file), length);
    cr_assert_eq(fclose(file), 0);
}

Test(support, nearest_file) {
    char folder[64];
    enter_folder(folder);
    make_file("offerings.csv", "", 0);
    char price[] = "price_a.csv";
    for (; price[6] <= 'h'; price[6]++)
        make_file(price, "", 0);
    make_file(".offering.csv", "", 0);
    cr_assert_eq(mkdir("customers", 0700), 0);
    char buffer[FM__SUGGESTION_BYTES];
    cr_assert_str_eq(fm__nearest_file("offrings.csv", buffer), "; did you mean `offerings.csv`?");
    cr_assert_str_eq(fm__nearest_file("./offerings.cvs", buffer), "; did you mean `offerings.csv`?");
    cr_assert_str_eq(fm__nearest_file("customers/../Offerings.csv", buffer),
                     "; did you mean `offerings.csv`?");
    cr_assert_str_eq(fm__nearest_file("price_c.csv", buffer), "; did you mean `price_a.csv`?",
                     "the first by bytes");
    cr_assert_str_eq(fm__nearest_file("customer", buffer), "", "folders are not suggested");
    cr_assert_str_eq(fm__nearest_file("offerings.csv", buffer), "", "a file is not suggested for itself");
    cr_assert_str_eq(fm__nearest_file("history.csv", buffer), "");
    cr_assert_str_eq(fm__nearest_file("data/x.csv", buffer), "; there is no folder `data`");
    cr_assert_str_eq(fm__nearest_file("offerings.csv/x.csv", buffer), "");
    cr_assert_str_eq(fm__nearest_file("/surely-not-there", buffer), "");
    cr_assert_str_eq(fm__nearest_file("", buffer), "");
    for (price[6] = 'a'; price[6] <= 'h'; price[6]++)
        cr_assert_eq(remove(price), 0);
    leave_folder(folder, (const char *const[]){"offerings.csv", ".offering.csv", "customers", NULL});
}

Test(support, file_reasons) {
    char folder[64];
    enter_folder(folder);
    make_file("offerings.csv", "", 0);
    cr_assert_eq(fm__file_unreadable("offerings.csv"), 0);
    cr_assert_eq(fm__file_unreadable("offering.csv"), ENOENT);
    cr_assert_eq(fm__file_unreadable("offerings.csv/x"), ENOTDIR);
    cr_assert_eq(fm__file_unreadable("."), EISDIR);
    if (geteuid() != 0) {
        cr_assert_eq(chmod("offerings.csv", 0), 0);
        cr_assert_eq(fm__file_unreadable("offerings.csv"), EACCES);
    }
    char buffer[FM__FILE_REASON_BYTES];
    cr_assert_str_eq(fm__file_reason(ENOENT, "offering.csv", buffer),
                     "No such file or directory; did you mean `offerings.csv`?");
    cr_assert_str_eq(fm__file_reason(EISDIR, ".", buffer), "Is a directory");
    leave_folder(folder, (const char *const[]){"offerings.csv", NULL});
}

Test(support, file_load) {
    char folder[64];
    enter_folder(folder);
    char big[20000];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i * 7 % 256);
    make_file("big", big, sizeof big);
    make_file("empty", "", 0);
    char *content = NULL;
    size_t length = 77;
    fm_error error = {0};
    cr_assert_eq(fm__file_load("big", "the model", sizeof big, &content, &length, &error), FM_OK);
    cr_assert_eq(length, sizeof big);
    cr_assert_eq(memcmp(content, big, length), 0);
    free(content);
    cr_assert_eq(fm__file_load("empty", "the model", 0, &content, &length, &error), FM_OK);
    cr_assert_eq(length, 0u);
    cr_assert_not_null(content);
    free(content);
    char *const untouched = big;
    content = untouched;
    cr_assert_eq(fm__file_load("big", "the model", sizeof big - 1, &content, &length, &error),
                 FM_ERROR_LIMIT);
    cr_assert_str_eq(error.message, "the model is longer than 19999 bytes");
    cr_assert_str_eq(error.file, "big");
    cr_assert_eq(fm__file_load(".", "the model", 9, &content, &length, &error), FM_ERROR_IO);
    cr_assert_str_eq(error.message, "cannot read the model: Is a directory");
    cr_assert_eq(fm__file_load("bog", "the model", 9, &content, &length, &error), FM_ERROR_IO);
    cr_assert_str_eq(error.message, "cannot open the model: No such file or directory; did you mean `big`?");
    cr_assert_eq(content, untouched);
    leave_folder(folder, (const char *const[]){"big", "empty", NULL});
}
