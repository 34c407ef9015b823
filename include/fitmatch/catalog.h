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
