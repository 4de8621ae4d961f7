#!/usr/bin/env python3
"""Compares the vectors of `orrery embed` with those of sentence-transformers, for variants of a directory's settings.

    python3 -m venv /tmp/check && /tmp/check/bin/pip install torch transformers sentence-transformers safetensors
    /tmp/check/bin/python scripts/compare/compare_sentence_transformers.py MODEL [--orrery .build/release/orrery] [--only WORD]

MODEL is a directory as sentence-transformers writes it, such as all-MiniLM-L6-v2. Each variant is a copy of it with other settings; what Orrery refuses must
name a file, and is listed. Exit status 1 where a vector differs by more than 1e-5 of its length.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

TEXTS = ["The cat sat on the mat.", "İSTANBUL Straße ΑΣ [MASK] [mask] [CLS] naïve ﬀ", "", "Query: what is a Planet?", "word " * 700, "Ünïcödé 東京 " * 60]
MODES = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
OLD_FLAGS = ["pooling_mode_cls_token", "pooling_mode_max_tokens", "pooling_mode_mean_tokens", "pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"]
KINDS = "sentence_transformers.models."


class Variant:
    """A copy of the model, whose files are changed."""

    def __init__(self, source, folder):
        self.folder = folder
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.safetensors", ".git*"))
        for weights in source.glob("*.safetensors"):
            (folder / weights.name).symlink_to(weights.resolve())
        self.width = self.read("config.json")["hidden_size"]

    def read(self, name):
        return json.loads((self.folder / name).read_text())

    def write(self, name, value):
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(json.dumps(value))

    def change(self, name, **values):
        path = self.folder / name
        self.write(name, {**(json.loads(path.read_text()) if path.exists() else {}), **values})

    def modules(self, *names):
        """The modules in order; a folder where a name has a number in front."""
        self.write("modules.json", [{"idx": i, "name": str(i), "path": "" if name == "Transformer" else f"{i}_{name}", "type": KINDS + name} for i, name in enumerate(names)])

    def pooling(self, at=1, **values):
        self.write(f"{at}_Pooling/config.json", {"word_embedding_dimension": self.width, **values})

    def dense(self, at, inputs, outputs, activation="torch.nn.modules.activation.Tanh", bias=True, **values):
        self.write(f"{at}_Dense/config.json", {"in_features": inputs, "out_features": outputs, "bias": bias, "activation_function": activation, **values})
        torch.manual_seed(at)
        tensors = {"linear.weight": torch.randn(outputs, inputs) / inputs**0.5}
        if bias:
            tensors["linear.bias"] = torch.randn(outputs)
        if values.get("use_residual") and inputs != outputs:
            tensors["residual.weight"] = torch.randn(outputs, inputs) / inputs**0.5
        save_file(tensors, self.folder / f"{at}_Dense/model.safetensors")

    def layer_norm(self, at, width):
        self.write(f"{at}_LayerNorm/config.json", {"dimension": width})
        torch.manual_seed(at)
        save_file({"norm.weight": torch.randn(width), "norm.bias": torch.randn(width)}, self.folder / f"{at}_LayerNorm/model.safetensors")


def variants():
    """Names, and what each changes."""
    made = [("as it is", lambda v: None)]
    add = lambda name, change: made.append((name, change))
    settings = "sentence_bert_config.json"
    for value in (True, False):
        add(f"do_lower_case {value}", lambda v, value=value: v.change(settings, do_lower_case=value))
    for length in (3, 16, 128, 512):
        add(f"max_seq_length {length}", lambda v, length=length: v.change(settings, max_seq_length=length))
    add("max_seq_length null", lambda v: v.change(settings, max_seq_length=None))
    add("without settings", lambda v: (v.folder / settings).unlink())
    add("model_max_length 20", lambda v: (v.write(settings, {}), v.change("tokenizer_config.json", model_max_length=20)))
    add("model_max_length 1e30", lambda v: (v.write(settings, {}), v.change("tokenizer_config.json", model_max_length=1000000000000000019884624838656)))
    add("processor_kwargs.model_max_length", lambda v: v.write(settings, {"max_seq_length": 40, "processor_kwargs": {"model_max_length": 12}}))
    add("tokenizer_args.model_max_length", lambda v: v.write(settings, {"max_seq_length": 40, "tokenizer_args": {"model_max_length": 12}}))
    add("truncation_side left", lambda v: (v.change(settings, max_seq_length=9), v.change("tokenizer_config.json", truncation_side="left")))
    add("roberta's name", lambda v: ((v.folder / settings).unlink(), v.write("sentence_roberta_config.json", {"max_seq_length": 7, "do_lower_case": True})))

    def cased(v, **values):
        tokenizer = v.read("tokenizer.json")
        tokenizer["normalizer"]["lowercase"] = False
        v.write("tokenizer.json", tokenizer)
        v.change("tokenizer_config.json", do_lower_case=False)
        v.change(settings, **values)

    add("cased tokenizer", lambda v: cased(v, do_lower_case=False))
    add("cased tokenizer, do_lower_case", lambda v: cased(v, do_lower_case=True))
    prompts = {"query": "Query: what ", "passage": "passage: ", "empty": "", "shout": "SHOUT "}
    file = "config_sentence_transformers.json"
    add("prompts", lambda v: v.change(file, prompts=prompts))
    for name in (*prompts, "document"):
        add(f"default_prompt_name {name}", lambda v, name=name: v.change(file, prompts=prompts, default_prompt_name=name))
    add("default_prompt_name that is not there", lambda v: v.change(file, prompts=prompts, default_prompt_name="other"))
    for size in (1, 100, 384, 1000):
        add(f"truncate_dim {size}", lambda v, size=size: v.change(file, truncate_dim=size))
    for mode, flag in zip(MODES, OLD_FLAGS):
        add(f"pooling {mode}", lambda v, mode=mode: v.pooling(pooling_mode=mode))
        add(f"pooling {flag}", lambda v, flag=flag: v.pooling(**{name: name == flag for name in OLD_FLAGS}))
        add(f"pooling {mode}, include_prompt false", lambda v, mode=mode: (v.pooling(pooling_mode=mode, include_prompt=False), v.change(file, prompts=prompts, default_prompt_name="query")))
        add(f"pooling {mode}, include_prompt false, cut", lambda v, mode=mode: (v.pooling(pooling_mode=mode, include_prompt=False), v.change(settings, max_seq_length=6), v.change(file, prompts=prompts, default_prompt_name="query")))
    add("pooling none", lambda v: v.pooling(**{name: False for name in OLD_FLAGS}))
    add("pooling by several flags", lambda v: v.pooling(**{name: i != 3 for i, name in enumerate(OLD_FLAGS)}))
    add("pooling by a list", lambda v: v.pooling(pooling_mode=["lasttoken", "mean", "cls", "mean"]))
    add("pooling both ways", lambda v: v.pooling(pooling_mode="max", pooling_mode_cls_token=True))
    add("pooling unknown", lambda v: v.pooling(pooling_mode="median"))
    add("without Normalize", lambda v: v.modules("Transformer", "Pooling"))
    add("Normalize twice", lambda v: v.modules("Transformer", "Pooling", "Normalize", "Normalize"))
    add("Normalize first", lambda v: (v.modules("Transformer", "Normalize", "Pooling"), v.pooling(2)))
    add("Normalize positions", lambda v: (v.modules("Transformer", "Normalize", "Pooling"), v.pooling(2, pooling_mode="mean"), v.write("1_Normalize/config.json", {"module_input_name": "token_embeddings"})))
    add("Normalize of the sentence", lambda v: v.write("2_Normalize/config.json", {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"}))
    add("Normalize to elsewhere", lambda v: v.write("2_Normalize/config.json", {"module_output_name": "other"}))
    add("Pooling twice", lambda v: (v.modules("Transformer", "Pooling", "Normalize", "Pooling"), v.pooling(3, pooling_mode="max")))
    add("Dropout", lambda v: (v.modules("Transformer", "Pooling", "Dropout", "Normalize"), v.write("2_Dropout/config.json", {"dropout": 0.2})))
    for name, path in (("Tanh", "activation.Tanh"), ("Identity", "linear.Identity"), ("ReLU", "activation.ReLU"), ("GELU", "activation.GELU"), ("SiLU", "activation.SiLU"), ("Sigmoid", "activation.Sigmoid"), ("LeakyReLU", "activation.LeakyReLU"), ("Hardswish", "activation.Hardswish"), ("ReLU6", "activation.ReLU6"), ("Softplus", "activation.Softplus")):
        add(f"Dense {name}", lambda v, path=path: (v.modules("Transformer", "Pooling", "Dense"), v.dense(2, v.width, 50, f"torch.nn.modules.{path}")))
    add("Dense without bias", lambda v: (v.modules("Transformer", "Pooling", "Dense"), v.dense(2, v.width, 50, bias=False)))
    add("Dense by a foreign class", lambda v: (v.modules("Transformer", "Pooling", "Dense"), v.dense(2, v.width, 50, "mine.Activation")))
    add("Dense with residual", lambda v: (v.modules("Transformer", "Pooling", "Dense"), v.dense(2, v.width, v.width, use_residual=True)))
    add("Dense with projected residual", lambda v: (v.modules("Transformer", "Pooling", "Dense"), v.dense(2, v.width, 64, use_residual=True)))
    add("Dense of another width", lambda v: (v.modules("Transformer", "Pooling", "Dense"), v.dense(2, v.width + 1, 64)))
    add("Dense, Normalize", lambda v: (v.modules("Transformer", "Pooling", "Dense", "Normalize"), v.dense(2, v.width, 50)))
    add("Normalize, Dense", lambda v: (v.modules("Transformer", "Pooling", "Normalize", "Dense"), v.dense(3, v.width, 50)))
    add("two Dense, LayerNorm, three poolings", lambda v: (v.modules("Transformer", "Pooling", "Dense", "LayerNorm", "Dense", "Normalize"), v.pooling(pooling_mode=["max", "mean", "cls"]), v.dense(2, 3 * v.width, 99), v.layer_norm(3, 99), v.dense(4, 99, 10)))
    add("LayerNorm", lambda v: (v.modules("Transformer", "Pooling", "LayerNorm"), v.layer_norm(2, v.width)))
    add("Dense first", lambda v: (v.modules("Transformer", "Dense", "Pooling"), v.dense(1, v.width, v.width), v.pooling(2)))
    add("WeightedLayerPooling", lambda v: (v.modules("Transformer", "WeightedLayerPooling", "Pooling"), v.pooling(2)))
    add("transformer_task", lambda v: v.change(settings, transformer_task="fill-mask"))
    add("modality_config", lambda v: v.change(settings, transformer_task="feature-extraction", module_output_name="token_embeddings", modality_config={"text": {"method": "forward", "method_output_name": "last_hidden_state"}}))
    add("processing_kwargs", lambda v: v.change(settings, processing_kwargs={"text": {"max_length": 5, "truncation": True}}))
    add("model_args", lambda v: v.change(settings, model_args={"attn_implementation": "eager"}))

    def into_folder(v):
        (v.folder / "0_Transformer").mkdir()
        for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json", settings):
            (v.folder / name).rename(v.folder / "0_Transformer" / name)
        v.write("modules.json", [{**module, "path": module["path"] or "0_Transformer"} for module in v.read("modules.json")])

    add("0_Transformer", into_folder)
    return made


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("model", type=pathlib.Path)
    arguments.add_argument("--orrery", default=".build/release/orrery")
    arguments.add_argument("--only", default="")
    arguments = arguments.parse_args()
    different = refused = count = 0
    for name, change in variants():
        if arguments.only not in name:
            continue
        count += 1
        with tempfile.TemporaryDirectory() as scratch:
            variant = Variant(arguments.model, pathlib.Path(scratch) / "model")
            change(variant)
            ours = subprocess.run([arguments.orrery, "embed", str(variant.folder), "--json", "--", *TEXTS], capture_output=True, text=True)
            try:
                wanted = [torch.tensor(SentenceTransformer(str(variant.folder), device="cpu").encode(TEXTS, batch_size=1))]
            except Exception as error:  # whatever the library raises
                wanted, reason = None, str(error).splitlines()[0][:120] if str(error) else type(error).__name__
            if ours.returncode:
                refused += 1
                print(f"{'refused by both' if wanted is None else 'REFUSED'}: {name}: {ours.stderr.strip()[:300]}")
                continue
            if wanted is None:
                print(f"opened by Orrery only: {name}: {reason}")
                continue
            found = torch.tensor([e["vector"] for e in json.loads(ours.stdout)["embeddings"]])
            wanted = wanted[0]
            if found.shape != wanted.shape:
                different += 1
                print(f"DIFFERENT: {name}: shape {list(found.shape)}, expected {list(wanted.shape)}")
                continue
            for text, found, wanted in zip(TEXTS, found, wanted):
                error = ((found - wanted).norm() / wanted.norm()).item()
                if not error < 1e-5:
                    different += 1
                    print(f"DIFFERENT: {name}: {text[:40]!r}: {error:.2e}")
    print(f"{count} variants, {different} different, {refused} refused")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
