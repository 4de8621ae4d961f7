// arm64 with the dot product of bytes (FEAT_DotProd: Apple M1, Neoverse N1 and later).
#include "CKernels.h"
#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include <arm_neon.h>
#define VL 4
#define MR 8
#define NV 2
// fmla by element: eight words of A are two loads, where the compiler would load each by itself.
#define LANE_PRODUCT(acc, a, lane, b, panel_type) vfmaq_laneq_f32((float32x4_t)(acc), vld1q_f32((const float *)(b)), (float32x4_t)(a), lane)
#define BLOCK_MR 4
#define BLOCK_NP 1
#define FLOAT_MR 3
#define FLOAT_NR 2
#define WIDEN_HALVES(h) vcvt_f32_f16((float16x4_t)(h))
#define QUARTER(x, n) __builtin_shufflevector((li)(x), (li)(x), 4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3)
#define DOT_QUARTER(sum, codes, a, n) vdotq_s32((int32x4_t)QUARTER(sum, n), (int8x16_t)QUARTER(codes, n), (int8x16_t)QUARTER(a, n))
#define BLOCK_DOT(sum, codes, a)                                                                                                              \
    ((li)__builtin_shufflevector(                                                                                                             \
        __builtin_shufflevector(DOT_QUARTER(sum, codes, a, 0), DOT_QUARTER(sum, codes, a, 1), 0, 1, 2, 3, 4, 5, 6, 7),                        \
        __builtin_shufflevector(DOT_QUARTER(sum, codes, a, 2), DOT_QUARTER(sum, codes, a, 3), 0, 1, 2, 3, 4, 5, 6, 7), 0, 1, 2, 3, 4, 5, 6, 7, \
        8, 9, 10, 11, 12, 13, 14, 15))
#define BLOCK_DOT_WIDE BLOCK_DOT
#define ISA_NAME "neondot"
#define ISA_TABLE orrery_kernels_neondot
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_neondot(void) { return 0; }
#endif
