// AVX-512 with the bfloat16 dot product (vdpbf16ps), which takes pairs along k and doubles the arithmetic limit.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#define VL 16
#define NATIVE_BF16
#define NARROW(x) _mm512_cvtneps_pbh((__m512)(x))
#define NARROW_PAIRS(low, high) _mm512_cvtne2ps_pbh((__m512)(high), (__m512)(low))
#define DOT_PAIRS(acc, a, b) _mm512_dpbf16_ps((__m512)(acc), (__m512bh)_mm512_set1_epi32((int)*(a)), (__m512bh)_mm512_loadu_si512(b))
#define MR 12
#define NV 2
#define ISA_NAME "avx512bf16"
#define ISA_TABLE orrery_kernels_avx512bf16
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx512bf16(void) { return 0; }
#endif
