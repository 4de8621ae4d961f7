// exp and erf on vectors. Coefficients: minimax fits made by scripts/fit_polynomials.py, which prints their errors.

// 2^(x log2 e): the integer part goes into the exponent, the rest through a polynomial of degree 6 (2 ulp).
// Below -87.3 the result is 0, above 88.3 it is held at exp(88.3).
INLINE vf exponential(vf x) {
    vi tiny = x < splat(-87.3f);
    x = smaller(larger(x, splat(-87.3f)), splat(88.3f));
    vf n = __builtin_elementwise_roundeven(x * 1.44269504088896341f);
    vf r = fma(n, splat(-6.93145752e-1f), x);
    r = fma(n, splat(-1.42860677e-6f), r);
    vf p = splat(EXP_6);
    p = fma(p, r, splat(EXP_5));
    p = fma(p, r, splat(EXP_4));
    p = fma(p, r, splat(EXP_3));
    p = fma(p, r, splat(EXP_2));
    p = fma(p, r, splat(1.0f));
    p = fma(p, r, splat(1.0f));
    vi power = (__builtin_convertvector(n, vi) + 127) << 23;
    return choose(tiny, (vf){0}, p * (vf)power);
}

// erf(x) = x P(x^2 / 8 - 1) on |x| < 4, beyond which it is 1 in float32.
INLINE vf error_function(vf x) {
    vf held = smaller(larger(x, splat(-4.0f)), splat(4.0f));
    vf z = fma(held, held * 0.125f, splat(-1.0f));
    vf p = splat(erf_coefficients[ERF_DEGREE]);
    UNROLL for (int i = ERF_DEGREE - 1; i >= 0; i--) p = fma(p, z, splat(erf_coefficients[i]));
    vf y = held * p;
    return smaller(larger(y, splat(-1.0f)), splat(1.0f));
}

INLINE vf sigmoid(vf x) { return splat(1.0f) / (splat(1.0f) + exponential(-x)); }
INLINE vf hyperbolic_tangent(vf x) { return splat(1.0f) - splat(2.0f) / (exponential(x + x) + splat(1.0f)); }
