#!/usr/bin/env python3
"""Converts small random models of every architecture to GGUF and back, and compares what Orrery and llama.cpp compute for the files.

    scripts/check/check_gguf.py --llama-cpp SOURCE --llama-build BUILD [ARCHITECTURE ...] [--orrery .build/release/orrery] [--seeds 4]

The models are those of check_architectures.py. Compared, relative to the largest logit (of bert: number of the last hidden state; of t5: logit of the decoder beside an
encoder's text):
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
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers.utils import logging

import check_architectures as models_of

OPTIONS = models_of.options
NAMES = models_of.NAMES


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


def word_tokenizer(directory):
    """A WordPiece vocabulary of 256 for bert."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = special + [chr(c) for c in range(0x21, 0x7F)] + ["##" + chr(c) for c in range(0x61, 0x7B)]
    words += [f"word{i}" for i in range(256 - len(words))]
    tokenizer = Tokenizer(models.WordPiece(vocab={w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(special)
    tokenizer.save(str(directory / "tokenizer.json"))


def unigram_tokenizer(directory):
    """A Unigram vocabulary of 250 for t5, which has fewer tokens than the model has rows."""
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -2.0)] + [(chr(c), -5.0 - c % 7) for c in range(0x21, 0x7F)]
    pieces += [("\u2581" + chr(c), -4.0 - c % 5) for c in range(0x61, 0x7B)]
    pieces += [(f"\u2581{a}{b}", -3.5) for a in "abcdefghijk" for b in "aeioutrnsl"][: 250 - len(pieces)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    tokenizer.save(str(directory / "tokenizer.json"))


OWN_ACTIVATION = {"bert": "gelu", "gpt2": "gelu_new", "gpt_neox": "gelu", "starcoder2": "gelu_pytorch_tanh", "gemma2": "gelu_pytorch_tanh", "gemma3": "gelu_pytorch_tanh"}


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
    if name == "t5":
        chosen |= {"num_decoder_layers": 2, "relative_attention_max_distance": 128, "feed_forward_proj": r.choice(["relu", "gated-gelu"])}
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


CLASSES = {"bert": AutoModel, "t5": AutoModelForSeq2SeqLM}


def compute(name, model, ids, source):
    """What is compared: [positions, vocabulary or width]."""
    with torch.no_grad():
        if name == "bert":
            return model(ids).last_hidden_state[0]
        if name == "t5":
            return model(input_ids=source, decoder_input_ids=ids, use_cache=False).logits[0]
        return model(ids, use_cache=False).logits[0]


def last(name, tensors):
    if name == "bert":
        return tensors[max((k for k in tensors if k.startswith("hidden.")), key=lambda k: int(k.split(".")[1]))][0]
    return tensors["logits"][0]


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
                {"bert": word_tokenizer, "t5": unigram_tokenizer}.get(name, byte_tokenizer)(directory)
                ids = torch.randint(3, 256, (1, 90), generator=torch.Generator().manual_seed(seed))
                source = torch.randint(3, 250, (1, 31), generator=torch.Generator().manual_seed(seed + 1000))
                want = compute(name, model, ids, source)
                done = run(given.orrery, "convert", directory, scratch / "a.gguf", "--type", given.type)
                if done.returncode:
                    why = done.stderr.strip().split("\n")[-1].replace(str(scratch), "")
                    refused[why[:150]] = refused.get(why[:150], 0) + 1
                    continue
                faults = []
                (scratch / "ids.json").write_text(json.dumps(ids.tolist()))
                (scratch / "source.json").write_text(json.dumps(source.tolist()))
                more = ["--encoder-ids", scratch / "source.json"] if name == "t5" else ["--hidden"] if name == "bert" else []
                done = run(given.orrery, "logits", scratch / "a.gguf", "--ids", scratch / "ids.json", "--out", scratch / "o.safetensors", "--overwrite", "--dtype", "float32", *more)
                if done.returncode:
                    faults.append("orrery: " + done.stderr.strip())
                else:
                    worst["orrery"] = max(worst["orrery"], e := error(last(name, load_file(scratch / "o.safetensors")), want))
                    if not e < 1e-4: faults.append(f"orrery {e:.1e}")
                numpy.array(ids[0], dtype=numpy.int32).tofile(scratch / "ids.bin")
                numpy.array(source[0], dtype=numpy.int32).tofile(scratch / "source.bin")
                more = ["--decoder", scratch / "ids.bin"] if name == "t5" else ["--embeddings"] if name == "bert" else []
                done = run(program, scratch / "a.gguf", scratch / ("source.bin" if name == "t5" else "ids.bin"), scratch / "llama.bin", *more)
                if done.returncode:
                    faults.append("llama.cpp does not open it: " + done.stderr[-200:])
                else:
                    found = torch.from_numpy(numpy.fromfile(scratch / "llama.bin", dtype=numpy.float32).reshape(90, -1))
                    alike = chosen["sliding_window"] or 90 if name == "phi3" else 90  # llama.cpp leaves phi3's window aside
                    worst["llama.cpp"] = max(worst["llama.cpp"], e := error(found[:alike], want[:alike]))
                    table = 2e-2 if "gated-gelu" in chosen.get("feed_forward_proj", "") else 2e-3  # its GELU is a table of half precision
                    if not e < table: faults.append(f"llama.cpp {e:.1e}")
                done = run(given.orrery, "convert", scratch / "a.gguf", scratch / "back")
                if done.returncode:
                    faults.append("back: " + done.stderr.strip())
                else:
                    try:
                        again = CLASSES.get(name, AutoModelForCausalLM).from_pretrained(
                            scratch / "back", attn_implementation="eager", dtype=torch.float32, experts_implementation="eager").eval()
                        worst["back"] = max(worst["back"], e := error(compute(name, again, ids, source), want))
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
