import Foundation
import OrreryTemplates
import Testing

/// Errors: where and what; and what a rendering tells besides its text.
@Suite struct TemplateTests {
    private func failure(_ source: String, _ variables: [String: TemplateValue] = [:]) -> TemplateError? {
        do {
            _ = try Template(source, name: "t.jinja").render(variables)
            return nil
        } catch { return error as? TemplateError }
    }

    /// As jinja2 gives for names that only look alike: they are compared by code points.
    @Test func namesInTwoForms() throws {
        let two: TemplateValue = .dictionary([.init("\u{E9}", "C"), .init("e\u{301}", "D")])
        #expect(try Template("{{ e\u{301} }}", name: "t").render(["\u{E9}": "C"]).text == "")
        #expect(try Template("{{ \u{E9} }}", name: "t").render(["\u{E9}": "C"]).text == "C")
        let source =
            "{{ x.\u{E9} }}|{{ x['e\u{301}'] }}|{{ x.e\u{301} }}|{{ '\u{E9}' == 'e\u{301}' }}|{{ 'e\u{301}' in ['\u{E9}'] }}"
        #expect(try Template(source, name: "t").render(["x": two]).text == "C|D|D|False|False")
    }

    @Test(arguments: [
        ("a\n  {{ 1 + }}", "t.jinja:2:10: expected an expression, found '}}'"),
        (
            "{% if x %}\n\nabc",
            "t.jinja:3:4: expected '{% elif %}' or '{% else %}' or '{% endif %}', found the end of the template"
        ),
        ("x\n{% nosuch %}", "t.jinja:2:4: unknown statement 'nosuch'"),
        ("{{ 'é' }}{{ x | nosuch }}", "t.jinja:1:17: no filter named 'nosuch'"),
        ("{% include 'a' %}", "t.jinja:1:4: 'include' is not supported: a chat template stands alone"),
        (
            "{{ 12345678901234567890 }}",
            "t.jinja:1:4: expected an integer of at most 64 bits, found 12345678901234567890"
        ),
        ("{# x", "t.jinja:1:1: a comment without its end '#}'"),
    ]) func syntax(_ source: String, _ line: String) {
        let error = failure(source)
        #expect(error?.kind == .syntax)
        #expect(error?.description == line)
    }

    @Test(arguments: [
        ("ab\n\n  {{ missing.x }}", "t.jinja:3:13: 'missing' is undefined"),
        ("{{ 1 +\n 'a' }}", "t.jinja:1:6: unsupported operand type(s) for +: 'int' and 'str'"),
        ("{{ [].append(1) }}", "access to attribute 'append' of 'list' object is unsafe."),
        ("{% for x in 5 %}{% endfor %}", "'int' object is not iterable"),
        ("{{ d.a.b }}", "'dict object' has no attribute 'a'"),
    ]) func runtime(_ source: String, _ text: String) {
        let error = failure(source, ["d": [:]])
        #expect(error?.kind == .runtime)
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "no error")")
    }

    @Test func raised() {
        let error = failure("x\n{{ raise_exception('only\ntext') }}")
        #expect(error?.kind == .raised)
        #expect(error?.message == "only\ntext")
        #expect(error?.description == "t.jinja:2:19: the template refuses this conversation: only text")
    }

    @Test func generated() throws {
        let rendering = try Template("a{% for x in [1, 2] %}({% generation %}é{{ x }}{% endgeneration %}){% endfor %}")
            .render([:])
        let bytes = Array(rendering.text.utf8)
        #expect(rendering.generated.map { String(decoding: bytes[$0], as: UTF8.self) } == ["é1", "é2"])
    }

    /// A template is a value that several renderings may use at once.
    @Test func manyAtOnce() async throws {
        let template = try Template(
            "{% macro m(n) %}{{ n }}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(k) }}")
        let texts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for k in 0 ..< 16 { group.addTask { (k, try template.render(["k": .int(k)]).text) } }
            var found: [Int: String] = [:]
            for try await (k, text) in group { found[k] = text }
            return found
        }
        for k in 0 ..< 16 { #expect(texts[k] == (0 ... k).reversed().map(String.init).joined()) }
    }

    @Test func theDateIsGiven() throws {
        let date = Calendar(identifier: .gregorian).date(from: DateComponents(year: 2024, month: 2, day: 29, hour: 7))!
        #expect(try Template("{{ strftime_now('%Y-%m-%d %H%%') }}").render([:], date: date).text == "2024-02-29 07%")
    }
}
