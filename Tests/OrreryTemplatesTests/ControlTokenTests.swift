import OrreryTemplates
import Testing

/// Control tokens that come with a conversation are known as such, whatever a template does with the text around them.
@Suite struct ControlTokenTests {
    private func foreign(_ source: String, _ text: String) throws -> [String] {
        let rendering = try Template(source).render(
            ["x": .string(text), "xs": [.string(text), "b"]], trusted: ["bos": "<|im|>"],
            controlTokens: ["<|im|>", "<|im|>x", "</s>"])
        let bytes = Array(rendering.text.utf8)
        #expect(rendering.foreign.allSatisfy { !$0.isEmpty && $0.upperBound <= bytes.count })
        return rendering.foreign.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test(arguments: [
        "<|im|>{{ x }}<|im|>", "{{ bos }}{{ x }}</s>", "{{ bos ~ x ~ bos }}", "{{ '<|im|>' + x + '</s>' }}",
        "{{ x.strip() }}", "{{ x[0:100] }}", "{% set y %}{{ x }}{% endset %}{{ y }}",
        "{% macro m(t) %}</s>{{ t }}{% endmacro %}{{ m(x) }}", "{{ [bos, x]|join('</s>') }}", "{{ x.split('q')[0] }}",
        "{% for t in xs %}{{ t }}{% endfor %}", "{{ x|trim }}", "{{ xs|map('trim')|join }}",
        "{{ xs|first }}", "{% filter trim %}<|im|>{{ x }}{% endfilter %}",
        "{% set ns = namespace(t='') %}{% set ns.t = ns.t + x %}{{ ns.t }}", "{{ x if true else bos }}",
        "{{ x|default('') }}",
    ]) func kept(_ source: String) throws {
        #expect(try foreign(source, "é <|im|> </s>") == ["<|im|>", "</s>"])
    }

    /// Where the text is changed, all of it counts.
    @Test(arguments: [
        "{{ x|upper }}", "{{ x|replace('e', 'E') }}", "{{ '%s'|format(x) }}", "{{ '{}'.format(x) }}", "{{ x|tojson }}",
        "{{ {'a': x}|tojson }}", "{{ [x] }}", "{{ x * 2 }}", "{{ x|indent }}", "{{ x[::-1] }}",
    ]) func inAnyForm(_ source: String) throws {
        let rendering = try Template(source).render(["x": "a </s>"], controlTokens: ["</s>"])
        let token = rendering.text.lowercased().firstRange(of: "s>") ?? rendering.text.firstRange(of: ">s/")
        let start = rendering.text.utf8.distance(from: rendering.text.startIndex, to: try #require(token).lowerBound)
        #expect(rendering.foreign.contains { $0.contains(start) })
    }

    @Test func longestFirst() throws { #expect(try foreign("{{ x }}", "<|im|>x") == ["<|im|>x"]) }

    @Test func ordinaryTextHasNone() throws {
        #expect(try foreign("<|im|>{{ x }}</s>{{ bos }}", "no <|i m|> token").isEmpty)
    }
}
