import OrreryTokenizers

/// The pieces of a unigram model while it is trained.
struct UnigramPieces {
    /// Characters of each piece.
    private(set) var lengths: [UInt8] = []
    /// Where the words have each piece for the first time: its text.
    private(set) var places: [Int32] = []
    /// The natural logarithm of each piece's probability.
    var scores: [Double] = []

    var count: Int { scores.count }

    var lowestScore: Double { scores.min() ?? 0 }

    /// The score of a character that has no piece (`kUnkPenalty`).
    var unknownScore: Double { lowestScore - 10 }

    mutating func append(length: Int, place: Int32, frequency: Double) {
        lengths.append(UInt8(length))
        places.append(place)
        scores.append(frequency)
    }

    /// Turns frequencies into scores.
    mutating func normalize() {
        let logSum = Logarithm.natural(scores.reduce(0, +))
        scores = scores.map { Logarithm.natural($0) - logSum }
    }

    /// Drops the pieces that are not kept, and gives the others the next numbers, so that what is used often stays in
    /// the caches.
    ///
    /// - Returns: the new number of each piece; `dropped` for those that are gone.
    mutating func keep(_ isKept: [Bool]) -> [UInt32] {
        var numbers = [UInt32](repeating: Self.dropped, count: count)
        var next = 0
        for piece in isKept.indices where isKept[piece] {
            (lengths[next], places[next], scores[next]) = (lengths[piece], places[piece], scores[piece])
            numbers[piece] = UInt32(next)
            next += 1
        }
        lengths.removeSubrange(next...)
        places.removeSubrange(next...)
        scores.removeSubrange(next...)
        return numbers
    }

    static let dropped = UInt32.max
}
