// Products of activations in blocks of integers with weights in panels of sixteen rows. The integers are signed bytes, or two of them each: then a sum is that of
// the high bytes times 128 and that of the low ones, or where it costs less (BLOCK_DOT_PAIRS) one of 16-bit numbers. Both are the same integer.
//
// One float accumulator per output, which meets the blocks in ascending order; inside a sub-block sums are exact integers. So an output depends on its row of
// activations and its row of weights alone: not on how many rows are multiplied at once, nor on whether codes were expanded first.
//
// Where activations have a scale per 32:   c = fma(sum, (scale of weights) (scale of activations), c);  c = fma(offset, shift, c)
// Where they have one per 256:             p = fma(sum, scale of weights, p);  p = fma(offset, shift, p);  and at the end of the 256 c = fma(p, scale of activations, c)
// Shifts are sums of activations, times their scale in the first case.

// The sums of a sub-block for mr rows of activations. Each code is unpacked once.
INLINE void block_sums(li *sum, const int mr, const int format, const uint8_t *w, const int first, const int groups, const int parts, const int8_t *q, ptrdiff_t ldq) {
    (void)parts;
#define DOT_ROWS(dot, into)                                                                                 \
    const lb codes = block_codes(format, w, first + g);                                                     \
    UNROLL for (int r = 0; r < mr; r++) into[r] = dot(into[r], codes, four(q + r * ldq + 4 * g));
    if (parts == 0) {
        UNROLL for (int g = 0; g < groups; g++) { DOT_ROWS(BLOCK_DOT_WIDE, sum) }
        return;
    }
#if PARTS_ARE_SUMS
    UNROLL for (int g = 0; g < groups; g++) { DOT_ROWS(BLOCK_DOT, sum) }
#else
    UNROLL for (int h = 0; h < groups; h += parts) {
        block_part part[BLOCK_FEW];
        UNROLL for (int r = 0; r < mr; r++) part[r] = (block_part){0};
        UNROLL for (int g = h; g < h + parts && g < groups; g++) { DOT_ROWS(BLOCK_DOT, part) }
        UNROLL for (int r = 0; r < mr; r++) sum[r] += BLOCK_FINISH(part[r]);
    }
#endif
}

// The same where q has high bytes and then low ones.
INLINE void block_sums_of_two(li *sum, const int mr, const int format, const uint8_t *w, const int first, const int groups, const int parts, const int8_t *q,
                              ptrdiff_t ldq) {
    (void)parts;
    li high[BLOCK_FEW];
    UNROLL for (int r = 0; r < mr; r++) high[r] = (li){0};
#define DOT_BOTH(dot, highs, lows)                                                      \
    const lb codes = block_codes(format, w, first + g);                                 \
    UNROLL for (int r = 0; r < mr; r++) {                                               \
        highs[r] = dot(highs[r], codes, four(q + r * ldq + 4 * g));                     \
        lows[r] = dot(lows[r], codes, four(q + r * ldq + 4 * groups + 4 * g));          \
    }
    if (parts == 0) {
        UNROLL for (int g = 0; g < groups; g++) { DOT_BOTH(BLOCK_DOT_WIDE, high, sum) }
    } else {
#if PARTS_ARE_SUMS
        UNROLL for (int g = 0; g < groups; g++) { DOT_BOTH(BLOCK_DOT, high, sum) }
#else
        UNROLL for (int h = 0; h < groups; h += parts) {
            block_part high_part[BLOCK_FEW], low_part[BLOCK_FEW];
            UNROLL for (int r = 0; r < mr; r++) high_part[r] = low_part[r] = (block_part){0};
            UNROLL for (int g = h; g < h + parts && g < groups; g++) { DOT_BOTH(BLOCK_DOT, high_part, low_part) }
            UNROLL for (int r = 0; r < mr; r++) {
                high[r] += BLOCK_FINISH(high_part[r]);
                sum[r] += BLOCK_FINISH(low_part[r]);
            }
        }
#endif
    }
    UNROLL for (int r = 0; r < mr; r++) sum[r] += high[r] << LOW_BITS;
}

// mr rows of activations by one panel, straight from its blocks.
INLINE void block_few(const int format, const int hints, const int bytes, const int mr, const int unit, const int sub, const int affine, const int parts,
                      const ptrdiff_t stride, const ptrdiff_t heads, ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c, ptrdiff_t ldc) {
    const int subs = unit / sub, groups = sub / 4;
    const int8_t *q = a->q;
    const float *scale = a->scales, *shift = a->shifts;
    const int32_t *start = a->starts;
    lf acc[BLOCK_FEW];
    UNROLL for (int r = 0; r < mr; r++) acc[r] = load_lanes(c + r * ldc);
    for (ptrdiff_t b = 0; b < blocks; b++, w += stride, q += unit * bytes, scale++, start += subs, shift += affine ? subs : 0) {
        if (hints) ask_ahead(w - heads, stride);
        const block_unit u = block_units(format, w, w - heads);
        lf p[BLOCK_FEW];
        UNROLL for (int r = 0; r < mr; r++) p[r] = (lf){0};
        UNROLL for (int s = 0; s < subs; s++) {
            li sum[BLOCK_FEW];
            UNROLL for (int r = 0; r < mr; r++) sum[r] = (affine ? 0 : start[r * a->sub_stride + s]) - (li){0};
            if (bytes == ORRERY_INT16) block_sums_of_two(sum, mr, format, w, s * groups, groups, parts, q + s * sub * 2, a->q_stride);
            else block_sums(sum, mr, format, w, s * groups, groups, parts, q + s * sub, a->q_stride);
            const lf ws = block_scale(format, w, u, s), wo = affine ? block_offset(format, w, u, s) : ws;
            UNROLL for (int r = 0; r < mr; r++) {
                lf *to = unit == 256 ? &p[r] : &acc[r];
                *to = lane_fma(to_floats(sum[r]), unit == 256 ? ws : ws * scale[r * a->scale_stride], *to);
                if (affine) *to = lane_fma(wo, splat_lanes(shift[r * a->sub_stride + s]), *to);
            }
        }
        if (unit == 256) UNROLL for (int r = 0; r < mr; r++) acc[r] = lane_fma(p[r], splat_lanes(scale[r * a->scale_stride]), acc[r]);
    }
    UNROLL for (int r = 0; r < mr; r++) store_lanes(c + r * ldc, acc[r]);
}

// Tiles that differ in nothing but their sums in 16 bits are the same where there are none: with 32-bit sums, and with activations of two bytes.
#define TILES_WITHOUT_PARTS(T) \
    T(wide32, 32, 32, 0, 0) T(affine32, 32, 32, 1, 0) T(affine16, 256, 16, 1, 0) T(six16, 256, 16, 0, 0) T(four256, 256, 32, 1, 0) T(wide256, 256, 32, 0, 0)
#define four32_of_two_tiles wide32_of_two_tiles
#define five32_of_two_tiles wide32_of_two_tiles
#define five256_of_two_tiles four256_of_two_tiles
#if PARTS_ARE_SUMS
#define four32_tiles wide32_tiles
#define five32_tiles wide32_tiles
#define five256_tiles four256_tiles
#define DISTINCT_TILES TILES_WITHOUT_PARTS
#else
#define DISTINCT_TILES BLOCK_TILES
#endif
#ifdef TILE_REGISTERS
#include "amxtiles.h"
#else
#include "vectortiles.h"
#endif
#include "expand.h"
#define TILES(name, ...) TILES_OF_KIND(name, ORRERY_INT8, __VA_ARGS__)
#define TILES_OF_TWO(name, ...) TILES_OF_KIND(name##_of_two, ORRERY_INT16, __VA_ARGS__)
DISTINCT_TILES(TILES)
TILES_WITHOUT_PARTS(TILES_OF_TWO)

// Runs CALL with the bytes of an activation a compile-time constant A.
#define BY_BYTES(bytes, ...)                                                      \
    do {                                                                          \
        if ((bytes) == ORRERY_INT16) { enum { A = ORRERY_INT16 }; __VA_ARGS__; }  \
        else { enum { A = ORRERY_INT8 }; __VA_ARGS__; }                           \
    } while (0)

#if BLOCK_FEW == 1
#define FEW_FUNCTIONS(...)
#define FEW_NAMES(format) 0, 0
#else
#if BLOCK_FEW_OF_TWO == BLOCK_FEW
#define BY_BYTES_OF_FOUR(bytes, ...) BY_BYTES(bytes, __VA_ARGS__)
#else
#define BY_BYTES_OF_FOUR(bytes, ...) do { enum { A = ORRERY_INT8 }; __VA_ARGS__; } while (0)
#endif
#define FEW_FUNCTIONS(format, unit, sub, affine, parts, stride, heads)                                                                                      \
    static void two_##format(ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c, ptrdiff_t ldc) {                                     \
        BY_BYTES(a->bytes, block_few(format, 0, A, 2, unit, sub, affine, parts, stride, heads, blocks, w + (heads), a, c, ldc));                            \
    }                                                                                                                                                       \
    static void four_##format(ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c, ptrdiff_t ldc) {                                    \
        BY_BYTES_OF_FOUR(a->bytes, block_few(format, 0, A, 4, unit, sub, affine, parts, stride, heads, blocks, w + (heads), a, c, ldc));                    \
    }
#define FEW_NAMES(format) two_##format, four_##format
#endif
#define BLOCK_FUNCTIONS(format, tile, unit, sub, affine, parts, zero, elements, words, first, head_bytes, head_at)                                          \
    static void row_##format(int hints, ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c) {                                         \
        const ptrdiff_t stride = words * 64 + head_bytes * 16, heads = head_bytes * 16;                                                                     \
        BY_BYTES(a->bytes, BY_HINTS(hints, block_few(format, H, A, 1, unit, sub, affine, parts, stride, heads, blocks, w + heads, a, c, 0)));               \
    }                                                                                                                                                       \
    FEW_FUNCTIONS(format, unit, sub, affine, parts, words * 64 + head_bytes * 16, head_bytes * 16)                                                         \
    static void expand_##format(int bytes, ptrdiff_t blocks, const uint8_t *w, uint8_t *codes, float *scales, float *offsets) {                             \
        const ptrdiff_t stride = words * 64 + head_bytes * 16, heads = head_bytes * 16;                                                                     \
        BY_BYTES(bytes, block_expand(format, A, unit, sub, affine, parts, zero, stride, heads, blocks, w + heads, codes, scales, offsets));                 \
    }                                                                                                                                                       \
    static void quantise_##format(int bytes, int many, const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts) {      \
        if (MULTIPLIES_PAIRS && many && (bytes == ORRERY_INT16 || parts == 0))                                                                              \
            BY_BYTES(bytes, BY_TYPE(xt, block_quantise_row(A, MULTIPLIES_PAIRS, unit, sub, affine, zero, x, T, k, q, scales, starts, shifts)));             \
        else BY_BYTES(bytes, BY_TYPE(xt, block_quantise_row(A, 0, unit, sub, affine, zero, x, T, k, q, scales, starts, shifts)));                           \
    }
BLOCK_FORMATS(BLOCK_FUNCTIONS)

static const struct {
    void (*row)(int hints, ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c);
    void (*two)(ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c, ptrdiff_t ldc);
    void (*four)(ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c, ptrdiff_t ldc);
    void (*expand)(int bytes, ptrdiff_t blocks, const uint8_t *w, uint8_t *codes, float *scales, float *offsets);
    void (*quantise)(int bytes, int many, const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts);
    block_tiles *tiles, *tiles_of_two;
    int elements, bytes, sub, parts;  // of a block in a panel
} block_functions[] = {
#define BLOCK_ENTRY(format, tile, unit, sub, affine, parts, zero, elements, words, first, head_bytes, head_at) \
    [format] = {row_##format, FEW_NAMES(format), expand_##format, quantise_##format, &tile##_tiles, &tile##_of_two_tiles, elements, words * 64 + head_bytes * 16, sub, parts},
    BLOCK_FORMATS(BLOCK_ENTRY)
};

// Bytes of eight bits go through pairs too: taking signs off and putting them on costs more.
static int32_t block_stored_bytes(int format, int bytes, int many) {
    return MULTIPLIES_PAIRS && many && block_functions[format].parts == 0 ? ORRERY_INT16 : bytes;
}

static void block_quantise(int format, int bytes, int many, const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts) {
    block_functions[format].quantise(bytes, many, x, xt, k, q, scales, starts, shifts);
}

// Each panel stays in the first caches until all rows have passed by.
static void block_product_few(int format, int hints, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t blocks, const uint8_t *panel, const orrery_block_rows *a, float *c,
                              ptrdiff_t ldc) {
    const ptrdiff_t stride = blocks * block_functions[format].bytes;
    const int most = a->bytes == ORRERY_INT16 ? BLOCK_FEW_OF_TWO : BLOCK_FEW;
    for (ptrdiff_t p = 0; p < panels; p++, panel += stride, c += ORRERY_PANEL_ROWS) {
        orrery_block_rows from = *a;
        for (ptrdiff_t row = 0; row < rows;) {
            const ptrdiff_t left = rows - row, count = left >= 4 && most >= 4 ? 4 : left >= 2 && most >= 2 ? 2 : 1;
            float *const to = c + row * ldc;
            if (count == 4) block_functions[format].four(blocks, panel, &from, to, ldc);
            else if (count == 2) block_functions[format].two(blocks, panel, &from, to, ldc);
            else block_functions[format].row(hints && row == 0, blocks, panel, &from, to);
            from.q += count * a->q_stride;
            from.scales += count * a->scale_stride;
            from.starts += count * a->sub_stride;
            from.shifts += count * a->sub_stride;
            row += count;
        }
    }
}

// Beyond so many rows it costs less to expand the codes first.
static int32_t block_few_rows(int format, int bytes) { return BLOCK_FEW_ROWS(bytes, block_functions[format].parts == 0); }

static void block_expand_panel(int format, int bytes, const uint8_t *panel, ptrdiff_t first, ptrdiff_t count, uint8_t *codes, float *scales, float *offsets) {
    block_functions[format].expand(bytes, count, panel + first * block_functions[format].bytes, codes, scales, offsets);
}

static void block_product_tiles(int format, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets,
                                const orrery_block_rows *a, float *c, ptrdiff_t ldc) {
    block_tiles *const tiles = a->bytes == ORRERY_INT16 ? block_functions[format].tiles_of_two : block_functions[format].tiles;
    multiply_tiles(tiles, block_functions[format].sub, rows, panels, k, codes, scales, offsets, a, c, ldc);
}
