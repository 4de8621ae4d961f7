/// When a run writes its next checkpoint, where no number of steps is given: soon after its start, so that little is
/// lost of a run that is killed early, then at growing distances.
package struct CheckpointTimer {
    package static let (first, longest) = (2.0, 30.0)
    /// Writing takes at most this share of the time.
    private static let share = 0.1

    private var last: Double
    private var interval = Self.first

    /// - Parameter now: seconds on the run's clock, here and below.
    package init(now: Double) { last = now }

    package func isDue(now: Double) -> Bool { now - last > interval }

    /// A checkpoint has been written.
    package mutating func wrote(from start: Double, to end: Double) {
        interval = max(min(2 * interval, Self.longest), (end - start) / Self.share)
        last = end
    }
}
