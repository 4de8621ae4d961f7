internal import CKernels

/// Where a product finds the words of A.
enum RowWords {
    case inPlace
    case packed(Storage)
    /// Packed by each tile: once for each block of columns, so that blocks of few rows and all columns are the cheaper
    /// ones.
    case packedByTile

    var isByTile: Bool { if case .packedByTile = self { true } else { false } }
}

/// How one product is cut into tiles. The cut decides the speed, never the result.
struct ProductPlan {
    var blockRows: Int
    var blockColumns: Int
    var blockDepth: Int
    var rowBlocks: Int
    var columnBlocks: Int

    private static let deepest = 1024

    init(oneTile rows: Int, columns: Int, depth: Int) {
        (blockRows, blockColumns, blockDepth, rowBlocks, columnBlocks) = (
            rows, columns, max(1, min(depth, Self.deepest)), 1, 1
        )
    }

    init(rows: Int, columns: Int, depth: Int, words: RowWords, processor: Processor) {
        let packsRows = words.isByTile
        let (mr, nr) = (Int(processor.kernels.panel_rows), Int(processor.kernels.panel_columns))
        blockDepth = max(1, min(depth, Self.deepest))
        // The packed block of A shares the second-level cache with the panel of B that runs past it.
        let cacheWords = 96 * 1024
        let fitting = max(mr, cacheWords / blockDepth / mr * mr)
        let wanted = 6 * processor.threads  // tiles, so that the last ones finish together
        blockRows = min(fitting, 96 / mr * mr, (rows + mr - 1) / mr * mr)
        while blockRows > (packsRows ? 1 : 2) * mr, (rows + blockRows - 1) / blockRows < wanted { blockRows -= mr }
        rowBlocks = (rows + blockRows - 1) / blockRows
        let panels = (columns + nr - 1) / nr
        let split = min(panels, max(1, (packsRows ? wanted / 2 : wanted) / rowBlocks))
        let panelsPerBlock = (panels + split - 1) / split
        blockColumns = panelsPerBlock * nr
        columnBlocks = (columns + blockColumns - 1) / blockColumns
    }
}
