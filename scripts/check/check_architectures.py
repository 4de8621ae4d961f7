#!/usr/bin/env python3
"""Makes many small random models of every architecture with Hugging Face transformers and compares what Orrery computes for them.

    python3 -m venv /tmp/check && /tmp/check/bin/pip install torch transformers safetensors
    /tmp/check/bin/python scripts/check/check_architectures.py [ARCHITECTURE ...] [--orrery .build/release/orrery] [--seeds 4] [--tolerance 1e-4] [--keep DIR]

Each model: an option set of its architecture and a seed; saved with save_pretrained, some in shards, in float32, bfloat16 or float16 by turns (transformers then
computes in float32 with the rounded weights). Compared, relative to the largest number:
- logits and every hidden state (`orrery logits --hidden`)
- a greedy continuation of the prompt, which transformers makes with its cache: `orrery logits` of each beginning of it, without a cache, must choose the
  same next token, and so must `orrery logits --greedy`, which keeps one
- for bert the mean over positions, for t5 the decoder's logits beside an encoder's input.
Exit status 1 if something differs, with a line that says what.
"""
import argparse
import itertools
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers.utils import logging

ACTIVATIONS = ["silu", "gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "quick_gelu", "relu2", "tanh", "swish", "gelu_fast"]
VOCABULARY, LENGTH, NEW = 160, 90, 24
TYPES = [torch.float32, torch.bfloat16, torch.float16]


def scalings(elements):
    """Every rotary scaling, for heads of which `elements` turn."""
    factors = lambda low, high: [round(low + (high - low) * i / max(1, elements // 2 - 1), 3) for i in range(elements // 2)]
    return [
        None,
        {"rope_type": "linear", "factor": 3.0},
        {"rope_type": "dynamic", "factor": 2.5},
        {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32},
        {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32},
        {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "beta_fast": 16.0, "beta_slow": 2.0, "truncate": False, "attention_factor": 1.3},
        {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "mscale": 0.7, "mscale_all_dim": 0.9},
        {"rope_type": "longrope", "short_factor": factors(1.0, 1.4), "long_factor": factors(1.2, 6.0), "original_max_position_embeddings": 32, "factor": 4.0},
        {"rope_type": "longrope", "short_factor": factors(1.0, 1.2), "long_factor": factors(1.1, 3.0), "original_max_position_embeddings": 512, "factor": 2.0},
    ]


def shapes(r, even=True):
    """Widths, heads and sizes, some of them odd."""
    heads, kv = r.choice([(4, 2), (6, 2), (3, 1), (4, 4), (5, 5), (8, 2)])
    size = r.choice([4, 6, 10, 12, 16, 18, 20, 32] if even else [3, 5, 7, 8, 16, 17])
    return heads, kv, size


def options(name, r):
    """A random configuration of an architecture."""
    heads, kv, size = shapes(r)
    own = heads * size  # a width of heads times their size
    free = heads * r.choice([5, 7, 8, 12])  # any width, where the class lets heads have their own size
    base = dict(vocab_size=VOCABULARY, hidden_size=free, intermediate_size=r.choice([37, 48, 80]), num_hidden_layers=r.choice([2, 3, 5]), num_attention_heads=heads,
                num_key_value_heads=kv, max_position_embeddings=512, tie_word_embeddings=r.random() < 0.5, bos_token_id=1, eos_token_id=2, pad_token_id=0)
    act = r.choice(ACTIVATIONS)
    theta = r.choice([10000.0, 500000.0, 700.0])
    scaled = lambda elements: r.choice(scalings(elements))

    def rope(elements, **extra):
        chosen = scaled(elements)
        if chosen and chosen["rope_type"] == "dynamic":
            base["max_position_embeddings"] = 48  # so that it takes effect
        return {"rope_parameters": {"rope_type": "default", **(chosen or {}), "rope_theta": theta, **extra}}

    if name == "gpt2":
        return dict(vocab_size=VOCABULARY, n_embd=own, n_layer=3, n_head=heads, n_positions=128, n_inner=r.choice([None, 50]), activation_function=act,
                    layer_norm_epsilon=r.choice([1e-5, 1e-3]), bos_token_id=1, eos_token_id=2)
    if name == "llama":
        return base | dict(head_dim=size, hidden_act=act, attention_bias=r.random() < 0.5, mlp_bias=r.random() < 0.5, rms_norm_eps=r.choice([1e-6, 1e-2])) | rope(size)
    if name == "mistral":
        return base | dict(head_dim=size, hidden_act=act, sliding_window=r.choice([None, 2, 7, 16, 64, 70, 1000])) | rope(size)
    if name == "mixtral":
        experts = r.choice([2, 4, 7])
        return base | dict(head_dim=size, hidden_act=act, sliding_window=r.choice([None, 9, 65]), num_local_experts=experts, num_experts_per_tok=r.randint(1, experts)) | rope(size)
    if name == "qwen2":
        window = r.random() < 0.5
        return base | dict(hidden_size=own, hidden_act=act, use_sliding_window=window, sliding_window=r.choice([5, 20]), max_window_layers=1) | rope(size)
    if name == "qwen3":
        window = r.random() < 0.5
        return base | dict(head_dim=size, hidden_act=act, attention_bias=r.random() < 0.5, use_sliding_window=window, sliding_window=r.choice([5, 20]), max_window_layers=1) | rope(size)
    if name == "qwen3_moe":
        experts = r.choice([3, 4, 8])
        return base | dict(head_dim=size, hidden_act=act, attention_bias=r.random() < 0.5, num_experts=experts, num_experts_per_tok=r.randint(1, experts), moe_intermediate_size=r.choice([19, 32]),
                           norm_topk_prob=r.random() < 0.5, decoder_sparse_step=r.choice([1, 2]), mlp_only_layers=r.choice([[], [0]]), use_sliding_window=r.random() < 0.3,
                           sliding_window=11) | rope(size)
    if name in ("gemma2", "gemma3"):
        extra = dict(head_dim=size, hidden_activation=r.choice(["gelu_pytorch_tanh", act]), query_pre_attn_scalar=r.choice([size, 24]), sliding_window=r.choice([4, 16, 66]),
                     attention_bias=r.random() < 0.5, final_logit_softcapping=r.choice([None, 5.0, 30.0]))
        if name == "gemma2":
            return base | extra | dict(attn_logit_softcapping=r.choice([None, 3.0, 50.0])) | rope(size)
        chosen = scaled(size)
        if chosen and chosen["rope_type"] in ("dynamic", "longrope"):
            chosen = scalings(size)[1]
        base["num_hidden_layers"] = r.choice([3, 7])
        return base | extra | dict(rope_parameters={"full_attention": {"rope_type": "default", **(chosen or {}), "rope_theta": theta},
                                                    "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}})
    if name == "phi3":
        share = r.choice([1.0, 0.5, 0.75])
        rotated = int(size * share) // 2 * 2
        share = rotated / size
        chosen = r.choice([None, scalings(rotated)[7], scalings(rotated)[8]])
        return base | dict(hidden_size=own, hidden_act=act, sliding_window=r.choice([None, 13]), original_max_position_embeddings=(chosen or {}).get("original_max_position_embeddings", 512),
                           rope_parameters={"rope_type": "default", **(chosen or {}), "rope_theta": theta, "partial_rotary_factor": share})
    if name == "olmo2":
        return base | dict(hidden_size=own, hidden_act=act, attention_bias=r.random() < 0.5) | rope(size)
    if name == "granite":
        return base | dict(hidden_size=own, hidden_act=act, attention_bias=r.random() < 0.5, mlp_bias=r.random() < 0.5, embedding_multiplier=r.choice([1.0, 12.0]),
                           logits_scaling=r.choice([1.0, 8.0]), residual_multiplier=r.choice([1.0, 0.22]), attention_multiplier=r.choice([0.0625, 0.3])) | rope(size)
    if name == "smollm3":
        return base | dict(hidden_size=own, hidden_act=act, attention_bias=r.random() < 0.5, mlp_bias=r.random() < 0.5, no_rope_layer_interval=r.choice([2, 4]),
                           use_sliding_window=r.random() < 0.5, sliding_window=r.choice([None, 9])) | rope(size)
    if name == "starcoder2":
        return base | dict(hidden_size=own, hidden_act=act, use_bias=r.random() < 0.5, sliding_window=r.choice([None, 14]), norm_epsilon=r.choice([1e-5, 1e-3])) | rope(size)
    if name == "stablelm":
        share = min(size, r.choice([4, max(4, size // 2 // 2 * 2), size])) / size
        rotated = int(size * share)
        return base | dict(hidden_size=own, hidden_act=act, use_qkv_bias=r.random() < 0.5, qk_layernorm=r.random() < 0.5, use_parallel_residual=r.random() < 0.5) | rope(rotated, partial_rotary_factor=share)
    if name == "gpt_neox":
        share = min(size, r.choice([4, max(4, size // 2 // 2 * 2), size])) / size
        base.pop("num_key_value_heads")
        return base | dict(hidden_size=own, hidden_act=act, attention_bias=r.random() < 0.5, use_parallel_residual=r.random() < 0.5, layer_norm_eps=r.choice([1e-5, 1e-3])) | rope(
            int(size * share), partial_rotary_factor=share)
    if name == "gpt_oss":
        experts = r.choice([2, 4])
        if r.random() < 0.5:  # MXFP4
            free, base["intermediate_size"] = 32 * r.randint(1, 3), 32 * r.randint(1, 2)
        return base | dict(hidden_size=free // 2 * 2, head_dim=size, num_local_experts=experts, num_experts_per_tok=r.randint(1, experts), sliding_window=r.choice([6, 16]),
                           attention_bias=r.random() < 0.5, swiglu_limit=r.choice([1.0, 7.0])) | rope(size)
    if name == "bert":
        return dict(vocab_size=VOCABULARY, hidden_size=own, intermediate_size=48, num_hidden_layers=3, num_attention_heads=heads, max_position_embeddings=128, hidden_act=act,
                    layer_norm_eps=r.choice([1e-12, 1e-3]), type_vocab_size=2, pad_token_id=0)
    if name == "t5":
        return dict(vocab_size=VOCABULARY, d_model=free, d_kv=r.choice([5, 8, 16]), d_ff=50, num_layers=2, num_decoder_layers=r.choice([2, 3]), num_heads=heads,
                    relative_attention_num_buckets=r.choice([8, 32]), relative_attention_max_distance=r.choice([20, 128]),
                    feed_forward_proj=r.choice(["relu", "gated-gelu", "gated-silu", "gelu_new"]), tie_word_embeddings=r.random() < 0.5, decoder_start_token_id=0, eos_token_id=2, pad_token_id=0)
    raise KeyError(name)


MODEL_TYPES = {"gemma3": "gemma3_text"}
NAMES = ["gpt2", "llama", "mistral", "mixtral", "qwen2", "qwen3", "qwen3_moe", "gemma2", "gemma3", "phi3", "olmo2", "granite", "smollm3", "starcoder2", "stablelm", "gpt_neox",
         "gpt_oss", "bert", "t5"]


def make(name, seed, directory):
    """Saves a model and returns it with what it computes."""
    r = random.Random(f"{name} {seed}")
    chosen = options(name, r)
    config = AutoConfig.for_model(MODEL_TYPES.get(name, name), **chosen)
    config._attn_implementation = "eager"
    config._experts_implementation = "eager"
    torch.manual_seed(seed)
    kind = {"t5": AutoModelForSeq2SeqLM, "bert": AutoModel}.get(name, AutoModelForCausalLM)
    model = kind.from_config(config).float().eval()
    with torch.no_grad():  # larger weights than the initialiser's, so that a mistake shows
        for key, p in model.named_parameters():
            if p.dim() > 1:
                p.copy_(torch.randn_like(p) * 1.5 / p.shape[-1] ** 0.5)
            else:
                p.add_(0.3 * torch.randn_like(p))
        dtype = TYPES[seed % len(TYPES)]
        for p in model.parameters():
            p.copy_(p.to(dtype))
    model.save_pretrained(directory, max_shard_size=r.choice(["20KB", "1GB"]))
    for file in pathlib.Path(directory).glob("*.safetensors"):
        save_file({key: t.to(dtype) if t.is_floating_point() else t for key, t in load_file(file).items()}, file, metadata={"format": "pt"})
    if name == "gpt_oss" and config.hidden_size % 32 == 0 and config.intermediate_size % 32 == 0:
        quantise_experts(model, directory)
    return model, chosen, r


FOUR_BITS = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])


def quantise_experts(model, directory):
    """Random MXFP4 blocks in the place of the experts' matrices, in the model as floats and in the files as blocks."""
    tensors = {}
    for file in pathlib.Path(directory).glob("*.safetensors"):
        tensors |= load_file(file)
        file.unlink()
    (pathlib.Path(directory) / "model.safetensors.index.json").unlink(missing_ok=True)
    for key, p in model.named_parameters():
        if key.endswith(("experts.gate_up_proj", "experts.down_proj")):
            experts, inner, outer = p.shape
            blocks = torch.randint(0, 256, (experts, outer, inner // 32, 16), dtype=torch.uint8)
            scales = torch.randint(123, 126, (experts, outer, inner // 32), dtype=torch.uint8)
            numbers = torch.stack([FOUR_BITS[(blocks & 15).long()], FOUR_BITS[(blocks >> 4).long()]], -1).flatten(-2)
            rows = (numbers * torch.exp2(scales.float() - 127)[..., None]).flatten(-2)
            p.data.copy_(rows.transpose(1, 2))
            del tensors[key]
            tensors[key + "_blocks"], tensors[key + "_scales"] = blocks, scales
    save_file(tensors, pathlib.Path(directory) / "model.safetensors", metadata={"format": "pt"})


def compute(name, model, r):
    length = r.choice([LENGTH, 140, 300]) if name not in ("gpt2", "bert") else LENGTH
    ids = torch.randint(3, VOCABULARY, (2, length))
    want, inputs = {"input_ids": ids}, {}
    with torch.no_grad():
        if name == "bert":
            out = model(ids, output_hidden_states=True)
            hidden, want["mean"] = out.hidden_states, out.last_hidden_state.mean(1)
        else:
            if name == "t5":
                want["encoder_ids"] = torch.randint(3, VOCABULARY, (2, 31))
                inputs = {"encoder_outputs": model.encoder(want["encoder_ids"])}
            key = "decoder_input_ids" if name == "t5" else "input_ids"
            out = model(**{key: ids}, output_hidden_states=True, use_cache=False, **inputs)
            hidden = out.decoder_hidden_states if name == "t5" else out.hidden_states
            want["logits"] = out.logits
            cache, new, sequence = None, ids[:1, :40], ids[:1, :40]
            step_inputs = {"encoder_outputs": model.encoder(want["encoder_ids"][:1])} if name == "t5" else {}
            for _ in range(NEW):
                step = model(**{key: new}, past_key_values=cache, use_cache=True, **step_inputs)
                cache, new = step.past_key_values, step.logits[:, -1:].argmax(-1)
                sequence = torch.cat([sequence, new], 1)
            want["greedy"] = sequence
    return want | {f"hidden.{i}": h for i, h in enumerate(hidden)}


def orrery(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"exit status {done.returncode}")
    return done


def compare(name, directory, want, program, tolerance, dynamic):
    faults, worst = [], 0.0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        def logits(ids, *more):
            (scratch / "ids.json").write_text(json.dumps(ids.tolist()))
            done = orrery(program, "logits", directory, "--ids", scratch / "ids.json", "--out", scratch / "out.safetensors", "--overwrite", *more)
            if done.stderr.strip():
                faults.append(done.stderr.strip())
            return load_file(scratch / "out.safetensors")
        encoder = []
        if name == "t5":
            (scratch / "encoder.json").write_text(json.dumps(want["encoder_ids"].tolist()))
            (scratch / "encoder1.json").write_text(json.dumps(want["encoder_ids"][:1].tolist()))
            encoder = ["--encoder-ids", scratch / "encoder.json"]
        found = logits(want["input_ids"], "--hidden", *encoder)
        for key in [k for k in want if k not in ("input_ids", "encoder_ids", "greedy")]:
            if key not in found:
                faults.append(f"{key} is missing")
                continue
            if found[key].shape != want[key].shape:
                faults.append(f"{key}: shape {list(found[key].shape)}, expected {list(want[key].shape)}")
                continue
            error = ((found[key].double() - want[key].double()).abs().max() / want[key].double().abs().max()).item()
            worst = max(worst, error)
            if not error <= tolerance:
                faults.append(f"{key}: {error:.2e}")
        if "greedy" in want:
            sequence = want["greedy"]
            first = sequence.shape[1] - NEW
            encoder = ["--encoder-ids", scratch / "encoder1.json"] if name == "t5" else []
            (scratch / "ids.json").write_text(json.dumps(sequence[:, :first].tolist()))
            done = orrery(program, "logits", directory, "--ids", scratch / "ids.json", "--out", scratch / "out.safetensors", "--overwrite", "--greedy", NEW, *encoder)
            cached = load_file(scratch / "out.safetensors")["greedy"]
            if cached.tolist() != sequence.tolist():
                faults.append("greedy with the cache differs")
            # With dynamic positions transformers' own numbers depend on the cache: what is kept was turned for a shorter sequence.
            if not faults and not dynamic:
                plain = sequence[:, :first]
                for _ in range(NEW):  # every step anew, without any cache
                    best = logits(plain, *encoder)["logits"][:, -1].argmax(-1, keepdim=True)
                    if best.item() != sequence[0, plain.shape[1]].item():
                        faults.append(f"greedy without the cache differs at {plain.shape[1]}")
                        break
                    plain = torch.cat([plain, best], 1)
    return faults, worst


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("architectures", nargs="*", default=NAMES)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--seeds", type=int, default=4)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--tolerance", type=float, default=1e-4)
    arguments.add_argument("--keep", type=pathlib.Path)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    failed = 0
    for name in given.architectures:
        worst, bad = 0.0, 0
        for seed in range(given.first, given.first + given.seeds):
            with tempfile.TemporaryDirectory() as scratch:
                directory = pathlib.Path(scratch) / "model"
                if given.keep:
                    directory = given.keep / f"{name}-{seed}"
                    directory.mkdir(parents=True, exist_ok=True)
                model, chosen, r = make(name, seed, directory)
                want = compute(name, model, r)
                try:
                    faults, error = compare(name, directory, want, given.orrery, given.tolerance, "'dynamic'" in str(chosen))
                except RuntimeError as e:
                    faults, error = [str(e)], 0.0
            worst = max(worst, error)
            if faults:
                bad += 1
                print(f"{name} seed {seed}: {'; '.join(faults[:3])}\n    {chosen}", file=sys.stderr)
        failed += bad
        print(f"{name}: {given.seeds} models, {bad} differ, largest error {worst:.1e}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
