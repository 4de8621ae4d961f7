// Products with expanded codes in vector registers: a few rows of activations by one panel or two.
#define EXPANDED_ZERO(affine, zero) 0

// mr rows by np panels of expanded codes.
INLINE void block_tile(const int bytes, const int unit, const int sub, const int affine, const int parts, const int mr, const int np, ptrdiff_t k, const uint8_t *codes,
                       const float *scales, const float *offsets, const orrery_block_rows *a, ptrdiff_t row, float *c, ptrdiff_t ldc) {
    const int subs = unit / sub, groups = sub / 4, has_starts = !affine && !(bytes == ORRERY_INT16 && MULTIPLIES_PAIRS);
    const ptrdiff_t panel = k * 16 * (bytes == ORRERY_INT16 ? 1 + MULTIPLIES_PAIRS : 1), panel_scales = k / sub * 16;
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
                UNROLL for (int v = 0; v < np; v++) sum[r][v] = (has_starts ? start[r * a->sub_stride] : 0) - (li){0};
#define DOT_GROUP(dot, into)                                                                       \
    lb w[BLOCK_NP];                                                                                \
    UNROLL for (int v = 0; v < np; v++) w[v] = load_codes(codes + v * panel + g * 64);             \
    UNROLL for (int r = 0; r < mr; r++) {                                                          \
        const lb x = four(q + r * a->q_stride + 4 * g);                                            \
        UNROLL for (int v = 0; v < np; v++) into[r][v] = dot(into[r][v], w[v], x);                 \
    }
            if (bytes == ORRERY_INT16) {
#ifdef BLOCK_DOT_PAIRS
                // All sixteen unrolled, the compiler takes sum after sum instead of step after step, and spills what it has loaded.
                _Pragma("clang loop unroll_count(4)") for (int g = 0; g < 2 * groups; g++) { DOT_GROUP(BLOCK_DOT_PAIRS, sum) }
                codes += groups * 64;
                q += sub;
#else
                li high[BLOCK_MR][BLOCK_NP];
                UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < np; v++) high[r][v] = (li){0};
                UNROLL for (int g = 0; g < groups; g++) { DOT_GROUP(BLOCK_DOT_WIDE, high) }
                UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < np; v++) sum[r][v] += high[r][v] << LOW_BITS;
                q += sub;
                UNROLL for (int g = 0; g < groups; g++) { DOT_GROUP(BLOCK_DOT_WIDE, sum) }
#endif
            } else if (parts == 0) {
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
            else if (has_starts) start++;
        }
        if (unit == 256)
            UNROLL for (int r = 0; r < mr; r++)
                UNROLL for (int v = 0; v < np; v++) acc[r][v] = lane_fma(p[r][v], splat_lanes(scale[r * a->scale_stride]), acc[r][v]);
        scale++;
    }
    UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < np; v++) store_lanes(c + r * ldc + v * 16, acc[r][v]);
}

// One call for each count of rows and panels that a tile may have.
typedef void block_tile_function(ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets, const orrery_block_rows *a, ptrdiff_t row, float *c,
                                 ptrdiff_t ldc);
#define BLOCK_TILE(name, bytes, unit, sub, affine, parts, mr, np)                                                                                         \
    static void name##_##mr##_##np(ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets, const orrery_block_rows *a,       \
                                   ptrdiff_t row, float *c, ptrdiff_t ldc) {                                                                       \
        block_tile(bytes, unit, sub, affine, parts, mr, np, k, codes, scales, offsets, a, row, c, ldc);                                                   \
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

static void multiply_tiles(block_tiles *tiles, int sub, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets,
                           const orrery_block_rows *a, float *c, ptrdiff_t ldc) {
    const ptrdiff_t panel_scales = k / sub * 16, panel = k * 16 * (a->bytes == ORRERY_INT16 ? 1 + MULTIPLIES_PAIRS : 1);
    for (ptrdiff_t row = 0; row < rows;) {
        int kind = 0;
        while (block_row_counts[kind] > rows - row) kind++;
        for (ptrdiff_t p = 0; p < panels;) {
            const int np = BLOCK_NP == 2 && panels - p >= 2 ? 2 : 1;
            (*tiles)[np - 1][kind](k, codes + p * panel, scales + p * panel_scales, offsets + p * panel_scales, a, row,
                                 c + row * ldc + p * 16, ldc);
            p += np;
        }
        row += block_row_counts[kind];
    }
}
