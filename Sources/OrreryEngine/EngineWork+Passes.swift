import Kernels
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers

/// How the runs of a pass are computed.
extension EngineWork {
    /// Forgets what was used longest ago until the pass has room.
    func makeRoom(_ schedule: Schedule, _ byID: [Int: EngineSequence]) {
        guard pool != nil else { return }
        func pages(_ positions: Int) -> Int { (positions + tree.pageSize - 1) / tree.pageSize }
        let needed = schedule.runs.reduce(0) { sum, run in
            let computed = byID[run.id]!.computed
            // A page that others hold as well is copied before it is written.
            return sum + pages(computed + run.rows) - computed / tree.pageSize
        }
        while usedPages + needed > pageLimit, tree.removeOldest() != nil { statistics.evictions += 1 }
    }

    /// Computes the runs of a pass: all together, but for those that are traced, each of which is alone.
    func compute(_ runs: [(sequence: EngineSequence, rows: Int)]) {
        compute(together: runs.filter { $0.sequence.job.tracer == nil })
        for run in runs {
            guard let tracer = run.sequence.job.tracer, run.sequence.isRunning else { continue }
            tracer.beginPass(
                choice: run.sequence.choice, firstPosition: run.sequence.computed, rows: run.rows)
            compute(together: [run], tracer)
            tracer.endPass()
        }
    }

    private func compute(together runs: [(sequence: EngineSequence, rows: Int)], _ tracer: RequestTracer? = nil) {
        guard !runs.isEmpty else { return }
        var ids: [TokenID] = [], wanted: [Int] = [], choosing: [(sequence: EngineSequence, rows: Int)] = []
        var places: [Int] = [], prompts: [PromptRow] = []
        let batchRuns = runs.map { sequence, rows in
            let missing = sequence.read.count - sequence.computed
            let first = ids.count - sequence.computed
            ids += sequence.rows(rows)
            for position in promptPositions(sequence, rows: rows) {
                prompts.append((sequence, position, wanted.count))
                wanted.append(first + position)
            }
            if rows >= missing {
                // After the newest token, and after each that is guessed to follow.
                let outputs = rows - missing + 1
                places += wanted.count ..< wanted.count + outputs
                wanted += ids.count - outputs ..< ids.count
                choosing.append((sequence, outputs))
            }
            return Batch.Run(
                count: rows, state: sequence.state, sequenceLength: sequence.read.count + max(0, rows - missing),
                adapter: adapter(of: sequence))
        }
        let context = ForwardContext(computeType: configuration.computeType, taps: tracer)
        let batch = Batch(ids, runs: batchRuns, outputs: wanted.isEmpty ? .last : .rows(wanted))
        let hidden = model.model.hidden(batch, context)
        statistics.passes += 1
        statistics.rows += ids.count
        statistics.batchRows.add(Double(ids.count))
        for (sequence, rows) in runs {
            service[sequence.job.ticket.request.tenant, default: 0] += rows
            if sequence.continuation.completionCount == 0 { statistics.promptTokens += rows }
        }
        let outputs = context.outputs(of: batch)
        readPrompts(prompts, hidden, outputs)
        if !choosing.isEmpty {
            let (rows, context) =
                prompts.isEmpty ? (hidden, outputs) : (hidden.rows(at: places), outputs.selecting(places))
            let logits = context.tap(.logits, model.model.unembed(rows, context))
            tracer?.endOutput(rows: prompts.count + logits.rows)
            tracer?.endPass()  // the request may end with it
            choose(choosing, logits)
        } else if !prompts.isEmpty {
            tracer?.endOutput(rows: prompts.count)
        }
        for (sequence, _) in runs where sequence.isRunning { share(sequence) }
    }

    /// Gives what is complete of a sequence to others.
    func share(_ sequence: EngineSequence) {
        guard pool != nil, sequence.job.ticket.request.usesCache else { return }
        let before = sequence.nodes.count
        sequence.share(in: tree, domain: domain(of: sequence))
        write(before ..< sequence.nodes.count, of: sequence)
    }

    func count() {
        statistics.running = sequences.count(where: \.isRunning)
        statistics.cacheBytes = (pool?.usedPages ?? 0) * (pool?.pageBytes ?? 0)
    }
}
