#!/usr/bin/env python3
"""Converts small random models of every architecture to GGUF and back, and compares what Orrery and llama.cpp compute for the files.

    scripts/check_gguf.py --llama-cpp SOURCE --llama-build BUILD [ARCHITECTURE ...] [--orrery .build/release/orrery] [--seeds 4]

The models are those of check_architectures.py. Compared, relative to the largest logit:
- transformers and llama.cpp on the file that `orrery convert` wrote: whether it means the same model to llama.cpp
- transformers and `orrery logits` on that file
- the directory that `orrery convert` made of the file, opened by transformers
A configuration that GGUF has no word for must be refused; refusals are counted and named. Exit status 1 if something differs.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

import numpy
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM
from transformers.utils import logging

import check_architectures as models_of

OPTIONS = models_of.options
NAMES = [n for n in models_of.NAMES if n not in ("bert", "t5")]


def byte_tokenizer(directory):
    """256 tokens, so that llama.cpp has a vocabulary."""
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    order = sorted(alphabet, key=lambda c: (ord(c) - 256 + 1000) if ord(c) > 255 else ord(c))
    stand_ins = {}
    code = 256
    for byte in range(256):
        if 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or 0xAE <= byte <= 0xFF:
            stand_ins[chr(byte)] = byte
        else:
            stand_ins[chr(code)] = byte
            code += 1
    assert set(stand_ins) == set(order)
    tokenizer = Tokenizer(models.BPE(vocab=stand_ins, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))


OWN_ACTIVATION = {"gpt2": "gelu_new", "gpt_neox": "gelu", "starcoder2": "gelu_pytorch_tanh", "gemma2": "gelu_pytorch_tanh", "gemma3": "gelu_pytorch_tanh"}


def sayable(name, seed, r, options=models_of.options):
    """The options of check_architectures.py, most of the time without those that GGUF has no word for."""
    chosen = options(name, r)
    if seed % 5 == 4:
        return chosen
    for key in ("hidden_act", "activation_function", "hidden_activation"):
        if key in chosen:
            chosen[key] = OWN_ACTIVATION.get(name, "silu")
    plain = {"use_sliding_window": False, "mlp_only_layers": [], "decoder_sparse_step": 1, "norm_topk_prob": True, "no_rope_layer_interval": 4, "swiglu_limit": 7.0}
    for key, value in plain.items():
        if key in chosen:
            chosen[key] = value
    if name in ("mistral", "mixtral", "starcoder2", "smollm3"):
        chosen["sliding_window"] = None
    if name in ("gemma2", "gemma3"):
        chosen |= {"attention_bias": False, "query_pre_attn_scalar": chosen["head_dim"], "tie_word_embeddings": True}
        if name == "gemma2":
            chosen |= {"attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0}
    if name == "gpt_oss":
        chosen["attention_bias"] = True
    if name == "smollm3":
        chosen["mlp_bias"] = False
    if name in ("olmo2", "qwen3", "qwen3_moe"):
        chosen["attention_bias"] = False
    rope = chosen.get("rope_parameters")
    for one in ([rope["full_attention"]] if rope and "full_attention" in rope else [rope] if rope else []):
        if one["rope_type"] in ("dynamic", "yarn") or one["rope_type"] == "longrope" and name != "phi3" or one["rope_type"] == "llama3" and name not in ("llama", "mistral", "mixtral", "granite", "smollm3"):
            for key in list(one):
                if key not in ("rope_theta", "partial_rotary_factor"):
                    del one[key]
            one["rope_type"] = "default"
    return chosen


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True)


def error(found, want):
    return ((found.double() - want.double()).abs().max() / want.double().abs().max()).item()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("architectures", nargs="*", default=NAMES)
    arguments.add_argument("--llama-cpp", type=pathlib.Path, required=True)
    arguments.add_argument("--llama-build", type=pathlib.Path, required=True)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--seeds", type=int, default=4)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--type", default="f32")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    models_of.VOCABULARY = 256
    scratch_all = pathlib.Path(tempfile.mkdtemp())
    program = scratch_all / "llama_logits"
    libraries = given.llama_build / "bin"
    subprocess.run(["c++", "-O1", pathlib.Path(__file__).with_name("llama_logits.cpp"), "-I", given.llama_cpp / "include", "-I", given.llama_cpp / "ggml/include", "-L", libraries,
                    "-lllama", "-lggml", "-lggml-base", f"-Wl,-rpath,{libraries}", "-o", program], check=True)
    failed = 0
    for name in given.architectures:
        worst = {"llama.cpp": 0.0, "orrery": 0.0, "back": 0.0}
        refused, bad = {}, 0
        for seed in range(given.first, given.first + given.seeds):
            with tempfile.TemporaryDirectory() as scratch:
                scratch = pathlib.Path(scratch)
                directory = scratch / "model"
                models_of.options = lambda n, r, original=OPTIONS: sayable(n, seed, r, original)
                model, chosen, r = models_of.make(name, seed, directory)
                byte_tokenizer(directory)
                ids = torch.randint(3, 256, (1, 90), generator=torch.Generator().manual_seed(seed))
                with torch.no_grad():
                    want = model(ids, use_cache=False).logits[0]
                done = run(given.orrery, "convert", directory, scratch / "a.gguf", "--type", given.type)
                if done.returncode:
                    why = done.stderr.strip().split("\n")[-1].replace(str(scratch), "")
                    refused[why[:150]] = refused.get(why[:150], 0) + 1
                    continue
                faults = []
                (scratch / "ids.json").write_text(json.dumps(ids.tolist()))
                done = run(given.orrery, "logits", scratch / "a.gguf", "--ids", scratch / "ids.json", "--out", scratch / "o.safetensors", "--dtype", "float32")
                if done.returncode:
                    faults.append("orrery: " + done.stderr.strip())
                else:
                    worst["orrery"] = max(worst["orrery"], e := error(load_file(scratch / "o.safetensors")["logits"][0], want))
                    if not e < 1e-4: faults.append(f"orrery {e:.1e}")
                numpy.array(ids[0], dtype=numpy.int32).tofile(scratch / "ids.bin")
                done = run(program, scratch / "a.gguf", scratch / "ids.bin", scratch / "llama.bin")
                if done.returncode:
                    faults.append("llama.cpp does not open it: " + done.stderr[-200:])
                else:
                    found = torch.from_numpy(numpy.fromfile(scratch / "llama.bin", dtype=numpy.float32).reshape(90, -1))
                    worst["llama.cpp"] = max(worst["llama.cpp"], e := error(found, want))
                    if not e < 2e-3: faults.append(f"llama.cpp {e:.1e}")
                done = run(given.orrery, "convert", scratch / "a.gguf", scratch / "back")
                if done.returncode:
                    faults.append("back: " + done.stderr.strip())
                else:
                    try:
                        again = AutoModelForCausalLM.from_pretrained(scratch / "back", attn_implementation="eager", dtype=torch.float32, experts_implementation="eager").eval()
                        with torch.no_grad():
                            worst["back"] = max(worst["back"], e := error(again(ids, use_cache=False).logits[0], want))
                        if not e < 1e-4: faults.append(f"back {e:.1e}")
                    except Exception as e:
                        faults.append(f"back: {type(e).__name__} {str(e)[:200]}")
                if faults:
                    bad += 1
                    print(f"{name} seed {seed}: {'; '.join(faults)}\n    {chosen}", file=sys.stderr)
        failed += bad
        sums = ", ".join(f"{key} {value:.1e}" for key, value in worst.items())
        print(f"{name}: {given.seeds} models, {sum(refused.values())} refused, {bad} differ; {sums}", flush=True)
        for why, count in refused.items():
            print(f"    refused {count}: {why}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
