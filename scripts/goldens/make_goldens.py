#!/usr/bin/env python3
"""Makes the goldens of Tests/OrreryModelsTests: small random models of odd shapes, and what PyTorch and transformers compute for them.

    python3 -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch transformers safetensors
    /tmp/goldens/bin/python scripts/goldens/make_goldens.py [Tests/OrreryModelsTests/Goldens]

Each model gets a directory with config.json, model.safetensors (float32, Hugging Face's names) and golden.safetensors:

  input_ids   [2, 40] int32     logits [2, 40, V]     hidden.<i> [2, 40, D], 0 = embeddings, the last after the final norm
  greedy      [2, 64] int32     input_ids[:, :16] continued greedily with a cache
  batches     [10, 4, 24] int32 one a step; targets are the inputs shifted by one
  losses      [10]              before each step's update, no dropout
  grad.<name>                   gradients of the first step, before clipping
  grad_norm   [10]              global L2 norm, before clipping to 1
  adamw.<name>                  weights after ten steps of AdamW: lr 1e-3, betas (0.9, 0.95), eps 1e-8, weight decay 0.1 on matrices
  noise.<name>                  how far those weights move when PyTorch itself computes the gradients in float64: relative L2 distance

Shapes are odd on purpose: widths that no vector divides, head sizes that are not width / heads, three query heads to a key-value head.
"""

import copy
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.utils import logging

T, STEPS = 40, 10

GPT2 = dict(vocab_size=97, n_embd=30, n_layer=2, n_head=5, n_inner=70, n_positions=67, bos_token_id=1, eos_token_id=1)
QWEN3 = dict(
    vocab_size=101, hidden_size=28, intermediate_size=52, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=2, head_dim=10,
    max_position_embeddings=70, rms_norm_eps=1e-5, rope_theta=500.0, bos_token_id=1, eos_token_id=1)

MODELS = {
    "gpt2": ("gpt2", GPT2 | dict(layer_norm_epsilon=1e-4)),
    # nanoGPT's: no biases and the exact GELU. Hugging Face's class has biases: they are zero and stay so.
    "gpt2-without-biases": ("gpt2", GPT2 | dict(n_embd=33, n_head=3, n_inner=None, activation_function="gelu", bias=False)),
    "qwen3": ("qwen3", QWEN3 | dict(tie_word_embeddings=True)),
    "qwen3-untied": ("qwen3", QWEN3 | dict(
        tie_word_embeddings=False, attention_bias=True, num_attention_heads=3, num_key_value_heads=3, head_dim=14, hidden_size=21)),
}


def make(kind, options):
    config = AutoConfig.for_model(kind, **options)
    config._attn_implementation = "eager"
    for name in ("attn_pdrop", "embd_pdrop", "resid_pdrop", "attention_dropout"):
        if hasattr(config, name):
            setattr(config, name, 0.0)
    model = AutoModelForCausalLM.from_config(config).float().eval()
    with torch.no_grad():  # larger than the initialiser's, so that a mistake shows and greedy text is not one token
        for name, p in model.named_parameters():
            if p.dim() > 1:
                p.mul_(4.0 if any(e in name for e in ("wte", "wpe", "embed_tokens", "lm_head")) else 12.0)
            else:
                p.add_(0.2 * torch.randn_like(p))
            if options.get("bias") is False and name.endswith("bias"):
                p.zero_()
                p.requires_grad_(False)
    return model


def inference(model, vocabulary):
    ids = torch.randint(0, vocabulary, (2, T))
    with torch.no_grad():
        out = model(ids, output_hidden_states=True, use_cache=False)
        greedy, past, new = ids[:, :16], None, ids[:, :16]
        gaps = []
        for _ in range(48):
            step = model(new, past_key_values=past, use_cache=True)
            top = step.logits[:, -1].topk(2, -1).values
            gaps.append((top[:, 0] - top[:, 1]).min().item())
            past, new = step.past_key_values, step.logits[:, -1:].argmax(-1)
            greedy = torch.cat([greedy, new], 1)
    assert min(gaps) > 1e-4, "two continuations are nearly as likely: take another seed"
    return {"input_ids": ids.int(), "logits": out.logits, "greedy": greedy.int()} | {
        f"hidden.{i}": h for i, h in enumerate(out.hidden_states)}


def training(model, batches):
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": [p for _, p in trained if p.dim() >= 2], "weight_decay": 0.1},
         {"params": [p for _, p in trained if p.dim() < 2], "weight_decay": 0.0}], lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
    tensors, losses, norms = {}, [], []
    for step, batch in enumerate(batches):
        logits = model(batch, use_cache=False).logits[:, :-1]
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.size(-1)), batch[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            tensors |= {"grad." + n: p.grad.clone() for n, p in trained}
        norms.append(torch.nn.utils.clip_grad_norm_([p for _, p in trained], 1.0).item())
        optimizer.step()
        losses.append(loss.item())
    tensors |= {"adamw." + n: p.detach().clone() for n, p in trained}
    return tensors | {"losses": torch.tensor(losses), "grad_norm": torch.tensor(norms)}


def main(out):
    for seed, (name, (kind, options)) in enumerate(MODELS.items()):
        torch.manual_seed(100 + seed)
        model = make(kind, options)
        directory = out / name
        model.save_pretrained(directory)
        (directory / "generation_config.json").unlink(missing_ok=True)
        config = json.loads((directory / "config.json").read_text())
        config.pop("transformers_version", None)
        if options.get("bias") is False:
            config["bias"] = False
        (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")

        golden = inference(model, options["vocab_size"])
        golden["batches"] = torch.randint(0, options["vocab_size"], (STEPS, 4, 24)).int()
        exact = training(copy.deepcopy(model).double(), golden["batches"].long())
        plain = training(model.train(), golden["batches"].long())
        golden |= plain
        for key, value in plain.items():
            if key.startswith("adamw."):
                distance = (value.double() - exact[key]).norm() / exact[key].norm()
                golden["noise." + key[6:]] = distance.float().reshape(1)
        save_file({k: v.contiguous() for k, v in golden.items()}, directory / "golden.safetensors")
        size = sum(f.stat().st_size for f in directory.iterdir())
        gradient = max((plain[k].double() - exact[k]).norm() / exact[k].norm() for k in plain if k.startswith("grad."))
        noise = {k: golden[k].item() for k in golden if k.startswith("noise.")}
        print(f"{name}: {model.num_parameters()} parameters, {size / 1e6:.2f} MB; PyTorch's own float32 against float64: "
              f"gradients {gradient:.1e}, losses {(plain['losses'] - exact['losses']).abs().max():.1e}, "
              f"weights {max(noise.values()):.1e} ({max(noise, key=noise.get)}), distinct greedy ids {len(set(golden['greedy'][:, 16:].flatten().tolist()))}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/OrreryModelsTests/Goldens"))
