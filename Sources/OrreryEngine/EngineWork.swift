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
    private let model: TextModel
    private let cacheType: CacheType
    /// Shared pages; nil for a model whose state is more than keys and values, which shares nothing.
    private let pool: KeyValuePool?
    private let layers: Int
    private let pagesByteCount: Int
    private let tree = EngineSequence.Tree(pageSize: KeyValueCache.pagePositions)
    private var sequences: [EngineSequence] = []
    private var service: [String: Int] = [:]
    private var nextID = 0
    private(set) var statistics = EngineStatistics()
    /// The requests that this pass has ended.
    private var ended: [(ticket: EngineTicket, error: (any Error)?)] = []

    init(_ model: TextModel, _ configuration: EngineConfiguration, _ processor: Processor) {
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
        statistics.cacheLimit = memory
    }

    var waitingRequests: Int { sequences.count { !$0.isRunning && !$0.job.hasBegun } }
    var openRequests: Int { Set(sequences.map { ObjectIdentifier($0.job) }).count }

    func clearCache() { tree.removeAll() }

    // MARK: Requests

    /// Takes a request, or says why it cannot be taken.
    func receive(_ ticket: EngineTicket) {
        do {
            let job = EngineJob(ticket, arrival: nextID)
            var options = ticket.request.options
            options.computeType = configuration.computeType
            options.cacheType = cacheType
            try options.validate(for: model, overflows: ticket.request.overflow != .end)
            guard ticket.request.choices >= 1 else {
                throw EngineError.setting("`choices`", ticket.request.choices, expected: "at least 1")
            }
            let sequence = try makeSequence(job, choice: 0, options)
            try checkMemory(sequence)
            sequences.append(sequence)
        } catch {
            statistics.ended += 1
            ended.append((ticket, error))
        }
    }

    /// Tells the readers of requests that have ended, once the statistics count them.
    func closeEnded() {
        for (ticket, error) in ended { ticket.finish(throwing: error) }
        ended = []
    }

    private func makeSequence(_ job: EngineJob, choice: Int, _ options: GenerationOptions) throws -> EngineSequence {
        var options = options
        options.sampling.seed &+= UInt64(choice)
        defer { nextID += 1 }
        let sequence = EngineSequence(
            id: nextID, choice: choice, of: job,
            try Continuation(model, options, endsWithContext: job.ticket.request.overflow == .end))
        slide(sequence)
        return sequence
    }

    /// - Throws: `EngineError` where the sequence could not even have the memory to itself.
    private func checkMemory(_ sequence: EngineSequence) throws {
        guard pool != nil else { return }
        let pages = (capacity(of: sequence) + tree.pageSize - 1) / tree.pageSize
        if pages > pageLimit {
            throw EngineError.memory(needed: pages * pagesByteCount, available: configuration.cacheMemory ?? 0)
        }
    }

    private func capacity(of sequence: EngineSequence) -> Int {
        sequence.job.ticket.request.overflow == .end
            ? sequence.continuation.options.capacity(of: model) : model.contextLength
    }

    // MARK: A pass

    /// Computes one pass.
    ///
    /// - Returns: whether something is left to do.
    func step() -> Bool {
        endUnwanted()
        extendKnown()
        for sequence in sequences {
            sequence.guess(configuration.maxDraft) { model.model.rotaryStretch(of: $0) == domain(of: sequence) }
        }
        let schedule = Scheduler.next(sequences.map(\.scheduled), service: service, limits)
        let byID = Dictionary(uniqueKeysWithValues: sequences.map { ($0.id, $0) })
        for id in schedule.preempted { preempt(byID[id]!) }
        for id in schedule.admitted { admit(byID[id]!) }
        makeRoom(schedule, byID)
        compute(schedule.runs.map { (byID[$0.id]!, $0.rows) })
        count()
        return !sequences.isEmpty
    }

    private var limits: ScheduleLimits {
        ScheduleLimits(
            sequences: configuration.maxSequences, promptRows: configuration.prefillChunk,
            promptRowsBesideDecoding: min(configuration.prefillChunk, configuration.prefillChunkWhileDecoding),
            draftRows: configuration.maxDraft == 0 ? 0 : 2 * configuration.maxDraft,
            pageSize: tree.pageSize,
            pages: pool == nil ? .max / 4 : max(0, pageLimit - usedPages + tree.count - tree.heldCount))
    }

    private var pageLimit: Int { (configuration.cacheMemory ?? 0) / max(1, pagesByteCount) }
    private var usedPages: Int { ((pool?.usedPages ?? 0) + layers - 1) / max(1, layers) }

    /// Ends the requests whose reader has gone or whose time is over.
    private func endUnwanted() {
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
    private func extendKnown() {
        guard pool != nil else { return }
        var looks = configuration.maxSequences
        for sequence in sequences where sequence.job.ticket.request.usesCache {
            let left = sequence.read.count - sequence.computed
            if sequence.isRunning {
                guard left > 1, sequence.isAtPage(tree.pageSize) else { continue }
                let match = tree.match(
                    sequence.read[sequence.computed ..< sequence.read.count - 1], after: sequence.nodes.last,
                    domain: domain(of: sequence))
                sequence.adopt(match, in: tree)
                count(cached: match.count, of: sequence)
            } else if looks > 0 {
                looks -= 1
                sequence.known = tree.match(sequence.read.dropLast(), domain: domain(of: sequence))
            }
        }
    }

    private func domain(of sequence: EngineSequence) -> Int { model.model.rotaryStretch(of: sequence.read.count) }

    private func admit(_ sequence: EngineSequence) {
        if !sequence.job.hasBegun {
            sequence.job.begin(cached: sequence.known.count)
            count(cached: sequence.known.count, of: sequence)
            statistics.queueTime.add(sequence.job.usage.queueSeconds)
        }
        begin(sequence)
    }

    private func count(cached: Int, of sequence: EngineSequence) {
        guard !sequence.job.hasRead else { return }
        sequence.job.usage.cachedTokens += cached
        statistics.cachedTokens += cached
    }

    private func begin(_ sequence: EngineSequence) {
        let state = model.makeState(capacity: capacity(of: sequence), type: cacheType)
        if let pool { state.keyValues?.draw(from: pool) }
        sequence.begin(state, in: tree, domain: domain(of: sequence))
    }

    private func preempt(_ sequence: EngineSequence) {
        statistics.preemptions += 1
        keep(sequence)
        sequence.end(in: tree)
    }

    /// Forgets what was used longest ago until the pass has room.
    private func makeRoom(_ schedule: Schedule, _ byID: [Int: EngineSequence]) {
        guard pool != nil else { return }
        func pages(_ positions: Int) -> Int { (positions + tree.pageSize - 1) / tree.pageSize }
        let needed = schedule.runs.reduce(0) { sum, run in
            let computed = byID[run.id]!.computed
            // A page that others hold as well is copied before it is written.
            return sum + pages(computed + run.rows) - computed / tree.pageSize
        }
        while usedPages + needed > pageLimit, tree.removeOldest() != nil { statistics.evictions += 1 }
    }

    private func compute(_ runs: [(sequence: EngineSequence, rows: Int)]) {
        guard !runs.isEmpty else { return }
        var ids: [TokenID] = [], wanted: [Int] = [], choosing: [(sequence: EngineSequence, rows: Int)] = []
        let batchRuns = runs.map { sequence, rows in
            let missing = sequence.read.count - sequence.computed
            ids += sequence.rows(rows)
            if rows >= missing {
                // After the newest token, and after each that is guessed to follow.
                let outputs = rows - missing + 1
                wanted += ids.count - outputs ..< ids.count
                choosing.append((sequence, outputs))
            }
            return Batch.Run(
                count: rows, state: sequence.state, sequenceLength: sequence.read.count + max(0, rows - missing))
        }
        let context = ForwardContext(computeType: configuration.computeType)
        let batch = Batch(ids, runs: batchRuns, outputs: wanted.isEmpty ? .last : .rows(wanted))
        let hidden = model.model.hidden(batch, context)
        statistics.passes += 1
        statistics.rows += ids.count
        statistics.batchRows.add(Double(ids.count))
        for (sequence, rows) in runs {
            service[sequence.job.ticket.request.tenant, default: 0] += rows
            if sequence.continuation.completionCount == 0 { statistics.promptTokens += rows }
        }
        if !wanted.isEmpty { choose(choosing, model.model.unembed(hidden, context)) }
        for (sequence, _) in runs where sequence.isRunning { share(sequence) }
    }

    /// Gives what is complete of a sequence to others.
    private func share(_ sequence: EngineSequence) {
        guard pool != nil, sequence.job.ticket.request.usesCache else { return }
        sequence.share(in: tree, domain: domain(of: sequence))
    }

    // MARK: Tokens

    private func choose(_ sequences: [(sequence: EngineSequence, rows: Int)], _ logits: Tensor) {
        let width = logits.width
        var drawing: [(sequence: EngineSequence, rows: [[Float]])] = [], first = 0
        logits.floats.withUnsafeBufferPointer { all in
            for (sequence, count) in sequences {
                let rows = (first ..< first + count).map {
                    model.choosable(UnsafeBufferPointer(rebasing: all[$0 * width ..< ($0 + 1) * width]))
                }
                first += count
                drawing.append((sequence, rows))
                if !sequence.job.hasRead { drawing += openChoices(like: sequence).map { ($0, rows) } }
                statistics.draftedTokens += count - 1
            }
        }
        let results = draw(drawing)
        for ((sequence, rows), result) in zip(drawing, results) {
            switch result {
            case .success(let steps):
                statistics.acceptedTokens += steps.count - 1
                for (step, row) in zip(steps, rows) { send(step, of: sequence, row) }
                readOn(sequence)
            case .failure(let error): end(sequence.job, throwing: error)
            }
        }
    }

    /// The further texts of a prompt that has been read.
    private func openChoices(like first: EngineSequence) -> [EngineSequence] {
        let job = first.job
        job.hasRead = true
        job.firstToken = .now
        return (1 ..< job.ticket.request.choices).compactMap { choice in
            guard let sequence = try? makeSequence(job, choice: choice, first.continuation.options) else { return nil }
            sequence.begin(like: first, in: tree)
            sequences.append(sequence)
            return sequence
        }
    }

    /// Chooses the next tokens of each, on all threads.
    private func draw(
        _ drawing: [(sequence: EngineSequence, rows: [[Float]])]
    ) -> [Result<[Generation.Step], any Error>] {
        [Result<[Generation.Step], any Error>](unsafeUninitializedCapacity: drawing.count) { results, count in
            // Each index has a sequence and a place of its own.
            nonisolated(unsafe) let (all, out) = (drawing, results.baseAddress!)
            processor.pool.run(drawing.count) { index in
                let (sequence, rows) = all[index]
                (out + index).initialize(to: Result { try sequence.extend(by: rows) })
            }
            count = drawing.count
        }
    }

    private func send(_ step: Generation.Step, of sequence: EngineSequence, _ row: [Float]) {
        let job = sequence.job
        guard sequence.isRunning else { return }  // its request has just failed
        let now = ContinuousClock.now
        if let last = sequence.lastToken {
            statistics.timeBetweenTokens.add((now - last).seconds)
        } else if sequence.choice == 0 {
            statistics.timeToFirstToken.add((now - job.ticket.arrival).seconds)
        }
        sequence.lastToken = now
        if step.finishReason == nil || !sequence.continuation.options.stop.endTokens.contains(step.token) {
            job.usage.completionTokens += 1
            statistics.completionTokens += 1
        }
        let probabilities = job.ticket.request.logProbabilities.map {
            LogProbabilities(row, chosen: step.token, top: $0)
        }
        job.ticket.send(.token(choice: sequence.choice, step, probabilities))
        if step.finishReason != nil { finish(sequence) }
    }

    /// Sees to it that the model can read on: where the context is full, or keys turn by other frequencies.
    private func readOn(_ sequence: EngineSequence) {
        guard sequence.isRunning else { return }
        slide(sequence)
        restartIfStretched(sequence)
    }

    private func slide(_ sequence: EngineSequence) {
        guard case .slide(let sinks) = sequence.job.ticket.request.overflow else { return }
        let dropped = sequence.slide(sinks: sinks, context: model.contextLength)
        guard dropped > 0 else { return }
        sequence.job.ticket.send(.slid(choice: sequence.choice, droppedTokens: dropped))
        restart(sequence)
    }

    private func restartIfStretched(_ sequence: EngineSequence) {
        guard let state = sequence.state, model.model.isStretched(state, by: sequence.read.count) else { return }
        restart(sequence)
    }

    /// Computes anew, where what has been computed does not belong to what the model reads any more.
    private func restart(_ sequence: EngineSequence) {
        guard sequence.isRunning else { return }
        sequence.end(in: tree)
        begin(sequence)
    }

    // MARK: Ends

    private func finish(_ sequence: EngineSequence) {
        keep(sequence)
        sequence.end(in: tree)
        sequences.removeAll { $0 === sequence }
        let job = sequence.job
        job.open -= 1
        guard job.open == 0 else { return }
        statistics.completed += 1
        job.ticket.send(.completed(job.finalUsage))
        ended.append((job.ticket, nil))
    }

    private func end(_ job: EngineJob, throwing error: (any Error)?) {
        for sequence in sequences where sequence.job === job {
            keep(sequence)
            sequence.end(in: tree)
        }
        sequences.removeAll { $0.job === job }
        statistics.ended += 1
        ended.append((job.ticket, error))
    }

    /// Keeps what has been computed of a sequence for others.
    private func keep(_ sequence: EngineSequence) {
        guard pool != nil, sequence.isRunning, sequence.job.ticket.request.usesCache else { return }
        share(sequence)
        sequence.shareRest(in: tree, domain: domain(of: sequence))
    }

    private func count() {
        statistics.running = sequences.count(where: \.isRunning)
        statistics.cacheBytes = (pool?.usedPages ?? 0) * (pool?.pageBytes ?? 0)
    }
}
