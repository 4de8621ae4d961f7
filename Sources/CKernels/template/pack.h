// Packing: rows of a strided matrix become panels of words [depth][width], the order in which product.h reads them.

// Swaps rows and lanes of VL vectors of VL words, one bit of the index at a time.
INLINE void transpose_words(vu r[VL]) {
#if VL == 16
    UNROLL for (int i = 0; i < 16; i++) if (!(i & 1)) {
        vu a = r[i], b = r[i + 1];
        r[i] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
        r[i + 1] = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
    UNROLL for (int i = 0; i < 16; i++) if (!(i & 2)) {
        vu a = r[i], b = r[i + 2];
        r[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
        r[i + 2] = __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
    UNROLL for (int i = 0; i < 16; i++) if (!(i & 4)) {
        vu a = r[i], b = r[i + 4];
        r[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
        r[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
    UNROLL for (int i = 0; i < 8; i++) {
        vu a = r[i], b = r[i + 8];
        r[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        r[i + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
#elif VL == 8
    UNROLL for (int i = 0; i < 8; i++) if (!(i & 1)) {
        vu a = r[i], b = r[i + 1];
        r[i] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
        r[i + 1] = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    UNROLL for (int i = 0; i < 8; i++) if (!(i & 2)) {
        vu a = r[i], b = r[i + 2];
        r[i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
        r[i + 2] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        vu a = r[i], b = r[i + 4];
        r[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
#else
    UNROLL for (int i = 0; i < 4; i++) if (!(i & 1)) {
        vu a = r[i], b = r[i + 1];
        r[i] = __builtin_shufflevector(a, b, 0, 4, 2, 6);
        r[i + 1] = __builtin_shufflevector(a, b, 1, 5, 3, 7);
    }
    UNROLL for (int i = 0; i < 2; i++) {
        vu a = r[i], b = r[i + 2];
        r[i] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
        r[i + 2] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    }
#endif
}

#ifdef NATIVE_BF16
#define NATIVE_PAIRS 1
#else
#define NATIVE_PAIRS 0
#endif

// What the words of a panel are: floats; pairs of bfloat16 along k; or, where the processor multiplies no pairs, floats rounded to
// bfloat16, so that a bfloat16 panel holds the same numbers on every processor.
enum { FLOATS, PAIRS, ROUNDED };
#define PANEL_FORM(panel_type) ((panel_type) == ORRERY_F32 ? FLOATS : NATIVE_PAIRS ? PAIRS : ROUNDED)

// n elements, n <= VL, each as a float; the words past them are zero.
INLINE vu float_words(const void *x, const int type, ptrdiff_t at, ptrdiff_t n, const int form) {
    vf v = n >= VL ? load_as(x, type, at) : load_some(x, type, at, n);
    return form == ROUNDED && type == ORRERY_F32 ? round_to_bf16(v) << 16 : (vu)v;
}

// VL words of one row whose k is contiguous, from element k on; `n` elements are left, the words past them are zero.
INLINE vu row_words(const void *x, const int type, ptrdiff_t at, ptrdiff_t n, const int form) {
    if (form != PAIRS) return float_words(x, type, at, n, form);
    if (type == ORRERY_BF16) {  // by memcpy, for a pair may stand at an odd element
        vu words = {0};
        if (n >= 2 * VL) memcpy(&words, (const uint16_t *)x + at, sizeof words);
        else memcpy(&words, (const uint16_t *)x + at, (size_t)n * 2);
        return words;
    }
#ifdef NATIVE_BF16
    vf low, high;
    if (n >= 2 * VL) {
        low = load((const float *)x + at);
        high = load((const float *)x + at + VL);
    } else {
        low = n >= VL ? load((const float *)x + at) : load_some(x, type, at, n);
        high = n > VL ? load_some(x, type, at + VL, n - VL) : (vf){0};
    }
    return (vu)NARROW_PAIRS(low, high);
#else
    return (vu){0};
#endif
}

INLINE void store_words(uint32_t *p, vu x, int n) {
    if (n >= VL) *(vu_any *)p = x;
    else memcpy(p, &x, (size_t)n * 4);
}

// k contiguous: VL rows by VL words at a time, through a transpose.
INLINE void pack_rows(const void *x, const int type, ptrdiff_t row_stride, ptrdiff_t rows, ptrdiff_t k, const int width, const int form,
                      uint32_t *panel) {
    const ptrdiff_t per_word = form == PAIRS ? 2 : 1, depth = (k + per_word - 1) / per_word;
    for (int group = 0; group < width; group += VL) {
        const int lanes_here = width - group < VL ? width - group : VL;
        for (ptrdiff_t w = 0; w < depth; w += VL) {
            vu r[VL];
            UNROLL for (int i = 0; i < VL; i++)
                r[i] = i < lanes_here && group + i < rows ? row_words(x, type, (group + i) * row_stride + w * per_word, k - w * per_word, form) : (vu){0};
            transpose_words(r);
            uint32_t *out = panel + w * width + group;
            if (w + VL <= depth) {
                UNROLL for (int i = 0; i < VL; i++) store_words(out + i * width, r[i], lanes_here);
            } else {
                for (int i = 0; i < depth - w; i++) store_words(out + i * width, r[i], lanes_here);
            }
        }
    }
}

// n elements, n <= VL, each as the bfloat16 in the low half of a word.
INLINE vu half_words(const void *x, const int type, ptrdiff_t at, ptrdiff_t n) {
    if (type == ORRERY_F32) return narrow_words(n >= VL ? load_as(x, type, at) : load_some(x, type, at, n));
    vh h = {0};
    if (n >= VL) h = *(const vh_any *)((const uint16_t *)x + at);
    else memcpy(&h, (const uint16_t *)x + at, (size_t)n * 2);
    return __builtin_convertvector(h, vu);
}

// n neighbours at one k, or at k and k + 1 as pairs.
INLINE vu column_words(const void *x, const int type, ptrdiff_t at, ptrdiff_t k_stride, const int n, const int form) {
    if (form != PAIRS) return float_words(x, type, at, n, form);
    return half_words(x, type, at, n) | half_words(x, type, at + k_stride, n) << 16;
}

// One panel of rows contiguous in memory, words [first, last) of its depth; all its rows exist. Where even more neighbours do
// (`past`), whole vectors are read. A store may reach into the next k, whose own store comes later; the last one must not.
INLINE void pack_whole_columns(const void *x, const int type, ptrdiff_t k_stride, ptrdiff_t row, const int past, ptrdiff_t first, ptrdiff_t last,
                               const int width, const int form, uint32_t *panel) {
    const ptrdiff_t step = form == PAIRS ? 2 : 1;
    for (ptrdiff_t w = first; w < last; w++)
        UNROLL for (int group = 0; group < width; group += VL) {
            const int lanes_here = width - group < VL ? width - group : VL;
            vu words = column_words(x, type, w * step * k_stride + row + group, k_stride, past ? VL : lanes_here, form);
            if (lanes_here == VL || w + 1 < last) *(vu_any *)(panel + w * width + group) = words;
            else store_words(panel + w * width + group, words, lanes_here);
        }
}

// The same with rows or a k that are missing, which become zeros.
INLINE void pack_partial_columns(const void *x, const int type, ptrdiff_t k_stride, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t first, ptrdiff_t last,
                                 ptrdiff_t k, const int width, const int form, uint32_t *panel) {
    const ptrdiff_t step = form == PAIRS ? 2 : 1;
    for (ptrdiff_t w = first; w < last; w++)
        for (int group = 0; group < width; group += VL) {
            const int lanes_here = width - group < VL ? width - group : VL;
            const ptrdiff_t left = rows - group, at = w * step * k_stride + row + group;
            vu words = {0};
            if (left > 0) {
                if (form != PAIRS) words = float_words(x, type, at, left, form);
                else {
                    words = half_words(x, type, at, left);
                    if (w * 2 + 1 < k) words |= half_words(x, type, at + k_stride, left) << 16;
                }
                if (left < lanes_here) words &= (vu)(lanes() < (int32_t)left);
            }
            store_words(panel + w * width + group, words, lanes_here);
        }
}

// rows contiguous: each k is a copy of neighbours, in blocks of k small enough that a line that several panels share stays cached.
INLINE void pack_columns(const void *x, const int type, ptrdiff_t k_stride, ptrdiff_t rows, ptrdiff_t k, const int width, const int form,
                         uint32_t *panels, ptrdiff_t panel_stride) {
    const ptrdiff_t depth = form == PAIRS ? (k + 1) / 2 : k, whole = form == PAIRS ? k / 2 : k, needed = (width + VL - 1) / VL * VL;
    enum { block = 64 };
    for (ptrdiff_t first = 0; first < depth; first += block) {
        const ptrdiff_t last = first + block < depth ? first + block : depth;
        uint32_t *panel = panels;
        for (ptrdiff_t r = 0; r < rows; r += width, panel += panel_stride)
            if (last <= whole && rows - r >= needed) pack_whole_columns(x, type, k_stride, r, 1, first, last, width, form, panel);
            else if (last <= whole && rows - r >= width) pack_whole_columns(x, type, k_stride, r, 0, first, last, width, form, panel);
            else pack_partial_columns(x, type, k_stride, r, rows - r, first, last, k, width, form, panel);
    }
}

INLINE void pack_panels(const void *x, const int type, ptrdiff_t row_stride, ptrdiff_t k_stride, ptrdiff_t rows, ptrdiff_t k, const int width,
                        const int form, uint32_t *panels, ptrdiff_t panel_stride) {
    if (k_stride != 1) pack_columns(x, type, k_stride, rows, k, width, form, panels, panel_stride);
    else
        for (ptrdiff_t r = 0; r < rows; r += width, panels += panel_stride)
            pack_rows((const char *)x + r * row_stride * (type == ORRERY_F32 ? 4 : 2), type, row_stride, rows - r, k, width, form, panels);
}

static void pack(const void *x, int type, ptrdiff_t row_stride, ptrdiff_t k_stride, ptrdiff_t rows, ptrdiff_t k, int width, int panel_type,
                 uint32_t *panels, ptrdiff_t panel_stride) {
    BY_TYPES(type, panel_type, if (width == MR) pack_panels(x, T, row_stride, k_stride, rows, k, MR, PANEL_FORM(U), panels, panel_stride);
             else pack_panels(x, T, row_stride, k_stride, rows, k, NV * VL, PANEL_FORM(U), panels, panel_stride));
}
