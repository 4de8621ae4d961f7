extension Interpreter {
    /// `indent`, `truncate` and `wordwrap`.
    func layOut(_ filter: Filters, _ value: Value, _ arguments: CallArguments) throws -> Value {
        switch filter {
        case .indent:
            let values = try arguments.bind("indent", "width", "first", "blank")
            let unit = try indentation(values[0] ?? .int(4))
            if case .undefined(let undefined) = value { throw undefined.failure }
            guard case .text(let string) = value else {
                throw Failure.runtime("unsupported operand type(s) for +=: '\(value.typeName)' and 'str'")
            }
            return try indent(
                string, by: unit, first: try values[1].map { try isTrue($0) } ?? false,
                blank: try values[2].map { try isTrue($0) } ?? false)
        case .truncate: return try truncate(value, arguments)
        default:
            let values = try arguments.bind("wordwrap", "width", "break_long_words", "wrapstring", "break_on_hyphens")
            if case .undefined(let undefined) = value { throw undefined.failure }
            guard case .text(let string) = value else {
                throw Failure.runtime("'\(value.typeName)' object has no attribute 'splitlines'")
            }
            guard let width = (values[0] ?? .int(79)).integer else {
                throw Failure.runtime("the width of wordwrap must be an integer")
            }
            let separator = values[2].flatMap { $0.isNone ? nil : $0 } ?? .text(Text("\n"))
            guard let separator = separator.text else {
                throw Failure.runtime("'\(separator.typeName)' object has no attribute 'join'")
            }
            let breaksWords = try values[1].map { try isTrue($0) } ?? true
            let breaksHyphens = try values[3].map { try isTrue($0) } ?? true
            var paragraphs: [[UInt8]] = []
            for line in string.lines(keepEnds: false) {
                let wrapped = try TextWrapper.wrap(
                    line, width: width, breaksWords: breaksWords, breaksHyphens: breaksHyphens)
                paragraphs.append(Array(wrapped.joined(separator: separator.utf8)))
            }
            return try text(Array(paragraphs.joined(separator: separator.utf8)))
        }
    }

    private func indentation(_ width: Value) throws -> [UInt8] {
        if let text = width.text { return text.utf8 }
        if case .undefined(let undefined) = width { throw undefined.failure }
        guard let count = width.integer else {
            throw Failure.runtime("can't multiply sequence by non-int of type '\(width.typeName)'")
        }
        try meter.allow(max(0, count))
        return Array(repeating: UInt8(ascii: " "), count: max(0, count))
    }

    private func indent(_ string: Text, by unit: [UInt8], first: Bool, blank: Bool) throws -> Value {
        let lines = try Text(string.utf8 + [10], meter).lines(keepEnds: false)
        var writer = Writer(meter)
        if first { try writer.append(unit) }
        for (index, line) in lines.enumerated() {
            if index > 0 {
                try writer.append([10])
                if blank || !line.isEmpty { try writer.append(unit) }
            }
            try writer.append(line)
        }
        return try text(writer.bytes)
    }

    private func truncate(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bind("truncate", "length", "killwords", "end", "leeway")
        let leeway = values[3].flatMap { $0.isNone ? nil : $0 } ?? .int(5)
        guard let length = (values[0] ?? .int(255)).integer, let leeway = leeway.integer else {
            throw Failure.runtime("truncate needs integers")
        }
        guard let end = (values[2] ?? .text(Text("..."))).text else {
            throw Failure.runtime("object of type '\((values[2] ?? .null).typeName)' has no len()")
        }
        guard length >= end.count else { throw Failure.runtime("expected length >= \(end.count), got \(length)") }
        guard leeway >= 0 else { throw Failure.runtime("expected leeway >= 0, got \(leeway)") }
        let (limit, overflow) = length.addingReportingOverflow(leeway)
        if try overflow || requiredLength(value) <= limit { return value }
        guard case .text(let string) = value else {
            throw Failure.runtime("'\(value.typeName)' object cannot be truncated")
        }
        let kept = try Text(Array(string.bytes(0 ..< min(string.count, length - end.count))), meter)
        if try values[1].map({ try isTrue($0) }) ?? false {
            return try text(kept.utf8 + (string.isMarkup ? escaped(end) : end).utf8)
        }
        return try text(
            (kept.split(Text(" "), limit: 1, fromRight: true).first ?? []) + (string.isMarkup ? escaped(end) : end).utf8
        )
    }
}

/// Python's `textwrap` for one paragraph, with the options that jinja2 sets: white space stays as it is, but not at the
/// ends of lines.
enum TextWrapper {
    static func wrap(_ line: ArraySlice<UInt8>, width: Int, breaksWords: Bool, breaksHyphens: Bool) throws -> [[UInt8]]
    {
        guard width > 0 else { throw Failure.runtime("invalid width \(width) (must be > 0)") }
        var chunks = Array(
            chunks(Array(String(decoding: line, as: UTF8.self).unicodeScalars), breaksHyphens).reversed())
        var lines: [[Unicode.Scalar]] = []
        while let next = chunks.last {
            if isSpace(next), !lines.isEmpty { chunks.removeLast() }
            var (current, length) = ([[Unicode.Scalar]](), 0)
            while let chunk = chunks.last, length + chunk.count <= width {
                current.append(chunk)
                length += chunk.count
                chunks.removeLast()
            }
            if let chunk = chunks.last, chunk.count > width {
                let room = width - length
                if breaksWords {
                    var end = room
                    if breaksHyphens, chunk.count > room, let hyphen = chunk[..<room].lastIndex(of: "-"), hyphen > 0,
                        chunk[..<hyphen].contains(where: { $0 != "-" })
                    {
                        end = hyphen + 1
                    }
                    current.append(Array(chunk[..<end]))
                    chunks[chunks.count - 1] = Array(chunk[end...])
                } else if current.isEmpty {
                    current.append(chunk)
                    chunks.removeLast()
                }
            }
            if let last = current.last, isSpace(last) { current.removeLast() }
            if !current.isEmpty { lines.append(current.flatMap { $0 }) }
        }
        return lines.map { Array(String(String.UnicodeScalarView($0)).utf8) }
    }

    private static func isSpace(_ chunk: [Unicode.Scalar]) -> Bool { chunk.allSatisfy(\.isPythonSpace) }

    private static func isBreakingSpace(_ scalar: Unicode.Scalar) -> Bool {
        "\t\n\u{B}\u{C}\r ".unicodeScalars.contains(scalar)
    }

    /// Words and the white space between them; a word also ends behind a hyphen between letters.
    private static func chunks(_ text: [Unicode.Scalar], _ breaksHyphens: Bool) -> [[Unicode.Scalar]] {
        var (chunks, start) = ([[Unicode.Scalar]](), 0)
        func isLetter(_ index: Int) -> Bool {
            text.indices.contains(index) && (text[index].isPythonAlpha || text[index] == "_")
        }
        for index in text.indices {
            let isEdge = index > start && isBreakingSpace(text[index]) != isBreakingSpace(text[index - 1])
            let isHyphen =
                breaksHyphens && index > start + 1 && text[index - 1] == "-" && isLetter(index) && isLetter(index - 2)
                && isLetter(index + 1)
            if isEdge || (isHyphen && isLetter(index - 3)) {
                chunks.append(Array(text[start ..< index]))
                start = index
            }
        }
        return start < text.count ? chunks + [Array(text[start...])] : chunks
    }
}
