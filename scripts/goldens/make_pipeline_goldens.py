#!/usr/bin/env python3
"""Writes Tests/OrreryTokenizersTests/Goldens/pipeline: small tokenizers of every part that tokenizer.json knows, and what Hugging Face
tokenizers makes of texts, pairs and ids.

    python3 -m venv /tmp/hf && /tmp/hf/bin/pip install tokenizers==0.23.3
    /tmp/hf/bin/python scripts/goldens/make_pipeline_goldens.py
"""

import json
import pathlib
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = ROOT / "Tests/OrreryTokenizersTests/Goldens"
CORPUS = ["the theory of the other brother", "weather together, bother them", "Thé café naïve résumé", "1234 5678 90", "don't won't can't", "an ant and an apple"] * 3
TEXTS = [
    "", " ", "the other", "  The   THEORY  ", "café cafe\u0301 ﬁne", "don't 12345", "漢字 the 漢", "a\0b\tc\r\nd", "<|end|>the<|end|> New York", "the  New York  word",
    "e\u0323\u0301x \u1e69 \u0344", "가각 \u1100\u1161\u11a8", "ⅷ ½ ﷺ", "İI ΑΣ", "👩\u200d👩 🇨🇭", "\u2581the\u2581", "[MASK]  mask [mask]", "Привет, мир!", "αβγ abc かな カナ",
    "the" * 12, "ab\u200bcd\ufeff", "x y", "\u00a0the\u3000other", "...!?", "words word sword",
]
PAIRS = [("the other", "theory"), ("", "the"), ("the theory of the other", "brother")]
MARKS = ["<unk>", "<s>", "</s>", "<pad>"]


def bpe(**options):
    trainer = {key: options[key] for key in ("continuing_subword_prefix", "end_of_word_suffix") if key in options}
    return models.BPE(unk_token="<unk>", **options), trainers.BpeTrainer(vocab_size=120, special_tokens=MARKS, show_progress=False, **trainer)


def byte_bpe():
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return models.BPE(), trainers.BpeTrainer(vocab_size=300, special_tokens=MARKS, initial_alphabet=alphabet, show_progress=False)


def fallback_bpe():
    marks = MARKS + [f"<0x{byte:02X}>" for byte in range(256)]
    return models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True), trainers.BpeTrainer(vocab_size=340, special_tokens=marks, show_progress=False)


def unigram():
    return models.Unigram(), trainers.UnigramTrainer(vocab_size=110, unk_token="<unk>", special_tokens=MARKS, show_progress=False)


def wordpiece():
    return models.WordPiece(unk_token="<unk>"), trainers.WordPieceTrainer(vocab_size=120, special_tokens=MARKS, show_progress=False)


def wordlevel():
    return models.WordLevel(unk_token="<unk>"), trainers.WordLevelTrainer(special_tokens=MARKS, show_progress=False)


def template(single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1"):
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=[("<s>", 1), ("</s>", 2)])


def sequence(kind, *steps):
    return kind.Sequence(list(steps))


def charsmap():
    """The rules of a small sentencepiece model of the tests."""
    data = (GOLDENS / "gguf/t5.gguf").read_bytes()
    start = data.index(b"tokenizer.ggml.precompiled_charsmap") + len(b"tokenizer.ggml.precompiled_charsmap")
    count = int.from_bytes(data[start + 8:start + 16], "little")
    return data[start + 16:start + 16 + count]


def variants():
    n, p, d = normalizers, pre_tokenizers, decoders
    llama = sequence(d, d.Replace("\u2581", " "), d.ByteFallback(), d.Fuse(), d.Strip(content=" ", left=1, right=0))
    yield "llama", fallback_bpe(), sequence(n, n.Prepend("\u2581"), n.Replace(" ", "\u2581")), None, template("<s> $A", "<s> $A <s>:1 $B:1"), llama
    yield "metaspace", fallback_bpe(), None, p.Metaspace(prepend_scheme="first", split=False), template("<s> $A"), d.Metaspace(prepend_scheme="first")
    yield "t5", unigram(), n.Precompiled(charsmap()), p.Metaspace(), template("$A </s>", "$A </s> $B </s>"), d.Metaspace()
    yield "xlmr", unigram(), sequence(n, n.Nmt(), n.NFKC(), n.Replace(Regex(" {2,}"), " ")), sequence(p, p.WhitespaceSplit(), p.Metaspace()), processors.RobertaProcessing(("</s>", 2), ("<s>", 1)), d.Metaspace()
    yield "roberta", byte_bpe(), None, p.ByteLevel(add_prefix_space=True), processors.RobertaProcessing(("</s>", 2), ("<s>", 1), trim_offsets=True, add_prefix_space=True), d.ByteLevel()
    yield "llama3", byte_bpe(), n.NFC(), sequence(p, p.Split(Regex(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)), sequence(processors, processors.ByteLevel(trim_offsets=True), template("<s> $A")), d.ByteLevel()
    yield "bert", wordpiece(), n.BertNormalizer(), p.BertPreTokenizer(), processors.BertProcessing(("</s>", 2), ("<s>", 1)), d.WordPiece()
    yield "clip", bpe(end_of_word_suffix="</w>"), sequence(n, n.NFC(), n.Replace(Regex(r"\s+"), " "), n.Lowercase()), sequence(p, p.Split(Regex(r"'s|'t|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True)), template(), d.BPEDecoder(suffix="</w>")
    yield "prefixed", bpe(continuing_subword_prefix="##"), sequence(n, n.NFD(), n.StripAccents(), n.Strip()), sequence(p, p.Whitespace(), p.Digits(individual_digits=True)), None, d.WordPiece(cleanup=False)
    yield "words", wordlevel(), n.NFKD(), sequence(p, p.UnicodeScripts(), p.CharDelimiterSplit(" "), p.Punctuation("merged_with_previous")), template(), None
    yield "fixed", bpe(), n.ByteLevel(), sequence(p, p.FixedLength(4), p.Split("Ġ", "merged_with_next")), template("$A"), sequence(d, d.ByteLevel(), d.Replace(Regex("[aeiou]"), "*"))
    yield "ctc", bpe(), None, p.Split("", "isolated"), None, d.CTC(pad_token="<pad>", word_delimiter_token="e", cleanup=True)


def added():
    return [AddedToken("<|end|>", special=True, normalized=False), AddedToken("[MASK]", lstrip=True, special=True, normalized=False),
            AddedToken("New York", rstrip=True, normalized=True), AddedToken("word", single_word=True, normalized=True)]


def byte_ranges(text, encoding):
    places = [0]
    for character in text:
        places.append(places[-1] + len(character.encode()))
    return [place for a, b in encoding.offsets for place in (places[a], places[b])]


def main():
    folder = GOLDENS / "pipeline"
    folder.mkdir(exist_ok=True)
    dice = random.Random(1)
    goldens = {"texts": TEXTS, "pairs": PAIRS, "models": {}}
    for name, (model, trainer), normalizer, pre_tokenizer, processor, decoder in variants():
        tokenizer = Tokenizer(model)
        for part, value in [("normalizer", normalizer), ("pre_tokenizer", pre_tokenizer), ("post_processor", processor), ("decoder", decoder)]:
            if value is not None:
                setattr(tokenizer, part, value)
        tokenizer.train_from_iterator(CORPUS, trainer)
        tokenizer.add_tokens(added())
        if name == "bert":
            tokenizer.enable_truncation(6, stride=2)
            tokenizer.enable_padding(pad_id=3, pad_token="<pad>")
        text = tokenizer.to_str()
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        tokenizer.no_truncation()
        tokenizer.no_padding()
        encoded = []
        for text in TEXTS:
            encoding = tokenizer.encode(text)
            plain = tokenizer.encode(text, add_special_tokens=False)
            encoded.append([encoding.ids, byte_ranges(text, encoding), encoding.special_tokens_mask, plain.ids, tokenizer.decode(encoding.ids, skip_special_tokens=False), tokenizer.decode(encoding.ids)])
        pairs = [[encoding.ids, encoding.type_ids] for pair in PAIRS for encoding in [tokenizer.encode(*pair)]]
        decoded = []
        for _ in range(20):
            ids = [dice.randrange(tokenizer.get_vocab_size()) for _ in range(dice.randrange(1, 12))]
            decoded.append([ids, tokenizer.decode(ids, skip_special_tokens=False)])
        tokenizer.enable_truncation(12, stride=1, direction="left")
        windows = [[window.ids for window in [encoding] + encoding.overflowing] for encoding in [tokenizer.encode(TEXTS[19])]]
        cut = [encoding.ids for pair in PAIRS for encoding in [tokenizer.encode(*pair)]]
        goldens["models"][name] = {"encoded": encoded, "pairs": pairs, "decoded": decoded, "windows": windows, "cut": cut}
    (folder / "goldens.json").write_text(json.dumps(goldens, ensure_ascii=True, separators=(",", ":")), encoding="utf-8")
    print(sum(file.stat().st_size for file in folder.iterdir()), "bytes")


main()
