// A row of activations to integers with a scale for each unit: the largest in magnitude becomes 127, or 127 * 128 where they have two bytes. NaN and infinity make
// the scale NaN or infinite, and with it all that is multiplied by it.
//
// Of two bytes, a sub-block is its high bytes, then its low ones; or, where 16-bit numbers are multiplied in pairs (block_stored_bytes says where), numbers
// 0, 2, 1, 3 of every four, as block_expand splits words of four codes into even and odd ones.
enum { LOW_BITS = 7 };

typedef uint64_t fours_any __attribute__((vector_size(VL * 2), aligned(1), may_alias));

#ifndef STORE_BYTES
// Integers that fit a byte each: `count` vectors of them.
INLINE void STORE_BYTES(int8_t *q, const vi *n, const int count) {
    typedef int8_t bytes __attribute__((vector_size(VL)));
    typedef int8_t bytes_any __attribute__((vector_size(VL), aligned(1), may_alias));
    UNROLL for (int i = 0; i < count; i++) *(bytes_any *)(q + i * VL) = __builtin_convertvector(n[i], bytes);
}
#endif

INLINE void store_pairs(int8_t *q, vi n) {
    typedef int16_t halves __attribute__((vector_size(VL * 2)));
    typedef uint64_t fours __attribute__((vector_size(VL * 2)));
    const fours x = (fours)__builtin_convertvector(n, halves);
    *(fours_any *)q = (x & 0xffff00000000ffff) | (x >> 16 & 0xffff0000) | (x & 0xffff0000) << 16;
}

INLINE void block_quantise_row(const int bytes, const int in_pairs, const int unit, const int sub, const int affine, const int zero, const void *x, const int type,
                               ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts) {
    const float most = bytes == ORRERY_INT16 ? 127 << LOW_BITS : 127;
    for (ptrdiff_t at = 0; at < k; at += unit) {
        vi top = {0};  // bits of magnitudes order as the numbers do, and NaN above all
        for (int i = 0; i < unit; i += VL) top = __builtin_elementwise_max(top, (vi)load_as(x, type, at + i) & 0x7fffffff);
        const int32_t bits = __builtin_reduce_max(top);
        float largest;
        memcpy(&largest, &bits, 4);
        const float scale = largest / most, inverse = largest > 0x1p-100f ? most / largest : 0;
        *scales++ = scale;
        for (int s = 0; s < unit; s += sub, q += sub * (in_pairs ? ORRERY_INT16 : bytes)) {
            enum { MOST = 32 / VL };
            const int count = sub / VL;
            vi n[MOST], high[MOST], low[MOST], sum = {0};
            UNROLL for (int i = 0; i < count; i++) {
                // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the lowest bits.
                const vf scaled = load_as(x, type, at + s + i * VL) * inverse, shifted = scaled + 12582912.0f;
                n[i] = (vi)shifted - 0x4b400000;
                high[i] = (n[i] + (1 << (LOW_BITS - 1))) >> LOW_BITS;
                low[i] = n[i] - (high[i] << LOW_BITS);
                sum += n[i];
            }
            if (in_pairs) {
                UNROLL for (int i = 0; i < count; i++) store_pairs(q + 2 * i * VL, n[i]);
            } else if (bytes == ORRERY_INT8) {
                STORE_BYTES(q, n, count);
            } else {
                STORE_BYTES(q, high, count);
                STORE_BYTES(q + sub, low, count);
            }
            const int32_t total = __builtin_reduce_add(sum);
            if (affine) *shifts++ = unit == 32 ? scale * (float)total : (float)total;
            else *starts++ = -zero * total;
        }
    }
}
