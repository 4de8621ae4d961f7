// Products of activations in blocks of integers with weights in panels of sixteen rows. The integers are signed bytes, or two of them each: then a sum is that of
// the high bytes times 128 and that of the low ones, or where it costs less (BLOCK_DOT_PAIRS) one of 16-bit numbers. Both are the same integer.
//
// One float accumulator per output, which meets the blocks in ascending order; inside a sub-block sums are exact integers. So an output depends on its row of
// activations and its row of weights alone: not on how many rows are multiplied at once, nor on whether codes were expanded first.
//
// Where activations have a scale per 32:   c = fma(sum, (scale of weights) (scale of activations), c);  c = fma(offset, shift, c)
// Where they have one per 256:             p = fma(sum, scale of weights, p);  p = fma(offset, shift, p);  and at the end of the 256 c = fma(p, scale of activations, c)
// Shifts are sums of activations, times their scale in the first case.

INLINE li block_sum(li sum, const int format, const uint8_t *w, const int first, const int groups, const int parts, const int8_t *q) {
    (void)parts;
    if (parts == 0) {
        UNROLL for (int g = 0; g < groups; g++) sum = BLOCK_DOT_WIDE(sum, block_codes(format, w, first + g), four(q + 4 * g));
        return sum;
    }
#if PARTS_ARE_SUMS
    UNROLL for (int g = 0; g < groups; g++) sum = BLOCK_DOT(sum, block_codes(format, w, first + g), four(q + 4 * g));
#else
    UNROLL for (int h = 0; h < groups; h += parts) {
        block_part part = {0};
        UNROLL for (int g = h; g < h + parts && g < groups; g++) part = BLOCK_DOT(part, block_codes(format, w, first + g), four(q + 4 * g));
        sum += BLOCK_FINISH(part);
    }
#endif
    return sum;
}

// The same where q has high bytes and then low ones. Each code is unpacked once.
INLINE li block_sum_of_two(li low, const int format, const uint8_t *w, const int first, const int groups, const int parts, const int8_t *q) {
    (void)parts;
    const int8_t *const lows = q + 4 * groups;
    li high = {0};
#define DOT_BOTH(dot, high, low)                              \
    const lb codes = block_codes(format, w, first + g);       \
    high = dot(high, codes, four(q + 4 * g));                 \
    low = dot(low, codes, four(lows + 4 * g));
    if (parts == 0) {
        UNROLL for (int g = 0; g < groups; g++) { DOT_BOTH(BLOCK_DOT_WIDE, high, low) }
    } else {
#if PARTS_ARE_SUMS
        UNROLL for (int g = 0; g < groups; g++) { DOT_BOTH(BLOCK_DOT, high, low) }
#else
        UNROLL for (int h = 0; h < groups; h += parts) {
            block_part high_part = {0}, low_part = {0};
            UNROLL for (int g = h; g < h + parts && g < groups; g++) { DOT_BOTH(BLOCK_DOT, high_part, low_part) }
            high += BLOCK_FINISH(high_part);
            low += BLOCK_FINISH(low_part);
        }
#endif
    }
    return (high << LOW_BITS) + low;
}

// One row of activations by one panel, straight from its blocks.
INLINE void block_row(const int format, const int hints, const int bytes, const int unit, const int sub, const int affine, const int parts, const ptrdiff_t stride,
                      const ptrdiff_t heads, ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c) {
    const int subs = unit / sub, groups = sub / 4;
    const int8_t *q = a->q;
    const float *scale = a->scales, *shift = a->shifts;
    const int32_t *start = a->starts;
    lf acc = load_lanes(c);
    for (ptrdiff_t b = 0; b < blocks; b++, w += stride, q += unit * bytes, scale++, start += subs, shift += affine ? subs : 0) {
        if (hints) ask_ahead(w - heads, stride);
        const block_unit u = block_units(format, w, w - heads);
        lf p = {0};
        UNROLL for (int s = 0; s < subs; s++) {
            const int32_t first = affine ? 0 : start[s];
            const lf sum = to_floats(bytes == ORRERY_INT16 ? block_sum_of_two(first - (li){0}, format, w, s * groups, groups, parts, q + s * sub * 2)
                                                           : block_sum(first - (li){0}, format, w, s * groups, groups, parts, q + s * sub));
            const lf ws = block_scale(format, w, u, s);
            if (unit == 256) {
                p = lane_fma(sum, ws, p);
                if (affine) p = lane_fma(block_offset(format, w, u, s), splat_lanes(shift[s]), p);
            } else {
                acc = lane_fma(sum, ws * *scale, acc);
                if (affine) acc = lane_fma(block_offset(format, w, u, s), splat_lanes(shift[s]), acc);
            }
        }
        if (unit == 256) acc = lane_fma(p, splat_lanes(*scale), acc);
    }
    store_lanes(c, acc);
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

#define BLOCK_FUNCTIONS(format, tile, unit, sub, affine, parts, zero, elements, words, first, head_bytes, head_at)                                          \
    static void row_##format(int hints, ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c) {                                         \
        const ptrdiff_t stride = words * 64 + head_bytes * 16, heads = head_bytes * 16;                                                                     \
        BY_BYTES(a->bytes, BY_HINTS(hints, block_row(format, H, A, unit, sub, affine, parts, stride, heads, blocks, w + heads, a, c)));                     \
    }                                                                                                                                                       \
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
    void (*expand)(int bytes, ptrdiff_t blocks, const uint8_t *w, uint8_t *codes, float *scales, float *offsets);
    void (*quantise)(int bytes, int many, const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts);
    block_tiles *tiles, *tiles_of_two;
    int elements, bytes, sub, parts;  // of a block in a panel
} block_functions[] = {
#define BLOCK_ENTRY(format, tile, unit, sub, affine, parts, zero, elements, words, first, head_bytes, head_at) \
    [format] = {row_##format, expand_##format, quantise_##format, &tile##_tiles, &tile##_of_two_tiles, elements, words * 64 + head_bytes * 16, sub, parts},
    BLOCK_FORMATS(BLOCK_ENTRY)
};

// Bytes of eight bits go through pairs too: taking signs off and putting them on costs more.
static int32_t block_stored_bytes(int format, int bytes, int many) {
    return MULTIPLIES_PAIRS && many && block_functions[format].parts == 0 ? ORRERY_INT16 : bytes;
}

static void block_quantise(int format, int bytes, int many, const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts) {
    block_functions[format].quantise(bytes, many, x, xt, k, q, scales, starts, shifts);
}

static void block_product_row(int format, int hints, ptrdiff_t panels, ptrdiff_t blocks, const uint8_t *panel, const orrery_block_rows *a, float *c) {
    const ptrdiff_t stride = blocks * block_functions[format].bytes;
    for (ptrdiff_t p = 0; p < panels; p++, panel += stride, c += ORRERY_PANEL_ROWS) block_functions[format].row(hints, blocks, panel, a, c);
}

static void block_expand_panel(int format, int bytes, const uint8_t *panel, ptrdiff_t first, ptrdiff_t count, uint8_t *codes, float *scales, float *offsets) {
    block_functions[format].expand(bytes, count, panel + first * block_functions[format].bytes, codes, scales, offsets);
}

static void block_product_tiles(int format, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets,
                                const orrery_block_rows *a, float *c, ptrdiff_t ldc) {
    block_tiles *const tiles = a->bytes == ORRERY_INT16 ? block_functions[format].tiles_of_two : block_functions[format].tiles;
    multiply_tiles(tiles, block_functions[format].sub, rows, panels, k, codes, scales, offsets, a, c, ldc);
}
