import Kernels
import OrreryGeneration
import OrreryModels
import OrreryTensor

/// From rows of logits to the tokens of each text.
extension EngineWork {
    func choose(_ sequences: [(sequence: EngineSequence, rows: Int)], _ logits: Tensor) {
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
    func openChoices(like first: EngineSequence) -> [EngineSequence] {
        let job = first.job
        job.hasRead = true
        job.firstToken = .now
        if let prompt = job.prompt { job.ticket.send(.prompt(prompt.all)) }
        return (1 ..< job.ticket.request.choices).compactMap { choice in
            guard let sequence = try? makeSequence(job, choice: choice, first.continuation.options) else { return nil }
            sequence.begin(like: first, in: tree)
            sequences.append(sequence)
            return sequence
        }
    }

    /// Chooses the next tokens of each, on all threads.
    func draw(
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

    func send(_ step: Generation.Step, of sequence: EngineSequence, _ row: [Float]) {
        let job = sequence.job
        guard sequence.isRunning else { return }  // its request has just failed
        let now = ContinuousClock.now
        let tenant = job.ticket.request.tenant
        if let last = sequence.lastToken {
            statistics.tenants[known: tenant].timeBetweenTokens.add((now - last).seconds)
        } else if sequence.choice == 0 {
            statistics.tenants[known: tenant].timeToFirstToken.add((now - job.ticket.arrival).seconds)
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
    func readOn(_ sequence: EngineSequence) {
        guard sequence.isRunning else { return }
        slide(sequence)
        restartIfStretched(sequence)
    }

    func slide(_ sequence: EngineSequence) {
        guard case .slide(let sinks) = sequence.job.ticket.request.overflow else { return }
        let dropped = sequence.slide(sinks: sinks, context: model.contextLength)
        guard dropped > 0 else { return }
        sequence.job.usage.droppedTokens += dropped
        sequence.job.ticket.send(.slid(choice: sequence.choice, droppedTokens: dropped))
        restart(sequence)
    }

    func restartIfStretched(_ sequence: EngineSequence) {
        guard let state = sequence.state, model.model.isStretched(state, by: sequence.read.count) else { return }
        restart(sequence)
    }

    /// Computes anew, where what has been computed does not belong to what the model reads any more.
    func restart(_ sequence: EngineSequence) {
        guard sequence.isRunning else { return }
        sequence.end(in: tree)
        begin(sequence)
    }
}
