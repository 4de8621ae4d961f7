// Weights in blocks, put into panels: the same on every processor.
#include "CKernels.h"
#include <string.h>
#include "template/blocks/layout.h"

orrery_block_layout orrery_layout_of_blocks(int format) {
#define LAYOUT(name, tile_, unit_, sub_, affine_, parts_, zero_, elements_, words_, first_, head_bytes_, head_at_) \
    case name:                                                                                              \
        return (orrery_block_layout){.elements = elements_, .unit = unit_, .sub = sub_, .affine = affine_, .words = words_, .first_word = first_, \
                                     .head_bytes = head_bytes_, .head_at = head_at_};
    switch (format) {
        BLOCK_FORMATS(LAYOUT)
    default: return (orrery_block_layout){0};
    }
}

// The stored word that stands at place i of a panel. Words stand in the order in which products read them: memory is fetched ahead of a program that reads upwards,
// and a program that jumps about inside of a block was seen to get a third of its bandwidth. Q2_K's scales of scales come first, and in Q3_K, Q5_K and Q6_K each of
// the first eight words of low bits stands beside the word of high bits that goes with it.
static int stored_word(int format, int i) {
    switch (format) {
    case ORRERY_Q2_K: return i == 0 ? 20 : i - 1;
    case ORRERY_Q3_K: return i < 3 ? 24 + i : i < 19 ? (i - 3) % 2 * -8 + 8 + (i - 3) / 2 : 16 + (i - 19);
    case ORRERY_Q5_K: return i < 4 ? i : i < 20 ? (i - 4) % 2 * -8 + 12 + (i - 4) / 2 : i;
    case ORRERY_Q6_K: {
        if (i < 4) return 48 + i;
        const int half = (i - 4) / 24, j = (i - 4) % 24;
        return j >= 16 ? half * 16 + 8 + (j - 16) : j % 2 ? 32 + half * 8 + j / 2 : half * 16 + j / 2;
    }
    default: return i;
    }
}

void orrery_pack_blocks(int format, const uint8_t *const *rows, ptrdiff_t blocks, uint8_t *panel) {
    const orrery_block_layout l = orrery_layout_of_blocks(format);
    const ptrdiff_t size = l.words * 4 + l.head_bytes;
    int places[64];
    for (int i = 0; i < l.words; i++) places[i] = stored_word(format, i) * 4;
    for (ptrdiff_t b = 0; b < blocks; b++, panel += size * ORRERY_PANEL_ROWS) {
        for (int r = 0; r < ORRERY_PANEL_ROWS; r++) {
            uint8_t *head = panel + r * l.head_bytes, *to = panel + (l.head_bytes * ORRERY_PANEL_ROWS + r * 4);
            if (!rows[r]) {  // past the last row
                for (int i = 0; i < l.words; i++, to += ORRERY_PANEL_ROWS * 4) memset(to, 0, 4);
                memset(head, 0, (size_t)l.head_bytes);
                continue;
            }
            const uint8_t *from = rows[r] + b * size;
            for (int i = 0; i < l.words; i++, to += ORRERY_PANEL_ROWS * 4) memcpy(to, from + l.first_word + places[i], 4);
            memcpy(head, from + l.head_at, (size_t)l.head_bytes);
        }
    }
}
