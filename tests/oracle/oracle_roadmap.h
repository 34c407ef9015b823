/* Between the roadmap's candidates and the choice among them. */
#ifndef ORACLE_ROADMAP_H
#define ORACLE_ROADMAP_H

#include "oracle_analysis.h"

/* A change of one value of an own offering, and whom it would win. */
struct oracle_change {
    struct oracle_offering *offering;
    size_t attribute;
    struct oracle_offer to;
    struct oracle_tally tally;
    double money;
    double expected;
    struct oracle_text *key; /* sets: folded values, sorted, joined; NULL: not needed yet */
    size_t line;             /* of the cost table, from 0 */
    double cost;
};

/* A row that misses exactly one need of an own offering. */
struct oracle_near {
    size_t offering;
    const struct oracle_demand *need;
    const struct oracle_case *of;
};

struct oracle_changes {
    struct oracle_change *list;
    size_t count;
    size_t capacity;
};

/* The near rows of the catalog as it stands, by offering, then attribute, then row. Malloc'd. */
struct oracle_near *oracle_near_rows(const struct oracle_analysis *analysis, size_t *out_count);
/* All candidates that the near rows give rise to. `list` is malloc'd. */
struct oracle_changes oracle_candidates(struct oracle_analysis *analysis, const struct oracle_near *near,
                                        size_t count);
/* Counts the near rows that a change wins. */
void oracle_change_count(struct oracle_analysis *analysis, const struct oracle_near *near, size_t count,
                         struct oracle_change *change);
/* Negative when the first is the smaller step, for changes of the same attribute. */
int oracle_change_compare_steps(struct oracle_analysis *analysis, struct oracle_change *a,
                                struct oracle_change *b);

#endif
