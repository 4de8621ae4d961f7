import OrreryTemplates
import Testing

/// Templates with bytes changed, doubled, moved and cut: each renders or fails, and nothing traps.
@Suite struct MutationTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) ^ (state << 31)
        }
    }

    private static let fragments: [String] = [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "(", ")", "[", "]", "{", "}", "|", ".", ",", ":", "'", "\"", "\\",
        "~", "**", "//", "%", "==", " in ", " is ", " not ", " if ", " else ", "loop", "loop.length", "caller()",
        "namespace()", "range(9)", "9223372036854775807", "-1", "0", "1e308", "none", "*", "recursive", "endfor",
        "endif", "raw", "endraw", "\n", "é", "\u{0}", "\u{FEFF}", "x.y", "[::-1]", "|tojson", "|map('upper')",
        "|batch(2)", "|round(-400)",
        "|format(1)", ".format(1)", ".split()", "%s", "{:>9}", "varargs", "{% break %}", "{% set ns.a = ns %}",
    ]

    @Test(arguments: 0 ..< 8) func neverTraps(_ seed: Int) {
        var random = Generator(state: UInt64(seed) &* 77 &+ 5)
        var limits = TemplateLimits()
        (limits.steps, limits.memory, limits.output) = (50_000, 8 << 20, 1 << 20)
        let sources = GoldenTests.cases.compactMap { try? $0.json.string("template") } + LimitTests.hostile
        let variables: [String: TemplateValue] = [
            "a": 3, "b": -2, "s": "Hello é", "n": 2.5, "xs": [3, 1, 2], "d": ["k": "v", "items": [1, .none]],
            "msgs": [["role": "user", "content": "x"]], "flag": true,
            "messages": [["role": "user", "content": "x", "tool_calls": [["name": "f"]]]],
        ]
        var rendered = 0
        for _ in 0 ..< 1500 {
            var bytes = Array(sources.randomElement(using: &random)!.utf8)
            for _ in 0 ..< Int.random(in: 1 ... 4, using: &random) {
                let place = Int.random(in: 0 ... bytes.count, using: &random)
                switch Int.random(in: 0 ..< 5, using: &random) {
                case 0: bytes.insert(contentsOf: Self.fragments.randomElement(using: &random)!.utf8, at: place)
                case 1: if place < bytes.count { bytes[place] = UInt8.random(in: 0 ... 255, using: &random) }
                case 2:
                    bytes.removeSubrange(place ..< min(bytes.count, place + Int.random(in: 0 ... 6, using: &random)))
                case 3:
                    bytes.insert(
                        contentsOf: bytes[place ..< min(bytes.count, place + Int.random(in: 0 ... 20, using: &random))],
                        at: Int.random(in: 0 ... bytes.count, using: &random))
                default: bytes.removeLast(min(bytes.count, Int.random(in: 0 ... 20, using: &random)))
                }
            }
            do {
                _ = try Template(String(decoding: bytes, as: UTF8.self), limits: limits).render(variables)
                rendered += 1
            } catch { #expect(error is TemplateError, "\(error)") }
        }
        #expect(rendered > 50)
    }
}
