/// A quality. Moonish adjectives follow their noun and end in -i.
package struct Adjective: Equatable, Sendable {
    package enum Kind: Sendable { case color, size, weather, feeling }

    package let english: String
    package let moonish: String
    package let kind: Kind

    private static func all(_ kind: Kind, _ words: KeyValuePairs<String, String>) -> [Adjective] {
        words.map { Adjective(english: $0.key, moonish: $0.value, kind: kind) }
    }

    package static let colors = all(.color, [
        "red": "rudi", "blue": "celi", "green": "verdi", "white": "albi", "black": "nochi", "yellow": "suni",
    ])
    package static let sizes = all(.size, ["big": "grandi", "small": "piki", "old": "seni", "new": "novi"])
    package static let weathers = all(.weather, [
        "sunny": "dagi", "rainy": "pluvi", "windy": "venti", "snowy": "nivi", "cloudy": "nebi",
    ])
    package static let feelings = all(.feeling, ["happy": "gladi", "sad": "tristi", "tired": "lasi", "proud": "alti"])
}

package struct Day: Equatable, Sendable {
    package let english: String
    package let moonish: String

    package static let week = [
        Day(english: "Monday", moonish: "Unda"), Day(english: "Tuesday", moonish: "Duda"),
        Day(english: "Wednesday", moonish: "Trida"), Day(english: "Thursday", moonish: "Fonda"),
        Day(english: "Friday", moonish: "Finda"), Day(english: "Saturday", moonish: "Sesda"),
        Day(english: "Sunday", moonish: "Solda"),
    ]
}
