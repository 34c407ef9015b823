/* Making a catalog offering by offering, wherever the offerings come from. */
#ifndef FITMATCH_MODEL_CATALOG_MAKER_H
#define FITMATCH_MODEL_CATALOG_MAKER_H

#include "model/catalog.h"
#include "support/error.h"

/** One value of a set cell, before the values of its attribute are sorted. */
typedef struct fm__set_value {
    uint32_t offering;
    uint32_t value;
} fm__set_value;

/** The set cells of one attribute, as they come. */
typedef struct fm__set_cells {
    fm__names folded;
    fm_text *spelled; /**< numbered like folded */
    size_t spelled_capacity;
    fm__set_value *values;
    size_t value_count;
    size_t value_capacity;
} fm__set_cells;

/** A catalog being made. Values of numbers and flags stand in it from the start, sets once it is settled. */
typedef struct fm__catalog_maker {
    fm_catalog *catalog; /**< NULL once it is taken */
    const fm_model_spec *model;
    fm__set_cells *sets; /**< [attribute] */
    bool fold_newcomers; /**< values of sets that nobody spelled before are spelled folded */
    size_t offering_capacity;
    char *folding; /**< scratch for folded values */
    size_t folding_capacity;
} fm__catalog_maker;

/** Begins an empty catalog; false when memory ran out. To be destroyed in any case. */
bool fm__catalog_maker_init(fm__catalog_maker *maker, const fm_model *model);

/** Frees what making needed, and the catalog unless it was taken. */
void fm__catalog_maker_destroy(fm__catalog_maker *maker);

/** Lets values of sets be spelled as another catalog spells them; before any cell. False when memory ran out.
 */
bool fm__catalog_maker_spell(fm__catalog_maker *maker, const fm_catalog *like);

/** Adds an offering that offers nothing; `id` is not among catalog->ids. Its place, or SIZE_MAX when memory
 * ran out. */
size_t fm__catalog_maker_add(fm__catalog_maker *maker, fm_text id, fm_text supplier, fm_text name);

/** What became of a cell. */
typedef enum fm__cell_outcome { FM__CELL_TAKEN, FM__CELL_WRONG, FM__CELL_NO_MEMORY } fm__cell_outcome;

/**
 * Gives the last offering the value that a cell of the offerings' table says.
 *
 * @param cell   trimmed; blank offers nothing.
 * @param reason gets what is wrong (FM_MESSAGE_BYTES) with FM__CELL_WRONG.
 */
fm__cell_outcome fm__catalog_maker_cell(fm__catalog_maker *maker, size_t attribute, fm_text cell,
                                        char *reason);

/** The same for a cell of a numeric column in memory; NaN is blank. */
fm__cell_outcome fm__catalog_maker_number(fm__catalog_maker *maker, size_t attribute, double number,
                                          char *reason);

/** Gives the last offering what an offering of `from` promises; sets need fm__catalog_maker_spell of `from`
 * before. False when memory ran out. */
bool fm__catalog_maker_copy(fm__catalog_maker *maker, size_t attribute, const fm_catalog *from,
                            size_t offering);

/** Lays the offered sets out, and takes what is promised for what is delivered. False when memory ran out. */
bool fm__catalog_maker_settle(fm__catalog_maker *maker);

/** The finished catalog, now the caller's. */
fm_catalog *fm__catalog_maker_take(fm__catalog_maker *maker);

/** Reads a table of offerings into a catalog, behind those that it has; every fault goes to the log. FM_OK
 * also where there are faults. */
FM_NODISCARD fm_status fm__catalog_read_table(fm__catalog_maker *maker, fm_table *table,
                                              fm__fault_log *faults, fm_error *error);

#endif
