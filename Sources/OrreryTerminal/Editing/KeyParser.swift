/// Turns the bytes of a terminal into keys. Sequences and characters may arrive in parts.
///
/// The sequences are those of ECMA-48 (CSI, SS3) with xterm's modifiers (ctlseqs, "PC-Style Function Keys"), and a
/// paste is what stands between CSI 200~ and CSI 201~ (xterm's mode 2004).
package struct KeyParser {
    package init() {}

    private var pending: [UInt8] = []
    /// The paste that has begun, without its end.
    private var paste: [UInt8]?

    /// Whether a single ESC waits to be told from the start of a sequence: if nothing follows soon, it was the key
    /// (`flush`).
    package var isUndecided: Bool { paste == nil && pending.first == Self.escape }

    /// The keys that are complete now.
    package mutating func push(_ bytes: some Sequence<UInt8>) -> [Key] {
        pending += bytes
        var keys: [Key] = [], text: [UInt8] = []
        func endText() {
            if !text.isEmpty { keys.append(.text(String(decoding: text, as: UTF8.self))) }
            text = []
        }
        var rest = pending[...]
        while let first = rest.first {
            if paste != nil {
                guard takePaste(from: &rest, into: &keys) else { break }
            } else if first >= 0x20, first != 0x7F {
                guard let count = Self.characterLength(rest) else { break }
                text += rest.prefix(count)
                rest = rest.dropFirst(count)
            } else {
                endText()
                guard let (key, count) = Self.key(rest) else { break }
                rest = rest.dropFirst(count)
                if let key { keys.append(key) } else { paste = [] }
            }
        }
        endText()
        pending = Array(rest)
        return keys
    }

    /// What the waiting bytes mean if nothing follows them.
    package mutating func flush() -> [Key] {
        guard isUndecided else { return [] }
        defer { pending = [] }
        return [pending.count == 1 ? .escape : .unknown]
    }

    // MARK: Paste

    private static let escape: UInt8 = 0x1B
    private static let interrupt: UInt8 = 0x03
    private static let pasteEnd: [UInt8] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]

    /// - Returns: false if the end of the paste is not there yet.
    private mutating func takePaste(from rest: inout ArraySlice<UInt8>, into keys: inout [Key]) -> Bool {
        while !rest.isEmpty {
            let upTo =
                rest.firstIndex { $0 == Self.escape }
                ?? (rest.last == Self.interrupt ? rest.endIndex - 1 : rest.endIndex)
            paste! += rest[..<upTo]
            rest = rest[upTo...]
            if rest.isEmpty { break }
            // Ctrl-C that comes last, as from a key, ends a paste whose end was lost.
            if rest.first == Self.interrupt || rest.starts(with: Self.pasteEnd) {
                if rest.first != Self.interrupt { rest = rest.dropFirst(Self.pasteEnd.count) }
                keys.append(.text(Self.pasted(paste!)))
                paste = nil
                return true
            }
            // The end may still come in the next bytes.
            if Self.pasteEnd.starts(with: rest) { return false }
            paste!.append(rest.removeFirst())
        }
        return false
    }

    /// Terminals send a pasted newline as the Enter key does.
    private static func pasted(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    }

    // MARK: Characters

    /// The bytes of the first character's first scalar; nil where more must come. What is not UTF-8 is passed on byte
    /// by byte.
    private static func characterLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        let first = bytes.first!
        let length =
            switch first {
            case 0xC2 ... 0xDF: 2
            case 0xE0 ... 0xEF: 3
            case 0xF0 ... 0xF4: 4
            default: 1
            }
        let continued = bytes.dropFirst().prefix(length - 1).prefix { $0 & 0xC0 == 0x80 }.count
        if continued == length - 1 { return length }
        return 1 + continued < bytes.count ? 1 + continued : nil
    }
}
