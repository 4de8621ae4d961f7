// RMSNorm and LayerNorm by row. Weight gradients of the rows given are added to dweight; the caller splits rows in fixed chunks
// and adds the chunks in order, so that sums do not depend on the number of threads.

INLINE float mean_square(const void *x, const int T, ptrdiff_t width) {
    vf sum = {0};
    FOR_VECTORS(width, vf v = GET(x, T); sum = fma(v, v, sum););
    return sum_lanes(sum) / (float)width;
}

#define ROW(p, type, r) ((void *)((char *)(p) + (r) * width * ((type) == ORRERY_F32 ? 4 : 2)))

static void rms_norm(const void *x, int xt, const float *weight, float offset, float epsilon, void *y, int yt, float *rstd, ptrdiff_t rows,
                     ptrdiff_t width) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        BY_TYPES(xt, yt, const void *from = ROW(x, T, r); void *to = ROW(y, U, r);
                 const float s = 1.0f / __builtin_sqrtf(mean_square(from, T, width) + epsilon); if (rstd) rstd[r] = s;
                 FOR_VECTORS(width, PUT(to, U, GET(from, T) * s * (GET(weight, ORRERY_F32) + offset));));
    }
}

// dx = rstd (w dy - x rstd^2 mean(w dy x))
static void rms_norm_gradient(const void *x, int xt, const float *weight, float offset, const float *rstd, const void *dy, int dyt, void *dx, int dxt,
                              float *dweight, ptrdiff_t rows, ptrdiff_t width) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        BY_TYPES(
            xt, dyt, const void *from = ROW(x, T, r); const void *g = ROW(dy, U, r); const float s = rstd[r]; vf dot = {0};
            FOR_VECTORS(width, vf v = GET(from, T), d = GET(g, U); dot = fma(v * (GET(weight, ORRERY_F32) + offset), d, dot);
                        PUT(dweight, ORRERY_F32, fma(v * s, d, GET(dweight, ORRERY_F32))););
            const float c = sum_lanes(dot) / (float)width * s * s * s; void *to = ROW(dx, dxt, r);
            if (dxt == ORRERY_F32) FOR_VECTORS(width, PUT(to, ORRERY_F32, GET(g, U) * (GET(weight, ORRERY_F32) + offset) * s - GET(from, T) * c););
            else FOR_VECTORS(width, PUT(to, ORRERY_BF16, GET(g, U) * (GET(weight, ORRERY_F32) + offset) * s - GET(from, T) * c);));
    }
}

// bias may be null
static void layer_norm(const void *x, int xt, const float *weight, const float *bias, float epsilon, void *y, int yt, float *mean, float *rstd,
                       ptrdiff_t rows, ptrdiff_t width) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        BY_TYPES(
            xt, yt, const void *from = ROW(x, T, r); void *to = ROW(y, U, r); vf sum = {0}; FOR_VECTORS(width, sum += GET(from, T););
            const float m = sum_lanes(sum) / (float)width; vf squares = {0};
            // the tail's missing lanes would count as -m, so they are masked by weighting the whole
            FOR_VECTORS(width, vf d = GET(from, T) - m; if (rest_) d = choose(lanes() < (int32_t)rest_, d, (vf){0}); squares = fma(d, d, squares););
            const float s = 1.0f / __builtin_sqrtf(sum_lanes(squares) / (float)width + epsilon);
            if (mean) mean[r] = m; if (rstd) rstd[r] = s;
            if (bias) FOR_VECTORS(width, PUT(to, U, fma((GET(from, T) - m) * s, GET(weight, ORRERY_F32), GET(bias, ORRERY_F32))););
            else FOR_VECTORS(width, PUT(to, U, (GET(from, T) - m) * s * GET(weight, ORRERY_F32));));
    }
}

// with n = (x - mean) rstd: dx = rstd (w dy - mean(w dy) - n mean(w dy n)); dbias may be null
static void layer_norm_gradient(const void *x, int xt, const float *weight, const float *mean, const float *rstd, const void *dy, int dyt,
                                void *dx, int dxt, float *dweight, float *dbias, ptrdiff_t rows, ptrdiff_t width) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        BY_TYPES(
            xt, dyt, const void *from = ROW(x, T, r); const void *g = ROW(dy, U, r); const float s = rstd[r], m = mean[r];
            vf sum = {0}, dot = {0};
            FOR_VECTORS(width, vf n = (GET(from, T) - m) * s, d = GET(g, U), wd = d * GET(weight, ORRERY_F32); sum += wd; dot = fma(wd, n, dot);
                        PUT(dweight, ORRERY_F32, fma(n, d, GET(dweight, ORRERY_F32))););
            if (dbias) FOR_VECTORS(width, PUT(dbias, ORRERY_F32, GET(dbias, ORRERY_F32) + GET(g, U)););
            const float a = sum_lanes(sum) / (float)width, b = sum_lanes(dot) / (float)width; void *to = ROW(dx, dxt, r);
            if (dxt == ORRERY_F32)
                FOR_VECTORS(width, vf n = (GET(from, T) - m) * s; PUT(to, ORRERY_F32, (GET(g, U) * GET(weight, ORRERY_F32) - a - n * b) * s););
            else FOR_VECTORS(width, vf n = (GET(from, T) - m) * s; PUT(to, ORRERY_BF16, (GET(g, U) * GET(weight, ORRERY_F32) - a - n * b) * s);));
    }
}

static void column_sum(const void *x, int xt, ptrdiff_t row_stride, float *out, ptrdiff_t rows, ptrdiff_t width) {
    for (ptrdiff_t r = 0; r < rows; r++)
        BY_TYPE(xt, const void *from = (const char *)x + r * row_stride * (T == ORRERY_F32 ? 4 : 2);
                FOR_VECTORS(width, PUT(out, ORRERY_F32, GET(out, ORRERY_F32) + GET(from, T));));
}
