// What avx512.h gives, and the dot product of bytes.
#include "avx512.h"
#define CODES_ARE_UNSIGNED
#define BLOCK_DOT(sum, codes, a) ((li)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(codes), (__m512i)(a)))
#define BLOCK_DOT_WIDE BLOCK_DOT
