// x86-64 with AVX2 and FMA: 16 registers of eight floats hold a tile of 6 by 16 and its operands.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VL 8
#define MR 6
#define NV 2
#define ISA_NAME "avx2"
#define ISA_TABLE orrery_kernels_avx2
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx2(void) { return 0; }
#endif
