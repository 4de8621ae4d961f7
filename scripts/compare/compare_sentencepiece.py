#!/usr/bin/env python3
"""Compares our SentencePiece models with Google's sentencepiece: ids, byte ranges, decoded text, and the written file.

    python3 -m venv /tmp/sp && /tmp/sp/bin/pip install sentencepiece protobuf numpy
    /tmp/sp/bin/python scripts/compare/compare_sentencepiece.py --megabytes 20 ../shared/data/tokenizers/*.model

Trains a model of every kind and option on text that it makes, adds the models named as arguments, encodes mixed text with both, and
says where they differ. `--keep DIR` keeps the models and results there, and uses the models that are there already. Exit status 1
if anything differs.
"""

import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import numpy
import sentencepiece
from sentencepiece import sentencepiece_model_pb2

import mixed_text

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYMBOLS = ["<user>", "user_sym", "a b c", "\u2581\u2581", "##ing", "\ufe0f", "Ġ", "http://", "don"]
# Options of sentencepiece's trainer; `unused` marks every seventh piece as unused afterwards.
MODELS = {
    "unigram-nmt_nfkc": {},
    "unigram-identity-bytes": dict(normalization_rule_name="identity", byte_fallback=True),
    "unigram-nfkc_cf-symbols": dict(normalization_rule_name="nfkc_cf", user_defined_symbols=SYMBOLS, control_symbols=["<ctl>", "<2de>"]),
    "unigram-nmt_nfkc_cf-bytes-symbols": dict(normalization_rule_name="nmt_nfkc_cf", byte_fallback=True, user_defined_symbols=SYMBOLS),
    "unigram-suffix": dict(treat_whitespace_as_suffix=True, normalization_rule_name="nfkc"),
    "unigram-spaces": dict(add_dummy_prefix=False, remove_extra_whitespaces=False, split_by_whitespace=False, normalization_rule_name="nfkc"),
    "unigram-unused": dict(unused=True, byte_fallback=True),
    "bpe-nmt_nfkc": dict(model_type="bpe"),
    "bpe-identity-bytes": dict(model_type="bpe", normalization_rule_name="identity", byte_fallback=True, remove_extra_whitespaces=False, split_digits=True,
                               allow_whitespace_only_pieces=True),
    "bpe-plain": dict(model_type="bpe", normalization_rule_name="identity", byte_fallback=True, add_dummy_prefix=False, remove_extra_whitespaces=False),
    "bpe-suffix": dict(model_type="bpe", treat_whitespace_as_suffix=True, normalization_rule_name="nfkc_cf"),
    "bpe-suffix-spaces": dict(model_type="bpe", treat_whitespace_as_suffix=True, remove_extra_whitespaces=False, allow_whitespace_only_pieces=True),
    "bpe-nmt_nfkc_cf-symbols": dict(model_type="bpe", normalization_rule_name="nmt_nfkc_cf", user_defined_symbols=SYMBOLS),
    "bpe-across-words": dict(model_type="bpe", split_by_whitespace=False, byte_fallback=True, user_defined_symbols=SYMBOLS[:4]),
    "bpe-unused": dict(model_type="bpe", unused=True),
    "word": dict(model_type="word", normalization_rule_name="nfkc"),
    "word-bytes": dict(model_type="word", byte_fallback=True, user_defined_symbols=SYMBOLS),
    "char": dict(model_type="char", normalization_rule_name="nmt_nfkc_cf"),
    "char-symbols": dict(model_type="char", normalization_rule_name="identity", user_defined_symbols=SYMBOLS, add_dummy_prefix=False),
    "unigram-denormalizer": dict(denormalizer=True),
}


def train(folder, corpus, only):
    for name, options in MODELS.items():
        path = folder / f"{name}.model"
        if path.exists() or (only is not None and name not in only):
            continue
        options = dict(options)
        unused, denormalizer = options.pop("unused", False), options.pop("denormalizer", False)
        if denormalizer:
            rules = folder / "denormalizer.tsv"
            rules.write_text("41\t61 62\n65 66\t\n28\t28 20\n")
            options["denormalization_rule_tsv"] = str(rules)
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus), model_prefix=str(folder / name), vocab_size=8000, hard_vocab_limit=False, num_threads=2,
            max_sentence_length=20000, minloglevel=2, character_coverage=0.98, **options)
        if unused:
            proto = sentencepiece_model_pb2.ModelProto()
            proto.ParseFromString(path.read_bytes())
            for number, piece in enumerate(proto.pieces):
                if piece.type == piece.NORMAL and number % 7 == 3 and len(piece.piece) > 1:
                    piece.type = piece.UNUSED
            path.write_bytes(proto.SerializeToString())
        print("trained", name, flush=True)


def encode_ours(folder, documents):
    (folder / "texts.bin").write_bytes(b"".join(documents))
    numpy.cumsum([len(document) for document in documents]).astype(numpy.int64).tofile(folder / "texts.ends")
    command = "swift test -c release --disable-testable-imports --filter SentencePieceComparison".split()
    run = subprocess.run(command, cwd=ROOT, env=os.environ | {"ORRERY_SENTENCEPIECE": str(folder)}, capture_output=True, text=True)
    print("\n".join(line for line in run.stdout.splitlines() if "MB/s" in line or "recorded an issue" in line))
    if run.returncode:
        sys.exit(run.stdout[-3000:] + run.stderr[-3000:])


def slices(values, ends):
    start = 0
    for end in ends:
        yield values[start:end]
        start = end


def compare(folder, name, documents):
    """How many documents differ."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / name))
    ids = numpy.fromfile(folder / f"{name}.ids", numpy.int32)
    ranges = numpy.fromfile(folder / f"{name}.ranges", numpy.int64).reshape(-1, 2)
    ends = numpy.fromfile(folder / f"{name}.ends", numpy.int64)
    text = (folder / f"{name}.text").read_bytes()
    text_ends = numpy.fromfile(folder / f"{name}.textends", numpy.int64)
    wrong, seconds, tokens = 0, 0.0, 0
    ours = zip(slices(ids, ends), slices(ranges, ends), slices(text, text_ends), strict=True)
    for number, (document, (our_ids, our_ranges, our_text)) in enumerate(zip(documents, ours, strict=True)):
        start = time.perf_counter()
        their_ids = processor.encode(document, return_type="numpy")
        seconds += time.perf_counter() - start
        tokens += len(their_ids)
        what = []
        if not numpy.array_equal(their_ids, our_ids):
            what.append("ids")
        proto = processor.encode(document, return_type="proto") if len(document) < 100_000 else None
        if proto and [(piece.begin, piece.end) for piece in proto.pieces] != [tuple(range) for range in our_ranges.tolist()]:
            what.append("ranges")
        decoded = processor.decode(their_ids.tolist()) if len(their_ids) else ""
        if (decoded if isinstance(decoded, bytes) else decoded.encode()) != our_text:
            what.append("decoded text")
        if what:
            wrong += 1
            if wrong <= 5:
                print(f"  {name}: {', '.join(what)} of document {number} ({len(document)} bytes): {document[:60]!r}")
    size = sum(map(len, documents))
    print(f"{name}: {len(documents)} documents, {tokens} tokens, {wrong} different (sentencepiece: {size / 1e6 / seconds:.1f} MB/s)", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prose", nargs="*", default=[])
    parser.add_argument("--keep")
    parser.add_argument("--only", nargs="*", help="of the models that are trained, these")
    parser.add_argument("models", nargs="*")
    arguments = parser.parse_args()
    print("sentencepiece", sentencepiece.__version__)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.keep or temporary)
        folder.mkdir(exist_ok=True)
        corpus = [line for document in mixed_text.documents(3_000_000, seed=99, prose=arguments.prose, invalid=False)
                  for line in document.decode("utf-8").split("\n") if line.strip() and "\0" not in line]
        # Random characters of all of Unicode would be the whole vocabulary.
        dice = random.Random(5)
        corpus = [line for line in corpus if sum(c < "\u0250" for c in line) > len(line) / 2 or dice.random() < 0.03]
        dice.shuffle(corpus)
        train(folder, corpus, arguments.only)
        for model in arguments.models:
            shutil.copy(model, folder)
        documents = list(mixed_text.documents(int(arguments.megabytes * 1e6), seed=arguments.seed, prose=arguments.prose))
        documents += list(mixed_text.long_documents())
        encode_ours(folder, documents)
        wrong = sum(compare(folder, path.name, documents) for path in sorted(folder.glob("*.model")))
    print("all the same" if not wrong else f"{wrong} differences")
    sys.exit(bool(wrong))


main()
