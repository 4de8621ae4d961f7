// AVX-512 with the bfloat16 dot product (vdpbf16ps), which takes pairs along k and doubles the arithmetic limit.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#define VL 16
#define NATIVE_BF16
#define MR 12
#define NV 2
#define ISA_NAME "avx512bf16"
#define ISA_TABLE orrery_kernels_avx512bf16
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx512bf16(void) { return 0; }
#endif
