// Compares the tables of inner loops with plain C twins, in float64, on odd sizes. Every array is a malloc of its exact size, so that under
// -fsanitize=address a read or write past an end stops the program; without it canaries catch the writes.
//
//   check_kernels [table ...]     portable, avx2, avx512, avx512vnni, avx512bf16, amx, neon, neondot, neonbf16; all that run here by default
//
// Tests/KernelsTests is the broader comparison. This one needs no Swift: scripts/check/check_neon runs it in an emulator, scripts/check/check_sanitizers under the
// sanitizers. L below is one element type, n a count, W the width of a row, u half a float32 ulp at 1.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "CKernels.h"

static const orrery_kernels *K;
static const double u = 0x1p-24;
static const ptrdiff_t sizes[] = {1, 2, 7, 15, 16, 17, 31, 33, 65, 100, 129, 1025};
enum { SIZES = sizeof sizes / sizeof *sizes, CANARIES = 64 };
static int failures;

// --- arrays

typedef struct { void *data; int type; ptrdiff_t n; } array;

static uint64_t seed = 1;
static float uniform(void) {  // between -2 and 2
    uint64_t z = seed += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (float)((int64_t)(z ^ (z >> 31)) >> 40) * 0x1p-22f;
}
static uint16_t to_bf16(float x) {
    uint32_t b;
    memcpy(&b, &x, 4);
    return (uint16_t)((b + 0x7fff + (b >> 16 & 1)) >> 16);
}
static float from_bf16(uint16_t h) {
    uint32_t b = (uint32_t)h << 16;
    float x;
    memcpy(&x, &b, 4);
    return x;
}
static float rounded(float x, int type) { return type == ORRERY_F32 ? x : from_bf16(to_bf16(x)); }

static array make(int type, ptrdiff_t n) {
    const size_t bytes = (size_t)n * (type == ORRERY_F32 ? 4 : 2);
#ifdef __SANITIZE_ADDRESS__
    const size_t extra = 0;
#else
    const size_t extra = CANARIES;
#endif
    char *p = malloc(bytes + extra ? bytes + extra : 1);
    memset(p, 0xff, bytes);  // NaN in either type
    memset(p + bytes, 0xa5, extra);
    return (array){p, type, n};
}
static double get(array a, ptrdiff_t i) {
    return a.type == ORRERY_F32 ? (double)((float *)a.data)[i] : (double)from_bf16(((uint16_t *)a.data)[i]);
}
static void set(array a, ptrdiff_t i, double x) {
    if (a.type == ORRERY_F32) ((float *)a.data)[i] = (float)x;
    else ((uint16_t *)a.data)[i] = to_bf16((float)x);
}
static array fill(int type, ptrdiff_t n, double scale) {
    array a = make(type, n);
    for (ptrdiff_t i = 0; i < n; i++) set(a, i, uniform() * scale);
    return a;
}
static void discard(array a) {
#ifndef __SANITIZE_ADDRESS__
    const unsigned char *end = (unsigned char *)a.data + a.n * (a.type == ORRERY_F32 ? 4 : 2);
    for (int i = 0; i < CANARIES; i++)
        if (end[i] != 0xa5) { failures++; printf("FAIL %s: a write past the end of %td elements\n", K->name, a.n); break; }
#endif
    free(a.data);
}
#define DISCARD(...)                                                        \
    do {                                                                    \
        array gone[] = {__VA_ARGS__};                                       \
        for (size_t g = 0; g < sizeof gone / sizeof *gone; g++) discard(gone[g]); \
    } while (0)

// --- findings

static struct { const char *name; double error; } worst[64];
static int kernels_seen;

// got[i] against want, `bound` the error of float32 arithmetic; rounding to bfloat16 is added and not reported.
static void check(const char *name, array got, ptrdiff_t i, double want, double bound) {
    const double value = get(got, i), error = fabs(value - want);
    const double limit = bound + (got.type == ORRERY_F32 ? u : 0x1p-8) * (fabs(want) + bound) + 0x1p-126;
    if (!(error <= limit)) {
        if (failures++ < 20) printf("FAIL %s %s[%td]: %.9g, expected %.9g within %.3g\n", K->name, name, i, value, want, limit);
        return;
    }
    int k = 0;
    while (k < kernels_seen && strcmp(worst[k].name, name)) k++;
    if (k == kernels_seen) worst[kernels_seen++].name = name;
    if (got.type == ORRERY_F32 && error > worst[k].error) worst[k].error = error;
}

// --- products and packing

static void check_product(ptrdiff_t M, ptrdiff_t N, ptrdiff_t L, int at, int bt, int ct, int panel_type, int a_turned, int b_turned, int start) {
    const ptrdiff_t lda = (a_turned ? M : L) + 3, ldb = (b_turned ? L : N) + 1, ldc = N + 2;
    const ptrdiff_t mr = K->panel_rows, nr = K->panel_columns;
    const ptrdiff_t depth = panel_type == ORRERY_BF16 && K->native_bf16 ? (L + 1) / 2 : L;
    // the last row of a strided matrix ends where its elements do
    array a = make(at, ((a_turned ? L : M) - 1) * lda + (a_turned ? M : L)), b = make(bt, ((b_turned ? N : L) - 1) * ldb + (b_turned ? L : N));
    for (ptrdiff_t i = 0; i < M; i++) for (ptrdiff_t k = 0; k < L; k++) set(a, a_turned ? k * lda + i : i * lda + k, uniform());
    for (ptrdiff_t k = 0; k < L; k++) for (ptrdiff_t j = 0; j < N; j++) set(b, b_turned ? j * ldb + k : k * ldb + j, uniform());
    array ap = make(ORRERY_F32, (M + mr - 1) / mr * mr * depth), bp = make(ORRERY_F32, (N + nr - 1) / nr * nr * depth);
    array c = make(ct, (M - 1) * ldc + N), bias = fill(ORRERY_F32, N, 1), before = make(ORRERY_F32, M * N);
    for (ptrdiff_t i = 0; i < M; i++)
        for (ptrdiff_t j = 0; j < N; j++) {
            double s = start == ORRERY_START_ZERO ? 0 : start == ORRERY_START_BIAS ? get(bias, j) : (double)uniform();
            set(before, i * N + j, s);
            if (start == ORRERY_START_C) set(c, i * ldc + j, s);
        }
    K->pack(a.data, at, a_turned ? 1 : lda, a_turned ? lda : 1, M, L, (int)mr, panel_type, ap.data, mr * depth);
    K->pack(b.data, bt, b_turned ? ldb : 1, b_turned ? 1 : ldb, N, L, (int)nr, panel_type, bp.data, nr * depth);
    K->product(M, N, depth, ap.data, mr * depth, 0, bp.data, nr * depth, panel_type, c.data, ct, ldc, start, start == ORRERY_START_BIAS ? bias.data : NULL);
    for (ptrdiff_t i = 0; i < M; i++)
        for (ptrdiff_t j = 0; j < N; j++) {
            double sum = get(before, i * N + j), size = fabs(sum);
            for (ptrdiff_t k = 0; k < L; k++) {
                double term = (double)rounded((float)get(a, a_turned ? k * lda + i : i * lda + k), panel_type)
                    * (double)rounded((float)get(b, b_turned ? j * ldb + k : k * ldb + j), panel_type);
                sum += term;
                size += fabs(term);
            }
            check(panel_type == ORRERY_F32 ? "pack, product f32" : "pack, product bf16", c, i * ldc + j, sum, 2 * (double)L * u * size);
        }
    DISCARD(a, b, ap, bp, c, bias, before);
}

static void check_products(void) {
    static const ptrdiff_t shapes[][3] = {{1, 1, 1}, {1, 7, 15}, {7, 1, 17}, {2, 17, 1}, {3, 33, 31}, {4, 15, 2}, {5, 8, 7}, {6, 16, 33}, {8, 9, 16},
        {9, 31, 5}, {10, 4, 4}, {11, 65, 3}, {12, 32, 64}, {13, 64, 65}, {17, 17, 17}, {25, 40, 100}, {33, 129, 9}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int bits = 0; bits < 64; bits++)
            for (int start = 0; start < 3; start++) {
                const int ct = bits & 1;
                if (start == ORRERY_START_C && ct != ORRERY_F32) continue;
                check_product(shapes[s][0], shapes[s][1], shapes[s][2], bits >> 1 & 1, bits >> 2 & 1, ct, bits >> 3 & 1, bits >> 4 & 1, bits >> 5 & 1, start);
            }
}

// --- element by element

static double activation(int kind, double x) {
    switch (kind) {
    case ORRERY_GELU_ERF: return 0.5 * x * erfc(-x / sqrt(2));
    case ORRERY_RELU: return fmax(0, x);
    case ORRERY_QUICK_GELU: return x / (1 + exp(-1.702 * x));
    case ORRERY_TANH: return tanh(x);
    case ORRERY_SIGMOID: return 1 / (1 + exp(-x));
    case ORRERY_RELU6: return fmin(6, fmax(0, x));
    case ORRERY_LEAKY_RELU: return x < 0 ? 0.01 * x : x;
    case ORRERY_HARD_SWISH: return x * fmin(6, fmax(0, x + 3)) / 6;
    case ORRERY_IDENTITY: return x;
    case ORRERY_GELU_TANH: return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case ORRERY_RELU_SQUARED: return x > 0 ? x * x : 0;
    default: return x / (1 + exp(-x));
    }
}
static double slope(int kind, double x) {
    switch (kind) {
    case ORRERY_GELU_ERF: return 0.5 * erfc(-x / sqrt(2)) + x * exp(-x * x / 2) / sqrt(2 * M_PI);
    case ORRERY_RELU: return x > 0;
    case ORRERY_QUICK_GELU: {
        double s = 1 / (1 + exp(-1.702 * x));
        return s + 1.702 * x * s * (1 - s);
    }
    case ORRERY_TANH: return 1 - tanh(x) * tanh(x);
    case ORRERY_SIGMOID: {
        double s = 1 / (1 + exp(-x));
        return s * (1 - s);
    }
    case ORRERY_RELU6: return x > 0 && x < 6;
    case ORRERY_LEAKY_RELU: return x > 0 ? 1 : 0.01;
    case ORRERY_HARD_SWISH: return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
    case ORRERY_IDENTITY: return 1;
    case ORRERY_GELU_TANH: {
        double t = tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x);
    }
    case ORRERY_RELU_SQUARED: return x > 0 ? 2 * x : 0;
    default: {
        double s = 1 / (1 + exp(-x));
        return s + x * s * (1 - s);
    }
    }
}

static void check_elements(ptrdiff_t n, int xt, int yt, int zt) {
    array x = fill(xt, n, 1), y = fill(yt, n, 1), wide = fill(xt, n, 4), z = make(zt, n);
    K->add(x.data, xt, y.data, yt, z.data, zt, n);
    for (ptrdiff_t i = 0; i < n; i++) check("add", z, i, get(x, i) + get(y, i), 0);
    K->multiply(x.data, xt, y.data, yt, z.data, zt, n);
    for (ptrdiff_t i = 0; i < n; i++) check("multiply", z, i, get(x, i) * get(y, i), u);
    K->convert(x.data, xt, z.data, zt, n);
    for (ptrdiff_t i = 0; i < n; i++) check("convert", z, i, rounded((float)get(x, i), zt), 0);
    K->scale(x.data, xt, -1.5f, z.data, zt, n);
    for (ptrdiff_t i = 0; i < n; i++) check("scale", z, i, get(x, i) * -1.5, 0);
    static const char *names[] = {"gelu", "gelu tanh", "relu squared", "silu", "relu", "quick gelu", "tanh", "sigmoid", "relu6", "leaky relu", "hard swish", "identity"};
    static const char *slopes[] = {"gelu'", "gelu tanh'", "relu squared'", "silu'", "relu'", "quick gelu'", "tanh'", "sigmoid'", "relu6'", "leaky relu'", "hard swish'",
                                   "identity'"};
    for (int kind = 0; kind <= ORRERY_IDENTITY; kind++) {
        K->activation(kind, wide.data, xt, z.data, zt, n);
        for (ptrdiff_t i = 0; i < n; i++)
            check(names[kind], z, i, activation(kind, get(wide, i)), 4 * u * (1 + fabs(get(wide, i)) + fabs(activation(kind, get(wide, i)))));
        K->activation_gradient(kind, wide.data, xt, y.data, yt, z.data, zt, n);
        for (ptrdiff_t i = 0; i < n; i++)
            check(slopes[kind], z, i, slope(kind, get(wide, i)) * get(y, i), 16 * u * fabs(get(y, i)) * (1 + fabs(get(wide, i))));
    }
    if (xt == yt && yt == zt) {
        array up = make(xt, n), gate = make(xt, n);
        K->swiglu(wide.data, y.data, z.data, xt, n);
        for (ptrdiff_t i = 0; i < n; i++) check("swiglu", z, i, activation(ORRERY_SILU, get(wide, i)) * get(y, i), 16 * u);
        K->swiglu_gradient(wide.data, y.data, x.data, gate.data, up.data, xt, n);
        for (ptrdiff_t i = 0; i < n; i++) {
            check("swiglu'", gate, i, slope(ORRERY_SILU, get(wide, i)) * get(y, i) * get(x, i), 100 * u);
            check("swiglu'", up, i, activation(ORRERY_SILU, get(wide, i)) * get(x, i), 32 * u);
        }
        DISCARD(up, gate);
    }
    DISCARD(x, y, wide, z);
}

// --- dropout: Philox4x32-7 (Salmon et al., SC'11)

static int keeps(const orrery_dropout *d, uint32_t row, uint32_t group, int element) {
    uint32_t c[4] = {group, row, (uint32_t)d->stream, (uint32_t)(d->stream >> 32)}, k0 = (uint32_t)d->seed, k1 = (uint32_t)(d->seed >> 32);
    for (int round = 0; round < 7; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        uint64_t p = (uint64_t)c[0] * 0xD2511F53u, q = (uint64_t)c[2] * 0xCD9E8D57u;
        uint32_t next[4] = {(uint32_t)(q >> 32) ^ c[1] ^ k0, (uint32_t)q, (uint32_t)(p >> 32) ^ c[3] ^ k1, (uint32_t)p};
        memcpy(c, next, sizeof c);
    }
    return (c[element / 2] >> (element % 2 * 16) & 0xffff) >= (uint32_t)(d->probability * 65536.0f + 0.5f);
}

static void check_dropout(ptrdiff_t n, int xt, int yt) {
    const orrery_dropout d = {0x0123456789abcdef, 0xfedcba9876543210, 0.3f};
    array x = fill(xt, n, 1), y = make(yt, n);
    K->dropout(&d, 4096, x.data, xt, y.data, yt, n);
    for (ptrdiff_t i = 0; i < n; i++)
        check("dropout", y, i, keeps(&d, 0, (uint32_t)(512 + i / 8), i % 8) ? get(x, i) / (1 - (double)0.3f) : 0, 4 * u * fabs(get(x, i)));
    const ptrdiff_t groups = (n + 7) / 8;
    array mask = make(ORRERY_BF16, (groups + 1) / 2), wrong = make(ORRERY_F32, 1);
    set(wrong, 0, 0);
    K->dropout_mask(&d, 77, 5, groups, mask.data);
    for (ptrdiff_t i = 0; i < groups * 8; i++)
        if ((((uint8_t *)mask.data)[i / 8] >> (i % 8) & 1) != keeps(&d, 77, (uint32_t)(5 + i / 8), i % 8)) set(wrong, 0, 1);
    check("dropout mask", wrong, 0, 0, 0);
    DISCARD(x, y, mask, wrong);
}

// --- rows

static void check_norms(ptrdiff_t rows, ptrdiff_t W, int xt, int dyt, int zt, int with_bias) {
    array x = fill(xt, rows * W, 1), dy = fill(dyt, rows * W, 1), w = fill(ORRERY_F32, W, 1), b = fill(ORRERY_F32, W, 1), z = make(zt, rows * W);
    array mean = make(ORRERY_F32, rows), rstd = make(ORRERY_F32, rows), dw = fill(ORRERY_F32, W, 0), db = fill(ORRERY_F32, W, 0), dots = make(ORRERY_F32, rows);
    const double share = (double)(W + 8) * u, eps = 1e-2f;
    double sums[2048], bias_sums[2048];

    const float offset = with_bias ? 1 : 0;
    K->rms_norm(x.data, xt, w.data, offset, 1e-2f, z.data, zt, rstd.data, rows, W);
    memset(sums, 0, sizeof sums);
    for (ptrdiff_t r = 0; r < rows; r++) {
        double s = 0;
        for (ptrdiff_t i = 0; i < W; i++) s += get(x, r * W + i) * get(x, r * W + i);
        s = 1 / sqrt(s / (double)W + eps);
        check("rms norm", rstd, r, s, share * s);
        for (ptrdiff_t i = 0; i < W; i++) check("rms norm", z, r * W + i, get(x, r * W + i) * s * (offset + get(w, i)), share * fabs(get(x, r * W + i) * s) * (offset + fabs(get(w, i))));
    }
    K->rms_norm_gradient(x.data, xt, w.data, offset, rstd.data, dy.data, dyt, z.data, zt, dw.data, rows, W);
    for (ptrdiff_t r = 0; r < rows; r++) {
        double s = get(rstd, r), dot = 0;
        for (ptrdiff_t i = 0; i < W; i++) {
            dot += get(x, r * W + i) * (offset + get(w, i)) * get(dy, r * W + i);
            sums[i] += get(x, r * W + i) * s * get(dy, r * W + i);
        }
        for (ptrdiff_t i = 0; i < W; i++)
            check("rms norm'", z, r * W + i, s * ((offset + get(w, i)) * get(dy, r * W + i) - get(x, r * W + i) * s * s * dot / (double)W), 2 * share * s * (6 + 24 * s * s));
    }
    for (ptrdiff_t i = 0; i < W; i++) check("rms norm'", dw, i, sums[i], (double)(rows + 8) * u * (double)rows * 40);

    for (ptrdiff_t i = 0; i < W; i++) set(dw, i, 0);
    K->layer_norm(x.data, xt, w.data, with_bias ? b.data : NULL, 1e-2f, z.data, zt, mean.data, rstd.data, rows, W);
    for (ptrdiff_t r = 0; r < rows; r++) {
        double m = 0, v = 0;
        for (ptrdiff_t i = 0; i < W; i++) m += get(x, r * W + i) / (double)W;
        for (ptrdiff_t i = 0; i < W; i++) v += (get(x, r * W + i) - m) * (get(x, r * W + i) - m) / (double)W;
        const double s = 1 / sqrt(v + eps);
        check("layer norm", mean, r, m, 2 * share);
        check("layer norm", rstd, r, s, 2 * share * s);
        for (ptrdiff_t i = 0; i < W; i++)
            check("layer norm", z, r * W + i, (get(x, r * W + i) - m) * s * get(w, i) + (with_bias ? get(b, i) : 0), share * 16 * s);
    }
    memset(sums, 0, sizeof sums);
    memset(bias_sums, 0, sizeof bias_sums);
    K->layer_norm_gradient(x.data, xt, w.data, mean.data, rstd.data, dy.data, dyt, z.data, zt, dw.data, with_bias ? db.data : NULL, rows, W);
    for (ptrdiff_t r = 0; r < rows; r++) {
        const double s = get(rstd, r), m = get(mean, r);
        double a = 0, c = 0;
        for (ptrdiff_t i = 0; i < W; i++) {
            const double n = (get(x, r * W + i) - m) * s, g = get(dy, r * W + i);
            a += g * get(w, i) / (double)W;
            c += g * get(w, i) * n / (double)W;
            sums[i] += n * g;
            bias_sums[i] += g;
        }
        for (ptrdiff_t i = 0; i < W; i++)
            check("layer norm'", z, r * W + i, s * (get(dy, r * W + i) * get(w, i) - a - (get(x, r * W + i) - m) * s * c), share * s * (16 + 64 * s * s));
    }
    for (ptrdiff_t i = 0; i < W; i++) {
        check("layer norm'", dw, i, sums[i], (double)(rows + 8) * u * (double)rows * 80);
        if (with_bias) check("layer norm'", db, i, bias_sums[i], (double)(rows + 8) * u * (double)rows * 2);
    }

    // strides beyond the width
    const ptrdiff_t stride = W + 5;
    array far = fill(xt, (rows - 1) * stride + W, 1);
    for (ptrdiff_t i = 0; i < W; i++) set(db, i, 0);
    K->column_sum(far.data, xt, stride, db.data, rows, W);
    for (ptrdiff_t i = 0; i < W; i++) {
        double sum = 0;
        for (ptrdiff_t r = 0; r < rows; r++) sum += get(far, r * stride + i);
        check("column sum", db, i, sum, (double)rows * u * 2 * (double)rows);
    }
    K->row_dot(far.data, xt, stride, dy.data, dyt, W, dots.data, rows, W);
    for (ptrdiff_t r = 0; r < rows; r++) {
        double sum = 0;
        for (ptrdiff_t i = 0; i < W; i++) sum += get(far, r * stride + i) * get(dy, r * W + i);
        check("row dot", dots, r, sum, share * 4 * (double)W);
    }
    DISCARD(x, dy, w, b, z, mean, rstd, dw, db, dots, far);
}

static void check_loss(ptrdiff_t W, int xt, int dxt) {
    array x = fill(xt, W, 8), dx = make(dxt, W), lse = make(ORRERY_F32, 1);
    double sum = 0;
    for (ptrdiff_t i = 0; i < W; i++) sum += exp(get(x, i));
    ((float *)lse.data)[0] = K->log_sum_exp(x.data, xt, W);
    check("log-sum-exp", lse, 0, log(sum), (double)(W + 64) * u);
    for (int t = 0; t < 2; t++) {
        const ptrdiff_t target = t ? W - 1 : -1;
        K->cross_entropy_gradient(x.data, xt, (float)get(lse, 0), target, 0.5f, dx.data, dxt, W);
        for (ptrdiff_t i = 0; i < W; i++) check("cross-entropy'", dx, i, 0.5 * (exp(get(x, i) - get(lse, 0)) - (i == target)), 16 * u);
    }
    DISCARD(x, dx, lse);
}

static void check_rotary(ptrdiff_t head_size, ptrdiff_t R, int type) {
    const ptrdiff_t rows = 3, heads = 2, xs = heads * head_size + 3, ys = heads * head_size;
    array x = fill(type, (rows - 1) * xs + heads * head_size, 1), y = make(type, rows * ys), c = fill(ORRERY_F32, rows * (R / 2), 0.5), s = fill(ORRERY_F32, rows * (R / 2), 0.5);
    for (int sign = -1; sign < 2; sign += 2) {
        K->rotary(x.data, xs, y.data, ys, type, c.data, s.data, (float)sign, rows, heads, head_size, R);
        for (ptrdiff_t r = 0; r < rows; r++)
            for (ptrdiff_t h = 0; h < heads; h++)
                for (ptrdiff_t i = 0; i < head_size; i++) {
                    const ptrdiff_t from = r * xs + h * head_size, j = R ? i % (R / 2) : 0;
                    double want = get(x, from + i);
                    if (i < R / 2) want = get(x, from + i) * get(c, r * (R / 2) + j) - sign * get(x, from + i + R / 2) * get(s, r * (R / 2) + j);
                    else if (i < R) want = get(x, from + i) * get(c, r * (R / 2) + j) + sign * get(x, from + i - R / 2) * get(s, r * (R / 2) + j);
                    check("rotary", y, r * ys + h * head_size + i, want, 12 * u);
                }
    }
    DISCARD(x, y, c, s);
}

static double cap(double score, float soft_cap) { return soft_cap > 0 ? (double)soft_cap * tanh(score / (double)soft_cap) : score; }
static double with_distance(int distances, double slope, array terms, int reach, ptrdiff_t distance) {
    return distances ? slope * (double)distance + get(terms, reach + (distance < -reach ? -reach : distance > reach ? reach : distance)) : 0;
}

// Two tiles of keys against softmax over all of them, then the gradient of each tile.
static void check_attention(ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t D, int yt, int with_slope, int with_mask) {
    const ptrdiff_t all = 2 * keys, ld = keys;
    const orrery_dropout d = {5, 6, 0.25f};
    const float scale = 0.7f, keep_scale = 1 / (1 - 0.25f);
    array raw = fill(ORRERY_F32, rows * all, 3), v = fill(ORRERY_F32, all * D, 1), slopes = fill(ORRERY_F32, rows, 0.2), dp = fill(ORRERY_F32, rows * all, 1);
    array maximum = make(ORRERY_F32, rows), sum = make(ORRERY_F32, rows), output = make(ORRERY_F32, rows * D), y = make(yt, rows * D);
    array lse = make(ORRERY_F32, rows), tile = make(ORRERY_F32, rows * ld), dtile = make(ORRERY_F32, rows * ld), delta = fill(ORRERY_F32, rows, 1);
    enum { reach = 5 };
    const float soft_cap = with_mask ? 1.5f : 0;
    array terms = fill(ORRERY_F32, 2 * reach + 1, 1);
    int32_t *position = malloc((size_t)rows * 4), *first = malloc((size_t)rows * 4);
    const float **biases = malloc((size_t)rows * sizeof *biases);
    uint8_t *mask = malloc((size_t)(rows * keys / 8));
    for (ptrdiff_t r = 0; r < rows; r++) {
        position[r] = (int32_t)((r * 37 + 1) % all);
        first[r] = with_mask && position[r] > 20 ? position[r] - 20 : 0;
        biases[r] = terms.data;
        set(maximum, r, -INFINITY);
        set(sum, r, 0);
        for (ptrdiff_t i = 0; i < D; i++) set(output, r * D + i, 0);
    }
    for (int pass = 0; pass < 2; pass++) {
        for (ptrdiff_t part = 0; part < 2; part++) {
            orrery_score_tile t = {.first_key = first, .last_key = position, .query_position = position, .slope = with_slope ? slopes.data : NULL,
                                   .bias = with_slope ? biases : NULL, .bias_reach = reach, .soft_cap = soft_cap, .mask = with_mask ? mask : NULL,
                                   .keep_scale = keep_scale, .scale = scale, .key_position = (int32_t)(part * keys), .rows = (int32_t)rows, .keys = (int32_t)keys};
            for (ptrdiff_t r = 0; r < rows; r++) {
                K->dropout_mask(&d, (uint32_t)r, (uint32_t)(part * keys / 8), keys / 8, mask + r * keys / 8);
                for (ptrdiff_t j = 0; j < keys; j++) {
                    set(tile, r * ld + j, get(raw, r * all + part * keys + j));
                    set(dtile, r * ld + j, get(dp, r * all + part * keys + j));
                }
            }
            if (pass == 0) {
                K->softmax_tile(&t, tile.data, ld, maximum.data, sum.data, output.data, D, D);
                for (ptrdiff_t r = 0; r < rows; r++)
                    for (ptrdiff_t i = 0; i < D; i++) {
                        double o = get(output, r * D + i);
                        for (ptrdiff_t j = 0; j < keys; j++) o += get(tile, r * ld + j) * get(v, (part * keys + j) * D + i);
                        set(output, r * D + i, o);
                    }
            } else K->score_gradient_tile(&t, tile.data, dtile.data, ld, lse.data, delta.data);
            for (ptrdiff_t r = 0; pass == 1 && r < rows; r++)
                for (ptrdiff_t j = 0; j < keys; j++) {
                    const ptrdiff_t key = part * keys + j;
                    const double capped = cap(get(raw, r * all + key) * (double)scale, soft_cap), tangent = soft_cap > 0 ? capped / (double)soft_cap : 0;
                    const double score = capped + with_distance(with_slope, get(slopes, r), terms, reach, key - position[r]);
                    const double p = key >= first[r] && key <= position[r] ? exp(score - get(lse, r)) : 0;
                    const double keep = !with_mask ? 1 : keeps(&d, (uint32_t)r, (uint32_t)(key / 8), key % 8) ? (double)keep_scale : 0;
                    check("score gradient tile", tile, r * ld + j, p * keep, 64 * u * p * 2);
                    check("score gradient tile", dtile, r * ld + j, p * (keep * get(dp, r * all + key) - get(delta, r)) * (double)scale * (1 - tangent * tangent), 256 * u * p);
                }
        }
        if (pass == 0) K->softmax_finish(output.data, D, maximum.data, sum.data, y.data, yt, D, lse.data, rows, D);
    }
    for (ptrdiff_t r = 0; r < rows; r++) {
        double total = 0;
        for (ptrdiff_t key = first[r]; key <= position[r]; key++)
            total += exp(cap(get(raw, r * all + key) * (double)scale, soft_cap) + with_distance(with_slope, get(slopes, r), terms, reach, key - position[r]));
        check("softmax tile", lse, r, log(total), 128 * u);
        for (ptrdiff_t i = 0; i < D; i++) {
            double o = 0;
            for (ptrdiff_t key = first[r]; key <= position[r]; key++) {
                const double score = cap(get(raw, r * all + key) * (double)scale, soft_cap) + with_distance(with_slope, get(slopes, r), terms, reach, key - position[r]);
                const double keep = !with_mask ? 1 : keeps(&d, (uint32_t)r, (uint32_t)(key / 8), key % 8) ? (double)keep_scale : 0;
                o += exp(score) / total * keep * get(v, key * D + i);
            }
            check("softmax tile", y, r * D + i, o, 128 * u * 3);
        }
    }
    DISCARD(terms, raw, v, slopes, dp, maximum, sum, output, y, lse, tile, dtile, delta);
    free(position);
    free(first);
    free(biases);
    free(mask);
}

static void check_optimizer(ptrdiff_t n) {
    array w = fill(ORRERY_F32, n, 1), g = fill(ORRERY_F32, n, 1), m = fill(ORRERY_F32, n, 1), v = fill(ORRERY_F32, n, 1), before = make(ORRERY_F32, 3 * n);
    for (ptrdiff_t i = 0; i < n; i++) {
        set(v, i, fabs(get(v, i)));
        set(before, i, get(w, i)), set(before, n + i, get(m, i)), set(before, 2 * n + i, get(v, i));
    }
    const orrery_adamw o = {3e-3f, 0.9f, 0.95f, 1e-6f, 0.1f, 0.5f, 0.4f, 0.7f};
    K->adamw(&o, w.data, g.data, m.data, v.data, n);
    for (ptrdiff_t i = 0; i < n; i++) {
        const double gradient = get(g, i) * (double)o.gradient_scale, first = (double)o.beta1 * get(before, n + i) + (1 - (double)o.beta1) * gradient;
        const double second = (double)o.beta2 * get(before, 2 * n + i) + (1 - (double)o.beta2) * gradient * gradient, lr = (double)o.learning_rate;
        const double root = sqrt(second / 0.4f) + (double)o.epsilon;
        check("adamw", m, i, first, 16 * u);
        check("adamw", v, i, second, 16 * u);
        check("adamw", w, i, get(before, i) * (1 - lr * (double)o.weight_decay) - lr * (first / 0.5) / root, 8 * u + lr * 32 * u / root);
    }
    array total = make(ORRERY_F32, 1);
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += get(g, i) * get(g, i);
    set(total, 0, K->sum_of_squares(g.data, n) / sum);
    check("sum of squares", total, 0, 1, 1024 * u);
    for (ptrdiff_t i = 0; i < n; i++) set(before, i, get(w, i));
    K->axpby(1.25f, g.data, -0.75f, w.data, n);
    for (ptrdiff_t i = 0; i < n; i++) check("axpby", w, i, 1.25 * get(g, i) - 0.75 * get(before, i), 8 * u);
    DISCARD(w, g, m, v, before, total);
}

static int check_table(const orrery_kernels *table) {
    K = table;
    failures = kernels_seen = 0;
    memset(worst, 0, sizeof worst);
    check_products();
    for (int s = 0; s < SIZES; s++) {
        for (int types = 0; types < 8; types++) {
            check_elements(sizes[s], types & 1, types >> 1 & 1, types >> 2 & 1);
            check_norms(s % 4 + 1, sizes[s], types & 1, types >> 1 & 1, types >> 2 & 1, s & 1);
        }
        for (int types = 0; types < 4; types++) {
            check_dropout(sizes[s], types & 1, types >> 1);
            check_loss(sizes[s], types & 1, types >> 1);
        }
        check_optimizer(sizes[s]);
    }
    for (int type = 0; type < 2; type++) {
        static const ptrdiff_t heads[][2] = {{2, 2}, {64, 64}, {30, 14}, {33, 32}, {17, 6}, {5, 0}};
        for (int h = 0; h < 6; h++) check_rotary(heads[h][0], heads[h][1], type);
        for (int with = 0; with < 4; with++) {
            check_attention(5, 64, 17, type, with & 1, with >> 1);
            check_attention(3, 16, 1, type, with & 1, with >> 1);
            check_attention(13, 64, 64, type, with & 1, with >> 1);
        }
    }
    array sink = make(ORRERY_F32, K->vector_length);
    for (int type = 0; type < 2; type++)
        if (!(K->peak(type, 10, sink.data) > 0)) { failures++; printf("FAIL %s peak\n", K->name); }
    discard(sink);
    for (int k = 0; k < kernels_seen; k++)
        printf("%s %-10s %-20s largest error %.2g\n", failures ? "----" : "PASS", K->name, worst[k].name, worst[k].error);
    if (failures) printf("FAIL %s: %d comparisons\n", K->name, failures);
    return failures != 0;
}

int main(int argc, char **argv) {
    const struct { const char *name; const orrery_kernels *table; uint32_t needs; } tables[] = {
        {"portable", orrery_kernels_portable(), 0},
        {"avx2", orrery_kernels_avx2(), ORRERY_CPU_AVX2},
        {"avx512", orrery_kernels_avx512(), ORRERY_CPU_AVX512},
        {"avx512vnni", orrery_kernels_avx512vnni(), ORRERY_CPU_AVX512_VNNI},
        {"avx512bf16", orrery_kernels_avx512bf16(), ORRERY_CPU_AVX512_BF16},
        {"amx", orrery_kernels_amx(), ORRERY_CPU_AMX},
        {"neon", orrery_kernels_neon(), ORRERY_CPU_NEON},
        {"neondot", orrery_kernels_neondot(), ORRERY_CPU_NEON_DOT},
        {"neonbf16", orrery_kernels_neonbf16(), ORRERY_CPU_NEON_BF16},
    };
    const uint32_t features = orrery_cpu_features();
    int failed = 0, ran = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        int wanted = argc == 1;
        for (int a = 1; a < argc; a++) wanted |= !strcmp(argv[a], tables[i].name);
        if (!wanted) continue;
        if (!tables[i].table || (features & tables[i].needs) != tables[i].needs) {
            if (argc > 1) { printf("FAIL %s: this processor lacks it\n", tables[i].name); failed = 1; }
            continue;
        }
        failed |= check_table(tables[i].table);
        ran++;
    }
    if (!ran) printf("FAIL: nothing was checked\n");
    return failed || !ran;
}
