import OrreryTensor

/// The rows of a pass that have adapters.
package struct AdaptedRows: Sendable {
    private struct Group: Sendable {
        let adapter: Adapter
        let rows: RowSelection
    }

    /// The adapter of each row; nil where it has none.
    private let adapters: [Adapter?]
    private let groups: [Group]

    /// nil where no run has an adapter.
    init?(_ batch: Batch) {
        guard batch.runs.contains(where: { $0.adapter != nil }) else { return nil }
        self.init(batch.runs.flatMap { Array(repeating: $0.adapter, count: $0.count) })
    }

    /// nil where no row has an adapter.
    private init?(_ adapters: [Adapter?]) {
        var places: [ObjectIdentifier: [Int]] = [:], found: [Adapter] = []
        for (row, adapter) in adapters.enumerated() {
            guard let adapter else { continue }
            if places[ObjectIdentifier(adapter)] == nil { found.append(adapter) }
            places[ObjectIdentifier(adapter), default: []].append(row)
        }
        if found.isEmpty { return nil }
        self.adapters = adapters
        groups = found.map { Group(adapter: $0, rows: RowSelection(places[ObjectIdentifier($0)]!)) }
    }

    /// The same of other rows: those at these places.
    func selecting(_ places: [Int]) -> AdaptedRows? { AdaptedRows(places.map { adapters[$0] }) }

    /// The same where each row stands `count` times, one after another.
    func repeating(_ count: Int) -> AdaptedRows? {
        AdaptedRows(adapters.flatMap { Array(repeating: $0, count: count) })
    }

    /// Adds to y = x Wᵀ what the adapters make of it.
    ///
    /// - Parameters:
    ///   - y: the product of all rows; nobody else has seen it.
    ///   - hasBias: whether the layer's bias is wanted in the result.
    ///   - base: the same product with another matrix.
    func add(
        _ weight: Parameter, of x: Tensor, to y: Tensor, hasBias: Bool = true, base: (Tensor, Parameter) -> Tensor
    ) {
        for group in groups {
            guard let update = group.adapter.update(of: weight) else { continue }
            requireNoTape(y, weight)
            precondition(
                x.rows == adapters.count, "\(weight.name): \(x.rows) rows, and adapters for \(adapters.count)")
            update.apply(x, to: y, group.rows, hasBias: hasBias, base: base)
        }
    }

    /// Adds to embeddings y [N, D] what the adapters make of them.
    func add(_ table: Parameter, of ids: [Int32], to y: Tensor) {
        for group in groups {
            guard let update = group.adapter.update(ofTable: table) else { continue }
            requireNoTape(y, table)
            update.apply(ids, to: y, group.rows)
        }
    }

    private func requireNoTape(_ y: Tensor, _ weight: Parameter) {
        precondition(
            y.trace?.tape == nil, "\(weight.name): an adapter is added while a tape records; it has no gradient")
    }
}
