extension NormalizedString {
    /// Lower case, character by character.
    mutating func lowercase() {
        transform { transformation in
            let source = transformation.source
            while transformation.position < source.count {
                let start = transformation.position
                var end = start
                while end < source.count, source[end] < 0x80 { end += 1 }
                if end > start {
                    transformation.keepASCII(end - start) { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
                    continue
                }
                let (scalar, length) = transformation.scalar(at: start)
                let lower = LowercaseMapping.lowercase(scalar)
                if lower == scalar { transformation.keep(length) } else { transformation.replace(with: lower) }
                if scalar == LowercaseMapping.dottedI { transformation.insert(0x307) }
            }
        }
    }

    /// Drops the characters of a class that ASCII has none of.
    mutating func remove(_ class: PipelineCharacter) {
        guard text.bytes.contains(where: { $0 >= 0x80 }) else { return }
        transform { transformation in
            let source = transformation.source
            while transformation.position < source.count {
                let start = transformation.position
                var end = start
                while end < source.count {
                    let (scalar, length) = transformation.scalar(at: end)
                    if scalar >= 0x80, PipelineCharacter.of(scalar).intersects(`class`) { break }
                    end += length
                }
                transformation.keep(end - start)
                if end < source.count { transformation.skip(lengthOfCharacter(startingWith: source[end])) }
            }
        }
    }

    /// Drops white space at either end.
    mutating func strip(left: Bool, right: Bool) {
        let range = text.bytes.withUnsafeBufferPointer { bytes in
            var (start, end) = (0, bytes.count)
            while left, start < end {
                let (scalar, length) = decodeScalar(bytes, at: start)
                guard PipelineCharacter.of(scalar).contains(.whitespace) else { break }
                start += length
            }
            while right, end > start {
                var last = end - 1
                while bytes[last] & 0xC0 == 0x80 { last -= 1 }
                guard PipelineCharacter.of(decodeScalar(bytes, at: last).scalar).contains(.whitespace) else { break }
                end = last
            }
            return start ..< end
        }
        guard range.count < text.bytes.count else { return }
        transform { transformation in
            transformation.skip(range.lowerBound)
            transformation.keep(range.count)
        }
    }

    /// Puts `prefix` before the text, with the place of its first character.
    mutating func prepend(_ prefix: [UInt8]) {
        guard !isEmpty, !prefix.isEmpty else { return }
        transform { transformation in
            transformation.insertBeforeNext(prefix)
            transformation.keep(transformation.source.count)
        }
    }

    /// Spells each byte in GPT-2's alphabet.
    mutating func spellBytes() {
        transform { transformation in
            ByteAlphabet.codes.withUnsafeBufferPointer { codes in
                while transformation.position < transformation.source.count {
                    transformation.replaceByte(with: codes[Int(transformation.source[transformation.position])])
                }
            }
        }
    }
}

extension ByteAlphabet {
    /// The stand-in of each byte as a number.
    static let codes: [UInt32] = scalars.map(\.value)
}
