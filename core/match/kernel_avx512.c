/* The kernel for AVX-512 (F, BW, DQ, VL). */
#define FM__VECTOR_BYTES 64
#define FM__KERNEL_NAME fm__kernel_avx512
#define FM__KERNEL_SET FM_INSTRUCTION_SET_AVX512
#include "match/kernel_body.h"
