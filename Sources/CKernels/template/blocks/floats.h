// Products with weights of float32, read where they lie: every output is the sum of sixteen lanes, lane l of which meets k = l, l + 16, ... in ascending order,
// whatever the tile and the vectors.
enum { FLOAT_PARTS = 16 / VL };

INLINE void float_tile(const int mr, const int nr, ptrdiff_t k, const float *a, ptrdiff_t lda, const float *const *w, float *c, ptrdiff_t ldc) {
    vf acc[FLOAT_MR][FLOAT_NR][FLOAT_PARTS];
    UNROLL for (int r = 0; r < mr; r++) UNROLL for (int j = 0; j < nr; j++) UNROLL for (int v = 0; v < FLOAT_PARTS; v++) acc[r][j][v] = (vf){0};
    const float *row[FLOAT_NR];
    UNROLL for (int j = 0; j < nr; j++) row[j] = w[j];
    ptrdiff_t i = 0;
    for (; i + 16 <= k; i += 16)
        UNROLL for (int v = 0; v < FLOAT_PARTS; v++) {
            vf x[FLOAT_MR];
            UNROLL for (int r = 0; r < mr; r++) x[r] = load(a + r * lda + i + v * VL);
            UNROLL for (int j = 0; j < nr; j++) {
                const vf y = load(row[j] + i + v * VL);
                UNROLL for (int r = 0; r < mr; r++) acc[r][j][v] = fma(x[r], y, acc[r][j][v]);
            }
        }
    UNROLL for (int v = 0; v < FLOAT_PARTS; v++, i += VL) {
        const ptrdiff_t rest = k - i < VL ? k - i : VL;
        if (rest <= 0) break;
        UNROLL for (int j = 0; j < nr; j++) {
            const vf y = load_some(row[j], ORRERY_F32, i, rest);
            UNROLL for (int r = 0; r < mr; r++) acc[r][j][v] = fma(load_some(a + r * lda, ORRERY_F32, i, rest), y, acc[r][j][v]);
        }
    }
    UNROLL for (int r = 0; r < mr; r++)
        UNROLL for (int j = 0; j < nr; j++) {
            UNROLL for (int half = FLOAT_PARTS / 2; half > 0; half /= 2) UNROLL for (int v = 0; v < half; v++) acc[r][j][v] += acc[r][j][v + half];
            c[r * ldc + j] += sum_lanes(acc[r][j][0]);
        }
}

// One row of activations meets one row of weights after another: memory is fetched ahead of a program that reads upwards, and reading four rows at once was seen
// to cost a fifth of the bandwidth.
static void float_rows(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const float *const *w, float *c, ptrdiff_t ldc) {
    for (ptrdiff_t j = 0; j < n;) {
        const ptrdiff_t nr = m > 1 && n - j >= FLOAT_NR ? FLOAT_NR : 1;
        for (ptrdiff_t r = 0; r < m;) {
            const ptrdiff_t mr = m - r >= FLOAT_MR ? FLOAT_MR : 1;
            const float *x = a + r * lda;
            float *y = c + r * ldc + j;
            if (nr > 1) {
                if (mr > 1) float_tile(FLOAT_MR, FLOAT_NR, k, x, lda, w + j, y, ldc);
                else float_tile(1, FLOAT_NR, k, x, lda, w + j, y, ldc);
            } else {
                if (mr > 1) float_tile(FLOAT_MR, 1, k, x, lda, w + j, y, ldc);
                else float_tile(1, 1, k, x, lda, w + j, y, ldc);
            }
            r += mr;
        }
        j += nr;
    }
}
