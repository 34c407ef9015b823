/* Which ways of the kernels a match goes. */
#ifndef FITMATCH_TESTS_ARRANGE_MET_H
#define FITMATCH_TESTS_ARRANGE_MET_H

#include "fixture.h"

/** What the shapes of a test together must have met, so that a change of the planner cannot leave a path of
 * the kernels untested. */
typedef struct arrange_met {
    bool common;          /* needs that a whole block misses */
    bool bounded;         /* and so many own offerings that bounds are made use of */
    bool vectors;         /* more of them than a vector has bits */
    bool pruned;          /* some of them not looked at */
    bool ruled_out[3];    /* [contest] places that fit nobody in a block */
    bool constant;        /* a column that is the same for all rows and not added up row by row */
    bool open;            /* one that all rows miss, but some by more patterns than others */
    bool nothing_open;    /* all columns are constant */
    bool several;         /* several patterns of a set column are missed by all */
    bool one_set[3];      /* [method] one demand in a block */
    bool alike_sets[3];   /* [method] several, which miss the same patterns */
    bool between;         /* numbers between two of few thresholds */
    bool few;             /* numbers on both sides of one of few thresholds */
    bool many;            /* the same of so many that only those needed are derived */
    bool unasked_nowhere; /* nobody unasked in a block of a column where somebody is */
    bool full_keys;       /* more digits than a key has */
    bool late_winner;     /* places beyond the first word win */
    bool last_winner;     /* one in the last word of a set of places */
    bool beaten;          /* own offerings that another one beats in every row of a block */
} arrange_met;

/** Notes the ways that a match of a built fixture goes, and checks that whoever is ruled out is so rightly.
 */
void arrange_note_paths(arrange_met *met, const fixture *f);

#endif
