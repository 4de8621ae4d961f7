#!/usr/bin/env python3
"""How long masks and compilation take beside llguidance and xgrammar: same vocabulary, schemas and texts, one run.

usage: compare_grammar_speed.py ORRERY TOKENIZER.json

TOKENIZER.json is a byte-level BPE that the tokenizers package opens (`orrery tokenizer convert` writes one). Needs
llguidance, xgrammar and tokenizers. A mask is computed before each token of each text and behind the last.
"""
import json
import subprocess
import sys
import time

import llguidance
import tokenizers
import xgrammar

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 5},
        "address": {
            "type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"},
                                             "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
            "required": ["street", "city"], "additionalProperties": False},
        "kind": {"enum": ["person", "company", "robot"]}},
    "required": ["name", "kind"], "additionalProperties": False}
TOOL = {
    "anyOf": [
        {"type": "object", "properties": {
            "name": {"const": name}, "arguments": {
                "type": "object", "properties": {key: {"type": kind} for key, kind in keys.items()},
                "required": list(keys), "additionalProperties": False}},
         "required": ["name", "arguments"], "additionalProperties": False}
        for name, keys in {
            "get_weather": {"city": "string", "days": "integer"}, "send_mail": {"to": "string", "body": "string"},
            "search": {"query": "string", "limit": "integer", "strict": "boolean"}}.items()]}
TREE = {
    "$ref": "#/$defs/node", "$defs": {"node": {
        "type": "object", "properties": {
            "value": {"type": "number"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
        "required": ["value", "children"], "additionalProperties": False}}}
CONFIG = {
    "type": "object", "properties": {f"option_{i}": {"type": ["string", "null"]} for i in range(40)},
    "required": ["option_0", "option_39"], "additionalProperties": False}
MAP = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}}
CASES = [
    (PERSON, [{"name": "Ada Lovelace", "age": 36, "tags": ["math", "engines"], "address": {
        "street": "12 St James's Square", "city": "London", "zip": "12345"}, "kind": "person"}]),
    (TOOL, [{"name": "search", "arguments": {"query": "the price of tea in 1850", "limit": 10, "strict": True}},
            {"name": "send_mail", "arguments": {"to": "a@b.c", "body": "Dear all,\n\nthe meeting moves to noon."}}]),
    (TREE, [{"value": 1.5, "children": [{"value": -2, "children": []}, {"value": 3e2, "children": []}]}]),
    (CONFIG, [{f"option_{i}": None if i % 3 else f"value {i}" for i in range(40)}]),
    (MAP, [{"primes": [2, 3, 5, 7, 11], "squares": [1, 4, 9], "none": []}]),
]


def measured(texts, encode, start, mask, advance):
    times = []
    for text in texts:
        state = start()
        for token in encode(text):
            begin = time.perf_counter()
            mask(state)
            times.append(1e6 * (time.perf_counter() - begin))
            if not advance(state, token):
                break
        else:
            begin = time.perf_counter()
            mask(state)
            times.append(1e6 * (time.perf_counter() - begin))
    return times


def report(name, compile_us, times):
    times.sort()
    print(f"{name:12} compile {sum(compile_us) / len(compile_us):9.1f} us   {len(times):4} masks"
          f"   mean {sum(times) / len(times):8.1f}   median {times[len(times) // 2]:7.1f}"
          f"   p99 {times[int(len(times) * 0.99)]:8.1f}   max {times[-1]:8.1f} us")


def main():
    orrery, path = sys.argv[1:]
    tokenizer = tokenizers.Tokenizer.from_file(path)
    def encode(text): return tokenizer.encode(text, add_special_tokens=False).ids
    cases = [(schema, [json.dumps(value, separators=(",", ":")) for value in values]) for schema, values in CASES]

    lines = "".join(f'{{"schema":{json.dumps(schema)},"instances":[{",".join(texts)}]}}\n' for schema, texts in cases)
    out = subprocess.run([orrery, "schema", "--cases", "-", "--tokenizer", path], input=lines.encode(),
                         stdout=subprocess.PIPE, check=True).stdout
    answers = [json.loads(line) for line in out.splitlines()]
    masks = sum(answer["masks"] for answer in answers)
    print(f"orrery       compile {sum(a['compile_us'] for a in answers) / len(answers):9.1f} us   {masks:4} masks"
          f"   mean {sum(a['mask_us_mean'] * a['masks'] for a in answers) / masks:8.1f}"
          f"   max {max(a['mask_us_max'] for a in answers):8.1f} us")

    guidance = llguidance.LLTokenizer(open(path).read())
    times, compile_us = [], []
    for schema, texts in cases:
        begin = time.perf_counter()
        grammar = llguidance.LLMatcher.grammar_from_json_schema(json.dumps(schema))
        first = llguidance.LLMatcher(guidance, grammar)
        compile_us.append(1e6 * (time.perf_counter() - begin))
        times += measured(texts, encode, first.deep_copy, lambda m: m.compute_bitmask(),
                          lambda m, token: m.consume_token(token))
    report("llguidance", compile_us, times)

    size = tokenizer.get_vocab_size()
    vocabulary = [tokenizer.id_to_token(i) or "" for i in range(size)]
    info = xgrammar.TokenizerInfo(vocabulary, xgrammar.VocabType.BYTE_LEVEL, vocab_size=size, stop_token_ids=[size - 1])
    compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
    bitmask = xgrammar.allocate_token_bitmask(1, size)
    times, compile_us = [], []
    for schema, texts in cases:
        begin = time.perf_counter()
        compiled = compiler.compile_json_schema(json.dumps(schema), any_whitespace=True)
        compile_us.append(1e6 * (time.perf_counter() - begin))
        times += measured(texts, encode, lambda: xgrammar.GrammarMatcher(compiled),
                          lambda m: m.fill_next_token_bitmask(bitmask), lambda m, token: m.accept_token(token))
    report("xgrammar", compile_us, times)


main()
