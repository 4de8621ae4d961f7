import OrreryFiles

extension Architecture {
    /// Opens the model. All that it asks for is known to be in the file before the first weight is read.
    static func load(_ json: JSONFields, _ checkpoint: SafetensorsCheckpoint, warn: (String) -> Void) throws -> Self {
        let quantization = try QuantizationConfiguration(json)
        do {
            for oddity in checkpoint.oddities.prefix(8) { warn(oddity) }
            let prefixes = try prefixes(json, checkpoint),
                names = CheckpointWeights(checkpoint, otherPrefixes: prefixes, readsNumbers: false)
            let json = try outputLayer(json, names, warn: warn), config = try Configuration(completing: json)
            let unread = try Self(config, source(names), initial: .init())
            try MemoryError.check(reading: unread.parameters, checkpoint.path)
            if let quantization, !quantization.isKnown {
                warn("\(json.file): quantization_config \(quantization.name) is not used: the weights are floats")
            }
            let weights = CheckpointWeights(checkpoint, otherPrefixes: prefixes, readsNumbers: true)
            let model = try Self(config, source(weights), initial: .init())
            if let tied, config.tieWordEmbeddings { weights.markUsed(tied.head) }
            try model.account(forUnused: weights, checkpoint)
            name(unused: weights, checkpoint, warn)
            return model
        } catch let error where !(error is MemoryError) {
            throw quantization?.reason(for: error, json) ?? error
        }
    }

    /// The names that tensors may have. Of a table that is the output layer too either name may be the one that was
    /// stored.
    private static func prefixes(_ json: JSONFields, _ checkpoint: SafetensorsCheckpoint) throws -> [String: [String]] {
        let names = CheckpointNames(checkpoint.ordered.map(\.name), otherPrefixes: otherPrefixes)
        guard let tied, names.stored(tied.tokens) == nil, let head = names.stored(tied.head),
            try Configuration(completing: json).tieWordEmbeddings
        else {
            return otherPrefixes
        }
        return otherPrefixes.merging([tied.tokens: [head]]) { $1 }
    }

    /// The configuration with `tie_word_embeddings` as the file has it: as in transformers, an output layer of its own
    /// is used although the flag says that the table of embeddings is one, and where none is stored the table stands
    /// in.
    private static func outputLayer(
        _ json: JSONFields, _ weights: CheckpointWeights, warn: (String) -> Void
    ) throws -> JSONFields {
        guard let tied, weights.has(tied.tokens) else { return json }
        switch (try Configuration(completing: json).tieWordEmbeddings, weights.has(tied.head)) {
        case (false, false):
            warn(
                "\(weights.path): has no tensor \(tied.head); \(tied.tokens) is used for it, although tie_word_embeddings is false"
            )
            return try json.tyingWordEmbeddings(true)
        case (true, true) where try !weights.isSame(tied.head, as: tied.tokens):
            warn(
                "\(weights.path): tensor \(tied.head) differs from \(tied.tokens) and is used, although tie_word_embeddings is true"
            )
            return try json.tyingWordEmbeddings(false)
        default: return json
        }
    }

    /// Names the tensors that were not asked for.
    private static func name(
        unused weights: CheckpointWeights, _ checkpoint: SafetensorsCheckpoint, _ warn: (String) -> Void
    ) {
        // Older versions of transformers saved what they computed from the configuration.
        let computed = [".inv_freq", ".attn.bias", ".attention.bias", ".masked_bias", "embeddings.position_ids"]
        let unused = weights.unused.filter { name in !computed.contains { name.hasSuffix($0) } }
        for name in unused.prefix(8) { warn("\(checkpoint.path): tensor \(name) is not used by \(modelTypes[0])") }
        if unused.count > 8 { warn("\(checkpoint.path): nor are \(unused.count - 8) more tensors") }
    }
}

extension JSONFields {
    /// The configuration with this flag, in the text model's part too, where there is one.
    fileprivate func tyingWordEmbeddings(_ value: Bool) throws -> JSONFields {
        let key = "tie_word_embeddings", changed = replacing(key, with: .bool(value))
        guard let inner = try fieldsIfPresent("text_config"), inner.has(key) else { return changed }
        return changed.replacing("text_config", with: .object(inner.replacing(key, with: .bool(value)).object))
    }
}
