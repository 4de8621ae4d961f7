import OrreryTokenizers

/// The tokens from the highest logit down, equal ones by id, sorted only as far as someone looks.
///
/// All of a choice, filters and draw, walks this list from the top and mostly stops early, so that a vocabulary of 150,000 costs
/// one pass and a few hundred steps of a heap rather than a sort. The sorted part grows from the end of the same array.
///
/// Masked tokens (-inf) are not in it. Use it only while `logits` is valid.
struct DescendingOrder {
    private let logits: UnsafeBufferPointer<Float>
    /// A heap with the highest on top, then the tokens already taken from it, the highest last.
    private var tokens: [TokenID]
    private var heapCount: Int

    /// - Throws: `GenerationError` for NaN, +inf, or when every token is masked.
    init(_ logits: UnsafeBufferPointer<Float>, position: Int) throws {
        self.logits = logits
        tokens = []
        tokens.reserveCapacity(logits.count)
        for (token, logit) in logits.enumerated() where logit != -.infinity {
            guard logit.isFinite else { throw GenerationError.logit(logit, token: TokenID(token), position: position) }
            tokens.append(TokenID(token))
        }
        heapCount = tokens.count
        guard heapCount > 0 else { throw GenerationError.nothingToChoose(vocabulary: logits.count, position: position) }
        for parent in stride(from: heapCount / 2 - 1, through: 0, by: -1) { siftDown(parent) }
    }

    /// The number of tokens that can be chosen.
    var count: Int { tokens.count }

    /// The token that `rank` others come before.
    mutating func token(at rank: Int) -> TokenID {
        while tokens.count - heapCount <= rank {
            heapCount -= 1
            tokens.swapAt(0, heapCount)
            siftDown(0)
        }
        return tokens[tokens.count - 1 - rank]
    }

    /// The logit of the token that `rank` others come before.
    mutating func logit(at rank: Int) -> Float { logits[Int(token(at: rank))] }

    private mutating func siftDown(_ start: Int) {
        let (logits, count) = (logits, heapCount)
        tokens.withUnsafeMutableBufferPointer { tokens in
            @inline(__always)
            func precedes(_ a: TokenID, _ b: TokenID) -> Bool {
                let (first, second) = (logits[Int(a)], logits[Int(b)])
                return first > second || (first == second && a < b)
            }
            var parent = start
            while true {
                var child = 2 * parent + 1
                guard child < count else { return }
                if child + 1 < count && precedes(tokens[child + 1], tokens[child]) { child += 1 }
                guard precedes(tokens[child], tokens[parent]) else { return }
                tokens.swapAt(parent, child)
                parent = child
            }
        }
    }
}
