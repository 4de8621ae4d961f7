// Vectors of VL floats, and what is built from them. Included once by each instruction set's file, which defines
// VL (4, 8 or 16) and, where the processor multiplies pairs of bfloat16 itself, NATIVE_BF16 with
//   NARROW(x)                VL floats to VL bfloat16
//   NARROW_PAIRS(low, high)  2 VL floats to VL words
//   DOT_PAIRS(acc, a, b)     acc + the word *a times the VL words at b, pair by pair
#include <string.h>
#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vf __attribute__((vector_size(VL * 4)));
typedef int32_t vi __attribute__((vector_size(VL * 4)));
typedef uint32_t vu __attribute__((vector_size(VL * 4)));
typedef uint16_t vh __attribute__((vector_size(VL * 2)));
typedef uint8_t vb __attribute__((vector_size(VL)));
typedef uint64_t vw __attribute__((vector_size(VL * 8)));
typedef float vf_any __attribute__((vector_size(VL * 4), aligned(4), may_alias));
typedef uint32_t vu_any __attribute__((vector_size(VL * 4), aligned(4), may_alias));
typedef uint16_t vh_any __attribute__((vector_size(VL * 2), aligned(2), may_alias));

INLINE vf splat(float x) { return x - (vf){0}; }
INLINE vf load(const float *p) { return *(const vf_any *)p; }
INLINE void store(float *p, vf x) { *(vf_any *)p = x; }
INLINE vf choose(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
// With NaN in either, the second operand.
INLINE vf larger(vf a, vf b) { return choose(a > b, a, b); }
INLINE vf smaller(vf a, vf b) { return choose(a < b, a, b); }
// x * y + z, fused where the instruction set can
INLINE vf fma(vf x, vf y, vf z) {
#pragma clang fp contract(fast)
    return x * y + z;
}

INLINE vi lanes(void) {
    vi l;
    UNROLL for (int i = 0; i < VL; i++) l[i] = i;
    return l;
}

// bfloat16 is the upper half of a float32; the lower half is rounded to nearest, ties to even.
INLINE vf widen(vh x) { return (vf)(__builtin_convertvector(x, vu) << 16); }
INLINE vu round_to_bf16(vf x) {
    vu u = (vu)x;
    vu rounded = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
    vu quiet = (u >> 16) | 0x40;
    vi ordered = x == x;
    return ((vu)ordered & rounded) | (~(vu)ordered & quiet);
}
#ifdef NATIVE_BF16
INLINE vh narrow(vf x) { return (vh)NARROW(x); }
INLINE vu narrow_words(vf x) { return __builtin_convertvector(narrow(x), vu); }
#else
INLINE vu narrow_words(vf x) { return round_to_bf16(x); }
INLINE vh narrow(vf x) { return __builtin_convertvector(narrow_words(x), vh); }
#endif

// Elements i ... i + VL of an array of either type.
INLINE vf load_as(const void *p, int type, ptrdiff_t i) {
    if (type == ORRERY_F32) return load((const float *)p + i);
    return widen(*(const vh_any *)((const uint16_t *)p + i));
}
INLINE void store_as(void *p, int type, ptrdiff_t i, vf x) {
    if (type == ORRERY_F32) store((float *)p + i, x);
    else *(vh_any *)((uint16_t *)p + i) = narrow(x);
}
// The first n elements, n < VL; the rest are zero.
INLINE vf load_some(const void *p, int type, ptrdiff_t i, ptrdiff_t n) {
    if (type == ORRERY_F32) {
        vf x = {0};
        memcpy(&x, (const float *)p + i, (size_t)n * 4);
        return x;
    }
    vh x = {0};
    memcpy(&x, (const uint16_t *)p + i, (size_t)n * 2);
    return widen(x);
}
INLINE void store_some(void *p, int type, ptrdiff_t i, ptrdiff_t n, vf x) {
    if (type == ORRERY_F32) memcpy((float *)p + i, &x, (size_t)n * 4);
    else {
        vh h = narrow(x);
        memcpy((uint16_t *)p + i, &h, (size_t)n * 2);
    }
}

// for (i in 0 ..< n, by VL) with a shorter last vector. BODY uses i, GET(array, type) and PUT(array, type, value).
#define GET(p, type) (rest_ ? load_some(p, type, i, rest_) : load_as(p, type, i))
#define PUT(p, type, x) (rest_ ? store_some(p, type, i, rest_, x) : store_as(p, type, i, x))
#define FOR_VECTORS(n, ...)                                                \
    do {                                                                   \
        ptrdiff_t i = 0;                                                   \
        {                                                                  \
            enum { rest_ = 0 };                                            \
            for (; i + VL <= (n); i += VL) { __VA_ARGS__ }                 \
        }                                                                  \
        if (i < (n)) {                                                     \
            const ptrdiff_t rest_ = (n) - i;                               \
            __VA_ARGS__                                                    \
        }                                                                  \
    } while (0)

// Runs CALL with the type a compile-time constant T (or T and U), so that no loop branches on it.
#define BY_TYPE(type, ...)                                                         \
    do {                                                                           \
        if ((type) == ORRERY_F32) { enum { T = ORRERY_F32 }; __VA_ARGS__; }        \
        else { enum { T = ORRERY_BF16 }; __VA_ARGS__; }                            \
    } while (0)
#define BY_TYPES(t1, t2, ...)                                                            \
    do {                                                                                 \
        if ((t2) == ORRERY_F32) { enum { U = ORRERY_F32 }; BY_TYPE(t1, __VA_ARGS__); }   \
        else { enum { U = ORRERY_BF16 }; BY_TYPE(t1, __VA_ARGS__); }                     \
    } while (0)

// The sum of the lanes, as a tree: the same order on every call.
INLINE float sum_lanes(vf x) {
    float a[VL];
    memcpy(a, &x, sizeof a);
    UNROLL for (int half = VL / 2; half > 0; half /= 2)
        UNROLL for (int i = 0; i < half; i++) a[i] += a[i + half];
    return a[0];
}
INLINE float max_lanes(vf x) {
    float a[VL];
    memcpy(a, &x, sizeof a);
    UNROLL for (int half = VL / 2; half > 0; half /= 2)
        UNROLL for (int i = 0; i < half; i++) a[i] = a[i] > a[i + half] ? a[i] : a[i + half];
    return a[0];
}
