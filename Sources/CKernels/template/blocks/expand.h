// Codes unpacked once for many rows of activations, beside their scales and offsets as floats.
#ifdef BLOCK_DOT_PAIRS
// Four codes of each lane, less the code of zero, as two pairs: even ones, odd ones. Codes of eight bits are signed, but for those that WIDE_ZERO made unsigned.
INLINE void store_pairs_of_codes(uint8_t *to, const lb codes, const int is_signed, const int zero) {
    typedef int16_t lp __attribute__((vector_size(64)));
    typedef uint16_t lpu __attribute__((vector_size(64)));
    const lp even = is_signed ? (lp)((lpu)codes << 8) >> 8 : (lp)((lpu)codes & 255), odd = is_signed ? (lp)codes >> 8 : (lp)((lpu)codes >> 8);
    *(lane_bytes *)to = (lb)(even - (int16_t)zero);
    *(lane_bytes *)(to + 64) = (lb)(odd - (int16_t)zero);
}
#endif

// Blocks of one panel to codes, scales and offsets.
INLINE void block_expand(const int format, const int bytes, const int unit, const int sub, const int affine, const int parts, const int zero, const ptrdiff_t stride,
                         const ptrdiff_t heads, ptrdiff_t blocks, const uint8_t *w, uint8_t *codes, float *scales, float *offsets) {
    const int subs = unit / sub;
    for (ptrdiff_t b = 0; b < blocks; b++, w += stride) {
        const block_unit u = block_units(format, w, w - heads);
        UNROLL for (int s = 0; s < subs; s++, scales += 16) {
            store_lanes(scales, block_scale(format, w, u, s));
            if (affine) {
                store_lanes(offsets, block_offset(format, w, u, s));
                offsets += 16;
            }
        }
#ifdef BLOCK_DOT_PAIRS
        if (bytes == ORRERY_INT16) {
            UNROLL for (int g = 0; g < unit / 4; g++, codes += 128)
                store_pairs_of_codes(codes, block_codes(format, w, g), parts == 0 && WIDE_ZERO == 0, affine ? 0 : zero);
            continue;
        }
#endif
        (void)bytes, (void)parts;
        UNROLL for (int g = 0; g < unit / 4; g++, codes += 64) *(lane_bytes *)codes = block_codes(format, w, g) - (uint8_t)EXPANDED_ZERO(affine, zero);
    }
}
