#!/usr/bin/env python3
"""Makes the adapters of Tests/OrreryModelsTests/AdapterFileTests.swift with PEFT, and what transformers computes with them.

    python3 -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch transformers peft safetensors
    /tmp/goldens/bin/python scripts/goldens/make_adapter_goldens.py [Tests/OrreryModelsTests/Goldens]

Each of the small models there (make_goldens.py) gets a directory adapter-NAME with what PEFT's save_pretrained writes, and golden.safetensors with input_ids [20]
and logits [20, V].
"""
import pathlib
import sys
import warnings

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

ADAPTERS = {
    # Conv1D, a table that is the output layer too
    "gpt2": dict(r=3, lora_alpha=7, target_modules=["c_attn", "c_proj", "c_fc", "wte"], fan_in_fan_out=True),
    # rsLoRA, patterns, a tied table and its output layer each with an update of its own
    "qwen3": dict(
        r=4, lora_alpha=6, use_rslora=True, target_modules=r".*\.(q_proj|v_proj|o_proj|up_proj|down_proj)|.*embed_tokens|lm_head",
        rank_pattern={"o_proj": 2, r"layers\.1\.mlp\.down_proj": 5}, alpha_pattern={"mlp.up_proj": 3}),
    # one layer, with biases of the updates
    "qwen3-untied": dict(
        r=2, lora_alpha=5, lora_bias=True, layers_to_transform=[1],
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]),
}


def main(directory):
    warnings.filterwarnings("ignore")
    for name, options in ADAPTERS.items():
        torch.manual_seed(3)
        model = AutoModelForCausalLM.from_pretrained(directory / name, dtype=torch.float32, attn_implementation="eager").eval()
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **options)).eval()
        with torch.no_grad():  # the update starts at zero
            for key, p in model.named_parameters():
                if "lora_" in key:
                    p.copy_(torch.randn_like(p) * 0.3)
            ids = torch.randint(2, model.config.vocab_size, (1, 20))
            logits = model(ids).logits[0]
        out = directory / f"adapter-{name}"
        model.save_pretrained(out)
        (out / "README.md").unlink(missing_ok=True)
        save_file({"input_ids": ids[0].int(), "logits": logits.contiguous()}, out / "golden.safetensors")
        print(out, sorted(p.name for p in out.iterdir()))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/OrreryModelsTests/Goldens"))
