import OrreryRandom

/// A couple, their two children, an uncle and an aunt: the smallest family in which every kinship word is true of
/// somebody.
package struct Family: Sendable {
    package let father, mother: Person
    package let children: [Person]
    /// The father's brother.
    package let uncle: Person
    /// The mother's sister.
    package let aunt: Person

    package init(royal: Bool, random: inout SplitMix64) {
        var men = random.shuffled(Person.names(.masculine))
        var women = random.shuffled(Person.names(.feminine))
        func newcomer(_ gender: Gender, _ station: Role) -> Person {
            Person(name: gender == .masculine ? men.removeLast() : women.removeLast(), gender: gender, station: station)
        }
        father = newcomer(.masculine, royal ? .ruler : .adult)
        mother = newcomer(.feminine, royal ? .ruler : .adult)
        children = (0 ..< 2).map { _ in
            newcomer(random.pick(Gender.allCases), royal ? .heir : .child)
        }
        uncle = newcomer(.masculine, royal ? .noble : .adult)
        aunt = newcomer(.feminine, royal ? .noble : .adult)
    }

    package var members: [Person] { [father, mother] + children + [uncle, aunt] }
    package var parents: [Person] { [father, mother] }

    /// What `person` is to `other`, where this small world has a word for it.
    package func role(of person: Person, to other: Person) -> Role? {
        guard person != other else { return nil }
        let isParent = parents.contains(person), isChild = children.contains(person)
        let otherIsParent = parents.contains(other), otherIsChild = children.contains(other)
        if isParent && otherIsParent { return .spouse }
        if isParent && otherIsChild { return .parent }
        if isChild && otherIsParent { return .offspring }
        if isChild && otherIsChild { return .sibling }
        if isChild { return .siblingChild }
        if otherIsChild { return .parentSibling }
        let siblings = [[father, uncle], [mother, aunt]]
        return siblings.contains { $0.contains(person) && $0.contains(other) } ? .sibling : nil
    }

    /// The only member who is that to `other`; nil where there is none, or where there are two and the question would
    /// be unfair.
    package func only(_ role: Role, _ gender: Gender, of other: Person) -> Person? {
        let candidates = members.filter { $0.gender == gender && self.role(of: $0, to: other) == role }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
