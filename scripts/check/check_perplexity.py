#!/usr/bin/env python3
"""Perplexity of one text under one file, here and in llama.cpp, for every type that both read; and the greedy text of models of three families.

    scripts/check/check_perplexity.py --llama-cpp SOURCE --llama-build BUILD [--orrery .build/release/orrery] [--data TEXT] [--time 2m] [--keep DIR]

Models are trained here on nine tenths of the text, with widths that are multiples of 256 so that every block format applies; the last tenth is what perplexity is
measured on. `orrery convert --type` writes each file; `orrery eval --windows halves` and llama-perplexity read it with the same context. Exit status 1 where
two differ by more than 0.5 %, or a greedy text differs.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
from safetensors.numpy import load_file

TYPES = ["f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k_s", "q3_k_m", "q4_k_s", "q4_k_m", "q5_k_s", "q5_k_m", "q6_k", "iq4_nl", "iq4_xs", "mxfp4"]
CONTEXT = 256


def run(*arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))}\n{done.stderr[-2000:]}")
    return done


def default_text():
    here = pathlib.Path(__file__).resolve().parents[2]
    files = sorted(here.glob("docs/*.md")) + sorted(here.glob("Sources/*/*.swift")) + sorted(here.glob("Sources/*/*/*.swift"))
    return "\n".join(f.read_text() for f in files)


def train(orrery, text, out, time, *more):
    run(orrery, "train", "--data", text, "--out", out, "--tokenizer", "bpe:1024", "--context", CONTEXT, "--width", 256, "--heads", 4, "--layers", 4, "--intermediate", 768,
        "--batch", 8, "--time", time, "--seed", 1, *more)


def llama_of(qwen3, directory):
    """A Llama with the weights of a trained Qwen3: without the norms of queries and keys it is another model, which some steps of training mend."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    from safetensors.torch import load_file as load

    old = json.loads((qwen3 / "config.json").read_text())
    keys = ["vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim", "max_position_embeddings", "rms_norm_eps",
            "tie_word_embeddings", "eos_token_id", "bos_token_id"]
    config = LlamaConfig(**{k: old[k] for k in keys if old.get(k) is not None}, rope_theta=old.get("rope_theta", 10000.0))
    torch.manual_seed(0)
    model = LlamaForCausalLM(config)
    model.load_state_dict({k: v.float() for k, v in load(qwen3 / "model.safetensors").items()}, strict=False)
    return model


def steps(model, ids, count):
    import torch
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(count):
        starts = torch.randint(0, len(ids) - 129, (4,), generator=generator)
        batch = torch.stack([ids[s : s + 128] for s in starts])
        loss = model(batch, labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--llama-cpp", type=pathlib.Path, required=True)
    arguments.add_argument("--llama-build", type=pathlib.Path, required=True)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--data", type=pathlib.Path)
    arguments.add_argument("--time", default="2m")
    arguments.add_argument("--types", nargs="*", default=TYPES)
    arguments.add_argument("--keep", type=pathlib.Path, help="where models are made, and found again")
    arguments.add_argument("--bytes", type=int, default=60_000, help="of held-out text")
    given = arguments.parse_args()
    scratch = given.keep or pathlib.Path(tempfile.mkdtemp())
    scratch.mkdir(parents=True, exist_ok=True)
    text = given.data.read_text() if given.data else default_text()
    cut = len(text) * 9 // 10
    (scratch / "train.txt").write_text(text[:cut])
    (scratch / "held.txt").write_text(text[cut:][: given.bytes])
    families = {"qwen3": scratch / "qwen3", "gpt2": scratch / "gpt2", "llama": scratch / "llama"}
    for name, more in [("qwen3", ["--head-size", 64, "--key-value-heads", 2]), ("gpt2", [])]:
        if not families[name].exists():
            train(given.orrery, scratch / "train.txt", families[name], given.time, "--architecture", name, *more)
    if not families["llama"].exists():
        import torch
        ids = token_ids(given.orrery, families["qwen3"], scratch / "train.txt")
        torch.set_num_threads(2)
        model = llama_of(families["qwen3"], families["llama"])
        loss = steps(model, torch.tensor(ids), 120)
        model.save_pretrained(families["llama"])
        for file in ["tokenizer.json", "tokenizer_config.json"]:
            if (families["qwen3"] / file).exists():
                (families["llama"] / file).write_bytes((families["qwen3"] / file).read_bytes())
        print(f"llama: loss {loss:.2f} after 120 steps")

    program, libraries = scratch / "llama_logits", given.llama_build / "bin"
    run("c++", "-O1", pathlib.Path(__file__).with_name("llama_logits.cpp"), "-I", given.llama_cpp / "include", "-I", given.llama_cpp / "ggml/include", "-L", libraries,
        "-lllama", "-lggml", "-lggml-base", f"-Wl,-rpath,{libraries}", "-o", program)
    failed = 0
    for name, directory in families.items():
        file = scratch / f"{name}.gguf"
        run(given.orrery, "convert", directory, file, "--type", "f32", "--overwrite")
        prompt = token_ids(given.orrery, directory, scratch / "held.txt")[:40]
        (scratch / "ids.json").write_text(json.dumps([prompt]))
        numpy.array(prompt, dtype=numpy.int32).tofile(scratch / "ids.bin")
        new = 60
        for model in [directory, file]:
            run(given.orrery, "logits", model, "--ids", scratch / "ids.json", "--out", scratch / "o.safetensors", "--overwrite", "--greedy", new)
            mine = load_file(scratch / "o.safetensors")["greedy"][0].tolist()
            run(program, file, scratch / "ids.bin", scratch / "greedy.bin", "--greedy", new)
            theirs = numpy.fromfile(scratch / "greedy.bin", dtype=numpy.int32).tolist()
            same = mine == theirs
            failed += not same
            print(f"greedy text of {name}, {'directory' if model == directory else 'GGUF'}: {'the same' if same else 'DIFFERS'} in {new} tokens", flush=True)

    print("| type | Orrery | llama.cpp | ratio |\n|---|---|---|---|")
    for kind in given.types:
        file = scratch / "one.gguf"
        run(given.orrery, "convert", families["qwen3"], file, "--type", kind, "--overwrite")
        mine = json.loads(run(given.orrery, "eval", file, "--data", scratch / "held.txt", "--windows", "halves", "--context", CONTEXT, "--dtype", "float32", "--json").stdout)["perplexity"]
        final = None
        while final is None:  # its last lines are sometimes lost when it ends
            done = run(libraries / "llama-perplexity", "-m", file, "-f", scratch / "held.txt", "-c", CONTEXT, "-t", 2)
            final = re.search(r"Final estimate: PPL = ([0-9.]+)", done.stdout + done.stderr)
        theirs = float(final[1])
        ratio = mine / theirs
        failed += not abs(ratio - 1) < 0.005
        print(f"| {kind} | {mine:.4f} | {theirs:.4f} | {ratio:.4f} |", flush=True)
    sys.exit(1 if failed else 0)


def token_ids(orrery, model, text):
    done = subprocess.run([str(orrery), "tokenize", str(model), "--ids"], stdin=open(text), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return [int(i) for i in re.findall(r"\d+", done.stdout)]


if __name__ == "__main__":
    main()
