/// sentencepiece's compiled rules as tokenizers applies them: to a grapheme cluster of less than six bytes as a whole,
/// else character by character; the shortest rule that starts it replaces all of it.
///
/// Source: Hugging Face tokenizers, `src/normalizers/precompiled.rs`; the crate spm_precompiled 0.1.4.
package struct Precompiled: Sendable {
    /// `precompiled_charsmap`, decoded from base 64.
    package let charsmap: [UInt8]
    private let map: CharacterMap
    /// The ASCII bytes that no rule starts with.
    private let isPlain: [Bool]

    /// - Throws: `TokenizerError` that says what is damaged.
    package init(charsmap: [UInt8]) throws {
        self.charsmap = charsmap
        map = try CharacterMap(compiled: charsmap)
        guard map.replacements.withUnsafeBufferPointer({ $0.wellFormedPrefixCount == $0.count }) else {
            throw TokenizerError.invalid("the precompiled charsmap has replacements that are not UTF-8")
        }
        let first = map.firstBytes
        isPlain = (0 ..< 256).map { $0 < 0x80 && !first[$0] }
    }

    func normalize(_ string: inout NormalizedString) {
        var isChanged = false
        var copy = string
        copy.transform { transformation in
            var pending = PendingCharacter()
            let source = transformation.source
            var position = 0
            isPlain.withUnsafeBufferPointer { isPlain in
                while position < source.count {
                    let start = position
                    // A plain character followed by ASCII is a cluster of its own, which no rule starts. (A CR is none
                    // where LF follows.)
                    while position + 1 < source.count, isPlain[Int(source[position])], source[position] != 0x0D,
                        source[position + 1] < 0x80
                    {
                        position += 1
                    }
                    if position > start {
                        pending.takeASCII(source, start ..< position, &transformation)
                        continue
                    }
                    let end = Self.endOfStretch(source, from: position)
                    let text = String(decoding: UnsafeBufferPointer(rebasing: source[position ..< end]), as: UTF8.self)
                    for cluster in text {
                        let length = cluster.utf8.count
                        if append(source[position ..< position + length], &pending, &transformation) {
                            isChanged = true
                        }
                        position += length
                    }
                }
            }
            pending.flush(&transformation)
        }
        if isChanged { string = copy }
    }

    /// The end of a stretch that clusters do not reach across: before two ASCII characters in a row.
    private static func endOfStretch(_ source: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var end = start + 1
        while end < source.count, end - start < 4096 || source[end] >= 0x80 {
            if source[end] < 0x80, source[end - 1] < 0x80, source[end - 1] != 0x0D { return end }
            end += 1
        }
        // A cut before an ASCII character, but not inside CR LF.
        if end < source.count, source[end] == 0x0A, source[end - 1] == 0x0D { end += 1 }
        return end
    }

    /// Appends what a cluster becomes; whether a rule was applied.
    private func append(
        _ cluster: Slice<UnsafeBufferPointer<UInt8>>, _ pending: inout PendingCharacter,
        _ transformation: inout Transformation
    ) -> Bool {
        if cluster.count < 6, let replacement = replacement(of: cluster) {
            pending.replace(cluster, replacement, &transformation)
            return true
        }
        var isChanged = false
        var position = cluster.startIndex
        while position < cluster.endIndex {
            let end = position + lengthOfCharacter(startingWith: cluster[position])
            if let replacement = replacement(of: cluster[position ..< end]) {
                pending.replace(cluster[position ..< end], replacement, &transformation)
                isChanged = true
            } else {
                pending.take(cluster[position ..< end], &transformation)
            }
            position = end
        }
        return isChanged
    }

    /// What the shortest rule that starts `part` gives.
    private func replacement(of part: Slice<UnsafeBufferPointer<UInt8>>) -> ArraySlice<UInt8>? {
        map.trie.withWalker { walker in
            var node = DoubleArrayTrie.Walker.root
            for byte in part {
                guard byte != 0, walker.step(byte, from: &node) else { return nil }
                let value = Int(walker.value(at: node))
                if value >= 0 {
                    guard value < map.replacements.count else { return nil }
                    return map.replacements[value...].prefix { $0 != 0 }
                }
            }
            return nil
        }
    }
}

/// The last character that was written, which waits because a rule that removes what follows changes its place.
private struct PendingCharacter {
    private var scalar: UInt32 = 0
    /// tokenizers' change: 1 for an inserted one, else minus the number of characters that are removed behind it. nil
    /// for none.
    private var change: Int?

    mutating func flush(_ transformation: inout Transformation) {
        guard let change else { return }
        if change > 0 {
            transformation.insert(scalar)
        } else {
            transformation.replace(with: scalar)
            transformation.skip(characters: -change)
        }
        self.change = nil
    }

    private mutating func put(_ scalar: UInt32, _ change: Int, _ transformation: inout Transformation) {
        flush(&transformation)
        (self.scalar, self.change) = (scalar, change)
    }

    mutating func take(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ transformation: inout Transformation) {
        let bytes = UnsafeBufferPointer(rebasing: bytes)
        var position = 0
        while position < bytes.count {
            let (scalar, length) = decodeScalar(bytes, at: position)
            put(scalar, 0, &transformation)
            position += length
        }
    }

    mutating func takeASCII(
        _ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ transformation: inout Transformation
    ) {
        flush(&transformation)
        // All but the last at once, unless tokenizers has lost the place.
        if transformation.position == range.lowerBound {
            transformation.keep(range.count - 1)
            (scalar, change) = (UInt32(source[range.upperBound - 1]), 0)
        } else {
            take(source[range], &transformation)
        }
    }

    mutating func replace(
        _ old: Slice<UnsafeBufferPointer<UInt8>>, _ new: ArraySlice<UInt8>, _ transformation: inout Transformation
    ) {
        let removed = old.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
        let written = String(decoding: new, as: UTF8.self).unicodeScalars
        let difference = written.count - removed
        for (index, scalar) in written.enumerated() {
            put(scalar.value, difference > 0 && index >= written.count - difference ? 1 : 0, &transformation)
        }
        if difference < 0, let change { self.change = change + difference }
    }
}
