/// Sees a run as it happens.
public protocol TrainingObserver: AnyObject {
    func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double)
    func validating(_ trainer: Trainer, share: Double)
    func validated(_ trainer: Trainer, loss: Double)
}
