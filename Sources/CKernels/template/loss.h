// Softmax cross-entropy from logits, a row at a time: the maximum and the sum in one pass over registers, no probabilities kept.

static float log_sum_exp(const void *x, int xt, ptrdiff_t width) {
    vf top = splat(-__builtin_inff());
    vf sum = {0};
    BY_TYPE(xt, FOR_VECTORS(width, vf v = GET(x, T); if (rest_) v = choose(lanes() < (int32_t)rest_, v, splat(-__builtin_inff())); top = larger(v, top);));
    const float m = max_lanes(top);
    BY_TYPE(xt, FOR_VECTORS(width, vf e = exponential(GET(x, T) - m); if (rest_) e = choose(lanes() < (int32_t)rest_, e, (vf){0}); sum += e;));
    return m + __builtin_logf(sum_lanes(sum));
}

static void cross_entropy_gradient(const void *x, int xt, float lse, ptrdiff_t target, float factor, void *dx, int dxt, ptrdiff_t width) {
    BY_TYPES(xt, dxt, FOR_VECTORS(width, vf p = exponential(GET(x, T) - lse); if (target >= i && target < i + VL) {
                 vi hit = lanes() == (int32_t)(target - i);
                 p = choose(hit, p - 1.0f, p);
             } PUT(dx, U, p * factor);));
}
