extension KeyParser {
    /// The key at the start of the bytes, and how many it takes; the key is nil for the start of a paste. nil where
    /// more must come.
    static func key(_ bytes: ArraySlice<UInt8>) -> (key: Key?, count: Int)? {
        let first = bytes.first!
        guard first == 0x1B else { return (controlKey(first), 1) }
        guard let second = bytes.dropFirst().first else { return nil }
        switch second {
        case UInt8(ascii: "["): return sequence(bytes)
        case UInt8(ascii: "O"):
            guard let third = bytes.dropFirst(2).first else { return nil }
            return (cursorKey(third, hasModifier: false), 3)
        case 0x0D, 0x0A: return (.newline, 2)
        case 0x7F, 0x08: return (.deleteWordLeft, 2)
        case UInt8(ascii: "b"), UInt8(ascii: "B"): return (.wordLeft, 2)
        case UInt8(ascii: "f"), UInt8(ascii: "F"): return (.wordRight, 2)
        case UInt8(ascii: "d"), UInt8(ascii: "D"): return (.deleteWordRight, 2)
        // The second ESC may begin a sequence of its own.
        case 0x1B: return (.escape, 1)
        default: return (.unknown, 2)
        }
    }

    private static func controlKey(_ byte: UInt8) -> Key {
        switch byte {
        case 0x0D, 0x0A: .enter
        case 0x09: .tab
        case 0x7F, 0x08: .backspace
        case 0x01 ... 0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
        case 0x1C: .control("\\")
        default: .unknown
        }
    }

    /// ESC [ parameters, intermediates, final byte (ECMA-48, 5.4).
    private static func sequence(_ bytes: ArraySlice<UInt8>) -> (key: Key?, count: Int)? {
        let body = bytes.dropFirst(2)
        guard let end = body.firstIndex(where: { !(0x20 ... 0x3F).contains($0) }) else {
            // Longer than any that a terminal sends: give it up rather than wait for ever.
            return body.count > 64 ? (.unknown, bytes.count) : nil
        }
        let count = end - bytes.startIndex + 1
        // A control or a byte above ASCII breaks the sequence off, and is read for itself.
        guard (0x40 ... 0x7E).contains(bytes[end]) else { return (.unknown, count - 1) }
        let numbers = body[..<end].split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map {
            Int(String(decoding: $0, as: UTF8.self)) ?? 0
        }
        let hasModifier = numbers.count > 1 && numbers[1] > 1
        switch bytes[end] {
        case UInt8(ascii: "~") where numbers[0] == 200: return (nil, count)
        // xterm's modifyOtherKeys: CSI 27 ; modifier ; character ~
        case UInt8(ascii: "~") where numbers[0] == 27 && numbers.count > 2:
            return (numbers[2] == 13 ? .newline : .unknown, count)
        case UInt8(ascii: "~"): return (editingKey(numbers[0], hasModifier: hasModifier), count)
        // kitty's and libtickit's form: CSI character ; modifier u
        case UInt8(ascii: "u"):
            return (numbers[0] == 13 ? (hasModifier ? .newline : .enter) : numbers[0] == 27 ? .escape : .unknown, count)
        default: return (cursorKey(bytes[end], hasModifier: hasModifier), count)
        }
    }

    private static func cursorKey(_ final: UInt8, hasModifier: Bool) -> Key {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): hasModifier ? .wordRight : .right
        case UInt8(ascii: "D"): hasModifier ? .wordLeft : .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        // The keypad's Enter in application mode.
        case UInt8(ascii: "M"): .enter
        // rxvt's Ctrl with an arrow, as SS3.
        case UInt8(ascii: "c"): .wordRight
        case UInt8(ascii: "d"): .wordLeft
        default: .unknown
        }
    }

    private static func editingKey(_ number: Int, hasModifier: Bool) -> Key {
        switch number {
        case 1, 7: .home
        case 4, 8: .end
        case 3: hasModifier ? .deleteWordRight : .delete
        default: .unknown
        }
    }
}
