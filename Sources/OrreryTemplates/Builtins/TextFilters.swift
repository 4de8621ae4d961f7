extension Interpreter {
    func textFilter(_ filter: Filters, _ value: Value, _ arguments: CallArguments) throws -> Value {
        switch filter {
        case .indent, .truncate, .wordwrap: return try layOut(filter, value, arguments)
        case .xmlattr: return try attributes(value, arguments)
        case .urlencode:
            _ = try arguments.bind("urlencode")
            return try urlEncode(value)
        default: break
        }
        let string = try filter == .pprint ? repr(value) : softString(value)
        try meter.step(over: string.utf8.count)
        func none() throws { _ = try arguments.bind(filter.rawValue) }
        switch filter {
        case .upper, .lower, .capitalize:
            try none()
            return try text(
                filter == .upper ? string.uppercased : filter == .lower ? string.lowercased : string.capitalized)
        case .title:
            try none()
            return try text(jinjaTitle(string))
        case .e, .escape, .forceescape, .safe, .striptags, .pprint:
            try none()
            switch filter {
            case .safe: return .text(try Text(string.utf8, foreign: string.foreign, isMarkup: true, meter))
            case .pprint: return .text(string)
            case .striptags: return try text(strippedTags(string))
            default: return .text(try escaped(filter == .forceescape ? self.string(.text(string)) : string))
            }
        case .trim:
            let set = try arguments.bind("trim", "chars")[0] ?? .null
            if !set.isNone, set.text == nil { throw Failure.runtime("strip arg must be None or str") }
            return try text(string.stripped(.both, set.text), of: string)
        case .center:
            return try call(
                "center", string, CallArguments(positional: [try arguments.bind("center", "width")[0] ?? .int(80)]))
        case .wordcount:
            try none()
            return .int(wordCount(string))
        case .replace:
            let values = try arguments.bind("replace", "old", "new", "count", required: 2)
            let limit = values[2] ?? .null
            guard limit.isNone || limit.integer != nil else {
                throw Failure.runtime("'\(limit.typeName)' object cannot be interpreted as an integer")
            }
            let (old, new) = (try self.string(values[0] ?? .null), try self.string(values[1] ?? .null))
            return try text(try string.replacing(old, with: new, limit: limit.integer ?? -1, meter))
        default:  // format
            if !arguments.positional.isEmpty, !arguments.named.isEmpty {
                throw Failure.runtime("can't handle positional and keyword arguments at the same time")
            }
            let values =
                arguments.named.isEmpty
                ? try tuple(arguments.positional)
                : try dictionary(arguments.named.map { (.text(Text($0.name)), $0.value) })
            return .text(try percentFormat(string, values))
        }
    }

    /// Markup stays markup.
    private func softString(_ value: Value) throws -> Text { try value.text ?? string(value) }

    /// jinja2's own title case: after white space, hyphens and opening brackets.
    private func jinjaTitle(_ text: Text) -> [UInt8] {
        var (result, word) = ([UInt8](), [Unicode.Scalar]())
        func flush() {
            guard let first = word.first else { return }
            result += first.properties.uppercaseMapping.utf8
            result += Text(String(String.UnicodeScalarView(word.dropFirst()))).lowercased
            word = []
        }
        for scalar in text.scalars {
            if scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar) {
                flush()
                result += scalar.properties.uppercaseMapping.utf8
            } else {
                word.append(scalar)
            }
        }
        flush()
        return result
    }

    /// Comments and tags go, white space becomes single spaces, entities their characters.
    private func strippedTags(_ text: Text) -> [UInt8] {
        func removing(_ open: String, _ close: String, _ bytes: [UInt8]) -> [UInt8] {
            var (rest, kept) = (bytes[...], [UInt8]())
            while let start = ByteSearch.first(Array(open.utf8), in: bytes, from: rest.startIndex, to: bytes.count),
                let end = ByteSearch.first(Array(close.utf8), in: bytes, from: start, to: bytes.count)
            {
                kept += bytes[rest.startIndex ..< start]
                rest = bytes[(end + close.utf8.count)...]
            }
            return kept + rest
        }
        let plain = removing("<", ">", removing("<!--", "-->", text.utf8))
        let words = Text(String(decoding: plain, as: UTF8.self)).splitOnSpace(limit: -1, fromRight: false)
        var joined = String(decoding: Array(words.joined(separator: [UInt8(ascii: " ")])), as: UTF8.self)
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&amp;", "&"),
        ] {
            joined = joined.split(separator: entity, omittingEmptySubsequences: false).joined(separator: character)
        }
        return Array(joined.utf8)
    }

    private func wordCount(_ text: Text) -> Int {
        var (count, isInside) = (0, false)
        for scalar in text.scalars {
            let isWord = scalar.isPythonAlpha || scalar.isPythonNumeric || scalar == "_"
            if isWord, !isInside { count += 1 }
            isInside = isWord
        }
        return count
    }

    private func attributes(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let autospace = try arguments.bind("xmlattr", "autospace")[0].map { try isTrue($0) } ?? true
        if case .undefined(let undefined) = value { throw undefined.failure }
        guard case .dictionary(let dictionary) = value else {
            throw Failure.runtime("'\(value.typeName)' object has no attribute 'items'")
        }
        var parts: [[UInt8]] = []
        for entry in dictionary.entries where !entry.value.isNone && !entry.value.isUndefined {
            guard let key = entry.key.text else {
                throw Failure.runtime("expected string or bytes-like object, got '\(entry.key.typeName)'")
            }
            if key.utf8.contains(where: { [9, 10, 11, 12, 13, 32, 47, 61, 62].contains($0) }) {
                throw Failure.runtime(
                    "Invalid character in attribute name: \(String(decoding: ReprText.quoted(key), as: UTF8.self))")
            }
            parts.append(try escaped(key).utf8 + "=\"".utf8 + escaped(softString(entry.value)).utf8 + "\"".utf8)
        }
        let joined = Array(parts.joined(separator: [UInt8(ascii: " ")]))
        return try text(autospace && !joined.isEmpty ? [UInt8(ascii: " ")] + joined : joined)
    }

    // MARK: URLs

    private func urlEncode(_ value: Value) throws -> Value {
        if value.text != nil { return try text(quoted(try string(value), keepsSlash: true)) }
        guard try iteratorIfIterable(value) != nil else { return try text(quoted(try string(value), keepsSlash: true)) }
        let pairs: Value =
            if case .dictionary(let dictionary) = value {
                .view(DictionaryView(kind: .items, dictionary: dictionary))
            } else { value }
        var parts: [[UInt8]] = []
        for pair in try items(pairs) {
            let pair = try items(pair)
            guard pair.count == 2 else {
                throw Failure.runtime(
                    pair.count < 2
                        ? "not enough values to unpack (expected 2, got \(pair.count))"
                        : "too many values to unpack (expected 2)")
            }
            parts.append(
                try pair.map { quoted(try string($0), keepsSlash: false) }.joined(separator: [UInt8(ascii: "=")]).map {
                    $0
                })
        }
        return try text(Array(parts.joined(separator: [UInt8(ascii: "&")])))
    }

    private func quoted(_ text: Text, keepsSlash: Bool) -> [UInt8] {
        text.utf8.flatMap { byte -> [UInt8] in
            let isPlain =
                byte.isDigit || UInt8(ascii: "a") ... UInt8(ascii: "z") ~= byte | 0x20 && byte < 0x80
                || "_.-~".utf8.contains(byte)
            if isPlain || (keepsSlash && byte == UInt8(ascii: "/")) { return [byte] }
            if !keepsSlash, byte == UInt8(ascii: " ") { return [UInt8(ascii: "+")] }
            let digits = String(byte, radix: 16, uppercase: true)
            return Array("%\(digits.count == 1 ? "0" : "")\(digits)".utf8)
        }
    }
}
