import OrreryRandom

/// A few facts about one family, told as they are in the scene, and questions that they answer.
struct QuestionWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        let (passage, questions) = passageAndQuestions(count: random.number(in: 2 ... 3), random: &random)
        return DemoDocument(.questions, lines: [passage] + questions.flatMap(\.lines))
    }

    static func questionAnswer(random: inout SplitMix64) -> QuestionAnswer {
        passageAndQuestions(count: 1, random: &random).questions[0]
    }

    private static func passageAndQuestions(
        count: Int, random: inout SplitMix64
    ) -> (passage: String, questions: [QuestionAnswer]) {
        let scene = Scene(random: &random)
        let facts = facts(of: scene, random: &random)
        let english = English()
        let passage = facts.map { english.statement($0.statement) }.joined(separator: " ")
        let asked = random.sample(count, of: facts.flatMap(\.questions))
        return (passage, asked.map { QuestionAnswer(passage: passage, asking: $0.sentence, hiding: $0.gap) })
    }

    /// Three or four facts of one sort, so that a question has to be answered from the right one.
    private static func facts(of scene: Scene, random: inout SplitMix64) -> [Fact] {
        let people = random.sample(4, of: scene.family.members)
        let places = random.sample(4, of: Noun.places)
        let items = Item.different(3, random: &random)
        switch random.next(below: scene.isRoyal ? 5 : 4) {
        case 0:
            return (0 ..< 3).map { scene.holding(items[$0], by: people[$0], not: people[($0 + 1) % 3]) }
        case 1:
            return (0 ..< 3).map { index in
                let verb = random.chance(1, outOf: 2) ? random.pick(Verb.dwelling) : nil
                return scene.presence(of: people[index], in: places[index], not: places[(index + 1) % 3], doing: verb)
            }
        case 2:
            return [
                scene.gift(of: items[0], from: people[0], to: people[1]),
                scene.gift(of: items[1], from: people[2], to: people[3]),
            ]
        case 3:
            return kinships(scene, random: &random)
        default:
            return scene.family.parents.map(scene.rule) + kinships(scene, random: &random).prefix(2)
        }
    }

    private static func kinships(_ scene: Scene, random: inout SplitMix64) -> [Fact] {
        let family = scene.family
        let pairs = family.children.flatMap { child in
            (family.parents + [family.uncle, family.aunt]).map { (child, $0) }
        }
        return random.sample(3, of: pairs).compactMap { child, elder in
            random.chance(1, outOf: 2)
                ? scene.kinship(of: child, to: elder)
                : scene.kinship(of: elder, to: child)
        }
    }
}
