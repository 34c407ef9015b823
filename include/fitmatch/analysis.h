/* Analyses: what the matches mean for a decision (SPEC 5). core/analysis/README.md defines every table.
 *
 * Each function makes a report, to be freed with fm_report_free, before the matches and catalogs that went
 * into it. All of them return FM_OK, FM_ERROR_ARGUMENT (an option that the docstring excludes),
 * FM_ERROR_MEMORY or FM_ERROR_CANCELLED; `options` are NULLable: all defaults. Results are the same for any
 * number of threads.
 */
#ifndef FITMATCH_ANALYSIS_H
#define FITMATCH_ANALYSIS_H

#include <fitmatch/match.h>
#include <fitmatch/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How an analysis is run; the first member of every options struct. Zeroes are the defaults. */
typedef struct fm_analysis_run {
    unsigned threads;            /**< 0: all that OpenMP would use */
    const fm_progress *progress; /**< NULLable; reports FM_PHASE_MATCH */
} fm_analysis_run;

/** Rows and money by verdict, and by stage and verdict. */
FM_API FM_NODISCARD fm_status fm_summary(const fm_matches *matches, const fm_analysis_run *options,
                                         fm_report **out_report, fm_error *error);

/** A summary under way, of customers in several bases: the same, to the last bit, as if they were one. Not
 * for two threads at a time. */
typedef struct fm_summing fm_summing;

/** @param out_summing receives a summary of nobody; free with fm_summing_free. */
FM_API FM_NODISCARD fm_status fm_summing_new(const fm_model *model, fm_summing **out_summing,
                                             fm_error *error);

/** Frees a summary under way; NULL does nothing. */
FM_API void fm_summing_free(fm_summing *summing);

/**
 * Adds the customers of a base.
 *
 * @param matches of the summary's model, with or without totals; may be freed afterwards.
 */
FM_API FM_NODISCARD fm_status fm_summing_add(fm_summing *summing, const fm_matches *matches,
                                             const fm_analysis_run *options, fm_error *error);

/** What fm_summary gives, of all that was added. The model must outlive the report. */
FM_API FM_NODISCARD fm_status fm_summing_report(const fm_summing *summing, fm_report **out_report,
                                                fm_error *error);

typedef struct fm_walkaway_options {
    fm_analysis_run run;
    const char *stage;  /**< only rows of this stage; one of the model's, in any case; NULL: all */
    double min_value;   /**< only rows of at least this value; 0: all */
    const char *reason; /**< only rows that miss this attribute, by name; NULL: all */
    const char *owner;  /**< only rows of this owner; NULL: all */
    uint64_t top;       /**< 0: all */
} fm_walkaway_options;

/** Checks the options against a model, before there are customers: what is refused here fm_walkaway refuses.
 *
 * @return FM_OK, or FM_ERROR_ARGUMENT for a stage or a reason that the model has not, with the nearest name
 * that it has, and for a value below 0. */
FM_API FM_NODISCARD fm_status fm_walkaway_check(const fm_model *model, const fm_walkaway_options *options,
                                                fm_error *error);

/** Whom to walk away from, why, and whom to refer them to: most expected money first. */
FM_API FM_NODISCARD fm_status fm_walkaway(const fm_matches *matches, const fm_walkaway_options *options,
                                          fm_report **out_report, fm_error *error);

typedef struct fm_segments_options {
    fm_analysis_run run;
    uint64_t min_rows; /**< segments of fewer rows are left out */
    bool members;      /**< list the rows of every segment */
} fm_segments_options;

/** Reasons of loss as segments: the unfit rows grouped by what they miss. */
FM_API FM_NODISCARD fm_status fm_segments(const fm_matches *matches, const fm_segments_options *options,
                                          fm_report **out_report, fm_error *error);

/** The offering/customer matrix: existing and new customers by how far away what they need is. */
FM_API FM_NODISCARD fm_status fm_matrix(const fm_matches *matches, const fm_analysis_run *options,
                                        fm_report **out_report, fm_error *error);

/** Unasked attributes, in the order to ask. */
FM_API FM_NODISCARD fm_status fm_questions(const fm_matches *matches, const fm_analysis_run *options,
                                           fm_report **out_report, fm_error *error);

/** Which promises are kept: nominal and dependable values, from the delivery records alone. */
FM_API FM_NODISCARD fm_status fm_promises(const fm_catalog *catalog, fm_report **out_report, fm_error *error);

typedef struct fm_profile_options {
    fm_analysis_run run;
    uint64_t top; /**< prospects listed; 0: all */
} fm_profile_options;

/** The ideal customer: demands that are likelier among favourites, and how every prospect scores by them. */
FM_API FM_NODISCARD fm_status fm_profile(const fm_matches *matches, const fm_profile_options *options,
                                         fm_report **out_report, fm_error *error);

/** Report card: what each owner is offering to whom. */
FM_API FM_NODISCARD fm_status fm_deals(const fm_matches *matches, const fm_analysis_run *options,
                                       fm_report **out_report, fm_error *error);

typedef struct fm_care_options {
    fm_analysis_run run;
    const char *today; /**< YYYY-MM-DD; required */
} fm_care_options;

/** Existing customers by days since purchase. `options` are required; FM_ERROR_ARGUMENT for a date that is
 * none. */
FM_API FM_NODISCARD fm_status fm_care(const fm_matches *matches, const fm_care_options *options,
                                      fm_report **out_report, fm_error *error);
/** What changes are ranked by. */
typedef enum fm_roadmap_by {
    FM_ROADMAP_BY_ROWS,
    FM_ROADMAP_BY_MONEY,
    FM_ROADMAP_BY_EXPECTED_MONEY
} fm_roadmap_by;

/** What a change would cost. Strings are borrowed for the call. */
typedef struct fm_roadmap_cost {
    const char *offering;  /**< id of an own offering */
    const char *attribute; /**< name */
    fm_text value;         /**< as a cell of the offerings' table */
    double cost;           /**< finite, not negative */
} fm_roadmap_cost;

/** Costs as a table says them. */
typedef struct fm_roadmap_costs fm_roadmap_costs;

/**
 * Reads a table of costs, one a row: columns offering, attribute, value and cost, in any order.
 *
 * @param catalog must outlive the costs.
 * @param table   read to its end, not freed.
 * @param faults  NULLable; every fault: missing columns, what does not exist, partners' offerings, values
 * and costs that are none.
 * @param out_costs receives the costs; free with fm_roadmap_costs_free.
 * @return FM_OK, FM_ERROR_INPUT, FM_ERROR_IO, FM_ERROR_MEMORY.
 */
FM_API FM_NODISCARD fm_status fm_roadmap_costs_read(const fm_catalog *catalog, fm_table *table,
                                                    const fm_faults *faults, fm_roadmap_costs **out_costs,
                                                    fm_error *error);

/** Frees costs; NULL does nothing. */
FM_API void fm_roadmap_costs_free(fm_roadmap_costs *costs);

/** The costs, in the order of the table; owned by them, never NULL. */
FM_API const fm_roadmap_cost *fm_roadmap_costs_list(const fm_roadmap_costs *costs, size_t *out_count);

typedef struct fm_roadmap_options {
    fm_analysis_run run;
    uint64_t plan; /**< steps; 0: none */
    fm_roadmap_by by;
    const fm_roadmap_cost *costs; /**< NULL: none */
    size_t cost_count;
    uint64_t top; /**< changes listed; 0: all */
} fm_roadmap_options;

/** Not yet: which one change of an own offering would win most of the unfit rows, and which K in a row.
 * FM_ERROR_INPUT for a cost whose offering, attribute or value does not exist; the message names it. */
FM_API FM_NODISCARD fm_status fm_roadmap(const fm_matches *matches, const fm_roadmap_options *options,
                                         fm_report **out_report, fm_error *error);

typedef struct fm_whatif_options {
    fm_analysis_run run;
    bool customers; /**< list the rows whose verdict flips */
} fm_whatif_options;

/**
 * What another catalog would change.
 *
 * @param before matches of a base.
 * @param after  a catalog made from the same model, such as one of fm_catalog_change.
 */
FM_API FM_NODISCARD fm_status fm_whatif(const fm_matches *before, const fm_catalog *after,
                                        const fm_whatif_options *options, fm_report **out_report,
                                        fm_error *error);

/** Whose verdict differs between two bases, by id. */
FM_API FM_NODISCARD fm_status fm_diff(const fm_matches *before, const fm_matches *after,
                                      const fm_analysis_run *options, fm_report **out_report,
                                      fm_error *error);

/**
 * The same for two match tables, as CSV; both are read to their end, not freed.
 *
 * @param faults NULLable; what is wrong with the tables (FM_ERROR_INPUT): a missing column, an unknown
 * verdict.
 */
FM_API FM_NODISCARD fm_status fm_diff_tables(fm_table *before, fm_table *after, const fm_faults *faults,
                                             fm_report **out_report, fm_error *error);

#ifdef __cplusplus
}
#endif

#endif
