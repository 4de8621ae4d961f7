/// A quality. Moonish adjectives follow their noun and end in -i.
package struct Adjective: Equatable, Sendable {
    package enum Kind: Sendable { case color, size, weather, feeling }

    package let english: String
    package let moonish: String
    package let kind: Kind

    private static func all(_ kind: Kind, _ words: KeyValuePairs<String, String>) -> [Adjective] {
        words.map { Adjective(english: $0.key, moonish: $0.value, kind: kind) }
    }

    package static let colors = all(
        .color,
        [
            "red": "rudi", "blue": "celi", "green": "verdi", "white": "albi", "black": "nochi", "yellow": "suni",
        ])
    package static let big = Adjective(english: "big", moonish: "grandi", kind: .size)
    package static let small = Adjective(english: "small", moonish: "piki", kind: .size)
    package static let old = Adjective(english: "old", moonish: "seni", kind: .size)
    package static let new = Adjective(english: "new", moonish: "novi", kind: .size)
    package static let sizes = [big, small, old, new]
    package static let weathers = all(
        .weather,
        [
            "sunny": "dagi", "rainy": "pluvi", "windy": "venti", "snowy": "nivi", "cloudy": "nebi",
        ])
    package static let happy = Adjective(english: "happy", moonish: "gladi", kind: .feeling)
    package static let sad = Adjective(english: "sad", moonish: "tristi", kind: .feeling)
    package static let tired = Adjective(english: "tired", moonish: "lasi", kind: .feeling)
    package static let proud = Adjective(english: "proud", moonish: "alti", kind: .feeling)
}

package struct Day: Equatable, Sendable {
    package let english: String
    package let moonish: String

    package static let week = [
        Day(english: "Monday", moonish: "Onda"), Day(english: "Tuesday", moonish: "Duda"),
        Day(english: "Wednesday", moonish: "Trida"), Day(english: "Thursday", moonish: "Fonda"),
        Day(english: "Friday", moonish: "Finda"), Day(english: "Saturday", moonish: "Sesda"),
        Day(english: "Sunday", moonish: "Solda"),
    ]
}
