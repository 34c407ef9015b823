/* The scanner for AVX-512 with VBMI2. */
#define FM__CSV_SCANNER fm__csv_scanner_avx512
#define FM__CSV_SCANNER_NAME "avx512"
#include "tables/csv_index_body.h"
