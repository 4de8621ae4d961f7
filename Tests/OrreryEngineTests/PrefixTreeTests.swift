import OrreryEngine
import OrreryRandom
import OrreryTokenizers
import Testing

@Suite struct PrefixTreeTests {
    private typealias Tree = PrefixTree<Int, Int>

    /// Adds a sequence, page by page; the page's number is that of its node.
    private func add(_ tokens: [TokenID], to tree: Tree, domain: Int = 0) -> [Tree.Node] {
        var nodes: [Tree.Node] = [], rest = tokens[...]
        while !rest.isEmpty {
            let page = Array(rest.prefix(tree.pageSize))
            nodes.append(tree.insert(page, tree.count, after: nodes.last, domain: domain))
            rest = rest.dropFirst(page.count)
        }
        return nodes
    }

    @Test func findsTheLongestBeginning() {
        let tree = Tree(pageSize: 4)
        _ = add([1, 2, 3, 4, 5, 6, 7, 8, 9], to: tree)
        _ = add([1, 2, 3, 4, 5, 6, 0, 0], to: tree)
        func count(_ tokens: [TokenID], domain: Int = 0) -> Int { tree.match(tokens[...], domain: domain).count }
        #expect(count([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == 9)
        #expect(count([1, 2, 3, 4, 5, 6, 7, 1]) == 7)
        #expect(count([1, 2, 3, 4, 5, 6, 0, 1]) == 7)
        #expect(count([1, 2, 0]) == 2)
        #expect(count([2]) == 0)
        #expect(count([]) == 0)
        #expect(count([1, 2, 3, 4], domain: 1) == 0, "another domain")
        #expect(tree.count == 4)
    }

    @Test func aLongerPageTakesThePlaceOfAShorterOne() {
        let tree = Tree(pageSize: 4)
        _ = add([1, 2], to: tree)
        _ = add([1, 2, 3], to: tree)
        #expect(tree.count == 1)
        _ = add([1, 2], to: tree)
        #expect(tree.count == 1, "what is contained is not added")
        #expect(tree.match([1, 2, 3, 4], domain: 0).count == 3)
    }

    @Test func forgetsWhatWasUsedLongestAgo() {
        let tree = Tree(pageSize: 2)
        _ = add([1, 1, 2, 2, 3, 3], to: tree)
        _ = add([4, 4], to: tree)
        _ = tree.match([1, 1, 2, 2], domain: 0)
        // 3 3 was used before 4 4 came, and the path to it was used since.
        #expect(tree.removeOldest() == 2)
        #expect(tree.removeOldest() == 3)
        #expect(tree.removeOldest() == 1)
        #expect(tree.removeOldest() == 0)
        #expect(tree.removeOldest() == nil)
        #expect(tree.count == 0)
    }

    @Test func keepsWhatIsHeld() {
        let tree = Tree(pageSize: 2)
        let nodes = add([1, 1, 2, 2], to: tree)
        nodes.forEach(tree.retain)
        #expect(tree.heldCount == 2)
        _ = add([5, 5], to: tree)
        #expect(tree.removeOldest() == 2)
        #expect(tree.removeOldest() == nil)
        nodes.forEach(tree.release)
        #expect(tree.heldCount == 0)
        tree.removeAll()
        #expect(tree.count == 0)
    }

    /// A tree against a list of all sequences.
    @Test func isWhatAListOfSequencesSays() {
        var random = SplitMix64(seed: 3)
        for _ in 0 ..< 50 {
            let tree = Tree(pageSize: 1 + random.below(4))
            var all: [[TokenID]] = []
            for _ in 0 ..< 40 {
                let tokens = (0 ..< 1 + random.below(12)).map { _ in TokenID(random.below(2)) }
                let common = all.map { zip($0, tokens).prefix { $0 == $1 }.count }.max() ?? 0
                let match = tree.match(tokens[...], domain: 0)
                #expect(match.count == common)
                #expect(match.nodes.count == (match.count + tree.pageSize - 1) / tree.pageSize)
                _ = add(tokens, to: tree)
                all.append(tokens)
            }
            var removed = 0
            let count = tree.count
            while tree.removeOldest() != nil { removed += 1 }
            #expect(removed == count && tree.count == 0)
        }
    }
}
