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

#ifdef __cplusplus
}
#endif

#endif
