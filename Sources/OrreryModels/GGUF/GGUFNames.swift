/// The two names of each tensor, by the rules of an architecture.
struct GGUFNames {
    /// Where a tensor of Hugging Face's is in a GGUF file.
    struct Place: Hashable {
        let name: String
        /// Of a stack, which part.
        let part: Int?
    }

    private let byConfig: [String: GGUFTensorRule]

    init(_ architecture: GGUFArchitecture) {
        byConfig = Dictionary(architecture.tensors.map { ($0.config, $0) }) { first, _ in first }
    }

    /// GGUF's name of a tensor by Hugging Face's; nil where no rule has it.
    func place(of name: String) -> (place: Place, difference: GGUFTensorRule.Difference)? {
        let (stem, suffix) = Self.split(name)
        // T5's names have a second number that is no part of a stack.
        for names in [["{n}"], ["{n}", "{e}"]] {
            let (pattern, numbers) = Self.pattern(stem, names: names)
            if let rule = byConfig[pattern] { return Self.place(rule, numbers, suffix) }
        }
        return nil
    }

    private static func place(
        _ rule: GGUFTensorRule, _ numbers: [Int], _ suffix: String?
    ) -> (place: Place, difference: GGUFTensorRule.Difference) {
        let layer = numbers.first.map { rule.gguf.replacing("{n}", with: String($0)) } ?? rule.gguf
        return (Place(name: layer + (suffix ?? ".weight"), part: numbers.count > 1 ? numbers[1] : nil), rule.difference)
    }

    private static func split(_ name: String) -> (stem: String, suffix: String?) {
        for suffix in [".weight", ".bias"] where name.hasSuffix(suffix) {
            return (String(name.dropLast(suffix.count)), suffix)
        }
        return (name, nil)
    }

    /// Numbers between points become the given names, in order.
    private static func pattern(_ name: String, names: [String]) -> (String, [Int]) {
        var numbers: [Int] = []
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { part -> String in
            guard numbers.count < names.count, let number = Int(part), number >= 0 else { return String(part) }
            numbers.append(number)
            return names[numbers.count - 1]
        }
        return (parts.joined(separator: "."), numbers)
    }
}
