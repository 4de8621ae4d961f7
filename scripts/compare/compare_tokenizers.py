#!/usr/bin/env python3
"""Compares our character and byte tokenizers with transformers, which opens the directories that Orrery writes.

    python3 -m venv /tmp/tokenizers && /tmp/tokenizers/bin/pip install transformers
    /tmp/tokenizers/bin/python scripts/compare/compare_tokenizers.py ../shared/data/tinyshakespeare.txt

Same ids, same decoded text, same text without special tokens, the same refusals, on the corpus and on texts where tokenizers
go wrong; and nanoGPT's ids for the corpus. Exit status 1 if anything differs.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from transformers import AutoTokenizer, __version__


def nasty_texts():
    """Texts on which tokenizers go wrong, and random ones from all of Unicode."""
    texts = [
        "", " ", "\n", "\r\n", "\r", "\0", "  two  spaces  ", "a .", "don ' t , n't", "tab\tand\v\f", "\x85\u2028\u2029", "\u00a0\u3000",
        "\u212b\u00c5A\u030a", "\u03a9\u2126", "e\u0301é", "\ufeffbom", "\u200d👩\u200d👩\u200d👧", "🇨🇭", "\U0010ffff\ue000\uffff",
        "\x7f\x80\u07ff\u0800\uffff\U00010000", '"\\/quotes', "</s>", "漢字かな", "שלום", "Ġ Ċ", "a<|endoftext|>b <|endoftext|>",
        "<|endoftext", "<|endoftext|><|endoftext|>", "<unk>x", "<|pad|> <｜漢｜>", "two words twotwo words", "ﬁ ǅ ß İ ı", "a\u0300\u0301\u0302",
    ]
    dice = random.Random(1)
    scalars = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    texts += ["".join(chr(c) for c in dice.sample(scalars, 200)) for _ in range(20)]
    texts += ["".join(chr(c) for c in range(start, start + 0x400)) for start in range(0, 0x3000, 0x400)]
    return texts


def write_ours(folder, corpus, texts):
    (folder / "corpus.txt").write_bytes(corpus.encode())
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    command = "swift test -c release --disable-testable-imports --filter PythonComparison".split()
    root = pathlib.Path(__file__).resolve().parents[2]
    run = subprocess.run(command, cwd=root, env=os.environ | {"ORRERY_COMPARE": str(folder)}, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)


def differences(theirs, ours, text):
    """What transformers says otherwise about `text`."""
    try:
        ids = theirs.encode(text, add_special_tokens=False)
    except Exception:  # tokenizers raises a bare Exception
        ids = None
    if ids != ours.get("ids"):
        yield "ids"
    if ids is None:
        return
    if theirs.decode(ids) != ours.get("text"):
        yield "text"
    if theirs.decode(ids, skip_special_tokens=True) != ours.get("plain"):
        yield "text without special tokens"
    try:
        ordinary = theirs.encode(text, add_special_tokens=False, split_special_tokens=True)
    except Exception:
        ordinary = None
    if ordinary != ours.get("ordinary"):
        yield "ids with special tokens as text"


def main():
    corpus = pathlib.Path(sys.argv[1]).read_bytes().decode()
    texts = nasty_texts()
    failures = 0
    print("transformers", __version__)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_ours(folder, corpus, texts)
        for directory in sorted(path.parent for path in folder.glob("*/orrery.json")):
            theirs = AutoTokenizer.from_pretrained(str(directory))
            ours = json.loads((directory / "orrery.json").read_text(encoding="utf-8"))
            refused = 0
            for text, result in zip([corpus] + texts, ours, strict=True):
                refused += result.get("ids") is None
                for what in differences(theirs, result, text):
                    failures += 1
                    print(f"  {directory.name}: {what} of {text[:40]!r}")
            if directory.name == "char-corpus":
                alphabet = {character: place for place, character in enumerate(sorted(set(corpus)))}
                if ours[0].get("ids") != [alphabet[character] for character in corpus]:
                    failures += 1
                    print("  char-corpus: not nanoGPT's ids")
            print(f"{directory.name}: {len(theirs)} tokens, end of text {theirs.eos_token!r}, {len(ours)} texts, {refused} refused by both")
    print("all the same" if not failures else f"{failures} differences")
    sys.exit(bool(failures))


main()
