#!/usr/bin/env python3
"""Writes Tests/OrreryTokenizersTests/Goldens/odd-files.json: tokenizers' files with something odd in them, and what their references make of texts.

    python scripts/goldens/make_odd_file_goldens.py --llama ../peers/llama-build/bin/libllama.so

tokenizer.json is read by tokenizers 0.23.3, .tiktoken by tiktoken 0.14.0, .model by sentencepiece 0.2.3, what stands in several files by transformers 5.24.0, and .gguf by llama.cpp.
The files are in odd_files.py, odd_classes.py and odd_gguf.py. Where the reference refuses one, this stops. Needs gguf, sentencepiece, tiktoken, tokenizers and transformers from PyPI.
"""

import argparse
import base64
import json
import os
import pathlib
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TIKTOKEN_CACHE_DIR"] = ""
import sentencepiece
import tiktoken.load
from tokenizers import Tokenizer
from transformers import AutoTokenizer

import odd_classes
import odd_files
import odd_gguf

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "Tests/OrreryTokenizersTests/Goldens/odd-files.json"
R50K = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""


def with_tokenizers(folder):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: tokenizer.encode(text).ids, lambda ids: tokenizer.decode(ids, skip_special_tokens=False)


def with_tiktoken(folder):
    ranks = tiktoken.load.load_tiktoken_bpe(str(folder / "t.tiktoken"))
    encoding = tiktoken.Encoding("t", pat_str=R50K, mergeable_ranks=ranks, special_tokens={})
    return encoding.encode, encoding.decode


def with_sentencepiece(folder):
    model = sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model"))
    return model.encode, model.decode


def with_transformers(folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    # Those of pages want words with boxes, which stand around the same pipeline. Their decoding is for reading: it takes spaces out.
    if hasattr(tokenizer, "cls_token_box"):
        return lambda text: tokenizer.backend_tokenizer.encode(text).ids, None
    return lambda text: tokenizer(text)["input_ids"], None


def golden(case, reference):
    name, files, opened, texts, warning = case
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        for file, contents in files.items():
            data = base64.b64decode(contents[7:]) if contents.startswith("base64:") else contents.encode()
            (folder / file).write_bytes(data)
        encode, decode = reference(folder)
        results = []
        for text in texts:
            try:
                ids = encode(text)
            except BaseException:  # a Rust panic is one
                results.append({})
                continue
            # Of an id that two texts have, tokenizers decodes either.
            results.append({"ids": ids, **({"text": decode(ids)} if decode and "an id of two" not in name else {})})
    result = {"name": name, "files": files, "open": opened, "texts": texts, "results": results}
    if warning:
        result["warning"] = warning
    if opened == "t.tiktoken":
        result["pattern"] = "r50k"
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llama", required=True, type=pathlib.Path, help="llama.cpp's libllama")
    library = parser.parse_args().llama.resolve()
    sources = [
        (odd_files.tokenizer_json, with_tokenizers), (odd_files.tiktoken, with_tiktoken), (odd_files.sentencepiece, with_sentencepiece),
        (odd_files.folders, with_transformers), (odd_classes.vocabularies, with_transformers), (odd_classes.sentencepiece, with_transformers), (odd_gguf.cases, lambda folder: (odd_gguf.Llama(library, folder / "v.gguf").encode, None)),
    ]
    goldens = [golden(case, reference) for cases, reference in sources for case in cases()]
    GOLDENS.write_text("[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in goldens) + "\n]\n")
    print(len(goldens), "files")


main()
