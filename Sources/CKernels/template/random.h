// Dropout from Philox4x32 (Salmon et al., SC'11), seven rounds: a mask is a function of (seed, stream, row, element), so the
// backward pass makes it again instead of storing it. One counter gives 128 bits, 16 for each of 8 elements.

INLINE vu high_product(vu a, uint32_t b) {
    return __builtin_convertvector((__builtin_convertvector(a, vw) * (uint64_t)b) >> 32, vu);
}

// Counters (group + lane, row, stream): 8 elements' keep bits in each lane.
INLINE vu keep_bits(const orrery_dropout *d, uint32_t row, uint32_t group) {
    vu c0 = (vu)lanes() + group, c1 = (vu){0} + row, c2 = (vu){0} + (uint32_t)d->stream, c3 = (vu){0} + (uint32_t)(d->stream >> 32);
    uint32_t k0 = (uint32_t)d->seed, k1 = (uint32_t)(d->seed >> 32);
    UNROLL for (int round = 0; round < 7; round++) {
        vu h0 = high_product(c0, 0xD2511F53u), l0 = c0 * 0xD2511F53u;
        vu h1 = high_product(c2, 0xCD9E8D57u), l1 = c2 * 0xCD9E8D57u;
        c0 = h1 ^ c1 ^ k0;
        c1 = l1;
        c2 = h0 ^ c3 ^ k1;
        c3 = l0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    const uint32_t threshold = (uint32_t)(d->probability * 65536.0f + 0.5f);
    const vu words[4] = {c0, c1, c2, c3};
    vu bits = {0};
    UNROLL for (int i = 0; i < 4; i++) {
        bits |= (vu)((words[i] & 0xffff) >= threshold) & (1u << (2 * i));
        bits |= (vu)((words[i] >> 16) >= threshold) & (2u << (2 * i));
    }
    return bits;
}

static void dropout_mask(const orrery_dropout *d, uint32_t row, uint32_t first_group, ptrdiff_t groups, uint8_t *mask) {
    for (ptrdiff_t g = 0; g < groups; g += VL) {
        vb bytes = __builtin_convertvector(keep_bits(d, row, first_group + (uint32_t)g), vb);
        memcpy(mask + g, &bytes, (size_t)(groups - g < VL ? groups - g : VL));
    }
}

// All ones where the mask keeps element i + lane; i is a multiple of VL or of 4.
INLINE vi kept(const uint8_t *mask, ptrdiff_t i) {
    uint32_t bits;
    if (VL == 16) bits = (uint32_t)mask[i / 8] | (uint32_t)mask[i / 8 + 1] << 8;
    else bits = (uint32_t)mask[i / 8] >> (i % 8);
    return (((vi){0} + (int32_t)bits) >> lanes() & 1) != 0;
}

static void dropout(const orrery_dropout *d, uint64_t first, const void *x, int xt, void *y, int yt, ptrdiff_t n) {
    const float keep_scale = 1.0f / (1.0f - d->probability);
    enum { run = 1024 };
    uint8_t mask[run / 8 + VL];
    memset(mask, 0, sizeof mask);
    for (ptrdiff_t at = 0; at < n; at += run) {
        const ptrdiff_t left = n - at < run ? n - at : run;
        const uint64_t group = (first + (uint64_t)at) / 8;
        dropout_mask(d, (uint32_t)(group >> 32), (uint32_t)group, (left + 7) / 8, mask);
        BY_TYPES(xt, yt, const void *from = (const char *)x + at * (T == ORRERY_F32 ? 4 : 2); void *to = (char *)y + at * (U == ORRERY_F32 ? 4 : 2);
                 FOR_VECTORS(left, PUT(to, U, choose(kept(mask, i), GET(from, T) * keep_scale, (vf){0}));));
    }
}
