/* The kernel for one 64-bit word at a time, for every machine. */
#define FM__VECTOR_BYTES 8
#define FM__KERNEL_NAME fm__kernel_scalar
#define FM__KERNEL_SET FM_INSTRUCTION_SET_SCALAR
#include "match/kernel_body.h"
