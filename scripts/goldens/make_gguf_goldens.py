#!/usr/bin/env python3
"""Writes Tests/OrreryTokenizersTests/Goldens/gguf: small GGUF vocabularies of the kinds t5, llama, bert and gemma4, and the ids that llama.cpp gives
to the texts of Goldens/sentencepiece.

    python scripts/goldens/make_gguf_goldens.py --llama-cpp llama_cpp_python-*/vendor/llama.cpp --build /tmp/llama

Needs what compare_gguf.py needs.
"""

import argparse
import base64
import json
import pathlib
import subprocess
import tempfile

import gguf
import sys
import numpy
from sentencepiece import sentencepiece_model_pb2

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "compare"))
import compare_gguf

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "Tests/OrreryTokenizersTests/Goldens"
BERT = ("[PAD] [UNK] [CLS] [SEP] [MASK] ▁the ▁planet ▁planete ▁move ▁a ▁model s n ing ▁user ▁< > ▁x ab ▁ab ▁( ) ▁_ ▁é ▁e ▁漢 ▁字 ▁行 ▁0 1 2 3 4 5 6 7 8 9 ▁1 "
        "▁. ▁, ▁! ▁' ▁don ▁t ▁i ▁it ▁in ▁is ▁\" ▁\\ ▁/ ▁quotes ▁two ▁three ▁one ▁ l e a o ▁spaces ▁tab ▁and ▁bom ▁행 ▁ᄒ ▁солнца ▁s ▁☃").split()
BERT += [f"▁{letter}" for letter in "bcdfghjklmnopqruvwyz"] + [letter for letter in "bcdfghijkmpqrtuvwxyz"]


def writer(path, model, tokens, types):
    result = gguf.GGUFWriter(path, model)
    result.add_tokenizer_model(model)
    result.add_token_list([token.encode() for token in tokens])
    result.add_token_types(types)
    return result


def finish(result):
    result.write_header_to_file()
    result.write_kv_data_to_file()
    result.close()


def write_bert(path):
    tokens = list(dict.fromkeys(BERT))
    result = writer(path, "bert", tokens, [3] * 5 + [1] * (len(tokens) - 5))
    for name, token in [("bos", 2), ("unk", 1), ("sep", 3), ("pad", 0), ("mask", 4)]:
        getattr(result, f"add_{name}_token_id")(token)
    finish(result)


def write_gemma4(path, model):
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.read_bytes())
    tokens = [piece.piece for piece in proto.pieces] + ["\n", "\n\n", "<turn|>"]
    known = set(tokens)
    merges = []
    for token in tokens:
        for cut in range(1, len(token)):
            if {token[:cut], token[cut:]} <= known and " " not in token and not token.startswith("<"):
                merges.append(f"{token[:cut]} {token[cut:]}")
    merges += ["e x", "ex y", "q zz"]  # of which some make no token
    result = writer(path, "gemma4", tokens, [piece.type for piece in proto.pieces] + [4, 4, 3])
    result.add_token_merges(merges)
    for name, token in [("bos", 1), ("eos", 2), ("unk", 0)]:
        getattr(result, f"add_{name}_token_id")(token)
    finish(result)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llama-cpp", required=True, type=pathlib.Path)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.build.mkdir(exist_ok=True)
    tool = compare_gguf.build(arguments.llama_cpp, arguments.build)
    out = GOLDENS / "gguf"
    out.mkdir(exist_ok=True)
    compare_gguf.convert(GOLDENS / "sentencepiece/unigram.model", out / "t5.gguf")
    compare_gguf.convert(GOLDENS / "sentencepiece/bpe-across.model", out / "llama.gguf")
    write_bert(out / "bert.gguf")
    write_gemma4(out / "gemma4.gguf", GOLDENS / "sentencepiece/bpe-bytes.model")
    texts = [base64.b64decode(text) for text in json.loads((GOLDENS / "sentencepiece/goldens.json").read_text())["texts"]]
    texts = [b"" if b"\xf4\x90" in text else text for text in texts]  # beyond U+10FFFF, where llama.cpp stops
    goldens = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "texts").write_bytes(b"".join(texts))
        numpy.cumsum([len(text) for text in texts]).astype(numpy.int64).tofile(folder / "ends")
        for path in sorted(out.glob("*.gguf")):
            goldens[path.stem] = {}
            for special in "01":
                subprocess.run([tool, path, folder / "texts", folder / "ends", folder / "ids", special, special], check=True, capture_output=True)
                goldens[path.stem]["special" if special == "1" else "text"] = [ids.tolist() for ids in compare_gguf.slices(folder / "ids")]
    (out / "goldens.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
    print("bytes:", sum(path.stat().st_size for path in out.iterdir()))


main()
