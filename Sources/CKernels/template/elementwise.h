// One pass over n elements: conversions, sums and products.

static void convert(const void *x, int xt, void *y, int yt, ptrdiff_t n) {
    BY_TYPES(xt, yt, FOR_VECTORS(n, PUT(y, U, GET(x, T));));
}

static void add(const void *x, int xt, const void *y, int yt, void *z, int zt, ptrdiff_t n) {
    if (zt == ORRERY_F32) BY_TYPES(xt, yt, FOR_VECTORS(n, PUT(z, ORRERY_F32, GET(x, T) + GET(y, U));));
    else BY_TYPES(xt, yt, FOR_VECTORS(n, PUT(z, ORRERY_BF16, GET(x, T) + GET(y, U));));
}

static void multiply(const void *x, int xt, const void *y, int yt, void *z, int zt, ptrdiff_t n) {
    if (zt == ORRERY_F32) BY_TYPES(xt, yt, FOR_VECTORS(n, PUT(z, ORRERY_F32, GET(x, T) * GET(y, U));));
    else BY_TYPES(xt, yt, FOR_VECTORS(n, PUT(z, ORRERY_BF16, GET(x, T) * GET(y, U));));
}

static void scale(const void *x, int xt, float factor, void *z, int zt, ptrdiff_t n) {
    BY_TYPES(xt, zt, FOR_VECTORS(n, PUT(z, U, GET(x, T) * factor);));
}

static void axpby(float a, const float *x, float b, float *y, ptrdiff_t n) {
    FOR_VECTORS(n, PUT(y, ORRERY_F32, fma(splat(a), GET(x, ORRERY_F32), GET(y, ORRERY_F32) * b)););
}

// Lanes in float32 over short runs, runs in float64: exact enough to clip by.
static double sum_of_squares(const float *x, ptrdiff_t n) {
    double total = 0;
    for (ptrdiff_t at = 0; at < n; at += 1024) {
        const float *run = x + at;
        const ptrdiff_t left = n - at < 1024 ? n - at : 1024;
        vf sum = {0};
        FOR_VECTORS(left, vf v = GET(run, ORRERY_F32); sum = fma(v, v, sum););
        total += sum_lanes(sum);
    }
    return total;
}
