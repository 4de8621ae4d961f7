#!/usr/bin/env python3
"""Makes Tests/OrreryModelsTests/Goldens/training: a tiny random model of every decoder, and what PyTorch and transformers compute while they train it.

    /tmp/goldens/bin/python scripts/goldens/make_training_goldens.py [Tests/OrreryModelsTests/Goldens/training] [NAME ...]

Each model gets a directory with config.json, model.safetensors (bfloat16, so that it is small; PyTorch computes in float32 with the rounded weights) and

  gradients/         the same model with the gradients of the first step, before clipping, in the place of its weights, so that whoever opens it finds each
                     gradient under the name and in the order of the weight; PyTorch computes them in float64, so that its own rounding is no part of them
  training.safetensors
    batches [10, 4, 14] int32   one a step; targets are the inputs shifted by one
    losses [10]                 before each step's update
    grad_norm [10]              global L2 norm, before clipping to 1

An encoder, and an encoder with a decoder, have their gradients and in golden.safetensors

    source, source_lengths      ids of texts of unequal lengths, one after another
    target, target_lengths      of an encoder with a decoder: what the decoder reads; each id predicts the next
    loss [1]                    the mean cross-entropy of all those; of an encoder the sum of its vectors times `weights`

Ten steps of AdamW: lr 1e-3, betas (0.9, 0.95), eps 1e-8, weight decay 0.1 on matrices, none on vectors and on stacks of them. `noise` is printed: how far PyTorch's
own gradients lie from those that it computes in float64.
"""
import copy
import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers.utils import logging

T, STEPS, VOCABULARY = 14, 10, 41

BASE = dict(vocab_size=VOCABULARY, hidden_size=20, intermediate_size=22, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=6,
            max_position_embeddings=40, rope_theta=300.0, tie_word_embeddings=False, bos_token_id=1, eos_token_id=2, pad_token_id=0)
OWN = BASE | dict(hidden_size=24)  # heads times their size
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 10, "rope_theta": 300.0, "truncate": False}
GEMMA = dict(sliding_window=5, query_pre_attn_scalar=7, tie_word_embeddings=True, final_logit_softcapping=5.0)

MODELS = {
    "gemma2": ("gemma2", BASE | GEMMA | dict(attn_logit_softcapping=3.0)),
    "gemma3": ("gemma3_text", BASE | GEMMA | dict(layer_types=["sliding_attention", "full_attention"])),
    "gpt2": ("gpt2", dict(vocab_size=VOCABULARY, n_embd=18, n_layer=2, n_head=3, n_positions=20, bos_token_id=1, eos_token_id=2)),
    "gpt_neox": ("gpt_neox", {k: v for k, v in OWN.items() if k != "num_key_value_heads"} | dict(rotary_pct=0.7)),
    "gpt_oss": ("gpt_oss", BASE | dict(num_local_experts=4, num_experts_per_tok=2, sliding_window=5, swiglu_limit=1.0, attention_bias=True, rope_parameters=YARN)),
    "granite": ("granite", OWN | dict(embedding_multiplier=6.0, attention_multiplier=0.3, residual_multiplier=0.4, logits_scaling=3.0)),
    "llama": ("llama", BASE | dict(tie_word_embeddings=True)),
    "mistral": ("mistral", BASE | dict(sliding_window=5)),
    "mixtral": ("mixtral", BASE | dict(num_local_experts=5, num_experts_per_tok=2, sliding_window=None)),
    "olmo2": ("olmo2", OWN),
    "phi3": ("phi3", OWN | dict(sliding_window=9, original_max_position_embeddings=40)),
    "qwen2": ("qwen2", OWN),
    "qwen3": ("qwen3", BASE | dict(tie_word_embeddings=True)),
    "qwen3_moe": ("qwen3_moe", BASE | dict(num_experts=6, num_experts_per_tok=3, moe_intermediate_size=9, mlp_only_layers=[], norm_topk_prob=False)),
    "qwen3_moe-normalized": ("qwen3_moe", BASE | dict(
        num_experts=6, num_experts_per_tok=3, moe_intermediate_size=9, mlp_only_layers=[1], norm_topk_prob=True)),
    "smollm3": ("smollm3", OWN | dict(no_rope_layer_interval=2, use_sliding_window=False)),
    "stablelm": ("stablelm", OWN | dict(use_parallel_residual=True, qk_layernorm=True, partial_rotary_factor=0.7)),
    "starcoder2": ("starcoder2", OWN | dict(sliding_window=6, use_bias=True)),
}


T5 = dict(vocab_size=VOCABULARY, d_model=18, d_kv=5, d_ff=22, num_layers=2, num_decoder_layers=2, num_heads=3, relative_attention_num_buckets=8,
          relative_attention_max_distance=9, dropout_rate=0.0, decoder_start_token_id=0, eos_token_id=2, pad_token_id=0)
ENCODERS = {
    "bert": ("bert", dict(vocab_size=VOCABULARY, hidden_size=18, intermediate_size=22, num_hidden_layers=2, num_attention_heads=3, max_position_embeddings=20,
                          pad_token_id=0)),
    "t5": ("t5", T5 | dict(feed_forward_proj="relu", tie_word_embeddings=True)),
    "t5-gated": ("t5", T5 | dict(feed_forward_proj="gated-gelu", tie_word_embeddings=False)),
}
SOURCE_LENGTHS, TARGET_LENGTHS = [14, 5, 9], [7, 12, 3]


def make(kind, options):
    config = AutoConfig.for_model(kind, **options)
    config._attn_implementation = config._experts_implementation = "eager"
    for name in ("attention_probs_dropout_prob", "hidden_dropout_prob", "attn_pdrop", "embd_pdrop", "resid_pdrop", "attention_dropout", "hidden_dropout", "residual_dropout", "embedding_dropout"):
        if hasattr(config, name):
            setattr(config, name, 0.0)
    kind, extra = {"bert": (AutoModel, dict(add_pooling_layer=False)), "t5": (AutoModelForSeq2SeqLM, {})}.get(kind, (AutoModelForCausalLM, {}))
    model = kind.from_config(config, **extra).float()
    with torch.no_grad():  # larger than the initialiser's, so that a mistake shows
        for name, p in model.named_parameters():
            if p.dim() > 1 and not name.endswith("bias"):
                p.copy_(torch.randn_like(p) * (1.0 if config.model_type == "t5" else 1.5) / p.shape[-1] ** 0.5)
            else:
                p.add_(0.3 * torch.randn_like(p))
            p.copy_(p.bfloat16())
    return model


def train(model, batches, steps):
    decays = lambda n, p: p.dim() >= 2 and not n.endswith("bias")
    optimizer = torch.optim.AdamW(
        [{"params": [p for n, p in model.named_parameters() if decays(n, p)], "weight_decay": 0.1},
         {"params": [p for n, p in model.named_parameters() if not decays(n, p)], "weight_decay": 0.0}], lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
    gradients, losses, norms = {}, [], []
    for step in range(steps):
        logits = model(batches[step], use_cache=False).logits[:, :-1]
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.size(-1)), batches[step][:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            gradients = {n: p.grad.clone() for n, p in model.named_parameters()}
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
        losses.append(loss.item())
    return gradients, losses, norms


def encoder_loss(model, kind, source, target, weights):
    total, rows = 0, 0
    for length in SOURCE_LENGTHS:
        text = source[rows:rows + length]
        if kind == "bert":
            total = total + (model(text[None]).last_hidden_state[0] * weights[rows:rows + length]).sum()
        rows += length
    if kind == "bert":
        return total
    first, at, counted = 0, 0, 0
    for length, own in zip(SOURCE_LENGTHS, TARGET_LENGTHS):
        text, answer = source[first:first + length], target[at:at + own]
        logits = model(input_ids=text[None], decoder_input_ids=answer[None], use_cache=False).logits[0, :-1]
        total = total + torch.nn.functional.cross_entropy(logits, answer[1:], reduction="sum")
        (first, at, counted) = (first + length, at + own, counted + own - 1)
    return total / counted


def save_encoder(name, kind, options, directory):
    model = make(kind, options)
    save(model, directory, torch.bfloat16)
    source, target = torch.randint(3, VOCABULARY, (sum(SOURCE_LENGTHS),)), torch.randint(3, VOCABULARY, (sum(TARGET_LENGTHS),))
    weights = torch.randn(len(source), 18)
    exact = copy.deepcopy(model).double()
    encoder_loss(exact, kind, source, target, weights.double()).backward()
    loss = encoder_loss(model, kind, source, target, weights)
    loss.backward()
    golden = {"source": source.int(), "source_lengths": torch.tensor(SOURCE_LENGTHS).int(), "loss": loss.detach().reshape(1)}
    golden |= {"weights": weights} if kind == "bert" else {"target": target.int(), "target_lengths": torch.tensor(TARGET_LENGTHS).int()}
    noise = max(((p.grad.double() - e.grad).norm() / (e.grad.norm() + 1e-6)).item() for p, e in zip(model.parameters(), exact.parameters()))
    with torch.no_grad():
        for p, e in zip(model.parameters(), exact.parameters()):
            p.copy_(e.grad)
    save(model, directory / "gradients", torch.float32)
    save_file(golden, directory / "golden.safetensors")
    print(f"{name}: {model.num_parameters()} parameters, loss {loss.item():.3f}; noise of PyTorch: gradients {noise:.1e}")


def save(model, directory, dtype):
    model.save_pretrained(directory)
    for unwanted in directory.glob("generation_config.json"):
        unwanted.unlink()
    config = json.loads((directory / "config.json").read_text())
    config.pop("transformers_version", None)
    (directory / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    tensors = load_file(directory / "model.safetensors")
    save_file({k: v.to(dtype) for k, v in tensors.items()}, directory / "model.safetensors", metadata={"format": "pt"})


def main(out, names):
    for seed, (name, (kind, options)) in enumerate(MODELS.items()):
        if names and name not in names:
            continue
        torch.manual_seed(300 + seed)
        model, directory = make(kind, options), out / name
        save(model, directory, torch.bfloat16)
        batches = torch.randint(3, VOCABULARY, (STEPS, 4, T))
        exact, exact_losses, _ = train(copy.deepcopy(model).double(), batches, STEPS)
        start = copy.deepcopy(model)
        gradients, losses, norms = train(model, batches, STEPS)
        with torch.no_grad():
            for n, p in start.named_parameters():
                p.copy_(exact[n])
        save(start, directory / "gradients", torch.float32)
        save_file({"batches": batches.int(), "losses": torch.tensor(losses), "grad_norm": torch.tensor(norms)}, directory / "training.safetensors")
        noise = max((g.double() - exact[n]).norm() / (exact[n].norm() + 1e-6) for n, g in gradients.items())
        size = sum(f.stat().st_size for f in directory.rglob("*.*"))
        print(f"{name}: {model.num_parameters()} parameters, {size / 1e3:.0f} kB, losses {losses[0]:.3f} to {losses[-1]:.3f}; noise of PyTorch: gradients {noise:.1e}, "
              f"losses {max(abs(a - b) for a, b in zip(losses, exact_losses)):.1e}")
    for seed, (name, (kind, options)) in enumerate(ENCODERS.items()):
        if not names or name in names:
            torch.manual_seed(400 + seed)
            save_encoder(name, kind, options, out / name)


if __name__ == "__main__":
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/OrreryModelsTests/Goldens/training"), sys.argv[2:])
