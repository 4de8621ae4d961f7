/// The library names its settings as a Swift program does, in backquotes: `learningRate`. Who reads the command line's
/// messages has flags for them: --learning-rate.
package enum FlagNames {
    /// The flags that are called otherwise than the setting.
    private static let others = [
        "directory": "--out", "drySequenceBreakers": "--dry-sequence-breaker", "replacing": "--overwrite",
        "resuming": "--resume",
        "tiedEmbeddings": "--no-tied-embeddings",
    ]

    /// The flags of all commands.
    private static let flags = (try? CommandTable.ofProgram().flags) ?? []

    /// The text with each backquoted setting as the flag for it, where there is one.
    package static func inserted(into text: String) -> String {
        guard text.contains("`") else { return text }
        return text.replacing(/`([A-Za-z0-9]+)`/) { match in
            if let flag = others[String(match.1)] { return flag }
            let flag = "--" + kebab(match.1)
            return flags.contains(flag) ? flag : String(match.0)
        }
    }

    /// `microBatch` as micro-batch.
    private static func kebab(_ name: Substring) -> String {
        var words = ""
        for character in name {
            if character.isUppercase { words += "-" }
            words += character.lowercased()
        }
        return words
    }
}
