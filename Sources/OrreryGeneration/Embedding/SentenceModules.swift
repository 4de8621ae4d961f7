import OrreryFiles
import OrreryModels

/// What is done with a text before an encoder and with its vectors after it: what sentence-transformers says of a
/// directory in `modules.json` and the files that it names, or what a GGUF file says.
package struct SentenceModules: Sendable {
    /// A step after pooling, with the folder that describes it.
    enum Step: Sendable, Hashable {
        case dense(folder: String)
        case layerNorm(folder: String)
        case normalize
    }

    /// Where the encoder and its tokenizer are.
    package internal(set) var encoderPath: String
    package internal(set) var pooling = SentencePooling([.mean])
    /// Whether vectors of positions are brought to length one before they are pooled.
    var normalizesPositions = false
    var steps: [Step] = []
    package internal(set) var settings = SentenceSettings()
    package internal(set) var prompts = SentencePrompts()
    package internal(set) var similarity = Similarity.cosine
    /// How many elements of a vector are kept; nil keeps all.
    package internal(set) var keptWidth: Int?

    /// Whether vectors have length one.
    package var normalizes: Bool { steps.last == .normalize && keptWidth == nil }

    /// Of a directory or a GGUF file.
    package init(_ path: String, warn: (String) -> Void = { _ in }) throws {
        encoderPath = path
        if FileStatus(path)?.kind == .file { try read(GGUFFile(path: path)) } else { try read(directory: path, warn) }
    }

    /// llama.cpp's numbers (`enum llama_pooling_type`) in the file; it brings vectors to length one whatever the file.
    private mutating func read(_ file: GGUFFile) throws {
        let key = "\(try file.metadata.string("general.architecture")).pooling_type"
        steps = [.normalize]
        switch try file.metadata.intIfPresent(key) {
        case nil, 0, 1: break  // none is what converters write that were not told
        case 2: pooling = SentencePooling([.first])
        case 3: pooling = SentencePooling([.last])
        default: throw file.metadata.error(key, expected: "0 to 3: means, first and last tokens are known here")
        }
    }

    /// The keys by which llama.cpp does the same.
    ///
    /// - Throws: `GenerationError` for what it does not know.
    package func ggufPairs(architecture: String) throws -> [(key: String, value: GGUFValue)] {
        let number: UInt32? =
            switch pooling.modes {
            case [.mean]: 1
            case [.first]: 2
            case [.last]: 3
            default: nil
            }
        guard let number else {
            throw GenerationError.unwritable(
                "pooling by \(pooling.modes.map(\.name).joined(separator: ", "))", known: "mean, first and last")
        }
        let others: [(String, Bool)] = [
            ("a layer after the pooling", !steps.allSatisfy { $0 == .normalize }),
            ("positions of length one", normalizesPositions),
            ("do_lower_case", settings.lowercases), ("truncate_dim", keptWidth != nil),
        ]
        if let other = others.first(where: \.1)?.0 { throw GenerationError.unwritable(other, known: "pooling") }
        return [("\(architecture).pooling_type", .uint32(number))]
    }
}
