/* What all commands of analyses share: options, reading and matching, and showing the report. */
#ifndef FITMATCH_TOOL_ANALYSIS_H
#define FITMATCH_TOOL_ANALYSIS_H

#include "../commands.h"
#include "../options.h"
#include "../session.h"

#include <fitmatch/analysis.h>

/* Codes of an analysis' own options begin here. */
#define OPTION_OWN 2000

/* One analysis. Everything is static. */
typedef struct analysis {
    const char *name;
    const char *does;         /* what it gives: the first lines of its help page */
    const char *usage;        /* NULLable: another way to call it, behind "fitmatch " */
    const char *more;         /* its own options, as lines of the help page; "" for none */
    const char *tail;         /* tables, remarks and examples at the end of the help page */
    const struct option *own; /* ends with a zero entry; NULL: none */
    /* One of them; false after options_wrong. `wanted` is zeroed memory of `wanted_bytes`. */
    bool (*take)(options *of, int code, const char *value, void *wanted);
    size_t wanted_bytes;
    void (*destroy)(void *wanted); /* NULLable; after the report is freed, before the session is closed */
    /* NULLable: prints the report for people in a way of its own; at most `most` rows of a table, 0: all. */
    void (*print)(fm_report *report, const session *run, const terminal *to, uint64_t most,
                  const void *wanted);
    /* NULLable: whether the answer is a folder of files, so that -o names one. */
    bool (*into_folder)(const void *wanted);
    /* NULLable: adds files to the folder of --tables; gives an end code after saying what went wrong. */
    int (*write_more)(session *run, fm_report *report, const char *folder, const void *wanted);
    bool needs_no_customers;
    unsigned lazy; /* parts of a base file (fm_base_part) that are not looked at, also not while the report is
                      written */
    /* NULLable: checks what is wanted against the model and the offerings, before customers are read; FM_OK,
     * or a status like that of `report`. */
    fm_status (*check)(session *run, void *wanted, fm_error *error);
    /* NULLable: takes a part of the customers in (run->matches), which are then read in parts and without
     * their texts; `report` comes when all are. */
    fm_status (*add)(session *run, const fm_analysis_run *how, void *wanted, fm_error *error);
    /* Makes the report; FM_OK, or a status with its error: FM_ERROR_ARGUMENT is wrong usage. run->matches is
     * there unless needs_no_customers. */
    fm_status (*report)(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error);
    /* NULLable: the same without a model, of two tables that the arguments name. run has its console only. */
    fm_status (*report_tables)(session *run, const char *const *paths, const fm_analysis_run *how,
                               void *wanted, fm_report **out_report, fm_error *error);
} analysis;

/* Runs an analysis as a command; gives its end code. */
int analysis_run(const analysis *which, int count, char **arguments);

/* Fills an error in that says what is wrong with an option; gives FM_ERROR_ARGUMENT. */
fm_status analysis_wrong(fm_error *error, const char *message);

/* --- showing reports --- */

/* As aligned text; at most `most` rows of a table, 0: all. */
void report_print(fm_report *report, const session *run, const terminal *to, uint64_t most);

/* Its first line: whose it is, and what. False where the company has no name, and nothing is printed. */
bool report_print_head(const fm_report *report, const session *run, const terminal *to);

/* One table of it, with its name as a title. */
void report_print_table(fm_report *report, size_t table, const session *run, const terminal *to,
                        uint64_t most);

/* A table that is shown otherwise than the report has it. */
typedef struct report_view {
    const char *title;
    const fm_model_spec *model; /* whose labels are shown in columns that name attributes */
    const fm_report_column *columns;
    size_t column_count;
    uint64_t rows;
    /* The cells of a row, all null before; texts until the next call. False when memory ran out. */
    bool (*load)(void *context, uint64_t row, fm_cell *out_cells);
    void *context;
    const char *more; /* how to see rows that are left out: "--all shows them" */
} report_view;

void report_print_view(const report_view *of, const terminal *to, uint64_t most);

/* Adds a text that names attributes at its beginning and behind semicolons, with labels in their place. */
void report_add_labelled(buffer *to, const fm_model_spec *model, fm_text text);

/* Says that rows are left out, and `how` to see them: "--all shows them". Indented by `indent` blanks. */
void report_print_more(const terminal *to, uint64_t rows, const char *how, size_t indent);

/* Its notes, as paragraphs. */
void report_print_notes(const fm_report *report, const terminal *to);

/* As JSON, row by row. False when memory ran out. */
bool report_json(fm_report *report, const char *company, FILE *to);

#endif
