// exp and erf on vectors. Coefficients: minimax fits made by scripts/generate/fit_polynomials.py, which prints their errors.

// 2^(x log2 e): the integer part goes into the exponent, the rest through a polynomial of degree 6 (2 ulp).
// Below -87.3 the result is 0, above 88.37 it is infinite, and NaN stays NaN: the operands of larger and smaller stand so that it passes.
INLINE vf exponential(vf x) {
    vi tiny = x < splat(-87.3f);
    x = smaller(splat(89.0f), larger(splat(-87.3f), x));
    // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the lowest bits.
    const vf magic = splat(12582912.0f);
    vf shifted = fma(x, splat(1.44269504088896341f), magic), n = shifted - magic;
    vf r = fma(n, splat(-6.93145752e-1f), x);
    r = fma(n, splat(-1.42860677e-6f), r);
    vf p = splat(EXP_6);
    p = fma(p, r, splat(EXP_5));
    p = fma(p, r, splat(EXP_4));
    p = fma(p, r, splat(EXP_3));
    p = fma(p, r, splat(EXP_2));
    p = fma(p, r, splat(1.0f));
    p = fma(p, r, splat(1.0f));
    vu power = ((vu)shifted + 127) << 23;
    return choose(tiny, (vf){0}, p * (vf)power);
}

// erf(x) = x P(x^2 / 8 - 1) on |x| < 4, beyond which it is 1 in float32.
INLINE vf error_function(vf x) {
    vf held = smaller(splat(4.0f), larger(splat(-4.0f), x));
    vf z = fma(held, held * 0.125f, splat(-1.0f));
    vf p = splat(erf_coefficients[ERF_DEGREE]);
    UNROLL for (int i = ERF_DEGREE - 1; i >= 0; i--) p = fma(p, z, splat(erf_coefficients[i]));
    vf y = held * p;
    return smaller(splat(1.0f), larger(splat(-1.0f), y));
}

INLINE vf sigmoid(vf x) { return splat(1.0f) / (splat(1.0f) + exponential(-x)); }
INLINE vf hyperbolic_tangent(vf x) { return splat(1.0f) - splat(2.0f) / (exponential(x + x) + splat(1.0f)); }
