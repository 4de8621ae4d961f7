/// The weather of a few days in one land, what it means for the people there, and questions about it.
struct WeatherWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        let (statements, questions) = almanac(count: random.number(in: 1...2), random: &random)
        return DemoDocument(.weather, lines: [statements] + questions.flatMap(\.lines))
    }

    static func questionAnswer(random: inout SplitMix64) -> QuestionAnswer {
        almanac(count: 1, random: &random).questions[0]
    }

    private static func almanac(
        count: Int, random: inout SplitMix64
    ) -> (statements: String, questions: [QuestionAnswer]) {
        let english = English()
        let realm = random.pick(Realm.all)
        let start = random.next(below: Day.week.count)
        let days = (0..<3).map { Day.week[(start + $0) % Day.week.count] }
        let forecast = days.map { day in
            Sentence(.weather(random.pick(Adjective.weathers), in: .realm(realm)), .past, on: day)
        }
        let family = Family(royal: random.chance(1, outOf: 2), random: &random)
        let statements = forecast.map { sentence in
            english.statement(sentence) + (random.chance(1, outOf: 2) ? " " + consequence(sentence, family, &random) : "")
        }
        let passage = statements.joined(separator: " ")
        let questions = random.sample(count, of: forecast).map { sentence in
            QuestionAnswer(passage: passage, asking: sentence, hiding: random.chance(3, outOf: 4) ? .quality : .truth)
        }
        return (passage, questions)
    }

    /// What somebody does in such weather: each kind of weather has its own, so the two can be learned together.
    private static func consequence(_ sentence: Sentence, _ family: Family, _ random: inout SplitMix64) -> String {
        guard case .weather(let weather, _) = sentence.clause else { return "" }
        let who = random.pick(family.members)
        let deeds = switch weather.english {
        case "sunny": ["played in the meadow", "sat under a tree"]
        case "rainy": ["took an umbrella", "read a book by the fire"]
        case "windy": ["flew a kite", "lost a hat"]
        case "snowy": ["made a snow fox", "wore two coats"]
        default: ["lit a lamp", "saw no stars at night"]
        }
        return "\(who.name) \(random.pick(deeds))."
    }
}
