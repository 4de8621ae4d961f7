#!/usr/bin/env python3
"""Speed of tokenizer.json files beside Hugging Face tokenizers' on the same text, one thread each.

    swift build -c release
    python scripts/compare/pipeline_shapes.py VOCABULARIES /tmp/shapes
    python scripts/bench/bench_pipeline.py .build/release/orrery /tmp/shapes prose.txt code.txt --megabytes 2

Ours by `orrery bench tokenizer`, which opens the file anew for each round, so that its caches are empty. Theirs by `Tokenizer.encode` of the whole text, without
special tokens, opened anew too. The best of the rounds, and the ratio.
"""

import argparse
import json
import os
import pathlib
import subprocess
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import Tokenizer  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orrery")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("texts", nargs="+", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    for path in sorted(arguments.folder.glob("*.json")):
        if arguments.only and path.stem not in arguments.only:
            continue
        for text in arguments.texts:
            document = text.read_bytes()[: int(arguments.megabytes * 1e6)].decode("utf-8", "ignore")
            part = path.with_suffix(".part")
            part.write_bytes(document.encode())
            command = [arguments.orrery, "bench", "tokenizer", path, "--data", part, "--threads", "1", "--rounds", str(arguments.rounds), "--json"]
            ours = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            best = float("inf")
            for _ in range(arguments.rounds):
                tokenizer = Tokenizer.from_file(str(path))
                tokenizer.no_truncation()
                start = time.perf_counter()
                count = len(tokenizer.encode(document, add_special_tokens=False).ids)
                best = min(best, time.perf_counter() - start)
            theirs = len(document.encode()) / 1e6 / best
            note = "" if count == ours["tokens"] else f" ({count - ours['tokens']:+} tokens)"
            print(f"{path.stem} {text.name}: orrery {ours['best_mb_per_s']:.1f} MB/s, tokenizers {theirs:.2f}: {ours['best_mb_per_s'] / theirs:.1f} times{note}", flush=True)
            part.unlink()


main()
