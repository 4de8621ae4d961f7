// How each format's blocks lie in a panel, sixteen rows side by side, and how codes and scales are read from it.
//
// Every block is cut into words of four bytes, as it is stored (ggml-common.h of llama.cpp; Sources/Kernels/Blocks says what each byte means), and words of the
// same place stand together: [words][16 rows][4 bytes]. A scale that leaves the rest unaligned, of two bytes or one, precedes them: [16 rows].
// Words stand in the order in which they are read (stored_word in blocks.c).
//
// g counts groups of four numbers of a block, s its sub-blocks. Both are constants wherever these are called.

// Besides the formats: codes that were expanded to a byte each, with scales and offsets as floats.
enum { EXPANDED = -1 };

// The byte offset of word i.
#define WORD(i) (w + (i) * 64)
INLINE lb nibbles(const uint8_t *w, const int shift) { return shift ? load_codes(w) >> 4 : load_codes(w) & 15; }
INLINE lb bits_of(const uint8_t *w, const int shift, const int mask) { return load_codes(w) >> (uint8_t)shift & (uint8_t)mask; }
// Bits 4 g ... of each lane's word, one to each byte.
INLINE lb spread(const uint8_t *w, const int g) { return (lb)(((load_words(w) >> (4 * g) & 15) * 0x00204081u) & 0x01010101u); }

static const uint8_t levels_iq4[16] = {1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241};  // 128 more than the levels
static const uint8_t levels_mxfp4[16] = {12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0};               // 12 more than twice the values

INLINE lb block_codes(const int format, const uint8_t *w, const int g) {
    switch (format) {
    case ORRERY_Q4_0: return nibbles(WORD(g % 4), g / 4);
    case ORRERY_Q4_1: return nibbles(WORD(1 + g % 4), g / 4);
    case ORRERY_Q5_0: return nibbles(WORD(1 + g % 4), g / 4) | spread(WORD(0), g) << 4;
    case ORRERY_Q5_1: return nibbles(WORD(2 + g % 4), g / 4) | spread(WORD(1), g) << 4;
    case ORRERY_Q8_0: return load_codes(WORD(g)) ^ (uint8_t)wide_flip;
    case ORRERY_IQ4_NL: return BLOCK_LOOKUP(levels_iq4, nibbles(WORD(g % 4), g / 4)) ^ (uint8_t)(wide_flip ^ 0x80);
    case ORRERY_IQ4_XS: return BLOCK_LOOKUP(levels_iq4, nibbles(WORD(2 + g / 8 * 4 + g % 4), g % 8 / 4)) ^ (uint8_t)(wide_flip ^ 0x80);
    case ORRERY_MXFP4: return BLOCK_LOOKUP(levels_mxfp4, nibbles(WORD(g % 4), g / 4));
    case ORRERY_Q2_K: return bits_of(WORD(5 + g / 32 * 8 + g % 8), g % 32 / 8 * 2, 3);
    case ORRERY_Q3_K: return bits_of(WORD(g < 32 ? 3 + 2 * (g % 8) : 19 + g % 8), g % 32 / 8 * 2, 3) | bits_of(WORD(4 + 2 * (g % 8)), g / 8, 1) << 2;
    case ORRERY_Q4_K: return nibbles(WORD(4 + g / 16 * 8 + g % 8), g / 8 % 2);
    case ORRERY_Q5_K: return nibbles(WORD(g < 16 ? 4 + 2 * (g % 8) : 12 + g / 16 * 8 + g % 8), g / 8 % 2) | bits_of(WORD(5 + 2 * (g % 8)), g / 8, 1) << 4;
    case ORRERY_Q6_K:
        return nibbles(WORD(4 + g / 32 * 24 + (g / 8 % 2 ? 16 + g % 8 : 2 * (g % 8))), g / 8 % 4 / 2) |
               bits_of(WORD(5 + g / 32 * 24 + 2 * (g % 8)), g / 8 % 4 * 2, 3) << 4;
    default: return load_codes(w + g * 64);
    }
}

INLINE lf low_halves(lu words) { return BLOCK_HALVES(__builtin_convertvector(words & 0xffff, lh)); }
INLINE lf high_halves(lu words) { return BLOCK_HALVES(__builtin_convertvector(words >> 16, lh)); }
// Byte b of each lane's bytes from word `first` on.
INLINE lu lane_byte(const uint8_t *w, const int first, const int b) { return load_words(WORD(first + b / 4)) >> (b % 4 * 8) & 255; }

// What the scales of a block's sub-blocks are multiples of, and its offsets.
typedef struct { lf d, m; } block_unit;
INLINE block_unit block_units(const int format, const uint8_t *w, const uint8_t *head) {
    switch (format) {
    case ORRERY_Q4_0: case ORRERY_Q5_0: case ORRERY_Q8_0: case ORRERY_IQ4_NL: case ORRERY_Q3_K: case ORRERY_Q6_K:
        return (block_unit){BLOCK_HALVES(*(const lane_halves *)head), {0}};
    case ORRERY_MXFP4: {
        const lu e = __builtin_convertvector(*(const lane_quarters *)head, lu), small = (lu)(e < 2);
        return (block_unit){(lf)((small & (0x00200000u << (e & 1))) | (~small & ((e - 1) << 23))), {0}};
    }
    case ORRERY_Q4_1: case ORRERY_Q5_1: case ORRERY_Q4_K: case ORRERY_Q5_K: return (block_unit){low_halves(load_words(w)), high_halves(load_words(w))};
    case ORRERY_Q2_K: return (block_unit){low_halves(load_words(w)), high_halves(load_words(w))};
    case ORRERY_IQ4_XS: return (block_unit){low_halves(load_words(w)), {0}};
    default: return (block_unit){{0}, {0}};
    }
}

INLINE lf block_scale(const int format, const uint8_t *w, const block_unit unit, const int s) {
    lu scale;
    switch (format) {
    case ORRERY_Q2_K: scale = lane_byte(w, 1, s) & 15; break;
    case ORRERY_Q3_K: scale = ((lane_byte(w, 0, s % 8) >> (s / 8 * 4) & 15) | (lane_byte(w, 2, s % 4) >> (s / 4 * 2) & 3) << 4) - 32; break;
    case ORRERY_Q4_K: case ORRERY_Q5_K:
        scale = s < 4 ? lane_byte(w, 1, s) & 63 : (lane_byte(w, 1, s + 4) & 15) | lane_byte(w, 1, s < 4 ? 0 : s - 4) >> 6 << 4;
        break;
    case ORRERY_Q6_K: scale = (lu)((li)(load_words(WORD(s / 4)) << (24 - s % 4 * 8)) >> 24); break;
    case ORRERY_IQ4_XS: scale = ((load_words(WORD(1)) >> (4 * s) & 15) | (load_words(w) >> (16 + 2 * s) & 3) << 4) - 32; break;
    default: return unit.d;
    }
    return unit.d * to_floats((li)scale);
}

// What is added to scale times code.
INLINE lf block_offset(const int format, const uint8_t *w, const block_unit unit, const int s) {
    lu offset;
    switch (format) {
    case ORRERY_Q2_K: offset = lane_byte(w, 1, s) >> 4; break;
    case ORRERY_Q4_K: case ORRERY_Q5_K:
        offset = s < 4 ? lane_byte(w, 1, s + 4) & 63 : lane_byte(w, 1, s + 4) >> 4 | lane_byte(w, 1, s) >> 6 << 4;
        break;
    default: return unit.m;
    }
    return -(unit.m * to_floats((li)offset));
}
