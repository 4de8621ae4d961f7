extension Lexer {
    /// The tokens of a tag up to its end. Inside brackets `}}` and `%}` are no end.
    mutating func lexExpression(_ tag: Int, isBlock: Bool) throws {
        var brackets: [Token.Symbol] = []
        while position < source.count {
            let at = position
            if brackets.isEmpty, takeEnd(isBlock ? "%}" : "}}", isTrimmed: isBlock) {
                append(isBlock ? .blockEnd : .variableEnd, at: at)
                return
            }
            let space = afterSpace(at)
            if space > at {
                move(to: space)
            } else if let end = floatEnd(at) {
                let digits = String(decoding: source[at ..< end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
                append(.float(Double(digits) ?? .infinity), at: at)
                move(to: end)
            } else if source[at].isDigit {
                let end = integerEnd(at)
                append(.int(try integer(source[at ..< end], at: at)), at: at)
                move(to: end)
            } else if let end = nameEnd(at) {
                append(.name(String(decoding: source[at ..< end], as: UTF8.self)), at: at)
                move(to: end)
            } else if source[at] == UInt8(ascii: "'") || source[at] == UInt8(ascii: "\"") {
                let end = try stringEnd(at)
                append(.string(try StringLiteral.value(source[at + 1 ..< end - 1], at: at)), at: at)
                move(to: end)
            } else if let symbol = Token.Symbol.allCases.first(where: { source[at...].starts(with: $0.rawValue.utf8) })
            {
                try balance(symbol, &brackets, at: at)
                append(.symbol(symbol), at: at)
                move(to: at + symbol.rawValue.utf8.count)
            } else {
                let found = String(decoding: source[at...].prefix(4), as: UTF8.self).unicodeScalars.first ?? "?"
                throw Failure.syntax("unexpected character '\(found)'", at: at)
            }
        }
        throw Failure.syntax("a tag without its end '\(isBlock ? "%}" : "}}")'", at: tag)
    }

    private func balance(_ symbol: Token.Symbol, _ brackets: inout [Token.Symbol], at: Int) throws {
        switch symbol {
        case .leftBrace: brackets.append(.rightBrace)
        case .leftParenthesis: brackets.append(.rightParenthesis)
        case .leftBracket: brackets.append(.rightBracket)
        case .rightBrace, .rightParenthesis, .rightBracket:
            guard let expected = brackets.popLast() else {
                throw Failure.syntax("unexpected '\(symbol.rawValue)'", at: at)
            }
            guard expected == symbol else {
                throw Failure.syntax("expected '\(expected.rawValue)', found '\(symbol.rawValue)'", at: at)
            }
        default: break
        }
    }

    // MARK: Numbers

    /// The end of digits with single underscores between them.
    private func digitsEnd(_ at: Int) -> Int? {
        guard at < source.count, source[at].isDigit else { return nil }
        var end = at
        while end < source.count,
            source[end].isDigit
                || (source[end] == UInt8(ascii: "_") && end + 1 < source.count && source[end + 1].isDigit)
        { end += 1 }
        return end
    }

    /// The end of a number with a fraction or an exponent.
    private func floatEnd(_ at: Int) -> Int? {
        if at > 0, source[at - 1] == UInt8(ascii: ".") { return nil }
        guard let whole = digitsEnd(at) else { return nil }
        let fraction = whole < source.count && source[whole] == UInt8(ascii: ".") ? digitsEnd(whole + 1) : nil
        let mantissa = fraction ?? whole
        if mantissa < source.count, source[mantissa] | 0x20 == UInt8(ascii: "e") {
            var exponent = mantissa + 1
            if exponent < source.count, source[exponent] == UInt8(ascii: "+") || source[exponent] == UInt8(ascii: "-") {
                exponent += 1
            }
            if let end = digitsEnd(exponent) { return end }
        }
        return fraction
    }

    private func integerEnd(_ at: Int) -> Int {
        func end(_ start: Int, _ isDigit: (UInt8) -> Bool) -> Int {
            var end = start
            while end < source.count {
                if isDigit(source[end]) {
                    end += 1
                } else if source[end] == UInt8(ascii: "_"), end + 1 < source.count, isDigit(source[end + 1]), end > at {
                    end += 2
                } else {
                    break
                }
            }
            return end
        }
        if source[at] == UInt8(ascii: "0"), at + 1 < source.count {
            let known: [(UInt8, (UInt8) -> Bool)] = [
                (UInt8(ascii: "b"), { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }),
                (UInt8(ascii: "o"), { UInt8(ascii: "0") ... UInt8(ascii: "7") ~= $0 }),
                (UInt8(ascii: "x"), { $0.isDigit || UInt8(ascii: "a") ... UInt8(ascii: "f") ~= $0 | 0x20 }),
            ]
            for (letter, isDigit) in known where source[at + 1] | 0x20 == letter {
                let found = end(at + 2, isDigit)
                if found > at + 2 { return found }
            }
        }
        return source[at] == UInt8(ascii: "0") ? end(at) { $0 == UInt8(ascii: "0") } : end(at, \.isDigit)
    }

    private func integer(_ digits: ArraySlice<UInt8>, at: Int) throws -> Int {
        let text = String(decoding: digits.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self).lowercased()
        let radix = text.hasPrefix("0x") ? 16 : text.hasPrefix("0o") ? 8 : text.hasPrefix("0b") ? 2 : 10
        guard let value = Int(radix == 10 ? text[...] : text.dropFirst(2), radix: radix) else {
            throw Failure.syntax("expected an integer of at most 64 bits, found \(text.prefix(40))", at: at)
        }
        return value
    }

    // MARK: Names and strings

    private func nameEnd(_ at: Int) -> Int? {
        var end = at
        while end < source.count {
            let byte = source[end]
            if byte < 0x80 {
                guard
                    byte == UInt8(ascii: "_") || byte.isDigit || UInt8(ascii: "a") ... UInt8(ascii: "z") ~= byte | 0x20
                else { break }
                end += 1
            } else {
                let width = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                let scalar = Text.scalar(source[end ..< min(source.count, end + width)])
                guard end == at ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue else { break }
                end += width
            }
        }
        return end > at ? end : nil
    }

    private func stringEnd(_ at: Int) throws -> Int {
        var end = at + 1
        while end < source.count {
            if source[end] == source[at] { return end + 1 }
            end += source[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        throw Failure.syntax("a string without its closing quote", at: at)
    }
}

extension UInt8 {
    var isDigit: Bool { UInt8(ascii: "0") ... UInt8(ascii: "9") ~= self }
}
