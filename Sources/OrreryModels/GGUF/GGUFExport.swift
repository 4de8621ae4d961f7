import Kernels
import OrreryFiles

/// Writes a model as a GGUF file that llama.cpp opens.
package struct GGUFExport {
    let model: any Model
    private let config: JSONObject
    private let architecture: GGUFArchitecture
    let mix: WeightMix
    /// What `general.name` will be.
    private let name: String

    /// - Throws: `ModelError` where GGUF has no such architecture.
    package init(_ model: any Model, name: String, mix: WeightMix) throws {
        config = model.configuration
        guard case .string(let type)? = config["model_type"], let architecture = GGUFArchitecture.of(modelType: type)
        else {
            throw ModelError.notInGGUF(
                config["model_type"].map { $0.text(.compact) } ?? "", known: GGUFArchitecture.all.map(\.modelType))
        }
        (self.model, self.name, self.mix, self.architecture) = (model, name, mix, architecture)
    }

    /// Writes to a file, which is replaced if it is there.
    package func write(
        vocabulary: [(key: String, value: GGUFValue)], to path: String, warn: (String) -> Void = { _ in },
        progress: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        try write(vocabulary: vocabulary, to: ModelDestination(path, overwrite: true), warn: warn, progress: progress)
    }

    /// - Parameters:
    ///   - vocabulary: the tokenizer's keys (`tokenizer.ggml.…`).
    ///   - warn: receives what the file can't say, a line each.
    ///   - progress: receives the bytes written and all of them.
    package func write(
        vocabulary: [(key: String, value: GGUFValue)], to destination: ModelDestination,
        warn: (String) -> Void = { _ in },
        progress: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        let conversions = try tensors(), metadata = try metadata(), own = Set(metadata.map(\.key))
        let pairs = metadata + vocabulary.filter { !own.contains($0.key) }
        try checkSameModel(pairs, conversions, destination.path, warn)
        if let line = substitutes(conversions) { warn("\(name): \(line)") }
        let total = conversions.reduce(0) { $0 + $1.byteCount }
        var done = 0
        let written = conversions.map { conversion in
            GGUFTensor(name: conversion.name, type: conversion.ggufType, shape: conversion.shape) { sink in
                try conversion.write { bytes in
                    try sink(bytes)
                    done += bytes.count
                    try progress(done, total)
                }
            }
        }
        try GGUFWriter.write(pairs, tensors: written, to: destination.path)
    }

    /// A GGUF file has no word for some options, such as an activation that is not its architecture's own. What would
    /// be read back tells, before anything is written.
    private func checkSameModel(
        _ metadata: [(key: String, value: GGUFValue)], _ conversions: [TensorConversion], _ path: String,
        _ warn: (String) -> Void
    ) throws {
        var bytes: [String: [UInt8]] = [:]
        for factors in conversions where factors.name.hasPrefix("rope_") {
            try factors.write { bytes[factors.name, default: []] += $0 }
        }
        let file = GGUFFile(
            planned: path, metadata: metadata, tensors: conversions.map { ($0.name, $0.ggufType, $0.shape) },
            bytes: bytes)
        let read = try GGUFArchitecture.of(file),
            json = try JSONFields(.object(GGUFConfiguration(file, read).object), file: path)
        let found = try Architectures.make(json, PlannedWeights(file, read)).configuration
        for (key, value) in config.members where !Self.unsaid.contains(key) && !Self.agree(value, found[key] ?? .null) {
            if ["tie_word_embeddings", "scale_decoder_outputs"].contains(key), architecture.asksForOutput { continue }
            if [value, found[key]] == ["gelu", "gelu_new"] {
                warn("\(name): \(key) is gelu; llama.cpp has the form with tanh, whose values differ by up to 0.0005")
                continue
            }
            if key == "sliding_window", let window = value.number {
                warn(
                    "\(name): a GGUF file of \(architecture.name) has no sliding_window; beyond \(Int(window)) tokens llama.cpp attends to all before"
                )
                continue
            }
            throw ModelError.unusable(
                name,
                "\(key) is \(value.text(.compact)); a GGUF file of \(architecture.name) would mean \((found[key] ?? .null).text(.compact))"
            )
        }
        if architecture.leavesWindowAside, let window = config["sliding_window"]?.number {
            warn("\(name): llama.cpp ignores sliding_window: beyond \(Int(window)) tokens it attends to all before")
        }
        if let encoder = config["num_layers"]?.number, let decoder = config["num_decoder_layers"]?.number,
            decoder > encoder
        {
            warn("\(name): the decoder has more layers than the encoder, which llama.cpp does not open")
        }
    }

    /// What does not change the numbers, or has another form in GGUF: Llama 3's scaling is there as its factors.
    private static let unsaid: Set<String> = [
        "architectures", "model_type", "bos_token_id", "eos_token_id", "pad_token_id", "n_ctx", "attention_dropout",
        "bias",
        "use_cache", "max_window_layers", "n_inner",
    ]

    private static func agree(_ a: JSONValue, _ b: JSONValue) -> Bool {
        if case .object(let x) = a, case .object(let y) = b {
            if x["rope_type"] == "llama3" { return y["rope_type"] == "longrope" }
            return x.members.allSatisfy { agree($0.value, y[$0.key] ?? .null) }
        }
        if case .array(let x) = a, case .array(let y) = b { return x.count == y.count && zip(x, y).allSatisfy(agree) }
        if let x = a.number, let y = b.number { return abs(x - y) <= 1e-6 * max(abs(x), abs(y)) }
        return a == b
    }

    // MARK: Tensors

    private func tensors() throws -> [TensorConversion] {
        let names = GGUFNames(architecture), layers = model.shape.layers
        let places = try model.parameters.map { parameter in
            guard let found = names.place(of: parameter.name) else {
                throw ModelError.unusable(name, "GGUF has no name for tensor \(parameter.name)")
            }
            return (parameter, found)
        }
        let isTied = !places.contains { $1.place.name == "output.weight" }
        var conversions: [TensorConversion] = []
        for (parameter, found) in places {
            let name = found.place.name
            // The parts of a stack come one after another.
            if let part = found.place.part, part > 0, let last = conversions.last, last.name == name {
                conversions[conversions.count - 1] = TensorConversion(
                    name: name, shape: [part + 1] + last.shape.dropFirst(), format: last.format,
                    parts: last.parts + (try parameter.matrices))
                continue
            }
            let isOutput = isOutput(name, isTied: isTied)
            let isTransposed =
                if case .transposed = found.difference {
                    model.layout == .inputByOutput && parameter.shape.count == 2
                } else { false }
            let own = isTransposed ? Array(parameter.shape.reversed()) : parameter.shape,
                shape = found.place.part == nil ? own : [1] + own
            var conversion = TensorConversion(
                name: name, shape: shape,
                format: mix.format(of: name, shape: shape, layers: layers, isOutput: isOutput),
                parts: try parameter.matrices)
            conversion.isTransposed = isTransposed
            conversions.append(try reordered(conversion, found.difference))
        }
        if isTied, architecture.asksForOutput, let table = conversions.first(where: { $0.name == "token_embd.weight" })
        {
            var output = TensorConversion(
                name: "output.weight", shape: table.shape, format: table.format, parts: table.parts)
            // llama.cpp does not scale what the first T5 says, so that its table must.
            if config["scale_decoder_outputs"] == true { output.factor = 1 / Float(model.shape.width).squareRoot() }
            conversions.append(output)
        }
        return try conversions + missing() + rotaryFactors()
    }

    private func reordered(
        _ conversion: TensorConversion, _ difference: GGUFTensorRule.Difference
    ) throws -> TensorConversion {
        var conversion = conversion
        let rows = conversion.shape.count == 1 ? conversion.shape[0] : conversion.rows
        let order: [Int]?
        switch difference {
        case .none, .transposed: return conversion
        case .plusOne:
            conversion.addend = 1
            return conversion
        case .rotaryRows(let ofKeys):
            order = GGUFRowOrder.rotary(rows: rows, heads: ofKeys ? model.shape.keyValueHeads : model.shape.heads)
        case .queryKeyValueRows: order = GGUFRowOrder.queryKeyValue(rows: rows, heads: model.shape.heads)
        }
        guard let inverse = order.map(GGUFRowOrder.inverse) else {
            throw ModelError.unusable(
                name, "tensor \(conversion.name) has \(rows) rows, which do not fall into heads of pairs")
        }
        if conversion.shape.count == 1 {
            conversion.permutation = inverse
            return conversion
        }
        return conversion.replacing(parts: [try conversion.parts[0].reordered(inverse)])
    }

    /// llama.cpp asks for GPT-2's biases; zeros are the same model.
    private func missing() throws -> [TensorConversion] {
        guard let gpt2 = model as? GPT2, !gpt2.config.bias else { return [] }
        let names = GGUFNames(architecture)
        return try gpt2.missingBiases.map { name, count in
            try TensorConversion(
                name: names.place(of: name)!.place.name, values: [Float](repeating: 0, count: count), as: .float32)
        }
    }

    private func rotaryFactors() throws -> [TensorConversion] {
        try GGUFRotaryExport(config, headSize: model.shape.headSize)?.factors.map {
            try TensorConversion(name: $0.name, values: $0.values, as: .float32)
        } ?? []
    }

    // MARK: Metadata

    private func metadata() throws -> [(key: String, value: GGUFValue)] {
        var pairs: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .string(architecture.name)), ("general.type", .string("model")),
            ("general.name", .string(name)),
            ("general.file_type", .uint32(mix.fileType)), ("general.quantization_version", .uint32(2)),
        ]
        func add(_ key: String, _ value: GGUFValue) {
            pairs.append((key.hasPrefix("tokenizer.") ? key : "\(architecture.name).\(key)", value))
        }
        for key in architecture.keys {
            switch (key.kind, config[key.config]) {
            case (.integer, .int(let value)?):
                guard let value = UInt32(exactly: value) else {
                    throw ModelError.unusable(name, "\(key.config) is \(value), more than GGUF can say")
                }
                add(key.gguf, .uint32(value))
            case (.number, .double(let value)?): add(key.gguf, .float32(Float(value)))
            case (.number, .int(let value)?): add(key.gguf, .float32(Float(value)))
            case (.flag, .bool(let value)?): add(key.gguf, .bool(value))
            case (_, nil), (_, .null?):
                // GPT-2's n_inner when it is null.
                if key.gguf == "feed_forward_length" { add(key.gguf, .uint32(UInt32(4 * model.shape.width))) }
            case (_, let value?):
                throw ModelError.unusable(name, "\(key.config) is \(value.text(.compact)); expected \(key.kind)")
            }
        }
        add("vocab_size", .uint32(UInt32(model.shape.vocabularySize)))
        if case .int(let head)? = config["head_dim"],
            !pairs.contains(where: { $0.key.hasSuffix(".attention.value_length") })
        {
            if !architecture.keys.contains(where: { $0.gguf == "attention.key_length" }) {
                add("attention.key_length", .uint32(UInt32(head)))
            }
            add("attention.value_length", .uint32(UInt32(head)))
        }
        for (key, value) in try GGUFRotaryExport(config, headSize: model.shape.headSize)?.pairs ?? [] {
            add(key, value)
        }
        try architecture.adds(config, add)
        return pairs
    }
}

extension TensorConversion {
    /// Every format here is one of GGUF's.
    fileprivate var ggufType: GGUFTensorType { GGUFTensorType.named(format.rawValue)! }
}
