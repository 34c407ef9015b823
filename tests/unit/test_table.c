/* The match table: the rows of the walk, written out. */
#include "fixture.h"
#include "fixture_csv.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_BYTES 4096
#define COLUMNS_MAX 32

/* Takes the next record from *at and parts it into cells; false at the end. */
static bool next_record(const char **at, char cells[COLUMNS_MAX][CELL_BYTES], size_t *out_count) {
    const char *c = *at;
    size_t count = 0;
    if (*c == '\0')
        return false;
    for (;;) {
        size_t length = 0;
        bool quoted = *c == '"';
        bool needed = false;
        c += quoted;
        for (; quoted ? *c != '"' || c[1] == '"' : *c != ',' && *c != '\n'; c++) {
            cr_assert(*c != '\0' && length + 1 < CELL_BYTES);
            needed |= strchr(",\"\r\n", *c) != NULL;
            c += *c == '"';
            cells[count][length++] = *c;
        }
        c += quoted;
        cr_assert(quoted == needed, "a cell is quoted where it must be, and nowhere else");
        cells[count++][length] = '\0';
        if (*c++ == '\n')
            break;
        cr_assert_lt(count, COLUMNS_MAX);
    }
    *at = c;
    *out_count = count;
    return true;
}

static char *write_and_read(const fm_matches *matches, const fm_match_table_options *options,
                            const char *path) {
    cr_assert_eq(fm_match_table_write(matches, path, options, NULL), FM_OK);
    return file_read(path);
}

static void check_record(const fixture *f, fm_walk *walk, size_t row, char cells[COLUMNS_MAX][CELL_BYTES]) {
    fm_match_row r = fm_walk_row(walk, row);
    uint32_t unmet[64];
    char text[CELL_BYTES] = "";
    char score[8];
    size_t count = fm_walk_unmet(walk, row, r.own, unmet);
    for (size_t i = 0; i < count; i++)
        (void)sprintf(text + strlen(text), "%s%s", i == 0 ? "" : ";", f->attributes[unmet[i]].name);
    (void)sprintf(score, "%u", r.score);
    const fm_offering *own = fm_catalog_offering(f->catalog, r.own);
    bool refer = r.refer_to != FM_NONE;
    fm_text id = fm_base_id(f->base, row);
    cr_assert(strlen(cells[0]) == id.length && memcmp(cells[0], id.bytes, id.length) == 0);
    cr_assert_str_eq(cells[1], fm_verdict_name(r.verdict));
    cr_assert_str_eq(cells[2], own->id);
    cr_assert_str_eq(cells[3], score);
    cr_assert_str_eq(cells[4], text);
    (void)fm_walk_gap(walk, row, r.own, text, sizeof text);
    cr_assert_str_eq(cells[5], text);
    cr_assert_str_eq(cells[6], refer ? fm_catalog_offering(f->catalog, r.refer_to)->id : "");
    cr_assert_str_eq(cells[7], refer ? "them" : "");
    cr_assert_str_eq(cells[8],
                     r.overpromise == FM_NONE ? "" : fm_catalog_offering(f->catalog, r.overpromise)->id);
    cr_assert_str_eq(cells[9], r.ask == FM_NONE ? "" : f->attributes[r.ask].name);
    for (size_t c = 0; c < fm_base_column_count(f->base); c++) {
        fm_text cell = fm_base_cell(f->base, c, row);
        cr_assert(strlen(cells[10 + c]) == cell.length &&
                  memcmp(cells[10 + c], cell.bytes, cell.length) == 0);
    }
}

/* The rows of the wanted verdicts, in input order, each as the walk has it. */
static void check_table(const fixture *f, const fm_matches *matches, const char *table, unsigned verdicts) {
    static char cells[COLUMNS_MAX][CELL_BYTES];
    size_t columns = 10 + fm_base_column_count(f->base);
    size_t count;
    fm_walk *walk = NULL;
    static const char header[] =
        "customer_id,verdict,offering_id,score,unmet,gap,refer_to,refer_supplier,overpromise,ask";
    cr_assert_eq(strncmp(table, header, strlen(header)), 0);
    cr_assert(next_record(&table, cells, &count) && count == columns);
    for (size_t c = 0; c < fm_base_column_count(f->base); c++)
        cr_assert_str_eq(cells[10 + c], fm_base_column_name(f->base, c));
    cr_assert_eq(fm_walk_new(matches, &walk, NULL), FM_OK);
    for (size_t row = 0; row < f->row_count; row++) {
        if ((verdicts >> fm_walk_row(walk, row).verdict & 1) == 0)
            continue;
        cr_assert(next_record(&table, cells, &count) && count == columns, "row %zu", row);
        check_record(f, walk, row, cells);
    }
    cr_assert_str_empty(table);
    fm_walk_free(walk);
}

static fixture_options random_options(uint64_t seed, size_t rows) {
    return (fixture_options){
        .seed = seed,
        .rows = rows,
        .offerings = 2 + seed * 3,
        .attributes = 8,
        .need_percent = 30,
        .want_percent = 20,
        .unasked_percent = 6,
        .records_percent = 40,
        .partner_percent = 45,
        .weight_max = 9,
        .ease = 2,
        .money = seed % 2,
    };
}

Test(table, rows_of_the_walk) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    for (uint64_t seed = 1; seed <= 6; seed++) {
        fixture_options o = random_options(seed, 100 + 450 * (seed % 3));
        fixture *f = fixture_new(&o);
        fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 1);
        for (unsigned verdicts = 0; verdicts < 1U << FM_VERDICT_COUNT; verdicts++) {
            fm_match_table_options options = {.verdicts = verdicts, .threads = 1 + verdicts % 3};
            char *table = write_and_read(matches, &options, folder_path(folder, "m.csv", path));
            check_table(f, matches, table, verdicts == 0 ? ~0U : verdicts);
            free(table);
        }
        fm_matches_free(matches);
        fixture_free(f);
    }
    cr_assert_eq(folder_count(folder), 1);
    folder_free(folder);
}

/* 20,000 rows are three tiles: whoever formats them, they are written in order. */
Test(table, any_number_of_threads) {
    static const unsigned threads[] = {1, 2, 3, 7, 0};
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    fixture_options o = random_options(1, 20000);
    fixture *f = fixture_new(&o);
    char *first = NULL;
    for (int set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++) {
        if (!fm_instruction_set_supported((fm_instruction_set)set))
            continue;
        fm_matches *matches = fixture_match(f, (fm_instruction_set)set, 2);
        for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
            fm_match_table_options options = {.threads = threads[t]};
            char *table = write_and_read(matches, &options, folder_path(folder, "m.csv", path));
            if (first == NULL)
                check_table(f, matches, first = table, ~0U);
            cr_assert(strcmp(table, first) == 0);
            if (table != first)
                free(table);
        }
        fm_matches_free(matches);
    }
    free(first);
    fixture_free(f);
    folder_free(folder);
}

/* Everything that needs quoting, in every place where it can stand. */
Test(table, quoting) {
    static const fm_attribute attributes[] = {
        {.name = "price, net", .rule = FM_RULE_AT_MOST, .unit = "\"EUR\"", .need_column = "price"},
        {.name = "say \"hi\"", .rule = FM_RULE_ANY_OF, .need_column = "greeting"},
        {.name = "plain", .rule = FM_RULE_FLAG, .ask_when_blank = true},
    };
    static const fm_role_column roles[] = {{FM_ROLE_NAME, "full, name", {0, 0}},
                                           {FM_ROLE_OWNER, "owner", {0, 0}}};
    static const fm_model_spec spec = {
        .attributes = attributes, .attribute_count = 3, .roles = roles, .role_count = 2, .min_records = 1};
    workspace_parts p = parts_new(&spec,
                                  "offering_id,supplier,\"price, net\",\"say \"\"hi\"\"\",plain\n"
                                  "\"a,1\",,10,\"Yo\"\"Hey\",yes\n"
                                  "\"b\"\"2\",\"Them, Ltd\",1,yo,yes\n",
                                  "offering_id,attribute,value\n\"a,1\",\"price, net\",12\n",
                                  "owner,customer_id,\"full, name\",price,greeting,plain\n"
                                  "A,\"1,x\",\" Ann, \"\"A\"\" \",11,\"HI|\"\"q\",x\n"
                                  "\"B\nC\",2,\"\",10,any,x\n"
                                  ",\"3\",Bob,20,\"yo\"\"hey\",?\n");
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    fm_matches *matches = NULL;
    cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
    char *table = write_and_read(matches, NULL, folder_path(folder, "m.csv", path));
    cr_assert_str_eq(
        table,
        "customer_id,verdict,offering_id,score,unmet,gap,refer_to,refer_supplier,overpromise,ask,\"full, "
        "name\",owner\n"
        "\"1,x\",walk_away,\"a,1\",33,\"price, net;say \"\"hi\"\"\","
        "\"price, net needs <= 11 \"\"EUR\"\", offers 12 \"\"EUR\"\" (nominal 10 \"\"EUR\"\"); "
        "say \"\"hi\"\" needs any of \"\"q|hi, offers Yo\"\"Hey\",,,,,\" Ann, \"\"A\"\" \",A\n"
        "2,refer,\"a,1\",50,\"price, net\",\"price, net needs <= 10 \"\"EUR\"\", offers 12 \"\"EUR\"\" "
        "(nominal 10 \"\"EUR\"\")\",\"b\"\"2\",\"Them, Ltd\",\"a,1\",,,\"B\nC\"\n"
        "3,ask,\"a,1\",100,,,,,,plain,Bob,\n");
    free(table);
    fm_matches_free(matches);
    parts_free(&p);
    folder_free(folder);
}

/* --- failures leave what was there --- */

typedef struct steps {
    unsigned count;
    unsigned stop_at;
    bool wrong;
    uint64_t last;
    uint64_t rows;
    pthread_t caller;
} steps;

static bool note_step(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    steps *s = context;
    s->wrong |= phase != FM_PHASE_WRITE || total != s->rows || done > total || done < s->last ||
                !pthread_equal(s->caller, pthread_self());
    s->last = done;
    return ++s->count != s->stop_at;
}

Test(table, progress_and_cancelling) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    fixture_options o = random_options(1, 30000);
    o.attributes = 2;
    fixture *f = fixture_new(&o);
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 2);
    folder_path(folder, "m.csv", path);
    file_write(path, "old");
    for (unsigned threads = 1; threads <= 3; threads++) {
        for (unsigned stop_at = 1; stop_at <= 4; stop_at++) {
            steps s = {.stop_at = stop_at, .rows = f->row_count, .caller = pthread_self()};
            fm_progress progress = {note_step, &s};
            fm_match_table_options options = {.threads = threads, .progress = &progress};
            fm_error error = {0};
            fm_status status = fm_match_table_write(matches, path, &options, &error);
            bool stopped = s.count >= stop_at;
            cr_assert(stopped || threads > 1);
            cr_assert_eq(status, stopped ? FM_ERROR_CANCELLED : FM_OK);
            cr_assert_eq(error.status, status);
            cr_assert(!s.wrong && (!stopped || s.count == stop_at));
            char *content = file_read(path);
            cr_assert(stopped == (strcmp(content, "old") == 0));
            free(content);
            cr_assert_eq(folder_count(folder), 1, "nothing else is left");
            file_write(path, "old");
        }
    }
    steps s = {.rows = f->row_count, .caller = pthread_self()};
    fm_progress progress = {note_step, &s};
    fm_match_table_options options = {.threads = 1, .progress = &progress};
    cr_assert_eq(fm_match_table_write(matches, path, &options, NULL), FM_OK);
    cr_assert(!s.wrong && s.count == 4 && s.last == f->row_count);
    fm_matches_free(matches);
    fixture_free(f);
    folder_free(folder);
}

Test(table, places_that_cannot_be_written) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    fixture_options o = random_options(2, 10);
    fixture *f = fixture_new(&o);
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 1);
    fm_error error = {0};
    cr_assert_eq(fm_match_table_write(matches, folder_path(folder, "none/m.csv", path), NULL, &error),
                 FM_ERROR_IO);
    cr_assert(error.status == FM_ERROR_IO && error.message[0] != '\0');
    cr_assert_eq(fm_match_table_write(matches, folder, NULL, &error), FM_ERROR_IO);
    cr_assert_eq(fm_match_table_write(matches, "/dev/full", NULL, &error), FM_ERROR_IO);
    cr_assert_eq(folder_count(folder), 0);
    fm_matches_free(matches);
    fixture_free(f);
    folder_free(folder);
}
