// Activations of the feed-forward network, and their derivatives.

// 0.5 (1 + erf(x / sqrt 2)), the normal distribution's cumulative function (arXiv:1606.08415)
INLINE vf normal_cdf(vf x) { return fma(error_function(x * 0.70710678118654752f), splat(0.5f), splat(0.5f)); }

// the tanh approximation's argument: sqrt(2 / pi) (x + 0.044715 x^3)
INLINE vf tanh_argument(vf x) { return x * fma(x * x, splat(0.044715f * 0.79788456080286536f), splat(0.79788456080286536f)); }

INLINE vf activate(const int kind, vf x) {
    switch (kind) {
    case ORRERY_GELU_ERF: return x * normal_cdf(x);
    case ORRERY_GELU_TANH: {
        vf t = hyperbolic_tangent(tanh_argument(x));
        return x * fma(t, splat(0.5f), splat(0.5f));
    }
    case ORRERY_RELU_SQUARED: {
        vf r = larger((vf){0}, x);
        return r * r;
    }
    case ORRERY_RELU: return larger((vf){0}, x);
    case ORRERY_QUICK_GELU: return x * sigmoid(x * 1.702f);
    case ORRERY_TANH: return hyperbolic_tangent(x);
    case ORRERY_SIGMOID: return sigmoid(x);
    case ORRERY_RELU6: return smaller(splat(6.0f), larger((vf){0}, x));
    case ORRERY_LEAKY_RELU: return choose(x < (vf){0}, x * 0.01f, x);
    case ORRERY_HARD_SWISH: return x * (smaller(splat(6.0f), larger((vf){0}, x + 3.0f)) / splat(6.0f));
    case ORRERY_IDENTITY: return x;
    default: return x * sigmoid(x);
    }
}

// NaN stays NaN, also where the slope does not depend on x otherwise.
INLINE vf step_slope(vf x, vf slope) { return choose(x == x, slope, x); }

INLINE vf activation_slope(const int kind, vf x) {
    switch (kind) {
    case ORRERY_GELU_ERF: {
        vf density = exponential(x * x * -0.5f) * 0.39894228040143268f;
        return fma(x, density, normal_cdf(x));
    }
    case ORRERY_GELU_TANH: {
        vf t = hyperbolic_tangent(tanh_argument(x));
        vf inner = fma(x * x, splat(3 * 0.044715f * 0.79788456080286536f), splat(0.79788456080286536f));
        return fma(x * 0.5f * (splat(1.0f) - t * t), inner, fma(t, splat(0.5f), splat(0.5f)));
    }
    case ORRERY_RELU_SQUARED: return larger((vf){0}, x) * 2.0f;
    case ORRERY_RELU: return step_slope(x, choose(x > (vf){0}, splat(1.0f), (vf){0}));
    case ORRERY_QUICK_GELU: {
        vf s = sigmoid(x * 1.702f);
        return s * fma(x * 1.702f, splat(1.0f) - s, splat(1.0f));
    }
    case ORRERY_TANH: {
        vf t = hyperbolic_tangent(x);
        return splat(1.0f) - t * t;
    }
    case ORRERY_SIGMOID: {
        vf s = sigmoid(x);
        return s * (splat(1.0f) - s);
    }
    case ORRERY_RELU6: return step_slope(x, choose((x > (vf){0}) & (x < splat(6.0f)), splat(1.0f), (vf){0}));
    case ORRERY_LEAKY_RELU: return step_slope(x, choose(x > (vf){0}, splat(1.0f), splat(0.01f)));
    case ORRERY_HARD_SWISH: {
        vf inside = fma(x, splat(1.0f / 3.0f), splat(0.5f));
        return choose(x <= splat(-3.0f), (vf){0}, choose(x >= splat(3.0f), splat(1.0f), inside));
    }
    case ORRERY_IDENTITY: return step_slope(x, splat(1.0f));
    default: {
        vf s = sigmoid(x);
        return s * fma(x, splat(1.0f) - s, splat(1.0f));
    }
    }
}

#define BY_KIND(kind, ...)                                                                              \
    switch (kind) {                                                                                     \
    case ORRERY_GELU_ERF: { enum { K = ORRERY_GELU_ERF }; __VA_ARGS__; break; }                         \
    case ORRERY_GELU_TANH: { enum { K = ORRERY_GELU_TANH }; __VA_ARGS__; break; }                       \
    case ORRERY_RELU_SQUARED: { enum { K = ORRERY_RELU_SQUARED }; __VA_ARGS__; break; }                 \
    case ORRERY_RELU: { enum { K = ORRERY_RELU }; __VA_ARGS__; break; }                                 \
    case ORRERY_QUICK_GELU: { enum { K = ORRERY_QUICK_GELU }; __VA_ARGS__; break; }                     \
    case ORRERY_TANH: { enum { K = ORRERY_TANH }; __VA_ARGS__; break; }                                 \
    case ORRERY_SIGMOID: { enum { K = ORRERY_SIGMOID }; __VA_ARGS__; break; }                           \
    case ORRERY_RELU6: { enum { K = ORRERY_RELU6 }; __VA_ARGS__; break; }                               \
    case ORRERY_LEAKY_RELU: { enum { K = ORRERY_LEAKY_RELU }; __VA_ARGS__; break; }                     \
    case ORRERY_HARD_SWISH: { enum { K = ORRERY_HARD_SWISH }; __VA_ARGS__; break; }                     \
    case ORRERY_IDENTITY: { enum { K = ORRERY_IDENTITY }; __VA_ARGS__; break; }                         \
    default: { enum { K = ORRERY_SILU }; __VA_ARGS__; break; }                                          \
    }

static void activation(int kind, const void *x, int xt, void *y, int yt, ptrdiff_t n) {
    BY_KIND(kind, BY_TYPES(xt, yt, FOR_VECTORS(n, PUT(y, U, activate(K, GET(x, T)));)));
}

static void activation_gradient(int kind, const void *x, int xt, const void *dy, int dyt, void *dx, int dxt, ptrdiff_t n) {
    if (dxt == ORRERY_F32)
        BY_KIND(kind, BY_TYPES(xt, dyt, FOR_VECTORS(n, PUT(dx, ORRERY_F32, GET(dy, U) * activation_slope(K, GET(x, T)));)))
    else
        BY_KIND(kind, BY_TYPES(xt, dyt, FOR_VECTORS(n, PUT(dx, ORRERY_BF16, GET(dy, U) * activation_slope(K, GET(x, T)));)))
}

static void swiglu(const void *gate, const void *up, void *y, int type, ptrdiff_t n) {
    BY_TYPE(type, FOR_VECTORS(n, PUT(y, T, activate(ORRERY_SILU, GET(gate, T)) * GET(up, T));));
}

static void swiglu_gradient(const void *gate, const void *up, const void *dy, void *dgate, void *dup, int type, ptrdiff_t n) {
    BY_TYPE(type, FOR_VECTORS(n, vf g = GET(gate, T), u = GET(up, T), d = GET(dy, T); vf s = sigmoid(g);
                              PUT(dgate, T, d * u * s * fma(g, splat(1.0f) - s, splat(1.0f))); PUT(dup, T, d * g * s);));
}
