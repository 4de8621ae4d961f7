/// The `plamo2` kind: of all ways to cut a text the one whose tokens have the greatest sum of scores, in steps of
/// 0.0001; a character that no token begins or that is cheaper so is spelled in the tokens of its bytes.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_plamo2.
struct GGUFPlamo2: GGUFSegmenter {
    private static let unknownCost: Int64 = 10_000_000
    private static let greatestCost: Int64 = 20_000_000

    private let trie: DoubleArrayTrie
    /// By token: what it costs.
    private let costs: [Int64]
    private let bytes: [TokenID]

    /// - Throws: `TokenizerError` where a byte has no token.
    init(_ vocabulary: GGUFVocabulary) throws {
        var bytes = [TokenID](repeating: 0, count: 256)
        for id in vocabulary.types.indices where vocabulary.types[id].contains(.byte) {
            if let byte = BytePiece.byte(of: vocabulary.tokens[id]) { bytes[Int(byte)] = TokenID(id) }
        }
        // As there, where token 0 cannot be one of them.
        if let missing = bytes.firstIndex(of: 0) {
            throw TokenizerError.file(
                vocabulary.file,
                "field \"\(GGUFKeys.tokens)\": expected a token of the type byte for each byte, found none for \(BytePiece.text(of: UInt8(missing)))"
            )
        }
        self.bytes = bytes
        let costs = vocabulary.scores.map { score -> Int64 in
            score.isFinite
                ? -Int64(max(Double(Int32.min), min(Double(Int32.max), (Double(score) * 1e4).rounded()))) : .max
        }
        self.costs = costs
        let ids = vocabulary.tokens.indices.filter { id in
            let token = vocabulary.tokens[id]
            return !vocabulary.types[id].contains(.byte) && costs[id] < Self.greatestCost && !token.isEmpty
                && !token.contains(0)
        }
        trie = DoubleArrayTrieBuilder.trie(of: vocabulary.tokens, ids: ids)
    }

    var dropsFirstSpace: Bool { false }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        let (read, starts, places) = Self.characters(of: text)
        let steps = read.withUnsafeBufferPointer { cheapest($0, starts) }
        var position = 0
        while position < read.count {
            let (id, length) = steps[position]
            if id >= 0 {
                encoding.append(id, offset + places[position] ..< offset + places[position + length])
            } else {
                for byte in position ..< position + length {
                    encoding.append(
                        bytes[Int(read[byte])], offset + places[byte] ..< offset + max(places[byte], places[byte + 1]))
                }
            }
            position += length
        }
    }

    /// For each place where a character starts, the token that the cheapest way to the end begins with, or -1 for its
    /// bytes.
    private func cheapest(_ text: UnsafeBufferPointer<UInt8>, _ starts: [Int]) -> [(id: TokenID, length: Int)] {
        var cost = [Int64](repeating: .max, count: text.count + 1)
        cost[text.count] = 0
        var steps = [(id: TokenID, length: Int)](repeating: (-1, 0), count: text.count)
        var found: [(id: TokenID, end: Int)] = []
        trie.withWalker { walker in
            for (place, start) in starts.enumerated().reversed() {
                found.removeAll(keepingCapacity: true)
                var node = DoubleArrayTrie.Walker.root, end = start
                while end < text.count, text[end] != 0, walker.step(text[end], from: &node) {
                    end += 1
                    let id = walker.value(at: node)
                    if id >= 0, cost[end] < .max { found.append((TokenID(id), end)) }
                }
                // Of ways that cost the same the longest token counts.
                for (id, end) in found.reversed() where cost[end] + costs[Int(id)] < cost[start] {
                    cost[start] = cost[end] + costs[Int(id)]
                    steps[start] = (id, end - start)
                }
                let next = place + 1 < starts.count ? starts[place + 1] : text.count
                if cost[next] + Self.unknownCost < cost[start] {
                    cost[start] = cost[next] + Self.unknownCost
                    steps[start] = (-1, next - start)
                }
            }
        }
        return steps
    }

    /// The text with U+FFFD for each byte that is not UTF-8, and without a mark of byte order at its start; where its
    /// characters start, and where each of its bytes, and its end, stands in the source.
    private static func characters(of text: UnsafeBufferPointer<UInt8>) -> (read: [UInt8], starts: [Int], places: [Int])
    {
        var (read, starts, places): ([UInt8], [Int], [Int]) = ([], [], [])
        var position = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while position < text.count {
            starts.append(read.count)
            if case .scalar(_, let length) = UTF8Step(text, at: position) {
                read += text[position ..< position + length]
                places += position ..< position + length
                position += length
            } else {
                read += [0xEF, 0xBF, 0xBD]
                places += [position, position + 1, position + 1]
                position += 1
            }
        }
        return (read, starts, places + [text.count])
    }
}
