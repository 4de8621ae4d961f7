// What the block products know of each format, F(format, tile, unit, sub, affine, parts, zero, elements, words, first_word, head_bytes, head_at):
//   tile      the tile that multiplies its codes, one of BLOCK_TILES
//   unit      numbers of a row of activations that share a scale
//   sub       numbers of a row of weights that share a scale
//   affine    whether a sub-block has an offset beside its scale
//   parts     dot products of four codes that may be summed in 16 bits (a pair is at most 254 times the largest code); 0 where codes use eight bits
//   zero      the code that stands for 0 where there is no offset; WIDE_ZERO of eight bits
//   elements  numbers of a block; it is cut into `words` of four bytes from byte `first_word` on, and a scale of `head_bytes` at byte `head_at`
#define BLOCK_FORMATS(F)                                                  \
    F(ORRERY_Q8_0, wide32, 32, 32, 0, 0, WIDE_ZERO, 32, 8, 2, 2, 0)       \
    F(ORRERY_Q4_0, four32, 32, 32, 0, 8, 8, 32, 4, 2, 2, 0)               \
    F(ORRERY_Q4_1, affine32, 32, 32, 1, 8, 0, 32, 5, 0, 0, 0)             \
    F(ORRERY_Q5_0, five32, 32, 32, 0, 4, 16, 32, 5, 2, 2, 0)              \
    F(ORRERY_Q5_1, affine32, 32, 32, 1, 4, 0, 32, 6, 0, 0, 0)             \
    F(ORRERY_Q2_K, affine16, 256, 16, 1, 4, 0, 256, 21, 0, 0, 0)          \
    F(ORRERY_Q3_K, six16, 256, 16, 0, 4, 4, 256, 27, 0, 2, 108)           \
    F(ORRERY_Q4_K, four256, 256, 32, 1, 8, 0, 256, 36, 0, 0, 0)           \
    F(ORRERY_Q5_K, five256, 256, 32, 1, 4, 0, 256, 44, 0, 0, 0)           \
    F(ORRERY_Q6_K, six16, 256, 16, 0, 2, 32, 256, 52, 0, 2, 208)          \
    F(ORRERY_IQ4_NL, wide32, 32, 32, 0, 0, WIDE_ZERO, 32, 4, 2, 2, 0)     \
    F(ORRERY_IQ4_XS, wide256, 256, 32, 0, 0, WIDE_ZERO, 256, 34, 0, 0, 0) \
    F(ORRERY_MXFP4, five32, 32, 32, 0, 4, 12, 32, 4, 1, 1, 0)

// Tiles, T(name, unit, sub, affine, parts): formats that differ in nothing else share one.
#define BLOCK_TILES(T)                                                                                                      \
    T(wide32, 32, 32, 0, 0) T(four32, 32, 32, 0, 8) T(five32, 32, 32, 0, 4) T(affine32, 32, 32, 1, 4) T(affine16, 256, 16, 1, 4) \
    T(six16, 256, 16, 0, 2) T(four256, 256, 32, 1, 8) T(five256, 256, 32, 1, 4) T(wide256, 256, 32, 0, 0)
