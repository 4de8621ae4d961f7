#ifndef ORRERY_ASCII_H
#define ORRERY_ASCII_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

/// The classes of 64 bytes: bit i says whether byte i is of the class.
typedef struct {
    /// "a"..."z" and "A"..."Z"
    uint64_t lower, upper;
    /// "0"..."9"
    uint64_t digits;
    /// What `\s` matches: 0x09...0x0D and the space; of these the line breaks \n and \r, and the space.
    uint64_t whitespace, newlines, spaces;
    uint64_t apostrophes, slashes;
    /// Bytes from 0x80 on.
    uint64_t beyond;
} orrery_ascii_classes;

#if defined(__SSE2__)

/// Marks the bytes in `first`...`first + span`.
static inline __attribute__((always_inline)) __m128i orrery_in_range(__m128i bytes, char first, char span) {
    __m128i distance = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8(span)), distance);
}

static inline __attribute__((always_inline)) uint64_t orrery_bits(__m128i marks) { return (uint16_t)_mm_movemask_epi8(marks); }

/// Reads 64 bytes.
static inline __attribute__((always_inline)) orrery_ascii_classes orrery_classify_ascii(const uint8_t *text) {
    orrery_ascii_classes classes = {0};
    for (int i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(text + i));
        __m128i space = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));
        __m128i newline = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
        classes.lower |= orrery_bits(orrery_in_range(bytes, 'a', 25)) << i;
        classes.upper |= orrery_bits(orrery_in_range(bytes, 'A', 25)) << i;
        classes.digits |= orrery_bits(orrery_in_range(bytes, '0', 9)) << i;
        classes.whitespace |= orrery_bits(_mm_or_si128(orrery_in_range(bytes, '\t', 4), space)) << i;
        classes.newlines |= orrery_bits(newline) << i;
        classes.spaces |= orrery_bits(space) << i;
        classes.apostrophes |= orrery_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\''))) << i;
        classes.slashes |= orrery_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'))) << i;
        classes.beyond |= orrery_bits(bytes) << i;
    }
    return classes;
}

#elif defined(__ARM_NEON) && defined(__aarch64__)

/// One bit per byte of four vectors of marks: each byte keeps the bit of its place, and three rounds add neighbours.
static inline __attribute__((always_inline)) uint64_t orrery_bits(const uint8x16_t marks[4]) {
    const uint8x16_t place = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t low = vpaddq_u8(vandq_u8(marks[0], place), vandq_u8(marks[1], place));
    uint8x16_t high = vpaddq_u8(vandq_u8(marks[2], place), vandq_u8(marks[3], place));
    uint8x16_t sum = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

#define ORRERY_CLASS(expression)                                                 \
    ({                                                                           \
        uint8x16_t marks[4];                                                     \
        for (int i = 0; i < 4; i++) { uint8x16_t b = bytes[i]; marks[i] = (expression); } \
        orrery_bits(marks);                                                      \
    })
#define ORRERY_IN(first, last) vcleq_u8(vsubq_u8(b, vdupq_n_u8(first)), vdupq_n_u8((last) - (first)))
#define ORRERY_IS(byte) vceqq_u8(b, vdupq_n_u8(byte))

/// Reads 64 bytes.
static inline __attribute__((always_inline)) orrery_ascii_classes orrery_classify_ascii(const uint8_t *text) {
    uint8x16_t bytes[4];
    for (int i = 0; i < 4; i++) bytes[i] = vld1q_u8(text + 16 * i);
    orrery_ascii_classes classes;
    classes.lower = ORRERY_CLASS(ORRERY_IN('a', 'z'));
    classes.upper = ORRERY_CLASS(ORRERY_IN('A', 'Z'));
    classes.digits = ORRERY_CLASS(ORRERY_IN('0', '9'));
    classes.whitespace = ORRERY_CLASS(vorrq_u8(ORRERY_IN('\t', '\r'), ORRERY_IS(' ')));
    classes.newlines = ORRERY_CLASS(vorrq_u8(ORRERY_IS('\n'), ORRERY_IS('\r')));
    classes.spaces = ORRERY_CLASS(ORRERY_IS(' '));
    classes.apostrophes = ORRERY_CLASS(ORRERY_IS('\''));
    classes.slashes = ORRERY_CLASS(ORRERY_IS('/'));
    classes.beyond = ORRERY_CLASS(vcgeq_u8(b, vdupq_n_u8(0x80)));
    return classes;
}

#undef ORRERY_CLASS
#undef ORRERY_IN
#undef ORRERY_IS

#else

/// Reads 64 bytes.
static inline orrery_ascii_classes orrery_classify_ascii(const uint8_t *text) {
    orrery_ascii_classes classes = {0};
    for (int i = 0; i < 64; i++) {
        uint8_t b = text[i];
        classes.lower |= (uint64_t)(b >= 'a' && b <= 'z') << i;
        classes.upper |= (uint64_t)(b >= 'A' && b <= 'Z') << i;
        classes.digits |= (uint64_t)(b >= '0' && b <= '9') << i;
        classes.whitespace |= (uint64_t)((b >= '\t' && b <= '\r') || b == ' ') << i;
        classes.newlines |= (uint64_t)(b == '\n' || b == '\r') << i;
        classes.spaces |= (uint64_t)(b == ' ') << i;
        classes.apostrophes |= (uint64_t)(b == '\'') << i;
        classes.slashes |= (uint64_t)(b == '/') << i;
        classes.beyond |= (uint64_t)(b >= 0x80) << i;
    }
    return classes;
}

#endif

#endif
