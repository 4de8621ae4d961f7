// Weights of tokens for sampling: exp((x - highest) / temperature) in float64, and the bin of each by its logarithm. Additions, multiplications and divisions
// only, never fused, so that every instruction set gives the same bits (portableExp in OrreryGeneration says the same).
static void sampling_weights(const float *x, ptrdiff_t n, double highest, double temperature, double bins_per_unit, double last_bin, double *weights, int32_t *bins) {
#pragma clang fp contract(off) reassociate(off)
    for (ptrdiff_t i = 0; i < n; i++) {
        const double e = ((double)x[i] - highest) / temperature;
        // A weight below e^-708 is nothing; the clamp keeps the arithmetic on numbers.
        const double c = e > -708 ? e : -708;
        const double shifted = c * 1.4426950408889634 + 0x1.8p52, k = shifted - 0x1.8p52;
        const double r = (c - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
        double sum = 1.0 / 6227020800.0;
        sum = sum * r + 1.0 / 479001600.0;
        sum = sum * r + 1.0 / 39916800.0;
        sum = sum * r + 1.0 / 3628800.0;
        sum = sum * r + 1.0 / 362880.0;
        sum = sum * r + 1.0 / 40320.0;
        sum = sum * r + 1.0 / 5040.0;
        sum = sum * r + 1.0 / 720.0;
        sum = sum * r + 1.0 / 120.0;
        sum = sum * r + 1.0 / 24.0;
        sum = sum * r + 1.0 / 6.0;
        sum = sum * r + 0.5;
        sum = sum * r + 1.0;
        sum = sum * r + 1.0;
        union { double d; uint64_t u; } power = {.d = shifted};
        power.u = (power.u + 1023) << 52;
        const double w = sum * power.d, bin = c * -bins_per_unit;
        weights[i] = e > -708 ? w : 0;
        bins[i] = (int32_t)(bin < last_bin ? bin : last_bin);
    }
}
