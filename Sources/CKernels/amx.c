// Tile registers (AMX): products of whole tiles of bytes, in Sapphire Rapids and later. All else is avx512bf16's.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,avx2,fma,f16c,amx-tile,amx-int8"))), apply_to = function)
#include "template/avx512bf16.h"
#define TILE_REGISTERS
#define ISA_NAME "amx"
#define ISA_TABLE orrery_kernels_amx
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_amx(void) { return 0; }
#endif
