import OrreryTerminal
import Testing

struct HumanTests {
    @Test(
        arguments: [
            (0, "0"), (1, "1"), (999, "999"), (1000, "1.00k"), (45_600, "45.6k"), (999_499, "999k"), (999_500, "1.00M"),
            (1_230_000, "1.23M"), (10_650_000, "10.7M"), (7e9, "7.00B"), (1.5e12, "1.50T"), (-45_600, "-45.6k"),
            (0.5, "0.50"),
            (12.34, "12.3"), (1e18, "1000000T"), (1e300, "1e+288T"), (.nan, "nan"), (.infinity, "inf"),
            (-.infinity, "-inf"),
        ] as [(Double, String)])
    func count(value: Double, text: String) {
        #expect(Human.count(value) == text)
    }

    @Test(
        arguments: [
            (0, "0 B"), (512, "512 B"), (999, "999 B"), (1000, "1.0 kB"), (3.4e9, "3.4 GB"), (123_456_789, "123 MB"),
            (99.96e6, "100 MB"),
            (1e20, "100 EB"), (.nan, "nan B"), (-.infinity, "-inf B"),
        ] as [(Double, String)])
    func bytes(value: Double, text: String) {
        #expect(Human.bytes(value) == text)
    }

    @Test(
        arguments: [
            (0, "0 s"), (0.00034, "0.34 ms"), (0.0123, "12.3 ms"), (0.34, "340 ms"), (0.9996, "1.0 s"), (5.2, "5.2 s"),
            (9.96, "10 s"),
            (59.4, "59 s"), (59.6, "1 m 0 s"), (725, "12 m 5 s"), (3599.7, "1 h 0 m"), (3725, "1 h 2 m"),
            (86_399.9, "1 d 0 h"),
            (273_600, "3 d 4 h"), (-725, "-12 m 5 s"), (1e300, "1.16e+295 d"), (.nan, "?"), (.infinity, "?"),
            (-.infinity, "?"),
        ] as [(Double, String)])
    func duration(seconds: Double, text: String) {
        #expect(Human.duration(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (2.3456, "2.346"), (0.1234, "0.1234"), (0.99996, "1.000"), (123.45, "123.5"), (1e-5, "1.00e-5"),
            (1e7, "1.00e7"), (0, "0.000"),
            (-1.5, "-1.500"), (.nan, "nan"), (.infinity, "inf"), (.leastNonzeroMagnitude, "4.94e-324"),
            (1.7e308, "1.70e308"),
        ] as [(Double, String)])
    func loss(value: Double, text: String) {
        #expect(Human.loss(value) == text)
    }

    @Test func units() {
        #expect(Human.count(1_230_000) == "1.23M")
        #expect(
            [0, 999, 1024, 45_600, 999_999, -1024].map { Human.count($0) } == [
                "0", "999", "1,024", "45,600", "999,999", "-1,024",
            ])
        #expect(Human.exact(.min) == "-9,223,372,036,854,775,808" && Human.exact(1_234_567) == "1,234,567")
        #expect(
            Human.number(1, "step") == "1 step" && Human.number(0, "step") == "0 steps"
                && Human.number(2048, "token") == "2,048 tokens")
        #expect(Human.number(2, "entry", plural: "entries") == "2 entries")
        #expect(Human.bytes(3_400_000_000) == "3.4 GB")
        #expect(Human.count(Int.min) == "-9223372T")
        #expect(Human.rate(45_600, "tokens/s") == "45.6k tokens/s")
        #expect(Human.si(2.3e11, "FLOP/s") == "230 GFLOP/s")
        #expect(Human.duration(.milliseconds(725_000)) == "12 m 5 s")
        #expect(Human.percent(0.4321) == "43.2%")
        #expect(Human.percent(1, decimals: 0) == "100%")
        #expect(Human.scientific(3e-4) == "3.00e-4")
        #expect(Human.fixed(2.5, decimals: -3) == "2")
        #expect(Human.fixed(1, decimals: .max) == "1.000000000000000")
    }
}
