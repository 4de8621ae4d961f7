// Products with weights that are plain floats, read where they lie: every output is the sum of VL lanes, lane l of which meets k = l, l + VL, ... in ascending
// order, whatever the tile. Rows of half precision and bfloat16 widen on the way; activations are float32.
INLINE vf widen_halves(vh h) {
#ifdef WIDEN_HALVES
    return (vf)WIDEN_HALVES(h);
#else
    const vu bits = __builtin_convertvector(h, vu), magnitude = bits & 0x7fff;
    const vu special = (vu)(magnitude >= 0x7c00) & 0x7f800000;
    return (vf)((vu)((vf)(magnitude << 13) * splat(0x1p112f)) | special | (bits & 0x8000) << 16);
#endif
}

INLINE vf load_weights(const uint8_t *w, const int type, ptrdiff_t i) {
    if (type == ORRERY_F32) return load((const float *)w + i);
    const vh h = *(const vh_any *)((const uint16_t *)w + i);
    return type == ORRERY_BF16 ? widen(h) : widen_halves(h);
}

INLINE vf load_some_weights(const uint8_t *w, const int type, ptrdiff_t i, ptrdiff_t n) {
    if (type != ORRERY_F16) return load_some(w, type, i, n);
    vh h = {0};
    memcpy(&h, (const uint16_t *)w + i, (size_t)n * 2);
    return widen_halves(h);
}

INLINE void float_tile(const int type, const int mr, const int nr, ptrdiff_t k, const float *a, ptrdiff_t lda, const uint8_t *const *w, float *c, ptrdiff_t ldc) {
    vf acc[FLOAT_MR][FLOAT_NR];
    UNROLL for (int r = 0; r < mr; r++) UNROLL for (int j = 0; j < nr; j++) acc[r][j] = (vf){0};
    const uint8_t *row[FLOAT_NR];
    UNROLL for (int j = 0; j < nr; j++) row[j] = w[j];
    ptrdiff_t i = 0;
    for (; i + VL <= k; i += VL) {
        vf x[FLOAT_MR];
        UNROLL for (int r = 0; r < mr; r++) x[r] = load(a + r * lda + i);
        UNROLL for (int j = 0; j < nr; j++) {
            const vf y = load_weights(row[j], type, i);
            UNROLL for (int r = 0; r < mr; r++) acc[r][j] = fma(x[r], y, acc[r][j]);
        }
    }
    if (i < k)
        UNROLL for (int j = 0; j < nr; j++) {
            const vf y = load_some_weights(row[j], type, i, k - i);
            UNROLL for (int r = 0; r < mr; r++) acc[r][j] = fma(load_some(a + r * lda, ORRERY_F32, i, k - i), y, acc[r][j]);
        }
    UNROLL for (int r = 0; r < mr; r++) UNROLL for (int j = 0; j < nr; j++) c[r * ldc + j] += sum_lanes(acc[r][j]);
}

#define FLOAT_TILES(name, type)                                                                                                              \
    static void name(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const uint8_t *const *w, float *c, ptrdiff_t ldc) { \
        for (ptrdiff_t j = 0; j < n;) {                                                                                                      \
            const ptrdiff_t nr = n - j >= FLOAT_NR ? FLOAT_NR : 1;                                                                           \
            for (ptrdiff_t r = 0; r < m;) {                                                                                                  \
                const ptrdiff_t mr = m - r >= FLOAT_MR ? FLOAT_MR : 1;                                                                       \
                const float *x = a + r * lda;                                                                                                \
                float *y = c + r * ldc + j;                                                                                                  \
                if (nr > 1) {                                                                                                                \
                    if (mr > 1) float_tile(type, FLOAT_MR, FLOAT_NR, k, x, lda, w + j, y, ldc);                                              \
                    else float_tile(type, 1, FLOAT_NR, k, x, lda, w + j, y, ldc);                                                            \
                } else {                                                                                                                     \
                    if (mr > 1) float_tile(type, FLOAT_MR, 1, k, x, lda, w + j, y, ldc);                                                     \
                    else float_tile(type, 1, 1, k, x, lda, w + j, y, ldc);                                                                   \
                }                                                                                                                            \
                r += mr;                                                                                                                     \
            }                                                                                                                                \
            j += nr;                                                                                                                         \
        }                                                                                                                                    \
    }
FLOAT_TILES(float_rows_f32, ORRERY_F32)
FLOAT_TILES(float_rows_f16, ORRERY_F16)
FLOAT_TILES(float_rows_bf16, ORRERY_BF16)

static void float_rows(int type, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const uint8_t *const *w, float *c, ptrdiff_t ldc) {
    (type == ORRERY_F32 ? float_rows_f32 : type == ORRERY_F16 ? float_rows_f16 : float_rows_bf16)(m, n, k, a, lda, w, c, ldc);
}
