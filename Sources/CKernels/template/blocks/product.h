// Products of activations in blocks of signed bytes with weights in panels of sixteen rows.
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

// One row of activations by one panel, straight from its blocks.
INLINE void block_row(const int format, const int unit, const int sub, const int affine, const int parts, const ptrdiff_t stride, const ptrdiff_t heads,
                      ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c) {
    const int subs = unit / sub, groups = sub / 4;
    const int8_t *q = a->q;
    const float *scale = a->scales, *shift = a->shifts;
    const int32_t *start = a->starts;
    lf acc = load_lanes(c);
    for (ptrdiff_t b = 0; b < blocks; b++, w += stride, q += unit, scale++, start += subs, shift += affine ? subs : 0) {
        const block_unit u = block_units(format, w, w - heads);
        lf p = {0};
        UNROLL for (int s = 0; s < subs; s++) {
            const int32_t first = affine ? 0 : start[s];
            const lf sum = to_floats(block_sum(first - (li){0}, format, w, s * groups, groups, parts, q + s * sub));
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

// mr rows by np panels of expanded codes.
INLINE void block_tile(const int unit, const int sub, const int affine, const int parts, const int mr, const int np, ptrdiff_t k, const uint8_t *codes,
                       const float *scales, const float *offsets, const orrery_block_rows *a, ptrdiff_t row, float *c, ptrdiff_t ldc) {
    const int subs = unit / sub, groups = sub / 4;
    const ptrdiff_t panel = k * 16, panel_scales = k / sub * 16;
    const int8_t *q = a->q + row * a->q_stride;
    const float *scale = a->scales + row * a->scale_stride;
    const int32_t *start = affine ? 0 : a->starts + row * a->sub_stride;
    const float *shift = affine ? a->shifts + row * a->sub_stride : 0;
    lf acc[BLOCK_MR][BLOCK_NP];
    UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < np; v++) acc[r][v] = load_lanes(c + r * ldc + v * 16);
    for (ptrdiff_t b = 0; b < k / unit; b++) {
        lf p[BLOCK_MR][BLOCK_NP];
        if (unit == 256) UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < np; v++) p[r][v] = (lf){0};
        for (int s = 0; s < subs; s++) {
            li sum[BLOCK_MR][BLOCK_NP];
            UNROLL for (int r = 0; r < mr; r++)
                UNROLL for (int v = 0; v < np; v++) sum[r][v] = (affine ? 0 : start[r * a->sub_stride]) - (li){0};
#define DOT_GROUP(dot, into)                                                                       \
    lb w[BLOCK_NP];                                                                                \
    UNROLL for (int v = 0; v < np; v++) w[v] = load_codes(codes + v * panel + g * 64);             \
    UNROLL for (int r = 0; r < mr; r++) {                                                          \
        const lb x = four(q + r * a->q_stride + 4 * g);                                            \
        UNROLL for (int v = 0; v < np; v++) into[r][v] = dot(into[r][v], w[v], x);                 \
    }
            if (parts == 0) {
                UNROLL for (int g = 0; g < groups; g++) { DOT_GROUP(BLOCK_DOT_WIDE, sum) }
            } else {
#if PARTS_ARE_SUMS
                UNROLL for (int g = 0; g < groups; g++) { DOT_GROUP(BLOCK_DOT, sum) }
#else
                UNROLL for (int h = 0; h < groups; h += parts) {
                    block_part part[BLOCK_MR][BLOCK_NP];
                    UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < np; v++) part[r][v] = (block_part){0};
                    UNROLL for (int g = h; g < h + parts && g < groups; g++) { DOT_GROUP(BLOCK_DOT, part) }
                    UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < np; v++) sum[r][v] += BLOCK_FINISH(part[r][v]);
                }
#endif
            }
            UNROLL for (int v = 0; v < np; v++) {
                const lf ws = load_lanes(scales + v * panel_scales), wo = affine ? load_lanes(offsets + v * panel_scales) : ws;
                UNROLL for (int r = 0; r < mr; r++) {
                    lf *to = unit == 256 ? &p[r][v] : &acc[r][v];
                    *to = lane_fma(to_floats(sum[r][v]), unit == 256 ? ws : ws * scale[r * a->scale_stride], *to);
                    if (affine) *to = lane_fma(wo, splat_lanes(shift[r * a->sub_stride]), *to);
                }
            }
            codes += groups * 64;
            q += sub;
            scales += 16;
            if (affine) offsets += 16, shift++;
            else start++;
        }
        if (unit == 256)
            UNROLL for (int r = 0; r < mr; r++)
                UNROLL for (int v = 0; v < np; v++) acc[r][v] = lane_fma(p[r][v], splat_lanes(scale[r * a->scale_stride]), acc[r][v]);
        scale++;
    }
    UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < np; v++) store_lanes(c + r * ldc + v * 16, acc[r][v]);
}

// Blocks of one panel to codes, scales and offsets.
INLINE void block_expand(const int format, const int unit, const int sub, const int affine, const ptrdiff_t stride, const ptrdiff_t heads,
                         ptrdiff_t blocks, const uint8_t *w, uint8_t *codes, float *scales, float *offsets) {
    const int subs = unit / sub;
    for (ptrdiff_t b = 0; b < blocks; b++, w += stride) {
        const block_unit u = block_units(format, w, w - heads);
        UNROLL for (int s = 0; s < subs; s++, scales += 16) {
            store_lanes(scales, block_scale(format, w, u, s));
            if (affine) {
                store_lanes(offsets, block_offset(format, w, u, s));
                offsets += 16;
            }
        }
        UNROLL for (int g = 0; g < unit / 4; g++, codes += 64) *(lane_bytes *)codes = block_codes(format, w, g);
    }
}

// One call for each count of rows and panels that a tile may have.
typedef void block_tile_function(ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets, const orrery_block_rows *a, ptrdiff_t row, float *c,
                                 ptrdiff_t ldc);
#define BLOCK_TILE(name, unit, sub, affine, parts, mr, np)                                                                                         \
    static void name##_##mr##_##np(ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets, const orrery_block_rows *a,       \
                                   ptrdiff_t row, float *c, ptrdiff_t ldc) {                                                                       \
        block_tile(unit, sub, affine, parts, mr, np, k, codes, scales, offsets, a, row, c, ldc);                                                   \
    }
#if BLOCK_MR == 6
#define BLOCK_ROW_COUNTS 4
static const int block_row_counts[BLOCK_ROW_COUNTS] = {6, 4, 2, 1};
#define TILES_OF_PANELS(np, ...) BLOCK_TILE(__VA_ARGS__, 6, np) BLOCK_TILE(__VA_ARGS__, 4, np) BLOCK_TILE(__VA_ARGS__, 2, np) BLOCK_TILE(__VA_ARGS__, 1, np)
#define TILE_NAMES(name, np) {name##_6_##np, name##_4_##np, name##_2_##np, name##_1_##np}
#elif BLOCK_MR == 4
#define BLOCK_ROW_COUNTS 3
static const int block_row_counts[BLOCK_ROW_COUNTS] = {4, 2, 1};
#define TILES_OF_PANELS(np, ...) BLOCK_TILE(__VA_ARGS__, 4, np) BLOCK_TILE(__VA_ARGS__, 2, np) BLOCK_TILE(__VA_ARGS__, 1, np)
#define TILE_NAMES(name, np) {name##_4_##np, name##_2_##np, name##_1_##np}
#endif
// [panels - 1][kind of row count]
typedef block_tile_function *const block_tiles[BLOCK_NP][BLOCK_ROW_COUNTS];
#if BLOCK_NP == 2
#define TILES_OF_KIND(name, ...)                                                            \
    TILES_OF_PANELS(1, name, __VA_ARGS__)                                                   \
    TILES_OF_PANELS(2, name, __VA_ARGS__)                                                   \
    static block_tiles name##_tiles = {TILE_NAMES(name, 1), TILE_NAMES(name, 2)};
#else
#define TILES_OF_KIND(name, ...)          \
    TILES_OF_PANELS(1, name, __VA_ARGS__) \
    static block_tiles name##_tiles = {TILE_NAMES(name, 1)};
#endif
#if PARTS_ARE_SUMS  // tiles that differ in nothing but their sums in 16 bits are the same
#define four32_tiles wide32_tiles
#define five32_tiles wide32_tiles
#define five256_tiles four256_tiles
#define DISTINCT_TILES(T) \
    T(wide32, 32, 32, 0, 0) T(affine32, 32, 32, 1, 0) T(affine16, 256, 16, 1, 0) T(six16, 256, 16, 0, 0) T(four256, 256, 32, 1, 0) T(wide256, 256, 32, 0, 0)
#else
#define DISTINCT_TILES BLOCK_TILES
#endif
DISTINCT_TILES(TILES_OF_KIND)

#define BLOCK_FUNCTIONS(format, tile, unit, sub, affine, parts, zero, elements, words, first, head_bytes, head_at)                         \
    static void row_##format(ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c) {              \
        block_row(format, unit, sub, affine, parts, words * 64 + head_bytes * 16, head_bytes * 16, blocks, w + head_bytes * 16, a, c);                                   \
    }                                                                                                                                      \
    static void expand_##format(ptrdiff_t blocks, const uint8_t *w, uint8_t *codes, float *scales, float *offsets) {  \
        block_expand(format, unit, sub, affine, words * 64 + head_bytes * 16, head_bytes * 16, blocks, w + head_bytes * 16, codes, scales, offsets);                     \
    }                                                                                                                                      \
    static void quantise_##format(const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts) {          \
        BY_TYPE(xt, block_quantise_row(unit, sub, affine, zero, x, T, k, q, scales, starts, shifts));                                      \
    }
BLOCK_FORMATS(BLOCK_FUNCTIONS)

static const struct {
    void (*row)(ptrdiff_t blocks, const uint8_t *w, const orrery_block_rows *a, float *c);
    void (*expand)(ptrdiff_t blocks, const uint8_t *w, uint8_t *codes, float *scales, float *offsets);
    void (*quantise)(const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts);
    block_tiles *tiles;
    int elements, bytes, sub;  // of a block in a panel
} block_functions[] = {
#define BLOCK_ENTRY(format, tile, unit, sub, affine, parts, zero, elements, words, first, head_bytes, head_at) \
    [format] = {row_##format, expand_##format, quantise_##format, &tile##_tiles, elements, words * 64 + head_bytes * 16, sub},
    BLOCK_FORMATS(BLOCK_ENTRY)
};

static void block_quantise(int format, const void *x, int xt, ptrdiff_t k, int8_t *q, float *scales, int32_t *starts, float *shifts) {
    block_functions[format].quantise(x, xt, k, q, scales, starts, shifts);
}

static void block_product_row(int format, ptrdiff_t panels, ptrdiff_t blocks, const uint8_t *panel, const orrery_block_rows *a, float *c) {
    const ptrdiff_t stride = blocks * block_functions[format].bytes;
    for (ptrdiff_t p = 0; p < panels; p++, panel += stride, c += ORRERY_PANEL_ROWS) block_functions[format].row(blocks, panel, a, c);
}

static void block_expand_panel(int format, const uint8_t *panel, ptrdiff_t first, ptrdiff_t count, uint8_t *codes, float *scales, float *offsets) {
    block_functions[format].expand(count, panel + first * block_functions[format].bytes, codes, scales, offsets);
}

static void block_product_tiles(int format, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets,
                                const orrery_block_rows *a, float *c, ptrdiff_t ldc) {
    const ptrdiff_t panel_scales = k / block_functions[format].sub * 16;
    for (ptrdiff_t row = 0; row < rows;) {
        int kind = 0;
        while (block_row_counts[kind] > rows - row) kind++;
        for (ptrdiff_t p = 0; p < panels;) {
            const int np = BLOCK_NP == 2 && panels - p >= 2 ? 2 : 1;
            (*block_functions[format].tiles)[np - 1][kind](k, codes + p * k * 16, scales + p * panel_scales, offsets + p * panel_scales, a, row,
                                                        c + row * ldc + p * 16, ldc);
            p += np;
        }
        row += block_row_counts[kind];
    }
}
