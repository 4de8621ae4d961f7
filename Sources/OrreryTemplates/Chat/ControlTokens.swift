/// Finds control tokens in the strings of a conversation: the leftmost, and of several that begin there the longest.
struct ControlTokens {
    private let tokens: [[UInt8]]
    private let firstBytes: Set<UInt8>

    init(_ tokens: [String]) {
        self.tokens = tokens.map { Array($0.utf8) }.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        firstBytes = Set(self.tokens.compactMap(\.first))
    }

    func places(in text: String) -> [Range<Int>] {
        if tokens.isEmpty { return [] }
        let bytes = Array(text.utf8)
        var (places, index) = ([Range<Int>](), 0)
        while index < bytes.count {
            guard firstBytes.contains(bytes[index]),
                let token = tokens.first(where: { bytes[index...].starts(with: $0) })
            else {
                index += 1
                continue
            }
            places.append(index ..< index + token.count)
            index += token.count
        }
        return places
    }
}
