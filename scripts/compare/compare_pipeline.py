#!/usr/bin/env python3
"""Compares the whole pipeline of tokenizer.json with Hugging Face tokenizers: ids, byte ranges, decoded text, pairs, and files written back.

    python3 -m venv /tmp/hf && /tmp/hf/bin/pip install tokenizers==0.23.3 numpy
    /tmp/hf/bin/python scripts/compare/compare_pipeline.py --variants 60 --megabytes 1
    /tmp/hf/bin/python scripts/compare/compare_pipeline.py --shapes VOCABULARIES --megabytes 5 --long 1000000     # see pipeline_shapes.py
    /tmp/hf/bin/python scripts/compare/compare_pipeline.py --code-points

Each variant is a tokenizer of random parts: a model of one of the four kinds, trained on text that this makes, behind normalizers,
pre-tokenizers, post-processors, decoders and added tokens with random options; or one of the pipelines that everyone downloads. Exit status 1 if
anything differs.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata

import numpy
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import mixed_text
import pipeline_shapes

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
REGEXES = [r"\s+", r"[aeiou]+", r" {2,}", r"\d{1,3}", r"(?=[A-Z])", r"\n", r"^", r"$", r"\w+|[^\w\s]+", GPT4, r"[^a-z]", r"x*", r"(?m).e", r"\bth"]


class Maker:
    """Random parts."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def chance(self, probability=0.5):
        return self.dice.random() < probability

    def some(self, makers, least, most):
        return [self.dice.choice(makers)() for _ in range(self.dice.randint(least, most))]

    def pattern(self):
        return self.dice.choice([" ", "e", "th", "\u2581", "  ", ".", "é"]) if self.chance() else Regex(self.dice.choice(REGEXES))

    def normalizer(self):
        dice = self.dice
        makers = [
            lambda: normalizers.BertNormalizer(clean_text=self.chance(), handle_chinese_chars=self.chance(), strip_accents=dice.choice([None, True, False]), lowercase=self.chance()),
            normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Lowercase, normalizers.StripAccents, normalizers.Nmt,
            lambda: normalizers.Strip(left=self.chance(), right=self.chance()),
            lambda: normalizers.Replace(self.replaced(), dice.choice(["", "_", " ", "ab", "\u2581", "é"])),
            lambda: normalizers.Prepend(dice.choice(["\u2581", " ", "ab"])),
        ]
        if CHARSMAPS:
            makers += [lambda: normalizers.Precompiled(dice.choice(CHARSMAPS))] * 2
        steps = self.some(makers, 0, 3)
        if self.chance(0.05):
            steps.append(normalizers.ByteLevel())
        return None if not steps else steps[0] if len(steps) == 1 else normalizers.Sequence(steps)

    def replaced(self):
        """Not what matches nothing at the start: tokenizers then loses the places, and panics in the next step."""
        pattern = self.pattern()
        return Regex(r"\s+") if str(pattern) in map(lambda r: str(Regex(r)), ["^", "x*", "$", "(?=[A-Z])"]) else pattern

    def pre_tokenizer(self):
        dice = self.dice
        behavior = lambda: dice.choice(BEHAVIORS)
        makers = [
            lambda: pre_tokenizers.ByteLevel(add_prefix_space=self.chance(), trim_offsets=self.chance(), use_regex=self.chance(0.7)),
            pre_tokenizers.BertPreTokenizer, pre_tokenizers.Whitespace, pre_tokenizers.WhitespaceSplit, pre_tokenizers.UnicodeScripts,
            lambda: pre_tokenizers.Punctuation(behavior()),
            lambda: pre_tokenizers.Digits(individual_digits=self.chance()),
            lambda: pre_tokenizers.Metaspace(replacement=dice.choice(["\u2581", "\u2581", "_"]), prepend_scheme=dice.choice(["always", "first", "never"]), split=self.chance(0.7)),
            lambda: pre_tokenizers.Split(self.pattern(), behavior(), invert=self.chance(0.3)),
            lambda: pre_tokenizers.CharDelimiterSplit(dice.choice([" ", "e", "é"])),
            lambda: pre_tokenizers.FixedLength(length=dice.randint(1, 12)),
        ]
        steps = self.some(makers, 0, 3)
        return None if not steps else steps[0] if len(steps) == 1 else pre_tokenizers.Sequence(steps)

    def model(self):
        """A model and its trainer."""
        dice = self.dice
        size = dice.choice([300, 1000, 4000])
        marks = ["<unk>", "<s>", "</s>", "<pad>"]
        common = dict(vocab_size=size, special_tokens=marks, show_progress=False)
        kind = dice.choice(["bpe", "bpe", "wordpiece", "wordlevel", "unigram", "unigram"])
        if kind == "bpe":
            prefix = dice.choice([None, None, None, "##"])
            suffix = dice.choice([None, None, None, "</w>"])
            fallback = prefix is None and suffix is None and self.chance()
            if fallback:
                common["special_tokens"] = marks + [f"<0x{byte:02X}>" for byte in range(256)][: dice.choice([256, 256, 200])]
                common["vocab_size"] += 256
            options = {key: value for key, value in [("continuing_subword_prefix", prefix), ("end_of_word_suffix", suffix)] if value}
            unknown = dice.choice([{}, {"unk_token": "<unk>"}, {"unk_token": "<unk>"}])
            model = models.BPE(fuse_unk=self.chance(), byte_fallback=fallback, ignore_merges=self.chance(0.3), **unknown, **options)
            if self.chance(0.4):
                options["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
            return kind, model, trainers.BpeTrainer(limit_alphabet=dice.choice([60, 400]), **options, **dice.choice([{}, {"max_token_length": 16}]), **common)
        if kind == "wordpiece":
            model = models.WordPiece(unk_token="<unk>", max_input_chars_per_word=dice.choice([100, 100, 8]), continuing_subword_prefix=dice.choice(["##", "##", "@"]))
            return kind, model, trainers.WordPieceTrainer(limit_alphabet=400, continuing_subword_prefix=model.continuing_subword_prefix, **common)
        if kind == "wordlevel":
            return kind, models.WordLevel(unk_token="<unk>"), trainers.WordLevelTrainer(**common)
        common["vocab_size"] = dice.choice([1500, 4000])
        return kind, models.Unigram(), trainers.UnigramTrainer(unk_token="<unk>", max_piece_length=dice.choice([16, 4]), **common)

    def post_processor(self):
        dice = self.dice
        byte_level = lambda: processors.ByteLevel(trim_offsets=self.chance(), add_prefix_space=self.chance())
        template = lambda: processors.TemplateProcessing(
            single=dice.choice(["<s> $A </s>", "$A </s>", "<s> $A", "$A", "<s>:1 $A:2 </s> </s>:3"]),
            pair=dice.choice(["<s> $A </s> $B:1 </s>:1", "$A $B", "<s> $B:1 </s> $A"]), special_tokens=[("<s>", 1), ("</s>", 2)])
        makers = [
            lambda: None, template, template, byte_level,
            lambda: processors.BertProcessing(("</s>", 2), ("<s>", 1)),
            lambda: processors.RobertaProcessing(("</s>", 2), ("<s>", 1), trim_offsets=self.chance(), add_prefix_space=self.chance()),
            lambda: processors.Sequence([byte_level(), template()]), lambda: processors.Sequence([template(), byte_level()]),
        ]
        return dice.choice(makers)()

    def decoder(self):
        dice = self.dice
        cleanup = self.chance
        steps = [
            decoders.ByteLevel, lambda: decoders.WordPiece(prefix=dice.choice(["##", "@"]), cleanup=cleanup()),
            lambda: decoders.Metaspace(replacement="\u2581", prepend_scheme=dice.choice(["always", "first", "never"])),
            lambda: decoders.BPEDecoder(suffix="</w>"), decoders.ByteFallback, decoders.Fuse,
            lambda: decoders.CTC(pad_token="<pad>", word_delimiter_token=dice.choice(["|", "e"]), cleanup=cleanup()),
            lambda: decoders.Replace(dice.choice(["\u2581", "e", "th", " t"]), dice.choice([" ", "", "X"])),
            lambda: decoders.Replace(Regex(dice.choice([r"\s+", r"[aeiou]", r"e$"])), dice.choice(["_", ""])),
            lambda: decoders.Strip(content=dice.choice([" ", "e"]), left=dice.randint(0, 2), right=0),
        ]
        llama = lambda: decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(content=" ", left=1, right=0)])
        kind = dice.randrange(4)
        if kind == 0:
            return None
        if kind == 1:
            return llama()
        if kind == 2:
            return dice.choice(steps)()
        # A stage behind Fuse sees one text, where a strip at the end cannot run out of characters.
        return decoders.Sequence([dice.choice(steps)() for _ in range(dice.randint(1, 2))] + [decoders.Fuse()] + [dice.choice(steps)() for _ in range(dice.randint(0, 1))])

    def added(self):
        dice = self.dice
        contents = ["<|end|>", "[MASK]", "word", "the", "New York", "é", "ing", "<mask>", "a b c", "user_sym", "\u2581\u2581", "  ", "Ġ"]
        dice.shuffle(contents)
        flags = lambda: dict(single_word=self.chance(0.3), lstrip=self.chance(0.3), rstrip=self.chance(0.3), normalized=self.chance(), special=self.chance(0.4))
        return [AddedToken(content, **flags()) for content in contents[: dice.randint(0, 6)]]

    def tokenizer(self, corpus):
        kind, model, trainer = self.model()
        tokenizer = Tokenizer(model)
        normalizer, pre_tokenizer = self.normalizer(), self.pre_tokenizer()
        if normalizer is not None:
            tokenizer.normalizer = normalizer
        if pre_tokenizer is not None:
            tokenizer.pre_tokenizer = pre_tokenizer
        # Unigram takes all characters, so it gets texts with few.
        texts = [text for text in corpus if kind != "unigram" or len(set(text)) < 60]
        tokenizer.train_from_iterator(self.dice.sample(texts, min(len(texts), 60 if kind == "unigram" else 150)), trainer)
        processor, decoder = self.post_processor(), self.decoder()
        if processor is not None:
            tokenizer.post_processor = processor
        if decoder is not None:
            tokenizer.decoder = decoder
        for token in self.added():
            # At one that the normalizer leaves nothing of tokenizers cuts between all characters, and often panics.
            if token.normalized and normalizer is not None and not attempt(lambda: normalizer.normalize_str(token.content)):
                continue
            # Two that read the same once they are normalized cannot be saved.
            try:
                tokenizer.add_tokens([token])
            except BaseException:
                pass
        data = json.loads(tokenizer.to_str())
        if kind == "bpe" and self.chance(0.2):
            data["model"]["merges"] = [" ".join(pair) for pair in data["model"]["merges"]] if all(" " not in part for pair in data["model"]["merges"] for part in pair) else data["model"]["merges"]
        if kind == "unigram" and self.chance(0.3):
            data["model"]["byte_fallback"] = True
        if self.chance(0.1):
            data["truncation"] = {"direction": "Right", "max_length": 20, "strategy": "LongestFirst", "stride": 3}
            data["padding"] = {"strategy": {"Fixed": 30}, "direction": "Left", "pad_to_multiple_of": 8, "pad_id": 3, "pad_type_id": 1, "pad_token": "<pad>"}
        return data


def probe(normalizer=None, pre_tokenizer=None):
    """A tokenizer whose ids show every byte and where words begin."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate(["<unk>", *letters, *("##" + letter for letter in letters)])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="<unk>", max_input_chars_per_word=1_000_000))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    spell = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = spell if pre_tokenizer is None else pre_tokenizers.Sequence([pre_tokenizer, spell])
    return tokenizer


def probes():
    """Each part that looks at classes of characters, alone."""
    for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "Strip"):
        yield name, probe(getattr(normalizers, name)())
    yield "BertNormalizer", probe(normalizers.BertNormalizer())
    for charsmap in CHARSMAPS[:1]:
        yield "Precompiled", probe(normalizers.Precompiled(charsmap))
    for name in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "Punctuation", "Digits", "UnicodeScripts"):
        yield name, probe(None, getattr(pre_tokenizers, name)())
    yield "ByteLevel", probe(None, pre_tokenizers.ByteLevel(add_prefix_space=False))
    for number, regex in enumerate([GPT4, r"\w+", r"\s", r"\bx|x\b", r"\p{Lu}", r"\d"]):
        yield f"Split{number}", probe(None, pre_tokenizers.Split(Regex(regex), "isolated"))


def code_point_documents():
    """Every assigned code point between letters, before a mark and behind one."""
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assigned = [c for c in every if unicodedata.category(c) not in ("Cn", "Co")] + every[0x378::97]
    return ["".join(f"a{c}b {c}\u0301{c} " for c in assigned[start:start + 8]) for start in range(0, len(assigned), 8)]  # tokenizers takes the square of a word's length


CHARSMAPS = []


def load_charsmaps(paths):
    """Rules from sentencepiece models, for Precompiled."""
    for path in paths:
        data = pathlib.Path(path).read_bytes()
        import sentencepiece.sentencepiece_model_pb2 as proto
        model = proto.ModelProto.FromString(data)
        if model.normalizer_spec.precompiled_charsmap:
            CHARSMAPS.append(model.normalizer_spec.precompiled_charsmap)


def slices(values, ends):
    start = 0
    for end in ends:
        yield values[start:end]
        start = end


def attempt(work):
    """What `work` gives, or None where tokenizers fails, which for a panic is no Exception."""
    try:
        return work()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return None


def byte_places(document):
    return numpy.cumsum([0] + [len(character.encode()) for character in document]).tolist()


def check(name, tokenizer, documents, ours):
    """Counts the documents on which two tokenizers differ."""
    wrong, failures = {}, 0
    processor = tokenizer.post_processor
    for number, (document, (ids, ranges, text, plain, status)) in enumerate(zip(documents, ours, strict=True)):
        encoding = attempt(lambda: tokenizer.encode(document))
        if encoding is None or status[0]:
            # Where tokenizers panics, which it does on places that it has lost, we may well go on.
            failures += 1
            if encoding is not None:
                wrong.setdefault("failure", []).append(number)
            continue
        if encoding.ids != ids.tolist():
            wrong.setdefault("ids", []).append(number)
            continue
        places = byte_places(document)
        special = encoding.special_tokens_mask
        theirs = [(places[min(a, len(document))], places[min(b, len(document))]) for a, b in encoding.offsets]
        # Special tokens of the frame have no place: tokenizers says 0 to 0, we where they stand.
        if any(not flag and a != tuple(b) for a, b, flag in zip(theirs, ranges.tolist(), special)):
            wrong.setdefault("ranges", []).append(number)
        for skips, mine in ((False, text), (True, plain)):
            decoded = attempt(lambda: tokenizer.decode(encoding.ids, skip_special_tokens=skips))
            if decoded is not None and decoded.encode() != mine:
                wrong.setdefault(f"decoded text{' without special tokens' * skips}", []).append(number)
    for kind, numbers in wrong.items():
        number = numbers[0]
        document = documents[number]
        print(f"  {name}: {kind} of {len(numbers)} documents, the shortest {min((documents[n] for n in numbers), key=len)[:80]!r}")
    return sum(map(len, wrong.values())), failures


def write_tokenizers(arguments, folder):
    """Writes the tokenizers that are to be compared; their names."""
    if arguments.code_points:
        names = []
        for name, tokenizer in probes():
            names.append(f"u-{name}.json")
            tokenizer.save(str(folder / names[-1]))
        return names
    if arguments.shapes:
        return [path.name for path in pipeline_shapes.Shapes(arguments.shapes).write(folder, arguments.only).values()]
    corpus = [document.decode() for document in mixed_text.documents(1_500_000, seed=99, invalid=False)]
    names = []
    for number in range(arguments.variants):
        made = attempt(lambda: Maker(arguments.seed * 100_000 + number).tokenizer(corpus))
        if made is None or attempt(lambda: Tokenizer.from_str(json.dumps(made))) is None:
            continue
        names.append(f"v{number:03}.json")
        (folder / names[-1]).write_text(json.dumps(made, ensure_ascii=False))
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=40)
    parser.add_argument("--megabytes", type=float, default=0.5, help="text for each variant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--charsmaps", nargs="*", default=[], help="sentencepiece models whose rules Precompiled uses")
    parser.add_argument("--shapes", metavar="VOCABULARIES", help="instead of random variants, the pipelines of pipeline_shapes.py")
    parser.add_argument("--only", nargs="*", default=[], help="of the shapes, these")
    parser.add_argument("--long", type=int, default=0, help="also words and runs of spaces of so many bytes")
    parser.add_argument("--code-points", action="store_true", help="instead of random variants, every code point through each part alone")
    parser.add_argument("--keep", help="a folder to leave everything in")
    parser.add_argument("--command", default="swift test -c release --disable-testable-imports --filter PipelineComparison")
    parser.add_argument("--root", default=str(ROOT))
    arguments = parser.parse_args()
    print("tokenizers", tokenizers.__version__)
    load_charsmaps(arguments.charsmaps)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(arguments.keep or name)
        folder.mkdir(exist_ok=True, parents=True)
        documents = [document.decode() for document in mixed_text.documents(int(arguments.megabytes * 1e6), seed=arguments.seed, invalid=False)]
        if arguments.code_points:
            documents = code_point_documents()
        if arguments.long:
            documents += [document.decode() for document in mixed_text.long_documents(arguments.long)]
        data = [document.encode() for document in documents]
        (folder / "texts.bin").write_bytes(b"".join(data))
        numpy.cumsum([len(document) for document in data]).astype(numpy.int64).tofile(folder / "texts.ends")
        names = write_tokenizers(arguments, folder)
        run = subprocess.run(arguments.command.split(), cwd=arguments.root, env=os.environ | {"ORRERY_PIPELINE": str(folder)}, capture_output=True, text=True)
        if run.returncode:
            print(run.stdout[-6000:] + run.stderr[-3000:])
        total = 0
        bytes_compared = total_failures = 0
        for variant in names:
            if not (folder / f"{variant}.ids").exists():
                print(f"  {variant}: not opened: {(folder / f'{variant}.error').read_text() if (folder / f'{variant}.error').exists() else 'no output'}")
                total += 1
                continue
            read = lambda suffix, kind: numpy.fromfile(folder / f"{variant}{suffix}", kind)
            ends = read(".ends", numpy.int64)
            ours = list(zip(slices(read(".ids", numpy.int32), ends), slices(read(".ranges", numpy.int64).reshape(-1, 2), ends),
                            slices((folder / f"{variant}.text").read_bytes(), read(".textends", numpy.int64)),
                            slices((folder / f"{variant}.plain").read_bytes(), read(".plainends", numpy.int64)),
                            slices(read(".failures", numpy.uint8), range(1, len(documents) + 1)), strict=True))
            made = json.loads((folder / variant).read_text())
            tokenizer = Tokenizer.from_file(str(folder / variant))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            wrong, failures = check(variant, tokenizer, documents, ours)
            total_failures += failures
            # What we write must be what tokenizers writes.
            again = attempt(lambda: Tokenizer.from_file(str(folder / f"{variant}.written")))
            theirs = Tokenizer.from_file(str(folder / variant))
            if again is None:
                print(f"  {variant}: tokenizers cannot open what was written")
                wrong += 1
            elif json.loads(again.to_str()) != json.loads(theirs.to_str()):
                one, two = json.loads(again.to_str()), json.loads(theirs.to_str())
                print(f"  {variant}: written otherwise: {[key for key in two if one.get(key) != two[key]]}")
                wrong += 1
            bytes_compared += sum(map(len, data))
            total += wrong
            if wrong:
                parts = {key: made[key] for key in ("normalizer", "pre_tokenizer", "post_processor", "decoder", "added_tokens")}
                print(f"  {variant}: {made['model']['type']} {({k: v for k, v in made['model'].items() if k not in ('vocab', 'merges')})}")
                print("   ", json.dumps(parts, ensure_ascii=False)[:1500], flush=True)
        print(f"{len(names)} tokenizers, {bytes_compared / 1e6:.1f} MB, {total} differences; {total_failures} texts that tokenizers cannot encode")
    sys.exit(bool(total))


if __name__ == "__main__":
    main()
