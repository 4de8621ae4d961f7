import OrreryFiles

/// What is done with an encoder's vectors: what sentence-transformers says of a directory in `modules.json`, the pooling's `config.json` and
/// `sentence_bert_config.json`, or what a GGUF file says.
public struct SentenceModules: Sendable {
    public private(set) var pooling = SentenceEncoder.Pooling.mean
    public private(set) var normalizes = false
    public private(set) var maximalTokens: Int?

    /// Of a directory or a GGUF file.
    public init(_ path: String) throws {
        if FileStatus(path)?.kind == .file { try self.init(GGUFFile(path: path)) } else { try self.init(directory: path) }
    }

    /// llama.cpp's numbers (`enum llama_pooling_type`) in the file; it brings vectors to length one whatever the file.
    private init(_ file: GGUFFile) throws {
        let key = "\(try file.metadata.string("general.architecture")).pooling_type"
        normalizes = true
        switch try file.metadata.intIfPresent(key) {
        case nil, 0, 1: break  // none is what converters write that were not told
        case 2: pooling = .first
        default: throw file.metadata.error(key, expected: "0, 1 or 2: only means and first tokens are known here")
        }
    }

    /// The keys by which llama.cpp does the same.
    ///
    /// - Throws: `GenerationError` for a way that it does not know.
    public func ggufPairs(architecture: String) throws -> [(key: String, value: GGUFValue)] {
        let number: UInt32? = switch pooling {
        case .mean: 1
        case .first: 2
        case .largest: nil
        }
        guard let number else { throw GenerationError.pooling(pooling.rawValue) }
        return [("\(architecture).pooling_type", .uint32(number))]
    }

    private init(directory: String) throws {
        let path = Path.join(directory, "modules.json")
        if FileStatus(path) != nil {
            guard case .array(let modules) = try JSONValue(contentsOf: path, dialect: .python) else { throw FileError.content(path, expected: "a list of modules") }
            for module in modules {
                let fields = try JSONFields(module, file: path), type = try fields.string("type").split(separator: ".").last ?? ""
                switch type {
                case "Transformer": break
                case "Pooling": pooling = try Self.pooling(Path.join(directory, Path.join(fields.string("path"), "config.json")))
                case "Normalize": normalizes = true
                default: throw fields.error("type", expected: "Transformer, Pooling or Normalize, the modules known here")
                }
            }
        }
        let settings = Path.join(directory, "sentence_bert_config.json")
        if FileStatus(settings) != nil { maximalTokens = try JSONFields(contentsOf: settings, dialect: .python).intIfPresent("max_seq_length", in: 2 ... 1 << 24) }
    }

    private static func pooling(_ path: String) throws -> SentenceEncoder.Pooling {
        let json = try JSONFields(contentsOf: path, dialect: .python)
        let names: [(String, SentenceEncoder.Pooling)] = [
            ("pooling_mode_mean_tokens", .mean), ("pooling_mode_cls_token", .first), ("pooling_mode_max_tokens", .largest),
        ]
        let chosen = try names.filter { try json.boolIfPresent($0.0) == true }.map(\.1)
        let others = json.object.members.map(\.key).filter { key in key.hasPrefix("pooling_mode_") && !names.contains { $0.0 == key } }
        for key in others where try json.boolIfPresent(key) == true { throw json.error(key, expected: "false: only means, first tokens and largest elements are known here") }
        guard chosen.count == 1 else { throw json.error("pooling_mode_mean_tokens", expected: "exactly one way of pooling") }
        return chosen[0]
    }
}
