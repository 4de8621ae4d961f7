#!/usr/bin/env python3
"""Makes random LoRA adapters with PEFT, for small random models of every decoder and for a real one, and compares what Orrery computes with them.

    python3 -m venv /tmp/check && /tmp/check/bin/pip install torch transformers peft safetensors
    /tmp/check/bin/python scripts/compare/compare_lora.py [ARCHITECTURE ...] [--orrery .build/release/orrery] [--seeds 4] [--tolerance 1e-4] [--real FILE.gguf]

Each adapter: targets, ranks, alphas, rsLoRA, biases and tables of embeddings by turns, saved with save_pretrained. Compared are the logits of transformers with PEFT
and of `orrery logits --lora`, relative to the largest number, over the model directory and of every second model over a GGUF file of it (float32). With --real the weights of that file
are converted to a directory first, which transformers opens; Orrery computes with the directory and with the file as it is.
Exit status 1 if something differs, with a line that says what.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM
from transformers.utils import logging

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "check"))
import check_architectures  # noqa: E402
import check_gguf  # noqa: E402

NAMES = [name for name in check_architectures.NAMES if name not in ("bert", "t5")]


def adapted(model, r, directory, tables):
    """The model with a random adapter, which is saved."""
    linear = sorted({key.rsplit(".", 1)[-1] for key, m in model.named_modules() if type(m).__name__ in ("Linear", "Conv1D")} - {"lm_head", "embed_out"})
    chosen = r.choice(["all-linear", linear, r.sample(linear, max(1, len(linear) // 2))])
    head = next((key for key, m in model.named_modules() if m is model.get_output_embeddings()), None)
    table = next(key for key, m in model.named_modules() if m is model.get_input_embeddings()).rsplit(".", 1)[-1]
    if tables:
        chosen = linear + r.choice([[table], [head], [table, head]])
    experts = [f"experts.{key}" for key in ("gate_up_proj", "down_proj")] if any(key.endswith("experts.gate_up_proj") for key, _ in model.named_parameters()) else []
    if experts and not tables and chosen != "all-linear":
        targets = experts
    else:
        targets = None
    rank = r.choice([1, 2, 7, 8, 16])
    pattern = r.random() < 0.4 and chosen != "all-linear"
    config = LoraConfig(
        task_type="CAUSAL_LM", r=rank, lora_alpha=r.choice([1, 8, 16, 32]), use_rslora=r.random() < 0.5, target_modules=chosen,
        lora_bias=r.random() < 0.25 and not tables and not experts, target_parameters=targets, rank_pattern={linear[0]: 5} if pattern else {}, alpha_pattern={rf"{linear[-1]}": 3} if pattern else {},
        fan_in_fan_out=any(type(m).__name__ == "Conv1D" for m in model.modules()))
    made = get_peft_model(model, config).eval()
    with torch.no_grad():
        for key, p in made.named_parameters():
            if "lora_" in key:
                p.copy_(torch.randn_like(p) / (p.shape[-1] if "lora_A" in key else rank) ** 0.5 * 0.5)
    made.save_pretrained(directory)
    return made, config


def orrery(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"exit status {done.returncode}")


def error(program, model, adapter, ids, want, scratch, *more):
    (scratch / "ids.json").write_text(json.dumps(ids.tolist()))
    orrery(program, "logits", model, "--lora", f"random={adapter}", "--ids", scratch / "ids.json", "--out", scratch / "out.safetensors", "--overwrite", *more)
    found = load_file(scratch / "out.safetensors")["logits"].double()
    return ((found - want.double()).abs().max() / want.double().abs().max()).item()


def small(name, seed, given):
    isInGGUF = seed % 4 >= 2
    check_architectures.VOCABULARY = 256
    check_architectures.options = (lambda n, r: check_gguf.sayable(n, seed, r, check_gguf.OPTIONS)) if isInGGUF else check_gguf.OPTIONS
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        model, _, r = check_architectures.make(name, seed, scratch / "model")
        check_gguf.byte_tokenizer(scratch / "model")
        ids = torch.randint(3, check_architectures.VOCABULARY, (2, 60))
        with torch.no_grad():
            plain = model(ids).logits
            made, config = adapted(model, r, scratch / "adapter", tables=seed % 2 == 1)
            want = made(ids).logits
        change = ((want - plain).abs().max() / plain.abs().max()).item()
        errors = {"directory": error(given.orrery, scratch / "model", scratch / "adapter", ids, want, scratch)}
        if isInGGUF:
            try:
                orrery(given.orrery, "convert", scratch / "model", scratch / "m.gguf", "--type", "f32")
                errors["GGUF"] = error(given.orrery, scratch / "m.gguf", scratch / "adapter", ids, want, scratch)
            except RuntimeError as e:
                if "m.gguf: the model that llama.cpp would make" not in str(e):
                    raise
                print(f"{name} seed {seed}: GGUF has no word for it: {e}", file=sys.stderr)
        faults = [f"{form}: {value:.1e}" for form, value in errors.items() if not value <= given.tolerance]
        if not change > 1e-2:
            faults.append(f"the adapter changes only {change:.1e}")
        if faults:
            print(f"{name} seed {seed}: {'; '.join(faults)}\n    {config}", file=sys.stderr)
        return max(errors.values()), bool(faults)


def real(given):
    """Real weights: transformers opens the directory that Orrery writes of the file."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        orrery(given.orrery, "convert", given.real, scratch / "model", "--type", "f32")
        model = AutoModelForCausalLM.from_pretrained(scratch / "model", dtype=torch.float32, attn_implementation="eager").eval()
        ids = torch.randint(3, model.config.vocab_size, (1, 64))
        with torch.no_grad():
            plain = model(ids).logits
            made = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear")).eval()
            for key, p in made.named_parameters():
                if "lora_" in key:
                    p.copy_(torch.randn_like(p) * (0.02 if "lora_A" in key else 0.01))
            made.save_pretrained(scratch / "adapter")
            want = made(ids).logits
        change = ((want - plain).abs().max() / plain.abs().max()).item()
        directory = error(given.orrery, scratch / "model", scratch / "adapter", ids, want, scratch)
        file = error(given.orrery, given.real, scratch / "adapter", ids, want, scratch)
        print(f"{pathlib.Path(given.real).name}: directory {directory:.1e}, the file itself, whose products round activations, {file:.1e}; the adapter changes {change:.1e}")
        return not (directory <= given.tolerance and file <= 100 * given.tolerance and change > 1e-2)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("architectures", nargs="*", default=NAMES)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--seeds", type=int, default=4)
    arguments.add_argument("--tolerance", type=float, default=1e-4)
    arguments.add_argument("--real", type=pathlib.Path)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    failed = 0
    for name in given.architectures:
        found = [small(name, seed, given) for seed in range(given.seeds)]
        bad = sum(fault for _, fault in found)
        failed += bad
        print(f"{name}: {given.seeds} adapters, {bad} differ, largest error {max(e for e, _ in found):.1e}", flush=True)
    if given.real:
        failed += real(given)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
