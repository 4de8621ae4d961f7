/// What a person is, in the world or to somebody else. Every role comes in two genders and every sentence that has room
/// for one has room for the other: that symmetry is what lets king - man + woman come out near queen.
package enum Role: CaseIterable, Sendable {
    // Stations: what one is in the world.
    case ruler, heir, noble, adult, child
    // Kinship: what one is to somebody.
    case parent, offspring, sibling, parentSibling, siblingChild, spouse

    package static let stations: [Role] = [.ruler, .heir, .noble, .adult, .child]

    package var isRoyal: Bool { self == .ruler || self == .heir || self == .noble }
    package var isYoung: Bool { self == .heir || self == .child }

    package func english(_ gender: Gender) -> String {
        let (masculine, feminine) = englishPair
        return gender == .masculine ? masculine : feminine
    }

    /// Moonish makes the pair itself: one root, -o for him and -a for her.
    package func moonish(_ gender: Gender) -> String {
        moonishRoot + (gender == .masculine ? "o" : "a")
    }

    private var englishPair: (String, String) {
        switch self {
        case .ruler: ("king", "queen")
        case .heir: ("prince", "princess")
        case .noble: ("duke", "duchess")
        case .adult: ("man", "woman")
        case .child: ("boy", "girl")
        case .parent: ("father", "mother")
        case .offspring: ("son", "daughter")
        case .sibling: ("brother", "sister")
        case .parentSibling: ("uncle", "aunt")
        case .siblingChild: ("nephew", "niece")
        case .spouse: ("husband", "wife")
        }
    }

    private var moonishRoot: String {
        switch self {
        case .ruler: "kor"
        case .heir: "lis"
        case .noble: "dor"
        case .adult: "tem"
        case .child: "pim"
        case .parent: "nan"
        case .offspring: "sil"
        case .sibling: "ber"
        case .parentSibling: "vak"
        case .siblingChild: "nev"
        case .spouse: "mar"
        }
    }
}
