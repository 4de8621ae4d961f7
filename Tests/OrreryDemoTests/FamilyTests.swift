import OrreryDemo
import OrreryRandom
import Testing

@Suite struct FamilyTests {
    static let inverse: [Role: Role] = [
        .parent: .offspring, .offspring: .parent, .sibling: .sibling, .spouse: .spouse,
        .parentSibling: .siblingChild, .siblingChild: .parentSibling,
    ]

    @Test(arguments: 0 ..< 50)
    func kinshipHoldsBothWays(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let family = Family(royal: seed % 2 == 0, random: &random)
        #expect(Set(family.members.map(\.name)).count == family.members.count)
        for person in family.members {
            #expect(family.role(of: person, to: person) == nil)
            for other in family.members {
                let role = family.role(of: person, to: other)
                #expect(role.flatMap { Self.inverse[$0] } == family.role(of: other, to: person))
            }
        }
    }

    @Test func whatIsGivenChangesHands() {
        var random = SplitMix64(seed: 1)
        var scene = Scene(random: &random)
        let item = Item.different(1, random: &random)[0]
        let (giver, receiver) = (scene.family.father, scene.family.aunt)
        scene.tell(.action(.find, .person(giver), item.introduced), about: item)
        #expect(scene.holder(of: item) == giver)
        scene.tell(.giving(.person(giver), item.known, to: .person(receiver)), about: item)
        #expect(scene.holder(of: item) == receiver && scene.holdings.count == 1)
        scene.tell(.action(.lose, .person(receiver), item.known), about: item)
        #expect(scene.holder(of: item) == nil)
    }
}
