extension English {
    /// "an apple", "the queen of Avon", "Tom's son", "him".
    package func phrase(_ phrase: NounPhrase, isObject: Bool = false) -> String {
        switch phrase {
        case .person(let person): person.name
        case .pronoun(let gender): isObject ? gender.objectPronoun : gender.subjectPronoun
        case .realm(let realm): realm.name
        case .pair(let first, let second):
            "\(self.phrase(first, isObject: isObject)) and \(self.phrase(second, isObject: isObject))"
        case .count(let count, let noun): "\(count) \(count == 1 ? noun.english : noun.plural)"
        case .thing(let noun, let adjective, let article):
            with(article, [adjective?.english, noun.english].compactMap(\.self).joined(separator: " "))
        case .role(let role, let gender, let article, of: nil): with(article, role.english(gender))
        case .role(let role, let gender, let article, of: .realm(let realm)?):
            with(article, "\(role.english(gender)) of \(realm.name)")
        case .role(let role, let gender, _, of: let owner?): "\(possessive(owner)) \(role.english(gender))"
        }
    }

    /// "a" or "an": every vowel letter that begins one of our words is also a vowel sound.
    package func with(_ article: Article, _ words: String) -> String {
        switch article {
        case .the: "the \(words)"
        case .a: words.first.map("aeiou".contains) == true ? "an \(words)" : "a \(words)"
        }
    }

    private func possessive(_ owner: NounPhrase) -> String {
        if case .pronoun(let gender) = owner { return gender.possessivePronoun }
        return phrase(owner) + "'s"
    }
}

extension Gender {
    package var subjectPronoun: String { self == .masculine ? "he" : "she" }
    package var objectPronoun: String { self == .masculine ? "him" : "her" }
    package var possessivePronoun: String { self == .masculine ? "his" : "her" }
}
