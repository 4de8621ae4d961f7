// What AVX-512 with the dot products of bytes and of bfloat16 gives to the templates.
#define VL 16
#define NATIVE_BF16
#define NARROW(x) _mm512_cvtneps_pbh((__m512)(x))
#define NARROW_PAIRS(low, high) _mm512_cvtne2ps_pbh((__m512)(high), (__m512)(low))
#define DOT_PAIRS(acc, a, b) _mm512_dpbf16_ps((__m512)(acc), (__m512bh)_mm512_set1_epi32((int)*(a)), (__m512bh)_mm512_loadu_si512(b))
#define MR 12
#define NV 2
#define BLOCK_MR 6
#define BLOCK_NP 2
#define BLOCK_HALVES(h) ((lf)_mm512_cvtph_ps((__m256i)(h)))
#define BLOCK_LOOKUP(table, i) ((lb)_mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(table))), (__m512i)(i)))
#define WIDEN_HALVES(h) _mm512_cvtph_ps((__m256i)(h))
#define FLOAT_MR 6
#define FLOAT_NR 4
#define CODES_ARE_UNSIGNED
#define BLOCK_DOT(sum, codes, a) ((li)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(codes), (__m512i)(a)))
#define BLOCK_DOT_WIDE BLOCK_DOT
