#!/usr/bin/env python3
"""Fits the polynomials of Sources/CKernels/template/coefficients.h and prints that file.

usage: fit_polynomials.py > Sources/CKernels/template/coefficients.h      (needs numpy, mpmath)
A least-squares fit at Chebyshev nodes, reweighted towards the largest errors (Lawson's iteration), comes
within a few per cent of the minimax polynomial. Errors are those of the rounded float32 coefficients, evaluated in float64.
"""
import mpmath
import numpy as np


def lawson(f, low, high, degree, weight, fixed=(), nodes=2000, rounds=400):
    """Coefficients c[len(fixed):] of sum c_i x^i minimising max |weight (f - p)|, the first ones fixed."""
    x = 0.5 * (low + high) + 0.5 * (high - low) * np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes)
    y, w = np.array([float(f(mpmath.mpf(v))) for v in x]), np.ones(nodes)
    target = y - sum(c * x**i for i, c in enumerate(fixed))
    # a basis scaled to [-1, 1] keeps the normal equations well conditioned
    powers = np.stack([(x / max(abs(low), abs(high))) ** i for i in range(len(fixed), degree + 1)], 1)
    scale = np.array([weight(v) for v in x])
    for _ in range(rounds):
        s = np.sqrt(w) * scale
        c = np.linalg.lstsq(powers * s[:, None], target * s, rcond=None)[0]
        error = np.abs((powers @ c - target) * scale)
        w = w * (error / error.max() + 1e-3)
        w /= w.sum()
    return [c[i] / max(abs(low), abs(high)) ** (i + len(fixed)) for i in range(len(c))]


def main():
    half = float(mpmath.log(2) / 2) * 1.001
    e = lawson(mpmath.exp, -half, half, 6, lambda x: float(np.exp(-x)), fixed=(1.0, 1.0))
    e32 = [np.float32(c) for c in e]
    x = np.linspace(-half, half, 20001)
    p = 1 + x + sum(float(c) * x ** (i + 2) for i, c in enumerate(e32))
    print("// Written by scripts/generate/fit_polynomials.py.")
    print(f"// exp: relative error {np.max(np.abs(p / np.exp(x) - 1)):.2e} on half an octave")
    for i, c in enumerate(e32):
        print(f"#define EXP_{i + 2} {c:.9e}f")
    degree = 16

    def f(t):  # t = x^2 / 8 - 1 is centred, so that no term is much larger than the sum
        x = mpmath.sqrt(8 * (t + 1))
        return mpmath.erf(x) / x if x > 0 else 2 / mpmath.sqrt(mpmath.pi)

    c = [np.float32(v) for v in lawson(f, -1.0, 1.0, degree, lambda t: max(np.sqrt(8 * (t + 1)), 0.3))]
    x = np.linspace(0, 4, 20001)
    got = x * sum(float(v) * (x * x / 8 - 1) ** i for i, v in enumerate(c))
    want = np.array([float(mpmath.erf(v)) for v in x])
    print(f"// erf: absolute error {np.max(np.abs(got - want)):.2e} on [-4, 4]")
    print(f"#define ERF_DEGREE {degree}")
    print("static const float erf_coefficients[ERF_DEGREE + 1] = {")
    for v in c:
        print(f"    {v:.9e}f,")
    print("};")


if __name__ == "__main__":
    main()
