// The limits that products with weights in blocks run against.

// As many independent chains of dot products of bytes as the tile has, their factors out of the first cache; returns the operations done.
#ifdef TILE_REGISTERS
static double block_peak(ptrdiff_t iterations, float *sink) {
    const tile_shapes shapes = {.palette = 1, .row_bytes = {64, 64, 64, 64, 64, 64}, .rows = {16, 16, 16, 16, 16, 16}};
    static const uint8_t bytes[16][64] __attribute__((aligned(64))) = {{1}};
    int32_t sums[16][16];
    _tile_loadconfig(&shapes);
    _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
    _tile_loadd(4, bytes, 64), _tile_loadd(5, bytes, 64);
    for (ptrdiff_t i = 0; i < iterations; i++) _tile_dpbssd(0, 4, 5), _tile_dpbssd(1, 4, 5), _tile_dpbssd(2, 4, 5), _tile_dpbssd(3, 4, 5);
    _tile_stored(3, sums, 64);
    _tile_release();
    store_lanes(sink, to_floats(*(const li *)sums[0]));
    return 2.0 * 4 * 16 * 16 * 64 * (double)iterations;
}
#else
static double block_peak(ptrdiff_t iterations, float *sink) {
    block_part acc[BLOCK_MR][BLOCK_NP];
    lb factors[2] = {(lb){0} + 1, (lb){0} + 1};  // codes, and four activations a row
    UNROLL for (int r = 0; r < BLOCK_MR; r++) UNROLL for (int v = 0; v < BLOCK_NP; v++) acc[r][v] = (block_part){r + v};
    for (ptrdiff_t i = 0; i < iterations; i++) {
        __asm__ volatile("" ::"r"(factors) : "memory");  // else one product would do for all
        UNROLL for (int r = 0; r < BLOCK_MR; r++) {
            const lb a = four((const int8_t *)&factors[1] + 4 * r);
            UNROLL for (int v = 0; v < BLOCK_NP; v++) acc[r][v] = BLOCK_DOT(acc[r][v], factors[0], a);
        }
    }
    li sum = {0};
    UNROLL for (int r = 0; r < BLOCK_MR; r++) UNROLL for (int v = 0; v < BLOCK_NP; v++) sum += BLOCK_FINISH(acc[r][v]);
    store_lanes(sink, to_floats(sum));
    return 2.0 * 64 * BLOCK_MR * BLOCK_NP * (double)iterations;
}
#endif

// Reads n bytes, a multiple of 256, and returns something of them.
static uint32_t read_bytes(const uint8_t *p, ptrdiff_t n) {
    lu a = {0}, b = {0}, c = {0}, d = {0};
    for (ptrdiff_t i = 0; i < n; i += 256) {
        a ^= load_words(p + i);
        b ^= load_words(p + i + 64);
        c ^= load_words(p + i + 128);
        d ^= load_words(p + i + 192);
    }
    return __builtin_reduce_xor(a ^ b ^ c ^ d);
}
