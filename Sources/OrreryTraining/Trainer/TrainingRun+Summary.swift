extension TrainingRun {
    /// How a run ended.
    package struct Summary: Sendable {
        package var interrupted: Bool
        package var steps: Int
        /// Of the whole run, its earlier parts included.
        package var seconds: Double
        /// Median over the steps of this part.
        package var secondsPerStep: Double
        package var trainLoss: Double?
        package var validationLoss: Double?
        package var bestValidationLoss: Double?
    }
}
