/// Sees a run as it happens.
package protocol TrainingObserver: AnyObject {
    /// A micro-batch of the next step begins.
    func stepping(_ trainer: Trainer, microBatch: Int)
    func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double)
    func validating(_ trainer: Trainer, share: Double)
    func validated(_ trainer: Trainer, loss: Double)
}

extension TrainingObserver {
    package func stepping(_ trainer: Trainer, microBatch: Int) {}
}
