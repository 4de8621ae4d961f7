extension Interpreter {
    func call(_ name: String, _ text: Text, _ arguments: CallArguments) throws -> Value {
        switch name {
        case "split", "rsplit", "splitlines", "partition", "rpartition": return try split(name, text, arguments)
        case "strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "replace", "join":
            return try change(name, text, arguments)
        case "find", "rfind", "index", "rindex", "count", "startswith", "endswith":
            return try search(name, text, arguments)
        case "center", "ljust", "rjust", "zfill", "expandtabs": return try pad(name, text, arguments)
        case "format": return .text(try braceFormat(text, arguments))
        case "format_map":
            guard case .dictionary(let dictionary)? = try arguments.bindPositional(name, 1 ... 1)[0] else {
                throw Failure.runtime("format_map() argument must be a mapping")
            }
            let named = dictionary.entries.compactMap { entry in
                entry.key.text.map { (name: $0.string, value: entry.value) }
            }
            return .text(try braceFormat(text, CallArguments(named: named)))
        case "encode", "maketrans", "translate":
            throw Failure.runtime("str.\(name) is not supported in a chat template")
        default: break
        }
        _ = try arguments.bindPositional(name, 0 ... 0)
        switch name {
        case "upper": return try self.text(text.uppercased)
        case "lower": return try self.text(text.lowercased)
        case "title": return try self.text(text.titled)
        case "capitalize": return try self.text(text.capitalized)
        case "swapcase": return try self.text(text.swappedCase)
        case "casefold": return try self.text(text.caseFolded)
        case "islower": return .bool(text.isLower)
        case "isupper": return .bool(text.isUpper)
        case "istitle": return .bool(text.isTitle)
        case "isascii": return .bool(text.isASCII)
        case "isspace": return .bool(text.all(\.isPythonSpace))
        case "isalpha": return .bool(text.all(\.isPythonAlpha))
        case "isdecimal": return .bool(text.all(\.isPythonDecimal))
        case "isdigit": return .bool(text.all(\.isPythonDigit))
        case "isnumeric": return .bool(text.all(\.isPythonNumeric))
        case "isalnum": return .bool(text.all { $0.isPythonAlpha || $0.isPythonNumeric })
        case "isprintable": return .bool(text.isEmpty || text.all(\.isPythonPrintable))
        default:
            let scalars = text.scalars
            return .bool(
                !text.isEmpty && (scalars[0] == "_" || scalars[0].properties.isXIDStart)
                    && scalars.allSatisfy(\.properties.isXIDContinue))
        }
    }

    // MARK: Arguments

    private func requireText(_ value: Value?, _ function: String) throws -> Text {
        if case .undefined(let undefined)? = value {
            throw Failure.runtime("\(function)() argument must be str, not Undefined (\(undefined.description))")
        }
        guard let text = value?.text else {
            throw Failure.runtime("\(function)() argument must be str, not \((value ?? .null).typeName)")
        }
        return text
    }

    private func requireInteger(_ value: Value, _ what: String = "") throws -> Int {
        guard let integer = value.integer else {
            throw Failure.runtime("'\(value.typeName)' object cannot be interpreted as an integer")
        }
        return integer
    }

    private func escapedIfMarkup(_ argument: Text, _ text: Text) throws -> Text {
        text.isMarkup ? try escaped(argument) : argument
    }

    // MARK: Groups of methods

    private func split(_ name: String, _ text: Text, _ arguments: CallArguments) throws -> Value {
        switch name {
        case "splitlines":
            return try texts(text.lines(keepEnds: try flag(try arguments.bind(name, "keepends")[0])), of: text)
        case "partition", "rpartition":
            let separator = try requireText(try arguments.bindPositional(name, 1 ... 1)[0], name)
            if separator.isEmpty { throw Failure.runtime("empty separator") }
            let (bytes, empty) = (text.utf8, Value.text(Text("")))
            let place =
                name == "partition"
                ? ByteSearch.first(separator.utf8, in: bytes, from: 0, to: bytes.count)
                : ByteSearch.last(separator.utf8, in: bytes, from: 0, to: bytes.count)
            guard let place else {
                return try tuple(name == "partition" ? [.text(text), empty, empty] : [empty, empty, .text(text)])
            }
            return try tuple([
                try self.text(bytes[..<place], of: text), .text(separator),
                try self.text(bytes[(place + separator.utf8.count)...], of: text),
            ])
        default:
            let values = try arguments.bind(name, "sep", "maxsplit")
            let limit = try values[1].map { try requireInteger($0) } ?? -1
            guard let separator = values[0], !separator.isNone else {
                return try texts(text.splitOnSpace(limit: limit, fromRight: name == "rsplit"), of: text)
            }
            let by = try requireText(separator, name)
            if by.isEmpty { throw Failure.runtime("empty separator") }
            return try texts(text.split(by, limit: limit, fromRight: name == "rsplit"), of: text)
        }
    }

    private func change(_ name: String, _ text: Text, _ arguments: CallArguments) throws -> Value {
        switch name {
        case "strip", "lstrip", "rstrip":
            let set = try arguments.bindPositional(name, 0 ... 1)[0]
            let characters = try set.flatMap { $0.isNone ? nil : try requireText($0, name) }
            return try self.text(
                text.stripped(name == "strip" ? .both : name == "lstrip" ? .left : .right, characters), of: text)
        case "removeprefix", "removesuffix":
            let part = try requireText(try arguments.bindPositional(name, 1 ... 1)[0], name)
            if name == "removeprefix" {
                return text.hasPrefix(part) ? try self.text(text.utf8[part.utf8.count...], of: text) : .text(text)
            }
            return text.hasSuffix(part)
                ? try self.text(text.utf8[..<(text.utf8.count - part.utf8.count)], of: text) : .text(text)
        case "replace":
            let values = try arguments.bindPositional(name, 2 ... 3)
            let (old, new) = (
                try requireText(values[0], name), try escapedIfMarkup(try requireText(values[1], name), text)
            )
            return try self.text(
                try text.replacing(old, with: new, limit: try values[2].map { try requireInteger($0) } ?? -1, meter))
        default:
            let parts = try items(try arguments.bindPositional(name, 1 ... 1)[0] ?? .null)
            var writer = Writer(meter)
            for (index, part) in parts.enumerated() {
                guard let piece = part.text else {
                    throw Failure.runtime("sequence item \(index): expected str instance, \(part.typeName) found")
                }
                if index > 0 { try writer.append(text) }
                try writer.append(try escapedIfMarkup(piece, text))
            }
            return .text(try writer.text())
        }
    }

    private func search(_ name: String, _ text: Text, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bindPositional(name, 1 ... 3)
        func bound(_ value: Value?) throws -> Value {
            try value.map { $0.isNone ? .null : .int(try requireInteger($0)) } ?? .null
        }
        let slice = try Slice(try bound(values[1]), try bound(values[2]), .null, count: text.count)
        // Of a start behind the end nothing is left, not even the empty text.
        let isOutside =
            try slice.first > Slice(.null, try bound(values[2]), .null, count: text.count).count
            || (bound(values[1]).integer ?? 0) > text.count
        let (from, to) = (text.byteOffset(slice.first), text.byteOffset(slice.first + slice.count))
        if name == "startswith" || name == "endswith" {
            let parts: [Value] = if case .tuple(let items)? = values[0] { items.items } else { [values[0] ?? .null] }
            for part in parts {
                guard let part = part.text else {
                    throw Failure.runtime("\(name) first arg must be str or a tuple of str, not \(part.typeName)")
                }
                let window = text.utf8[from ..< to]
                if !isOutside,
                    name == "startswith"
                        ? window.starts(with: part.utf8) : window.suffix(part.utf8.count).elementsEqual(part.utf8)
                {
                    return .bool(true)
                }
            }
            return .bool(false)
        }
        let part = try requireText(values[0], name)
        if name == "count" {
            if isOutside { return .int(0) }
            return .int(
                part.isEmpty ? slice.count + 1 : ByteSearch.all(part.utf8, in: text.utf8, from: from, to: to).count)
        }
        let place =
            isOutside
            ? nil
            : name.hasPrefix("r")
                ? ByteSearch.last(part.utf8, in: text.utf8, from: from, to: to)
                : ByteSearch.first(part.utf8, in: text.utf8, from: from, to: to)
        if let place { return .int(text.scalarIndex(place)) }
        if name.hasSuffix("index") { throw Failure.runtime("substring not found") }
        return .int(-1)
    }

    private func pad(_ name: String, _ text: Text, _ arguments: CallArguments) throws -> Value {
        if name == "expandtabs" {
            return try expandTabs(text, try arguments.bind(name, "tabsize")[0].map { try requireInteger($0) } ?? 8)
        }
        let values = try arguments.bindPositional(name, 1 ... (name == "zfill" ? 1 : 2))
        let width = try requireInteger(values[0] ?? .null)
        let room = max(0, width - text.count)
        try meter.allow(text.utf8.count + min(room, 1 << 40))
        if name == "zfill" {
            let signs = text.utf8.first.map { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") } == true ? 1 : 0
            return try self.text(
                text.utf8[..<signs] + Array(repeating: UInt8(ascii: "0"), count: room) + text.utf8[signs...])
        }
        let fill = values.count > 1 && values[1] != nil ? try requireText(values[1], name) : Text(" ")
        guard fill.count == 1 else { throw Failure.runtime("The fill character must be exactly one character long") }
        try meter.allow(text.utf8.count + min(room, 1 << 40) * fill.utf8.count)
        // CPython puts the odd one left where the width is odd too.
        let left = name == "ljust" ? 0 : name == "rjust" ? room : room / 2 + (room & width & 1)
        func padding(_ count: Int) -> [UInt8] { Array(repeatElement(fill.utf8, count: count).joined()) }
        return try self.text(padding(left) + text.utf8 + padding(room - left))
    }

    private func expandTabs(_ text: Text, _ size: Int) throws -> Value {
        var (writer, column) = (Writer(meter), 0)
        for character in text.characters {
            if character.first == UInt8(ascii: "\t") {
                guard size > 0 else { continue }
                let count = size - column % size
                try meter.allow(count)
                try writer.append(Array(repeating: UInt8(ascii: " "), count: count))
                column = 0
            } else {
                try writer.append(character)
                column = character.first == 10 || character.first == 13 ? 0 : column + 1
            }
        }
        return try self.text(writer.bytes)
    }
}
