import OrreryCommand
import Testing

/// `--time`.
@Suite struct TimeArgumentTests {
    @Test(arguments: [
        ("90", 90.0), ("20s", 20), ("45m", 2700), ("1h", 3600), ("2h30m", 9000), ("1d", 86_400), ("1d2h3m4s", 93_784),
        ("1.5h", 5400), ("2H", 7200), ("100d", 8_640_000),
    ])
    func read(_ text: String, _ seconds: Double) { #expect(TimeArgument(text)?.seconds == seconds) }

    @Test(arguments: [
        "", "s", "0", "0.5s", "-3s", "soon", "nan", "inf", "1e300h", "101d", "30m2h", "1h1h", "1h30", "1 h", "1h-3m",
        "٣s",
    ])
    func refused(_ text: String) { #expect(TimeArgument(text) == nil) }
}
