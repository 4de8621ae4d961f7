extension TrainingRun {
    /// How a run ended.
    public struct Summary: Sendable {
        public var interrupted: Bool
        public var steps: Int
        /// Of the whole run, its earlier parts included.
        public var seconds: Double
        /// Median over the steps of this part.
        public var secondsPerStep: Double
        public var trainLoss: Double?
        public var validationLoss: Double?
        public var bestValidationLoss: Double?
    }
}
