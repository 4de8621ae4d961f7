import OrreryRandom

/// The weather of a few days in one land, what it means for the people there, and questions about it.
struct WeatherWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        let (statements, questions) = almanac(count: random.number(in: 1 ... 2), random: &random)
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
        let days = (0 ..< 3).map { Day.week[(start + $0) % Day.week.count] }
        let forecast = days.map { day in
            Sentence(.weather(random.pick(Adjective.weathers), in: .realm(realm)), .past, on: day)
        }
        let family = Family(royal: random.chance(1, outOf: 2), random: &random)
        let statements = forecast.map { sentence in
            english.statement(sentence)
                + (random.chance(1, outOf: 2) ? " " + consequence(sentence, family, &random) : "")
        }
        let passage = statements.joined(separator: " ")
        let questions = random.sample(count, of: forecast).map { sentence in
            if random.chance(2, outOf: 3) {
                QuestionAnswer(passage: passage, asking: sentence, hiding: .quality)
            } else {
                QuestionAnswer(passage: passage, asking: trueOrDenied(sentence, &random), hiding: .truth)
            }
        }
        return (passage, questions)
    }

    /// As it was, or some other weather denied, so that the answer is not always yes.
    private static func trueOrDenied(_ sentence: Sentence, _ random: inout SplitMix64) -> Sentence {
        guard random.chance(1, outOf: 2), case .weather(let weather, let place) = sentence.clause else {
            return sentence
        }
        let others = Adjective.weathers.filter { $0 != weather }
        return Sentence(.weather(random.pick(others), in: place), sentence.tense, on: sentence.day, negated: true)
    }

    /// What somebody does in such weather: each kind of weather has its own, so the two can be learned together.
    private static func consequence(_ sentence: Sentence, _ family: Family, _ random: inout SplitMix64) -> String {
        guard case .weather(let weather, _) = sentence.clause else { return "" }
        let who = random.pick(family.members)
        let deeds =
            switch weather.english {
            case "sunny": ["played in the meadow", "sat under a tree"]
            case "rainy": ["took an umbrella", "read a book by the fire"]
            case "windy": ["flew a kite", "lost a hat"]
            case "snowy": ["made a snow fox", "wore two coats"]
            default: ["lit a lamp", "saw no stars at night"]
            }
        return "\(who.name) \(random.pick(deeds))."
    }
}
