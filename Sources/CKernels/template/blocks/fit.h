// Scales of sub-blocks by search (Sources/Kernels/Blocks/ScaleSearch.swift says what for). Sums are of sixteen lanes, halves upon halves, and nothing is contracted:
// every processor finds the same.
INLINE float lane_total(lf x) {
    float n[16];
    memcpy(n, &x, sizeof n);
    UNROLL for (int half = 8; half > 0; half /= 2) UNROLL for (int i = 0; i < half; i++) n[i] += n[i + half];
    return n[0];
}

// Nearest integers, ties to even, within bottom ... top: adding and taking off 1.5 * 2^23 rounds what is below 2^22. NaN becomes the bottom.
INLINE lf lane_codes(lf x, float bottom, float top) {
#pragma clang fp contract(off)
    const lf held = __builtin_elementwise_min(__builtin_elementwise_max(x, splat_lanes(bottom)), splat_lanes(top));
    return held + 12582912.0f - 12582912.0f;
}

// x = scale code with codes in -reach ... reach - 1, of n numbers, 16 or 32, of which `top` is the largest in magnitude, with its sign.
static float fit_scale(const float *x, ptrdiff_t n, float top, float reach) {
#pragma clang fp contract(off)
    float best = 0, gain = 0;
    for (int step = -9; step <= 9; step++) {
        const float id = -(reach + 0.1f * (float)step) / top;
        lf products = {0}, squares = {0};
        for (ptrdiff_t i = 0; i < n; i += 16) {
            const lf numbers = load_lanes(x + i), l = lane_codes(numbers * id, -reach, reach - 1);
            products += numbers * l;
            squares += l * l;
        }
        const float xl = lane_total(products), ll = lane_total(squares);
        // With the best scale xl / ll the squared error is the sum of x squared, less xl squared / ll.
        if (ll > 0 && xl * xl > gain * ll) best = xl / ll, gain = xl * xl / ll;
    }
    return best;
}

// x = scale code - offset with codes in 0 ... steps and an offset that is not negative, of n numbers, 16 or 32, that lie between low <= 0 and high >= 0.
static void fit_scale_and_offset(const float *x, ptrdiff_t n, float low, float high, float steps, float *scale, float *offset) {
#pragma clang fp contract(off)
    lf all = {0};
    for (ptrdiff_t i = 0; i < n; i += 16) all += load_lanes(x + i);
    const float sum = lane_total(all), count = (float)n;
    float least = __builtin_inff();
    *scale = (high - low) / steps, *offset = -low;
    for (int step = -10; step <= 10; step++) {
        const float id = (steps + 0.1f * (float)step) / (high - low);
        lf l[2], ones = {0}, squares = {0}, products = {0}, errors = {0};
        for (ptrdiff_t i = 0; i < n; i += 16) {
            const lf numbers = load_lanes(x + i), codes = l[i / 16] = lane_codes((numbers - low) * id, 0, steps);
            ones += codes;
            squares += codes * codes;
            products += numbers * codes;
        }
        const float l1 = lane_total(ones), l2 = lane_total(squares), xl = lane_total(products), determinant = count * l2 - l1 * l1;
        if (!(determinant > 0)) continue;
        float slope = (count * xl - sum * l1) / determinant, start = (l2 * sum - l1 * xl) / determinant;
        if (start > 0) slope = xl / l2, start = 0;
        for (ptrdiff_t i = 0; i < n; i += 16) {
            const lf off = l[i / 16] * slope + start - load_lanes(x + i);
            errors += off * off;
        }
        const float error = lane_total(errors);
        if (error < least) *scale = slope, *offset = -start, least = error;
    }
}

// The squared error of x = scale code - offset with the best codes in 0 ... steps, of n numbers, 16 or 32; `inverse` is that of the scale.
static float fit_error(const float *x, ptrdiff_t n, float scale, float inverse, float offset, float steps) {
#pragma clang fp contract(off)
    lf errors = {0};
    for (ptrdiff_t i = 0; i < n; i += 16) {
        const lf numbers = load_lanes(x + i), off = lane_codes((numbers + offset) * inverse, 0, steps) * scale - offset - numbers;
        errors += off * off;
    }
    return lane_total(errors);
}

// The nearest codes of n numbers, 16 or 32, (number + offset) inverse within bottom ... top, less the bottom.
static void fit_codes(const float *x, ptrdiff_t n, float inverse, float offset, float bottom, float top, uint8_t *codes) {
#pragma clang fp contract(off)
    for (ptrdiff_t i = 0; i < n; i += 16) {
        const lf l = lane_codes((load_lanes(x + i) + offset) * inverse, bottom, top) - bottom;
        UNROLL for (int r = 0; r < 16; r++) codes[i + r] = (uint8_t)(int32_t)l[r];
    }
}
