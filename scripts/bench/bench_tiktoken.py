#!/usr/bin/env python3
"""Speed beside tiktoken's on the same bytes, in turns on one thread.

    swift build -c release
    pip install tiktoken
    python scripts/bench/bench_tiktoken.py .build/release/orrery cl100k_base.tiktoken prose.txt code.txt --rounds 5

Ours by `orrery bench tokenizer` with one round, which opens the file anew: caches are empty. tiktoken by `Encoding.encode_ordinary` of a decoded string, after one call that
makes it compile its expression. Opening: tiktoken's from the bytes of the file, base64 included, to a usable Encoding. Medians, and the ratio of medians.
"""

import argparse
import base64
import json
import pathlib
import statistics
import subprocess
import time

import tiktoken
from tiktoken_ext import openai_public


def opened(path):
    start = time.perf_counter()
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in path.read_bytes().splitlines() if line)}
    load, openai_public.load_tiktoken_bpe = openai_public.load_tiktoken_bpe, lambda *_, **__: ranks
    encoding = tiktoken.Encoding(**getattr(openai_public, path.stem)())
    openai_public.load_tiktoken_bpe = load
    encoding.encode_ordinary("a")
    return encoding, 1e3 * (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orrery")
    parser.add_argument("vocabulary", type=pathlib.Path)
    parser.add_argument("texts", nargs="+", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    loads = {"orrery": [], "tiktoken": []}
    for path in arguments.texts:
        data = path.read_bytes()
        text = data.decode()
        speeds = {"orrery": [], "tiktoken": []}
        for _ in range(arguments.rounds):
            command = [arguments.orrery, "bench", "tokenizer", arguments.vocabulary, "--data", path, "--threads", "1", "--rounds", "1", "--json"]
            ours = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            encoding, load = opened(arguments.vocabulary)
            start = time.perf_counter()
            ids = encoding.encode_ordinary(text)
            speeds["tiktoken"].append(len(data) / 1e6 / (time.perf_counter() - start))
            speeds["orrery"].append(ours["mb_per_s"])
            loads["tiktoken"].append(load)
            loads["orrery"].append(ours["load_ms"])
            assert ours["tokens"] == len(ids), "not the same tokens"
        medians = {name: statistics.median(values) for name, values in speeds.items()}
        spread = {name: f"{min(values):.1f} to {max(values):.1f}" for name, values in speeds.items()}
        print(f"{arguments.vocabulary.stem} {path.name} ({len(data) / 1e6:.1f} MB): orrery {medians['orrery']:.1f} MB/s ({spread['orrery']}), "
              f"tiktoken {medians['tiktoken']:.1f} ({spread['tiktoken']}): {medians['orrery'] / medians['tiktoken']:.1f} times", flush=True)
    medians = {name: statistics.median(values) for name, values in loads.items()}
    print(f"opening: orrery {medians['orrery']:.1f} ms, tiktoken {medians['tiktoken']:.1f} ms: {medians['tiktoken'] / medians['orrery']:.1f} times")


main()
