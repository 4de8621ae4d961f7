#!/usr/bin/env python3
"""Compares ids from `.tiktoken` vocabularies with tiktoken's, on whole files.

    python3 scripts/compare/make_tokenizer_corpus.py /tmp/corpus --megabytes 60
    swift build -c release
    pip install tiktoken numpy
    python scripts/compare/compare_tiktoken.py .build/release/orrery ../shared/data/tokenizers /tmp/corpus

`.txt` is encoded as text and, with special tokens put in, with those found; `.bin` need not be UTF-8 and goes through `_encode_bytes`, which knows no special
tokens. Where tiktoken itself gives up (its regular expressions run out of room on a million spaces before a word) both get a tenth of the file.
Exit status 1 if anything differs.
"""

import base64
import pathlib
import subprocess
import sys

import numpy
import tiktoken
from tiktoken_ext import openai_public


# Encodings with the vocabulary of another.
EXTENSIONS = {"o200k_base": ["o200k_harmony"], "p50k_base": ["p50k_edit"]}


def encoding(path, name):
    """tiktoken's own pattern and special tokens over the ranks of a local file: nothing is fetched."""
    ranks = {}
    for line in path.read_bytes().splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    load, openai_public.load_tiktoken_bpe = openai_public.load_tiktoken_bpe, lambda *_, **__: ranks
    try:
        return tiktoken.Encoding(**getattr(openai_public, name)())
    finally:
        openai_public.load_tiktoken_bpe = load


def with_special_tokens(text, names):
    """The text with special tokens, whole and torn, put in between."""
    names = [*names, "<|endoftext|", "<|", "|>", "<|endoftext|><|endoftext|>"]
    step = max(1, len(text) // 2000)
    return "".join(text[start : start + step] + names[(start // step) % len(names)] for start in range(0, len(text), step))


def ours(orrery, vocabulary, data, *flags):
    command = [orrery, "tokenize", vocabulary, "-", "--ids", *flags]
    return numpy.array(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout.split(), numpy.int32)


def compare(name, theirs, mine, vocabulary):
    theirs = numpy.array(theirs, numpy.int32)
    if numpy.array_equal(mine, theirs):
        print(f"{name}: {len(mine)} tokens, the same", flush=True)
        return 0
    shortest = min(len(mine), len(theirs))
    places = numpy.nonzero(mine[:shortest] != theirs[:shortest])[0]
    place = int(places[0]) if len(places) else shortest
    before = vocabulary.decode_bytes([int(i) for i in theirs[max(0, place - 12) : place]])
    print(f"{name}: DIFFERENT from token {place}, after {before!r}: {mine[place : place + 5]}, {theirs[place : place + 5]}", flush=True)
    return 1


def main():
    orrery, vocabularies, texts = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    wrong = total = 0
    for path, kind in [(path, kind) for path in sorted(vocabularies.glob("*.tiktoken")) for kind in [path.stem, *EXTENSIONS.get(path.stem, [])]]:
        vocabulary = encoding(path, kind)
        flags = [] if kind == path.stem else ["--encoding", kind]
        # tiktoken has two names for this one; orrery knows the other.
        specials = sorted(vocabulary.special_tokens_set - {"<|reserved_200018|>"})
        for file in sorted([*texts.glob("*.txt"), *texts.glob("*.bin")]):
            data = file.read_bytes()
            name = f"{kind} {file.name}"
            if file.suffix == ".bin":
                theirs = vocabulary._encode_bytes(data)
            else:
                try:
                    theirs = vocabulary.encode_ordinary(data.decode())
                except BaseException as error:  # PanicException is no Exception
                    if type(error).__name__ != "PanicException":
                        raise
                    text = data.decode()
                    data = (text[: len(text) // 10] + text[-20:]).encode()
                    name += " (a tenth: tiktoken gave up on all of it)"
                    theirs = vocabulary.encode_ordinary(data.decode())
            wrong += compare(name, theirs, ours(orrery, path, data, *flags), vocabulary)
            total += len(data)
            if file.stem in ("edges", "emoji", "prose"):
                text = with_special_tokens(data.decode(), specials)
                wrong += compare(f"{name} with special tokens", vocabulary.encode(text, allowed_special=set(specials), disallowed_special=()), ours(orrery, path, text.encode(), "--parse-special", *flags), vocabulary)
                wrong += compare(f"{name} with special tokens as text", vocabulary.encode_ordinary(text), ours(orrery, path, text.encode(), *flags), vocabulary)
                total += 2 * len(text.encode())
    print(f"{total / 1e6:.0f} MB, {wrong} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
