import Foundation
import Kernels
import OrreryFiles
import OrreryNN
import OrreryRandom
import OrreryTraining
import Testing

/// `training/`: what a run needs to go on, and nothing that is damaged.
@Suite struct TrainingStateTests {
    /// A run of six steps that stopped after the fourth, with every kind of state.
    private func stoppedRun(_ scratch: Scratch) throws -> Trainer {
        var plan = Example.tiny
        plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
        (plan.averageFraction, plan.validateEvery, plan.dropout) = (0.5, 2, 0.1)
        let trainer = try Trainer(plan, TrainingData(plan)), run = TrainingRun(trainer, directory: scratch("model"))
        let summary = try run.run { trainer.step == 4 }
        try #require(summary.interrupted && summary.steps == 4)
        return trainer
    }

    private func resume(_ scratch: Scratch) throws -> Trainer {
        let plan = try Trainer.planOfRun(in: scratch("model"))
        let trainer = try Trainer(plan, TrainingData(plan, resuming: scratch("model")))
        try TrainingRun(trainer, directory: scratch("model")).resume()
        return trainer
    }

    @Test func roundTrip() throws {
        let scratch = try Scratch(), trainer = try stoppedRun(scratch), resumed = try resume(scratch)
        #expect(resumed.plan == trainer.plan)
        #expect(resumed.step == 4)
        #expect(bits(resumed.weights) == bits(trainer.weights))
        for _ in 4 ..< 6 {
            let (a, b) = (try trainer.runStep(), try resumed.runStep())
            #expect(a.loss == b.loss && a.gradientNorm == b.gradientNorm && a.learningRate == b.learningRate)
        }
        #expect(bits(resumed.weights) == bits(trainer.weights))
        var averages: [[Float]] = []
        for t in [trainer, resumed] { t.withAveragedWeights { averages.append(t.weights) } }
        #expect(bits(averages[0]) == bits(averages[1]))
    }

    /// Every field of a plan survives, whatever it holds.
    @Test func plans() throws {
        var plan = Preset.nanogptGPU.plan
        (plan.seed, plan.time, plan.decayFraction, plan.learningRate) = (.max, 12.5, 1.0 / 3, 6.02e-4)
        plan.replan(at: 77, secondsLeft: 100, secondsPerStep: 0.3)
        for plan in [plan] + Preset.allCases.map(\.plan) {
            let encoder = JSONEncoder(), decoder = JSONDecoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            #expect(try decoder.decode(TrainingPlan.self, from: encoder.encode(plan)) == plan)
        }
    }

    /// Cut at any length, one byte changed anywhere, pieces exchanged, numbers made large: an error of one line, or the
    /// very same state.
    @Test(arguments: ["plan.json", "progress.json", "state.safetensors"]) func damage(_ name: String) throws {
        let scratch = try Scratch()
        _ = try stoppedRun(scratch)
        let file = "model/training/\(name)", whole = try scratch.bytes(file),
            weights = bits(try resume(scratch).weights)
        var random = SplitMix64(seed: 11), refused = 0
        let rounds = 300
        for round in 0 ..< rounds {
            var bytes = whole
            switch round % 5 {
            case 0: bytes = Array(bytes.prefix(random.below(bytes.count)))
            case 1: bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            case 2: bytes[random.below(min(bytes.count, 600))] = UInt8(random.below(256))
            case 3:
                let (a, b) = (random.below(bytes.count), random.below(bytes.count))
                bytes.replaceSubrange(min(a, b) ..< max(a, b), with: bytes[min(a, b) ..< max(a, b)].reversed())
            default:
                // a digit of the text becomes many
                let digits = bytes.prefix(1000).indices.filter {
                    (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(bytes[$0])
                }
                guard !digits.isEmpty else { continue }
                bytes.insert(
                    contentsOf: [UInt8](repeating: UInt8(ascii: "9"), count: [1, 18, 19, 400][random.below(4)]),
                    at: digits[random.below(digits.count)])
            }
            try scratch.put(bytes, at: file)
            do {
                let trainer = try resume(scratch)
                #expect(trainer.step == 4 && bits(trainer.weights) == weights, "round \(round): damage was not seen")
            } catch {
                refused += 1
                let message = "\(error)"
                #expect(message.contains("model/training") && !message.contains("\n"), "round \(round): \(message)")
            }
        }
        #expect(refused > rounds * 8 / 10, "\(refused)")
        try scratch.put(whole, at: file)
        #expect(try bits(resume(scratch).weights) == weights)
    }

    /// Plans that nobody's flags can make, with a checksum that is right: what is asked of a plan is asked of a saved
    /// one too.
    @Test func forged() throws {
        let scratch = try Scratch()
        func message(_ change: (inout TrainingPlan) -> Void) throws -> String {
            var plan = Example.tiny
            plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
            change(&plan)
            return line { try TrainingData(plan) }
        }
        #expect(try message { $0.model.width = .max }.hasPrefix("`width`: expected"))
        #expect(try message { $0.model.ropeTheta = -1 }.hasPrefix("rope_theta: expected"))
        #expect(try message { $0.model.embeddingDeviation = .nan }.hasPrefix("embedding_deviation: expected"))
        #expect(try message { $0.time = -1 }.hasPrefix("`time`: expected"))
        #expect(
            try message { $0.replan(at: .min / 4, secondsLeft: 1, secondsPerStep: 1) }.hasPrefix("`steps`: expected"))
        #expect(try message { $0.validationFraction = -3 }.hasPrefix("`validationFraction`: expected"))
        #expect(try message { $0.batch = .max }.hasPrefix("`batch`: expected"))
    }

    /// Sums in another order are other bits: that is said.
    @Test func otherInstructionSet() throws {
        let scratch = try Scratch()
        func warnings(_ set: InstructionSet) throws -> [String] {
            try Processor.$current.withValue(Processor(set, threads: 1)) {
                var warnings: [String] = []
                let plan = try Trainer.planOfRun(in: scratch("model"))
                let trainer = try Trainer(plan, TrainingData(plan, resuming: scratch("model")))
                try TrainingRun(trainer, directory: scratch("model")).resume { warnings.append($0) }
                return warnings
            }
        }
        _ = try stoppedRun(scratch)
        let own = Processor.current.instructionSet
        #expect(try warnings(own) == [])
        for other in InstructionSet.available where other != own {
            let found = try warnings(other)
            #expect(
                found.count == 1 && found[0].contains("began on \(own.rawValue) and continues on \(other.rawValue)"))
        }
    }

    @Test func otherData() throws {
        let scratch = try Scratch()
        _ = try stoppedRun(scratch)
        try scratch.put(Example.text.dropLast(), at: "text.txt")
        #expect(line { try resume(scratch) }.contains("the training data is not what this run began with"))
    }

    @Test func olderFormat() throws {
        let scratch = try Scratch()
        _ = try stoppedRun(scratch)
        try scratch.put(#"{"format": 1, "step": 4, "seconds": 1}"#.utf8, at: "model/training/progress.json")
        #expect(line { try resume(scratch) }.contains("progress.json: format 1 is not known here, expected 2"))
    }
}
