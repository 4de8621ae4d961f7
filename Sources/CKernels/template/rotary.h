// Rotary positions in the "half" layout of Hugging Face: element i turns with element i + rotated / 2.

INLINE void rotate_head(const int T, const void *x, void *y, const float *cosines, const float *sines, float sign, ptrdiff_t head_size,
                        ptrdiff_t rotated) {
    const ptrdiff_t half = rotated / 2, size = T == ORRERY_F32 ? 4 : 2;
    const void *x2 = (const char *)x + half * size;
    void *y2 = (char *)y + half * size;
    FOR_VECTORS(half, vf a = GET(x, T), b = GET(x2, T), c = GET(cosines, ORRERY_F32), s = GET(sines, ORRERY_F32) * sign;
                PUT(y, T, a * c - b * s); PUT(y2, T, b * c + a * s););
    if (rotated < head_size && x != y) memcpy((char *)y + rotated * size, (const char *)x + rotated * size, (size_t)((head_size - rotated) * size));
}

static void rotary(const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride, int type, const float *cosines, const float *sines, float sign,
                   ptrdiff_t rows, ptrdiff_t heads, ptrdiff_t head_size, ptrdiff_t rotated) {
    const ptrdiff_t size = type == ORRERY_F32 ? 4 : 2;
    for (ptrdiff_t r = 0; r < rows; r++)
        for (ptrdiff_t h = 0; h < heads; h++)
            BY_TYPE(type, rotate_head(T, (const char *)x + (r * x_stride + h * head_size) * size, (char *)y + (r * y_stride + h * head_size) * size,
                                      cosines + r * (rotated / 2), sines + r * (rotated / 2), sign, head_size, rotated));
}
