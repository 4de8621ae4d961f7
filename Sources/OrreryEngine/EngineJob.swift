import Kernels
import OrreryGeneration

/// A request and its texts.
final class EngineJob {
    let ticket: EngineTicket
    let arrival: Int
    var usage = EngineUsage()
    /// Whether its prompt has been read, so that all its texts are in progress.
    var hasRead = false
    /// The log-probabilities of its prompt, where they are wanted.
    var prompt: PromptProbabilities?
    /// Shows its computation, where that is wanted.
    let tracer: RequestTracer?
    /// The texts that have not ended.
    var open: Int
    var began: ContinuousClock.Instant?
    var firstToken: ContinuousClock.Instant?

    init(_ ticket: EngineTicket, arrival: Int, tracer: RequestTracer? = nil) {
        self.ticket = ticket
        self.tracer = tracer
        self.arrival = arrival
        open = ticket.request.choices
        usage.promptTokens = ticket.request.options.prompt.count
        prompt = ticket.request.promptLogProbabilities.map {
            PromptProbabilities(ticket.request.options.prompt, top: $0)
        }
    }

    var hasBegun: Bool { began != nil }

    func begin(cached: Int) {
        let now = ContinuousClock.now
        began = now
        usage.queueSeconds = (now - ticket.arrival).seconds
        ticket.send(.began(cachedTokens: cached))
    }

    /// What the request has taken, at its end.
    var finalUsage: EngineUsage {
        var usage = usage
        if let began, let firstToken {
            usage.prefillSeconds = (firstToken - began).seconds
            usage.decodeSeconds = (ContinuousClock.now - firstToken).seconds
        }
        return usage
    }
}
