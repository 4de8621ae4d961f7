import OrreryTokenizers

/// What has been computed of many sequences, as a tree: a node is a page, and the path to it spells the tokens of all
/// positions up to its end, so that sequences which begin alike share pages.
///
/// (RadixAttention, arXiv:2312.07104, with nodes of a fixed size, as the pages are.) A node is full, or the last page of
/// a sequence that has ended. Nodes stand in a list by their last use, parents always before their children, so that
/// the last of the list has no children and is the one to go.
package final class PrefixTree<Page, Domain: Hashable> {
    /// A page of a sequence and the tokens at its positions.
    package final class Node {
        /// The tokens at the positions of the page.
        package let tokens: [TokenID]
        /// What has been computed of them.
        package let page: Page
        /// The sequences in progress that hold it.
        fileprivate(set) var users = 0
        fileprivate var children: [TokenID: [Node]] = [:]
        fileprivate unowned let parent: Node?
        fileprivate unowned var newer: Node?
        fileprivate unowned var older: Node?

        fileprivate let domain: Domain

        fileprivate init(_ tokens: [TokenID], _ page: Page, under parent: Node?, _ domain: Domain) {
            self.domain = domain
            self.tokens = tokens
            self.page = page
            self.parent = parent
        }
    }

    /// How far a sequence is known.
    package struct Match {
        /// The nodes from the beginning on; of the last one fewer positions may be known than it has.
        package var nodes: [Node] = []
        /// The number of known positions.
        package var count = 0
    }

    /// The positions of a page.
    package let pageSize: Int
    /// The number of nodes.
    package private(set) var count = 0
    /// The number of nodes that sequences in progress hold.
    package private(set) var heldCount = 0
    private var roots: [Domain: [TokenID: [Node]]] = [:]
    private unowned var newest: Node?
    private unowned var oldest: Node?

    /// An empty tree.
    package init(pageSize: Int) { self.pageSize = pageSize }

    // MARK: Looking up

    /// The longest known beginning of `tokens`, which are the positions after `node`.
    ///
    /// - Parameters:
    ///   - node: a full node; nil for the beginning of the sequence.
    ///   - domain: what else the pages depend on besides the tokens: sequences of different domains share nothing.
    package func match(_ tokens: ArraySlice<TokenID>, after node: Node? = nil, domain: Domain) -> Match {
        var match = Match(), rest = tokens, last = node
        while let first = rest.first, let children = (last?.children ?? roots[domain] ?? [:])[first] {
            var best: (node: Node, common: Int)?
            for child in children {
                let common = zip(child.tokens, rest).prefix { $0 == $1 }.count
                if common > best?.common ?? 0 { best = (child, common) }
            }
            guard let best else { break }
            match.nodes.append(best.node)
            match.count += best.common
            if best.common < pageSize { break }
            rest = rest.dropFirst(best.common)
            last = best.node
        }
        for node in match.nodes.reversed() { touch(node) }
        return match
    }

    /// A token with which what is kept goes on after a match, the most recently used one; nil where nothing goes on.
    package func token(after match: Match, domain: Domain) -> TokenID? {
        guard let last = match.nodes.last else { return newest(of: roots[domain])?.tokens[0] }
        let inside = match.count - (match.nodes.count - 1) * pageSize
        return inside < last.tokens.count ? last.tokens[inside] : newest(of: last.children)?.tokens[0]
    }

    /// The node that was used last among some.
    private func newest(of children: [TokenID: [Node]]?) -> Node? {
        guard let children, !children.isEmpty else { return nil }
        let all = Set(children.values.joined().map(ObjectIdentifier.init))
        var candidate = newest
        while let node = candidate, !all.contains(ObjectIdentifier(node)) { candidate = node.older }
        return candidate
    }

    // MARK: Growing

    /// Adds a page after `parent`, or finds the one with the same tokens that is there already.
    @discardableResult
    package func insert(_ tokens: [TokenID], _ page: Page, after parent: Node?, domain: Domain) -> Node {
        precondition(
            !tokens.isEmpty && tokens.count <= pageSize && (parent?.tokens.count ?? pageSize) == pageSize,
            "prefix tree: \(tokens.count) tokens in a page of \(pageSize)")
        var siblings = (parent?.children ?? roots[domain] ?? [:])[tokens[0]] ?? []
        if let known = siblings.first(where: { $0.tokens.starts(with: tokens) }) {
            touch(known)
            return known
        }
        // What ended inside of this page is contained in it.
        for short in siblings where tokens.starts(with: short.tokens) { unlink(short) }
        siblings.removeAll { tokens.starts(with: $0.tokens) }
        let node = Node(tokens, page, under: parent, domain)
        siblings.append(node)
        set(siblings, like: node)
        attach(node)
        count += 1
        // Parents stand before their children.
        var above = parent
        while let node = above {
            touch(node)
            above = node.parent
        }
        return node
    }

    /// Keeps a node while a sequence holds its page.
    package func retain(_ node: Node) {
        node.users += 1
        if node.users == 1 { heldCount += 1 }
    }

    /// Lets go of a node that was retained.
    package func release(_ node: Node) {
        precondition(node.users > 0, "prefix tree: a node is released that nobody holds")
        node.users -= 1
        if node.users == 0 { heldCount -= 1 }
    }

    // MARK: Forgetting

    /// Removes the node that was least recently used among those that no sequence continues.
    ///
    /// - Returns: its page; nil if every node is in use.
    package func removeOldest() -> Page? {
        var candidate = oldest
        while let node = candidate, node.users > 0 || !node.children.isEmpty { candidate = node.newer }
        guard let node = candidate else { return nil }
        remove(node)
        return node.page
    }

    /// Removes every node that no sequence continues.
    package func removeAll() { while removeOldest() != nil {} }

    private func remove(_ node: Node) {
        let siblings = (node.parent?.children ?? roots[node.domain] ?? [:])[node.tokens[0]] ?? []
        set(siblings.filter { $0 !== node }, like: node)
        unlink(node)
    }

    /// Makes these the children of the node's parent that begin as the node does.
    private func set(_ siblings: [Node], like node: Node) {
        let entry = siblings.isEmpty ? nil : siblings
        if let parent = node.parent {
            parent.children[node.tokens[0]] = entry
        } else {
            roots[node.domain, default: [:]][node.tokens[0]] = entry
        }
    }

    // MARK: The order of use

    private func touch(_ node: Node) {
        guard newest !== node else { return }
        detach(node)
        attach(node)
    }

    private func unlink(_ node: Node) {
        detach(node)
        count -= 1
    }

    // Nodes are held by their parents; the list does not hold them.
    private func attach(_ node: Node) {
        node.older = newest
        newest?.newer = node
        newest = node
        if oldest == nil { oldest = node }
    }

    private func detach(_ node: Node) {
        if let older = node.older { older.newer = node.newer } else { oldest = node.newer }
        if let newer = node.newer { newer.older = node.older } else { newest = node.older }
        node.newer = nil
        node.older = nil
    }
}
