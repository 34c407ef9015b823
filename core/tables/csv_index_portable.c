/* The scanner for plain integers, eight bytes at a time. */
#define FM_CSV_PORTABLE
#define FM__CSV_SCANNER fm__csv_scanner_portable
#define FM__CSV_SCANNER_NAME "portable"
#include "tables/csv_index_body.h"
