// x86-64 with AVX-512 F, BW, DQ and VL: 32 registers of sixteen floats hold a tile of 12 by 32 and its operands.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#include "template/avx512.h"
// Pairs of products in 16 bits. Eight-bit codes could overflow them: |code| times the activation with its sign cannot.
#define block_part li
#define BLOCK_DOT(part, codes, a) ((li)_mm512_add_epi16((__m512i)(part), _mm512_maddubs_epi16((__m512i)(codes), (__m512i)(a))))
#define BLOCK_FINISH(part) ((li)_mm512_madd_epi16((__m512i)(part), _mm512_set1_epi16(1)))
#define BLOCK_DOT_WIDE(sum, codes, a)                                                                                                     \
    ((sum) + (li)_mm512_madd_epi16(                                                                                                       \
                 _mm512_maddubs_epi16(_mm512_abs_epi8((__m512i)(codes)),                                                                  \
                                      _mm512_mask_sub_epi8((__m512i)(a), _mm512_movepi8_mask((__m512i)(codes)), _mm512_setzero_si512(),   \
                                                           (__m512i)(a))),                                                                \
                 _mm512_set1_epi16(1)))
#define BLOCK_DOT_PAIRS(sum, codes, a) ((sum) + (li)_mm512_madd_epi16((__m512i)(codes), (__m512i)(a)))
#define ISA_NAME "avx512"
#define ISA_TABLE orrery_kernels_avx512
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx512(void) { return 0; }
#endif
