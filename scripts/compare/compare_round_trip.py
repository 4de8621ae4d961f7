#!/usr/bin/env python3
"""Checks that vocabularies of GGUF files keep their ids as a directory that transformers opens, and as a GGUF file made of that.

    swift build -c release
    python scripts/compare/compare_round_trip.py .build/release/orrery --llama-cpp ../peers/src/*/vendor/llama.cpp --megabytes 10 --texts ../peers/real/handbook

Each vocabulary in llama.cpp's `models/` and each file given with --files is written with `orrery tokenizer convert` as a directory and from there as
a vocabulary-only GGUF file. llama.cpp's ids for the original, special tokens found and added, are compared with transformers' for the
directory and llama.cpp's for the second file, document by document. Exit status 1 if anything differs.
Needs g++, and from PyPI gguf, numpy, protobuf, sentencepiece and transformers.
"""

import argparse
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy
from transformers import AutoTokenizer

import mixed_text
from compare_gguf import build, slices


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    return done.returncode, done.stderr.strip()


def documents(size, folders, marks):
    """Half of it the given texts, half mixed text, a special token here and there."""
    dice = random.Random(3)
    result = []
    files = sorted(path for folder in folders for path in pathlib.Path(folder).rglob("*") if path.is_file() and path.suffix in (".html", ".txt", ".json", ".py", ".swift"))
    for path in files:
        text = path.read_bytes()[: size // 2 // len(files)].decode("utf-8", "ignore")
        result += [text[start : start + 5000] for start in range(0, len(text), 5000)]
    rest = size - sum(len(text.encode()) for text in result)
    result += [text.decode("utf-8", "replace") for text in mixed_text.documents(rest, seed=5)]
    for index in range(0, len(result), 7):
        place = dice.randrange(len(result[index]) + 1)
        if marks:
            result[index] = result[index][:place] + dice.choice(marks) + result[index][place:]
    # llama.cpp's texts end at a zero byte in a few places.
    return [text.replace("\0", " ") for text in result]


def llama(tool, model, texts, folder):
    data = [text.encode() for text in texts]
    (folder / "texts.bin").write_bytes(b"".join(data))
    numpy.cumsum([len(part) for part in data]).astype(numpy.int64).tofile(folder / "texts.ends")
    subprocess.run([tool, model, folder / "texts.bin", folder / "texts.ends", folder / "out", "1", "1"], check=True, capture_output=True)
    return [list(map(int, ids)) for ids in slices(folder / "out")]


def differences(name, texts, expected, found):
    wrong = [index for index, (a, b) in enumerate(zip(expected, found)) if a != b]
    tokens = sum(map(len, expected))
    print(f"  {name}: {len(wrong)} of {len(texts)} documents differ ({tokens} tokens)", flush=True)
    for index in wrong[:3]:
        a, b = expected[index], found[index]
        place = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        print(f"    document {index}, token {place}: {a[place - 2 : place + 6]} / {b[place - 2 : place + 6]}")
    return len(wrong)


def check(orrery, tool, path, arguments, folder):
    import gguf

    print(path.name, flush=True)
    reader = gguf.GGUFReader(path)
    tokens, types = reader.fields["tokenizer.ggml.tokens"], reader.fields.get("tokenizer.ggml.token_type")
    marks = [bytes(tokens.parts[i]).decode("utf-8", "ignore") for i, t in zip(tokens.data, types.data if types else []) if types.parts[t][0] in (3, 4)][:60]
    texts = documents(int(arguments.megabytes * 1e6), arguments.texts, marks)
    directory, second = folder / (path.stem + "-dir"), folder / (path.stem + "-2.gguf")
    code, error = run(orrery, "tokenizer", "convert", path, directory)
    print("   ", error.replace("\n", "\n    "))
    if code:
        return 1
    expected = llama(tool, path, texts, folder)
    bad = 0
    try:
        tokenizer = AutoTokenizer.from_pretrained(directory)
        bad += differences("transformers", texts, expected, tokenizer(texts)["input_ids"])
    except Exception as problem:
        print("  transformers:", type(problem).__name__, str(problem)[:300])
        bad += 1
    code, error = run(orrery, "tokenizer", "convert", directory, second)
    print("   ", error.replace("\n", "\n    "))
    if code:
        return bad + 1
    try:
        bad += differences("llama.cpp again", texts, expected, llama(tool, second, texts, folder))
    except subprocess.CalledProcessError as problem:
        print("  llama.cpp:", problem.stderr.decode("utf-8", "replace")[-300:])
        bad += 1
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orrery", type=pathlib.Path)
    parser.add_argument("--llama-cpp", required=True, type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, help="where the compiled parts of llama.cpp are kept")
    parser.add_argument("--files", nargs="*", type=pathlib.Path, default=[])
    parser.add_argument("--only", default="", help="vocabularies whose name has this")
    parser.add_argument("--texts", nargs="*", default=[])
    parser.add_argument("--megabytes", type=float, default=10)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tool = build(arguments.llama_cpp, arguments.build or folder)
        for path in sorted((arguments.llama_cpp / "models").glob("ggml-vocab-*.gguf")) + arguments.files:
            if arguments.only in path.name:
                bad += check(arguments.orrery, tool, path, arguments, folder) > 0
    print(bad, "of the vocabularies are not the same")
    sys.exit(bad > 0)


main()
