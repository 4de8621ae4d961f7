// A row of activations to signed bytes with a scale for each unit: the largest in magnitude becomes 127. NaN and infinity make the scale NaN or infinite, and
// with it all that is multiplied by it.
INLINE void block_quantise_row(const int unit, const int sub, const int affine, const int zero, const void *x, const int type, ptrdiff_t k, int8_t *q,
                               float *scales, int32_t *starts, float *shifts) {
    typedef int8_t bytes __attribute__((vector_size(VL)));
    typedef int8_t bytes_any __attribute__((vector_size(VL), aligned(1), may_alias));
    for (ptrdiff_t at = 0; at < k; at += unit) {
        vi top = {0};  // bits of magnitudes order as the numbers do, and NaN above all
        for (int i = 0; i < unit; i += VL) top = __builtin_elementwise_max(top, (vi)load_as(x, type, at + i) & 0x7fffffff);
        const int32_t bits = __builtin_reduce_max(top);
        float largest;
        memcpy(&largest, &bits, 4);
        const float scale = largest / 127, inverse = largest > 0x1p-100f ? 127 / largest : 0;
        *scales++ = scale;
        for (int s = 0; s < unit; s += sub, q += sub) {
            vi sum = {0};
            UNROLL for (int i = 0; i < sub; i += VL) {
                // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the lowest bits.
                const vf scaled = load_as(x, type, at + s + i) * inverse, shifted = scaled + 12582912.0f;
                const vi n = (vi)shifted - 0x4b400000;
                *(bytes_any *)(q + i) = __builtin_convertvector(n, bytes);
                sum += n;
            }
            const int32_t total = __builtin_reduce_add(sum);
            if (affine) *shifts++ = unit == 32 ? scale * (float)total : (float)total;
            else *starts++ = -zero * total;
        }
    }
}
