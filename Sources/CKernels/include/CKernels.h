// The inner loops of Orrery, one table of functions per instruction set.
//
// Nothing here allocates, starts a thread or keeps state. Sizes are in elements unless a name says otherwise.
// Every table is filled from the same bodies in template/, compiled for its instruction set with a vector length,
// a register tile and, where the processor has it, the bfloat16 dot product.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Element types that a kernel reads or writes. Arithmetic is float32 in every case. Half precision is for weights and for keys and values that are kept,
// bytes in blocks with a scale (template/cache.h) for the latter alone.
enum { ORRERY_F32 = 0, ORRERY_BF16 = 1, ORRERY_F16 = 2, ORRERY_BYTES = 3 };
// Positions of a tile of keys and values.
enum { ORRERY_CACHE_TILE = 64 };

// Formats of weights in blocks, ggml's.
enum {
    ORRERY_Q8_0, ORRERY_Q4_0, ORRERY_Q4_1, ORRERY_Q5_0, ORRERY_Q5_1, ORRERY_Q2_K, ORRERY_Q3_K, ORRERY_Q4_K, ORRERY_Q5_K, ORRERY_Q6_K, ORRERY_IQ4_NL,
    ORRERY_IQ4_XS, ORRERY_MXFP4
};
// Rows of weights side by side in a panel of blocks.
enum { ORRERY_PANEL_ROWS = 16 };
// And of half precision and bfloat16.
enum { ORRERY_HALF_PANEL_ROWS = 32 };
// The most numbers of a row that products with expanded codes take at once.
enum { ORRERY_EXPANDED_DEPTH = 256 };

// How a format's blocks lie: as words of four bytes and a scale of one or two bytes, if that leaves the rest in words.
typedef struct {
    int32_t elements;  // numbers of a block
    int32_t unit;      // numbers of a row of activations that share a scale
    int32_t sub;       // numbers of a row of weights that share a scale
    int32_t affine;    // whether a sub-block has an offset beside its scale
    int32_t words, first_word, head_bytes, head_at;
} orrery_block_layout;
orrery_block_layout orrery_layout_of_blocks(int format);

// Sixteen rows of `blocks` blocks, null past the last row, to a panel: for each block heads [16][head bytes], then words [words][16][4 bytes].
void orrery_pack_blocks(int format, const uint8_t *const *rows, ptrdiff_t blocks, uint8_t *panel);

// How activations that meet weights in blocks are kept: the bytes of a number. Two are 128 high + low, high in -127 ... 127 and low in -64 ... 63.
enum { ORRERY_INT8 = 1, ORRERY_INT16 = 2 };

// Rows of activations as integers in units. Strides are in elements, that of q in bytes.
typedef struct {
    const int8_t *q;  // as template/blocks/quantise.h says
    ptrdiff_t q_stride;
    int32_t bytes;  // of a number as it is stored: ORRERY_INT8 or ORRERY_INT16
    const float *scales;  // one for each unit
    ptrdiff_t scale_stride;
    const int32_t *starts;  // for each sub-block, minus the sum of its integers times the code of zero; unused where sub-blocks have offsets
    const float *shifts;    // and there the sum of its integers, times their scale in units of 32
    ptrdiff_t sub_stride;
} orrery_block_rows;

// How a product's accumulators start: at zero, at what C holds, or at a row of biases.
enum { ORRERY_START_ZERO = 0, ORRERY_START_C = 1, ORRERY_START_BIAS = 2 };

enum {
    ORRERY_GELU_ERF = 0, ORRERY_GELU_TANH = 1, ORRERY_RELU_SQUARED = 2, ORRERY_SILU = 3, ORRERY_RELU = 4, ORRERY_QUICK_GELU = 5, ORRERY_TANH = 6,
    ORRERY_SIGMOID = 7, ORRERY_RELU6 = 8, ORRERY_LEAKY_RELU = 9, ORRERY_HARD_SWISH = 10, ORRERY_IDENTITY = 11
};

// One use of dropout: Philox counters are (element group, row, stream), so a mask depends on nothing else.
typedef struct {
    uint64_t seed;
    uint64_t stream;
    float probability;  // of dropping; 0 turns the mask off
} orrery_dropout;

// AdamW (arXiv:1711.05101) for one step, bias corrections folded in by the caller.
typedef struct {
    float learning_rate, beta1, beta2, epsilon, weight_decay;
    float correction1, correction2;  // 1 - beta1^t, 1 - beta2^t
    float gradient_scale;            // clipping and averaging over micro-batches
} orrery_adamw;

// Geometry of one attention tile of scores: rows of queries by columns of keys.
typedef struct {
    const int32_t *first_key;       // [rows] absolute; a key is seen where first_key <= its position <= last_key
    const int32_t *last_key;        // [rows]
    const int32_t *query_position;  // [rows] absolute, from which distances count
    const float *slope;             // [rows] ALiBi slope, or null
    const float *const *bias;       // [rows] tables of 2 bias_reach + 1: the term of key - query, from -bias_reach on and held at both ends; or null
    float *const *bias_gradient;    // [rows] tables like those, to which the gradient adds each score's; or null
    int32_t bias_reach;
    float soft_cap;                 // scores become soft_cap tanh(score / soft_cap) before terms are added; 0 for none
    const uint8_t *mask;            // [rows][keys / 8] dropout bits, 1 keeps; or null
    float keep_scale;               // 1 / (1 - p) beside a mask
    float scale;                    // of the scores, 1/sqrt(head size) as a rule
    int32_t key_position;           // absolute position of column 0
    int32_t rows, keys;             // keys is a multiple of 16
} orrery_score_tile;

typedef struct {
    const char *name;
    int32_t panel_rows;     // MR: rows of A in one register tile
    int32_t panel_columns;  // NR: columns of B in one register tile
    int32_t native_bf16;    // 1: bfloat16 panels hold pairs along k for a dot product; 0: they hold floats rounded to bfloat16
    int32_t vector_length;

    // --- products. A "word" is 32 bits: one float, or a pair of bfloat16 along k.
    // Packs rows of X[rows][k] (element (r, i) at x[r * row_stride + i * k_stride], one stride 1) into panels of `width`
    // rows: panel p holds words [depth][width], rows past the end are zero. Panels stand `panel_stride` words apart.
    void (*pack)(const void *x, int type, ptrdiff_t row_stride, ptrdiff_t k_stride, ptrdiff_t rows, ptrdiff_t k,
                 int width, int panel_type, uint32_t *panels, ptrdiff_t panel_stride);
    // C[m][n] = start + A B, one accumulator per element, k ascending. B is panels of `depth` words; so is A, `a_stride` words apart,
    // or, direct, rows of words `a_stride` apart, read where they lie.
    void (*product)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth, const uint32_t *a, ptrdiff_t a_stride, int direct, const uint32_t *b,
                    ptrdiff_t b_stride, int panel_type, void *c, int c_type, ptrdiff_t ldc, int start, const float *bias);
    // 2 * flops per iteration of a loop of multiply-adds that never leaves the registers; returns flops done.
    double (*peak)(int panel_type, ptrdiff_t iterations, float *sink);

    // --- element by element, n elements
    void (*convert)(const void *x, int xt, void *y, int yt, ptrdiff_t n);
    void (*add)(const void *x, int xt, const void *y, int yt, void *z, int zt, ptrdiff_t n);
    void (*multiply)(const void *x, int xt, const void *y, int yt, void *z, int zt, ptrdiff_t n);
    void (*scale)(const void *x, int xt, float factor, void *z, int zt, ptrdiff_t n);
    void (*activation)(int kind, const void *x, int xt, void *y, int yt, ptrdiff_t n);
    void (*activation_gradient)(int kind, const void *x, int xt, const void *dy, int dyt, void *dx, int dxt, ptrdiff_t n);
    // silu(gate) * up (arXiv:2002.05202)
    void (*swiglu)(const void *gate, const void *up, void *y, int type, ptrdiff_t n);
    void (*swiglu_gradient)(const void *gate, const void *up, const void *dy, void *dgate, void *dup, int type, ptrdiff_t n);
    // Elements [first, first + n) of the stream; first is a multiple of 8.
    void (*dropout)(const orrery_dropout *d, uint64_t first, const void *x, int xt, void *y, int yt, ptrdiff_t n);
    // Bits for `groups` groups of 8 elements of one row.
    void (*dropout_mask)(const orrery_dropout *d, uint32_t row, uint32_t first_group, ptrdiff_t groups, uint8_t *mask);

    // --- row by row, rows of `width`
    // y = x * rstd * (offset + weight); rstd[rows] is kept for the gradient (arXiv:1910.07467). The offset is 0, or 1 where weights are stored about 0.
    void (*rms_norm)(const void *x, int xt, const float *weight, float offset, float epsilon, void *y, int yt, float *rstd, ptrdiff_t rows,
                     ptrdiff_t width);
    void (*rms_norm_gradient)(const void *x, int xt, const float *weight, float offset, const float *rstd, const void *dy, int dyt, void *dx, int dxt,
                              float *dweight, ptrdiff_t rows, ptrdiff_t width);
    void (*layer_norm)(const void *x, int xt, const float *weight, const float *bias, float epsilon, void *y, int yt, float *mean, float *rstd,
                       ptrdiff_t rows, ptrdiff_t width);
    void (*layer_norm_gradient)(const void *x, int xt, const float *weight, const float *mean, const float *rstd, const void *dy, int dyt,
                                void *dx, int dxt, float *dweight, float *dbias, ptrdiff_t rows, ptrdiff_t width);
    // sum over rows, added to out[width]
    void (*column_sum)(const void *x, int xt, ptrdiff_t row_stride, float *out, ptrdiff_t rows, ptrdiff_t width);
    // Rotates pairs (i, i + rotated/2) of each head (arXiv:2104.09864). cosines and sines: [rows][rotated / 2]; sign -1 undoes it.
    void (*rotary)(const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride, int type, const float *cosines, const float *sines, float sign,
                   ptrdiff_t rows, ptrdiff_t heads, ptrdiff_t head_size, ptrdiff_t rotated);
    // log-sum-exp of a row of logits; probabilities are never stored.
    float (*log_sum_exp)(const void *x, int xt, ptrdiff_t width);
    // dlogits = scale * (softmax - onehot(target)); target -1 adds no one-hot
    void (*cross_entropy_gradient)(const void *x, int xt, float lse, ptrdiff_t target, float scale, void *dx, int dxt, ptrdiff_t width);

    // --- sampling
    // Weights exp((x - highest) / temperature) of n logits, and the bin of each: -log(weight) bins_per_unit, at most last_bin.
    void (*sampling_weights)(const float *x, ptrdiff_t n, double highest, double temperature, double bins_per_unit, double last_bin, double *weights, int32_t *bins);

    // --- attention (arXiv:2205.14135, 2307.08691)
    // One tile of online softmax: scores[rows][ld] become unnormalised probabilities in place, maximum and sum are updated,
    // and the rows of output[rows][output_ld] so far are rescaled.
    void (*softmax_tile)(const orrery_score_tile *t, float *scores, ptrdiff_t ld, float *maximum, float *sum, float *output, ptrdiff_t output_ld,
                         ptrdiff_t head_size);
    // y = output / sum, and log-sum-exp for the gradient.
    void (*softmax_finish)(const float *output, ptrdiff_t output_ld, const float *maximum, const float *sum, void *y, int yt, ptrdiff_t y_stride,
                           float *lse, ptrdiff_t rows, ptrdiff_t head_size);
    // Adds the softmax of other keys, maximum, sum and output so far, to that of the earlier ones. A row that saw none of them (maximum -infinity) stays as it is.
    void (*softmax_merge)(const float *part_maximum, const float *part_sum, const float *part, float *maximum, float *sum, float *output, ptrdiff_t rows,
                          ptrdiff_t head_size);
    // From scores and dP: P (dropped and scaled as the forward pass used it) into scores, dS into dp. delta[rows] = rowsum(dO * O).
    void (*score_gradient_tile)(const orrery_score_tile *t, float *scores, float *dp, ptrdiff_t ld, const float *lse, const float *delta);
    // delta[r] = sum of x * y over a row
    void (*row_dot)(const void *x, int xt, ptrdiff_t x_stride, const void *y, int yt, ptrdiff_t y_stride, float *out, ptrdiff_t rows, ptrdiff_t width);

    // --- keys and values that are kept as halves, bfloat16 or bytes (template/cache.h)
    // One position's key or value of n numbers to its place in a tile.
    void (*cache_write)(int type, int is_key, const void *x, int xt, ptrdiff_t n, ptrdiff_t position, void *tile);
    // One panel of a tile as floats, for a product: keys [n][panel columns], values [64][panel columns].
    void (*expand_keys)(int type, const void *tile, ptrdiff_t n, ptrdiff_t panel, float *y);
    void (*expand_values)(int type, const void *tile, ptrdiff_t n, ptrdiff_t panel, float *y);

    // --- the optimizer's pass over the flat arenas
    void (*adamw)(const orrery_adamw *o, float *w, const float *g, float *m, float *v, ptrdiff_t n);
    double (*sum_of_squares)(const float *x, ptrdiff_t n);
    // y = a x + b y
    void (*axpby)(float a, const float *x, float b, float *y, ptrdiff_t n);

    // --- weights in blocks; c starts as what is added to
    // The bytes in which activations rounded to `bytes` are stored, for block_product_few or (`many`) block_product: as many, or more.
    int32_t (*block_stored_bytes)(int format, int bytes, int many);
    // One row of k activations, whole blocks of `format`, to integers of `bytes` each, for block_product_few or (`many`) block_product.
    void (*block_quantise)(int format, int bytes, int many, const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts);
    // The most rows for which block_product_few costs less than block_product.
    int32_t (*block_few_rows)(int format, int bytes);
    // c[rows][16 panels] += activations times panels of `blocks` blocks, which follow one another. `hints`: whether to ask for memory ahead of its use.
    void (*block_product_few)(int format, int hints, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t blocks, const uint8_t *panel, const orrery_block_rows *a, float *c,
                              ptrdiff_t ldc);
    // The bytes of an expanded code where activations are stored in two: 1, or 2 where 16-bit numbers are multiplied in pairs.
    int32_t expanded_bytes;
    // Blocks first ..< first + count of a panel to codes [elements / 4][16][4] and scales and offsets [elements / sub][16]. How codes of zero are taken off, and
    // the order of codes of two bytes, is between this, block_quantise and block_product. `bytes`: in which activations are stored.
    void (*block_expand)(int format, int bytes, const uint8_t *panel, ptrdiff_t first, ptrdiff_t count, uint8_t *codes, float *scales, float *offsets);
    // c[rows][16 panels] += activations times expanded panels of k <= ORRERY_EXPANDED_DEPTH numbers a row, panels one after another.
    void (*block_product)(int format, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets,
                          const orrery_block_rows *a, float *c, ptrdiff_t ldc);
    // c[m][n] += a[m][k] wᵀ; w: n rows of k float32, anywhere.
    void (*float_rows)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t lda, const float *const *w, float *c, ptrdiff_t ldc);
    // --- weights of half precision or bfloat16, in panels of 32 rows; by_pairs where both operands are bfloat16, k is even and native_bf16
    // 32 rows of k numbers, null past the last row, to a panel: half precision [k][32], bfloat16 [(k + 1) / 2][32][2].
    void (*half_pack)(int type, const uint8_t *const *rows, ptrdiff_t k, uint8_t *panel);
    // c[32 panels] += one row of activations, float32 or by pairs of bfloat16, times panels that follow one another.
    void (*half_product_row)(int type, int by_pairs, int hints, ptrdiff_t panels, ptrdiff_t k, const uint8_t *panel, const void *x, float *c);
    // Numbers first ..< first + count of a panel to words as `product` takes them on its right, panels `stride` words apart; both even, but for the last.
    void (*half_expand)(int type, int by_pairs, const uint8_t *panel, ptrdiff_t first, ptrdiff_t count, uint32_t *out, ptrdiff_t stride);
    // --- blocks from floats; n is 16 or 32, and every table gives the same, bit for bit (template/blocks/fit.h)
    // The scale of x = scale code with codes in -reach ... reach - 1; `top` is the largest in magnitude, with its sign.
    float (*fit_scale)(const float *x, ptrdiff_t n, float top, float reach);
    // Scale and offset of x = scale code - offset with codes in 0 ... steps, of numbers between low <= 0 and high >= 0.
    void (*fit_scale_and_offset)(const float *x, ptrdiff_t n, float low, float high, float steps, float *scale, float *offset);
    // The squared error with such a scale, its inverse and an offset.
    float (*fit_error)(const float *x, ptrdiff_t n, float scale, float inverse, float offset, float steps);
    // The integers nearest to (x + offset) inverse within bottom ... top, less the bottom.
    void (*fit_codes)(const float *x, ptrdiff_t n, float inverse, float offset, float bottom, float top, uint8_t *codes);
    // The limits of these: operations of dot products of bytes that never leave the registers, into a sink of 16 floats; and reading n bytes, a multiple of 256.
    double (*block_peak)(ptrdiff_t iterations, float *sink);
    uint32_t (*read_bytes)(const uint8_t *p, ptrdiff_t n);
} orrery_kernels;

// Null where the processor this was compiled for can't have them.
const orrery_kernels *orrery_kernels_portable(void);
const orrery_kernels *orrery_kernels_avx2(void);
const orrery_kernels *orrery_kernels_avx512(void);
const orrery_kernels *orrery_kernels_avx512vnni(void);
const orrery_kernels *orrery_kernels_avx512bf16(void);
const orrery_kernels *orrery_kernels_amx(void);
const orrery_kernels *orrery_kernels_neon(void);
const orrery_kernels *orrery_kernels_neondot(void);
const orrery_kernels *orrery_kernels_neonbf16(void);

// What the processor and the operating system support at run time, as bits.
enum {
    ORRERY_CPU_AVX2 = 1, ORRERY_CPU_AVX512 = 2, ORRERY_CPU_AVX512_BF16 = 4, ORRERY_CPU_NEON = 8, ORRERY_CPU_NEON_BF16 = 16,
    ORRERY_CPU_AVX512_VNNI = 32, ORRERY_CPU_NEON_DOT = 64, ORRERY_CPU_AMX = 128,
    ORRERY_CPU_HINTS = 256  // reads memory faster when told ahead where (ask_ahead in template/blocks/lanes.h)
};
uint32_t orrery_cpu_features(void);

// A hint to the processor that this thread spins.
static inline void orrery_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
