package enum Gender: CaseIterable, Sendable {
    case masculine, feminine

    package var other: Gender { self == .masculine ? .feminine : .masculine }
}

/// Somebody in a document. Names are unique within a document, so a name is an identity.
package struct Person: Equatable, Sendable {
    package let name: String
    package let gender: Gender
    /// What the person is in the world, whoever is asking: ruler, heir, noble, adult or child.
    package let station: Role

    package init(name: String, gender: Gender, station: Role) {
        (self.name, self.gender, self.station) = (name, gender, station)
    }

    package static func == (left: Person, right: Person) -> Bool { left.name == right.name }

    /// As many names for the one as for the other, so that neither gender is the rarer word.
    package static func names(_ gender: Gender) -> [String] {
        switch gender {
        case .masculine: ["Tom", "Sam", "Ben", "Dan", "Leo", "Max", "Hugo", "Otto", "Ralf", "Noah"]
        case .feminine: ["Nell", "Ann", "Eva", "Ida", "Mia", "Rosa", "Lucy", "Tess", "Dora", "Ella"]
        }
    }
}

/// A land with its own king and queen.
package struct Realm: Equatable, Sendable {
    package let name: String

    package static let all = ["Avon", "Brell", "Dunmar", "Elmora", "Farrow", "Norwin"].map(Realm.init(name:))
}
