/* The customer base: demands as bit-sliced dictionary codes, with ids and business columns. */
#ifndef FITMATCH_BASE_H
#define FITMATCH_BASE_H

#include <fitmatch/model.h>
#include <fitmatch/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Customers in memory: immutable once read, so any number of threads may read it. */
typedef struct fm_base fm_base;

/** A row that could not be read and was set aside. Views are valid during the callback only. */
typedef struct fm_reject {
    uint64_t
        line; /**< physical line where the row starts, the header being line 1; in memory: row number + 1 */
    uint64_t column; /**< byte in its line where the bad cell starts, 0 when it is the row as a whole */
    fm_text reason;  /**< one line of printable text */
    fm_text record;  /**< the row as it stood, without its line end; empty for tables in memory */
} fm_reject;

/** Whether customers who demand the same share one place in the base. Such a *folded* base takes 4 bytes for
 * a row beside what its places take, and is matched place by place, so that a thousand million rows of ten
 * million different demands are matched like ten million. All results are those of a base that is not
 * folded. The analyses of analysis.h want rows side by side: fm_base_unfold makes them so. */
typedef enum fm_folding {
    FM_FOLDING_NEVER,
    FM_FOLDING_IF_SMALLER, /**< once it is clear that fewer than half of the rows differ; finding out takes a
                              few percent of the time of reading, and some hundred thousand rows */
    FM_FOLDING_ALWAYS,
} fm_folding;

/** How customers are read. */
typedef struct fm_base_options {
    const char *const *keep; /**< further columns of the table to carry, in this order; must exist */
    size_t keep_count;
    /** Called for each row set aside, in row order, from the calling thread; a status other than FM_OK ends
     * the reading with it. NULL: rows are set aside silently and only counted. */
    fm_status (*reject)(void *context, const fm_reject *reject, fm_error *error);
    void *context;
    bool strict; /**< the first such row is an error instead */
    /** Ids and business columns are looked at, but not kept: the base has no columns, and ids are blank. For
     * counting, in less time and memory; neither a match table nor a base file can be written of it. */
    bool without_texts;
    fm_folding folding;
    const fm_progress *progress; /**< NULLable; reports FM_PHASE_BUILD */
    unsigned threads; /**< that read a CSV table side by side; 0: all that OpenMP would use. The base is the
                         same for any number. */
} fm_base_options;

/**
 * Reads customers to the end of a table.
 *
 * @param model   must outlive the base.
 * @param table   not freed.
 * @param options NULLable: no further columns, rows set aside silently.
 * @param faults  NULLable; warnings (a column that the model names is missing) and errors.
 * @param out_base receives the base; free with fm_base_free.
 * @return FM_OK, also when rows were set aside (see fm_base_reject_count); FM_ERROR_INPUT when the table as a
 * whole is wrong (no id column, no rows) or, when strict, at the first bad row; FM_ERROR_IO; FM_ERROR_MEMORY.
 */
FM_API FM_NODISCARD fm_status fm_base_read(const fm_model *model, fm_table *table,
                                           const fm_base_options *options, const fm_faults *faults,
                                           fm_base **out_base, fm_error *error);

/** Customers being read in parts, from a table of any size or a pipe that never ends; not for two threads at
 * a time. */
typedef struct fm_customers fm_customers;

/**
 * Begins reading customers.
 *
 * @param model, table must outlive the reading, the model also the bases. The table is not freed.
 * @param options, faults like those of fm_base_read; `keep` may go afterwards, what the callbacks need not.
 * @param out_customers receives the reading; end with fm_customers_close.
 * @return like fm_base_read, as far as columns are concerned; no row has been looked at.
 */
FM_API FM_NODISCARD fm_status fm_customers_open(const fm_model *model, fm_table *table,
                                                const fm_base_options *options, const fm_faults *faults,
                                                fm_customers **out_customers, fm_error *error);

/**
 * Reads the next customers into a base of their own.
 *
 * Bases follow each other without a gap and know nothing of each other; their rows are numbered from 0, lines
 * in messages go on counting. One may have no rows, where all were set aside. Where one ends depends on the
 * memory only, and nothing that is worked out of all of them should depend on that.
 *
 * @param memory_bytes the base ends where it takes about so many; 0: at the end of the table. Reading itself
 * takes some tens of megabytes more, less for a small base.
 * @param out_base receives the base, to be freed with fm_base_free, or NULL when no customers are left.
 * @return like fm_base_read. After a failure there is nothing left to do but fm_customers_close.
 */
FM_API FM_NODISCARD fm_status fm_customers_next(fm_customers *customers, size_t memory_bytes,
                                                fm_base **out_base, fm_error *error);

/** Ends reading, wherever it is; NULL does nothing. */
FM_API void fm_customers_close(fm_customers *customers);

/** Where the time of fm_base_read or fm_customers_next went, in seconds on the wall; what threads did side by
 * side is divided up as their time was. */
typedef struct fm_base_timings {
    double scan;   /**< pulling rows out of the table */
    double encode; /**< turning cells into codes */
    double slice;  /**< sorting the dictionaries and slicing the codes */
} fm_base_timings;

/** How long reading took. */
FM_API fm_base_timings fm_base_read_timings(const fm_base *base);

/** Frees a base; NULL does nothing. */
FM_API void fm_base_free(fm_base *base);

/** Customer rows, those set aside not counted. */
FM_API uint64_t fm_base_row_count(const fm_base *base);

/** Places that the demands of its rows take: those of equal rows once where rows were folded, else as many as
 * there are rows. */
FM_API uint64_t fm_base_place_count(const fm_base *base);

/** Gives every row of a folded base a place of its own; nothing is done to other bases.
 *
 * @param threads that work on it; 0: all that OpenMP would use.
 * @return FM_OK, or FM_ERROR_MEMORY, the base then as it was. Whatever looks at the base (matches, walks) has
 * to be freed before.
 */
FM_API FM_NODISCARD fm_status fm_base_unfold(fm_base *base, unsigned threads, fm_error *error);

/** Rows set aside. */
FM_API uint64_t fm_base_reject_count(const fm_base *base);

/** The id of a row as it was read, blank without texts; owned by the base. `row` < row_count. */
FM_API fm_text fm_base_id(const fm_base *base, uint64_t row);

/** The first row at or after `from` with this id (compared without surrounding blanks), or UINT64_MAX. */
FM_API uint64_t fm_base_find(const fm_base *base, const char *id, uint64_t from);

/** Columns carried beside the id: the model's business columns that the table has, then those kept. */
FM_API size_t fm_base_column_count(const fm_base *base);

/** A carried column's name; NUL-terminated, owned by the base. */
FM_API const char *fm_base_column_name(const fm_base *base, size_t column);

/** A carried column's cell as it was read; owned by the base. */
FM_API fm_text fm_base_cell(const fm_base *base, size_t column, uint64_t row);

/** Whether the base has money (a value column). */
FM_API bool fm_base_has_value(const fm_base *base);

/** Whether a need of an attribute is a demand, was asked and is none, or is still unasked. */
typedef enum fm_demand_state { FM_DEMAND_NONE, FM_DEMAND_UNASKED, FM_DEMAND_STATED } fm_demand_state;

/** How the rows of a base spread over the states of one attribute's need or want. */
typedef struct fm_demand_count {
    bool column_found; /**< the table has the column */
    uint64_t rows[3];  /**< by fm_demand_state */
    uint64_t distinct; /**< different demands stated */
} fm_demand_count;

/** Counts for the need (`want` false) or the want of an attribute. Constant time. */
FM_API fm_demand_count fm_base_demand_count(const fm_base *base, size_t attribute, bool want);

#ifdef __cplusplus
}
#endif

#endif
