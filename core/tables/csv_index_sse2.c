/* The scanner for SSE2, part of every x86-64. */
#define FM__CSV_SCANNER fm__csv_scanner_sse2
#define FM__CSV_SCANNER_NAME "sse2"
#include "tables/csv_index_body.h"
