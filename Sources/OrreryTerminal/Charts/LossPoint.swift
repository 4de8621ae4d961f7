import Foundation

/// A loss at a step.
public struct LossPoint: Sendable, Equatable {
    public var step: Int
    public var loss: Double

    public init(step: Int, loss: Double) {
        self.step = step
        self.loss = loss
    }

    /// Whether it can be drawn; beyond 1e30 a scale would say nothing.
    var isDrawable: Bool { abs(loss) < 1e30 }
}

/// Points in the plane of the chart: x a step or its logarithm, y a loss.
struct Curve {
    var points: [(x: Double, y: Double)]

    init(_ losses: [LossPoint], isLogarithmic: Bool) {
        points = losses.filter(\.isDrawable).sorted { $0.step < $1.step }.map { point in
            (isLogarithmic ? log10(Double(max(point.step, 1))) : Double(point.step), point.loss)
        }
    }

    private init(points: [(x: Double, y: Double)]) {
        self.points = points
    }

    /// At most four points per column of dots: the first, the lowest, the highest, the last, in the order they came. A
    /// spike of a single step stays visible however many steps share the column.
    func downsampled(columns: Int, column: (Double) -> Int) -> Curve {
        guard points.count > columns else { return self }
        var kept: [Int] = [], start = 0
        while start < points.count {
            let current = column(points[start].x)
            let end = points[start...].firstIndex { column($0.x) != current } ?? points.count
            let lowest = (start ..< end).min { points[$0].y < points[$1].y }!
            let highest = (start ..< end).max { points[$0].y < points[$1].y }!
            kept += Set([start, lowest, highest, end - 1]).sorted()
            start = end
        }
        return Curve(points: kept.map { points[$0] })
    }
}
