// The row work between the two products of a tile of attention. Scores stay in a tile of float32 that fits the first caches.

INLINE vf scaled_score(const orrery_score_tile *t, vf s) {
    s = s * t->scale;
    return t->soft_cap > 0 ? hyperbolic_tangent(s / t->soft_cap) * t->soft_cap : s;
}

// The terms that row r's table has for keys at these positions.
INLINE vf distance_bias(const orrery_score_tile *t, vi key, ptrdiff_t r) {
    const int32_t reach = t->bias_reach;
    vf terms;
    for (int i = 0; i < VL; i++) {
        const int32_t distance = key[i] - t->query_position[r];
        terms[i] = t->bias[r][reach + (distance < -reach ? -reach : distance > reach ? reach : distance)];
    }
    return terms;
}

// Adds the gradients of the scores of row r and keys i ... i + VL to those of its terms, key after key.
INLINE void add_bias_gradient(const orrery_score_tile *t, vf ds, ptrdiff_t r, ptrdiff_t i) {
    const int32_t reach = t->bias_reach, first = t->key_position + (int32_t)i - t->query_position[r];
    for (int lane = 0; lane < VL; lane++) {
        const int32_t distance = first + lane;
        t->bias_gradient[r][reach + (distance < -reach ? -reach : distance > reach ? reach : distance)] += ds[lane];
    }
}

// Scaled scores of columns i ... i + VL of row r with what depends on distance; columns that the row does not see give -infinity.
INLINE vf masked_score(const orrery_score_tile *t, vf s, ptrdiff_t r, ptrdiff_t i) {
    const vi key = lanes() + (t->key_position + (int32_t)i);
    if (t->slope) s = fma(splat(-t->slope[r]), __builtin_convertvector(t->query_position[r] - key, vf), s);
    if (t->bias) s += distance_bias(t, key, r);
    return choose((key >= t->first_key[r]) & (key <= t->last_key[r]), s, splat(-__builtin_inff()));
}

INLINE int sees_nothing(const orrery_score_tile *t, ptrdiff_t r) {
    return t->last_key[r] < t->key_position || t->first_key[r] >= t->key_position + t->keys;
}

static void softmax_tile(const orrery_score_tile *t, float *scores, ptrdiff_t ld, float *maximum, float *sum, float *output, ptrdiff_t output_ld,
                         ptrdiff_t head_size) {
    for (ptrdiff_t r = 0; r < t->rows; r++, scores += ld, output += output_ld) {
        if (sees_nothing(t, r)) {  // it must not change a bit
            memset(scores, 0, (size_t)t->keys * 4);
            continue;
        }
        vf top = splat(-__builtin_inff());
        for (ptrdiff_t i = 0; i < t->keys; i += VL) {
            vf s = masked_score(t, scaled_score(t, load(scores + i)), r, i);
            store(scores + i, s);
            top = larger(s, top);
        }
        const float tile_top = max_lanes(top), m = maximum[r] > tile_top ? maximum[r] : tile_top;
        vf total = {0};
        for (ptrdiff_t i = 0; i < t->keys; i += VL) {
            vf p = exponential(load(scores + i) - m);
            total += p;
            if (t->mask) p = choose(kept(t->mask + r * (t->keys / 8), i), p * t->keep_scale, (vf){0});
            store(scores + i, p);
        }
        if (m != maximum[r]) {
            const vf rescale = exponential(splat(maximum[r] - m));
            sum[r] *= rescale[0];
            FOR_VECTORS(head_size, PUT(output, ORRERY_F32, GET(output, ORRERY_F32) * rescale););
            maximum[r] = m;
        }
        sum[r] += sum_lanes(total);
    }
}

static void softmax_finish(const float *output, ptrdiff_t output_ld, const float *maximum, const float *sum, void *y, int yt, ptrdiff_t y_stride,
                           float *lse, ptrdiff_t rows, ptrdiff_t head_size) {
    for (ptrdiff_t r = 0; r < rows; r++, output += output_ld) {
        const float inverse = 1.0f / sum[r];
        if (lse) lse[r] = maximum[r] + __builtin_logf(sum[r]);
        BY_TYPE(yt, void *to = (char *)y + r * y_stride * (T == ORRERY_F32 ? 4 : 2);
                FOR_VECTORS(head_size, PUT(to, T, GET(output, ORRERY_F32) * inverse);));
    }
}

static void softmax_merge(const float *part_maximum, const float *part_sum, const float *part, float *maximum, float *sum, float *output, ptrdiff_t rows,
                          ptrdiff_t head_size) {
    for (ptrdiff_t r = 0; r < rows; r++, part += head_size, output += head_size) {
        if (part_maximum[r] == -__builtin_inff()) continue;
        const float m = maximum[r] > part_maximum[r] ? maximum[r] : part_maximum[r];
        const vf before = exponential(splat(maximum[r] - m)), here = exponential(splat(part_maximum[r] - m));
        maximum[r] = m;
        sum[r] = fma(splat(sum[r]), before, splat(part_sum[r]) * here)[0];
        FOR_VECTORS(head_size, PUT(output, ORRERY_F32, fma(GET(output, ORRERY_F32), before, GET(part, ORRERY_F32) * here)););
    }
}

static void score_gradient_tile(const orrery_score_tile *t, float *scores, float *dp, ptrdiff_t ld, const float *lse, const float *delta) {
    for (ptrdiff_t r = 0; r < t->rows; r++, scores += ld, dp += ld) {
        for (ptrdiff_t i = 0; i < t->keys; i += VL) {
            const vf score = scaled_score(t, load(scores + i));
            vf p = exponential(masked_score(t, score, r, i) - lse[r]);
            vf d = load(dp + i), used = p;
            if (t->mask) {
                const vi keep = kept(t->mask + r * (t->keys / 8), i);
                used = choose(keep, p * t->keep_scale, (vf){0});
                d = choose(keep, d * t->keep_scale, (vf){0});
            }
            store(scores + i, used);
            vf ds = p * (d - delta[r]);
            if (t->bias_gradient) add_bias_gradient(t, ds, r, i);
            ds *= t->scale;
            if (t->soft_cap > 0) {  // the derivative of tanh is 1 - tanh^2
                const vf tangent = score / t->soft_cap;
                ds *= splat(1.0f) - tangent * tangent;
            }
            store(dp + i, ds);
        }
    }
}

static void row_dot(const void *x, int xt, ptrdiff_t x_stride, const void *y, int yt, ptrdiff_t y_stride, float *out, ptrdiff_t rows, ptrdiff_t width) {
    for (ptrdiff_t r = 0; r < rows; r++) {
        vf dot = {0};
        BY_TYPES(xt, yt, const void *a = (const char *)x + r * x_stride * (T == ORRERY_F32 ? 4 : 2);
                 const void *b = (const char *)y + r * y_stride * (U == ORRERY_F32 ? 4 : 2);
                 FOR_VECTORS(width, dot = fma(GET(a, T), GET(b, U), dot);));
        out[r] = sum_lanes(dot);
    }
}
