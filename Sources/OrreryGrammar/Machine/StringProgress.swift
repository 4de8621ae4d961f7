/// Where a JSON string stands: in the automaton of its text, and in an escape.
struct StringProgress: Hashable {
    enum Escape: UInt8 {
        case none, backslash, digits, lowBackslash, lowU, lowDigits
    }

    /// The state of the text's automaton.
    var state: Int32 = 0
    /// The code points so far, where they matter.
    var count: Int32 = 0
    var escape = Escape.none
    /// The hexadecimal digits of an escape so far, and their number.
    var value: UInt32 = 0
    var digits: UInt8 = 0
    /// The first half of a surrogate pair.
    var high: UInt32 = 0
    /// The text so far, where it is wanted.
    var text: [UInt8]?

    /// The progress behind more of the text.
    func reading(_ bytes: [UInt8], state: Int32, count: Int32) -> StringProgress {
        StringProgress(state: state, count: count, text: text.map { $0 == SchemaMachine.freshKey ? $0 : $0 + bytes })
    }
}

/// Reads JSON strings (RFC 8259, section 7) whose text an automaton accepts.
struct StringScanner {
    let automaton: ByteAutomaton
    let counts: Bool
    /// Whether a text in the state, of so many code points, can become an accepted one.
    let isAlive: (Int32, Int) -> Bool
    /// Whether characters may be escaped by their number.
    var readsNumbers = true

    /// The progress after a byte within the string; nil where it is not allowed. The closing quote is the caller's.
    func next(_ progress: StringProgress, _ byte: UInt8) -> StringProgress? {
        switch progress.escape {
        case .none: return plain(progress, byte)
        case .backslash: return escape(progress, byte)
        case .digits, .lowDigits: return digit(progress, byte)
        case .lowBackslash: return byte == UInt8(ascii: "\\") ? with(progress) { $0.escape = .lowU } : nil
        case .lowU:
            return byte == UInt8(ascii: "u")
                ? with(progress) { ($0.escape, $0.value, $0.digits) = (.lowDigits, 0, 0) } : nil
        }
    }

    private func with(_ progress: StringProgress, _ change: (inout StringProgress) -> Void) -> StringProgress {
        var progress = progress
        change(&progress)
        return progress
    }

    private func plain(_ progress: StringProgress, _ byte: UInt8) -> StringProgress? {
        guard byte >= 0x20, byte != UInt8(ascii: "\"") else { return nil }
        guard byte == UInt8(ascii: "\\") else { return reading(byte, progress) }
        guard readsNumbers else {
            // Only those with an escape of their own.
            let canFollow = "\"\\/bfnrt".utf8.contains { escape(progress, $0) != nil }
            return canFollow ? with(progress) { $0.escape = .backslash } : nil
        }
        // Any character can be escaped, so one must be able to follow.
        let canFollow = automaton.edges(of: progress.state).contains {
            ($0.low < 0x80 || $0.low >= 0xC0) && isAlive($0.target, Int(progress.count) + (counts ? 1 : 0))
        }
        return canFollow ? with(progress) { $0.escape = .backslash } : nil
    }

    private func reading(_ byte: UInt8, _ progress: StringProgress) -> StringProgress? {
        let state = automaton.next(progress.state, byte)
        guard state >= 0 else { return nil }
        let isStart = byte < 0x80 || byte >= 0xC0
        let count = progress.count + (counts && isStart ? 1 : 0)
        return isAlive(state, Int(count)) ? progress.reading([byte], state: state, count: count) : nil
    }

    private func escape(_ progress: StringProgress, _ byte: UInt8) -> StringProgress? {
        let character: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): character = byte
        case UInt8(ascii: "b"): character = 0x08
        case UInt8(ascii: "f"): character = 0x0C
        case UInt8(ascii: "n"): character = 0x0A
        case UInt8(ascii: "r"): character = 0x0D
        case UInt8(ascii: "t"): character = 0x09
        case UInt8(ascii: "u") where readsNumbers:
            return with(progress) { ($0.escape, $0.value, $0.digits) = (.digits, 0, 0) }
        default: return nil
        }
        return reading(character, progress)
    }

    private func digit(_ progress: StringProgress, _ byte: UInt8) -> StringProgress? {
        let digit: UInt32
        switch byte {
        case UInt8(ascii: "0") ... UInt8(ascii: "9"): digit = UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a") ... UInt8(ascii: "f"): digit = UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A") ... UInt8(ascii: "F"): digit = UInt32(byte - UInt8(ascii: "A")) + 10
        default: return nil
        }
        var next = progress
        next.value = progress.value << 4 | digit
        next.digits += 1
        let missing = UInt32(4 - next.digits)
        let range = next.value << (4 * missing) ... ((next.value + 1) << (4 * missing)) - 1
        if progress.escape == .lowDigits {
            guard range.overlaps(0xDC00 ... 0xDFFF) else { return nil }
            let low = range.clamped(to: 0xDC00 ... 0xDFFF)
            let base = 0x10000 + (progress.high - 0xD800) << 10
            let scalars = base + low.lowerBound - 0xDC00 ... base + low.upperBound - 0xDC00
            guard canRead(scalars, progress) else { return nil }
            return missing == 0 ? read(scalars.lowerBound, progress) : next
        }
        guard canRead(range, progress) || canReadPair(range, progress) else { return nil }
        guard missing == 0 else { return next }
        guard (0xD800 ... 0xDBFF).contains(next.value) else { return read(next.value, progress) }
        return with(progress) { ($0.escape, $0.high) = (.lowBackslash, next.value) }
    }

    /// Whether some scalar of the range can come next.
    private func canRead(_ range: ClosedRange<UInt32>, _ progress: StringProgress) -> Bool {
        let count = Int(progress.count) + (counts ? 1 : 0)
        return UTF8Ranges.sequences(range).contains { sequence in
            automaton.canRead(sequence[...], from: progress.state) { isAlive($0, count) }
        }
    }

    /// Whether some scalar can come next whose first surrogate is in the range.
    private func canReadPair(_ range: ClosedRange<UInt32>, _ progress: StringProgress) -> Bool {
        guard range.overlaps(0xD800 ... 0xDBFF) else { return false }
        let high = range.clamped(to: 0xD800 ... 0xDBFF)
        let first = 0x10000 + (high.lowerBound - 0xD800) << 10
        return canRead(first ... 0x10000 + (high.upperBound - 0xD800) << 10 + 0x3FF, progress)
    }

    private func read(_ scalar: UInt32, _ progress: StringProgress) -> StringProgress? {
        guard !(0xD800 ... 0xDFFF).contains(scalar) else { return nil }
        var state = progress.state
        let bytes = UTF8Ranges.encode(scalar)
        for byte in bytes {
            state = automaton.next(state, byte)
            if state < 0 { return nil }
        }
        let count = progress.count + (counts ? 1 : 0)
        return isAlive(state, Int(count)) ? progress.reading(bytes, state: state, count: count) : nil
    }
}
