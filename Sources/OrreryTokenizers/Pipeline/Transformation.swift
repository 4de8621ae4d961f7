/// Writes a new text while it reads an old one, and keeps the places as tokenizers does.
///
/// A character that replaces another takes its place; an inserted one has the place of the last character that was
/// read, which is the start of the source where there is none.
///
/// Source: Hugging Face tokenizers, `src/tokenizer/normalizer.rs`, `transform_range`: its changes 0, above 0 and below
/// 0 are `replace`, `insert`, and `replace` with `skip` here.
struct Transformation {
    let source: UnsafeBufferPointer<UInt8>
    private let alignments: UnsafeBufferPointer<Alignment>?
    private let originalStart: Int32
    /// How far the old text has been read.
    private(set) var position = 0
    var output: AlignedBytes

    init(
        _ source: UnsafeBufferPointer<UInt8>, _ alignments: UnsafeBufferPointer<Alignment>?, originalStart: Int32,
        output: AlignedBytes
    ) {
        (self.source, self.alignments, self.originalStart, self.output) = (source, alignments, originalStart, output)
    }

    /// The next character and its length.
    @inline(__always)
    var next: (scalar: UInt32, length: Int)? { position < source.count ? scalar(at: position) : nil }

    /// The character at `place` of the old text, which is UTF-8.
    @inline(__always)
    func scalar(at place: Int) -> (scalar: UInt32, length: Int) { decodeScalar(source, at: place) }

    /// Takes the next `count` bytes as they are.
    @inline(__always)
    mutating func keep(_ count: Int) {
        output.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[position ..< position + count]))
        if let alignments {
            output.alignments.append(
                contentsOf: UnsafeBufferPointer(rebasing: alignments[position ..< position + count]))
        }
        position += count
    }

    /// Takes the next `count` bytes, all of them ASCII, each as `map` says.
    @inline(__always)
    mutating func keepASCII(_ count: Int, _ map: (UInt8) -> UInt8) {
        for place in position ..< position + count { output.bytes.append(map(source[place])) }
        if let alignments {
            output.alignments.append(
                contentsOf: UnsafeBufferPointer(rebasing: alignments[position ..< position + count]))
        }
        position += count
    }

    /// Leaves out the next `count` bytes.
    @inline(__always)
    mutating func skip(_ count: Int) { position += count }

    /// Leaves out the next `count` characters, or those that are left.
    mutating func skip(characters count: Int) {
        for _ in 0 ..< count where position < source.count {
            position += lengthOfCharacter(startingWith: source[position])
        }
    }

    /// Writes `scalar` for the next character.
    @inline(__always)
    mutating func replace(with scalar: UInt32) {
        let alignment = position < source.count ? alignments?[position] : alignments?.last
        write(scalar, alignment)
        if position < source.count { position += lengthOfCharacter(startingWith: source[position]) }
    }

    /// Writes `scalar` between two characters.
    @inline(__always)
    mutating func insert(_ scalar: UInt32) { write(scalar, previousAlignment) }

    /// Writes `bytes`, which are characters, between two characters.
    mutating func insert(_ bytes: some Collection<UInt8>) {
        output.bytes.append(contentsOf: bytes)
        if let alignment = previousAlignment {
            output.alignments.append(contentsOf: repeatElement(alignment, count: bytes.count))
        }
    }

    /// Writes `bytes`, which are characters, with the place of the next character.
    mutating func insertBeforeNext(_ bytes: some Collection<UInt8>) {
        output.bytes.append(contentsOf: bytes)
        if let alignments, position < alignments.count {
            output.alignments.append(contentsOf: repeatElement(alignments[position], count: bytes.count))
        }
    }

    /// Writes a byte's ASCII or two-byte stand-in for the next byte.
    @inline(__always)
    mutating func replaceByte(with scalar: UInt32) {
        write(scalar, alignments?[position])
        position += 1
    }

    @inline(__always)
    private var previousAlignment: Alignment? {
        guard let alignments else { return nil }
        return position == 0
            ? Alignment(start: originalStart, end: originalStart) : alignments[min(position, alignments.count) - 1]
    }

    @inline(__always)
    private mutating func write(_ scalar: UInt32, _ alignment: Alignment?) {
        let start = output.bytes.count
        appendScalar(scalar, to: &output.bytes)
        if let alignment { for _ in start ..< output.bytes.count { output.alignments.append(alignment) } }
    }
}

/// The character at `place` of UTF-8 that is well-formed.
@inline(__always)
func decodeScalar(_ utf8: UnsafeBufferPointer<UInt8>, at place: Int) -> (scalar: UInt32, length: Int) {
    let first = UInt32(utf8[place])
    if first < 0x80 { return (first, 1) }
    let second = UInt32(utf8[place + 1] & 0x3F)
    if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
    let third = UInt32(utf8[place + 2] & 0x3F)
    if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
    return ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(utf8[place + 3] & 0x3F), 4)
}

/// Appends the UTF-8 of a scalar.
@inline(__always)
func appendScalar(_ scalar: UInt32, to bytes: inout [UInt8]) {
    if scalar < 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: scalar))
    } else if scalar < 0x800 {
        bytes.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    } else if scalar < 0x10000 {
        bytes.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    } else {
        bytes.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    }
}
