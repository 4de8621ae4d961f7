// What AVX-512 gives to the templates, but for dot products.
#define VL 16
#define MR 12
#define NV 2
#define BLOCK_MR 6
#define BLOCK_NP 2
#define BLOCK_HALVES(h) ((lf)_mm512_cvtph_ps((__m256i)(h)))
#define BLOCK_LOOKUP(table, i) ((lb)_mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(table))), (__m512i)(i)))
#define WIDEN_HALVES(h) _mm512_cvtph_ps((__m256i)(h))
#define FLOAT_MR 6
#define FLOAT_NR 4
