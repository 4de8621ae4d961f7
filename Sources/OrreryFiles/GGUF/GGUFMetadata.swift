/// The metadata of a GGUF file: every error names the file and the key.
///
///     let tokens = try file.metadata.array("tokenizer.ggml.tokens")
///     let addsSpace = try file.metadata.boolIfPresent("tokenizer.ggml.add_space_prefix") ?? true
package struct GGUFMetadata: Sendable {
    /// The file that errors name.
    package let file: String
    /// The pairs in the order of the file.
    package let pairs: [(key: String, value: GGUFValue)]
    private let index: NameTable<Int>

    /// - Precondition: the keys differ.
    init(_ pairs: [(key: String, value: GGUFValue)], file: String) {
        (self.pairs, self.file) = (pairs, file)
        index = NameTable(pairs.enumerated().map { ($1.key, $0) })
    }

    package subscript(key: String) -> GGUFValue? { index[key].map { pairs[$0].value } }

    package func string(_ key: String) throws -> String { try required(key, stringIfPresent(key), "a string") }

    /// An integer of any width.
    package func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int {
        try required(key, intIfPresent(key, in: range), "an integer")
    }

    package func array(_ key: String) throws -> GGUFArray { try required(key, arrayIfPresent(key), "an array") }

    // MARK: nil where the key is missing; still an error where its value is something else

    package func stringIfPresent(_ key: String) throws -> String? { try read(key, "a string") { $0.string } }

    package func boolIfPresent(_ key: String) throws -> Bool? { try read(key, "a bool") { $0.bool } }

    /// A number of either floating-point type.
    package func doubleIfPresent(_ key: String) throws -> Double? {
        try read(key, "a float32 or float64") { $0.double }
    }

    package func intIfPresent(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int? {
        let expected =
            range == .min ... .max ? "an integer" : "an integer from \(range.lowerBound) to \(range.upperBound)"
        return try read(key, expected) { value in value.int.flatMap { range.contains($0) ? $0 : nil } }
    }

    package func arrayIfPresent(_ key: String) throws -> GGUFArray? { try read(key, "an array") { $0.array } }

    /// An error about one of the values, for what the getters cannot check.
    package func error(_ key: String, expected: String, found: String? = nil, advice: String? = nil) -> FileError {
        .field(
            key, of: file, expected: expected, found: found ?? self[key]?.description ?? "no such key", advice: advice)
    }

    private func read<Value>(_ key: String, _ expected: String, _ convert: (GGUFValue) -> Value?) throws -> Value? {
        guard let value = self[key] else { return nil }
        guard let converted = convert(value) else { throw error(key, expected: expected) }
        return converted
    }

    private func required<Value>(_ key: String, _ value: Value?, _ expected: String) throws -> Value {
        guard let value else { throw error(key, expected: expected) }
        return value
    }
}
