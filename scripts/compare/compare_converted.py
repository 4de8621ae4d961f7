#!/usr/bin/env python3
"""Checks that what `orrery tokenizer convert` writes for byte-level BPE opens elsewhere and gives the same ids.

    swift build -c release
    pip install tokenizers transformers tiktoken numpy
    python scripts/compare/compare_converted.py .build/release/orrery ../shared/data/tokenizers /tmp/corpus --megabytes 4

Each `.tiktoken` file and each `gpt2` vocabulary in a GGUF file becomes tokenizer.json, which Hugging Face tokenizers opens, and vocab.json with merges.txt, which its
BPE model opens; a `.tiktoken` file made from tokenizer.json is the one that it was made from. Texts are the corpus of make_tokenizer_corpus.py, a
part of each file. Exit status 1 if anything differs.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy
import tokenizers
from transformers import PreTrainedTokenizerFast


def run(*command, data=None):
    done = subprocess.run([str(part) for part in command], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"{command}: {done.stderr.decode()}")
    return done.stdout


def ids(orrery, tokenizer, text, *flags):
    return numpy.array(run(orrery, "tokenize", tokenizer, "-", "--ids", *flags, data=text.encode()).split(), numpy.int32)


def samples(corpus, size):
    files = [path for path in sorted(corpus.glob("*.txt"))]
    for path in files:
        text = path.read_bytes().decode()
        yield path.name, text[: size // len(files)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orrery", type=pathlib.Path)
    parser.add_argument("vocabularies", type=pathlib.Path)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=4)
    arguments = parser.parse_args()
    orrery, wrong = arguments.orrery, 0

    def check(name, theirs, ours):
        nonlocal wrong
        if not numpy.array_equal(numpy.array(theirs, numpy.int32), ours):
            wrong += 1
            place = next((i for i, (a, b) in enumerate(zip(theirs, ours)) if a != b), min(len(theirs), len(ours)))
            print(f"{name}: DIFFERENT from token {place}: {list(ours[place : place + 5])}, {theirs[place : place + 5]}", flush=True)

    sources = sorted([*arguments.vocabularies.glob("*.tiktoken"), *arguments.vocabularies.glob("*gpt-2.gguf"), *arguments.vocabularies.glob("*llama-bpe.gguf")])
    for source in sources:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            run(orrery, "tokenizer", "convert", source, folder / "hf")
            run(orrery, "tokenizer", "convert", source, folder / "gpt2", "--format", "gpt2")
            theirs = tokenizers.Tokenizer.from_file(str(folder / "hf/tokenizer.json"))
            fast = PreTrainedTokenizerFast.from_pretrained(str(folder / "hf"))
            bare = tokenizers.Tokenizer(tokenizers.models.BPE.from_file(
                str(folder / "gpt2/vocab.json"), str(folder / "gpt2/merges.txt"), ignore_merges=source.suffix == ".tiktoken" or "llama" in source.name))
            bare.pre_tokenizer = theirs.pre_tokenizer
            count = 0
            for label, text in samples(arguments.corpus, int(arguments.megabytes * 1e6)):
                ours = ids(orrery, source, text, "--no-special")
                check(f"{source.name} {label}: tokenizer.json", theirs.encode(text, add_special_tokens=False).ids, ours)
                check(f"{source.name} {label}: tokenizer.json, read again", ids(orrery, folder / "hf", text, "--no-special"), ours)
                check(f"{source.name} {label}: vocab.json and merges.txt", bare.encode(text, add_special_tokens=False).ids, ours)
                check(f"{source.name} {label}: transformers", fast.encode(text[:100_000]), ids(orrery, source, text[:100_000]))
                if theirs.decode(list(ours), skip_special_tokens=False) != text:
                    wrong += 1
                    print(f"{source.name} {label}: decoded text differs")
                count += len(ours)
            if source.suffix == ".tiktoken":
                run(orrery, "tokenizer", "convert", folder / "hf", folder / "again.tiktoken")
                if (folder / "again.tiktoken").read_bytes() != source.read_bytes():
                    wrong += 1
                    print(f"{source.name}: the file made from tokenizer.json is another")
            print(f"{source.name}: {count} tokens", flush=True)
    print(f"{wrong} differences")
    sys.exit(bool(wrong))


main()
