// Sixteen rows of a weight matrix side by side, one in each 32-bit lane: vectors of 64 bytes, which the compiler cuts into what the processor has.
//
// An instruction set's file may define
//   BLOCK_DOT(sum, codes, a)        sum + the four codes of each lane, at most 127, times the four signed bytes of a
//   BLOCK_DOT_WIDE(sum, codes, a)   the same of codes that use all eight bits: unsigned where CODES_ARE_UNSIGNED, else signed
//   BLOCK_DOT_PAIRS(sum, codes, a)  sum + the two 16-bit numbers of each lane times those of a
//   block_part, BLOCK_FINISH(part)  what BLOCK_DOT sums in, and its 32-bit sums; else 32-bit lanes
//   BLOCK_HALVES(h)                 sixteen halves to floats
//   BLOCK_LOOKUP(table, i)          table[i] for each byte i < 16
#pragma clang diagnostic ignored "-Wpsabi"  // every function that passes such a vector is inlined
typedef uint8_t lane_bytes __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint8_t lb __attribute__((vector_size(64)));
typedef int8_t lc __attribute__((vector_size(64)));
typedef int32_t li __attribute__((vector_size(64)));
typedef uint32_t lu __attribute__((vector_size(64)));
typedef float lf __attribute__((vector_size(64)));
typedef float lane_floats __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t lh __attribute__((vector_size(32)));
typedef uint16_t lane_halves __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint8_t lq __attribute__((vector_size(16)));
typedef uint8_t lane_quarters __attribute__((vector_size(16), aligned(1), may_alias));

// Asks for the memory that a program which reads upwards will need: soon, into the second cache, and next, into the first.
enum { HINTED_FAR = 8192, HINTED_NEAR = 512 };
INLINE void ask_ahead(const uint8_t *p, ptrdiff_t n) {
    UNROLL for (ptrdiff_t i = 0; i < n; i += 64) {
        __builtin_prefetch(p + HINTED_FAR + i, 0, 2);
        __builtin_prefetch(p + HINTED_NEAR + i, 0, 3);
    }
}

// Runs CALL with the choice a compile-time constant H, as BY_TYPE does with types.
#define BY_HINTS(hints, ...)                        \
    do {                                            \
        if (hints) { enum { H = 1 }; __VA_ARGS__; } \
        else { enum { H = 0 }; __VA_ARGS__; }       \
    } while (0)

INLINE lb load_codes(const uint8_t *p) { return *(const lane_bytes *)p; }
INLINE lu load_words(const uint8_t *p) { return (lu) * (const lane_bytes *)p; }
INLINE lf load_lanes(const float *p) { return *(const lane_floats *)p; }
INLINE void store_lanes(float *p, lf x) { *(lane_floats *)p = x; }
INLINE lf splat_lanes(float x) { return x - (lf){0}; }
INLINE lf to_floats(li x) { return __builtin_convertvector(x, lf); }
INLINE lf lane_fma(lf x, lf y, lf z) {
#pragma clang fp contract(fast)
    return x * y + z;
}
// Four activations in every lane.
INLINE lb four(const int8_t *q) {
    uint32_t word;
    memcpy(&word, q, 4);
    return (lb)(word - (lu){0});
}

#ifndef BLOCK_HALVES
// Half precision by its bits: the exponent moves by a multiplication, and what had the highest one becomes infinite or NaN.
INLINE lf BLOCK_HALVES(lh h) {
    const lu bits = __builtin_convertvector(h, lu), magnitude = bits & 0x7fff;
    const lu special = (lu)(magnitude >= 0x7c00) & 0x7f800000;
    const lf scaled = (lf)(magnitude << 13) * splat_lanes(0x1p112f);
    return (lf)((lu)scaled | special | (bits & 0x8000) << 16);
}
#endif

#ifndef BLOCK_LOOKUP
INLINE lb BLOCK_LOOKUP(const uint8_t *table, lb i) {
    lb y;
    for (int n = 0; n < 64; n++) y[n] = table[i[n]];
    return y;
}
#endif

#ifndef BLOCK_DOT
// Pairs of products fit 16 bits, their sums 32.
INLINE li BLOCK_DOT(li sum, lb codes, lb a) {
    typedef int16_t wide __attribute__((vector_size(128)));
    const wide p = __builtin_convertvector((lc)codes, wide) * __builtin_convertvector((lc)a, wide);
    typedef int32_t words __attribute__((vector_size(128)));
    const words w = (words)p, pairs = (w << 16 >> 16) + (w >> 16);
    return sum + __builtin_shufflevector(pairs, pairs, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
           __builtin_shufflevector(pairs, pairs, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}
#define BLOCK_DOT_WIDE BLOCK_DOT
#endif
#ifndef BLOCK_FINISH
typedef li block_part;
#define BLOCK_FINISH(part) (part)
#define PARTS_ARE_SUMS 1
#else
#define PARTS_ARE_SUMS 0
#endif
#ifdef BLOCK_DOT_PAIRS
enum { MULTIPLIES_PAIRS = 1 };
#else
enum { MULTIPLIES_PAIRS = 0 };
#endif
// Rows that pass by codes which are unpacked in registers, of one byte and of two; and the most rows for which that costs less than to expand the codes first,
// where codes have at most seven bits and where they have eight.
#ifndef BLOCK_FEW
#define BLOCK_FEW 4
#endif
#ifndef BLOCK_FEW_OF_TWO
#define BLOCK_FEW_OF_TWO BLOCK_FEW
#endif
#ifndef BLOCK_FEW_ROWS
#define BLOCK_FEW_ROWS(bytes, has_eight_bits) 4
#endif
// Codes of eight bits are stored signed; where the dot product takes them unsigned, they are 128 more.
#ifdef CODES_ARE_UNSIGNED
#define WIDE_ZERO 128
#else
#define WIDE_ZERO 0
#endif
enum { wide_flip = WIDE_ZERO };
