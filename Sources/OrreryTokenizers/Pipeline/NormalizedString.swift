/// A stretch of the source under normalization: well-formed UTF-8 as it reads now, and where each byte is from.
///
/// Source: Hugging Face tokenizers, `src/tokenizer/normalizer.rs`, NormalizedString; places here count from the start
/// of the source.
struct NormalizedString: Sendable {
    var text: AlignedBytes
    /// Whether places are kept.
    let isAligned: Bool
    /// Where in the source the stretch begins.
    let originalStart: Int32

    /// The source itself. Ill-formed parts become U+FFFD, one each, from all of their bytes.
    ///
    /// - Precondition: `utf8` has less than 2^31 - 1 bytes.
    init(_ utf8: UnsafeBufferPointer<UInt8>, isAligned: Bool) {
        self.isAligned = isAligned
        originalStart = 0
        text = AlignedBytes()
        text.reserveCapacity(utf8.count, aligned: isAligned)
        if !isAligned, utf8.wellFormedPrefixCount == utf8.count {
            text.bytes.append(contentsOf: utf8)
            return
        }
        var position = 0
        while position < utf8.count {
            if utf8[position] < 0x80 {
                text.bytes.append(utf8[position])
                if isAligned { text.alignments.append(Alignment(start: Int32(position), end: Int32(position + 1))) }
                position += 1
                continue
            }
            var length: Int
            var isValid = true
            switch UTF8Step(utf8, at: position) {
            case .scalar(_, let count): length = count
            case .invalid(let count): (length, isValid) = (count, false)
            case .incomplete: (length, isValid) = (utf8.count - position, false)
            }
            let written = isValid ? length : 3
            if isValid {
                for offset in 0 ..< length { text.bytes.append(utf8[position + offset]) }
            } else {
                text.bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
            }
            if isAligned {
                let alignment = Alignment(start: Int32(position), end: Int32(position + length))
                for _ in 0 ..< written { text.alignments.append(alignment) }
            }
            position += length
        }
    }

    /// A stretch of another one.
    init(_ other: NormalizedString, _ range: Range<Int>) {
        isAligned = other.isAligned
        text = AlignedBytes(
            bytes: Array(other.text.bytes[range]), alignments: isAligned ? Array(other.text.alignments[range]) : [])
        originalStart = text.alignments.first?.start ?? 0
    }

    /// A text without places, such as an added token's.
    init(_ bytes: [UInt8]) {
        text = AlignedBytes(bytes: bytes)
        isAligned = false
        originalStart = 0
    }

    var isEmpty: Bool { text.bytes.isEmpty }

    /// Replaces the text by what `body` writes while it reads it.
    @inline(__always)
    mutating func transform(_ body: (inout Transformation) throws -> Void) rethrows {
        var output = AlignedBytes()
        output.reserveCapacity(text.bytes.count + text.bytes.count / 8, aligned: isAligned)
        try text.bytes.withUnsafeBufferPointer { bytes in
            try text.alignments.withUnsafeBufferPointer { alignments in
                var transformation = Transformation(
                    bytes, isAligned ? alignments : nil, originalStart: originalStart, output: output)
                output = AlignedBytes()
                try body(&transformation)
                output = transformation.output
            }
        }
        text = output
    }

    /// Drops the characters for which `isKept` is false, and writes others in their place.
    mutating func filterMap(_ replacement: (UInt32) -> UInt32?) {
        transform { transformation in
            while let (scalar, length) = transformation.next {
                if let other = replacement(scalar) {
                    if other == scalar { transformation.keep(length) } else { transformation.replace(with: other) }
                } else {
                    transformation.skip(length)
                }
            }
        }
    }
}

/// Where in the source a byte of a normalized text is from: the bytes `start ..< end`.
///
/// All bytes of one character have the same.
struct Alignment: Sendable, Equatable {
    var start: Int32
    var end: Int32
}

/// Bytes, and for each of them its alignment; `alignments` is empty where places are not kept.
struct AlignedBytes: Sendable {
    var bytes: [UInt8] = []
    var alignments: [Alignment] = []

    mutating func reserveCapacity(_ count: Int, aligned: Bool) {
        bytes.reserveCapacity(count)
        if aligned { alignments.reserveCapacity(count) }
    }
}
