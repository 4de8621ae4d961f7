// Products of packed panels. One register tile is panel_rows (MR) by panel_columns (NV vectors): every element of C has one
// accumulator and meets k in ascending order, whatever the tile, so a result depends on its row and column alone.
//
// A: panels of words [depth][MR], or rows of words where they lie (direct); B panel: words [depth][NV * VL]. A word is a float,
// or a pair of bfloat16 along k.

INLINE vf accumulate(vf acc, const uint32_t *a, const uint32_t *b, int panel_type) {
#ifdef NATIVE_BF16
    if (panel_type == ORRERY_BF16) return (vf)DOT_PAIRS(acc, a, b);
#endif
    (void)panel_type;
    return fma(splat(*(const float *)a), load((const float *)b), acc);
}

#ifdef LANE_PRODUCT
#define LANE_ROW(r) \
    if (r < mr) UNROLL for (int v = 0; v < nv; v++) acc[r][v] = (vf)LANE_PRODUCT(acc[r][v], words[r / VL], r % VL, b + v * VL, panel_type);
#endif

// mr, nv and direct are constants at every call, so the accumulators live in registers. Direct rows stand `a_stride` words apart.
INLINE void register_tile(const int mr, const int nv, const int panel_type, const int direct, ptrdiff_t depth, const uint32_t *a,
                          ptrdiff_t a_stride, const uint32_t *b, void *c, int c_type, ptrdiff_t ldc, ptrdiff_t columns, int start,
                          const float *bias) {
    const int wide = nv * VL;
    vf acc[MR][NV];
    float edge[MR][NV * VL];  // rows narrower than the tile pass through here, so that acc is never indexed by a variable
    if (start == ORRERY_START_ZERO) {
        UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < nv; v++) acc[r][v] = (vf){0};
    } else {
        const float *from = start == ORRERY_START_BIAS ? bias : (const float *)c;
        ptrdiff_t stride = start == ORRERY_START_BIAS ? 0 : ldc;
        if (columns < wide) {
            memset(edge, 0, sizeof edge);
            for (int r = 0; r < mr; r++) memcpy(edge[r], from + r * stride, (size_t)columns * 4);
            from = edge[0];
            stride = NV * VL;
        }
        UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < nv; v++) acc[r][v] = load(from + r * stride + v * VL);
    }
    if (direct) {
        // Three rows a pointer: twelve pointers would not fit beside the others.
        const ptrdiff_t one = a_stride, two = 2 * a_stride;
        const uint32_t *rows[(MR + 2) / 3];
        UNROLL for (int r = 0; r < (mr + 2) / 3; r++) rows[r] = a + 3 * r * a_stride;
        for (ptrdiff_t k = 0; k < depth; k++, b += NV * VL) {
            UNROLL for (int r = 0; r < mr; r++)
                UNROLL for (int v = 0; v < nv; v++)
                    acc[r][v] = accumulate(acc[r][v], rows[r / 3] + (r % 3 == 0 ? 0 : r % 3 == 1 ? one : two), b + v * VL, panel_type);
            UNROLL for (int r = 0; r < (mr + 2) / 3; r++) rows[r]++;
        }
    } else {
        for (ptrdiff_t k = 0; k < depth; k++, a += MR, b += NV * VL) {
#ifdef LANE_PRODUCT
            // The words of A in vectors, each row's picked by its lane, which has to be a literal.
            (void)panel_type;
            vf words[MR / VL];
            UNROLL for (int g = 0; g * VL < mr; g++) words[g] = load((const float *)a + g * VL);
            LANE_ROW(0) LANE_ROW(1) LANE_ROW(2) LANE_ROW(3) LANE_ROW(4) LANE_ROW(5) LANE_ROW(6) LANE_ROW(7)
#else
            UNROLL for (int r = 0; r < mr; r++)
                UNROLL for (int v = 0; v < nv; v++) acc[r][v] = accumulate(acc[r][v], a + r, b + v * VL, panel_type);
#endif
        }
    }
    if (columns < wide) {
        UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < nv; v++) store(edge[r] + v * VL, acc[r][v]);
        for (int r = 0; r < mr; r++)
            BY_TYPE(c_type, void *to = (char *)c + r * ldc * (T == ORRERY_F32 ? 4 : 2);
                    FOR_VECTORS(columns, PUT(to, T, load(edge[r] + i));));
    } else if (c_type == ORRERY_F32) {
        UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < nv; v++) store((float *)c + r * ldc + v * VL, acc[r][v]);
    } else {
        UNROLL for (int r = 0; r < mr; r++) UNROLL for (int v = 0; v < nv; v++) store_as(c, ORRERY_BF16, r * ldc + v * VL, acc[r][v]);
    }
}

typedef void tile_function(ptrdiff_t, const uint32_t *, ptrdiff_t, const uint32_t *, void *, int, ptrdiff_t, ptrdiff_t, int, const float *);
#define TILE(mr, nv, name, type, direct)                                                                                              \
    static void name##_##mr##_##nv(ptrdiff_t depth, const uint32_t *a, ptrdiff_t a_stride, const uint32_t *b, void *c, int ct,        \
                                   ptrdiff_t ldc, ptrdiff_t columns, int start, const float *bias) {                                  \
        register_tile(mr, nv, type, direct, depth, a, a_stride, b, c, ct, ldc, columns, start, bias);                                 \
    }
#define TILES_OF_ROWS(mr) FOR_EACH_NV(mr, tile_f32, ORRERY_F32, 0) FOR_EACH_NV(mr, tile_f32_direct, ORRERY_F32, 1) BF16_TILES(mr)
#ifdef NATIVE_BF16
#define BF16_TILES(mr) FOR_EACH_NV(mr, tile_bf16, ORRERY_BF16, 0) FOR_EACH_NV(mr, tile_bf16_direct, ORRERY_BF16, 1)
#else
#define BF16_TILES(mr)
#endif
#define FOR_EACH_NV(mr, name, type, direct) TILE(mr, 1, name, type, direct) TILE(mr, 2, name, type, direct)
#define TABLE_ROW(mr, name) {name##_##mr##_1, name##_##mr##_2},
#define TABLE_F32(mr) TABLE_ROW(mr, tile_f32)
#define TABLE_F32_DIRECT(mr) TABLE_ROW(mr, tile_f32_direct)
#define TABLE_BF16(mr) TABLE_ROW(mr, tile_bf16)
#define TABLE_BF16_DIRECT(mr) TABLE_ROW(mr, tile_bf16_direct)
#if NV != 2
#error "the tables below are for register tiles two vectors wide"
#endif
#if MR == 12
#define FOR_EACH_MR(M) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12)
#elif MR == 8
#define FOR_EACH_MR(M) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8)
#elif MR == 6
#define FOR_EACH_MR(M) M(1) M(2) M(3) M(4) M(5) M(6)
#elif MR == 4
#define FOR_EACH_MR(M) M(1) M(2) M(3) M(4)
#endif
FOR_EACH_MR(TILES_OF_ROWS)
// [direct][rows - 1][vectors - 1]
static tile_function *const f32_tiles[2][MR][NV] = {{FOR_EACH_MR(TABLE_F32)}, {FOR_EACH_MR(TABLE_F32_DIRECT)}};
#ifdef NATIVE_BF16
static tile_function *const bf16_tiles[2][MR][NV] = {{FOR_EACH_MR(TABLE_BF16)}, {FOR_EACH_MR(TABLE_BF16_DIRECT)}};
#endif

static void product(ptrdiff_t m, ptrdiff_t n, ptrdiff_t depth, const uint32_t *a, ptrdiff_t a_stride, int direct, const uint32_t *b,
                    ptrdiff_t b_stride, int panel_type, void *c, int c_type, ptrdiff_t ldc, int start, const float *bias) {
    tile_function *const(*tiles)[NV] = f32_tiles[direct];
#ifdef NATIVE_BF16
    if (panel_type == ORRERY_BF16) tiles = bf16_tiles[direct];
#endif
    (void)panel_type;
    const ptrdiff_t size = c_type == ORRERY_F32 ? 4 : 2, next = direct ? MR * a_stride : a_stride;
    for (ptrdiff_t j = 0; j < n; j += NV * VL, b += b_stride) {
        ptrdiff_t columns = n - j < NV * VL ? n - j : NV * VL;
        const uint32_t *panel = a;
        for (ptrdiff_t i = 0; i < m; i += MR, panel += next) {
            ptrdiff_t rows = m - i < MR ? m - i : MR;
            tiles[rows - 1][columns > VL](depth, panel, a_stride, b, (char *)c + (i * ldc + j) * size, c_type, ldc, columns, start,
                                          bias ? bias + j : 0);
        }
    }
}

// The arithmetic limit: as many independent chains as the register tile has, fed from registers.
INLINE double peak_loop(const int panel_type, ptrdiff_t iterations, float *sink) {
    vf acc[MR][NV];
    uint32_t word[VL];
    for (int i = 0; i < VL; i++) word[i] = 0x3f803f80;  // 1.0 in either type
    UNROLL for (int r = 0; r < MR; r++) UNROLL for (int v = 0; v < NV; v++) acc[r][v] = splat((float)(r + v));
    for (ptrdiff_t k = 0; k < iterations; k++) {
        UNROLL for (int r = 0; r < MR; r++)
            UNROLL for (int v = 0; v < NV; v++) acc[r][v] = accumulate(acc[r][v], word, word, panel_type);
        __asm__ volatile("" ::: );
    }
    vf sum = {0};
    UNROLL for (int r = 0; r < MR; r++) UNROLL for (int v = 0; v < NV; v++) sum += acc[r][v];
    store(sink, sum);
    return 2.0 * MR * NV * VL * (double)iterations * (panel_type == ORRERY_BF16 ? 2 : 1);
}
static double peak(int panel_type, ptrdiff_t iterations, float *sink) {
#ifdef NATIVE_BF16
    if (panel_type == ORRERY_BF16) return peak_loop(ORRERY_BF16, iterations, sink);
#endif
    (void)panel_type;
    return peak_loop(ORRERY_F32, iterations, sink);
}
