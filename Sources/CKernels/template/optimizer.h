// AdamW over a run of the flat arena: one read of the gradient, one read and write of weights and moments.

static void adamw(const orrery_adamw *o, float *w, const float *g, float *m, float *v, ptrdiff_t n) {
    const float step = o->learning_rate / o->correction1, root = 1.0f / __builtin_sqrtf(o->correction2);
    const float decay = 1.0f - o->learning_rate * o->weight_decay;
    FOR_VECTORS(n, vf gradient = GET(g, ORRERY_F32) * o->gradient_scale;
                vf first = fma(GET(m, ORRERY_F32), splat(o->beta1), gradient * (1.0f - o->beta1));
                vf second = fma(GET(v, ORRERY_F32), splat(o->beta2), gradient * gradient * (1.0f - o->beta2));
                PUT(m, ORRERY_F32, first); PUT(v, ORRERY_F32, second);
                PUT(w, ORRERY_F32, GET(w, ORRERY_F32) * decay - first * step / fma(__builtin_elementwise_sqrt(second), splat(root), splat(o->epsilon))););
}
