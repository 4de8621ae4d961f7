import OrreryRandom

/// Tells a story in the past tense: each clause is told to the scene, then written down with a pronoun where one is
/// clear.
struct Storyteller {
    private(set) var scene: Scene
    var random: SplitMix64
    private(set) var paragraphs: [[String]] = [[]]
    /// Who "he" or "she" would now be.
    private var focus: Person?
    private let english = English()

    init(random: SplitMix64) {
        self.random = random
        scene = Scene(random: &self.random)
    }

    /// Says the clause, after an opening word if there is one ("Then", "So").
    mutating func tell(_ clause: Clause, about item: Item? = nil, opening: String? = nil) {
        scene.tell(clause, about: item)
        var said = clause
        if let focus, clause.subject == .person(focus), !isAmbiguous(focus, in: clause) {
            said = clause.with(subject: .pronoun(focus.gender))
        }
        said = byKinship(said, from: clause)
        let words = english.clause(Sentence(said, .past))
        write((opening.map { "\($0) \(words)" } ?? words).capitalizedFirst + ".")
        look(at: clause)
    }

    /// Says something that has no clause of its own: greetings, thanks, the moral.
    mutating func write(_ text: String) {
        paragraphs[paragraphs.count - 1].append(text)
    }

    /// Says something in free words about one person, who is then the one a pronoun means.
    mutating func write(of person: Person, _ text: String) {
        write(text)
        focus = person
    }

    /// A new paragraph names everybody afresh.
    mutating func startParagraph() {
        paragraphs.append([])
        focus = nil
    }

    mutating func ask(_ sentence: Sentence, hiding gap: Gap) {
        let question = QuestionAnswer(passage: "", asking: sentence, hiding: gap)
        paragraphs += question.lines.map { [$0] }
    }

    var lines: [String] { paragraphs.map { $0.joined(separator: " ") } }

    /// Half the time "to her aunt" instead of "to Nell", where there is but one aunt.
    private mutating func byKinship(_ said: Clause, from clause: Clause) -> Clause {
        guard case .giving(.person(let giver), let object, to: .person(let receiver)) = clause,
            let subject = said.subject,
            let role = scene.family.role(of: receiver, to: giver),
            scene.family.only(role, receiver.gender, of: giver) != nil,
            random.chance(1, outOf: 2)
        else { return said }
        return .giving(subject, object, to: .role(role, receiver.gender, .the, of: .pronoun(giver.gender)))
    }

    /// "He gave the ball to Sam" after a sentence about Tom is fine; what must not be is a following "he" that could be
    /// either.
    private func isAmbiguous(_ person: Person, in clause: Clause) -> Bool {
        clause.people.contains { $0 != person && $0.gender == person.gender }
    }

    private mutating func look(at clause: Clause) {
        guard case .person(let subject)? = clause.subject else { return }
        focus = isAmbiguous(subject, in: clause) ? nil : subject
    }
}
