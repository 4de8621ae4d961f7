#!/usr/bin/env python3
"""Leaves one field after another out of a small configuration, or sets it to null, and compares Orrery's logits with those of transformers, which takes its class's own value.

    python3 -m venv /tmp/check && /tmp/check/bin/pip install torch transformers safetensors
    /tmp/check/bin/python scripts/check/check_defaults.py [ARCHITECTURE ...] [--orrery .build/release/orrery]

A model of more than 80 million weights is left out, and so is what transformers does not open. Exit status 1 if something differs or Orrery refuses what transformers opens.
"""
import argparse
import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import torch
from safetensors.torch import load_file
from transformers import CONFIG_MAPPING, AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers.utils import logging

WIDE = dict(vocab_size=96, hidden_size=128, intermediate_size=40, num_hidden_layers=2, num_attention_heads=16, num_key_value_heads=8, max_position_embeddings=64, tie_word_embeddings=True)
EXPERTS = dict(num_experts_per_tok=2)
BASES = {
    "gpt2": dict(vocab_size=96, n_embd=48, n_layer=2, n_head=4, n_positions=64, n_inner=50), "llama": WIDE | dict(head_dim=8), "mistral": WIDE | dict(head_dim=8),
    "mixtral": WIDE | EXPERTS | dict(num_local_experts=4, head_dim=8), "qwen2": WIDE, "qwen3": WIDE | dict(head_dim=8),
    "qwen3_moe": WIDE | EXPERTS | dict(num_experts=4, moe_intermediate_size=24, head_dim=8), "gemma2": WIDE | dict(head_dim=8), "gemma3_text": WIDE | dict(head_dim=8, num_hidden_layers=7),
    "phi3": WIDE | dict(pad_token_id=0), "olmo2": WIDE, "granite": WIDE, "smollm3": WIDE | dict(num_hidden_layers=4, pad_token_id=0), "starcoder2": WIDE, "stablelm": WIDE | dict(hidden_size=256),
    "gpt_neox": {k: v for k, v in WIDE.items() if k != "num_key_value_heads"} | dict(hidden_size=256),
    "gpt_oss": WIDE | EXPERTS | dict(num_local_experts=4, head_dim=8), "bert": {k: v for k, v in WIDE.items() if k not in ("num_key_value_heads", "tie_word_embeddings")},
    "t5": dict(vocab_size=96, d_model=48, d_kv=8, d_ff=50, num_layers=2, num_heads=4, decoder_start_token_id=0),
}
FURTHER = {"gpt2": [dict(hidden_size=64), dict(num_hidden_layers=3), dict(scale_attn_weights=False), dict(scale_attn_by_inverse_layer_idx=True)], "t5": [dict(hidden_size=64)], "mixtral": [dict(num_experts=3)], "qwen3_moe": [dict(num_local_experts=3)], "gpt_oss": [dict(num_experts=3), dict(hidden_act="gelu")], "llama": [dict(eos_token_id=-1)]}
LEFT_OUT = ("dropout", "_pdrop", "token_id", "use_cache", "summary", "router", "initializer", "pretraining", "is_decoder", "is_encoder_decoder", "classifier", "tie_word_embeddings")


def fields(name):
    known = {field.name for field in dataclasses.fields(CONFIG_MAPPING[name])} - {field.name for field in dataclasses.fields(CONFIG_MAPPING["bert"].__mro__[1])}
    return sorted(key for key in known | set(BASES[name]) if not any(part in key for part in LEFT_OUT))


def variants(name):
    base = BASES[name] | {"model_type": name, "eos_token_id": 2, "bos_token_id": 1}
    yield "as it is", base
    for key in fields(name):
        if key in base:
            yield f"without {key}", {k: v for k, v in base.items() if k != key}
        yield f"{key} null", base | {key: None}
    for more in FURTHER.get(name, []):
        yield f"{more}", base | more
        yield f"{more} alone", {k: v for k, v in base.items() if CONFIG_MAPPING[name].attribute_map.get(next(iter(more))) != k} | more


def reference(name, directory):
    """(ids, logits), or None where transformers does not open it; the weights are saved."""
    config = AutoConfig.from_pretrained(directory)
    config._attn_implementation = config._experts_implementation = "eager"
    kind = {"t5": AutoModelForSeq2SeqLM, "bert": AutoModel}.get(name, AutoModelForCausalLM)
    with torch.device("meta"):
        if sum(p.numel() for p in kind.from_config(config).parameters()) > 80e6:
            return "large"
    torch.manual_seed(1)
    model = kind.from_config(config).float().eval()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn_like(p) / p.shape[-1] ** 0.5 if p.dim() > 1 else p + 0.1 * torch.randn_like(p))
        ids = torch.randint(3, 90, (1, 40))
        if name == "bert":
            out = model(ids).last_hidden_state.mean(1)
        else:
            out = model(**({"decoder_input_ids": ids, "input_ids": ids} if name == "t5" else {"input_ids": ids}), use_cache=False).logits
    text = (directory / "config.json").read_text()
    model.save_pretrained(directory)
    (directory / "config.json").write_text(text)
    return ids, out


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("architectures", nargs="*", default=list(BASES))
    arguments.add_argument("--orrery", default=".build/release/orrery")
    given = arguments.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    failed = 0
    for name in given.architectures:
        compared, closed, large = 0, [], []
        for title, config in variants(name):
            with tempfile.TemporaryDirectory() as scratch:
                directory = pathlib.Path(scratch)
                (directory / "config.json").write_text(json.dumps(config))
                try:
                    found = reference(name, directory)
                except Exception:  # whatever the library raises
                    closed.append(title)
                    continue
                if found == "large":
                    large.append(title)
                    continue
                ids, want = found
                (directory / "ids.json").write_text(json.dumps(ids.tolist()))
                more = ["--encoder-ids", directory / "ids.json"] if name == "t5" else []
                done = subprocess.run([given.orrery, "logits", directory, "--ids", directory / "ids.json", "--out", directory / "out.st", "--dtype", "float32", *more], capture_output=True, text=True)
                compared += 1
                if done.returncode:
                    failed += 1
                    print(f"{name}, {title}: {done.stderr.strip()}")
                    continue
                out = load_file(directory / "out.st")["mean" if name == "bert" else "logits"]
                error = ((out - want).abs().max() / want.abs().max()).item() if out.shape == want.shape else float("inf")
                if not error < 1e-4:
                    failed += 1
                    print(f"{name}, {title}: differs by {error:.1e}")
        print(f"{name}: {compared} compared; not opened by transformers: {', '.join(closed) or 'none'}; too large: {', '.join(large) or 'none'}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
