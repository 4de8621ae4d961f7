/// A string as Python has it: a sequence of code points, compared and hashed by them and not by what they look like.
/// (Swift's `String` finds "é" equal to "e" with an accent after it.) Kept as UTF-8, whose byte order is the order of
/// code points.
struct Text: Hashable, Comparable, Sendable {
    // Immutable; a meter is only in values that never leave the thread of their rendering.
    private final class Storage: @unchecked Sendable {
        let utf8: [UInt8]
        let count: Int
        let foreign: [Range<Int>]
        let isMarkup: Bool
        private let meter: Meter?

        init(_ utf8: [UInt8], _ foreign: [Range<Int>], _ isMarkup: Bool, _ meter: Meter?) throws {
            (self.utf8, self.foreign, self.isMarkup, self.meter) = (utf8, foreign, isMarkup, meter)
            count = utf8.count { $0 & 0xC0 != 0x80 }
            try meter?.reserve(cost)
        }

        private var cost: Int { 88 + utf8.count + 16 * foreign.count }
        deinit { meter?.release(cost) }
    }

    private let storage: Storage

    /// - Parameters:
    ///   - utf8: valid UTF-8.
    ///   - foreign: see `foreign`.
    ///   - isMarkup: see `isMarkup`.
    init(_ utf8: [UInt8], foreign: [Range<Int>] = [], isMarkup: Bool = false, _ meter: Meter) throws {
        try meter.allow(utf8.count)
        storage = try Storage(utf8, foreign, isMarkup, meter)
    }

    /// Text that comes from outside the rendering, and is not counted.
    init(_ string: String, foreign: [Range<Int>] = []) {
        storage = try! Storage(Array(string.utf8), foreign, false, nil)
    }  // Nothing throws without a meter.

    var utf8: [UInt8] { storage.utf8 }
    /// Bytes that spell a control token and came with the conversation: they stay words, whatever the template does
    /// with them. In order.
    var foreign: [Range<Int>] { storage.foreign }
    var isForeign: Bool { !storage.foreign.isEmpty }
    /// Whether it went through `safe` or `escape`, which in Python makes it markupsafe's `Markup`: what is added to it
    /// is escaped.
    var isMarkup: Bool { storage.isMarkup }

    /// The foreign bytes of a part, counted from its start.
    func foreign(in range: Range<Int>) -> [Range<Int>] {
        storage.foreign.compactMap { part in
            let common = part.clamped(to: range)
            return common.isEmpty ? nil : common.lowerBound - range.lowerBound ..< common.upperBound - range.lowerBound
        }
    }
    /// In code points.
    var count: Int { storage.count }
    var isEmpty: Bool { storage.count == 0 }
    var isASCII: Bool { storage.count == storage.utf8.count }
    var string: String { String(decoding: utf8, as: UTF8.self) }
    var scalars: [Unicode.Scalar] { Array(string.unicodeScalars) }

    /// The byte at which code point `index` starts; `count` gives the end.
    func byteOffset(_ index: Int) -> Int { isASCII ? index : Text.byteOffset(index, in: utf8) }

    /// The code point that starts at a byte.
    func scalarIndex(_ offset: Int) -> Int { isASCII ? offset : utf8[..<offset].count { $0 & 0xC0 != 0x80 } }

    private static func byteOffset(_ index: Int, in utf8: [UInt8]) -> Int {
        var left = index
        for (offset, byte) in utf8.enumerated() where byte & 0xC0 != 0x80 {
            if left == 0 { return offset }
            left -= 1
        }
        return utf8.count
    }

    /// Code points `range`, which is inside the text.
    func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
        let start = byteOffset(range.lowerBound)
        return utf8[start ..< (range.upperBound == count ? utf8.count : byteOffset(range.upperBound))]
    }

    /// Each code point's bytes.
    var characters: [ArraySlice<UInt8>] {
        var result: [ArraySlice<UInt8>] = []
        result.reserveCapacity(count)
        var start = 0
        for offset in 1 ..< max(utf8.count + 1, 1) where offset == utf8.count || utf8[offset] & 0xC0 != 0x80 {
            result.append(utf8[start ..< offset])
            start = offset
        }
        return result
    }

    static func == (a: Text, b: Text) -> Bool { a.storage === b.storage || a.utf8 == b.utf8 }
    static func < (a: Text, b: Text) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
    func hash(into hasher: inout Hasher) { hasher.combine(utf8) }
}
