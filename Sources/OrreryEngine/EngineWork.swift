import Kernels
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers

/// The passes of an engine: what its thread does.
final class EngineWork {
    let configuration: EngineConfiguration
    let processor: Processor
    let model: TextModel
    let cacheType: CacheType
    /// Shared pages; nil for a model whose state is more than keys and values, which shares nothing.
    let pool: KeyValuePool?
    let layers: Int
    let pagesByteCount: Int
    let tree = EngineSequence.Tree(pageSize: KeyValueCache.pagePositions)
    /// Pages in files; nil where none are kept.
    let store: PageStore?
    /// The pages that are being read from files.
    var loading: Set<PageKey> = []
    /// Receives what has been read, on another thread.
    let onLoad: @Sendable (PageLoad, [KeyValuePages]) -> Void
    var sequences: [EngineSequence] = []
    var service: [String: Int] = [:]
    var nextID = 0
    var statistics = EngineStatistics()
    /// Guesses ahead with a smaller model; nil where there is none.
    let drafting: DraftModel?
    /// What passes take at least on this machine, once that was asked for.
    var passLimits: PassLimits?
    /// The requests that this pass has ended.
    var ended: [(ticket: EngineTicket, error: (any Error)?)] = []

    init(
        _ model: TextModel, _ configuration: EngineConfiguration, _ processor: Processor,
        onLoad: @escaping @Sendable (PageLoad, [KeyValuePages]) -> Void
    ) throws {
        var configuration = configuration
        let memory = configuration.cacheMemory ?? (AvailableMemory.bytes ?? 4 << 30) / 4
        let type = configuration.cacheType ?? model.model.defaultCacheType(computing: configuration.computeType)
        (configuration.cacheMemory, configuration.cacheType) = (memory, type)
        self.configuration = configuration
        self.model = model
        self.processor = processor
        cacheType = type
        let sample = Processor.$current.withValue(processor) {
            model.makeState(capacity: 1, type: type) as? KeyValueCache
        }
        pool = sample?.makePool()
        layers = model.model.shape.layers
        pagesByteCount = sample?.pagesByteCount ?? 0
        self.onLoad = onLoad
        let pageBytes = pagesByteCount
        store = try pool.flatMap { pool in
            try configuration.cacheDirectory.map { directory in
                try PageStore(
                    directory,
                    fingerprint: ModelFingerprint.of(model, configuration, processor, pageBytes: pageBytes),
                    limit: configuration.cacheDirectoryLimit, pool: pool, layers: model.model.shape.layers,
                    warn: configuration.warn)
            }
        }
        drafting = try configuration.draftModel.map { try DraftModel($0, for: model, configuration, processor) }
        statistics.cacheLimit = memory
    }

    var waitingRequests: Int { sequences.count { !$0.isRunning && !$0.job.hasBegun } }

    func clearCache() { tree.removeAll() }

    // MARK: A pass

    /// Computes one pass.
    ///
    /// - Returns: whether something is left to do.
    func step() -> Bool {
        endUnwanted()
        extendKnown()
        guess()
        let schedule = Scheduler.next(sequences.filter { !$0.isLoading }.map(\.scheduled), service: service, limits)
        let byID = Dictionary(uniqueKeysWithValues: sequences.map { ($0.id, $0) })
        for id in schedule.preempted { preempt(byID[id]!) }
        for id in schedule.admitted { admit(byID[id]!) }
        makeRoom(schedule, byID)
        let start = ContinuousClock.now, isDecoding = schedule.runs.allSatisfy { byID[$0.id]!.isDecoding }
        compute(schedule.runs.map { (byID[$0.id]!, $0.rows) })
        if isDecoding, !schedule.runs.isEmpty {
            drafting?.learn(passSeconds: (ContinuousClock.now - start).seconds)
        }
        count()
        return sequences.contains { !$0.isLoading }
    }

    var limits: ScheduleLimits {
        ScheduleLimits(
            sequences: configuration.maxSequences, promptRows: configuration.prefillChunk,
            promptRowsBesideDecoding: min(configuration.prefillChunk, configuration.prefillChunkWhileDecoding),
            draftRows: configuration.maxDraft == 0 ? 0 : 2 * configuration.maxDraft,
            pageSize: tree.pageSize,
            pages: pool == nil ? .max / 4 : max(0, pageLimit - usedPages + tree.count - tree.heldCount))
    }

    var pageLimit: Int { (configuration.cacheMemory ?? 0) / max(1, pagesByteCount) }
    /// Those that are being read included, and the memory of a draft model's states.
    var usedPages: Int {
        let drafting = ((drafting?.byteCount ?? 0) + pagesByteCount - 1) / max(1, pagesByteCount)
        return ((pool?.usedPages ?? 0) + layers - 1) / max(1, layers) + loading.count + drafting
    }

    /// Ends the requests whose reader has gone or whose time is over.
    func endUnwanted() {
        let now = ContinuousClock.now
        var unwanted: [ObjectIdentifier: (job: EngineJob, error: (any Error)?)] = [:]
        for sequence in sequences {
            let job = sequence.job
            if job.ticket.isGone {
                unwanted[ObjectIdentifier(job)] = (job, nil)
            } else if let deadline = job.ticket.request.deadline, deadline <= now {
                unwanted[ObjectIdentifier(job)] = (job, EngineError.deadline)
            }
        }
        for (job, error) in unwanted.values { end(job, throwing: error) }
    }

    /// Looks up what others have computed of the sequences that wait, and of prompts that are being read.
    func extendKnown() {
        guard pool != nil else { return }
        var looks = configuration.maxSequences
        for sequence in sequences where sequence.job.ticket.request.usesCache && sequence.job.prompt == nil {
            let left = sequence.read.count - sequence.computed
            if sequence.isRunning {
                guard left > 1, sequence.isAtPage(tree.pageSize) else { continue }
                let match = tree.match(
                    sequence.read[sequence.computed ..< sequence.read.count - 1], after: sequence.nodes.last,
                    domain: domain(of: sequence))
                sequence.adopt(match, in: tree)
                count(cached: match.count, of: sequence)
                sequence.job.tracer?.adopt(match.count)
            } else if looks > 0 {
                looks -= 1
                sequence.known = tree.match(sequence.read.dropLast(), domain: domain(of: sequence))
            }
        }
    }

    /// What has been computed of a sequence was computed with the frequencies of its state, which its newest token may
    /// have outgrown; a sequence that waits will be computed with those of its length.
    func domain(of sequence: EngineSequence) -> PageDomain {
        PageDomain(
            rotaryStretch: sequence.state?.keyValues?.rotaryStretch
                ?? model.model.rotaryStretch(of: sequence.read.count),
            adapter: adapter(of: sequence)?.number)
    }

    /// The adapter that a sequence is computed with: the request's, else that of the model.
    func adapter(of sequence: EngineSequence) -> Adapter? { sequence.job.ticket.request.adapter ?? model.adapter }

    func admit(_ sequence: EngineSequence) {
        if !sequence.job.hasBegun {
            if let tracer = sequence.job.tracer {
                tracer.begin(cached: sequence.known.count, reason(of: sequence), pageSize: tree.pageSize)
            }
            sequence.job.begin(cached: sequence.known.count)
            count(cached: sequence.known.count, of: sequence)
            statistics.tenants[known: sequence.job.ticket.request.tenant].queueTime.add(
                sequence.job.usage.queueSeconds)
        }
        begin(sequence)
    }

    func count(cached: Int, of sequence: EngineSequence) {
        guard !sequence.job.hasRead else { return }
        sequence.job.usage.cachedTokens += cached
        statistics.cachedTokens += cached
    }

    func begin(_ sequence: EngineSequence) {
        let state = model.makeState(capacity: capacity(of: sequence), type: cacheType)
        if let pool { state.keyValues?.draw(from: pool) }
        sequence.begin(state, in: tree, domain: domain(of: sequence))
    }

    func preempt(_ sequence: EngineSequence) {
        statistics.preemptions += 1
        keep(sequence)
        sequence.end(in: tree)
    }
}
