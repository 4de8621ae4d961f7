// x86-64 with AVX2 and FMA: 16 registers of eight floats hold a tile of 6 by 16 and its operands.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define VL 8
#define MR 6
#define NV 2
#define BLOCK_MR 4
#define BLOCK_NP 1
#define BLOCK_FEW_OF_TWO 2
#define BLOCK_FEW_ROWS(bytes, has_eight_bits) ((bytes) == ORRERY_INT16 ? ((has_eight_bits) ? 4 : 8) : ((has_eight_bits) ? 12 : 16))
#define LOW_HALF(x) ((__m256i)__builtin_shufflevector((li)(x), (li)(x), 0, 1, 2, 3, 4, 5, 6, 7))
#define HIGH_HALF(x) ((__m256i)__builtin_shufflevector((li)(x), (li)(x), 8, 9, 10, 11, 12, 13, 14, 15))
#define BOTH_HALVES(low, high) \
    __builtin_shufflevector((int32_t __attribute__((vector_size(32))))(low), (int32_t __attribute__((vector_size(32))))(high), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define BLOCK_HALVES(h)                                                                                                                         \
    ((lf)BOTH_HALVES(_mm256_cvtph_ps((__m128i)__builtin_shufflevector((lh)(h), (lh)(h), 0, 1, 2, 3, 4, 5, 6, 7)),                               \
                     _mm256_cvtph_ps((__m128i)__builtin_shufflevector((lh)(h), (lh)(h), 8, 9, 10, 11, 12, 13, 14, 15))))
#define LOOKUP_TABLE(table) _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table)))
#define BLOCK_LOOKUP(table, i) \
    ((lb)BOTH_HALVES(_mm256_shuffle_epi8(LOOKUP_TABLE(table), LOW_HALF(i)), _mm256_shuffle_epi8(LOOKUP_TABLE(table), HIGH_HALF(i))))
// Pairs of products in 16 bits. Eight-bit codes could overflow them: |code| times the activation with its sign cannot.
#define block_part li
#define PAIRS_OF(codes, a) _mm256_maddubs_epi16(codes, a)
// Sums stay in their registers from one group of codes to the next: left to itself, the compiler takes them one after another and stores every factor on the way.
#define BLOCK_DOT(part, codes, a)                                                                       \
    __extension__({                                                                                     \
        __m256i low = _mm256_add_epi16(LOW_HALF(part), PAIRS_OF(LOW_HALF(codes), LOW_HALF(a)));         \
        __m256i high = _mm256_add_epi16(HIGH_HALF(part), PAIRS_OF(HIGH_HALF(codes), HIGH_HALF(a)));     \
        __asm__("" : "+x"(low), "+x"(high));                                                            \
        (li)BOTH_HALVES(low, high);                                                                     \
    })
#define BLOCK_FINISH(part) \
    ((li)BOTH_HALVES(_mm256_madd_epi16(LOW_HALF(part), _mm256_set1_epi16(1)), _mm256_madd_epi16(HIGH_HALF(part), _mm256_set1_epi16(1))))
#define SIGNED_PAIRS_OF(codes, a) _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(codes), _mm256_sign_epi8(a, codes)), _mm256_set1_epi16(1))
#define BLOCK_DOT_WIDE(sum, codes, a) \
    ((sum) + (li)BOTH_HALVES(SIGNED_PAIRS_OF(LOW_HALF(codes), LOW_HALF(a)), SIGNED_PAIRS_OF(HIGH_HALF(codes), HIGH_HALF(a))))
// Pairs of 16-bit numbers cost two thirds of what two bytes would with codes of four bits, and a quarter with eight.
#define BLOCK_DOT_PAIRS(sum, codes, a) \
    ((sum) + (li)BOTH_HALVES(_mm256_madd_epi16(LOW_HALF(codes), LOW_HALF(a)), _mm256_madd_epi16(HIGH_HALF(codes), HIGH_HALF(a))))
// Four vectors of eight bytes, or two.
#define STORE_BYTES(q, n, count)                                                                                                         \
    do {                                                                                                                                 \
        const __m256i x = _mm256_packs_epi32((__m256i)(n)[0], (__m256i)(n)[1]);                                                          \
        const __m256i y = (count) == 4 ? _mm256_packs_epi32((__m256i)(n)[2], (__m256i)(n)[3]) : x;                                       \
        const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(x, y), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));           \
        if ((count) == 4) _mm256_storeu_si256((__m256i *)(q), bytes);                                                                    \
        else _mm_storeu_si128((__m128i *)(q), _mm256_castsi256_si128(bytes));                                                            \
    } while (0)
#define WIDEN_HALVES(h) _mm256_cvtph_ps((__m128i)(h))
#define FLOAT_MR 3
#define FLOAT_NR 2
#define ISA_NAME "avx2"
#define ISA_TABLE orrery_kernels_avx2
#include "template/table.h"
#pragma clang attribute pop
#else
const orrery_kernels *orrery_kernels_avx2(void) { return 0; }
#endif
