/* The kernel for AVX2. */
#define FM__VECTOR_BYTES 32
#define FM__KERNEL_NAME fm__kernel_avx2
#define FM__KERNEL_SET FM_INSTRUCTION_SET_AVX2
#include "match/kernel_body.h"
