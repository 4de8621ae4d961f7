// AVX-512 with the dot product of bytes (vpdpbusd) and that of bfloat16 (vdpbf16ps), which takes pairs along k and doubles the arithmetic limit.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,avx2,fma,f16c"))), apply_to = function)
#include "template/avx512bf16.h"
#define ISA_NAME "avx512bf16"
#define ISA_TABLE orrery_kernels_avx512bf16
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx512bf16(void) { return 0; }
#endif
