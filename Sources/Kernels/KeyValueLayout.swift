internal import CKernels

/// Where the numbers of one tile stand: 64 positions of one head.
///
/// With NR the width of a panel: keys as B panels [64 / NR][words of the head size][NR], values as B panels [head size
/// / NR][words of 64 positions][NR], in the words that products read; or, kept in fewer bytes, in the same order with a
/// number in place of a word (CKernels/template/cache.h).
struct KeyValueLayout {
    let type: CacheType
    let headSize: Int
    /// NR
    let width: Int
    /// Words of a panel's column: of keys along the head size, of values along the positions.
    let keyDepth: Int
    let valueDepth: Int
    let keyTileBytes: Int
    let valueTileBytes: Int
    /// Words that products read as they stand; else a panel is widened first.
    let isWords: Bool

    init(headSize: Int, type: CacheType, on processor: Processor) {
        let width = Int(processor.kernels.panel_columns), tile = KeyValueTiles.tile
        (self.type, self.headSize, self.width) = (type, headSize, width)
        isWords = type == .float32 || type == .bfloat16 && processor.kernels.native_bf16 != 0
        let panelColumns = (headSize + width - 1) / width * width
        let blocks = (headSize + CacheType.block - 1) / CacheType.block
        keyDepth = processor.depth(of: headSize, type.productType)
        valueDepth = processor.depth(of: tile, type.productType)
        func lines(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }
        if isWords {
            (keyTileBytes, valueTileBytes) = (lines(tile * keyDepth * 4), lines(panelColumns * valueDepth * 4))
        } else if type == .q8_0 {
            (keyTileBytes, valueTileBytes) = (
                lines(tile * (headSize + 2 * blocks)), lines(tile * (panelColumns + 2 * blocks))
            )
        } else {
            (keyTileBytes, valueTileBytes) = (lines(2 * tile * headSize), lines(2 * tile * panelColumns))
        }
    }

    var keyPanels: Int { KeyValueTiles.tile / width }
    var valuePanels: Int { (headSize + width - 1) / width }
    /// Floats of the largest panel after widening.
    var panelWords: Int { max(headSize, KeyValueTiles.tile) * width }
    /// Words hold pairs of bfloat16.
    var isPairs: Bool { isWords && type == .bfloat16 }
}
