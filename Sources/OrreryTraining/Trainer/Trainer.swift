import Foundation
import Kernels
import OrreryAutograd
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers

/// A run: the model, its optimizer and where it stands. `runStep()` does one step; everything that a person sees or
/// that is written to disk is someone else's.
package final class Trainer {
    package internal(set) var plan: TrainingPlan
    package let model: any TokenModel
    package let tokenizer: any Tokenizer
    package let dataset: TokenDataset
    /// Steps done.
    package internal(set) var step = 0
    package let arena: ParameterArena
    let optimizer: Optimizer
    package var objective: any Objective = NextTokenLoss()
    var average: WeightAverage?
    /// Operations of one step, forward and backward, by nanoGPT's count.
    package let operationsPerStep: Double

    /// - Parameter start: the model whose weights the run starts from; without, they are random, and those of a resumed
    ///   run are read later.
    package init(
        _ plan: TrainingPlan, tokenizer: any Tokenizer, dataset: TokenDataset, start: StartingModel? = nil
    ) throws {
        try plan.validate()
        (self.plan, self.tokenizer, self.dataset) = (plan, tokenizer, dataset)
        let V = tokenizer.vocabularySize
        try MemoryNeed.check(plan, vocabularySize: V)
        try dataset.require(contextLength: plan.context, name: plan.data.description)
        try plan.requireRoom(tokens: V)
        model =
            try start?.model
            ?? plan.model.makeModel(
                vocabularySize: V, context: plan.context, endOfText: tokenizer.endOfText.map(Int.init),
                RandomWeights(seed: plan.seed))
        arena = ParameterArena(model.trainableParameters)
        if plan.validation == .sample, plan.validationWindows == nil,
            !dataset.validation.windows(contextLength: plan.context).isEmpty
        {
            self.plan.validationWindows = plan.sampledWindows(
                of: dataset.validation.windows(contextLength: plan.context).count)
        }
        optimizer = Optimizer(arena, model, kind: plan.optimizer)
        operationsPerStep =
            plan.model.operationsPerToken(vocabularySize: V, context: plan.context) * Double(plan.tokensPerStep)
    }

    package struct StepResult: Sendable {
        /// Mean loss of the step's tokens, in nats, before its update.
        package var loss: Double
        /// Norm of the gradient before clipping.
        package var gradientNorm: Double
        package var learningRate: Double
        /// Of the step's sequences.
        package var tokens: Int
    }

    /// One step: gradients of all micro-batches, clipping, the optimizer.
    package func runStep() throws -> StepResult { try runStep(on: nextBatch()) }

    /// One step that may be stopped anywhere before its update; nil, and nothing has changed, if it was.
    ///
    /// - Parameter begins: receives the number of each micro-batch before it is computed.
    package func runStep(begins: (Int) -> Void = { _ in }, shouldStop: () -> Bool) throws -> StepResult? {
        try runStep(on: nextBatch(), begins: begins, shouldStop: shouldStop)
    }

    /// The step's sequences: drawn whole, so that they do not depend on how they are cut into micro-batches.
    package func nextBatch() -> TokenBatch {
        dataset.train.randomBatch(
            sequences: plan.batch, contextLength: plan.context, seed: plan.seed, stream: UInt64(step))
    }

    /// - Parameter batch: `plan.batch` sequences.
    package func runStep(on batch: TokenBatch) throws -> StepResult { try runStep(on: batch) { false }! }

    private func runStep(
        on batch: TokenBatch, begins: (Int) -> Void = { _ in }, shouldStop: () -> Bool
    ) throws -> StepResult? {
        arena.zeroGradients()
        var loss = 0.0, weight = 0.0
        for micro in 0 ..< plan.microBatches {
            begins(micro)
            let part = WorkCancellation.run(shouldStop: shouldStop) {
                accumulate(batch[microBatch(micro)], index: step * plan.microBatches + micro)
            }
            guard let part else {
                arena.dropPackedCopies()  // a copy of a weight may have been cut in the middle
                return nil
            }
            loss += part.sum
            weight += part.weight
        }
        // Gradients are those of the sum until here.
        loss /= max(weight, 1)
        guard loss.isFinite else {
            throw TrainingError.notANumber(step: step, what: firstBadTensor(batch) ?? "the loss")
        }
        let norm = arena.gradientNorm() / max(weight, 1)
        guard norm.isFinite else {
            throw TrainingError.notANumber(step: step, what: firstBadGradient() ?? "the gradient")
        }
        let factor = Schedule(plan).factor(step)
        let scale = (plan.clip > 0 ? min(1, plan.clip / (norm + 1e-6)) : 1) / max(weight, 1)
        optimizer.step(plan, step: step, factor: factor, gradientScale: Float(scale))
        step += 1
        averageWeights()
        return StepResult(
            loss: loss, gradientNorm: norm, learningRate: plan.learningRate * factor, tokens: batch.inputs.count)
    }

    /// The sequences of the step's batch that pass at once.
    func microBatch(_ micro: Int) -> Range<Int> { micro * plan.microBatch ..< (micro + 1) * plan.microBatch }

    /// Adds one micro-batch's gradients to the arena; returns its part of the loss.
    /// - Parameter index: counts micro-batches over all steps, for dropout's numbers.
    private func accumulate(_ batch: TokenBatch, index: Int) -> (sum: Double, weight: Double) {
        let tape = Tape(watching: arena.parameters)
        let probability = plan.dropout(at: step)
        let dropout = probability > 0 ? DropoutSource(probability: probability, seed: plan.seed, step: index) : nil
        var context = ForwardContext(computeType: plan.computeType.elementType, dropout: dropout)
        if plan.gradientCheckpointing == true { context.checkpoint = { Tape.checkpoint($0, $1) } }
        let loss = tape.record { objective(batch, model, context) }
        tape.backward(from: loss.sum)
        return (Double(loss.sum.element(0)), loss.weight)
    }

    /// What every use of the model outside of a step takes.
    package var inferenceContext: ForwardContext { ForwardContext(computeType: plan.computeType.elementType) }
}

extension TrainingPlan {
    /// Throws unless the model that the run starts from has a row for each of the tokenizer's tokens, and positions for
    /// the context.
    fileprivate func requireRoom(tokens: Int) throws {
        guard let base = model.base else { return }
        guard context <= base.contextLength else {
            throw TrainingError.plan(
                "`context`: expected at most \(base.contextLength), which is what \(base.path) knows, found \(context)")
        }
        guard tokens <= base.vocabularySize else {
            throw TrainingError.base(
                base.path,
                "its tokenizer has \(tokens) tokens and the model knows \(base.vocabularySize); expected a tokenizer that belongs to the model"
            )
        }
    }
}

extension TokenModel {
    /// The matrices inside the layers, to which Muon applies: all but the tables of tokens and positions and the head.
    var hiddenMatrices: [Parameter] {
        parameters.filter {
            $0.isMatrix && $0 !== tokenEmbedding
                && !["wpe", "embed_positions", "lm_head", "embed_out"].contains(where: $0.name.contains)
        }
    }
}
