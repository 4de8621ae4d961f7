/// The two names of each tensor, by the rules of an architecture.
struct GGUFNames {
    /// Where a tensor of Hugging Face's is in a GGUF file.
    struct Place: Hashable {
        let name: String
        /// Of a stack, which part.
        let part: Int?
    }

    private let byConfig: [String: GGUFTensorRule]
    private let byGGUF: [String: GGUFTensorRule]

    init(_ architecture: GGUFArchitecture) {
        byConfig = Dictionary(architecture.tensors.map { ($0.config, $0) }) { first, _ in first }
        byGGUF = Dictionary(architecture.tensors.map { ($0.gguf, $0) }) { first, _ in first }
    }

    /// GGUF's name of a tensor by Hugging Face's; nil where no rule has it.
    func place(of name: String) -> (place: Place, difference: GGUFTensorRule.Difference)? {
        let (stem, suffix) = Self.split(name)
        let (pattern, numbers) = Self.pattern(stem, names: ["{n}", "{e}"])
        guard let rule = byConfig[pattern] else { return nil }
        let layer = numbers.first.map { rule.gguf.replacing("{n}", with: String($0)) } ?? rule.gguf
        return (Place(name: layer + (suffix ?? ".weight"), part: numbers.count > 1 ? numbers[1] : nil), rule.difference)
    }

    /// Hugging Face's name of a tensor by GGUF's, `{e}` for each part of a stack; nil where no rule has it.
    func config(of name: String) -> (name: String, difference: GGUFTensorRule.Difference)? {
        let (stem, suffix) = Self.split(name)
        let (pattern, numbers) = Self.pattern(stem, names: ["{n}"])
        guard let rule = byGGUF[pattern] else { return nil }
        let stemHere = numbers.first.map { rule.config.replacing("{n}", with: String($0)) } ?? rule.config
        return (stemHere + (rule.hasSuffix ? suffix ?? "" : ""), rule.difference)
    }

    private static func split(_ name: String) -> (stem: String, suffix: String?) {
        for suffix in [".weight", ".bias"] where name.hasSuffix(suffix) { return (String(name.dropLast(suffix.count)), suffix) }
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
