// arm64: 32 registers of four floats hold a tile of 8 by 8 and its operands.
#include "CKernels.h"
#if defined(__aarch64__)
#define VL 4
#define MR 8
#define NV 2
#define ISA_NAME "neon"
#define ISA_TABLE orrery_kernels_neon
#include "template/table.h"
#else
const orrery_kernels *orrery_kernels_neon(void) { return 0; }
#endif
