/* The scanner for AVX2. */
#define FM__CSV_SCANNER fm__csv_scanner_avx2
#define FM__CSV_SCANNER_NAME "avx2"
#include "tables/csv_index_body.h"
