#!/usr/bin/env python3
"""Writes what tiktoken computes for mixed texts, as Tests/OrreryTokenizersTests/Goldens/tiktoken/goldens.json.

usage: make_tiktoken_goldens.py DIR OUT.json      (DIR holds r50k_base, cl100k_base and o200k_base .tiktoken)
"""
import json, random, sys
from pathlib import Path

import tiktoken
from tiktoken.load import load_tiktoken_bpe
import tiktoken_ext.openai_public as public

PATTERNS = {"r50k": public.r50k_pat_str, "cl100k": None, "o200k": None}


def pattern(name: str) -> str:
    if PATTERNS[name]:
        return PATTERNS[name]
    source = Path(public.__file__).read_text()  # the others are written inside functions that would download
    space: dict = {}
    body = source[source.index(f"def {name}_base"):]
    body = body[: body.index("\ndef ") if "\ndef " in body else len(body)]
    code = body.replace("load_tiktoken_bpe", "(lambda *a, **k: {})")
    exec(compile(code, name, "exec"), {**vars(public), "load_tiktoken_bpe": lambda *a, **k: {}}, space)
    return space[f"{name}_base"]()["pat_str"]


def texts() -> list[str]:
    rng = random.Random(5)
    pieces = ["the ", "Unpredictably", " Electromagnetic", "CPU", "don't", "WE'LL", " 12345", "\n\n", "\r\n", "   ", "\t", "é", "e\u0301", "漢字", "שלום", "👩‍👩‍👧", "\u00a0", "\u2028",
              "x_1", "(arr, ", "):", "/*", "//\n", "ſ", "İ", "ǅ", "ª", "Ⅷ", "١٢", "\u200d", "\0", "`", "…", "ABCdef", "camelCase", "हिन्दी", "ไทย", "    return", "'s", "'S"]
    made = ["def binary_search(arr, target):", "Unpredictably", " unpredictably", " Electromagnetic", "", " ", "\n", "a" * 300, " " * 300, "ab" * 200]
    made += ["".join(rng.choice(pieces) for _ in range(rng.randint(1, 30))) for _ in range(60)]
    made += ["".join(chr(rng.choice([rng.randrange(0x80), rng.randrange(0x3000), rng.randrange(0xE000, 0x110000)])) for _ in range(20)) for _ in range(40)]
    return made


def main() -> None:
    directory, out = Path(sys.argv[1]), sys.argv[2]
    made = texts()
    ids = {}
    for name in PATTERNS:
        encoding = tiktoken.Encoding(name, pat_str=pattern(name), mergeable_ranks=load_tiktoken_bpe(str(directory / f"{name}_base.tiktoken")), special_tokens={})
        ids[name] = [encoding.encode_ordinary(text) for text in made]
    Path(out).write_text(json.dumps({"texts": made, "ids": ids}, separators=(",", ":")))


if __name__ == "__main__":
    main()
