/* The catalog: what the offerings dependably deliver (SPEC 1 and 2). */
#ifndef FITMATCH_CATALOG_H
#define FITMATCH_CATALOG_H

#include <fitmatch/model.h>
#include <fitmatch/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Offerings with their nominal and dependable values: immutable, so any number of threads may read it. */
typedef struct fm_catalog fm_catalog;

/**
 * Reads the offerings and works out their dependable values from the delivery records.
 *
 * @param model     must outlive the catalog.
 * @param offerings table of offerings; read to its end, not freed.
 * @param history   NULLable table of delivery records; read to its end, not freed.
 * @param faults    NULLable; every fault of both tables.
 * @param out_catalog receives the catalog; free with fm_catalog_free.
 * @return FM_OK, FM_ERROR_INPUT, FM_ERROR_IO, FM_ERROR_MEMORY, FM_ERROR_LIMIT (over FM_OFFERINGS_MAX
 * offerings).
 */
FM_API FM_NODISCARD fm_status fm_catalog_read(const fm_model *model, fm_table *offerings, fm_table *history,
                                              const fm_faults *faults, fm_catalog **out_catalog,
                                              fm_error *error);

/** A value to give an offering. Borrowed for the call. */
typedef struct fm_catalog_set {
    const char *offering;  /**< its id */
    const char *attribute; /**< its name */
    fm_text value;         /**< as a cell of the offerings' table; blank: it offers nothing */
} fm_catalog_set;

/** How a catalog is changed: first values are set, then offerings added, then others dropped. */
typedef struct fm_catalog_change_options {
    const fm_catalog_set *sets; /**< of several for the same value the last one counts */
    size_t set_count;
    fm_table *add;            /**< NULLable: a table like that of the offerings; read to its end, not freed */
    const char *const *drops; /**< ids, those of added offerings among them */
    size_t drop_count;
} fm_catalog_change_options;

/**
 * Makes a catalog from another one, which stays as it is.
 *
 * A value that is set is promised and delivered alike, and so is what added offerings promise; everything
 * else keeps its dependable values. Values of sets are spelled as before; one that only `sets` name is
 * spelled folded.
 *
 * @param catalog its model must outlive the new catalog; it need not.
 * @param faults  NULLable; every fault: offerings and attributes that do not exist, values that are none,
 * faults of the table, no own offering left. Those of `sets` and `drops` have no file.
 * @param out_catalog receives the catalog; free with fm_catalog_free.
 * @return FM_OK, FM_ERROR_INPUT, FM_ERROR_IO, FM_ERROR_MEMORY, FM_ERROR_LIMIT.
 */
FM_API FM_NODISCARD fm_status fm_catalog_change(const fm_catalog *catalog,
                                                const fm_catalog_change_options *options,
                                                const fm_faults *faults, fm_catalog **out_catalog,
                                                fm_error *error);

/** Frees a catalog; NULL does nothing. */
FM_API void fm_catalog_free(fm_catalog *catalog);

/** An offering as the table names it; NUL-terminated strings owned by the catalog, "" where blank. */
typedef struct fm_offering {
    const char *id;
    const char *supplier;
    const char *name;
    bool own;
} fm_offering;

/** How many offerings there are, 1..FM_OFFERINGS_MAX. */
FM_API size_t fm_catalog_offering_count(const fm_catalog *catalog);

/** An offering, by its place in the table. `offering` < offering_count. */
FM_API const fm_offering *fm_catalog_offering(const fm_catalog *catalog, size_t offering);

/** The place of the offering with this id, or SIZE_MAX. */
FM_API size_t fm_catalog_find(const fm_catalog *catalog, const char *id);

/** What an offering promises and dependably delivers on one attribute of a numeric rule (at_most, at_least).
 */
typedef struct fm_promise {
    double nominal;    /**< NaN when the cell is blank */
    double dependable; /**< what matching uses; NaN when it offers nothing */
    uint64_t records;  /**< delivery records of it */
    uint64_t kept;     /**< of these, those at least as good as the nominal value; 0 where that is blank */
} fm_promise;

/** The promise of an offering on a numeric attribute; all zero for other rules. */
FM_API fm_promise fm_catalog_promise(const fm_catalog *catalog, size_t offering, size_t attribute);

#ifdef __cplusplus
}
#endif

#endif
