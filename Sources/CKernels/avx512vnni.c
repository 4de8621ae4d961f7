// AVX-512 with the dot product of bytes (vpdpbusd): Cascade Lake, Ice Lake.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), apply_to = function)
#include "template/avx512vnni.h"
#define ISA_NAME "avx512vnni"
#define ISA_TABLE orrery_kernels_avx512vnni
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx512vnni(void) { return 0; }
#endif
