/* Numbers for people. Each writes into `out` and returns it. */
#ifndef FITMATCH_TOOL_NUMBERS_H
#define FITMATCH_TOOL_NUMBERS_H

#include <stdint.h>

#define NUMBER_BYTES 48

/* 1234567 -> "1,234,567" */
const char *number_count(char out[NUMBER_BYTES], uint64_t count);
/* 1234567.8 -> "1,234,568"; cents only below a thousand, from ten billion on as number_large */
const char *number_money(char out[NUMBER_BYTES], double money);
/* part of whole -> "12.3 %"; nothing is "0 %", and what is not nothing never looks like it */
const char *number_share(char out[NUMBER_BYTES], double part, double whole);
/* 1234567890 -> "1.2 billion" */
const char *number_large(char out[NUMBER_BYTES], double number);
/* 0.0421 -> "42 ms" */
const char *number_seconds(char out[NUMBER_BYTES], double seconds);
/* 1234567 -> "1.2 MB" */
const char *number_bytes(char out[NUMBER_BYTES], double bytes);

#endif
