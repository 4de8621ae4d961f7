// arm64 with FEAT_BF16 (Apple M2, Neoverse V1 and later): bfdot takes pairs along k and doubles the arithmetic limit.
#include "CKernels.h"
#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("bf16,dotprod"))), apply_to = function)
#include <arm_neon.h>
#define VL 4
#define MR 8
#define NV 2
#define NATIVE_BF16
#define NARROW(x) vcvt_bf16_f32((float32x4_t)(x))
#define NARROW_PAIRS(low, high) vcvtq_high_bf16_f32(vcvtq_low_bf16_f32((float32x4_t)(low)), (float32x4_t)(high))
#define DOT_PAIRS(acc, a, b) vbfdotq_f32((float32x4_t)(acc), (bfloat16x8_t)vdupq_n_u32(*(a)), (bfloat16x8_t)vld1q_u32(b))
// bfdot by element; from vbfdotq_laneq_f32 clang 21 makes a dup for each row instead.
#define LANE_DOT(acc, a, lane, b)                                                                                              \
    ({                                                                                                                         \
        float32x4_t sum_ = (float32x4_t)(acc);                                                                                 \
        __asm__("bfdot %0.4s, %1.8h, %2.2h[%3]" : "+w"(sum_) : "w"(vld1q_u32(b)), "w"((float32x4_t)(a)), "i"(lane));           \
        sum_;                                                                                                                  \
    })
#define LANE_PRODUCT(acc, a, lane, b, panel_type)                                                                              \
    ((panel_type) == ORRERY_BF16 ? LANE_DOT(acc, a, lane, b)                                                                   \
                                 : vfmaq_laneq_f32((float32x4_t)(acc), vld1q_f32((const float *)(b)), (float32x4_t)(a), lane))
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
#define ISA_NAME "neonbf16"
#define ISA_TABLE orrery_kernels_neonbf16
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_neonbf16(void) { return 0; }
#endif
