// What avx512vnni.h gives, and the dot product of bfloat16.
#include "avx512vnni.h"
#define NATIVE_BF16
#define NARROW(x) _mm512_cvtneps_pbh((__m512)(x))
#define NARROW_PAIRS(low, high) _mm512_cvtne2ps_pbh((__m512)(high), (__m512)(low))
#define DOT_PAIRS(acc, a, b) _mm512_dpbf16_ps((__m512)(acc), (__m512bh)_mm512_set1_epi32((int)*(a)), (__m512bh)_mm512_loadu_si512(b))
