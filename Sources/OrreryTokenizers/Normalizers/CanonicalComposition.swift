import Foundation

/// Normalization Form C as Hugging Face tokenizers applies it (Unicode standard, section 3.11).
///
/// Its tables are those of Unicode 9.0 (the crate `unicode-normalization-alignments`): younger characters neither
/// compose nor sort. What a character of 9.0 does has not changed since, by the standard's stability policy, so
/// stretches between younger ones go to Foundation.
enum CanonicalComposition {
    private static let version = (major: 9, minor: 0)

    /// `utf8` in Normalization Form C, with where each byte is from if asked for; nil if it is in that form already, as
    /// nearly all text is. Bytes that are not UTF-8 stay.
    static func composed(_ utf8: UnsafeBufferPointer<UInt8>, recordsOrigins: Bool) -> NormalizedText? {
        guard var change = nextChange(in: utf8, from: 0) else { return nil }
        var result = NormalizedText()
        result.bytes.reserveCapacity(utf8.count)
        var position = 0
        func copy(to end: Int) {
            result.bytes.append(contentsOf: utf8[position ..< end])
            if recordsOrigins { result.origins.append(contentsOf: position ..< end) }
            position = end
        }
        while true {
            copy(to: change.lowerBound)
            let bytes = composed(String(decoding: utf8[change], as: UTF8.self))
            // What a cluster becomes is from all of it: it starts where the cluster does.
            result.bytes.append(contentsOf: bytes)
            if recordsOrigins {
                result.origins.append(contentsOf: repeatElement(change.lowerBound, count: bytes.count))
            }
            position = change.upperBound
            guard let next = nextChange(in: utf8, from: position) else { break }
            change = next
        }
        copy(to: utf8.count)
        if recordsOrigins { result.origins.append(utf8.count) }
        return result
    }

    /// Composes stretches of characters that Unicode 9.0 knew, and leaves those between.
    private static func composed(_ cluster: String) -> String.UTF8View {
        var result = ""
        var stretch = String.UnicodeScalarView()
        func flush() {
            result += String(stretch).precomposedStringWithCanonicalMapping
            stretch = String.UnicodeScalarView()
        }
        for scalar in cluster.unicodeScalars {
            if let age = scalar.properties.age, age <= version {
                stretch.append(scalar)
            } else {
                flush()
                result.unicodeScalars.append(scalar)
            }
        }
        flush()
        return result.utf8
    }

    /// The next characters from `start` on that composing can touch, with the one before them, which they may join.
    private static func nextChange(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
        var previous = start
        var position = start
        while position < utf8.count {
            if utf8[position] < 0x80 {
                previous = position
                position += 1
            } else if case .scalar(let scalar, let length) = UTF8Step(utf8, at: position) {
                if table[Int(scalar.value)] { return previous ..< endOfChange(in: utf8, from: position + length) }
                previous = position
                position += length
            } else {
                position += 1
                previous = position
            }
        }
        return nil
    }

    private static func endOfChange(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        while position < utf8.count, case .scalar(let scalar, let length) = UTF8Step(utf8, at: position),
            table[Int(scalar.value)]
        {
            position += length
        }
        return position
    }

    /// By code point, whether composing can touch it.
    private static let table: [Bool] = {
        var table = [Bool](repeating: false, count: 0x110000)
        for (index, run) in runs.enumerated() where run & 1 == 1 {
            let end = index + 1 < runs.count ? runs[index + 1] >> 1 : 0x110000
            for code in run >> 1 ..< end { table[Int(code)] = true }
        }
        return table
    }()
}
