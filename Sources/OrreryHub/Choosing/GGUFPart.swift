/// A part of a model in several GGUF files: `NAME-00001-of-00003.gguf`.
struct GGUFPart {
    /// The path without the numbers.
    let stem: String
    let number: Int
    let count: Int

    private static let maximalCount = 1 << 10

    /// nil for a model in one file.
    init?(_ path: String) {
        guard let match = path.wholeMatch(of: /(.+)-([0-9]{5})-of-([0-9]{5})\.gguf/),
            let number = Int(match.2), let count = Int(match.3), (1 ... Self.maximalCount).contains(count),
            (1 ... count).contains(number)
        else { return nil }
        (stem, self.number, self.count) = (String(match.1), number, count)
    }

    /// The path of the part with another number.
    func path(_ number: Int) -> String { "\(stem)-\(Self.digits(number))-of-\(Self.digits(count)).gguf" }

    private static func digits(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
    }
}
