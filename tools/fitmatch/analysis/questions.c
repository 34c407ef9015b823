/* fitmatch questions. */
#include "analysis.h"

static fm_status report(session *run, const fm_analysis_run *how, void *wanted, fm_report **out_report,
                        fm_error *error) {
    (void)wanted;
    return fm_questions(run->matches, how, out_report, error);
}

static const analysis QUESTIONS = {
    .name = "questions",
    .does = "List the questions that customers were not asked yet, in the order to ask them: what the most\n"
            "expected money hinges on comes first.\n",
    .more = "",
    .tail = "table\n"
            "  questions  attribute, question, unasked_rows, hinge_rows, hinge_money,\n"
            "             hinge_expected_money, first_rows\n"
            "\n"
            "A customer hinges on a question if one of our offerings meets all that is known, and this\n"
            "is not known. first_rows counts those for whom it is the question to ask first.\n"
            "\n"
            "examples\n"
            "  fitmatch questions fit.yaml\n"
            "  fitmatch questions fit.yaml --csv -o questions.csv\n",
    .report = report,
    .lazy = FM_BASE_TEXTS,
};

static int run(int count, char **arguments) {
    return analysis_run(&QUESTIONS, count, arguments);
}

const command questions_command = {"questions", "What to ask customers, the most money first", run};
