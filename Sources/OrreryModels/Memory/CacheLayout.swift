import Kernels
import OrreryFiles

/// The layers of a decoder that keep keys and values, and what each keeps of a position: known from its configuration
/// alone, also of architectures that can't be run here.
package struct CacheLayout: Sendable, Hashable {
    package struct Layer: Sendable, Hashable {
        package var heads: Int
        /// The number of elements of a head's key.
        package var keySize: Int
        /// The number of elements of a head's value.
        package var valueSize: Int
        /// How many positions a query sees, its own included; nil where it sees all up to its own.
        package var window: Int?
    }

    /// Layers without keys and values, such as those of a recurrence, are left out.
    package var layers: [Layer]
    /// The longest sequence that the model was made for.
    package var context: Int?

    /// More layers than any model has: what is said to have more is not believed.
    static let mostLayers = 1 << 12

    /// The bytes for so many positions; a layer with a window keeps no more than it. nil where that is beyond what can
    /// be counted.
    package func byteCount(positions: Int, _ type: CacheType) -> Int? {
        var total = 0
        for layer in layers {
            let size = type.byteCount(headSize: layer.keySize) + type.byteCount(headSize: layer.valueSize)
            let (perPosition, tooWide) = size.multipliedReportingOverflow(by: layer.heads)
            let (bytes, tooLong) = perPosition.multipliedReportingOverflow(
                by: min(positions, layer.window ?? positions))
            let (sum, tooMany) = total.addingReportingOverflow(bytes)
            if tooWide || tooLong || tooMany { return nil }
            total = sum
        }
        return total
    }

    /// Of a configuration; nil where it does not say enough.
    package init?(_ json: JSONFields) {
        if let known = Self.known(json) {
            self = known
        } else if let read = Self.read(json) {
            self = read
        } else {
            return nil
        }
    }

    /// Of a GGUF file; nil where it does not say enough.
    package init?(_ file: GGUFFile) {
        if let architecture = try? GGUFArchitecture.of(file), let config = try? GGUFConfiguration(file, architecture),
            let known = Self.known(try? JSONFields(.object(config.object), file: file.path))
        {
            self = known
        } else if let read = Self.read(file.metadata) {
            self = read
        } else {
            return nil
        }
    }

    init(layers: [Layer], context: Int?) { (self.layers, self.context) = (layers, context) }

    /// As the architecture's own definition has it, if it is one that is known here.
    private static func known(_ json: JSONFields?) -> CacheLayout? {
        guard let json else { return nil }
        let sizes = (try? json.fieldsIfPresent("text_config")) ?? json
        guard let count = try? sizes.sizeIfPresent("num_hidden_layers") ?? sizes.sizeIfPresent("n_layer") ?? 0,
            count <= mostLayers
        else { return nil }
        if (try? Architectures.kind(json)) == .encoder {
            return CacheLayout(layers: [], context: try? json.sizeIfPresent("max_position_embeddings"))
        }
        guard let model = try? Architectures.languageModel(json).make(json, UnreadWeights()) else { return nil }
        let shape = model.shape
        return CacheLayout(
            layers: (0 ..< shape.layers).map { layer in
                Layer(
                    heads: shape.keyValueHeads, keySize: shape.headSize, valueSize: shape.headSize,
                    window: model.slidingWindow(layer: layer))
            }, context: shape.contextLength)
    }
}
