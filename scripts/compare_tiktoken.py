#!/usr/bin/env python3
"""Compares ids from `.tiktoken` vocabularies with tiktoken's, on whole files.

    python3 scripts/make_tokenizer_corpus.py /tmp/corpus --megabytes 60
    pip install tiktoken numpy
    python scripts/compare_tiktoken.py ../shared/data/tokenizers /tmp/corpus

`.txt` is encoded as text, with special tokens as text and with special tokens found; `.bin` need not be UTF-8 and goes through `_encode_bytes`, which knows
no special tokens. Exit status 1 if anything differs.
"""

import argparse
import base64
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy
import tiktoken
from tiktoken_ext import openai_public

ROOT = pathlib.Path(__file__).resolve().parent.parent


def encoding(path):
    """tiktoken's own pattern and special tokens over the ranks of a local file: nothing is fetched."""
    ranks = {}
    for line in path.read_bytes().splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    load, openai_public.load_tiktoken_bpe = openai_public.load_tiktoken_bpe, lambda *_, **__: ranks
    try:
        return tiktoken.Encoding(**getattr(openai_public, path.stem)())
    finally:
        openai_public.load_tiktoken_bpe = load


def with_special_tokens(text, vocabulary, dice):
    """The text with special tokens, whole and torn, put in between."""
    names = [name for name in vocabulary.special_tokens_set] + ["<|endoftext|", "<|", "|>", "<|endoftext|><|endoftext|>"]
    step = max(1, len(text) // 2000)
    return "".join(text[start : start + step] + names[(start // step) % len(names)] for start in range(0, len(text), step))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vocabularies", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("--package", type=pathlib.Path, default=ROOT, help="the package whose tests encode")
    arguments = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        encodings = {path.name: encoding(path) for path in sorted(arguments.vocabularies.glob("*.tiktoken"))}
        for path in encodings:
            (folder / path).symlink_to((arguments.vocabularies / path).resolve())
        for path in arguments.texts.iterdir():
            data = path.read_bytes()
            (folder / path.name).write_bytes(data)
            if path.name in ("edges.txt", "emoji.txt"):
                (folder / f"special-{path.name}").write_text(with_special_tokens(data.decode(), encodings["cl100k_base.tiktoken"], None), encoding="utf-8")
        command = "swift test -c release --disable-testable-imports --filter TiktokenComparison".split()
        run = subprocess.run(command, cwd=arguments.package, env=os.environ | {"ORRERY_TIKTOKEN": str(folder)}, capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stdout[-3000:] + run.stderr[-3000:])
        total = 0
        for vocabulary, theirs in encodings.items():
            for path in sorted([*folder.glob("*.txt"), *folder.glob("*.bin")]):
                data = path.read_bytes()
                if path.suffix == ".bin":
                    expected = {"text": theirs._encode_bytes(data)}
                else:
                    # newline="" would matter only for files; bytes are decoded as they are.
                    text = data.decode()
                    expected = {"text": theirs.encode_ordinary(text)}
                    if path.name.startswith("special-"):
                        expected["special"] = theirs.encode(text, allowed_special="all")
                for kind, ids in expected.items():
                    ours = numpy.fromfile(f"{path}.{vocabulary}.{kind}", numpy.int32)
                    same = numpy.array_equal(ours, numpy.array(ids, numpy.int32))
                    total += len(data)
                    if not same:
                        wrong += 1
                        place = next((i for i, (a, b) in enumerate(zip(ours, ids)) if a != b), min(len(ours), len(ids)))
                        print(f"  {vocabulary} {path.name} {kind}: token {place}: {ours[place : place + 5]} {ids[place : place + 5]} after {theirs.decode_bytes(ids[:place])[-60:]!r}")
                print(f"{vocabulary} {path.name}: {len(data)} bytes, {'the same' if same else 'DIFFERENT'}", flush=True)
    print(f"{total / 1e6:.0f} MB, {wrong} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
