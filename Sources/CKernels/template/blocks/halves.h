// Products with weights of 16 bits in panels of 32 rows side by side: half precision number by number, [k][32], and bfloat16 in pairs along k, [(k + 1) / 2][32][2],
// as the dot product of pairs takes them. An output has one accumulator that meets k in ascending order, as in product.h, from which the tiles for many rows are.
enum { HALF_ROWS = ORRERY_HALF_PANEL_ROWS, HALF_PARTS = HALF_ROWS / VL };

INLINE vf widen_halves(vh h) {
#ifdef WIDEN_HALVES
    return (vf)WIDEN_HALVES(h);
#else
    const vu bits = __builtin_convertvector(h, vu), magnitude = bits & 0x7fff;
    const vu special = (vu)(magnitude >= 0x7c00) & 0x7f800000;
    return (vf)((vu)((vf)(magnitude << 13) * splat(0x1p112f)) | special | (bits & 0x8000) << 16);
#endif
}

// Number i of VL rows from row v VL on.
INLINE vf half_weights(const uint8_t *panel, const int type, ptrdiff_t i, const int v) {
    if (type == ORRERY_F16) return widen_halves(*(const vh_any *)((const uint16_t *)panel + i * HALF_ROWS + v * VL));
    const vu pairs = *(const vu_any *)((const uint32_t *)panel + i / 2 * HALF_ROWS + v * VL);
    return (vf)(i % 2 ? pairs & 0xffff0000 : pairs << 16);
}

// One row of activations by one panel.
INLINE void half_row(const int type, const int hints, ptrdiff_t k, const uint8_t *panel, const float *x, float *c) {
    vf acc[HALF_PARTS];
    UNROLL for (int v = 0; v < HALF_PARTS; v++) acc[v] = load(c + v * VL);
    ptrdiff_t i = 0;
    for (; i + 2 <= k; i += 2) {
        if (hints) ask_ahead(panel + i * HALF_ROWS * 2, HALF_ROWS * 4);
        UNROLL for (int odd = 0; odd < 2; odd++)
            UNROLL for (int v = 0; v < HALF_PARTS; v++) acc[v] = fma(splat(x[i + odd]), half_weights(panel, type, i + odd, v), acc[v]);
    }
    if (i < k) UNROLL for (int v = 0; v < HALF_PARTS; v++) acc[v] = fma(splat(x[i]), half_weights(panel, type, i, v), acc[v]);
    UNROLL for (int v = 0; v < HALF_PARTS; v++) store(c + v * VL, acc[v]);
}

#ifdef NATIVE_BF16
INLINE void half_row_of_pairs(const int hints, ptrdiff_t pairs, const uint8_t *panel, const uint32_t *x, float *c) {
    vf acc[HALF_PARTS];
    UNROLL for (int v = 0; v < HALF_PARTS; v++) acc[v] = load(c + v * VL);
    for (ptrdiff_t i = 0; i < pairs; i++) {
        if (hints) ask_ahead(panel + i * HALF_ROWS * 4, HALF_ROWS * 4);
        UNROLL for (int v = 0; v < HALF_PARTS; v++) acc[v] = (vf)DOT_PAIRS(acc[v], x + i, (const uint32_t *)panel + i * HALF_ROWS + v * VL);
    }
    UNROLL for (int v = 0; v < HALF_PARTS; v++) store(c + v * VL, acc[v]);
}
#endif

static void half_product_row(int type, int by_pairs, int hints, ptrdiff_t panels, ptrdiff_t k, const uint8_t *panel, const void *x, float *c) {
    const ptrdiff_t stride = (type == ORRERY_F16 ? k : (k + 1) / 2 * 2) * HALF_ROWS * 2;
    for (ptrdiff_t p = 0; p < panels; p++, panel += stride, c += HALF_ROWS) {
#ifdef NATIVE_BF16
        if (by_pairs) {
            BY_HINTS(hints, half_row_of_pairs(H, k / 2, panel, x, c));
            continue;
        }
#endif
        (void)by_pairs;
        if (type == ORRERY_F16) BY_HINTS(hints, half_row(ORRERY_F16, H, k, panel, x, c));
        else BY_HINTS(hints, half_row(ORRERY_BF16, H, k, panel, x, c));
    }
}

INLINE void half_expand_panel(const int type, ptrdiff_t first, ptrdiff_t count, const uint8_t *panel, uint32_t *out, ptrdiff_t stride) {
    for (ptrdiff_t i = 0; i < count; i++)
        UNROLL for (int v = 0; v < HALF_PARTS; v++) store((float *)out + v / NV * stride + i * NV * VL + v % NV * VL, half_weights(panel, type, first + i, v));
}

static void half_expand(int type, int by_pairs, const uint8_t *panel, ptrdiff_t first, ptrdiff_t count, uint32_t *out, ptrdiff_t stride) {
    if (by_pairs) {
        const uint32_t *from = (const uint32_t *)panel + first / 2 * HALF_ROWS;
        for (ptrdiff_t i = 0; i < count / 2; i++)
            UNROLL for (int v = 0; v < HALF_PARTS; v += NV) memcpy(out + v / NV * stride + i * NV * VL, from + i * HALF_ROWS + v * VL, NV * VL * 4);
    } else if (type == ORRERY_F16) half_expand_panel(ORRERY_F16, first, count, panel, out, stride);
    else half_expand_panel(ORRERY_BF16, first, count, panel, out, stride);
}

// Sixteen rows of sixteen words, turned round: four rounds of shuffling the first half of the vectors with the second, as cards.
INLINE void turn_words(lu x[16]) {
    UNROLL for (int round = 0; round < 4; round++) {
        lu y[16];
        UNROLL for (int i = 0; i < 8; i++) {
            y[2 * i] = __builtin_shufflevector(x[i], x[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            y[2 * i + 1] = __builtin_shufflevector(x[i], x[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
        UNROLL for (int i = 0; i < 16; i++) x[i] = y[i];
    }
}

// Numbers i ... i + 32 of sixteen rows as sixteen vectors of pairs.
INLINE void load_turned(const uint8_t *const *rows, ptrdiff_t i, lu x[16]) {
    UNROLL for (int r = 0; r < 16; r++) {
        x[r] = (lu){0};
        if (rows[r]) memcpy(&x[r], rows[r] + i * 2, 64);
    }
    turn_words(x);
}

static void half_pack(int type, const uint8_t *const *rows, ptrdiff_t k, uint8_t *panel) {
    ptrdiff_t i = 0;
    for (; i + 32 <= k; i += 32, panel += 32 * HALF_ROWS * 2) {
        lu low[16], high[16];
        load_turned(rows, i, low);
        load_turned(rows + 16, i, high);
        for (int w = 0; w < 16; w++) {
            typedef uint16_t halves __attribute__((vector_size(64)));
            const halves a = (halves)low[w], b = (halves)high[w];
            const halves even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62);
            const halves odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63);
            memcpy(panel + w * 128, type == ORRERY_F16 ? &even : &a, 64);
            memcpy(panel + w * 128 + 64, type == ORRERY_F16 ? &odd : &b, 64);
        }
    }
    for (; i < k; i += 2, panel += 2 * HALF_ROWS * 2)  // the last pair may be half a one
        for (int r = 0; r < HALF_ROWS; r++) {
            uint16_t pair[2] = {0, 0};
            if (rows[r]) memcpy(pair, rows[r] + i * 2, k - i < 2 ? 2 : 4);
            if (type == ORRERY_BF16) memcpy(panel + r * 4, pair, 4);
            else {
                memcpy(panel + r * 2, pair, 2);
                if (k - i > 1) memcpy(panel + HALF_ROWS * 2 + r * 2, pair + 1, 2);
            }
        }
}
