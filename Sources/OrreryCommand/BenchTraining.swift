import ArgumentParser
import Foundation
import Kernels
import OrreryFiles
import OrreryTerminal
import OrreryTraining

/// Where the time of a training step goes, part by part, against the limit of each.
struct BenchTraining: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training",
        abstract: "The parts of a training step: time, and the share of its own limit that each reaches.",
        discussion: """
            Products and attention are limited by this machine's measured multiply-adds, the other parts by the measured bandwidth of passes \
            over arrays of an activation's size. --data, --preset and the other flags of train choose the step; --steps says how many are measured (50 without it).
            """)

    @OptionGroup var options: TrainOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let meter = Meter()
        let measured = Processor(
            try InstructionSet.selected(), threads: processor.threads ?? ProcessInfo.processInfo.activeProcessorCount,
            meter: meter)
        try Processor.$current.withValue(measured) {
            var plan = try options.plan()
            let steps = options.optimizer.steps ?? 50
            plan.steps = steps
            let trainer = try Trainer(plan, try TrainingData(plan))
            let type = plan.computeType.elementType
            for _ in 0 ..< min(5, steps) { _ = try trainer.runStep() }  // memory and caches as in a long run
            let peak = measured.measuredPeak(type, seconds: 0.2)
            let bandwidth = measured.measuredBandwidth(
                count: plan.microBatch * plan.context * plan.model.width, seconds: 0.2)
            meter.reset()
            let start = ProcessInfo.processInfo.systemUptime
            for _ in 0 ..< steps { _ = try trainer.runStep() }
            let seconds = (ProcessInfo.processInfo.systemUptime - start) / Double(steps)
            try show(
                TrainingProfile(meter.sums, steps: steps, secondsPerStep: seconds, peak: peak, bandwidth: bandwidth))
        }
    }

    private func show(_ profile: TrainingProfile) throws {
        if output.json { return try output.print(profile.json) }
        func number(_ x: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", x) }
        var table = Table([
            .init("part"), .init("ms per step", .right), .init("of the step", .right), .init("its limit, ms", .right),
            .init("share of limit", .right),
        ])
        for part in profile.parts {
            table.add([
                part.name, number(part.seconds * 1e3), number(part.seconds / profile.secondsPerStep * 100, 1) + "%",
                part.limit.map { number($0 * 1e3) } ?? "",
                part.limit.map { number($0 / part.seconds * 100, 0) + "%" } ?? "",
            ])
        }
        try print(
            "\(number(profile.secondsPerStep * 1e3)) ms per step; limits: \(number(profile.peak, 0)) GFLOP/s, \(number(profile.bandwidth, 0)) GB/s\n"
        )
        let terminal = Terminal.standardOutput
        try print(table.render(width: terminal.width, appearance: terminal.appearance))
    }
}

/// What was measured, ready to show.
private struct TrainingProfile {
    struct Part {
        var name: String
        var seconds: Double
        /// The least that the part could take; nil where nothing says.
        var limit: Double?
    }

    let secondsPerStep: Double
    /// 10⁹ operations a second.
    let peak: Double
    /// 10⁹ bytes a second.
    let bandwidth: Double
    let parts: [Part]

    init(_ sums: [Phase: Meter.Sum], steps: Int, secondsPerStep: Double, peak: Double, bandwidth: Double) {
        (self.secondsPerStep, self.peak, self.bandwidth) = (secondsPerStep, peak, bandwidth)
        let measured: [Part] = Phase.allCases.compactMap { phase in
            guard let sum = sums[phase] else { return nil }
            let isArithmetic = phase == .products || phase == .attention
            let limit = isArithmetic ? sum.operations / peak : max(sum.bytes / bandwidth, sum.operations / peak)
            return Part(name: phase.rawValue, seconds: sum.seconds / Double(steps), limit: limit / 1e9 / Double(steps))
        }
        let rest = secondsPerStep - measured.reduce(0) { $0 + $1.seconds }
        parts = measured + [Part(name: "data and everything between", seconds: rest, limit: nil)]
    }

    var json: JSONObject {
        var o = JSONObject()
        o["ms_per_step"] = JSONValue(secondsPerStep * 1e3)
        o["peak_gflops"] = JSONValue(peak)
        o["bandwidth_gb_per_s"] = JSONValue(bandwidth)
        o["parts"] = .array(
            parts.map { part in
                var o = JSONObject()
                o["name"] = JSONValue(part.name)
                o["ms"] = JSONValue(part.seconds * 1e3)
                o["limit_ms"] = JSONValue(part.limit.map { $0 * 1e3 })
                o["share"] = JSONValue(part.limit.map { $0 / part.seconds })
                return .object(o)
            })
        return o
    }
}
