import OrreryRandom

/// Sentences about one family in English and in Moonish; about one in four is a question.
struct TranslationWriter {
    static func translation(random: inout SplitMix64) -> Translation {
        let scene = Scene(random: &random)
        return translation(of: scene, random: &random)
    }

    static func document(random: inout SplitMix64) -> DemoDocument {
        let scene = Scene(random: &random)
        let pairs = (0 ..< random.number(in: 2 ... 5)).map { _ in translation(of: scene, random: &random) }
        return DemoDocument(.translation, lines: pairs.flatMap(\.lines))
    }

    private static func translation(of scene: Scene, random: inout SplitMix64) -> Translation {
        let sentence = scene.sentence(random: &random)
        guard random.chance(1, outOf: 4) else { return Translation(sentence) }
        // A denied question ("Does Tom not have...") is left out: asking it is no different from asking the other.
        var asked = sentence
        asked.isNegated = false
        return Translation(asking: asked, hiding: random.pick(gaps(of: asked.clause)))
    }

    private static func gaps(of clause: Clause) -> [Gap] {
        switch clause {
        case .identity(let subject, _): subject.isHuman ? [.subject, .truth] : [.truth]
        case .quality: [.truth]
        case .location: [.place, .truth]
        case .action: [.subject, .object, .truth]
        case .giving: [.subject, .object, .recipient, .truth]
        case .motion: [.subject, .goal, .truth]
        case .activity: [.subject, .place, .truth]
        case .weather: [.quality, .truth]
        }
    }
}
