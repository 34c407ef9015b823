/* Random workspaces handed over in memory, and what SPEC says about them, worked out by plain loops.
 *
 * A fixture holds the demands and offers themselves, not cells: the plain definition of a verdict never
 * parses anything, and shares no code with the engine. Nothing here needs Criterion, so that plain programs
 * can use it as well. */
#ifndef FITMATCH_TESTS_FIXTURE_H
#define FITMATCH_TESTS_FIXTURE_H

#include <fitmatch/fitmatch.h>

/** Most different values of a set attribute: sets are the bits of a word. */
#define FIXTURE_VALUES_MAX 64

typedef struct fixture_demand {
    fm_demand_state state;
    double number; /**< at_most, at_least */
    uint64_t set;  /**< set rules: bit v for value v; never empty where stated */
} fixture_demand;

typedef struct fixture_offer {
    double nominal; /**< NaN: blank */
    double dependable;
    uint64_t set;
    bool flag;
} fixture_offer;

/** What a random workspace is like. Percentages are chances, drawn for each cell. */
typedef struct fixture_options {
    uint64_t seed;
    size_t rows;
    size_t offerings;
    size_t attributes;
    unsigned rules;      /**< bit 1 << fm_rule for each rule to draw from; 0: all */
    unsigned values;     /**< different values of an attribute, of sets up to FIXTURE_VALUES_MAX; 0: 5 */
    unsigned weight_max; /**< 0: 1 */
    unsigned need_percent;
    unsigned want_percent;
    unsigned unasked_percent;
    unsigned records_percent; /**< of the numeric offers that have a delivery record, which rules */
    unsigned partner_percent;
    unsigned twin_percent; /**< of the offerings that repeat the values of an earlier one */
    unsigned ease;         /**< how many further draws a demand takes the easiest of */
    bool money;            /**< with value and stage columns */
} fixture_options;

typedef struct fixture {
    size_t row_count;
    size_t offering_count;
    size_t attribute_count;
    fm_attribute *attributes;
    bool *own;             /**< [offering] */
    fixture_offer *offers; /**< [offering][attribute] */
    fixture_demand *needs; /**< [row][attribute] */
    fixture_demand *wants; /**< [row][attribute] */
    double *values;        /**< [row], NaN where blank; NULL: no value column */
    unsigned *stages;      /**< [row]: 1 + place in the stages, 0 where blank */
    fm_folding folding;    /**< for fixture_build */
    /* Made of the above by fixture_build. */
    fm_model *model;
    fm_catalog *catalog;
    fm_base *base;
} fixture;

#define FIXTURE_STAGES 3
extern const fm_stage fixture_stages[FIXTURE_STAGES];

/** The next number of a sequence (splitmix64). */
uint64_t fixture_random(uint64_t *state);

/** A number below `bound`. */
uint64_t fixture_below(uint64_t *state, uint64_t bound);

/** A random workspace, built. Everything here ends the program when the engine fails. */
fixture *fixture_new(const fixture_options *options);

/** Hands the content over to the engine, anew if that was done before. */
void fixture_build(fixture *f);

void fixture_free(fixture *f);

/** A copy of the content with room for `rows` rows and `offerings` offerings, not built. */
fixture *fixture_copy(const fixture *f, size_t rows, size_t offerings);

/** Copies all demands and the business cells of a row of another fixture of the same attributes. */
void fixture_copy_row(fixture *to, size_t to_row, const fixture *from, size_t from_row);

/** The matches of a built fixture. */
fm_matches *fixture_match(const fixture *f, fm_instruction_set set, unsigned threads);

/** Whether an offering meets a demand; one that is not stated is met. */
bool fixture_meets(const fixture *f, size_t offering, bool nominal, size_t attribute,
                   const fixture_demand *demand);

/** What is known of a row. */
typedef struct fixture_row {
    fm_match_row match;
    uint32_t need_miss; /**< weights of the needs that `own` does not meet */
    uint32_t want_miss;
    uint32_t stated; /**< weights of everything stated */
} fixture_row;

/** Works all rows out by SPEC 3; free with free(). */
fixture_row *fixture_expect(const fixture *f);

bool fixture_same_row(const fm_match_row *a, const fm_match_row *b);

static inline const fixture_demand *fixture_demand_of(const fixture *f, size_t row, size_t attribute,
                                                      bool want) {
    return &(want ? f->wants : f->needs)[row * f->attribute_count + attribute];
}

#endif
