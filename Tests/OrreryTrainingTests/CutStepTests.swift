import Foundation
import Kernels
import OrreryTraining
import Testing

/// A run that is stopped in the middle of a step.
@Suite struct CutStepTests {
    /// The step that is cut changes nothing, wherever in it that happens, and the next one is the same as without it.
    @Test func cutStepIsDropped() throws {
        var plan = Example.qwen3
        (plan.batch, plan.microBatch, plan.dropout) = (8, 4, 0.1)
        let whole = try Example.trainer(plan), cut = try Example.trainer(plan)
        let weights = bits(cut.weights)
        for moment in [0, 1, 7, 40, 90] {
            var asked = 0
            let result = try cut.runStep(shouldStop: {
                asked += 1
                return asked > moment
            })
            #expect(result == nil, "after \(moment)")
            #expect(cut.step == 0 && bits(cut.weights) == weights)
        }
        let (a, b) = (try whole.runStep(), try cut.runStep())
        #expect(a.loss == b.loss && a.gradientNorm == b.gradientNorm)
        #expect(bits(whole.weights) == bits(cut.weights))
    }

    /// A validation is cut within its first window too, and is owed.
    @Test func cutValidationIsOwed() throws {
        let scratch = try Scratch()
        var plan = Example.tiny
        plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
        (plan.steps, plan.validateEvery, plan.validation) = (4, 2, .whole)
        let trainer = try Trainer(plan, TrainingData(plan)), run = TrainingRun(trainer, directory: scratch("model"))
        var asked = 0
        let summary = try run.run {
            if trainer.step == 2 { asked += 1 }
            return asked > 10
        }
        #expect(summary.interrupted && summary.steps == 2)
        #expect(
            String(decoding: try scratch.bytes("model/training/progress.json"), as: UTF8.self).contains(
                "owes_validation"))
    }

    /// Each micro-batch is told before it is computed.
    @Test func microBatchesAreTold() throws {
        final class Watcher: TrainingObserver {
            var begun: [Int] = []
            func stepping(_ trainer: Trainer, microBatch: Int) { begun.append(microBatch) }
            func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double) {}
            func validating(_ trainer: Trainer, share: Double) {}
            func validated(_ trainer: Trainer, loss: Double) {}
        }
        var plan = Example.tiny
        (plan.steps, plan.batch, plan.microBatch) = (2, 4, 2)
        let run = TrainingRun(try Example.trainer(plan), directory: nil), watcher = Watcher()
        run.observer = watcher
        _ = try run.run()
        #expect(watcher.begun == [0, 1, 0, 1])
    }

    /// The first checkpoint comes within seconds, later ones every half minute, and writing them takes a tenth of the
    /// time at most.
    @Test func checkpointsBeginEarly() {
        var timer = CheckpointTimer(now: 0), times: [Double] = []
        for second in 1 ... 120 where timer.isDue(now: Double(second)) {
            times.append(Double(second))
            timer.wrote(from: Double(second), to: Double(second))
        }
        #expect(times == [3, 8, 17, 34, 65, 96])
        timer.wrote(from: 130, to: 140)
        #expect(!timer.isDue(now: 239) && timer.isDue(now: 241))
    }
}
