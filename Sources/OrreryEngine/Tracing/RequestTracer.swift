import Kernels
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTensor

/// Watches the passes of one request.
final class RequestTracer: Taps {
    let options: TraceOptions
    private(set) var trace = EngineTrace()
    /// The pages that were read from files for this request.
    var loadedPages = 0
    private let sites: Set<TapSite>
    private let limits: PassLimits?
    private var pass: PassTrace?
    private var values = 0
    /// When the part that is computed began.
    private var began = ContinuousClock.now

    /// - Parameter limits: what parts of a pass take at least; nil where they are not timed.
    /// - Throws: `TapError` for a point that the model has not got.
    init(_ options: TraceOptions, _ model: any TokenModel, _ limits: PassLimits?) throws {
        self.options = options
        self.limits = limits
        trace.machine = limits?.machine
        sites = Set(try options.points.flatMap(model.tapPoints.sites(named:)))
    }

    // MARK: A pass

    func beginPass(choice: Int, firstPosition: Int, rows: Int) {
        pass = PassTrace(choice: choice, firstPosition: firstPosition, rows: rows)
        began = .now
    }

    /// The output layer has been computed, for so many rows.
    func endOutput(rows: Int) { endPart("output", .output(rows: rows)) }

    func endPass() {
        if let pass, options.layers {
            if trace.passes.count < options.maxValues / 100 { trace.passes.append(pass) } else { leaveOut("layers") }
        }
        pass = nil
    }

    private func endPart(_ name: String, _ part: PassLimits.Part) {
        guard let limits, let current = pass else { return }
        let now = ContinuousClock.now
        let cost = limits.cost(part, rows: current.rows, positions: current.firstPosition + current.rows)
        pass?.parts.append(
            .init(
                name: name, seconds: (now - began).seconds, bytes: cost.bytes, operations: cost.operations,
                leastSeconds: cost.leastSeconds))
        began = now
    }

    // MARK: Points

    func interest(in site: TapSite) -> TapInterest {
        sites.contains(site) || limits != nil && Self.ends(site) ? .read : .none
    }

    /// Whether a part of the pass ends at a point.
    private static func ends(_ site: TapSite) -> Bool { site.point == .embed || site.point == .residualPost }

    func visit(_ tensor: Tensor, at site: TapSite) -> Tensor? {
        if Self.ends(site) {
            endPart(site.layer.map { "layer \($0)" } ?? "embedding", site.layer.map { .layer($0) } ?? .embedding)
        }
        guard sites.contains(site) else { return nil }
        let start = ContinuousClock.now
        keep(tensor, site)
        let taken = ContinuousClock.now - start
        trace.overheadSeconds += taken.seconds
        began += taken
        return nil
    }

    private func keep(_ tensor: Tensor, _ site: TapSite) {
        guard let pass else { return }
        guard values + tensor.count <= options.maxValues else { return leaveOut(site.name) }
        values += tensor.count
        trace.tensors.append(
            TracedTensor(
                point: site.name, choice: pass.choice, firstPosition: pass.firstPosition, shape: tensor.shape,
                values: tensor.floats))
    }

    private func leaveOut(_ name: String) {
        if !trace.leftOut.contains(name) { trace.leftOut.append(name) }
    }

    // MARK: What others know

    /// The request begins, with what is known of its prompt.
    func begin(cached: Int, _ reason: CacheTrace.Reason, pageSize: Int) {
        guard options.cache, trace.cache == nil else { return }
        trace.cache = CacheTrace(
            cachedTokens: cached, tokensFromFiles: min(cached, loadedPages * pageSize), reason: reason)
    }

    /// Other requests have computed tokens of the prompt while it was read.
    func adopt(_ count: Int) {
        trace.cache?.cachedTokens += count
        trace.cache?.tokensMeanwhile += count
    }

    /// A text has ended.
    func end(choice: Int, _ explained: ExplainedSteps) {
        while trace.choices.count <= choice { trace.choices.append([]) }
        trace.choices[choice] = explained.steps
        trace.overheadSeconds += explained.seconds
        if !explained.isWhole { leaveOut("candidates") }
    }
}

/// The reasons for the tokens of one text, as far as it goes.
struct ExplainedSteps {
    var steps: [SampleExplanation] = []
    /// The time that it took to find them.
    var seconds = 0.0
    /// Whether all tokens are explained.
    var isWhole = true
}
