// arm64: 32 registers of four floats hold a tile of 8 by 8 and its operands.
#include "CKernels.h"
#if defined(__aarch64__)
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
#define ISA_NAME "neon"
#define ISA_TABLE orrery_kernels_neon
#include "template/table.h"
#else
const orrery_kernels *orrery_kernels_neon(void) { return 0; }
#endif
