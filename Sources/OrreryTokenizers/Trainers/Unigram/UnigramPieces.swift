/// The pieces of a unigram model while it is trained. Pieces that were dropped keep their numbers, so that nothing that names a piece has to
/// be made anew.
struct UnigramPieces {
    /// Characters of each piece.
    private(set) var lengths: [UInt8] = []
    /// Where the words have each piece for the first time: its text.
    private(set) var places: [Int32] = []
    /// The natural logarithm of each piece's probability.
    var scores: [Double] = []
    var isAlive: [Bool] = []

    var count: Int { isAlive.count { $0 } }

    /// The lowest score of a piece that is left.
    var lowestScore: Double { zip(scores, isAlive).filter(\.1).map(\.0).min() ?? 0 }

    /// The score of a character that has no piece (`kUnkPenalty`).
    var unknownScore: Double { lowestScore - 10 }

    mutating func append(length: Int, place: Int32, frequency: Double) {
        lengths.append(UInt8(length))
        places.append(place)
        scores.append(frequency)
        isAlive.append(true)
    }

    /// Turns frequencies into scores.
    mutating func normalize() {
        let logSum = Logarithm.natural(scores.reduce(0, +))
        scores = scores.map { Logarithm.natural($0) - logSum }
    }
}
