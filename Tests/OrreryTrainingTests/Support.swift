import Foundation
import Kernels
import OrreryFiles
import OrreryNN
import OrreryRandom
import OrreryTokenizerTraining
import OrreryTokenizers
import OrreryTraining
import Testing

/// A directory of its own for each test, removed with the value.
final class Scratch: Sendable {
    let path = NSTemporaryDirectory() + "orrery-training-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    @discardableResult
    func put(_ bytes: some Sequence<UInt8>, at name: String) throws -> String {
        let file = self(name)
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: self(name)))) }
}

/// Small runs.
enum Example {
    /// 6,000 characters of 26, with enough order to be learned.
    static let text: [UInt8] = {
        var random = SplitMix64(seed: 3), text: [UInt8] = []
        while text.count < 6000 {
            text += Array(["sun ", "moon ", "the ", "turns\n", "around ", "slowly, ", "wheel "][random.below(7)].utf8)
        }
        return Array(text.prefix(6000))
    }()

    static func data(
        _ plan: TrainingPlan, text: [UInt8] = text
    ) throws -> (tokenizer: any Tokenizer, dataset: TokenDataset) {
        let tokenizer = try text.withUnsafeBufferPointer { try TokenizerKind.character.makeTokenizer(training: $0) }
        let ids = try tokenizer.encode(String(decoding: text, as: UTF8.self))
        return (
            tokenizer,
            try TokenDataset(
                ids, validationFraction: plan.validationFraction, contextLength: plan.context, name: "example",
                vocabularySize: tokenizer.vocabularySize)
        )
    }

    static func trainer(_ plan: TrainingPlan) throws -> Trainer {
        let (tokenizer, dataset) = try data(plan)
        return try Trainer(plan, tokenizer: tokenizer, dataset: dataset)
    }

    /// nanoGPT's kind of run: GPT-2 with AdamW.
    static var gpt2: TrainingPlan {
        var plan = TrainingPlan(model: ModelPlan(architecture: .gpt2, layers: 2, width: 48, heads: 3))
        (plan.context, plan.batch, plan.microBatch, plan.steps, plan.warmupSteps) = (24, 8, 8, 50, 5)
        return plan
    }

    /// Our own kind: Qwen3 with Muon.
    static var qwen3: TrainingPlan {
        var plan = TrainingPlan(
            model: ModelPlan(architecture: .qwen3, layers: 2, width: 48, heads: 3, keyValueHeads: 1, headSize: 20))
        (plan.model.zeroProjections, plan.model.hiddenDeviation) = (true, nil)
        (plan.context, plan.batch, plan.microBatch, plan.steps, plan.warmupSteps) = (24, 8, 8, 50, 5)
        (plan.optimizer, plan.schedule, plan.learningRate) = (.muon, .trapezoid, 3e-3)
        return plan
    }

    /// A model that trains in a blink, where its numbers do not matter.
    static var tiny: TrainingPlan {
        var plan = TrainingPlan(model: ModelPlan(architecture: .qwen3, layers: 1, width: 8, heads: 1))
        (plan.context, plan.batch, plan.microBatch, plan.steps, plan.warmupSteps) = (8, 2, 2, 6, 1)
        (plan.optimizer, plan.schedule, plan.computeType) = (.muon, .trapezoid, .float32)
        return plan
    }
}

extension Trainer {
    var weights: [Float] { Array(UnsafeBufferPointer(start: arena.valuePointer, count: arena.count)) }
    var gradients: [Float] { Array(UnsafeBufferPointer(start: arena.gradientPointer, count: arena.count)) }
}

/// Numbers to be equal bit for bit; a failed comparison shows how many there are.
struct Bits: Equatable, CustomStringConvertible {
    private let patterns: [UInt32]
    init(_ x: [Float]) { patterns = x.map(\.bitPattern) }
    var description: String { "\(patterns.count) numbers" }
}

func bits(_ x: [Float]) -> Bits { Bits(x) }

/// L2 norm of the difference over that of the reference.
func relative(_ found: some Collection<Float>, _ expected: some Collection<Float>) -> Double {
    guard found.count == expected.count else { return .infinity }
    var square = 0.0, norm = 0.0
    for (x, y) in zip(found, expected) {
        square += Double(x - y) * Double(x - y)
        norm += Double(y) * Double(y)
    }
    return square == 0 ? 0 : (square / norm).squareRoot()
}

/// Runs `body`, which must throw, and returns the one line that the error says.
func line<R>(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> R) -> String {
    do {
        _ = try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        return ""
    } catch {
        #expect(error is TrainingError || error is FileError, "\(error)", sourceLocation: sourceLocation)
        #expect(!"\(error)".contains("\n"), sourceLocation: sourceLocation)
        return "\(error)"
    }
}

/// A directory with a small model that was trained for a few steps.
func trainedModel(_ scratch: Scratch, _ plan: TrainingPlan = Example.tiny) throws -> String {
    _ = try TrainingRun(try Example.trainer(plan), directory: scratch("model")).run()
    return scratch("model")
}
