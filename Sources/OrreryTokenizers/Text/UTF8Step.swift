/// What stands at one position of bytes that should be UTF-8.
///
/// Follows table 3-7 of the Unicode standard (well-formed UTF-8 byte sequences). An ill-formed part is cut as the
/// standard recommends (section 3.9, "substitution of maximal subparts"), which is how Swift, Rust and Python replace
/// it too.
enum UTF8Step: Equatable {
    /// A character of `length` bytes.
    case scalar(Unicode.Scalar, length: Int)
    /// The bytes end inside what may become a character.
    case incomplete
    /// `length` bytes that no further byte can make a character of.
    case invalid(length: Int)

    @inline(__always)
    init(_ utf8: UnsafeBufferPointer<UInt8>, at position: Int) {
        let first = utf8[position]
        if first < 0x80 {
            self = .scalar(Unicode.Scalar(first), length: 1)
        } else {
            self.init(multibyte: utf8, at: position)
        }
    }

    private init(multibyte utf8: UnsafeBufferPointer<UInt8>, at position: Int) {
        let first = utf8[position]
        let length: Int
        // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
        var second: ClosedRange<UInt8> = 0x80 ... 0xBF
        switch first {
        case 0xC2 ... 0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0 ... 0xBF)
        case 0xED: (length, second) = (3, 0x80 ... 0x9F)
        case 0xE1 ... 0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90 ... 0xBF)
        case 0xF1 ... 0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80 ... 0x8F)
        default:
            self = .invalid(length: 1)
            return
        }
        var value = UInt32(first) & (0xFF >> UInt32(length + 1))
        for offset in 1 ..< length {
            guard position + offset < utf8.count else {
                self = .incomplete
                return
            }
            let byte = utf8[position + offset]
            guard (offset == 1 ? second : 0x80 ... 0xBF).contains(byte) else {
                self = .invalid(length: offset)
                return
            }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        self = .scalar(Unicode.Scalar(value)!, length: length)
    }
}

extension UTF8Step {
    /// Whether all of `utf8` is characters.
    static func isValid(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        var position = 0
        while position < utf8.count {
            guard case .scalar(_, let length) = UTF8Step(utf8, at: position) else { return false }
            position += length
        }
        return true
    }
}
