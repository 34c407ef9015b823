/* The kernel for x86-64-v2. */
#define FM__VECTOR_BYTES 16
#define FM__KERNEL_NAME fm__kernel_sse
#define FM__KERNEL_SET FM_INSTRUCTION_SET_SSE
#include "match/kernel_body.h"
