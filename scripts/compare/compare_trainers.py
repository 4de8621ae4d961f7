#!/usr/bin/env python3
"""Learns tokenizers with Hugging Face tokenizers, with sentencepiece and with Orrery from the same text, and compares merges, pieces,
compression and time.

    python scripts/compare/compare_trainers.py TEXT... [--orrery .build/release/orrery] [--vocab 32000] [--rounds 3] [--only bpe,wordpiece,...]
    python scripts/compare/compare_trainers.py --fuzz 500       # many small texts, merges only

Needs tokenizers 0.23 and sentencepiece 0.2.3. Every tool gets the same files and, by --threads, as many threads. Tools take turns within a
round; of each the fastest round counts. Wall and processor seconds are those of the child process that trains, its reading and writing of
files included. For unigram and sentencepiece-bpe the last twentieth of the text is held out, and both models read it with sentencepiece.
"""

import argparse
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time


def learn_with_tokenizers(job):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    if job["kind"] == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(vocab_size=job["vocab"], show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                      max_token_length=job.get("max_token_length"), min_frequency=job.get("min_frequency", 0))
    else:
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=job["vocab"], show_progress=False, special_tokens=job["special"])
    tokenizer.train(job["files"], trainer)
    tokenizer.save(job["out"])


def learn_with_sentencepiece(job):
    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        input=job["files"], model_prefix=job["out"].removesuffix(".model"), model_type=job["kind"].removeprefix("sentencepiece-"), vocab_size=job["vocab"],
        normalization_rule_name="identity", num_threads=job["threads"], minloglevel=2, byte_fallback=job.get("byte_fallback", False))


def run(command, environment):
    """Runs a child; wall and processor seconds, and its peak of memory in MB."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{command[0]} ended with {status}: {process.stderr.read().decode()[-500:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def merges_of(path):
    model = json.loads(pathlib.Path(path).read_text())["model"]
    merges = [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in model.get("merges", [])]
    return merges, model["vocab"]


def fuzz(options, folder, environment):
    """Merges of texts in which many pairs are equally frequent and many ways lead to one token."""
    dice = random.Random(options.seed)
    for number in range(options.fuzz):
        alphabet = dice.choice(["ab", "aab", "abc", "abcd", "aé漢", "ab\n", "abcdefgh"])
        text = " ".join("".join(dice.choice(alphabet) for _ in range(dice.randint(1, dice.choice([4, 12, 40])))) for _ in range(dice.randint(1, 400)))
        (folder / "text.txt").write_text(text)
        job = dict(kind="bpe", files=[str(folder / "text.txt")], vocab=dice.randint(257, 900), out=str(folder / "hf.json"))
        if dice.random() < 0.3:
            job["max_token_length"] = dice.randint(1, 9)
        if dice.random() < 0.3:
            job["min_frequency"] = dice.randint(1, 5)
        learn_with_tokenizers(job)
        command = [options.orrery, "tokenizer", "train", "--kind", "bpe", "--lines", "--vocab", str(job["vocab"]), "--data", job["files"][0], "--out", str(folder / "o.json"), "--overwrite",
                   "--threads", str(dice.randint(1, 3))]
        for name in ("max_token_length", "min_frequency"):
            if name in job:
                command += ["--" + name.replace("_", "-"), str(job[name])]
        run(command, environment)
        if merges_of(job["out"]) != merges_of(folder / "o.json"):
            sys.exit(f"text {number} of seed {options.seed}: different merges; the text is {text!r}, the settings are {job}")
    print(f"{options.fuzz} small texts: the same merges and vocabularies")


def held_out(paths, folder):
    """The texts without their last twentieth, and that twentieth."""
    kept, rest = [], []
    for number, path in enumerate(paths):
        lines = pathlib.Path(path).read_text(errors="replace").split("\n")
        cut = len(lines) * 19 // 20
        (folder / f"text{number}.txt").write_text("\n".join(lines[:cut]) + "\n")
        kept.append(str(folder / f"text{number}.txt"))
        rest += lines[cut:]
    return kept, rest


def tokens(path, lines):
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return sum(map(len, model.encode(lines))), {model.id_to_piece(number) for number in range(len(model))}


def compare(kind, options, folder, environment):
    suffix = ".json" if kind in ("bpe", "wordpiece") else ".model"
    job = dict(kind=kind, files=options.texts, vocab=options.vocab, out=str(folder / ("peer" + suffix)), threads=options.threads)
    command = [options.orrery, "tokenizer", "train", "--kind", kind, "--vocab", str(options.vocab), "--threads", str(options.threads), "--out", str(folder / ("o" + suffix)), "--overwrite"]
    rest = None
    if kind == "wordpiece":
        # The ids of letters that go on with a word are random in tokenizers unless they are given.
        run(command + ["--lines", "--data", *options.texts], environment)
        job["special"] = [piece for piece, _ in sorted(merges_of(folder / "o.json")[1].items(), key=lambda entry: entry[1]) if piece.startswith("[") and piece.endswith("]") and len(piece) > 2
                          or piece.startswith("##") and len(piece) == 3]
        command += [word for piece in job["special"] for word in ("--special", piece)]
    if suffix == ".model":
        job["files"], rest = held_out(options.texts, folder)
    else:
        command.append("--lines")
    command += ["--data", *job["files"]]
    peer = [sys.executable, __file__, "--job", json.dumps(job)]
    best = {}
    for _ in range(options.rounds):
        for name, line in (("peer", peer), ("orrery", command)):
            figures = run(line, environment)
            best[name] = min(best.get(name, figures), figures)
    name = "tokenizers" if suffix == ".json" else "sentencepiece"
    print(f"{kind}: " + "; ".join(f"{name if who == 'peer' else 'orrery'} {wall:.1f} s, {cpu:.1f} s of processor, {memory:.0f} MB" for who, (wall, cpu, memory) in best.items())
          + f"; {best['peer'][0] / best['orrery'][0]:.1f} times as fast")
    if suffix == ".json":
        (merges, vocabulary), (other, other_vocabulary) = merges_of(job["out"]), merges_of(folder / "o.json")
        print(f"  {len(merges)} merges, {'the same' if merges == other else 'DIFFERENT'}; {len(vocabulary)} tokens, {'the same' if vocabulary == other_vocabulary else 'DIFFERENT'}"
              + ("" if vocabulary == other_vocabulary else f": {len(set(vocabulary) ^ set(other_vocabulary))} in one of them"))
    else:
        (theirs, pieces), (ours, other) = tokens(job["out"], rest), tokens(folder / "o.model", rest)
        print(f"  held out: {theirs} tokens, {ours} here, {100 * (ours / theirs - 1):+.3f} %; {len(pieces & other)} of {len(pieces)} pieces are the same")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("texts", nargs="*")
    parser.add_argument("--orrery", default=".build/release/orrery")
    parser.add_argument("--vocab", type=int, default=32000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", default="bpe,wordpiece,sentencepiece-bpe,unigram")
    parser.add_argument("--fuzz", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--job", type=json.loads)
    options = parser.parse_args()
    if options.job:
        return (learn_with_tokenizers if options.job["kind"] in ("bpe", "wordpiece") else learn_with_sentencepiece)(options.job)
    environment = os.environ | {"RAYON_NUM_THREADS": str(options.threads), "TOKENIZERS_PARALLELISM": "true"}
    with tempfile.TemporaryDirectory() as folder:
        if options.fuzz:
            return fuzz(options, pathlib.Path(folder), environment)
        for kind in options.only.split(","):
            compare(kind, options, pathlib.Path(folder), environment)


main()
