import Kernels
import OrreryFiles
import OrreryTerminal
import OrreryTokenizers

extension ModelInspection {
    /// - Parameters:
    ///   - asked: the positions to count memory for; the model's context if nil.
    ///   - cacheType: in which their keys and values are kept.
    func json(context asked: Int?, _ cacheType: CacheType) -> JSONObject {
        let memory = memory(context: asked, cacheType)
        var o = JSONObject()
        o["path"] = JSONValue(path)
        o["format"] = JSONValue(format)
        o["architecture"] = JSONValue(architecture)
        o["name"] = JSONValue(name)
        o["parameters"] = JSONValue(parameters)
        o["bytes"] = JSONValue(byteCount)
        o["context"] = JSONValue(memory?.context)
        o["cache_type"] = JSONValue(cacheType.rawValue)
        o["kv_cache_bytes"] = JSONValue(memory?.keyValues)
        o["memory_bytes"] = JSONValue(memory?.total)
        o["hyperparameters"] = .array(
            hyperparameters.map { pair in
                var o = JSONObject()
                o["key"] = JSONValue(pair.key)
                o["value"] = JSONValue(pair.value.shortText)
                return .object(o)
            })
        o["types"] = .array(
            types.map { row in
                var o = JSONObject()
                o["type"] = JSONValue(row.type)
                o["tensors"] = JSONValue(row.tensors)
                o["parameters"] = JSONValue(row.parameters)
                o["bytes"] = JSONValue(row.bytes)
                return .object(o)
            })
        o["tensors"] = .array(
            tensors.map { tensor in
                var o = JSONObject()
                o["name"] = JSONValue(tensor.name)
                o["type"] = JSONValue(tensor.type)
                o["shape"] = JSONValue(tensor.shape)
                o["bytes"] = JSONValue(tensor.byteCount)
                return .object(o)
            })
        let (tokens, problem): (Int?, String?) =
            switch tokenizer {
            case .none: (nil, nil)
            case .unusable(let why): (nil, why)
            case .found(let tokenizer): (tokenizer.vocabularySize, nil)
            }
        o["tokenizer_size"] = JSONValue(tokens)
        o["tokenizer_error"] = JSONValue(problem)
        o["chat_template"] = JSONValue(chatTemplate)
        return o
    }

    func text(context asked: Int?, _ cacheType: CacheType, listsTensors: Bool, on terminal: Terminal) -> String {
        var parts: [String] = []
        var facts = Table([.init("", style: .bold), .init("")])
        facts.add("file", path)
        facts.add("format", format)
        facts.add("architecture", architecture ?? "unknown: the file does not name it")
        if let name { facts.add("name", name) }
        facts.add("parameters", "\(Human.count(parameters)) in \(Human.number(tensors.count, "tensor"))")
        facts.add(
            "weights",
            "\(Human.bytes(byteCount)), \(Human.fixed(8 * Double(byteCount) / Double(max(1, parameters)), decimals: 2)) bits each"
        )
        if let memory = memory(context: asked, cacheType) {
            facts.add(
                "keys and values",
                "\(Human.bytes(memory.keyValues)) for \(Human.number(memory.context, "position")) in \(cacheType.rawValue)"
            )
            facts.add("memory", Human.bytes(memory.total))
        }
        switch tokenizer {
        case .none: facts.add("tokenizer", "none here")
        case .unusable(let why): facts.add("tokenizer", why)
        case .found(let tokenizer):
            let end =
                tokenizer.endOfText.flatMap { tokenizer.piece(for: $0) }.map {
                    ", ends with " + String(decoding: $0, as: UTF8.self)
                } ?? ""
            facts.add("tokenizer", "\(Human.number(tokenizer.vocabularySize, "token"))\(end)")
        }
        facts.add(
            "chat template",
            chatTemplate.map { "\(Human.number($0.utf8.count, "byte")); --template prints it" } ?? "none")
        parts.append(facts.render(width: terminal.width, appearance: terminal.appearance))

        var settings = Table([.init("hyperparameter", keepsEnd: true), .init("value")])
        for (key, value) in hyperparameters { settings.add(key, value.shortText) }
        if !hyperparameters.isEmpty {
            parts.append(settings.render(width: terminal.width, appearance: terminal.appearance))
        }

        var summary = Table([
            .init("type"), .init("tensors", .right), .init("parameters", .right), .init("bytes", .right),
        ])
        for row in types {
            summary.add(row.type, Human.exact(row.tensors), Human.count(row.parameters), Human.bytes(row.bytes))
        }
        parts.append(summary.render(width: terminal.width, appearance: terminal.appearance))

        if listsTensors {
            var list = Table([.init("tensor", keepsEnd: true), .init("type"), .init("shape"), .init("bytes", .right)])
            for tensor in tensors {
                list.add(
                    tensor.name, tensor.type, tensor.shape.map(String.init).joined(separator: " x "),
                    Human.bytes(tensor.byteCount))
            }
            parts.append(list.render(width: terminal.width, appearance: terminal.appearance))
        }
        return parts.joined(separator: "\n\n")
    }

    private func memory(context asked: Int?, _ cacheType: CacheType) -> (context: Int, keyValues: Int, total: Int)? {
        guard let cache, let context = asked ?? cache.context,
            let keyValues = cache.byteCount(positions: context, cacheType)
        else { return nil }
        let (total, overflow) = keyValues.addingReportingOverflow(byteCount)
        return overflow ? nil : (context, keyValues, total)
    }
}

extension JSONValue {
    /// Text as it is, anything else as JSON.
    fileprivate var shortText: String { if case .string(let text) = self { text } else { text(.compact) } }
}
