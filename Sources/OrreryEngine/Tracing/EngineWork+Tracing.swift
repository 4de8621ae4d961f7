import OrreryGeneration
import OrreryTokenizers

/// What a request that is traced is told.
extension EngineWork {
    /// - Throws: `EngineError` that names an option outside its range, `TapError` for a point that the model has not
    ///   got.
    func tracer(_ request: EngineRequest) throws -> RequestTracer? {
        guard let options = request.trace else { return nil }
        if let candidates = options.candidates, !(1 ... TraceOptions.mostCandidates).contains(candidates) {
            throw EngineError.setting("`candidates`", candidates, expected: "1 to \(TraceOptions.mostCandidates)")
        }
        if options.layers, passLimits == nil {
            passLimits = PassLimits(model, configuration, cacheType: cacheType, processor)
        }
        return try RequestTracer(options, model.model, options.layers ? passLimits : nil)
    }

    /// Why the tokens of a prompt after those that are known have to be computed.
    func reason(of sequence: EngineSequence) -> CacheTrace.Reason {
        let request = sequence.job.ticket.request, known = sequence.known
        if !request.usesCache { return .notWanted }
        if request.promptLogProbabilities != nil { return .promptProbabilities }
        if pool == nil { return .notPaged }
        if known.count == sequence.read.count - 1 { return .lastToken }
        let token = sequence.read[known.count]
        guard let kept = tree.token(after: known, domain: domain(of: sequence)) else {
            return known.count == 0 ? .nothingKept : .keptUpTo(known.count)
        }
        return .differs(position: known.count, kept: kept, prompt: token)
    }
}
