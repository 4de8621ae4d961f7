#!/usr/bin/env python3
"""Writes Tests/OrreryTemplatesTests/Goldens/templates.json: templates of our own with what Python's jinja2 makes of them, set up as transformers does.

    python scripts/goldens/make_template_goldens.py
"""

import json
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "compare"))
import random_templates
from compare_templates import NOW, PLAIN_TOOLS, SPECIAL, TOOLS, assistant, call, reference, user

TARGET = Path(__file__).resolve().parents[2] / "Tests/OrreryTemplatesTests/Goldens/templates.json"

SNIPPETS = {
    "white space": [
        "a\n  {% if true %}\n  b\n  {% endif %}\nc\n", "{{ 1 }}\n{{- 2 }}  {{ 3 -}}\n 4", "{%- if true -%}  x  {%- endif -%} y", "  {%+ if true %}x{% endif %}", "{% if true +%}\nx{% endif %}",
        "{# c #}\nx", "a {#- c -#} b", "x\r\ny\rz\n\n", "{% raw %}\n {{ x }} {% endraw %}\n|", "  {%- raw -%}  {% y %}  {%- endraw -%}  |", "\u2003{%- if 1 %}\u00a0{%- endif %}|",
    ],
    "literals": [
        "{{ 'a\\n\\x41\\u00e9\\101\\q' }}", "{{ '\\é' }}", "{{ 'a' 'b' \"c\" }}", "{{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1.5e3 }} {{ 1e-7 }} {{ 1e16 }} {{ 123456789012345678.0 }}",
        "{{ [1, 'a', none, true, 1.0, {'k': (1,)}, ()] }}", "{{ {1: 2, 1.0: 3, true: 4} }}", "{{ 'it\\'s' }}{{ ['it\\'s', '\"', '\\'\"', '\\t\\x00\\u200b é'] }}", "{{ 1, 2 }}", "{{ {'a': {'b': 1}} }}",
    ],
    "operators": [
        "{{ 1 + 2 * 3 - 4 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }} {{ -7.5 // 2 }} {{ 7.5 % -2 }}", "{{ 'a' ~ 1 ~ none ~ [1] }}",
        "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 'a' in 'abc' }} {{ 2 not in [1] }} {{ not 1 == 2 }}", "{{ 1 if false }}|{{ 1 if true else 2 }}", "{{ 'ab' * 3 }} {{ [1] * 2 }} {{ [1] + [2] }}",
        "{{ -2 ** 2 }} {{ -5|abs }} {{ 'x' if 1 > 2 else 'y' if 1 else 'z' }}", "{{ 0 or '' or 'x' }} {{ 1 and 2 }} {{ none and 1 }}", "{{ 1 + 'a' }}", "{{ [] < 1 }}", "{{ 1 / 0 }}", "{{ missing + 1 }}",
        "{{ 'a' + 1 }}", "{{ 10 ** 18 }} {{ 0.1 + 0.2 }} {{ 1e308 * 10 }}", "{{ [1, 2] == (1, 2) }} {{ [1, 'a'] < [1, 'b'] }} {{ {'a': 1} == {'a': 1.0} }}",
    ],
    "subscripts": [
        "{{ 'héllo'[1] }} {{ 'héllo'[-1] }} {{ 'héllo'[1:4] }} {{ 'héllo'[::-1] }} {{ [1, 2, 3, 4][::2] }} {{ [1, 2, 3][5:] }} {{ (1, 2, 3)[-2:] }}", "{{ d.k }} {{ d['k'] }} {{ d.nothing }}|",
        "{{ xs.0 }} {{ xs[9] }}| {{ xs['a'] }}|", "{{ missing.a }}", "{{ d.missing.a }}", "{{ none.a }}|{{ d.missing is defined }}", "{{ d.get('k') }} {{ d.get('q') }} {{ d.get('q', 7) }}", "{{ d['items'] }} {{ d.items()|list }}",
        "{{ 'a'.__class__ }}|{{ 'a'.__class__.x }}", "{{ [].append(1) }}", "{{ {}.update({}) }}", "{{ xs[1:none] }} {{ xs[::0] }}",
    ],
    "loops": [
        "{% for x in xs %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ ', ' if not loop.last }}{% endfor %}", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
        "{% for x in [] %}x{% else %}none{% endfor %}", "{% for x in xs if x > 1 %}{{ loop.index }}{{ x }}{{ loop.revindex0 }} {% endfor %}", "{% for x in xs %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}",
        "{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% else %}E{% endfor %}", "{% for x in xs %}{% continue %}{% else %}E{% endfor %}",
        "{% for x in [[1, [2, 3]], [4, [5, 6]]] %}{% for y in x[1] %}{{ loop.index }}{{ y }} {% endfor %}{% endfor %}", "{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
        "{% for x in [{'n': 1, 'c': [{'n': 2, 'c': []}, {'n': 3, 'c': []}]}] recursive %}[{{ loop.depth }}{{ x.n }}{{ loop(x.c) }}]{% endfor %}", "{% for x in xs %}{{ loop.changed(x) }}{{ loop.cycle('a', 'b') }}{% endfor %}",
        "{% for x in xs %}{% set y = x %}{% endfor %}{{ y }}|", "{% set y = 0 %}{% for x in xs %}{% set y = y + x %}{{ y }} {% endfor %}{{ y }}", "{% set ns = namespace(t=0) %}{% for x in xs %}{% set ns.t = ns.t + x %}{% endfor %}{{ ns.t }}",
        "{% for x in 5 %}{% endfor %}", "{% for a, b in [[1]] %}{% endfor %}", "{% for x in 'añb' %}{{ x }}-{% endfor %}", "{% for x in missing %}x{% endfor %}|", "{% break %}", "{% for loop in xs %}{% endfor %}",
        "{% for a, b in [[1, 2], [3, 4]] if a %}{{ loop.previtem }}{% endfor %}", "{{ loop }}|{% for x in xs %}{{ loop }}{% endfor %}",
    ],
    "scopes": [
        "{% if true %}{% set q = 1 %}{% endif %}{{ q }}", "{% for i in [1, 2] %}{{ s }}|{% endfor %}{% set s = 5 %}{{ s }}", "{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% set a, b = [1, 2] %}{{ a }}{{ b }}",
        "{% set x %}in {{ a }}{% endset %}[{{ x }}]", "{% set x | upper | replace('A', 'b') %}abc{% endset %}{{ x }}", "{% filter upper %}a{{ s }}{% endfilter %}", "{% macro m() %}{{ a }}{% endmacro %}{% set a = 9 %}{{ m() }}",
        "{% if missing %}{% set s = 1 %}{% endif %}{{ s }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns }}", "{% set ns = namespace() %}{% set ns._x = 1 %}", "{% set d.k = 1 %}", "{% set ns = namespace(a=1) %}{% set ns.a, b = 2, 3 %}{{ ns.a }}{{ b }}",
    ],
    "macros": [
        "{% macro m(x, y=2) %}({{ x }}{{ y }}){% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(y=5) }}", "{% macro m(x) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, k=4) }}", "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}",
        "{% macro m() %}<{{ caller('a') }}>{% endmacro %}{% call(t) m() %}in {{ t }}{% endcall %}", "{% macro m(n) %}{{ n }}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(4) }}", "{% macro m(x) %}{% endmacro %}{{ m(1, 2) }}", "{% macro m(x) %}{% endmacro %}{{ m(z=1) }}",
        "{% macro m(x) %}{{ x is defined }}{% endmacro %}{{ m() }}{{ m.name }}{{ m.arguments }}", "{% macro m() %}{% endmacro %}{% call m() %}{% endcall %}", "{% macro a(x=1, y) %}{% endmacro %}",
    ],
    "filters": [
        "{{ [3, 1, 2]|sort }} {{ ['b', 'A']|sort }} {{ ['b', 'A']|sort(case_sensitive=true) }} {{ [1, 2]|sort(reverse=true) }}", "{{ [1, 'a']|sort }}", "{{ msgs|map(attribute='role')|join(', ') }}", "{{ msgs|selectattr('role', 'equalto', 'user')|list|length }}",
        "{{ msgs|rejectattr('content')|map(attribute='role')|list }}", "{{ ['a', 'A', 'b']|unique|list }}", "{{ range(7)|batch(3, 'x')|list }} {{ range(7)|slice(3)|list }}", "{{ msgs|groupby('role')|map('first')|list }}",
        "{% for g, l in msgs|groupby('n') %}{{ g }}:{{ l|length }} {% endfor %}{% for g in msgs|groupby('n') %}{{ g.grouper }}{{ g.list|length }}{% endfor %}", "{{ {'b': 1, 'a': 2}|dictsort }} {{ {'b': 1, 'a': 2}|dictsort(by='value') }}",
        "{{ 'a b\\nc'|indent }}|{{ 'a\\n\\nb'|indent(2, true, true) }}", "{{ 'foo bar baz qux'|truncate(9) }} {{ 'foo bar baz qux'|truncate(9, true) }} {{ 'foo bar'|truncate(5, leeway=0) }}", "{{ 'a-b c(d'|title }} {{ 'ÉCOLE ß'|capitalize }} {{ 'ΑΣ'|lower }}",
        "{{ 3.14159|round(2) }} {{ 2.5|round }} {{ 42.55|round(1, 'floor') }} {{ 5|round }} {{ 125|round(-1) }} {{ 2.675|round(2) }}", "{{ '42.9'|int }} {{ 'x'|int(7) }} {{ '0x1f'|int(base=16) }} {{ '1e3'|float }} {{ none|int }} {{ ' 12 '|int }}",
        "{{ d|tojson }} {{ d|tojson(indent=2) }}", "{{ {'é': '\\u0001\"\\\\/', 'x': [1.0, 1e22, none]}|tojson }} {{ 'é😀'|tojson(ensure_ascii=true) }}", "{{ missing|tojson }}", "{{ {'b': 1, 'a': 2}|tojson(sort_keys=true, separators=(',', ':')) }}", "{{ {1: 2, none: 3, true: 4, 1.5: 5}|tojson }}",
        "{{ '%s is %05.1f%%|%-5s|%x'|format('a', 2.25, 'b', 255) }}", "{{ '{:>5}|{:<5}|{:^5}|{:05d}|{:,}|{:.3f}|{!r}'.format('a', 'b', 'c', 42, 1234567, 3.14159, 'q') }}", "{{ '{a.role}{b[0]}'.format(a=msgs[0], b=xs) }}", "{{ 'a%d' % 'x' }}",
        "{{ '<a href=\"x\">&' | e }} {{ ('<'|safe) + '<' }} {{ '<p>a  b</p>'|striptags }} {{ ('<'|e)|e }}", "{{ 'a b/c?é'|urlencode }} {{ {'a': 'b c'}|urlencode }}", "{{ {'a': 1, 'b': none, 'c': '<'}|xmlattr }}", "{{ 1536|filesizeformat }} {{ 1536|filesizeformat(true) }} {{ 1|filesizeformat }}",
        "{{ [1, 2, 3]|sum }} {{ msgs|sum(attribute='n') }} {{ [[1], [2]]|sum(start=[]) }}", "{{ []|first }}|{{ []|last }}|{{ []|max }}|{{ [3, 1]|min }}", "{{ missing|default('x') }} {{ ''|default('y', true) }} {{ none|d('z') }}", "{{ 'abc'|reverse }} {{ [1, 2]|reverse|list }}",
        "{% set g = xs|map('string') %}{{ g|join }}{{ g|join }}|", "{{ xs|map('nosuch')|list }}", "{{ x|nosuch }}", "{% if false %}{{ x|nosuch }}{% endif %}ok", "{{ 'aaa'|replace('a', 'b', 2) }} {{ 'abc'|list }} {{ 'a b'|wordcount }} {{ 'x'|center(5) }}|",
        "{{ 'the quick brown fox'|wordwrap(9) }}", "{{ '  x '|trim }}|{{ 'xxaxx'|trim('x') }}", "{{ d|items|list }} {{ missing|items|list }}", "{{ d|attr('k') }}|{{ d|attr('items') is callable }}",
    ],
    "methods": [
        "{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'a b c'.split(' ', 1) }}", "{{ '<think>x</think>y'.split('</think>')[-1].lstrip('\\n') }}", "{{ 'xxabcxx'.strip('x') }} {{ ' a '.rstrip() }}|",
        "{{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.endswith('bc', 0, 2) }} {{ 'héé'.find('é') }} {{ 'aXa'.rfind('a') }} {{ 'aa'.count('a') }} {{ ''.count('') }}", "{{ 'a\\nb\\r\\nc'.splitlines() }} {{ 'a\\n'.splitlines(true) }}", "{{ 'abc'.index('z') }}",
        "{{ 'hello world'.title() }} {{ 'ǆ'.title() }} {{ 'aB'.swapcase() }} {{ 'x'.zfill(3) }} {{ '-1'.zfill(4) }} {{ 'a'.ljust(3, '*') }} {{ 'ab'.center(5, '.') }}", "{{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }}", "{{ ', '.join(['a', 'b']) }} {{ ''.join([1]) }}",
        "{{ d.keys() }} {{ d.values()|list }} {{ d.items() }}", "{{ 5.bit_length() }}", "{{ (5).bit_length() }} {{ (2.0).is_integer() }}", "{{ '٣'.isdigit() }}{{ '½'.isnumeric() }}{{ 'a1'.isalnum() }}{{ ''.isspace() }}{{ 'Ab Cd'.istitle() }}",
    ],
    "tests": [
        "{{ 1 is odd }} {{ 2 is even }} {{ 6 is divisibleby 3 }} {{ 6 is divisibleby(4) }} {{ x is defined }} {{ none is none }} {{ true is boolean }} {{ 1 is integer }} {{ 1.0 is float }} {{ 1 is number }}",
        "{{ 'a' is string }} {{ d is mapping }} {{ xs is sequence }} {{ 5 is iterable }} {{ d.items is callable }} {{ 1 is sameas 1 }} {{ 'a' is in 'abc' }} {{ 1 is not eq 2 }} {{ 'A' is upper }} {{ ('x'|e) is escaped }} {{ 'upper' is filter }}",
        "{{ missing is undefined }} {{ d.k is defined and d.q is not defined }}", "{{ 1 is nosuch }}", "{{ missing is string }}{{ missing is sequence }}{{ missing is iterable }}{{ missing is mapping }}", "{{ range(3) is sequence }}{{ xs|map('string') is sequence }}",
    ],
    "functions": [
        "{{ range(3)|list }} {{ range(5, 0, -2)|list }} {{ range(3) }}", "{{ range(100001) }}", "{{ dict(a=1, b='x') }} {{ dict([('a', 1)]) }}", "{{ raise_exception('No ' ~ 1) }}", "{{ strftime_now('%d %b %Y %H:%M') }}", "{% set j = joiner('-') %}{{ j() }}{{ j() }}{{ j() }}",
        "{% set c = cycler(1, 2) %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}", "{{ missing() }}", "{{ xs() }}", "{{ range() }}", "{{ range('a') }}", "{{ dict(1) }}", "{{ m(*[1], **{'a': 2}) }}",
    ],
    "syntax": [
        "{{ 1 + }}", "{{ (1 }}", "{{ 1 ) }}", "{% if %}{% endif %}", "{% if true %}", "{% endif %}", "{% nosuch %}", "{{ a b }}", "{{ 'abc }}", "{# open", "{% raw %} x", "{{ 1 | }}", "{{ x.  }}", "{{ {'a' 1} }}", "{% for x %}{% endfor %}", "{% set 1 = 2 %}",
        "{% set true = 2 %}", "{{ f(a=1, 2) }}", "{{ f(a=1, a=2) }}", "{% macro m(a, a) %}{% endmacro %}", "{{ $ }}", "{{ 1 is odd is even }}", "{% call m %}{% endcall %}", "{% else %}", "{{ }}", "{% %}", "{{ '\\x4' }}", "{{ a.1.2 }}", "{% for x in xs %}{% else %}",
        "{% generation %}a{% set q = 1 %}{% endgeneration %}{{ q }}|", "{% if true: %}x{% endif %}", "{% print 1, 2 %}",
    ],
}

CHAT = """{{- bos_token }}
{%- if messages[0].role == 'system' %}
    {%- set system = messages[0].content %}
    {%- set rest = messages[1:] %}
{%- else %}
    {%- set rest = messages %}
{%- endif %}
{%- macro tool_list(tools) %}
    {%- for tool in tools %}
{{ tool.function | tojson(indent=2) }}
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}
{%- if system is defined or tools %}
<|system|>
{{ system | default('You have tools.') | trim }}
    {%- if tools %}{{ tool_list(tools) }}{% endif %}
<|end|>
{%- endif %}
{%- for message in rest %}
    {%- if message.role not in ['user', 'assistant', 'tool'] %}
        {{- raise_exception('Unknown role: ' + message.role) }}
    {%- endif %}
    {%- if (message.role == 'user') == (loop.index0 > 0 and rest[loop.index0 - 1].role == 'user') and message.role == 'user' %}
        {{- raise_exception('Roles must alternate') }}
    {%- endif %}
<|{{ message.role }}|>
    {%- if message.reasoning_content is defined and enable_thinking %}
<think>{{ message.reasoning_content.strip() }}</think>
    {%- endif %}
    {%- generation %}
    {%- if message.content is string %}
{{ message.content }}
    {%- elif message.content %}
        {%- for part in message.content if part.type == 'text' %}{{ part.text }}{% endfor %}
    {%- endif %}
    {%- for call in message.tool_calls or [] %}
        {%- set call = call.function or call %}
[{{ call.name }} {{ call.arguments if call.arguments is string else call.arguments | tojson }}]
    {%- endfor %}
    {%- endgeneration %}
{{ eos_token }}
{%- endfor %}
{%- if add_generation_prompt %}
<|assistant|>
{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}
{%- endif %}
"""

CONVERSATIONS = [
    [user("Hello")],
    [{"role": "system", "content": " Be brief. \n"}, user("a"), assistant("b"), user("c")],
    [user("a"), user("b")],
    [{"role": "critic", "content": "x"}],
    [user("2+2?"), assistant("4", reasoning="Two\n and two. "), user([{"type": "text", "text": "And"}, {"type": "image"}, {"type": "text", "text": " more"}])],
    [user("Weather?"), assistant(None, tool_calls=[call("now", {"a": [1, None, "é"]})]), {"role": "tool", "content": "noon"}],
    [user("Say a b c"), assistant("a b ")],
]


def golden(name, case):
    case["now"] = NOW.timestamp()
    text, problem = reference(case)
    return {"name": name, **case, **({"text": text} if problem is None else {"error": problem[0], "message": problem[1]})}


def main():
    warnings.simplefilter("ignore")
    goldens = []
    for name, sources in SNIPPETS.items():
        goldens += [golden(name, {"template": source, "variables": random_templates.VARIABLES}) for source in sources]
    for messages in CONVERSATIONS:
        for tools, prompt, thinking in [(None, True, None), (TOOLS, False, True), (PLAIN_TOOLS, True, False)]:
            case = {"template": CHAT, "messages": messages, "add_generation_prompt": prompt, "variables": {**SPECIAL, **({} if thinking is None else {"enable_thinking": thinking})}}
            if tools:
                case["tools"] = tools
            goldens.append(golden("chat", case))
            if not prompt:
                goldens.append(golden("continued", {**case, "continue_final_message": True}))
    number = 0
    while number < 400:
        generator = random_templates.Generator(7_000_000 + number)
        source = "{{ " + generator.expression(2) + " }}" if number % 2 else generator.statement(2) + generator.text() + generator.statement(2)
        case = golden("random", {"template": source, "variables": random_templates.VARIABLES})
        number += 1
        if not any(mark in case.get("text", "") for mark in random_templates.UNSTABLE):
            goldens.append(case)
    for case in goldens:
        if case.get("variables") == random_templates.VARIABLES:
            del case["variables"]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in goldens)
    TARGET.write_text('{"variables": ' + json.dumps(random_templates.VARIABLES, ensure_ascii=False) + ',\n"cases": [\n' + lines + "\n]}\n", encoding="utf-8")
    print(f"{len(goldens)} cases in {TARGET}")


if __name__ == "__main__":
    main()
