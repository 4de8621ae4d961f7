#!/usr/bin/env python3
"""How far logits of real weights in blocks are from float32, for each way to keep the activations of their products.

    scripts/check/check_activations.py MODEL.gguf ... [--orrery .build/release/orrery] [--text TEXT] [--tokens 300] [--dtypes float32 bfloat16]

transformers opens the same file, its weights as float32 (it needs the package accelerate, and does not know every architecture), and reads the first tokens of the
text. Printed are the mean and the largest Kullback-Leibler divergence of Orrery's distributions from transformers', in nats per token, and how often the likeliest token
is another. Exit status 1 where the default's mean is above --limit. ORRERY_ISA chooses the instruction set.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

MODES = ["int8", "int16"]
DEFAULT = "int16"


def default_text():
    return (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()


def expected(file, text, count):
    """Token ids [1, T], and transformers' logarithms of probabilities [T, V]."""
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32, attn_implementation="eager", local_files_only=True).eval()
    ids = torch.tensor([tokenizer(text).input_ids[:count]])
    if ids.shape[1] < count:
        raise SystemExit(f"--text: expected at least {count} tokens, found {ids.shape[1]}")
    with torch.no_grad():
        return ids, model(ids).logits[0].double().log_softmax(-1)


def found(orrery, file, ids, *options):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "ids.json").write_text(json.dumps(ids.tolist()))
        done = subprocess.run([orrery, "logits", str(file), "--ids", str(scratch / "ids.json"), "--out", str(scratch / "logits.safetensors"), "--overwrite", *options], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{file}: {done.stderr}")
        return load_file(scratch / "logits.safetensors")["logits"][0].double().log_softmax(-1)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("models", nargs="+", type=pathlib.Path)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--text", type=pathlib.Path, help="a file of text (default: README.md)")
    arguments.add_argument("--tokens", type=int, default=300)
    arguments.add_argument("--dtypes", nargs="*", default=["float32"])
    arguments.add_argument("--limit", type=float, default=3e-4)
    given = arguments.parse_args()
    text = given.text.read_text() if given.text else default_text()
    failed = False
    print(f"{'file':36} {'dtype':9} {'activations':11} {'mean KL':>9} {'largest':>9}  other likeliest tokens")
    for file in given.models:
        ids, want = expected(file, text, given.tokens)
        for dtype in given.dtypes:
            for mode in MODES:
                got = found(given.orrery, file, ids, "--dtype", dtype, "--activations", mode)
                divergence = (want.exp() * (want - got)).sum(-1)
                others = (want.argmax(-1) != got.argmax(-1)).sum().item()
                print(f"{file.name:36} {dtype:9} {mode:11} {divergence.mean():9.2e} {divergence.max():9.2e}  {others} of {len(divergence)}")
                failed |= mode == DEFAULT and dtype == "float32" and not divergence.mean() <= given.limit
    return failed


sys.exit(main())
