#!/usr/bin/env python3
"""Speed of models beside llama.cpp's llama-bench on the same files, in turns: medians, ratios, and shares of the limits measured in the same run.

    swift build -c release
    python scripts/bench/bench_models.py .build/release/orrery LLAMA_BENCH model.gguf ... --rounds 5

A round runs both programs once on every file, so that a machine whose memory grows slower or faster by the minute does so for both. `--isa avx2` sets ORRERY_ISA;
LLAMA_BENCH should then be built with -DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON. Ratios are of medians, above 1 where Orrery is faster.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess


def orrery(arguments, file):
    command = [arguments.orrery, "bench", str(file), "-p", str(arguments.prompt), "-n", str(arguments.new), "--repetitions", "1", "--threads", str(arguments.threads), "--json"]
    environment = dict(os.environ, **({"ORRERY_ISA": arguments.isa} if arguments.isa else {}))
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def llama(arguments, file):
    command = [arguments.llama_bench, "-m", str(file), "-p", str(arguments.prompt), "-n", str(arguments.new), "-r", "1", "-t", str(arguments.threads), "-o", "json"]
    results = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {"prefill" if r["n_prompt"] else "decode": r["avg_ts"] for r in results}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orrery")
    parser.add_argument("llama_bench")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prompt", type=int, default=512, help="tokens to read at once")
    parser.add_argument("--new", type=int, default=64, help="tokens to write")
    parser.add_argument("--isa", help="instruction set for Orrery")
    arguments = parser.parse_args()
    ours, theirs = ({file: [] for file in arguments.files} for _ in range(2))
    for _ in range(arguments.rounds):
        for file in arguments.files:
            ours[file].append(orrery(arguments, file))
            theirs[file].append(llama(arguments, file))
    print(f"{arguments.rounds} rounds, {arguments.threads} threads, prompt {arguments.prompt}, new {arguments.new}, {ours[arguments.files[0]][0]['instruction_set']}")
    print(f"{'file':28} {'prefill':>8} {'llama.cpp':>9} {'ratio':>6} {'of peak':>8}   {'decode':>8} {'llama.cpp':>9} {'ratio':>6} {'GB/s':>6} {'share':>6}  (tokens/s, medians)")
    for file in arguments.files:
        def median(key):
            values = [r[key] for r in ours[file] if r[key] is not None]
            return statistics.median(values) if values else float("nan")

        def other(key):
            return statistics.median(r.get(key, float("nan")) for r in theirs[file])

        prefill, decode = median("prefill_tokens_per_s"), median("decode_tokens_per_s")
        print(f"{file.stem:28} {prefill:8.1f} {other('prefill'):9.1f} {prefill / other('prefill'):6.2f} {median('arithmetic_share'):8.0%}   "
              f"{decode:8.1f} {other('decode'):9.1f} {decode / other('decode'):6.2f} {median('bandwidth_gb_per_s'):6.1f} {median('bandwidth_share'):6.0%}")
        for name, values in (("decode", [r["decode_tokens_per_s"] for r in ours[file]]), ("llama.cpp", [r.get("decode") for r in theirs[file]])):
            print(f"    {name}: {', '.join(f'{v:.1f}' for v in values if v)}")


main()
