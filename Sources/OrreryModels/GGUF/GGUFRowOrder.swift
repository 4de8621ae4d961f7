/// The orders of rows in which the two formats differ. Each says for a row of Hugging Face's matrix which of GGUF's it
/// is.
enum GGUFRowOrder {
    /// llama.cpp turns numbers 2i and 2i + 1 of a head together where Hugging Face turns i and i + d/2: the same
    /// rotation, with the rows of the projection reordered (`LlamaModel.permute` in llama.cpp's conversion).
    static func rotary(rows: Int, heads: Int) -> [Int]? {
        guard heads > 0, rows % (2 * heads) == 0 else { return nil }
        let size = rows / heads, half = size / 2
        return (0 ..< rows).map { row in
            let (head, place) = (row / size, row % size)
            return head * size + (place < half ? 2 * place : 2 * (place - half) + 1)
        }
    }

    /// [heads, 3, size] in Hugging Face, [3, heads, size] in GGUF.
    static func queryKeyValue(rows: Int, heads: Int) -> [Int]? {
        guard heads > 0, rows % (3 * heads) == 0 else { return nil }
        let size = rows / heads / 3
        return (0 ..< rows).map { row in
            let (head, part, place) = (row / (3 * size), row / size % 3, row % size)
            return (part * heads + head) * size + place
        }
    }

    /// The other way round.
    static func inverse(_ order: [Int]) -> [Int] {
        var inverse = [Int](repeating: 0, count: order.count)
        for (row, from) in order.enumerated() { inverse[from] = row }
        return inverse
    }
}
