/* Decimal numbers, read and written exactly and the same in every locale. */
#ifndef FITMATCH_SUPPORT_NUMBER_H
#define FITMATCH_SUPPORT_NUMBER_H

#include <fitmatch/status.h>

/**
 * Reads the decimal number at the start of `text`: sign, digits with an optional fraction, exponent.
 *
 * The result is the double nearest to the decimal (as strtod in the C locale): exact arithmetic on a short
 * fast path (Clinger, How to Read Floating Point Numbers Accurately, 1990), strtod for the rest.
 *
 * @param comma also read ',' as the decimal separator.
 * @return bytes used, 0 when there is no number; infinity in *out_number when it is too large for a double.
 */
size_t fm__number_parse(fm_text text, bool comma, double *out_number);

/** Room that fm__number_format needs. */
#define FM__NUMBER_BYTES 32

/** Writes as C's "%.15g"; returns the length without the final NUL. */
size_t fm__number_format(double number, char *buffer);

/** Writes with four decimals; the same room. */
size_t fm__number_format_score(double number, char *buffer);

#endif
