/// A common noun with its two English forms and its Moonish one. Moonish things end in -e.
package struct Noun: Equatable, Sendable {
    package let english: String
    package let plural: String
    package let moonish: String

    package init(_ english: String, plural: String? = nil, _ moonish: String) {
        self.english = english
        self.plural = plural ?? english + "s"
        self.moonish = moonish
    }
}

extension Noun {
    /// Where one can be: all of them take "in" and "to the".
    package static let places = [
        Noun("garden", "hale"), Noun("forest", "silve"), Noun("market", "mure"), Noun("tower", "torre"),
        Noun("mill", "fone"), Noun("harbor", "navle"), Noun("village", "vike"), Noun("meadow", "lome"),
        Noun("barn", "stabe"), Noun("library", plural: "libraries", "legge"),
    ]
    package static let castle = Noun("castle", "kaste")
    package static let cottage = Noun("cottage", "hutte")

    /// Where somebody in a story may live.
    package static let dwellings = places.filter { ["tower", "mill", "village", "barn"].contains($0.english) }

    /// What one can hold, lose and give away.
    package static let things = [
        Noun("ball", "bule"), Noun("book", "lebe"), Noun("bell", "dinge"), Noun("lamp", "lume"),
        Noun("apple", "pome"), Noun("coin", "mone"), Noun("hat", "kape"), Noun("drum", "bome"),
        Noun("kite", "vole"), Noun("map", "karte"), Noun("cup", "tase"), Noun("egg", "ove"),
        Noun("umbrella", "regane"), Noun("basket", "korbe"),
    ]

    package static let animals = [
        Noun("cat", "mive"), Noun("dog", "vuffe"), Noun("fox", plural: "foxes", "rede"),
        Noun("owl", "huhe"), Noun("hen", "galle"), Noun("goat", "bebe"), Noun("horse", "hippe"),
    ]
}
