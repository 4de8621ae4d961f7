import OrreryTerminal
import Testing

/// Every renderer at every width and with every number that a run can produce: nothing traps, and no line is too long.
struct EdgeCaseTests {
    private static let nasty: [Double] = [
        0, -0.0, 1, -1, 0.5, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        .leastNonzeroMagnitude, .leastNormalMagnitude, 1e19, -1e19, 1e29, 9.2e18,
    ]
    private static let appearances: [Appearance] = [
        .plain, .ascii, .rich, Appearance(colors: .ansi16, isUnicode: true),
    ]

    private func check(_ name: String, _ render: (Int, Appearance) -> String) {
        for appearance in Self.appearances {
            for width in [-5, 0, 1, 2, 3, 5, 8, 13, 20, 23, 24, 25, 33, 40, 80, 200] {
                let text = render(width, appearance)
                for line in text.split(separator: "\n") {
                    #expect(TextLayout.width(of: String(line)) <= max(0, width), "\(name) at \(width)")
                }
                if appearance.colors == .none { #expect(!text.contains("\u{1B}"), "\(name) at \(width)") }
                if appearance == .ascii { #expect(text.utf8.allSatisfy { $0 < 0x80 }, "\(name) at \(width)") }
            }
        }
    }

    @Test func numbers() {
        for value in Self.nasty {
            let texts = [
                Human.count(value), Human.bytes(value), Human.si(value, "B"), Human.percent(value), Human.loss(value),
                Human.scientific(value), Human.duration(seconds: value),
            ]
            #expect(texts.allSatisfy { !$0.isEmpty && $0.count < 30 }, "\(texts)")
        }
    }

    @Test func charts() {
        for first in Self.nasty {
            for second in Self.nasty {
                let losses = [LossPoint(step: 0, loss: first), LossPoint(step: .max, loss: second)]
                let chart = LossChart(train: losses, smoothed: losses, validation: losses, numRows: 4)
                _ = chart.render(width: 50, appearance: .plain)
            }
        }
        let points = [(-5, 1), (3, .leastNonzeroMagnitude), (3, 2), (2, 1e29), (.min, 4)].map {
            LossPoint(step: $0.0, loss: $0.1)
        }
        for hasLogSteps in [false, true] {
            for numRows in [-1, 0, 3, 10] {
                check("chart") { width, appearance in
                    LossChart(train: points, validation: points, numRows: numRows, hasLogSteps: hasLogSteps)
                        .render(width: width, appearance: appearance)
                }
            }
        }
        let tiny = [
            LossPoint(step: 20_000, loss: .leastNonzeroMagnitude),
            LossPoint(step: 20_001, loss: 3 * .leastNonzeroMagnitude),
        ]
        check("tiny") { LossChart(train: tiny).render(width: $0, appearance: $1) }
    }

    @Test func statusLines() {
        for value in Self.nasty {
            for numLines in [1, 2] {
                let status = TrainingStatus(
                    step: .max, totalSteps: .max, loss: value, smoothedLoss: value, validationLoss: value,
                    learningRate: value,
                    gradientNorm: value, tokensPerSecond: value, shareOfPeak: value, elapsedSeconds: value,
                    secondsLeft: value,
                    numLines: numLines)
                check("status") { status.lines(width: $0, appearance: $1).joined(separator: "\n") }
            }
            let task = TaskStatus("日本語", completed: value, total: value, unit: "bytes", elapsedSeconds: value)
            check("task") { task.lines(width: $0, appearance: $1).joined(separator: "\n") }
        }
    }

    @Test func lists() {
        check("bars") { BarList(Self.nasty.map { .init("日本\n", $0) }).render(width: $0, appearance: $1) }
        check("bars") {
            BarList(Self.nasty.map { .init("", $0) }, scale: .whole, maxBarWidth: .max).render(
                width: $0, appearance: $1)
        }
        var table = Table([.init("日本語"), .init("x", .right), .init("")])
        table.add("日本語日本語日本語", "1234567", "\u{7}")
        // Titles are the program's own, so they may hold what ASCII does not.
        for width in 0 ... 60 {
            for line in table.render(width: width, appearance: .rich).split(separator: "\n") {
                #expect(TextLayout.width(of: String(line)) <= width)
            }
        }
    }

    @Test func shades() {
        let rows = Self.nasty.indices.map { Array(Self.nasty.prefix($0)) }
        let labels = ["日本", "", "\u{1B}[31m", "a long label indeed"]
        check("heat") { Heat(rows, rowLabels: labels, columnLabels: labels).render(width: $0, appearance: $1) }
        check("heat") { Heat(rows, range: 0 ... 0).render(width: $0, appearance: $1) }
        check("heat") { Heat(rows, range: -.infinity ... .infinity).render(width: $0, appearance: $1) }
        let pieces = Self.nasty.map { "\($0)\n" } + ["", " ", "\u{0}"]
        check("strip") { TokenStrip(pieces, values: Self.nasty + [0, 1, 2]).render(width: $0, appearance: $1) }
        check("strip") { TokenStrip(pieces).render(width: $0, appearance: $1) }
    }
}
