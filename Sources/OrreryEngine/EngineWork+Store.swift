import OrreryNN
import OrreryTokenizers

/// Pages on their way from files to a sequence that waits for them.
struct PageLoad: Sendable {
    /// From the beginning of the sequence to the last page's end.
    let tokens: [TokenID]
    let domain: PageDomain
    /// The number of the first page.
    let first: Int
    let keys: [PageKey]
}

/// How pages come from files and go to them.
extension EngineWork {
    /// Has the pages read that follow those in memory. The sequence waits for them: others don't.
    func load(_ sequence: EngineSequence) {
        sequence.isLoading = false
        guard let store, sequence.loadsLeft > 0, sequence.job.ticket.request.usesCache else { return }
        let domain = domain(of: sequence), size = tree.pageSize
        guard domain.outlivesTheProcess else { return }
        let first = tree.match(sequence.read.dropLast(), domain: domain).count / size
        let keys = sequence.pageKeys(sequence.read.count - 1, pageSize: size, domain: domain).dropFirst(first)
        if let next = keys.first, loading.contains(next) {
            sequence.isLoading = true
            return
        }
        let wanted = keys.prefix { store.contains($0) && !loading.contains($0) }.prefix(max(0, limits.pages))
        guard !wanted.isEmpty else { return }
        sequence.loadsLeft -= 1
        sequence.isLoading = true
        loading.formUnion(wanted)
        while usedPages > pageLimit, tree.removeOldest() != nil { statistics.evictions += 1 }
        let load = PageLoad(
            tokens: Array(sequence.read[..<((first + wanted.count) * size)]), domain: domain, first: first,
            keys: Array(wanted))
        let run = PageStore.Run(
            keys: load.keys, tokens: wanted.indices.map { Array(load.tokens[$0 * size ..< ($0 + 1) * size]) })
        store.read(run) { [onLoad] pages in onLoad(load, pages) }
    }

    /// Takes what has been read of a load.
    func receive(_ load: PageLoad, _ pages: [KeyValuePages]) {
        loading.subtract(load.keys)
        let size = tree.pageSize
        let known = tree.match(load.tokens[..<(load.first * size)], domain: load.domain)
        if known.count == load.first * size {
            var parent = known.nodes.last
            for (index, page) in pages.enumerated() {
                let start = (load.first + index) * size
                parent = tree.insert(
                    Array(load.tokens[start ..< start + size]), page, after: parent, domain: load.domain)
            }
            statistics.loadedPages += pages.count
        }
        for sequence in sequences where sequence.isLoading {
            if sequence.read.starts(with: load.tokens) { sequence.job.tracer?.loadedPages += pages.count }
            self.load(sequence)
        }
    }

    /// Keeps the pages in files that a sequence has given to the tree.
    func write(_ pages: Range<Int>, of sequence: EngineSequence) {
        let domain = domain(of: sequence)
        guard let store, !pages.isEmpty, domain.outlivesTheProcess else { return }
        let keys = sequence.pageKeys(pages.upperBound * tree.pageSize, pageSize: tree.pageSize, domain: domain)
        for index in pages { store.write(sequence.nodes[index].page, keys[index], sequence.nodes[index].tokens) }
    }
}
