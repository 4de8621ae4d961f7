#!/usr/bin/env python3
"""Compares our WordPiece with Hugging Face tokenizers: ids, byte ranges and decoded text, for every code point and for mixed text.

    python3 -m venv /tmp/hf && /tmp/hf/bin/pip install tokenizers numpy
    /tmp/hf/bin/python scripts/compare/compare_wordpiece.py --megabytes 5

Trains a vocabulary on text that it makes and uses it with several settings of the normalizer. Exit status 1 if anything differs.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import unicodedata

import numpy
import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import mixed_text

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SETTINGS = {
    "uncased": dict(lowercase=True),
    "cased": dict(lowercase=False),
    "accents": dict(lowercase=True, strip_accents=False),
    "stripped": dict(lowercase=False, strip_accents=True, handle_chinese_chars=False),
    "raw": dict(lowercase=True, clean_text=False),
}


def make(settings, corpus):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(**settings)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=8000, special_tokens=MARKS, show_progress=False, limit_alphabet=3000))
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    return tokenizer


def slices(values, ends):
    start = 0
    for end in ends:
        yield values[start:end]
        start = end


def reorders(text):
    """Whether decomposing the text changes the order of marks: tokenizers then gives a mark the place of another."""
    return unicodedata.normalize("NFD", text) != "".join(unicodedata.normalize("NFD", character) for character in text)


def compare(folder, name, documents):
    tokenizer = Tokenizer.from_file(str(folder / name))
    read = lambda suffix, kind: numpy.fromfile(folder / f"{name}{suffix}", kind)
    ends, text_ends = read(".ends", numpy.int64), read(".textends", numpy.int64)
    ours = zip(slices(read(".ids", numpy.int32), ends), slices(read(".ranges", numpy.int64).reshape(-1, 2), ends),
               slices((folder / f"{name}.text").read_bytes(), text_ends), strict=True)
    wrong = 0
    for number, (document, (ids, ranges, text)) in enumerate(zip(documents, ours, strict=True)):
        encoding = tokenizer.encode(document)
        places = numpy.cumsum([0] + [len(character.encode()) for character in document])
        theirs = [(int(places[a]), int(places[b])) for a, b in encoding.offsets]
        theirs[-1] = (len(document.encode()),) * 2  # an added token has no place: tokenizers says 0 to 0
        what = []
        if encoding.ids != ids.tolist():
            what.append("ids")
        elif not reorders(document) and theirs != [tuple(range) for range in ranges.tolist()]:
            what.append("ranges")
        if tokenizer.decode(encoding.ids).encode() != text:
            what.append("decoded text")
        if what:
            wrong += 1
            if wrong <= 5:
                first = next((place for place, (a, b) in enumerate(zip(encoding.ids, ids.tolist())) if a != b), None)
                print(f"  {', '.join(what)} of document {number}: {document[:50]!r}", first and encoding.tokens[first - 1:first + 3])
    print(f"{name}: {len(documents)} documents, {wrong} different", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=5)
    parser.add_argument("--prose", nargs="*", default=[])
    arguments = parser.parse_args()
    print("tokenizers", tokenizers.__version__)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        corpus = [document.decode() for document in mixed_text.documents(2_000_000, seed=99, prose=arguments.prose, invalid=False)]
        for setting, options in SETTINGS.items():
            make(options, corpus).save(str(folder / f"{setting}.json"))
        documents = [document.decode() for document in mixed_text.documents(int(arguments.megabytes * 1e6), seed=3, prose=arguments.prose, invalid=False)]
        # Each code point between letters, after a letter with marks on both sides, and alone.
        every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
        for start in range(0, len(every), 500):
            documents.append("".join(f"a{c}b {c} e\u0301{c}\u0323 " for c in every[start:start + 500]))
        # Marks that are not stripped, in both orders beside marks of three classes that are not either (U+1D165 216, U+302E 224, U+16FF0 6).
        marks = [c for c in every if unicodedata.combining(c)]
        for start in range(0, len(marks), 100):
            documents.append("".join(f"a{c}{m}b {m}{c} " for c in marks[start:start + 100] for m in "\U0001d165\u302e\U00016ff0"))
        documents += [document.decode() for document in mixed_text.long_documents(100_000)]
        data = [document.encode() for document in documents]
        (folder / "texts.bin").write_bytes(b"".join(data))
        numpy.cumsum([len(document) for document in data]).astype(numpy.int64).tofile(folder / "texts.ends")
        command = "swift test -c release --disable-testable-imports --filter WordPieceComparison".split()
        run = subprocess.run(command, cwd=ROOT, env=os.environ | {"ORRERY_WORDPIECE": str(folder)}, capture_output=True, text=True)
        print("\n".join(line for line in run.stdout.splitlines() if "MB/s" in line or "recorded an issue" in line))
        if run.returncode:
            sys.exit(run.stdout[-3000:] + run.stderr[-3000:])
        wrong = sum(compare(folder, f"{setting}.json", documents) for setting in SETTINGS)
    print("all the same" if not wrong else f"{wrong} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
