// x86-64 with AVX-512 F, BW, DQ and VL: 32 registers of sixteen floats hold a tile of 12 by 32 and its operands.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define VL 16
#define MR 12
#define NV 2
#define ISA_NAME "avx512"
#define ISA_TABLE orrery_kernels_avx512
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx512(void) { return 0; }
#endif
