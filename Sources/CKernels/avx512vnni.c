// AVX-512 with the dot product of bytes (vpdpbusd): Cascade Lake, Ice Lake.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), apply_to = function)
#define VL 16
#define MR 12
#define NV 2
#define BLOCK_MR 6
#define BLOCK_NP 2
#define BLOCK_HALVES(h) ((lf)_mm512_cvtph_ps((__m256i)(h)))
#define BLOCK_LOOKUP(table, i) ((lb)_mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(table))), (__m512i)(i)))
#define WIDEN_HALVES(h) _mm512_cvtph_ps((__m256i)(h))
#define FLOAT_MR 6
#define FLOAT_NR 4
#define CODES_ARE_UNSIGNED
#define BLOCK_DOT(sum, codes, a) ((li)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(codes), (__m512i)(a)))
#define BLOCK_DOT_WIDE BLOCK_DOT
#define ISA_NAME "avx512vnni"
#define ISA_TABLE orrery_kernels_avx512vnni
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx512vnni(void) { return 0; }
#endif
