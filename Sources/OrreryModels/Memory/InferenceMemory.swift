import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// The memory that running a model takes, known before it is taken. Bytes.
package struct InferenceMemory: Sendable, Hashable {
    /// Weights that are not in memory yet: those of a mapped file, which come as they are read, and the order in which
    /// products read the others.
    package var weights: Int
    package var keyValues: Int
    /// Of the longest piece that is computed at once.
    package var activations: Int
    package let cacheType: CacheType
    /// Positions whose keys and values are kept, of each sequence.
    package let positions: Int

    /// - Parameters:
    ///   - type: in which products are computed where weights are floats.
    ///   - piece: the most rows that are computed at once, all sequences together.
    package init(
        _ model: any TokenModel, type: ElementType, cacheType: CacheType, batch: Int = 1, positions: Int, piece: Int
    ) {
        let shape = model.shape
        weights = model.parameters.reduce(0) { sum, parameter in
            if !parameter.blocks.isEmpty { return sum + parameter.blocks.reduce(0) { $0 + $1.byteCount } }
            return sum + (parameter.isMatrix ? max(0, parameter.count * type.size - parameter.packedByteCount) : 0)
        }
        keyValues =
            batch
            * KeyValueCache.byteCount(
                windows: (0 ..< shape.layers).map(model.slidingWindow), keyValueHeads: shape.keyValueHeads,
                headSize: shape.headSize, capacity: positions,
                type: cacheType)
        let widest =
            model.parameters.lazy.filter { $0.shape.count > 1 && !$0.shape.contains(shape.vocabularySize) }.flatMap {
                $0.shape.suffix(2)
            }.max() ?? shape.width
        activations =
            piece * 4 * (10 * shape.width + 4 * shape.heads * shape.headSize + 4 * widest) + 4 * batch
            * shape.vocabularySize
        (self.cacheType, self.positions) = (cacheType, positions)
    }

    package var total: Int { weights + keyValues + activations }

    /// - Parameters:
    ///   - name: of the model, for the error.
    ///   - shorter: how the user asks for fewer positions: `--max-tokens`.
    ///   - available: bytes; nil where nothing is known, and then nothing is checked.
    /// - Throws: `MemoryError` if more is needed than there is.
    package func check(_ name: String, shorter: String, available: Int? = AvailableMemory.bytes) throws {
        guard let available, total > available else { return }
        throw MemoryError(name, needed: self, available: available, shorter: shorter)
    }
}

/// The error for too little memory: one line that says what is needed, what is there, and what to do.
public struct MemoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The message.
    public let description: String

    init(_ name: String, needed: InferenceMemory, available: Int, shorter: String) {
        var advice = ["a smaller \(shorter)"]
        if needed.cacheType != .q8_0 { advice.append("`cacheType` q8_0") }
        advice.append("weights in fewer bits (orrery convert --type q4_0)")
        description = """
            \(name): expected \(Self.gigabytes(needed.total)) of memory (\(Self.gigabytes(needed.weights)) for weights, \(Self.gigabytes(needed.keyValues)) for \
            keys and values of \(needed.positions) positions in \(needed.cacheType.rawValue), \(Self.gigabytes(needed.activations)) for activations), found \
            \(Self.gigabytes(available)) available; use \(advice.joined(separator: ", or "))
            """
    }

    init(_ name: String, weights: Int, available: Int) {
        description = """
            \(name): expected \(Self.gigabytes(weights)) of memory for weights in float32, found \(Self.gigabytes(available)) available; use weights in \
            fewer bits (orrery convert --type q4_0)
            """
    }

    /// - Parameters:
    ///   - parameters: of a model whose numbers have not been read yet; those that are no blocks of a file become
    ///     float32.
    ///   - available: bytes; nil where nothing is known, and then nothing is checked.
    static func check(reading parameters: [Parameter], _ path: String, available: Int? = AvailableMemory.bytes) throws {
        let weights = parameters.reduce(0) { $0 + ($1.blocks.isEmpty ? 4 * $1.count : 0) }
        if let available, weights > available { throw MemoryError(path, weights: weights, available: available) }
    }

    private static func gigabytes(_ bytes: Int) -> String {
        let tenths = (Double(bytes) / 1e8).rounded(.up)
        return "\(Int(tenths) / 10).\(Int(tenths) % 10) GB"
    }
}
