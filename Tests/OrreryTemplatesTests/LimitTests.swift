import Foundation
import OrreryTemplates
import Testing

/// Templates from strangers: whatever they ask for, one error, soon, and never a trap.
@Suite struct LimitTests {
    static let hostile: [String] = [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for i in range(99999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=1) %}{% for i in range(99999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
        "{% set ns = namespace(x='a') %}{% for i in range(99999) %}{% set ns.x = ns.x|map('upper') %}{% endfor %}{{ ns.x|list }}",
        "{% set ns = namespace(x=[1, 1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set a = namespace(x=[1, 1]) %}{% for i in range(60) %}{% set a.x = [a.x, a.x] %}{% endfor %}{% set b = namespace(x=[1, 1]) %}{% for i in range(60) %}{% set b.x = [b.x, b.x] %}{% endfor %}{{ a.x == b.x }}",
        "{% set a = namespace(x=(1, 1)) %}{% for i in range(60) %}{% set a.x = (a.x, a.x) %}{% endfor %}{{ {a.x: 1} }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% macro m(x) %}{{ caller() if caller is defined }}{% call m(x) %}{{ m(x) }}{% endcall %}{% endmacro %}{{ m(1) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}",
        "{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns.a }}",
        "{{ 'a' * 1000000000000 }}", "{{ 'a' * 9223372036854775807 }}", "{{ [1] * 9223372036854775807 }}",
        "{{ (1, 2) * 4611686018427387904 }}", "{{ 'a'.center(9223372036854775807) }}",
        "{{ 'a'.ljust(99999999999, 'é') }}",
        "{{ 'a'.zfill(99999999999) }}", "{{ 'a'|center(99999999999) }}", "{{ '%99999999999d'|format(1) }}",
        "{{ '%.99999999999f'|format(1.0) }}", "{{ '%*d'|format(9223372036854775807, 1) }}",
        "{{ '{:99999999999}'.format(1) }}",
        "{{ '{:.999999999f}'.format(1.0) }}", "{{ '{0:{0}}'.format(99999999999) }}",
        "{{ [[[[1]]]]|tojson(indent=9999999999) }}", "{{ 'a\\nb'|indent(99999999999) }}",
        "{{ '\\t'.expandtabs(99999999999) }}", "{{ [1]|batch(99999999999, 0)|list }}",
        "{{ [1]|slice(99999999999)|list }}", "{{ ('a' * 10000000).replace('', 'b' * 10000000) }}",
        "{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}", "{{ ('b' * 1000000).join('a' * 1000000) }}",
        "{{ range(9999999999999) }}",
        "{{ range(-9223372036854775807, 9223372036854775807) }}", "{{ 9223372036854775807 + 1 }}",
        "{{ 9223372036854775807 * 2 }}", "{{ -9223372036854775807 - 2 }}", "{{ (-9223372036854775807 - 1) // -1 }}",
        "{{ (-9223372036854775807 - 1)|abs }}",
        "{{ 3 ** 9223372036854775807 }}", "{{ 2 ** 64 }}", "{{ 1e300|int }}", "{{ 1e19|round|int }}",
        "{{ '99999999999999999999999'|int }}", "{{ (1e308 * 10)|int }}", "{{ 'x'|truncate(-9223372036854775807) }}",
        "{{ 'a b'|wordwrap(0) }}",
        "{{ strftime_now('%d' * 10000000) }}", "{% for i in range(99999) %}{{ 'a' * 1000000 }}{% endfor %}",
        "{{ (('a' * 16000000) ~ 'b') * 2 }}",
        "{% set l = namespace(x=[]) %}{% for i in range(99999) %}{% set l.x = l.x + ['a' * 1000000 ~ i] %}{% endfor %}",
        "{{ [range(99999)] * 100000 | map('list') | list }}{% for x in range(9999) %}{{ range(99999)|sort|list|length }}{% endfor %}",
        "{% for i in range(99999) %}{{ ('a' * 15000000) == ('a' * 15000000) }}{% endfor %}",
        "{% for i in range(99999) %}{{ 'b' in ('a' * 15000000) }}{% endfor %}",
        "{% set ns = namespace(l=none) %}{% for i in range(99999) %}{% for j in [ns.l] %}{% set ns.l = loop %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(m=none) %}{% for i in range(99999) %}{% macro m() %}{{ ns }}{% endmacro %}{% set ns.m = [m, ns.m] %}{% endfor %}",
        "{% set ns = namespace(n=none) %}{% for i in range(99999) %}{% set ns.n = namespace(p=ns.n) %}{% endfor %}{% for i in range(99999) %}{% for j in range(999) %}{% endfor %}{% endfor %}",
    ]

    @Test(arguments: hostile) func refused(_ source: String) {
        #expect(throws: TemplateError.self) { try Template(source).render([:]) }
    }

    /// Nothing is left of a rendering: values that hold one another in a circle are freed as well.
    @Test func circlesAreFreed() throws {
        let template = try Template(
            "{% set ns = namespace() %}{% macro m() %}{{ ns }}{% endmacro %}{% set ns.a = [ns, m] %}{% set ns.b = 'x' * 1000000 %}done"
        )
        // Every string holds the meter that counts it.
        weak var meter: Meter?
        do {
            let counted = Meter(TemplateLimits())
            meter = counted
            let rendering = try template.render([:], trusted: [:], controlTokens: [], date: Date(), meter: counted)
            #expect(rendering.text == "done")
        }
        // The rendering's own thread may hold its variables for a moment after it has answered.
        for _ in 0 ..< 60_000 where meter != nil { usleep(1000) }
        #expect(meter == nil)
    }

    @Test(arguments: [
        (String(repeating: "(", count: 100_000), String(repeating: ")", count: 100_000)),
        (String(repeating: "[", count: 100_000), ""), (String(repeating: "not ", count: 100_000), "1"),
        (String(repeating: "-", count: 100_000), "1"), ("1" + String(repeating: " + 1", count: 100_000), ""),
        ("a" + String(repeating: ".a", count: 100_000), ""),
        ("a" + String(repeating: "|e", count: 100_000), ""), ("a" + String(repeating: "()", count: 100_000), ""),
        ("a" + String(repeating: " if a", count: 100_000), ""),
        ("a" + String(repeating: " if a else a", count: 50_000), ""),
        ("a" + String(repeating: " or a", count: 100_000), ""), ("a" + String(repeating: "[a", count: 100_000), ""),
        (String(repeating: "{'a': ", count: 100_000), "1"), ("a" + String(repeating: " is a", count: 100_000), ""),
    ]) func deepExpressions(_ open: String, _ close: String) {
        #expect(throws: TemplateError.self) { try Template("{{ \(open)\(close) }}") }
    }

    @Test(arguments: [
        "{% if a %}", "{% for a in b %}", "{% set a %}", "{% filter upper %}", "{% macro m() %}", "{% call m() %}",
        "{% with %}", "{% generation %}", "{% set (", "{% for (a, ",
    ])
    func deepStatements(_ tag: String) {
        #expect(throws: TemplateError.self) { try Template(String(repeating: tag, count: 50_000)) }
    }

    /// The deepest that is allowed still fits the stack of any thread.
    @Test func deepestFits() async throws {
        let expression = String(repeating: "[", count: 90) + String(repeating: "]", count: 90)
        let macro =
            "{% macro m(n) %}{% if n %}{% for x in [1] %}{% with y = n %}{{ ((((m(y - 1)))))|trim }}{% endwith %}{% endfor %}{% endif %}{% endmacro %}{{ m(60) }}\(expression)"
        let blocks =
            String(repeating: "{% if true %}{% for x in [1] %}", count: 45) + expression
            + String(repeating: "{% endfor %}{% endif %}", count: 45)
        let texts = try await Task.detached {
            try [macro, blocks].map { try Template("{{ \(expression) }}" + $0).render([:]).text }
        }.value
        #expect(texts.count == 2)
    }
}
