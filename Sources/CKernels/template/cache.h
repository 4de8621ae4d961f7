// Keys and values in two bytes a number or in 8-bit blocks: tiles of 64 positions in the order of the products' panels (product.h), so that a panel of the
// cache becomes one of floats by widening its numbers where they stand. NR = NV * VL is the width of a panel, n the head size.
//
//   keys    [64 / NR][n][NR positions]
//   values  [n / NR, rounded up][64 positions][NR numbers]
//
// In 8-bit blocks a number is a signed byte times a scale in half precision that 32 numbers along the head size share, as in Q8_0 (ggml-common.h, block_q8_0).
// Along the positions a block would have to wait for its last one, and a number read at once would not be the number read later. The scales stand behind the
// codes: of keys [64 / NR][blocks][NR], of values [64][blocks].
enum { CACHE_POSITIONS = ORRERY_CACHE_TILE, CACHE_PANEL = NV * VL, CACHE_BLOCK = 32 };
#define CACHE_BLOCKS(n) (((n) + CACHE_BLOCK - 1) / CACHE_BLOCK)

typedef int8_t vc __attribute__((vector_size(VL)));
typedef int8_t vc_any __attribute__((vector_size(VL), aligned(1), may_alias));

// Half precision in the low 16 bits of a word, rounded to nearest, ties to even; from 65520 on infinite.
INLINE vu round_to_half(vf x) {
    const vu bits = (vu)x, magnitude = bits & 0x7fffffff;
    const vu normal = (magnitude + 0xfff + (magnitude >> 13 & 1) - 0x38000000) >> 13;
    // Subnormal: adding 2^-1 leaves multiples of 2^-24 in the lowest bits, rounded as float32 addition rounds.
    const vu small = (vu)((vf)magnitude + 0.5f) - 0x3f000000;
    const vu finite = (vu)choose((vi)(magnitude < 0x38800000), (vf)small, (vf)normal);
    const vu special = (vu)(magnitude > 0x7f800000) & 0x200;
    return (bits >> 16 & 0x8000) | (vu)choose((vi)(magnitude >= 0x477ff000), (vf)(special | 0x7c00), (vf)finite);
}

INLINE float float_of_half(uint16_t h) {
    vh all;
    for (int i = 0; i < VL; i++) all[i] = h;
    return widen_halves(all)[0];
}

// One number of a row to its place in either tile.
#define CACHE_KEY_AT(n, position, i) (((position) / CACHE_PANEL * (n) + (i)) * CACHE_PANEL + (position) % CACHE_PANEL)
#define CACHE_VALUE_AT(position, i) (((i) / CACHE_PANEL * CACHE_POSITIONS + (position)) * CACHE_PANEL + (i) % CACHE_PANEL)

INLINE void write_halves(const int type, const void *x, const int xt, const int is_key, ptrdiff_t n, ptrdiff_t position, uint16_t *tile) {
    FOR_VECTORS(n, const vf row = GET(x, xt); const vu words = type == ORRERY_F16 ? round_to_half(row) : narrow_words(row);
                const ptrdiff_t count = rest_ ? rest_ : VL;
                for (ptrdiff_t l = 0; l < count; l++) tile[is_key ? CACHE_KEY_AT(n, position, i + l) : CACHE_VALUE_AT(position, i + l)] = (uint16_t)words[l];);
}

// The scale is that of the stored half; what no half can scale (NaN, infinity, numbers beyond 127 * 65504) makes its block NaN.
INLINE void write_bytes(const void *x, const int xt, const int is_key, ptrdiff_t n, ptrdiff_t position, int8_t *tile) {
    const ptrdiff_t numbers = CACHE_POSITIONS * (is_key ? n : (n + CACHE_PANEL - 1) / CACHE_PANEL * CACHE_PANEL), blocks = CACHE_BLOCKS(n);
    uint16_t *scales = (uint16_t *)(tile + numbers);
    for (ptrdiff_t b = 0; b < blocks; b++) {
        const ptrdiff_t at = b * CACHE_BLOCK, count = n - at < CACHE_BLOCK ? n - at : CACHE_BLOCK;
        float row[CACHE_BLOCK] = {0}, largest = 0;
        const void *from = (const char *)x + at * (xt == ORRERY_F32 ? 4 : 2);
        FOR_VECTORS(count, PUT(row, ORRERY_F32, GET(from, xt)););
        int finite = 1;
        for (int i = 0; i < CACHE_BLOCK; i++) {
            const float size = __builtin_fabsf(row[i]);
            finite &= size <= 127 * 65504.0f;
            largest = size > largest ? size : largest;
        }
        const uint16_t half = finite ? (uint16_t)round_to_half(splat(largest / 127))[0] : 0x7e00;
        const float scale = float_of_half(half), inverse = finite && scale > 0 ? 1 / scale : 0;
        scales[is_key ? (position / CACHE_PANEL * blocks + b) * CACHE_PANEL + position % CACHE_PANEL : position * blocks + b] = half;
        for (ptrdiff_t i = 0; i < count; i++) {
            const float code = __builtin_rintf(finite ? row[i] * inverse : 0);
            tile[is_key ? CACHE_KEY_AT(n, position, at + i) : CACHE_VALUE_AT(position, at + i)] = (int8_t)(code > 127 ? 127 : code < -127 ? -127 : code);
        }
    }
}

static void cache_write(int type, int is_key, const void *x, int xt, ptrdiff_t n, ptrdiff_t position, void *tile) {
    BY_TYPE(xt, if (type == ORRERY_BYTES) write_bytes(x, T, is_key, n, position, (int8_t *)tile);
            else if (type == ORRERY_F16) write_halves(ORRERY_F16, x, T, is_key, n, position, (uint16_t *)tile);
            else write_halves(ORRERY_BF16, x, T, is_key, n, position, (uint16_t *)tile););
}

// A panel widens to `count` floats. The next tile's comes into the cache meanwhile: the arithmetic on this one leaves the memory idle otherwise.
INLINE void expand_halves(const int type, const uint16_t *x, ptrdiff_t count, ptrdiff_t ahead, float *y) {
    for (ptrdiff_t i = 0; i < count; i += 2 * VL) {
        __builtin_prefetch(x + i + ahead);
        UNROLL for (int v = 0; v < 2; v++) {
            const vh h = *(const vh_any *)(x + i + v * VL);
            store(y + i + v * VL, type == ORRERY_F16 ? widen_halves(h) : widen(h));
        }
    }
}

INLINE vf widen_codes(const int8_t *p) { return __builtin_convertvector(__builtin_convertvector(*(const vc_any *)p, vi), vf); }

static void expand_keys(int type, const void *tile, ptrdiff_t n, ptrdiff_t panel, float *y) {
    const ptrdiff_t count = n * CACHE_PANEL, all = CACHE_POSITIONS * n;
    if (type == ORRERY_F16) return expand_halves(ORRERY_F16, (const uint16_t *)tile + panel * count, count, all, y);
    if (type == ORRERY_BF16) return expand_halves(ORRERY_BF16, (const uint16_t *)tile + panel * count, count, all, y);
    const int8_t *codes = (const int8_t *)tile + panel * count;
    const ptrdiff_t blocks = CACHE_BLOCKS(n), ahead = all + 2 * CACHE_POSITIONS * blocks;
    const uint16_t *scales = (const uint16_t *)((const int8_t *)tile + all) + panel * blocks * CACHE_PANEL;
    for (ptrdiff_t at = 0; at < n; at += CACHE_BLOCK, scales += CACHE_PANEL) {
        vf scale[NV];
        UNROLL for (int v = 0; v < NV; v++) scale[v] = widen_halves(*(const vh_any *)(scales + v * VL));
        const ptrdiff_t end = n - at < CACHE_BLOCK ? n : at + CACHE_BLOCK;
        for (ptrdiff_t i = at; i < end; i++) {
            __builtin_prefetch(codes + i * CACHE_PANEL + ahead);
            UNROLL for (int v = 0; v < NV; v++) store(y + i * CACHE_PANEL + v * VL, widen_codes(codes + i * CACHE_PANEL + v * VL) * scale[v]);
        }
    }
}

static void expand_values(int type, const void *tile, ptrdiff_t n, ptrdiff_t panel, float *y) {
    const ptrdiff_t count = CACHE_POSITIONS * CACHE_PANEL, all = (n + CACHE_PANEL - 1) / CACHE_PANEL * count;
    if (type == ORRERY_F16) return expand_halves(ORRERY_F16, (const uint16_t *)tile + panel * count, count, all, y);
    if (type == ORRERY_BF16) return expand_halves(ORRERY_BF16, (const uint16_t *)tile + panel * count, count, all, y);
    const int8_t *codes = (const int8_t *)tile + panel * count;
    const ptrdiff_t blocks = CACHE_BLOCKS(n), ahead = all + 2 * CACHE_POSITIONS * blocks;
    const uint16_t *scales = (const uint16_t *)((const int8_t *)tile + all) + panel * CACHE_PANEL / CACHE_BLOCK;  // a panel's row lies in one block
    for (ptrdiff_t p = 0; p < CACHE_POSITIONS; p++) {
        const vf scale = splat(float_of_half(scales[p * blocks]));
        __builtin_prefetch(codes + p * CACHE_PANEL + ahead);
        UNROLL for (int v = 0; v < NV; v++) store(y + p * CACHE_PANEL + v * VL, widen_codes(codes + p * CACHE_PANEL + v * VL) * scale);
    }
}
