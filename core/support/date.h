/* Dates of the Gregorian calendar (ISO 8601). */
#ifndef FITMATCH_SUPPORT_DATE_H
#define FITMATCH_SUPPORT_DATE_H

#include <fitmatch/status.h>

/**
 * Reads a date written YYYY-MM-DD, years 0000 to 9999, and nothing else.
 *
 * @param out_day days since 1970-01-01; negative before.
 * @return whether it is one.
 */
bool fm__date_read(fm_text text, int64_t *out_day);

#endif
