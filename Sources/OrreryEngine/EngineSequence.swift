import Kernels
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// A text in progress.
///
/// The tokens that the model reads are those of the text, but for what a sliding context has dropped.
final class EngineSequence {
    typealias Tree = PrefixTree<KeyValuePages, PageDomain>

    let id: Int
    let choice: Int
    let job: EngineJob
    var continuation: Continuation
    /// The tokens that the model reads.
    private(set) var read: [TokenID]
    /// nil while the sequence waits.
    private(set) var state: (any SequenceState)?
    /// The full pages of the beginning that the tree knows.
    private(set) var nodes: [Tree.Node] = []
    /// When its last token was chosen.
    var lastToken: ContinuousClock.Instant?
    /// The reasons for its tokens, where they are to be shown.
    private(set) var explained = ExplainedSteps()
    private var lookup = PromptLookup()
    /// How the drafts of a draft model have fared.
    private var modelPace = DraftPace()
    /// The tokens that are guessed to come next, and whether a draft model has.
    private(set) var draft: ArraySlice<TokenID> = []
    private var isModelDraft = false
    /// The passes in whose time the draft model has guessed.
    private var draftCost = 0.0
    /// What the tree knows of a sequence that waits.
    var known = Tree.Match()
    /// Whether it waits for pages from files, and how often it may yet.
    var isLoading = false
    var loadsLeft = 4
    /// The names of its first pages in files, as far as they were asked for.
    private var knownKeys: [PageKey] = []

    init(id: Int, choice: Int, of job: EngineJob, _ continuation: Continuation) {
        self.id = id
        self.choice = choice
        self.job = job
        self.continuation = continuation
        read = continuation.tokens
    }

    var isRunning: Bool { state != nil }
    var computed: Int { state?.count ?? known.count }

    /// How the scheduler sees it.
    var scheduled: ScheduledSequence {
        var sequence = ScheduledSequence(id: id, arrival: job.arrival, known: read.count)
        sequence.priority = job.ticket.request.priority
        sequence.tenant = job.ticket.request.tenant
        sequence.choices = job.hasRead ? 1 : job.ticket.request.choices
        sequence.isRunning = isRunning
        sequence.computed = computed
        sequence.drafted = draft.count
        return sequence
    }

    /// Guesses the next tokens, where nothing but the newest one's position is missing.
    ///
    /// - Parameter fits: whether the sequence may grow to a length in one pass.
    func guess(_ limit: Int, where fits: (_ length: Int) -> Bool) {
        (draft, isModelDraft) = ([], false)
        guard isDecoding else { return }
        let guessed = lookup.draft(after: read, limit: min(limit, draftRoom))
        if fits(read.count + guessed.count) { draft = guessed }
    }

    /// Whether nothing but the newest token is to be read.
    var isDecoding: Bool { state.map { read.count - $0.count == 1 } ?? false }

    /// The tokens that may be guessed: the one after them is chosen with a context that is not full, for a full one
    /// slides first.
    private var draftRoom: Int { state.map { max(0, $0.capacity - read.count - 1) } ?? 0 }

    /// The tokens that a draft model may guess, where the text itself says nothing.
    func draftLength(limit: Int) -> Int {
        guard isDecoding, draft.isEmpty else { return 0 }
        return modelPace.length(limit: min(limit, draftRoom))
    }

    /// Takes the guesses of a draft model.
    ///
    /// - Parameter cost: the passes in whose time they were made.
    func propose(_ tokens: [TokenID], cost: Double) {
        if tokens.isEmpty { return modelPace.learn(accepted: 0, of: 0, cost: cost) }
        (draft, isModelDraft, draftCost) = (tokens[...], true, cost)
    }

    /// The tokens of a pass; beyond those that are known they are guessed.
    func rows(_ count: Int) -> [TokenID] {
        let known = min(count, read.count - computed)
        return Array(read[computed ..< computed + known]) + draft.prefix(count - known)
    }

    /// Chooses the next token, and those after it as long as each is the one that was guessed. Afterwards the state
    /// holds what the text has read, without guesses that were wrong.
    ///
    /// - Parameter rows: the logits after the newest token and after each guess.
    func extend(by rows: [[Float]]) throws -> [Generation.Step] {
        var steps: [Generation.Step] = []
        let guesses = Array(draft.prefix(rows.count - 1))
        draft = []
        defer {
            if isModelDraft {
                modelPace.learn(accepted: steps.count - 1, of: guesses.count, cost: draftCost)
            } else {
                lookup.pace.learn(accepted: steps.count - 1, of: guesses.count)
            }
            if let state, state.count > read.count - 1 { state.truncate(to: read.count - 1) }
        }
        for (index, row) in rows.enumerated() {
            try explain(row)
            let step = try continuation.append(by: row)
            read.append(step.token)
            steps.append(step)
            if step.finishReason != nil || index < guesses.count && step.token != guesses[index] { break }
        }
        return steps
    }

    private func explain(_ row: [Float]) throws {
        guard let options = job.tracer?.options, let candidates = options.candidates else { return }
        // All texts of a request together.
        let most = max(1, options.maxValues / 10 / candidates / job.ticket.request.choices)
        guard explained.steps.count < most else { return explained.isWhole = false }
        let start = ContinuousClock.now
        explained.steps.append(try continuation.explain(row, limit: candidates))
        explained.seconds += (ContinuousClock.now - start).seconds
    }

    // MARK: Pages

    /// Begins to compute, from the pages that are known.
    func begin(_ state: any SequenceState, in tree: Tree, domain: PageDomain) {
        self.state = state
        state.keyValues?.rotaryStretch = domain.rotaryStretch
        knownKeys = []  // they name pages of one domain
        adopt(known, in: tree)
        known = Tree.Match()
    }

    /// Begins as another text of a prompt that has been read.
    func begin(like other: EngineSequence, in tree: Tree) {
        state = other.state?.copy()
        nodes = other.nodes
        nodes.forEach(tree.retain)
    }

    /// The names of the full pages of the first `count` positions.
    func pageKeys(_ count: Int, pageSize: Int, domain: PageDomain) -> [PageKey] {
        knownKeys = PageKey.keys(
            of: read[..<max(count, 0)], pageSize: pageSize, domain: domain.rotaryStretch, after: knownKeys)
        return Array(knownKeys.prefix(count / pageSize))
    }

    /// Continues with pages that other sequences have computed meanwhile.
    func adopt(_ match: Tree.Match, in tree: Tree) {
        guard let cache = state?.keyValues, match.count > 0 else { return }
        let full = match.count / tree.pageSize
        cache.adopt(match.nodes.map(\.page), positions: match.count)
        for node in match.nodes.prefix(full) {
            tree.retain(node)
            nodes.append(node)
        }
    }

    /// Whether the next positions begin a page, so that others may have computed it.
    func isAtPage(_ size: Int) -> Bool { state.map { $0.count == nodes.count * size } ?? false }

    /// Gives full pages to the tree.
    func share(in tree: Tree, domain: PageDomain) {
        guard let cache = state?.keyValues else { return }
        while (nodes.count + 1) * tree.pageSize <= cache.count {
            let first = nodes.count * tree.pageSize
            guard let pages = cache.pages(at: nodes.count) else { return }
            let node = tree.insert(
                Array(read[first ..< first + tree.pageSize]), pages, after: nodes.last, domain: domain)
            // Where another sequence was faster, its pages take the place of the same numbers here.
            cache.replacePages(at: nodes.count, with: node.page)
            tree.retain(node)
            nodes.append(node)
        }
    }

    /// Gives the last page, which is not full, to the tree.
    func shareRest(in tree: Tree, domain: PageDomain) {
        guard let cache = state?.keyValues, isAtLastPage(cache, tree.pageSize) else { return }
        let first = nodes.count * tree.pageSize
        guard cache.count > first, let pages = cache.pages(at: nodes.count) else { return }
        tree.insert(Array(read[first ..< cache.count]), pages, after: nodes.last, domain: domain)
    }

    private func isAtLastPage(_ cache: KeyValueCache, _ size: Int) -> Bool {
        nodes.count == cache.count / size
    }

    /// Gives up the memory.
    func end(in tree: Tree) {
        nodes.forEach(tree.release)
        nodes = []
        state = nil
    }

    /// Drops the middle of what the model reads where that does not fit into a context: the first `sinks` tokens stay,
    /// and the newest ones up to half of it.
    ///
    /// - Returns: the number of tokens that were dropped.
    func slide(sinks: Int, context: Int) -> Int {
        let sinks = min(sinks, context / 4), kept = max(1, context / 2 - sinks)
        guard read.count >= context, read.count > sinks + kept else { return 0 }
        let dropped = read.count - sinks - kept
        read.removeSubrange(sinks ..< sinks + dropped)
        knownKeys = []
        lookup.forget()
        return dropped
    }
}
