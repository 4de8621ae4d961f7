#!/usr/bin/env python3
"""Opens a model directory that Orrery wrote with Hugging Face transformers, and compares logits, hidden states and token ids.

    python3 -m venv /tmp/check && /tmp/check/bin/pip install torch transformers safetensors
    /tmp/check/bin/python scripts/check/check_transformers.py MODEL_DIR [--orrery .build/release/orrery] [--tolerance 1e-4]

- AutoModelForCausalLM opens the directory with no weight missing and none left over.
- `orrery logits MODEL_DIR --ids ... --hidden` and transformers agree on random ids, within the tolerance relative to the largest number.
- AutoTokenizer, where there is a tokenizer.json, gives back the texts that it encodes, and knows no id that the model lacks.

Exit status 1 if something differs, with a line that says what.
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
from transformers.utils import logging

TEXTS = ["The cat sat on the mat.", "a", "First Citizen:\nBefore we proceed any further, hear me speak.\n"]


def open_model(directory):
    model, loaded = AutoModelForCausalLM.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True, local_files_only=True)
    wrong = {name: sorted(loaded[name]) for name in ("missing_keys", "unexpected_keys", "mismatched_keys") if loaded.get(name)}
    return model.eval(), [f"weights: {name} {keys[:5]}" for name, keys in wrong.items()]


def compare_numbers(directory, model, orrery, tolerance):
    torch.manual_seed(1)
    length = min(48, model.config.max_position_embeddings)
    ids = torch.randint(0, model.config.vocab_size, (3, length))
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "ids.json").write_text(json.dumps(ids.tolist()))
        subprocess.run(
            [orrery, "logits", directory, "--ids", scratch / "ids.json", "--out", scratch / "out.safetensors", "--overwrite", "--hidden"],
            check=True, stdout=subprocess.DEVNULL)
        found = load_file(scratch / "out.safetensors")
    with torch.no_grad():
        out = model(ids, output_hidden_states=True, use_cache=False)
    expected = {"input_ids": ids.int(), "logits": out.logits} | {f"hidden.{i}": h for i, h in enumerate(out.hidden_states)}
    faults = [f"tensors: only one side has {sorted(set(found) ^ set(expected))}"] if set(found) != set(expected) else []
    for name in sorted(set(found) & set(expected)):
        if found[name].shape != expected[name].shape:
            faults.append(f"{name}: shape {list(found[name].shape)}, transformers has {list(expected[name].shape)}")
            continue
        difference = (found[name].double() - expected[name].double()).abs().max().item()
        largest = expected[name].double().abs().max().item()
        print(f"  {name}: largest difference {difference:.1e}, largest number {largest:.3g}")
        if not difference <= (0 if name == "input_ids" else tolerance * max(1, largest)):
            faults.append(f"{name}: differs by {difference:.1e}")
    return faults


def compare_tokenizer(directory, model):
    if not (directory / "tokenizer.json").exists():
        print("  no tokenizer.json: the tokenizer is not compared")
        return []
    tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True)
    faults = []
    if len(tokenizer) > model.config.vocab_size:
        faults.append(f"tokenizer: {len(tokenizer)} tokens, the model has {model.config.vocab_size}")
    for text in TEXTS:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        back = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
        if back != text and tokenizer.unk_token_id not in ids:
            faults.append(f"tokenizer: {text!r} comes back as {back!r}")
    print(f"  tokenizer: {len(tokenizer)} tokens, {len(TEXTS)} texts")
    return faults


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model", type=pathlib.Path)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--tolerance", type=float, default=1e-4)
    given = arguments.parse_args()
    logging.disable_progress_bar()
    model, faults = open_model(given.model)
    print(f"{given.model}: {type(model).__name__}, {model.num_parameters()} parameters")
    faults += compare_numbers(given.model, model, given.orrery, given.tolerance)
    faults += compare_tokenizer(given.model, model)
    for fault in faults:
        print(f"{given.model}: {fault}", file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
