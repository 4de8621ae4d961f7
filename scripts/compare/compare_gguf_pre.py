#!/usr/bin/env python3
"""Compares ids of `gpt2` vocabularies with llama.cpp's for every `tokenizer.ggml.pre` that it knows.

    python scripts/compare/compare_gguf_pre.py --llama-cpp llama_cpp_python-*/vendor/llama.cpp --vocabularies ../shared/data/tokenizers --megabytes 2

The vocabularies ggml-vocab-gpt-2.gguf and ggml-vocab-llama-bpe.gguf are written again with each value of the key, which changes the pattern and what
else llama.cpp concludes from it. Both with special tokens as text and with special tokens found and added. Texts are well-formed UTF-8: llama.cpp
makes other bytes U+FFFD. Exit status 1 if anything differs, or if llama.cpp knows a value that we refuse. Needs g++, and from PyPI gguf and numpy.
"""

import argparse
import os
import pathlib
import re
import resource
import struct
import subprocess
import sys
import tempfile

import numpy

import mixed_text
from compare_gguf import ROOT, build, slices

# Merged over raw text, with characters in place of bytes: not byte-level.
OTHERS = {"gemma4", "granite-embed-multi-311m", "sarvam-moe", "whitespace"}


def with_pre(source, path, pre):
    """The vocabulary of `source` with another pre-tokenizer: a string is its length (uint64) and its bytes, and nothing after it is aligned."""
    data, key = source.read_bytes(), b"tokenizer.ggml.pre" + struct.pack("<I", 8)
    start = data.index(key) + len(key)
    length = struct.unpack_from("<Q", data, start)[0]
    path.write_bytes(data[:start] + struct.pack("<Q", len(pre)) + pre.encode() + data[start + 8 + length :])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llama-cpp", required=True, type=pathlib.Path)
    parser.add_argument("--vocabularies", required=True, type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=2)
    parser.add_argument("--build", type=pathlib.Path, help="where the compiled parts of llama.cpp are kept")
    parser.add_argument("--pre", nargs="*", help="only these values")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--package", type=pathlib.Path, default=ROOT, help="the package whose tests encode")
    parser.add_argument("--prose", nargs="*", default=[])
    parser.add_argument("--whole", nargs="*", default=[], help="files that are documents as they are")
    arguments = parser.parse_args()
    known = set(re.findall(r'tokenizer_pre == "([^"]+)"', (arguments.llama_cpp / "src/llama-vocab.cpp").read_text()))
    names = sorted(arguments.pre or known - OTHERS)
    documents = list(mixed_text.documents(int(arguments.megabytes * 1e6), seed=arguments.seed, prose=arguments.prose, invalid=False))
    documents += list(mixed_text.long_documents(2_000)) + [pathlib.Path(path).read_bytes() for path in arguments.whole]
    # std::regex recurses for every character of a word.
    resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tool = build(arguments.llama_cpp, arguments.build or folder)
        (folder / "texts.bin").write_bytes(b"".join(documents))
        numpy.cumsum([len(document) for document in documents]).astype(numpy.int64).tofile(folder / "texts.ends")
        for pre in names:
            # llama-bpe's has no merge that gpt-2's lacks the token for, and takes whole words; which one is used matters little.
            source = "gpt-2" if pre in ("gpt-2", "starcoder", "command-r", "default", "falcon") else "llama-bpe"
            with_pre(arguments.vocabularies / f"ggml-vocab-{source}.gguf", folder / f"{pre}.gguf", pre)
        command = "swift test -c release --disable-testable-imports --filter GGUFComparison".split()
        run = subprocess.run(command, cwd=arguments.package, env=os.environ | {"ORRERY_GGUF": str(folder)}, capture_output=True, text=True)
        print("\n".join(line for line in run.stdout.splitlines() if "MB/s" in line or "recorded an issue" in line))
        if run.returncode:
            sys.exit(run.stdout[-3000:] + run.stderr[-3000:])
        for pre in names:
            for special, suffix in [("0", ".text"), ("1", ".special")]:
                theirs = folder / "theirs"
                speed = subprocess.run(
                    [tool, folder / f"{pre}.gguf", folder / "texts.bin", folder / "texts.ends", theirs, special, special], capture_output=True, text=True)
                if speed.returncode:
                    print(f"{pre}{suffix}: llama.cpp ended with {speed.returncode}: {speed.stderr[-200:]}")
                    wrong += 1
                    continue
                different = 0
                for number, (our_ids, their_ids) in enumerate(zip(slices(f"{folder}/{pre}.gguf{suffix}"), slices(theirs), strict=True)):
                    if not numpy.array_equal(our_ids, their_ids):
                        different += 1
                        if different <= 3:
                            place = next((i for i, (a, b) in enumerate(zip(our_ids, their_ids)) if a != b), 0)
                            print(f"  document {number}: {documents[number][:60]!r} token {place}: {our_ids[place : place + 4]} {their_ids[place : place + 4]}")
                print(f"{pre}{suffix}: {len(documents)} documents, {different} different ({speed.stdout.strip()})", flush=True)
                wrong += different
    print("all the same" if not wrong else f"{wrong} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
