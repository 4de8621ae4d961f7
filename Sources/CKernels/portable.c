// Any processor with vectors of four floats: SSE2 is in every x86-64, NEON in every arm64, and elsewhere the compiler lowers them.
#define VL 4
#define MR 4
#define NV 2
#define BLOCK_MR 4
#define BLOCK_NP 1
// Several rows at once take the compiler longer than all the rest.
#define BLOCK_FEW 1
#define BLOCK_FEW_ROWS(bytes, has_eight_bits) 1
#define FLOAT_MR 2
#define FLOAT_NR 1
#define ISA_NAME "portable"
#define ISA_TABLE orrery_kernels_portable
#include "template/table.h"
