/// Answers the questions of a document from its text alone: the world that made it is not asked.
struct Reader {
    let statements: [Substring]

    init(passage: Substring) {
        statements = passage.split(separator: ".").map { $0.drop { $0 == " " } }
    }

    /// Nil where the question is of no known form; empty where the text does not say.
    func answer(_ question: Substring) -> String? {
        if let match = question.wholeMatch(of: /Who (?:has|had) the (.+)\?/) { return holder(of: match.1) }
        if let match = question.wholeMatch(of: /What does (\w+) have\?/) {
            return first(match.1 + " has ")
        }
        if let match = question.wholeMatch(of: /What color is the (\w+)\?/) {
            return statements.compactMap { $0.firstMatch(of: /(\w+) (\w+)$/) }.first { $0.2 == match.1 }.map {
                String($0.1)
            } ?? ""
        }
        if let match = question.wholeMatch(of: /Does (\w+) have the (\w+)\?/) {
            return yesOrNo { $0.hasPrefix(match.1 + " has ") && $0.hasSuffix(" " + match.2) }
        }
        if let match = question.wholeMatch(of: /Where (?:is|does) (\w+)(?: \w+)?\?/) {
            return statements.first { $0.hasPrefix(match.1 + " ") }.map {
                $0.split(separator: " ").dropFirst(2).joined(separator: " ")
            } ?? ""
        }
        if let match = question.wholeMatch(of: /Who (\w+) in the (\w+)\?/) {
            return statements.first { $0.hasSuffix(" \(match.1) in the \(match.2)") }.map(firstWord) ?? ""
        }
        if let match = question.wholeMatch(of: /(?:Is|Does) (\w+) (?:\w+ )?in the (\w+)\?/) {
            return yesOrNo { $0.hasPrefix(match.1 + " ") && $0.hasSuffix(" in the " + match.2) }
        }
        if let match = question.wholeMatch(of: /Who gave the (\w+) to (\w+)\?/) {
            return statements.first { $0.contains(" gave ") && $0.hasSuffix(" \(match.1) to \(match.2)") }.map(
                firstWord) ?? ""
        }
        if let match = question.wholeMatch(of: /Who did (\w+) give the (\w+) to\?/) {
            return statements.first { $0.hasPrefix(match.1 + " gave ") && $0.contains(" \(match.2) to ") }.map(lastWord)
                ?? ""
        }
        if let match = question.wholeMatch(of: /What did (\w+) give to (\w+)\?/) {
            return statements.first { $0.hasPrefix(match.1 + " gave ") && $0.hasSuffix(" to " + match.2) }
                .map { $0.split(separator: " ").dropFirst(2).dropLast(2).joined(separator: " ") } ?? ""
        }
        if let match = question.wholeMatch(of: /Who is the (.+)\?/) {
            return statements.first { $0.hasSuffix(" is the " + match.1) }.map(firstWord) ?? ""
        }
        if let match = question.wholeMatch(of: /Who is (\w+)'s (\w+)\?/) { return relative(match.2, of: match.1) }
        return nil
    }

    private func holder(of thing: Substring) -> String {
        let given = statements.last { $0.contains(" gave ") && $0.contains(" \(thing) to ") }
        if let given { return lastWord(given) }
        return statements.first { $0.contains(" has ") && $0.hasSuffix(" " + thing) }.map(firstWord) ?? ""
    }

    private func relative(_ kin: Substring, of person: Substring) -> String {
        if let said = statements.first(where: { $0.hasSuffix(" is \(person)'s \(kin)") }) { return firstWord(said) }
        let inverses: [Substring: [Substring]] = [
            "father": ["son", "daughter"], "mother": ["son", "daughter"], "son": ["father", "mother"],
            "daughter": ["father", "mother"],
            "uncle": ["nephew", "niece"], "aunt": ["nephew", "niece"], "nephew": ["uncle", "aunt"],
            "niece": ["uncle", "aunt"],
        ]
        // "Mia is Tom's daughter" may mean that Tom is her father or that she has a mother of the name; names tell
        // which.
        let isHis = ["father", "son", "uncle", "nephew"].contains(kin)
        for inverse in inverses[kin] ?? [] {
            for said in statements where said.hasPrefix(person + " is ") && said.hasSuffix("'s \(inverse)") {
                let name = said.dropFirst(person.count + 4).prefix { $0 != "'" }
                if masculineNames.contains(String(name)) == isHis { return String(name) }
            }
        }
        return ""
    }

    private func first(_ prefix: Substring) -> String {
        statements.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } ?? ""
    }

    private func yesOrNo(_ isSaid: (Substring) -> Bool) -> String { statements.contains(where: isSaid) ? "yes" : "no" }
    private func firstWord(_ text: Substring) -> String { String(text.prefix { $0 != " " }) }
    private func lastWord(_ text: Substring) -> String { text.split(separator: " ").last.map(String.init) ?? "" }
}

private let masculineNames = ["Tom", "Sam", "Ben", "Dan", "Leo", "Max", "Hugo", "Otto", "Ralf", "Noah"]
