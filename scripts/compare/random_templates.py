"""Random small templates, for compare_templates.py --random: what the grammar allows, with values of every kind where they fit and where they do not."""

import random
import warnings

NAMES = ["a", "b", "s", "n", "xs", "d", "ns", "missing", "f", "msgs", "flag", "nothing"]
VARIABLES = {
    "a": 3, "b": -2, "s": "Hello, wörld  \n<b>", "n": 2.5, "xs": [3, 1, 2, 1], "d": {"k": "v", "items": [1, None], "z": {"y": [True, "q'\""]}},
    "f": 0.1, "msgs": [{"role": "user", "content": " Hi ", "n": 2}, {"role": "assistant", "content": "", "n": 1}, {"role": "tool", "n": 2}],
    "flag": True, "nothing": None, "empty": "", "mixed": ["b", "A", "c", "a"], "nested": [[1, 2], ["x", [None, {}]], []], "words": "the quick  brown\tfox-trot jumps",
}
STRINGS = [
    "", "a", "ab", "Hello World", " x ", "<|im_end|>", "a,b,,c", "it's", 'say "hi"', "\\n", "line\\nline2\\n", "é", "ßΣ", "1", "12.5", "-7", "0x1f", "%s", "{}", "k", "role",
    "content", "upper", "lower", "tab\\tx", "日本", "a b c", "key", "y", "n", "trim", "odd", "Hello", "l", "1e3", " 42 ", "1_000", "nan",
]
# Arguments: i an integer, s a string, b a boolean, e anything. Operands: s a string, l a list, d a dictionary, n a number, m messages, e anything.
FILTERS = [
    ("abs", "n", ""), ("capitalize", "s", ""), ("center", "s", "i"), ("default", "e", "eb"), ("dictsort", "d", "b"), ("e", "s", ""), ("escape", "e", ""),
    ("first", "l", ""), ("float", "e", "n"), ("format", "s", "ee"), ("groupby", "m", "s"), ("indent", "s", "ibb"), ("int", "e", "ii"), ("items", "d", ""),
    ("join", "l", "ss"), ("last", "l", ""), ("length", "l", ""), ("list", "l", ""), ("lower", "s", ""), ("map", "l", "s"), ("max", "l", ""), ("min", "l", ""),
    ("reject", "l", "s"), ("rejectattr", "m", "s"), ("replace", "s", "ssi"), ("reverse", "l", ""), ("round", "n", "i"), ("safe", "s", ""), ("select", "l", "s"),
    ("selectattr", "m", "s"), ("slice", "l", "ie"), ("batch", "l", "ie"), ("sort", "l", "bb"), ("string", "e", ""), ("striptags", "s", ""), ("sum", "l", ""),
    ("title", "s", ""), ("tojson", "e", ""), ("trim", "s", "s"), ("truncate", "s", "ibsi"), ("unique", "l", "b"), ("upper", "s", ""), ("urlencode", "s", ""),
    ("wordcount", "s", ""), ("wordwrap", "s", "i"), ("xmlattr", "d", "b"), ("filesizeformat", "n", "b"), ("count", "l", ""), ("d", "e", "e"), ("attr", "e", "s"),
    ("forceescape", "s", ""), ("nosuchfilter", "e", ""),
]
TESTS = [
    ("odd", "n", ""), ("even", "n", ""), ("divisibleby", "n", "i"), ("defined", "e", ""), ("undefined", "e", ""), ("none", "e", ""), ("boolean", "e", ""),
    ("false", "e", ""), ("true", "e", ""), ("integer", "e", ""), ("float", "e", ""), ("lower", "s", ""), ("upper", "s", ""), ("string", "e", ""),
    ("mapping", "e", ""), ("number", "e", ""), ("sequence", "e", ""), ("iterable", "e", ""), ("callable", "e", ""), ("sameas", "e", "b"), ("escaped", "e", ""),
    ("in", "e", "l"), ("eq", "e", "e"), ("ne", "e", "e"), ("gt", "n", "n"), ("lt", "s", "s"), ("ge", "n", "i"), ("le", "s", "s"), ("filter", "s", ""),
    ("test", "s", ""), ("nosuchtest", "e", ""),
]
METHODS = [
    ("split", "s", "si"), ("rsplit", "s", "si"), ("split", "s", ""), ("strip", "s", "s"), ("lstrip", "s", "s"), ("rstrip", "s", "s"), ("startswith", "s", "si"),
    ("endswith", "s", "s"), ("replace", "s", "ssi"), ("upper", "s", ""), ("lower", "s", ""), ("title", "s", ""), ("capitalize", "s", ""), ("find", "s", "sii"),
    ("rfind", "s", "s"), ("index", "s", "s"), ("count", "s", "s"), ("count", "l", "e"), ("index", "l", "e"), ("join", "s", "l"), ("format", "s", "ee"),
    ("items", "d", ""), ("keys", "d", ""), ("values", "d", ""), ("get", "d", "se"), ("splitlines", "s", "b"), ("partition", "s", "s"), ("rpartition", "s", "s"),
    ("zfill", "s", "i"), ("ljust", "s", "i"), ("rjust", "s", "i"), ("center", "s", "i"), ("isdigit", "s", ""), ("isalpha", "s", ""), ("isspace", "s", ""),
    ("isupper", "s", ""), ("islower", "s", ""), ("istitle", "s", ""), ("isalnum", "s", ""), ("swapcase", "s", ""), ("removeprefix", "s", "s"),
    ("removesuffix", "s", "s"), ("expandtabs", "s", "i"), ("append", "l", "e"), ("pop", "d", ""), ("update", "d", "d"), ("copy", "d", ""), ("nosuch", "e", ""),
    ("isnumeric", "s", ""), ("isidentifier", "s", ""), ("casefold", "s", ""), ("isprintable", "s", ""), ("isdecimal", "s", ""), ("isascii", "s", ""),
]
FORMATS = [
    "%s", "%d", "%5.2f|", "%-6s|", "%06d", "%x", "%r", "%e", "%g", "%+d", "%%", "%c", "%(k)s", "%5s%s", "%.3s", "%o", "%#x", "% d", "%i",
    "{}", "{:>6}", "{:<6}|", "{:^7}", "{:05d}", "{:.2f}", "{:,}", "{0}{1}", "{!r}", "{:x}", "{:e}", "{:g}", "{:+}", "{:%}", "{:*^9}", "{{}}", "{:_}", "{:b}", "{:>{}}",
]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.loops = 0

    def pick(self, options):
        return self.random.choice(options)

    def string(self):
        quote = self.pick("'\"")
        return quote + self.pick(STRINGS).replace(quote, "\\" + quote) + quote

    def literal(self):
        kind = self.random.randrange(9)
        if kind == 0:
            return str(self.pick([0, 1, 2, 3, 5, 10, 255, 7, 100, 12345]))
        if kind == 1:
            return self.pick(["0.5", "1.0", "2.75", "1e3", "1e-7", "1.5e20", "0.1", "3.14159", "123456789.123"])
        if kind == 2:
            return self.pick(["true", "false", "none", "True", "None"])
        if kind == 3:
            return "[" + ", ".join(self.literal() for _ in range(self.random.randrange(4))) + "]"
        if kind == 4:
            return "{" + ", ".join(f"{self.string()}: {self.literal()}" for _ in range(self.random.randrange(3))) + "}"
        if kind == 5:
            items = [self.literal() for _ in range(self.random.randrange(3))]
            return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"
        return self.string()

    def name(self):
        extra = ["loop", "loop.index", "loop.first", "loop.last", "x", "loop.previtem", "loop.nextitem", "loop.length"] if self.loops else []
        return self.pick(list(VARIABLES) + ["missing", "ns", "ns.v", "m", "msgs[0]", "msgs[1].role", "d.k", "d.z.y", "d['items']", "xs[0]", "missing.x"] + extra)

    def fitting(self, kind, depth):
        """A value of a kind, mostly."""
        if self.random.random() < 0.1:
            kind = "e"
        if kind == "i":
            return self.pick(["0", "1", "2", "3", "4", "8", "-1", "20"])
        if kind == "n":
            return self.pick(["a", "b", "n", "f", "7", "2.5", "-3", "1e3", "xs[0]", "0.125", "12345678"])
        if kind == "b":
            return self.pick(["true", "false", "flag", "0", "none"])
        if kind == "s":
            return self.string() if self.random.random() < 0.6 else self.pick(["s", "words", "msgs[0].content", "d.k", "empty", "(s ~ a)", "s|upper", "words[:7]", "(s|e)"])
        if kind == "l":
            return self.pick(["xs", "mixed", "msgs", "nested", "range(4)", "d", "words", "[1, 'a', none]", "d.items()", "(xs|sort)", "mixed|map('upper')", "s.split()", "(1, 2)", "[]", "['b', 'a']"])
        if kind == "d":
            return self.pick(["d", "d.z", "msgs[0]", "{'b': 1, 'a': 'x', 'C': none}", "{}", "dict(q=1, p=s)", "{1: 2, 'x': [1]}"])
        if kind == "m":
            return self.pick(["msgs", "msgs", "[d]", "msgs[1:]", "[{'role': 'B', 'n': 1}, {'role': 'a', 'n': 0}]"])
        return self.literal() if depth <= 0 or self.random.random() < 0.5 else self.expression(depth - 1)

    def arguments(self, kinds, depth):
        count = self.random.randint(0 if self.random.random() < 0.3 else min(1, len(kinds)), len(kinds))
        return ", ".join(self.fitting(kind, depth - 1) for kind in kinds[:count])

    def filtered(self, depth):
        name, operand, kinds = self.pick(FILTERS)
        return f"({self.fitting(operand, depth)})|{self.filter(name, kinds, depth)}"

    def filter(self, name, kinds, depth):
        if name in ("map", "select", "reject") and self.random.random() < 0.7:
            return f"{name}({self.pick(['attribute=' + self.string(), repr(self.pick(FILTERS)[0]), repr(self.pick(TESTS)[0])])})"
        if name in ("selectattr", "rejectattr", "groupby", "attr") and self.random.random() < 0.8:
            path = self.pick(["'role'", "'n'", "'content'", "'role.x'", "0"])
            return f"{name}({path}{self.pick(['', ', ' + repr(self.pick(TESTS)[0]), ', ' + repr('equalto') + ', ' + self.literal()]) if 'attr' in name and name != 'attr' else ''})"
        if name == "tojson" and self.random.random() < 0.6:
            return f"tojson({self.pick(['indent=2', 'indent=4', 'ensure_ascii=true', 'sort_keys=true', 'separators=(%r, %r)' % (',', ':'), '2', 'indent=none'])})"
        if name == "sort" and self.random.random() < 0.6:
            return f"sort({self.pick(['reverse=true', 'case_sensitive=true', 'attribute=%r' % 'role', 'attribute=%r' % 'n,role', 'true'])})"
        if name == "indent" and self.random.random() < 0.6:
            return f"indent({self.pick(['2', 'first=true', 'blank=true', '2, true, true', repr('> ')])})"
        if name == "format":
            return f"format({self.arguments(kinds, depth)})"
        arguments = self.arguments(kinds, depth)
        return f"{name}({arguments})" if arguments or self.random.random() < 0.2 else name

    def expression(self, depth=3):
        if depth <= 0:
            return self.name() if self.random.random() < 0.5 else self.literal()
        kind = self.random.randrange(17)
        inner = lambda: self.expression(depth - 1)  # noqa: E731
        if kind == 0:
            kind = self.pick("nnnsle")
            return f"({self.fitting(kind, depth)} {self.pick(['+', '-', '*', '/', '//', '%', '~', '**'] if kind == 'n' else ['+', '~', '*'])} {self.fitting(kind, depth)})"
        if kind == 1:
            kind = self.pick("nsle")
            return f"({self.fitting(kind, depth)} {self.pick(['==', '!=', '<', '>', '<=', '>=', 'in', 'not in'])} {self.fitting(self.pick([kind, kind, 'l']), depth)})"
        if kind == 2:
            return f"({inner()} {self.pick(['and', 'or'])} {inner()})"
        if kind == 3:
            return f"not {inner()}"
        if kind in (4, 5, 6):
            return self.filtered(depth)
        if kind == 7:
            name, operand, kinds = self.pick(TESTS)
            arguments = self.arguments(kinds, depth)
            return f"(({self.fitting(operand, depth)}) is {self.pick(['', 'not '])}{name}{'(' + arguments + ')' if arguments else ''})"
        if kind in (8, 9, 10):
            name, operand, kinds = self.pick(METHODS)
            return f"({self.fitting(operand, depth)}).{name}({self.arguments(kinds, depth)})"
        if kind == 11:
            part = lambda: self.pick(["", "", "0", "1", "-1", "2", "-3", "10"])  # noqa: E731
            # Of constants alone a slice that fails is undefined in jinja2, which folds them by other rules; so there is always a name.
            return f"{self.pick(['s', 'xs', 'words', 'mixed', 'nested', 'range(5)', 'd', 'a', 'missing', '(s, a, n)'])}[{part()}:{part()}{self.pick(['', ':', ':-1', ':2', ':-2'])}]"
        if kind == 12:
            return f"{self.operand(depth)}[{self.pick(['0', '-1', '5', self.string(), inner()])}]"
        if kind == 13:
            return f"({inner()} if {inner()}{self.pick([' else ' + inner(), ''])})"
        if kind == 14:
            return f"{self.pick(['range', 'dict', 'namespace'])}({self.pick(['3', '1, 4', '5, 0, -2', 'a=1', 'k=xs, z=none', ''])})"
        if kind == 15:
            form = self.pick(FORMATS)
            if "%" in form and "{" not in form:
                return f"({form!r} % {self.pick([inner(), '(' + inner() + ', ' + inner() + ')', '(' + inner() + ',)', 'd'])})"
            return f"{form!r}.format({self.arguments('nn', depth)})"
        return f"{self.pick(['-', '+', ''])}{self.fitting('n', depth)}"

    def operand(self, depth):
        return self.pick([self.name(), self.literal(), f"({self.expression(depth - 1)})"])

    def tag(self, inside):
        return "{%" + self.pick(["", "-", "+", "", ""]) + " " + inside + " " + self.pick(["", "-", "", ""]) + "%}"

    def text(self):
        return self.pick(["\n", " ", "text", "  \n", "\t", "<|x|>", "a\n  ", "", "", "\n\n"])

    def body(self, depth):
        return "".join(self.text() + self.statement(depth - 1) for _ in range(self.random.randint(1, 3))) + self.text()

    def statement(self, depth):
        kind = self.random.randrange(16 if depth > 0 else 3)
        if kind <= 2:
            return "{{" + self.pick(["", "-", ""]) + " " + self.expression(self.random.randint(1, 3)) + " " + self.pick(["", "-", ""]) + "}}"
        if kind == 3:
            return self.tag(f"set {self.pick(['a', 'm', 'x', 'a, b'])} = {self.expression(2)}")
        if kind == 4:
            return self.tag("set ns = namespace(v=0)") + self.body(depth) + self.tag(f"set ns.v = {self.expression(1)}")
        if kind in (5, 6):
            otherwise = self.tag(self.pick(["else", f"elif {self.expression(1)}"])) + self.body(depth) if self.random.random() < 0.5 else ""
            return self.tag(f"if {self.expression(2)}") + self.body(depth) + otherwise + self.tag("endif")
        if kind in (7, 8, 9):
            return self.loop(depth)
        if kind == 10:
            return self.tag(f"set {self.pick(['a', 'm'])}{self.pick(['', '|upper', '|trim|replace(' + repr('a') + ', ' + repr('b') + ')'])}") + self.body(depth) + self.tag("endset")
        if kind == 11:
            return self.tag(f"with x = {self.expression(1)}, a = {self.expression(1)}") + self.body(depth) + self.tag("endwith")
        if kind == 12:
            return self.tag(f"filter {self.pick(['upper', 'trim', 'indent(2)', 'replace(' + repr('a') + ', ' + repr('zz') + ')', 'escape'])}") + self.body(depth) + self.tag("endfilter")
        if kind == 13:
            return self.macro(depth)
        if kind == 14:
            return self.pick(["{# a comment #}", "{#- trimmed -#}", "{% raw %}{{ raw }}{% endraw %}", "{%- raw -%} {% x %} {%- endraw -%}", "{% generation %}" + self.text() + "{% endgeneration %}"])
        return self.tag(f"print {self.expression(2)}")

    def loop(self, depth):
        loops = self.loops
        self.loops += 1
        source = self.pick(["xs", "msgs", "d", "d.items()", "nested", "words", "range(3)", "mixed|sort", "missing", "d|dictsort", "msgs|selectattr('n')", self.expression(1)])
        target = "x, a" if "items" in source or "dictsort" in source or source == "nested" and self.random.random() < 0.3 else "x"
        condition = f" if {self.expression(1)}" if self.random.random() < 0.25 else ""
        body = self.body(depth)
        if self.random.random() < 0.3:
            body += self.tag(f"if {self.expression(1)}") + self.tag(self.pick(["break", "continue"])) + self.tag("endif") + self.text()
        if self.random.random() < 0.3:
            body += self.pick(["{{ loop.cycle('p', 'q') }}", "{{ loop.changed(x) }}", "{{ loop.revindex0 }}", "{{ loop.index0 }}:{{ loop.depth }}", "{% set a = a ~ loop.index %}"])
        otherwise = self.tag("else") + self.text() if self.random.random() < 0.3 else ""
        self.loops = loops
        return self.tag(f"for {target} in {source}{condition}") + body + otherwise + self.tag("endfor")

    def macro(self, depth):
        loops, self.loops = self.loops, 0
        body = self.body(depth) + self.pick(["", "{{ caller() }}", "{{ varargs }}", "{{ kwargs }}", "{{ x }}{{ y }}", "{{ caller is defined }}"])
        self.loops = loops
        definition = self.tag(f"macro m({self.pick(['', 'x', 'x, y=2', 'x=a, y=x'])})") + body + self.tag("endmacro")
        call = self.pick(["{{ m() }}", "{{ m(1) }}", "{{ m(1, 2) }}", "{{ m(y=3, x=xs) }}", "{{ m(1, 2, 3) }}", "{{ m(q=1) }}", "{% call m(1) %}in {{ a }}{% endcall %}", "{{ m }}{{ m.name }}{{ m.arguments }}"])
        return definition + self.text() + call


# Python prints an address, or an order, that nothing depends on.
UNSTABLE = ["object at 0x", "zzt 0x", "<built-in method", "<bound method", "<function ", "<class ", "<generator", "_iterator", "reverseiterator", "<jinja2", "<chat_template", "TemplateDict"]


def compare(count, seed, orrery, difference):
    from compare_templates import reference

    warnings.simplefilter("ignore")  # Python's, about what the templates are compiled to.
    failed, rendered, skipped = 0, 0, 0
    for number in range(count):
        generator = Generator(seed * 1_000_003 + number)
        if number % 2:
            source = "{{ " + generator.expression(generator.random.randint(1, 4)) + " }}"
        else:
            source = "".join(generator.statement(3) + generator.text() for _ in range(generator.random.randint(1, 4)))
        case = {"template": source, "variables": VARIABLES}
        expected = reference(case)
        if expected[0] is not None and any(mark in expected[0] for mark in UNSTABLE):
            skipped += 1
            continue
        found = difference(case, orrery, expected)
        if found and ("64 bits" in found or "complex" in found):
            skipped += 1
            continue
        rendered += expected[0] is not None
        if found:
            failed += 1
            if failed <= 40:
                print(f"seed {seed}, number {number}: {source!r}\n     {found}"[:1500])
    print(f"{count} random templates: {rendered} rendered, {count - skipped - rendered} refused, {skipped} not comparable, {failed} differ")
    return failed
