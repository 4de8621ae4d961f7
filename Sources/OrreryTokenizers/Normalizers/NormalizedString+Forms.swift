extension NormalizedString {
    /// Normalization Form D or KD (Unicode standard, section 3.11).
    ///
    /// A mark that is sorted to another place takes the place in the source of what stood there, as in tokenizers.
    mutating func decompose(compatibly: Bool) {
        guard let first = firstPlace(of: [compatibly ? .decomposesCompatibly : .decomposes, .combines]) else { return }
        let traits = NormalizationForms.traits
        transform { transformation in
            traits.withUnsafeBufferPointer { traits in
                transformation.keep(first)
                var decomposer = CanonicalOrder()
                let changing =
                    (NormalizationForms.Traits.combines.rawValue)
                    | (compatibly ? NormalizationForms.Traits.decomposesCompatibly : .decomposes).rawValue
                var place = first
                while place < transformation.source.count {
                    let (scalar, length) = transformation.scalar(at: place)
                    place += length
                    if decomposer.isEmpty, traits[Int(scalar)] & changing == 0 {
                        transformation.keep(length)
                        continue
                    }
                    decomposer.append(scalar, compatibly: compatibly) { Self.put($0, $1, &transformation) }
                }
                decomposer.finish { Self.put($0, $1, &transformation) }
            }
        }
    }

    /// Normalization Form C or KC.
    mutating func compose(compatibly: Bool) {
        let touched: NormalizationForms.Traits = [
            compatibly ? .decomposesCompatibly : .decomposes, .combines, .composes,
        ]
        guard firstPlace(of: touched) != nil else { return }
        let traits = NormalizationForms.traits
        transform { transformation in
            traits.withUnsafeBufferPointer { traits in
                let source = transformation.source
                var place = 0
                /// The last character, which has not been written: the next may join it.
                var waiting = 0
                while place < source.count {
                    let (scalar, length) = transformation.scalar(at: place)
                    if traits[Int(scalar)] & touched.rawValue == 0 {
                        transformation.keep(place - waiting)
                        waiting = place
                        place += length
                        continue
                    }
                    // From the character before to the next that nothing touches.
                    place = waiting
                    var decomposer = CanonicalOrder()
                    var composer = CanonicalComposer()
                    var isFirst = true
                    while place < source.count {
                        let (scalar, length) = transformation.scalar(at: place)
                        if !isFirst, place > waiting, traits[Int(scalar)] & touched.rawValue == 0 { break }
                        isFirst = false
                        place += length
                        decomposer.append(scalar, compatibly: compatibly) {
                            composer.append($0, $1) { Self.put($0, $1, &transformation) }
                        }
                    }
                    decomposer.finish { composer.append($0, $1) { Self.put($0, $1, &transformation) } }
                    composer.finish { Self.put($0, $1, &transformation) }
                    waiting = place
                }
                transformation.keep(place - waiting)
            }
        }
    }

    @inline(__always)
    private static func put(_ scalar: UInt32, _ change: Int, _ transformation: inout Transformation) {
        if change > 0 {
            transformation.insert(scalar)
        } else {
            transformation.replace(with: scalar)
            if change < 0 { transformation.skip(characters: -change) }
        }
    }

    /// Where the first character with one of these traits stands.
    private func firstPlace(of wanted: NormalizationForms.Traits) -> Int? {
        let traits = NormalizationForms.traits
        return text.bytes.withUnsafeBufferPointer { bytes in
            traits.withUnsafeBufferPointer { traits in
                var place = 0
                while place < bytes.count {
                    // No character of ASCII has any.
                    if bytes[place] < 0x80 { place += 1; continue }
                    let (scalar, length) = decodeScalar(bytes, at: place)
                    if traits[Int(scalar)] & wanted.rawValue != 0 { return place }
                    place += length
                }
                return nil
            }
        }
    }
}

/// Characters decomposed and put in canonical order, with tokenizers' changes: 0 for the first of a decomposition, 1
/// for the others.
private struct CanonicalOrder {
    private var characters: [(scalar: UInt32, change: Int, order: UInt8)] = []

    var isEmpty: Bool { characters.isEmpty }

    mutating func append(_ scalar: UInt32, compatibly: Bool, _ emit: (UInt32, Int) -> Void) {
        var change = 0
        NormalizationForms.decompose(scalar, compatibly: compatibly) { part in
            let order = NormalizationForms.combiningClass(part)
            if order == 0 { finish(emit) }
            characters.append((part, change, order))
            change = 1
        }
    }

    mutating func finish(_ emit: (UInt32, Int) -> Void) {
        guard !characters.isEmpty else { return }
        if characters.count > 2 {
            // Stable, by class: insertion sort for the few marks of usual text.
            if characters.count <= 32 {
                for end in characters.indices.dropFirst() {
                    var place = end
                    while place > 0, characters[place - 1].order > characters[place].order {
                        characters.swapAt(place - 1, place)
                        place -= 1
                    }
                }
            } else {
                characters = characters.enumerated().sorted {
                    ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
                }.map(\.element)
            }
        } else if characters.count == 2, characters[0].order > characters[1].order {
            characters.swapAt(0, 1)
        }
        for character in characters { emit(character.scalar, character.change) }
        characters.removeAll(keepingCapacity: true)
    }
}

/// Composes what comes in canonical order.
private struct CanonicalComposer {
    private var starter: (scalar: UInt32, change: Int)?
    private var marks: [(scalar: UInt32, change: Int)] = []
    private var lastClass: UInt8?

    mutating func append(_ scalar: UInt32, _ change: Int, _ emit: (UInt32, Int) -> Void) {
        let order = NormalizationForms.combiningClass(scalar)
        guard let current = starter else {
            if order != 0 { emit(scalar, change) } else { starter = (scalar, change) }
            return
        }
        let isBlocked = lastClass.map { $0 >= order } ?? false
        if !isBlocked, let joined = NormalizationForms.compose(current.scalar, scalar) {
            starter = (joined, current.change + change - 1)
        } else if order == 0 {
            finish(emit)
            starter = (scalar, change)
        } else {
            marks.append((scalar, change))
            lastClass = order
        }
    }

    mutating func finish(_ emit: (UInt32, Int) -> Void) {
        if let starter { emit(starter.scalar, starter.change) }
        for mark in marks { emit(mark.scalar, mark.change) }
        starter = nil
        marks.removeAll(keepingCapacity: true)
        lastClass = nil
    }
}
