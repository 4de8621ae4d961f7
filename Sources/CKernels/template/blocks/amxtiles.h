// Products with expanded codes in tile registers (Intel SDM vol. 1, chapter 18): sixteen rows of activations by one panel, a sub-block at a time, are one
// TDPBSSD, or two where activations have two bytes. Its sums are exact, as every other way's are; they go through memory, to be scaled as everywhere. Codes are signed, less the code of zero.
//
// The sums of a sub-block are stored a few sub-blocks before they are needed: a tile's way to memory and back is longer than its product.
#define EXPANDED_ZERO(affine, zero) ((affine) ? 0 : (zero))

enum { TILE_ROWS = 16, TILE_AHEAD = 4, TILE_RING = 8 };

// The operand of LDTILECFG, palette 1.
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_shapes;

// Tile 0: mr rows of sums; tile 1: mr rows of `sub` activations; tile 2: the panel's codes of them. Tiles 3 and 4: as 0 and 1, of low bytes.
static void shape_tiles(int mr, int sub) {
    const tile_shapes shapes = {.palette = 1, .row_bytes = {64, (uint16_t)sub, 64, 64, (uint16_t)sub},
                                .rows = {(uint8_t)mr, (uint8_t)mr, (uint8_t)(sub / 4), (uint8_t)mr, (uint8_t)mr}};
    _tile_loadconfig(&shapes);
}

// mr rows by all panels.
INLINE void tile_rows(const int bytes, const int unit, const int sub, const int affine, const int mr, ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes,
                      const float *scales, const float *offsets, const orrery_block_rows *a, ptrdiff_t row, float *c, ptrdiff_t ldc) {
    int32_t sums[TILE_RING][2][TILE_ROWS][16] __attribute__((aligned(64)));  // of high bytes, or all there are; of low bytes
    float row_scales[ORRERY_EXPANDED_DEPTH / 32][TILE_ROWS], row_shifts[ORRERY_EXPANDED_DEPTH / 16][TILE_ROWS];
    const int8_t *const q = a->q + row * a->q_stride;
    const ptrdiff_t subs = k / sub, total = subs * panels, row_bytes = k * bytes;
    for (int r = 0; r < mr; r++) {
        for (ptrdiff_t u = 0; u < k / unit; u++) row_scales[u][r] = a->scales[(row + r) * a->scale_stride + u];
        if (affine) for (ptrdiff_t s = 0; s < subs; s++) row_shifts[s][r] = a->shifts[(row + r) * a->sub_stride + s];
    }
    ptrdiff_t multiplied = 0, column = 0;
#define MULTIPLY_NEXT_TILE                                                                   \
    if (multiplied < total) {                                                                \
        _tile_loadd(1, q + column, a->q_stride);                                             \
        _tile_loadd(2, codes + multiplied * sub * 16, 64);                                   \
        _tile_zero(0);                                                                       \
        _tile_dpbssd(0, 1, 2);                                                               \
        _tile_stored(0, sums[multiplied & (TILE_RING - 1)][0], 64);                          \
        if (bytes == ORRERY_INT16) {                                                         \
            _tile_loadd(4, q + column + sub, a->q_stride);                                   \
            _tile_zero(3);                                                                   \
            _tile_dpbssd(3, 4, 2);                                                           \
            _tile_stored(3, sums[multiplied & (TILE_RING - 1)][1], 64);                      \
        }                                                                                    \
        multiplied++;                                                                        \
        if ((column += sub * bytes) == row_bytes) column = 0;                                \
    }
    for (int i = 0; i < TILE_AHEAD; i++) { MULTIPLY_NEXT_TILE }
    for (ptrdiff_t p = 0, used = 0; p < panels; p++, c += ORRERY_PANEL_ROWS) {
        lf acc[TILE_ROWS];
        if (unit == 32) UNROLL for (int r = 0; r < mr; r++) acc[r] = load_lanes(c + r * ldc);
        const float *shift = row_shifts[0];
        for (ptrdiff_t u = 0; u < k / unit; u++) {
            if (unit == 256) UNROLL for (int r = 0; r < mr; r++) acc[r] = (lf){0};
            for (int s = 0; s < unit / sub; s++, used++, scales += 16) {
                MULTIPLY_NEXT_TILE
                const int32_t(*sum)[TILE_ROWS][16] = sums[used & (TILE_RING - 1)];
                const lf ws = load_lanes(scales), wo = affine ? load_lanes(offsets) : ws;
                UNROLL for (int r = 0; r < mr; r++) {
                    const li whole = bytes == ORRERY_INT16 ? (*(const li *)sum[0][r] << LOW_BITS) + *(const li *)sum[1][r] : *(const li *)sum[0][r];
                    acc[r] = lane_fma(to_floats(whole), unit == 256 ? ws : ws * row_scales[u][r], acc[r]);
                    if (affine) acc[r] = lane_fma(wo, splat_lanes(shift[r]), acc[r]);
                }
                if (affine) offsets += 16, shift += TILE_ROWS;
            }
            if (unit == 256)
                UNROLL for (int r = 0; r < mr; r++) store_lanes(c + r * ldc, lane_fma(acc[r], splat_lanes(row_scales[u][r]), load_lanes(c + r * ldc)));
        }
        if (unit == 32) UNROLL for (int r = 0; r < mr; r++) store_lanes(c + r * ldc, acc[r]);
    }
#undef MULTIPLY_NEXT_TILE
}

// One call for each count of rows that tiles may have.
typedef void block_tile_function(ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets, const orrery_block_rows *a,
                                 ptrdiff_t row, float *c, ptrdiff_t ldc);
#define BLOCK_ROW_COUNTS 5
static const int block_row_counts[BLOCK_ROW_COUNTS] = {16, 8, 4, 2, 1};
typedef block_tile_function *const block_tiles[BLOCK_ROW_COUNTS];
#define BLOCK_TILE(name, bytes, unit, sub, affine, mr)                                                                                                    \
    static void name##_##mr(ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets,                        \
                            const orrery_block_rows *a, ptrdiff_t row, float *c, ptrdiff_t ldc) {                                                  \
        tile_rows(bytes, unit, sub, affine, mr, panels, k, codes, scales, offsets, a, row, c, ldc);                                                       \
    }
#define TILES_OF_KIND(name, bytes, unit, sub, affine, parts)                                                                                              \
    BLOCK_TILE(name, bytes, unit, sub, affine, 16)                                                                                                        \
    BLOCK_TILE(name, bytes, unit, sub, affine, 8)                                                                                                         \
    BLOCK_TILE(name, bytes, unit, sub, affine, 4)                                                                                                         \
    BLOCK_TILE(name, bytes, unit, sub, affine, 2)                                                                                                         \
    BLOCK_TILE(name, bytes, unit, sub, affine, 1)                                                                                                         \
    static block_tiles name##_tiles = {name##_16, name##_8, name##_4, name##_2, name##_1};

static void multiply_tiles(block_tiles *tiles, int sub, ptrdiff_t rows, ptrdiff_t panels, ptrdiff_t k, const uint8_t *codes, const float *scales, const float *offsets,
                           const orrery_block_rows *a, float *c, ptrdiff_t ldc) {
    for (ptrdiff_t row = 0, shaped = 0; row < rows;) {
        int kind = 0;
        while (block_row_counts[kind] > rows - row) kind++;
        const int mr = block_row_counts[kind];
        if (mr != shaped) shape_tiles(mr, sub);
        shaped = mr;
        (*tiles)[kind](panels, k, codes, scales, offsets, a, row, c + row * ldc, ldc);
        row += mr;
    }
    _tile_release();
}
