// The row work between the two products of a tile of attention. Scores stay in a tile of float32 that fits the first caches.

// The scaled and biased scores of columns i ... i + VL of row r; columns beyond the query's position give -infinity.
INLINE vf masked_score(const orrery_score_tile *t, vf s, ptrdiff_t r, ptrdiff_t i) {
    const vi key = lanes() + (t->key_position + (int32_t)i);
    s = s * t->scale;
    if (t->slope) s = fma(splat(-t->slope[r]), __builtin_convertvector(t->query_position[r] - key, vf), s);
    return choose(key <= t->query_position[r], s, splat(-__builtin_inff()));
}

static void softmax_tile(const orrery_score_tile *t, float *scores, ptrdiff_t ld, float *maximum, float *sum, float *output, ptrdiff_t output_ld,
                         ptrdiff_t head_size) {
    for (ptrdiff_t r = 0; r < t->rows; r++, scores += ld, output += output_ld) {
        if (t->query_position[r] < t->key_position) {  // nothing to see in this tile: it must not change a bit
            memset(scores, 0, (size_t)t->keys * 4);
            continue;
        }
        vf top = splat(-__builtin_inff());
        for (ptrdiff_t i = 0; i < t->keys; i += VL) {
            vf s = masked_score(t, load(scores + i), r, i);
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

static void score_gradient_tile(const orrery_score_tile *t, float *scores, float *dp, ptrdiff_t ld, const float *lse, const float *delta) {
    for (ptrdiff_t r = 0; r < t->rows; r++, scores += ld, dp += ld) {
        for (ptrdiff_t i = 0; i < t->keys; i += VL) {
            vf p = exponential(masked_score(t, load(scores + i), r, i) - lse[r]);
            vf d = load(dp + i), used = p;
            if (t->mask) {
                const vi keep = kept(t->mask + r * (t->keys / 8), i);
                used = choose(keep, p * t->keep_scale, (vf){0});
                d = choose(keep, d * t->keep_scale, (vf){0});
            }
            store(scores + i, used);
            store(dp + i, p * (d - delta[r]) * t->scale);
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
