#!/usr/bin/env python3
"""Writes Tests/OrreryTokenizersTests/Goldens/gguf/pre.json: what llama.cpp makes of a few texts with every `tokenizer.ggml.pre`.

    python scripts/goldens/make_gguf_pre_goldens.py --llama-cpp llama_cpp_python-*/vendor/llama.cpp --vocabulary ../shared/data/tokenizers/ggml-vocab-gpt-2.gguf

The vocabulary itself is not in the repository; the tests put the value into the same file. Needs g++, and from PyPI gguf and numpy.
"""

import argparse
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "compare"))
from compare_gguf import ROOT, build, slices
from compare_gguf_pre import OTHERS, with_pre

TEXTS = [
    "def binary_search(arr, target):\n    return -1  # 12345 67 890\n", "I'm sure they'll say it's SHE'LL'S don't we've I'D 'Tis 'ſ", "  two  spaces,\ttabs\t\tand\u00a0others\u3000here \u0085 end  ",
    "line\r\nline\n\n\n  \n\tline\r\r \n", "1 22 333 4444 55555 666666 1234567 0x1F ½²Ⅷ٣٤٥٦ 12.345,67", "camelCase HTTPServer ÉcoleÀ lÀ ÑandÚ ǅ ʰª ΣΑΣ ЖжЖ",
    "漢字かなカナ、한국어。「引用」！？ 中文123中文 ภาษาไทย ខ្មែរ မြန်မာ", "שלום مرحبا नमस्ते বাংলা தமிழ் e\u0301a\u0308\u0323 \u0301\u0302 ก็ ", "👩\u200d👩\u200d👧 🇨🇭 ❤\ufe0f 1\ufe0f\u20e3 🏽",
    "<|endoftext|> </s> <sentinel:12> IMGIMGABCZ [INST] <s>", "... --- === ((()))[]{};:'\"\\|/?.>,<`~!@#$%^&*_+- €£¥ ©® «»“”‘’ …", "://example.org/a/b?c=d&e=f//\n/*comment*/\n//x\n",
    "\0\x01\x1f\x7f\u200b\ufeff\ue000\u0378\U00016d40\u0897\U0010fffd", "a" * 40 + " " * 40 + "b" + "\n" * 12 + " " * 9, "x  1  y\t2 \n3   é ", "don’t l’été O'Neil rock'n'roll 'quoted' ''s",
    "", " ", "\n", "'", "9", " 9", "é", "漢",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llama-cpp", required=True, type=pathlib.Path)
    parser.add_argument("--vocabulary", required=True, type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, help="where the compiled parts of llama.cpp are kept")
    arguments = parser.parse_args()
    known = set(re.findall(r'tokenizer_pre == "([^"]+)"', (arguments.llama_cpp / "src/llama-vocab.cpp").read_text()))
    resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    goldens = {"texts": TEXTS, "ids": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tool = build(arguments.llama_cpp, arguments.build or folder)
        documents = [text.encode() for text in TEXTS]
        (folder / "texts.bin").write_bytes(b"".join(documents))
        numpy.cumsum([len(document) for document in documents]).astype(numpy.int64).tofile(folder / "texts.ends")
        for pre in sorted(known - OTHERS):
            with_pre(arguments.vocabulary, folder / "v.gguf", pre)
            subprocess.run([tool, folder / "v.gguf", folder / "texts.bin", folder / "texts.ends", folder / "out", "0", "0"], check=True, capture_output=True)
            goldens["ids"][pre] = [[int(token) for token in ids] for ids in slices(folder / "out")]
    lines = [f' "{pre}": {json.dumps(ids, separators=(",", ":"))}' for pre, ids in goldens["ids"].items()]
    text = '{"texts": ' + json.dumps(TEXTS) + ',\n"ids": {\n' + ",\n".join(lines) + "\n}}\n"
    (ROOT / "Tests/OrreryTokenizersTests/Goldens/gguf/pre.json").write_text(text, encoding="utf-8")
    print(len(goldens["ids"]), "pre-tokenizers,", len(text), "bytes")


main()
