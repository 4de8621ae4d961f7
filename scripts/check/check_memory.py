#!/usr/bin/env python3
"""Measures what a model takes that was not open before: memory, and the time until its first token.

    scripts/check/check_memory.py [MODEL] [--make {bf16,f16,f32}] [--orrery .build/release/orrery] [--rounds 3]

MODEL is a directory or a GGUF file. --make writes a directory of Llama-3.2-1B's shape with random weights of that type to MODEL first (numpy and safetensors are
needed), which is what to measure where no model can be downloaded. Each round is a process of its own, with the file in the page cache: `orrery generate
--max-tokens 1` on a prompt of 16 tokens. Printed: the file's size, the largest resident size (pages of the file that are mapped count), the seconds.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import subprocess
import time

SHAPE = dict(hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, num_attention_heads=32, num_key_value_heads=8, head_dim=64, vocab_size=128256,
             max_position_embeddings=131072, rms_norm_eps=1e-5, rope_theta=500000.0, tie_word_embeddings=True, hidden_act="silu")


def make(directory, name):
    import torch
    from safetensors.torch import save_file

    dtype = {"bf16": torch.bfloat16, "f16": torch.float16, "f32": torch.float32}[name]
    directory.mkdir(parents=True)
    (directory / "config.json").write_text(json.dumps({"model_type": "llama", "architectures": ["LlamaForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, **SHAPE}))
    D, F, d = SHAPE["hidden_size"], SHAPE["intermediate_size"], SHAPE["head_dim"]
    H, K = SHAPE["num_attention_heads"] * d, SHAPE["num_key_value_heads"] * d
    generator = torch.Generator().manual_seed(0)
    tensors = {"model.embed_tokens.weight": (SHAPE["vocab_size"], D), "model.norm.weight": (D,)}
    for layer in range(SHAPE["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        tensors |= {at + "self_attn.q_proj.weight": (H, D), at + "self_attn.k_proj.weight": (K, D), at + "self_attn.v_proj.weight": (K, D), at + "self_attn.o_proj.weight": (D, H),
                    at + "mlp.gate_proj.weight": (F, D), at + "mlp.up_proj.weight": (F, D), at + "mlp.down_proj.weight": (D, F),
                    at + "input_layernorm.weight": (D,), at + "post_attention_layernorm.weight": (D,)}
    save_file({key: torch.ones(shape, dtype=dtype) if len(shape) == 1 else torch.randn(shape, generator=generator).mul_(0.02).to(dtype) for key, shape in tensors.items()},
              directory / "model.safetensors", metadata={"format": "pt"})
    alphabet = [c for c in range(256) if 0x21 <= c <= 0x7E or 0xA1 <= c <= 0xAC or 0xAE <= c <= 0xFF]
    others = [c for c in range(256) if c not in alphabet]
    vocabulary = {chr(c): c for c in alphabet} | {chr(256 + i): c for i, c in enumerate(others)}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    (directory / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False,
                  "byte_fallback": False, "ignore_merges": False, "vocab": vocabulary, "merges": []}}))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model", type=pathlib.Path)
    arguments.add_argument("--make", choices=["bf16", "f16", "f32"])
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--dtype")
    given = arguments.parse_args()
    if given.make:  # in a process of its own: the largest resident size of a child counts that of the process which it was forked from
        maker = multiprocessing.Process(target=make, args=(given.model, given.make))
        maker.start()
        maker.join()
        if maker.exitcode:
            raise SystemExit(maker.exitcode)
    files = [given.model] if given.model.is_file() else list(given.model.glob("*.safetensors"))
    for file in files:  # into the page cache
        with open(file, "rb") as f:
            while f.read(1 << 24):
                pass
    size = sum(f.stat().st_size for f in files)
    command = [given.orrery, "generate", str(given.model), "--prompt", "The sixteen byte", "--max-tokens", "1", "--temperature", "0"]
    command += ["--dtype", given.dtype] if given.dtype else []
    for _ in range(given.rounds):
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        if status:
            raise SystemExit(errors)
        peak = usage.ru_maxrss * 1024
        print(f"file {size / 2**20:.0f} MiB, largest resident size {peak / 2**20:.0f} MiB (file + {(peak - size) / 2**20:.0f}), {seconds:.2f} s; {errors.strip()}", flush=True)


if __name__ == "__main__":
    main()
