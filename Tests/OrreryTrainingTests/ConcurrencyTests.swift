import Foundation
import Kernels
import OrreryModels
import OrreryNN
import OrreryTraining
import Synchronization
import Testing

/// One thread trains while two others generate with the same weights: neither sees the other's work
/// (scripts/check/check_threads runs this under the thread sanitizer).
@Suite struct ConcurrencyTests {
    @Test(arguments: [ElementType.float32, .bfloat16]) func trainingBesideGenerating(_ type: ElementType) throws {
        var plan = Example.qwen3
        plan.computeType = type == .float32 ? .float32 : .bfloat16
        let alone = try Example.trainer(plan), trainer = try Example.trainer(plan)
        for _ in 0 ..< 8 { _ = try alone.runStep() }

        let model = trainer.model, ends = Ends(threads: 2)
        for seed in 0 ..< 2 {
            Thread { ends.finish(Self.generate(model, type, seed: Int32(seed), until: { ends.isStopped })) }.start()
        }
        ends.waitForStart()
        for _ in 0 ..< 8 { _ = try trainer.runStep() }
        let texts = ends.stop()
        #expect(bits(trainer.weights) == bits(alone.weights))
        #expect(texts.allSatisfy { $0.passes > 0 && $0.isFinite })
        // With the weights as they are now, what is generated is what the model gives to anybody.
        #expect(
            Self.generate(model, type, seed: 0, until: { true }).last
                == Self.generate(alone.model, type, seed: 0, until: { true }).last)
    }

    private struct Text: Sendable {
        var passes = 0
        var isFinite = true
        var last: [Float] = []
    }

    /// Greedy texts of 20 tokens, one after the other, at least one.
    private static func generate(
        _ model: any TokenModel, _ type: ElementType, seed: Int32, until stopped: () -> Bool
    ) -> Text {
        var text = Text()
        repeat {
            let state = model.makeState(capacity: 20, type: CacheType(type))
            var id = seed
            for _ in 0 ..< 20 {
                text.last = model.logits(Batch([id], continuing: state), ForwardContext(computeType: type)).floats
                text.isFinite = text.isFinite && text.last.allSatisfy(\.isFinite)
                id = Int32(text.last.indices.max { text.last[$0] < text.last[$1] }!)
                text.passes += 1
            }
        } while !stopped()
        return text
    }

    /// What the threads have found, and whether they are to end.
    private final class Ends: Sendable {
        private let texts = Guarded<[Text]>([])
        private let stopped = Atomic<Bool>(false)
        private let asked = Atomic<Int>(0)
        private let threads: Int

        init(threads: Int) { self.threads = threads }

        /// Asked after each text.
        var isStopped: Bool {
            asked.wrappingAdd(1, ordering: .relaxed)
            return stopped.load(ordering: .relaxed)
        }

        func finish(_ text: Text) { texts.withLock { $0.append(text) } }

        func waitForStart() { while asked.load(ordering: .relaxed) < threads { Thread.sleep(forTimeInterval: 0.001) } }

        func stop() -> [Text] {
            stopped.store(true, ordering: .relaxed)
            while true {
                // Counted under the lock: a copy that is released outside it is one whose end the sanitizer does not see.
                if texts.withLock({ $0.count }) == threads { return texts.withLock { $0 } }
                Thread.sleep(forTimeInterval: 0.001)
            }
        }
    }
}
