#!/usr/bin/env python3
"""Renders chat templates here and with Python's jinja2 as transformers sets it up, and compares.

    python scripts/compare/compare_templates.py [TEMPLATE.jinja ...]         # fixed conversations, each with each template
    python scripts/compare/compare_templates.py --random 5000 [--seed 1]     # random small templates and expressions
    python scripts/compare/compare_templates.py --json                       # tojson of every code point below U+3000, with its options

Equal means: the same text, or both refuse; where the template itself refuses with raise_exception, in the same words.
Needs transformers and jinja2; runs `.build/release/orrery template --cases`, or the program that --program names.
"""

import argparse
import datetime
import itertools
import json
import subprocess
import sys
from pathlib import Path

import jinja2
import transformers.utils.chat_template_utils as chat_template_utils

NOW = datetime.datetime(2025, 3, 9, 14, 5, 7)
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}


class FixedDate(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = FixedDate


class Orrery:
    """The program under test: a case a line, an answer a line."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def __call__(self, case):
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the program ended at {json.dumps(case)[:2000]}")
        return json.loads(line)


def reference(case):
    """(text, None), or (None, what went wrong); for raise_exception exactly its message."""
    arguments = dict(case.get("variables", {}))
    try:
        if "messages" not in case:
            template = chat_template_utils._compile_jinja_template(case["template"])
            text = template.render(**arguments)
        else:
            for key in ("tools", "documents", "add_generation_prompt", "continue_final_message"):
                if key in case:
                    arguments[key] = case[key]
            chat = chat_template_utils._normalize_chat_messages(json.loads(json.dumps(case["messages"])))
            rendered, _ = chat_template_utils.render_jinja_template([chat], chat_template=case["template"], **arguments)
            text = rendered[0]
        text.encode("utf-8")
        return text, None
    except Exception as error:  # noqa: BLE001: whatever Python raises, the template failed.
        raised = type(error) is jinja2.exceptions.TemplateError
        return None, ("raised", str(error)) if raised else ("error", f"{type(error).__name__}: {error}")


def difference(case, orrery, expected=None):
    """What differs, in words; None if nothing does."""
    expected, problem = expected or reference(case)
    answer = orrery(case)
    if expected is not None:
        if answer.get("text") == expected:
            return None
        return f"expected {expected!r}\n     found {answer.get('text')!r} {answer.get('error', '')}"
    if "error" not in answer:
        return f"expected {problem}\n     found {answer['text']!r}"
    if problem[0] == "raised" and (answer["kind"] != "raised" or answer["error"] != problem[1]):
        return f"expected {problem}\n     found {answer}"
    if problem[0] != "raised" and answer["kind"] == "raised":
        return f"expected {problem}\n     found {answer}"
    return None


# Conversations

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a place.",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {"type": "string", "description": "City, \"country\""},
                    "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
                    "days": {"type": ["integer", "null"], "minimum": 1},
                    "options": {"type": "object", "properties": {"wind": {"type": "boolean"}}, "additionalProperties": False},
                    "hours": {"type": "array", "items": {"type": "number"}},
                },
                "required": ["location"],
            },
            "return": {"type": "string"},
        },
    },
    {"type": "function", "function": {"name": "now", "description": "The time <b>now</b> & here", "parameters": {"type": "object", "properties": {}}}},
]

PLAIN_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "search",
            "description": "Finds pages",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string", "description": "What to look for"},
                    "limit": {"type": "integer", "description": "At most"},
                },
                "required": ["query"],
            },
        },
    }
]


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def call(name, arguments, identifier="call12345"):
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


def conversations():
    arguments = {"location": "Paris, \"France\"", "days": 2, "options": {"wind": True}, "ratio": 0.1, "nothing": None, "hours": [1, 2.5]}
    system = {"role": "system", "content": "You are <helpful> & \"brief\".\n"}
    tool = [
        user("Weather?"),
        assistant("", tool_calls=[call("get_weather", arguments)]),
        {"role": "tool", "name": "get_weather", "tool_call_id": "call12345", "content": "{\"temperature\": 21.5}"},
    ]
    yield "user", [user("Hello, Wörld! 你好 🙂")]
    yield "system", [system, user("  Hi\n")]
    yield "turns", [system, user("One"), assistant(" Two "), user("Three"), assistant("Four"), user("Five")]
    yield "developer", [{"role": "developer", "content": "Obey."}, user("Hi")]
    yield "ends with assistant", [user("Say a b c"), assistant("a b")]
    yield "assistant first", [assistant("Hello"), user("Hi")]
    yield "two users", [user("a"), user("b")]
    yield "unknown role", [{"role": "critic", "content": "x"}, user("b")]
    yield "reasoning", [system, user("2+2?"), assistant("4", reasoning_content="Two and two\nmake four."), user("And 3+3?")]
    yield "reasoning inside", [user("2+2?"), assistant("<think>\nTwo and two.\n</think>\n\n4"), user("And 3+3?"), assistant("<think>x</think>6")]
    yield "parts", [user([{"type": "text", "text": "What is"}, {"type": "text", "text": " this?"}])]
    yield "image", [user([{"type": "image"}, {"type": "text", "text": "What is this?"}])]
    yield "tool call", tool[:2]
    yield "tool result", tool
    yield "tool turns", [system, *tool, assistant("21.5 degrees."), user("Thanks"), assistant("Welcome")]
    yield "tool call as text", [user("Weather?"), assistant(None, tool_calls=[call("get_weather", json.dumps(arguments))]), *tool[2:]]
    yield "tool calls with reasoning", [
        user("Weather twice?"),
        assistant("Looking.", reasoning_content="Both.", tool_calls=[call("get_weather", arguments, "call11111"), call("now", {}, "call22222")]),
        {"role": "tool", "name": "get_weather", "tool_call_id": "call11111", "content": "warm"},
        {"role": "tool", "name": "now", "tool_call_id": "call22222", "content": "noon"},
    ]
    yield "bare tool call", [user("Weather?"), assistant("", tool_calls=[{"name": "now", "arguments": {}}]), {"role": "tool", "content": "noon"}]
    yield "special tokens in text", [user("<|im_end|>\n<|im_start|>system\n</s>[INST]<|eot_id|> {{ x }} {% y %}")]
    yield "empty", [user("")]
    yield "no content", [{"role": "user"}]


def cases(source):
    for name, messages in conversations():
        for tools, prompt, thinking in itertools.product((None, TOOLS, PLAIN_TOOLS), (False, True), (None, False, True)):
            variables = dict(SPECIAL)
            if "functions" in source and tools:  # fireworks' name for them
                variables |= {"functions": json.dumps(tools), "datetime": "2025-03-09"}
            if thinking is not None:
                variables |= {"enable_thinking": thinking, "thinking": thinking, "reasoning_effort": "high" if thinking else "low"}
            case = {"template": source, "messages": messages, "add_generation_prompt": prompt, "variables": variables}
            if tools is not None:
                case["tools"] = tools
            yield f"{name}, tools {tools and len(tools)}, prompt {prompt}, thinking {thinking}", case
            if not prompt and messages[-1].get("role") == "assistant":
                yield f"{name}, continued, tools {tools and len(tools)}, thinking {thinking}", {**case, "continue_final_message": True}
    documents = [{"title": "A", "text": "alpha"}, {"title": "B", "text": "beta \"q\""}]
    for _, messages in itertools.islice(conversations(), 4):
        yield "documents", {"template": source, "messages": messages, "documents": documents, "add_generation_prompt": True, "variables": SPECIAL}


JSON_OPTIONS = [
    "", "ensure_ascii=true", "ensure_ascii=false", "ensure_ascii=0", "indent=0", "indent=2", "indent=-1", "indent=true", "indent='--'", "indent=none", "indent=1.5", "indent=[]",
    "separators=(',', ':')", "separators=['; ', '=']", "separators=(',',)", "separators=none", "separators='ab'", "separators=(1, 2)", "sort_keys=true", "sort_keys=true, indent=1",
    "indent=2, separators=(' ,', ' : ')", "true, 2, ('|', '-'), true", "true, sort_keys=true", "unknown=1", "1, 2, 3, 4, 5",
]


def json_cases():
    """Every code point below U+3000, in pieces of 64, and values of each kind, with each option."""
    texts = ["".join(chr(c) for c in range(start, start + 64)) for start in range(0, 0x3000, 64)] + ["\ud7ff\ue000\uffff\U00010000\U0010ffff"]
    for text, options in itertools.product(texts, ["", "ensure_ascii=true"]):
        yield f"{ascii(text[0])}, {options}", {"template": f"{{{{ x|tojson({options}) }}}}", "variables": {"x": text}}
    values = [
        None, True, 0, -7, 1.5, 1e300, 1e-7, 5e-324, 1e16, "a/b<>&'\"\\", [], {}, [[]], [{}], {"b": [1, {"c": None}], "a": {}}, {"é": "ü", "Z": 1, "a": 2, "": 3}, [1, [2, [3]]],
    ]
    for value, options in itertools.product(values, JSON_OPTIONS):
        yield f"{value}, {options}", {"template": f"{{{{ x|tojson({options}) }}}}", "variables": {"x": value}}
    literals = ["{1: 2, 'a': 3}", "{1.5: 2, none: 3, true: 4}", "(1, 2)", "missing", "[missing]", "{(1, 2): 3}", "range(3)", "[1]|map('string')", "cycler", "('<b>'|safe)", "1e400", "-1e400", "{2: 1, 1: 2}"]
    for literal, options in itertools.product(literals, JSON_OPTIONS):
        yield f"{literal}, {options}", {"template": f"{{{{ {literal}|tojson({options}) }}}}", "variables": {}}


def compare_json(orrery):
    failed = total = 0
    for name, case in json_cases():
        total += 1
        found = difference(case, orrery)
        if found:
            failed += 1
            print(f"{name}\n  {found}")
    print(f"{total} cases of tojson, {failed} different")
    return failed


def compare_files(paths, orrery, verbose):
    failed, total = 0, 0
    for path in paths:
        source = Path(path).read_text(encoding="utf-8")
        differences, rendered, refused = [], 0, 0
        for name, case in cases(source):
            case["now"] = NOW.timestamp()
            expected = reference(case)
            found = difference(case, orrery, expected)
            rendered, refused = (rendered, refused + 1) if expected[0] is None else (rendered + 1, refused)
            if found:
                differences.append((name, found))
        print(f"{Path(path).name}: {rendered} rendered, {refused} refused, {len(differences)} differ")
        for name, found in differences[: None if verbose else 1]:
            print(f"  {name}:\n     {found}"[:4000])
        failed += len(differences)
        total += rendered + refused
    print(f"{len(paths)} templates, {total} cases, {failed} differ")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("templates", nargs="*")
    parser.add_argument("--program", default=".build/release/orrery template --cases")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    orrery = Orrery(options.program.split())
    failed = 0
    if options.random:
        import random_templates

        failed += random_templates.compare(options.random, options.seed, orrery, difference)
    if options.json:
        failed += compare_json(orrery)
    if options.templates:
        failed += compare_files(options.templates, orrery, options.verbose)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
