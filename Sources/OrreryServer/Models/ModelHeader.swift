import OrreryFiles
import OrreryGeneration
import OrreryHub
import OrreryModels

/// What a model's files say before any weight is read.
struct ModelHeader: Sendable {
    /// The file, or the directory of the network itself.
    let place: String
    let kind: ModelKind
    /// `gguf` or `safetensors`.
    let format: String
    /// Hugging Face's `model_type`, GGUF's `general.architecture`.
    let architecture: String
    /// The bytes of its tensors, as they are stored.
    let bytes: Int
    /// The number of weights.
    let parameters: Int
    /// The type in which most of its bytes are stored: `Q4_K`, `BF16`.
    let type: String
    /// The hyperparameters, by the names of the file.
    let hyperparameters: JSONObject
    let chatTemplate: String?
    /// When it was written, in seconds since 1970.
    let modified: Double

    private typealias Tensor = (type: String, bytes: Int, count: Int)

    /// Reads the headers of a directory or a GGUF file.
    ///
    /// - Throws: an error that names the file and what is wrong with it.
    init(_ path: String) throws {
        var place = try Hub.localPath(of: path)
        // A sentence encoder may lie in a folder of its directory.
        if FileStatus(Path.join(place, "modules.json")) != nil { place = try SentenceModules(place).encoderPath }
        kind = try ModelFiles.kind(of: place)
        if kind == .encoderDecoder {
            throw FileError.request(
                path, "turns one text into another (T5)", advice: "name a model that continues texts, or an encoder")
        }
        let tensors: [Tensor]
        if try ModelFiles.isFile(place) {
            let file = try GGUFFile(path: place)
            format = "gguf"
            architecture = try file.metadata.string("general.architecture")
            hyperparameters = Self.scalars(file.metadata)
            tensors = file.ordered.map { ($0.type.name.uppercased(), $0.byteRange.count, Self.count($0.shape)) }
        } else {
            let config = try JSONFields(contentsOf: Path.join(place, "config.json"), dialect: .python)
            format = "safetensors"
            architecture = try config.stringIfPresent("model_type") ?? "unknown"
            hyperparameters = config.object
            tensors = try SafetensorsCheckpoint.open(directory: place).ordered.map {
                ($0.dtype.rawValue, $0.byteRange.count, Self.count($0.shape))
            }
        }
        self.place = place
        bytes = tensors.reduce(0) { $0 + $1.bytes }
        parameters = tensors.reduce(0) { $0.addingReportingOverflow($1.count).partialValue }
        type = Self.mostBytes(tensors)
        chatTemplate = try? ChatTemplateFiles(path: place).template()?.source
        modified = FileTimes(place)?.modified ?? 0
    }

    private static func count(_ shape: [Int]) -> Int {
        shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    }

    private static func mostBytes(_ tensors: [Tensor]) -> String {
        var sums: [String: Int] = [:]
        for tensor in tensors { sums[tensor.type, default: 0] += tensor.bytes }
        return sums.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "unknown"
    }

    /// The metadata that are one value, without the vocabulary.
    private static func scalars(_ metadata: GGUFMetadata) -> JSONObject {
        var found = JSONObject()
        for (key, value) in metadata.pairs where !key.hasPrefix("tokenizer.") {
            switch value {
            case .array: continue
            case .bool(let flag): found[key] = JSONValue(flag)
            case .string(let text): found[key] = JSONValue(text)
            default: found[key] = value.int.map { JSONValue($0) } ?? value.double.map { JSONValue($0) }
            }
        }
        return found
    }
}
