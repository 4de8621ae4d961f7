/// What was found in a model's files and not used, for people.
package enum ModelWarning {
    /// What is done with the model: one that is looked at or converted tells all, one that is used what may change its
    /// texts.
    package enum Occasion { case looking, using }

    static func using(_ warning: String) { show(warning, .using) }
    static func looking(_ warning: String) { show(warning, .looking) }

    private static func show(_ warning: String, _ occasion: Occasion) {
        if let text = text(of: warning, occasion) { standardError("orrery: warning: \(text)") }
    }

    /// nil where it is not worth a line: vocabularies that leave out rare bytes, as SmolLM2's does, work all the same.
    package static func text(of warning: String, _ occasion: Occasion) -> String? {
        guard
            let missing = warning.wholeMatch(
                of:
                    /(.*): field "[^"]*" has no token for (\d+) of the bytes of UTF-8 \((.*)\); they are left out of texts/
            )
        else { return warning }
        guard occasion == .looking || (Int(missing.2) ?? 0) > 64 else { return nil }
        return
            "\(missing.1): the vocabulary has no token for \(missing.2) rare bytes (\(missing.3)): characters that are written with them are left out of texts, by every program that reads this file"
    }
}
