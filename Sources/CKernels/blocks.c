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

void orrery_pack_blocks(int format, const uint8_t *const *rows, ptrdiff_t blocks, uint8_t *panel) {
    const orrery_block_layout l = orrery_layout_of_blocks(format);
    const ptrdiff_t size = l.words * 4 + l.head_bytes;
    for (ptrdiff_t b = 0; b < blocks; b++, panel += size * ORRERY_PANEL_ROWS) {
        uint8_t *heads = panel + l.words * ORRERY_PANEL_ROWS * 4;
        for (int r = 0; r < ORRERY_PANEL_ROWS; r++) {
            uint8_t *to = panel + r * 4;
            if (!rows[r]) {  // past the last row
                for (int i = 0; i < l.words; i++, to += ORRERY_PANEL_ROWS * 4) memset(to, 0, 4);
                memset(heads + r * l.head_bytes, 0, (size_t)l.head_bytes);
                continue;
            }
            const uint8_t *from = rows[r] + b * size;
            for (int i = 0; i < l.words; i++, to += ORRERY_PANEL_ROWS * 4) memcpy(to, from + l.first_word + i * 4, 4);
            memcpy(heads + r * l.head_bytes, from + l.head_at, (size_t)l.head_bytes);
        }
    }
}
