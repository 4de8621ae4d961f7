#!/usr/bin/env python3
"""Trains tiny random models of every decoder ten steps with Orrery and with PyTorch on the same batches, and compares each step's loss.

    python3 -m venv /tmp/check && /tmp/check/bin/pip install torch transformers safetensors
    /tmp/check/bin/python scripts/check/check_training.py [ARCHITECTURE ...] [--orrery .build/release/orrery] [--seeds 2] [--steps 10] [--tolerance 2e-5]

The models are those of check_architectures.py, another option set of the architecture for each seed, saved in float32. Both sides: AdamW in float32 with a learning rate of
1e-3, betas 0.9 and 0.95, weight decay 0.1 on matrices, gradients clipped to 1. The text is words of a tokenizer of the script's own, so that its ids are known, and
the batches are those that Orrery draws for its seed: SplitMix64 (Sources/OrreryRandom), windows at random places.

Compared is the loss of each step before its update, relative to it. The rounding of a gradient grows from step to step, most where an activation has a kink, so the tolerance
is the given one and ten times what PyTorch's own losses differ from those that it computes in float64. Exit status 1 if one differs by more.
"""
import argparse
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.utils import logging

from check_architectures import MODEL_TYPES, NAMES, VOCABULARY, options

SEQUENCES, CONTEXT, SEED = 4, 24, 7
MASK = (1 << 64) - 1


class SplitMix64:
    """Sources/OrreryRandom/SplitMix64.swift"""

    def __init__(self, seed):
        self.state = seed

    @staticmethod
    def stream(seed, stream):
        return SplitMix64(SplitMix64(SplitMix64(seed).next() ^ stream).next())

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        product = self.next() * bound
        if product & MASK < bound:
            least = (1 << 64) % bound
            while product & MASK < least:
                product = self.next() * bound
        return product >> 64


def make(name, seed):
    r = random.Random(f"{name} {seed}")
    chosen = options(name, r)
    if chosen.get("num_experts_per_tok") == 1:  # whose weight may be one by its definition: the router's gradient is then the rounding of either side
        chosen["num_experts_per_tok"] = 2
    config = AutoConfig.for_model(MODEL_TYPES.get(name, name), **chosen)
    config._attn_implementation = config._experts_implementation = "eager"
    for key in ("attn_pdrop", "embd_pdrop", "resid_pdrop", "attention_dropout", "hidden_dropout", "residual_dropout", "embedding_dropout"):
        if hasattr(config, key):
            setattr(config, key, 0.0)
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config).float()
    with torch.no_grad():  # larger weights than the initialiser's, so that a mistake shows
        for key, p in model.named_parameters():
            if p.dim() > 1 and not key.endswith("bias"):
                p.copy_(torch.randn_like(p) * 1.2 / p.shape[-1] ** 0.5)
            else:
                p.add_(0.3 * torch.randn_like(p))
    return model, chosen


def write(model, directory, ids):
    """The model with a tokenizer whose word number i is token i, and the text."""
    model.save_pretrained(directory)
    for file in directory.glob("*.safetensors"):
        save_file({k: v.float() for k, v in load_file(file).items()}, file, metadata={"format": "pt"})
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": {f"w{i}": i for i in range(VOCABULARY)}, "unk_token": "w0"}}
    (directory / "tokenizer.json").write_text(json.dumps(tokenizer))
    (directory / "text.txt").write_text(" ".join(f"w{i}" for i in ids))


def torch_losses(model, ids, steps):
    decays = lambda n, p: p.dim() >= 2 and not n.endswith("bias")
    named = list(model.named_parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for n, p in named if decays(n, p)], "weight_decay": 0.1}, {"params": [p for n, p in named if not decays(n, p)], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
    losses = []
    for step in range(steps):
        generator = SplitMix64.stream(SEED, step)
        starts = [generator.below(len(ids) - CONTEXT) for _ in range(SEQUENCES)]
        batch = torch.tensor([ids[s:s + CONTEXT + 1] for s in starts])
        logits = model(batch[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.size(-1)), batch[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def orrery_losses(program, directory, scratch, steps):
    done = subprocess.run(
        [program, "train", "--from", directory, "--data", directory / "text.txt", "--out", scratch / "out", "--steps", str(steps), "--batch", str(SEQUENCES),
         "--micro-batch", "2", "--context", str(CONTEXT), "--seed", str(SEED), "--dtype", "float32", "--learning-rate", "1e-3", "--schedule", "constant",
         "--warmup-steps", "0", "--beta1", "0.9", "--beta2", "0.95", "--epsilon", "1e-8", "--weight-decay", "0.1", "--clip", "1", "--validation-fraction", "0",
         "--validate-every", "0", "--json"], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"exit status {done.returncode}")
    lines = [json.loads(line) for line in (scratch / "out" / "metrics.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    decoders = [name for name in NAMES if name not in ("bert", "t5")]
    arguments.add_argument("architectures", nargs="*", default=decoders)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--seeds", type=int, default=2)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--steps", type=int, default=10)
    arguments.add_argument("--tolerance", type=float, default=2e-5)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    failed = 0
    for name in given.architectures:
        worst, bad = 0.0, 0
        for seed in range(given.first, given.first + given.seeds):
            model, chosen = make(name, seed)
            ids = torch.randint(3, VOCABULARY, (400,)).tolist()
            with tempfile.TemporaryDirectory() as scratch:
                scratch = pathlib.Path(scratch)
                write(model, scratch / "model", ids)
                try:
                    found, fault = orrery_losses(given.orrery, scratch / "model", scratch, given.steps), None
                except RuntimeError as e:
                    found, fault = [], str(e)
            exact = torch_losses(copy.deepcopy(model).double(), ids, given.steps)
            want = torch_losses(model, ids, given.steps)
            tolerance = given.tolerance + 10 * max(abs(a / b - 1) for a, b in zip(want, exact))
            errors = [abs(a / b - 1) for a, b in zip(found, want)]
            if not fault and (len(found) != len(want) or max(errors) > tolerance):
                fault = f"losses {[round(x, 6) for x in found]}, PyTorch's {[round(x, 6) for x in want]}"
            worst = max([worst, *errors])
            if fault:
                bad += 1
                print(f"{name} seed {seed}: {fault}\n    {chosen}", file=sys.stderr)
        failed += bad
        print(f"{name}: {given.seeds} models, {given.steps} steps, {bad} differ, largest error of a loss {worst:.1e}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
