import OrreryTokenizers

/// All ways to cut the words into pieces: for each place of each word the pieces that start there.
///
/// They are found once, from the suffix array, and only become fewer. So no round of training looks a string up.
struct WordLattices {
    /// The pieces at all places, one place behind the other; of one place the shortest first.
    private(set) var pieces: [UInt32]
    /// Where each place's pieces start, and one place more.
    private(set) var firsts: [UInt32]

    /// - Throws: `TokenizerError` where there are more ways than numbers for them.
    init(_ words: WordSymbols, _ seeds: SeedPieces, _ unigram: inout UnigramPieces) throws {
        let characters = Self.characterPieces(words, &unigram)
        var counts = [UInt32](repeating: 0, count: words.symbols.count + 1)
        var total = 0
        for (place, symbol) in words.symbols.enumerated() where characters[Int(symbol)] >= 0 {
            counts[place] += 1
            total += 1
        }
        for seed in seeds.seeds {
            for index in seed.suffixes { counts[Int(seeds.suffixes[index])] += 1 }
            total += seed.suffixes.count
        }
        guard total < Int(UInt32.max) else {
            throw TokenizerError.invalid(
                "the distinct words can be cut in \(total) places; expected fewer than \(UInt32.max): less text, or less word memory"
            )
        }
        var next = counts
        var sum: UInt32 = 0
        for place in counts.indices { (counts[place], next[place], sum) = (sum, sum, sum + counts[place]) }
        firsts = counts
        pieces = [UInt32](repeating: 0, count: total)
        for (place, symbol) in words.symbols.enumerated() where characters[Int(symbol)] >= 0 {
            pieces[Int(next[place])] = UInt32(characters[Int(symbol)])
            next[place] += 1
        }
        for seed in seeds.seeds.sorted(by: { $0.length < $1.length }) {
            let id = UInt32(unigram.count)
            unigram.append(
                length: seed.length, place: seeds.suffixes[seed.suffixes.lowerBound], frequency: Double(seed.score))
            for index in seed.suffixes {
                let place = Int(seeds.suffixes[index])
                pieces[Int(next[place])] = id
                next[place] += 1
            }
        }
    }

    /// Appends a piece for each character, and gives the piece of each symbol; -1 for what has none.
    private static func characterPieces(_ words: WordSymbols, _ unigram: inout UnigramPieces) -> [Int32] {
        var (frequencies, places) = (
            [Int](repeating: 0, count: words.characters.count), [Int32](repeating: -1, count: words.characters.count)
        )
        for word in words.counts.indices {
            for place in words.starts[word] ..< words.starts[word + 1] {
                let symbol = Int(words.symbols[Int(place)])
                frequencies[symbol] += words.counts[word]
                if places[symbol] < 0 { places[symbol] = place }
            }
        }
        var pieces = [Int32](repeating: -1, count: words.characters.count)
        for (symbol, character) in words.characters.enumerated() where frequencies[symbol] > 0 {
            if character == PieceRules.unknown || character == PieceRules.boundary { continue }
            pieces[symbol] = Int32(unigram.count)
            unigram.append(length: 1, place: places[symbol], frequency: Double(frequencies[symbol]))
        }
        return pieces
    }

    /// Takes the new numbers of pieces, and forgets those that were dropped.
    mutating func renumber(_ numbers: [UInt32]) {
        var kept: UInt32 = 0
        var start = 0
        for place in 0 ..< firsts.count - 1 {
            let end = Int(firsts[place + 1])
            firsts[place] = kept
            for index in start ..< end {
                let number = numbers[Int(pieces[index])]
                if number == UnigramPieces.dropped { continue }
                pieces[Int(kept)] = number
                kept += 1
            }
            start = end
        }
        firsts[firsts.count - 1] = kept
        pieces.removeSubrange(Int(kept)...)
    }
}
