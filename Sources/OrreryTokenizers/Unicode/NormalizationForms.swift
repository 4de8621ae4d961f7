/// The data of Unicode's normalization forms (Unicode standard, section 3.11).
enum NormalizationForms {
    /// What there is to know of a code point before anything else is looked up.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt8
        static let decomposes = Traits(rawValue: 1)
        static let decomposesCompatibly = Traits(rawValue: 2)
        /// Its combining class is not 0.
        static let combines = Traits(rawValue: 4)
        /// It may join the character before.
        static let composes = Traits(rawValue: 8)
    }

    private struct Tables: Sendable {
        var traits = [UInt8](repeating: 0, count: 0x110000)
        var classes: [UInt32: UInt8] = [:]
        var canonical: [UInt32: Range<Int>] = [:]
        var compatible: [UInt32: Range<Int>] = [:]
        var compositions: [UInt64: UInt32] = [:]
    }

    private static let tables: Tables = {
        var tables = Tables()
        func places(_ data: [UInt32], _ trait: Traits) -> [UInt32: Range<Int>] {
            var places: [UInt32: Range<Int>] = [:]
            var place = 0
            while place < data.count {
                let (code, count) = (data[place] >> 8, Int(data[place] & 0xFF))
                places[code] = place + 1 ..< place + 1 + count
                tables.traits[Int(code)] |= trait.rawValue
                place += 1 + count
            }
            return places
        }
        tables.canonical = places(canonicalDecompositions, [.decomposes, .decomposesCompatibly])
        tables.compatible = places(compatibleDecompositions, .decomposesCompatibly)
        for code in hangul { tables.traits[Int(code)] |= Traits([.decomposes, .decomposesCompatibly]).rawValue }
        for (index, run) in combiningClasses.enumerated() where run & 0xFF != 0 {
            let end = index + 1 < combiningClasses.count ? combiningClasses[index + 1] >> 8 : 0x110000
            for code in run >> 8 ..< end {
                tables.classes[code] = UInt8(run & 0xFF)
                tables.traits[Int(code)] |= Traits.combines.rawValue
            }
        }
        for place in stride(from: 0, to: compositions.count, by: 3) {
            tables.compositions[UInt64(compositions[place]) << 32 | UInt64(compositions[place + 1])] =
                compositions[place + 2]
            tables.traits[Int(compositions[place + 1])] |= Traits.composes.rawValue
        }
        for code in 0x1161 ... 0x1175 { tables.traits[code] |= Traits.composes.rawValue }
        for code in 0x11A7 ... 0x11C2 { tables.traits[code] |= Traits.composes.rawValue }
        return tables
    }()

    /// A copy of the table of traits, which a loop keeps.
    static var traits: [UInt8] { tables.traits }

    static func combiningClass(_ scalar: UInt32) -> UInt8 { tables.classes[scalar] ?? 0 }

    // MARK: Hangul, by arithmetic (Unicode standard, section 3.12)

    private static let hangul: Range<UInt32> = 0xAC00 ..< 0xD7A4
    private static let (leads, vowels, trails): (UInt32, UInt32, UInt32) = (0x1100, 0x1161, 0x11A7)

    /// Calls `body` with the characters that `scalar` decomposes into, itself if it does not.
    static func decompose(_ scalar: UInt32, compatibly: Bool, _ body: (UInt32) -> Void) {
        if hangul.contains(scalar) {
            let index = scalar - hangul.lowerBound
            body(leads + index / 588)
            body(vowels + index % 588 / 28)
            if index % 28 != 0 { body(trails + index % 28) }
        } else if compatibly, let range = tables.compatible[scalar] {
            for place in range { body(compatibleDecompositions[place]) }
        } else if let range = tables.canonical[scalar] {
            for place in range { body(canonicalDecompositions[place]) }
        } else {
            body(scalar)
        }
    }

    /// What two characters become together.
    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (leads ..< leads + 19).contains(first), (vowels ..< vowels + 21).contains(second) {
            return hangul.lowerBound + ((first - leads) * 21 + second - vowels) * 28
        }
        if hangul.contains(first), (first - hangul.lowerBound) % 28 == 0, (trails + 1 ..< trails + 28).contains(second)
        {
            return first + second - trails
        }
        return tables.compositions[UInt64(first) << 32 | UInt64(second)]
    }
}
