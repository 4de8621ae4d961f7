import OrreryGeneration
import OrreryModels

/// How requests come and go.
extension EngineWork {
    /// Takes a request, or says why it cannot be taken.
    func receive(_ ticket: EngineTicket) {
        do {
            let job = EngineJob(ticket, arrival: nextID, tracer: try tracer(ticket.request))
            var options = ticket.request.options
            options.computeType = configuration.computeType
            options.cacheType = cacheType
            try model.check(ticket.request.adapter)
            try options.validate(for: model, overflows: ticket.request.overflow != .end)
            guard ticket.request.choices >= 1 else {
                throw EngineError.setting("`choices`", ticket.request.choices, expected: "at least 1")
            }
            if ticket.request.promptLogProbabilities != nil, ticket.request.overflow != .end {
                throw EngineError.setting("`overflow`", "slide", expected: "end with `promptLogProbabilities`")
            }
            let sequence = try makeSequence(job, choice: 0, options)
            try checkMemory(sequence)
            welcome(ticket.request.tenant)
            sequences.append(sequence)
            load(sequence)
        } catch {
            statistics.ended += 1
            ended.append((ticket, error))
        }
    }

    /// A tenant that comes back has no claim on what others had meanwhile: it stands where the one with the least
    /// service stands (arXiv:2401.00588, 4.1).
    private func welcome(_ tenant: String) {
        let present = Set(sequences.map(\.job.ticket.request.tenant))
        guard !present.contains(tenant) else { return }
        let least = present.map { service[$0] ?? 0 }.min() ?? 0
        service = service.filter { present.contains($0.key) || $0.key == tenant }
        service[tenant] = max(service[tenant] ?? 0, least)
    }

    /// Tells the readers of requests that have ended, once the statistics count them.
    func closeEnded() {
        for (ticket, error) in ended { ticket.finish(throwing: error) }
        ended = []
    }

    func makeSequence(_ job: EngineJob, choice: Int, _ options: GenerationOptions) throws -> EngineSequence {
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
    func checkMemory(_ sequence: EngineSequence) throws {
        guard pool != nil else { return }
        let pages = (capacity(of: sequence) + tree.pageSize - 1) / tree.pageSize
        if pages > pageLimit {
            throw EngineError.memory(needed: pages * pagesByteCount, available: configuration.cacheMemory ?? 0)
        }
    }

    func capacity(of sequence: EngineSequence) -> Int {
        sequence.job.ticket.request.overflow == .end
            ? sequence.continuation.options.capacity(of: model) : model.contextLength
    }

    func finish(_ sequence: EngineSequence) {
        keep(sequence)
        sequence.end(in: tree)
        sequences.removeAll { $0 === sequence }
        let job = sequence.job
        job.tracer?.end(choice: sequence.choice, sequence.explained)
        job.open -= 1
        guard job.open == 0 else { return }
        statistics.completed += 1
        account(job)
        if let tracer = job.tracer { job.ticket.send(.traced(tracer.trace)) }
        job.ticket.send(.completed(job.finalUsage))
        ended.append((job.ticket, nil))
    }

    /// Says what a request has taken, to whoever counts.
    private func account(_ job: EngineJob) {
        guard job.hasBegun else { return }
        statistics.tenants[known: job.ticket.request.tenant].add(job.usage)
        job.ticket.request.onEnd?(job.finalUsage)
    }

    func end(_ job: EngineJob, throwing error: (any Error)?) {
        for sequence in sequences where sequence.job === job {
            keep(sequence)
            sequence.end(in: tree)
        }
        sequences.removeAll { $0.job === job }
        account(job)
        statistics.ended += 1
        ended.append((job.ticket, error))
    }

    /// Keeps what has been computed of a sequence for others.
    func keep(_ sequence: EngineSequence) {
        guard pool != nil, sequence.isRunning, sequence.job.ticket.request.usesCache else { return }
        share(sequence)
        sequence.shareRest(in: tree, domain: domain(of: sequence))
    }
}
